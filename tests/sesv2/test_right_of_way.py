"""A person's call goes before a job of another process: two pacers, one quota, one clock, one file."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sestui.domain.priority import Priority
from sestui.domain.suppression import Connection
from sestui.sesv2.pacing import Pacer
from sestui.sesv2.right_of_way import RightOfWay
from tests.sesv2.test_pacing import Service, ask, job, now
from tests.virtual_time import run

HERE = Connection("us-east-1", account="123456789012")


def pacer(folder: Path, connection: Connection = HERE, clock: Callable[[], float] | None = None) -> Pacer:
    """Return the pacer of a process of its own."""
    made = Pacer()
    made.right_of_way = RightOfWay(folder, lambda: connection, clock or now)
    return made


async def ended(running: asyncio.Task[float]) -> None:
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


@settings(max_examples=40)
@given(
    rate=st.sampled_from([0.5, 1.0, 2.0, 4.0]),
    latency=st.floats(0.01, 0.12),
    jitter=st.floats(0.0, 0.02),
    operation=st.sampled_from(["Delete", "Get"]),
    priority=st.sampled_from([Priority.JOB, Priority.BACKGROUND]),
    rests=st.lists(st.floats(0.0, 20.0), min_size=1, max_size=6),
)
def test_a_person_waits_for_one_call_of_another_process_at_most(
    rate: float, latency: float, jitter: float, operation: str, priority: Priority, rests: list[float]
) -> None:
    async def test(folder: Path) -> None:
        service = Service(rate, latency=latency, jitter=jitter)
        running = asyncio.create_task(job(pacer(folder), service, 10_000, priority))
        app = pacer(folder)
        await asyncio.sleep(30)
        for rest in rests:
            await asyncio.sleep(rest)
            before = service.done
            await ask(app, service, operation, Priority.PERSON)
            answered = now() - service.latency / 2
            others = [at for at, _, let_through in service.log if let_through and at < answered - 1e-6]
            assert len(others) - before <= 1
        await ended(running)

    with TemporaryDirectory() as folder:
        run(test(Path(folder)))


@pytest.mark.parametrize("operation", ["Delete", "Get"])
def test_two_and_a_half_seconds_are_the_longest_wait_and_a_call_costs_the_job_two_slots_at_most(
    operation: str, tmp_path: Path
) -> None:
    async def test() -> None:
        service = Service(1.0)
        runner, app = pacer(tmp_path), pacer(tmp_path)
        await job(runner, service, 200)
        running = asyncio.create_task(job(runner, service, 10_000))
        began, before, waits = now(), service.done, []
        for _ in range(20):
            await asyncio.sleep(30.3)
            asked = now()
            await ask(app, service, operation, Priority.PERSON)
            waits.append(now() - asked)
        assert max(waits) <= 2.5
        assert service.done - before - 20 >= 0.97 * (now() - began) - 2 * 20
        await ended(running)

    run(test())


def test_whoever_dies_while_a_person_waits_holds_nobody_back_for_long(tmp_path: Path) -> None:
    async def test() -> None:
        service, runner = Service(1.0), pacer(tmp_path)
        await job(runner, service, 100)
        RightOfWay(tmp_path, lambda: HERE, now).claim()
        claimed = now()
        await job(runner, service, 1)
        assert 2 < now() - claimed < 4

    run(test())


def test_a_clock_that_was_set_back_holds_nobody_back(tmp_path: Path) -> None:
    async def test() -> None:
        service, runner = Service(1.0), pacer(tmp_path)
        await job(runner, service, 100)
        RightOfWay(tmp_path, lambda: HERE, lambda: now() + 3600).claim()
        began = now()
        await job(runner, service, 1)
        assert now() - began < 1.5

    run(test())


def test_nobody_yields_to_another_account_or_region_nor_where_nothing_is_limited(tmp_path: Path) -> None:
    async def test() -> None:
        service, runner = Service(1.0), pacer(tmp_path)
        await job(runner, service, 100)
        for other in (Connection("eu-west-1", account=HERE.account), Connection(HERE.region, account="210987654321")):
            RightOfWay(tmp_path, lambda other=other: other, now).claim()  # type: ignore[misc]
        began = now()
        await job(runner, service, 1)
        assert now() - began < 1.5

        unlimited, fast = pacer(tmp_path), Service(1e9, 1e9)
        await job(unlimited, fast, 100)
        RightOfWay(tmp_path, lambda: HERE, now).claim()
        began = now()
        await job(unlimited, fast, WHOLE)
        assert now() - began == pytest.approx(fast.latency)

    run(test())


WHOLE = 16
"""As many as a job here asks at once."""


def test_who_claims_leaves_no_file_where_no_job_ever_yielded(tmp_path: Path) -> None:
    async def ask_a_few() -> None:
        app, service = pacer(tmp_path), Service(1.0)
        for _ in range(5):
            await ask(app, service, "Get", Priority.PERSON)

    async def work() -> None:
        await job(pacer(tmp_path), Service(1.0), 5)

    run(ask_a_few())
    assert not list(tmp_path.iterdir())
    run(work())
    (made,) = tmp_path.iterdir()
    assert made.stat().st_mode & 0o777 == 0o600


@given(account=st.text(max_size=20), region=st.text(max_size=20))
def test_no_name_leads_out_of_the_folder(account: str, region: str) -> None:
    with TemporaryDirectory() as outer:
        inner = Path(outer, "a", "b")
        inner.mkdir(parents=True)
        right = RightOfWay(inner, lambda: Connection(region, account=account), lambda: 0.0)
        right.claimed_for()
        right.claim()
        assert {it.parent for it in Path(outer).rglob("*") if it.is_file()} <= {inner}


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.touch()
    before = elsewhere.stat().st_mtime_ns
    (tmp_path / "123456789012-us-east-1.right-of-way").symlink_to(elsewhere)
    right = RightOfWay(tmp_path, lambda: HERE, lambda: 0.0)
    right.claim()
    right.end()
    assert elsewhere.stat().st_mtime_ns == before
