"""Removing: the plan that is shown, what confirms it and what doesn't, what becomes of each address."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Button

from sestui.domain.job import Kind, Outcome
from sestui.domain.suppression import Reason, SuppressionList
from sestui.emulator import Conditions, Emulator, Fault, Rate, World
from sestui.services.journal import Journal
from sestui.sesv2.gateway import Gateway
from sestui.ui.widgets.destinations import DestinationTable
from tests.conftest import MakeApp
from tests.ui.screen import lacks, screen_text, shows, type_text, until

ACCOUNT = SuppressionList()


@pytest.fixture
async def addresses(gateway: Gateway) -> list[str]:
    """Six entries on the account's list, the last a complaint."""
    names = [f"user{number}@corp.com" for number in range(5)]
    await gateway.put_suppressed_destination(ACCOUNT, "angry@corp.com", Reason.COMPLAINT)
    for name in reversed(names):
        await gateway.put_suppressed_destination(ACCOUNT, name, Reason.BOUNCE)
    return [*names, "angry@corp.com"]


async def on_list(gateway: Gateway) -> set[str]:
    return {entry.address for entry in (await gateway.suppressed_destinations(ACCOUNT)).entries}


def focused(pilot: Pilot[Any]) -> str | None:
    return pilot.app.focused.id if pilot.app.focused is not None else None


async def test_the_row_under_the_cursor_goes_after_moving_the_focus_and_enter(
    make_app: MakeApp, gateway: Gateway, addresses: list[str]
) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "6 addresses")
        await pilot.press("2", "down", "d")
        await shows(pilot, "1 address", "user1@corp.com  BOUNCE", "Account    123456789012 · us-east-1", "1 BOUNCE")
        assert focused(pilot) == "cancel"
        await pilot.press("tab", "enter")
        await shows(pilot, "5 addresses", "1 removed")
        assert await on_list(gateway) == set(addresses) - {"user1@corp.com"}
        table = pilot.app.screen.query_one(DestinationTable)
        assert table.cursor_address == "user2@corp.com"


@pytest.mark.usefixtures("addresses")
async def test_enter_alone_escape_and_ctrl_c_remove_nothing(make_app: MakeApp, gateway: Gateway) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "6 addresses")
        for key in ("enter", "escape", "ctrl+c"):
            await pilot.press("2", "d")
            await shows(pilot, "Remove from a suppression list")
            await pilot.press(key)
            await lacks(pilot, "Remove from a suppression list")
        assert len(await on_list(gateway)) == 6


@pytest.mark.usefixtures("addresses")
async def test_no_printable_key_confirms(make_app: MakeApp, gateway: Gateway) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "6 addresses")
        await pilot.press("2", "d")
        await shows(pilot, "Remove from a suppression list")
        await pilot.press("tab")
        await until(pilot, lambda: focused(pilot) == "confirm", "Remove in focus")
        await type_text(pilot, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ")
        await shows(pilot, "Remove from a suppression list")
        assert len(await on_list(gateway)) == 6


async def test_complaints_stay_out_until_they_are_ticked(
    make_app: MakeApp, gateway: Gateway, addresses: list[str]
) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "6 addresses")
        await pilot.press("2", "G", "space", "g", "space", "d")
        await shows(pilot, "Left out   1 COMPLAINT entry", "1 BOUNCE · 0 COMPLAINT", "[ ]")
        await pilot.press("shift+tab", "shift+tab", "space")
        await shows(pilot, "[x]", "1 BOUNCE · 1 COMPLAINT", "2 addresses")
        await pilot.press("tab", "tab", "tab", "enter")
        await shows(pilot, "4 addresses", "2 removed")
        assert await on_list(gateway) == set(addresses) - {"angry@corp.com", "user0@corp.com"}


async def test_more_than_half_of_a_list_takes_the_typed_count(
    make_app: MakeApp, gateway: Gateway, addresses: list[str]
) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "6 addresses")
        await pilot.press("2", *["space"] * 4, "d")
        await shows(pilot, "more than half of the list", "Type 4 to confirm:")
        confirm = pilot.app.screen.query_one("#confirm", Button)
        assert confirm.disabled
        await pilot.press("tab", "5")
        await pilot.pause()
        assert confirm.disabled
        await pilot.press("backspace", "4", "enter")
        await until(pilot, lambda: focused(pilot) == "confirm", "Remove in focus")
        assert len(await on_list(gateway)) == 6
        await pilot.press("enter")
        await shows(pilot, "4 removed", "2 addresses")
        assert await on_list(gateway) == set(addresses[4:])


