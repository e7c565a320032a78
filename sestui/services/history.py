"""What a person looks at of the journal: its jobs, and some of one job's entries. Read in a thread, never whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeAlias

from sestui.domain.job import Job
from sestui.domain.suppression import Reason

if TYPE_CHECKING:
    from sestui.services.journal import Journal
    from sestui.services.journal_rows import Recorded

Reasons: TypeAlias = Mapping[tuple[Reason | None, Reason | None], int]
"""How many of a plan's entries had which reason and were to have which; None is off the list."""

MOST_JOBS: Final = 1000
"""How many jobs are looked at, the newest; a search finds older ones."""
MOST_ENTRIES: Final = 100
"""How many entries of a job are looked at, and how many of those that did not come out as wanted."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The jobs at one moment, the newest first."""

    search: str
    version: int
    newest: tuple[Job, ...]
    jobs: tuple[Job, ...]
    """Those of which the note or an address contains the search; without one the newest."""

    @property
    def is_lively(self) -> bool:
        """Whether something may change that the journal's version does not tell: who holds a job's lock."""
        return any(job.is_running or job.state.is_active for job in (*self.newest, *self.jobs))

    @property
    def is_cut(self) -> bool:
        return len(self.jobs) >= MOST_JOBS


def look(journal: Journal, search: str, before: Snapshot | None = None) -> Snapshot:
    """Return the jobs as they are now; the same snapshot where nothing has changed since it was taken.

    Raises:
        JournalTrouble: the journal can't be read.
    """
    if journal.path is not None and not journal.path.exists():
        return Snapshot(search, -1, (), ())  # Who only looks makes no file.
    if before is not None and before.search != search:
        before = None
    # Before the jobs: what is written in between is seen by the next look.
    version = journal.version()
    if before is not None and before.version == version and not before.is_lively:
        return before
    newest = jobs = tuple(journal.jobs(most=MOST_JOBS))
    if search and before is not None and before.newest[:1] and before.newest[0].id == newest[0].id:
        # To search is to look at every address: not anew while there are no other jobs.
        fresh = {job.id: job for job in newest}
        jobs = tuple(fresh.get(job.id) or journal.job(job.id) for job in before.jobs)
    elif search:
        jobs = tuple(journal.jobs(search, MOST_JOBS))
    return Snapshot(search, version, newest, jobs)


@dataclass(frozen=True, slots=True)
class Page:
    """What is shown of one job's entries."""

    job: int
    search: str
    """What their addresses contain; empty where no address does, only the job's note."""
    undone: tuple[Recorded, ...]
    """The first of those that did not come out as wanted."""
    entries: tuple[Recorded, ...]
    """The first of all."""
    reasons: Reasons

    @property
    def is_settled(self) -> bool:
        """Whether nothing will become of these entries that is not known yet."""
        return all(it.result is not None for it in self.entries)


def page(journal: Journal, job: Job, search: str, before: Page | None = None) -> Page:
    """Return the first of a job's entries.

    Args:
        before: an earlier page, for what of the plan is known already.

    Raises:
        JournalTrouble: the journal can't be read.
    """
    known = before is not None and before.job == job.id
    reasons = before.reasons if before is not None and known else journal.reasons(job.id)
    # One more than is shown: so it is known whether there are more.
    entries = tuple(islice(journal.entries(job.id, search=search), MOST_ENTRIES + 1))
    if search and not entries:
        return page(journal, job, "", before)
    undone = journal.entries(job.id, search=search, undone=True) if job.undone else iter(())
    return Page(job.id, search, tuple(islice(undone, MOST_ENTRIES + 1)), entries, reasons)
