"""The last known state of each list, kept from one start to the next: what SES tells at one request a second.

Whatever goes wrong here is a `CacheTrouble`, to be said once: a list without a cache is only slower to come.
"""

from __future__ import annotations

import os
from ast import literal_eval
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from sestui.domain.errors import CacheTrouble
from sestui.domain.suppression import Connection, SuppressedDestinationSummary, SuppressionList
from sestui.services.cache_file import CacheFile, checksum
from sestui.services.cache_folder import delete
from sestui.services.in_thread import in_thread
from sestui.services.kept import Kept, packed
from sestui.services.rows import Columns, encoded

if TYPE_CHECKING:
    import sqlite3

T = TypeVar("T")

_DAY: Final = 86_400.0
_ABANDONED: Final = 3_600.0
"""Seconds without a further chunk after which a writing has lost its writer."""
_CHOOSING: Final = (
    *("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_ROLE_ARN"),
    *("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SESV2"),
    *("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"),
)
"""Variables by which botocore chooses an account, a Region or an endpoint."""
_LIST: Final = "id, key, read_at, since, chunks, sum"
"""The columns of a list as `_checked` takes them."""


class Key(NamedTuple):
    """Which list it is, among those of all accounts."""

    account: str
    region: str
    endpoint: str | None = None
    tenant_name: str | None = None

    @classmethod
    def of(cls, connection: Connection, which: SuppressionList) -> Key | None:
        """Return None where the account is not known: what is kept must never be taken for another's."""
        if connection.account is None:
            return None
        return cls(connection.account, connection.region, connection.endpoint, which.tenant_name)

    def __str__(self) -> str:
        # As Python writes it: JSON takes a start 2 ms to import.
        return repr(tuple(self))


class Choice(NamedTuple):
    """What an account is chosen by: arguments and variables, known before any call."""

    connection: Connection
    environment: tuple[str | None, ...]

    @classmethod
    def of(cls, connection: Connection, environment: Mapping[str, str]) -> Choice:
        return cls(connection, tuple(environment.get(name) for name in _CHOOSING))

    @property
    def number(self) -> int:
        """Thirty-two bits that tell it from the few others of one person, and show nothing of it."""
        return checksum(*self.connection, *self.environment)


