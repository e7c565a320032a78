"""The loaded part of one suppression list: exact by address, searched and sorted without being held up by it."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from heapq import nlargest
from itertools import chain, compress, count, islice
from math import inf
from typing import Final
from weakref import WeakSet

from sestui.domain.query import Query
from sestui.domain.suppression import SuppressedDestinationSummary
from sestui.services.marks import Marks
from sestui.services.rows import Columns, Rows
from sestui.services.view import Column, View

_SLICE: Final = 2048
"""Rows a view takes in before whoever waits for the event loop gets a turn."""
_LOOK: Final = 1000
"""Rows looked at one by one, up and down, for a first screenful; where it takes more, all are searched as quickly."""
_EFFORT: Final = 32
"""Instructions of a pattern that so many rows can be searched with in one turn; of a larger one fewer are."""


class Seen:
    """The rows that came in one reading: a byte each, where a set of their addresses would take a hundred."""

    def __init__(self) -> None:
        self.flags = bytearray()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __contains__(self, number: int) -> bool:
        return number < len(self.flags) and self.flags[number] == 1

    def add(self, numbers: Iterable[int], size: int) -> None:
        """Take note of rows whose numbers are below `size`; those of a page of new ones, a range, all at once."""
        self.flags += bytes(max(0, size - len(self.flags)))
        flags = self.flags
        if isinstance(numbers, range) and numbers.step == 1:
            start, stop = numbers.start, numbers.stop
            self._count += len(numbers) - flags.count(1, start, stop)
            flags[start:stop] = b"\1" * len(numbers)
            return
        for number in numbers:
            self._count += not flags[number]
            flags[number] = 1

    def forget(self, numbers: Iterable[int]) -> None:
        """Take note that these have to come again."""
        for number in numbers:
            if number in self:
                self.flags[number] = 0
                self._count -= 1


class Index:
    """Rows by address. A row that comes again replaces the one that is there; views follow."""

    def __init__(self) -> None:
        self._rows = Rows()
        self.marks = Marks(self._rows)
        """The marked of these; one that leaves the list is no longer marked."""
        self._count = 0
        self.changes = 0
        """How often rows have come, changed or gone: while it stays the same, so does what is made of them."""
        self._views: WeakSet[View] = WeakSet()
        self.everything = self._followed(View(self._rows, Query(), Column.LAST_UPDATE, reverse=True))
        """All rows, by the column that a view was last asked for."""

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[SuppressedDestinationSummary]:
        """Yield the rows in the order in which their addresses first came."""
        return (self._rows[number] for number in compress(range(len(self._rows)), self._rows.here))

    def get(self, address: str) -> SuppressedDestinationSummary | None:
        number = self._rows.find(address)
        return self._rows[number] if number is not None and self._rows.here[number] else None

    def spellings(self, address: str) -> tuple[SuppressedDestinationSummary, ...]:
        """Return the rows that are this address but for the case of letters, which SES ignores when it sends."""
        numbers = sorted(self._rows.spellings(address))
        return tuple(self._rows[number] for number in numbers if self._rows.here[number])

    def put(
        self, rows: Iterable[SuppressedDestinationSummary], seen: Seen | None = None, *, told: bool = False
    ) -> list[SuppressedDestinationSummary]:
        """Add rows and return those whose address is new; a row that is there already is replaced, but by no older one.

        SES may list an address once a reason (not documented), yet a delete takes all of them: the later one counts. An
        older row counts where it is `told` for certain, or comes in a reading whose rows so far are `seen`, and is not
        among these. Such rows are then seen too.
        """
        rows = list(rows)
        latest = {row.address: row for row in rows}
        if len(latest) < len(rows):
            latest.clear()
            for row in rows:
                other = latest.get(row.address)
                if other is None or row.last_update >= other.last_update:
                    latest[row.address] = row
        known = self._rows
        size = len(known)
        numbers = known.numbers(latest)
        # Most pages bring nothing but new rows, or nothing new.
        if latest and len(known) - size == len(latest):
            new, changed = list(latest.values()), dict[int, SuppressedDestinationSummary]()
            known.fill(size, new)
        else:
            new, changed = self._compare(numbers, latest.values(), size, seen, told)
        if seen is not None:
            seen.add(numbers, len(known))
        self._count += len(new)
        self.changes += bool(new or changed)
        for view in self._views:
            view.take_out(number for number in changed if known.here[number])
        for number, row in changed.items():
            known.replace(number, row)
        self.marks.came(size, changed, told=told)
        for view in self._views:
            view.put_back(changed)
            # One that is being made comes to the new rows in its own time.
            if view.extent == size:
                view.take_in(len(known))
        return new

    def _compare(
        self,
        numbers: Iterable[int],
        rows: Iterable[SuppressedDestinationSummary],
        size: int,
        seen: Seen | None,
        told: bool,
    ) -> tuple[list[SuppressedDestinationSummary], dict[int, SuppressedDestinationSummary]]:
        """Return the rows that were not on the list, and by number those that are to be other than they are.

        Rows from the number `size` on are filled.
        """
        known = self._rows
        new: list[SuppressedDestinationSummary] = []
        changed: dict[int, SuppressedDestinationSummary] = {}
        fresh: list[SuppressedDestinationSummary] = []
        for number, row in zip(numbers, rows, strict=True):
            if number >= size:
                new.append(row)
                fresh.append(row)
            elif not known.here[number]:
                new.append(row)
                changed[number] = row
            elif row.last_update < known.dates[number] and not (told if seen is None else number not in seen):
                continue
            elif not known.holds(number, row):
                changed[number] = row
        if fresh:
            known.fill(size, fresh)
        return new, changed

    def see(self, address: str, seen: Seen) -> None:
        """Count an address as seen: it came otherwise than by a page, and no older row of it counts any more."""
        number = self._rows.find(address)
        if number is not None:
            seen.add([number], len(self._rows))

    def fill(self, columns: Columns) -> None:
        """Add those rows whose address never came: what has come, and what has gone, is known better than from a cache.

        It takes two thirds of the time of `put`.
        """
        size = len(self._rows)
        self._rows.add(columns)
        self.marks.came(size)
        self._count += len(self._rows) - size
        self.changes += len(self._rows) > size
        for view in self._views:
            if view.extent == size:
                view.take_in(len(self._rows))

    async def batches(self, size: int = 1000) -> AsyncIterator[Columns]:
        """Yield all rows, so many at a time: the newest, then the others in the order in which they came.

        Each row is yielded as it is at that moment; what changes behind that place is not yielded again.
        """
        known, newest = self._rows, list[int]()
        dates = known.dates.__getitem__
        for start in range(0, len(known), _SLICE):
            some = compress(range(start, start + _SLICE), known.here[start : start + _SLICE])
            newest = nlargest(size, chain(newest, some), key=dates)
            await asyncio.sleep(0)
        newest = [number for number in newest if known.here[number]]
        if newest:
            yield Columns.of([known[number] for number in newest])
        done = set(newest)
        start = 0
        # Rows that come meanwhile have higher numbers.
        while start < len(known):
            columns = known.columns(start, min(start + size, len(known)), but=done)
            start += size
            if columns:
                yield columns

    async def columns(self) -> AsyncIterator[Columns]:
        """Yield all rows a slice at a time, in the order in which they came; others get their turn before each."""
        known = self._rows
        for start in count(0, _SLICE):
            await asyncio.sleep(0)
            if start >= len(known):
                break
            yield known.columns(start, min(start + _SLICE, len(known)))

    def discard(self, address: str) -> None:
        number = self._rows.find(address)
        if number is not None and self._rows.here[number]:
            self._drop([number])

    def keep(self, seen: Seen) -> None:
        """Drop every row that was not seen."""
        flags = seen.flags.ljust(len(self._rows), b"\0").translate(b"\1\0" + bytes(254))
        unseen = compress(range(len(flags)), flags)
        self._drop([number for number in unseen if self._rows.here[number]])

    def updated_between(self, start: float | None, end: float | None) -> list[int]:
        """Return the numbers of the rows on the list that were last updated from `start` to before `end`."""
        first, last = -inf if start is None else start, inf if end is None else end
        here = compress(range(len(self._rows)), self._rows.here)
        return [number for number in here if first <= self._rows.dates[number] < last]

    def _drop(self, numbers: list[int]) -> None:
        for view in self._views:
            view.take_out(numbers)
        self.marks.gone(numbers)
        for number in numbers:
            self._rows.here[number] = 0
        self._count -= len(numbers)
        self.changes += bool(numbers)

    async def view(
        self,
        query: Query,
        by: Column,
        *,
        reverse: bool,
        marked: bool = False,
        around: str | None = None,
        lines: int = 0,
    ) -> AsyncIterator[View]:
        """Yield a view of what matches: at once the part on the screen, where that is soon found, then the whole.

        The event loop is never held for longer than a few milliseconds. A view follows the index as long as somebody
        holds it.

        Args:
            marked: only those that are marked by then.
            around: the address that stands on the screen now; None for the beginning.
            lines: how many rows a screen has, above and below that address.
        """
        if self.everything.by is by:
            self.everything.reverse = reverse
            if query.is_empty and not marked:
                yield self.everything
                return
            if not marked and (part := self._part(query, around, lines)) is not None:
                yield part
        view = self._followed(View(self._rows, query, by, reverse=reverse, among=self.marks if marked else None))
        await self._fill(view)
        if query.is_empty and not marked:
            self.everything = view
        yield view
        if self.everything.by is not by:
            everything = self._followed(View(self._rows, Query(), by, reverse=reverse))
            await self._fill(everything)
            self.everything = everything

    async def by_date(self) -> View:
        """Return all rows by LastUpdateTime, whatever they are sorted by on the screen."""
        if self.everything.by is Column.LAST_UPDATE:
            return self.everything
        view = self._followed(View(self._rows, Query(), Column.LAST_UPDATE, reverse=True))
        await self._fill(view)
        return view

    def _followed(self, view: View) -> View:
        self._views.add(view)
        return view

    async def _fill(self, view: View) -> None:
        step = _at_once(_SLICE, view.query)
        while view.extent < len(self._rows):
            await asyncio.sleep(0)
            view.take_in(min(view.extent + step, len(self._rows)))

    def _part(self, query: Query, around: str | None, lines: int) -> View | None:
        """Look for a screenful on either side of an address; None where it takes more than a moment."""
        everything, size = self.everything, len(self.everything)
        # Up and down together take no longer than a slice.
        look = min(_LOOK, _at_once(_SLICE // 2, query))
        at = 0 if around is None else everything.place(around)
        below = self._first(query, everything.numbers(at, at + look), lines)
        above = self._first(query, reversed(everything.numbers(at - look, at)), lines)
        if (len(below) < lines and at + look < size) or (len(above) < lines and at > look):
            return None
        return self._followed(View(self._rows, query, everything.by, reverse=everything.reverse, some=above + below))

    def _first(self, query: Query, numbers: Iterable[int], count: int) -> list[int]:
        return list(islice((number for number in numbers if query.matches(self._rows[number])), count))


def _at_once(rows: int, query: Query) -> int:
    """Return how many rows of so many are searched in one turn: fewer where a pattern may take long."""
    return max(1, rows * _EFFORT // max(_EFFORT, query.effort))
