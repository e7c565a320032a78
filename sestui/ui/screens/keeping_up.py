"""How the open list is kept up to date on the browse screen, for as long as somebody is there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from sestui.domain.display import counted, duration, moment, printable
from sestui.domain.errors import SestuiError
from sestui.services.live import Live, News

if TYPE_CHECKING:
    from textual.worker import Worker

    from sestui.services.keeping import Keeping
    from sestui.services.listing import Listing
    from sestui.settings import Settings
    from sestui.ui.screens.browse import BrowseScreen
    from sestui.ui.screens.loading import Loading
    from sestui.ui.screens.reading import Reading

_BACK: Final = 1000
"""Rows of a live list's news that are looked for in the journal."""


class KeepingUp:
    """Asks SES again and again, on behalf of a screen, what is new on the list that is open."""

    def __init__(
        self,
        screen: BrowseScreen,
        reading: Reading,
        lists: Loading,
        keeping: Keeping,
        clock: Callable[[], float],
        settings: Settings,
    ) -> None:
        self._screen = screen
        self._reading = reading
        self._lists = lists
        self._keeping = keeping
        self._clock = clock
        self._settings = settings
        self._is_on = False

    def toggle(self) -> None:
        """Keep the open list up to date, or no longer."""
        self._is_on = not self._is_on
        self._screen.list_pane.show_live(self._is_on)
        if self._is_on:
            _: Worker[None] = self._screen.run_worker(self._keep_up, group="live", exclusive=True)
        else:
            self._screen.workers.cancel_group(self._screen, "live")

    async def _keep_up(self) -> None:
        screen, live = self._screen, None
        while self._clock() - screen.last_key < 60 * self._settings.live_minutes:
            gateway, listing = self._reading.gateway, screen.list_pane.listing
            if gateway is not None and listing is not None and listing.complete and not listing.loading:
                if live is None or live.listing is not listing or live.gateway is not gateway:
                    live = Live(gateway, listing, self._clock)
                try:
                    news = await live.look()
                except SestuiError as error:
                    screen.app.keep_error(error)
                    screen.status.say(f"Not live just now: {printable(str(error))}")
                else:
                    if listing is screen.list_pane.listing:
                        screen.list_pane.tell(news)
                        await self._lists.find_back(listing, [row.address for row in news.came][:_BACK])
                        self._tell_back(listing, news)
                    await self._keeping.note(listing.which, news.came, [row.address for row in news.left])
            await asyncio.sleep(self._settings.live_interval)
        self._is_on = False
        screen.list_pane.show_live(False)
        screen.status.say(
            f"No key for {counted(self._settings.live_minutes, 'minute')}: the list is no longer live. "
            f"{screen.keys['live']} goes on."
        )

    def _tell_back(self, listing: Listing, news: News) -> None:
        back = [row for row in news.came if row.address in listing.back]
        if back:
            row = back[0]
            ago = duration(self._clock() - listing.back[row.address])
            more = f", and {len(back) - 1:,} more" if len(back) > 1 else ""
            words = f"{printable(row.address)}{more}: removed {ago} ago, back since {moment(row.last_update)[11:]}"
            self._screen.status.say(words, urgent=True)
