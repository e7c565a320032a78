"""Read-only on the screen: said in the header, its keys are not in the footer, and say why when they are pressed."""

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from sestui.domain.guard import Guard
from sestui.domain.suppression import Reason, SuppressionList
from sestui.emulator import Emulator
from sestui.services.journal import Journal
from sestui.sesv2.gateway import Gateway
from sestui.sesv2.operations import READS
from sestui.ui.commands import CHANGES, COMMANDS
from tests.conftest import MakeApp
from tests.job_plans import removal, rows
from tests.serving import NOON, faults, operations
from tests.ui.screen import lacks, screen_text, shows, type_text

ACCOUNT = SuppressionList()
FLAG = Guard(refuses_all=True)
WHY = "Nothing was done: this connection is read-only, as"


@pytest.fixture
async def alice(gateway: Gateway, emulator: Emulator, tmp_path: Path) -> None:
    """One entry, and a job of this account that was planned and not run."""
    await gateway.put_suppressed_destination(ACCOUNT, "alice@corp.com", Reason.BOUNCE)
    journal = Journal(tmp_path / "state", lambda: NOON)
    journal.plan(removal(await gateway.identify(), await rows(gateway)))
    journal.close()
    emulator.requests.clear()


def footer(pilot: Pilot[Any]) -> str:
    return screen_text(pilot.app).splitlines()[-1]


@pytest.mark.parametrize("guard", [FLAG, Guard(read_only=("default",)), Guard(read_only=("123456789012",))])
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_header_says_it_and_the_footer_has_no_key_that_changes(
    make_app: MakeApp, guard: Guard, size: tuple[int, int]
) -> None:
    async with make_app(guard=guard).run_test(size=size) as pilot:
        await shows(pilot, "READ-ONLY", "OnCall")
        await lacks(pilot, "READ-WRITE")
        assert "f find" in footer(pilot)
        assert not any(key in footer(pilot) for key in ("a add", "d remove", "e edit"))


async def test_where_changes_are_allowed_the_footer_has_their_keys(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "READ-WRITE", "OnCall", "a add", "d remove", "e edit")


async def test_while_nobody_knows_whose_account_it_is_the_header_claims_neither_and_nothing_is_changed(
    make_app: MakeApp, emulator: Emulator
) -> None:
    emulator.conditions = faults("access-denied@GetCallerIdentity=1")
    async with make_app(guard=Guard(read_only=("210987654321",))).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "This list is empty.", "account not known")
        await pilot.press("a")
        await shows(pilot, "GetCallerIdentity is denied")
        assert not any(it in screen_text(pilot.app) for it in ("READ-WRITE", "READ-ONLY", "Add to a"))
    assert set(operations(emulator)) <= set(READS)


def test_the_commands_that_change_something_are_known() -> None:
    assert {command.name for command in COMMANDS if command.action in CHANGES} == {
        *("add", "remove", "edit", "new", "undo", "associate", "dissociate", "copy entries")
    }


@pytest.mark.usefixtures("alice")
@pytest.mark.parametrize("action", sorted(CHANGES))
@pytest.mark.parametrize("guard", [FLAG, Guard(read_only=("123456789012",))])
async def test_each_key_that_changes_says_why_not(
    make_app: MakeApp, emulator: Emulator, action: str, guard: Guard
) -> None:
    (command,) = (command for command in COMMANDS if command.action == action)
    async with make_app(guard=guard).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "1 address", "OnCall")
        await pilot.press("2")
        if command.keys:
            await pilot.press(command.keys)
        else:
            await pilot.press("colon")
            await type_text(pilot, command.name)
            await shows(pilot, command.name.capitalize())
            await pilot.press("down", "enter")
        await shows(pilot, WHY)
        assert len(pilot.app.screen_stack) == 1
    assert set(operations(emulator)) <= set(READS)


@pytest.mark.usefixtures("alice")
@pytest.mark.parametrize("key", ["d", "a"])
async def test_neither_does_find_change_anything(make_app: MakeApp, emulator: Emulator, key: str) -> None:
    async with make_app(guard=FLAG).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "1 address", "OnCall")
        await pilot.press("f")
        await shows(pilot, "Find")
        await type_text(pilot, "alice@corp.com\n")
        await shows(pilot, "BLOCKED by alice@corp.com", "w why")
        assert not any(it in screen_text(pilot.app) for it in ("d remove", "a add"))
        await pilot.press(key)
        await shows(pilot, WHY, "BLOCKED by alice@corp.com")
    assert set(operations(emulator)) <= set(READS)


@pytest.mark.usefixtures("alice")
@pytest.mark.parametrize("key", ["p", "t", "u"])
async def test_neither_does_the_journal(make_app: MakeApp, emulator: Emulator, key: str) -> None:
    async with make_app(guard=FLAG).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "1 address", "OnCall")
        await pilot.press("J")
        await shows(pilot, "Jobs and journal", "1 job")
        assert not any(it in screen_text(pilot.app) for it in ("t retry", "u undo"))
        await pilot.press(key)
        await shows(pilot, WHY)
    assert set(operations(emulator)) <= set(READS)


async def test_the_clipboard_and_the_files_are_no_part_of_ses(make_app: MakeApp, gateway: Gateway) -> None:
    await gateway.put_suppressed_destination(ACCOUNT, "alice@corp.com", Reason.BOUNCE)
    async with make_app(guard=FLAG).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "1 address", "OnCall")
        await pilot.press("2", "x")
        await shows(pilot, "Export")
