"""One pacer for every call: who goes first, and how fast SES lets us.

SES states one request a second for management calls (Developer Guide, "Service quotas"), but not whether each
operation has that or all have it together, nor whether it is enforced: so that is learned from 429 answers. Every
call waits for two paces, its operation's own and the joint one of all operations; the slower decides. A 429 is laid
to the pace that decided. Where none did, it is the own one's if the operation was let through just now; if only
others were, the quota is shared, and it is the joint one's. It is shared, too, if an operation is refused twice right
after a call of another and never let through there: or a job's many deletes would have its few lists starve.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from math import inf
from typing import Any, Final

from sestui.domain.errors import Recalled
from sestui.domain.priority import Priority
from sestui.sesv2.pace import Pace, Turn
from sestui.sesv2.right_of_way import RightOfWay

_COINCIDENCES: Final = 2
"""So many 429s right after calls of other operations, and none such let through between them, are no accident."""
_LOOK: Final = 0.05
"""Seconds from one look at another process's right of way to the next, while a job holds back for it."""
_LEAD: Final = 0.002
"""Seconds before its slot that a call has its turn: a request takes one to be made and signed, and at times two."""


@dataclass(slots=True, eq=False)
class _Waiter:
    operation: str
    priority: Priority
    turn: asyncio.Future[Turn]
    task: asyncio.Task[Any] | None


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
        self.right_of_way: RightOfWay | None = None
        """Tells other processes that a person waits, and jobs here that one waits there."""
        self._persons = 0
        """How many of their calls are waiting or under way."""
        self._joint = Pace()
        self._own = defaultdict[str, Pace](Pace)
        self._waiting: list[_Waiter] = []
        self._refused: list[Priority] = []
        self._timer: asyncio.TimerHandle | None = None
        self._went_last = ""
        """The operation of the call that went out last."""

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

    def recall(self, tasks: Collection[asyncio.Task[Any]]) -> None:
        """Have the calls that these tasks wait to make not be made: they raise `Recalled`."""
        for waiter in self._waiting:
            if waiter.task in tasks and not waiter.turn.done():
                waiter.turn.set_exception(Recalled("The call is not wanted any more."))

    async def _turn(self, operation: str, priority: Priority) -> Turn:
        if not self._waiting and isinstance(turn := self._next(operation, priority), Turn):
            return turn
        waiter = _Waiter(operation, priority, self._loop.create_future(), asyncio.current_task())
        position = sum(other.priority <= priority for other in self._waiting)
        self._waiting.insert(position, waiter)
        self._grant()
        try:
            return await waiter.turn
        except (asyncio.CancelledError, Recalled):
            if waiter in self._waiting:
                self._waiting.remove(waiter)
            raise

    def _grant(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        left: list[_Waiter] = []
        wake_at = inf
        for waiter in self._waiting:
            if waiter.turn.done():
                continue  # Cancelled or recalled, and not yet gone: a slot would be lost on it.
            if isinstance(turn := self._next(waiter.operation, waiter.priority), Turn):
                waiter.turn.set_result(turn)
            else:
                left.append(waiter)
                wake_at = min(wake_at, turn)
        self._waiting = left
        if wake_at < inf:
            self._timer = self._loop.call_at(wake_at, self._grant)

    def _next(self, operation: str, priority: Priority) -> Turn | float:
        """Take the turn of a call if it may be made now, else tell when to look again."""
        if self._refused and priority > min(self._refused):
            return inf
        now, job = self._loop.time(), priority >= Priority.JOB
        own, joint = self._paces(operation)
        # What is known says more than how far SES is trusted.
        known = [pace for pace in (own, joint) if pace.rate is not None]
        slowest = max(known or (own, joint), key=lambda pace: pace.next_at(job=job))
        if (next_at := slowest.next_at(job=job)) - _LEAD > now:
            return next_at - _LEAD
        if job and (free_at := self._free_at(operation, now)) > now:
            return min(free_at, now + _LOOK)
        turn = slowest.turn(max(now, next_at), now)
        for pace in (own, joint):
            pace.take(turn.at, job=job, share=self.share)
        return turn

    def _free_at(self, operation: str, now: float) -> float:
        """When a job may go on, for the right of way: the last call of a person elsewhere took a slot as well."""
        pace = self.pace_of(operation)
        if self.right_of_way is None or pace is None:
            return now
        return now + self.right_of_way.claimed_for() + 1 / pace

    def _may_share(self, operation: str) -> bool:
        """Whether an operation shares a limit with others, or nobody knows yet."""
        own, joint = self._paces(operation)
        return joint.rate is not None or (own.rate is None and bool(self.learned))

    def _join(self) -> bool:
        """Have what was found for one operation be that of all together, unless that is known; tell whether it is."""
        fastest = max(self._own, key=lambda operation: self._own[operation].rate or 0.0)
        if self._joint.rate is not None or self._own[fastest].rate is None:
            return False
        last_at = self._joint.last_at
        self._joint = self._own.pop(fastest)
        self._joint.last_at = last_at
        return True

    def _paces(self, operation: str) -> tuple[Pace, Pace]:
        return self._own[operation], self._joint


class PacedCall:
    """One call's turns at the pacer: for each try `slot`, `goes_out` once it is made, then `answered` or `refused`."""

    def __init__(self, pacer: Pacer, operation: str, priority: Priority) -> None:
        self._pacer = pacer
        self._operation = operation
        self._priority = priority
        self._holds_back: Priority | None = None
        """What is less urgent than this waits until the call is answered."""
        self._turn = Turn(0.0, 0.0)

    async def __aenter__(self) -> "PacedCall":
        self._pacer._persons += self._priority is Priority.PERSON
        return self

    async def __aexit__(self, *_: object) -> None:
        self._pacer._persons -= self._priority is Priority.PERSON
        self._claim()
        if self._holds_back is not None:
            self._pacer._refused.remove(self._holds_back)
            self._pacer._grant()

    def _hold_back(self, than: Priority) -> None:
        if self._holds_back is not None:
            self._pacer._refused.remove(self._holds_back)
        self._holds_back = than
        self._pacer._refused.append(than)

    def _claim(self) -> None:
        if self._priority is Priority.PERSON and (right := self._pacer.right_of_way) is not None:
            right.claim() if self._pacer._persons else right.end()

    async def slot(self) -> None:
        """Wait for the turn of this call, which comes a moment before its slot.

        Raises:
            Recalled: it is not to be made any more.
        """
        self._claim()
        if self._priority is Priority.PERSON and self._holds_back is None and self._pacer._may_share(self._operation):
            # Under way it may be refused yet, for a job's call that was let through meanwhile.
            self._hold_back(Priority.VISIBLE)
        self._turn = await self._pacer._turn(self._operation, self._priority)

    async def goes_out(self) -> None:
        """Wait for the slot itself, with a request that needs but be sent; the next slot is counted from its going."""
        loop = self._pacer._loop
        if (early := self._turn.at - loop.time()) > 0:
            await asyncio.sleep(early)
        before, self._pacer._went_last = self._pacer._went_last, self._operation
        self._turn = self._turn._replace(at=loop.time(), after_others=before not in ("", self._operation))
        for pace in self._pacer._paces(self._operation):
            pace.last_at = max(pace.last_at, self._turn.at)

    def answered(self) -> None:
        """SES let the call through, whatever it answered."""
        now = self._pacer._loop.time()
        own, joint = self._pacer._paces(self._operation)
        if self._turn.after_others:
            own.after_others = 0
        late = own.late(now - self._turn.at)
        for pace in (own, joint):
            pace.let_through(self._turn, now, late)
        self._pacer._grant()

    def refused(self) -> None:
        """SES answered 429."""
        now = self._pacer._loop.time()
        own, joint = self._pacer._paces(self._operation)
        blamed, shared = self._turn.pace, False
        if blamed is None:
            shared = joint.busy(now) > 0 and not own.busy(now)
        elif blamed is own and joint.rate is None and self._turn.after_others:
            own.after_others += 1
            shared = own.after_others >= _COINCIDENCES
        if not shared:
            (blamed or own).refused(self._turn, now)
        elif not self._pacer._join():
            joint.refused(self._turn, now)
        # Else no pace was too fast: two operations were too close together, and from now on keep apart.
        if self._holds_back is not self._priority:
            self._hold_back(self._priority)
        self._pacer._grant()
