"""The rows of one suppression list in columns: a hundred bytes a row where an object a row takes three hundred."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence, Set
from itertools import accumulate, compress, count
from math import isfinite
from mmap import MAP_PRIVATE, mmap
from operator import add
from typing import Final

from sestui.domain.suppression import Reason, SuppressedDestinationSummary

END: Final = b"\xff"
"""Stands behind each address in a text. No UTF-8 has this byte, so an address holds it as little as a search does."""
_REASONS: Final = tuple(Reason)
_CODES: Final = {reason: code for code, reason in enumerate(_REASONS)}
_HEADS: Final = 1 << 21
"""Beginnings of chains, a power of two. A fixed number, for a table that grows would stop the program while it does."""
_PLACE: Final = _HEADS - 1
"""The bits of a hash that say which chain."""


def encoded(text: str) -> bytes:
    """Return UTF-8. What came from a wire may hold halves of characters: they are kept."""
    return text.encode("utf-8", "surrogatepass")


def reason_code(reason: Reason) -> int:
    """Return how the column of reasons has this one."""
    return _CODES[reason]


def _folded(texts: Iterable[bytes]) -> list[bytes]:
    """Return texts of UTF-8 case-folded."""
    return [
        text.lower() if text.isascii() else encoded(text.decode("utf-8", "surrogatepass").casefold()) for text in texts
    ]


class Columns:
    """Some rows that stand together, copied out: what goes into a cache and comes back, without an object a row."""

    def __init__(self, texts: bytes, dates: array[float], reasons: bytes) -> None:
        self.texts = texts
        """Addresses as UTF-8, an `END` behind each."""
        self.dates = dates
        """LastUpdateTime in seconds since 1970."""
        self.reasons = reasons
        """As `reason_code` has them."""

    @classmethod
    def of(cls, rows: Sequence[SuppressedDestinationSummary]) -> Columns:
        return cls(
            b"".join([encoded(row.address) + END for row in rows]),
            array("d", [row.last_update for row in rows]),
            bytes([reason_code(row.reason) for row in rows]),
        )

    def __len__(self) -> int:
        return len(self.reasons)

    def __iter__(self) -> Iterator[SuppressedDestinationSummary]:
        for text, code, date in zip(self.addresses(), self.reasons, self.dates, strict=True):
            yield SuppressedDestinationSummary(text.decode("utf-8", "surrogatepass"), _REASONS[code], date)

    def addresses(self) -> list[bytes]:
        return self.texts.split(END)[:-1]

    def folded(self) -> list[bytes]:
        return _folded(self.addresses())

    def only(self, flags: bytes | bytearray) -> Columns:
        """Return the rows that have a 1 among the flags, of which there is one a row."""
        if 0 not in flags:
            return self
        texts = b"".join([text + END for text in compress(self.addresses(), flags)])
        return Columns(texts, array("d", compress(self.dates, flags)), bytes(compress(self.reasons, flags)))

    def parted(self, count: int) -> tuple[Columns, Columns]:
        """Return the first rows, so many at most, and the others."""
        others = b"".join(self.texts.split(END, count)[count:])
        end = len(self.texts) - len(others)
        return (
            Columns(self.texts[:end], self.dates[:count], self.reasons[:count]),
            Columns(others, self.dates[count:], self.reasons[count:]),
        )

    def check(self) -> None:
        """See to it that these can be rows, wherever they came from.

        Raises:
            ValueError: they can't.
        """
        if not self.texts.endswith(END) and self.texts:
            raise ValueError("the last address has no end")
        if not self.texts.count(END) == len(self.dates) == len(self.reasons):
            raise ValueError("the columns differ in length")
        if self.reasons.translate(None, bytes(range(len(_REASONS)))):
            raise ValueError("there is an unknown reason")
        if not isfinite(sum(self.dates)):
            raise ValueError("there is a date that is none")
        self.texts.replace(END, b"\0").decode("utf-8", "surrogatepass")


class Texts:
    """Texts one behind the other, by row; none is ever changed or taken out."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._starts = array("I", [0])

    def __getitem__(self, row: int) -> bytes:
        return bytes(self._data[self._starts[row] : self._starts[row + 1] - 1])

    def extend(self, texts: Sequence[bytes]) -> None:
        if texts:
            # Each text's length, and an `END` more for each: without a step of Python's own for any.
            self._starts.extend(map(add, accumulate(map(len, texts)), count(len(self._data) + 1)))
            self._data += END.join(texts) + END

    def between(self, start: int, stop: int) -> bytes:
        """Return the texts of these rows, an `END` behind each."""
        return bytes(self._data[self._starts[start] : self._starts[stop]])


