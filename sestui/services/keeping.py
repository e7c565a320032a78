"""Lists as they were last time, shown until SES has told them again, and kept for the next time.

A cache saves waiting and nothing else: what goes wrong with it is said once, and all goes on without.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

from sestui.domain.errors import CacheTrouble
from sestui.domain.suppression import SuppressionList

if TYPE_CHECKING:
    from sestui.domain.suppression import Connection, SuppressedDestinationSummary
    from sestui.services.cache import Cache, Choice, Key
    from sestui.services.kept import Kept
    from sestui.services.listing import Listing


T = TypeVar("T")


class Keeping:
    """Gives lists what a cache has of them, and keeps them there. Without a cache it does nothing."""

    def __init__(self, cache: Cache | None = None, choice: Choice | None = None) -> None:
        self._cache = cache
        self._choice = choice
        self._told = False
        self.tell: Callable[[CacheTrouble], None] = lambda _: None
        """Who hears, once, that there is no cache and why."""
        self.connection: Connection | None = None
        """Whose lists are kept; until STS has told, who it was last time."""
        self._settled = asyncio.Event()
        """Set once STS has told: until then nothing is written."""

    @property
    def may_have_some(self) -> bool:
        """Whether anything may be kept; false where there is no file yet."""
        return self._cache is not None and self._cache.exists

    async def guess(self) -> Connection | None:
        """Return what answered last time to the same profile, Region and endpoint; None if nothing is known."""
        if self._cache is not None and self._choice is not None:
            try:
                self.connection = await self._cache.last(self._choice)
            except CacheTrouble as error:
                self._trouble(error)
        return self.connection

    async def settle(self, connection: Connection) -> bool:
        """Take in who answers, and return whether all that was recalled so far is theirs."""
        before, self.connection = self.connection, connection
        self._settled.set()
        if self._cache is not None and self._choice is not None and before != connection:
            try:
                await self._cache.remember(self._choice, connection)
                await self._cache.tidy()
            except CacheTrouble as error:
                self._trouble(error)
        return before is None or (before.account, before.region) == (connection.account, connection.region)

    async def recall(self, listing: Listing) -> AsyncGenerator[None, None]:
        """Give a list what is kept of it, the newest rows first; yield whenever some came."""
        if self._cache is None or (key := self._key(listing.which)) is None:
            return
        try:
            async with self._cache.read(key) as kept:
                if kept is None:
                    return
                async for columns in kept:
                    if not listing.adopt(columns, kept.read_at):
                        return
                    yield
                listing.kept_since = kept.known_since
                yield
        except CacheTrouble as error:
            self._trouble(error)

    async def lists(self) -> list[SuppressionList]:
        """Return which lists something is kept of, the one that was read last first; wait until STS has told whose."""
        if self._cache is None:
            return []
        await self._settled.wait()
        if (key := self._key(SuppressionList())) is None:
            return []
        try:
            return [SuppressionList(it.tenant_name) for it in await self._cache.keys(key)]
        except CacheTrouble as error:
            self._trouble(error)
            return []

    async def look(self, which: SuppressionList, work: Callable[[Kept], Awaitable[T]]) -> T | None:
        """Return what the work makes of what is kept of a list; None where nothing is.

        Raises:
            CacheTrouble: it can't be read, and that is said.
        """
        if self._cache is None or (key := self._key(which)) is None:
            return None
        try:
            async with self._cache.read(key) as kept:
                return None if kept is None else await work(kept)
        except CacheTrouble as error:
            self._trouble(error)
            raise

    async def keep(self, listing: Listing) -> None:
        """Keep a list as it is loaded now."""
        if self._cache is None or listing.read_at is None or (key := self._written(listing.which)) is None:
            return
        try:
            known_since = listing.known_since
            await self._cache.write(key, listing.index.batches(), read_at=listing.read_at, known_since=known_since)
        except CacheTrouble as error:
            self._trouble(error)

    async def note(
        self, which: SuppressionList, came: Iterable[SuppressedDestinationSummary], left: Iterable[str]
    ) -> None:
        """Keep what came to a list and which addresses left it."""
        if self._cache is not None and (key := self._written(which)) is not None:
            try:
                await self._cache.update(key, came, left)
            except CacheTrouble as error:
                self._trouble(error)

    async def forget(self, which: SuppressionList) -> None:
        """Keep nothing of a list whose tenant is no more."""
        if self._cache is not None and (key := self._written(which)) is not None:
            try:
                await self._cache.forget(key)
            except CacheTrouble as error:
                self._trouble(error)

    def _written(self, which: SuppressionList) -> Key | None:
        return self._key(which) if self._settled.is_set() else None

    def _key(self, which: SuppressionList) -> Key | None:
        from sestui.services.cache import Key  # Who keeps nothing needs none of it.

        return None if self.connection is None else Key.of(self.connection, which)

    def _trouble(self, error: CacheTrouble) -> None:
        if not self._told:
            self._told = True
            self.tell(error)
