"""The dialog that adds addresses, typed, pasted or from a file: says what each is before anything is sent."""

from asyncio import sleep
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Checkbox, Input, RadioSet, Static, TextArea

from sestui.domain.addition import Addition, Standing
from sestui.domain.addresses import Refused
from sestui.domain.destinations_file import Gathered, Row, gather, read
from sestui.domain.display import counted, printable
from sestui.domain.errors import FileTrouble, NotFound, SestuiError
from sestui.domain.job import ASK_AGAIN_UP_TO
from sestui.domain.suppression import Connection, Reason, SuppressedDestinationSummary, SuppressionList
from sestui.services.files import named
from sestui.services.gathering import gathered
from sestui.stylesheets import stylesheet
from sestui.ui.addition_text import addition_text
from sestui.ui.screens.dialog import Confirmation, Dialog
from sestui.ui.screens.removal import Confirmed
from sestui.ui.widgets.toggles import Choice, Tick

_REST: Final = 0.4
"""Seconds without a change after which SES is asked about what is to be added."""
_AT_ONCE: Final = 1000
"""Rows looked up before whoever waits for the event loop gets a turn."""
_SOON: Final = 3
"""Such portions that are looked up at once."""
_NOTHING: Final = Gathered((), 0, (), ())


@dataclass(frozen=True, slots=True)
class AdditionPlace:
    """What the dialog is told."""

    which: SuppressionList
    connection: Connection
    row_of: Callable[[str], SuppressedDestinationSummary | None]
    """The row as loaded."""
    complete: bool
    """Whether an address that isn't loaded is known not to be there."""
    look: Callable[[str], Awaitable[SuppressedDestinationSummary]]
    """Asks SES about one spelling; raises NotFound."""
    sandbox: bool
    takes: Callable[[int], str]
    """Says how long so many calls take, and whether the job outlives the terminal."""
    name_to_type: str = ""
    """What has to be typed besides the count, for this is production; else empty."""


