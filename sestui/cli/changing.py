"""From a plan that a person has been shown to a job that has ended, the same for every command that changes a list."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING, Any

from sestui.cli import job_text
from sestui.cli.foreground import Foreground, ask
from sestui.cli.statuses import INTERRUPTED, USAGE, status_of_job
from sestui.services.in_thread import in_thread
from sestui.services.jobs import Jobs
from sestui.services.journal import Journal

if TYPE_CHECKING:
    from sestui.domain.job import Plan
    from sestui.sesv2.gateway import Gateway


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
        SestuiError: as `Jobs.run`.
    """
    if not (arguments.yes or arguments.dry_run):
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            foreground.tell("Nothing was done: nobody can be asked here. --yes does it without a question.")
            return USAGE
        count = len(plan.entries)
        what = "undo it" if plan.undoes is not None else f"{plan.kind} {'it' if count == 1 else 'them'}"
        answer = await ask(f"Type {count} to {what}; anything else leaves all as it is: ")
        if answer.replace(",", "") != str(count):
            foreground.tell("Nothing was done.")
            return INTERRUPTED
    if arguments.dry_run:
        journal = Journal(None, time.time)  # In memory.
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
