"""Jobs that go by S3: SES's import jobs do them, each entry comes to one outcome, nothing is left in the bucket."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from sestui.domain.errors import JobRefused
from sestui.domain.import_job import ImportAction, PartState
from sestui.domain.job import Entry, Job, Kind, Outcome, Plan, State, Wish
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
from tests.job_processes import until
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

    async def run(self, number: int, *, dry: bool = False, only_end: bool = False) -> Job:
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


async def test_what_stands_there_already_is_left_and_the_rest_is_added(work: Work, gateway: Gateway) -> None:
    """An addition's plan does not know what stands there; one that replaces a reason does."""
    there = await rows(gateway)
    bounces = [row for row in there if row.reason is BOUNCE][:3]
    complaints = [row for row in there if row.reason is COMPLAINT][:3]
    entries = [Entry(ACCOUNT, f'new"{number}, x"@corp.com', BOUNCE, None, False) for number in range(120)]
    entries += [Entry(ACCOUNT, row.address, BOUNCE, None, False) for row in (bounces[0], complaints[0])]
    entries += [
        Entry(ACCOUNT, bounces[1].address, COMPLAINT, bounces[1]),
        Entry(ACCOUNT, bounces[2].address, None, bounces[2]),
    ]
    job = await work.run(await work.plan(entries, Kind.ADD))
    assert job.counts == {
        Outcome.ADDED: 120,
        Outcome.ALREADY_THERE: 1,
        Outcome.OTHER_REASON: 1,
        Outcome.REPLACED: 1,
        Outcome.REMOVED: 1,
    }
    assert work.outcomes(job.id)[complaints[0].address] is Outcome.OTHER_REASON
    assert [part.action for part in job.parts] == ["PUT", "DELETE"]
    now = await reasons(gateway)
    assert (now['new"7, x"@corp.com'], now[bounces[1].address], now.get(bounces[2].address)) == (
        BOUNCE,
        COMPLAINT,
        None,
    )
    plan, left = await undo_plan(gateway, work.journal, job.id, time.time, via=work.bucket.url())
    undone = await work.run(work.journal.plan(plan))
    assert (left, undone.counts) == ([], {Outcome.REMOVED: 120, Outcome.REPLACED: 1, Outcome.ADDED: 1})
    assert await reasons(gateway) == {row.address: row.reason for row in there}


async def test_what_has_changed_since_the_plan_is_left_alone(work: Work, gateway: Gateway) -> None:
    planned = [row for row in await rows(gateway) if row.reason is BOUNCE][:150]
    number = await work.plan(removals(planned))
    flipped = {row.address for row in planned[::30]}
    for address in flipped:
        await gateway.put_suppressed_destination(ACCOUNT, address, COMPLAINT)
    job = await work.run(number)
    assert job.counts == {Outcome.CHANGED: 5, Outcome.REMOVED: 145}
    assert {address for address, it in work.outcomes(number).items() if it is Outcome.CHANGED} == flipped
    assert flipped <= set(await reasons(gateway))


async def test_a_dry_run_touches_nothing(work: Work, gateway: Gateway, emulator: Emulator, bucket: Bucket) -> None:
    before = await reasons(gateway)
    entries = removals(await rows(gateway))
    work.journal = Journal(None, time.time)
    job = await work.run(await work.plan([*entries, Entry(ACCOUNT, "new@corp.com", BOUNCE, None, False)]), dry=True)
    assert job.counts == {Outcome.WOULD_REMOVE: 300, Outcome.WOULD_ADD: 1}
    assert (await reasons(gateway), bucket.keys) == (before, [])
    assert CREATE not in {it.operation for it in emulator.requests}


# What SES says


@pytest.mark.parametrize("shape", ["json", "csv", "gone"])
async def test_failed_records_are_told_one_by_one(work: Work, gateway: Gateway, emulator: Emulator, shape: str) -> None:
    """Where SES's file of them can't be read, the list tells which they were."""
    emulator.conditions = quirks(f"failed-records={shape}", "import-missing=fails")
    planned = await rows(gateway)
    number = await work.plan([*removals(planned[:150]), Entry(ACCOUNT, "no address", BOUNCE)])
    for row in planned[:2]:
        # Somebody was quicker: what is gone is as was wanted.
        await gateway.delete_suppressed_destination(ACCOUNT, row.address)
    job = await work.run(number)
    gone = Outcome.REMOVED  # Whose call it was can't be told: SES's job had been asked for.
    assert job.counts == {gone: 150, Outcome.FAILED: 1}
    (bad,) = work.journal.entries(number, undone=True)
    assert bad.result is not None
    assert ("Invalid email address" in bad.result.detail) == (shape != "gone")
    assert ("can't be read: The URL of the failed records answers 403" in bad.result.detail) == (shape == "gone")
    assert work.bucket.keys == []


