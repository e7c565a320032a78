"""Jobs on the screen: dry runs, undo, what runs elsewhere, what was interrupted."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from sestui.domain.guard import Guard
from sestui.domain.job import Entry, Kind, Outcome, Plan, State, Wish
from sestui.domain.suppression import Reason, SuppressionList
from sestui.emulator import Conditions, Emulator, Rate
from sestui.services.detached import Child, start
from sestui.services.jobs import Jobs
from sestui.services.journal import Journal
from sestui.services.logout import Logout
from sestui.sesv2.gateway import Gateway
from sestui.settings import Settings
from tests.conftest import MakeApp
from tests.serving import faults
from tests.ui.screen import lacks, shows, type_text, until

ACCOUNT = SuppressionList()
BOUNCE, COMPLAINT = Reason.BOUNCE, Reason.COMPLAINT


@pytest.fixture
async def addresses(gateway: Gateway) -> list[str]:
    names = [f"user{number}@corp.com" for number in range(6)]
    for name in reversed(names):
        await gateway.put_suppressed_destination(ACCOUNT, name, BOUNCE)
    return names


async def on_list(gateway: Gateway) -> dict[str, Reason]:
    return {row.address: row.reason for row in (await gateway.suppressed_destinations(ACCOUNT)).entries}


@asynccontextmanager
async def journal_in(folder: Path) -> AsyncIterator[Journal]:
    journal = Journal(folder, time.time)
    yield journal
    journal.close()


async def planned(gateway: Gateway, folder: Path) -> int:
    """Plan the removal of all that is on the account's list, and return the job's number."""
    rows = (await gateway.suppressed_destinations(ACCOUNT)).entries
    entries = [Entry(ACCOUNT, row.address, None, row) for row in rows]
    async with journal_in(folder) as journal:
        return journal.plan(Plan(Kind.REMOVE, await gateway.identify(), entries, time.time()))


async def test_a_dry_run_changes_nothing_and_names_what_would_be_done(
    make_app: MakeApp, gateway: Gateway, addresses: list[str], tmp_path: Path
) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "6 addresses")
        await pilot.press("2", "space", "space", "d")
        await shows(pilot, "Remove from a suppression list", "Dry run")
        await gateway.put_suppressed_destination(ACCOUNT, "user1@corp.com", COMPLAINT)
        await pilot.press("tab", "tab", "enter")
        await shows(pilot, "nothing was changed", "List of the account: ")
        await shows(pilot, "user0@corp.com  would be removed", "user1@corp.com  left alone")
        await pilot.press("escape")
    assert (await on_list(gateway)).keys() == set(addresses)
    assert not (tmp_path / "state").exists() or Journal(tmp_path / "state", time.time).jobs() == []


async def test_undo_puts_back_what_the_last_job_removed_and_undo_of_that_removes_it_again(
    make_app: MakeApp, gateway: Gateway, addresses: list[str]
) -> None:
    await gateway.put_suppressed_destination(ACCOUNT, "user5@corp.com", COMPLAINT)
    before = await on_list(gateway)
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "6 addresses")
        await pilot.press("u")
        await shows(pilot, "Nothing to undo")
        await pilot.press("2", "*", "d")
        await shows(pilot, "Left out   1 COMPLAINT entry", "Type 5 to confirm:")
        await pilot.press("shift+tab", "shift+tab", "space")
        await shows(pilot, "Type 6 to confirm:")
        await pilot.press("tab", "tab", "tab", "6", "enter", "enter")
        await shows(pilot, "6 removed", "This list is empty.")
        await pilot.press("u")
        await shows(
            pilot, "Undo job 1", "6 addresses: 5 BOUNCE · 1 COMPLAINT", "their dates and message ids", "remove 6"
        )
        await pilot.press("tab", "enter")
        await shows(pilot, "6 added", "6 addresses")
        assert await on_list(gateway) == before
        await pilot.press("u")
        await shows(pilot, "Undo job 2", "undo of 1: 6", "Remove     6 addresses")
        await pilot.press("tab", "enter")
        await shows(pilot, "6 removed", "This list is empty.")
    assert await on_list(gateway) == {}


async def test_an_undo_leaves_alone_what_ses_has_changed_since_and_says_so(
    make_app: MakeApp, gateway: Gateway, addresses: list[str]
) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "6 addresses")
        await pilot.press("2", "space", "space", "d")
        await shows(pilot, "2 addresses")
        await pilot.press("tab", "enter")
        await shows(pilot, "2 removed")
        await gateway.put_suppressed_destination(ACCOUNT, "user1@corp.com", COMPLAINT)
        await pilot.press("J")
        await shows(pilot, "Jobs and journal", "remove 2")
        await pilot.press("u")
        await shows(pilot, "Undo job 1", "1 address: 1 BOUNCE", "1 is on the list again, as COMPLAINT")
        await pilot.press("tab", "enter")
        await shows(pilot, "1 added")
    assert await on_list(gateway) == dict.fromkeys(addresses, BOUNCE) | {"user1@corp.com": COMPLAINT}


async def launched(gateway: Gateway, number: int, logout: Logout) -> Child:
    return await start(Path(os.environ["XDG_STATE_HOME"]) / "sestui", number, await gateway.secret(), logout)


async def test_a_long_job_runs_on_its_own_and_is_shown_as_it_goes(
    make_app: MakeApp, gateway: Gateway, addresses: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    (tmp_path / "sestui").symlink_to(tmp_path / "state", target_is_directory=True)
    app = make_app(settings=Settings(job_in_app=0), launch=launched)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "6 addresses", "OnCall")
        await pilot.press("2", "space", "space", "d")
        await shows(pilot, "2 addresses", "as a process of its own, which", "outlives this terminal")
        await pilot.press("tab", "enter")
        await shows(pilot, "2 removed", "4 addresses")
        await pilot.press("q")
        await until(pilot, lambda: pilot.app.return_code == 0, "the end, unasked")
    assert (await on_list(gateway)).keys() == set(addresses[2:])


async def test_what_was_interrupted_is_said_at_the_start_and_gone_on_with_by_one_key(
    make_app: MakeApp, emulator: Emulator, gateway: Gateway, addresses: list[str], tmp_path: Path
) -> None:
    number = await planned(gateway, tmp_path / "state")
    emulator.conditions = Conditions(rates=(Rate(2),))
    command = (sys.executable, "-m", "sestui", "jobs", "run", str(number), "--detached", str(tmp_path / "state"))
    runner = await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.DEVNULL, start_new_session=True)
    async with journal_in(tmp_path / "state") as journal:
        while not journal.job(number).settled:  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.05)
    runner.send_signal(signal.SIGKILL)
    await runner.wait()
    emulator.conditions = Conditions()
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "Job 1 was interrupted: J goes on with it.")
        await pilot.press("J")
        await shows(pilot, "interrupted at", "its process died")
        await pilot.press("p")
        await shows(pilot, "Job 1 goes on", "6 removed")
        await pilot.press("escape")
        await lacks(pilot, "Jobs and journal")
    async with journal_in(tmp_path / "state") as journal:
        job = journal.job(number)
    assert (job.state, job.counts) == (State.DONE, {Outcome.REMOVED: 6})
    assert await on_list(gateway) == {}


async def test_the_note_is_found_again(make_app: MakeApp, addresses: list[str]) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "6 addresses")
        await pilot.press("2", "d")
        await shows(pilot, "Remove from a suppression list")
        await pilot.press("shift+tab")
        await type_text(pilot, "OPS-7")
        await pilot.press("tab", "tab", "enter")
        await shows(pilot, "1 removed")
        await pilot.press("J", "slash")
        await type_text(pilot, "ops-8")
        await shows(pilot, "0 jobs found", "No note and no address")
        for _ in range(5):
            await pilot.press("backspace")
        await type_text(pilot, addresses[0])
        await shows(pilot, "remove 1", "OPS-7")


async def test_what_ses_added_again_after_a_job_of_another_time_says_when_it_was_removed(
    make_app: MakeApp, gateway: Gateway, addresses: list[str], tmp_path: Path
) -> None:
    number = await planned(gateway, tmp_path / "state")
    async with journal_in(tmp_path / "state") as journal:
        await Jobs(gateway, journal, time.time).run(number)
    await gateway.put_suppressed_destination(ACCOUNT, addresses[0], BOUNCE)
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "1 address", "OnCall")
        await pilot.press("2", "r", "enter")
        await shows(pilot, "Removed here", "and added again since")


@pytest.mark.parametrize("as_a_process", [False, True])
async def test_what_paused_as_credentials_ended_goes_on_with_new_ones_and_nothing_is_typed_again(
    make_app: MakeApp,
    emulator: Emulator,
    gateway: Gateway,
    addresses: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    as_a_process: bool,
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    (tmp_path / "sestui").symlink_to(tmp_path / "state", target_is_directory=True)
    settings = Settings(job_in_app=0 if as_a_process else 3600)
    app = make_app(settings=settings, launch=launched, guard=Guard(production=("123456789012",)))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "6 addresses", "PRODUCTION")
        await pilot.press("2", "space", "space", "d")
        await shows(pilot, "PRODUCTION: type")
        emulator.conditions = faults("expired-credentials@DeleteSuppressedDestination=1")
        pilot.app.screen.query_one("#word").focus()
        await type_text(pilot, "2 9012\n\n")
        await shows(pilot, "Job 1 goes on once the credentials are renewed: r, or c.")
        emulator.conditions = faults("expired-credentials=1")
        await pilot.press("r")
        await shows(pilot, "creds expired")
        emulator.conditions = Conditions(latency=0.3)
        await pilot.press("r")
        await shows(pilot, "Job 1 goes on: the credentials are renewed.")
        await shows(pilot, "2 removed", "4 addresses")
        await lacks(pilot, "creds expired")
    assert (await on_list(gateway)).keys() == set(addresses[2:])


async def test_what_somebody_has_paused_since_waits_for_somebody(
    make_app: MakeApp, emulator: Emulator, gateway: Gateway, addresses: list[str], tmp_path: Path
) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "6 addresses", "OnCall")
        await pilot.press("2", "d")
        await shows(pilot, "Remove from a suppression list")
        emulator.conditions = faults("expired-credentials@DeleteSuppressedDestination=1")
        await pilot.press("tab", "enter")
        await shows(pilot, "creds expired", "Job 1 goes on once the credentials are renewed")
        # As `sestui jobs pause 1` does.
        async with journal_in(tmp_path / "state") as journal:
            journal.wish(1, Wish.PAUSE)
        emulator.conditions = Conditions()
        await pilot.press("r")
        await lacks(pilot, "creds expired")
        await shows(pilot, "6 addresses", "OnCall")
        await pilot.press("J")
        await shows(pilot, "paused at 0 of 1")
    assert (await on_list(gateway)).keys() == set(addresses)
