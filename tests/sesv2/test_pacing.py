"""Who goes first, and how fast: the pacer against a token bucket, in virtual time."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count, pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sestui.domain.errors import Recalled
from sestui.domain.priority import Priority
from sestui.sesv2.pacing import Pacer
from tests.virtual_time import run

WORKERS = 16


def now() -> float:
    return asyncio.get_running_loop().time()


@dataclass
class Service:
    """Lets through `rate` calls a second after a burst, from one bucket, and answers after a while."""

    rate: float
    burst: float = 1.0
    latency: float = 0.05
    jitter: float = 0.0
    stragglers: float = 0.0
    """Seconds, on the average, by which one call in fifty is later still."""
    making: float = 0.0
    """Seconds that a request takes at most until it is made and signed."""
    random: Random = field(default_factory=lambda: Random(1))
    log: list[tuple[float, str, bool]] = field(default_factory=list)
    tokens: float = field(init=False)
    filled: float = field(default_factory=now)

    def __post_init__(self) -> None:
        self.tokens = self.burst

    async def answers(self, operation: str) -> bool:
        late = self.random.uniform(0, self.jitter)
        if self.stragglers and self.random.random() < 0.02:
            late += self.random.expovariate(1 / self.stragglers)
        await asyncio.sleep(self.latency / 2 + late)
        self.tokens = min(self.burst, self.tokens + self.rate * (now() - self.filled))
        self.filled = now()
        let_through = self.tokens >= 1 - 1e-6
        self.tokens -= let_through
        self.log.append((now(), operation, let_through))
        await asyncio.sleep(self.latency / 2)
        return let_through

    @property
    def done(self) -> int:
        return sum(let_through for *_, let_through in self.log)

    @property
    def refused_share(self) -> float:
        return 1 - self.done / len(self.log)


async def ask(pacer: Pacer, service: Service, operation: str = "Delete", priority: Priority = Priority.JOB) -> int:
    """Make a call until it is let through, and return how often it was made."""
    async with pacer.call(operation, priority) as call:
        for tries in count(1):
            await call.slot()
            await asyncio.sleep(service.random.uniform(0, service.making))
            await call.goes_out()
            if await service.answers(operation):
                call.answered()
                return tries
            call.refused()
    raise AssertionError


async def job(
    pacer: Pacer, service: Service, calls: int, priority: Priority = Priority.JOB, workers: int = WORKERS
) -> float:
    """Make these calls as a job does, and return the seconds that it took."""
    begun = now()
    todo = iter(range(calls))

    async def work() -> None:
        for _ in todo:
            await ask(pacer, service, priority=priority)

    async with asyncio.TaskGroup() as group:
        for _ in range(workers):
            group.create_task(work())
    return now() - begun


def in_virtual_time(test: Callable[[], Coroutine[None, None, None]]) -> Callable[[], None]:
    return lambda: run(test())


# The pace


@pytest.mark.parametrize(
    ("rate", "burst", "jitter", "calls", "share", "refused"),
    [
        (1.0, 1.0, 0.02, 1000, 0.97, 0.015),
        (1.0, 5.0, 0.02, 1000, 0.98, 0.025),
        (10.0, 1.0, 0.002, 3000, 0.97, 0.015),
        (10.0, 1.0, 0.01, 3000, 0.9, 0.015),
        (10.0, 10.0, 0.01, 3000, 0.98, 0.015),
        (50.0, 1.0, 0.0005, 3000, 0.94, 0.015),
        (50.0, 50.0, 0.01, 3000, 0.98, 0.015),
    ],
)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_job_takes_most_of_an_enforced_rate_and_is_seldom_refused_from_its_first_call_on(
    rate: float, burst: float, jitter: float, calls: int, share: float, refused: float, seed: int
) -> None:
    async def test() -> None:
        service = Service(rate, burst, jitter=jitter, random=Random(seed))
        took = await job(Pacer(), service, calls)
        assert service.done == calls
        assert service.done / took >= share * rate
        assert service.refused_share <= refused

    run(test())


@pytest.mark.parametrize(("rate", "stragglers", "share"), [(1.0, 0.05, 0.95), (10.0, 0.005, 0.95), (50.0, 0.002, 0.9)])
def test_a_few_calls_that_come_late_do_not_hold_the_rest_up(rate: float, stragglers: float, share: float) -> None:
    async def test() -> None:
        service = Service(rate, jitter=0.02 / rate, stragglers=stragglers)
        took = await job(Pacer(), service, 2000)
        assert service.done / took >= share * rate
        assert service.refused_share <= 0.02

    run(test())


@pytest.mark.parametrize("seed", range(3))
def test_the_time_in_which_a_request_is_made_costs_no_slot(seed: int) -> None:
    async def test() -> None:
        service = Service(50.0, jitter=0.0004, making=0.003, random=Random(seed))
        took = await job(Pacer(), service, 3000)
        assert service.done / took >= 0.94 * service.rate
        assert service.refused_share <= 0.015

    run(test())


@in_virtual_time
async def test_what_was_refused_goes_in_the_slot_that_opens_next() -> None:
    pacer, service = Pacer(), Service(1.0, jitter=0.002)
    await job(pacer, service, 300)
    service.log.clear()
    await job(pacer, service, 1000)
    gaps = [later[0] - earlier[0] for earlier, later in pairwise(it for it in service.log if it[2])]
    assert service.refused_share > 0
    assert max(gaps) < 1.1


@pytest.mark.parametrize("rate", [1.0, 10.0, 50.0])
@pytest.mark.parametrize("seed", range(3))
def test_a_second_operation_of_the_same_quota_does_not_starve_beside_many_calls_of_the_first(
    rate: float, seed: int
) -> None:
    """As a job's looks at its list, between its deletes."""

    async def test() -> None:
        pacer, service = Pacer(), Service(rate, jitter=0.02 / rate, random=Random(seed))
        running = asyncio.create_task(job(pacer, service, 10_000))
        waits = []
        for _ in range(20):
            await asyncio.sleep(50 / rate)
            before = service.done
            await ask(pacer, service, "List")
            waits.append(service.done - before)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        # Of those that wait it is the last.
        assert max(waits[5:]) <= 2 * WORKERS
        assert pacer.pace_of("OneMore") == pytest.approx(rate, rel=0.15)

    run(test())