async def test_an_import_job_that_fails_whole_is_told_and_tried_again(
    work: Work, gateway: Gateway, bucket: Bucket
) -> None:
    before = await rows(gateway)
    async with (
        Emulator(replace(EMPTY, addresses=300), s3="http://127.0.0.1:9") as blind,
        open_gateway(Connection("us-east-1", blind.url)) as other,
    ):
        work.gateway = other
        planned = await rows(other)
        number = await work.plan(removals(planned[:120]))
        job = await work.run(number)
        assert job.counts == {Outcome.FAILED: 120}
        (first, *_) = work.journal.entries(number)
        assert first.result is not None
        assert "FAILED: The object s3://" in first.result.detail
        assert "let ses.amazonaws.com" in str(work.jobs.halted_by)
        assert bucket.keys == []
        assert work.journal.reopen(number) == 120
        assert (await work.run(number)).counts == {Outcome.FAILED: 120}
        assert len(await rows(other)) == len(before)


@pytest.mark.parametrize("fault", ["reset-after", "500", "throttle"])
async def test_an_import_job_is_created_once_whatever_becomes_of_the_answer(
    work: Work, gateway: Gateway, emulator: Emulator, fault: str
) -> None:
    number = await work.plan(removals((await rows(gateway))[:120]))
    emulator.conditions = faults(f"{fault}@{CREATE}=1")
    running = asyncio.ensure_future(work.run(number))
    await until(lambda: any(it.operation == CREATE for it in emulator.requests))
    emulator.conditions = Conditions()
    job = await running
    assert job.counts == {Outcome.REMOVED: 120}
    created = [
        it for it in emulator.requests if it.operation == CREATE and (it.status == 200 or it.error == "reset-after")
    ]
    assert len(created) == 1


async def test_it_waits_while_others_have_all_import_jobs(
    work: Work, gateway: Gateway, emulator: Emulator, bucket: Bucket
) -> None:
    emulator.conditions = quirks("import-start=4")
    for number in range(20):
        await gateway.imports.create(ImportAction.DELETE, bucket.url(f"nothing-{number}"))
    number = await work.plan(removals((await rows(gateway))[:120]))
    running = asyncio.ensure_future(work.run(number))
    await until(lambda: work.journal.job(number).state is State.WAITING)
    assert "20 import jobs" in work.journal.job(number).why
    assert (await running).counts == {Outcome.REMOVED: 120}


# What is refused


async def test_where_there_is_no_such_way_nothing_is_sent(work: Work, gateway: Gateway, emulator: Emulator) -> None:
    await gateway.changes.create_tenant("acme")
    of_tenant = [Entry(SuppressionList("acme"), "a@corp.com", BOUNCE)]
    for entries, words in (([], "nothing to be done"), (of_tenant, "none for a tenant's")):
        with pytest.raises(JobRefused, match=words):
            await work.run(await work.plan(entries))
    for via in ("bucket", "s3://B/x", "https://bucket/x"):
        with pytest.raises(JobRefused, match="no place in S3"):
            await work.run(await work.plan(removals(await rows(gateway)), via=via))
    assert CREATE not in {it.operation for it in emulator.requests}


@pytest.mark.parametrize("world", [replace(EMPTY, addresses=3, sandbox=True)])
async def test_a_sandbox_account_is_told_so(work: Work, gateway: Gateway) -> None:
    with pytest.raises(JobRefused, match="sandbox"):
        await work.run(await work.plan(removals(await rows(gateway))))


