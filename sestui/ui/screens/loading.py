"""How lists come on the browse screen: opened, shown as they were kept, loaded where that was left."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine, Iterable
from contextlib import aclosing, suppress
from functools import partial
from typing import TYPE_CHECKING, Final

from sestui.domain.errors import SestuiError, TenantNotFound
from sestui.domain.suppression import SuppressionList
from sestui.services.back import find_back
from sestui.services.listing import FRESH_FOR, Listing

if TYPE_CHECKING:
    from textual.worker import Worker

    from sestui.domain.job import Result
    from sestui.domain.query import Asked
    from sestui.domain.suppression import Connection
    from sestui.services.keeping import Keeping
    from sestui.sesv2.gateway import Gateway
    from sestui.ui.screens.browse import BrowseScreen
    from sestui.ui.screens.reading import Reading

_ROWS: Final = 1_000_000
"""Rows in memory, of all lists together, beyond which the lists looked at longest ago are forgotten: 110 MB.
Never one with marks: these belong to its rows."""
_KEPT_FIRST: Final = 0.15
"""Seconds for which the first paint and the connection wait for what is kept of the list."""
_KEEP: Final = 120.0
"""Seconds of loading after which what has come is kept: at one request a second nobody should wait for it twice."""
_FRAME: Final = 0.02
"""Seconds that a painting takes."""
_AT_WORK: Final = 0.5
"""Seconds after a key for which somebody is taken to be at work."""
_ROOM: Final = 0.004
"""Seconds for which the loop rests after each page meanwhile: the next key is read by a thread."""
_KEY: Final = 0.05
"""Seconds at most that pages wait for the effect of a key to be on the screen."""
_REST: Final = 0.5
"""Seconds that a filter has to stand still before SES is asked for what it narrows the list to."""


class Loading:
    """Loads lists on behalf of a screen; only the open one is read."""

    def __init__(
        self,
        screen: BrowseScreen,
        reading: Reading,
        clock: Callable[[], float],
        keeping: Keeping,
    ) -> None:
        self._screen = screen
        self._reading = reading
        self._clock = clock
        self._keeping = keeping
        keeping.tell = screen.app.tell_error
        self._way: asyncio.TimerHandle | None = None
        """Set while pages wait for a key."""
        self._recalling: set[SuppressionList] = set()
        """Lists that are given what is kept of them just now."""
        self._recalled: asyncio.Event | None = None
        """Set when the newest rows that are kept of the first list are shown; None until anybody wants them to be."""
        self.first_page = asyncio.Event()
        """Set when addresses are on the screen: what else is read at the start waits for them."""
        self.listings: dict[SuppressionList, Listing] = {}
        """What is loaded of each list; the one looked at last comes last."""

    async def show_kept(self, which: SuppressionList) -> None:
        """Show what is kept of the list that is to be opened, before there is a connection.

        Returns when its newest rows are there, or nothing is kept, or that takes long; who comes later waits too.
        """
        if self._recalled is None:
            self._recalled = asyncio.Event()
            self._start(f"recall {which}", self._guess, which, self._recalled)
        with suppress(TimeoutError):
            async with asyncio.timeout(_KEPT_FIRST):
                await self._recalled.wait()

    async def _guess(self, which: SuppressionList, recalled: asyncio.Event) -> None:
        try:
            if await self._keeping.guess() is not None:
                await self._recall(self.listing_of(None, which), recalled)
        finally:
            recalled.set()

    async def settle(self, connection: Connection) -> None:
        """Take in who answers; what is shown of another account is thrown away."""
        guessed = self._keeping.connection
        if not await self._keeping.settle(connection):
            which = None if (shown := self._screen.list_pane.listing) is None else shown.which
            self.listings.clear()
            if which is not None:
                self.open(which)
            return
        for listing in self.listings.values():
            # Until now nothing could be kept of these, nor anything be shown that was unless one could guess.
            if listing.complete:
                self._keep(listing)
            elif guessed is None:
                self._start(f"recall {listing.which}", self._recall, listing)

    def changed(self, which: SuppressionList, results: Iterable[Result]) -> None:
        """Keep what a job of ours has done to its list; how long that is otherwise, SES is asked again."""
        from sestui.domain.job import DONE  # Whoever has a job has it imported.

        if self._reading.directory is not None:
            self._reading.directory.forget_size(which)
        done = [result for result in results if result.outcome in DONE]
        came = [result.after for result in done if result.after is not None]
        left = [result.entry.address for result in done if result.after is None]
        noting = partial(self._keeping.note, which, came, left)
        _: Worker[None] = self._screen.run_worker(noting, group="note")

    def listing_of(self, gateway: Gateway | None, which: SuppressionList) -> Listing:
        """Return what is loaded of a list, if only nothing; the lists looked at longest ago are forgotten."""
        listing = self.listings.pop(which, None) or Listing(gateway, which, self._clock)
        listing.gateway = gateway or listing.gateway
        self.listings[which] = listing
        rows = 0
        for other in reversed(list(self.listings.values())):
            rows += len(other.index)
            if rows > _ROWS and other is not listing and not other.loading and not other.index.marks:
                del self.listings[other.which]
        return listing

    @property
    def marked(self) -> int:
        """How many marks there are on all lists of this session."""
        return sum(len(listing.index.marks) for listing in self.listings.values())

    def open(self, which: SuppressionList) -> None:
        """Show a list, and read it where that was left; one that was read whole a while ago is read again."""
        if (gateway := self._reading.gateway) is not None:
            self._screen.workers.cancel_group(self._screen, "consulted")
            left, listing = self._screen.list_pane.listing, self.listing_of(gateway, which)
            self._start("list", self._load, listing)
            # Of which nothing has come anew, that is kept already, or forgotten with its tenant.
            if left is not None and left is not listing and not left.complete and left.read_again != 0:
                self._keep(left)
            if listing.read_at is None and which not in self._recalling:
                self._start(f"recall {which}", self._recall, listing)

    async def recall(self, which: SuppressionList) -> None:
        """Bring in what is kept of a list that nobody has opened."""
        listing = self.listing_of(self._reading.gateway, which)
        if listing.read_at is None and which not in self._recalling:
            await self._recall(listing)

    def again(self) -> None:
        """Read the open list again, or where that was broken off go on."""
        if (listing := self._screen.list_pane.listing) is not None:
            self._start("list", self._load, listing, True)

    def ask(self, asked: Asked) -> None:
        """Ask SES for what the filter narrows the list to, where that brings it sooner."""
        self._start("ask", self._ask, asked)

    def make_way(self, loop: asyncio.AbstractEventLoop) -> None:
        """A key came: a list that loads at full speed would leave it no moment on its way to the screen.

        May be called in any thread.
        """
        if (gateway := self._reading.gateway) is not None:
            # A flag, no more: until the loop hears of the key as many pages would be read as it takes turns.
            gateway.quiet.clear()
            loop.call_soon_threadsafe(self._wait)

    def _wait(self) -> None:
        if self._way is not None:
            self._way.cancel()
        self._way = asyncio.get_running_loop().call_later(_KEY, self.go_on)

    def go_on(self) -> None:
        """What the key has done is on the screen, or takes long."""
        if self._way is not None and (gateway := self._reading.gateway) is not None:
            self._way.cancel()
            self._way = None
            gateway.quiet.set()

    def _start(self, group: str, loading: Callable[..., Coroutine[None, None, None]], *arguments: object) -> None:
        # A partial, not a coroutine: one that is dropped before its turn would never be awaited.
        _: Worker[None] = self._screen.run_worker(partial(loading, *arguments), group=group, exclusive=True)

    async def _load(self, listing: Listing, again: bool = False) -> None:
        pane = self._screen.list_pane
        pane.open(listing)
        self._reading.use()
        if listing.complete and listing.age <= FRESH_FOR and not again:
            return
        kept_at = self._clock()
        try:
            async with aclosing(listing.load()) as pages:
                async for _ in pages:
                    pane.page_came()
                    if not self.first_page.is_set():
                        # Its rows are painted before the next pages want the processor.
                        await asyncio.sleep(_FRAME)
                        self.first_page.set()
                    elif (gateway := self._reading.gateway) is not None:
                        await gateway.quiet.wait()
                        if self._clock() - self._screen.last_key < _AT_WORK:
                            await asyncio.sleep(_ROOM)
                    if self._clock() - kept_at > _KEEP:
                        kept_at = self._clock()
                        self._keep(listing)
            pane.redraw()
        except SestuiError as error:
            pane.trouble(error)
            self._screen.app.keep_error(error)
            if isinstance(error, TenantNotFound):
                await self._keeping.forget(listing.which)
        else:
            self._keep(listing)
            await self.find_back(listing)

    async def find_back(self, listing: Listing, addresses: Collection[str] | None = None) -> None:
        """Look which of these addresses, or of all, a job of ours has removed before they came."""
        gateway = self._reading.gateway
        if gateway is None or gateway.connection.account is None:
            return
        try:
            await find_back(self._screen.flows.journal, gateway.connection, listing, addresses)
        except SestuiError as error:
            self._screen.app.keep_error(error)

    def _keep(self, listing: Listing) -> None:
        # A part of what is kept must not take the place of the whole, nor what was thrown away as another account's.
        if listing.which not in self._recalling and self.listings.get(listing.which) is listing:
            self._start(f"keep {listing.which}", self._keeping.keep, listing)

    async def _recall(self, listing: Listing, recalled: asyncio.Event | None = None) -> None:
        pane = self._screen.list_pane
        self._recalling.add(listing.which)
        try:
            async with aclosing(self._keeping.recall(listing)) as some:
                async for _ in some:
                    if pane.listing is None:
                        pane.open(listing)
                    if pane.listing is listing:
                        pane.page_came()
                    if recalled is not None and not recalled.is_set():
                        recalled.set()
                        # They are painted before the rest comes.
                        await asyncio.sleep(_FRAME)
        finally:
            self._recalling.discard(listing.which)
        if listing.complete:
            self._keep(listing)

    async def _ask(self, asked: Asked) -> None:
        pane = self._screen.list_pane
        # A filter is typed letter by letter: each would cost a call.
        await asyncio.sleep(_REST)
        listing = pane.listing
        if listing is None or listing.gateway is None or asked.is_empty or not listing.is_worth_asking(asked):
            return
        try:
            pane.tell_asking(asked)
            async with aclosing(listing.ask(asked)) as some:
                async for _ in some:
                    pane.page_came()
        except SestuiError as error:
            self._screen.app.tell_error(error)
        finally:
            pane.tell_asking(None)
