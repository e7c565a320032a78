"""One limit of SES's, and how fast calls may go by what is known of it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from math import inf, sqrt
from typing import Final, NamedTuple

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
_BACK_OFF: Final = 0.015
"""What a 429 takes of a limit, at least."""
_SOON: Final = 10
"""A 429 after fewer calls than this says that the limit was far off, or only that a call was late and the next one
therefore early: so each of a row takes twice as much as the one before."""
_STEEP: Final = 0.2
"""What it takes at most."""
_PLATEAU: Final = 100
"""Calls let through until a pace is back at its limit: about one call in so many is refused."""
_FOUND: Final = 33
"""The same right after a search. Not after the documented rate was taken for the limit: it may well be that, and a list
of seventy pages be refused once more."""
_DOUBT: Final = 2
"""How often the step down from a guess is doubled."""
_RISE: Final = 4
"""How many times what was taken of it a pace is beyond its limit after twice as many calls."""
_NEAR: Final = 0.03
"""By what share of a refused pace the limit is below it at most, once it was found."""
_LATE: Final = 0.1
"""By what share of a slot the next call waits for one that was late, at most: it may have been on its way that long,
or SES at work."""
_LATELY: Final = 100
"""Calls after which a quicker one is forgotten, more or less."""
_SLOWEST: Final = 0.25
"""Calls a second: no slower, for a limit that others use up just now is free again in a moment."""


class Turn(NamedTuple):
    """Leave to make one call."""

    at: float
    """When its slot is; then when it went out."""
    given_at: float
    """When it was given: what SES has said since then it could not heed."""
    pace: Pace | None = None
    """The pace that decided when. None where none did, as after a rest: such a call says nothing of a pace."""
    rate: float = 0.0
    """What that pace was."""
    after_others: bool = False
    """Whether the call that went out before it was of another operation."""


@dataclass(slots=True, eq=False)
class Pace:
    """What is known of one limit.

    Until the first 429 it trusts SES as far as that has gone: of n calls let through within one second, the most so
    far, it makes 1 + n² of the next (1, 2, 5, 26, then all). The first 429 begins a search: up by half with each call,
    or down by quarters; at the documented rate it stays. The next 429 ends it. From there the pace grows as TCP CUBIC
    does: back to its limit, long close to it, then beyond it faster and faster to the next 429.

    A bucket that holds one call alone loses what comes late and refuses what comes early: so each slot is counted from
    when the call before it went out, or may have come, and a refused call is made again when its slot opens.
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
    soon: int = 0
    """How often its steps down were doubled: for each 429 in a row that came soon."""
    plateau: int = _PLATEAU
    """Calls let through until it is back at its limit; fewer after a search."""
    after_others: int = 0
    """How many calls right after others were refused, and none of them let through since."""
    last_at: float = -inf
    """Where the last slot was."""
    slowed_at: float = -inf
    through_at: float = -inf
    """When the last call that was let through was begun."""
    closest: float = inf
    """Seconds between two such calls, the fewest so far."""
    shortest: float = inf
    """Seconds that the quickest call took, of late."""
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

    def turn(self, at: float, now: float) -> Turn:
        """The turn of a call that has waited for this pace, and for none longer."""
        if self.rate is None or at - self.next_at(job=False) > max(0.5 / self.rate, 0.02):
            return Turn(at, now)
        return Turn(at, now, self, self.rate)

    def take(self, at: float, *, job: bool, share: float) -> None:
        self.last_at = at
        self.begun.append(at)
        if job and self.rate is not None:
            self.rest += 1 / share - 1 - (self.rest >= 1)

    def late(self, took: float) -> float:
        """Take in how many seconds a call took, and return how many more these are than the quickest took of late."""
        forgotten = (took - self.shortest) / _LATELY if self.shortest < inf else 0.0
        self.shortest = min(took, self.shortest + forgotten)
        return took - self.shortest

    def busy(self, now: float) -> int:
        """How many calls were let through just now."""
        while self.just_now and self.just_now[0] <= now - _WINDOW:
            self.just_now.popleft()
        return len(self.just_now)

    def let_through(self, turn: Turn, now: float, late: float) -> None:
        """SES let a call through, and answered it `late` seconds later than others."""
        self.last_at = max(self.last_at, turn.at + min(late, _LATE / (self.rate or inf)))
        self.closest = min(self.closest, abs(turn.at - self.through_at))
        self.through_at = max(self.through_at, turn.at)
        self.just_now.append(now)
        self.most = max(self.most, self.busy(now))
        if self.rate is not None and turn.pace is self and turn.given_at > self.slowed_at:
            self.since += 1
            self.spaced += 1 / turn.rate
            if self.limit is None:
                self.rate = max(self.rate, turn.rate * _SEARCH)
            else:
                ahead = (self.since / self.plateau - 1) ** 3
                self.rate = self.limit * (1 + ahead * (_RISE if ahead > 0 else 1) * (1 - self.base / self.limit))

    def refused(self, turn: Turn, now: float) -> None:
        if turn.given_at <= self.slowed_at:
            return  # It was under way when we slowed down: the same news again.
        decided = turn.pace is self
        slot = now
        if self.rate is None:
            # Half, for a bucket that was full has let through more than its rate.
            self._go_on(max(_FIRST, self.busy(now) / 2))
        elif self.limit is None and not (decided and self.since >= _FEW):
            if self.rate > 4 * _DOCUMENTED:
                self._go_on(self.rate / 4)
            else:
                self._guess(_DOCUMENTED, _PLATEAU)
        elif self.limit is None:
            # Right after a call of another operation the pace may not have been too fast at all.
            overshot = 1 if turn.after_others else sqrt(_SEARCH)
            self._guess(self._filled(turn.rate) or turn.rate / overshot, _FOUND)
        elif decided:
            if self.since < _SOON:
                self.soon += 1
                self._settle(turn.rate)
            else:
                self.soon = 0
                self.plateau = min(_PLATEAU, 2 * self.plateau)
                limit = max(sqrt(turn.rate * self._mean), turn.rate * (1 - _NEAR))
                self._settle(self._filled(turn.rate) or limit)
            # Nothing was taken: the slot that opens is that of the call that was let through last, or of one under way.
            slot = self.through_at if turn.at == self.last_at else self.last_at
        self.slowed_at, self.last_at = now, slot

    @property
    def _mean(self) -> float:
        """The mean pace since the last 429."""
        return self.since / self.spaced

    def _filled(self, rate: float) -> float | None:
        """How many calls a second fill the bucket behind the limit; None if it may hold one alone.

        The mean pace from one time that it is empty to the next does, however much it holds, save where what it
        can't hold is lost. It holds more than one call if two were let through too close together for this pace.
        """
        return self._mean if self.closest < 0.5 / rate else None

    def _guess(self, limit: float, plateau: int) -> None:
        self.soon, self.plateau = _DOUBT, plateau
        self._settle(limit)

    def _settle(self, limit: float) -> None:
        self.limit = limit
        self._go_on(max(_SLOWEST, limit * (1 - min(_STEEP, _BACK_OFF * 2**self.soon))))

    def _go_on(self, rate: float) -> None:
        self.rate = self.base = rate
        self.since, self.spaced = 0, 0.0
