"""A list comes whole whatever SES's undocumented habits are, and stays usable while it is read again."""

import asyncio
from collections.abc import Mapping
from contextlib import aclosing, suppress
from math import inf
from random import Random

import pytest

from sestui.domain.errors import AccessDenied, InvalidNextToken, NotFound, TenantNotFound
from sestui.domain.priority import Priority
from sestui.domain.suppression import Reason, SuppressedDestinationSummary, SuppressionList
from sestui.emulator import Conditions, Quirks, Rate, World
from sestui.services.listing import ASK_UP_TO, FRESH_FOR, LAG, Listing
from sestui.services.live import Live
from sestui.sesv2.gateway import Gateway
from tests.serving import NOON, faults, loop_clock, operations, quirks, serving
from tests.virtual_time import run

ACCOUNT = SuppressionList()
PAGE = "ListSuppressedDestinations"
ONE = Rate(1.0)
WORLD = World(tenants=2, configuration_sets=0, addresses=3500, tenant_addresses=1800)
BOUNCE, COMPLAINT = Reason.BOUNCE, Reason.COMPLAINT


async def whole(gateway: Gateway, which: SuppressionList = ACCOUNT) -> dict[str, Reason]:
    """Read a list straight from the gateway."""
    token, rows = None, []
    while True:
        page = await gateway.suppressed_destinations(which, next_token=token)
        rows += page.entries
        if (token := page.next_token) is None:
            return {row.address: row.reason for row in rows}


async def load(listing: Listing) -> list[SuppressedDestinationSummary]:
    return [row async for page in listing.load() for row in page]


def window(parameters: Mapping[str, object]) -> tuple[object, object]:
    return parameters.get("StartDate"), parameters.get("EndDate")


def held(listing: Listing) -> dict[str, Reason]:
    return {row.address: row.reason for row in listing.index}


@pytest.mark.parametrize("tenant", [None, "acme-retail"])
@pytest.mark.parametrize("order", ["ascending", "descending", "random"])
@pytest.mark.parametrize("bounds", ["inclusive", "exclusive"])
async def test_a_list_is_loaded_whole_and_in_pages(tenant: str | None, order: str, bounds: str) -> None:
    async with serving(WORLD, quirks(f"order={order}", f"date-bounds={bounds}")) as (emulator, gateway):
        listing = Listing(gateway, SuppressionList(tenant), loop_clock())
        assert (listing.complete, listing.age, listing.whole_since) == (False, 0.0, inf)
        emulator.requests.clear()
        pages = [page async for page in listing.load()]
        assert operations(emulator) == [PAGE] * len(pages)
        told = [row.address for page in pages for row in page]
        assert len(set(told)) == len(told)
        assert held(listing) == await whole(gateway, listing.which)
        assert list(held(listing)) == told
        assert (listing.complete, listing.loading, listing.whole_since) == (True, False, -inf)


async def test_a_list_of_one_page_takes_one_call() -> None:
    async with serving(World(tenants=0, configuration_sets=0, addresses=1000, tenant_addresses=0)) as (
        emulator,
        gateway,
    ):
        listing = Listing(gateway, ACCOUNT, loop_clock())
        assert len(await load(listing)) == 1000
        assert operations(emulator) == [PAGE]


async def test_what_is_loaded_can_be_used_before_the_rest_is_there() -> None:
    async with serving(WORLD) as (_, gateway):
        listing = Listing(gateway, ACCOUNT, loop_clock())
        pages = listing.load()
        first = await anext(pages)
        assert listing.index.get(first[0].address) == first[0]
        assert (len(listing.index), listing.complete, listing.loading) == (1000, False, True)
        async for _ in pages:
            assert len(listing.index) <= 3500
        assert (len(listing.index), listing.complete, listing.loading) == (3500, True, False)


async def test_an_empty_list_is_complete(gateway: Gateway) -> None:
    listing = Listing(gateway, ACCOUNT, loop_clock())
    assert await load(listing) == []
    assert listing.complete


async def test_two_reasons_for_one_address_are_one_row_the_later_one() -> None:
    async with serving(conditions=quirks("reasons-per-address=two")) as (_, gateway):
        for reason in (BOUNCE, COMPLAINT):
            await gateway.put_suppressed_destination(ACCOUNT, "a@corp.com", reason)
            await asyncio.sleep(0.002)
        assert len((await gateway.suppressed_destinations(ACCOUNT)).entries) == 2
        listing = Listing(gateway, ACCOUNT, loop_clock())
        assert len(await load(listing)) == 1
        assert held(listing) == {"a@corp.com": COMPLAINT}


