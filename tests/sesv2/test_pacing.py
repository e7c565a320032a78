"""Who goes first, and how fast: the pacer against a token bucket, in virtual time."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count, pairwise
from random import Random

import pytest

from sestui.sesv2.pacing import Pacer, Priority
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
    random: Random = field(default_factory=lambda: Random(1))
    log: list[tuple[float, str, bool]] = field(default_factory=list)
    tokens: float = field(init=False)
    filled: float = field(default_factory=now)

    def __post_init__(self) -> None:
        self.tokens = self.burst

    async def answers(self, operation: str) -> bool:
        await asyncio.sleep(self.latency / 2 + self.random.uniform(0, self.jitter))
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
            if await service.answers(operation):
                call.answered()
                return tries
            call.refused()
    raise AssertionError


async def job(pacer: Pacer, service: Service, calls: int, priority: Priority = Priority.JOB) -> float:
    """Make these calls as a job does, and return the seconds that it took."""
    begun = now()
    todo = iter(range(calls))

    async def work() -> None:
        for _ in todo:
            await ask(pacer, service, priority=priority)

    async with asyncio.TaskGroup() as group:
        for _ in range(WORKERS):
            group.create_task(work())
    return now() - begun


def in_virtual_time(test: Callable[[], Coroutine[None, None, None]]) -> Callable[[], None]:
    return lambda: run(test())


# The pace


@pytest.mark.parametrize(
    ("rate", "burst", "jitter", "calls", "share", "refused"),
    [
        (1.0, 1.0, 0.0, 1000, 0.95, 0.04),
        (1.0, 1.0, 0.02, 1000, 0.93, 0.04),
        (1.0, 5.0, 0.02, 1000, 0.95, 0.05),
        (10.0, 1.0, 0.0, 3000, 0.90, 0.03),
        (10.0, 1.0, 0.01, 3000, 0.85, 0.03),
        (10.0, 10.0, 0.01, 3000, 0.95, 0.03),
        (50.0, 50.0, 0.01, 3000, 0.95, 0.03),
    ],
)
def test_a_job_takes_most_of_an_enforced_rate_and_is_seldom_refused(
    rate: float, burst: float, jitter: float, calls: int, share: float, refused: float
) -> None:
    async def test() -> None:
        service = Service(rate, burst, jitter=jitter)
        took = await job(Pacer(), service, calls)
        assert service.done == calls
        assert service.done / took >= share * rate
        assert service.refused_share <= refused

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


@in_virtual_time
async def test_without_a_limit_nothing_is_held_up() -> None:
    pacer, service = Pacer(), Service(1e9, 1e9)
    assert await job(pacer, service, 1600) == pytest.approx(1600 / WORKERS * service.latency)
    assert pacer.learned == {}


@in_virtual_time
async def test_a_limit_that_is_lifted_is_noticed() -> None:
    pacer, service = Pacer(), Service(1.0)
    await job(pacer, service, 200)
    service.rate = service.burst = 10.0
    await job(pacer, service, 400)
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
async def test_each_operation_has_a_pace_of_its_own() -> None:
    pacer = Pacer()
    slow, fast = Service(1.0), Service(1e9, 1e9)
    await asyncio.gather(*(ask(pacer, slow, "List") for _ in range(5)))
    begun = now()
    await asyncio.gather(*(ask(pacer, fast, "Get") for _ in range(100)))
    assert now() - begun == pytest.approx(fast.latency)
    assert pacer.learned.keys() == {"List"}


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


@in_virtual_time
async def test_a_call_that_was_refused_holds_back_what_is_less_urgent_until_it_is_answered() -> None:
    pacer = Pacer()
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
            assert order == ["VISIBLE", "PERSON"]
            call.answered()
        order.append("answered")
    assert order == ["VISIBLE", "PERSON", "answered", "JOB", "BACKGROUND"]


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
    await asyncio.wait_for(waiting, 1)


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
