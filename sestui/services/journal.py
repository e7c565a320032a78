"""The journal of jobs: what was agreed to, what was asked of SES, and what became of each entry.

It is written before a call is made and after it is answered. So after a kill at any moment each entry is known to be
done, not begun, or "asked, answer unknown", and the last is settled by asking SES.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sestui.domain.errors import JobRefused
from sestui.domain.job import Job, Outcome, Plan, Result, State, Who, Wish
from sestui.services.journal_reader import JournalReader
from sestui.services.journal_rows import EDIT, ENTRY, Recorded, columns, recorded, row_of
from sestui.services.parts import Parts, write_part

if TYPE_CHECKING:
    import sqlite3

    from sestui.domain.import_job import Part
    from sestui.domain.suppression import Connection

_SOME: Final = 64
"""Outcomes in one statement; an SQLite of before 2020 takes 999 values."""


class Journal(JournalReader):
    """The jobs of one user on one host. Every method may raise `JournalTrouble`, and may be called in a thread."""

    def __init__(self, folder: Path | None, clock: Callable[[], float], who: Who = Who()) -> None:  # noqa: B008 - frozen
        super().__init__(folder)
        self._clock = clock
        self._who = who
        self._folder = folder
        self.copy: Callable[[Mapping[str, object]], None] = lambda _: None
        """Is given a line of each plan, outcome and change of settings once that is in the journal."""
        self.alone = self._file.alone
        self.imports = Parts(self._file)

    def again(self) -> Journal:
        """Return the same journal over a connection of its own, so that neither waits for the other."""
        return Journal(self._folder, self._clock, self._who)

    # Planning

    def plan(self, plan: Plan) -> int:
        """Write down what was agreed to, and return the job's number."""
        where, who = plan.connection, self._who
        lists = list(dict.fromkeys(entry.which.tenant_name for entry in plan.entries))

        def write(connection: sqlite3.Connection) -> int:
            cursor = connection.execute(
                "INSERT INTO job (kind, account, region, endpoint, profile, caller, lists, tenants, total, planned_at,"
                " read_at, note, user, sudo_user, ssh, host, undoes, state, via)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(plan.kind, where.account or "", where.region, where.endpoint, where.profile, where.arn),
                    *(json.dumps(lists), json.dumps(dict(plan.tenants)), len(plan.entries), self._clock()),
                    *(plan.read_at, plan.note, who.user, who.sudo_user, who.ssh, who.host, plan.undoes),
                    *(State.PLANNED, plan.via),
                ),
            )
            job = cursor.lastrowid
            assert job is not None
            connection.executemany(
                "INSERT INTO entry (job, number, tenant, address, wanted, before_reason, before_date, known)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (job, number, it.which.tenant_name, it.address, it.wanted, *columns(it.before), it.known)
                    for number, it in enumerate(plan.entries)
                ),
            )
            return job

        job = self._file.change(write)
        self.copy(
            {"at": self._clock(), "job": job, "planned": plan.kind, "total": len(plan.entries), "note": plan.note}
            | {"account": where.account, "region": where.region, "endpoint": where.endpoint, "caller": where.arn}
            | asdict(who)
        )
        return job

    # Running

    def begin(self, job: int) -> Job:
        """Note that a run begins, and return how far the job is.

        Raises:
            JobRefused: there is no such job, or it is over.
        """

        def write(connection: sqlite3.Connection) -> None:
            state = _state(connection, job)
            if state.is_over:
                raise JobRefused(f"Job {job} is {state}; `sestui jobs retry {job}` tries again what failed.")
            counted = connection.execute(
                "SELECT outcome, count(*) FROM entry WHERE job = ? AND outcome IS NOT NULL GROUP BY outcome", (job,)
            ).fetchall()
            connection.execute(
                "UPDATE job SET state = ?, why = '', wish = NULL, counts = ?, began_at = ?, done_before = ?,"
                " ended_at = NULL WHERE id = ?",
                (State.RUNNING, json.dumps(dict(counted)), self._clock(), sum(it[1] for it in counted), job),
            )

        self._file.change(write)
        return self.job(job)

    def claim(self, job: int, after: int, most: int) -> list[Recorded]:
        """Note that the next entries are about to be asked of SES, and return them as they were before."""

        def write(connection: sqlite3.Connection) -> list[Recorded]:
            found = connection.execute(
                f"SELECT {ENTRY} FROM entry WHERE job = ? AND number > ? AND outcome IS NULL ORDER BY number LIMIT ?",
                (job, after, most),
            ).fetchall()
            if found:
                # One statement, as in `_write_outcomes`.
                connection.execute(
                    "UPDATE entry SET asked_at = ? WHERE job = ? AND number BETWEEN ? AND ?"
                    " AND outcome IS NULL AND asked_at IS NULL",
                    (self._clock(), job, found[0][0], found[-1][0]),
                )
            return [recorded(row) for row in found]

        return self._file.change(write)

    def release(self, job: int, numbers: Iterable[int]) -> None:
        """Note that entries which were claimed were not asked of SES after all."""
        self._file.change(
            lambda connection: connection.executemany(
                "UPDATE entry SET asked_at = NULL WHERE job = ? AND number = ?", ((job, it) for it in numbers)
            )
        )

    def settle(
        self, job: int, results: Mapping[int, Result], counts: Mapping[Outcome, int], part: Part | None = None
    ) -> None:
        """Write down what became of entries, by their number, and of all so far; and how far their part is."""
        now = self._clock()

        def write(connection: sqlite3.Connection) -> None:
            every = list(results.items())
            for start in range(0, len(every), _SOME):
                _write_outcomes(connection, job, now, every[start : start + _SOME])
            connection.execute("UPDATE job SET counts = ? WHERE id = ?", (json.dumps(counts), job))
            if part is not None:
                write_part(connection, job, part)

        self._file.change(write)
        for it in results.values():
            self.copy(
                {"at": now, "job": job, "tenant": it.entry.which.tenant_name, "address": it.entry.address}
                | {"before": row_of(it.entry.before), "wanted": it.entry.wanted, "outcome": it.outcome}
                | {"detail": it.detail, "attempts": it.attempts, "request_id": it.request_id}
            )

    def state(self, job: int, state: State, why: str = "") -> None:
        """Write down how far a job is, and why it waits or was paused."""
        ended = None if state.is_active else self._clock()
        self._file.change(
            lambda connection: connection.execute(
                "UPDATE job SET state = ?, why = ?, ended_at = ? WHERE id = ?", (state, why, ended, job)
            )
        )

    def wish(self, job: int, wish: Wish) -> Job:
        """Ask whoever runs a job to pause or end it; where nobody does, it is so at once.

        Raises:
            JobRefused: there is no such job, or it is over.
        """

        def write(connection: sqlite3.Connection) -> None:
            if (state := _state(connection, job)).is_over:
                raise JobRefused(f"Job {job} is {state} already.")
            connection.execute("UPDATE job SET wish = ? WHERE id = ?", (wish, job))

        if wish is Wish.CANCEL and not self._file.is_running(job) and any(it.may_be_in_s3 for it in self.parts(job)):
            raise JobRefused(
                f"Job {job} may have objects in S3, or SES be at work on them: `sestui jobs cancel {job}` sees to that."
            )
        self._file.change(write)
        if not self._file.is_running(job):
            self.state(job, State.CANCELLED if wish is Wish.CANCEL else State.PAUSED)
        return self.job(job)

    def reopen(self, job: int) -> int:
        """Let what failed, and what was not begun when the job was cancelled, be done yet; return how much that is.

        Raises:
            JobRefused: there is no such job.
        """

        def write(connection: sqlite3.Connection) -> int:
            state = _state(connection, job)
            # It may have been carried out although its answer was an error: the next run asks first.
            connection.execute(
                "UPDATE entry SET outcome = NULL, settled_at = NULL WHERE job = ? AND outcome IN (?, ?, ?)",
                (job, Outcome.FAILED, Outcome.STILL_THERE, Outcome.NOT_SEEN),
            )
            rest: int = connection.execute(
                "SELECT count(*) FROM entry WHERE job = ? AND outcome IS NULL", (job,)
            ).fetchone()[0]
            if rest and state.is_over:
                connection.execute("UPDATE job SET state = ?, wish = NULL WHERE id = ?", (State.PAUSED, job))
            return rest

        with self._file.alone(job):
            return self._file.change(write)

    # Settings

    def edit(
        self, connection: Connection, action: str, before: object | None, after: object | None, outcome: str
    ) -> None:
        """Write down a change of settings: what was there and what is to be, each a dataclass of `domain.settings`."""
        now, who = self._clock(), self._who
        settings = [None if it is None else asdict(it) for it in (before, after)]  # type: ignore[call-overload]
        self._file.change(
            lambda it: it.execute(
                f"INSERT INTO edit ({EDIT}) VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(now, connection.account, connection.region, connection.endpoint, connection.arn),
                    *(who.user, who.sudo_user, who.ssh, who.host, action, *map(json.dumps, settings), outcome),
                ),
            )
        )
        self.copy({"at": now, "action": action, "before": settings[0], "after": settings[1], "outcome": outcome})

    def tidy(self, days: int) -> None:
        """Delete the jobs that ended longer ago than this, and the files named after them."""
        before = self._clock() - days * 86400

        def write(connection: sqlite3.Connection) -> list[int]:
            old = "SELECT id FROM job WHERE planned_at < ? AND coalesce(ended_at, planned_at) < ? AND state IN (?, ?)"
            values = (before, before, State.DONE, State.CANCELLED)
            jobs = [job for (job,) in connection.execute(old, values)]
            connection.execute(f"DELETE FROM entry WHERE job IN ({old})", values)
            connection.execute(f"DELETE FROM part WHERE job IN ({old})", values)
            connection.execute(f"DELETE FROM job WHERE id IN ({old})", values)
            connection.execute("DELETE FROM edit WHERE at < ?", (before,))
            return jobs

        if self.is_there:
            self._file.drop_files_of(self._file.change(write))


