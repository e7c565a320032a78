"""A list as it comes, from the first page to the last, for who keeps none of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from math import ceil, floor
from typing import TYPE_CHECKING

from sestui.domain.errors import SestuiError, Unreachable
from sestui.domain.priority import Priority
from sestui.services.listing import LAG
from sestui.services.once import Once
from sestui.services.outage import FIRST_PATIENCE, PATIENCE, TRANSIENT, longer
from sestui.services.sweep import Sweep
from sestui.services.windows import Window

if TYPE_CHECKING:
    from sestui.domain.query import Query
    from sestui.domain.suppression import SuppressedDestinationSummary, SuppressionList
    from sestui.sesv2.gateway import Gateway, Page


async def stream(
    gateway: Gateway,
    which: SuppressionList,
    query: Query,
    clock: Callable[[], float],
    waits: Callable[[SestuiError, float], None] = lambda *_: None,
) -> AsyncGenerator[list[SuppressedDestinationSummary], None]:
    """Yield the rows that a filter lets through, a page of SES at a time, in no order that is worth anything.

    Each row once. An address that somebody puts again meanwhile comes a second time with its later date and reason;
    what leaves the list after its page has come is not taken back. Throttling, faults and a network that is away are
    waited out; `waits` is told, once of each time that SES is away, why and for how many seconds it is tried again.

    Raises:
        SestuiError: as SES answered, or did not for 15 minutes; for one where nothing has answered at all.
    """
    asked, came = query.asked, Once()
    window = Window(
        None if asked.since is None else floor(asked.since), None if asked.before is None else ceil(asked.before)
    )
    began, pages = clock(), 0

    async def read(window: Window) -> AsyncGenerator[list[SuppressedDestinationSummary], None]:
        nonlocal began, pages
        sweep = Sweep(gateway, which, [window], clock, priority=Priority.VISIBLE, reasons=asked.reasons)
        async for page in _pages(sweep, waits, answered=pages > 0):
            if not pages and page.ses_time is not None:
                began = page.ses_time
            pages += 1
            yield [row for row in page.entries if query.matches(row) and came.is_new((row.address, row.last_update))]

    async for rows in read(window):
        yield rows
    again = floor(began - LAG)
    if pages > 1 and (window.end is None or window.end > again):
        # What was put meanwhile may be in a window that was read before.
        async for rows in read(Window(again, window.end)):
            yield rows


async def _pages(
    sweep: Sweep, waits: Callable[[SestuiError, float], None], *, answered: bool
) -> AsyncGenerator[Page, None]:
    loop = asyncio.get_running_loop()
    rest, since, told = 0.0, 0.0, 0.0
    while True:
        try:
            async with aclosing(sweep.pages(lambda _: None)) as found:
                async for page, _ in found:
                    rest, told, answered = 0.0, 0.0, True
                    yield page
            return
        except TRANSIENT as error:
            now = loop.time()
            if not rest:
                since = now
            # To throttle is an answer too: somebody is there.
            answered = answered or not isinstance(error, Unreachable)
            patience = PATIENCE if answered else FIRST_PATIENCE
            left = patience - (now - since)
            if left <= 0:
                raise
            if patience != told:
                told = patience
                waits(error, left)
            rest = min(longer(rest), left)
        await asyncio.sleep(rest)