class Cache:
    """The cache in a folder. Several programs may use it at once; every method may raise `CacheTrouble`.

    Each call opens the file anew: what went wrong for one need not for the next.
    """

    def __init__(self, folder: Path, clock: Callable[[], float], *, days: float = 7.0) -> None:
        self._folder = folder
        self._clock = clock
        self._days = days

    @property
    def exists(self) -> bool:
        """Whether there is a file, whatever is in it; never raises."""
        # Path's own raises where a folder may not be looked into.
        return os.path.exists(self._open().path)

    async def tidy(self) -> None:
        """Drop what is too old and what a killed program left; to be called once, when nobody waits for anything."""
        async with self._open() as file:
            await file.change(self._drop)
            await file.purge()
            await file.drop_aside(self._oldest)

    async def clear(self) -> list[tuple[Path, int]]:
        """Delete all of it, and what was set aside; return the files and their sizes in bytes."""
        try:
            return await in_thread(delete, self._folder, self._clock())
        except OSError as error:
            raise CacheTrouble(f"The cache can't be deleted: {error}.") from error

    @asynccontextmanager
    async def read(self, key: Key) -> AsyncIterator[Kept | None]:
        """Yield what is kept of a list, or None. What others write meanwhile doesn't change it."""
        async with self._open() as file:
            yield await file.read(lambda connection: self._begin_reading(connection, file, str(key)))

    async def keys(self, like: Key) -> list[Key]:
        """Return which lists of the same account, Region and endpoint are kept, the one that was read last first."""
        async with self._open() as file:
            found = await file.read(self._keys)
        return [key for key in found if key._replace(tenant_name=like.tenant_name) == like]

    async def write(self, key: Key, batches: AsyncIterable[Columns], *, read_at: float, known_since: float) -> None:
        """Keep these rows in place of what is kept of that list; until the last is written, that stays.

        Args:
            batches: columns of some thousand rows, the newest first, no address twice: `Index.batches`.
            read_at: when the oldest of them was asked for, in seconds since 1970.
            known_since: all rows updated since then are among these, in seconds since 1970; -inf for all there are.
        """
        read_at, since = float(read_at), float(known_since)
        async with self._open() as file:
            writing = await file.change(lambda it: self._begin(it, str(key), read_at, since))
            try:
                place = 0
                async for columns in batches:
                    await file.change(partial(self._add, writing, place, columns))
                    place += 1
                await file.change(lambda it: self._finish(it, writing, str(key), read_at, since, place))
            except BaseException:
                with suppress(CacheTrouble):
                    await file.change(lambda it: _forget(it, "id = ?", writing))
                    await file.purge()
                raise
            await file.purge()

    async def update(self, key: Key, rows: Iterable[SuppressedDestinationSummary], gone: Iterable[str] = ()) -> None:
        """Keep that these rows came, or are other than they were, and that these addresses are gone.

        A list of which nothing is kept stays so. An address in both is on the list.
        """
        rows, gone = list(rows), list(gone)
        if rows or gone:
            async with self._open() as file:
                await file.change(partial(_change, str(key), rows, gone))

    async def forget(self, key: Key) -> None:
        """Keep nothing of a list, which may be no more."""
        async with self._open() as file:
            await file.change(lambda it: _forget(it, "key = ?", str(key)))
            await file.purge()

    async def remember(self, choice: Choice, connection: Connection) -> None:
        """Keep which account, Region and endpoint answered to this choice."""
        values = (choice.number, *connection, float(self._clock()))
        async with self._open() as file:
            await file.change(
                lambda it: it.execute(
                    "REPLACE INTO asked VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*values, checksum(*values))
                )
            )

    async def last(self, choice: Choice) -> Connection | None:
        """Return what answered last time; whether it is the same now, only STS can tell."""
        async with self._open() as file:
            return await file.read(lambda it: self._last(it, choice.number))

    @property
    def _oldest(self) -> float:
        return self._clock() - self._days * _DAY

    def _open(self) -> CacheFile:
        return CacheFile(self._folder, self._clock)

    def _drop(self, connection: sqlite3.Connection) -> None:
        # A time that is to come was kept by a clock that was wrong.
        bounds = (self._oldest, self._clock() + _DAY)
        _forget(connection, "NOT read_at BETWEEN ? AND ?", *bounds)
        _forget(connection, "NOT current AND NOT touched BETWEEN ? AND ?", self._clock() - _ABANDONED, bounds[1])
        connection.execute("DELETE FROM asked WHERE NOT at BETWEEN ? AND ?", bounds)

    def _begin_reading(self, connection: sqlite3.Connection, file: CacheFile, key: str) -> Kept | None:
        # Until the file is closed all is read as it is now.
        connection.execute("BEGIN")
        found = connection.execute(f"SELECT {_LIST} FROM list WHERE key = ? AND current", (key,)).fetchone()
        if found is None:
            return None
        # With this key, not the one found: a damaged index leads to another list.
        writing, _, read_at, since, chunks = _checked((found[0], key, *found[2:]))
        return Kept(file, writing, chunks, read_at, since) if read_at >= self._oldest else None

    def _keys(self, connection: sqlite3.Connection) -> list[Key]:
        found = connection.execute(f"SELECT {_LIST} FROM list WHERE current AND read_at >= ?", (self._oldest,))
        newest_first = sorted(map(_checked, found.fetchall()), key=lambda it: -it[2])
        return [Key(*literal_eval(key)) for _, key, *_ in newest_first]

    def _begin(self, connection: sqlite3.Connection, key: str, read_at: float, since: float) -> int:
        row = (key, self._clock(), read_at, since)
        writing = connection.execute(
            "INSERT INTO list (key, current, touched, read_at, since, chunks, sum) VALUES (?, 0, ?, ?, ?, 0, 0)", row
        ).lastrowid
        assert writing is not None
        return writing

    def _add(self, writing: int, place: int, columns: Columns, connection: sqlite3.Connection) -> None:
        self._touch(connection, writing)
        row = (writing, place, len(columns), packed(columns))
        connection.execute("INSERT INTO chunk VALUES (?, ?, ?, ?, ?)", (*row, checksum(*row)))

    def _finish(
        self, connection: sqlite3.Connection, writing: int, key: str, read_at: float, since: float, chunks: int
    ) -> None:
        self._touch(connection, writing)
        _forget(connection, "key = ? AND current", key)
        connection.execute(
            "UPDATE list SET current = 1, chunks = ?, sum = ? WHERE id = ?",
            (chunks, checksum(writing, key, read_at, since, chunks), writing),
        )

    def _touch(self, connection: sqlite3.Connection, writing: int) -> None:
        if not connection.execute("UPDATE list SET touched = ? WHERE id = ?", (self._clock(), writing)).rowcount:
            raise CacheTrouble("The list is not kept: the cache was cleared while it was written.")

    def _last(self, connection: sqlite3.Connection, choice: int) -> Connection | None:
        row = connection.execute("SELECT * FROM asked WHERE choice = ?", (choice,)).fetchone()
        if row is None:
            return None
        _, *answered, at, check = row
        if checksum(*row[:-1]) != check:
            raise ValueError("which account answered is not as it was written")
        return Connection(*answered) if at >= self._oldest else None


def _checked(found: tuple[int, str, float, float, int, int]) -> tuple[int, str, float, float, int]:
    """Return the columns of a list without their checksum."""
    *columns, check = found
    if checksum(*columns) != check:
        raise ValueError("what is kept of a list is not as it was written")
    return found[:5]


def _forget(connection: sqlite3.Connection, condition: str, *values: object) -> None:
    # Their chunks are for `purge`: a million rows take longer to delete than others should wait.
    connection.execute(f"DELETE FROM list WHERE {condition}", values)


def _change(
    key: str, came: Iterable[SuppressedDestinationSummary], gone: Iterable[str], connection: sqlite3.Connection
) -> None:
    changes = dict.fromkeys(map(encoded, gone), b"")
    changes |= {encoded(row.address): packed(Columns.of([row])) for row in came}
    # A writing that is under way may be past these rows: it gets them too.
    for (writing,) in connection.execute("SELECT id FROM list WHERE key = ?", (key,)).fetchall():
        rows = ((writing, address, data) for address, data in changes.items())
        connection.executemany("REPLACE INTO change VALUES (?, ?, ?, ?)", ((*row, checksum(*row)) for row in rows))
