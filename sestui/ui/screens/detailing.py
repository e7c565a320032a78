"""Enter on an address of the list: all that SES tells of it, and what that means for mail."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from sestui.domain.display import printable
from sestui.domain.errors import SestuiError
from sestui.ui import entry

if TYPE_CHECKING:
    from rich.console import RenderableType

    from sestui.domain.suppression import SuppressedDestination
    from sestui.ui.screens.browse import BrowseScreen
    from sestui.ui.screens.reading import Reading


class Detailing:
    """Shows the details of addresses on behalf of a screen."""

    def __init__(self, screen: BrowseScreen, reading: Reading) -> None:
        self._screen = screen
        self._reading = reading

    def open(self, address: str) -> None:
        """Ask SES about an address of the open list, and show what it tells."""
        gateway, listing = self._reading.gateway, self._screen.list_pane.listing
        if gateway is None or listing is None:
            return
        reading, send = self._reading, self._screen.place.send

        async def words() -> RenderableType:
            # What the entry means hangs on settings that may not be read yet.
            mail = asyncio.ensure_future(reading.mail_of(send))
            found: SuppressedDestination | SestuiError
            try:
                found = await gateway.suppressed_destination(listing.which, address)
            except SestuiError as error:
                found = error
            mails, final = await mail
            back, spellings = listing.back.get(address), listing.index.spellings
            context = entry.Context(listing.which, listing.complete, listing.age, spellings, back, mails, final)
            return entry.describe(found, address, context)

        self._screen.show(f"List of {printable(listing.which.owner)}: {printable(address)}", words, "asking SES …")
