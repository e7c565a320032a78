"""An application that keeps to the laws of the keyboard, and sends a terminal what differs from what that shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual import events
from textual._compositor import CompositorUpdate
from textual.actions import SkipAction
from textual.app import App
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.screen import Screen
from textual.widgets import Input
from textual.worker import WorkerFailed

from sestui.ui.driver import AfterKey, CaughtUp, Left, TerminalDriver, TextInOneRead
from sestui.ui.screens.dialog import Dialog
from sestui.ui.too_small import is_too_small, sign

if TYPE_CHECKING:
    from rich.console import RenderableType

_UNSEEN: Final = ("ctrl+z", "ctrl+q")
"""The keys that count where the screen is too small to show anything."""


class TerminalApp(App[None]):
    """What is true of any screen of it. A screen that has TAKES_PASTES is given what is pasted outside an input."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # What another program has written over the screen, only this mends: what was sent once is not sent again.
        Binding("ctrl+l", "repaint", show=False, priority=True),
        Binding("ctrl+z", "suspend_process", show=False, priority=True),
    ]

    def get_driver_class(self) -> type[TerminalDriver]:
        return TerminalDriver

    def on_mount(self) -> None:
        # Textual sends nothing again, though the terminal has shown something else meanwhile.
        self.app_resume_signal.subscribe(self, lambda _: self.action_repaint())

    def end(self, status: int) -> object:
        """Leave without a question: there may be nobody to answer it."""
        self.exit(return_code=status)
        return None

    async def on_event(self, event: events.Event) -> None:
        """Keep the laws of the keyboard before anything else sees an event."""
        screen = self.screen_stack[-1] if self.screen_stack else None
        if isinstance(event, events.Resize) and isinstance(self._driver, TerminalDriver):
            # Each terminal has its own way with what it showed.
            self._driver.frames.forget()
        if isinstance(event, events.CursorPosition) and isinstance(screen, Dialog):
            screen.painted(event.time)
        elif isinstance(event, Left):
            self.end(event.status)
        elif isinstance(event, CaughtUp):
            self.screen.refresh()
        elif isinstance(event, AfterKey):
            if event.rounds == 2:
                event.done.set()
            else:
                (self.focused or self.screen).post_message(event.again())
        elif isinstance(event, events.InputEvent | events.Paste | TextInOneRead) and is_too_small(self.size):
            # Nobody sees what it would do.
            if isinstance(event, events.Key) and event.key in _UNSEEN:
                await super().on_event(event)
        elif isinstance(event, TextInOneRead):
            if isinstance(self.focused, Input):
                # A line end in a paste is no Enter.
                self.focused.insert_text_at_cursor(" ".join(event.text.split()))
            elif screen is not None and getattr(screen, "TAKES_PASTES", False):
                screen.post_message(events.Paste(event.text))
            else:
                self._insert_into_area(event.text)
        elif isinstance(event, events.Key) and isinstance(screen, Dialog) and event.time < screen.takes_keys_from:
            return
        else:
            await super().on_event(event)

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Send what differs from what the terminal shows."""
        driver = self._driver
        if isinstance(driver, TerminalDriver) and isinstance(renderable, CompositorUpdate):
            if driver.is_behind():
                # Of frames that the terminal has not read the last one is enough.
                driver.painted()
                return
            size = self.screen.outer_size
            if is_too_small(size):
                renderable = sign(size)
            cursor = size.clamp_offset(self.cursor_position)
            renderable = driver.frames.changes(renderable, self.console, cursor)
            driver.painted()
        super()._display(screen, renderable)

    def action_repaint(self) -> None:
        """Send the whole screen again."""
        if isinstance(self._driver, TerminalDriver):
            self._driver.frames.forget()
        self.screen.refresh()

    def action_suspend_process(self) -> None:
        from textual.widgets import TextArea

        if isinstance(self.focused, TextArea):
            raise SkipAction  # There it takes back what was typed.
        super().action_suspend_process()

    def _insert_into_area(self, text: str) -> None:
        from textual.widgets import TextArea  # 12 ms that a start does without.

        area = self.focused
        if isinstance(area, TextArea):
            area.move_cursor(area.insert(text.replace("\r\n", "\n").replace("\r", "\n")).end_location)

    def leave_out_colours(self) -> None:
        """Show no colour at all from now on; with what stands out reversed."""
        from sestui.ui.colourless import Colourless

        background = Color.parse(self.theme_variables["background"])
        # Behind the one that looks up what a named colour is.
        self._filters[1:] = [Colourless(background)]

    def _handle_exception(self, error: Exception) -> None:
        """End; who runs the app tells of `crash` once the terminal is given back."""
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self._close_messages_no_wait()

    @property
    def exit_status(self) -> int:
        """The status to end with: what a signal wants goes first, even while the app leaves."""
        told = self._driver.status if isinstance(self._driver, TerminalDriver) else None
        return told or self.return_code or 0

    @property
    def crash(self) -> Exception | None:
        """What ended the app before its time."""
        error = self._exception
        return error.error if isinstance(error, WorkerFailed) and isinstance(error.error, Exception) else error
