"""Asks before marks or a running change are lost."""

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Button, Static

from sestui.stylesheets import stylesheet
from sestui.ui.screens.dialog import Confirmation, Dialog


class LeaveDialog(Dialog[bool]):
    """Names what would be lost; returns True to leave all the same."""

    CSS_PATH = stylesheet("leave.tcss")

    def __init__(self, losses: list[str]) -> None:
        super().__init__()
        self._losses = losses

    def compose(self) -> ComposeResult:
        with Vertical(id="body") as body:
            body.border_title = "Leave sestui?"
            yield Static(Text("\n".join(self._losses)))
            yield Confirmation("Leave")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "confirm")
