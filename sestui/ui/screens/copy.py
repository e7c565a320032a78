"""The dialog that copies entries from one list to another: it shows the plan, and nothing goes that it did not show."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rich.console import Group, RenderableType
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Input, RadioSet, Static

from sestui.domain.display import counted, moment
from sestui.domain.job import Entry, calls
from sestui.domain.suppression import Reason, SuppressionList
from sestui.services.comparison import Comparison
from sestui.ui.details import table
from sestui.ui.screens.compare import PairDialog
from sestui.ui.screens.dialog import Confirmation
from sestui.ui.widgets.toggles import Choice

_ENDS: Final = 2
"""How many of the first and of the last addresses are named."""


@dataclass(frozen=True, slots=True)
class Copying:
    """What a person agreed to."""

    source: SuppressionList
    target: SuppressionList
    entries: tuple[Entry, ...]
    note: str
    dry: bool


class CopyDialog(PairDialog[Copying]):
    """Shows which entries of one list the other lacks, and what adding them takes; returns what was agreed to."""

    TITLE = "Copy entries to another suppression list"

    def parts(self) -> ComposeResult:
        with Horizontal(classes="line"):
            yield Static("copy", classes="label")
            with RadioSet(id="direction", compact=True):
                yield Choice("from here to there", value=True, compact=True)
                yield Choice("from there to here", compact=True)
        with VerticalScroll(id="scroll", can_focus=False):
            yield Static(id="shown", markup=False)
        yield Input(placeholder="note for the record, a ticket number say (optional)", id="note", compact=True)
        yield Confirmation("Copy", dry_run=True)

    @property
    def _forward(self) -> bool:
        return self.query_one("#direction", RadioSet).pressed_index != 1

    @property
    def _plan(self) -> Comparison | None:
        """What the filter lets through, seen from the list that is copied from; None where nothing can be planned."""
        if self._comparison is None or self._problem:
            return None
        return (self._comparison if self._forward else self._comparison.swapped).matching(self._query)

    @property
    def _ends(self) -> tuple[SuppressionList, SuppressionList]:
        """Source and target."""
        assert self._there is not None
        here, there = self._pair.here.which, self._there.which
        return (here, there) if self._forward else (there, here)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        plan = self._plan
        if event.button.id in ("confirm", "dry") and plan is not None:
            note = self.query_one("#note", Input).value.strip()
            self.dismiss(Copying(*self._ends, self._entries(plan), note, event.button.id == "dry"))
        else:
            self.dismiss(None)

    def _entries(self, plan: Comparison) -> tuple[Entry, ...]:
        # Both lists are whole: what the other lacks is known to be absent there.
        return tuple(Entry(self._ends[1], row.address, row.reason) for row in plan.only_here)

    @on(RadioSet.Changed)
    def _other_direction(self) -> None:
        self.draw()

    def show(self, comparison: Comparison | None, instead: Text) -> None:
        plan = self._plan
        shown: RenderableType = instead
        if plan is not None:
            shown = table(*self._lines(plan), names=9)
        elif comparison is not None:
            shown = Text.styled("Nothing is planned while the filter can't be read.", "bold yellow")
        if self._pair.sandbox:
            sandbox = Text("SES refuses additions in a sandbox account: production access is needed.\n", "bold red")
            shown = Group(sandbox, shown)
        self.query_one("#shown", Static).update(shown)
        count = 0 if plan is None or self._pair.sandbox else len(plan.only_here)
        name = self._pair.name_to_type([self._ends[1].tenant_name]) if count else ""
        typed = count > self.app.type_count_above or bool(name)
        self.query_one(Confirmation).require(count if typed else None, possible=count > 0, name_to_type=name)

    def _lines(self, plan: Comparison) -> Iterator[tuple[str, str, str]]:
        source, target = self._ends
        rows, connection = plan.only_here, self._pair.connection
        yield "Add", counted(len(rows), "address", "addresses"), "bold"
        yield "To", f"the list of {target.owner}", "bold"
        yield (
            "Account",
            f"{connection.account or 'not known'} · {connection.region}"
            f"{f' · {connection.endpoint}' if connection.endpoint else ''}",
            "",
        )
        size = len(self._pair.listing_of(source).index)
        match = f"{len(rows) + len(plan.both):,} of {size:,} match the filter"
        everything = counted(size, "address", "addresses")
        yield "From", f"the list of {source.owner}: {everything if self._query.is_empty else match}", ""
        other = len(plan.other_reason)
        if plan.both:
            yield "Skipped", f"{len(plan.both) - other:,} there already with the same reason", ""
        if other:
            yield "Left", f"{other:,} there with another reason, which stays as it is", "yellow"
        if not rows:
            return
        if spelled := sum(row.address in plan.other_case_here for row in rows):
            yield "Case", f"{spelled:,} there in other letter case: SES ignores case when it sends", "yellow"
        bounces = sum(row.reason is Reason.BOUNCE for row in rows)
        yield "Reasons", f"{bounces:,} BOUNCE · {len(rows) - bounces:,} COMPLAINT: each keeps its own", ""
        yield "Takes", self._pair.takes(calls(len(rows), puts=len(rows))), ""
        shown = [*rows[:_ENDS], None, *rows[-_ENDS:]] if len(rows) > 2 * _ENDS + 1 else rows
        for number, row in enumerate(shown):
            label = "Addresses" if number == 0 else ""
            if row is None:
                yield label, f"… {len(rows) - 2 * _ENDS:,} more …", "dim"
            else:
                yield label, f"{row.address}  {row.reason}  {moment(row.last_update)[:16]}", ""
