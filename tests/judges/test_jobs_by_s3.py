"""Jobs that go by S3: SES's import jobs do them, each entry comes to one outcome, nothing is left in the bucket."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from sestui.domain.errors import JobRefused
from sestui.domain.import_job import PartState
from sestui.domain.job import Entry, Kind, Outcome, Plan, State, Wish
from sestui.domain.suppression import Connection, Reason, SuppressedDestinationSummary, SuppressionList
from sestui.emulator import Conditions, Emulator, World
from sestui.services.jobs import Jobs
from sestui.services.journal import Journal
from sestui.services.undoing import undo_plan
from sestui.sesv2.gateway import Gateway
from sestui.sesv2.session import open_gateway
from tests.buckets import Bucket
from tests.conftest import EMPTY
from tests.job_plans import ACCOUNT, journal_in, reasons, rows
from tests.serving import faults, quirks

pytestmark = pytest.mark.judge

BOUNCE, COMPLAINT = Reason.BOUNCE, Reason.COMPLAINT
CREATE, GET, LIST = "CreateImportJob", "GetImportJob", "ListImportJobs"


@pytest.fixture
def world() -> World:
    return replace(EMPTY, addresses=300)


@pytest.fixture
async def emulator(world: World, bucket: Bucket) -> AsyncIterator[Emulator]:
    async with Emulator(world, s3=bucket.endpoint) as running:
        yield running


@pytest.fixture(autouse=True)
def _s3_of_the_environment(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", bucket.endpoint)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = journal_in(tmp_path / "state")
    yield opened
    opened.close()


def removals(of: Iterable[SuppressedDestinationSummary]) -> list[Entry]:
    return [Entry(ACCOUNT, row.address, None, row) for row in of]


class Work:
    """Plans and runs jobs by S3."""

    def __init__(self, gateway: Gateway, journal: Journal, bucket: Bucket) -> None:
        self.gateway, self.journal, self.bucket = gateway, journal, bucket

    async def plan(self, entries: Sequence[Entry], kind: Kind = Kind.REMOVE, via: str | None = None) -> int:
        where = await self.gateway.identify()
        return self.journal.plan(Plan(kind, where, entries, time.time(), via=via or self.bucket.url("in/here")))

    async def run(self, number: int, *, dry: bool = False, only_end: bool = False):  # type: ignore[no-untyped-def]
        self.jobs = Jobs(self.gateway, self.journal, time.time, dry=dry)
        return await self.jobs.run(number, only_end=only_end)

    def outcomes(self, number: int) -> dict[str, Outcome]:
        return {it.entry.address: it.result.outcome for it in self.journal.entries(number) if it.result}


@pytest.fixture
def work(gateway: Gateway, journal: Journal, bucket: Bucket) -> Work:
    return Work(gateway, journal, bucket)


async def test_a_removal_and_its_undo(work: Work, gateway: Gateway, bucket: Bucket, emulator: Emulator) -> None:
    before = await reasons(gateway)
    planned = (await rows(gateway))[:250]
    job = await work.run(await work.plan(removals(planned)))
    assert (job.state, job.why, job.counts) == (State.DONE, "", {Outcome.REMOVED: 250})
    assert [(part.action, part.state, bool(part.job_id)) for part in job.parts] == [("DELETE", PartState.REMOVED, True)]
    assert set(before) - set(await reasons(gateway)) == {row.address for row in planned}
    assert bucket.keys == []
    plan, left = await undo_plan(gateway, work.journal, job.id, time.time, via=bucket.url())
    assert (len(plan.entries), left) == (250, [])
    undone = await work.run(work.journal.plan(plan))
    assert undone.counts == {Outcome.ADDED: 250}
    assert await reasons(gateway) == before
    assert bucket.keys == []
    again, left = await undo_plan(gateway, work.journal, undone.id, time.time)
    assert (len(again.entries), left) == (250, [])
    asked = Counter(it.operation for it in emulator.requests)
    assert asked[CREATE] == 2
    assert "DeleteSuppressedDestination" not in asked
