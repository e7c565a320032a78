"""What the journal is told of a job that goes by S3: its parts, each written down before what it names is begun."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from math import inf
from typing import TYPE_CHECKING
from uuid import uuid4

from sestui.domain.import_job import ImportAction, Part, PartState, Place
from sestui.services.journal_rows import PART, columns

if TYPE_CHECKING:
    import sqlite3

    from sestui.domain.suppression import SuppressedDestinationSummary
    from sestui.services.journal_file import JournalFile


class Parts:
    """Every method may raise `JournalTrouble`, and may be called in a thread."""

    def __init__(self, file: JournalFile) -> None:
        self._file = file

    def cut(self, job: int, place: Place, most: int | None = None) -> None:
        """See to it that each entry that is not settled is in a part that is not settled either.

        Args:
            most: how many a part may have; else as many as SES takes.
        """

        def write(connection: sqlite3.Connection) -> None:
            after = connection.execute("SELECT max(number) FROM part WHERE job = ?", (job,)).fetchone()[0] or 0
            open_parts = connection.execute(
                "SELECT action, first, last FROM part WHERE job = ? AND state NOT IN (?, ?)",
                (job, PartState.SETTLED, PartState.REMOVED),
            ).fetchall()
            token = uuid4().hex[:12]
            for action in ImportAction:
                taken = sorted((first, last) for of, first, last in open_parts if of == action)
                numbers = connection.execute(
                    "SELECT number FROM entry WHERE job = ? AND (wanted IS NULL) = ? AND outcome IS NULL"
                    " ORDER BY number",
                    (job, action is ImportAction.DELETE),
                )
                for first, last in _runs((it[0] for it in numbers.fetchall()), most or action.most, taken):
                    after += 1
                    key = place.key(f"sestui-job-{job}-{token}-part-{after}-{action.lower()}.jsonl")
                    write_part(connection, job, Part(after, action, first, last, key, PartState.PLANNED))

        self._file.change(write)

    def write(self, job: int, part: Part) -> None:
        """Write down how far a part is."""
        self._file.change(lambda connection: write_part(connection, job, part))

    def learn(self, job: int, rows: Mapping[int, SuppressedDestinationSummary | None]) -> None:
        """Write down what stood on the list before, by the entries' numbers: an undo is to bring it back."""
        self._file.change(
            lambda connection: connection.executemany(
                "UPDATE entry SET before_reason = ?, before_date = ?, known = 1 WHERE job = ? AND number = ?",
                ((*columns(row), job, number) for number, row in rows.items()),
            )
        )

    def ask(self, job: int, part: Part) -> None:
        """Note that SES is about to be asked for a part's entries; or, where that has no `asked_at`, was not."""

        def write(connection: sqlite3.Connection) -> None:
            write_part(connection, job, part)
            connection.execute(
                "UPDATE entry SET asked_at = ? WHERE job = ? AND number BETWEEN ? AND ?"
                " AND (wanted IS NULL) = ? AND outcome IS NULL",
                (part.asked_at, job, part.first, part.last, part.action is ImportAction.DELETE),
            )

        self._file.change(write)


def write_part(connection: sqlite3.Connection, job: int, part: Part) -> None:
    connection.execute(
        f"INSERT OR REPLACE INTO part (job, {PART}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(job, part.number, part.action, part.first, part.last, part.key, part.state, part.endpoint),
            *(part.asked_at, part.job_id, part.processed, part.trouble),
        ),
    )


def _runs(numbers: Iterable[int], most: int, taken: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last of so many numbers at most; no two share a number with each other or what is taken.

    After a retry parts may be open beside entries that are to be done again.
    """
    for before, between in groupby(numbers, lambda it: bisect_right(taken, (it, inf))):
        free = [it for it in between if not before or it > taken[before - 1][1]]
        for start in range(0, len(free), most):
            yield free[start], free[min(start + most, len(free)) - 1]