@pytest.mark.usefixtures("addresses")
async def test_an_entry_that_changed_since_the_plan_is_left_alone_and_reported(
    make_app: MakeApp, gateway: Gateway
) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "6 addresses")
        await pilot.press("2", "space", "space", "d")
        await shows(pilot, "2 addresses")
        await gateway.put_suppressed_destination(ACCOUNT, "user0@corp.com", Reason.COMPLAINT)
        await pilot.press("tab", "enter")
        await shows(pilot, "1 removed", "left alone")
        await pilot.press("J")
        await shows(pilot, "user0@corp.com", "left alone: changed since the plan was made")
        assert "user0@corp.com" in await on_list(gateway)


@pytest.mark.usefixtures("addresses")
async def test_what_is_denied_pauses_the_job_with_the_reason_and_can_be_gone_on_with(
    make_app: MakeApp, gateway: Gateway, emulator: Emulator
) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "6 addresses")
        emulator.conditions = Conditions(faults=(Fault.parse("access-denied@DeleteSuppressedDestination=1"),))
        await pilot.press("2", "d")
        await shows(pilot, "Remove from a suppression list")
        await pilot.press("tab", "enter")
        await shows(pilot, "nothing done, 1 not begun", "DeleteSuppressedDestination is denied")
        await pilot.press("J")
        await shows(pilot, "user0@corp.com", "paused", "AccessDeniedException")
        emulator.conditions = Conditions()
        await pilot.press("p")
        await shows(pilot, "Job 1 goes on", "1 removed")
        await pilot.press("escape")
        await shows(pilot, "5 addresses")
        assert "user0@corp.com" not in await on_list(gateway)


@pytest.mark.usefixtures("addresses")
async def test_an_answer_that_is_lost_after_the_change_still_ends_right(
    make_app: MakeApp, gateway: Gateway, emulator: Emulator
) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "6 addresses")
        emulator.conditions = Conditions(faults=(Fault.parse("reset-after@DeleteSuppressedDestination=0.5"),))
        await pilot.press("2", "space", "space", "d")
        await shows(pilot, "Remove from a suppression list")
        await pilot.press("tab", "enter")
        await shows(pilot, "4 addresses")
        assert len(await on_list(gateway)) == 4


@pytest.mark.usefixtures("addresses")
async def test_every_outcome_is_written_down_with_the_row_as_it_was(make_app: MakeApp, tmp_path: Path) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "6 addresses")
        await pilot.press("2", "d")
        await shows(pilot, "Remove from a suppression list")
        await pilot.press("shift+tab")
        await type_text(pilot, "OPS-7")
        await pilot.press("tab", "tab", "enter")
        await shows(pilot, "1 removed")
    journal = Journal(tmp_path / "state", time.time)
    (job,) = journal.jobs("ops-7")
    assert (job.kind, job.note, job.connection.account) == (Kind.REMOVE, "OPS-7", "123456789012")
    (entry,) = journal.entries(job.id)
    assert entry.entry.before is not None
    assert (entry.entry.address, entry.entry.before.reason) == ("user0@corp.com", Reason.BOUNCE)
    assert entry.result is not None
    assert (entry.result.outcome, entry.result.after, entry.result.attempts) == (Outcome.REMOVED, None, 1)
    assert entry.result.request_id
    journal.close()


@pytest.mark.usefixtures("addresses")
async def test_rows_older_than_five_minutes_are_read_again_before_the_plan(make_app: MakeApp, gateway: Gateway) -> None:
    now = [1_800_000_000.0]
    async with make_app(clock=lambda: now[0]).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "6 addresses")
        await pilot.press("2", "space", "space")
        await gateway.delete_suppressed_destination(ACCOUNT, "user0@corp.com")
        now[0] += 301
        await pilot.press("d")
        await shows(pilot, "1 address", "1 of the marked: no longer on the list", "Read       0 s ago")
        assert "user0@corp.com  BOUNCE" not in screen_text(pilot.app)


async def test_removing_from_an_empty_list_says_so(make_app: MakeApp, emulator: Emulator) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "This list is empty.")
        await pilot.press("d")
        await shows(pilot, "Nothing to remove")
        assert not [it for it in emulator.requests if it.operation.startswith(("Delete", "Put"))]


