"""The file of the cache: SQLite, for its owner alone, in a folder of its own; what is not as it should be is set aside.

Nothing in it is believed without its checksum.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self, TypeVar
from zlib import crc32
from zlib import error as ZlibError

from sestui.domain.display import printable
from sestui.domain.errors import CacheTrouble, NotOurs
from sestui.services.cache_folder import HOME, drop_aside, set_aside
from sestui.services.in_thread import in_thread
from sestui.services.private import private_file, private_folder
from sestui.services.transactions import identity, in_transaction, write_ahead

if TYPE_CHECKING:
    import sqlite3

T = TypeVar("T")

_NAME: Final = "lists.sqlite"
_OURS: Final = 0x53455354
"""The application_id by which a file is known to be ours."""
_VERSION: Final = 3
"""Of the schema and of what the chunks hold; a file of another is set aside."""
_PATIENCE: Final = 5.0
"""Seconds to wait for another sestui that writes just now."""
_DAMAGE: Final = frozenset(("SQLITE_ERROR", "SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_CONSTRAINT", "SQLITE_MISMATCH"))
"""What SQLite says of a file that is not as we left it. SQLITE_ERROR is a table that is not there."""

_SCHEMA: Final = """
CREATE TABLE list (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL,
    current INTEGER NOT NULL,
    touched REAL NOT NULL,
    read_at REAL NOT NULL,
    since REAL NOT NULL,
    chunks INTEGER NOT NULL,
    sum INTEGER NOT NULL
);
CREATE UNIQUE INDEX one_current ON list (key) WHERE current;
CREATE TABLE chunk (
    list INTEGER NOT NULL,
    place INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    data BLOB NOT NULL,
    sum INTEGER NOT NULL,
    PRIMARY KEY (list, place)
);
CREATE TABLE change (
    list INTEGER NOT NULL,
    address BLOB NOT NULL,
    data BLOB NOT NULL,
    sum INTEGER NOT NULL,
    PRIMARY KEY (list, address)
) WITHOUT ROWID;
CREATE TABLE asked (
    choice INTEGER PRIMARY KEY,
    region TEXT NOT NULL,
    endpoint TEXT,
    profile TEXT,
    account TEXT,
    arn TEXT,
    at REAL NOT NULL,
    sum INTEGER NOT NULL
);
"""
"""`list` has a row for each writing of a list: the one that is current, and those that are not finished.

`chunk` has its rows by the thousand; `change` has those that came since, each as a chunk of one, or went: empty.
"""


def checksum(*values: object) -> int:
    """Return what a row's last column is to have: what stands elsewhere than it was written does not pass for right."""
    result = 0
    for value in values:
        result = crc32(b",", crc32(value if isinstance(value, bytes) else repr(value).encode(), result))
    return result


class _OtherMake(ValueError):
    """The file is no damaged one, but not one of this version of sestui's either."""


