"""What a cache gives back of a list, and how it keeps rows: in columns, compressed, each piece with its checksum."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import AsyncIterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Final
from zlib import compress, decompress

from sestui.domain.errors import CacheTrouble
from sestui.services.cache_file import CacheFile, checksum
from sestui.services.rows import Columns

if TYPE_CHECKING:
    import sqlite3

_AT_ONCE: Final = 16
"""Chunks that are read before the event loop is asked whether it wants them."""
_SLICE: Final = 1000
"""Rows in a slice of what came since."""
_FIRST: Final = 100
"""Rows that come by themselves, about a screen: somebody waits for them, and the index takes 7 ms for a thousand."""


class Kept:
    """What was kept of a list, as it was when the reading of it began: slices of rows, the newest first."""

    def __init__(self, file: CacheFile, writing: int, chunks: int, read_at: float, known_since: float) -> None:
        self._file = file
        self._writing = writing
        self._chunks = chunks
        self.read_at = read_at
        """When the oldest of the rows was asked for, in seconds since 1970."""
        self.known_since = known_since
        """All rows that the list had then and that were updated since are here: seconds since 1970, -inf for all."""

    async def __aiter__(self) -> AsyncIterator[Columns]:
        """Yield the rows, each address once, in slices as they were written.

        Raises:
            CacheTrouble: the file is damaged; what was yielded is not all.
        """
        changes = await self._file.read(self._changes)
        came = sorted((columns for columns in changes.values() if columns), key=lambda it: -it.dates[0])
        for start in range(0, len(came), _SLICE):
            await asyncio.sleep(0)
            yield Columns.of([row for columns in came[start : start + _SLICE] for row in columns])
        place, count = 0, 1
        while place < self._chunks:
            for columns in await self._file.read(partial(self._read, place, count, changes)):
                for part in columns.parted(_FIRST) if place == 0 else (columns,):
                    yield part
                    # Whoever takes them in holds the event loop for each: others get their turn between two.
                    await asyncio.sleep(0)
            place, count = place + count, _AT_ONCE

    def _changes(self, connection: sqlite3.Connection) -> dict[bytes, Columns | None]:
        rows = connection.execute("SELECT address, data, sum FROM change WHERE list = ?", (self._writing,))
        return {address: _change_of(self._writing, address, data, check) for address, data, check in rows}

    def _read(
        self, start: int, count: int, changes: Mapping[bytes, object], connection: sqlite3.Connection
    ) -> list[Columns]:
        stored = connection.execute(
            "SELECT rows, data, sum FROM chunk WHERE list = ? AND place >= ? ORDER BY place LIMIT ?",
            (self._writing, start, count),
        ).fetchall()
        if len(stored) != min(count, self._chunks - start):
            raise ValueError("a part of a list is missing")
        found = []
        for place, (rows, data, check) in enumerate(stored, start):
            if checksum(self._writing, place, rows, data) != check:
                raise ValueError("a part of a list is not as it was written")
            columns = _unpacked(rows, data)
            if changes:
                columns = columns.only(bytes(address not in changes for address in columns.addresses()))
            found.append(columns)
        return found


def _change_of(writing: int, address: bytes, data: bytes, check: int) -> Columns | None:
    if checksum(writing, address, data) != check:
        raise ValueError("a change of a list is not as it was written")
    return _unpacked(1, data) if data else None


def packed(columns: Columns) -> bytes:
    """Return what is kept of these rows.

    Raises:
        CacheTrouble: no row can be like one of these.
    """
    try:
        columns.check()
    except ValueError as error:
        raise CacheTrouble(f"The list is not kept: {error}.") from error
    return compress(columns.dates.tobytes() + columns.reasons + columns.texts, 1)


def _unpacked(rows: int, data: bytes) -> Columns:
    raw = decompress(data)
    # Numbers are as this machine has them: a cache is not carried to another.
    dates = array("d")
    dates.frombytes(raw[: 8 * rows])
    columns = Columns(raw[9 * rows :], dates, raw[8 * rows : 9 * rows])
    columns.check()
    return columns
