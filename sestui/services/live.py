"""Keeps a list that was read whole up to date, for as long as somebody looks at it."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass
from math import floor
from typing import TYPE_CHECKING, Final

from sestui.domain.suppression import SuppressedDestinationSummary
from sestui.services.listing import LAG
from sestui.services.sweep import OPERATION, Sweep
from sestui.services.windows import Window
from sestui.sesv2.pacing import Priority

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from sestui.services.listing import Listing
    from sestui.services.view import View
    from sestui.sesv2.gateway import Gateway, Page

_PIECE: Final = 900
"""Rows that are looked for at once: with a few that came meanwhile they fit a page, so each costs one call."""

_PIECES: Final = 10
"""Pieces a look while SES has never said no."""


@dataclass(frozen=True, slots=True)
class News:
    """What one look has brought."""

    came: tuple[SuppressedDestinationSummary, ...] = ()
    """Rows that are new, or have another reason or date than before."""
    left: tuple[SuppressedDestinationSummary, ...] = ()
    """Rows that are no longer on the list."""


class Live:
    """Looks for what came to a list, and piece by piece for what has left it."""

    def __init__(self, gateway: Gateway, listing: Listing, clock: Callable[[], float]) -> None:
        self._gateway = gateway
        self._clock = clock
        self.listing = listing
        self._looked_down_to: float | None = None
        """Down to this date it was looked for what is gone; None to begin with the newest row."""

    async def look(self) -> News:
        """Ask for what came since the newest row, and whether the next piece of the list is still there.

        Costs two calls where little has happened. Raises what the gateway raises; asking again goes on.
        """
        by_date = await self.listing.index.by_date()
        newest = by_date.below(None, 1)
        since = Window(floor(newest[0].last_update - LAG)) if newest else Window()
        came = await self._read(since, Priority.VISIBLE)
        gone: list[SuppressedDestinationSummary] = []
        for _ in range(1 if self._is_slow else _PIECES):
            gone += await self._look_for_gone(by_date, Priority.BACKGROUND)
            if self._looked_down_to is None:
                break
        return News(tuple(came), tuple(gone))

    @property
    def _is_slow(self) -> bool:
        return OPERATION in self._gateway.pacer.learned

    async def _read(self, window: Window, priority: Priority) -> list[SuppressedDestinationSummary]:
        """Take a window's rows in, and return those that were not there as they are."""
        index = self.listing.index
        came: list[SuppressedDestinationSummary] = []
        async for page in self._pages(window, priority):
            came += [row for row in page.entries if index.get(row.address) != row]
        return [row for row in came if index.get(row.address) == row]

    async def _look_for_gone(self, by_date: View, priority: Priority) -> list[SuppressedDestinationSummary]:
        rows = by_date.below(self._looked_down_to, _PIECE)
        # The piece at the end has all that is older, too.
        start = floor(rows[-1].last_update) if len(rows) == _PIECE else None
        there: set[str] = set()
        now = self._clock()
        async for page in self._pages(Window(start, self._looked_down_to), priority):
            there.update(row.address for row in page.entries)
            now = min(now, page.ses_time or now)
        self._looked_down_to = start
        index = self.listing.index
        # What is as new as this may not be told yet; what changed while it was asked for is news of another kind.
        old = [row for row in rows if row.last_update < now - LAG]
        gone = [row for row in old if row.address not in there and index.get(row.address) == row]
        for row in gone:
            self.listing.discard(row.address)
        return gone

    async def _pages(self, window: Window, priority: Priority) -> AsyncGenerator[Page, None]:
        """Yield a window's pages, each before its rows are taken in."""
        sweep = Sweep(self._gateway, self.listing.which, [window], self._clock, priority=priority)
        # A token outdated on the way: what came before it counts all the same.
        async with aclosing(sweep.pages(lambda _: None)) as pages:
            async for page, _ in pages:
                yield page
                self.listing.take(page.entries)