class CacheFile:
    """The file while it is open (`async with`), used in a thread; for one task at a time.

    Everything may raise `CacheTrouble`: the file can't be used, or was not as it should be and is set aside. Then the
    next one to open it finds a new one.
    """

    def __init__(self, folder: Path, clock: Callable[[], float]) -> None:
        self._folder = folder
        self._clock = clock
        self.path = folder / HOME / _NAME
        self._connection: sqlite3.Connection | None = None
        self._inode = 0

    async def __aenter__(self) -> Self:
        try:
            await in_thread(self._open)
        except BaseException:
            await in_thread(self._close)
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await in_thread(self._close)

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Return what the work returns."""
        return await in_thread(self._do, work)

    async def change(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do the work in one transaction: all of it is done, or nothing."""
        return await in_thread(self._do, partial(in_transaction, work))

    async def purge(self) -> None:
        """Take out what belongs to no list any more, and give its place back to the system.

        By a few chunks at a time, so that others who write need not wait.
        """
        while await self.change(_take_out):
            pass
        left = -1
        while (free := await self.read(_give_back)) and free != left:
            left = free

    async def drop_aside(self, before: float) -> None:
        """Delete what was set aside before a time, in seconds since 1970."""
        await in_thread(self._do, lambda _: drop_aside(self._folder, before))

    def _open(self) -> None:
        import sqlite3  # 14 ms that a start without a cache doesn't need, and one with it spends in a thread.

        with self._guarded():
            private_folder(self._folder)
            private_folder(self._folder / HOME)
            self._inode = private_file(self.path, make=True)
            for suffix in ("-wal", "-shm"):
                private_file(self.path.with_name(_NAME + suffix), make=False)
            self._connection = sqlite3.connect(
                self.path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False
            )
            self._prepare(self._connection)

    def _close(self) -> None:
        if self._connection is not None:
            with self._guarded():
                self._connection.close()

    def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        assert self._connection is not None
        with self._guarded():
            return work(self._connection)

    def _prepare(self, connection: sqlite3.Connection) -> None:
        if identity(connection) == (0, 0) and not _tables(connection):
            # Must come before anything is written.
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            write_ahead(connection)
            in_transaction(_create, connection)
        # Another sestui may have made it between these looks.
        if identity(connection) != (_OURS, _VERSION):
            raise _OtherMake("was made by another version of sestui, or another program")
        write_ahead(connection)
        # What a power failure takes from a cache, SES still has: no need to wait for the disk at each commit.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA journal_size_limit = {4 << 20}")

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        import sqlite3

        try:
            yield
        except sqlite3.ProgrammingError:
            raise
        except NotOurs as error:
            raise CacheTrouble(f"No cache is kept. {error}") from error
        except sqlite3.Error as error:
            name = getattr(error, "sqlite_errorname", "")
            # A header that asks for a later SQLite makes a file one that can only be read, for good.
            is_damaged = name == "SQLITE_READONLY" and os.access(self.path, os.W_OK)
            if is_damaged or any(name.startswith(it) for it in _DAMAGE):
                raise self._set_aside(f"was damaged ({error})") from error
            raise CacheTrouble(f"No cache is kept: {error} ({printable(str(self.path))}).") from error
        except _OtherMake as error:
            raise self._set_aside(str(error)) from error
        except (ValueError, ZlibError) as error:
            raise self._set_aside(f"was damaged ({error})") from error
        except OSError as error:
            raise CacheTrouble(f"No cache is kept: {error.strerror} ({printable(str(error.filename))}).") from error

    def _set_aside(self, what: str) -> CacheTrouble:
        where = printable(str(self.path.parent))
        try:
            # Another sestui may have done it: what stands there now is not what was damaged.
            if self._inode and (not self.path.exists() or self.path.stat().st_ino != self._inode):
                return CacheTrouble(f"The cache in {where} {what}: a new one is begun.")
            aside = set_aside(self._folder, self._clock())
        except OSError as error:
            return CacheTrouble(f"The cache in {where} {what} and can't be set aside: {error.strerror}.")
        return CacheTrouble(f"The cache {what}: it is set aside as {printable(str(aside))}.")


def _tables(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_master").fetchone() is not None


def _create(connection: sqlite3.Connection) -> None:
    # Another sestui may have been quicker.
    if identity(connection) == (0, 0):
        for statement in _SCHEMA.split(";"):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {_OURS}")
        connection.execute(f"PRAGMA user_version = {_VERSION}")


def _take_out(connection: sqlite3.Connection) -> int:
    connection.execute("DELETE FROM change WHERE list NOT IN (SELECT id FROM list)")
    some = "SELECT rowid FROM chunk WHERE list NOT IN (SELECT id FROM list) LIMIT 64"
    return connection.execute(f"DELETE FROM chunk WHERE rowid IN ({some})").rowcount


def _give_back(connection: sqlite3.Connection) -> int:
    connection.execute("PRAGMA incremental_vacuum(512)").fetchall()
    pages: int = connection.execute("PRAGMA freelist_count").fetchone()[0]
    return pages
