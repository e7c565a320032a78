"""`t`: what stands out of a list is two keys from the marked addresses, and all that is drawn is as it was counted."""

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from math import inf
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from sestui.domain.query import parse
from sestui.domain.suppression import Connection, Reason, SuppressedDestinationSummary, SuppressionList
from sestui.emulator import Conditions, Emulator, Rate, World
from sestui.services.cache import Cache, Choice, Key
from sestui.services.index import Index
from sestui.services.journal import Journal
from sestui.services.keeping import Keeping
from sestui.sesv2.gateway import Gateway
from sestui.settings import Settings
from sestui.ui.app import SestuiApp
from sestui.ui.screens.browse import BrowseScreen
from tests.conftest import MakeApp
from tests.serving import NOON, loop_clock
from tests.ui.screen import lacks, screen_text, shows, until

ACCOUNT, RETAIL = SuppressionList(), SuppressionList("acme-retail")
HOUR, DAY = 3600.0, 86_400.0
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
        await shows(pilot, "Far more than usual, here and on 1 other list", words, "as of 12:00")
        assert "kept" not in screen_text(pilot.app)
        await pilot.press("down")
        await shows(pilot, f"▸ {words}")
        assert await marked_by_two_keys(pilot) == expected
        await shows(pilot, "Suppression list: tenant acme-retail")


# What earlier sessions have kept


def keeping(folder: Path) -> Keeping:
    return Keeping(Cache(folder, loop_clock()), Choice.of(Connection("us-east-1"), {}))


def outage(many: int, ago: float = 2 * HOUR) -> list[SuppressedDestinationSummary]:
    """Return a list that is a year old, and that an outage of outlook.com has brought so many addresses."""
    rows = [SuppressedDestinationSummary(f"{it}@outlook.com", Reason.BOUNCE, NOON - ago) for it in range(many)]
    return [*rows, SuppressedDestinationSummary("old@corp.com", Reason.COMPLAINT, NOON - 365 * DAY)]


Rows = Sequence[SuppressedDestinationSummary]


@pytest.fixture
def keep(gateway: Gateway, tmp_path: Path) -> Callable[..., Awaitable[None]]:
    """Keep rows of a tenant's list, as an earlier session would have."""

    async def write(tenant: str | None, rows: Rows, *, ago: float = 22 * HOUR, known_since: float = -inf) -> None:
        index = Index()
        index.put(rows)
        key = Key.of(await gateway.identify(), SuppressionList(tenant))
        assert key is not None
        cache = Cache(tmp_path / "cache", loop_clock())
        await cache.write(key, index.batches(), read_at=NOON - ago, known_since=known_since)

    return write


Keep = Callable[..., Awaitable[None]]


async def test_a_list_of_an_earlier_session_is_told_with_its_age_and_opened(
    make_app: MakeApp, gateway: Gateway, tmp_path: Path
) -> None:
    expected = await matching(gateway, RETAIL, OUTAGE)
    cache = Cache(tmp_path / "cache", loop_clock())
    key = Key.of(await gateway.identify(), RETAIL)
    assert key is not None
    async with make_app(RETAIL, clock=loop_clock(), keeping=keeping(tmp_path / "cache")).run_test() as pilot:
        await shows(pilot, "1,000 addresses")
        while await cache.keys(key) != [key]:
            await pilot.pause(0.02)
    sizes = (((120, 40), "outlook.com, hotmail.com", "kept, as of"), ((80, 24), "outlook.com and 1 more", "kept"))
    for size, domains, note in sizes:
        app = make_app(clock=loop_clock(), keeping=keeping(tmp_path / "cache"))
        async with app.run_test(size=size) as pilot:
            await shows(pilot, "2,500 addresses")
            await pilot.press("t")
            words = f"tenant acme-retail: {domains}: {len(expected)} Sun 09:00 to"
            await shows(pilot, "▸ outlook.com, hotmail.com", words, f"{note} 12:00")
            await pilot.press("down")
            await shows(pilot, "▸ tenant acme-retail", "Domains, Sun 09:00 to 11:00")
            assert await marked_by_two_keys(pilot) == expected
            await shows(pilot, "Suppression list: tenant acme-retail")
            # From now on it is in memory.
            await pilot.press("t")
            await shows(pilot, "▸ outlook.com")
            assert "kept" not in screen_text(pilot.app)


