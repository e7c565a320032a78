"""Jobs by S3 whose process is killed between any two steps: each import job is created once, nothing is left behind.

All are processes of their own against an emulator over HTTP and moto's S3.
"""

import random
import time
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from sestui.domain.import_job import PartState
from sestui.domain.job import Entry, Kind, Outcome, Plan, State
from sestui.domain.suppression import Reason
from sestui.emulator import Conditions, Emulator, World
from sestui.services.journal import Journal
from sestui.sesv2.gateway import Gateway
from tests.buckets import S3, Bucket
from tests.conftest import EMPTY
from tests.job_plans import ACCOUNT, journal_in, reasons
from tests.job_plans import rows as rows_of
from tests.job_processes import Start, end_of, starting, surroundings, until
from tests.serving import faults, quirks

pytestmark = pytest.mark.judge

CREATE, GET = "CreateImportJob", "GetImportJob"


@pytest.fixture
def world() -> World:
    return replace(EMPTY, seed=7, addresses=300)


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


@pytest.fixture
async def start(tmp_path: Path, environment: dict[str, str], _s3_of_the_environment: None) -> AsyncIterator[Start]:
    async with starting(surroundings(environment, tmp_path / "state"), tmp_path) as begin:
        yield begin


def created(emulator: Emulator) -> Counter[str]:
    """Return how often SES was brought to create an import job of which object."""
    accepted = [
        it for it in emulator.requests if it.operation == CREATE and (it.status == 200 or it.error == "reset-after")
    ]
    return Counter(it.parameters["ImportDataSource"]["S3Url"] for it in accepted)


async def kill(start: Start, number: int, when: Callable[[], object]) -> None:
    """Run a job and kill its process."""
    process = await start("run", number)
    await until(when, 0.002)
    process.kill()
    assert (await end_of(process)).status == -9


def is_asked(emulator: Emulator) -> Callable[[], bool]:
    return lambda: any(it.operation == CREATE for it in emulator.requests)


@pytest.fixture
async def removal(gateway: Gateway, journal: Journal, bucket: Bucket) -> int:
    entries = [Entry(ACCOUNT, row.address, None, row) for row in await rows_of(gateway)]
    where = await gateway.identify()
    return journal.plan(Plan(Kind.REMOVE, where, entries, time.time(), via=bucket.url("in")))


Check = Callable[[Start], Awaitable[None]]


@pytest.fixture
def check_end(emulator: Emulator, gateway: Gateway, journal: Journal, bucket: Bucket, removal: int) -> Check:
    """Run the job again and see to it that all went once and nothing is left."""

    async def check(start: Start) -> None:
        assert journal.job(removal).is_interrupted
        ended = await end_of(await start("run", removal))
        assert (ended.status, ended.err) == (0, f"Job {removal} is done: 300 × removed.\n")
        assert journal.job(removal).counts == {Outcome.REMOVED: 300}
        assert await reasons(gateway) == {}
        assert set(created(emulator).values()) == {1}
        assert bucket.keys == []

    return check


async def test_between_the_object_and_the_question(
    emulator: Emulator, journal: Journal, bucket: Bucket, start: Start, removal: int, check_end: Check
) -> None:
    emulator.conditions = Conditions(latency=0.3)
    await kill(start, removal, lambda: bucket.keys)
    emulator.conditions = Conditions()
    await check_end(start)


async def test_when_ses_was_asked_and_has_not_done_it(
    emulator: Emulator, journal: Journal, start: Start, removal: int, check_end: Check
) -> None:
    emulator.conditions = faults(f"timeout@{CREATE}=1")
    await kill(start, removal, is_asked(emulator))
    emulator.conditions = Conditions()
    (part,) = journal.job(removal).parts
    assert (part.state, part.job_id) == (PartState.ASKED, "")
    await check_end(start)


async def test_when_ses_has_done_it_and_nobody_heard(
    emulator: Emulator, journal: Journal, start: Start, removal: int, check_end: Check
) -> None:
    emulator.conditions = faults(f"reset-after@{CREATE}=1", f"timeout@{GET}=1")
    await kill(start, removal, is_asked(emulator))
    emulator.conditions = Conditions()
    (part,) = journal.job(removal).parts
    assert (part.state, part.job_id) == (PartState.ASKED, "")
    await check_end(start)
    assert sum(created(emulator).values()) == 1


async def test_while_ses_is_at_work(
    emulator: Emulator, journal: Journal, start: Start, removal: int, check_end: Check
) -> None:
    emulator.conditions = quirks("import-rate=200")
    await kill(start, removal, lambda: any(part.processed for part in journal.job(removal).parts))
    (part,) = journal.job(removal).parts
    assert (part.state, bool(part.job_id), journal.job(removal).settled) == (PartState.ASKED, True, 0)
    await check_end(start)


async def test_between_the_end_and_the_removal_of_the_object(
    emulator: Emulator, journal: Journal, bucket: Bucket, start: Start, removal: int, check_end: Check, s3: S3
) -> None:
    emulator.conditions = quirks("import-rate=200")
    process = await start("run", removal)
    await until(lambda: any(part.processed for part in journal.job(removal).parts))
    with s3.silent():
        await until(lambda: journal.job(removal).parts[0].state is PartState.SETTLED)
        process.kill()
        assert (await end_of(process)).status == -9
    assert journal.job(removal).settled == 300
    assert len(bucket.keys) == 1
    await check_end(start)


def _is_due(emulator: Emulator, requests: int, process: Process) -> bool:
    return len(emulator.requests) >= requests or process.returncode is not None


