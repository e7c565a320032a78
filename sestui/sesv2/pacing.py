"""One pacer for every call: who goes first, and how fast SES lets us.

SES states one request a second for management calls (Developer Guide, "Service quotas"), but not whether each
operation has that or all have it together, nor whether it is enforced: so that is learned from 429 answers. Every
call waits for two paces, its operation's own and the joint one of all operations; the slower decides. A 429 is laid
to the pace that decided. Where none did, it is the own one's if the operation was let through just now; if only
others were, the quota is shared, and it is the joint one's.
"""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from enum import IntEnum
from math import inf, sqrt
from typing import Final

_DOCUMENTED: Final = 1.0
"""Calls a second that SES states."""
_WINDOW: Final = 1.0
"""Seconds that count as just now."""
_FIRST: Final = 4.0
"""Calls a second tried after the first 429, at least: a service that allows 10 or 50 must not be held at one."""
_SEARCH: Final = 1.5
"""By how much a pace grows with a call from the first 429 until its limit is found."""
_FEW: Final = 3
"""With fewer calls let through since the last 429 a search began too high: it begins again at a quarter."""
_BACK_OFF: Final = 0.95
"""What a 429 leaves of a limit."""
_SOON: Final = 10
"""A 429 after fewer calls than this says that the limit was far off: the next steps down are larger."""
_STEEP: Final = 0.8
"""What those leave of it."""
_PLATEAU: Final = 100
"""Calls let through until a pace is back at its limit: about one call in so many is refused."""
_SLOWEST: Final = 0.25
"""Calls a second: no slower, for a limit that others use up just now is free again in a moment."""


class Priority(IntEnum):
    """Who waits for the answer; the lowest number goes first."""

    PERSON = 0
    VISIBLE = 1
    JOB = 2
    BACKGROUND = 3


@dataclass(frozen=True, slots=True)
class _Turn:
    """Leave to make one call."""

    at: float
    pace: "_Pace | None" = None
    """The pace that decided when. None where none did, as after a rest: such a call says nothing of a pace."""
    rate: float = 0.0
    """What that pace was."""


@dataclass(slots=True, eq=False)
class _Pace:
    """What is known of one limit.

    Until the first 429 it trusts SES as far as that has gone: of n calls let through within one second, the most so
    far, it makes 1 + n² of the next (1, 2, 5, 26, then all). The first 429 begins a search: up by half with each call,
    or down by quarters; at the documented rate it stays. The next 429 ends it. From there the pace grows as TCP CUBIC
    does: back to its limit, long close to it, then beyond it faster and faster to the next 429.
    """

    rate: float | None = None
    """Calls a second; None before the first 429."""
    limit: float | None = None
    """Where the last 429 came, as near as is known; None before the first 429 and while it is sought."""
    base: float = 0.0
    """What the last 429 left of the pace."""
    since: int = 0
    """Calls let through since then, and the seconds that they were spaced over."""
    spaced: float = 0.0
    last_at: float = -inf
    slowed_at: float = -inf
    rest: float = 0.0
    """Slots that jobs are to leave free."""
    begun: deque[float] = field(default_factory=lambda: deque(maxlen=64))
    """When the last calls were begun."""
    just_now: deque[float] = field(default_factory=deque)
    """When calls were let through, within the window."""
    most: int = 0
    """How many that ever were."""

    def next_at(self, *, job: bool) -> float:
        if self.rate is None:
            trust = 1 + self.most**2
            return self.begun[-trust] + _WINDOW if len(self.begun) >= trust else -inf
        # What was missed is not made up for: two calls at once are what a limit without bursts refuses.
        return self.last_at + (2 if job and self.rest >= 1 else 1) / self.rate

    def turn(self, now: float) -> _Turn:
        """The turn of a call that has waited for this pace, and for none longer."""
        if self.rate is None or now - self.next_at(job=False) > max(0.5 / self.rate, 0.02):
            return _Turn(now)
        return _Turn(now, self, self.rate)

    def take(self, now: float, *, job: bool, share: float) -> None:
        self.last_at = now
        self.begun.append(now)
        if job and self.rate is not None:
            self.rest += 1 / share - 1 - (self.rest >= 1)

    def busy(self, now: float) -> int:
        """How many calls were let through just now."""
        while self.just_now and self.just_now[0] <= now - _WINDOW:
            self.just_now.popleft()
        return len(self.just_now)

    def let_through(self, turn: _Turn, now: float) -> None:
        self.just_now.append(now)
        self.most = max(self.most, self.busy(now))
        if self.rate is not None and turn.pace is self and turn.at > self.slowed_at:
            self.since += 1
            self.spaced += 1 / turn.rate
            if self.limit is None:
                self.rate = max(self.rate, turn.rate * _SEARCH)
            else:
                self.rate = self.limit + (self.limit - self.base) * (self.since / _PLATEAU - 1) ** 3

    def refused(self, turn: _Turn, now: float) -> None:
        if turn.at <= self.slowed_at:
            return  # It was under way when we slowed down: the same news again.
        decided = turn.pace is self
        if self.rate is None:
            # Half, for a bucket that was full has let through more than its rate.
            self._go_on(max(_FIRST, self.busy(now) / 2))
        elif self.limit is None and not (decided and self.since >= _FEW):
            if self.rate > 4 * _DOCUMENTED:
                self._go_on(self.rate / 4)
            else:
                self._settle(_DOCUMENTED, _BACK_OFF)
        elif self.limit is None:
            self._settle(turn.rate / sqrt(_SEARCH), _BACK_OFF)
        elif decided and self.since < _SOON:
            self._settle(turn.rate, _STEEP)
        elif decided:
            # The mean pace from one empty bucket to the next is what fills it, however much it holds; where it holds
            # one call alone, what it holds too much is lost, and the present pace is the truth. So: between the two.
            self._settle(sqrt(turn.rate * self.since / self.spaced), _BACK_OFF)
        self.slowed_at = self.last_at = now

    def _settle(self, limit: float, kept: float) -> None:
        self.limit = limit
        self._go_on(max(_SLOWEST, kept * limit))

    def _go_on(self, rate: float) -> None:
        self.rate = self.base = rate
        self.since, self.spaced = 0, 0.0