@pytest.mark.parametrize("rate", [1.0, 10.0])
def test_once_settled_one_call_in_fifty_is_refused_at_most(rate: float) -> None:
    async def test() -> None:
        pacer, service = Pacer(), Service(rate)
        await job(pacer, service, 300)
        service.log.clear()
        took = await job(pacer, service, 1000)
        assert service.done / took >= 0.95 * rate
        assert service.refused_share <= 0.02
        assert pacer.learned["Delete"] == pytest.approx(rate, rel=0.1)

    run(test())


@pytest.mark.parametrize("workers", [1, 8])
@pytest.mark.parametrize("seed", range(5))
def test_a_list_of_seventy_pages_at_one_a_second_meets_three_refusals_at_most(workers: int, seed: int) -> None:
    async def test() -> None:
        service = Service(1.0, jitter=0.02, random=Random(seed))
        await job(Pacer(), service, 70, Priority.VISIBLE, workers)
        assert len(service.log) <= 73

    run(test())


@in_virtual_time
async def test_without_a_limit_trust_grows_to_all_calls_at_once_within_four_answers() -> None:
    pacer, service = Pacer(), Service(1e9, 1e9)
    begun = now()
    await asyncio.gather(*(ask(pacer, service) for _ in range(1600)))
    assert now() - begun == pytest.approx(5 * service.latency)
    await asyncio.sleep(3600)
    begun = now()
    await asyncio.gather(*(ask(pacer, service) for _ in range(1600)))
    assert now() - begun == pytest.approx(service.latency)
    assert pacer.learned == {}
    assert pacer.pace_of("Delete") is None