@pytest.mark.parametrize("world", [replace(EMPTY, seed=7, addresses=12_000)])
async def test_at_six_random_moments(
    emulator: Emulator, gateway: Gateway, journal: Journal, bucket: Bucket, start: Start
) -> None:
    """Both kinds in one plan, and some of the calls go wrong."""
    chance = random.Random(3)
    before = await rows_of(gateway)
    entries = [Entry(ACCOUNT, row.address, None, row) for row in before[:11_000]]
    entries += [Entry(ACCOUNT, f"new{number}@corp.com", Reason.COMPLAINT) for number in range(50)]
    chance.shuffle(entries)
    number = journal.plan(Plan(Kind.ADD, await gateway.identify(), entries, time.time(), via=bucket.url()))
    emulator.conditions = replace(
        quirks("import-rate=4000", "import-start=0.2"), faults=faults("503=0.1", f"reset-after@{CREATE}=0.5").faults
    )
    for _ in range(6):
        if journal.job(number).state.is_over:
            break
        due = len(emulator.requests) + chance.randrange(2, 24)
        process = await start("run", number)
        await until(partial(_is_due, emulator, due, process), 0.002)
        if process.returncode is None:
            process.kill()
        await end_of(process)
    emulator.conditions = quirks("import-rate=4000")
    if not journal.job(number).state.is_over:
        assert (await end_of(await start("run", number))).status == 0
    job = journal.job(number)
    assert (job.state, job.counts) == (State.DONE, {Outcome.REMOVED: 11_000, Outcome.ADDED: 50})
    assert set(created(emulator).values()) == {1}
    assert len(await rows_of(gateway)) == 1050
    assert bucket.keys == []


@pytest.mark.parametrize("world", [replace(EMPTY, seed=7, addresses=20_300)])
async def test_20000_removals_killed_twice_on_the_way_and_undone(
    emulator: Emulator, gateway: Gateway, journal: Journal, bucket: Bucket, start: Start
) -> None:
    before = await rows_of(gateway)
    planned = before[:20_000]
    entries = [Entry(ACCOUNT, row.address, None, row) for row in planned]
    where = await gateway.identify()
    number = journal.plan(Plan(Kind.REMOVE, where, entries, time.time(), via=bucket.url("sestui")))
    emulator.conditions = replace(quirks("import-rate=8000"), faults=faults(f"reset-after@{CREATE}=1").faults)
    await kill(start, number, is_asked(emulator))
    emulator.conditions = quirks("import-rate=8000")
    await kill(start, number, lambda: any(part.processed for part in journal.job(number).parts))
    assert journal.job(number).settled < 20_000
    ended = await end_of(await start("run", number))
    assert (ended.status, ended.err) == (0, f"Job {number} is done: 20,000 × removed.\n")
    assert [part.state for part in journal.job(number).parts] == [PartState.REMOVED] * 2
    assert list(created(emulator).values()) == [1, 1]
    assert await rows_of(gateway) == before[20_000:]
    assert bucket.keys == []
    undo = await end_of(await start("undo", number, "--via-s3", bucket.url("sestui"), "--yes"))
    assert undo.status == 0, undo.err
    assert await reasons(gateway) == {row.address: row.reason for row in before}
    assert list(created(emulator).values()) == [1, 1, 1]
    assert bucket.keys == []


# The commands


async def test_show_says_how_far_ses_is_and_cancel_waits_for_it(
    emulator: Emulator, journal: Journal, bucket: Bucket, start: Start, removal: int
) -> None:
    """Of a job that nobody runs, SES has an import job all the same, and S3 an object."""
    emulator.conditions = quirks("import-rate=100")
    await kill(start, removal, lambda: any(part.processed for part in journal.job(removal).parts))
    (part,) = journal.job(removal).parts
    shown = await end_of(await start("show", removal))
    assert f"  via       s3://{bucket.name}/in; 0 of 1 part over; part 1: import job {part.job_id}, " in shown.out
    told = (await end_of(await start("show", removal, "--json"))).told
    assert told["via"] == bucket.url("in")
    assert [(it["state"], it["import_job"]) for it in told["parts"]] == [("asked", part.job_id)]
    undone = await end_of(await start("undo", removal, "--yes"))
    assert (undone.status, "SES may be at work" in undone.err) == (2, True)
    emulator.conditions = Conditions()
    cancelled = await end_of(await start("cancel", removal))
    # There was nothing more to be done.
    assert (cancelled.status, cancelled.err) == (0, f"Job {removal} is done: 300 × removed.\n")
    assert bucket.keys == []


async def test_cancel_takes_the_object_back(
    emulator: Emulator, gateway: Gateway, journal: Journal, bucket: Bucket, start: Start, removal: int
) -> None:
    emulator.conditions = faults(f"timeout@{CREATE}=1")
    await kill(start, removal, is_asked(emulator))
    assert len(bucket.keys) == 1
    emulator.conditions = Conditions()
    cancelled = await end_of(await start("cancel", removal))
    assert (cancelled.status, cancelled.err) == (0, f"Job {removal} is cancelled. 0 of 300 entries settled.\n")
    assert (bucket.keys, len(await rows_of(gateway))) == ([], 300)


async def test_what_is_left_in_the_bucket_is_told_by_the_status_too(bucket: Bucket, start: Start, removal: int) -> None:
    bucket.refuse("s3:DeleteObject")
    ended = await end_of(await start("run", removal))
    (key,) = bucket.keys
    assert (ended.status, ended.err.startswith(f"Job {removal} is done: 300 × removed. {bucket.url(key)} is left")) == (
        1,
        True,
    )
