"""An ordered choice of an index's rows that follows what comes and goes."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from itertools import accumulate, compress, filterfalse, pairwise, repeat
from operator import mul, sub
from typing import TYPE_CHECKING, Any, Final

from sestui.domain.query import Query
from sestui.domain.suppression import SuppressedDestinationSummary
from sestui.services.matching import both, matching
from sestui.services.rows import END, Rows

if TYPE_CHECKING:
    from sestui.services.marks import Marks

_FULL: Final = 4096
"""Rows from which on a block is split in two."""
_FAR: Final = 2.0**36
"""Seconds that part one reason's rows from the next one's when the newest comes first: two thousand years."""
_SAMPLE: Final = 8
"""Rows that are looked at for each block when rows come into an empty view by the million."""


class Column(StrEnum):
    """What rows can be sorted by; two rows that are equal there stay in the order in which their addresses came."""

    ADDRESS = "address"
    """Case-folded."""
    DOMAIN = "domain"
    """Then by address."""
    REASON = "reason"
    """Then the newest first."""
    LAST_UPDATE = "last update"


class _Block:
    """Neighbours in a view. They are put in order only when one of them is looked at."""

    __slots__ = ("is_sorted", "rows")

    def __init__(self, rows: Iterable[int], is_sorted: bool) -> None:
        self.rows = array("I", rows)
        self.is_sorted = is_sorted


class View:
    """The rows that match a query, by a column: a sequence of them, made as they are asked for.

    Blocks stand in order, a row's key tells its block; so a row comes or goes without any other being moved, and what
    nobody looks at is never sorted.
    """

    def __init__(
        self,
        rows: Rows,
        query: Query,
        by: Column,
        *,
        reverse: bool,
        among: Marks | None = None,
        some: Iterable[int] | None = None,
    ) -> None:
        self._rows = rows
        self.query = query
        self.among = among
        """The marks that a row must be among; None where it need not be marked. Marking alone does not alter a view."""
        self.by = by
        self.reverse = reverse
        """Whether the last comes first; may be changed at any time."""
        self.whole = some is None
        """Whether it is about all rows; else it begins with some that match and stand together."""
        self.extent = 0
        """Rows with lower numbers have had their turn."""
        self.flags = bytearray()
        """By number: 1 for each row that is in the view, 0 for the others below the extent."""
        self._key = _key(rows, by)
        self._blocks = [_Block((), True)]
        # The first row of each block but the first, and its key: what separates the blocks.
        self._keys: list[Any] = []
        self._firsts: list[int] = []
        self._ends: list[int] | None = None
        if some is not None:
            self.extent = len(rows)
            self.flags = bytearray(self.extent)
            self.put_back(some)

    def __len__(self) -> int:
        return self._block_ends()[-1]

    def __getitem__(self, place: int) -> SuppressedDestinationSummary:
        return self.rows(place, place + 1)[0]

    def __iter__(self) -> Iterator[SuppressedDestinationSummary]:
        for start in range(0, len(self), _FULL):
            yield from self.rows(start, start + _FULL)

    def batches(self, size: int) -> Iterator[list[SuppressedDestinationSummary]]:
        """Yield so many of all rows at a time, as they stand now: what comes and goes meanwhile alters nothing."""
        return self._batches([_Block(block.rows, block.is_sorted) for block in self._blocks], self.reverse, size)

    def _batches(self, blocks: list[_Block], reverse: bool, size: int) -> Iterator[list[SuppressedDestinationSummary]]:
        for block in reversed(blocks) if reverse else blocks:
            numbers = self._in_order(block)
            if reverse:
                numbers.reverse()
            for start in range(0, len(numbers), size):
                yield [self._rows[number] for number in numbers[start : start + size]]

    def rows(self, start: int, stop: int) -> list[SuppressedDestinationSummary]:
        """Make the rows that stand from `start` to before `stop`."""
        return [self._rows[number] for number in self.numbers(start, stop)]

    def numbers(self, start: int, stop: int) -> list[int]:
        """Return the numbers of the rows that stand from `start` to before `stop`."""
        start, stop = max(start, 0), min(stop, len(self))
        if self.reverse:
            return self._numbers(len(self) - stop, len(self) - start)[::-1]
        return self._numbers(start, stop)

    def rank(self, key: Any) -> int:
        """Return how many rows have a lesser key."""
        at = bisect_left(self._keys, key)
        return bisect_left(self._sorted(at), key, key=self._key) + (self._block_ends()[at - 1] if at else 0)

    def ranked(self, start: int, stop: int) -> list[SuppressedDestinationSummary]:
        """Return the rows from one rank to before another, the greatest key first."""
        return [self._rows[number] for number in reversed(self._numbers(max(0, start), stop))]

    def _numbers(self, start: int, stop: int) -> list[int]:
        ends = self._block_ends()
        at = bisect_right(ends, start)
        found: list[int] = []
        while start < stop:
            begin = ends[at - 1] if at else 0
            found += self._sorted(at)[start - begin : stop - begin]
            start = ends[at]
            at += 1
        return found

    def flags_between(self, start: int, stop: int) -> bytearray:
        """Return by number a 1 for each row that stands from `start` to before `stop`.

        What is not at either end of these is not sorted for it.
        """
        if self.reverse:
            start, stop = len(self) - stop, len(self) - start
        inside = 2 * (stop - start) <= len(self)
        flags = bytearray(self.extent) if inside else self.flags[:]
        for first, last in [(start, stop)] if inside else [(0, start), (stop, len(self))]:
            for numbers in self._pieces(first, last):
                for number in numbers:
                    flags[number] = inside
        return flags

    def _pieces(self, start: int, stop: int) -> Iterator[Iterable[int]]:
        ends = self._block_ends()
        for at, (begin, end) in enumerate(pairwise([0, *ends])):
            if start <= begin and end <= stop:
                yield self._blocks[at].rows
            elif begin < stop and start < end:
                yield self._sorted(at)[max(0, start - begin) : stop - begin]

    def place(self, address: str) -> int:
        """Return where the address stands, else where the first row stands that would be behind it."""
        row = self._rows.find(address)
        if row is None:
            return 0
        key = self._key(row)
        at = self._block_of(key, row)
        inside = bisect_left(self._sorted(at), (key, row), key=lambda other: (self._key(other), other))
        place = inside + (self._block_ends()[at - 1] if at else 0)
        if not self.reverse:
            return place
        stands = inside < len(self._blocks[at].rows) and self._blocks[at].rows[inside] == row
        return len(self) - place - stands

    def take_in(self, stop: int) -> None:
        """Give the rows from `extent` to before `stop` their turn."""
        start, self.extent = self.extent, stop
        if start == 0 and len(self._rows) > _FULL:
            self._divide()
        flags = matching(self._rows, self.query, start, stop)
        if self.among is not None:
            flags = both(flags, self.among.between(start, stop))
        self.flags += flags
        count = flags.count(1)
        if count * 8 < stop - start:
            few = list(_ones(flags, start))
            self._add(few, map(self._key, few))
        else:
            self._add(compress(range(start, stop), flags), compress(_keys(self._rows, self.by, start, stop), flags))

    def _takes(self, number: int) -> bool:
        """Whether a row matches, and is marked where it must be."""
        return self.query.matches(self._rows[number]) and (self.among is None or self.among.has(number))

    def put_back(self, numbers: Iterable[int]) -> None:
        """Take in what matches of rows that changed after they had their turn."""
        rows = self._rows
        here = [it for it in numbers if it < self.extent and rows.here[it] and self._takes(it)]
        for number in here:
            self.flags[number] = 1
        self._add(here, map(self._key, here))

    def take_out(self, numbers: Iterable[int]) -> None:
        """Leave these out; to be called before a row is changed, for its key tells where it stands."""
        leaving = set(numbers)
        for number in leaving:
            if number < self.extent:
                self.flags[number] = 0
        if len(leaving) > len(self) // _SAMPLE:
            places: Iterable[int] = range(len(self._blocks))
        else:
            places = {self._block_of(self._key(row), row) for row in leaving}
        for at in places:
            block = self._blocks[at]
            block.rows = array("I", filterfalse(leaving.__contains__, block.rows))
        self._ends = None

    def _divide(self) -> None:
        """Make blocks for all rows there are, by a sample of them, before the first comes."""
        step = max(1, _FULL // 2 // _SAMPLE)
        sample = list(range(0, len(self._rows), step))
        sample.sort(key=self._key)
        self._firsts = sample[_SAMPLE::_SAMPLE]
        self._keys = list(map(self._key, self._firsts))
        self._blocks = [_Block((), True) for _ in range(len(self._firsts) + 1)]

    def _add(self, rows: Iterable[int], keys: Iterable[Any]) -> None:
        blocks, bounds = self._blocks, self._keys
        for row, key in zip(rows, keys, strict=True):
            at = bisect_right(bounds, key)
            if at and bounds[at - 1] == key:
                at = self._block_of(key, row)
            block = blocks[at]
            block.rows.append(row)
            block.is_sorted = False
        for at in range(len(blocks) - 1, -1, -1):
            if len(blocks[at].rows) > _FULL:
                self._split(at)
        self._ends = None

    def _split(self, at: int) -> None:
        rows = self._sorted(at)
        parts = [_Block(rows[start : start + _FULL // 2], True) for start in range(0, len(rows), _FULL // 2)]
        firsts = [part.rows[0] for part in parts[1:]]
        self._blocks[at : at + 1] = parts
        self._firsts[at:at] = firsts
        self._keys[at:at] = map(self._key, firsts)

    def _block_of(self, key: Any, row: int) -> int:
        at = bisect_right(self._keys, key)
        if at and self._keys[at - 1] == key:
            at = bisect_right(self._firsts, row, bisect_left(self._keys, key, 0, at), at)
        return at

    def _sorted(self, at: int) -> array[int]:
        return self._in_order(self._blocks[at])

    def _in_order(self, block: _Block) -> array[int]:
        if not block.is_sorted:
            rows = sorted(block.rows)
            # Sorting is stable: what is equal stays in the order of its numbers.
            rows.sort(key=self._key)
            block.rows, block.is_sorted = array("I", rows), True
        return block.rows

    def _block_ends(self) -> list[int]:
        if self._ends is None:
            self._ends = list(accumulate(len(block.rows) for block in self._blocks))
        return self._ends


def _ones(flags: bytes, start: int) -> Iterator[int]:
    at = flags.find(1)
    while at >= 0:
        yield start + at
        at = flags.find(1, at + 1)


def _key(rows: Rows, by: Column) -> Callable[[int], Any]:
    """Return what makes a row's key."""
    match by:
        case Column.ADDRESS:
            return rows.folded.__getitem__
        case Column.DOMAIN:
            return lambda row: _domains_first([rows.folded[row]])[0]
        case Column.REASON:
            return lambda row: _FAR * rows.reasons[row] - rows.dates[row]
        case Column.LAST_UPDATE:
            return rows.dates.__getitem__


def _keys(rows: Rows, by: Column, start: int, stop: int) -> Iterable[Any]:
    """Return the keys of neighbouring rows, which takes a fraction of the time that one by one would."""
    match by:
        case Column.ADDRESS:
            return rows.folded.between(start, stop).split(END)[:-1]
        case Column.DOMAIN:
            return _domains_first(rows.folded.between(start, stop).split(END)[:-1])
        case Column.REASON:
            return map(sub, map(mul, rows.reasons[start:stop], repeat(_FAR)), rows.dates[start:stop])
        case Column.LAST_UPDATE:
            return rows.dates[start:stop]


def _domains_first(addresses: Iterable[bytes]) -> list[bytes]:
    return [domain + b"\0" + local for local, _, domain in map(bytes.rpartition, addresses, repeat(b"@"))]
