"""What every dialog keeps to: Escape changes nothing, and no key counts that was sent before it was painted."""

from math import inf
from typing import ClassVar, Final, TypeVar

from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from sestui.ui.driver import WHERE_IS_THE_CURSOR, TerminalDriver

_T = TypeVar("_T")

_ANSWER_WITHIN: Final = 1.0
"""Seconds a terminal has to say that it has painted; one that never answers must not lock the dialog."""


class Dialog(ModalScreen[_T | None]):
    """A modal screen that returns a value, or None where nothing is wanted; it never acts itself."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "cancel"),
        Binding("down,right", "app.focus_next", show=False),
        Binding("up,left", "app.focus_previous", show=False),
        Binding("pagedown", "turn(1)", show=False),
        Binding("pageup", "turn(-1)", show=False),
    ]

    TAKES_PASTES: ClassVar[bool] = False
    """Whether text that is pasted outside an input is for this dialog, as it is for the browse screen."""

    takes_keys_from: float = inf
    """Monotonic seconds; keys of before are dropped by the app. Infinite until the dialog is painted."""

    def on_mount(self) -> None:
        self.call_after_refresh(self._ask_whether_painted)

    def _ask_whether_painted(self) -> None:
        driver = self.app._driver
        if isinstance(driver, TerminalDriver):
            driver.write(WHERE_IS_THE_CURSOR)
            driver.flush()
            self.set_timer(_ANSWER_WITHIN, self.painted)
        else:
            self.painted()

    def painted(self) -> None:
        """The terminal shows the dialog: what is typed from now on is meant for it."""
        if self.takes_keys_from == inf:
            self.takes_keys_from = Message().time  # The clock that key events carry.

    def action_turn(self, pages: int) -> None:
        """Scroll what is longer than the dialog, wherever the focus is."""
        for part in self.query(VerticalScroll):
            part.scroll_relative(y=pages * max(1, part.size.height - 1), animate=False)

    def dismiss(self, result: _T | None = None) -> AwaitComplete:
        """Close this dialog, never the screen below it: a second Escape may have been on its way."""
        return super().dismiss(result) if self.is_current else AwaitComplete()

    def action_cancel(self) -> None:
        self.dismiss(None)


class Scroll(VerticalScroll, can_focus=False, inherit_bindings=False):
    """What may be longer than the dialog. It takes no key: arrows move the focus, PageUp and PageDown turn."""


class Confirmation(Horizontal):
    """Cancel, in focus at first, and the button that acts; where much is at stake a word or the count has to be typed.

    No printable key confirms: the focus has to be moved and Enter pressed.
    """

    def __init__(self, verb: str, *, word: str | int | None = None, dry_run: bool = False) -> None:
        """`dry_run` offers to do all but the calls that change anything, too."""
        super().__init__(classes="confirmation")
        self._dry_run = dry_run
        self._verb = verb
        self._word = word
        """What has to be typed; None where nothing has to."""

    def compose(self) -> ComposeResult:
        yield Button("Cancel", id="cancel", compact=True)
        yield Static(self._prompt, id="word-prompt")
        yield Input(id="word", compact=True, select_on_focus=False)
        yield Button(self._verb, id="confirm", compact=True, variant="error")
        if self._dry_run:
            yield Button("Dry run", id="dry", compact=True)

    def on_mount(self) -> None:
        self.query_one("#word", Input).cursor_blink = False
        self.require(self._word)
        self.query_one("#cancel", Button).focus()

    @property
    def _prompt(self) -> str:
        word = f"“{self._word}”" if isinstance(self._word, str) else self._word
        return "" if word is None else f"Type {word} to confirm:"

    def require(self, word: str | int | None, *, possible: bool = True) -> None:
        """Ask for this word or count to be typed, for nothing; or, if it is not possible, let nobody confirm."""
        self._word, self._possible = word, possible
        self.query_one("#word-prompt", Static).update(self._prompt)
        self.query_one("#word-prompt").display = word is not None
        self.query_one("#word").display = word is not None
        self._allow()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._allow()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if not self.query_one("#confirm", Button).disabled:
            self.query_one("#confirm", Button).focus()

    def _allow(self) -> None:
        typed = self.query_one("#word", Input).value.strip().replace(",", "")
        confirm = self.query_one("#confirm", Button)
        confirm.disabled = not self._possible or (self._word is not None and typed != str(self._word))
        for dry in self.query("#dry").results(Button):
            dry.disabled = not self._possible
