"""Comparing two lists and copying from one to the other: true counts, a true plan, and only that is added."""

import re
import time
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Button

from sestui.domain.job import Kind, Outcome
from sestui.domain.suppression import Reason, SuppressionList
from sestui.emulator import Conditions, Emulator, Fault, World
from sestui.services.journal import Journal
from sestui.sesv2.gateway import Gateway
from tests.conftest import MakeApp
from tests.ui.screen import lacks, screen_text, shows, type_text, until

ACCOUNT, SHOP = SuppressionList(), SuppressionList("shop")
BOUNCE, COMPLAINT = Reason.BOUNCE, Reason.COMPLAINT
ON_ACCOUNT = {
    "alice@corp.com": BOUNCE,
    "angry@corp.com": COMPLAINT,
    "Dora@corp.com": BOUNCE,
    "bob@mail.example": BOUNCE,
    "carol@mail.example": BOUNCE,
    "same@corp.com": BOUNCE,
    "other@corp.com": BOUNCE,
}
ON_SHOP = {
    "same@corp.com": BOUNCE,
    "other@corp.com": COMPLAINT,
    "dora@corp.com": BOUNCE,
    "eve@shop.example": COMPLAINT,
}
SANDBOX = World(tenants=0, configuration_sets=0, addresses=0, tenant_addresses=0, sandbox=True)


@pytest.fixture
async def lists(gateway: Gateway) -> None:
    """The account's list, and that of the tenant shop; another tenant has an empty one."""
    await gateway.changes.create_tenant("shop")
    await gateway.changes.create_tenant("blog")
    for which, rows in ((ACCOUNT, ON_ACCOUNT), (SHOP, ON_SHOP)):
        for address, reason in rows.items():
            await gateway.put_suppressed_destination(which, address, reason)


async def on_list(gateway: Gateway, which: SuppressionList) -> dict[str, Reason]:
    return {entry.address: entry.reason for entry in (await gateway.suppressed_destinations(which)).entries}


def puts(emulator: Emulator) -> int:
    return sum(request.operation == "PutSuppressedDestination" for request in emulator.requests)


def focused(pilot: Pilot[Any]) -> str | None:
    return pilot.app.focused.id if pilot.app.focused is not None else None


async def choose(pilot: Pilot[Any], command: str, other: str) -> None:
    """Run a command of the palette and name the other list."""
    await pilot.press("colon")
    await shows(pilot, "Search for commands")
    await type_text(pilot, command[:8])
    await shows(pilot, command)
    # It has no key, and no empty brackets where others have theirs.
    assert f"{command} (" not in screen_text(pilot.app)
    await pilot.press("enter")
    await shows(pilot, "press Enter")
    await until(pilot, lambda: focused(pilot) == "other", "the other list's name in focus")
    await type_text(pilot, other)
    await pilot.press("enter")


def counts(pilot: Pilot[Any]) -> dict[str, str]:
    """The groups' counts as they stand on the screen."""
    found = re.findall(
        r"(only here|only there|on both|with another reason) +([\d,]+(?: of [\d,]+)?)", screen_text(pilot.app)
    )
    return dict(found)


# Comparing


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.usefixtures("lists")
async def test_each_group_is_counted_and_listed(make_app: MakeApp, emulator: Emulator, size: tuple[int, int]) -> None:
    async with make_app().run_test(size=size) as pilot:
        await shows(pilot, "7 addresses", "shop default")
        before = puts(emulator)
        await choose(pilot, "Compare lists", "shop")
        await shows(pilot, "4 addresses, read", "alice@corp.com", "1 of these is there in other case")
        assert counts(pilot) == {"only here": "5", "only there": "2", "on both": "2", "with another reason": "1"}
        await pilot.press("tab", "down", "space")
        await shows(pilot, "eve@shop.example", "dora@corp.com")
        await lacks(pilot, "alice@corp.com")
        await pilot.press("down", "space")
        await shows(pilot, "same@corp.com")
        await pilot.press("down", "space")
        await shows(pilot, "other@corp.com", "BOUNCE here, COMPLAINT there")
        await lacks(pilot, "same@corp.com")
        assert puts(emulator) == before


