"""The steps of one part of a job that goes by S3: object, import job, what became of each entry, object away.

Each is written down before it is begun and after it is answered, so that whoever comes after a kill knows which it was.
SES takes no token that would tell a second CreateImportJob from the first: one whose answer is not known is looked for
by its object's URL, which nobody else uses.

SES tells of records that failed, and of none that had nothing to do: an address that somebody else took off the list
just before counts as removed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias

from sestui.domain.errors import ImportFailed, NotFound, SestuiError
from sestui.domain.import_job import ImportJob, ImportStatus, Part, PartState, Place
from sestui.domain.import_records import lines
from sestui.domain.job import CLOCKS_APART, WOULD, Job, Outcome, Result, Wish
from sestui.domain.suppression import SuppressedDestinationSummary, SuppressionList
from sestui.services.acting import Acting
from sestui.services.import_outcomes import Outcomes, failure
from sestui.services.in_thread import in_thread
from sestui.services.outage import TRANSIENT
from sestui.services.scan import rows_of

if TYPE_CHECKING:
    from sestui.services.journal import Journal
    from sestui.services.journal_rows import Recorded
    from sestui.sesv2.gateway import Gateway

ACCOUNT: Final = SuppressionList()

_LOOKS: Final = (0.0, 1.0, 3.0)
"""Seconds before each look for an import job whose creation was not answered: when SES lists it is not documented."""
_FIRST_POLL: Final = 0.5
_LONGEST_POLL: Final = 10.0
"""Seconds from one question how far an import job is to the next; doubled each time up to this."""
_PATIENCE: Final = 60.0
"""Seconds for which a cancelled job waits for SES's own, which nobody can cancel."""

Settle: TypeAlias = Callable[[Mapping[int, Result], Part], Awaitable[None]]
"""Writes down what became of entries, and how far their part is."""


class Stopped(Exception):
    """Somebody wants the job to stop. What SES has been asked for goes on."""


