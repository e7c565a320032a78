"""How lists come on the browse screen: opened, loaded where that was left, kept up to date."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING, Final

from sestui.domain.display import counted, duration, moment, printable
from sestui.domain.errors import SestuiError
from sestui.domain.suppression import SuppressionList
from sestui.services.listing import FRESH_FOR, Listing
from sestui.services.live import Live, News

if TYPE_CHECKING:
    from textual.worker import Worker

    from sestui.sesv2.gateway import Gateway
    from sestui.ui.screens.browse import BrowseScreen
    from sestui.ui.screens.reading import Reading

_ROWS: Final = 1_000_000
"""Rows in memory, of all lists together, beyond which the lists looked at longest ago are forgotten: 110 MB."""


class Loading:
    """Loads lists on behalf of a screen; only the open one is read."""

    def __init__(
        self,
        screen: BrowseScreen,
        reading: Reading,
        clock: Callable[[], float],
        live_interval: float = 30.0,
        live_for: float = 1800.0,
    ) -> None:
        self._screen = screen
        self._reading = reading
        self._clock = clock
        self._live_interval = live_interval
        self._live_for = live_for
        self._is_live = False
        self.listings: dict[SuppressionList, Listing] = {}
        """What is loaded of each list; the one looked at last comes last."""

    def listing_of(self, gateway: Gateway, which: SuppressionList) -> Listing:
        """Return what is loaded of a list, if only nothing; the lists looked at longest ago are forgotten."""
        listing = self.listings.pop(which, None) or Listing(gateway, which, self._clock)
        self.listings[which] = listing
        rows = 0
        for other in reversed(list(self.listings.values())):
            rows += len(other.index)
            if rows > _ROWS and other is not listing and not other.loading:
                del self.listings[other.which]
        return listing

    def open(self, which: SuppressionList) -> None:
        """Show a list, and read it where that was left; one that was read whole a while ago is read again."""
        if (gateway := self._reading.gateway) is not None:
            self._start("list", self._load, self.listing_of(gateway, which))

    def again(self) -> None:
        """Read the open list again, or where that was broken off go on."""
        if (listing := self._screen.list_pane.listing) is not None:
            self._start("list", self._load, listing, True)

    def toggle_live(self) -> None:
        """Keep the open list up to date, or no longer."""
        self._is_live = not self._is_live
        self._screen.list_pane.show_live(self._is_live)
        if self._is_live:
            self._start("live", self._keep_up)
        else:
            self._screen.workers.cancel_group(self._screen, "live")

    def _start(self, group: str, loading: Callable[..., Coroutine[None, None, None]], *arguments: object) -> None:
        # A partial, not a coroutine: one that is dropped before its turn would never be awaited.
        _: Worker[None] = self._screen.run_worker(partial(loading, *arguments), group=group, exclusive=True)

    async def _load(self, listing: Listing, again: bool = False) -> None:
        pane = self._screen.list_pane
        pane.open(listing)
        self._reading.use()
        if listing.complete and listing.age <= FRESH_FOR and not again:
            return
        try:
            async with aclosing(listing.load()) as pages:
                async for _ in pages:
                    pane.page_came()
            pane.list_came()
            if self._reading.directory is not None:
                self._reading.directory.tell_size(listing.which, len(listing.index))
        except SestuiError as error:
            pane.trouble(error)
            self._screen.app.keep_error(error)

    async def _keep_up(self) -> None:
        screen, live = self._screen, None
        while self._clock() - screen.last_key < self._live_for:
            gateway, listing = self._reading.gateway, screen.list_pane.listing
            if gateway is not None and listing is not None and listing.complete and not listing.loading:
                if live is None or live.listing is not listing:
                    live = Live(gateway, listing, self._clock)
                try:
                    news = await live.look()
                except SestuiError as error:
                    screen.app.keep_error(error)
                    screen.status.say(f"Not live just now: {printable(str(error))}")
                else:
                    if listing is screen.list_pane.listing:
                        screen.list_pane.tell(news)
                        self._tell_back(listing, news)
            await asyncio.sleep(self._live_interval)
        self._is_live = False
        screen.list_pane.show_live(False)
        minutes = round(self._live_for / 60)
        screen.status.say(f"No key for {counted(minutes, 'minute')}: the list is no longer live. L goes on.")

    def _tell_back(self, listing: Listing, news: News) -> None:
        back = [row for row in news.came if row.address in listing.back]
        if back:
            row = back[0]
            ago = duration(self._clock() - listing.back[row.address])
            more = f", and {len(back) - 1:,} more" if len(back) > 1 else ""
            words = f"{printable(row.address)}{more}: removed {ago} ago, back since {moment(row.last_update)[11:]}"
            self._screen.status.say(words, urgent=True)
