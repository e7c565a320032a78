"""`f` and a paste: which lists hold an address, what that means for the mail, and what is done about it from there."""

from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from sestui.domain.suppression import Reason, SuppressionList
from sestui.emulator import Conditions, Emulator, World
from sestui.sesv2.gateway import Gateway
from sestui.settings import Settings
from sestui.ui.driver import TextInOneRead
from sestui.ui.screens.find import FindDialog
from tests.conftest import MakeApp
from tests.serving import faults, operations
from tests.ui.screen import lacks, screen_text, shows, type_text, until
from tests.ui.test_jobs import launched

ACCOUNT = SuppressionList()
RETAIL = SuppressionList("acme-retail")
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)])


@pytest.fixture
def world() -> World:
    return World(tenants=12, configuration_sets=16, addresses=0, tenant_addresses=0)


async def put(gateway: Gateway, which: SuppressionList, *addresses: str, reason: Reason = Reason.BOUNCE) -> None:
    for address in addresses:
        await gateway.put_suppressed_destination(which, address, reason)


async def on_list(gateway: Gateway, which: SuppressionList) -> set[str]:
    return {entry.address for entry in (await gateway.suppressed_destinations(which)).entries}


async def paste(pilot: Pilot[Any], text: str) -> None:
    pilot.app.post_message(events.Paste(text))
    await pilot.pause()


async def on_retail(pilot: Pilot[Any]) -> None:
    """Put the tree's cursor on acme-retail."""
    await shows(pilot, "acme-retail")
    await pilot.press("down", "down")
    await shows(pilot, "Tenant: acme-retail", "list of tenant acme-retail")


@SIZES
async def test_a_paste_finds_the_address_on_the_tenants_list_and_the_accounts(
    make_app: MakeApp, gateway: Gateway, size: tuple[int, int]
) -> None:
    await put(gateway, RETAIL, "alice@corp.com")
    async with make_app().run_test(size=size) as pilot:
        await on_retail(pilot)
        await paste(pilot, "to=<alice@corp.com>, status=bounced")
        await shows(pilot, "understood: alice@corp.com", "BLOCKED by alice@corp.com", "not under this spelling")
        text = screen_text(pilot.app)
        assert "▸ [x] acme-retail" in text
        assert "through retail-marketing, retail-receipts" in text


async def test_what_blocks_here_is_ticked_removed_and_seen_gone(make_app: MakeApp, gateway: Gateway) -> None:
    await put(gateway, RETAIL, "alice@corp.com", "Alice@corp.com")
    await put(gateway, ACCOUNT, "alice@corp.com")
    async with make_app().run_test(size=(100, 30)) as pilot:
        await on_retail(pilot)
        await paste(pilot, "alice@corp.com")
        await shows(pilot, "[x] acme-retail", "[ ] account's list", "Alice@corp.com", "retail-receipts")
        await pilot.press("d")
        await shows(pilot, "Remove     2 addresses", "From       the list of tenant acme-retail")
        await pilot.press("tab", "enter")
        await shows(pilot, "2 removed", "not under this spelling (3 tried)")
        assert await on_list(gateway, RETAIL) == set()
        assert await on_list(gateway, ACCOUNT) == {"alice@corp.com"}


async def test_f_asks_for_an_address_and_a_tenant(make_app: MakeApp, gateway: Gateway, emulator: Emulator) -> None:
    await put(gateway, RETAIL, "alice@corp.com")
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "acme-retail")
        await pilot.press("f")
        await shows(pilot, "Type or paste an address, then enter.")
        await pilot.press("enter")
        await shows(pilot, "Type or paste an address.")
        await type_text(pilot, "alice")
        await pilot.press("enter")
        await shows(pilot, "There is no address in this.", "not understood: alice, it has no @")
        await type_text(pilot, "@corp.com")
        await pilot.press("tab")
        await type_text(pilot, "acme-retail")
        emulator.requests.clear()
        await pilot.press("enter")
        await shows(pilot, "BLOCKED by alice@corp.com")
        # The account's list and the tenant's, as it was given, before anything else.
        first = [(it.operation, it.parameters.get("TenantName")) for it in emulator.requests[:2]]
        assert sorted(first, key=str) == [
            ("GetSuppressedDestination", "acme-retail"),
            ("GetSuppressedDestination", None),
        ]


async def test_a_stopped_tenant_is_said_first_though_no_list_has_the_address(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "gone-ltd")
        await pilot.press("f")
        await type_text(pilot, "nobody@corp.com")
        await pilot.press("tab")
        await type_text(pilot, "gone-ltd")
        await pilot.press("enter")
        await shows(pilot, "STOPPED before any", "sending is DISABLED")
        lines = screen_text(pilot.app).splitlines()
        title = next(number for number, line in enumerate(lines) if "What it means" in line)
        assert "STOPPED" in lines[title + 1]


