"""What a dry run came to: counts by outcome, and the addresses that need a look."""

from collections.abc import Sequence
from typing import Final

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Static

from sestui.domain.display import printable
from sestui.domain.job import WOULD, Job, Result
from sestui.domain.job_words import came_to
from sestui.stylesheets import stylesheet
from sestui.ui.screens.dialog import Dialog

_SHOWN: Final = 200
"""How many addresses are listed."""


class ResultsDialog(Dialog[None]):
    """Shows what would have been done, what would have been left alone and why."""

    CSS_PATH = stylesheet("results.tcss")

    def __init__(self, job: Job, results: Sequence[Result]) -> None:
        super().__init__()
        self._job = job
        self._results = results

    def compose(self) -> ComposeResult:
        with Vertical(id="body") as body:
            body.border_title = "Dry run: nothing was changed"
            with VerticalScroll(id="scroll"):
                yield Static(self._text, id="outcomes", markup=False)
            with Horizontal(classes="confirmation"):
                yield Button("Close", id="close", compact=True)

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#close", Button).focus()

    def on_button_pressed(self) -> None:
        self.dismiss(None)

    @property
    def _text(self) -> Text:
        # What would be left alone is what one looks for.
        results = sorted(self._results, key=lambda it: it.outcome in WOULD.values())
        words = came_to(self._job)
        text = Text(f"{words[0].upper()}{words[1:]}\n\n", "bold")
        for result in results[:_SHOWN]:
            text.append(f"{printable(result.entry.address)}  ")
            text.append(result.outcome, "dim" if result.outcome in WOULD.values() else "yellow")
            text.append(f"{': ' + printable(result.detail) if result.detail else ''}\n")
        if len(results) > _SHOWN:
            text.append(f"… and {len(results) - _SHOWN:,} more\n")
        return text
