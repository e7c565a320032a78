"""What every dialog keeps to: Escape changes nothing, and no key counts that was sent before it was painted."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, ClassVar, Final, TypeVar

from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from sestui.domain.display import printable
from sestui.stylesheets import stylesheet
from sestui.ui.driver import WHERE_IS_THE_CURSOR, TerminalDriver

if TYPE_CHECKING:
    from sestui.ui.app import SestuiApp

_T = TypeVar("_T")

_ANSWER_WITHIN: Final = 1.0
"""Seconds a terminal has to say that it has painted; one that never answers must not lock the dialog."""


class Dialog(ModalScreen[_T | None]):
    """A modal screen that returns a value, or None where nothing is wanted; it never acts itself."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "cancel"),
        # In an input it copies what is chosen there.
        Binding("ctrl+c", "cancel", show=False),
        Binding("down,right", "app.focus_next", show=False),
        Binding("up,left", "app.focus_previous", show=False),
        Binding("pagedown", "turn(1)", show=False),
        Binding("pageup", "turn(-1)", show=False),
    ]

    TAKES_PASTES: ClassVar[bool] = False
    """Whether text that is pasted outside an input is for this dialog, as it is for the browse screen."""

    app: SestuiApp

    takes_keys_from: float = inf
    """Monotonic seconds; keys of before are dropped by the app. Infinite until the dialog is painted."""

    def __init__(self) -> None:
        super().__init__()
        # Not the app's: the first paint does without a dialog.
        self.css_path = [stylesheet("dialog.tcss"), *self.css_path]

    def on_mount(self) -> None:
        self.call_after_refresh(self._ask_whether_painted)

    def _ask_whether_painted(self) -> None:
        driver = self.app._driver
        if isinstance(driver, TerminalDriver):
            driver.write(WHERE_IS_THE_CURSOR)
            driver.flush()
            self.set_timer(_ANSWER_WITHIN, self._painted_by_now)
        else:
            self._painted_by_now()

    def _painted_by_now(self) -> None:
        self.painted(Message().time)

    def painted(self, at: float) -> None:
        """The terminal shows the dialog: what is typed from then on, by the clock of messages, is meant for it."""
        if self.takes_keys_from == inf:
            self.takes_keys_from = at

    def on_unmount(self) -> None:
        # A text area watches the app's theme: it would stay in memory, with all its text, until that changes.
        watchers = getattr(self.app, "__watchers", {}).get("theme", [])
        watchers[:] = [watcher for watcher in watchers if not watcher[0]._closing]

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


class Confirmation(Vertical):
    """Cancel, in focus at first, and the button that acts; where much is at stake a word or the count has to be typed.

    On production the target's name has to be typed, too. No printable key confirms: the focus has to be moved and
    Enter pressed.
    """

    def __init__(self, verb: str, *, name_to_type: str = "", dry_run: bool = False) -> None:
        """`name_to_type` is the target's on production, else empty; `dry_run` offers to do all but what changes."""
        super().__init__()
        self._dry_run = dry_run
        self._verb = verb
        self._name_to_type = name_to_type
        self._word: str | int | None = None
        """What has to be typed besides; None where nothing has to."""
        self._possible = True

    def compose(self) -> ComposeResult:
        # A tenant's name may be as long as a line.
        yield Static(id="production", markup=False)
        with Horizontal(classes="confirmation"):
            yield Button("Cancel", id="cancel", compact=True)
            yield Static(id="word-prompt", markup=False)
            yield Input(id="word", compact=True, select_on_focus=False)
            yield Button(self._verb, id="confirm", compact=True, variant="error")
            if self._dry_run:
                yield Button("Dry run", id="dry", compact=True)

    def on_mount(self) -> None:
        self.query_one("#word", Input).cursor_blink = False
        self.require(self._word, possible=self._possible, name_to_type=self._name_to_type)
        self.query_one("#cancel", Button).focus()

    @property
    def _wanted(self) -> str:
        """What has to be typed; empty for nothing."""
        return " ".join(str(part) for part in (self._word, self._name_to_type) if part not in (None, ""))

    def require(self, word: str | int | None, *, possible: bool = True, name_to_type: str | None = None) -> None:
        """Ask for this word or count to be typed, for nothing; or, if it is not possible, let nobody confirm.

        `name_to_type` takes the place of the one that was given before.
        """
        self._word, self._possible = word, possible
        self._name_to_type = self._name_to_type if name_to_type is None else name_to_type
        wanted, on_production = self._wanted, bool(self._name_to_type) and possible
        prompt = f"Type {f'“{word}”' if isinstance(word, str) else word} to confirm:"
        self.query_one("#word-prompt", Static).update(prompt)
        self.query_one("#word-prompt").display = bool(wanted) and not self._name_to_type
        self.query_one("#production", Static).update(f"PRODUCTION: type “{printable(wanted)}” to confirm.")
        self.query_one("#production").display = on_production
        self.query_one("#word").display = bool(wanted) and (on_production or not self._name_to_type)
        self.set_class(on_production, "-production")
        self._allow()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._allow()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if not self.query_one("#confirm", Button).disabled:
            self.query_one("#confirm", Button).focus()

    def _allow(self) -> None:
        typed = " ".join(self.query_one("#word", Input).value.replace(",", "").split())
        confirm = self.query_one("#confirm", Button)
        confirm.disabled = not self._possible or (self._wanted != "" and typed != self._wanted)
        for dry in self.query("#dry").results(Button):
            dry.disabled = not self._possible
