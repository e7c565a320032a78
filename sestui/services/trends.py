"""Counts what was added to a list, of rows in columns: a million in a second, and nobody waits for it."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import compress, repeat
from itertools import count as numbering
from math import ceil, inf
from operator import add, floordiv, itemgetter, mul, sub
from typing import TYPE_CHECKING, Final

from sestui.domain.display import hour_of
from sestui.domain.suppression import Reason
from sestui.domain.trends import HOUR, Trends, counted_since, trends
from sestui.services.in_thread import in_thread
from sestui.services.rows import reason_code

if TYPE_CHECKING:
    from collections.abc import AsyncIterable

    from sestui.services.rows import Columns

_REASONS: Final = sorted(Reason, key=reason_code)
_HOURS: Final = 1024
"""More than the days that are told have."""
_SUMS: Final = 1 << 16
"""Sums in a dictionary before another is begun: one of a million stops the program for 40 ms while it grows."""


class Tally:
    """Additions by hour, reason and domain; what is older than the days that are told is left out."""

    def __init__(self, now: float) -> None:
        self._now = now
        self._since = counted_since(now)
        # Hours begin where the clock that is shown says so: in some zones at half past of UTC.
        self._last = ceil((hour_of(now) - self._since) / HOUR)
        """The number of the hour of now, the first one being 0."""
        self._first = hour_of(now) - HOUR * self._last
        self.oldest = inf
        """The date of the oldest row, counted or not, in seconds since 1970; inf before the first."""
        self._numbers = defaultdict[bytes, int](numbering().__next__)
        """Of the domains, as they come."""
        self._counts = [Counter[float]()]
        """By a number made of those of domain, hour and reason: tuples would take three times the memory and time."""

    def add(self, columns: Columns) -> None:
        """Count some rows: for 2,048 it takes two milliseconds."""
        self.oldest = min(self.oldest, min(columns.dates, default=inf))
        flags = bytes(map(float(self._since).__le__, columns.dates))
        if 1 not in flags:
            return
        # All of this goes on without the interpreter's taking a step for each row.
        dates = map(sub, compress(columns.dates, flags), repeat(self._first))
        hours = map(min, map(floordiv, dates, repeat(HOUR)), repeat(self._last))
        addresses = compress(columns.addresses(), flags)
        domains = map(itemgetter(2), map(bytes.rpartition, addresses, repeat(b"@")))
        numbers = map(mul, map(self._numbers.__getitem__, domains), repeat(_HOURS))
        places = map(mul, map(add, numbers, hours), repeat(len(_REASONS)))
        if len(self._counts[-1]) > _SUMS:
            self._counts.append(Counter())
        self._counts[-1].update(map(add, places, compress(columns.reasons, flags)))

    def trends(self, known_since: float) -> Trends:
        """Return what is shown of these, as `domain.trends.trends` has it; the tally is used up."""
        domains = [it.decode("utf-8", "surrogatepass").casefold() for it in self._numbers]
        hours = [self._first + HOUR * place for place in range(_HOURS)]
        counts = defaultdict[int, dict[Reason, Counter[str]]](lambda: {it: Counter() for it in Reason})
        while self._counts:
            for place, count in self._counts.pop().items():
                rest, reason = divmod(int(place), len(_REASONS))
                domain, hour = divmod(rest, _HOURS)
                counts[hours[hour]][_REASONS[reason]][domains[domain]] += count
        return trends(counts, self._now, known_since)


async def count(slices: AsyncIterable[Columns], now: float, known_since: float) -> Trends:
    """Count rows at `now`, slice by slice: those of `Index.columns` or a `Kept`; the sums are made in a thread.

    What comes meanwhile may be counted or not. `known_since` is as `Listing` or `Kept` has it.
    """
    tally = Tally(now)
    async for columns in slices:
        tally.add(columns)
    # Of the days before a list began nothing can be said, nor of what would have been usual then.
    return await in_thread(tally.trends, max(known_since, tally.oldest))
