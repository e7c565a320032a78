"""Paging gives each entry once, whatever the page, the order and the changes meanwhile."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import aiohttp
from hypothesis import given, settings
from hypothesis import strategies as st
from yarl import URL

from sestui.emulator import Conditions, Emulator, Quirks, World

SIZE = 260
orders = st.sampled_from(["ascending", "descending", "random"])
sizes = st.lists(st.integers(5, 300), min_size=1, max_size=5)


async def _pages(session: aiohttp.ClientSession, path: str, page_sizes: list[int]) -> AsyncIterator[list[Any]]:
    query: dict[str, str] = {}
    number = 0
    while True:
        query["PageSize"] = str(page_sizes[number % len(page_sizes)])
        async with session.get(path, params=query) as answer:
            assert answer.status == 200
            page = json.loads(await answer.read())
        yield next(value for value in page.values() if isinstance(value, list))
        if "NextToken" not in page:
            return
        query["NextToken"] = page["NextToken"]
        number += 1


@settings(max_examples=20)
@given(orders, sizes, st.integers(0, 50))
def test_each_entry_once(order: str, page_sizes: list[int], seed: int) -> None:
    async def check() -> None:
        conditions = Conditions(quirks=Quirks.parse([f"order={order}"]))
        async with (
            Emulator(World(seed, 0, 45, SIZE, 0), conditions) as emulator,
            aiohttp.ClientSession(emulator.url) as session,
        ):
            found = [
                summary["EmailAddress"]
                async for page in _pages(session, "/v2/email/suppression/addresses", page_sizes)
                for summary in page
            ]
            assert len(found) == len(set(found)) == SIZE
            names = [
                name async for page in _pages(session, "/v2/email/configuration-sets", page_sizes) for name in page
            ]
            assert len(names) == len(set(names)) == 45

    asyncio.run(check())


@settings(max_examples=15)
@given(orders, st.integers(5, 100), st.randoms(use_true_random=False))
def test_deletes_in_the_middle_hide_no_other(order: str, size: int, random: Any) -> None:
    async def check() -> None:
        conditions = Conditions(quirks=Quirks.parse([f"order={order}"]))
        async with (
            Emulator(World(1, 0, 0, SIZE, 0), conditions) as emulator,
            aiohttp.ClientSession(emulator.url) as session,
        ):
            everything = [
                summary["EmailAddress"]
                async for page in _pages(session, "/v2/email/suppression/addresses", [1000])
                for summary in page
            ]
            found: list[str] = []
            removed: set[str] = set()
            async for page in _pages(session, "/v2/email/suppression/addresses", [size]):
                found += [summary["EmailAddress"] for summary in page]
                victim = random.choice(everything)
                path = quote(victim, safe="")
                url = URL(f"{emulator.url}/v2/email/suppression/addresses/{path}", encoded=True)
                async with session.delete(url) as answer:
                    assert answer.status == (404 if victim in removed else 200)
                removed.add(victim)
            assert len(found) == len(set(found))
            assert set(everything) - removed <= set(found)

    asyncio.run(check())
