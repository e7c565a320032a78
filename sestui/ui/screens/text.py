"""Dialogs that only show text: details, help, errors."""

from collections.abc import Awaitable, Callable
from typing import ClassVar

from rich.console import RenderableType
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from sestui.stylesheets import stylesheet
from sestui.ui.screens.dialog import Dialog


class TextDialog(Dialog[None]):
    """A title, text that scrolls, Escape or Enter to leave.

    The text may be on its way: then the placeholder stands until it is there.
    """

    CSS_PATH = stylesheet("text.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,q", "cancel", "close"),
        Binding("j", "scroll('down')", show=False),
        Binding("k", "scroll('up')", show=False),
    ]

    def __init__(
        self, title: str, text: RenderableType | Callable[[], Awaitable[RenderableType]], placeholder: str = ""
    ) -> None:
        super().__init__()
        self._title = title
        self._text = text
        self._placeholder = placeholder

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="body") as body:
            body.border_title = Content(self._title)
            body.border_subtitle = "esc closes"
            yield Static(self._placeholder if callable(self._text) else self._text, id="text", markup=False)

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#body").focus()
        if callable(self._text):
            self._fill(self._text)

    @work
    async def _fill(self, text: Callable[[], Awaitable[RenderableType]]) -> None:
        self.query_one("#text", Static).update(await text())

    def action_scroll(self, direction: str) -> None:
        body = self.query_one("#body", VerticalScroll)
        body.scroll_relative(y=1 if direction == "down" else -1, animate=False)
