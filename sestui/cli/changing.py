"""From a plan that a person has been shown to a job that has ended, the same for every command that changes a list."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING, Any

from sestui.cli import job_text
from sestui.cli.foreground import Foreground, ask
from sestui.cli.statuses import INTERRUPTED, USAGE, status_of_job
from sestui.domain.errors import UsageError
from sestui.services.in_thread import in_thread
from sestui.services.jobs import Jobs
from sestui.services.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Collection

    from sestui.domain.job import Plan
    from sestui.sesv2.gateway import Gateway


def check_production(gateway: Gateway, arguments: argparse.Namespace, tenants: Collection[str | None]) -> None:
    """See to it that whoever is not asked has named what is changed, where that is production.

    A script that was written for another account, or list, doesn't name this one.

    Raises:
        UsageError: it is not named, or another is. Nothing was done.
    """
    if arguments.dry_run:
        return
    name, said = gateway.guard.name(gateway.connection, tenants), arguments.production
    if said and said != name:
        raise UsageError(f"Nothing was done: --production says {said}, and what would be changed is {name}.")
    if arguments.yes and not said and gateway.name_to_type(tenants):
        raise UsageError(f"Nothing was done: this is production, and --yes needs --production {name} beside it there.")


async def carry_out(
    foreground: Foreground,
    gateway: Gateway,
    journal: Journal,
    plan: Plan,
    arguments: argparse.Namespace,
    told: dict[str, Any],
) -> int:
    """Have a plan agreed to, written down and carried out, and return the exit status.

    Args:
        told: what --json tells besides the job.

    Raises:
        UsageError: as `check_production`.
        SestuiError: as `Jobs.run`.
    """
    tenants = {entry.which.tenant_name for entry in plan.entries}
    check_production(gateway, arguments, tenants)
    if not (arguments.yes or arguments.dry_run):
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            foreground.tell("Nothing was done: nobody can be asked here. --yes does it without a question.")
            return USAGE
        count = len(plan.entries)
        what = "undo it" if plan.undoes is not None else f"{plan.kind} {'it' if count == 1 else 'them'}"
        name = gateway.name_to_type(tenants)
        wanted = f"{count} {name}" if name else str(count)
        marked = "This is PRODUCTION. " if name else ""
        answer = await ask(f"{marked}Type {wanted} to {what}; anything else leaves all as it is: ")
        if " ".join(answer.replace(",", "").split()) != wanted:
            foreground.tell("Nothing was done.")
            return INTERRUPTED
    if arguments.dry_run:
        journal = Journal(None, time.time)  # In memory.
    await in_thread(journal.tidy, arguments.settings.journal_days)
    number = await in_thread(journal.plan, plan)
    jobs = Jobs(gateway, journal, time.time, dry=arguments.dry_run, read_back=arguments.settings.read_back)
    job = await foreground.carry_out(jobs, journal, number)
    dry = f"Dry run, nothing was changed: {job_text.counts(job)}."
    foreground.tell(dry if arguments.dry_run else job_text.far(job))
    if arguments.json:
        # What was only tried is in no journal.
        tried = {"id": None, "dry_run": True} if arguments.dry_run else {}
        print(job_text.as_json(job_text.job_object(job) | told | tried), flush=True)
    return status_of_job(job, jobs.halted_by)