class Rows:
    """Rows by number, in the order in which their addresses first came. A number is never given to another address.

    A row that has left the list keeps its number, reason and date until its address comes again.
    """

    def __init__(self) -> None:
        self.folded = Texts()
        """Addresses as case-folded UTF-8: what is searched, compared and sorted."""
        self.spelled = Texts()
        """Addresses as UTF-8: what patterns are found in."""
        self.dates = array("d")
        """LastUpdateTime in seconds since 1970."""
        self.reasons = bytearray()
        """As `reason_code` has them."""
        self.here = bytearray()
        """1 where a row is on the list, 0 where it has left it."""
        # Rows whose folded addresses have the same hash are a chain, so that all spellings of an address are on one.
        # Links are row numbers plus one; 0 ends a chain. Of a map the pages that were never looked at cost nothing: a
        # bytearray of that size is written to when it is made, which takes 5 ms and 8 MB for the smallest list.
        self._heads = memoryview(mmap(-1, 4 * _HEADS, flags=MAP_PRIVATE)).cast("I")
        self._next = array("I")

    def __len__(self) -> int:
        """How many numbers are given, those of rows that have left too."""
        return len(self.here)

    def __getitem__(self, row: int) -> SuppressedDestinationSummary:
        """Make the row, as it last was."""
        address = self.spelled[row].decode("utf-8", "surrogatepass")
        return SuppressedDestinationSummary(address, _REASONS[self.reasons[row]], self.dates[row])

    def spellings(self, address: str) -> Iterator[int]:
        """Yield the rows, on the list or not, whose address is this one but for the case of letters."""
        folded = encoded(address.casefold())
        link = self._heads[hash(folded) & _PLACE]
        while link:
            if self.folded[link - 1] == folded:
                yield link - 1
            link = self._next[link - 1]

    def find(self, address: str) -> int | None:
        """Return the row of exactly this address, on the list or not; None if it never came."""
        spelled = encoded(address)
        for row in self.spellings(address):
            if self.spelled[row] == spelled:
                return row
        return None

    def numbers(self, addresses: Collection[str]) -> Sequence[int]:
        """Return the row of each of these addresses, no two the same; one that never came gets a row, not on the list.

        The new rows' numbers follow each other: of a page that brings nothing else they are a range. For a page this
        takes a quarter of the time that one by one would.
        """
        heads, links, spellings = self._heads, self._next, self.spelled
        size = len(self)
        spelled = [address.encode("utf-8", "surrogatepass") for address in addresses]
        folded = _folded(spelled)
        places = [it & _PLACE for it in map(hash, folded)]
        known: dict[int, int] = {}
        for at, link in enumerate(map(heads.__getitem__, places)):
            while link and spellings[link - 1] != spelled[at]:
                link = links[link - 1]
            if link:
                known[at] = link - 1
        numbers: Sequence[int] = range(size, size + len(places))
        if known:
            fresh = count(size)
            numbers = [known[at] if at in known else next(fresh) for at in range(len(places))]
            is_new = [at not in known for at in range(len(places))]
            spelled, folded = list(compress(spelled, is_new)), list(compress(folded, is_new))
            places = list(compress(places, is_new))
        self.folded.extend(folded)
        spellings.extend(spelled)
        self._link(places, size)
        self.dates.frombytes(bytes(8 * len(places)))
        self.reasons += bytes(len(places))
        self.here += bytes(len(places))
        return numbers

    def _link(self, places: Iterable[int], number: int) -> None:
        """Put the rows from this number on at the beginnings of their chains."""
        heads, links = self._heads, self._next
        for link, place in enumerate(places, number + 1):
            links.append(heads[place])
            heads[place] = link

    def columns(self, start: int, stop: int, *, but: Set[int] = frozenset()) -> Columns:
        """Copy out the rows from `start` to before `stop` that are on the list, but for these."""
        flags = self.here[start:stop]
        for number in but:
            if start <= number < stop:
                flags[number - start] = 0
        copied = Columns(self.spelled.between(start, stop), self.dates[start:stop], bytes(self.reasons[start:stop]))
        return copied.only(flags)

    def add(self, columns: Columns) -> None:
        """Give numbers to those rows whose address never came; they are on the list."""
        heads, links, spellings = self._heads, self._next, self.spelled
        new: dict[bytes, tuple[bytes, float, int]] = {}
        texts = zip(columns.addresses(), columns.folded(), strict=True)
        for (spelled, folded), date, reason in zip(texts, columns.dates, columns.reasons, strict=True):
            link = heads[hash(folded) & _PLACE]
            while link and spellings[link - 1] != spelled:
                link = links[link - 1]
            if not link:
                new[spelled] = folded, date, reason
        if not new:
            return
        self._link((hash(folded) & _PLACE for folded, _, _ in new.values()), len(self))
        spellings.extend(list(new))
        folds, dates, reasons = zip(*new.values(), strict=True)
        self.folded.extend(folds)
        self.dates.extend(dates)
        self.reasons += bytes(reasons)
        self.here += b"\1" * len(new)

    def fill(self, start: int, rows: Sequence[SuppressedDestinationSummary]) -> None:
        """Give the rows from this number on their reasons and dates; they are on the list."""
        _, reasons, dates = zip(*rows, strict=True)
        self.dates[start:] = array("d", dates)
        self.reasons[start:] = bytes(map(_CODES.__getitem__, reasons))
        self.here[start:] = b"\1" * len(rows)

    def holds(self, number: int, row: SuppressedDestinationSummary) -> bool:
        """Whether a row has this reason and date."""
        return self.dates[number] == row.last_update and self.reasons[number] == reason_code(row.reason)

    def replace(self, number: int, row: SuppressedDestinationSummary) -> None:
        """Give a row this reason and date; from now on it is on the list."""
        self.dates[number] = row.last_update
        self.reasons[number] = reason_code(row.reason)
        self.here[number] = 1
