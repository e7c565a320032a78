"""Trends of a list as it is loaded: what is called known is final, and what changed is counted anew."""

import asyncio
from contextlib import aclosing
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sestui.domain.suppression import Connection, Reason, SuppressedDestinationSummary, SuppressionList
from sestui.domain.trends import Bar, Trends, counted_since
from sestui.emulator import World
from sestui.services.cache import Cache, Choice, Key
from sestui.services.index import Index
from sestui.services.keeping import Keeping
from sestui.services.kept import Kept
from sestui.services.listing import Listing
from sestui.services.trends import count
from tests.serving import NOON, loop_clock, quirks, serving

WORLD = World(tenants=0, configuration_sets=0, addresses=6500, tenant_addresses=0)
HOUR = 3600


def row(address: str, ago: float, reason: Reason = Reason.BOUNCE) -> SuppressedDestinationSummary:
    return SuppressedDestinationSummary(address, reason, NOON - ago)


async def hours(index: Index) -> dict[int, tuple[int, int]]:
    """Return bounces and complaints by how many hours ago they began, where there are any."""
    bars = (await count(index.columns(), NOON, -inf)).hours
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
    (domain,) = (await count(index.columns(), NOON, -inf)).recent.top
    assert (domain.domains, domain.count) == (("corp.com",), 4999)


async def test_a_list_that_has_only_begun_has_no_past_to_be_compared_with() -> None:
    index = Index()
    index.put([row(f"{number}@corp.com", 2 * HOUR) for number in range(5000)])
    assert (await count(index.columns(), NOON, -inf)).spikes == ()
    index.put([row("first@corp.com", 90 * 24 * HOUR)])
    (spike,) = (await count(index.columns(), NOON, -inf)).spikes
    assert (spike.bar.count, spike.usual) == (5000, 0)


# What is kept


NOBODY = Connection("us-east-1", account="123456789012")
KEY = Key("123456789012", "us-east-1", tenant_name="acme")
_addresses = st.builds(
    "{}@{}".format, st.sampled_from("abcd"), st.sampled_from(("outlook.com", "Corp.com", "ß.de", ""))
)
_rows = st.dictionaries(_addresses, st.tuples(st.sampled_from(Reason), st.floats(0, 40 * 24 * HOUR)), max_size=20).map(
    lambda rows: [row(address, ago, reason) for address, (reason, ago) in rows.items()]
)


@settings(max_examples=40)
@given(_rows, _rows, st.lists(_addresses, max_size=4), st.sampled_from((-inf, NOON - 12 * 24 * HOUR, inf)))
def test_what_is_kept_of_a_list_counts_as_the_list_does(
    rows: list[SuppressedDestinationSummary],
    came: list[SuppressedDestinationSummary],
    left: list[str],
    since: float,
) -> None:
    async def both(folder: Path) -> None:
        index, cache = Index(), Cache(folder, lambda: NOON)
        # Some of it more than a slice, and enough for a spike.
        index.put([*rows, *(row(f"{number}@gmx.de", 3 * HOUR) for number in range(2100))])
        await cache.write(KEY, index.batches(), read_at=NOON, known_since=since)
        for address in left:
            index.discard(address)
        index.put(came, told=True)
        await cache.update(KEY, came, left)
        async with cache.read(KEY) as kept:
            assert kept is not None
            assert await count(kept, NOON, kept.known_since) == await count(index.columns(), NOON, since)

    with TemporaryDirectory() as folder:
        asyncio.run(both(Path(folder) / "cache"))


async def test_of_a_list_kept_before_it_was_whole_is_known_what_was_when_it_was_left(tmp_path: Path) -> None:
    async with serving(WORLD) as (_, gateway):
        keeping = Keeping(Cache(tmp_path / "cache", loop_clock()), Choice.of(NOBODY, {}))
        await keeping.settle(NOBODY)
        listing = Listing(gateway, SuppressionList(), loop_clock())
        async with aclosing(listing.load()) as pages:
            async for _ in pages:
                if -inf < listing.known_since < NOON - 60 * HOUR:
                    break
        assert not listing.is_whole
        before = await count(listing.index.columns(), NOON, listing.known_since)
        await keeping.keep(listing)
        other = Listing(gateway, SuppressionList(), loop_clock())
        async for _ in keeping.recall(other):
            pass
        assert (other.is_whole, other.known_since) == (False, listing.known_since)
        assert await count(other.index.columns(), NOON, other.known_since) == before
        # Told again it is known no later than it was.
        async with aclosing(other.load()) as pages:
            async for _ in pages:
                assert other.known_since <= listing.known_since
        assert other.known_since == -inf


async def test_only_lists_of_whoever_answers_are_looked_at_and_only_once_that_is_told(tmp_path: Path) -> None:
    cache, choice = Cache(tmp_path / "cache", lambda: NOON), Choice.of(NOBODY, {})
    index = Index()
    keys = [
        *(KEY, KEY._replace(tenant_name=None), KEY._replace(account="9" * 12)),
        *(KEY._replace(region="eu-west-1"), KEY._replace(endpoint="http://127.0.0.1:1")),
    ]
    for number, key in enumerate(keys):
        await cache.write(key, index.batches(), read_at=NOON - 60 * HOUR + number, known_since=-inf)
    await cache.remember(choice, NOBODY._replace(account="9" * 12))
    keeping = Keeping(cache, choice)
    await keeping.guess()
    lists = asyncio.create_task(keeping.lists())
    assert await asyncio.wait([lists], timeout=0) == (set(), {lists})
    await keeping.settle(NOBODY)
    assert await lists == [SuppressionList(), SuppressionList("acme")]
    assert await keeping.look(SuppressionList("nobody"), no_rows) is None
    assert await keeping.look(SuppressionList("acme"), no_rows) == NOON - 60 * HOUR
    assert await Keeping().lists() == []


async def no_rows(kept: Kept) -> float:
    assert [it async for it in kept] == []
    return kept.read_at


# While it loads


def final(trends: Trends, since: float) -> list[Bar]:
    return [bar for bar in (*trends.hours, *trends.days, trends.recent, trends.month) if bar.since >= since]


@pytest.mark.parametrize("order", ["ascending", "descending", "random"])
async def test_what_is_called_known_is_final_while_the_list_loads(order: str) -> None:
    async with serving(WORLD, quirks(f"order={order}")) as (_, gateway):
        listing = Listing(gateway, SuppressionList(), loop_clock())
        assert listing.known_since == inf
        async with aclosing(listing.load()) as pages:
            told = [
                (listing.known_since, await count(listing.index.columns(), NOON, listing.known_since))
                async for _ in pages
            ]
        whole = await count(listing.index.columns(), NOON, listing.known_since)
        assert listing.known_since == -inf
        assert len(whole.spikes) == 1
        # Of some part more is known than of the rest, and early.
        assert any(counted_since(NOON) < since < inf for since, _ in told)
        for since, trends in told:
            assert set(final(trends, since)) <= set(final(whole, since))
        async with aclosing(listing.load()) as pages:
            await anext(pages)
            # Read again: what is on show is as it was read before.
            assert listing.known_since == -inf
