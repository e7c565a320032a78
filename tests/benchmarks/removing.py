"""What the benchmarks of jobs share: rows of a list, a job that removes them, and the process that runs it."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from sestui.domain.job import Job, State
from sestui.domain.suppression import Connection, SuppressedDestinationSummary
from sestui.services.journal import Journal
from sestui.sesv2.session import open_gateway
from tests import job_plans

Rows = list[SuppressedDestinationSummary]

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_EC2_METADATA_DISABLED": "true"}


def listed(url: str) -> Rows:
    """Return what stands on the list of the account."""

    async def read() -> Rows:
        async with open_gateway(Connection("us-east-1", url)) as gateway:
            return await job_plans.rows(gateway)

    return asyncio.run(read())


def planned(url: str, folder: Path, rows: Rows) -> tuple[Journal, int]:
    """Return a journal, on the disk in this folder, and the number of the job in it that removes these rows."""

    async def plan() -> tuple[Journal, int]:
        async with open_gateway(Connection("us-east-1", url)) as gateway:
            journal = job_plans.journal_in(folder)
            return journal, journal.plan(job_plans.removal(await gateway.identify(), rows))

    return asyncio.run(plan())


def running(folder: Path, number: int) -> subprocess.Popen[bytes]:
    """Start `sestui jobs run` for a job of the journal in this folder; a setting has it use the whole pace."""
    settings = folder / "config.toml"
    settings.write_text("job_share = 100\n", encoding="utf-8")
    environment = {**os.environ, **CREDENTIALS, "XDG_STATE_HOME": str(folder)}
    command = [sys.executable, "-m", "sestui", "--config", str(settings), "jobs", "run", str(number)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def rate_of(job: Job) -> float:
    """Return how many entries a second a job removed, from its beginning to its end as the journal has them."""
    assert job.state is State.DONE, job
    assert job.began_at is not None
    assert job.ended_at is not None
    assert sum(job.counts.values()) == job.total, job.counts
    return job.total / (job.ended_at - job.began_at)


def alone(work: Any, *arguments: Any) -> Any:
    """Do the work in a process of its own, as a program does it, and return what it returns."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def portions(rows: Rows, size: int) -> Sequence[Rows]:
    """Return the rows in as many whole portions as they make."""
    return [rows[start : start + size] for start in range(0, len(rows) - size + 1, size)]
