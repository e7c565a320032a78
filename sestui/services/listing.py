"""Loads one suppression list into an index, newest first; what is loaded can be used at once.

How a list that changes meanwhile ends up right: whatever is added or replaced after the first page gets a later date,
and the newest window is read once more at the end, from SES's own time at that first page on. A row that left the list
before its window was read never comes and goes at the end; one that left afterwards stays until the list is read
again, or until the slow re-scan of a live list finds it missing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from itertools import islice
from math import ceil, floor, inf
from typing import TYPE_CHECKING, Final, NamedTuple

from sestui.domain.errors import NotFound, TenantNotFound
from sestui.domain.priority import Priority
from sestui.domain.query import Asked
from sestui.domain.suppression import Reason, SuppressedDestinationSummary, SuppressionList
from sestui.services.index import Index, Seen
from sestui.services.sweep import Sweep
from sestui.services.windows import Window, by_age

if TYPE_CHECKING:
    from sestui.services.rows import Columns
    from sestui.sesv2.gateway import Gateway, Page

FRESH_FOR: Final = 300.0
"""Seconds for which a row that was read may be planned with."""
ASK_UP_TO: Final = 100
"""Up to so many rows asking for each is quicker than reading a long list again."""
LAG: Final = 60.0
"""Seconds by which SES may tell a change late (not documented): what is read again overlaps by so much."""
_LOOK_AGAIN: Final = 0.25
"""Seconds between two looks at a list that somebody else is loading."""
_PAGE: Final = 1000


@dataclass(slots=True)
class _Pass:
    """One reading of the whole list; may be left and gone on with."""

    sweep: Sweep
    seen: Seen
    started: float
    ses_time: float | None = None
    """SES's own time at the first page."""
    pages: int = 0
    is_closing: bool = False
    """Whether the newest rows are read once more."""


class _Left(NamedTuple):
    """How an address left the list."""

    at: float
    """In the clock's seconds."""
    date: float | None
    """Its date then; None where it was not loaded."""
    by_us: bool