def _state(connection: sqlite3.Connection, job: int) -> State:
    row = connection.execute("SELECT state FROM job WHERE id = ?", (job,)).fetchone()
    if row is None:
        raise JobRefused(f"There is no job {job}. `sestui jobs list` lists those of this host and user.")
    return State(row[0])


def _write_outcomes(
    connection: sqlite3.Connection, job: int, now: float, results: Sequence[tuple[int, Result]]
) -> None:
    """Write down what became of entries by one statement.

    For each of many the thread would wait anew for the interpreter, which a job's calls keep busy: a twentieth of what
    a removal cost (measured).
    """
    new = ",".join(["(?,?,?,?,?,?,?,?,?)"] * len(results))
    values = [
        (number, *columns(it.entry.before), it.outcome, *columns(it.after), it.detail, it.attempts, it.request_id)
        for number, it in results
    ]
    connection.execute(
        f"WITH new(n, br, bd, o, ar, ad, d, a, r) AS (VALUES {new})"
        " UPDATE entry SET (before_reason, before_date, outcome, after_reason, after_date, detail, attempts,"
        " request_id, settled_at) = (SELECT br, bd, o, ar, ad, d, a, r, ? FROM new WHERE n = number)"
        " WHERE job = ? AND number IN (SELECT n FROM new)",
        (*chain.from_iterable(values), now, job),
    )