@in_virtual_time
async def test_calls_without_an_answer_let_the_next_try_within_a_second() -> None:
    pacer, service = Pacer(), Service(1e9, 1e9)
    silent = pacer.call("Get", Priority.PERSON)
    await silent.slot()
    begun = now()
    await ask(pacer, service, "List")
    assert now() - begun == pytest.approx(1 + service.latency)
    assert pacer.held_back == 0


@in_virtual_time
async def test_a_job_leaves_its_share_of_the_pace_to_others_and_learns_the_whole() -> None:
    pacer, service = Pacer(share=0.8), Service(10.0, jitter=0.001)
    took = await job(pacer, service, 2000)
    assert service.done / took == pytest.approx(8.0, rel=0.05)
    assert service.refused_share <= 0.02
    assert pacer.pace_of("Delete") == pytest.approx(10.0, rel=0.1)


@in_virtual_time
async def test_a_limit_that_is_lifted_is_noticed() -> None:
    pacer, service = Pacer(), Service(1.0)
    await job(pacer, service, 200)
    service.rate = service.burst = 10.0
    await job(pacer, service, 500)
    assert pacer.learned["Delete"] > 5
    begun = now()
    await job(pacer, service, 100)
    assert now() - begun < 20


@in_virtual_time
async def test_a_limit_that_is_lowered_is_found_again() -> None:
    pacer, service = Pacer(), Service(10.0)
    await job(pacer, service, 500)
    service.rate = 1.0
    await job(pacer, service, 100)
    service.log.clear()
    took = await job(pacer, service, 300)
    assert 300 / took >= 0.9
    assert service.refused_share <= 0.05


@in_virtual_time
async def test_a_limit_far_below_the_pace_is_met_before_any_call_has_to_give_up() -> None:
    pacer, service = Pacer(), Service(200.0, 200.0)
    await job(pacer, service, 1000)
    service.rate = service.burst = service.tokens = 1.0
    service.log.clear()
    tries = await asyncio.gather(*(ask(pacer, service) for _ in range(WORKERS)))
    assert max(tries) < 12


@in_virtual_time
async def test_however_often_it_is_refused_a_call_is_tried_again_within_seconds() -> None:
    pacer, service = Pacer(), Service(1e-9)
    service.tokens = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(60):
            await ask(pacer, service)
    assert len(service.log) >= 12
    gaps = [later[0] - earlier[0] for earlier, later in pairwise(service.log)]
    assert max(gaps) <= 4.1


@in_virtual_time
async def test_an_operation_that_nothing_limits_is_not_held_up_by_another_that_is() -> None:
    pacer = Pacer()
    slow, fast = Service(1.0), Service(1e9, 1e9)
    await job(pacer, slow, 20)
    await asyncio.gather(*(ask(pacer, fast, "Get") for _ in range(100)))
    begun = now()
    await asyncio.gather(*(ask(pacer, fast, "Get") for _ in range(100)))
    assert now() - begun == pytest.approx(fast.latency)
    assert pacer.learned.keys() == {"Delete"}
    assert pacer.pace_of("Get") is None


# One quota for all, or one for each


async def mixture(pacer: Pacer, services: dict[str, Service], calls: int, random: Random) -> float:
    """Make calls of all these operations at once, of all priorities, and return the seconds that it took."""
    begun = now()
    todo = iter(range(calls))

    async def work(operation: str) -> None:
        for _ in todo:
            await ask(pacer, services[operation], operation, random.choice(list(Priority)))

    await asyncio.gather(*(work(operation) for operation in services))
    return now() - begun


