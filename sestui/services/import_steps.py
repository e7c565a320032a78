"""The steps of one part of a job that goes by S3: object, import job, what became of each entry, object away.

Each is written down before it is begun and after it is answered, so that whoever comes after a kill knows which it was.
SES takes no token that would tell a second CreateImportJob from the first: one whose answer is not known is looked for
by its object's URL, which nobody else uses.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias

from sestui.domain.errors import NotFound, SestuiError
from sestui.domain.import_job import ImportJob, ImportStatus, Part, PartState, Place
from sestui.domain.import_records import failed_records, lines
from sestui.domain.job import ASK_AGAIN_UP_TO, CLOCKS_APART, WOULD, Job, Outcome, Result, Wish
from sestui.domain.suppression import SuppressedDestinationSummary, SuppressionList
from sestui.services.acting import TRANSIENT, Acting
from sestui.services.in_thread import in_thread
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
        numbers = [it.number for it in await in_thread(self._journal.members, self._job.id, part)]
        part = self._now(replace(part, state=PartState.ASKED, asked_at=self._clock(), job_id=""))
        await in_thread(self._journal.imports.ask, self._job.id, part, numbers)
        try:
            job_id = await self._gateway.imports.create(part.action, self._place.url(part.key))
        except SestuiError as error:
            if not error.unanswered:
                await self._unask(part, numbers)
            raise
        return await self._write(replace(part, job_id=job_id))

    async def _unask(self, part: Part, numbers: Sequence[int]) -> Part:
        """Note that SES has no import job of a part."""
        part = self._now(replace(part, state=PartState.UPLOADING, asked_at=None))
        await in_thread(self._journal.imports.ask, self._job.id, part, numbers)
        return part

    async def _find(self, part: Part) -> Part:
        """Look whether there is an import job of a part."""
        url = self._place.url(part.key)
        for delay in _LOOKS:
            await asyncio.sleep(delay)
            async for job in self._gateway.imports.since((part.asked_at or 0.0) - CLOCKS_APART):
                if (await self._gateway.imports.get(job.id)).url == url:
                    return await self._write(replace(part, job_id=job.id))
        members = await in_thread(self._journal.members, self._job.id, part)
        return await self._unask(part, [it.number for it in members])

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
        results = await self._outcomes(part, ended)
        part = replace(part, state=PartState.SETTLED)
        await self._settle(results, part)
        return self._now(part)

    async def sleep(self, seconds: float) -> None:
        """Wait so long, or until somebody wants the job to stop."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    # What became of each

    async def _outcomes(self, part: Part, ended: ImportJob) -> dict[int, Result]:
        members = await in_thread(self._journal.members, self._job.id, part)
        failed: dict[str, str] = {}
        why = (
            f"import job {ended.id} {ended.status}: {ended.error}" if ended.status is not ImportStatus.COMPLETED else ""
        )
        if not why and ended.failed:
            failed, why = await self._failed(ended, {it.entry.address for it in members})
        if why:
            # Which of them were carried out, what stands on the list tells.
            return await self._told(part, members, why)
        some = [it for it in members if it.entry.address in failed]
        doubtful = await self._told(part, some, "", failed) if len(some) <= ASK_AGAIN_UP_TO else {}
        results = {}
        for it in members:
            words = failed.get(it.entry.address)
            made = Result(it.entry, it.entry.made, self._after(it), "", 1)
            bad = Result(it.entry, Outcome.FAILED, it.entry.before, words or "SES doesn't say why", 1)
            results[it.number] = made if words is None else doubtful.get(it.number, bad)
        return results

    async def _failed(self, ended: ImportJob, addresses: set[str]) -> tuple[dict[str, str], str]:
        """Return what SES says of each record that failed; or why that can't be told."""
        counted = f"import job {ended.id} counts {ended.failed:,} failed records"
        if not ended.failed_records:
            return {}, f"{counted} and names none"
        try:
            body = await self._gateway.objects.behind(ended.failed_records)
        except SestuiError as error:
            return {}, f"{counted}, which can't be read: {error}"
        found = await in_thread(failed_records, body.decode(errors="replace"), addresses)
        if len(found) < ended.failed:
            return {}, f"{counted}, of which {len(found):,} are understood"
        return found, ""

    async def _told(
        self, part: Part, members: Sequence[Recorded], why: str, words: Mapping[str, str] | None = None
    ) -> dict[int, Result]:
        """Return what the list tells of entries that SES's job may have carried out, or not."""
        if len(members) <= ASK_AGAIN_UP_TO:
            looks = await asyncio.gather(*(self._acting.look(it.entry) for it in members))
            there = {row.address: row for row in looks if row is not None}
        else:
            there = await rows_of(self._gateway, frozenset(it.entry.address for it in members))
        results = {}
        for it in members:
            now = there.get(it.entry.address)
            outcome = it.entry.decide(now, part.asked_at)
            detail = ""
            if outcome is None:
                outcome, detail = Outcome.FAILED, (words or {}).get(it.entry.address) or why
            results[it.number] = Result(it.entry, outcome, now, detail, 1)
        return results

    def _after(self, it: Recorded) -> SuppressedDestinationSummary | None:
        wanted = it.entry.wanted
        return None if wanted is None else SuppressedDestinationSummary(it.entry.address, wanted, self._clock())

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
