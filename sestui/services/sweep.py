"""Reads windows of a list: one after another while SES lets through few calls, many at once while it lets through all.

Can be left at any moment and gone on with later: what is not read yet is kept, tokens too.
"""

from __future__ import annotations

import asyncio
from bisect import insort
from collections.abc import AsyncGenerator, Callable, Iterable
from math import ceil, inf
from typing import TYPE_CHECKING, Final

from sestui.domain.errors import InvalidNextToken
from sestui.domain.suppression import Reason, SuppressionList
from sestui.services.windows import DAY, Window, by_age, newest_hour, parts

if TYPE_CHECKING:
    from sestui.domain.priority import Priority
    from sestui.sesv2.gateway import Gateway, Page

AT_ONCE: Final = 16
"""Calls under way at once at most: with more they wait for the processor and not for SES (measured at 50 ms a call)."""
_CALL: Final = 0.2
"""Seconds that a call is taken to last: a pace of ten a second is kept up by two at once."""
_FRUITLESS: Final = 3
"""How often a window is begun anew for an outdated token without getting further before that error is raised."""

OPERATION: Final = "ListSuppressedDestinations"
"""What a sweep calls."""


class Sweep:
    """Some windows of one list on their way into memory."""

    def __init__(
        self,
        gateway: Gateway,
        which: SuppressionList,
        windows: Iterable[Window],
        clock: Callable[[], float],
        *,
        priority: Priority,
        reasons: tuple[Reason, ...] = (),
    ) -> None:
        self.gateway = gateway
        self._which = which
        self._clock = clock
        self._priority = priority
        self._reasons = reasons
        self._todo: list[Window] = sorted(windows, key=_newest_first)
        self._reading: dict[asyncio.Task[Page], Window] = {}
        self._answers = 0
        """Answers so far. The second call goes alone, for at one a second it is refused; then each answer lets another
        go, as TCP begins."""

    @property
    def open_before(self) -> float:
        """All later rows are read: seconds since 1970; -inf when it is done, inf while the newest are not read."""
        left = [*self._todo, *self._reading.values()]
        return max((inf if window.end is None else window.end for window in left), default=-inf)

    async def pages(self, lost: Callable[[Window], None]) -> AsyncGenerator[tuple[Page, bool], None]:
        """Yield the pages, in no order that is worth anything, and whether the rows of each won't come once more.

        Args:
            lost: told of a window that is begun anew: its rows have to come again.

        Raises:
            InvalidNextToken: tokens are never good.
            SestuiError: what the gateway raises; to ask again goes on where that happened.
        """
        try:
            while self._todo or self._reading:
                self._start()
                done, _ = await asyncio.wait(self._reading, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    if (taken := self._take(task, lost)) is not None:
                        yield taken
                        # Of answers that came together each gets a turn of the loop to itself.
                        await asyncio.sleep(0)
                    # So does each new call: to make sixteen requests takes as many milliseconds.
                    self._start()
        finally:
            for task, window in self._reading.items():
                task.cancel()
                self._put_back(window)
            self._reading.clear()

    def _start(self) -> None:
        if self._is_slow:
            self._join_old()
        while self._todo and len(self._reading) < self._width:
            window = self._todo.pop(0)
            call = self.gateway.suppressed_destinations(
                self._which,
                reasons=self._reasons,
                start=window.asked_start,
                end=window.asked_end,
                next_token=window.token,
                priority=self._priority,
            )
            task = asyncio.ensure_future(call)
            # Of an answer that nobody waits for any more asyncio would write the error over the terminal.
            task.add_done_callback(_look_at_error)
            self._reading[task] = window

    def _take(self, task: asyncio.Task[Page], lost: Callable[[Window], None]) -> tuple[Page, bool] | None:
        window = self._reading[task]
        try:
            page = task.result()
        except InvalidNextToken:
            if window.token is None or window.begin_anew() >= _FRUITLESS:
                raise
            del self._reading[task]
            self._put_back(window)
            lost(window)
            return None
        del self._reading[task]
        window.token = page.next_token
        window.pages += 1
        self._answers += 1
        left = [] if page.next_token is None else self._instead(window, page) or [window]
        for other in left:
            self._put_back(other)
        return page, window in left or not left

    def _instead(self, window: Window, page: Page) -> list[Window]:
        """Return what to read instead of a window that has more pages; [] to go on with it."""
        now = self._clock()
        if window.is_whole_list:
            return by_age(now, costly=self._is_slow)
        if self._is_slow:
            is_day = window.end is None and window.pages == 1 and now - (window.start or 0.0) > DAY / 2
            return [newest_hour(now), window] if is_day else []
        if window.pages > 1:
            return []
        idle = AT_ONCE - len(self._reading) - len(self._todo) - 1
        return parts(window, [row.last_update for row in page.entries], now, idle=max(0, idle))

    def _put_back(self, window: Window) -> None:
        insort(self._todo, window, key=_newest_first)

    def _join_old(self) -> None:
        """Make one window of those at the end that are not begun and older than all that are worth a call each."""
        oldest = by_age(self._clock(), costly=True)[-1]
        while (
            len(self._todo) > 1
            and self._todo[-2].end is not None
            and oldest.end is not None
            and self._todo[-2].end <= oldest.end
            and not (self._todo[-1].token or self._todo[-2].token)
            and self._todo[-1].end == self._todo[-2].start
        ):
            older = self._todo.pop()
            self._todo[-1].start = older.start

    @property
    def _pace(self) -> float | None:
        return self.gateway.pacer.learned.get(OPERATION)

    @property
    def _is_slow(self) -> bool:
        return self._width == 1 and self._pace is not None

    @property
    def _width(self) -> int:
        """How many calls may be under way at once."""
        if self._pace is not None:
            return max(1, min(AT_ONCE, ceil(self._pace * _CALL)))
        return max(1, min(self._answers, AT_ONCE))


def _look_at_error(task: asyncio.Task[Page]) -> None:
    _ = task.cancelled() or task.exception()


def _newest_first(window: Window) -> tuple[float, float]:
    return -inf if window.end is None else -window.end, inf if window.start is None else -window.start
