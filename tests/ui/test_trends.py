"""`t`: what stands out of a list is two keys from the marked addresses, and all that is drawn is as it was counted."""

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from textual.pilot import Pilot

from sestui.domain.query import parse
from sestui.domain.suppression import SuppressedDestinationSummary, SuppressionList
from sestui.emulator import Conditions, Emulator, Rate, World
from sestui.sesv2.gateway import Gateway
from sestui.ui.app import SestuiApp
from sestui.ui.screens.browse import BrowseScreen
from tests.conftest import MakeApp
from tests.serving import NOON, loop_clock
from tests.ui.screen import lacks, screen_text, shows, until

ACCOUNT, RETAIL = SuppressionList(), SuppressionList("acme-retail")
OUTAGE = "domain:outlook.com,hotmail.com since:2026-11-22T09:00 before:2026-11-22T11:00"


@pytest.fixture
def world() -> World:
    return World(seed=7, tenants=2, configuration_sets=0, addresses=2500, tenant_addresses=1500)


@pytest.fixture
async def emulator(world: World) -> AsyncIterator[Emulator]:
    """One whose world began at noon: the outage lasted from 09:00 to 10:30."""
    async with Emulator(world, clock=loop_clock()) as running:
        yield running


async def matching(gateway: Gateway, which: SuppressionList, words: str) -> set[str]:
    """Return what SES's list has that a filter lets through."""
    token, rows = None, list[SuppressedDestinationSummary]()
    while True:
        page = await gateway.suppressed_destinations(which, next_token=token)
        rows += page.entries
        if (token := page.next_token) is None:
            break
    query = parse(words, NOON)
    return {row.address for row in rows if query.matches(row)}


def browse(pilot: Pilot[Any]) -> BrowseScreen:
    app = pilot.app
    assert isinstance(app, SestuiApp)
    (screen,) = (it for it in app.screen_stack if isinstance(it, BrowseScreen))
    return screen


def lines(pilot: Pilot[Any]) -> Iterator[tuple[str, str]]:
    """Yield what is under a cursor, with its sign."""
    for line in screen_text(pilot.app).splitlines():
        yield from re.findall(r"(?:^|│) *([▸•]) (\S.*?)(?=  |│|$)", line)


async def marked_by_two_keys(pilot: Pilot[Any]) -> set[str]:
    await pilot.press("enter", "*")
    await shows(pilot, "· marked")
    listing = browse(pilot).list_pane.listing
    assert listing is not None
    return set(listing.index.marks)


async def test_the_outage_is_two_keys_from_the_marked_addresses(make_app: MakeApp, gateway: Gateway) -> None:
    expected = await matching(gateway, ACCOUNT, OUTAGE)
    async with make_app(clock=loop_clock()).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "2,500 addresses")
        await pilot.press("t")
        await shows(pilot, f"▸ outlook.com, hotmail.com: {len(expected)} Sun 09:00 to 11:00, usual up to")
        await shows(
            pilot, "Hours, UTC    █ BOUNCE ░ COMPLAINT", "Domains, Sun 09:00 to 11:00", "LastUpdateTime is counted"
        )
        assert await marked_by_two_keys(pilot) == expected
        assert browse(pilot).list_pane.filter_text == OUTAGE


async def test_a_bar_is_chosen_with_keys_and_becomes_the_filter(make_app: MakeApp, gateway: Gateway) -> None:
    words = "domain:hotmail.com since:2026-11-22T09:00 before:2026-11-22T10:00"
    expected = await matching(gateway, ACCOUNT, words)
    async with make_app(clock=loop_clock()).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "2,500 addresses")
        await pilot.press("t")
        await shows(pilot, "▸ outlook.com")
        await pilot.press("tab", *"jjjj")
        await shows(pilot, "▸ Sun 09:00", "Domains, Sun 09:00 to 10:00")
        await pilot.press("right", "j")
        await shows(pilot, "• Sun 09:00", "▸ hotmail.com")
        # No line has a sign but the one in focus and the one that was chosen.
        assert [sign for sign, _ in lines(pilot)] in (["•", "▸"], ["▸", "•"])
        assert re.search(rf"▸ hotmail\.com +█[█▏▎▍▌▋▊▉]* +{len(expected)} ", screen_text(pilot.app))
        assert await marked_by_two_keys(pilot) == expected
        assert browse(pilot).list_pane.filter_text == words
        await pilot.press("U", "t")
        await shows(pilot, "▸ outlook.com")
        await pilot.press("left", "down")
        await shows(pilot, "▸ Sun 2026-11-22", "Domains, since Sun 00:00")
        await pilot.press("escape")
        await lacks(pilot, "LastUpdateTime is counted")
        assert browse(pilot).list_pane.filter_text == words


async def test_another_list_in_memory_is_told_too_and_opened(make_app: MakeApp, gateway: Gateway) -> None:
    expected = await matching(gateway, RETAIL, OUTAGE)
    async with make_app(RETAIL, clock=loop_clock()).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "Tenants (2)", "1,000 addresses")
        await pilot.press("g", "enter")
        await shows(pilot, "2,500 addresses")
        await pilot.press("t")
        words = f"tenant acme-retail: outlook.com, hotmail.com: {len(expected)} Sun 09:00 to 11:00"
        await shows(pilot, words, "in memory besides: tenant acme-retail as of 12:00")
        await pilot.press("down")
        await shows(pilot, f"▸ {words}")
        assert await marked_by_two_keys(pilot) == expected
        await shows(pilot, "Suppression list: tenant acme-retail")


async def test_what_is_not_loaded_yet_is_said_and_counted_as_it_comes(make_app: MakeApp, emulator: Emulator) -> None:
    emulator.conditions = Conditions(rates=(Rate(1.0, 1.0, "ListSuppressedDestinations"),))
    async with make_app(clock=loop_clock()).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "1,000 loaded")
        await pilot.press("t")
        await shows(pilot, "… incomplete: 1,000 loaded", "No spike can be told", "0… ")
        emulator.conditions = Conditions()
        await shows(pilot, "▸ outlook.com, hotmail.com", "2,500 addresses")
        await lacks(pilot, "incomplete")
        sums = re.search(r"48 hours +([\d,]+) +░(\d+)", screen_text(pilot.app))
        assert sums is not None
        listing = browse(pilot).list_pane.listing
        assert listing is not None
        recent = [row for row in listing.index if row.last_update >= NOON - 47 * 3600]
        assert sum(int(it.replace(",", "")) for it in sums.groups()) == len(recent)


@pytest.mark.parametrize("world", [World(tenants=0, configuration_sets=0, addresses=0, tenant_addresses=0)])
async def test_of_an_empty_list_there_is_nothing_to_tell(make_app: MakeApp, gateway: Gateway) -> None:
    async with make_app(clock=loop_clock()).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "This list is empty")
        await pilot.press("t")
        await shows(pilot, "No spike", "▸ 48 hours", "1 day ")
        await until(pilot, lambda: pilot.app.focused is not None and pilot.app.focused.id == "hours")
        await pilot.press("enter")
        await lacks(pilot, "LastUpdateTime is counted")
        assert browse(pilot).list_pane.filter_text == "since:2026-11-20T13:00"