# Tokens


@pytest.mark.parametrize("order", ["ascending", "descending", "random"])
def test_a_token_outdated_on_the_way_begins_its_window_anew_and_ends_complete(order: str) -> None:
    async def test() -> None:
        quirky = Quirks.parse(["token-life=10", f"order={order}"])
        async with serving(WORLD, Conditions(rates=(ONE,), quirks=quirky)) as (emulator, gateway):
            listing = Listing(gateway, ACCOUNT, loop_clock())
            told: list[str] = []
            rested = False
            async for page in listing.load():
                told += [row.address for row in page]
                if len(told) > 3000 and not rested:
                    rested = True
                    await asyncio.sleep(11)
            requests = list(emulator.requests)
            assert len(set(told)) == len(told) == 3500
            assert held(listing) == await whole(gateway)
            outdated = [window(it.parameters) for it in requests if it.error == "InvalidNextTokenException"]
            answered = [it.parameters for it in requests if it.status == 200]
            begun = [window(it) for it in answered if "NextToken" not in it]
            # Its window is begun a second time, no other is.
            assert outdated == [it for it in set(begun) if begun.count(it) == 2] != []

    run(test())


def test_what_vanishes_before_a_second_beginning_is_not_kept() -> None:
    async def test() -> None:
        async with serving(WORLD, Conditions(rates=(ONE,), quirks=Quirks.parse(["token-life=10"]))) as (_, gateway):
            listing = Listing(gateway, ACCOUNT, loop_clock())
            async with aclosing(listing.load()) as pages:
                page = await anext(pages)
                await anext(pages)
            gone = page[0].address
            await gateway.delete_suppressed_destination(ACCOUNT, gone)
            await asyncio.sleep(11)
            await load(listing)
            assert listing.index.get(gone) is None
            assert held(listing) == await whole(gateway)

    run(test())


def test_tokens_that_are_never_good_end_in_the_error_and_not_in_a_loop() -> None:
    async def test() -> None:
        async with serving(WORLD, Conditions(rates=(ONE,), quirks=Quirks.parse(["token-life=0.5"]))) as (
            emulator,
            gateway,
        ):
            listing = Listing(gateway, ACCOUNT, loop_clock())
            with pytest.raises(InvalidNextToken):
                await load(listing)
            assert len(emulator.requests) <= 20
            assert (listing.complete, listing.loading) == (False, False)

            emulator.conditions = Conditions()
            await load(listing)
            assert held(listing) == await whole(gateway)

    run(test())


# Left and gone on with


@pytest.mark.parametrize("pages_before", [1, 2, 5])
def test_a_list_that_is_left_is_gone_on_with_where_that_was(pages_before: int) -> None:
    async def test() -> None:
        async with serving(WORLD, Conditions(rates=(ONE,))) as (emulator, gateway):
            listing = Listing(gateway, ACCOUNT, loop_clock())
            async with aclosing(listing.load()) as pages:
                for _ in range(pages_before):
                    await anext(pages)
            size = len(listing.index)
            assert (listing.loading, listing.complete) == (False, False)
            asked = len(emulator.requests)
            await asyncio.sleep(600)
            # Nothing is asked while it is left but what was under way.
            assert len(emulator.requests) <= asked + 1
            assert len(listing.index) == size
            await load(listing)
            assert held(listing) == await whole(gateway)
            done = [request.parameters for request in emulator.requests if request.status == 200][:-7]
            assert len(done) <= 14

    run(test())


async def test_a_reading_that_is_cancelled_leaves_nothing_running_behind() -> None:
    async with serving(WORLD, Conditions(latency=0.05)) as (emulator, gateway):
        listing = Listing(gateway, ACCOUNT, loop_clock())
        some = asyncio.Event()

        async def read() -> None:
            async for _ in listing.load():
                if len(listing.index) > 2000:
                    some.set()

        reading = asyncio.create_task(read())
        await some.wait()
        reading.cancel()
        with suppress(asyncio.CancelledError):
            await reading
        assert not listing.loading
        asked = len(emulator.requests)
        await load(listing)
        assert held(listing) == await whole(gateway)
        assert len(emulator.requests) > asked


