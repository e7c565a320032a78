"""Keeps a list that was read whole up to date, for as long as somebody looks at it."""

from __future__ import annotations

from contextlib import aclosing
from math import floor
from typing import TYPE_CHECKING, Final, NamedTuple

from sestui.domain.priority import Priority
from sestui.domain.suppression import SuppressedDestinationSummary
from sestui.services.listing import LAG
from sestui.services.sweep import OPERATION, Sweep
from sestui.services.windows import Window

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from sestui.services.listing import Listing
    from sestui.services.view import View
    from sestui.sesv2.gateway import Gateway, Page

_PIECE: Final = 900
"""Rows that are looked for at once: with a few that came meanwhile they fit a page, so each costs one call."""

_PIECES: Final = 10
"""Pieces a look while SES has never said no."""


class News(NamedTuple):
    """What one look has brought."""

    came: tuple[SuppressedDestinationSummary, ...] = ()
    """Rows that are new, or have another reason or date than before."""
    left: tuple[SuppressedDestinationSummary, ...] = ()
    """Rows that are no longer on the list."""


class Live:
    """Looks for what came to a list, and piece by piece for what has left it."""

    def __init__(self, gateway: Gateway, listing: Listing, clock: Callable[[], float]) -> None:
        self.gateway = gateway
        self._clock = clock
        self.listing = listing
        self._looked_down_to: float | None = None
        """Down to this date it was looked for what is gone; None to begin with the newest row."""
        self._ses_time: float | None = None
        """SES's own time at the last look."""
        self._missing: list[SuppressedDestinationSummary] = []
        """Rows that were not there: gone, unless the next look finds them among what came since."""
        self._came: dict[str, SuppressedDestinationSummary] = {}
        self._left: list[SuppressedDestinationSummary] = []
        """What is not told yet: a look may break off half-way."""

    async def look(self) -> News:
        """Ask for what came since the newest row, and whether the next piece of the list is still there.

        Costs two calls where little has happened. Raises what the gateway raises; asking again goes on, and tells what
        the broken one has seen.
        """
        by_date = await self.listing.index.by_date()
        await self._look_for_new(by_date)
        self._take_out_missing()
        for _ in range(1 if self._is_slow else _PIECES):
            await self._look_for_missing(by_date)
            if self._looked_down_to is None:
                break
        news = News(tuple(self._came.values()), tuple(self._left))
        self._came, self._left = {}, []
        return news

    @property
    def _is_slow(self) -> bool:
        return OPERATION in self.gateway.pacer.learned

    async def _look_for_new(self, by_date: View) -> None:
        size, since = len(by_date), self._ses_time
        if size:
            newest = by_date.ranked(size - 1, size)[0].last_update
            # What we added has this machine's time, which may be ahead.
            since = newest if since is None else min(newest, since)
        index = self.listing.index
        window = Window() if since is None else Window(floor(since - LAG))
        async for page in self._pages(window, Priority.VISIBLE):
            self._ses_time = page.ses_time
            for row in page.entries:
                known = index.get(row.address)
                if known is None or (known.last_update < row.last_update and not self.listing.is_own(row)):
                    self._came[row.address] = row
        self._came = {address: row for address, row in self._came.items() if index.get(address) == row}

    def _take_out_missing(self) -> None:
        index = self.listing.index
        # One that was replaced meanwhile is there as what it is now.
        gone = [row for row in self._missing if index.get(row.address) == row]
        for row in gone:
            self.listing.discard(row.address)
        self._left += gone
        self._missing = []

    async def _look_for_missing(self, by_date: View) -> None:
        top = self._looked_down_to
        stop = len(by_date) if top is None else by_date.rank(top)
        rows = by_date.ranked(stop - _PIECE, stop)
        # The piece at the end has all that is older, too; another all of its first second.
        start = floor(rows[-1].last_update) if len(rows) == _PIECE else None
        rows = rows if start is None else by_date.ranked(by_date.rank(start), stop)
        there: set[str] = set()
        now = self._clock()
        async for page in self._pages(Window(start, top), Priority.BACKGROUND):
            there.update(row.address for row in page.entries)
            now = min(now, page.ses_time or now)
        self._looked_down_to = start
        # What is as new as this may not be told yet.
        self._missing += [row for row in rows if row.last_update < now - LAG and row.address not in there]

    async def _pages(self, window: Window, priority: Priority) -> AsyncGenerator[Page, None]:
        """Yield a window's pages, each before its rows are taken in."""
        sweep = Sweep(self.gateway, self.listing.which, [window], self._clock, priority=priority)
        # A token outdated on the way: what came before it counts all the same.
        async with aclosing(sweep.pages(lambda _: None)) as pages:
            async for page, _ in pages:
                yield page
                self.listing.take(page.entries)