async def test_what_is_ticked_can_be_chosen_by_hand(make_app: MakeApp, gateway: Gateway) -> None:
    await put(gateway, ACCOUNT, "alice@corp.com")
    async with make_app().run_test(size=(80, 24)) as pilot:
        await on_retail(pilot)
        await paste(pilot, "alice@corp.com")
        await shows(pilot, "[ ] account's list", "retail-receipts")
        await pilot.press("d")
        await shows(pilot, "No entry is ticked")
        await pilot.press("space")
        await shows(pilot, "There is no entry on this line.")
        await pilot.press("down", "space")
        await shows(pilot, "[x] account's list")
        await pilot.press("d")
        await shows(pilot, "Remove     1 address", "the list of the account")
        await pilot.press("escape")
        await lacks(pilot, "Remove     1 address")
        assert await on_list(gateway, ACCOUNT) == {"alice@corp.com"}


async def test_a_scan_finds_every_spelling_and_says_what_is_not_there(make_app: MakeApp, gateway: Gateway) -> None:
    await put(gateway, RETAIL, "aLiCe@corp.com", "bob@corp.com")
    async with make_app().run_test(size=(80, 24)) as pilot:
        await on_retail(pilot)
        await paste(pilot, "alice@corp.com")
        await shows(pilot, "not under this spelling (3 tried)")
        # The account's list was loaded by the app, and is empty.
        assert screen_text(pilot.app).count("not on this list (read") == 1
        await pilot.press("S")
        await shows(pilot, "was read whole: every spelling is known", "BLOCKED by aLiCe@corp.com")
        await paste(pilot, "carol@corp.com")
        await shows(pilot, "understood: carol@corp.com", "under any spelling")


async def test_other_tenants_are_asked_on_demand(make_app: MakeApp, gateway: Gateway) -> None:
    await put(gateway, SuppressionList("umber-energy"), "alice@corp.com", "bob@corp.com")
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "acme-retail")
        await paste(pilot, "alice@corp.com, bob@corp.com")
        await shows(pilot, "12 other tenants' lists were not asked")
        assert "umber-energy" not in screen_text(pilot.app)
        await pilot.press("o")
        await shows(pilot, "[ ] umber-energy")
        await until(pilot, lambda: "asking SES" not in screen_text(pilot.app))


async def test_enter_goes_to_the_list_and_a_adds_there(make_app: MakeApp, gateway: Gateway) -> None:
    await put(gateway, RETAIL, "alice@corp.com", "bob@corp.com")
    async with make_app().run_test(size=(80, 24)) as pilot:
        await on_retail(pilot)
        await paste(pilot, "alice@corp.com")
        await shows(pilot, "retail-receipts")
        await pilot.press("enter")
        await shows(pilot, "Suppression list: tenant acme-retail", "1 shown of 2", "alice@corp.com")
        await paste(pilot, "carol@corp.com")
        await shows(pilot, "retail-receipts")
        await pilot.press("a")
        await shows(pilot, "Add to a suppression list", "tenant acme-retail", "carol@corp.com")


async def test_what_was_found_goes_to_a_file(
    make_app: MakeApp, gateway: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    await put(gateway, ACCOUNT, "Alice@corp.com")
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "acme-retail")
        await paste(pilot, "alice@corp.com, bob@corp.com")
        await shows(pilot, "Alice@corp.com", "not on this list")
        await pilot.press("x")
        await shows(pilot, "Export to a file", "what was found", "1 address", "~/found-")
        await pilot.press("enter")
        await shows(pilot, "1 entry written to ~/found-")
        (file,) = tmp_path.glob("found-*.csv")  # noqa: ASYNC240 - a look, no wait
        assert file.read_text() == "Alice@corp.com,BOUNCE\n"


async def test_why_is_asked_when_it_is_wanted_and_not_before(
    make_app: MakeApp, gateway: Gateway, emulator: Emulator
) -> None:
    await put(gateway, ACCOUNT, "alice@corp.com")
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "acme-retail")
        await paste(pilot, "alice@corp.com")
        await shows(pilot, "by hand", "alice@corp.com was put there by hand: SES gives no message id")
        await pilot.press("w")
        await shows(pilot, "Why alice@corp.com", "no message id")
        assert "GetMessageInsights" not in operations(emulator)


@pytest.mark.parametrize("fault", ["503=1", "access-denied=1"])
async def test_what_can_not_be_asked_is_said(make_app: MakeApp, emulator: Emulator, fault: str) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await on_retail(pilot)
        emulator.conditions = faults(fault.replace("=", "@GetSuppressedDestination="))
        await paste(pilot, "alice@corp.com")
        await shows(pilot, "not asked: ", "tenant acme-retail was not asked: ", "r asks again")


