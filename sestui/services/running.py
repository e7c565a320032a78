"""One run of one job: entries are claimed, asked about, carried out, written down and told.

Nothing is done that is not written down before, and nothing is told that is not written down after.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING, Final

from sestui.domain.display import duration
from sestui.domain.errors import (
    AccessDenied,
    BadRequest,
    ConnectionProblem,
    CredentialsRefused,
    Recalled,
    ServiceError,
    SestuiError,
    TenantNotFound,
)
from sestui.domain.job import SAMPLE, Job, Outcome, Result, State, Wish
from sestui.domain.priority import Priority
from sestui.services.acting import Acting
from sestui.services.in_thread import in_thread
from sestui.services.outage import PATIENCE, TRANSIENT, Rests, halted
from sestui.services.reading_back import Sample, misses

if TYPE_CHECKING:
    from sestui.services.journal import Journal
    from sestui.services.journal_rows import Recorded
    from sestui.sesv2.gateway import Gateway

_AT_ONCE: Final = 96
"""Calls under way at once at most; the pacer slows them to what SES lets through."""
_CLAIM: Final = 64
"""Entries claimed by one write to the disk at least; where many calls are under way, twice as many as these."""
_FLUSH: Final = 0.03
"""Seconds for which outcomes are gathered into one write: one each takes a third of the throughput (measured)."""
_LISTEN: Final = 0.5
"""Seconds from one look at what is wished of the job to the next."""
_SLASH: Final = (
    "Known SES defect: it refuses an address with a / here; an import job of the account's list can delete it."
)

_HALTING: Final = (AccessDenied, CredentialsRefused, ConnectionProblem, TenantNotFound)
"""After these every further call would fail in the same way."""


class Run:
    """Whoever makes it holds the job's lock."""

    def __init__(
        self,
        gateway: Gateway,
        journal: Journal,
        clock: Callable[[], float],
        job: Job,
        tell: Callable[[Sequence[Result]], None],
        *,
        dry: bool,
        read_back: str,
        priority: Priority,
    ) -> None:
        self._gateway = gateway
        self._journal = journal
        self._clock = clock
        self._job = job
        self._tell = tell
        self._dry = dry
        self._acting = Acting(gateway, clock, job, dry=dry, priority=priority)
        self._counts = Counter(job.counts)
        self._claimed: deque[Recorded] = deque()
        """What is to be done next; what has to be done again comes first."""
        self._last: int | None = -1
        """The number of the entry claimed last; None when all are."""
        self._claiming = False
        self._under_way = set[asyncio.Task[None]]()
        """Each carries out one entry."""
        self._happened = asyncio.Event()
        """Set when an entry came to its end, or somebody wants the job to stop."""
        self._settled: dict[int, Result] = {}
        """What is not written down yet, by the entry's number."""
        self._state = self._written = (State.RUNNING, "")
        self._ended = False
        self._dirty = asyncio.Event()
        """Set when there is something to write down."""
        self._sample = Sample(SAMPLE if read_back == "sample" else None, job.total - self._counts.total())
        """What is read back."""
        self._answered = 0
        """How many entries came to an end in this run."""
        self._wish: Wish | None = None
        self._halted = ""
        self.halted_by: SestuiError | None = None
        """What every further call would have met as well."""
        self._outage = Rests(self._happened.set)

    async def to_the_end(self) -> None:
        """Carry out what remains, until it is done or somebody or something stops it.

        Raises:
            JournalTrouble: what is done can't be written down any more.
        """
        end = State.PAUSED, "ended before its time"
        try:
            async with asyncio.TaskGroup() as group:
                listening = group.create_task(self._listen())
                writing = group.create_task(self._write_down())
                async with asyncio.TaskGroup() as entries:
                    await self._begin_all(entries)
                listening.cancel()
                self._ended = True
                self._dirty.set()
                await writing
            if sum(self._counts.values()) == self._job.total:
                end = State.DONE, ""
            elif self._wish is Wish.CANCEL:
                end = State.CANCELLED, ""
            else:
                end = State.PAUSED, self._halted
        except BaseExceptionGroup as error:
            raise _first(error) from error
        finally:
            await self._acting.stop()
            await self._leave(*end)

    def pause(self) -> None:
        """Begin no more; `to_the_end` ends when the calls under way are answered."""
        self._wish = self._wish or Wish.PAUSE
        self._happened.set()

    async def _leave(self, state: State, why: str) -> None:
        try:
            await self._flush()
            # What was claimed and not begun need not be asked about by the next run.
            await in_thread(self._journal.release, self._job.id, [it.number for it in self._claimed if not it.asked_at])
        finally:
            await in_thread(self._journal.state, self._job.id, state, why)

    @property
    def _stops(self) -> bool:
        return self._wish is not None or bool(self._halted)

    # Beginning

    async def _begin_all(self, group: asyncio.TaskGroup) -> None:
        looking: asyncio.Task[None] | None = None
        while not self._stops:
            at_once = self._at_once
            if len(self._claimed) <= at_once and self._last is not None and not self._claiming:
                # In the background, and early: a fast job would stand still for as long as the disk takes, and the
                # thread, which waits for the interpreter with each row.
                self._claiming = True
                group.create_task(self._claim())
            if looking is None and self._job.total - self._counts.total() <= 4 * at_once:
                # While the last are under way: by itself it takes as long as three hundred removals of a fast job.
                looking = group.create_task(self._look_back())
            if self._claimed and len(self._under_way) < at_once:
                self._under_way.add(group.create_task(self._carry_out(self._claimed.popleft())))
            elif self._under_way or self._claimed or self._claiming or (looking is not None and not looking.done()):
                await self._happened.wait()
                self._happened.clear()
            elif not self._sample.is_complete:
                self._sample.complete()
                looking = group.create_task(self._look_back())
            else:
                return
        if looking is not None:
            # It may be waiting for seconds for SES to show what was written.
            looking.cancel()
        while self._under_way:
            # What waits for its turn need not be asked; what is under way, or tried again, may come to wait yet.
            self._gateway.pacer.recall(self._under_way)
            await asyncio.wait(self._under_way, timeout=_LISTEN)

    @property
    def _at_once(self) -> int:
        """How many calls may be under way: of a slow service few, and few until some were answered.

        When SES begins to refuse, all that is under way is refused.
        """
        if self._outage.waits:
            return int(not self._under_way and not self._outage.resting)
        pacer = self._gateway.pacer
        paces = [pacer.pace_of(f"{verb}SuppressedDestination") for verb in ("Delete", "Put")]
        slowest = min((pace for pace in paces if pace is not None), default=None)
        if slowest is None:
            # Faster, and a bucket of fifty refuses 2 % of a minute's calls; so it is 1.6 to 1.7 (measured).
            return 8 + self._answered // 3 if self._answered < 80 else _AT_ONCE
        return max(2, min(_AT_ONCE, ceil(2 * slowest)))

    async def _claim(self) -> None:
        """Claim the next entries."""
        most = max(_CLAIM, 2 * self._at_once)
        claimed = await in_thread(self._journal.claim, self._job.id, self._last, most)
        self._last = claimed[-1].number if len(claimed) == most else None
        self._claimed.extend(claimed)
        self._claiming = False
        self._happened.set()

    # One entry

    async def _carry_out(self, claim: Recorded) -> None:
        entry = claim.entry
        try:
            result = await self._acting.act(claim)
        except TRANSIENT as error:
            self._wait(claim, error)
        except Recalled as error:
            self._again(claim, error)
        except _HALTING as error:
            self._halt(halted(error), error)
            self._again(claim, error)
        except BadRequest as error:
            final = "/" in entry.address
            outcome = Outcome.REFUSED if final else Outcome.FAILED
            words = f"{error} {_SLASH}" if final else str(error)
            self._settle(claim, Result(entry, outcome, entry.before, words, error.attempts, error.request_id))
        except SestuiError as error:
            request_id = error.request_id if isinstance(error, ServiceError) else None
            failed = Result(entry, Outcome.FAILED, entry.before, str(error), error.attempts, request_id)
            self._settle(claim, failed)
        else:
            self._settle(claim, result)
        finally:
            self._under_way.discard(asyncio.current_task())
            self._happened.set()

    # What becomes of it

    def _settle(self, claim: Recorded, result: Result) -> None:
        if self._outage.waits:
            self._outage.end()
            self._set(State.RUNNING)
        if claim.attempts:
            result = replace(result, attempts=result.attempts + claim.attempts)
        self._answered += 1
        self._count(result.outcome, 1)
        self._settled[claim.number] = result
        self._dirty.set()
        if not self._dry:
            self._sample.add(claim.number, result)

    def _count(self, outcome: Outcome, number: int) -> None:
        self._counts[outcome] += number
        if not self._counts[outcome]:
            del self._counts[outcome]

    def _again(self, claim: Recorded, error: SestuiError) -> None:
        """Have an entry done yet; where its call may have been carried out SES is asked first."""
        asked_at = claim.asked_at or (self._clock() if error.unanswered else None)
        self._claimed.appendleft(replace(claim, asked_at=asked_at, attempts=claim.attempts + error.attempts))

    def _wait(self, claim: Recorded, error: SestuiError) -> None:
        self._again(claim, error)
        if self._outage.resting:
            return  # It was under way when the rest began: the same news again.
        if (lasts := self._outage.begin()) > PATIENCE:
            self._halt(f"no useful answer for {duration(lasts)}: {error}", error)
        self._set(State.WAITING, str(error))

    def _halt(self, why: str, error: SestuiError) -> None:
        if not self._halted:
            self._halted, self.halted_by = why, error

    def _set(self, state: State, why: str = "") -> None:
        self._state = state, why
        self._dirty.set()

    # Writing down

    async def _write_down(self) -> None:
        # Not cancelled in the end: what is on the disk has to be told.
        while not self._ended:
            await self._dirty.wait()
            await asyncio.sleep(0 if self._ended else _FLUSH)
            await self._flush()

    async def _flush(self) -> None:
        self._dirty.clear()
        settled, self._settled = self._settled, {}
        if settled:
            await in_thread(self._journal.settle, self._job.id, settled, dict(self._counts))
            self._tell(list(settled.values()))
        if self._state != self._written:
            self._written = self._state
            await in_thread(self._journal.state, self._job.id, *self._state)

    async def _listen(self) -> None:
        while True:
            await asyncio.sleep(_LISTEN)
            if wish := await in_thread(self._journal.wished, self._job.id):
                self._wish = wish
                self._happened.set()

    async def _look_back(self) -> None:
        """Read back what was done so far; where SES tells otherwise, say so.

        What can't be read even in the end is left at what SES said.
        """
        try:
            async for number, it in misses(self._acting.look, self._sample, lambda: self._at_once):
                self._count(it.entry.made, -1)
                self._count(it.outcome, 1)
                self._settled[number] = it
                self._dirty.set()
        finally:
            self._happened.set()


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return one of the errors of a group; they are of one cause, the journal that can't be written to."""
    first = errors.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