async def test_of_many_kept_lists_the_strongest_come_first_and_the_rest_is_counted(
    make_app: MakeApp, keep: Keep, tmp_path: Path
) -> None:
    for number in range(12):
        await keep(f"calm-{number}", outage(3), ago=(number + 1) * HOUR)
    await keep("weak", outage(60, 30 * HOUR))
    await keep("strong", outage(600, 30 * HOUR), ago=25 * HOUR)
    await keep("new", outage(100, 30 * HOUR)[:-1])
    await keep("partial", outage(100, 30 * HOUR), known_since=NOON - 48 * HOUR)
    await keep("partly", outage(100, 30 * HOUR), known_since=NOON - 72 * HOUR)
    await keep("stale", outage(3), ago=50 * HOUR)
    async with make_app(clock=loop_clock(), keeping=keeping(tmp_path / "cache")).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "2,500 addresses")
        await pilot.press("t")
        await shows(
            pilot,
            "Far more than usual, here and on 3 other lists",
            "15 more lists: 12 nothing unusual as of 00:00, 1 too old, 2 incomplete or new",
        )
        told = [line.strip("│ ") for line in screen_text(pilot.app).splitlines() if "usual up to" in line]
        assert [re.sub(r" +", " ", line) for line in told[1:]] == [
            "tenant strong: outlook.com: 600 Sat 06:00 to 07:00, usual up to 0 an hour kept, as of Sat 11:00",
            "tenant partly: outlook.com: 100 Sat 06:00 to 07:00, usual up to 0 an hour kept, as of Sat 14:00",
            "tenant weak: outlook.com: 60 Sat 06:00 to 07:00, usual up to 0 an hour kept, as of Sat 14:00",
        ]


@pytest.mark.parametrize("world", [World(tenants=2, configuration_sets=0, addresses=0, tenant_addresses=0)])
async def test_a_spike_of_another_list_alone_does_not_take_the_focus(
    make_app: MakeApp, keep: Keep, tmp_path: Path
) -> None:
    await keep("acme-retail", outage(100))
    async with make_app(clock=loop_clock(), keeping=keeping(tmp_path / "cache")).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "This list is empty")
        await pilot.press("t")
        await shows(pilot, "Far more than usual, not here but on 1 other list", "▸ 48 hours", "kept, as of Sat 14:00")
        await pilot.press("shift+tab")
        await shows(pilot, "▸ tenant acme-retail: outlook.com: 100")
        await pilot.press("enter")
        # SES's list has nothing of it any more.
        await shows(pilot, "Suppression list: tenant acme-retail", "This list is empty")


async def test_the_list_of_a_tenant_that_is_gone_is_opened_and_says_so(
    make_app: MakeApp, keep: Keep, gateway: Gateway, tmp_path: Path
) -> None:
    await keep("gone", outage(100))
    async with make_app(clock=loop_clock(), keeping=keeping(tmp_path / "cache")).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "2,500 addresses")
        await pilot.press("t")
        await shows(pilot, "tenant gone: outlook.com: 100 Sun 10:00 to 11:00")
        await pilot.press("down", "enter")
        await shows(pilot, "Suppression list: tenant gone", "100 shown of 101 as of 2026-11-21 14:00")
        # Once where the list was to be read, once where SES was asked for what the filter lets through.
        await until(pilot, lambda: "tenant <gone> does not exist." in browse(pilot).status.notice)
        await shows(pilot, "The requested tenant <gone> does not exist. (ListSuppressedDestinations")
        await pilot.press("*")
        await shows(pilot, "marked 100")
        await pilot.press("d")
        await shows(pilot, "(GetSuppressedDestination: NotFoundException)")
        await pilot.press("escape", "1", "g", "enter")
        await shows(pilot, "2,500 addresses")
        key = Key.of(await gateway.identify(), SuppressionList("gone"))
        assert key is not None
        assert await Cache(tmp_path / "cache", loop_clock()).keys(key) == [key._replace(tenant_name=None)]


