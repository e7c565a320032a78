"""The removal dialog: it shows the plan itself, and nothing goes that it did not show."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Button, Checkbox, Input, Static

from sestui.domain.display import counted, duration, moment
from sestui.domain.import_words import other_way
from sestui.domain.job import ASK_AGAIN_UP_TO, Entry, calls
from sestui.domain.suppression import Connection, Reason
from sestui.stylesheets import stylesheet
from sestui.ui.details import table
from sestui.ui.screens.dialog import Confirmation, Dialog
from sestui.ui.widgets.toggles import Tick

_ENDS = 3
"""How many of the first and of the last addresses are named."""


@dataclass(frozen=True, slots=True)
class RemovalPlan:
    """What the dialog is told."""

    connection: Connection
    entries: Sequence[Entry]
    """Each with its row as it was last read, in the order of the screen."""
    hidden: int
    """How many of them the filter hides."""
    gone: int
    """How many marked addresses are no longer on the list."""
    list_size: int | None
    """How long the list is, as far as that is known; None where it is about several lists, or nothing is known."""
    complete: bool
    """Whether `list_size` is the whole list."""
    age: float
    """Seconds since the oldest of the rows was read."""
    takes: Callable[[int], str]
    """Says how long so many calls take, and whether the job outlives the terminal."""
    name_to_type: str = ""
    """What has to be typed besides the count, for this is production; else empty."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a person agreed to."""

    entries: tuple[Entry, ...]
    note: str
    dry: bool = False
    """Whether all but the calls that change anything is to be done."""


class RemovalDialog(Dialog[Confirmed]):
    """Shows count, list, account, Region, reasons, addresses, age and time; returns what was agreed to."""

    CSS_PATH = stylesheet("removal.tcss")

    def __init__(self, plan: RemovalPlan) -> None:
        super().__init__()
        self._plan = plan
        self._complaints = sum(_reason(it) is Reason.COMPLAINT for it in plan.entries)
        self._lists = list(dict.fromkeys(it.which for it in plan.entries))

    @property
    def _chosen(self) -> list[Entry]:
        with_complaints = bool(self._complaints) and self.query_one("#complaints", Checkbox).value
        return [it for it in self._plan.entries if with_complaints or _reason(it) is not Reason.COMPLAINT]

    def compose(self) -> ComposeResult:
        with Vertical(id="body") as body:
            body.border_title = "Remove from a suppression list"
            with VerticalScroll(can_focus=False):
                yield Static(id="plan", markup=False)
            if self._complaints:
                yield Tick(
                    f"also {counted(self._complaints, 'COMPLAINT entry', 'COMPLAINT entries')}: "
                    "these people said “spam”",
                    id="complaints",
                    compact=True,
                )
            yield Input(placeholder="note for the record, a ticket number say (optional)", id="note", compact=True)
            yield Confirmation("Remove", name_to_type=self._plan.name_to_type, dry_run=True)

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#note", Input).cursor_blink = False
        self._draw()

    def on_checkbox_changed(self) -> None:
        self._draw()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id in ("confirm", "dry"):
            note = self.query_one("#note", Input).value.strip()
            self.dismiss(Confirmed(tuple(self._chosen), note, event.button.id == "dry"))
        else:
            self.dismiss(None)

    def _draw(self) -> None:
        chosen = self._chosen
        self.query_one("#plan", Static).update(table(*self._lines(chosen), names=9))
        typed = len(chosen) > self.app.type_count_above or self._is_most(chosen) or bool(self._plan.name_to_type)
        self.query_one(Confirmation).require(len(chosen) if typed and chosen else None, possible=bool(chosen))

    def _is_most(self, chosen: Sequence[Entry]) -> bool:
        """Whether more than half of a list goes."""
        return self._plan.list_size is not None and len(chosen) * 2 > self._plan.list_size

    def _lines(self, chosen: Sequence[Entry]) -> Iterator[tuple[str, str, str]]:
        plan = self._plan
        yield "Remove", counted(len(chosen), "address", "addresses"), "bold"
        yield (
            "From",
            f"the list of {self._lists[0].owner}" if len(self._lists) == 1 else f"{len(self._lists)} lists",
            "bold",
        )
        where = plan.connection
        yield (
            "Account",
            f"{where.account or 'not known'} · {where.region}{f' · {where.endpoint}' if where.endpoint else ''}",
            "",
        )
        bounces = sum(_reason(it) is Reason.BOUNCE for it in chosen)
        yield "Reasons", f"{bounces:,} BOUNCE · {len(chosen) - bounces:,} COMPLAINT", ""
        if self._complaints and len(chosen) + self._complaints == len(plan.entries):
            yield "Left out", counted(self._complaints, "COMPLAINT entry", "COMPLAINT entries"), "bold yellow"
        if not chosen:
            return
        if plan.hidden:
            yield "Hidden", f"{plan.hidden:,} of the marked are hidden by the filter", "bold yellow"
        if plan.gone:
            yield "Gone", f"{plan.gone:,} of the marked: no longer on the list", ""
        if self._is_most(chosen):
            size = f"{plan.list_size:,}{'' if plan.complete else ' loaded so far'}"
            yield "Careful", f"that is more than half of the list ({size})", "bold red"
        yield "Read", f"{duration(plan.age)} ago; {self._promise(len(chosen))}", ""
        yield "Takes", plan.takes(calls(len(chosen))), ""
        if len(self._lists) == 1 and (way := other_way(self._lists[0], deletes=len(chosen))):
            yield "", way, "dim"
        shown = [*chosen[:_ENDS], None, *chosen[-_ENDS:]] if len(chosen) > 2 * _ENDS else chosen
        for number, it in enumerate(shown):
            label = "Addresses" if number == 0 else ""
            if it is None or it.before is None:
                yield label, f"… {len(chosen) - 2 * _ENDS:,} more …", "dim"
            else:
                on = "" if len(self._lists) == 1 else f"  {it.which}"
                yield label, f"{it.address}  {it.before.reason}  {moment(it.before.last_update)[:16]}{on}", ""

    def _promise(self, count: int) -> str:
        if count <= ASK_AGAIN_UP_TO:
            return "asked again one by one, what changed stays"
        return "what changes meanwhile stays"


def _reason(entry: Entry) -> Reason | None:
    return None if entry.before is None else entry.before.reason
