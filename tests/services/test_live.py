"""A live list follows what others do to it, and says what it saw."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from sestui.domain.errors import SestuiError
from sestui.domain.suppression import Reason, SuppressedDestinationSummary, SuppressionList
from sestui.emulator import Conditions, Emulator, Quirks, Rate, World
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


async def load(listing: Listing) -> None:
    async for _ in listing.load():
        pass


async def read(gateway: Gateway, clock: Callable[[], float]) -> dict[str, SuppressedDestinationSummary]:
    listing = Listing(gateway, ACCOUNT, clock)
    await load(listing)
    return {row.address: row for row in listing.index}


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
            # Missing at one look, and not among what came by the next.
            assert (await live.look()).left == ()
            assert [row.address for row in (await live.look()).left] == ["first@corp.com"]

    run(test())


def test_a_row_that_is_replaced_during_a_look_is_not_taken_for_gone() -> None:
    async def test() -> None:
        async with serving(WORLD, Conditions(rates=(Rate(1.0, operation="ListSuppressedDestinations"),))) as (
            emulator,
            gateway,
        ):
            clock = loop_clock()
            await asyncio.sleep(5 * 86400)
            listing = Listing(gateway, ACCOUNT, clock)
            await load(listing)
            row = sorted(listing.index, key=lambda it: -it.last_update)[1300]
            live = Live(gateway, listing, clock)
            await live.look()
            await asyncio.sleep(30)
            emulator.requests.clear()
            looking = asyncio.create_task(live.look())
            await asyncio.sleep(0.5)
            assert [it.status for it in emulator.requests] == [200]
            await gateway.put_suppressed_destination(ACCOUNT, row.address, COMPLAINT)
            news = await looking
            assert news.left == ()
            assert listing.index.get(row.address) is not None

    run(test())


def test_of_two_reasons_the_later_counts_in_a_live_list_too() -> None:
    async def test() -> None:
        async with serving(WORLD, quirks("reasons-per-address=two")) as (_, gateway):
            clock = loop_clock()
            before = await read(gateway, clock)
            await asyncio.sleep(3600)
            rows = sorted(before.values(), key=lambda it: it.last_update)[::100]
            for row in rows:
                other = COMPLAINT if row.reason is BOUNCE else BOUNCE
                await gateway.put_suppressed_destination(ACCOUNT, row.address, other)
            listing = Listing(gateway, ACCOUNT, clock)
            await load(listing)
            assert [row for row in rows if listing.index.get(row.address) == row] == []
            live = Live(gateway, listing, clock)
            await asyncio.sleep(600)
            for _ in range(3):
                await live.look()
                assert [row for row in rows if listing.index.get(row.address) == row] == []

    run(test())


def test_what_we_removed_is_not_told_as_added_again_by_a_late_page() -> None:
    """Others had replaced the row since it was read, so a page from before the removal has a date we don't know."""

    async def test() -> None:
        async with serving(WORLD, Conditions(quirks=Quirks.parse(["read-lag=5"]))) as (_, gateway):
            clock = loop_clock()
            await asyncio.sleep(5 * 86400)
            listing = Listing(gateway, ACCOUNT, clock)
            await load(listing)
            address = next(iter(listing.index)).address
            await gateway.put_suppressed_destination(ACCOUNT, address, COMPLAINT)
            await asyncio.sleep(10)
            # As a removal of more than 100 does, which asks for none of them again.
            await gateway.delete_suppressed_destination(ACCOUNT, address)
            listing.discard(address, removed=True)
            await Live(gateway, listing, clock).look()
            assert listing.back == {}
            assert listing.index.get(address) is None

    run(test())


def test_what_is_removed_of_thousands_of_the_same_second_is_noticed() -> None:
    async def test() -> None:
        async with serving() as (_, gateway):
            clock = loop_clock()
            for number in range(1500):
                await gateway.put_suppressed_destination(ACCOUNT, f"a{number}@corp.com", BOUNCE)
            await asyncio.sleep(3600)
            listing = Listing(gateway, ACCOUNT, clock)
            await load(listing)
            live = Live(gateway, listing, clock)
            for number in range(0, 1500, 100):
                await gateway.delete_suppressed_destination(ACCOUNT, f"a{number}@corp.com")
            for _ in range(10):
                await live.look()
            assert {row.address for row in listing.index} == set(await read(gateway, clock))

    run(test())


def test_after_rows_of_our_own_that_a_fast_clock_dated_what_comes_is_still_told() -> None:
    """An addition of more than 100 dates its rows by this machine's clock."""

    async def test() -> None:
        async with serving(WORLD) as (_, gateway):
            ses = loop_clock()

            def clock() -> float:
                return ses() + 200.0

            await asyncio.sleep(5 * 86400)
            listing = Listing(gateway, ACCOUNT, clock)
            await load(listing)
            live = Live(gateway, listing, clock)
            await live.look()
            await gateway.put_suppressed_destination(ACCOUNT, "own@corp.com", BOUNCE)
            listing.put(SuppressedDestinationSummary("own@corp.com", BOUNCE, clock()))
            await asyncio.sleep(30)
            await gateway.put_suppressed_destination(ACCOUNT, "others@corp.com", BOUNCE)
            await asyncio.sleep(30)
            came = [row.address for row in (await live.look()).came]
            assert "others@corp.com" in came

    run(test())


def test_what_came_is_told_although_the_look_for_what_is_gone_fails() -> None:
    async def test() -> None:
        async with serving(WORLD) as (emulator, gateway):
            clock = loop_clock()
            await asyncio.sleep(5 * 86400)
            listing = Listing(gateway, ACCOUNT, clock)
            await load(listing)
            live = Live(gateway, listing, clock)
            await gateway.put_suppressed_destination(ACCOUNT, "new@corp.com", BOUNCE)
            emulator.requests.clear()
            looking = asyncio.create_task(live.look())
            while not emulator.requests:  # noqa: ASYNC110 - between two calls there is nothing to wait for
                await asyncio.sleep(0)
            emulator.conditions = faults("access-denied=1")
            with pytest.raises(SestuiError):
                await looking
            emulator.conditions = Conditions()
            assert [row.address for row in (await live.look()).came] == ["new@corp.com"]

    run(test())


def test_what_we_added_ourselves_is_not_told_as_having_come() -> None:
    """An addition of more than 100 is not asked about afterwards: its rows have this machine's time, not SES's."""

    async def test() -> None:
        async with serving(WORLD) as (_, gateway):
            clock = loop_clock()
            await asyncio.sleep(5 * 86400)
            listing = Listing(gateway, ACCOUNT, clock)
            await load(listing)
            live = Live(gateway, listing, clock)
            await live.look()
            for number in range(101):
                await gateway.put_suppressed_destination(ACCOUNT, f"own{number}@corp.com", BOUNCE)
                await asyncio.sleep(0.05)
                listing.put(SuppressedDestinationSummary(f"own{number}@corp.com", BOUNCE, clock()))
            assert (await live.look()).came == ()

    run(test())
