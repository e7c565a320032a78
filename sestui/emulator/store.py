"""The suppression lists: SQLite in memory, each entry with its piece of a page's JSON ready to be joined.

SQLite rather than sorted arrays because windows, deep pages, deletes in the middle of a listing and reads of the past
are all one WHERE clause on a clustered key, a third of a millisecond for a page of 1,000 anywhere in
a million, in 290 MB. The key is the time with a serial number in its low bits: one integer that orders
entries and serves as a cursor.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sestui.emulator.conditions import DateBounds, Order

ACCOUNT = 0
"""The account's list; tenants' lists have serial numbers from 1."""
PRESENT = math.inf
"""The moment of a read that sees every change."""

_SERIAL_BITS = 20
_LAST = (1 << 63) - 1

_SCHEMA = """
CREATE TABLE entries (
    list INTEGER NOT NULL,
    position INTEGER NOT NULL,
    shuffled INTEGER NOT NULL,
    address TEXT NOT NULL,
    reason TEXT NOT NULL,
    automatic INTEGER NOT NULL,
    json TEXT NOT NULL,
    born NUMERIC NOT NULL,
    died REAL,
    PRIMARY KEY (list, position)
) WITHOUT ROWID
"""
# One entry in twenty-five is a complaint: a page of them must not read through the others.
_INDEXES = """
CREATE INDEX by_address ON entries (list, address);
CREATE INDEX complaints ON entries (list, position, json, born, died) WHERE reason = 'COMPLAINT';
CREATE INDEX dead ON entries (died) WHERE died IS NOT NULL
"""
_INSERT = "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)"
# Named, for without statistics SQLite would rather read through the whole list.
_BY_ADDRESS = "entries INDEXED BY by_address"
_VISIBLE = "born <= :moment AND (died IS NULL OR died > :moment)"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a list holds about one address."""

    address: str
    reason: str
    time: float
    """Of the last update, in seconds since the epoch, to the millisecond."""
    automatic: bool
    """Whether SES added it after a bounce or complaint; a person's have no message id."""


@dataclass(frozen=True, slots=True)
class Window:
    """Which of a list's entries are asked for."""

    start: float | None = None
    end: float | None = None
    bounds: DateBounds = DateBounds.INCLUSIVE
    reason: str | None = None

    @property
    def positions(self) -> tuple[int, int]:
        """The lowest and highest key inside."""
        inclusive = self.bounds is DateBounds.INCLUSIVE
        low, high = 0, _LAST
        if self.start is not None:
            milliseconds = round(self.start * 1_000_000) / 1000
            low = _first(math.ceil(milliseconds) if inclusive else math.floor(milliseconds) + 1)
        if self.end is not None:
            milliseconds = round(self.end * 1_000_000) / 1000
            high = _first(math.floor(milliseconds) + 1 if inclusive else math.ceil(milliseconds)) - 1
        return low, high