# At one request a second


def test_at_one_request_a_second_nothing_is_wasted() -> None:
    async def test() -> None:
        world = World(tenants=0, configuration_sets=0, addresses=68_311, tenant_addresses=0)
        async with serving(world, Conditions(rates=(ONE,), latency=0.05)) as (emulator, gateway):
            listing = Listing(gateway, ACCOUNT, loop_clock())
            assert len(await load(listing)) == 68_311
            assert len(emulator.requests) <= 76

    run(test())


def test_the_newest_day_is_there_after_two_calls_and_then_older_ones_one_after_another() -> None:
    async def test() -> None:
        async with serving(WORLD, Conditions(rates=(ONE,))) as (emulator, gateway):
            clock = loop_clock()
            # The outage of the emulator's world is no longer of the newest day.
            await asyncio.sleep(30 * 3600)
            for number in range(30):
                await gateway.put_suppressed_destination(ACCOUNT, f"new{number}@corp.com", BOUNCE)
            await asyncio.sleep(100)
            emulator.requests.clear()
            listing = Listing(gateway, ACCOUNT, clock)
            since = [listing.whole_since async for _ in listing.load()]
            assert held(listing) == await whole(gateway)
            assert since == sorted(since, reverse=True)
            assert since[0] == inf
            assert since[1] <= clock() - 86300

    run(test())


# Change while loading


@pytest.mark.parametrize("order", ["ascending", "descending", "random"])
@pytest.mark.parametrize("seed", range(4))
def test_a_list_that_is_written_to_while_it_loads_ends_right(order: str, seed: int) -> None:
    """All that is on the list at the end is there as it is; beyond that at most what left after its page came."""

    async def test() -> None:
        random = Random(seed)
        rate = (Rate(2.0, operation=PAGE),)
        async with serving(WORLD, Conditions(0.05, rate, quirks=Quirks.parse([f"order={order}"]))) as (_, gateway):
            clock = loop_clock()
            listing = Listing(gateway, ACCOUNT, clock)
            addresses = list(await whole(gateway))
            removed: set[str] = set()

            async def write() -> None:
                while True:
                    address = random.choice(addresses)
                    match random.randrange(3):
                        case 0:
                            await gateway.put_suppressed_destination(ACCOUNT, f"new{random.random()}@corp.com", BOUNCE)
                        case 1:
                            await gateway.put_suppressed_destination(
                                ACCOUNT, address, random.choice([BOUNCE, COMPLAINT])
                            )
                        case _:
                            # Before the call: it may be carried out though nobody waits for its answer any more.
                            removed.add(address)
                            with suppress(NotFound):
                                await gateway.delete_suppressed_destination(ACCOUNT, address)

            writing = asyncio.create_task(write())
            await load(listing)
            writing.cancel()
            with suppress(asyncio.CancelledError):
                await writing
            truth = await whole(gateway)
            late = set(truth) - set(held(listing))
            # What was written after the last page was asked for can't be there.
            for address in late:
                assert (await gateway.suppressed_destination(ACCOUNT, address)).last_update > clock() - 60
            assert set(held(listing)) - set(truth) <= removed

            live = Live(gateway, listing, clock)
            await asyncio.sleep(LAG + 1)
            for _ in range(5):
                await live.look()
            assert held(listing) == await whole(gateway)

    run(test())


async def test_reading_again_keeps_rows_usable_and_drops_what_vanished() -> None:
    async with serving(WORLD) as (_, gateway):
        listing = Listing(gateway, ACCOUNT, loop_clock())
        rows = await load(listing)
        gone, changed = rows[0].address, rows[1]
        await gateway.delete_suppressed_destination(ACCOUNT, gone)
        other = COMPLAINT if changed.reason is BOUNCE else BOUNCE
        await gateway.put_suppressed_destination(ACCOUNT, changed.address, other)
        await gateway.put_suppressed_destination(ACCOUNT, "new@corp.com", BOUNCE)

        new = []
        async for page in listing.load():
            new += page
            if not listing.complete:
                assert len(listing.index) >= 3500
                assert listing.index.get(gone) is not None
                assert listing.read_again is not None
        assert [row.address for row in new] == ["new@corp.com"]
        assert held(listing) == await whole(gateway)
        assert listing.index.get(gone) is None
        assert held(listing)[changed.address] is other


