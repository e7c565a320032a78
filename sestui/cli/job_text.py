"""Jobs in words for people, and as objects for programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from sestui.domain import import_words
from sestui.domain.display import counted, duration, moment, moment_in_full, printable, zone_name
from sestui.domain.job import Entry, Job, Kind, Outcome, Plan, State
from sestui.domain.suppression import SuppressedDestinationSummary

if TYPE_CHECKING:
    from sestui.domain.import_job import Part
    from sestui.services.journal_rows import Recorded

ELSEWHERE: Final = "This journal knows of this host and user only; elsewhere: CloudTrail."
FIRST: Final = 5
"""Entries that a person is shown of many."""

_DOES: Final = {Kind.REMOVE: "remove {} from", Kind.ADD: "add {} to", Kind.UNDO: "undo job {undoes}: {} of"}


def what(job: Job) -> str:
    """Return `remove 1,204 entries from account`."""
    where = ", ".join(map(str, job.lists[:2])) + (f" and {len(job.lists) - 2} more" if len(job.lists) > 2 else "")
    return printable(f"{_DOES[job.kind].format(_entries(job.total), undoes=job.undoes)} {where}")


def where(job: Job) -> str:
    it = job.connection
    return printable(" ".join(filter(None, (it.account or "account not known", it.region, it.endpoint))))


def state(job: Job) -> str:
    if job.is_interrupted:
        return f"interrupted: its process died; `sestui jobs run {job.id}` goes on with it"
    return printable(f"{job.state}: {job.why}" if job.why else job.state)


def counts(job: Job) -> str:
    """Return `1,200 × removed, 4 × failed`."""
    return ", ".join(f"{job.counts[outcome]:,} × {outcome}" for outcome in Outcome if outcome in job.counts)


def far(job: Job) -> str:
    """Return `Job 5 is done: 1,200 × removed, 4 × failed`, or how far it has come."""
    if job.state is State.DONE:
        told = f"Job {job.id} is done: {counts(job) or 'nothing was to be done'}."
        return f"{told} {printable(job.why).removesuffix('.')}." if job.why else told
    told = f"Job {job.id} is {state(job)}. {job.settled:,} of {_entries(job.total)} settled"
    told = f"{told}: {counts(job)}." if job.counts else f"{told}."
    return f"{told} `sestui jobs run {job.id}` goes on with it." if job.state is State.PAUSED else told


def progress(job: Job, now: float) -> str:
    """Return one line on a job that runs."""
    done = 100 * job.settled // job.total if job.total else 100
    told = f"job {job.id}: {job.settled:,} of {job.total:,} ({done} %)"
    if job.undone:
        told += f", {job.undone:,} not as wanted"
    if job.state is State.WAITING:
        return printable(f"{told}; waiting: {job.why}")
    if job.settled == job.total:
        return f"{told}, reading back"
    pace = job.pace(now)
    if pace is None:
        return told
    return f"{told}, {pace:,.1f} a second, {duration((job.total - job.settled) / pace)} left"


def table(jobs: Sequence[Job]) -> Iterator[str]:
    """Yield the lines of a list of jobs."""
    head = ("ID", f"WHEN ({zone_name()})", "WHO", "WHAT", "WHERE", "STATE", "SETTLED", "NOTE")
    rows = [
        (
            *(str(it.id), moment(it.planned_at), printable(str(it.who)), what(it), where(it)),
            *("interrupted" if it.is_interrupted else str(it.state), counts(it) or "none", printable(it.note)),
        )
        for it in jobs
    ]
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def details(job: Job, now: float) -> Iterator[str]:
    """Yield the lines that tell all of a job but its entries."""
    told = {
        "what": what(job),
        "where": where(job),
        "profile": job.connection.profile or "",
        "caller": job.connection.arn or "not known",
        "who": f"{job.who} on {job.who.host or 'a host not known'}",
        "planned": f"{moment_in_full(job.planned_at)}, of rows read {duration(job.planned_at - job.read_at)} before",
        "began": "" if job.began_at is None else f"{moment_in_full(job.began_at)}, the last time",
        "ended": "" if job.ended_at is None else moment_in_full(job.ended_at),
        "note": job.note,
        "via": import_words.via(job),
        "state": state(job),
        "settled": f"{job.settled:,} of {job.total:,}" + (f": {counts(job)}" if job.counts else ""),
    }
    yield f"Job {job.id}"
    for name, text in told.items():
        if text:
            yield f"  {name:8}  {printable(text)}"
    if job.is_running:
        yield f"  {'now':8}  {progress(job, now)}"


def plan_lines(title: str, plan: Plan, left: Sequence[tuple[Entry, str]], alone: str) -> Iterator[str]:
    """Yield what a person has to know before a change; `alone` says why entries are left alone."""
    at = plan.connection
    yield printable(title)
    yield printable(f"  account {at.account} · {at.region}" + (f" · {at.endpoint}" if at.endpoint else ""))
    for which in dict.fromkeys(entry.which for entry in plan.entries):
        for wanted, number in Counter(it.wanted for it in plan.entries if it.which == which).items():
            does = "taken off" if wanted is None else f"put as {wanted} on"
            yield printable(f"  {_entries(number)} to be {does} the list of {which.owner}")
    puts = sum(it.wanted is not None for it in plan.entries)
    deletes = len(plan.entries) - puts
    if plan.via and plan.entries:
        yield f"  {import_words.this_way(plan.via, puts=puts, deletes=deletes)}"
    elif plan.entries and (way := import_words.other_way_in_full(plan.entries[0].which, puts=puts, deletes=deletes)):
        yield f"  by single calls, {way}"
    yield from few([entry_line(it) for it in plan.entries])
    if left:
        yield f"  {_entries(len(left))} {alone}:"
        yield from few([f"{entry_line(it)}  {why}" for it, why in left])


def few(lines: Sequence[str]) -> Iterator[str]:
    """Yield the first and the last of many."""
    if len(lines) <= 2 * FIRST:
        yield from (f"    {line}" for line in lines)
        return
    yield from (f"    {line}" for line in lines[:FIRST])
    yield f"    … {len(lines) - 2 * FIRST:,} more …"
    yield from (f"    {line}" for line in lines[-FIRST:])


def entry_line(entry: Entry) -> str:
    before = entry.before.reason if entry.before is not None else "not there" if entry.known else "not known"
    return printable(f"{entry.address} ({entry.which}): {before} -> {entry.wanted or 'off the list'}")


def outcome_line(it: Recorded) -> str:
    if it.result is None:
        became = "not begun" if it.asked_at is None else "asked, answer not known"
    else:
        became = it.result.outcome + (f": {it.result.detail}" if it.result.detail else "")
    return f"{entry_line(it.entry)}  {printable(became)}"


def job_object(job: Job) -> dict[str, Any]:
    """Return a job as JSON has it; times are ISO 8601 in UTC."""
    at, by = job.connection, job.who
    return {
        "id": job.id,
        "kind": job.kind,
        "state": "interrupted" if job.is_interrupted else job.state,
        "why": job.why,
        "running": job.is_running,
        "account": at.account,
        "region": at.region,
        "endpoint": at.endpoint,
        "profile": at.profile,
        "caller": at.arn,
        "tenants": [which.tenant_name for which in job.lists],
        "total": job.total,
        "settled": job.settled,
        "not_as_wanted": job.undone,
        "counts": dict(job.counts),
        "planned_at": iso(job.planned_at),
        "read_at": iso(job.read_at),
        "began_at": iso(job.began_at),
        "ended_at": iso(job.ended_at),
        "user": by.user,
        "sudo_user": by.sudo_user,
        "ssh": by.ssh,
        "host": by.host,
        "note": job.note,
        "undoes": job.undoes,
        "via": job.via or None,
        "parts": [_part(it) for it in job.parts],
    }


def _part(it: Part) -> dict[str, Any]:
    return {
        "number": it.number,
        "action": it.action,
        "state": it.state,
        "key": it.key,
        "import_job": it.job_id or None,
        "asked_at": iso(it.asked_at),
        "processed": it.processed,
        "trouble": it.trouble,
    }


def entry_object(it: Recorded) -> dict[str, Any]:
    result = it.result
    return {
        "tenant": it.entry.which.tenant_name,
        "address": it.entry.address,
        "wanted": it.entry.wanted,
        "before": _row(it.entry.before),
        "before_known": it.entry.known,
        "asked_at": iso(it.asked_at),
        "outcome": None if result is None else result.outcome,
        "after": None if result is None else _row(result.after),
        "detail": "" if result is None else result.detail,
        "attempts": it.attempts,
        "request_id": None if result is None else result.request_id,
        "settled_at": iso(it.settled_at),
    }


def left_objects(left: Iterable[tuple[Entry, str]]) -> list[dict[str, Any]]:
    return [{"tenant": it.which.tenant_name, "address": it.address, "why": why} for it, why in left]


def as_json(told: object, indent: int | None = None) -> str:
    return json.dumps(told, indent=indent)


def _row(row: SuppressedDestinationSummary | None) -> dict[str, str | None] | None:
    return None if row is None else {"reason": row.reason, "last_update": iso(row.last_update)}


def iso(seconds: float | None) -> str | None:
    """Return seconds since 1970 as ISO 8601 in UTC."""
    if seconds is None:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    except (ValueError, OverflowError, OSError):
        return str(seconds)


def _entries(number: int) -> str:
    return counted(number, "entry", "entries")