@pytest.mark.usefixtures("addresses")
async def test_a_running_change_can_be_stopped_and_leaving_asks_first(
    make_app: MakeApp, gateway: Gateway, emulator: Emulator
) -> None:
    for number in range(60):
        await gateway.put_suppressed_destination(ACCOUNT, f"more{number}@corp.com", Reason.BOUNCE)
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "66 addresses")
        await pilot.press("2", *["space"] * 33)
        await shows(pilot, "marked 33")
        # Some 25 seconds of work, for a busy machine to press four keys in.
        emulator.conditions = Conditions(rates=(Rate.parse("3"),))
        await pilot.press("d")
        await shows(pilot, "33 addresses")
        await pilot.press("tab", "enter")
        await shows(pilot, "of 33", "J shows more")
        deleted = ("DeleteSuppressedDestination", 200)
        await until(pilot, lambda: deleted in [(it.operation, it.status) for it in emulator.requests])
        await pilot.press("q")
        await shows(pilot, "Job 1 runs in this window", "sestui jobs run 1")
        await pilot.press("escape", "J")
        await shows(pilot, "Jobs and journal", "running")
        await pilot.press("c")
        await shows(pilot, "cancel once the calls under way are answered")
        emulator.conditions = Conditions()
        await shows(pilot, "cancelled at")
        await pilot.press("escape")
        await shows(pilot, "not begun. Cancelled")
        await asyncio.wait_for(_same_count(pilot, gateway), 30)


async def _same_count(pilot: Pilot[Any], gateway: Gateway) -> None:
    left = len(await on_list(gateway))
    assert 33 < left < 66
    await shows(pilot, f"{left} addresses")


@pytest.mark.usefixtures("addresses")
async def test_a_mark_goes_with_its_address_and_blocks_nothing(make_app: MakeApp, gateway: Gateway) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "6 addresses")
        await pilot.press("2", "space")
        await shows(pilot, "marked 1")
        await gateway.delete_suppressed_destination(ACCOUNT, "user0@corp.com")
        await pilot.press("r")
        await shows(pilot, "5 addresses")
        await lacks(pilot, "marked 1")
        await pilot.press("d")
        await shows(pilot, "Remove from a suppression list", "user1@corp.com  BOUNCE")


@pytest.mark.usefixtures("addresses")
async def test_all_marks_are_taken_off_and_put_back(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "6 addresses")
        await pilot.press("2", "space", "space", "U")
        await lacks(pilot, "marked 2")
        await pilot.press("U")
        await shows(pilot, "marked 2")


@pytest.mark.usefixtures("addresses")
async def test_leaving_waits_for_the_calls_under_way_and_the_record_names_them(
    make_app: MakeApp, emulator: Emulator, gateway: Gateway, tmp_path: Path
) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "6 addresses")
        await pilot.press("2", "space", "space", "d")
        await shows(pilot, "Remove from a suppression list")
        emulator.conditions = Conditions(latency=3.0)
        await pilot.press("tab", "enter")
        await shows(pilot, "Removing 0 of 2")
        await pilot.press("q")
        await shows(pilot, "Job 1 runs in this window", "sestui jobs run 1")
        await pilot.press("tab", "enter")
        await until(pilot, lambda: pilot.app.return_code == 0, "the end")
    emulator.conditions = Conditions()
    journal = Journal(tmp_path / "state", time.time)
    told = {it.entry.address for it in journal.entries(1) if it.result and it.result.outcome is Outcome.REMOVED}
    journal.close()
    assert told == {f"user{number}@corp.com" for number in range(5)} - await on_list(gateway)
    assert told


@pytest.mark.parametrize("world", [World(tenants=1, configuration_sets=1, addresses=1300, tenant_addresses=1300)])
@pytest.mark.parametrize(
    ("tenant", "words"),
    [
        (False, "or --via-s3, command line: 1 object, time undocumented"),
        (True, "no faster way: SES has no import jobs for a tenant's list"),
    ],
)
async def test_many_are_told_of_the_other_way_beside_the_last_address(
    make_app: MakeApp, gateway: Gateway, tenant: bool, words: str
) -> None:
    ((first,),) = [page async for page in gateway.resources.tenants()]
    async with make_app(SuppressionList(first.name) if tenant else ACCOUNT).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "1,300 addresses")
        await pilot.press("2", "*", "d")
        await shows(pilot, "Remove from a suppression list", words, "at 1 call a second")
        lines = screen_text(pilot.app).splitlines()
        more = next(number for number, line in enumerate(lines) if "more …" in line)
        assert all(" BOUNCE " in line for line in lines[more + 1 : more + 4])
