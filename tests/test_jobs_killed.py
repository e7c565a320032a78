"""Jobs that are killed, cut off and written over: each destination goes once, the victims are the plan, and undo works.

All are processes of their own against an emulator over HTTP. What happened is counted by the emulator, not by us.
"""

import asyncio
import os
import random
import resource
import signal
import subprocess
import sys
import time
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from sestui.domain.job import Entry, Kind, Outcome, Plan, State
from sestui.domain.suppression import Reason, SuppressedDestinationSummary, SuppressionList
from sestui.emulator import Conditions, Emulator, Rate, World
from sestui.emulator.conditions import ReasonsPerAddress, ThrottlingError
from sestui.emulator.requests import Request
from sestui.services.jobs import Jobs
from sestui.services.journal import Journal
from sestui.services.running import _AT_ONCE as AT_ONCE
from sestui.services.undoing import undo_plan
from sestui.sesv2.gateway import Gateway
from tests.job_plans import ACCOUNT, journal_in, removal, rows
from tests.job_processes import Start, end_of, starting, surroundings, until
from tests.serving import faults, quirks
from tests.terminal import Terminal, wait_for
from tests.terminal import emulator as emulator_process

BOUNCE, COMPLAINT = Reason.BOUNCE, Reason.COMPLAINT
Rows = list[SuppressedDestinationSummary]
DELETE, PUT = "DeleteSuppressedDestination", "PutSuppressedDestination"
GET, LIST = "GetSuppressedDestination", "ListSuppressedDestinations"

THOUSANDS = World(seed=7, tenants=0, configuration_sets=0, addresses=5300, tenant_addresses=0)
HUNDREDS = replace(THOUSANDS, addresses=330)
EVERY_QUIRK = [
    quirks("order=descending", "throttling-error=ThrottlingException", "omitted-put-member=keep"),
    quirks("order=random", "throttling-error=Throttling", "resource-type=arn"),
    quirks("date-bounds=exclusive", "token-life=1"),
    quirks("reasons-per-address=two"),
    quirks("read-lag=0.5"),
]
"""Several at once where none hides another; each value that is not what an emulator does unasked."""
QUIRK_NAMES = ["descending", "random", "exclusive", "two reasons", "lag"]


@pytest.fixture
def world() -> World:
    return HUNDREDS


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = journal_in(tmp_path / "state")
    yield opened
    opened.close()


@pytest.fixture
async def start(tmp_path: Path, environment: dict[str, str]) -> AsyncIterator[Start]:
    async with starting(surroundings(environment, tmp_path / "state"), tmp_path) as begin:
        yield begin


def removed(emulator: Emulator) -> Counter[tuple[str | None, str]]:
    """Return how often SES accepted the removal of which tenant's, None the account's, which address."""
    deletes = [it for it in emulator.requests if it.operation == DELETE]
    accepted = [it.parameters for it in deletes if it.status == 200]
    count = Counter((it.get("TenantName"), it["EmailAddress"]) for it in accepted)
    # The log doesn't tell what an answer would have been that was cut off; of two for one address the first removed it.
    cut = [it.parameters for it in deletes if it.error == "reset-after"]
    return count + Counter({(it.get("TenantName"), it["EmailAddress"]) for it in cut})


def once(planned: Sequence[SuppressedDestinationSummary]) -> dict[tuple[str | None, str], int]:
    return {(None, row.address): 1 for row in planned}


async def killed_after(start: Start, emulator: Emulator, number: int, requests: int) -> None:
    """Run a job and kill its process when so many more requests have come."""
    asked = len(emulator.requests)
    process = await start("run", number)
    await until(lambda: len(emulator.requests) >= asked + requests, 0.002)
    process.kill()
    assert (await end_of(process)).status == -9


# Killed