async def test_no_address_goes_to_aws_for_an_emulator(
    work: Work, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL_S3")
    with pytest.raises(JobRefused, match="AWS_ENDPOINT_URL_S3 names its S3"):
        await work.run(await work.plan(removals(await rows(gateway))))


async def test_a_bucket_that_is_not_there_or_refuses_pauses_the_job(
    work: Work, gateway: Gateway, bucket: Bucket, emulator: Emulator
) -> None:
    number = await work.plan(removals(await rows(gateway)), via="s3://sestui-nobody-has-this/x")
    job = await work.run(number)
    assert (job.state, job.settled) == (State.PAUSED, 0)
    assert "s3:PutObject: NoSuchBucket" in job.why
    bucket.refuse("s3:PutObject")
    job = await work.run(await work.plan(removals(await rows(gateway))))
    assert (job.state, job.settled, job.parts[0].state) == (State.PAUSED, 0, PartState.PLANNED)
    assert job.why.startswith("s3:PutObject is denied: the role in use lacks this action")
    bucket.allow()
    assert (await work.run(job.id)).counts == {Outcome.REMOVED: 300}
    assert bucket.keys == []


async def test_an_object_that_cannot_be_removed_is_named(work: Work, gateway: Gateway, bucket: Bucket) -> None:
    bucket.refuse("s3:DeleteObject")
    job = await work.run(await work.plan(removals(await rows(gateway))))
    assert (job.state, job.counts) == (State.DONE, {Outcome.REMOVED: 300})
    (key,) = bucket.keys
    assert job.why.startswith(f"{bucket.url(key)} is left in S3: ")
    assert "s3:DeleteObject is denied: the role in use lacks this action" in job.why


async def test_a_bucket_that_keeps_versions_keeps_none_of_it(work: Work, gateway: Gateway, bucket: Bucket) -> None:
    bucket.keep_versions()
    assert (await work.run(await work.plan(removals(await rows(gateway))))).state is State.DONE
    assert bucket.versions == []


# Pause and cancel


async def test_a_pause_leaves_the_import_job_to_ses_and_the_next_run_reads_what_became_of_it(
    work: Work, gateway: Gateway, emulator: Emulator, bucket: Bucket
) -> None:
    emulator.conditions = quirks("import-rate=100")
    number = await work.plan(removals(await rows(gateway)))
    running = asyncio.ensure_future(work.run(number))
    await until(lambda: work.journal.job(number).parts and work.journal.job(number).parts[0].processed)
    work.journal.wish(number, Wish.PAUSE)
    job = await running
    assert (job.state, job.settled, len(bucket.keys)) == (State.PAUSED, 0, 1)
    assert job.why == f"SES goes on with its import job {job.parts[0].job_id}"
    with pytest.raises(JobRefused, match="SES may be at work"):
        await undo_plan(gateway, work.journal, number, time.time)
    assert (await work.run(number)).counts == {Outcome.REMOVED: 300}
    assert [it.operation for it in emulator.requests].count(CREATE) == 1
    assert bucket.keys == []


async def test_a_cancelled_job_waits_for_the_import_job_and_takes_its_object_back(
    work: Work, gateway: Gateway, emulator: Emulator, bucket: Bucket
) -> None:
    emulator.conditions = quirks("import-rate=200")
    entries = [Entry(ACCOUNT, "new@corp.com", COMPLAINT), *removals(await rows(gateway))]
    number = await work.plan(entries)
    running = asyncio.ensure_future(work.run(number))
    await until(lambda: any(it.job_id for it in work.journal.job(number).parts))
    work.journal.wish(number, Wish.CANCEL)
    job = await running
    assert (job.state, bucket.keys) == (State.DONE, [])
    assert job.counts == {Outcome.ADDED: 1, Outcome.REMOVED: 300}


async def test_a_paused_job_is_cancelled_and_its_object_taken_back(
    work: Work, gateway: Gateway, emulator: Emulator, bucket: Bucket
) -> None:
    emulator.conditions = faults(f"expired-credentials@{CREATE}=1")
    bucket.refuse("s3:DeleteObject")
    number = await work.plan(removals(await rows(gateway)))
    job = await work.run(number)
    assert (job.state, job.parts[0].state, len(bucket.keys)) == (State.PAUSED, PartState.UPLOADING, 1)
    assert "renew the credentials" in job.why
    assert f"{bucket.url(bucket.keys[0])} is left in S3: " in job.why
    with pytest.raises(JobRefused, match=f"sestui jobs cancel {number}"):
        work.journal.wish(number, Wish.CANCEL)
    bucket.allow()
    job = await work.run(number, only_end=True)
    assert (job.state, job.settled, bucket.keys) == (State.CANCELLED, 0, [])
