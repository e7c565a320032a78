"""`E`: what has failed since the start."""

from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.content import Content

from sestui.domain.display import printable
from sestui.services.error_log import ErrorLog, lines_of
from sestui.ui.screens.text import TextDialog


class ErrorsDialog(TextDialog):
    """Shows the log as it was when it was opened; `y` copies it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("y", "copy", "copy")]

    def __init__(self, log: ErrorLog) -> None:
        text = Text("\n\n".join(log.summary), "bold")
        for failure in log:
            head, *rest = map(printable, lines_of(failure))
            text.append("\n\n" if text else "").append(head, "bold").append("".join(f"\n{line}" for line in rest))
        super().__init__("Errors of this session, the newest first", text or Text("No errors so far."))
        self._copied = "\n".join(map(printable, log.text.split("\n")))

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#body").border_subtitle = "y copies · esc closes"

    async def action_copy(self) -> None:
        """Put it into the clipboard, for a ticket."""
        self.query_one("#body").border_subtitle = Content(await self.app.copied(self._copied))