@pytest.mark.long
@pytest.mark.parametrize("world", [THOUSANDS])
async def test_killed_at_twenty_random_moments_each_of_5000_goes_once_and_nothing_else(
    emulator: Emulator, gateway: Gateway, journal: Journal, start: Start
) -> None:
    chance = random.Random(5)
    before = await rows(gateway)
    plan = chance.sample(before, 5000)
    number = journal.plan(removal(await gateway.identify(), plan))
    moments = [chance.choice((chance.randrange(1, 12), chance.randrange(60, 400))) for _ in range(20)]
    assert sum(moments) < 5000
    for moment in moments:
        await killed_after(start, emulator, number, moment)
        assert journal.job(number).is_interrupted or journal.job(number).state is State.PLANNED
    ended = await end_of(await start("run", number))
    assert (ended.status, ended.err) == (0, f"Job {number} is done: 5,000 × removed.\n")
    assert journal.job(number).counts == {Outcome.REMOVED: 5000}
    assert removed(emulator) == once(plan)
    assert await rows(gateway) == sorted(set(before) - set(plan))


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        *((kind, kind) for kind in ("reset-before", "reset-after", "timeout")),
        *(("500", "InternalServiceErrorException"), ("503", "ServiceUnavailable")),
        ("throttle", "TooManyRequestsException"),
    ],
    ids=lambda it: it,
)
async def test_killed_while_a_fifth_of_the_calls_goes_wrong(
    emulator: Emulator, gateway: Gateway, journal: Journal, start: Start, kind: str, error: str
) -> None:
    before = await rows(gateway)
    plan = before[:120]
    number = journal.plan(removal(await gateway.identify(), plan))
    slow = kind in ("timeout", "throttle")
    emulator.conditions = faults(f"{kind}@{DELETE}=0.2" if slow else f"{kind}=0.2")
    process = await start("run", number)
    await until(lambda: sum((it.operation, it.error) == (DELETE, error) for it in emulator.requests) >= 5, 0.001)
    process.kill()
    assert (await end_of(process)).status == -9
    if slow:
        # Each costs many seconds of waiting: the first run has met enough of them.
        emulator.conditions = Conditions()
    ended = await end_of(await start("run", number))
    emulator.conditions = Conditions()
    assert (ended.status, ended.err) == (0, f"Job {number} is done: 120 × removed.\n")
    assert journal.job(number).counts == {Outcome.REMOVED: 120}
    assert removed(emulator) == once(plan)
    assert await rows(gateway) == sorted(set(before) - set(plan))


async def test_ses_gone_in_the_midst_and_back_again(
    emulator: Emulator, gateway: Gateway, journal: Journal, start: Start
) -> None:
    before = await rows(gateway)
    plan = before[:300]
    number = journal.plan(removal(await gateway.identify(), plan))
    emulator.conditions = Conditions(latency=0.05)
    process = await start("run", number)
    await until(lambda: journal.job(number).settled >= 40)
    port = int(emulator.url.rpartition(":")[2])
    await emulator.stop()
    await until(lambda: journal.job(number).state is State.WAITING)
    assert "No answer" in journal.job(number).why
    assert 0 < removed(emulator).total() < 300
    await emulator.start(port=port)
    ended = await end_of(process)
    assert (ended.status, journal.job(number).counts) == (0, {Outcome.REMOVED: 300})
    assert removed(emulator) == once(plan)
    assert await rows(gateway) == sorted(set(before) - set(plan))


async def test_credentials_that_expire_half_way_pause_the_job_with_the_reason(
    emulator: Emulator, gateway: Gateway, journal: Journal, start: Start
) -> None:
    before = await rows(gateway)
    plan = before[:300]
    number = journal.plan(removal(await gateway.identify(), plan))
    emulator.conditions = Conditions(latency=0.05)
    process = await start("run", number)
    await until(lambda: journal.job(number).settled >= 40)
    emulator.conditions = faults("expired-credentials=1")
    ended = await end_of(process)
    job = journal.job(number)
    assert (ended.status, job.state) == (4, State.PAUSED)
    assert "renew the credentials" in job.why
    assert job.counts == {Outcome.REMOVED: removed(emulator).total()}
    assert 40 <= job.settled < 300
    emulator.conditions = Conditions()
    assert (await end_of(await start("run", number))).status == 0
    assert journal.job(number).counts == {Outcome.REMOVED: 300}
    assert removed(emulator) == once(plan)
    assert await rows(gateway) == sorted(set(before) - set(plan))


async def test_a_disk_that_is_full_half_way_costs_no_entry_and_the_job_can_be_gone_on_with(
    emulator: Emulator, gateway: Gateway, journal: Journal, start: Start, tmp_path: Path
) -> None:
    before = await rows(gateway)
    plan = before[:300]
    number = journal.plan(removal(await gateway.identify(), plan))
    emulator.conditions = Conditions(latency=0.05)
    process = await start("run", number)
    await until(lambda: journal.job(number).settled >= 40)
    largest = max(file.stat().st_size for file in (tmp_path / "state").rglob("*"))
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))
    ended = await end_of(process)
    assert ended.status == 1
    assert "can't be used: " in ended.err
    assert f"Once that is mended `sestui jobs run {number}` goes on with it." in ended.err
    assert 40 <= removed(emulator).total() < 300
    ended = await end_of(await start("run", number))
    assert (ended.status, journal.job(number).counts) == (0, {Outcome.REMOVED: 300})
    assert removed(emulator) == once(plan)
    assert await rows(gateway) == sorted(set(before) - set(plan))


