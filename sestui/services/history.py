"""What a person looks at of the journal: its jobs, and some of one job's entries. Read in a thread, never whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeAlias

from sestui.domain.job import Edit, Job
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
    edits: tuple[Edit, ...] = ()
    """The changes of settings whose name contains the search; each as it came out or, if it did not, as planned."""

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
    # Before the jobs: what is written in between is seen by the next look.
    version = journal.version()
    if before is None or before.search != search:
        newest = journal.jobs(most=MOST_JOBS)
        found = journal.jobs(search, MOST_JOBS) if search else newest
        return Snapshot(search, version, tuple(newest), tuple(found), _edits(journal, search))
    if before.version != version:
        newest = journal.jobs(most=MOST_JOBS)
        if [job.id for job in newest] != [job.id for job in before.newest]:
            return look(journal, search)
        fresh = {job.id: job for job in newest}
        fresh |= {job.id: journal.job(job.id) for job in before.jobs if job.id not in fresh}
    else:
        # Who holds a job's lock is not written: a process may have died.
        fresh = {job.id: journal.job(job.id) for job in before.newest + before.jobs if _may_change(job)}
        if all(fresh.get(job.id, job) == job for job in before.newest + before.jobs):
            return before
    edits = before.edits if before.version == version else _edits(journal, search)
    # To search is to look at every address: not anew while there are no other jobs.
    jobs = _renewed(before.newest, fresh), _renewed(before.jobs, fresh)
    return Snapshot(search, version, *jobs, edits)


def _edits(journal: Journal, search: str) -> tuple[Edit, ...]:
    came_out = set[tuple[str, str]]()
    found = list[Edit]()
    # The newest first: what came of a plan is met before it.
    for edit in journal.edits(search, MOST_JOBS):
        change = edit.action, repr((edit.before, edit.after))
        if edit.outcome != "planned":
            came_out.add(change)
            found.append(edit)
        elif change in came_out:
            came_out.discard(change)
        else:
            found.append(edit)
    return tuple(found)


def _may_change(job: Job) -> bool:
    return job.is_running or job.state.is_active


def _renewed(jobs: tuple[Job, ...], fresh: Mapping[int, Job]) -> tuple[Job, ...]:
    return tuple(fresh.get(job.id, job) for job in jobs)


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
