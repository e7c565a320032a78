"""`sestui jobs`: which jobs there were and are, and what can be done with one."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sestui.cli.options import add_change, add_guard, add_json, add_log, settings_of

if TYPE_CHECKING:
    from sestui.cli.foreground import Foreground
    from sestui.domain.job import Job
    from sestui.domain.secret import Secret
    from sestui.services.journal import Journal

_PATIENCE: Final = 60.0
"""Seconds to wait until a job is paused or cancelled: its last calls may be refused for half a minute."""

_CHANGES: Final = ("run", "retry", "undo")
"""What changes something at SES."""

_ABOUT: Final = "A job runs on the account, Region and endpoint, and with the profile, that it was planned with."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = _ABOUT
    parser.set_defaults(action="list", search="", detached="", json=False)
    actions = parser.add_subparsers(metavar="ACTION")

    def add(name: str, about: str) -> argparse.ArgumentParser:
        action = actions.add_parser(name, help=about)
        action.set_defaults(action=name)
        if name != "undo":
            add_json(action)
        if name in _CHANGES:
            add_guard(action)
            add_log(action)
        if name != "list":
            action.add_argument("id", type=int, metavar="ID", help="the job's number")
        return action

    add_json(parser)
    listing = add("list", "the jobs of this user on this host, the newest first")
    listing.add_argument("--search", metavar="TEXT", default="", help="those with this in an address or the note")
    add("show", "all of one: who, when, where, and what became of its entries")
    running = add("run", "carry out what remains of it; a signal pauses it")
    running.add_argument("--detached", metavar="FOLDER", default="", help=argparse.SUPPRESS)
    add("pause", "have it pause once the calls under way are answered")
    add("cancel", "the same, for good")
    add("retry", "carry out once more what failed, and what remains")
    undoing = add("undo", "bring back what stood there before it, after showing what that is")
    add_change(undoing)


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked for and return the exit status, as `cli.statuses` has them."""
    from sestui.cli.guarded import guarded

    return guarded(f"jobs {arguments.action}", lambda: _run(arguments))


def _run(arguments: argparse.Namespace) -> int:
    from sestui.cli.options import guard
    from sestui.cli.state import open_journal, state_folder
    from sestui.domain.errors import UsageError

    if arguments.profile or arguments.region or arguments.endpoint_url or arguments.demo:
        raise UsageError("a job runs where and with the profile that it was planned with: no connection can be chosen.")
    arguments.settings = settings_of(arguments)
    arguments.folder = Path(arguments.detached) if arguments.detached else state_folder()
    journal = open_journal(arguments.folder, arguments.settings)
    try:
        if arguments.action in _CHANGES and not getattr(arguments, "dry_run", False):
            # Before anything is written down of it.
            guard(arguments, arguments.settings).check(journal.job(arguments.id).connection)
        return _WORK[arguments.action](journal, arguments)
    finally:
        journal.close()


def _list(journal: Journal, arguments: argparse.Namespace) -> int:
    from sestui.cli import job_text

    # Looking leaves no file behind.
    there = journal.path is not None and journal.path.exists()
    jobs = journal.jobs(arguments.search, sys.maxsize) if there else []
    if arguments.json:
        print(job_text.as_json([job_text.job_object(job) for job in jobs], indent=2))
        return 0
    if jobs:
        print("\n".join(job_text.table(jobs)))
    sys.stdout.flush()
    print(job_text.ELSEWHERE if jobs else f"There is no such job. {job_text.ELSEWHERE}", file=sys.stderr)
    return 0


def _show(journal: Journal, arguments: argparse.Namespace) -> int:
    from itertools import islice

    from sestui.cli import job_text

    job = journal.job(arguments.id)
    if arguments.json:
        print(job_text.as_json(job_text.job_object(job))[:-1], end=', "entries": [')
        for place, entry in enumerate(journal.entries(job.id)):
            print("," if place else "", job_text.as_json(job_text.entry_object(entry)), sep="\n", end="")
        print("\n]}")
        return 0
    print("\n".join(job_text.details(job, time.time())))
    for title, undone in (("not as wanted", True), ("the first entries", False)):
        lines = [job_text.outcome_line(it) for it in islice(journal.entries(job.id, undone=undone), _MOST)]
        if lines:
            print(f"  {title}:", *(f"    {line}" for line in lines), sep="\n")
    sys.stdout.flush()
    print(f"--json tells of every entry. {job_text.ELSEWHERE}", file=sys.stderr)
    return 0


_MOST: Final = 20
"""Entries that a person is shown of a kind."""