@dataclass(slots=True, eq=False)
class _Waiter:
    operation: str
    priority: Priority
    turn: asyncio.Future[_Turn]


class Pacer:
    """Hands out turns, by priority, no faster than the learned paces.

    A call that was refused holds back everything less urgent until it is answered: otherwise a job at full pace would
    take each slot that a person waits for.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop | None = None, *, share: float = 1.0) -> None:
        """Take clock and timer from `loop`, the running one unless given.

        `share` is how much of a learned pace jobs and background loading may take: of every five slots 0.8 leaves one
        to others, who have the same quota.
        """
        self._loop = loop or asyncio.get_running_loop()
        self.share = share
        self._joint = _Pace()
        self._own: dict[str, _Pace] = {}
        self._waiting: list[_Waiter] = []
        self._refused: list[Priority] = []
        self._timer: asyncio.TimerHandle | None = None

    @property
    def learned(self) -> dict[str, float]:
        """`pace_of` each operation called so far that something has limited."""
        paces = ((operation, self.pace_of(operation)) for operation in self._own)
        return {operation: pace for operation, pace in paces if pace is not None}

    def pace_of(self, operation: str) -> float | None:
        """The pace that holds for an operation now, in calls a second; None while nothing has limited it."""
        own = self._own.get(operation, self._joint)
        return min((pace.rate for pace in (own, self._joint) if pace.rate is not None), default=None)

    @property
    def held_back(self) -> int:
        """How many calls wait just now because SES said no."""
        limited = self.learned
        return sum(bool(self._refused) or waiter.operation in limited for waiter in self._waiting)

    def call(self, operation: str, priority: Priority) -> "PacedCall":
        """Return the life of one call, retries included, as a context."""
        return PacedCall(self, operation, priority)

    async def _turn(self, operation: str, priority: Priority) -> _Turn:
        waiter = _Waiter(operation, priority, self._loop.create_future())
        position = sum(other.priority <= priority for other in self._waiting)
        self._waiting.insert(position, waiter)
        self._grant()
        try:
            return await waiter.turn
        except asyncio.CancelledError:
            if waiter in self._waiting:
                self._waiting.remove(waiter)
            raise

    def _grant(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        now = self._loop.time()
        most_urgent = min(self._refused, default=Priority.BACKGROUND)
        left: list[_Waiter] = []
        wake_at = inf
        for waiter in self._waiting:
            if waiter.turn.done():
                continue  # Cancelled, and not yet gone: a slot would be lost on it.
            job = waiter.priority >= Priority.JOB
            paces = self._paces(waiter.operation)
            slowest = max(paces, key=lambda pace: pace.next_at(job=job))
            if waiter.priority > most_urgent:
                left.append(waiter)
            elif (next_at := slowest.next_at(job=job)) > now:
                left.append(waiter)
                wake_at = min(wake_at, next_at)
            else:
                waiter.turn.set_result(slowest.turn(now))
                for pace in paces:
                    pace.take(now, job=job, share=self.share)
        self._waiting = left
        if wake_at < inf:
            self._timer = self._loop.call_at(wake_at, self._grant)

    def _may_share(self, operation: str) -> bool:
        """Whether an operation shares a limit with others, or nobody knows yet."""
        own, joint = self._paces(operation)
        return joint.rate is not None or (own.rate is None and bool(self.learned))

    def _paces(self, operation: str) -> tuple[_Pace, _Pace]:
        return self._own.setdefault(operation, _Pace()), self._joint


class PacedCall:
    """One call's turns at the pacer: `slot` before each try, then `answered` or `refused`."""

    def __init__(self, pacer: Pacer, operation: str, priority: Priority) -> None:
        self._pacer = pacer
        self._operation = operation
        self._priority = priority
        self._holds_back: Priority | None = None
        """What is less urgent than this waits until the call is answered."""
        self._turn = _Turn(0.0)

    async def __aenter__(self) -> "PacedCall":
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._holds_back is not None:
            self._pacer._refused.remove(self._holds_back)
            self._pacer._grant()

    def _hold_back(self, than: Priority) -> None:
        if self._holds_back is not None:
            self._pacer._refused.remove(self._holds_back)
        self._holds_back = than
        self._pacer._refused.append(than)

    async def slot(self) -> None:
        """Wait for the turn of this call."""
        if self._priority is Priority.PERSON and self._holds_back is None and self._pacer._may_share(self._operation):
            # Under way it may be refused yet, for a job's call that was let through meanwhile.
            self._hold_back(Priority.VISIBLE)
        self._turn = await self._pacer._turn(self._operation, self._priority)

    def answered(self) -> None:
        """SES let the call through, whatever it answered."""
        for pace in self._pacer._paces(self._operation):
            pace.let_through(self._turn, self._pacer._loop.time())
        self._pacer._grant()

    def refused(self) -> None:
        """SES answered 429."""
        now = self._pacer._loop.time()
        own, joint = self._pacer._paces(self._operation)
        blamed = own if own.busy(now) or not joint.busy(now) else joint
        (self._turn.pace or blamed).refused(self._turn, now)
        if self._holds_back is not self._priority:
            self._hold_back(self._priority)
        self._pacer._grant()
