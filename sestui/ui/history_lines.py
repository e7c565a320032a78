"""What `J` lists, a line each: jobs and changes of settings; and one change of settings in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from operator import attrgetter

from sestui.domain import job_words
from sestui.domain.display import moment_in_full, printable
from sestui.domain.job import Edit, Job, State
from sestui.services.history import Snapshot
from sestui.ui.job_details import Lines, named
from sestui.ui.widgets.history_table import Line


def lines(snapshot: Snapshot, now: float) -> list[Line]:
    """Return a line for each job and each change of settings, the newest first."""
    jobs = [_job(job, now) for job in snapshot.jobs]
    if not snapshot.edits:
        return jobs
    return sorted([*jobs, *map(_edit, snapshot.edits)], key=attrgetter("at"), reverse=True)


def details(edit: Edit, width: int) -> Lines:
    """Return all that is told of a change of settings, in lines of a width in cells."""
    where = edit.connection
    facts = [
        ("Outcome", edit.outcome),
        ("When", moment_in_full(edit.at)),
        ("Account", " · ".join(it for it in (where.account, where.region, where.endpoint) if it)),
        ("Who", f"{edit.who}{f', on {edit.who.host}' if edit.who.host else ''}"),
        ("Caller", where.arn or "not known"),
    ]
    for name, settings in (("Before", edit.before), ("After", edit.after)):
        told = list(_changed(settings, edit.after if settings is edit.before else edit.before))
        facts += [(name if not number else "", words) for number, words in enumerate(told or ["nothing there"])]
    return [line for name, value in facts for line in named(name, value, width)]


def _changed(settings: Mapping[str, object] | None, other: Mapping[str, object] | None) -> Iterator[str]:
    """Yield what settings have otherwise than others; all where there are no others."""
    for name, value in (settings or {}).items():
        if other is None or other.get(name) != value:
            yield f"{name}: {_words(value)}"


def _words(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_words(it)}" for name, it in value.items())
    if isinstance(value, list):
        return " ".join(map(_words, value)) or "none"
    return "not set" if value is None else str(value)


def _job(job: Job, now: float) -> Line:
    return Line(
        "job",
        job.id,
        job.planned_at,
        job_words.what(job),
        job_words.lists(job).removeprefix("the "),
        job_words.state(job, now),
        printable(job.note),
        urgent=job.is_interrupted or job.state is State.PAUSED or bool(job_words.not_as_wanted(job)),
    )


def _edit(edit: Edit) -> Line:
    verb, _, of = edit.action.partition(" ")
    urgent = edit.outcome.startswith(("planned", "failed", "broken"))
    return Line("edit", edit.id, edit.at, printable(verb), printable(of), printable(edit.outcome), "", urgent)
