"""Addresses that a job of ours removed and that SES has added again."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import TYPE_CHECKING

from sestui.services.in_thread import in_thread

if TYPE_CHECKING:
    from sestui.domain.suppression import Connection
    from sestui.services.journal import Journal
    from sestui.services.listing import Listing


async def find_back(
    journal: Journal, connection: Connection, listing: Listing, addresses: Collection[str] | None = None
) -> None:
    """Note in a list which of its rows are back, of these addresses or of all, and when they were removed.

    The event loop is held for a few milliseconds at a time. Raises `JournalTrouble`.
    """
    after = (0, -1)
    while True:
        page = await in_thread(journal.made, connection, listing.which, after, addresses)
        for _, address, at, removed in page:
            row = listing.index.get(address)
            if removed and at is not None and row is not None and row.last_update > at:
                listing.back[address] = at
            else:
                # What was put back by ourselves is no news.
                listing.back.pop(address, None)
        if not page:
            return
        after = page[-1][0]
        await asyncio.sleep(0)
