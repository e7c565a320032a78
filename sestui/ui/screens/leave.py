"""Asks before marks or a running change are lost."""

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Button, Static

from sestui.stylesheets import stylesheet
from sestui.ui.screens.dialog import Confirmation, Dialog


class LeaveDialog(Dialog[bool]):
    """Names what would be lost, or done; returns True to go on all the same."""

    CSS_PATH = stylesheet("leave.tcss")

    def __init__(self, losses: list[str], title: str = "Leave sestui?", verb: str = "Leave") -> None:
        super().__init__()
        self._losses = losses
        self._title = title
        self._verb = verb

    def compose(self) -> ComposeResult:
        with Vertical(id="body") as body:
            body.border_title = self._title
            yield Static(Text("\n".join(self._losses)))
            yield Confirmation(self._verb)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "confirm")
