"""One limit of SES's, and how fast calls may go by what is known of it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True)
class Turn:
    """Leave to make one call."""

    at: float
    pace: Pace | None = None
    """The pace that decided when. None where none did, as after a rest: such a call says nothing of a pace."""
    rate: float = 0.0
    """What that pace was."""


@dataclass(slots=True, eq=False)
class Pace:
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

    def turn(self, now: float) -> Turn:
        """The turn of a call that has waited for this pace, and for none longer."""
        if self.rate is None or now - self.next_at(job=False) > max(0.5 / self.rate, 0.02):
            return Turn(now)
        return Turn(now, self, self.rate)

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

    def let_through(self, turn: Turn, now: float) -> None:
        self.just_now.append(now)
        self.most = max(self.most, self.busy(now))
        if self.rate is not None and turn.pace is self and turn.at > self.slowed_at:
            self.since += 1
            self.spaced += 1 / turn.rate
            if self.limit is None:
                self.rate = max(self.rate, turn.rate * _SEARCH)
            else:
                self.rate = self.limit + (self.limit - self.base) * (self.since / _PLATEAU - 1) ** 3

    def refused(self, turn: Turn, now: float) -> None:
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