@pytest.mark.usefixtures("lists")
async def test_a_filter_narrows_every_group(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "7 addresses", "shop default")
        await choose(pilot, "Compare lists", "shop")
        await shows(pilot, "4 addresses, read")
        await until(pilot, lambda: focused(pilot) == "filter", "the filter in focus")
        await type_text(pilot, "domain:corp.com reason:bounce since:2m")
        await until(pilot, lambda: counts(pilot).get("only here") == "2 of 5", "2 of 5 only here")
        assert counts(pilot) == {
            "only here": "2 of 5",
            "only there": "1 of 2",
            "on both": "2 of 2",
            "with another reason": "1 of 1",
        }
        assert re.search(r"since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d", screen_text(pilot.app))
        await type_text(pilot, " reason:spam")
        await shows(pilot, "reason:spam is not a reason")


@pytest.mark.usefixtures("lists")
async def test_an_empty_list_holds_nothing_and_all_is_only_here(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "7 addresses", "blog default")
        await choose(pilot, "Compare lists", "blog")
        await shows(pilot, "0 addresses, read")
        await until(pilot, lambda: counts(pilot), "counts")
        assert counts(pilot) == {"only here": "7", "only there": "0", "on both": "0", "with another reason": "0"}
        await pilot.press("tab", "down", "space")
        await shows(pilot, "None.")


@pytest.mark.usefixtures("lists")
async def test_a_tenants_list_is_compared_with_the_accounts_where_nothing_is_typed(make_app: MakeApp) -> None:
    async with make_app(SHOP).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "4 addresses", "shop default")
        await choose(pilot, "Compare lists", "")
        await shows(pilot, "7 addresses, read", "eve@shop.example")
        assert counts(pilot) == {"only here": "2", "only there": "5", "on both": "2", "with another reason": "1"}


@pytest.mark.usefixtures("lists")
async def test_an_unknown_tenant_is_told_and_nothing_that_was_typed_is_lost(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "7 addresses", "shop default")
        await choose(pilot, "Compare lists", "sho")
        await shows(pilot, "The requested tenant <sho> does not exist", "There are shop", "7 addresses, read")
        await until(pilot, lambda: focused(pilot) == "other", "the name in focus again")
        # What is suggested is taken with the right arrow.
        await type_text(pilot, "p")
        await pilot.press("enter")
        await shows(pilot, "4 addresses, read", "alice@corp.com")
        await pilot.press("escape")
        await shows(pilot, "7 addresses", "Suppression list: account")


@pytest.mark.usefixtures("lists")
async def test_a_suggestion_is_taken_with_the_right_arrow(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "Tenants (2)", "7 addresses")
        await choose(pilot, "Compare lists", "account")
        await shows(pilot, "That is the open list: the account's.")
        for _ in "account":
            await pilot.press("backspace")
        await type_text(pilot, "SH")
        await shows(pilot, "SHop")
        await pilot.press("right", "enter")
        await shows(pilot, "4 addresses, read", "alice@corp.com")


@pytest.mark.usefixtures("lists")
async def test_a_list_that_cannot_be_read_is_told(make_app: MakeApp, emulator: Emulator) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "7 addresses", "shop default")
        emulator.conditions = Conditions(faults=(Fault.parse("access-denied@ListSuppressedDestinations=1"),))
        await choose(pilot, "Compare lists", "shop")
        await shows(pilot, "AccessDeniedException")
        assert counts(pilot) == {}


@pytest.mark.parametrize("world", [World(tenants=2, configuration_sets=0, addresses=4000, tenant_addresses=3000)])
async def test_progress_is_counted_while_lists_load_and_escape_breaks_it_off(
    make_app: MakeApp, emulator: Emulator
) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "4,000 addresses", "Tenants (2)")
        emulator.conditions = Conditions(latency=0.5)
        await choose(pilot, "Compare lists", "acme-retail")
        await shows(pilot, "reading … 1,000 so far")
        await pilot.press("escape")
        await shows(pilot, "Suppression list: account", "4,000 addresses")
        asked = len(emulator.requests)
        emulator.conditions = Conditions()
        await choose(pilot, "Compare lists", "beta-corp")
        await until(pilot, lambda: counts(pilot), "counts")
        # What was broken off is not read on behind the new one's back: two pages at most were under way.
        assert [it.operation for it in emulator.requests[asked:]].count("ListSuppressedDestinations") <= 3


# Copying