class Steps:
    """The steps of one job's parts; each may raise `SestuiError`, and `Stopped`."""

    def __init__(
        self,
        gateway: Gateway,
        journal: Journal,
        clock: Callable[[], float],
        job: Job,
        acting: Acting,
        *,
        settle: Settle,
        wish: Callable[[], Wish | None],
        stopping: asyncio.Event,
        unknown: frozenset[str],
    ) -> None:
        """`stopping` is set once there is a wish; `unknown` are the addresses of which it is not known what stood."""
        self._gateway = gateway
        self._journal = journal
        self._clock = clock
        self._job = job
        self._acting = acting
        self._settle = settle
        self._wish = wish
        self._stopping = stopping
        self._unknown = unknown
        self._place = Place.parse(job.via)
        self._looking = asyncio.Lock()
        self._stood: dict[str, SuppressedDestinationSummary] | None = None
        self.parts = {part.number: part for part in job.parts}
        """As they are now."""
        self._members: dict[int, list[Recorded]] = {}
        """The entries of parts that were uploaded in this run, until SES's job is over."""
        self._outcomes = Outcomes(gateway, acting, clock)
        self._failed_whole: dict[int, str] = {}
        """By part, why SES's job did not complete."""
        self.answered_at = 0.0
        """When SES last told how far a job of its is, by the loop's clock."""

    async def go(self, number: int, endpoint: str) -> None:
        """Carry out what remains of a part; its object goes to the S3 of that endpoint."""
        part = self.parts[number]
        if part.state is PartState.ASKED and not part.job_id:
            part = await self._find(part)
        if part.state in (PartState.PLANNED, PartState.UPLOADING):
            part = await self._upload(part, endpoint)
        if part.state is PartState.UPLOADING:
            part = await self._ask(part)
        if part.state is PartState.ASKED:
            part = await self._follow(part)
        if part.state is PartState.SETTLED:
            await self._remove(part, PartState.REMOVED)
        if number in self._failed_whole:
            raise ImportFailed(self._failed_whole[number])

    async def go_dry(self, number: int) -> None:
        """Say what would become of a part's entries."""
        part = self.parts[number]
        members, settled = await self._guarded(part)
        would = {it.number: Result(it.entry, WOULD[it.entry.made], it.entry.before) for it in members}
        await self._settle({**settled, **would}, replace(part, state=PartState.REMOVED))

    async def withdraw(self, number: int) -> None:
        """Take back the object of a part that SES has not been asked for."""
        part = self.parts[number]
        if part.state is PartState.UPLOADING:
            with suppress(SestuiError):
                await self._remove(part, PartState.PLANNED)

    # Object

    async def _upload(self, part: Part, endpoint: str) -> Part:
        self._check()
        members, settled = await self._guarded(part)
        if not members:
            part = replace(part, state=PartState.SETTLED if part.may_be_in_s3 else PartState.REMOVED)
            await self._settle(settled, part)
            return self._now(part)
        part = replace(part, state=PartState.UPLOADING, endpoint=endpoint, trouble="")
        await self._settle(settled, part)
        self._now(part)
        self._members[part.number] = members
        body = "".join(lines(it.entry for it in members)).encode()
        await self._gateway.objects.put(self._place.bucket, part.key, body)
        return part

    async def _guarded(self, part: Part) -> tuple[list[Recorded], dict[int, Result]]:
        """Return the entries that are to be carried out, and what became of those that have changed meanwhile."""
        members = await in_thread(self._journal.members, self._job.id, part)
        async with self._looking:
            watch = self._acting.watch(ACCOUNT)
            await watch.look()
            if self._stood is None and any(not it.entry.known for it in members):
                self._stood = await rows_of(self._gateway, self._unknown)
        go: list[Recorded] = []
        settled: dict[int, Result] = {}
        learned: dict[int, SuppressedDestinationSummary | None] = {}
        for it in members:
            entry = it.entry
            now = watch.written.get(entry.address)
            if not entry.known:
                assert self._stood is not None
                now = now or self._stood.get(entry.address)
            outcome = entry.decide(now) if now is not None or not entry.known else None
            if outcome is not None:
                detail = f"it is there as {now.reason}" if outcome is Outcome.OTHER_REASON and now else ""
                settled[it.number] = Result(entry, outcome, now, detail)
                continue
            if not entry.known:
                learned[it.number] = now
                entry = replace(entry, before=now, known=True)
            go.append(replace(it, entry=entry))
        if learned:
            await in_thread(self._journal.imports.learn, self._job.id, learned)
        return go, settled

    async def _remove(self, part: Part, then: PartState) -> None:
        """Take an object away; where that can't be done, it is said in the part's `trouble`."""
        try:
            left = await self._gateway.objects.remove(self._place.bucket, part.key)
        except TRANSIENT:
            raise
        except SestuiError as error:
            left = str(error)
        await self._write(replace(part, trouble=left) if left else replace(part, state=then, trouble=""))

    # SES's own job

    async def _ask(self, part: Part) -> Part:
        self._check()
        part = self._now(replace(part, state=PartState.ASKED, asked_at=self._clock(), job_id=""))
        await in_thread(self._journal.imports.ask, self._job.id, part)
        try:
            job_id = await self._gateway.imports.create(part.action, self._place.url(part.key))
        except SestuiError as error:
            if not error.unanswered:
                await self._unask(part)
            raise
        return await self._write(replace(part, job_id=job_id))

    async def _unask(self, part: Part) -> Part:
        """Note that SES has no import job of a part."""
        part = self._now(replace(part, state=PartState.UPLOADING, asked_at=None))
        await in_thread(self._journal.imports.ask, self._job.id, part)
        return part

    async def _find(self, part: Part) -> Part:
        """Look whether there is an import job of a part."""
        url = self._place.url(part.key)
        for delay in _LOOKS:
            await asyncio.sleep(delay)
            async for job in self._gateway.imports.since((part.asked_at or 0.0) - CLOCKS_APART):
                if (await self._gateway.imports.get(job.id)).url == url:
                    return await self._write(replace(part, job_id=job.id))
        return await self._unask(part)

    async def _follow(self, part: Part) -> Part:
        """Ask SES until its job is over, then write down what became of each entry."""
        rest, cancelled_at = _FIRST_POLL, 0.0
        clock = asyncio.get_running_loop().time
        while True:
            try:
                ended = await self._gateway.imports.get(part.job_id)
            except NotFound as error:
                ended = ImportJob(part.job_id, ImportStatus.FAILED, 0.0, error=str(error))
            self.answered_at = clock()
            if ended.processed != part.processed:
                part = await self._write(replace(part, processed=ended.processed))
            if ended.status.is_over:
                break
            if self._wish() is Wish.PAUSE:
                raise Stopped
            if self._wish() is Wish.CANCEL:
                cancelled_at = cancelled_at or clock()
                if clock() - cancelled_at >= _PATIENCE:
                    raise Stopped
                await asyncio.sleep(rest)
            else:
                await self.sleep(rest)
            rest = min(_LONGEST_POLL, 2 * rest)
        # It takes the journal as long to read them again as to write them down.
        members = self._members.pop(part.number, None)
        if members is None:
            members = await in_thread(self._journal.members, self._job.id, part)
        results = await self._outcomes.of(part, ended, members)
        if ended.status is not ImportStatus.COMPLETED:
            self._failed_whole[part.number] = failure(ended)
        part = replace(part, state=PartState.SETTLED)
        await self._settle(results, part)
        return self._now(part)

    async def sleep(self, seconds: float) -> None:
        """Wait so long, or until somebody wants the job to stop."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    # Writing down

    def _check(self) -> None:
        if self._stopping.is_set():
            raise Stopped

    def _now(self, part: Part) -> Part:
        self.parts[part.number] = part
        return part

    async def _write(self, part: Part) -> Part:
        await in_thread(self._journal.imports.write, self._job.id, part)
        return self._now(part)
