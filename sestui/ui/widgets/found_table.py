"""The table of what was found: a line for each entry, or for a list that has none."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from textual.binding import Binding, BindingType

from sestui.domain.display import printable
from sestui.domain.suppression import SuppressedDestination, SuppressedDestinationSummary, SuppressionList
from sestui.ui.widgets.line_view import Part, fitted
from sestui.ui.widgets.table import Table

_WIDE: Final = 100
"""Cells from which there is more room for the names of lists."""


@dataclass(frozen=True, slots=True)
class Found:
    """One line; its words are harmless for a terminal, its names are as SES has them."""

    address: str
    """As it was looked for."""
    which: SuppressionList
    spelling: str
    """As it stands on the list; empty where nothing was found there."""
    words: str
    urgent: bool
    """Whether a person should look at it."""
    row: SuppressedDestinationSummary | None = None
    """The entry, as SES or what is loaded of the list tells it."""
    entry: SuppressedDestination | None = None
    """As SES told it; None where it did not."""
    ticked: bool | None = None
    """Whether it is to be removed; None where it can't be."""

    @property
    def key(self) -> tuple[str, SuppressionList, str]:
        return self.address, self.which, self.spelling


class FoundTable(Table[Found]):
    """A line for each entry and each list without one."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "open", "list")]

    def header(self, width: int) -> str:
        return "".join(map(fitted, ("", "", "Tenant", "Address", "What SES says"), _widths(width)))

    def row(self, it: Found, width: int, *, under: bool) -> Sequence[Part]:
        tick = "" if it.ticked is None else "[x]" if it.ticked else "[ ]"
        # No tenant's name has a blank.
        which = it.which.tenant_name or "account's list"
        cells = ("▸" if under else "", tick, printable(which), printable(it.spelling or it.address), it.words)
        style = "cursor" if under else "urgent" if it.urgent else "plain"
        return (("".join(map(fitted, cells, _widths(width))), style),)


def _widths(width: int) -> tuple[int, ...]:
    """Return the cells of sign, tick, list, address and words in a table of this width."""
    which, address = (28, 34) if width >= _WIDE else (16, 21)
    return 2, 4, which, address, max(2, width - 6 - which - address)
