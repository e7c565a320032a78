"""The undo dialog: the reverse plan, what is left alone, and what no undo can bring back."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Button, Input, Static

from sestui.domain.display import counted, moment
from sestui.domain.job import Entry, Job, Plan, calls
from sestui.domain.job_words import what
from sestui.domain.suppression import Reason
from sestui.stylesheets import stylesheet
from sestui.ui.details import table
from sestui.ui.screens.dialog import Confirmation, Dialog, Scroll
from sestui.ui.screens.removal import Confirmed

_ENDS: Final = 3
"""How many of the first and of the last addresses are named."""


@dataclass(frozen=True, slots=True)
class UndoPlan:
    """What the dialog is told."""

    job: Job
    """The one to be undone."""
    plan: Plan
    left: Sequence[tuple[Entry, str]]
    """What SES tells otherwise than the job left it, each with the reason in words."""
    takes: Callable[[int], str]
    """Says how long so many calls take, and whether the job outlives the terminal."""
    sandbox: bool
    name_to_type: str = ""
    """What has to be typed besides the count, for this is production; else empty."""


class UndoDialog(Dialog[Confirmed]):
    """Shows what an undo puts back and takes away; returns what was agreed to."""

    CSS_PATH = stylesheet("removal.tcss")

    def __init__(self, plan: UndoPlan) -> None:
        super().__init__()
        self._plan = plan

    def compose(self) -> ComposeResult:
        with Vertical(id="body") as body:
            body.border_title = f"Undo job {self._plan.job.id}"
            with Scroll():
                yield Static(table(*self._lines(), names=9), id="plan", markup=False)
            yield Input(placeholder="note for the record, a ticket number say (optional)", id="note", compact=True)
            yield Confirmation("Undo", name_to_type=self._plan.name_to_type, dry_run=True)

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#note", Input).cursor_blink = False
        count = len(self._plan.plan.entries)
        typed = count > self.app.type_count_above or bool(self._plan.name_to_type)
        self.query_one(Confirmation).require(count if typed else None, possible=count > 0)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id in ("confirm", "dry"):
            note = self.query_one("#note", Input).value.strip()
            self.dismiss(Confirmed(tuple(self._plan.plan.entries), note, event.button.id == "dry"))
        else:
            self.dismiss(None)

    def _lines(self) -> Iterator[tuple[str, str, str]]:
        job, plan, where = self._plan.job, self._plan.plan, self._plan.plan.connection
        yield "Job", f"{what(job)} · {moment(job.planned_at)[:16]}{f' · {job.note}' if job.note else ''}", ""
        back = [it for it in plan.entries if it.wanted is not None]
        gone = [it for it in plan.entries if it.wanted is None]
        if back:
            reasons = Counter(it.wanted for it in back)
            split = f"{reasons[Reason.BOUNCE]:,} BOUNCE · {reasons[Reason.COMPLAINT]:,} COMPLAINT"
            yield "Put back", f"{counted(len(back), 'address', 'addresses')}: {split}", "bold"
        if gone:
            yield "Remove", counted(len(gone), "address", "addresses"), "bold"
        if not plan.entries:
            yield "Undo", "nothing: no address is as the job left it", "bold"
        lists = sorted({it.which.owner for it in plan.entries})
        if lists:
            yield "Lists", f"the list of {', '.join(lists[:3])}{f' and {len(lists) - 3} more' if lists[3:] else ''}", ""
        yield "Account", f"{where.account} · {where.region}{f' · {where.endpoint}' if where.endpoint else ''}", ""
        for words, number in Counter(words for _, words in self._plan.left).most_common():
            yield "Left", f"{number:,} {words}", "bold yellow"
        if back:
            yield "Lost", "their dates and message ids: SES takes none, an undo gives them today's date", "yellow"
            if self._plan.sandbox:
                yield "Sandbox", "SES refuses additions in a sandbox account: production access is needed", "bold red"
        if not plan.entries:
            return
        yield "Takes", self._plan.takes(calls(len(plan.entries), puts=len(back))), ""
        entries: Sequence[Entry | None] = plan.entries
        if len(entries) > 2 * _ENDS:
            entries = [*plan.entries[:_ENDS], None, *plan.entries[-_ENDS:]]
        for number, entry in enumerate(entries):
            label = "Addresses" if number == 0 else ""
            if entry is None:
                yield label, f"… {len(plan.entries) - 2 * _ENDS:,} more …", "dim"
            else:
                yield label, f"{entry.address}  {'removed' if entry.wanted is None else f'back as {entry.wanted}'}", ""
