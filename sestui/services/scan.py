"""What stands on the account's list of some addresses, too many to ask for each."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from sestui.domain.errors import InvalidNextToken
from sestui.domain.priority import Priority
from sestui.domain.suppression import SuppressedDestinationSummary, SuppressionList

if TYPE_CHECKING:
    from sestui.sesv2.gateway import Gateway


async def rows_of(gateway: Gateway, addresses: Collection[str]) -> dict[str, SuppressedDestinationSummary]:
    """Read the whole list, a call a thousand entries, and return the latest rows of these addresses.

    Raises:
        SestuiError: it can't be read.
    """
    found: dict[str, SuppressedDestinationSummary] = {}
    token: str | None = None
    while True:
        try:
            page = await gateway.suppressed_destinations(SuppressionList(), next_token=token, priority=Priority.JOB)
        except InvalidNextToken:
            token = None
            continue
        for row in page.entries:
            if row.address in addresses and (
                row.address not in found or row.last_update >= found[row.address].last_update
            ):
                found[row.address] = row
        token = page.next_token
        if token is None:
            return found
