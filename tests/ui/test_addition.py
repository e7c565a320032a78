"""Adding: what the dialog understands and tells, and what is sent."""

import asyncio
from pathlib import Path

import pytest
from textual import events
from textual.widgets import TextArea

from sestui.domain.suppression import Reason, SuppressionList
from sestui.emulator import Emulator, World
from sestui.sesv2.gateway import Gateway
from tests.conftest import EMPTY, MakeApp
from tests.ui.screen import lacks, shows, type_text

ACCOUNT = SuppressionList()
SANDBOX = World(tenants=0, configuration_sets=0, addresses=0, tenant_addresses=0, sandbox=True)


async def rows(gateway: Gateway) -> dict[str, Reason]:
    return {entry.address: entry.reason for entry in (await gateway.suppressed_destinations(ACCOUNT)).entries}


def puts(emulator: Emulator) -> int:
    return sum(request.operation == "PutSuppressedDestination" for request in emulator.requests)


async def test_what_is_typed_is_told_apart_and_the_valid_are_added(make_app: MakeApp, gateway: Gateway) -> None:
    await gateway.put_suppressed_destination(ACCOUNT, "there@corp.com", Reason.BOUNCE)
    await gateway.put_suppressed_destination(ACCOUNT, "other@corp.com", Reason.COMPLAINT)
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "2 addresses")
        await pilot.press("a")
        await shows(pilot, "Add to a suppression list")
        await type_text(
            pilot, "new@Corp.com, new@corp.com; Name <second@corp.com>\nthere@corp.com other\nother@corp.com\n"
        )
        await shows(
            pilot,
            "2 addresses will be added as BOUNCE",
            "1 double",
            "1 there",
            "there as COMPLAINT: other@corp.com",
            "line 2: there@corp.com other",
            "[ ] replace the reason of 1 address by BOUNCE",
        )
        await pilot.press("tab", "tab", "tab", "tab", "tab", "enter")
        await shows(pilot, "2 added", "4 addresses")
    assert await rows(gateway) == {
        "there@corp.com": Reason.BOUNCE,
        "other@corp.com": Reason.COMPLAINT,
        "new@corp.com": Reason.BOUNCE,
        "second@corp.com": Reason.BOUNCE,
    }


async def test_another_reason_is_replaced_once_it_is_ticked(make_app: MakeApp, gateway: Gateway) -> None:
    await gateway.put_suppressed_destination(ACCOUNT, "other@corp.com", Reason.COMPLAINT)
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "1 address")
        await pilot.press("a")
        await type_text(pilot, "other@corp.com")
        await shows(pilot, "0 addresses will be added", "[ ]")
        await pilot.press("tab", "tab", "space")
        await shows(pilot, "[x]", "1 address will be added")
        await pilot.press("tab", "tab", "tab", "enter")
        await shows(pilot, "1 reason replaced")
    assert await rows(gateway) == {"other@corp.com": Reason.BOUNCE}


async def test_the_reason_can_be_chosen(make_app: MakeApp, gateway: Gateway) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "This list is empty.")
        await pilot.press("a")
        await type_text(pilot, "angry@corp.com")
        await shows(pilot, "1 address will be added as BOUNCE")
        await pilot.press("tab", "right", "space")
        await shows(pilot, "1 address will be added as COMPLAINT", "(•) COMPLAINT", "( ) BOUNCE")
        await pilot.press("tab", "tab", "tab", "enter")
        await shows(pilot, "1 added")
    assert await rows(gateway) == {"angry@corp.com": Reason.COMPLAINT}


async def test_a_pasted_column_keeps_every_line(make_app: MakeApp, gateway: Gateway) -> None:
    pasted = "\r\n".join(f"user{number}@corp.com" for number in range(150))
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "This list is empty.")
        await pilot.press("a")
        await shows(pilot, "Add to a suppression list")
        pilot.app.post_message(events.Paste(pasted))
        await shows(pilot, "150 addresses will be added", "Type 150 to confirm:")
        await pilot.press("tab", "tab", "tab", "tab")
        await type_text(pilot, "150")
        await pilot.press("enter", "enter")
        await shows(pilot, "150 added", "150 addresses")
    assert len(await rows(gateway)) == 150


