"""How comparing two lists, and copying from one to the other, go from a command to a change: ask, read, hand over."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sestui.domain.job import Kind
from sestui.ui.screens.compare import CompareDialog, Pair
from sestui.ui.screens.copy import CopyDialog
from sestui.ui.screens.removal import Confirmed

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.worker import Worker

    from sestui.services.listing import Listing
    from sestui.sesv2.gateway import Gateway
    from sestui.ui.screens.browse import BrowseScreen
    from sestui.ui.screens.changing import Changing
    from sestui.ui.screens.reading import Reading


class Comparing:
    """Compares the open list with another on behalf of a screen; what is copied is a change like any other."""

    def __init__(self, screen: BrowseScreen, reading: Reading, changing: Changing, clock: Callable[[], float]) -> None:
        self._screen = screen
        self._reading = reading
        self._changing = changing
        self._clock = clock

    def compare(self) -> None:
        """Show what only one of two lists holds, and what both do."""
        gateway, listing = self._reading.gateway, self._screen.list_pane.listing
        if gateway is None or listing is None:
            self._screen.status.say("There is no list on the screen yet.")
        else:
            # Not by way of `Changing.begin`: to look is no change, and may be done while one runs.
            flow = partial(self._compare, gateway, listing)
            _: Worker[None] = self._screen.run_worker(flow, group="plan", exclusive=True)

    def copy(self) -> None:
        """Add to one list what it lacks of another."""
        self._changing.begin(self._copy)

    async def _compare(self, gateway: Gateway, here: Listing) -> None:
        pair = self._pair(gateway, here)
        dialog = CompareDialog(pair, self._suggested(here), "")
        wish = await self._screen.app.push_screen_wait(dialog)
        self._show_again(here)
        if wish == "copy":

            async def go_on(*_: object) -> None:
                await self._ask(pair, dialog.other_text, dialog.filter_text)

            self._changing.begin(go_on)

    async def _copy(self, gateway: Gateway, here: Listing) -> None:
        await self._ask(self._pair(gateway, here), self._suggested(here), "")

    async def _ask(self, pair: Pair, other: str, filter_text: str) -> None:
        agreed = await self._screen.app.push_screen_wait(CopyDialog(pair, other, filter_text))
        self._show_again(pair.here)
        if agreed:
            note = f"copied from the list of {agreed.source.owner}{': ' if agreed.note else ''}{agreed.note}"
            read_at = self._clock() - pair.listing_of(agreed.target).age
            await self._changing.start(Kind.ADD, Confirmed(agreed.entries, note, agreed.dry), read_at)

    def _pair(self, gateway: Gateway, here: Listing) -> Pair:
        account = self._reading.account
        return Pair(
            here=here,
            listing_of=partial(self._screen.flows.lists.listing_of, gateway),
            tenants=self._screen.flows.naming.tenants,
            connection=gateway.connection,
            now=self._clock,
            takes=self._changing.takes,
            sandbox=account is not None and not account.production_access,
            name_to_type=gateway.name_to_type,
        )

    def _suggested(self, here: Listing) -> str:
        """The tenant under the tree's cursor, where its list isn't the open one."""
        tenant = self._screen.place.tenant
        return "" if tenant is None or tenant == here.which.tenant_name else tenant

    def _show_again(self, here: Listing) -> None:
        """The open list may have been read again for the comparison."""
        pane = self._screen.list_pane
        if pane.listing is here:
            pane.redraw()