class Listing:
    """One list as it is being loaded."""

    def __init__(self, gateway: Gateway | None, which: SuppressionList, clock: Callable[[], float]) -> None:
        self.gateway = gateway
        """Who is asked; None until there is a connection, and nothing may be loaded until then."""
        self._clock = clock
        self.which = which
        self.index = Index()
        self.complete = False
        """Whether every page has come; until then counts are of what is loaded."""
        self.loading = False
        self.read_again: int | None = None
        """While rows of an earlier time are on show: how many have come anew."""
        self.read_at: float | None = None
        """When the oldest row on show was asked for, in the clock's seconds; None before the first."""
        self.kept_from: float | None = None
        """When the rows were asked for that a cache has kept and that have not come again; None if there are none."""
        self.kept_since = inf
        """Since when those are all rows that the list had then; inf until the last has been taken in."""
        self._answered: list[Asked] = []
        """What SES was asked for of a filter in the present reading."""
        self.was_whole = False
        """Whether the list was ever read whole: from then on nothing that is kept is news."""
        self._pass: _Pass | None = None
        self._one_reader = asyncio.Lock()
        self._left: dict[str, _Left] = {}
        """Addresses that have left the list: a page from before may still have them."""
        self._own: dict[str, SuppressedDestinationSummary] = {}
        """Rows that we added; where nobody asked SES about them, with this machine's time."""
        self.back: dict[str, float] = {}
        """Addresses that SES has added again after we removed them, and when we did."""

    def adopt(self, columns: Columns, read_at: float) -> bool:
        """Take in some rows as they were at an earlier time, until they come again or turn out to be gone.

        Returns whether they were of any use: once the list was read whole, none are.
        """
        if self.was_whole:
            return False
        if self.kept_from is None and self._pass is not None:
            self.read_again = len(self._pass.seen)
        self.kept_from = self.read_at = read_at
        self.index.fill(columns)
        return True

    @property
    def is_whole(self) -> bool:
        """Whether these are all rows of the list, at some time or other."""
        return self.complete or (self.kept_from is not None and self.kept_since == -inf)

    def put(self, row: SuppressedDestinationSummary) -> None:
        """Take in one row that SES told apart from the pages, or that we added."""
        self._left.pop(row.address, None)
        self.back.pop(row.address, None)
        self._own[row.address] = row
        self.index.put([row], told=True)
        if self._pass is not None:
            self.index.see(row.address, self._pass.seen)

    def is_own(self, row: SuppressedDestinationSummary) -> bool:
        """Whether a page tells a row that we put there ourselves, as SES dates it."""
        own = self._own.get(row.address)
        return own is not None and own.reason is row.reason and abs(own.last_update - row.last_update) < FRESH_FOR

    def discard(self, address: str, *, removed: bool = False) -> None:
        """Take out a row that is known to have left the list; `removed` where it was us who removed it."""
        row = self.index.get(address)
        self._left[address] = _Left(self._clock(), None if row is None else row.last_update, removed)
        self.back.pop(address, None)
        self._own.pop(address, None)
        self.index.discard(address)

    def take(
        self, rows: list[SuppressedDestinationSummary], seen: Seen | None = None
    ) -> list[SuppressedDestinationSummary]:
        """Take in rows of a page, and return those whose address is new."""
        if self._left:
            rows = [row for row in rows if not self._is_late(row)]
        return self.index.put(rows, seen)

    @property
    def age(self) -> float:
        """Seconds since the oldest of what is shown was asked for; 0 before the first page."""
        return 0.0 if self.read_at is None else self._clock() - self.read_at

    @property
    def whole_since(self) -> float:
        """All rows updated since are loaded: seconds since 1970, -inf for all, inf while not even the newest are."""
        if self.complete and self._pass is None:
            return -inf
        if self._pass is None:
            return inf
        return -inf if self._pass.is_closing else self._pass.sweep.open_before

    @property
    def known_since(self) -> float:
        """All rows updated since are loaded, or kept: seconds since 1970, -inf for all, inf while none are for sure."""
        if self.is_whole or self.was_whole:
            return -inf
        return self.whole_since if self.kept_from is None else min(self.kept_since, self.whole_since)

    def has_all(self, asked: Asked) -> bool:
        """Whether all rows are loaded that SES has for this part of a filter."""
        covered = asked.since is not None and asked.since >= self.whole_since
        return covered or self.whole_since == -inf or asked in self._answered

    def is_worth_asking(self, asked: Asked) -> bool:
        """Whether asking for this part of a filter brings its rows sooner than loading does.

        What is newest comes first anyway, and nearly all of a list takes as long as all of it.
        """
        if self.has_all(asked) or not (asked.reasons or asked.before is not None):
            return False
        some = list(islice(self.index, _PAGE))
        matching = sum(row.reason in (asked.reasons or Reason) for row in some)
        return asked.before is not None or 2 * matching < len(some)

    async def ask(self, asked: Asked) -> AsyncGenerator[None, None]:
        """Ask SES for just this part of a filter, ahead of the rest of the list; yield as it comes."""
        window = Window(
            None if asked.since is None else floor(asked.since), None if asked.before is None else ceil(asked.before)
        )
        sweep = self._sweep([window], priority=Priority.PERSON, reasons=asked.reasons)
        async with aclosing(sweep.pages(lambda _: None)) as pages:
            async for page, _ in pages:
                self.take(page.entries)
                yield
        self._answered.append(asked)

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
            async for _ in self.whole():
                pass
            return self.age
        for address in wanted:
            try:
                self.put((await self._asked.suppressed_destination(self.which, address)).summary)
            except TenantNotFound:
                raise
            except NotFound:
                self.discard(address)
        return self._clock() - started if wanted is addresses else self.age

    async def whole(self) -> AsyncIterator[None]:
        """See to it that the list is whole and was read in the last five minutes; yield as it grows.

        What somebody else is loading is waited for. Raises what `load` raises.
        """
        while self.loading:
            yield
            await asyncio.sleep(_LOOK_AGAIN)
        if not self.complete or self.age > FRESH_FOR:
            yield
            async with aclosing(self.load()) as pages:
                async for _ in pages:
                    yield

    async def load(self) -> AsyncGenerator[list[SuppressedDestinationSummary], None]:
        """Read the list whole and yield, page by page, the rows whose address is new.

        Goes on where an earlier reading was left. Rows that are there already stay usable; those that the list no
        longer has go when the last page has come.
        """
        # Who comes second finds the list read, and reads it once more.
        async with self._one_reader, aclosing(self._load()) as pages:
            async for new in pages:
                yield new

    async def _load(self) -> AsyncGenerator[list[SuppressedDestinationSummary], None]:
        current = self._pass
        if current is None:
            self._answered.clear()
            current = self._pass = _Pass(self._sweep(self._windows()), Seen(), self._clock())
            self.read_again = 0 if self.complete or len(self.index) else None
        # The connection may have been made anew since.
        current.sweep.gateway = self._asked
        was_complete, self.complete, self.loading = self.complete, False, True
        try:
            while True:
                async with aclosing(current.sweep.pages(lambda window: self._lost(window, current))) as pages:
                    async for page, is_final in pages:
                        yield self._take(page, current, is_final)
                if current.is_closing or current.pages < 2:
                    break
                current.is_closing = True
                now = self._clock() if current.ses_time is None else current.ses_time
                current.sweep = self._sweep([Window(start=floor(now - LAG))])
            self.index.keep(current.seen)
            self.index.marks.freeze()
            self.complete = self.was_whole = True
            self.read_at, self.kept_from, self._pass = current.started, None, None
        finally:
            self.loading = False
            # Broken off: what was whole is still that, only older.
            self.complete = self.complete or was_complete

    @property
    def _asked(self) -> Gateway:
        assert self.gateway is not None, "nothing is loaded before there is a connection"
        return self.gateway

    def _windows(self) -> list[Window]:
        # What has more than a page is long, and read newest first from the beginning.
        return by_age(self._clock(), costly=False) if len(self.index) > _PAGE else [Window()]

    def _sweep(
        self, windows: list[Window], *, priority: Priority = Priority.VISIBLE, reasons: tuple[Reason, ...] = ()
    ) -> Sweep:
        return Sweep(self._asked, self.which, windows, self._clock, priority=priority, reasons=reasons)

    def _take(self, page: Page, current: _Pass, is_final: bool) -> list[SuppressedDestinationSummary]:
        if self.read_at is None:
            self.read_at = current.started
        if not current.pages:
            current.ses_time = page.ses_time
        current.pages += 1
        # What comes once more may have left by then: it counts as seen only then.
        new = self.take(page.entries, current.seen if is_final else None)
        if self.read_again is not None:
            self.read_again = len(current.seen)
        return new

    def _is_late(self, row: SuppressedDestinationSummary) -> bool:
        """Whether a page has a row from before it left; after a while SES is believed, whatever it was that we knew."""
        left = self._left.get(row.address)
        if left is None:
            return False
        if self._clock() - left.at < LAG and row.last_update < left.at - 1:
            return True
        del self._left[row.address]
        if left.by_us and row.last_update != left.date:
            self.back[row.address] = left.at
        return False

    def _lost(self, window: Window, current: _Pass) -> None:
        # What vanishes between the two beginnings must not count as seen.
        current.seen.forget(self.index.updated_between(window.start, window.end))