async def test_on_a_list_that_is_not_loaded_whole_ses_is_asked(
    make_app: MakeApp, gateway: Gateway, emulator: Emulator
) -> None:
    await gateway.changes.create_tenant("shop")
    await gateway.put_suppressed_destination(SuppressionList("shop"), "other@corp.com", Reason.COMPLAINT)
    async with make_app(SuppressionList("shop")).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "1 address")
        # Somebody else adds one after the list was loaded.
        await gateway.put_suppressed_destination(SuppressionList("shop"), "late@corp.com", Reason.COMPLAINT)
        await pilot.press("a")
        await type_text(pilot, "late@corp.com")
        await shows(pilot, "1 address will be added as BOUNCE")
        before = puts(emulator)
        await pilot.press("tab", "tab", "tab", "tab", "enter")
        await shows(pilot, "left alone: there with another reason")
        assert puts(emulator) == before


@pytest.mark.parametrize("world", [SANDBOX, EMPTY], ids=["sandbox", "production"])
async def test_a_sandbox_account_is_warned_of_and_its_refusal_shown(make_app: MakeApp, world: World) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "This list is empty.", "Production access")
        await pilot.press("a")
        await type_text(pilot, "a@corp.com")
        await shows(pilot, "1 address will be added")
        if world.sandbox:
            await shows(pilot, "SES refuses additions in a sandbox account")
        await pilot.press("tab", "tab", "tab", "tab", "enter")
        await shows(pilot, "1 failed" if world.sandbox else "1 added")


async def test_what_was_typed_is_there_again_after_escape(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "This list is empty.")
        await pilot.press("a")
        await type_text(pilot, "a@corp.com")
        await shows(pilot, "1 address will be added")
        await pilot.press("escape")
        await lacks(pilot, "Add to a suppression list")
        await pilot.press("a")
        await shows(pilot, "a@corp.com", "1 address will be added")


async def test_a_tick_replaces_only_what_it_was_shown_for(make_app: MakeApp, gateway: Gateway) -> None:
    await gateway.put_suppressed_destination(ACCOUNT, "there@corp.com", Reason.COMPLAINT)
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "1 address")
        await pilot.press("a")
        await type_text(pilot, "there@corp.com,outsider@corp.com")
        await shows(pilot, "replace the reason of 1 address")
        await pilot.press("tab", "tab", "space")
        await shows(pilot, "[x]", "2 addresses will be added")
        await gateway.put_suppressed_destination(ACCOUNT, "outsider@corp.com", Reason.COMPLAINT)
        await pilot.press("tab", "tab", "tab", "enter")
        await shows(pilot, "1 left alone")
    assert await rows(gateway) == {"there@corp.com": Reason.BOUNCE, "outsider@corp.com": Reason.COMPLAINT}


async def test_a_file_is_read_and_each_row_keeps_its_reason(
    make_app: MakeApp, gateway: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await gateway.put_suppressed_destination(ACCOUNT, "there@corp.com", Reason.BOUNCE)
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "legacy.csv"
    path.write_text(
        "email,reason\nbounced@corp.com,BOUNCE\nangry@corp.com,complaint\nplain@corp.com\nthere@corp.com\n"
        "nobody\nspammer@corp.com,spam\nangry@corp.com,BOUNCE\n"
    )
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "1 address")
        await pilot.press("a")
        await shows(pilot, "Add to a suppression list")
        await pilot.press("shift+tab")
        await type_text(pilot, path.name)
        await pilot.press("enter")
        await shows(
            pilot,
            "3 addresses will be added: 2 as BOUNCE, 1 as COMPLAINT",
            "2 without a reason",
            "1 already there",
            "told with both reasons, so COMPLAINT: angry@corp.com",
            "line 6: nobody — has no @",
            "line 7: spammer@corp.com,spam",
        )
        await pilot.press("tab", "right", "space")
        await shows(pilot, "3 addresses will be added: 1 as BOUNCE, 2 as COMPLAINT", "there as BOUNCE: there@corp.com")
        await pilot.press("tab", "tab", "tab", "tab", "enter")
        await shows(pilot, "3 added", "4 addresses")
    assert await rows(gateway) == {
        "there@corp.com": Reason.BOUNCE,
        "bounced@corp.com": Reason.BOUNCE,
        "angry@corp.com": Reason.COMPLAINT,
        "plain@corp.com": Reason.COMPLAINT,
    }


