"""Lists on the screen over time: as they were last time, while they load, left and come back to, and live."""

import time
from collections.abc import Mapping
from math import inf
from pathlib import Path

import pytest
from rich.console import RenderableType
from textual.pilot import Pilot
from textual.screen import Screen

from sestui.domain.suppression import Connection, Reason, SuppressedDestinationSummary, SuppressionList
from sestui.emulator import Conditions, Emulator, Rate, World
from sestui.services.cache import Cache, Choice, Key
from sestui.services.index import Index
from sestui.services.keeping import Keeping
from sestui.sesv2.gateway import Gateway
from sestui.settings import Settings
from tests.conftest import MakeApp
from tests.serving import faults
from tests.ui.screen import lacks, screen_text, shows, until

ACCOUNT = SuppressionList()
LIST = "ListSuppressedDestinations"
WORLD = World(seed=7, tenants=3, configuration_sets=3, addresses=12_500, tenant_addresses=3000)
EVERY_SECOND = Settings(live_interval=1)
pytestmark = pytest.mark.parametrize("world", [WORLD])


def keeping(folder: Path) -> Keeping:
    return Keeping(Cache(folder, time.time), Choice.of(Connection("us-east-1"), {}))


def calls(emulator: Emulator) -> list[Mapping[str, object]]:
    return [request.parameters for request in emulator.requests if request.operation == LIST]


async def kept(pilot: Pilot[None], folder: Path, rows: int = 12_500) -> None:
    """Wait until the account's list is in the cache, whole and so long."""
    cache, choice = Cache(folder, time.time), Choice.of(Connection("us-east-1"), {})
    found = 0
    while found != rows:
        await pilot.pause(0.05)
        connection = await cache.last(choice)
        key = None if connection is None else Key.of(connection, ACCOUNT)
        if key is not None:
            async with cache.read(key) as list_kept:
                if list_kept is not None and list_kept.known_since == -inf:
                    found = sum([len(columns) async for columns in list_kept])


# Kept


async def test_a_list_stands_there_at_once_as_it_was_last_time(
    make_app: MakeApp, emulator: Emulator, tmp_path: Path
) -> None:
    async with make_app(keeping=keeping(tmp_path / "cache")).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "12,500 addresses")
        await kept(pilot, tmp_path / "cache")
    emulator.conditions = faults(f"timeout@{LIST}=1")
    async with make_app(keeping=keeping(tmp_path / "cache")).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "12,500 as of 20", "reading again")
        emulator.conditions = Conditions()


async def test_the_first_frame_has_the_rows_that_are_kept(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with make_app(keeping=keeping(tmp_path / "cache")).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "12,500 addresses")
        await kept(pilot, tmp_path / "cache")
        address = pilot.app.screen.query_one("#destinations").cursor_address  # type: ignore[attr-defined]
    app = make_app(keeping=keeping(tmp_path / "cache"))
    display, frames = app._display, list[str]()

    def displayed(screen: Screen[object], renderable: RenderableType | None) -> None:
        if renderable is not None and not frames:
            frames.append(screen_text(app))
        display(screen, renderable)

    monkeypatch.setattr(app, "_display", displayed)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "12,500 addresses")
    assert address in frames[0]


async def test_what_is_kept_gives_way_to_what_ses_tells(
    make_app: MakeApp, emulator: Emulator, gateway: Gateway, tmp_path: Path
) -> None:
    async with make_app(keeping=keeping(tmp_path / "cache")).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "12,500 addresses")
        await kept(pilot, tmp_path / "cache")
        address = pilot.app.screen.query_one("#destinations").cursor_address  # type: ignore[attr-defined]
    await gateway.delete_suppressed_destination(ACCOUNT, address)
    await gateway.put_suppressed_destination(ACCOUNT, "newer@corp.com", Reason.BOUNCE)
    async with make_app(keeping=keeping(tmp_path / "cache")).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "12,500 addresses", "newer@corp.com")
        assert address not in screen_text(pilot.app)


async def test_what_we_remove_is_gone_from_what_is_kept_too(
    make_app: MakeApp, emulator: Emulator, tmp_path: Path
) -> None:
    async with make_app(keeping=keeping(tmp_path / "cache")).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "12,500 addresses")
        await kept(pilot, tmp_path / "cache")
        await pilot.press("2", "d")
        await shows(pilot, "Remove")
        await pilot.press("tab", "enter")
        await shows(pilot, "12,499 addresses", "1 removed")
        await kept(pilot, tmp_path / "cache", 12_499)
    emulator.conditions = faults(f"timeout@{LIST}=1")
    async with make_app(keeping=keeping(tmp_path / "cache")).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "12,499 as of 20")
        emulator.conditions = Conditions()


