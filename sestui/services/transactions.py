"""What SQLite is asked for by whoever keeps a file of ours. Imports nothing of it: a start does without."""

from __future__ import annotations

from collections.abc import Callable
from time import sleep
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    import sqlite3

T = TypeVar("T")

_TRIES: Final = 200
_REST: Final = 0.01
"""Seconds between two tries: another needs but a moment."""


def write_ahead(connection: sqlite3.Connection) -> None:
    """Have a file written ahead, as SQLite calls it (WAL).

    Where two do this to a new file at once neither waits for the other, whatever their timeout: SQLite says no to one
    of them, which then has to try again.
    """
    import sqlite3

    for left in reversed(range(_TRIES)):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or not left:
                raise
            sleep(_REST)
        else:
            return


def identity(connection: sqlite3.Connection) -> tuple[int, int]:
    """Return whose file it is and of which version: application_id and user_version; both are 0 of a new file."""
    return (
        connection.execute("PRAGMA application_id").fetchone()[0],
        connection.execute("PRAGMA user_version").fetchone()[0],
    )


def in_transaction(work: Callable[[sqlite3.Connection], T], connection: sqlite3.Connection) -> T:
    """Do the work: all of it is done, or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        done = work(connection)
        connection.execute("COMMIT")
    except BaseException:
        # After a full disk SQLite has rolled back already.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return done
