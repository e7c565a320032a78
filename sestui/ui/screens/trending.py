"""How trends go from a key to a filter of the list: count, show, hand over."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from sestui.services.counting import Counting
from sestui.ui.screens.trends import TrendsDialog

if TYPE_CHECKING:
    from textual.worker import Worker

    from sestui.services.keeping import Keeping
    from sestui.services.listing import Listing
    from sestui.ui.screens.browse import BrowseScreen
    from sestui.ui.screens.loading import Loading
    from sestui.ui.screens.reading import Reading


class Trending:
    """Shows what was added to the open list on behalf of a screen."""

    def __init__(
        self, screen: BrowseScreen, reading: Reading, lists: Loading, keeping: Keeping, clock: Callable[[], float]
    ) -> None:
        self._screen = screen
        self._reading = reading
        self._lists = lists
        self._keeping = keeping
        self._clock = clock

    def show(self) -> None:
        """Show the trends; what is chosen there becomes the filter of its list."""
        listing = self._screen.list_pane.listing
        if listing is None:
            self._screen.status.say("There is no list on the screen yet.")
        else:
            _: Worker[None] = self._screen.run_worker(partial(self._show, listing), group="plan", exclusive=True)

    async def _show(self, here: Listing) -> None:
        pane = self._screen.list_pane

        def is_open() -> bool:
            return pane.listing is here

        def others() -> list[Listing]:
            return [it for it in self._lists.listings.values() if it is not here and it.read_at is not None]

        counting = Counting(here, is_open, others, self._keeping, self._clock)
        wish = await self._screen.app.push_screen_wait(TrendsDialog(counting))
        if not is_open():
            again = self._screen.keys["trends"]
            return self._screen.status.say(f"Those were the trends of another account: {again} counts this one's.")
        if wish is None:
            return
        # There may have been none when the dialog came up.
        gateway = self._reading.gateway
        if wish.which != here.which and gateway is not None:
            listing = self._lists.listing_of(gateway, wish.which)
            self._lists.open(wish.which)
            pane.open(listing)
        pane.search(wish.filter)