class SuppressionLists:
    """Every suppression list of the account."""

    def __init__(self) -> None:
        self._database = sqlite3.connect(":memory:", isolation_level=None)
        self._database.execute(_SCHEMA)
        self._database.create_function("folded", 1, str.casefold, deterministic=True)
        self._serial = 0
        self._indexed = False
        self._shuffle_indexed = False
        self._folded_indexed = False

    def fill(self, number: int, entries: Iterable[tuple[str, str, int, bool, str]]) -> None:
        """Adds (address, reason, milliseconds since the epoch, automatic, JSON) that are known to be distinct."""

        def rows() -> Iterator[tuple[int, int, int, str, str, bool, str, int]]:
            serial = self._serial
            for address, reason, milliseconds, automatic, fragment in entries:
                serial += 1
                # `_key` and `_shuffle`, written out: this runs a million times.
                position = (milliseconds << 20) | (serial & 0xFFFFF)
                shuffled = (serial * 2654435769) & 0xFFFFFFFF
                yield number, position, shuffled, address, reason, automatic, fragment, 0
            self._serial = serial

        with self._database:
            self._database.execute("BEGIN")
            self._database.executemany(_INSERT, rows())

    def index(self) -> None:
        """Builds the indexes: after the filling, which would otherwise take twice as long."""
        if not self._indexed:
            self._database.executescript(_INDEXES)
            self._indexed = True

    def put(self, number: int, address: str, reason: str, now: float, *, beside_other: bool, lag: float) -> None:
        """Adds or replaces an entry; `beside_other` leaves one with the other reason in place."""
        where, named = "list = :list AND address = :address", {"list": number, "address": address, "reason": reason}
        if beside_other:
            where += " AND reason = :reason"
        # What replaces an entry keeps its place in the arbitrary order.
        row = self._database.execute(
            f"SELECT shuffled FROM {_BY_ADDRESS} WHERE {where} AND died IS NULL", named
        ).fetchone()
        self._bury(_BY_ADDRESS, where, named, now, lag)
        self._serial += 1
        milliseconds = int(now * 1000)
        shuffled = row[0] if row else _shuffle(self._serial)
        fragment = render(address, reason, milliseconds)
        born = now if lag else 0.0
        key = _key(milliseconds, self._serial)
        self._database.execute(_INSERT, (number, key, shuffled, address, reason, False, fragment, born))

    def remove(self, number: int, address: str, now: float, *, lag: float) -> bool:
        """Removes all that a list holds about an address; False if that is nothing."""
        named = {"list": number, "address": address}
        return self._bury(_BY_ADDRESS, "list = :list AND address = :address", named, now, lag) > 0

    def remove_all(self, number: int, now: float, *, lag: float) -> None:
        self._bury("entries", "list = :list", {"list": number}, now, lag)

    def get(self, number: int, address: str, moment: float = PRESENT) -> Entry | None:
        """The entry as it was at `moment`; of two, the later."""
        row = self._database.execute(
            f"SELECT address, reason, position, automatic FROM {_BY_ADDRESS} WHERE list = :list AND address = :address"
            f" AND {_VISIBLE} ORDER BY position DESC LIMIT 1",
            {"list": number, "address": address, "moment": moment},
        ).fetchone()
        return row and Entry(row[0], row[1], (row[2] >> _SERIAL_BITS) / 1000, bool(row[3]))

    def matching(self, number: int, address: str, moment: float = PRESENT) -> list[Entry]:
        """The entries that sending takes for this address, whatever the case of their letters; oldest first."""
        if not self._folded_indexed:
            # Made for the first mail: a large list takes a second, and most emulators are never asked to send.
            self._database.execute("CREATE INDEX by_folded ON entries (list, folded(address))")
            self._folded_indexed = True
        rows = self._database.execute(
            "SELECT address, reason, position, automatic FROM entries INDEXED BY by_folded"
            f" WHERE list = :list AND folded(address) = :folded AND {_VISIBLE} ORDER BY position",
            {"list": number, "folded": address.casefold(), "moment": moment},
        )
        return [Entry(row[0], row[1], (row[2] >> _SERIAL_BITS) / 1000, bool(row[3])) for row in rows]

    def updated_at(self, milliseconds: int, last: int, moment: float = PRESENT) -> list[tuple[int, Entry]]:
        """The entries of that very millisecond, each with its list's number, on all lists up to `last`."""
        rows = self._database.execute(
            # List by list, as the key begins with the list.
            "WITH RECURSIVE lists(number) AS (SELECT 0 UNION ALL SELECT number + 1 FROM lists WHERE number < :last)"
            " SELECT number, address, reason, automatic FROM lists CROSS JOIN entries"
            f" ON list = number AND position BETWEEN :low AND :high WHERE {_VISIBLE}",
            {"last": last, "low": _first(milliseconds), "high": _first(milliseconds + 1) - 1, "moment": moment},
        )
        return [(row[0], Entry(row[1], row[2], milliseconds / 1000, bool(row[3]))) for row in rows]

    def page(
        self, number: int, window: Window, order: Order, after: int | None, size: int, moment: float = PRESENT
    ) -> tuple[list[str], int | None]:
        """The JSON of up to `size` entries after a cursor, and the cursor of the last if there are more."""
        low, high = window.positions
        key, direction = ("shuffled" if order is Order.RANDOM else "position"), "ASC"
        condition = "position BETWEEN :low AND :high"
        match order:
            case Order.RANDOM:
                self._index_shuffled()
                condition += " AND shuffled > :after"
            case Order.ASCENDING:
                low = low if after is None else max(low, after + 1)
            case Order.DESCENDING:
                high = high if after is None else min(high, after - 1)
                direction = "DESC"
        index = ""
        if window.reason is not None:
            # A literal, or SQLite cannot see that the partial index fits.
            condition += f" AND reason = '{window.reason}'"
            if window.reason == "COMPLAINT" and order is not Order.RANDOM:
                index = "INDEXED BY complaints"
        rows = self._database.execute(
            f"SELECT json, {key} FROM entries {index} WHERE list = :list AND {condition} AND {_VISIBLE}"
            f" ORDER BY {key} {direction} LIMIT :size",
            {
                "list": number,
                "low": low,
                "high": high,
                "after": -1 if after is None else after,
                "moment": moment,
                "size": size + 1,
            },
        ).fetchall()
        cursor = rows[size - 1][1] if len(rows) > size else None
        return [row[0] for row in rows[:size]], cursor

    def close(self) -> None:
        self._database.close()

    def _bury(self, table: str, where: str, named: dict[str, object], now: float, lag: float) -> int:
        # Reads of the past need what was removed for as long as they lag.
        self._database.execute("DELETE FROM entries WHERE died <= ?", (now - lag,))
        if lag:
            change = f"UPDATE {table} SET died = :now WHERE {where} AND died IS NULL"
            return self._database.execute(change, {**named, "now": now}).rowcount
        return self._database.execute(f"DELETE FROM {table} WHERE {where} AND died IS NULL", named).rowcount

    def _index_shuffled(self) -> None:
        if not self._shuffle_indexed:
            self._database.execute("CREATE INDEX by_shuffle ON entries (list, shuffled)")
            self._shuffle_indexed = True


def render(address: str, reason: str, milliseconds: int) -> str:
    """An entry as ListSuppressedDestinations shows it."""
    return (
        f'{{"EmailAddress":{json.dumps(address, ensure_ascii=False)},"Reason":"{reason}",'
        f'"LastUpdateTime":{milliseconds / 1000}}}'
    )


def _first(milliseconds: int) -> int:
    return max(0, min(_LAST, milliseconds << _SERIAL_BITS))


def _key(milliseconds: int, serial: int) -> int:
    return (milliseconds << _SERIAL_BITS) | (serial & ((1 << _SERIAL_BITS) - 1))


def _shuffle(serial: int) -> int:
    # Knuth's multiplicative hash: a permutation of 32 bits, so no two serial numbers meet.
    return (serial * 2654435769) & 0xFFFFFFFF
