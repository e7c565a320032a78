"""Rows of the journal as what they stand for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sestui.domain.import_job import ImportAction, Part, PartState
from sestui.domain.job import Edit, Entry, Job, Kind, Outcome, Result, State, Who
from sestui.domain.suppression import Connection, Reason, SuppressedDestinationSummary, SuppressionList

JOB: Final = (
    "id, kind, account, region, endpoint, profile, caller, lists, total, planned_at, read_at, tenants, note,"
    " user, sudo_user, ssh, host, undoes, state, why, counts, began_at, done_before, ended_at, via"
)
ENTRY: Final = (
    "number, tenant, address, wanted, before_reason, before_date, known, asked_at, attempts, outcome,"
    " after_reason, after_date, detail, request_id, settled_at"
)
PART: Final = "number, action, first, last, key, state, endpoint, asked_at, job_id, processed, trouble"
EDIT: Final = "id, at, account, region, endpoint, caller, user, sudo_user, ssh, host, action, before, after, outcome"


@dataclass(frozen=True, slots=True)
class Recorded:
    """One entry of a job, as the journal has it."""

    number: int
    entry: Entry
    asked_at: float | None
    """When a call was begun; with no result it is not known what became of that."""
    result: Result | None
    settled_at: float | None
    attempts: int = 0
    """How many calls of earlier runs could have changed it."""


def job_of(row: Sequence[Any], parts: Sequence[Part], *, is_running: bool) -> Job:
    """Return the job of a row of `JOB`."""
    (number, kind, account, region, endpoint, profile, caller, lists, total, planned_at, read_at, tenants) = row[:12]
    (note, user, sudo_user, ssh, host, undoes, state, why, counts, began_at, done_before, ended_at, via) = row[12:]
    return Job(
        number,
        Kind(kind),
        Connection(region, endpoint, profile, account or None, caller),
        tuple(map(SuppressionList, json.loads(lists))),
        total,
        planned_at,
        read_at,
        json.loads(tenants),
        note,
        Who(user, sudo_user, ssh, host),
        undoes,
        State(state),
        why,
        {Outcome(outcome): count for outcome, count in json.loads(counts).items()},
        began_at,
        done_before,
        ended_at,
        is_running,
        via,
        tuple(parts),
    )


def part_of(row: Sequence[Any]) -> Part:
    """Return the part of a row of `PART`."""
    number, action, first, last, key, state, endpoint, asked_at, job_id, processed, trouble = row
    where = (number, ImportAction(action), first, last, key, PartState(state))
    return Part(*where, endpoint, asked_at, job_id, processed, trouble)


def edit_of(row: Sequence[Any]) -> Edit:
    """Return the change of settings of a row of `EDIT`."""
    number, at, account, region, endpoint, caller, user, sudo_user, ssh, host, action, before, after, outcome = row
    where, who = Connection(region, endpoint, None, account, caller), Who(user, sudo_user, ssh, host)
    return Edit(number, at, where, who, action, json.loads(before), json.loads(after), outcome)


def recorded(row: Sequence[Any]) -> Recorded:
    """Return the entry of a row of `ENTRY`."""
    (number, tenant, address, wanted, reason, date, known, asked_at, attempts, outcome) = row[:10]
    after_reason, after_date, detail, request_id, settled_at = row[10:]
    wants = None if wanted is None else Reason(wanted)
    entry = Entry(SuppressionList(tenant), address, wants, _summary(address, reason, date), bool(known))
    result = None
    if outcome is not None:
        after = _summary(address, after_reason, after_date)
        result = Result(entry, Outcome(outcome), after, detail, attempts, request_id)
    return Recorded(number, entry, asked_at, result, settled_at, attempts)


def _summary(address: str, reason: str | None, date: float | None) -> SuppressedDestinationSummary | None:
    return None if reason is None or date is None else SuppressedDestinationSummary(address, Reason(reason), date)


def columns(row: SuppressedDestinationSummary | None) -> tuple[str | None, float | None]:
    return (None, None) if row is None else (row.reason, row.last_update)


def row_of(row: SuppressedDestinationSummary | None) -> dict[str, object] | None:
    return None if row is None else {"reason": row.reason, "last_update": row.last_update}