# Written over


class Writer:
    """Somebody else, who flips planned entries to COMPLAINT and adds others while a job works."""

    def __init__(self, emulator: Emulator, gateway: Gateway, plan: Rows) -> None:
        self._emulator = emulator
        self._gateway = gateway
        self._left = random.Random(3).sample([row for row in plan if row.reason is BOUNCE], len(plan) // 20)
        self.flipped: set[str] = set()
        self.added: set[str] = set()

    async def write(self, most: int, process: Process | None = None, every: int = 0) -> None:
        """Flip some and add as many: one of each whenever so many more requests have come, while a process runs."""
        async with asyncio.TaskGroup() as group:
            for row in self._left[:most]:
                due = len(self._emulator.requests) + every
                await until(lambda due=due: len(self._emulator.requests) >= due or _ended(process), 0.005)  # type: ignore[misc]
                if _ended(process):
                    return
                self._left.remove(row)
                self.flipped.add(row.address)
                self.added.add(f"new-{row.address}")
                for address, reason in ((row.address, COMPLAINT), (f"new-{row.address}", BOUNCE)):
                    group.create_task(self._gateway.put_suppressed_destination(ACCOUNT, address, reason))


def _ended(process: Process | None) -> bool:
    return process is not None and process.returncode is not None


def lost(emulator: Emulator, flipped: set[str], looks: str, *, at_once: int, lag: float = 0.0) -> set[str]:
    """Return the flipped addresses that were removed after that, having seen to it that nothing could tell the job.

    Of all that it asked with `looks` after the flip could be read, no answer came before the removal was sent: no more
    than `at_once` removals were under way with it.
    """
    flips: dict[str, Request] = {}
    told: dict[str, int] = {}
    """How many removals had come when SES first told of a flip."""
    count, found = 0, set[str]()
    for it in emulator.requests:
        address = it.parameters.get("EmailAddress", "")
        if (it.operation, it.status) == (PUT, 200) and address in flipped:
            flips[address] = it
        elif it.operation == looks and it.status == 200:
            for one, flip in flips.items():
                if address in ("", one) and it.time >= flip.time + lag:
                    told.setdefault(one, count)
        elif it.operation == DELETE:
            count += 1
            if address in flips and it.status == 200:
                assert count - told.get(address, count) <= at_once, f"{address} was told of, and removed"
                found.add(address)
    return found


async def check_victims(
    gateway: Gateway, journal: Journal, number: int, before: Rows, writer: Writer, missed: set[str]
) -> None:
    """See to it that the list lost the plan and nothing else, and that each flipped entry that is left is reported."""
    planned = {it.entry.address: it.result for it in journal.entries(number)}
    after = {row.address: row for row in await rows(gateway)}
    left = {row.address: row for row in before if row.address not in planned}
    assert {address: row for address, row in after.items() if address not in writer.flipped | writer.added} == left
    assert {after.pop(address).reason for address in writer.added} == {BOUNCE}
    outcomes = Counter[Outcome]()
    for address, result in planned.items():
        assert result is not None
        outcomes[result.outcome] += 1
        if result.outcome is Outcome.CHANGED:
            assert address in writer.flipped
            assert result.after == after[address]
            assert after[address].reason is COMPLAINT
        else:
            # It went before it was flipped, and stands there again, or just after, when nobody could tell.
            assert result.outcome is Outcome.REMOVED
            assert (address in after) == (address in writer.flipped - missed)
    assert outcomes == journal.job(number).counts


def removed_at_once(emulator: Emulator) -> int:
    """Return how many removals came between two looks at the list at most."""
    most = count = 0
    for it in emulator.requests:
        count = 0 if it.operation == LIST and it.status == 200 else count + (it.operation == DELETE)
        most = max(most, count)
    return most


@pytest.mark.parametrize("world", [replace(THOUSANDS, addresses=1300)])
async def test_of_many_a_flipped_one_is_left_as_soon_as_a_look_tells_of_it(
    emulator: Emulator, gateway: Gateway, journal: Journal, start: Start
) -> None:
    before = await rows(gateway)
    plan = random.Random(5).sample(before, 1200)
    number = journal.plan(removal(await gateway.identify(), plan))
    writer = Writer(emulator, gateway, plan)
    await writer.write(10)
    # With 64 calls at once so many a second that it's calls, not moments, that decide when to look.
    emulator.conditions = Conditions(latency=0.3)
    process = await start("run", number)
    _, ended = await asyncio.gather(writer.write(50, process, 20), end_of(process))
    assert ended.status == 1
    assert len(writer.flipped) >= 50
    missed = lost(emulator, writer.flipped, LIST, at_once=AT_ONCE)
    # The window, as services/watch.py states it: a look every 64 calls, which is waited for after three times as many.
    assert removed_at_once(emulator) <= 3 * 64 + AT_ONCE
    assert len(missed) < len(writer.flipped) / 4
    await check_victims(gateway, journal, number, before, writer, missed)


async def test_of_a_hundred_each_is_asked_about_in_the_call_before(
    emulator: Emulator, gateway: Gateway, journal: Journal, start: Start
) -> None:
    before = await rows(gateway)
    plan = random.Random(5).sample(before, 100)
    number = journal.plan(removal(await gateway.identify(), plan))
    writer = Writer(emulator, gateway, plan)
    emulator.conditions = Conditions(latency=0.3)
    process = await start("run", number)
    _, ended = await asyncio.gather(writer.write(5, process, 6), end_of(process))
    assert ended.status == 1
    assert len(writer.flipped) == 5
    missed = lost(emulator, writer.flipped, GET, at_once=0)
    assert len(missed) < 5
    await check_victims(gateway, journal, number, before, writer, missed)


# All of it


def latest(found: Rows) -> Rows:
    """Return of each address the later row, as an index keeps it."""
    kept = {row.address: row for row in sorted(found, key=lambda row: row.last_update)}
    return sorted(kept.values())


@pytest.mark.parametrize("quirky", EVERY_QUIRK, ids=QUIRK_NAMES)
async def test_under_every_quirk_it_is_killed_written_over_and_undone(
    emulator: Emulator, gateway: Gateway, journal: Journal, start: Start, quirky: Conditions
) -> None:
    emulator.conditions = quirky
    before = await rows(gateway)
    for row in before[:120:20]:
        # Beside the other, or in its stead.
        await gateway.put_suppressed_destination(ACCOUNT, row.address, COMPLAINT)
    emulator.conditions = Conditions()
    before = latest(await rows(gateway))
    plan = before[:120]
    number = journal.plan(removal(await gateway.identify(), plan))
    writer = Writer(emulator, gateway, plan)
    limited = quirky.quirks.throttling_error is not ThrottlingError.TOO_MANY_REQUESTS
    rates = (Rate(30, 5, DELETE),) if limited else ()
    emulator.conditions = replace(quirky, latency=0.05, rates=rates, faults=faults("503=0.02").faults)
    await writer.write(3)
    await killed_after(start, emulator, number, 40)
    process = await start("run", number)
    _, ended = await asyncio.gather(writer.write(3, process, 15), end_of(process))
    # Where reads lag behind, the job may be over before any tells.
    assert ended.status == 1 or quirky.quirks.read_lag
    if limited:
        assert quirky.quirks.throttling_error in {it.error for it in emulator.requests}
    missed = lost(emulator, writer.flipped, LIST, at_once=AT_ONCE, lag=quirky.quirks.read_lag)
    emulator.conditions = Conditions()
    await check_victims(gateway, journal, number, before, writer, missed)
    emulator.conditions = quirky
    left = writer.flipped - missed
    _, entries = await undone(gateway, journal, number, but=left)
    assert {it.address for it in entries} == {row.address for row in plan} - left
    wanted = {row.address: row.reason for row in before}
    wanted |= dict.fromkeys(left, COMPLAINT) | dict.fromkeys(writer.added, BOUNCE)
    emulator.conditions = Conditions()
    assert {row.address: row.reason for row in latest(await rows(gateway))} == wanted


# Undone


async def undone(gateway: Gateway, journal: Journal, number: int, but: Collection[str] = ()) -> tuple[int, list[Entry]]:
    """Undo a job; what is left alone is of these."""
    plan, left = await undo_plan(gateway, journal, number, time.time)
    assert {entry.address for entry, _ in left} <= set(but)
    undo = journal.plan(plan)
    job = await Jobs(gateway, journal, time.time).run(undo)
    assert (job.state, set(job.counts)) == (State.DONE, {it.made for it in plan.entries})
    return undo, list(plan.entries)


@pytest.mark.parametrize("world", [replace(THOUSANDS, addresses=80, tenants=1, tenant_addresses=80)])
@pytest.mark.parametrize("quirky", EVERY_QUIRK, ids=QUIRK_NAMES)
async def test_undo_and_undo_of_undo_bring_back_addresses_and_reasons_on_every_list(
    emulator: Emulator, gateway: Gateway, journal: Journal, quirky: Conditions
) -> None:
    emulator.conditions = quirky
    ((tenant,),) = [page async for page in gateway.resources.tenants()]
    lists = (ACCOUNT, SuppressionList(tenant.name))
    before = {which: await rows(gateway, which) for which in lists}

    async def there() -> list[Counter[tuple[str, Reason]]]:
        emulator.conditions = Conditions()
        found = [Counter((row.address, row.reason) for row in await rows(gateway, which)) for which in lists]
        emulator.conditions = quirky
        return found

    entries: list[Entry] = []
    for which in lists:
        entries += (Entry(which, row.address, None, row) for row in before[which][:60])
        other = {BOUNCE: COMPLAINT, COMPLAINT: BOUNCE}
        if quirky.quirks.reasons_per_address is ReasonsPerAddress.ONE:
            entries += (Entry(which, row.address, other[row.reason], row) for row in before[which][60:70])
        entries += (Entry(which, f"new{number}@corp.com", COMPLAINT) for number in range(5))
    first = await there()
    tenants = {tenant.name: tenant.tenant_id}
    number = journal.plan(Plan(Kind.ADD, await gateway.identify(), entries, time.time(), tenants))
    assert (await Jobs(gateway, journal, time.time).run(number)).state is State.DONE
    second = await there()
    assert [it.total() for it in second] == [it.total() - 55 for it in first]
    for expected in (first, second, first):
        number, _ = await undone(gateway, journal, number)
        assert await there() == expected


# The terminal goes


@pytest.mark.parametrize("seconds", [86400, 0], ids=["in the app", "as a process of its own"])
def test_a_job_whose_app_is_hung_up(
    tmp_path: Path, environment: dict[str, str], journal: Journal, seconds: int
) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text(f"job_in_app = {seconds}\n")
    environment = surroundings(environment, tmp_path / "state")
    empty = ("--tenants", "0", "--configuration-sets", "0", "--addresses", "0", "--tenant-addresses", "0")
    with emulator_process(tmp_path, environment, *empty, "--latency", "100") as ses, ExitStack() as stack:
        planned = {f"person{number}@corp.com" for number in range(150)}
        with ThreadPoolExecutor(8) as pool:
            client = ses.client
            list(pool.map(lambda it: client.put_suppressed_destination(EmailAddress=it, Reason="BOUNCE"), planned))
        command = [sys.executable, "-m", "sestui", "--config", str(settings), "--region", "us-east-1"]
        app = Terminal([*command, "--endpoint-url", ses.url], environment, tmp_path)
        stack.callback(app.close)
        app.wait_for("150 addresses")
        app.write(b"2*d")
        app.wait_for_dialog("Type 150 to confirm")
        for keys in (b"\t", b"150", b"\r", b"\r"):
            app.write(keys)
            app.settle(0.3)
        wait_for("its first removals", lambda: journal.jobs() and journal.job(1).settled, lambda: app.text[-6000:])
        os.killpg(app.process.pid, signal.SIGHUP)
        assert app.ended() == 128 + signal.SIGHUP
        assert 0 < journal.job(1).settled < 150
        assert journal.job(1).is_running == (not seconds)
        if seconds:
            assert journal.job(1).state is State.PAUSED
            assert "`sestui jobs run 1` goes on with it" in app.text
            resume = [sys.executable, "-m", "sestui", "jobs", "run", "1"]
            subprocess.run(resume, env=environment, cwd=tmp_path, check=True)
        wait_for("the job's end", lambda: journal.job(1).state is State.DONE, lambda: str(journal.job(1)))
        assert journal.job(1).counts == {Outcome.REMOVED: 150}
        accepted = [it for it in ses.requests if it["operation"] == DELETE and it["status"] == 200]
        assert Counter(it["parameters"]["EmailAddress"] for it in accepted) == dict.fromkeys(planned, 1)
        assert ses.addresses == set()