class AddDialog(Dialog[Confirmed]):
    """Takes a file and what is typed or pasted, tells what is valid, double or there; returns what was agreed to."""

    CSS_PATH = stylesheet("add.tcss")

    def __init__(self, place: AdditionPlace, text: str, file: str) -> None:
        super().__init__()
        self._place = place
        self.text = text
        """What has been typed so far; whoever opened the dialog may keep it for the next time."""
        self.named = file
        """What has been typed as a file's name; it may be kept, too."""
        self._file = ""
        """The name of the file that counts instead of the text; empty for none."""
        self._found: Gathered | None = None
        """What was understood of the file, else of the text; None while that is not known."""
        self._addition: Addition | None = None
        """What is to be done; None while that is not known."""
        self._reading = ""
        """How far the file is read; empty where it is."""
        self._asked: dict[str, SuppressedDestinationSummary | None] = {}
        self._trouble = ""

    def compose(self) -> ComposeResult:
        which = self._place.which
        with Vertical(id="body") as body:
            body.border_title = "Add to a suppression list"
            yield Static(id="where", markup=False)
            with Horizontal(id="file-line"):
                yield Static("from a file", classes="label")
                yield Input(
                    self.named,
                    id="file",
                    compact=True,
                    select_on_focus=False,
                    placeholder="a path, then Enter (shift+tab leads here)",
                )
            yield TextArea(self.text, id="addresses", show_line_numbers=False, soft_wrap=True, tab_behavior="focus")
            with Horizontal(id="reason-line"):
                yield Static("reason if none", classes="label")
                with RadioSet(id="reason", compact=True):
                    for reason in Reason:
                        yield Choice(reason.value, value=reason is Reason.BOUNCE, compact=True)
            with VerticalScroll(can_focus=False):
                yield Static(id="verdict", markup=False)
            yield Tick("", id="replace", compact=True)
            yield Input(placeholder="note for the record, a ticket number say (optional)", id="note", compact=True)
            yield Confirmation("Add", name_to_type=self._place.name_to_type, dry_run=True)
        account = self._place.connection
        self._where = Text.assemble(
            ("To the list of ", "dim"),
            (printable(which.owner), "bold"),
            (f" · {account.account or 'account not known'} · {account.region}", "dim"),
        )

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#where", Static).update(self._where)
        for field in self.query(Input):
            field.cursor_blink = False
        area = self.query_one("#addresses", TextArea)
        area.cursor_blink = False
        area.border_title = "one a line, or between commas; Name <address>; address,REASON"
        self.call_after_refresh(area.focus)
        self._open_file()

    # The file, else the text

    @on(Input.Changed, "#file")
    def _file_typed(self, event: Input.Changed) -> None:
        self.named = event.value.strip()

    @on(Input.Submitted, "#file")
    def _file_named(self, event: Input.Submitted) -> None:
        event.stop()
        self._open_file()

    @on(Input.Blurred, "#file")
    def _file_left(self) -> None:
        if self.named != self._file and self.is_current:
            self._open_file()

    def _open_file(self) -> None:
        """Read the file that is named, instead of what is typed; where none is, that counts again."""
        self._file = self.named
        if self._file and self.query_one("#addresses").has_focus:
            self.query_one("#reason").focus()
        self.set_class(bool(self._file), "-file")
        self._found, self._trouble, self._reading = None, "", ""
        self._read_file()
        if not self._file:
            self._again()

    @work(exclusive=True, group="file")
    async def _read_file(self) -> None:
        if not self._file:
            return
        self._came(0)
        try:
            self._found = await gathered(named(self._file), self._came)
        except FileTrouble as error:
            self._found, self._trouble = _NOTHING, str(error)
        self._reading = ""
        self._again()

    def _came(self, count: int) -> None:
        self._addition = None
        self._reading = f"reading … {counted(count, 'row')} so far"
        self._draw()

    @on(TextArea.Changed)
    def _text_changed(self) -> None:
        self.text = self.query_one("#addresses", TextArea).text
        if not self._file:
            self._found = None
            self._again()

    # What it comes to

    @property
    def _reason(self) -> Reason:
        return list(Reason)[max(0, self.query_one("#reason", RadioSet).pressed_index)]

    @on(RadioSet.Changed)
    @on(Checkbox.Changed)
    def _again(self) -> None:
        """Find out what is to be done: at once where that is soon found, else in turns with whoever waits."""
        if self._reading:
            return
        self._addition = None
        steps = self._steps()
        for _ in islice(steps, _SOON):
            pass
        self._draw()
        self._go_on(steps)

    @work(exclusive=True)
    async def _go_on(self, steps: Iterator[None]) -> None:
        await self._finish(steps)
        unasked = [] if self._addition is None else self._addition.unasked
        if not unasked or len(unasked) > ASK_AGAIN_UP_TO:
            return
        await sleep(_REST)
        self._trouble = ""
        for address in unasked:
            try:
                self._asked[address] = await self._place.look(address)
            except NotFound:
                self._asked[address] = None
            except SestuiError as error:
                self._trouble = f"SES was not asked: {error}"
                break
            if self._found is not None and len(self._found.rows) <= _AT_ONCE:
                await self._finish(self._steps())
        await self._finish(self._steps())

    async def _finish(self, steps: Iterator[None]) -> None:
        for _ in steps:
            await sleep(0)
        if self.query("#replace"):
            self._draw()

    def _steps(self) -> Iterator[None]:
        """Find out what is to be done, a little at each step."""
        if self._found is None:
            pieces: list[Row | Refused] = []
            reading = read(self.text.split("\n"))
            while some := list(islice(reading, _AT_ONCE)):
                pieces += some
                yield
            self._found = gather(pieces)
        box = next(iter(self.query("#replace").results(Checkbox)), None)
        if box is None:
            return  # The dialog is being closed.
        addition = Addition(self._place.which, self._reason, self._standing, replace=box.value)
        for start in range(0, len(self._found.rows), _AT_ONCE):
            addition.take(self._found.rows[start : start + _AT_ONCE])
            yield
        self._addition = addition

    def _standing(self, address: str) -> Standing:
        # An address that is loaded may have left the list since; one that a fresh and whole list lacks is not there.
        absent = self._place.complete
        if address in self._asked:
            return Standing(self._asked[address], known=True, asked=True)
        row = self._place.row_of(address)
        return Standing(row, known=row is not None or absent, asked=row is None and absent)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id in ("confirm", "dry") and self._addition is not None:
            note = self.query_one("#note", Input).value.strip()
            self.dismiss(Confirmed(tuple(self._addition.entries), note, event.button.id == "dry"))
        else:
            self.dismiss(None)

    def _draw(self) -> None:
        addition, found = self._addition, self._found
        text = Text()
        if self._place.sandbox:
            text.append("SES refuses additions in a sandbox account: production access is needed.\n", "bold red")
        if self._file and self.text.strip():
            text.append("What was typed is left aside while a file is named.\n", "yellow")
        if self._trouble:
            text.append(f"{printable(self._trouble)}\n", "yellow")
        if addition is None or found is None:
            text.append(self._reading or "looking them up on the list …")
        elif found is not _NOTHING:
            asking = not self._trouble
            text.append_text(addition_text(found, addition, self._reason, self._place.takes, asking=asking))
        if addition is not None:
            self._offer_to_replace(addition.others)
        self.query_one("#verdict", Static).update(text)
        count = 0 if addition is None else len(addition.entries)
        typed = count > self.app.type_count_above or bool(self._place.name_to_type)
        self.query_one(Confirmation).require(count if typed else None, possible=count > 0)

    def _offer_to_replace(self, others: Sequence[SuppressedDestinationSummary]) -> None:
        box = self.query_one("#replace", Checkbox)
        box.display = bool(others)
        if not others:
            box.value = False
        wanted = {reason for row in others for reason in Reason if reason is not row.reason}
        by = f" by {wanted.pop()}" if len(wanted) == 1 else ""
        box.label = f"replace the reason of {counted(len(others), 'address', 'addresses')}{by}"
