"""What adding rows to a list comes to: which are new, which are there, which are there with another reason."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sestui.domain.destinations_file import Row
from sestui.domain.job import Entry
from sestui.domain.suppression import Reason, SuppressedDestinationSummary, SuppressionList


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of an address on a list."""

    row: SuppressedDestinationSummary | None
    known: bool
    """Whether SES has told it, or told that there is none."""
    asked: bool
    """Whether that is so recent that it need not be asked for again before the addition is shown."""


class Addition:
    """Rows of a file or a text, as they would be added; they may be taken in little by little."""

    def __init__(
        self, which: SuppressionList, default: Reason, standing: Callable[[str], Standing], *, replace: bool
    ) -> None:
        """`default` is for rows without a reason of their own; `replace`: those with another reason are added, too."""
        self.which = which
        self._default = default
        self._standing = standing
        self._replace = replace
        self.entries: list[Entry] = []
        """What is to be done."""
        self.there = 0
        """How many are there already, with the reason wanted."""
        self.others: list[SuppressedDestinationSummary] = []
        """What is there with another reason."""
        self.unasked: list[str] = []
        """What SES should be asked about before this is shown, where it is not too many."""
        self.reasons = Counter[Reason]()
        """How many entries are to have which reason."""
        self.by_default = 0
        """How many rows have no reason of their own."""

    def take(self, rows: Iterable[Row]) -> None:
        for _, address, own in rows:
            reason = own or self._default
            self.by_default += own is None
            standing = self._standing(address)
            row = standing.row
            if not standing.asked:
                self.unasked.append(address)
            if row is not None and row.reason is reason:
                self.there += 1
                continue
            if row is not None:
                self.others.append(row)
                if not self._replace:
                    continue
            self.entries.append(Entry(self.which, address, reason, row, standing.known))
            self.reasons[reason] += 1