async def test_nothing_that_is_pasted_runs_a_key(make_app: MakeApp, gateway: Gateway, emulator: Emulator) -> None:
    await put(gateway, ACCOUNT, "dylan@corp.com")
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "1 address")
        emulator.requests.clear()
        await paste(pilot, "dylan@corp.com")
        await shows(pilot, "understood: dylan@corp.com", "[x] account's list")
        # As a terminal without bracketed paste sends it.
        pilot.app.post_message(TextInOneRead("daemon@corp.com"))
        await shows(pilot, "understood: daemon@corp.com", "not under this spelling")
        assert not any(it.startswith(("Put", "Delete", "Create")) for it in operations(emulator))
        assert isinstance(pilot.app.screen, FindDialog)
        assert pilot.app.screen.query_one("#addresses", Input).value == "daemon@corp.com"


async def test_of_thousands_of_addresses_some_are_asked_and_more_on_demand(
    make_app: MakeApp, gateway: Gateway, emulator: Emulator
) -> None:
    await put(gateway, ACCOUNT, "user21@corp.com")
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "acme-retail", "1 address")
        emulator.requests.clear()
        await paste(pilot, "\n".join(f"user{number}@corp.com" for number in range(3000)))
        await shows(pilot, "user2@corp.com and 2,997 more;", "1 to 20 are asked, n asks the next")
        await until(pilot, lambda: "asking SES" not in screen_text(pilot.app))
        asked = {it.parameters.get("EmailAddress") for it in emulator.requests}
        assert {it.lower() for it in asked if it} == {f"user{number}@corp.com" for number in range(20)}
        await pilot.press("n")
        await shows(pilot, "21 to 40 are asked", "[x] account's list  user21@corp.com")


async def test_a_paste_of_several_lines_into_the_field_loses_none(make_app: MakeApp, gateway: Gateway) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "acme-retail")
        await pilot.press("f")
        await shows(pilot, "Type or paste an address, then enter.")
        await paste(pilot, "alice@corp.com\r\nbob@corp.com\n\ncarol@corp.com\n")
        await shows(pilot, "understood: alice@corp.com, bob@corp.com, carol@corp.com")


async def test_a_removal_that_ends_does_not_break_off_what_is_looked_for_since(
    make_app: MakeApp, gateway: Gateway, emulator: Emulator
) -> None:
    await put(gateway, ACCOUNT, "alice@corp.com")
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "acme-retail", "1 address")
        await paste(pilot, "alice@corp.com")
        await shows(pilot, "[x] account's list", "not under this spelling")
        await pilot.press("d")
        await shows(pilot, "Remove     1 address")
        emulator.conditions = Conditions(latency=0.3)
        await pilot.press("tab", "enter")
        await shows(pilot, "Removing 1 entry")
        await paste(pilot, "bob@corp.com")
        await shows(pilot, "1 removed")
        await shows(pilot, "bob@corp.com         not under this spelling")
        await lacks(pilot, "asking SES")


async def test_who_leaves_right_after_confirming_has_confirmed(
    make_app: MakeApp, gateway: Gateway, emulator: Emulator
) -> None:
    await put(gateway, RETAIL, "alice@corp.com")
    async with make_app().run_test(size=(80, 24)) as pilot:
        await on_retail(pilot)
        await paste(pilot, "alice@corp.com")
        await shows(pilot, "[x] acme-retail", "retail-receipts")
        # Whose list it is has to be asked before the job begins.
        emulator.conditions = Conditions(latency=0.5)
        await pilot.press("d")
        await shows(pilot, "Remove     1 address")
        await pilot.press("tab", "enter")
        await lacks(pilot, "Remove     1 address")
        await pilot.press("escape")
        await lacks(pilot, "understood")
        emulator.conditions = Conditions()
        await shows(pilot, "1 removed")
        assert await on_list(gateway, RETAIL) == set()


async def test_a_removal_that_runs_on_its_own_is_said_to(
    make_app: MakeApp, gateway: Gateway, emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    (tmp_path / "sestui").symlink_to(tmp_path / "state", target_is_directory=True)
    await put(gateway, ACCOUNT, "alice@corp.com")
    async with make_app(settings=Settings(job_in_app=0), launch=launched).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "acme-retail", "1 address")
        await paste(pilot, "alice@corp.com")
        await shows(pilot, "[x] account's list", "not under this spelling")
        emulator.conditions = Conditions(latency=0.3)
        await pilot.press("d")
        await shows(pilot, "Remove     1 address")
        await pilot.press("tab", "enter")
        await shows(pilot, "Job 1 goes on as a process of its own: J tells how far it is")
        while await on_list(gateway, ACCOUNT):
            await pilot.pause(0.05)
        await pilot.press("r")
        await lacks(pilot, "[x] account's list")