async def test_a_row_of_ones_own_that_came_during_a_reading_survives_it() -> None:
    async with serving(WORLD, quirks("order=descending")) as (_, gateway):
        clock = loop_clock()
        listing = Listing(gateway, ACCOUNT, clock)
        await load(listing)
        pages = listing.load()
        await anext(pages)
        await gateway.put_suppressed_destination(ACCOUNT, "own@corp.com", BOUNCE)
        listing.put(SuppressedDestinationSummary("own@corp.com", BOUNCE, clock()))
        async for _ in pages:
            pass
        assert held(listing) == await whole(gateway)


async def test_a_reading_that_fails_leaves_what_was_there() -> None:
    async with serving(WORLD) as (emulator, gateway):
        listing = Listing(gateway, ACCOUNT, loop_clock())
        await load(listing)
        emulator.conditions = faults("access-denied=1")
        with pytest.raises(AccessDenied):
            await load(listing)
        assert len(listing.index) == 3500
        assert not listing.loading
        emulator.conditions = Conditions()
        await load(listing)
        assert listing.complete


async def test_a_tenant_that_is_not_there_is_told(gateway: Gateway) -> None:
    with pytest.raises(TenantNotFound, match="nobody"):
        await load(Listing(gateway, SuppressionList("nobody"), loop_clock()))


# Freshness


def test_rows_of_the_last_five_minutes_are_fresh_enough() -> None:
    async def test() -> None:
        async with serving(WORLD) as (emulator, gateway):
            listing = Listing(gateway, ACCOUNT, loop_clock())
            rows = await load(listing)
            emulator.requests.clear()
            await asyncio.sleep(FRESH_FOR - 1)
            assert await listing.freshen([row.address for row in rows]) == pytest.approx(FRESH_FOR - 1, abs=0.5)
            assert not emulator.requests

    run(test())


def test_a_few_older_rows_are_asked_for_one_by_one() -> None:
    async def test() -> None:
        async with serving(WORLD) as (emulator, gateway):
            listing = Listing(gateway, ACCOUNT, loop_clock())
            rows = await load(listing)
            gone, changed, *same = rows[:ASK_UP_TO]
            await gateway.delete_suppressed_destination(ACCOUNT, gone.address)
            other = COMPLAINT if changed.reason is BOUNCE else BOUNCE
            await gateway.put_suppressed_destination(ACCOUNT, changed.address, other)
            await asyncio.sleep(FRESH_FOR + 1)
            emulator.requests.clear()
            assert await listing.freshen([row.address for row in rows[:ASK_UP_TO]]) == 0.0
            assert operations(emulator) == ["GetSuppressedDestination"] * ASK_UP_TO
            assert listing.index.get(gone.address) is None
            assert held(listing)[changed.address] is other
            assert [listing.index.get(row.address) for row in same] == same
            assert len(listing.index) == 3499

    run(test())


def test_many_older_rows_are_refreshed_by_reading_the_list_again() -> None:
    async def test() -> None:
        async with serving(WORLD) as (emulator, gateway):
            listing = Listing(gateway, ACCOUNT, loop_clock())
            rows = await load(listing)
            await gateway.delete_suppressed_destination(ACCOUNT, rows[0].address)
            await asyncio.sleep(FRESH_FOR + 1)
            emulator.requests.clear()
            assert await listing.freshen([row.address for row in rows[: ASK_UP_TO + 1]]) < 5
            assert set(operations(emulator)) == {PAGE}
            assert listing.index.get(rows[0].address) is None

    run(test())


def test_the_age_is_that_of_the_oldest_page() -> None:
    async def test() -> None:
        async with serving(WORLD) as (_, gateway):
            listing = Listing(gateway, ACCOUNT, loop_clock())
            calls = 0
            async for _ in listing.load():
                await asyncio.sleep(10)
                calls += 1
            assert listing.age == pytest.approx(10 * calls, abs=0.5)
            async with aclosing(listing.load()) as again:
                await anext(again)
                assert listing.age >= 10 * calls
                async for _ in again:
                    pass
            assert listing.age < 1
            assert listing.read_at == pytest.approx(NOON + 10 * calls, abs=0.6)

    run(test())