@pytest.mark.usefixtures("lists")
async def test_what_the_other_list_lacks_is_added_with_its_own_reasons(
    make_app: MakeApp, gateway: Gateway, emulator: Emulator, tmp_path: Path
) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "7 addresses", "shop default", "role OnCall")
        before = puts(emulator)
        await choose(pilot, "Copy entries", "shop")
        await shows(pilot, "5 addresses")
        await type_text(pilot, "domain:corp.com")
        await shows(
            pilot,
            "3 addresses",
            "the list of tenant shop",
            "123456789012 · us-east-1",
            "the list of the account: 5 of 7 match the filter",
            "1 there already with the same reason",
            "1 there with another reason, which stays as it is",
            "1 there in other letter case",
            "2 BOUNCE · 1 COMPLAINT: each keeps its own",
            "at most 12 s, at 1 call a second",
            "alice@corp.com  BOUNCE",
        )
        await pilot.press("tab", "tab")
        await type_text(pilot, "OPS-7")
        await pilot.press("tab")
        await until(pilot, lambda: focused(pilot) == "cancel", "Cancel in focus")
        await pilot.press("tab", "enter")
        await shows(pilot, "list of tenant shop: 3 added.", "Suppression list: account")
        assert puts(emulator) == before + 3
        await pilot.press("J")
        await shows(pilot, "copied from the list of the account: OPS-7")
    expected = ON_SHOP | {"alice@corp.com": BOUNCE, "angry@corp.com": COMPLAINT, "Dora@corp.com": BOUNCE}
    assert await on_list(gateway, SHOP) == expected
    assert await on_list(gateway, ACCOUNT) == ON_ACCOUNT
    journal = Journal(tmp_path / "state", time.time)
    (job,) = journal.jobs("OPS-7")
    assert (job.kind, job.lists, job.counts) == (Kind.ADD, (SHOP,), {Outcome.ADDED: 3})
    assert {it.entry.address: it.entry.wanted for it in journal.entries(job.id)} == {
        address: expected[address] for address in ("alice@corp.com", "angry@corp.com", "Dora@corp.com")
    }
    journal.close()


@pytest.mark.usefixtures("lists")
async def test_the_other_direction_adds_to_the_open_list_and_shows_it(make_app: MakeApp, gateway: Gateway) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "7 addresses", "shop default")
        await choose(pilot, "Copy entries", "shop")
        await shows(pilot, "the list of the account: 7 addresses")
        await pilot.press("tab", "right", "space")
        await shows(pilot, "2 addresses", "the list of tenant shop: 4 addresses", "eve@shop.example")
        await pilot.press("tab", "tab", "tab", "enter")
        await shows(pilot, "2 added", "9 addresses", "eve@shop.example")
    assert await on_list(gateway, ACCOUNT) == ON_ACCOUNT | {"eve@shop.example": COMPLAINT, "dora@corp.com": BOUNCE}
    assert await on_list(gateway, SHOP) == ON_SHOP


@pytest.mark.usefixtures("lists")
async def test_comparing_leads_on_to_copying_with_what_was_typed(make_app: MakeApp, emulator: Emulator) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "7 addresses", "shop default")
        await choose(pilot, "Compare lists", "shop")
        await shows(pilot, "4 addresses, read")
        await type_text(pilot, "alice")
        await until(pilot, lambda: counts(pilot).get("only here") == "1 of 5", "1 of 5 only here")
        asked = len(emulator.requests)
        await pilot.press("tab", "tab", "tab", "enter")
        await shows(pilot, "Copy entries to another suppression list", "1 of 7 match the filter", "alice@corp.com")
        assert len(emulator.requests) == asked
        await pilot.press("escape")
        await shows(pilot, "Suppression list: account")
        assert len(emulator.requests) == asked


@pytest.mark.usefixtures("lists")
async def test_more_than_a_hundred_take_the_typed_count(make_app: MakeApp, gateway: Gateway) -> None:
    for number in range(101):
        await gateway.put_suppressed_destination(ACCOUNT, f"user{number}@many.example", BOUNCE)
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "108 addresses", "shop default")
        await choose(pilot, "Copy entries", "shop")
        await shows(pilot, "106 addresses", "Type 106 to confirm:", "at most 2 min")
        await type_text(pilot, "many")
        await shows(pilot, "101 addresses", "Type 101 to confirm:", "… 97 more …")
        confirm = pilot.app.screen.query_one("#confirm", Button)
        assert confirm.disabled
        await pilot.press("tab", "tab", "tab", "tab")
        await type_text(pilot, "106")
        await pilot.pause()
        assert confirm.disabled
        for _ in "106":
            await pilot.press("backspace")
        await type_text(pilot, "101")
        await pilot.press("enter")
        await until(pilot, lambda: focused(pilot) == "confirm", "Copy in focus")
        assert await on_list(gateway, SHOP) == ON_SHOP
        await pilot.press("enter")
        await shows(pilot, "101 added")
    assert len(await on_list(gateway, SHOP)) == len(ON_SHOP) + 101


