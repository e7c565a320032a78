"""The plan that undoes a job: what it did is in the journal, what stands there now is asked of SES."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from sestui.domain.display import counted
from sestui.domain.errors import InvalidNextToken, JobRefused, NotFound, TenantNotFound
from sestui.domain.job import ASK_AGAIN_UP_TO, CLOCKS_APART, MADE, Entry, Job, Kind, Plan, Result
from sestui.domain.priority import Priority
from sestui.domain.suppression import SuppressedDestinationSummary, SuppressionList
from sestui.domain.undo import undo
from sestui.services.in_thread import in_thread
from sestui.services.jobs import verify

if TYPE_CHECKING:
    from sestui.domain.settings import Account
    from sestui.services.journal import Journal
    from sestui.services.journal_rows import Recorded
    from sestui.sesv2.gateway import Gateway

Rows = dict[tuple[SuppressionList, str], SuppressedDestinationSummary | None]
"""What SES tells of an address on a list; None: that it is not there."""


async def undo_plan(
    gateway: Gateway, journal: Journal, number: int, clock: Callable[[], float], note: str = "", via: str = ""
) -> tuple[Plan, list[tuple[Entry, str]]]:
    """Return the plan that undoes a job, and what it leaves alone, each with the reason in words.

    The plan has no entries where all is left alone; `via` is where its objects go, if it is to go by S3.

    Raises:
        JobRefused: the job changed nothing, runs just now, or was planned on another connection.
        SestuiError: what stands there now can't be read.
    """
    read_at = clock()
    job, changed = await in_thread(_changed, journal, number)
    await verify(gateway, job)
    now = await _now(gateway, job, changed)
    results = [it.result or _settled(it, now) for it in changed]
    ended_at = max(it.settled_at or it.asked_at or read_at for it in changed)
    back, left = undo([it for it in results if it is not None], now, ended_at)
    names = {entry.which.tenant_name for entry in back}
    tenants = {name: tenant_id for name, tenant_id in job.tenants.items() if name in names}
    return Plan(Kind.UNDO, gateway.connection, back, read_at, tenants, note, job.id, via), left


def losses(plan: Plan, account: Account | None) -> list[str]:
    """Return in sentences what a plan can't bring back, as far as is known of the account."""
    puts = sum(entry.wanted is not None for entry in plan.entries)
    if not puts:
        return []
    told = [
        "What is put back gets today's date (LastUpdateTime) and no message id: SES sets them itself. "
        "Where an address stood there with both reasons, it gets the later one."
    ]
    if account is not None and not account.production_access:
        what = counted(puts, "entry", "entries")
        told.append(f"This account is in SES's sandbox, where puts are refused: {what} will fail.")
    return told


def _changed(journal: Journal, number: int) -> tuple[Job, list[Recorded]]:
    """Return a job and those of its entries that it changed, or may have: asked, answer not known."""
    job = journal.job(number)
    if job.is_running:
        raise JobRefused(f"Job {number} runs just now. `sestui jobs cancel {number}` ends it; then it can be undone.")
    if any(it.is_with_ses for it in job.parts):
        raise JobRefused(
            f"SES may be at work on job {number} yet. `sestui jobs run {number}` goes on with it, `sestui jobs cancel "
            f"{number}` ends it; then it can be undone."
        )
    changed = [
        it
        for it in journal.entries(number)
        if (it.asked_at is not None if it.result is None else it.result.outcome in MADE)
    ]
    if not changed:
        raise JobRefused(f"Job {number} changed nothing, so there is nothing to undo.")
    return job, changed


def _settled(claim: Recorded, now: Rows) -> Result | None:
    """Return what became of an entry whose process died; None: nothing that we did."""
    row = now[claim.entry.which, claim.entry.address]
    outcome = claim.entry.decide(row, claim.asked_at)
    return None if outcome is None else Result(claim.entry, outcome, row)


async def _now(gateway: Gateway, job: Job, changed: Sequence[Recorded]) -> Rows:
    found: Rows = {(it.entry.which, it.entry.address): None for it in changed}
    if len(changed) > ASK_AGAIN_UP_TO:
        for which in job.lists:
            await _list(gateway, which, job.planned_at - CLOCKS_APART, found)
        # An entry that was never touched is not among the rows since.
        asked = [it.entry for it in changed if it.result is None]
    else:
        asked = [it.entry for it in changed]
    rows = await asyncio.gather(*(_get(gateway, entry) for entry in asked))
    return found | {(entry.which, entry.address): row for entry, row in zip(asked, rows, strict=True)}


async def _list(gateway: Gateway, which: SuppressionList, since: float, found: Rows) -> None:
    """Note the latest rows of those addresses that were put since: what the job removed and nobody put is not there."""
    token: str | None = None
    while True:
        try:
            page = await gateway.suppressed_destinations(which, start=since, next_token=token, priority=Priority.PERSON)
        except InvalidNextToken:
            token = None
            continue
        for row in page.entries:
            key = which, row.address
            if key in found:
                other = found[key]
                found[key] = row if other is None or row.last_update >= other.last_update else other
        token = page.next_token
        if token is None:
            return


async def _get(gateway: Gateway, entry: Entry) -> SuppressedDestinationSummary | None:
    try:
        return (await gateway.suppressed_destination(entry.which, entry.address)).summary
    except TenantNotFound:
        raise
    except NotFound:
        return None
