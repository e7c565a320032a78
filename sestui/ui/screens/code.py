"""Asks for the code of an MFA device."""

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from sestui.domain.display import printable
from sestui.stylesheets import stylesheet
from sestui.ui.screens.dialog import Dialog
from sestui.ui.widgets.fields import Line


class CodeDialog(Dialog[str]):
    """Returns the six digits."""

    CSS_PATH = stylesheet("code.tcss")

    def __init__(self, device: str, refused: str) -> None:
        super().__init__()
        self._device = device
        self._refused = refused
        """What AWS said of the code before."""
        self._code = Line("Code", hint="six digits", id="code")

    def compose(self) -> ComposeResult:
        with Vertical(id="body") as body:
            body.border_title = "MFA code"
            body.border_subtitle = "enter connects · esc doesn't"
            yield Static(Text(f"AWS wants a code of the MFA device\n{printable(self._device)}"))
            yield self._code

    def on_mount(self) -> None:
        super().on_mount()
        self._code.complain(printable(self._refused))
        self._code.box.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        code = self._code.value.replace(" ", "")
        if len(code) == 6 and code.isascii() and code.isdecimal():
            self.dismiss(code)
        else:
            self._code.complain("A code has six digits.")
