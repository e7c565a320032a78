"""Trends of a list as it is loaded: what is called known is final, and what changed is counted anew."""

from contextlib import aclosing
from math import inf

import pytest

from sestui.domain.suppression import Reason, SuppressedDestinationSummary, SuppressionList
from sestui.domain.trends import Bar, Trends, counted_since
from sestui.emulator import World
from sestui.services.index import Index
from sestui.services.listing import Listing
from sestui.services.trends import count, known
from tests.serving import NOON, loop_clock, quirks, serving

WORLD = World(tenants=0, configuration_sets=0, addresses=6500, tenant_addresses=0)
HOUR = 3600


def row(address: str, ago: float, reason: Reason = Reason.BOUNCE) -> SuppressedDestinationSummary:
    return SuppressedDestinationSummary(address, reason, NOON - ago)


async def hours(index: Index) -> dict[int, tuple[int, int]]:
    """Return bounces and complaints by how many hours ago they began, where there are any."""
    bars = (await count(index, NOON, -inf)).hours
    return {place: (bar.bounces, bar.complaints) for place, bar in enumerate(bars) if bar.count}


async def test_what_is_on_the_list_counts_once_and_where_it_is_now() -> None:
    index = Index()
    index.put([row(f"{number}@Corp.com", 2 * HOUR) for number in range(5000)])
    assert await hours(index) == {2: (5000, 0)}
    before = index.changes
    index.put([row("7@Corp.com", 2 * HOUR)])
    index.discard("nobody@corp.com")
    assert index.changes == before
    index.put([row("7@Corp.com", 0, Reason.COMPLAINT)])
    assert index.changes > before
    before = index.changes
    index.discard("8@Corp.com")
    assert index.changes > before
    assert await hours(index) == {0: (0, 1), 2: (4998, 0)}
    (domain,) = (await count(index, NOON, -inf)).recent.top
    assert (domain.domains, domain.count) == (("corp.com",), 4999)


async def test_a_list_that_has_only_begun_has_no_past_to_be_compared_with() -> None:
    index = Index()
    index.put([row(f"{number}@corp.com", 2 * HOUR) for number in range(5000)])
    assert (await count(index, NOON, -inf)).spikes == ()
    index.put([row("first@corp.com", 90 * 24 * HOUR)])
    (spike,) = (await count(index, NOON, -inf)).spikes
    assert (spike.bar.count, spike.usual) == (5000, 0)


def final(trends: Trends, since: float) -> list[Bar]:
    return [bar for bar in (*trends.hours, *trends.days, trends.recent, trends.month) if bar.since >= since]


@pytest.mark.parametrize("order", ["ascending", "descending", "random"])
async def test_what_is_called_known_is_final_while_the_list_loads(order: str) -> None:
    async with serving(WORLD, quirks(f"order={order}")) as (_, gateway):
        listing = Listing(gateway, SuppressionList(), loop_clock())
        assert known(listing) == inf
        async with aclosing(listing.load()) as pages:
            told = [(known(listing), await count(listing.index, NOON, known(listing))) async for _ in pages]
        whole = await count(listing.index, NOON, known(listing))
        assert known(listing) == -inf
        assert len(whole.spikes) == 1
        # Of some part more is known than of the rest, and early.
        assert any(counted_since(NOON) < since < inf for since, _ in told)
        for since, trends in told:
            assert set(final(trends, since)) <= set(final(whole, since))
        async with aclosing(listing.load()) as pages:
            await anext(pages)
            # Read again: what is on show is as it was read before.
            assert known(listing) == -inf
