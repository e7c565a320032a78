"""Loads one suppression list, page after page, into an index; what is loaded can be used at once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Final

from sestui.domain.errors import InvalidNextToken, NotFound, TenantNotFound
from sestui.domain.suppression import SuppressedDestinationSummary, SuppressionList
from sestui.services.index import Index, Seen

if TYPE_CHECKING:
    from sestui.sesv2.gateway import Gateway

FRESH_FOR: Final = 300.0
"""Seconds for which a row that was read may be planned with."""
ASK_UP_TO: Final = 100
"""Up to so many rows asking for each is quicker than reading a long list again."""
_FRUITLESS: Final = 3
"""How often a list is begun anew for an outdated token without getting further before that error is shown."""


class Listing:
    """One list as it is being loaded."""

    def __init__(self, gateway: Gateway, which: SuppressionList, clock: Callable[[], float]) -> None:
        self._gateway = gateway
        self._clock = clock
        self.which = which
        self.index = Index()
        self.complete = False
        """Whether every page has come; until then counts are of what is loaded."""
        self.loading = False
        self.read_again: int | None = None
        """While a list that was complete is read again: how many of its rows have come anew."""
        self._told: set[str] = set()
        """Addresses that came otherwise than by the pages of the present reading."""
        self.read_at: float | None = None
        """When the oldest page on show was asked for, in the clock's seconds; None before the first."""

    def put(self, row: SuppressedDestinationSummary) -> None:
        """Take in one row that SES told apart from the pages."""
        self.index.put([row])
        self._told.add(row.address)

    def discard(self, address: str) -> None:
        """Take out a row that is known to have left the list."""
        self.index.discard(address)
        self._told.discard(address)

    async def freshen(self, addresses: list[str]) -> float:
        """See to it that what is known of these is at most five minutes old, and return its age in seconds.

        A few are asked for one by one, many by reading the list again; so are those whose page has not come. What is
        no longer on the list leaves the index.
        """
        started = self._clock()
        wanted = addresses
        if self.age <= FRESH_FOR:
            wanted = [] if self.complete else [it for it in addresses if self.index.get(it) is None]
        if not wanted:
            return self.age
        if len(wanted) > ASK_UP_TO:
            async for _ in self.load():
                pass
            return self.age
        for address in wanted:
            try:
                self.put((await self._gateway.suppressed_destination(self.which, address)).summary)
            except TenantNotFound:
                raise
            except NotFound:
                self.discard(address)
        return self._clock() - started if wanted is addresses else self.age

    @property
    def age(self) -> float:
        """Seconds since the oldest of what is shown was asked for; 0 before the first page."""
        return 0.0 if self.read_at is None else self._clock() - self.read_at

    async def load(self) -> AsyncIterator[list[SuppressedDestinationSummary]]:
        """Read the list whole and yield, page by page, the rows whose address is new.

        Rows that are there already stay usable; those that the list no longer has go when the last page has come.
        """
        started = self._clock()
        seen = Seen()
        token: str | None = None
        furthest = fruitless = 0
        was_complete = self.complete
        self.loading, self.read_again = True, 0 if self.complete else None
        self.complete = False
        self._told.clear()
        try:
            while True:
                try:
                    page = await self._gateway.suppressed_destinations(self.which, next_token=token)
                except InvalidNextToken:
                    fruitless += 1
                    if token is None or fruitless >= _FRUITLESS:
                        raise
                    # What vanishes between the two beginnings must not count as seen.
                    seen.clear()
                    token = None
                    continue
                if self.read_at is None:
                    self.read_at = started
                new = self.index.put(page.entries, seen)
                if len(seen) > furthest:
                    furthest, fruitless = len(seen), 0
                if self.read_again is not None:
                    self.read_again = len(seen)
                token = page.next_token
                if token is None:
                    self.index.keep(seen, self._told)
                    self.complete, self.loading, self.read_at = True, False, started
                yield new
                if token is None:
                    return
        finally:
            if self.loading:
                # Broken off: what was whole is still that, only older.
                self.loading, self.complete = False, was_complete