async def test_a_kept_spike_is_opened_by_who_looked_before_there_was_a_connection(
    keep: Keep, gateway: Gateway, tmp_path: Path
) -> None:
    await keep(None, outage(3))
    await keep("acme-retail", outage(100))
    choice = Choice.of(Connection("us-east-1"), {})
    await Cache(tmp_path / "cache", loop_clock()).remember(choice, await gateway.identify())
    answer = asyncio.get_running_loop().create_future()
    app = SestuiApp(
        lambda *_: answer,
        clock=loop_clock(),
        open_journal=lambda: Journal(tmp_path / "state", loop_clock()),
        state_folder=lambda: tmp_path / "state",
        keeping=lambda _: keeping(tmp_path / "cache"),
        settings=Settings(),
    )
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "old@corp.com")
        await pilot.press("t")
        await shows(pilot, "LastUpdateTime is counted")
        answer.set_result(gateway)
        # Once what SES has of the account's list is counted, its own spike takes the focus.
        await shows(pilot, "▸ outlook.com, hotmail.com", "tenant acme-retail: outlook.com: 100")
        await pilot.press("down", "enter")
        await shows(pilot, "Suppression list: tenant acme-retail")


async def test_trends_of_another_account_than_answers_now_go_away(
    make_app: MakeApp, emulator: Emulator, tmp_path: Path
) -> None:
    cache, other = Cache(tmp_path / "cache", loop_clock()), Connection("us-east-1", emulator.url, account="9" * 12)
    key, index = Key.of(other, ACCOUNT), Index()
    assert key is not None
    index.put(outage(100))
    await cache.write(key, index.batches(), read_at=NOON - HOUR, known_since=-inf)
    await cache.remember(Choice.of(Connection("us-east-1"), {}), other)
    emulator.conditions = Conditions(latency=1.0)
    async with make_app(clock=loop_clock(), keeping=keeping(tmp_path / "cache")).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "0@outlook.com")
        await pilot.press("t")
        await shows(pilot, "outlook.com: 100")
        await lacks(pilot, "LastUpdateTime is counted")
        await shows(pilot, "Those were the trends of another account: t counts this one's.", "2,500 addresses")
        await pilot.press("t")
        await shows(pilot, "▸ outlook.com, hotmail.com")


async def test_a_damaged_cache_is_said_once_and_costs_nothing_else(
    make_app: MakeApp, keep: Keep, tmp_path: Path
) -> None:
    await keep("good", outage(100), ago=3 * HOUR)
    await keep("bad", outage(100), ago=4 * HOUR)
    await keep("later", outage(100), ago=5 * HOUR)
    (path,) = (tmp_path / "cache").glob("lists/*.sqlite")
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE chunk SET sum = sum + 1 WHERE list = (SELECT id FROM list WHERE key LIKE '%bad%')")
    connection.close()
    async with make_app(clock=loop_clock(), keeping=keeping(tmp_path / "cache")).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "2,500 addresses")
        await pilot.press("t")
        await shows(pilot, "▸ outlook.com, hotmail.com", "tenant good: outlook.com: 100", "2 more lists: not readable")
        assert "tenant bad" not in screen_text(pilot.app)
        await pilot.press("escape", "E")
        await shows(
            pilot, "Errors of this session", "The cache was damaged (a part of a list is not as it was written)"
        )


async def test_without_a_cache_nothing_kept_is_told(make_app: MakeApp, keep: Keep) -> None:
    await keep("acme-retail", outage(100))
    async with make_app(clock=loop_clock(), keeping=Keeping()).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "2,500 addresses", "OnCall")
        await pilot.press("t")
        await shows(pilot, "▸ outlook.com, hotmail.com")
        await until(pilot, lambda: not any(it.group in ("count", "kept") for it in pilot.app.workers))
        assert "acme-retail" not in screen_text(pilot.app)
        assert "other list" not in screen_text(pilot.app)


# While a list loads


async def test_what_is_not_loaded_yet_is_said_and_counted_as_it_comes(make_app: MakeApp, emulator: Emulator) -> None:
    emulator.conditions = Conditions(rates=(Rate(0.1, 1.0, "ListSuppressedDestinations"),))
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
