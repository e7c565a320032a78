"""Which rows of a list are marked: a byte a row, so that all of a million are marked in a few milliseconds.

Marks belong to addresses, which keep their row's number for as long as the list is in memory, and go with them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import compress
from typing import TYPE_CHECKING, Final

from sestui.domain.query import Query
from sestui.services.matching import matching
from sestui.services.rows import END, Rows

if TYPE_CHECKING:
    from sestui.services.view import View

_FEW: Final = 2000
"""Marks that are counted one by one sooner than a million rows are compared at once."""
_SLICE: Final = 4096


class Marks:
    """The marked rows of an index, as a collection of their addresses in the order in which these first came."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self.flags = bytearray()
        """1 where a row is marked; rows beyond its end are not."""
        self._count = 0
        self._cleared = bytearray()
        """The marks that were taken off all at once and can be put back."""
        self._collected: list[Query] = []
        self._decided = bytearray()
        """1 for rows that are not to be marked by what is collected: they were, or came otherwise than by loading."""

    def __len__(self) -> int:
        return self._count

    def __contains__(self, address: object) -> bool:
        number = self._rows.find(address) if isinstance(address, str) and self._count else None
        return number is not None and self.has(number)

    def __iter__(self) -> Iterator[str]:
        for start in range(0, len(self.flags), _SLICE):
            flags = self.flags[start : start + _SLICE]
            if 1 in flags:
                spelled = self._rows.spelled.between(start, start + len(flags)).split(END)
                for text in compress(spelled, flags):
                    yield text.decode("utf-8", "surrogatepass")

    def has(self, number: int) -> bool:
        """Whether the row of this number is marked."""
        return number < len(self.flags) and self.flags[number] == 1

    def between(self, start: int, stop: int) -> bytes:
        """Return a byte for each row from `start` to before `stop`: 1 where it is marked."""
        return bytes(self.flags[start:stop].ljust(stop - start, b"\0"))

    def add(self, number: int) -> None:
        """Mark a row that is on the list."""
        self._lengthen()
        self._count += not self.flags[number]
        self.flags[number] = 1

    def discard(self, addresses: Iterable[str]) -> None:
        """Take the marks off these, where there are any."""
        for address in addresses:
            number = self._rows.find(address)
            if number is not None and self.has(number):
                self.flags[number] = 0
                self._count -= 1

    def toggle(self, address: str) -> None:
        """Mark an address that is on the list, or take its mark off."""
        number = self._rows.find(address)
        if number is None or not self._rows.here[number]:
            return
        if self.has(number):
            self.discard([address])
        else:
            self.add(number)

    def add_all(self, flags: bytes | bytearray) -> None:
        """Mark all rows that have a 1 here: those of a view, or some that stand together there."""
        self._set(_number(self.flags) | _number(flags))

    def invert(self, flags: bytes | bytearray) -> None:
        """Of the rows that have a 1 here mark those that are not marked, and take the marks off the others."""
        self._set(_number(self.flags) ^ _number(flags))

    def clear(self) -> None:
        """Take all marks off; where there are none put back those that were taken off so, but for what has left."""
        self._cleared, back = bytearray(self.flags if self._count else b""), self._cleared
        self._set(0 if self._count else _number(back))

    def shown(self, view: View) -> int:
        """Return how many rows of a view are marked."""
        if self._count < _FEW:
            return sum(number < view.extent and view.flags[number] for number in _ones(self.flags))
        return (_number(self.flags) & _number(view.flags)).bit_count()

    def hidden_by(self, query: Query) -> int:
        """Return how many marked rows a filter hides; where there is a view of it, `shown` is quicker."""
        flags = matching(self._rows, query, 0, len(self._rows))
        return self._count - (_number(self.flags) & _number(flags)).bit_count()

    # What comes and goes

    @property
    def is_collecting(self) -> bool:
        """Whether rows are marked as they come."""
        return bool(self._collected)

    def collects(self, query: Query) -> bool:
        """Whether all that match this filter are marked as they come."""
        return query in self._collected

    def collect(self, view: View) -> None:
        """Mark all rows of a view, and from now on those that come and match its filter."""
        self.add_all(view.flags)
        decided = _number(self._decided) | _number(view.flags)
        self._decided = bytearray(decided.to_bytes(len(self._rows), "little"))
        self._collected.append(view.query)

    def freeze(self) -> None:
        """Mark nothing more that comes."""
        self._collected, self._decided = [], bytearray()

    def came(self, start: int, changed: Collection[int] = (), *, told: bool = False) -> None:
        """Take note of new rows, from the number `start` on, and of such as are otherwise than before.

        Rows that were `told`, each for itself and by no page of the list, are never marked for having come.
        """
        if not self._collected:
            return
        size = len(self._rows)
        self._decided += bytes(size - len(self._decided))
        came = set(range(start, size)).union(changed) if told else self._matching(start, changed)
        for number in came:
            if not (told or self._decided[number]):
                self.add(number)
            self._decided[number] = 1

    def gone(self, numbers: Iterable[int]) -> None:
        """Take the marks off rows that have left the list: should they come back, they are not what was marked."""
        for number in numbers:
            if self.has(number):
                self.flags[number] = 0
                self._count -= 1
            for flags in (self._cleared, self._decided):
                if number < len(flags):
                    flags[number] = 0

    def _matching(self, start: int, changed: Collection[int]) -> Iterator[int]:
        rows = self._rows
        for query in self._collected:
            yield from _ones(matching(rows, query, start, len(rows)), start)
            yield from (number for number in changed if query.matches(rows[number]))

    def _lengthen(self) -> None:
        self.flags += bytes(len(self._rows) - len(self.flags))

    def _set(self, flags: int) -> None:
        # What is to be marked may have left a moment ago.
        flags &= _number(self._rows.here)
        self._lengthen()
        # In place: a view of the marked looks here.
        self.flags[:] = flags.to_bytes(len(self.flags), "little")
        self._count = flags.bit_count()


def _number(flags: bytes | bytearray) -> int:
    """Return flags as one number: a million are compared with a million others in two milliseconds."""
    return int.from_bytes(flags, "little")


def _ones(flags: bytes | bytearray, start: int = 0) -> Iterator[int]:
    at = flags.find(1)
    while at >= 0:
        yield start + at
        at = flags.find(1, at + 1)
