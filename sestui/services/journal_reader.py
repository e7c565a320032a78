"""What a journal tells: jobs, their entries, changes of settings."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from sestui.domain.errors import JobRefused
from sestui.domain.import_job import ImportAction, Part
from sestui.domain.job import DONE, MADE, Edit, Job, Wish
from sestui.domain.suppression import Connection, Reason, SuppressionList
from sestui.services.journal_file import JournalFile
from sestui.services.journal_rows import EDIT, ENTRY, JOB, PART, Recorded, edit_of, job_of, part_of, recorded

_PAGE: Final = 5000
"""Entries read at once."""


class JournalReader:
    """A journal that is looked at. Every method may raise `JournalTrouble`, and may be called in a thread."""

    def __init__(self, folder: Path | None) -> None:
        self._file = JournalFile(folder)
        self.path = self._file.path
        self.close = self._file.close

    @property
    def is_there(self) -> bool:
        """Whether anything was ever written down: who only looks makes no file."""
        return self.path is None or self.path.exists()

    def job(self, job: int) -> Job:
        """Return one job.

        Raises:
            JobRefused: there is none of this number.
        """
        row = self._file.read(lambda it: it.execute(f"SELECT {JOB} FROM job WHERE id = ?", (job,)).fetchone())
        if row is None:
            raise JobRefused(f"There is no job {job}. `sestui jobs list` lists those of this host and user.")
        return self._seen(row)

    def jobs(self, search: str = "", most: int = 1000) -> list[Job]:
        """Return the jobs whose note, or one of whose addresses, contains a text; the newest first."""
        where, values = "", list[Any]()
        if not self.is_there:
            return []
        if search:
            # Each address is looked at: in some thousand jobs that takes a moment, and an index its size.
            where = (
                "WHERE instr(lower(note), lower(?)) OR id IN"
                " (SELECT job FROM entry WHERE instr(lower(address), lower(?)))"
            )
            values = [search, search]
        rows = self._file.read(
            lambda it: it.execute(f"SELECT {JOB} FROM job {where} ORDER BY id DESC LIMIT ?", (*values, most)).fetchall()
        )
        return [self._seen(row) for row in rows]

    def entries(
        self, job: int, *, since: float | None = None, search: str = "", undone: bool = False
    ) -> Iterator[Recorded]:
        """Yield a job's entries in their order.

        Args:
            since: only those settled then or later, in seconds since 1970.
            search: only those whose address contains this.
            undone: only those that are settled otherwise than was wanted.
        """
        where, values = "", list[Any]()
        if since is not None:
            where, values = " AND settled_at >= ?", [since]
        if search:
            where, values = where + " AND instr(lower(address), lower(?))", [*values, search]
        if undone:
            where += f" AND outcome NOT IN ({', '.join('?' * len(DONE))})"
            values = [*values, *DONE]
        number = -1
        while True:
            query = f"SELECT {ENTRY} FROM entry WHERE job = ? AND number > ?{where} ORDER BY number LIMIT {_PAGE}"
            bound = (job, number, *values)
            rows = self._file.read(lambda it, query=query, bound=bound: it.execute(query, bound).fetchall())  # type: ignore[misc]
            yield from map(recorded, rows)
            if len(rows) < _PAGE:
                return
            number = rows[-1][0]

    def parts(self, job: int) -> list[Part]:
        """Return the parts of a job that goes by S3."""
        query = f"SELECT {PART} FROM part WHERE job = ? ORDER BY number"
        return list(map(part_of, self._file.read(lambda it: it.execute(query, (job,)).fetchall())))

    def members(self, job: int, part: Part) -> list[Recorded]:
        """Return the entries of a part that are not settled."""
        query = (
            f"SELECT {ENTRY} FROM entry WHERE job = ? AND number BETWEEN ? AND ?"
            " AND (wanted IS NULL) = ? AND outcome IS NULL ORDER BY number"
        )
        values = (job, part.first, part.last, part.action is ImportAction.DELETE)
        return list(map(recorded, self._file.read(lambda it: it.execute(query, values).fetchall())))

    def reasons(self, job: int) -> dict[tuple[Reason | None, Reason | None], int]:
        """Return how many of a job's entries had which reason, None off the list, and are to have which."""
        query = "SELECT before_reason, wanted, count(*) FROM entry WHERE job = ? GROUP BY 1, 2"
        rows = self._file.read(lambda it: it.execute(query, (job,)).fetchall())
        reason: dict[str | None, Reason | None] = {None: None, **{str(it): it for it in Reason}}
        return {(reason[was], reason[wanted]): count for was, wanted, count in rows}

    def made(
        self,
        connection: Connection,
        which: SuppressionList,
        after: tuple[int, int],
        addresses: Collection[str] | None = None,
    ) -> list[tuple[tuple[int, int], str, float | None, bool]]:
        """Return entries of a list that jobs have changed, in the order of the jobs, some thousand at a time.

        Each is its place, its address, when that was, and whether it was removed; `after` is the last place before.
        """
        if not self.is_there:
            return []
        among = ", ".join("?" * len(addresses or ()))
        query = (
            "SELECT entry.job, number, address, settled_at, wanted IS NULL FROM entry JOIN job ON job.id = entry.job"
            " WHERE account = ? AND region = ? AND endpoint IS ? AND tenant IS ?"
            f" AND outcome IN ({', '.join('?' * len(MADE))}) AND (entry.job, number) > (?, ?)"
            f"{f' AND address IN ({among})' if addresses is not None else ''}"
            f" ORDER BY entry.job, number LIMIT {_PAGE}"
        )
        where = (connection.account or "", connection.region, connection.endpoint, which.tenant_name)
        values = (*where, *MADE, *after, *(addresses or ()))
        rows = self._file.read(lambda it: it.execute(query, values).fetchall())
        return [((job, number), address, at, bool(removed)) for job, number, address, at, removed in rows]

    def version(self) -> int:
        """Return a number that another process's writing changes."""
        number: int = self._file.read(lambda it: it.execute("PRAGMA data_version").fetchone()[0])
        return number

    def edits(self, search: str = "", most: int = 1000) -> list[Edit]:
        """Return the changes of settings whose action contains a text; the newest first."""
        query = f"SELECT {EDIT} FROM edit WHERE instr(lower(action), lower(?)) ORDER BY id DESC LIMIT ?"
        return list(map(edit_of, self._file.read(lambda it: it.execute(query, (search, most)).fetchall())))

    def wished(self, job: int) -> Wish | None:
        """Return what somebody wants of a job that runs."""
        wish = self._file.read(lambda it: it.execute("SELECT wish FROM job WHERE id = ?", (job,)).fetchone())
        return None if wish is None or wish[0] is None else Wish(wish[0])

    def _seen(self, row: Sequence[Any]) -> Job:
        # `via` comes last.
        parts = self.parts(row[0]) if row[-1] else []
        return job_of(row, parts, is_running=self._file.is_running(row[0]))
