"""What a start that has nothing to connect with says: what was looked for, what was found, and how to go on."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, ClassVar, Final

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import OptionList, Static

from sestui.domain.display import printable
from sestui.domain.errors import SestuiError
from sestui.domain.suppression import Connection
from sestui.sesv2.sources import Way
from sestui.stylesheets import stylesheet
from sestui.ui import source_lines
from sestui.ui.details import table
from sestui.ui.screens.dialog import Dialog, Scroll

if TYPE_CHECKING:
    from sestui.sesv2.sources import Sources

_FEW: Final = 4
"""Of so many profiles each is offered; more are for the dialog that searches them."""


class Wish(Enum):
    """What somebody wants who has no connection; or else a profile to connect with."""

    DEMO = "demo"
    CHOOSE = "choose"
    AGAIN = "again"
    LEAVE = "leave"


class Offers(OptionList, inherit_bindings=False):
    """A list that leaves PageUp and PageDown to the dialog."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "cursor_down", show=False),
        Binding("up", "cursor_up", show=False),
        Binding("home", "first", show=False),
        Binding("end", "last", show=False),
        Binding("enter", "select", show=False),
    ]


class WelcomeDialog(Dialog["Wish | Connection"]):
    """Returns what is wanted. No key but Enter chooses, and `r`, which only asks again."""

    CSS_PATH = stylesheet("welcome.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "again", show=False),
        Binding("q", "cancel", show=False),
        # Of a start that has come to nothing there is nothing to lose.
        Binding("ctrl+c", "app.quit", show=False),
    ]

    def __init__(self, trouble: SestuiError, sources: Sources, asked: Connection) -> None:
        """`trouble` is why there is no connection of what was `asked` for."""
        super().__init__()
        self._trouble = trouble
        self._sources = sources
        self._offers: list[tuple[str, str, Wish | Connection]] = [
            ("Try the demo", ": a made-up account; nothing is sent to AWS", Wish.DEMO),
            *self._profiles(asked),
            ("Choose a profile and a Region", "", Wish.CHOOSE),
            ("Try again", " (r)", Wish.AGAIN),
            ("Quit", "", Wish.LEAVE),
        ]

    def _profiles(self, asked: Connection) -> list[tuple[str, str, Connection]]:
        # One without credentials of its own has none in place of those that were missed.
        profiles = [it for it in self._sources.profiles.values() if it.way is not Way.NONE]
        return [
            (
                f"Profile {source_lines.short(it.name)}",
                f": {source_lines.way(it, self._sources)}",
                asked._replace(profile=it.name),
            )
            for it in (profiles if len(profiles) <= _FEW else ())
        ]

    def compose(self) -> ComposeResult:
        with Vertical(id="body") as body:
            body.border_title = "No connection"
            body.border_subtitle = "↑ ↓ · enter goes on · esc closes this"
            with Scroll():
                words = printable(self._trouble.brief)
                yield Static(f"{words[:1].upper()}{words[1:]}", id="trouble", markup=False)
                yield Static(table(*source_lines.lines(self._sources, self._trouble), names=14), id="sources")
                if setup := source_lines.setup(self._sources):
                    yield Static(setup, id="setup", markup=False)
            prompts = [Text.assemble((name, "bold"), printable(words)) for name, words, _ in self._offers]
            yield Offers(*prompts, compact=True, markup=False, id="offers")

    def on_mount(self) -> None:
        super().on_mount()
        offers = self.query_one(Offers)
        offers.highlighted = 0
        offers.focus()

    def on_resize(self) -> None:
        # The offers are all there, whatever has to be scrolled for them.
        self.query_one(Scroll).styles.max_height = max(1, self.size.height - len(self._offers) - 3)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._offers[event.option_index][2])

    def action_again(self) -> None:
        self.dismiss(Wish.AGAIN)