async def test_a_file_that_can_not_be_read_says_so_and_what_was_typed_comes_back(
    make_app: MakeApp,
) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "This list is empty.")
        await pilot.press("a")
        await type_text(pilot, "a@corp.com")
        await shows(pilot, "1 address will be added")
        await pilot.press("shift+tab")
        await type_text(pilot, "/none/legacy.csv")
        # To leave the line is enough.
        await pilot.press("tab")
        await shows(pilot, "What was typed is left aside", "there is no such file or folder")
        await lacks(pilot, "will be added")
        await pilot.press("shift+tab", *["backspace"] * 16, "enter")
        await shows(pilot, "1 address will be added as BOUNCE")
        await lacks(pilot, "no such file")


async def test_the_file_is_named_again_after_escape(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "legacy.jsonl"
    path.write_text('{"emailAddress":"a@corp.com","reason":"COMPLAINT"}\n')
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "This list is empty.")
        await pilot.press("a")
        await shows(pilot, "Add to a suppression list")
        await pilot.press("shift+tab")
        await type_text(pilot, path.name)
        # Before it is read.
        await pilot.press("escape")
        await lacks(pilot, "Add to a suppression list")
        await pilot.press("a")
        await shows(pilot, "legacy.jsonl", "1 address will be added as COMPLAINT")


async def test_keys_go_on_while_a_large_file_is_read_and_looked_up(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "legacy.csv"
    path.write_text("".join(f"user{number}@corp.com,COMPLAINT\n" for number in range(30_000)) + "nobody\n" * 150)
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "This list is empty.")
        await pilot.press("a")
        await shows(pilot, "Add to a suppression list")
        await pilot.press("shift+tab")
        await type_text(pilot, path.name)
        counting = asyncio.create_task(count())
        await pilot.press("enter")
        await shows(
            pilot,
            "30,000 addresses will be added as COMPLAINT",
            "150 not valid",
            "from user0@corp.com COMPLAINT to user29999@corp.com",
            "Type 30000 to confirm:",
        )
        counting.cancel()
        # At least one for each thousand rows that were looked up.
        assert turns > 30
        await pilot.press(*["pagedown"] * 30)
        await shows(pilot, "line 30,100: nobody", "… 50 more")


async def test_a_pasted_file_keeps_its_reasons(make_app: MakeApp, gateway: Gateway) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "This list is empty.")
        await pilot.press("a")
        await shows(pilot, "Add to a suppression list")
        pilot.app.post_message(events.Paste("a@corp.com,COMPLAINT\nb@corp.com\n"))
        await shows(pilot, "2 addresses will be added: 1 as BOUNCE, 1 as COMPLAINT")
        await pilot.press("tab", "tab", "tab", "tab", "enter")
        await shows(pilot, "2 added")
    assert await rows(gateway) == {"a@corp.com": Reason.COMPLAINT, "b@corp.com": Reason.BOUNCE}


async def test_what_left_the_list_since_it_was_loaded_can_be_added_again(make_app: MakeApp, gateway: Gateway) -> None:
    await gateway.put_suppressed_destination(ACCOUNT, "gone@corp.com", Reason.BOUNCE)
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "1 address")
        await gateway.delete_suppressed_destination(ACCOUNT, "gone@corp.com")
        await pilot.press("a")
        await type_text(pilot, "gone@corp.com")
        await shows(pilot, "1 address will be added")
        await pilot.press("tab", "tab", "tab", "tab", "enter")
        await shows(pilot, "1 added")
    assert await rows(gateway) == {"gone@corp.com": Reason.BOUNCE}


async def test_many_are_told_of_the_other_way(make_app: MakeApp, gateway: Gateway) -> None:
    async with make_app(ACCOUNT).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "0 addresses")
        await pilot.press("a")
        await shows(pilot, "Add to a suppression list")
        pilot.app.screen.query_one(TextArea).text = "\n".join(f"new{number}@corp.com" for number in range(1001))
        await shows(pilot, "1,001 addresses will be added", "or --via-s3, command line: 1 object, time undocumented")


async def test_ctrl_z_takes_back_what_was_typed_and_stops_nothing(make_app: MakeApp) -> None:
    async with make_app(ACCOUNT).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "0 addresses")
        await pilot.press("a")
        await type_text(pilot, "new@corp.com")
        await shows(pilot, "1 address will be added")
        await pilot.press("ctrl+z")
        await lacks(pilot, "new@corp.com")
