"""Two lists side by side: true groups, and no call that isn't needed."""

import asyncio
from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sestui.domain.errors import AccessDenied, TenantNotFound
from sestui.domain.query import parse
from sestui.domain.suppression import Reason, SuppressedDestinationSummary, SuppressionList
from sestui.emulator import Conditions, World
from sestui.services.comparison import compare, load
from sestui.services.listing import FRESH_FOR, Listing
from tests.serving import faults, loop_clock, operations, serving
from tests.virtual_time import run

ACCOUNT, SHOP = SuppressionList(), SuppressionList("acme-retail")
WORLD = World(tenants=2, configuration_sets=0, addresses=3500, tenant_addresses=1800)
BOUNCE, COMPLAINT = Reason.BOUNCE, Reason.COMPLAINT
PAGE = "ListSuppressedDestinations"


def row(address: str, reason: Reason = BOUNCE, at: float = 0.0) -> SuppressedDestinationSummary:
    return SuppressedDestinationSummary(f"{address}@corp.com", reason, at)


def test_what_is_only_here_only_there_and_on_both() -> None:
    here = [row("alice"), row("bob"), row("carol", COMPLAINT), row("Dora")]
    there = [row("eve"), row("carol"), row("bob", at=5.0), row("dora")]
    it = compare(here, there)
    assert it.only_here == (row("alice"), row("Dora"))
    assert it.only_there == (row("eve"), row("dora"))
    assert it.both == ((row("bob"), row("bob", at=5.0)), (row("carol", COMPLAINT), row("carol")))
    assert it.other_reason == ((row("carol", COMPLAINT), row("carol")),)
    assert (it.other_case_here, it.other_case_there) == (frozenset({"Dora@corp.com"}), frozenset({"dora@corp.com"}))


def test_another_spelling_counts_also_where_the_exact_one_is_on_both() -> None:
    it = compare([row("alice"), row("ALICE")], [row("alice")])
    assert it.only_here == (row("ALICE"),)
    assert (it.other_case_here, it.other_case_there) == (frozenset({"ALICE@corp.com"}), frozenset())


def test_a_filter_asks_the_row_here_of_what_is_on_both() -> None:
    it = compare([row("a"), row("b", COMPLAINT), row("c")], [row("b"), row("c", COMPLAINT), row("d", COMPLAINT)])
    bounces = it.matching(parse("reason:bounce", 0))
    assert (bounces.only_here, bounces.only_there) == ((row("a"),), ())
    assert bounces.both == ((row("c"), row("c", COMPLAINT)),)
    assert it.swapped.matching(parse("reason:bounce", 0)).both == ((row("b"), row("b", COMPLAINT)),)


ROWS = st.lists(
    st.builds(row, st.text("aAbBß", min_size=1, max_size=2), st.sampled_from(Reason), st.floats(0, 9)),
    unique_by=lambda it: it.address,
)


@given(ROWS, ROWS)
@settings(max_examples=200)
def test_the_groups_partition_the_union(
    here: list[SuppressedDestinationSummary], there: list[SuppressedDestinationSummary]
) -> None:
    it = compare(here, there)
    both_here, both_there = [pair[0] for pair in it.both], [pair[1] for pair in it.both]
    assert sorted([*it.only_here, *both_here]) == sorted(here)
    assert sorted([*it.only_there, *both_there]) == sorted(there)
    groups = [{found.address for found in group} for group in (it.only_here, it.only_there, both_here)]
    assert sum(map(len, groups)) == len(set.union(*groups))
    assert set(it.other_reason) <= set(it.both)
    assert it.swapped.swapped == it
    back = compare(there, here)
    assert (back.only_here, back.only_there) == (it.only_there, it.only_here)
    assert set(back.both) == set(it.swapped.both)
    assert (back.other_case_here, back.other_case_there) == (it.other_case_there, it.other_case_here)


@given(ROWS, ROWS, st.sampled_from(["a", "!a", "reason:bounce", "since:1970-01-01T00:00:05", "b !reason:bounce"]))
@settings(max_examples=200)
def test_a_filter_narrows_each_group(
    here: list[SuppressedDestinationSummary], there: list[SuppressedDestinationSummary], text: str
) -> None:
    it, query = compare(here, there), parse(text, 0)
    some = it.matching(query)
    for all_rows, kept in ((it.only_here, some.only_here), (it.only_there, some.only_there)):
        assert kept == tuple(found for found in all_rows if query.matches(found))
    assert {pair[0] for pair in some.both} == {pair[0] for pair in it.both if query.matches(pair[0])}


# Loading


async def grow(*listings: Listing) -> list[Listing]:
    return [listing async for listing in load(*listings)]


async def test_both_lists_are_loaded_page_by_page() -> None:
    async with serving(WORLD) as (emulator, gateway):
        here, there = (Listing(gateway, which, loop_clock()) for which in (ACCOUNT, SHOP))
        told = await grow(here, there)
        assert [it for it, _ in groupby(told)] == [here, there]
        assert len(told) == len(operations(emulator)) + 2
        assert (here.complete, there.complete) == (True, True)
        emulator.requests.clear()
        assert await grow(here, there) == []
        assert operations(emulator) == []


def test_what_is_whole_but_old_is_read_again() -> None:
    async def test() -> None:
        async with serving(WORLD) as (emulator, gateway):
            clock = loop_clock()
            here, there = (Listing(gateway, which, clock) for which in (ACCOUNT, SHOP))
            await grow(here)
            await asyncio.sleep(FRESH_FOR + 1)
            await grow(there)
            emulator.requests.clear()
            await grow(here, there)
            assert {request.operation for request in emulator.requests} == {PAGE}
            assert not any("TenantName" in request.parameters for request in emulator.requests)

    run(test())


def test_what_somebody_else_is_loading_is_waited_for_and_not_read_twice() -> None:
    async def test() -> None:
        async with serving(WORLD, Conditions(latency=1.0)) as (emulator, gateway):
            here = Listing(gateway, ACCOUNT, loop_clock())

            async def read() -> None:
                async for _ in here.load():
                    pass

            reading = asyncio.create_task(read())
            await asyncio.sleep(1.5)
            assert here in await grow(here)
            assert here.complete
            await reading
            once = [tuple(request.parameters.items()) for request in emulator.requests]
            assert len(set(once)) == len(once)

    run(test())


async def test_an_unknown_tenant_is_told() -> None:
    async with serving(WORLD) as (_, gateway):
        with pytest.raises(TenantNotFound):
            await grow(Listing(gateway, SuppressionList("nobody"), loop_clock()))


def test_a_list_whose_reading_failed_elsewhere_is_read_here() -> None:
    async def test() -> None:
        async with serving(WORLD) as (emulator, gateway):
            here = Listing(gateway, ACCOUNT, loop_clock())
            pages = here.load()
            await anext(pages)
            waiting = asyncio.create_task(grow(here))
            await asyncio.sleep(1)
            assert not waiting.done()
            emulator.conditions = faults(f"access-denied@{PAGE}=1")
            with pytest.raises(AccessDenied):
                await anext(pages)
            emulator.conditions = Conditions()
            await waiting
            assert here.complete

    run(test())
