"""A list that is kept live, jobs, undo and every other screen, while calls go wrong, for as long as one likes.

A minute unless `SESTUI_SOAK` says how many seconds: an hour is 3600.
"""

import asyncio
import os
import random
import re
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pytest

from sestui.domain.errors import SestuiError
from sestui.domain.suppression import Connection, Reason, SuppressionList
from sestui.emulator import Conditions, Emulator, World
from sestui.services.listing import Listing
from sestui.sesv2.session import open_gateway
from tests.job_plans import journal_in
from tests.job_processes import surroundings, until
from tests.serving import faults
from tests.terminal import Terminal

SECONDS = float(os.environ.get("SESTUI_SOAK", "60"))
WORLD = World(seed=7, tenants=5, configuration_sets=6, addresses=4000, tenant_addresses=300)
BAD_DAY = faults("throttle=0.03", "500=0.03", "503=0.02", "reset-before=0.02", "reset-after=0.02")
GROWTH = 90_000
"""KiB that the program may grow by after its first round, however long it runs: Textual's caches fill within five
minutes, and take 70 MB. In the 55 minutes after that it grew by 5 MB."""
FILES = 30
"""That it may have open in the end, however long it runs. Connections come and go with what goes wrong: an hour ended
with 15 to 17 files, and a round may end with 9."""


@pytest.fixture
def world() -> World:
    return WORLD


@dataclass(frozen=True)
class Size:
    """What the program takes up."""

    memory: int
    """KiB that it alone has in memory."""
    files: int

    @classmethod
    def of(cls, pid: int) -> Self:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        private = sum(int(size) for size in re.findall(r"^Private_\w+:\s+(\d+) kB", rollup, re.MULTILINE))
        return cls(private, len(os.listdir(f"/proc/{pid}/fd")))


async def _somebody_else(url: str) -> None:
    """Adds and removes, for as long as nobody ends it."""
    chance = random.Random(3)
    async with open_gateway(Connection("us-east-1", url)) as gateway:
        while True:
            address = f"other{chance.randrange(40)}@corp.com"
            with suppress(SestuiError):
                if chance.random() < 0.5:
                    await gateway.put_suppressed_destination(SuppressionList(), address, Reason.BOUNCE)
                else:
                    await gateway.delete_suppressed_destination(SuppressionList(), address)
            await asyncio.sleep(0.5)


def _drive(app: Terminal) -> tuple[Size, Size]:
    """Go through everything again and again; return what the program took up after the first time and in the end."""
    app.wait_for("OnCall")
    app.wait_for("addresses")
    _press(app, "2", "L")
    begin = time.monotonic()
    first: Size | None = None
    while time.monotonic() - begin < SECONDS:
        _press(app, "U", "U", "g", "j", "j", " ", "j", " ", "j", " ", "d")
        _confirm(app, "Remove from a suppression list")
        _press(app, "u")
        _confirm(app, "Undo")
        _press(app, "/", "gmail", "\r", "*", "G", "k", "s", "S", "m", "m", "/", "\x1b", "U")
        _press(app, "f", "alice@corp.com", "\r", "\x1b", "\r", "\x1b", "1", "j", "\r", "2", "1", "k", "\r", "2")
        for key in ("J", "E", "?", "c", "a", "x", "e"):
            _press(app, key, "\x1b", "\x1b")
        _press(app, "r", "y")
        first = first or Size.of(app.process.pid)
    assert first is not None
    return first, Size.of(app.process.pid)


def _press(app: Terminal, *keys: str) -> None:
    for key in keys:
        app.write(key.encode())
        app.settle(0.2)
    assert app.process.poll() is None, app.text[-4000:]


def _confirm(app: Terminal, title: str) -> None:
    """Where the plan came, agree to it; where a call failed, a line says so instead."""
    deadline = time.monotonic() + 5
    while not any(title in line for line in app.screen.display) and time.monotonic() < deadline:
        app.read(0.1)
    if any(title in line for line in app.screen.display):
        _press(app, "\t", "\r")
        app.settle(1)
    _press(app, "\x1b")


@pytest.mark.long
@pytest.mark.timeout(SECONDS + 240)
async def test_memory_and_files_stay_as_they_are_and_nothing_is_lost(
    emulator: Emulator, environment: dict[str, str], tmp_path: Path
) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text("live_interval = 5\n")
    emulator.conditions = BAD_DAY
    command = [sys.executable, "-m", "sestui", "--config", str(settings), "--region", "us-east-1"]
    app = Terminal([*command, "--endpoint-url", emulator.url], surroundings(environment, tmp_path / "state"), tmp_path)
    journal = journal_in(tmp_path / "state")
    others = asyncio.ensure_future(_somebody_else(emulator.url))
    try:
        first, last = await asyncio.to_thread(_drive, app)
        others.cancel()
        await asyncio.gather(others, return_exceptions=True)
        emulator.conditions = Conditions()
        await until(lambda: not any(job.state.is_active for job in journal.jobs()), 0.5)
        jobs = journal.jobs()
        assert len(jobs) >= SECONDS / 60
        assert [job for job in jobs if job.settled < len(list(journal.entries(job.id)))] == []
        async with open_gateway(Connection("us-east-1", emulator.url)) as gateway:
            listing = Listing(gateway, SuppressionList(), time.time)
            count = sum([len(page) async for page in listing.load()])
        await asyncio.to_thread(_press, app, "1", "g", "\r", "/", "\x1b", "r")
        await asyncio.to_thread(app.wait_for, f"{count:,} addresses")
        await asyncio.to_thread(_press, app, "q")
        print(f"{SECONDS:.0f} s, {len(jobs)} jobs, {len(emulator.requests):,} requests: {first}, {last}")  # noqa: T201
        assert last.files <= FILES
        assert last.memory <= first.memory + GROWTH
    finally:
        others.cancel()
        journal.close()
        app.close()