async def test_rows_of_another_account_are_thrown_away_as_soon_as_sts_has_told(
    make_app: MakeApp, tmp_path: Path
) -> None:
    cache, other = Cache(tmp_path / "cache", time.time), Connection("us-east-1", account="9" * 12)
    index = Index()
    index.put([SuppressedDestinationSummary("other@corp.com", Reason.BOUNCE, time.time())])
    await cache.remember(Choice.of(Connection("us-east-1"), {}), other)
    key = Key.of(other, ACCOUNT)
    assert key is not None
    await cache.write(key, index.batches(), read_at=time.time(), known_since=-inf)
    async with make_app(keeping=keeping(tmp_path / "cache")).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "12,500 addresses")
        assert "other@corp.com" not in screen_text(pilot.app)
        await pilot.press("2", "slash", *"other@corp")
        await shows(pilot, "0 shown of 12,500 addresses")


async def test_rows_of_another_account_are_not_kept_as_ones_own(
    make_app: MakeApp, emulator: Emulator, tmp_path: Path
) -> None:
    cache, other = Cache(tmp_path / "cache", time.time), Connection("us-east-1", account="9" * 12)
    index = Index()
    index.put([SuppressedDestinationSummary("other@corp.com", Reason.BOUNCE, time.time())])
    choice = Choice.of(Connection("us-east-1"), {})
    await cache.remember(choice, other)
    key = Key.of(other, ACCOUNT)
    assert key is not None
    await cache.write(key, index.batches(), read_at=time.time(), known_since=-inf)
    # So slow that the list is not whole when STS has told.
    emulator.conditions = Conditions(rates=(Rate(1.0, 1.0, LIST),))
    async with make_app(keeping=keeping(tmp_path / "cache")).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "OnCall", "more coming")
        await until(pilot, lambda: len(calls(emulator)) > 5, "some pages came")
    connection = await cache.last(choice)
    assert connection is not None
    ours = Key.of(connection, ACCOUNT)
    assert ours is not None
    assert ours != key
    async with cache.read(ours) as found:
        rows = [] if found is None else [row.address async for columns in found for row in columns]
    assert "other@corp.com" not in rows


async def test_a_cache_that_cannot_be_used_is_said_once_and_costs_nothing_else(
    make_app: MakeApp, tmp_path: Path
) -> None:
    (tmp_path / "cache").write_text("in the way", encoding="utf-8")
    async with make_app(keeping=keeping(tmp_path / "cache")).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "12,500 addresses")
        await pilot.press("E")
        await shows(pilot, "Errors of this session", "Not a directory")
        # Once there, once on the line at the bottom.
        assert screen_text(pilot.app).count("Not a directory") <= 2


# Left and come back to


async def test_a_list_that_is_left_is_not_read_further_and_goes_on_when_one_comes_back(
    make_app: MakeApp, emulator: Emulator
) -> None:
    emulator.conditions = Conditions(rates=(Rate(4.0, 4.0, LIST),))
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "loaded", "more coming", "acme-retail")
        await pilot.press("down", "down", "down", "enter")
        await shows(pilot, "Suppression list: tenant ")
        await until(pilot, lambda: "addresses" in screen_text(pilot.app), "the tenant's list is whole")
        emulator.conditions = Conditions()
        before = [it for it in calls(emulator) if "TenantName" not in it]
        await pilot.press("1", "home", "enter")
        await shows(pilot, "12,500 addresses")
        after = [it for it in calls(emulator) if "TenantName" not in it][len(before) :]
        # Asked for again is at most what was under way.
        assert len([it for it in after if it in before]) <= 4
        asked = len(calls(emulator))
        await pilot.press("1", "down", "down", "down", "enter")
        await shows(pilot, "Suppression list: tenant ")
        await pilot.press("1", "home", "enter")
        await shows(pilot, "12,500 addresses")
        assert len(calls(emulator)) == asked


# Filters that SES can be asked for


async def test_ses_is_asked_for_what_a_filter_narrows_a_list_to_that_is_not_loaded(
    make_app: MakeApp, emulator: Emulator
) -> None:
    emulator.conditions = Conditions(rates=(Rate(1.0, 1.0, LIST),))
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "loaded", "more coming")
        await pilot.press("2", "slash", *"reason:complaint before:2026-01-01")
        await shows(pilot, "all there are for reason: before:")
        assert any(it.get("Reasons") == ["COMPLAINT"] and it.get("EndDate") for it in calls(emulator))
        emulator.conditions = Conditions()
        await shows(pilot, "of 12,500 addresses")
        await lacks(pilot, "all there are for")


# Live


async def test_a_live_list_shows_what_comes_and_goes_and_the_cursor_stays_on_its_address(
    make_app: MakeApp, gateway: Gateway
) -> None:
    async with make_app(settings=EVERY_SECOND).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "12,500 addresses")
        await pilot.press("2", "down", "down", "L")
        await shows(pilot, "Suppression list: account · live")
        table = pilot.app.screen.query_one("#destinations")
        cursor = table.cursor_address  # type: ignore[attr-defined]
        await gateway.put_suppressed_destination(ACCOUNT, "arrived@corp.com", Reason.BOUNCE)
        await shows(pilot, "12,501 addresses", "1 came since")
        assert table.cursor_address == cursor  # type: ignore[attr-defined]
        await pilot.press("g")
        await shows(pilot, "arrived@corp.com")
        await pilot.press("L")
        await lacks(pilot, "· live")


