"""Counts the additions of every list that is known: the open one, those in memory, and those that were kept.

For what earlier sessions have kept on this machine SES is not asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sestui.domain.display import hour_of
from sestui.domain.errors import CacheTrouble
from sestui.domain.trends import Other, Trends
from sestui.services.trends import count

if TYPE_CHECKING:
    from sestui.domain.suppression import SuppressionList
    from sestui.services.keeping import Keeping
    from sestui.services.kept import Kept
    from sestui.services.listing import Listing

_LEISURE: Final = 10.0
"""How many times as long as a count took the next one is put off."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted of a list, and what of it that was made of."""

    state: tuple[object, ...]
    """Nothing for what is kept: that is counted once."""
    known_since: float
    other: Other
    """Not all of its bars, some thousand: of a list that is not on the screen nobody sees them."""


class Counting:
    """What was counted so far, for as long as more comes."""

    def __init__(
        self,
        here: Listing,
        is_open: Callable[[], bool],
        others: Callable[[], list[Listing]],
        keeping: Keeping,
        clock: Callable[[], float],
    ) -> None:
        """`here` is the open list, for as long as `is_open`; `others` are in memory besides it."""
        self.here = here
        self.is_open = is_open
        self.clock = clock
        self._others = others
        self._keeping = keeping
        self.trends: Trends | None = None
        """Of the open list; None until it is counted."""
        self.counted: dict[SuppressionList, Counted] = {}
        """Of each list, the open one among them."""
        self.unread = 0
        """How many kept lists could not be read."""
        self.left = 0
        """How many kept lists are still to be counted."""
        self._not_before = 0.0
        """When may be counted again, in the loop's seconds."""

    @property
    def others(self) -> dict[SuppressionList, Other]:
        """What is told of each list but the open one."""
        return {which: it.other for which, it in self.counted.items() if which != self.here.which}

    def is_due(self) -> bool:
        """Whether something else would be counted now than was, and the last time is long enough ago."""
        return asyncio.get_running_loop().time() >= self._not_before and any(self._stale())

    async def count(self) -> AsyncGenerator[None, None]:
        """Count what is in memory and is other than it was, the open list first; yield after each list."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        for listing, since, state in list(self._stale()):
            found = await count(listing.index.columns(), self.clock(), since)
            if listing is self.here:
                self.trends = found
            is_kept = listing.kept_from is not None
            other = Other.of(found, since, listing.read_at or 0.0, is_kept=is_kept)
            self.counted[listing.which] = Counted(state, since, other)
            yield
        self._not_before = loop.time() + _LEISURE * (loop.time() - begun)

    async def count_kept(self) -> AsyncGenerator[None, None]:
        """Count what is kept of lists that are not in memory; yield before each, and when none is left."""
        lists = [which for which in await self._keeping.lists() if not self._is_in_memory(which)]
        for place, which in enumerate(lists):
            self.left = len(lists) - place
            yield
            try:
                found = await self._keeping.look(which, self._count_one)
            except CacheTrouble:
                # One file has them all: each of the rest would wait as long for whoever has locked it.
                self.unread += sum(not self._is_in_memory(it) for it in lists[place:])
                break
            if self._is_in_memory(which):
                continue
            if found is None:
                self.unread += 1
            else:
                self.counted[which] = found
        self.left = 0
        yield

    def _stale(self) -> Iterator[tuple[Listing, float, tuple[object, ...]]]:
        """Yield the lists of which something else would be counted now than was, with since when they are known."""
        hour = hour_of(self.clock())
        for listing in self._in_memory():
            since = listing.known_since
            state = (listing, hour, listing.index.changes, since)
            before = self.counted.get(listing.which)
            if before is None or before.state != state:
                yield listing, since, state

    def _in_memory(self) -> tuple[Listing, ...]:
        return (self.here, *self._others())

    def _is_in_memory(self, which: SuppressionList) -> bool:
        return any(it.which == which for it in self._in_memory())

    async def _count_one(self, kept: Kept) -> Counted:
        found = await count(kept, self.clock(), kept.known_since)
        return Counted((), kept.known_since, Other.of(found, kept.known_since, kept.read_at, is_kept=True))
