"""Two lists side by side: what only one of them holds, and what both do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from sestui.domain.query import Query
from sestui.domain.suppression import SuppressedDestinationSummary
from sestui.services.listing import Listing


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two lists by exact address, as SES keeps them: the three groups partition all addresses, each in a list's order.

    SES finds an address under one spelling only, but ignores the case of letters when it sends.
    """

    only_here: tuple[SuppressedDestinationSummary, ...]
    only_there: tuple[SuppressedDestinationSummary, ...]
    both: tuple[tuple[SuppressedDestinationSummary, SuppressedDestinationSummary], ...]
    """The row here and the row there."""
    other_case_here: frozenset[str]
    """Of the addresses only here, those that are there in other letter case."""
    other_case_there: frozenset[str]
    """Of the addresses only there, those that are here in other letter case."""

    @property
    def other_reason(self) -> tuple[tuple[SuppressedDestinationSummary, SuppressedDestinationSummary], ...]:
        """What is on both, with another reason here than there."""
        return tuple(pair for pair in self.both if pair[0].reason is not pair[1].reason)

    @property
    def swapped(self) -> Comparison:
        """The same, seen from the other list."""
        both = tuple((there, here) for here, there in self.both)
        return Comparison(self.only_there, self.only_here, both, self.other_case_there, self.other_case_here)

    def matching(self, query: Query) -> Comparison:
        """Return what a filter lets through; of an address on both, the row here is asked."""
        if query.is_empty:
            return self
        return Comparison(
            tuple(row for row in self.only_here if query.matches(row)),
            tuple(row for row in self.only_there if query.matches(row)),
            tuple(pair for pair in self.both if query.matches(pair[0])),
            self.other_case_here,
            self.other_case_there,
        )


def compare(here: Iterable[SuppressedDestinationSummary], there: Iterable[SuppressedDestinationSummary]) -> Comparison:
    """Compare two lists, each with an address at most once."""
    ours = {row.address: row for row in here}
    theirs = {row.address: row for row in there}
    only_here = tuple(row for row in ours.values() if row.address not in theirs)
    only_there = tuple(row for row in theirs.values() if row.address not in ours)
    both = tuple((row, theirs[row.address]) for row in ours.values() if row.address in theirs)
    return Comparison(only_here, only_there, both, _in_other_case(only_here, theirs), _in_other_case(only_there, ours))


def _in_other_case(rows: Iterable[SuppressedDestinationSummary], others: Iterable[str]) -> frozenset[str]:
    folded = {address.casefold() for address in others}
    return frozenset(row.address for row in rows if row.address.casefold() in folded)


async def load(*listings: Listing) -> AsyncIterator[Listing]:
    """See to it that each list is whole and was read in the last five minutes; yield the one at hand, and as it grows.

    What somebody else is loading is waited for. Raises what `Listing.load` raises.
    """
    for listing in listings:
        async for _ in listing.whole():
            yield listing