def test_a_tenant_deleted_meanwhile_is_told_and_not_taken_for_an_empty_list() -> None:
    async def test() -> None:
        async with serving(WORLD) as (_, gateway):
            listing = Listing(gateway, SuppressionList("acme-retail"), loop_clock())
            rows = await load(listing)
            await asyncio.sleep(FRESH_FOR + 1)
            await gateway._sesv2.answer("DeleteTenant", {"TenantName": "acme-retail"}, Priority.PERSON)
            with pytest.raises(NotFound) as caught:
                await listing.freshen([rows[0].address])
            assert type(caught.value) is TenantNotFound
            assert listing.index.get(rows[0].address) is not None

    run(test())


# What a review found


def test_two_readers_of_one_list_at_once_do_not_break_each_other() -> None:
    """`d` with more than 100 marks on an old list reads it again without a dialog; `r` or Enter then reads it too."""

    async def test() -> None:
        async with serving(WORLD, Conditions(latency=0.05)) as (_, gateway):
            listing = Listing(gateway, ACCOUNT, loop_clock())
            await load(listing)
            await asyncio.sleep(301)
            marked = [row.address for row in listing.index][:101]
            plan = asyncio.create_task(listing.freshen(marked))
            await asyncio.sleep(0.07)
            await asyncio.gather(load(listing), plan)

    run(test())


def test_a_row_once_told_as_gone_by_a_late_read_comes_back_when_the_list_is_read_again() -> None:
    async def test() -> None:
        async with serving(WORLD, Conditions(quirks=Quirks.parse(["read-lag=2"]))) as (emulator, gateway):
            listing = Listing(gateway, ACCOUNT, loop_clock())
            await load(listing)
            await asyncio.sleep(400)
            await gateway.put_suppressed_destination(ACCOUNT, "new@corp.com", BOUNCE)
            await asyncio.sleep(3)
            await Live(gateway, listing, loop_clock()).look()
            assert listing.index.get("new@corp.com") is not None
            # The replica that answers the plan's question is ten seconds behind the one that listed.
            emulator.conditions = Conditions(quirks=Quirks.parse(["read-lag=10"]))
            await listing.freshen(["new@corp.com"])
            await asyncio.sleep(600)
            await load(listing)
            assert "new@corp.com" in await whole(gateway)
            assert listing.complete
            assert listing.index.get("new@corp.com") is not None

    run(test())


def test_of_two_reasons_the_later_counts_in_a_list_read_in_parts_too() -> None:
    async def test() -> None:
        world = World(tenants=0, configuration_sets=0, addresses=40_000, tenant_addresses=0)
        conditions = Conditions(0.05, quirks=Quirks.parse(["reasons-per-address=two", "order=random"]))
        async with serving(world, conditions) as (emulator, gateway):
            clock = loop_clock()
            before = Listing(gateway, ACCOUNT, clock)
            await load(before)
            rows = list(before.index)[::100]
            await asyncio.sleep(5 * 86400)
            emulator.conditions = Conditions(0.0, quirks=conditions.quirks)
            for row in rows:
                other = COMPLAINT if row.reason is BOUNCE else BOUNCE
                await gateway.put_suppressed_destination(ACCOUNT, row.address, other)
            emulator.conditions = conditions
            await asyncio.sleep(600)
            listing = Listing(gateway, ACCOUNT, clock)
            await load(listing)
            assert listing.complete
            assert [row for row in rows if listing.index.get(row.address) == row] == []

    run(test())


def test_what_was_removed_before_its_page_came_does_not_come_back_with_it() -> None:
    """Our removal of an address that is not loaded yet, while the page that has it is on its way."""

    async def test() -> None:
        async with serving(WORLD, Conditions(latency=0.3, quirks=Quirks.parse(["read-lag=5"]))) as (_, gateway):
            clock = loop_clock()
            await asyncio.sleep(5 * 86400)
            listing = Listing(gateway, ACCOUNT, clock)
            pages = listing.load()
            await anext(pages)
            target = next(it for it in await whole(gateway) if listing.index.get(it) is None)
            await gateway.delete_suppressed_destination(ACCOUNT, target)
            listing.discard(target, removed=True)
            async for _ in pages:
                pass
            await asyncio.sleep(10)
            assert listing.complete
            assert target not in await whole(gateway)
            assert listing.index.get(target) is None

    run(test())
