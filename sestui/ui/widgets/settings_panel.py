"""The settings of what the tree's cursor is on: one line where there is little room, all of it in focus."""

from typing import ClassVar

from rich.console import RenderableType
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from sestui.ui.bindings import bindings


class SettingsPanel(VerticalScroll):
    """A line that sums up, and the layers and details below it."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("panel")

    class Expanded(Message):
        """Enter: the whole screen is wanted."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._summary = Static("", id="summary", markup=False)
        self._details = Static("", id="details", markup=False)
        self.details: RenderableType = ""
        """What the panel shows in full, for a larger place."""

    def compose(self) -> ComposeResult:
        yield self._summary
        yield self._details

    def show(self, title: str, summary: Text, details: RenderableType) -> None:
        self.border_title = Content(title)
        self._summary.update(summary)
        self._details.update(details)
        self.details = details

    def action_expand(self) -> None:
        self.post_message(self.Expanded())
