"""A list that is only passed on comes whole, each row once, whatever SES's undocumented habits are."""

from contextlib import aclosing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sestui.domain.errors import AccessDenied, ServiceFault, SestuiError, Unreachable
from sestui.domain.query import Query, parse
from sestui.domain.suppression import Reason, SuppressedDestinationSummary, SuppressionList
from sestui.emulator import Conditions, World
from sestui.services.once import Once
from sestui.services.outage import FIRST_PATIENCE, PATIENCE
from sestui.services.stream import stream
from sestui.sesv2.gateway import Gateway
from tests.serving import NOON, faults, loop_clock, operations, quirks, serving
from tests.virtual_time import run

ACCOUNT = SuppressionList()
WORLD = World(tenants=2, configuration_sets=0, addresses=7500, tenant_addresses=1800)


async def straight(gateway: Gateway, which: SuppressionList) -> set[SuppressedDestinationSummary]:
    """Read a list straight from the gateway."""
    token, rows = None, set[SuppressedDestinationSummary]()
    while True:
        page = await gateway.suppressed_destinations(which, next_token=token)
        rows |= set(page.entries)
        if (token := page.next_token) is None:
            return rows


async def streamed(
    gateway: Gateway, which: SuppressionList = ACCOUNT, query: str = ""
) -> list[SuppressedDestinationSummary]:
    return [row async for page in stream(gateway, which, parse(query, NOON), loop_clock()) for row in page]


@pytest.mark.parametrize("tenant", [None, "acme-retail"])
@pytest.mark.parametrize("order", ["ascending", "descending", "random"])
@pytest.mark.parametrize("bounds", ["inclusive", "exclusive"])
async def test_each_row_comes_once(tenant: str | None, order: str, bounds: str) -> None:
    which = SuppressionList(tenant)
    async with serving(WORLD, quirks(f"order={order}", f"date-bounds={bounds}")) as (_, gateway):
        rows = await streamed(gateway, which)
        assert len(rows) == len(set(rows))
        assert set(rows) == await straight(gateway, which)


@pytest.mark.parametrize("query", ["reason:complaint", "since:30d", "before:7d", "since:90d before:1d !a", "nothing@"])
async def test_what_a_filter_lets_through_comes_and_nothing_else(query: str) -> None:
    async with serving(WORLD) as (_, gateway):
        filtered = parse(query, NOON)
        assert set(await streamed(gateway, query=query)) == {
            row for row in await straight(gateway, ACCOUNT) if filtered.matches(row)
        }


async def test_rows_come_while_the_list_is_read() -> None:
    async with serving(WORLD) as (emulator, gateway):
        async with aclosing(stream(gateway, ACCOUNT, Query(), loop_clock())) as pages:
            async for rows in pages:
                assert rows
                break
        assert operations(emulator).count("ListSuppressedDestinations") == 1


async def test_what_is_put_meanwhile_comes_too() -> None:
    async with serving(WORLD) as (_, gateway):
        before = await straight(gateway, ACCOUNT)
        old = min(before, key=lambda row: row.last_update)
        rows: list[SuppressedDestinationSummary] = []
        async for page in stream(gateway, ACCOUNT, Query(), loop_clock()):
            if not rows:
                await gateway.put_suppressed_destination(ACCOUNT, "late@corp.com", Reason.BOUNCE)
                await gateway.put_suppressed_destination(ACCOUNT, old.address, Reason.COMPLAINT)
            rows += page
        latest = {row.address: row.reason for row in rows}
        assert latest["late@corp.com"] is Reason.BOUNCE
        assert latest[old.address] is Reason.COMPLAINT
        assert len(rows) == len(set(rows)) <= len(before) + 2


def test_an_outdated_token_costs_no_row_and_doubles_none() -> None:
    async def test() -> None:
        async with serving(WORLD, quirks("token-life=1")) as (_, gateway):
            rows = await streamed(gateway)
            assert len(rows) == len(set(rows)) == 7500

    run(test())


def test_an_outage_is_waited_out_and_told() -> None:
    async def test() -> None:
        told: list[float] = []

        def waits(_: SestuiError, left: float) -> None:
            told.append(left)

        async with serving(WORLD, faults("503@ListSuppressedDestinations=0.9")) as (_, gateway):
            rows = [row async for page in stream(gateway, ACCOUNT, Query(), loop_clock(), waits) for row in page]
        assert len(rows) == len(set(rows)) == 7500
        assert set(told) == {PATIENCE}

    run(test())


@pytest.mark.parametrize(
    ("fault", "comes", "patience"),
    [("reset-before", False, FIRST_PATIENCE), ("503", False, PATIENCE), ("reset-before", True, PATIENCE)],
)
def test_an_outage_without_an_end_is_told_once_and_given_up_soon_where_nothing_ever_answered(
    fault: str, comes: bool, patience: float
) -> None:
    async def test() -> None:
        away, told = faults(f"{fault}@ListSuppressedDestinations=1"), list[float]()

        def waits(_: SestuiError, left: float) -> None:
            told.append(clock() + left)

        async with serving(WORLD, Conditions() if comes else away) as (emulator, gateway):
            clock = loop_clock()
            pages = stream(gateway, ACCOUNT, Query(), clock, waits)
            if comes:
                await anext(pages)
                emulator.conditions = away
            with pytest.raises(ServiceFault if fault == "503" else Unreachable):
                async for _ in pages:
                    pass
            (until,) = told
            assert patience <= until - NOON < patience + 5
            assert until <= clock() < until + 5

    run(test())


def test_once_anything_answers_the_outage_is_waited_out_for_long() -> None:
    async def test() -> None:
        told: list[tuple[type[SestuiError], float]] = []

        def waits(error: SestuiError, left: float) -> None:
            told.append((type(error), left))
            emulator.conditions = faults("503@ListSuppressedDestinations=1")

        async with serving(WORLD, faults("reset-before@ListSuppressedDestinations=1")) as (emulator, gateway):
            with pytest.raises(ServiceFault):
                async for _ in stream(gateway, ACCOUNT, Query(), loop_clock(), waits):
                    pass
        assert [it for it, _ in told] == [Unreachable, ServiceFault]
        assert told[0][1] == FIRST_PATIENCE < told[1][1] <= PATIENCE

    run(test())


async def test_what_is_denied_is_not_tried_again() -> None:
    async with serving(WORLD, faults("access-denied@ListSuppressedDestinations=1")) as (emulator, gateway):
        with pytest.raises(AccessDenied):
            await streamed(gateway)
        assert operations(emulator).count("ListSuppressedDestinations") == 1


@given(st.lists(st.integers(-40, 40) | st.integers(0, 9000).map(lambda number: number << 12), max_size=6000))
def test_a_thing_is_new_once(things: list[int]) -> None:
    once = Once()
    seen = set()
    for thing in things:
        # What has the same 64 bits is one thing.
        assert once.is_new(thing) is ((hash(thing) & (1 << 64) - 1 or 1) not in seen)
        seen.add(hash(thing) & (1 << 64) - 1 or 1)
    assert len(once) == len(seen)
