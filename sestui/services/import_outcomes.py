"""What became of a part's entries: SES's import job tells, and where it doesn't, the list."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from sestui.domain.errors import SestuiError
from sestui.domain.import_job import ImportJob, ImportStatus, Part
from sestui.domain.import_records import failed_records
from sestui.domain.job import ASK_AGAIN_UP_TO, Outcome, Result
from sestui.domain.suppression import SuppressedDestinationSummary
from sestui.services.in_thread import in_thread
from sestui.services.scan import rows_of

if TYPE_CHECKING:
    from sestui.services.acting import Acting
    from sestui.services.journal_rows import Recorded
    from sestui.sesv2.gateway import Gateway

_READS: Final = "SES reads the object itself: the bucket's policy has to let ses.amazonaws.com do that."
"""Developer Guide, on adding addresses in bulk."""


def failure(ended: ImportJob) -> str:
    """Say why an import job did not complete."""
    return f"import job {ended.id} {ended.status}: {ended.error}. {_READS}"


class Outcomes:
    """Of one job."""

    def __init__(self, gateway: Gateway, acting: Acting, clock: Callable[[], float]) -> None:
        self._gateway = gateway
        self._acting = acting
        self._clock = clock

    async def of(self, part: Part, ended: ImportJob, members: Sequence[Recorded]) -> dict[int, Result]:
        """Return what became of a part's entries, by their numbers.

        Raises:
            SestuiError: the list has to be asked for that, and can't be.
        """
        failed: dict[str, str] = {}
        why = "" if ended.status is ImportStatus.COMPLETED else failure(ended)
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
