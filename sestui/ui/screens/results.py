"""What becomes of a change: how far it has come while it runs, and what did not come out as asked."""

from collections.abc import Callable
from typing import Literal

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Static

from sestui.domain.display import duration, printable
from sestui.services.changes import Change, Kind
from sestui.stylesheets import stylesheet
from sestui.ui.screens.dialog import Dialog

_SHOWN = 200
"""How many unfinished addresses are listed."""


def progress(change: Change, now: float) -> str:
    """Say in one line how far a change has come."""
    total = len(change.entries)
    done = total - len(change.remaining)
    verb = "Removing" if change.kind is Kind.REMOVE else "Adding"
    begun = done - change.done_before
    rate = begun / (now - change.started) if begun and now > change.started else 0.0
    left = f", {duration((total - done) / rate)} left" if rate and done < total else ""
    failed = f" · {len(change.unfinished):,} not done" if change.unfinished else ""
    pace = f" · {rate:.1f}/s{left}" if rate else ""
    stopping = " · stopping" if change.cancelled else ""
    return f"{verb} {done:,} of {total:,}{failed}{pace}{stopping}"


def verdict(change: Change) -> str:
    """Say in one line what a finished change came to."""
    counts = ", ".join(f"{number:,} {outcome}" for outcome, number in change.counts.most_common())
    left = f", {change.left:,} not begun" if change.left else ""
    halted = f". Stopped: {printable(change.halted)}" if change.halted else ""
    return f"List of {printable(change.which.owner)}: {counts or 'nothing done'}{left}{halted}"


class ResultsDialog(Dialog[Literal["retry", "stop"]]):
    """Counts by outcome and the addresses that need a look; offers to try the failed ones again, or to stop."""

    CSS_PATH = stylesheet("results.tcss")

    def __init__(self, change: Change, running: Callable[[], bool], clock: Callable[[], float]) -> None:
        super().__init__()
        self._change = change
        self._is_running = running
        self._clock = clock
        self._shown: object = None

    def compose(self) -> ComposeResult:
        with Vertical(id="body") as body:
            body.border_title = "Removal" if self._change.kind is Kind.REMOVE else "Addition"
            with VerticalScroll(id="scroll"):
                yield Static(id="outcomes", markup=False)
            with Horizontal(classes="confirmation"):
                yield Button("Close", id="close", compact=True)
                yield Button("Stop", id="stop", compact=True, variant="warning")
                yield Button("Go on with the rest", id="retry", compact=True, variant="error")

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#close", Button).focus()
        self._draw()
        self.set_interval(1.0, self._draw)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.dismiss({"retry": "retry", "stop": "stop"}.get(event.button.id or ""))  # type: ignore[arg-type]

    def _draw(self) -> None:
        change, running = self._change, self._is_running()
        state = (running, len(change.results), change.cancelled)
        if state == self._shown:
            return
        self._shown = state
        self.query_one("#stop", Button).display = running
        self.query_one("#retry", Button).display = bool(change.remaining) and not running
        text = Text(f"{progress(change, self._clock()) if running else verdict(change)}\n\n", "bold")
        if change.note:
            text.append(f"note: {printable(change.note)}\n\n", "dim")
        for result in change.unfinished[:_SHOWN]:
            text.append(f"{printable(result.entry.address)}  ")
            text.append(f"{result.outcome}", "yellow")
            detail = "" if result.detail == change.halted else result.detail
            text.append(f"{': ' + printable(detail) if detail else ''}\n")
        if len(change.unfinished) > _SHOWN:
            text.append(f"… and {len(change.unfinished) - _SHOWN:,} more\n")
        self.query_one("#outcomes", Static).update(text)
