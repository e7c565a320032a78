"""The journal's file: SQLite in the user's state folder, for its owner alone. Nothing in it is ever thrown away by us.

One process may write while others read. The lock of a job is the operating system's, so that it ends with the process
that holds it, however that ends.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from threading import RLock
from time import sleep
from typing import TYPE_CHECKING, Final, TypeVar

from sestui.domain.display import printable
from sestui.domain.errors import JobBusy, JournalTrouble, NotOurs
from sestui.services.private import private_file, private_folder
from sestui.services.transactions import identity, in_transaction, write_ahead

if TYPE_CHECKING:
    import sqlite3

T = TypeVar("T")

NAME: Final = "journal.sqlite"
_OURS: Final = 0x5345534A
"""The application_id by which a file is known to be ours."""
_VERSION: Final = 2
_PATIENCE: Final = 10.0
"""Seconds to wait for another sestui that writes just now."""
_TRIES: Final = 20
"""How often a lock is tried for, 10 ms apart: whoever only looks whether it is held holds it for a moment."""

_SCHEMA: Final = """
CREATE TABLE job (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    endpoint TEXT,
    profile TEXT,
    caller TEXT,
    lists TEXT NOT NULL,
    tenants TEXT NOT NULL,
    total INTEGER NOT NULL,
    planned_at REAL NOT NULL,
    read_at REAL NOT NULL,
    note TEXT NOT NULL,
    user TEXT NOT NULL,
    sudo_user TEXT NOT NULL,
    ssh TEXT NOT NULL,
    host TEXT NOT NULL,
    undoes INTEGER,
    state TEXT NOT NULL,
    why TEXT NOT NULL DEFAULT '',
    wish TEXT,
    counts TEXT NOT NULL DEFAULT '{}',
    began_at REAL,
    done_before INTEGER NOT NULL DEFAULT 0,
    ended_at REAL,
    via TEXT NOT NULL DEFAULT ''
);
CREATE TABLE entry (
    job INTEGER NOT NULL,
    number INTEGER NOT NULL,
    tenant TEXT,
    address TEXT NOT NULL,
    wanted TEXT,
    before_reason TEXT,
    before_date REAL,
    known INTEGER NOT NULL,
    asked_at REAL,
    attempts INTEGER NOT NULL DEFAULT 0,
    outcome TEXT,
    after_reason TEXT,
    after_date REAL,
    detail TEXT NOT NULL DEFAULT '',
    request_id TEXT,
    settled_at REAL,
    PRIMARY KEY (job, number)
) WITHOUT ROWID;
CREATE TABLE edit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at REAL NOT NULL,
    account TEXT,
    region TEXT NOT NULL,
    endpoint TEXT,
    caller TEXT,
    user TEXT NOT NULL,
    sudo_user TEXT NOT NULL,
    ssh TEXT NOT NULL,
    host TEXT NOT NULL,
    action TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    outcome TEXT NOT NULL
);
"""
"""`entry.asked_at` with no outcome is "asked, answer unknown". `edit` has the changes of settings."""
_PART: Final = """
CREATE TABLE part (
    job INTEGER NOT NULL,
    number INTEGER NOT NULL,
    action TEXT NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    key TEXT NOT NULL,
    state TEXT NOT NULL,
    endpoint TEXT NOT NULL DEFAULT '',
    asked_at REAL,
    job_id TEXT NOT NULL DEFAULT '',
    processed INTEGER NOT NULL DEFAULT 0,
    trouble TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (job, number)
) WITHOUT ROWID;
"""
"""What goes by S3: some of a job's entries, one object, one import job of SES."""


def lock_of(folder: Path, job: int) -> Path:
    """Return the file whose lock the process holds that runs a job."""
    return folder / f"job-{job}.lock"


def log_of(folder: Path, job: int) -> Path:
    """Return the file of what a job's own process says; one that ran in another's has none."""
    return folder / f"job-{job}.log"


