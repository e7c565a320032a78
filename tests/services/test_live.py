"""A live list follows what others do to it, and says what it saw."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from sestui.domain.suppression import Reason, SuppressionList
from sestui.emulator import Conditions, Emulator, Quirks, World
from sestui.services.listing import LAG, Listing
from sestui.services.live import Live
from sestui.sesv2.gateway import Gateway
from tests.serving import faults, loop_clock, operations, quirks, serving
from tests.virtual_time import run

ACCOUNT = SuppressionList()
WORLD = World(tenants=0, configuration_sets=0, addresses=3500, tenant_addresses=0)
BOUNCE, COMPLAINT = Reason.BOUNCE, Reason.COMPLAINT


@asynccontextmanager
async def live_list(conditions: Conditions = Conditions()) -> AsyncIterator[tuple[Emulator, Gateway, Live]]:  # noqa: B008
    """A list that was read whole; the outage of its world is some days ago."""
    async with serving(WORLD, conditions) as (emulator, gateway):
        clock = loop_clock()
        await asyncio.sleep(5 * 86400)
        listing = Listing(gateway, ACCOUNT, clock)
        async for _ in listing.load():
            pass
        emulator.requests.clear()
        yield emulator, gateway, Live(gateway, listing, clock)


async def whole(gateway: Gateway) -> set[tuple[str, Reason]]:
    listing = Listing(gateway, ACCOUNT, loop_clock())
    async for _ in listing.load():
        pass
    return {(row.address, row.reason) for row in listing.index}


def test_what_came_is_told_once_and_stands_in_the_list() -> None:
    async def test() -> None:
        async with live_list() as (_, gateway, live):
            assert (await live.look()).came == ()
            await gateway.put_suppressed_destination(ACCOUNT, "new@corp.com", BOUNCE)
            known = next(iter(live.listing.index))
            await gateway.put_suppressed_destination(ACCOUNT, known.address, COMPLAINT)
            news = await live.look()
            assert {(row.address, row.reason) for row in news.came} == {
                ("new@corp.com", BOUNCE),
                (known.address, COMPLAINT),
            }
            assert all(live.listing.index.get(row.address) == row for row in news.came)
            assert (await live.look()).came == ()

    run(test())


def test_while_calls_are_limited_a_look_takes_two() -> None:
    async def test() -> None:
        async with live_list(Conditions(rates=())) as (emulator, _, live):
            emulator.conditions = faults("throttle@ListSuppressedDestinations=1")
            looking = asyncio.create_task(live.look())
            await asyncio.sleep(1)
            emulator.conditions = Conditions()
            await looking
            for _ in range(5):
                emulator.requests.clear()
                await live.look()
                assert operations(emulator) == ["ListSuppressedDestinations"] * 2

    run(test())


@pytest.mark.parametrize("order", ["ascending", "descending", "random"])
@pytest.mark.parametrize("bounds", ["inclusive", "exclusive"])
def test_what_others_remove_is_noticed_after_a_while(order: str, bounds: str) -> None:
    async def test() -> None:
        async with live_list(quirks(f"order={order}", f"date-bounds={bounds}")) as (_, gateway, live):
            rows = sorted(live.listing.index, key=lambda row: row.last_update)
            gone = {rows[place].address for place in (0, 1, 899, 900, 901, 1800, 2600, 3498, 3499)}
            for address in gone:
                await gateway.delete_suppressed_destination(ACCOUNT, address)
            left: list[str] = []
            for _ in range(5):
                left += [row.address for row in (await live.look()).left]
            assert sorted(left) == sorted(gone)
            assert {(row.address, row.reason) for row in live.listing.index} == await whole(gateway)

    run(test())


def test_what_we_removed_and_ses_added_again_is_known_as_such() -> None:
    async def test() -> None:
        async with live_list() as (_, gateway, live):
            row = next(iter(live.listing.index))
            await gateway.delete_suppressed_destination(ACCOUNT, row.address)
            live.listing.discard(row.address, removed=True)
            removed_at = live._clock()
            await asyncio.sleep(7200)
            assert (await live.look()).came == ()
            assert live.listing.back == {}
            await gateway.put_suppressed_destination(ACCOUNT, row.address, BOUNCE)
            assert [it.address for it in (await live.look()).came] == [row.address]
            assert live.listing.back == {row.address: pytest.approx(removed_at, abs=1)}

    run(test())


def test_where_ses_tells_changes_late_nothing_comes_back_and_nothing_is_taken_for_gone() -> None:
    async def test() -> None:
        async with live_list(Conditions(quirks=Quirks.parse(["read-lag=20"]))) as (_, gateway, live):
            listing = live.listing
            removed = next(iter(listing.index))
            await gateway.delete_suppressed_destination(ACCOUNT, removed.address)
            listing.discard(removed.address, removed=True)
            await gateway.put_suppressed_destination(ACCOUNT, "own@corp.com", BOUNCE)
            await asyncio.sleep(21)
            listing.put((await gateway.suppressed_destination(ACCOUNT, "own@corp.com")).summary)
            await gateway.put_suppressed_destination(ACCOUNT, "later@corp.com", BOUNCE)
            for _ in range(8):
                news = await live.look()
                assert {row.address for row in news.came} <= {"later@corp.com"}
                assert news.left == ()
                await asyncio.sleep(5)
            assert listing.index.get(removed.address) is None
            assert listing.index.get("own@corp.com") is not None
            assert listing.index.get("later@corp.com") is not None

    run(test())


def test_an_empty_list_is_followed_too() -> None:
    async def test() -> None:
        async with serving() as (_, gateway):
            listing = Listing(gateway, ACCOUNT, loop_clock())
            async for _ in listing.load():
                pass
            live = Live(gateway, listing, loop_clock())
            assert await live.look() == await live.look()
            await gateway.put_suppressed_destination(ACCOUNT, "first@corp.com", BOUNCE)
            assert [row.address for row in (await live.look()).came] == ["first@corp.com"]
            await asyncio.sleep(LAG + 1)
            await gateway.delete_suppressed_destination(ACCOUNT, "first@corp.com")
            assert [row.address for row in (await live.look()).left] == ["first@corp.com"]

    run(test())