def _stop(journal: Journal, arguments: argparse.Namespace) -> int:
    from sestui.cli import job_text
    from sestui.cli.statuses import TRY_AGAIN
    from sestui.domain.job import Wish

    wish = Wish(arguments.action)
    job = journal.job(arguments.id)
    if wish is Wish.CANCEL and not job.is_running and any(part.may_be_in_s3 for part in job.parts):
        # What SES was asked for has to be seen to, and objects taken back.
        return _carry_out(journal, arguments)
    until = time.monotonic() + _PATIENCE
    job = journal.wish(arguments.id, wish)
    while job.is_running and time.monotonic() < until:
        time.sleep(0.1)
        job = journal.job(arguments.id)
        if job.is_running and journal.wished(job.id) is None:
            # It had not begun, and what was wished before that does not count.
            job = journal.wish(job.id, wish)
    if job.is_interrupted:
        # It died before it saw the wish.
        job = journal.wish(arguments.id, wish)
    _print_job(job, arguments)
    asked = sum(it.result is None and it.asked_at is not None for it in journal.entries(job.id))
    if job.is_running:
        waits = (
            "SES's import jobs, which nobody can cancel"
            if job.via
            else f"the answers of SES to {asked:,} calls at most"
        )
        print(f"It still waits for {waits}; it ends after them.", file=sys.stderr)
        return TRY_AGAIN
    print(job_text.far(job), file=sys.stderr)
    if asked and not job.via:
        print(f"What became of {asked:,} calls is not known; the next run or undo asks SES.", file=sys.stderr)
    return 0


def _carry_out(journal: Journal, arguments: argparse.Namespace) -> int:
    from sestui.cli.foreground import Foreground
    from sestui.domain.secret import Secret

    foreground = Foreground(detached=bool(arguments.detached))
    secret = Secret(sys.stdin.buffer.read()) if arguments.detached else Secret()
    return foreground.run(_foreground(foreground, journal, arguments, secret))


def _retry(journal: Journal, arguments: argparse.Namespace) -> int:
    if not journal.reopen(arguments.id):
        job = journal.job(arguments.id)
        _print_job(job, arguments)
        print(f"Job {job.id} has nothing to try again.", file=sys.stderr)
        return 0
    return _carry_out(journal, arguments)


async def _foreground(foreground: Foreground, journal: Journal, arguments: argparse.Namespace, secret: Secret) -> int:
    from sestui.cli.connecting import opened
    from sestui.cli.job_text import far
    from sestui.cli.state import set_pace
    from sestui.cli.statuses import FINE, status_of_job
    from sestui.domain.job import State
    from sestui.services.jobs import Jobs

    number, only_end = arguments.id, arguments.action == "cancel"
    job = journal.job(number)
    if job.state.is_over:
        # Said before a connection is made; `begin` refuses it too.
        journal.begin(number)
    async with opened(_there(job), arguments, arguments.settings, secret) as gateway:
        set_pace(gateway, arguments.folder, arguments.settings)
        jobs = Jobs(gateway, journal, time.time, read_back=arguments.settings.read_back)
        job = await foreground.carry_out(jobs, journal, number, only_end=only_end)
    foreground.tell(far(job))
    _print_job(job, arguments)
    ended = only_end and job.state is State.CANCELLED
    return FINE if ended else status_of_job(job, jobs.halted_by)


def _undo(journal: Journal, arguments: argparse.Namespace) -> int:
    from sestui.cli.foreground import Foreground

    foreground = Foreground()
    return foreground.run(_undo_in(foreground, journal, arguments))


async def _undo_in(foreground: Foreground, journal: Journal, arguments: argparse.Namespace) -> int:
    from sestui.cli import job_text
    from sestui.cli.changing import carry_out
    from sestui.cli.connecting import opened
    from sestui.cli.state import set_pace
    from sestui.cli.statuses import FINE
    from sestui.domain.display import moment_in_full
    from sestui.domain.errors import SestuiError
    from sestui.services.undoing import losses, undo_plan

    job = journal.job(arguments.id)
    async with opened(_there(job), arguments, arguments.settings) as gateway:
        plan, left = await undo_plan(gateway, journal, job.id, time.time, arguments.note, arguments.via_s3)
        account = None
        with suppress(SestuiError):  # Reading the account may not be allowed; the undo may be.
            account = await gateway.resources.account()
        title = (
            f"This undoes job {job.id}: {job_text.what(job)}, planned {moment_in_full(job.planned_at)} by {job.who}."
        )
        alone = "left alone, as SES has changed since"
        for line in (*job_text.plan_lines(title, plan, left, alone), *losses(plan, account)):
            foreground.tell(line)
        if not plan.entries:
            foreground.tell("There is nothing left to undo.")
            return FINE
        set_pace(gateway, arguments.folder, arguments.settings)
        told = {"left_alone": job_text.left_objects(left)}
        return await carry_out(foreground, gateway, journal, plan, arguments, told)


def _there(job: Job) -> Any:
    """Return the connection to ask for, so that it is the one that the job was planned on."""
    from sestui.domain.suppression import Connection

    return Connection(job.connection.region, job.connection.endpoint, job.connection.profile)


def _print_job(job: Job, arguments: argparse.Namespace) -> None:
    from sestui.cli.job_text import as_json, job_object

    if arguments.json:
        print(as_json(job_object(job)), flush=True)


_WORK: Final[dict[str, Callable[[Journal, argparse.Namespace], int]]] = {
    "list": _list,
    "show": _show,
    "run": _carry_out,
    "pause": _stop,
    "cancel": _stop,
    "retry": _retry,
    "undo": _undo,
}
