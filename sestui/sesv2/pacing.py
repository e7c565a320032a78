"""One pacer for every call: who goes first, and how fast SES lets us.

SES states one request a second for management calls and nothing for each operation (Developer Guide, "Service
quotas"), so the pace of an operation is learned from its 429 answers: none until the first, then just below where
the last one came, growing until the next.
"""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

_WINDOW: Final = 1.0
"""Seconds over which calls let through are counted at the first 429: the first guess at the limit."""
_SEARCH: Final = 1.2
"""By how much a pace grows with each call from the first guess to the next 429."""
_BACK_OFF: Final = 0.95
"""What is left of a pace after a 429."""
_PLATEAU: Final = 60
"""Calls let through until a pace is back where its last 429 came: about one call in so many is refused."""
_SOON: Final = 10
"""A 429 after fewer calls than this says that the pace was far off: the next steps down are larger."""
_STEEP: Final = 0.8
"""What those leave of a pace."""
_SLOWEST: Final = 0.25
"""Calls a second: no slower, for a limit that others use up just now is free again in a moment."""


class Priority(IntEnum):
    """Who waits for the answer; the lowest number goes first."""

    PERSON = 0
    VISIBLE = 1
    JOB = 2
    BACKGROUND = 3


@dataclass(slots=True)
class _Pace:
    """What is known of one operation's limit.

    Grows as TCP CUBIC does: back to where the last 429 came, long close to it, then beyond it faster and faster. In
    simulation (1/s and 10/s, bursts of 1) that takes 96 % of an enforced rate and 1.7 % of calls are refused once it
    has settled; a steady growth of 0.5 % a call had 91 % and 5.8 % at 1/s, and 59 % at 10/s.
    """

    rate: float | None = None
    """Calls a second; None while SES has never said no."""
    next_at: float = 0.0
    slowed_at: float = -1.0
    limit: float | None = None
    """Where the last 429 came; None from the first guess to the next 429, while the limit is sought."""
    base: float = 0.0
    """What the last 429 left of the pace."""
    since: int = 0
    """Calls begun since the last 429 and let through."""
    let_through: deque[float] = field(default_factory=deque)
    """When, within the window; kept until the first 429."""

    def take(self, now: float) -> bool:
        """Take a slot, and tell whether the pace decided when: a call after a rest says nothing of it."""
        if self.rate is None:
            return True
        interval = 1 / self.rate
        bound = now - self.next_at <= max(interval / 2, 0.02)
        # What was missed is not made up for: two calls at once are what a limit without bursts refuses.
        self.next_at = now + interval
        return bound

    def answered(self, started: float, now: float, *, bound: bool) -> None:
        if self.rate is None:
            self.let_through.append(now)
            while self.let_through[0] <= now - _WINDOW:
                self.let_through.popleft()
        elif bound and started > self.slowed_at:
            self.since += 1
            if self.limit is None:
                self.rate *= _SEARCH
            else:
                self.rate = self.limit + (self.limit - self.base) * (self.since / _PLATEAU - 1) ** 3

    def refused(self, started: float, now: float, *, bound: bool) -> None:
        if started <= self.slowed_at:
            return  # It was under way when we slowed down: the same news again.
        if self.rate is None:
            self.rate = max(1.0, sum(at > now - _WINDOW for at in self.let_through))
        elif bound:
            kept = _BACK_OFF
            if self.limit is not None and self.since < _SOON:
                kept, self.limit = _STEEP, (self.limit + self.rate) / 2
            else:
                self.limit = self.rate
            self.rate = self.base = max(_SLOWEST, kept * self.rate)
            self.since = 0
        self.slowed_at = now
        self.next_at = now + 1 / self.rate


@dataclass(slots=True, eq=False)
class _Waiter:
    operation: str
    priority: Priority
    granted: asyncio.Future[bool]


class Pacer:
    """Hands out slots, by priority, no faster than each operation's learned pace.

    A quota may be shared by all operations, so a call that was refused holds back everything less urgent until it is
    answered: otherwise a job at full pace would take each slot that a person waits for.
    """

    def __init__(self) -> None:
        self._paces: dict[str, _Pace] = {}
        self._waiting: list[_Waiter] = []
        self._refused: list[Priority] = []
        self._timer: asyncio.TimerHandle | None = None

    @property
    def learned(self) -> dict[str, float]:
        """The pace, in calls a second, of each operation that SES has limited."""
        return {name: pace.rate for name, pace in self._paces.items() if pace.rate is not None}

    @property
    def held_back(self) -> int:
        """How many calls wait just now because SES said no."""
        return len(self._waiting)

    def call(self, operation: str, priority: Priority) -> "PacedCall":
        """Return the life of one call, retries included, as a context."""
        return PacedCall(self, operation, priority)

    async def _slot(self, operation: str, priority: Priority) -> bool:
        waiter = _Waiter(operation, priority, asyncio.get_running_loop().create_future())
        position = sum(other.priority <= priority for other in self._waiting)
        self._waiting.insert(position, waiter)
        self._grant()
        try:
            return await waiter.granted
        except asyncio.CancelledError:
            if waiter in self._waiting:
                self._waiting.remove(waiter)
            raise

    def _grant(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        loop = asyncio.get_running_loop()
        now = loop.time()
        most_urgent = min(self._refused, default=Priority.BACKGROUND)
        left: list[_Waiter] = []
        wake_at: list[float] = []
        for waiter in self._waiting:
            if waiter.granted.done():
                continue  # Cancelled, and not yet gone: a slot would be lost on it.
            pace = self._pace(waiter.operation)
            if waiter.priority > most_urgent:
                left.append(waiter)
            elif pace.next_at > now:
                left.append(waiter)
                wake_at.append(pace.next_at)
            else:
                waiter.granted.set_result(pace.take(now))
        self._waiting = left
        if wake_at:
            self._timer = loop.call_at(min(wake_at), self._grant)

    def _pace(self, operation: str) -> _Pace:
        return self._paces.setdefault(operation, _Pace())


class PacedCall:
    """One call's turns at the pacer: `slot` before each try, then `answered` or `refused`."""

    def __init__(self, pacer: Pacer, operation: str, priority: Priority) -> None:
        self._pacer = pacer
        self._operation = operation
        self._priority = priority
        self._holds_back = False
        self._started = 0.0
        self._bound = False

    async def __aenter__(self) -> "PacedCall":
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._holds_back:
            self._pacer._refused.remove(self._priority)
            self._pacer._grant()

    async def slot(self) -> None:
        """Wait for the turn of this call."""
        bound = await self._pacer._slot(self._operation, self._priority)
        # A second 429 counts even after a rest: the first one was followed by a wait of this pace's own.
        self._bound = bound or self._holds_back
        self._started = asyncio.get_running_loop().time()

    def answered(self) -> None:
        """SES let the call through, whatever it answered."""
        now = asyncio.get_running_loop().time()
        self._pacer._pace(self._operation).answered(self._started, now, bound=self._bound)

    def refused(self) -> None:
        """SES answered 429."""
        now = asyncio.get_running_loop().time()
        self._pacer._pace(self._operation).refused(self._started, now, bound=self._bound)
        if not self._holds_back:
            self._holds_back = True
            self._pacer._refused.append(self._priority)
