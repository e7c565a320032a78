"""One run of a job that goes by S3: its parts, some at a time, each as `import_steps` has it."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from sestui.domain.display import duration
from sestui.domain.errors import AccessDenied, JobRefused, JournalTrouble, LimitExceeded, SestuiError, UsageError
from sestui.domain.import_job import AT_ONCE, Part, PartState, Place
from sestui.domain.job import SAMPLE, Job, Result, State, Wish
from sestui.domain.priority import Priority
from sestui.services.acting import Acting
from sestui.services.import_steps import ACCOUNT, Steps, Stopped
from sestui.services.in_thread import in_thread
from sestui.services.outage import PATIENCE, TRANSIENT, halted, longer
from sestui.services.reading_back import Sample, misses

if TYPE_CHECKING:
    from sestui.domain.settings import Account
    from sestui.services.journal import Journal
    from sestui.sesv2.gateway import Gateway

_WORKERS: Final = 4
"""Import jobs under way at once: an account has twenty, and others may want some."""
_LISTEN: Final = 0.5
"""Seconds from one look at what is wished of the job to the next."""


async def check(gateway: Gateway, job: Job) -> None:
    """See to it that a job can go by S3.

    Raises:
        JobRefused: it can't. Nothing was done.
        SestuiError: SES can't be asked.
    """
    account: Account | None = None
    with suppress(AccessDenied):  # Reading the account may not be allowed; an import job may be.
        account = await gateway.resources.account(priority=Priority.JOB)
    if why := refusal(job.lists, account):
        raise JobRefused(f"Job {job.id} can't go by S3: {why}")
    try:
        Place.parse(job.via)
        endpoint = await gateway.objects.endpoint()
    except UsageError as error:
        raise JobRefused(f"Job {job.id}: {error}") from error
    for part in job.parts:
        if part.may_be_in_s3 and part.endpoint != endpoint:
            raise JobRefused(
                f"Job {job.id} has an object in the S3 at {part.endpoint or 'AWS'}, and that at {endpoint or 'AWS'} "
                "is in use now. AWS_ENDPOINT_URL_S3 chooses it."
            )


def refusal(lists: Sequence[object], account: Account | None) -> str:
    """Say why SES has no import job for a plan, as a sentence; empty where it has one."""
    if not lists:
        return "there is nothing to be done."
    if any(which != ACCOUNT for which in lists):
        return "SES has import jobs for the account's list, none for a tenant's."
    if account is not None and not account.production_access:
        return "this account is in SES's sandbox, where import jobs are refused."
    return ""


class ImportRun:
    """Whoever makes it holds the job's lock. Its journal's connection is used by one step at a time."""

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
        wish: Wish | None = None,
    ) -> None:
        """`wish` is there from the start where a job that nobody runs is to be ended, its objects with it."""
        self._gateway = gateway
        self._journal = journal
        self._clock = clock
        self._job = job
        self._tell = tell
        self._dry = dry
        self._acting = Acting(gateway, clock, job, dry=dry, priority=priority)
        self._counts = Counter(job.counts)
        self._sample = Sample(SAMPLE if read_back == "sample" else None, job.total - self._counts.total())
        self._wish = wish
        self._stopping = asyncio.Event()
        """Set once nothing more is to be begun."""
        if wish is not None:
            self._stopping.set()
        self._halted = ""
        self.halted_by: SestuiError | None = None
        """What every further call would have met as well."""
        self._waits: dict[int, float] = {}
        """Since when which part waits, by the loop's clock."""
        self._steps: Steps | None = None

    def pause(self) -> None:
        """Begin no more; `to_the_end` ends when what is under way is answered."""
        self._stop(Wish.PAUSE)

    async def to_the_end(self) -> None:
        """Carry out what remains, until it is done or somebody or something stops it.

        Raises:
            JournalTrouble: what is done can't be written down any more.
        """
        end = State.PAUSED, "ended before its time"
        try:
            async with asyncio.TaskGroup() as group:
                listening = group.create_task(self._listen())
                await self._work()
                listening.cancel()
            end = self._end()
        except BaseExceptionGroup as error:
            raise _first(error) from error
        finally:
            await self._acting.stop()
            await in_thread(self._journal.state, self._job.id, *end)

    def _end(self) -> tuple[State, str]:
        parts = [] if self._steps is None else list(self._steps.parts.values())
        place = Place.parse(self._job.via)
        left = [f"{place.url(it.key)} is left in S3: {it.trouble}" for it in parts if it.trouble]
        not_yet = [it for it in parts if it.may_be_in_s3 and not it.is_with_ses and not it.trouble]
        left += [f"{place.url(it.key)} may be in S3 yet; the next run removes it" for it in not_yet]
        with_ses = [it.job_id or "not known" for it in parts if it.is_with_ses]
        if sum(self._counts.values()) == self._job.total and not not_yet:
            return State.DONE, "; ".join(left)
        if with_ses and self._wish is not None:
            jobs = f"SES goes on with its import job{'s' * (len(with_ses) > 1)} {', '.join(with_ses)}"
            then = f"which nobody can cancel; `sestui jobs cancel {self._job.id}` again reads what became of it"
            left.insert(0, f"{jobs}{f', {then}' if self._wish is Wish.CANCEL else ''}")
        elif self._wish is Wish.CANCEL and not self._halted and not not_yet:
            return State.CANCELLED, "; ".join(left)
        return State.PAUSED, "; ".join(filter(None, (self._halted, *left)))

    def _stop(self, wish: Wish) -> None:
        self._wish = self._wish or wish
        self._stopping.set()

    async def _listen(self) -> None:
        while True:
            await asyncio.sleep(_LISTEN)
            if wish := await in_thread(self._journal.wished, self._job.id):
                self._stop(wish)

    # Parts

    async def _work(self) -> None:
        place = Place.parse(self._job.via)
        await in_thread(self._journal.imports.cut, self._job.id, place)
        job = await in_thread(self._journal.job, self._job.id)
        unknown = await in_thread(self._unknown)
        self._steps = steps = Steps(
            *(self._gateway, self._journal, self._clock, job, self._acting),
            settle=self._settle,
            wish=lambda: self._wish,
            stopping=self._stopping,
            unknown=unknown,
        )
        # What SES has been asked for comes first, also where nothing more is to be begun.
        ordered = sorted(job.parts, key=lambda it: (not it.is_with_ses, it.number))
        waiting = deque(it for it in ordered if it.state is not PartState.REMOVED)
        endpoint = "" if self._dry else await self._gateway.objects.endpoint()

        async def work() -> None:
            while waiting:
                await self._carry_out(waiting.popleft(), steps, endpoint)

        async with asyncio.TaskGroup() as group:
            for _ in range(_WORKERS):
                group.create_task(work())
        if not self._stopping.is_set() and not self._dry:
            await self._look_back()

    def _unknown(self) -> frozenset[str]:
        entries = self._journal.entries(self._job.id)
        return frozenset(it.entry.address for it in entries if not it.entry.known and it.result is None)

    async def _carry_out(self, part: Part, steps: Steps, endpoint: str) -> None:
        rest = longer(0.0)
        while True:
            try:
                await (steps.go_dry(part.number) if self._dry else steps.go(part.number, endpoint))
            except JournalTrouble:
                raise
            except Stopped:
                pass
            except (LimitExceeded, *TRANSIENT) as error:
                await self._wait(part, error, rest, steps)
                rest = longer(rest)
                if not self._stopping.is_set():
                    continue
            except SestuiError as error:
                self._halt(halted(error), error)
            # Where it is done, nothing is left to be taken back.
            await steps.withdraw(part.number)
            return

    async def _wait(self, part: Part, error: SestuiError, rest: float, steps: Steps) -> None:
        now = asyncio.get_running_loop().time()
        since = max(self._waits.setdefault(part.number, now), steps.answered_at)
        why = f"SES lets an account have {AT_ONCE} import jobs under way" if isinstance(error, LimitExceeded) else ""
        if not why and now - since > PATIENCE:
            self._halt(f"no useful answer for {duration(now - since)}: {error}", error)
        await in_thread(self._journal.state, self._job.id, State.WAITING, why or str(error))
        await steps.sleep(rest)
        await in_thread(self._journal.state, self._job.id, State.RUNNING)

    def _halt(self, why: str, error: SestuiError) -> None:
        if not self._halted:
            self._halted, self.halted_by = why, error
        self._stopping.set()

    # Writing down

    async def _settle(self, results: Mapping[int, Result], part: Part) -> None:
        for number, it in results.items():
            self._counts[it.outcome] += 1
            self._sample.add(number, it)
        await in_thread(self._journal.settle, self._job.id, results, dict(self._counts), part)
        self._tell(list(results.values()))

    async def _look_back(self) -> None:
        """Read back some of what was done; where SES tells otherwise, say so."""
        self._sample.complete()
        missed = {number: it async for number, it in misses(self._acting.look, self._sample, lambda: self._job.total)}
        if missed:
            for it in missed.values():
                self._counts[it.entry.made] -= 1
                self._counts[it.outcome] += 1
            self._counts = +self._counts
            await in_thread(self._journal.settle, self._job.id, missed, dict(self._counts))
            self._tell(list(missed.values()))


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    first = errors.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