@pytest.mark.parametrize("seed", range(5))
def test_a_quota_that_all_operations_share_is_found_within_a_few_refusals(seed: int) -> None:
    async def test() -> None:
        random, pacer = Random(seed), Pacer()
        service = Service(1.0, jitter=0.02, random=random)
        took = await mixture(pacer, {f"Operation{number}": service for number in range(6)}, 100, random)
        assert 100 / took >= 0.93
        assert service.refused_share <= 0.05
        assert pacer.learned.keys() == {f"Operation{number}" for number in range(6)}
        assert pacer.pace_of("OneMore") == pytest.approx(1.0, rel=0.1)

    run(test())


@pytest.mark.parametrize("seed", range(3))
def test_quotas_of_each_operation_are_all_used(seed: int) -> None:
    async def test() -> None:
        random, pacer = Random(seed), Pacer()
        services = {f"Operation{number}": Service(1.0, jitter=0.01, random=random) for number in range(4)}
        took = await mixture(pacer, services, 400, random)
        assert 400 / took >= 3.6
        assert sum(len(service.log) for service in services.values()) <= 400 / 0.95
        assert pacer.pace_of("OneMore") is None

    run(test())


@in_virtual_time
async def test_a_rest_is_not_made_up_for_with_two_calls_at_once() -> None:
    pacer, service = Pacer(), Service(1.0)
    await job(pacer, service, 50)
    await asyncio.sleep(3600)
    service.log.clear()
    await asyncio.gather(*(ask(pacer, service) for _ in range(10)))
    times = [time for time, *_ in service.log]
    assert min(later - earlier for earlier, later in pairwise(times)) > 0.9


# Who goes first


@in_virtual_time
async def test_what_a_person_waits_for_goes_first_and_equals_in_their_order() -> None:
    pacer, service = Pacer(), Service(1.0)
    await job(pacer, service, 50)
    order: list[tuple[Priority, int]] = []

    async def one(priority: Priority, number: int) -> None:
        async with pacer.call("Delete", priority) as call:
            await call.slot()
            order.append((priority, number))
            call.answered()

    async with asyncio.TaskGroup() as group:
        for number in range(3):
            for priority in reversed(Priority):
                group.create_task(one(priority, number))
            await asyncio.sleep(0)
    assert order == sorted(order)


@pytest.mark.parametrize("operation", ["Delete", "Get"])
def test_a_person_waits_two_and_a_half_seconds_at_most_while_a_job_has_the_whole_rate(operation: str) -> None:
    async def test() -> None:
        pacer, service = Pacer(), Service(1.0)
        running = asyncio.create_task(job(pacer, service, 10_000))
        waits = []
        for _ in range(20):
            await asyncio.sleep(30.3)
            begun = now()
            await ask(pacer, service, operation, Priority.PERSON)
            waits.append(now() - begun)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        assert max(waits) <= 2.5

    run(test())


@settings(max_examples=60)
@given(
    rate=st.sampled_from([0.5, 1.0, 2.0, 4.0]),
    latency=st.floats(0.01, 0.12),
    jitter=st.floats(0.0, 0.02),
    operation=st.sampled_from(["Delete", "Get"]),
    rests=st.lists(st.floats(0.0, 20.0), min_size=1, max_size=6),
)
def test_a_person_waits_for_one_other_call_at_most(
    rate: float, latency: float, jitter: float, operation: str, rests: list[float]
) -> None:
    """While job and background have a slow limit to themselves, SES lets through one of their calls at most between
    the moment when a person's call is made and the moment when it is let through: the one under way or just due."""

    async def test() -> None:
        pacer, service = Pacer(), Service(rate, latency=latency, jitter=jitter)
        running = [asyncio.create_task(job(pacer, service, 10_000, it)) for it in (Priority.JOB, Priority.BACKGROUND)]
        await asyncio.sleep(30)
        for rest in rests:
            await asyncio.sleep(rest)
            before = service.done
            await ask(pacer, service, operation, Priority.PERSON)
            answered = now() - service.latency / 2
            others = [at for at, _, let_through in service.log if let_through and at < answered - 1e-6]
            assert len(others) - before <= 1
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    run(test())


