"""The dialog before settings are written: whose mail is checked otherwise from then on, and what isn't known of it."""

from typing import ClassVar, Final

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Button, Static

from sestui.domain.display import counted, duration, printable
from sestui.domain.errors import SestuiError
from sestui.domain.suppression import Connection
from sestui.services.foresight import Foresight, Unread
from sestui.stylesheets import stylesheet
from sestui.ui import describe
from sestui.ui.consequences import consequences
from sestui.ui.screens.dialog import Confirmation, Dialog, Scroll

UNREAD: Final = "unread"
"""The word that is typed to write all the same while not everything is read."""
_BY_ITSELF: Final = 20
"""Up to so many calls are made without being asked for."""


_REDRAW: Final = 0.5
"""Seconds between two drawings while it is read on."""


class ImpactDialog(Dialog[bool]):
    """Names each tenant and configuration set that an edit touches, before and after; returns True to write it."""

    CSS_PATH = stylesheet("impact.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("r", "read_on", "read on")]

    def __init__(
        self, foresight: Foresight, connection: Connection, pace: float | None, name_to_type: str = ""
    ) -> None:
        super().__init__()
        self._foresight = foresight
        self._connection = connection
        self._pace = pace
        """Calls a second that SES is known to let through; None where it has not limited us."""
        self._name_to_type = name_to_type
        """On production; else empty."""
        self._reads = False
        self._trouble = ""

    def compose(self) -> ComposeResult:
        edit = self._foresight.edit
        with Vertical(id="body") as body:
            body.border_title = Content(f"What it does: {describe.subject(edit.before)}")
            body.border_subtitle = "PgUp PgDn scroll · esc goes back"
            yield Static(describe.where(self._connection), id="where", markup=False)
            yield Static(Text("\n").join(describe.changes(edit)), id="changes", markup=False)
            with Scroll():
                yield Static(id="effects", markup=False)
            yield Static(id="unread", markup=False)
            yield Confirmation("Write", name_to_type=self._name_to_type)

    def on_mount(self) -> None:
        super().on_mount()
        self._draw()
        self._read(_BY_ITSELF)

    def action_read_on(self) -> None:
        """Ask SES for all that isn't known yet."""
        if not self._reads:
            self._read(None)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "confirm")

    @work(exclusive=True)
    async def _read(self, at_most: int | None) -> None:
        foresight = self._foresight
        self._reads, self._trouble = True, ""
        # Not at each answer: with ten thousand tenants a drawing takes longer than a few calls.
        drawing = self.set_interval(_REDRAW, self._draw)
        try:
            if at_most is None or foresight.calls <= at_most:
                async for _ in foresight.read():
                    if at_most is not None and foresight.calls > at_most:
                        break
        except SestuiError as error:
            self._trouble = str(error)
        finally:
            drawing.stop()
            self._reads = False
        self._draw()

    def _draw(self) -> None:
        unread = self._foresight.unread
        self.query_one("#effects", Static).update(self._effects(unread))
        words = self._unread(unread)
        self.query_one("#unread", Static).update(words)
        self.query_one("#unread").display = bool(words)
        self.query_one(Confirmation).require(UNREAD if unread else None)

    def _effects(self, unread: Unread) -> Text:
        if effects := self._foresight.effects:
            return consequences(effects, self._foresight.sizes)
        if unread:
            return Text("Nothing changes for the mail whose settings have been read so far.")
        return Text("No mail is checked otherwise than before: more specific settings stand before these.")

    def _unread(self, unread: Unread) -> Text:
        text = Text()
        if unread:
            text.append(f"Not read yet: {_missing(unread)}", "bold yellow")
            text.append(f" · {'reading' if self._reads else 'r reads on'} ({self._time()})", "yellow")
        if self._trouble:
            text.append(f"{chr(10) if unread else ''}{printable(self._trouble)}", "red")
        return text

    def _time(self) -> str:
        calls = self._foresight.calls
        if self._pace is None:
            return f"about {duration(calls)} at 1 call a second"
        return f"about {duration(calls / self._pace)}"


def _missing(unread: Unread) -> str:
    parts = [
        f"{missing:,} of {counted(total, noun)}"
        for missing, total, noun in (
            (unread.tenants, unread.of_tenants, "tenant"),
            (unread.sets, unread.of_sets, "configuration set"),
        )
        if missing
    ]
    if unread.more:
        parts.append("others whose names have not come")
    return ", ".join(parts)
