"""The table of what was done: a line each, the newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from sestui.domain.display import moment, zone_name
from sestui.ui.widgets.line_view import Part, fitted
from sestui.ui.widgets.table import Table

_WIDE: Final = 100
"""Cells from which the year and the note have a place."""


@dataclass(frozen=True, slots=True)
class Line:
    """What is told of one thing that was done, in words that are harmless for a terminal."""

    kind: Literal["job", "edit"]
    number: int
    at: float
    """Seconds since 1970."""
    what: str
    where: str
    state: str
    note: str
    urgent: bool
    """Whether a person should look at it."""

    @property
    def key(self) -> tuple[str, int]:
        return self.kind, self.number


class HistoryTable(Table[Line]):
    """A line for each job and each change of settings."""

    def header(self, width: int) -> str:
        when = f"When, {zone_name()}" if width >= _WIDE else zone_name()
        return "".join(map(fitted, ("", "Job", when, "What", "List", "State", "Note"), _widths(width)))

    def row(self, it: Line, width: int, *, under: bool) -> Sequence[Part]:
        at = moment(it.at)[:16] if width >= _WIDE else moment(it.at)[5:16]
        number = str(it.number) if it.kind == "job" else "–"
        cells = ("▸" if under else "", number, at, it.what, it.where, it.state, it.note)
        style = "cursor" if under else "urgent" if it.urgent else "plain"
        return (("".join(map(fitted, cells, _widths(width))), style),)


def _widths(width: int) -> tuple[int, ...]:
    """Return the cells of sign, number, time, what, list, state and note in a table of this width."""
    if width >= _WIDE:
        rest = width - 62
        return 2, 5, 17, 18, 20, rest - rest * 3 // 10, rest * 3 // 10
    return 2, 5, 13, 18, 14, max(2, width - 52), 0