@in_virtual_time
async def test_a_call_that_was_refused_holds_back_what_is_less_urgent_until_it_is_answered() -> None:
    pacer = Pacer()
    await job(pacer, Service(1e9, 1e9), 2)
    order: list[str] = []

    async def other(priority: Priority) -> None:
        async with pacer.call("List", priority) as call:
            await call.slot()
            order.append(priority.name)
            call.answered()

    async with asyncio.TaskGroup() as group:
        async with pacer.call("Get", Priority.VISIBLE) as call:
            await call.slot()
            call.refused()
            for priority in reversed(Priority):
                group.create_task(other(priority))
            await call.slot()
            await asyncio.sleep(5)
            assert order == ["PERSON", "VISIBLE"]
            call.answered()
        order.append("answered")
    assert order == ["PERSON", "VISIBLE", "answered", "JOB", "BACKGROUND"]


@in_virtual_time
async def test_a_refused_call_that_is_given_up_lets_the_others_go() -> None:
    pacer = Pacer()

    async def given_up() -> None:
        async with pacer.call("Get", Priority.PERSON) as call:
            await call.slot()
            call.refused()
            await call.slot()
            pytest.fail("it was to be cancelled while it waited")

    task = asyncio.create_task(given_up())
    await asyncio.sleep(0.01)
    waiting = asyncio.create_task(ask(pacer, Service(1e9, 1e9), "List", Priority.BACKGROUND))
    await asyncio.sleep(0.01)
    assert not waiting.done()
    task.cancel()
    await asyncio.wait_for(waiting, 2)


@in_virtual_time
async def test_a_waiter_cancelled_in_the_moment_of_its_turn_is_passed_over() -> None:
    pacer, service = Pacer(), Service(1e9, 1e9)
    async with pacer.call("Get", Priority.PERSON) as call:
        await call.slot()
        call.refused()
        gone, stays = (asyncio.create_task(ask(pacer, service, "List")) for _ in range(2))
        await asyncio.sleep(0)
        gone.cancel()
    await stays
    assert gone.cancelled()
    assert service.done == 1


@in_virtual_time
async def test_a_waiter_that_is_cancelled_leaves_its_turn_to_the_next() -> None:
    pacer, service = Pacer(), Service(1.0)
    await job(pacer, service, 50)
    gone = [asyncio.create_task(ask(pacer, service, priority=Priority.PERSON)) for _ in range(50)]
    await asyncio.sleep(0)
    stays = asyncio.create_task(ask(pacer, service, priority=Priority.BACKGROUND))
    await asyncio.sleep(0.01)
    for task in gone:
        task.cancel()
    begun = now()
    await stays
    assert now() - begun < 2.5
    results = await asyncio.gather(*gone, return_exceptions=True)
    assert all(isinstance(result, asyncio.CancelledError) for result in results[1:])
    assert not pacer._waiting
    assert not pacer._refused


@in_virtual_time
async def test_what_is_recalled_is_not_made_and_the_others_have_its_turns() -> None:
    pacer, service = Pacer(), Service(1.0)
    await job(pacer, service, 50)
    service.log.clear()
    gone = [asyncio.create_task(ask(pacer, service)) for _ in range(50)]
    await asyncio.sleep(0.01)
    stays = asyncio.create_task(ask(pacer, service, priority=Priority.BACKGROUND))
    await asyncio.sleep(0.01)
    pacer.recall(gone)
    begun = now()
    await stays
    assert now() - begun < 2.5
    results = await asyncio.gather(*gone, return_exceptions=True)
    recalled = [result for result in results if isinstance(result, Recalled)]
    assert len(recalled) >= 49, "the first may have had its turn"
    assert service.done == 51 - len(recalled)
    assert not pacer._waiting
    assert not pacer._refused
