"""Jobs: each entry comes to one outcome, the journal has it, and the list is as the outcomes say."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sestui.domain.errors import JobRefused
from sestui.domain.job import ASK_AGAIN_UP_TO, DONE, WOULD, Entry, Job, Kind, Outcome, Plan, Result, State, Wish
from sestui.domain.request import Request
from sestui.domain.suppression import Connection, Reason, SuppressedDestinationSummary, SuppressionList
from sestui.emulator import Conditions, Emulator, Rate, World
from sestui.services.jobs import Jobs
from sestui.services.journal import Journal
from sestui.sesv2.gateway import Gateway
from sestui.sesv2.session import open_gateway
from tests.conftest import EMPTY
from tests.serving import faults, loop_clock, operations, quirks, serving
from tests.virtual_time import EARLY, run

ACCOUNT, ACME = SuppressionList(), SuppressionList("acme")
BOUNCE, COMPLAINT = Reason.BOUNCE, Reason.COMPLAINT
MANY = ASK_AGAIN_UP_TO + 20


async def rows(gateway: Gateway, which: SuppressionList = ACCOUNT) -> dict[str, SuppressedDestinationSummary]:
    return {row.address: row for row in (await gateway.suppressed_destinations(which)).entries}


async def filled(gateway: Gateway, addresses: Iterable[str], which: SuppressionList = ACCOUNT) -> list[Entry]:
    """Put bounces and return the entries that remove all that is on the list."""
    for address in addresses:
        await gateway.put_suppressed_destination(which, address, BOUNCE)
    return removals((await rows(gateway, which)).values(), which)


def removals(planned: Iterable[SuppressedDestinationSummary], which: SuppressionList = ACCOUNT) -> list[Entry]:
    return [Entry(which, row.address, None, row) for row in planned]


def numbered(count: int, letter: str = "a") -> list[str]:
    return [f"{letter}{number}@corp.com" for number in range(count)]


@dataclass
class Work:
    """One job, in a journal of its own, and what was told of it."""

    gateway: Gateway
    clock: Callable[[], float]
    journal: Journal
    number: int
    told: list[Result] = field(default_factory=list)

    async def go(self, gateway: Gateway | None = None, *, dry: bool = False, read_back: str = "sample") -> Job:
        jobs = Jobs(gateway or self.gateway, self.journal, self.clock, dry=dry, read_back=read_back)
        job = await jobs.run(self.number, self.told.extend)
        assert job.counts == self.job.counts
        return job

    @property
    def job(self) -> Job:
        return self.journal.job(self.number)

    @property
    def results(self) -> dict[str, Result]:
        found = {it.entry.address: it.result for it in self.journal.entries(self.number)}
        return {address: result for address, result in found.items() if result is not None}

    @property
    def outcomes(self) -> dict[str, Outcome]:
        return {address: result.outcome for address, result in self.results.items()}


async def planned(
    gateway: Gateway,
    entries: Sequence[Entry],
    kind: Kind = Kind.REMOVE,
    *,
    clock: Callable[[], float] | None = None,
    read_at: float | None = None,
) -> Work:
    connection = await gateway.identify()
    now = clock or loop_clock()
    journal = Journal(None, now)
    names = {entry.which.tenant_name for entry in entries} - {None}
    tenants = {name: (await gateway.resources.tenant(name)).tenant_id for name in names if name is not None}
    plan = Plan(kind, connection, entries, now() if read_at is None else read_at, tenants)
    return Work(gateway, now, journal, journal.plan(plan))


async def carried_out(gateway: Gateway, entries: Sequence[Entry], kind: Kind = Kind.REMOVE) -> Work:
    work = await planned(gateway, entries, kind)
    job = await work.go()
    assert job.state is State.DONE
    assert job.settled == len(entries)
    assert {result.entry.address for result in work.told} == {entry.address for entry in entries}
    return work


def virtually(
    test: Callable[[Emulator, Gateway], Awaitable[None]],
    world: World = EMPTY,
    conditions: Conditions = Conditions(),  # noqa: B008 - frozen
    early: float = 0.0,
) -> None:
    async def main() -> None:
        async with serving(world, conditions) as (emulator, gateway):
            await test(emulator, gateway)

    run(main(), early=early)


# Removal


async def test_what_was_planned_goes_and_nothing_else(gateway: Gateway) -> None:
    await gateway.changes.create_tenant("acme")
    entries = await filled(gateway, numbered(30), ACME)
    await filled(gateway, ["a1@corp.com", "A1@corp.com"])
    await gateway.put_suppressed_destination(ACME, "complaint@corp.com", COMPLAINT)
    work = await carried_out(gateway, entries[:20])
    assert work.job.counts == {Outcome.REMOVED: 20}
    assert [result.after for result in work.told] == [None] * 20
    left = {entry.address for entry in entries[20:]} | {"complaint@corp.com"}
    assert (await rows(gateway, ACME)).keys() == left
    assert (await rows(gateway)).keys() == {"a1@corp.com", "A1@corp.com"}


async def test_one_job_may_be_about_several_lists(gateway: Gateway) -> None:
    await gateway.changes.create_tenant("acme")
    entries = await filled(gateway, numbered(3), ACME) + await filled(gateway, numbered(3))
    work = await carried_out(gateway, [*entries[:2], *entries[3:4]])
    assert work.job.lists == (ACME, ACCOUNT)
    assert await rows(gateway, ACME) == {entries[2].address: entries[2].before}
    assert (await rows(gateway)).keys() == {entries[4].address, entries[5].address}


async def test_up_to_a_hundred_each_is_asked_about_before_it_goes(emulator: Emulator, gateway: Gateway) -> None:
    entries = await filled(gateway, numbered(ASK_AGAIN_UP_TO))
    emulator.requests.clear()
    await carried_out(gateway, entries)
    for entry in entries:
        its = [it.operation for it in emulator.requests if it.parameters.get("EmailAddress") == entry.address]
        assert its[:2] == ["GetSuppressedDestination", "DeleteSuppressedDestination"]


async def test_above_a_hundred_one_look_at_the_list_tells_of_all_that_changed(
    emulator: Emulator, gateway: Gateway
) -> None:
    entries = await filled(gateway, numbered(MANY))
    work = await planned(gateway, entries)
    await gateway.delete_suppressed_destination(ACCOUNT, "a3@corp.com")
    await gateway.put_suppressed_destination(ACCOUNT, "a7@corp.com", COMPLAINT)
    emulator.requests.clear()
    assert (await work.go()).counts == {Outcome.REMOVED: MANY - 2, Outcome.ALREADY_GONE: 1, Outcome.CHANGED: 1}
    assert (await rows(gateway)).keys() == {"a7@corp.com"}
    assert work.results["a7@corp.com"].after == (await rows(gateway))["a7@corp.com"]
    asked = operations(emulator)
    assert asked.count("DeleteSuppressedDestination") == MANY - 1
    # The plan's own rows are of the last minute here, and so are asked about one by one; older ones are not.
    assert asked.count("ListSuppressedDestinations") <= 4


def test_rows_of_before_the_plan_are_not_asked_about_one_by_one() -> None:
    async def test(emulator: Emulator, gateway: Gateway) -> None:
        entries = await filled(gateway, numbered(MANY))
        await asyncio.sleep(3600)
        emulator.requests.clear()
        work = await planned(gateway, entries)
        await work.go(read_back="sample")
        asked = operations(emulator)
        assert asked.count("DeleteSuppressedDestination") == MANY
        assert asked.count("GetSuppressedDestination") == 10, "what is read back in the end"

    virtually(test)


def test_what_changed_since_the_plan_is_left_alone_and_what_went_is_told() -> None:
    async def test(emulator: Emulator, gateway: Gateway) -> None:
        entries = await filled(gateway, ["gone@corp.com", "again@corp.com", "worse@corp.com", "same@corp.com"])
        await asyncio.sleep(60)
        await gateway.delete_suppressed_destination(ACCOUNT, "gone@corp.com")
        await gateway.put_suppressed_destination(ACCOUNT, "again@corp.com", BOUNCE)
        await gateway.put_suppressed_destination(ACCOUNT, "worse@corp.com", COMPLAINT)
        now = await rows(gateway)
        work = await carried_out(gateway, entries)
        assert work.outcomes == {
            "gone@corp.com": Outcome.ALREADY_GONE,
            "again@corp.com": Outcome.CHANGED,
            "worse@corp.com": Outcome.CHANGED,
            "same@corp.com": Outcome.REMOVED,
        }
        assert work.results["worse@corp.com"].after == now["worse@corp.com"]
        assert (await rows(gateway)).keys() == {"again@corp.com", "worse@corp.com"}

    virtually(test)


async def test_another_spelling_is_not_there_and_the_entry_stays(gateway: Gateway) -> None:
    await filled(gateway, ["Alice@corp.com"])
    work = await carried_out(gateway, [Entry(ACCOUNT, "alice@corp.com", None)])
    assert work.outcomes == {"alice@corp.com": Outcome.ALREADY_GONE}
    assert (await rows(gateway)).keys() == {"Alice@corp.com"}


# Addition


@pytest.mark.parametrize("more", [0, ASK_AGAIN_UP_TO])
async def test_each_kind_of_addition(emulator: Emulator, gateway: Gateway, more: int) -> None:
    await filled(gateway, ["there@corp.com", "other@corp.com", "replaced@corp.com", "gone@corp.com"])
    before = await rows(gateway)
    await gateway.delete_suppressed_destination(ACCOUNT, "gone@corp.com")
    entries = [
        Entry(ACCOUNT, "new@corp.com", COMPLAINT, known=False),
        Entry(ACCOUNT, "there@corp.com", BOUNCE, known=False),
        Entry(ACCOUNT, "other@corp.com", COMPLAINT, known=False),
        Entry(ACCOUNT, "replaced@corp.com", COMPLAINT, before["replaced@corp.com"]),
        Entry(ACCOUNT, "gone@corp.com", COMPLAINT, before["gone@corp.com"]),
        *(Entry(ACCOUNT, address, BOUNCE) for address in numbered(more)),
    ]
    emulator.requests.clear()
    work = await carried_out(gateway, entries, Kind.ADD)
    outcomes = work.outcomes
    assert outcomes["new@corp.com"] is Outcome.ADDED
    assert outcomes["there@corp.com"] is Outcome.ALREADY_THERE
    assert outcomes["other@corp.com"] is Outcome.OTHER_REASON
    assert outcomes["replaced@corp.com"] is Outcome.REPLACED
    # Above a hundred the looks at the list can't tell what left it: the put that replaces nothing is asked about.
    assert outcomes["gone@corp.com"] is (Outcome.CHANGED if not more else Outcome.REPLACED)
    assert work.job.counts[Outcome.ADDED] == 1 + more
    after = await rows(gateway)
    assert (after["other@corp.com"], after["there@corp.com"]) == (before["other@corp.com"], before["there@corp.com"])
    assert after["replaced@corp.com"].reason is after["new@corp.com"].reason is COMPLAINT
    assert "BOUNCE" in work.results["other@corp.com"].detail


async def test_nothing_is_added_in_a_sandbox_and_each_says_why() -> None:
    sandbox = World(tenants=0, configuration_sets=0, addresses=0, tenant_addresses=0, sandbox=True)
    async with serving(sandbox) as (_, gateway):
        work = await carried_out(gateway, [Entry(ACCOUNT, it, BOUNCE) for it in numbered(3)], Kind.ADD)
        assert work.job.counts == {Outcome.FAILED: 3}
        assert all("sandbox" in result.detail for result in work.told)
        assert await rows(gateway) == {}


async def test_an_addition_is_dated_by_ses_and_not_by_this_machines_clock(gateway: Gateway) -> None:
    work = await planned(gateway, [Entry(ACCOUNT, "a@corp.com", BOUNCE)], Kind.ADD, clock=lambda: 1.0)
    await work.go()
    assert work.results["a@corp.com"].after == (await rows(gateway))["a@corp.com"]


# What goes wrong


@pytest.mark.parametrize("count", [10, MANY])
def test_a_delete_whose_answer_is_lost_is_done_once_and_told_as_done(count: int) -> None:
    async def test(emulator: Emulator, gateway: Gateway) -> None:
        entries = await filled(gateway, numbered(count))
        emulator.conditions = faults("reset-after@DeleteSuppressedDestination=0.4")
        work = await planned(gateway, entries)
        await work.go()
        emulator.conditions = Conditions()
        assert "reset-after" in {request.error for request in emulator.requests}
        assert work.job.counts == {Outcome.REMOVED: count}
        assert {result.attempts > 1 for result in work.results.values()} == {True, False}
        assert await rows(gateway) == {}

    virtually(test)


@pytest.mark.parametrize("kind", ["reset-before", "reset-after", "500", "503", "throttle", "timeout"])
def test_a_fifth_of_the_calls_going_wrong_does_not_show(kind: str) -> None:
    async def test(emulator: Emulator, gateway: Gateway) -> None:
        entries = await filled(gateway, numbered(MANY))
        emulator.conditions = faults(f"{kind}=0.2")
        gone = await carried_out(gateway, entries)
        wanted = [Entry(ACCOUNT, address, BOUNCE) for address in numbered(MANY, "b")]
        added = await carried_out(gateway, wanted, Kind.ADD)
        emulator.conditions = Conditions()
        assert gone.job.counts == {Outcome.REMOVED: MANY}
        assert added.job.counts == {Outcome.ADDED: MANY}
        assert (await rows(gateway)).keys() == set(numbered(MANY, "b"))

    virtually(test)


def test_a_job_waits_while_ses_does_not_answer_says_so_and_goes_on() -> None:
    async def test(emulator: Emulator, gateway: Gateway) -> None:
        work = await planned(gateway, await filled(gateway, numbered(MANY)))
        emulator.conditions = faults("503=1")
        emulator.requests.clear()
        running = asyncio.create_task(work.go())
        while work.job.state is not State.WAITING:  # noqa: ASYNC110 - another process would look as well
            await asyncio.sleep(0.1)
        assert "try again later" in work.job.why
        await asyncio.sleep(300)
        assert len(emulator.requests) < 4 * (64 + 20), "one is tried from time to time"
        assert work.job.state is State.WAITING
        emulator.conditions = Conditions()
        assert (await running).counts == {Outcome.REMOVED: MANY}

    virtually(test)


def test_a_job_that_waits_too_long_is_paused_with_the_reason_and_can_be_gone_on_with() -> None:
    async def test(emulator: Emulator, gateway: Gateway) -> None:
        work = await planned(gateway, await filled(gateway, numbered(10)))
        emulator.conditions = faults("503=1")
        job = await work.go()
        assert job.state is State.PAUSED
        assert re.search("no useful answer for 1[56] min", job.why)
        emulator.conditions = Conditions()
        assert (await work.go()).counts == {Outcome.REMOVED: 10}

    # A rest was once taken for unfinished whose timer came early, and none came again.
    virtually(test, early=EARLY)


def test_under_a_rate_that_nothing_told_of_few_calls_are_refused() -> None:
    async def test(emulator: Emulator, gateway: Gateway) -> None:
        work = await planned(gateway, await filled(gateway, numbered(3 * MANY)))
        emulator.conditions = Conditions(latency=0.05, rates=(Rate(10, 10),))
        emulator.requests.clear()
        assert (await work.go()).counts == {Outcome.REMOVED: 3 * MANY}
        refused = sum(it.status == 429 for it in emulator.requests)
        # Those that are under way when the limit is met, some until it is found, and then one in fifty.
        assert refused <= 30 + 0.02 * len(emulator.requests)

    virtually(test)


@pytest.mark.parametrize(("burst", "after"), [(1, 0.5), (10, 5), (1, 60)])
def test_at_one_call_a_second_a_pause_takes_effect_within_three_and_leaves_nothing_unknown(
    burst: int, after: float
) -> None:
    async def test(emulator: Emulator, gateway: Gateway) -> None:
        # Nothing was limited so far: as many calls are begun as can be, before the first 429.
        work = await planned(gateway, await filled(gateway, numbered(MANY)))
        emulator.conditions = Conditions(rates=(Rate(1, burst),))
        loop, jobs = asyncio.get_running_loop(), Jobs(gateway, work.journal, work.clock)
        running = asyncio.create_task(jobs.run(work.number))
        await asyncio.sleep(after)
        emulator.requests.clear()
        assert jobs.pause(work.number)
        paused_at = loop.time()
        assert (await running).state is State.PAUSED
        assert loop.time() - paused_at <= 3
        assert len(emulator.requests) <= 3
        left = [it for it in work.journal.entries(work.number) if it.result is None]
        assert [it for it in left if it.asked_at is not None] == []
        emulator.conditions = Conditions()
        assert (await work.go()).counts == {Outcome.REMOVED: MANY}

    virtually(test)


@pytest.mark.parametrize("count", [10, MANY])
@pytest.mark.parametrize("kind", ["access-denied", "expired-credentials"])
async def test_what_fails_for_all_alike_pauses_the_job(
    emulator: Emulator, gateway: Gateway, kind: str, count: int
) -> None:
    work = await planned(gateway, await filled(gateway, numbered(count)))
    emulator.conditions = faults(f"{kind}@DeleteSuppressedDestination=1")
    job = await work.go()
    assert (job.state, job.counts, work.told) == (State.PAUSED, {}, [])
    assert "DeleteSuppressedDestination" in job.why
    assert sum(it == "DeleteSuppressedDestination" for it in operations(emulator)) <= 64
    emulator.conditions = Conditions()
    job = await work.go()
    assert (job.state, job.why, job.counts) == (State.DONE, "", {Outcome.REMOVED: count})


async def test_a_tenant_that_is_gone_is_not_taken_for_an_empty_list(gateway: Gateway) -> None:
    journal = Journal(None, loop_clock())
    for wanted in (None, BOUNCE):
        plan = Plan(Kind.UNDO, await gateway.identify(), [Entry(ACME, "a@corp.com", wanted)], 0.0)
        job = await Jobs(gateway, journal, loop_clock()).run(journal.plan(plan))
        assert (job.state, job.counts) == (State.PAUSED, {})
        assert "acme" in job.why


async def test_an_address_that_ses_will_not_delete_is_final(emulator: Emulator, gateway: Gateway) -> None:
    entries = await filled(gateway, ["a/b@corp.com", "ab@corp.com"])
    emulator.conditions = faults("slash-400@DeleteSuppressedDestination=1")
    work = await carried_out(gateway, entries)
    assert work.outcomes == {"a/b@corp.com": Outcome.REFUSED, "ab@corp.com": Outcome.REMOVED}
    assert "Known SES defect" in work.results["a/b@corp.com"].detail
    assert work.journal.reopen(work.number) == 0


async def test_what_failed_can_be_retried() -> None:
    sandbox = World(tenants=0, configuration_sets=0, addresses=0, tenant_addresses=0, sandbox=True)
    async with serving(sandbox) as (_, gateway):
        work = await carried_out(gateway, [Entry(ACCOUNT, it, BOUNCE) for it in numbered(3)], Kind.ADD)
        with pytest.raises(JobRefused, match="is done"):
            await work.go()
        assert work.journal.reopen(work.number) == 3
        assert (await work.go()).counts == {Outcome.FAILED: 3}


# Reading back


def test_what_ses_still_tells_is_said() -> None:
    async def test(emulator: Emulator, gateway: Gateway) -> None:
        entries = await filled(gateway, numbered(5))
        await asyncio.sleep(3600)
        emulator.conditions = quirks("read-lag=600")
        job = (await carried_out(gateway, entries)).job
        assert job.counts == {Outcome.STILL_THERE: 5}
        # Soon enough it is read as gone, and nothing is said.
        emulator.conditions = quirks("read-lag=2")
        await asyncio.sleep(3600)
        wanted = [Entry(ACCOUNT, it, BOUNCE) for it in numbered(5, "b")]
        assert (await carried_out(gateway, wanted, Kind.ADD)).job.counts == {Outcome.ADDED: 5}

    virtually(test)


def test_what_could_not_be_read_back_at_first_is_read_in_the_end() -> None:
    async def test(emulator: Emulator, gateway: Gateway) -> None:
        entries = await filled(gateway, numbered(MANY))
        await asyncio.sleep(3600)
        work = await planned(gateway, entries)
        lagging = quirks("read-lag=600")
        emulator.conditions = replace(lagging, faults=faults("503@GetSuppressedDestination=1").faults)
        refused: list[Request] = []

        def hear(request: Request) -> None:
            if request.operation == "GetSuppressedDestination" and request.error:
                refused.append(request)
            if operations(emulator).count("DeleteSuppressedDestination") == MANY:
                emulator.conditions = lagging

        gateway.listeners.append(hear)
        assert (await work.go()).counts == {Outcome.REMOVED: MANY - 10, Outcome.STILL_THERE: 10}
        assert refused

    virtually(test)


def test_a_pause_does_not_wait_for_ses_to_show_what_was_done() -> None:
    async def test(emulator: Emulator, gateway: Gateway) -> None:
        work = await planned(gateway, await filled(gateway, numbered(MANY)))
        emulator.requests.clear()
        emulator.conditions = replace(quirks("read-lag=600"), rates=(Rate(10, 1),))
        loop, jobs, was_read = asyncio.get_running_loop(), Jobs(gateway, work.journal, work.clock), asyncio.Event()

        def hear(request: Request) -> None:
            if request.operation == "GetSuppressedDestination":
                was_read.set()

        gateway.listeners.append(hear)
        running = asyncio.create_task(jobs.run(work.number))
        await was_read.wait()
        assert jobs.pause(work.number)
        paused_at = loop.time()
        job = await running
        assert loop.time() - paused_at <= 1
        assert (job.state, {*job.counts}) == (State.PAUSED, {Outcome.REMOVED})
        emulator.conditions = Conditions()
        assert (await work.go()).counts == {Outcome.REMOVED: MANY}

    virtually(test)


# Where and when a job runs


@pytest.mark.parametrize("what", ["account", "Region", "endpoint"])
async def test_a_job_runs_nowhere_else_than_where_it_was_planned(
    emulator: Emulator, gateway: Gateway, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    work = await planned(gateway, await filled(gateway, numbered(3)))
    if what == "account":
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "210987654321")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    url = emulator.url.replace("127.0.0.1", "localhost") if what == "endpoint" else emulator.url
    async with open_gateway(Connection("eu-west-1" if what == "Region" else "us-east-1", url)) as other:
        with pytest.raises(JobRefused, match=f"was planned on {what} .* Nothing was done"):
            await work.go(other)
    assert "DeleteSuppressedDestination" not in operations(emulator)
    assert len(await rows(gateway)) == 3
    assert (work.job.state, work.told) == (State.PLANNED, [])


async def test_a_tenant_of_the_same_name_is_not_the_same_tenant(emulator: Emulator, gateway: Gateway) -> None:
    await gateway.changes.create_tenant("acme")
    entries = await filled(gateway, numbered(3), ACME)
    journal = Journal(None, loop_clock())
    plan = Plan(Kind.REMOVE, await gateway.identify(), entries, 0.0, {"acme": "another-id"})
    with pytest.raises(JobRefused, match="not the one that job 1 was planned for"):
        await Jobs(gateway, journal, loop_clock()).run(journal.plan(plan))
    assert len(await rows(gateway, ACME)) == 3


@pytest.mark.parametrize("count", [5, MANY])
async def test_a_dry_run_does_all_but_what_changes_anything(emulator: Emulator, gateway: Gateway, count: int) -> None:
    entries = await filled(gateway, numbered(count))
    await gateway.put_suppressed_destination(ACCOUNT, "a1@corp.com", COMPLAINT)
    before = await rows(gateway)
    emulator.requests.clear()
    work = await planned(gateway, entries)
    job = await work.go(dry=True)
    assert job.counts == {Outcome.WOULD_REMOVE: count - 1, Outcome.CHANGED: 1}
    assert await rows(gateway) == before
    assert "DeleteSuppressedDestination" not in operations(emulator)


@pytest.mark.parametrize("rate", [1.0, 10.0])
def test_under_a_limit_everything_is_done_in_about_the_time_that_it_allows(rate: float) -> None:
    async def test(emulator: Emulator, gateway: Gateway) -> None:
        entries = await filled(gateway, numbered(200))
        await asyncio.sleep(3600)
        emulator.conditions = Conditions(rates=(Rate(rate),))
        emulator.requests.clear()
        loop = asyncio.get_running_loop()
        begun = loop.time()
        work = await carried_out(gateway, entries)
        assert work.job.counts == {Outcome.REMOVED: 200}
        # Generous: a clock that jumps may jump while a thread writes the journal. The pace itself is a benchmark.
        assert loop.time() - begun < 4 * 215 / rate
        assert sum(request.status == 429 for request in emulator.requests) < 40

    virtually(test)


def test_a_person_is_answered_while_a_job_takes_the_whole_limit() -> None:
    async def test(emulator: Emulator, gateway: Gateway) -> None:
        emulator.conditions = Conditions(rates=(Rate(1),))
        work = await planned(gateway, [Entry(ACCOUNT, it, BOUNCE) for it in numbered(300)], Kind.ADD)
        running = asyncio.create_task(work.go())
        loop = asyncio.get_running_loop()
        waits = []
        for _ in range(5):
            await asyncio.sleep(40)
            begun = loop.time()
            await gateway.resources.account()
            waits.append(loop.time() - begun)
        work.journal.wish(work.number, Wish.PAUSE)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert max(waits) <= 2.5

    virtually(test)


# Wishes


@pytest.mark.parametrize(("wish", "state"), [(Wish.PAUSE, State.PAUSED), (Wish.CANCEL, State.CANCELLED)])
def test_wished_nothing_more_is_begun_and_what_is_under_way_is_finished_and_told(wish: Wish, state: State) -> None:
    async def test(emulator: Emulator, gateway: Gateway) -> None:
        entries = await filled(gateway, numbered(90))
        emulator.conditions = Conditions(rates=(Rate(10),))
        work = await planned(gateway, entries)
        running = asyncio.create_task(work.go())
        while len(work.told) < 10:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        # In memory nobody else can see that it runs: `Journal.wish` would settle it at once.
        work.journal._file.is_running = lambda job: True  # type: ignore[method-assign]
        work.journal.wish(work.number, wish)
        job = await running
        assert job.state is state
        assert 10 <= job.settled == len(work.told) < 90
        emulator.conditions = Conditions()
        assert len(await rows(gateway)) == 90 - job.settled
        if wish is Wish.CANCEL:
            with pytest.raises(JobRefused, match="cancelled"):
                await work.go()
            assert work.journal.reopen(work.number) == 90 - job.settled
        assert (await work.go()).counts == {Outcome.REMOVED: 90}
        assert len(work.told) == 90

    virtually(test)


# The law

LOCALS = st.sampled_from(numbered(8, "user"))
FAULTS = st.lists(
    st.sampled_from(["reset-before=0.2", "reset-after=0.3", "500=0.2", "throttle=0.2"]),
    max_size=2,
    unique=True,
)


@given(
    there=st.dictionaries(LOCALS, st.sampled_from(Reason)),
    elsewhere=st.dictionaries(LOCALS, st.none() | st.sampled_from(Reason), max_size=3),
    wanted=st.dictionaries(LOCALS, st.tuples(st.none() | st.sampled_from(Reason), st.booleans()), min_size=1),
    trouble=FAULTS,
    dry=st.booleans(),
)
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
def test_afterwards_the_list_is_as_the_outcomes_say(
    there: dict[str, Reason],
    elsewhere: dict[str, Reason | None],
    wanted: dict[str, tuple[Reason | None, bool]],
    trouble: list[str],
    dry: bool,
) -> None:
    async def test(emulator: Emulator, gateway: Gateway) -> None:
        for address, reason in there.items():
            await gateway.put_suppressed_destination(ACCOUNT, address, reason)
        seen = await rows(gateway)
        entries = [
            Entry(ACCOUNT, address, reason, seen.get(address) if known else None, known)
            for address, (reason, known) in wanted.items()
        ]
        await asyncio.sleep(600)
        for address, other in elsewhere.items():
            if other is not None:
                await gateway.put_suppressed_destination(ACCOUNT, address, other)
            elif address in there:
                await gateway.delete_suppressed_destination(ACCOUNT, address)
        await asyncio.sleep(600)
        before = await rows(gateway)
        work = await planned(gateway, entries, Kind.UNDO)
        emulator.conditions = faults(*trouble)
        assert (await work.go(dry=dry)).state is State.DONE
        emulator.conditions = Conditions()
        after = await rows(gateway)

        assert work.results.keys() == wanted.keys()
        assert not dry or after == before
        for address in before.keys() - wanted.keys():
            assert after[address] == before[address], "nobody asked for this one"
        for address, result in work.results.items():
            asked = wanted[address][0]
            match result.outcome:
                case Outcome.REMOVED | Outcome.ALREADY_GONE:
                    assert asked is None
                    assert address not in after
                    assert (address in before) is (result.outcome is Outcome.REMOVED)
                case Outcome.ADDED | Outcome.REPLACED | Outcome.ALREADY_THERE:
                    assert after[address].reason is asked
                    assert result.outcome is not Outcome.ADDED or address not in before
                case Outcome.CHANGED | Outcome.OTHER_REASON:
                    assert after.get(address) == before.get(address) == result.after
                case _:
                    assert dry
                    assert result.outcome in WOULD.values()
        left = [it for it in work.outcomes.values() if it not in DONE and it not in WOULD.values()]
        assert work.job.undone == len(left)

    virtually(test)