async def test_what_is_marked_by_star_excludes_what_arrives(make_app: MakeApp, gateway: Gateway) -> None:
    async with make_app(settings=EVERY_SECOND).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "12,500 addresses")
        await pilot.press("2", "space", "L")
        await gateway.put_suppressed_destination(ACCOUNT, "arrived@corp.com", Reason.BOUNCE)
        await shows(pilot, "1 came since", "marked 1")


async def test_a_live_list_rests_when_nobody_is_there_and_says_so(make_app: MakeApp, emulator: Emulator) -> None:
    now = time.time()
    async with make_app(settings=EVERY_SECOND, clock=lambda: now).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "12,500 addresses")
        await pilot.press("2", "L")
        await shows(pilot, "· live")
        now += 31 * 60
        await shows(pilot, "No key for 30 minutes: the list is no longer live. L goes on.")
        await lacks(pilot, "· live")
        await pilot.press("L")
        await shows(pilot, "· live")


async def test_an_address_that_we_removed_and_ses_added_again_is_told(make_app: MakeApp, gateway: Gateway) -> None:
    async with make_app(settings=EVERY_SECOND).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "12,500 addresses")
        await pilot.press("2", "L")
        address = pilot.app.screen.query_one("#destinations").cursor_address  # type: ignore[attr-defined]
        await pilot.press("d")
        await shows(pilot, "Remove")
        await pilot.press("tab", "enter")
        await shows(pilot, "12,499 addresses")
        await gateway.put_suppressed_destination(ACCOUNT, address, Reason.BOUNCE)
        await shows(pilot, f"{address}: removed", "ago, back since")
        await pilot.press("g", "enter")
        await shows(pilot, "Removed here", "and added again since")


# What a review found


async def test_r_while_a_removal_of_many_is_planned_does_not_end_the_app(make_app: MakeApp, emulator: Emulator) -> None:
    now = time.time()
    async with make_app(clock=lambda: now).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "12,500 addresses")
        await pilot.press("2", *["space"] * 101)
        await shows(pilot, "marked 101")
        now += 301
        emulator.conditions = Conditions(latency=0.3)
        await pilot.press("d")
        await shows(pilot, "Asking SES about 101 addresses")
        await pilot.press("r")
        await shows(pilot, "Remove from a suppression list")


async def test_while_sts_has_not_told_nothing_is_kept_as_another_accounts(
    make_app: MakeApp, emulator: Emulator, tmp_path: Path
) -> None:
    """The same profile name led to another account last time, and STS can't be reached."""
    cache, other = Cache(tmp_path / "cache", time.time), Connection("us-east-1", account="9" * 12)
    await cache.remember(Choice.of(Connection("us-east-1"), {}), other)
    key = Key.of(other, ACCOUNT)
    assert key is not None
    emulator.conditions = faults("access-denied@GetCallerIdentity=1")
    async with make_app(keeping=keeping(tmp_path / "cache")).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "12,500 addresses", "account not known")
        # Reading it again would keep it again.
        asked = len(calls(emulator))
        await pilot.press("r")
        await until(pilot, lambda: len(calls(emulator)) > asked + 12, "it is read again")
        await shows(pilot, "12,500 addresses")
    async with cache.read(key) as found:
        assert found is None


async def test_leaving_a_list_while_it_is_recalled_does_not_cost_what_is_kept(
    make_app: MakeApp, emulator: Emulator, tmp_path: Path
) -> None:
    async with make_app(keeping=keeping(tmp_path / "cache")).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "12,500 addresses")
        await kept(pilot, tmp_path / "cache")
    emulator.conditions = Conditions(rates=(Rate(1.0, 1.0, LIST),))
    tenant = SuppressionList("acme-retail")
    async with make_app(tenant, keeping=keeping(tmp_path / "cache")).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "Suppression list: tenant acme-retail", "loaded", "OnCall", "beta-corp")
        await pilot.press("1", "home", "enter", "1", "down", "down", "enter")
        await shows(pilot, "Suppression list: tenant acme-retail")
        await kept(pilot, tmp_path / "cache")


async def test_enter_on_a_configuration_set_that_cannot_be_read_leaves_the_list_loading(
    make_app: MakeApp, emulator: Emulator
) -> None:
    denied = faults("access-denied@GetConfigurationSet=1").faults
    emulator.conditions = Conditions(rates=(Rate(2.0, 1.0, LIST),), faults=denied)
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "loaded", "more coming", "Configuration sets (3)")
        await pilot.press("1", "end", "space", "down", "enter")
        await shows(pilot, "GetConfigurationSet is denied", "more coming")
        emulator.conditions = Conditions()
        await shows(pilot, "12,500 addresses")