class JournalFile:
    """One connection to the file, opened when it is first used; any thread may use it, one at a time.

    Everything may raise `JournalTrouble`. Without a folder all is in memory, for a dry run.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._connection: sqlite3.Connection | None = None
        self._lock = RLock()

    @property
    def path(self) -> Path | None:
        return None if self._folder is None else self._folder / NAME

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Return what the work returns."""
        with self._lock, self._guarded():
            return work(self._opened())

    def change(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do the work in one transaction, which is on the disk when this returns: all of it, or nothing."""
        return self.read(partial(in_transaction, work))

    @contextmanager
    def alone(self, job: int) -> Iterator[None]:
        """Hold the lock of a job.

        Raises:
            JobBusy: another process holds it.
        """
        if self._folder is None:
            yield
            return
        with self._guarded():
            private_folder(self._folder)
            held = _locked(lock_of(self._folder, job))
        if held is None:
            raise JobBusy(f"Another process runs job {job} just now. `sestui jobs show {job}` shows how far it is.")
        try:
            yield
        finally:
            os.close(held)

    def is_running(self, job: int) -> bool:
        """Tell whether a process holds the lock of a job."""
        if self._folder is None:
            return False
        try:
            found = os.open(lock_of(self._folder, job), os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            fcntl.flock(found, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        else:
            return False
        finally:
            os.close(found)

    def drop_files_of(self, jobs: Iterable[int]) -> None:
        """Delete the locks of jobs that are no more, and what their own processes said."""
        if self._folder is not None:
            for job in jobs:
                for path in (lock_of(self._folder, job), log_of(self._folder, job)):
                    # Another user's, say: it harms nobody.
                    with suppress(OSError):
                        path.unlink()

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            import sqlite3  # 14 ms that a start does without.

            where = ":memory:"
            if self._folder is not None:
                private_folder(self._folder)
                private_file(self._folder / NAME, make=True)
                where = str(self._folder / NAME)
            connection = sqlite3.connect(where, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
            try:
                _prepare(connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        import sqlite3

        where = "memory" if self._folder is None else printable(str(self._folder / NAME))
        try:
            yield
        except sqlite3.ProgrammingError:
            raise
        except sqlite3.Error as error:
            raise JournalTrouble(f"The journal {where} can't be used: {error}.") from error
        except NotOurs as error:
            raise JournalTrouble(f"The journal can't be used. {error}") from error
        except UnicodeEncodeError as error:
            # An answer may hold half of a surrogate pair, which neither a file nor a request takes.
            what = printable(error.object)[:80]
            raise JournalTrouble(f"The journal can't hold a text that is no Unicode: {what}") from error
        except ValueError as error:
            raise JournalTrouble(f"The journal {where} can't be used: {error}. Move it away to begin anew.") from error
        except OSError as error:
            what = printable(str(error.filename or where))
            raise JournalTrouble(
                f"The journal can't be used: {error.strerror} ({what}). XDG_STATE_HOME can name another folder for it."
            ) from error


def _locked(path: Path) -> int | None:
    held = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    for _ in range(_TRIES):
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sleep(0.01)
        else:
            return held
    os.close(held)
    return None


def _prepare(connection: sqlite3.Connection) -> None:
    write_ahead(connection)
    # What was asked of SES has to be known after a power failure too.
    connection.execute("PRAGMA synchronous = FULL")
    if identity(connection) == (0, 0):
        in_transaction(_create, connection)
    if identity(connection) == (_OURS, 1):
        in_transaction(_from_1, connection)
    if identity(connection) != (_OURS, _VERSION):
        raise ValueError("it is another program's, or was made by another version of sestui")


def _create(connection: sqlite3.Connection) -> None:
    # Another sestui may have been quicker.
    if identity(connection) == (0, 0):
        if connection.execute("SELECT 1 FROM sqlite_master").fetchone() is not None:
            raise ValueError("it is another program's file")
        for statement in f"{_SCHEMA}{_PART}".split(";"):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {_OURS}")
        connection.execute(f"PRAGMA user_version = {_VERSION}")


def _from_1(connection: sqlite3.Connection) -> None:
    """Before jobs could go by S3."""
    # Another sestui may have been quicker.
    if identity(connection) == (_OURS, 1):
        connection.execute("ALTER TABLE job ADD COLUMN via TEXT NOT NULL DEFAULT ''")
        connection.execute(_PART)
        connection.execute(f"PRAGMA user_version = {_VERSION}")