@pytest.mark.usefixtures("lists")
@pytest.mark.parametrize("typed", ["since:2", "nobody-at-all"])
async def test_nothing_is_copied_by_a_filter_that_cannot_be_read_or_finds_nothing(
    make_app: MakeApp, emulator: Emulator, typed: str
) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "7 addresses", "shop default")
        before = puts(emulator)
        await choose(pilot, "Copy entries", "shop")
        await shows(pilot, "5 addresses")
        assert not pilot.app.screen.query_one("#confirm", Button).disabled
        await type_text(pilot, typed)
        await shows(pilot, "since:2 is no time" if typed == "since:2" else "0 of 7 match the filter")
        assert pilot.app.screen.query_one("#confirm", Button).disabled
        await pilot.press("tab", "tab", "tab", "tab", "enter")
        await pilot.pause()
        assert puts(emulator) == before


@pytest.mark.usefixtures("lists")
async def test_another_name_takes_the_plan_of_the_former_away(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "7 addresses", "shop default")
        await choose(pilot, "Copy entries", "shop")
        await shows(pilot, "5 addresses")
        await pilot.press("shift+tab")
        await type_text(pilot, "s")
        await lacks(pilot, "5 addresses")
        assert pilot.app.screen.query_one("#confirm", Button).disabled


@pytest.mark.usefixtures("lists")
async def test_no_printable_key_confirms(make_app: MakeApp, emulator: Emulator) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "7 addresses", "shop default")
        before = puts(emulator)
        await choose(pilot, "Copy entries", "shop")
        await shows(pilot, "5 addresses")
        await pilot.press("tab", "tab", "tab", "tab")
        await until(pilot, lambda: focused(pilot) == "confirm", "Copy in focus")
        await type_text(pilot, "yYcCoO05 ")
        await shows(pilot, "Copy entries to another suppression list")
        assert puts(emulator) == before


@pytest.mark.usefixtures("lists")
async def test_what_came_to_the_other_list_since_is_left_alone(make_app: MakeApp, gateway: Gateway) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "7 addresses", "shop default")
        await choose(pilot, "Copy entries", "shop")
        await shows(pilot, "5 addresses")
        await gateway.put_suppressed_destination(SHOP, "alice@corp.com", COMPLAINT)
        await gateway.put_suppressed_destination(SHOP, "bob@mail.example", BOUNCE)
        await pilot.press("tab", "tab", "tab", "tab", "enter")
        await shows(pilot, "3 added", "1 was there already", "1 left alone: there with another reason")
    assert (await on_list(gateway, SHOP))["alice@corp.com"] == COMPLAINT


@pytest.mark.usefixtures("lists")
async def test_copying_an_empty_list_adds_nothing(make_app: MakeApp) -> None:
    async with make_app(SuppressionList("blog")).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "This list is empty.", "blog default")
        await choose(pilot, "Copy entries", "shop")
        await shows(pilot, "the list of tenant blog: 0 addresses", "the list of tenant shop")
        assert pilot.app.screen.query_one("#confirm", Button).disabled


@pytest.mark.parametrize("world", [SANDBOX])
async def test_a_sandbox_account_is_told_and_nothing_can_be_copied(
    make_app: MakeApp, gateway: Gateway, emulator: Emulator
) -> None:
    await gateway.changes.create_tenant("shop")
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "This list is empty.", "Production access", "shop default")
        await choose(pilot, "Copy entries", "shop")
        await shows(pilot, "SES refuses additions in a sandbox account")
        assert pilot.app.screen.query_one("#confirm", Button).disabled


@pytest.mark.usefixtures("lists")
async def test_while_a_job_runs_lists_can_be_compared_and_more_be_planned(
    make_app: MakeApp, emulator: Emulator
) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "7 addresses", "shop default", "Production access")
        await choose(pilot, "Copy entries", "shop")
        await shows(pilot, "5 addresses")
        # Three calls one after the other: long enough for a busy machine to press the keys of two commands in.
        emulator.conditions = Conditions(latency=3.0)
        await pilot.press("tab", "tab", "tab", "tab", "enter")
        await shows(pilot, "Adding 0 of 5", "J shows more")
        await choose(pilot, "Compare lists", "blog")
        await shows(pilot, "reading …")
        emulator.conditions = Conditions()
        await shows(pilot, "0 addresses, read", "alice@corp.com")
        await pilot.press("escape")
        await shows(pilot, "5 added")
