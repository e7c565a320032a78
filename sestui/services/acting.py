"""What is asked of SES for one entry of a job, and what its answers say became of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from sestui.domain.errors import NotFound, Recalled, SestuiError, TenantNotFound
from sestui.domain.job import ASK_AGAIN_UP_TO, WOULD, Entry, Job, Kind, Outcome, Result
from sestui.domain.priority import Priority
from sestui.domain.suppression import Reason, SuppressedDestinationSummary, SuppressionList
from sestui.services.outage import TRANSIENT
from sestui.services.watch import Watch

if TYPE_CHECKING:
    from sestui.services.journal_rows import Recorded
    from sestui.sesv2.gateway import Gateway


class Acting:
    """Acts on the entries of one job."""

    def __init__(
        self, gateway: Gateway, clock: Callable[[], float], job: Job, *, dry: bool, priority: Priority
    ) -> None:
        self._gateway = gateway
        self._clock = clock
        self._job = job
        self._dry = dry
        self._priority = priority
        self._asks = job.total <= ASK_AGAIN_UP_TO
        self._watches: dict[SuppressionList, Watch] = {}

    async def stop(self) -> None:
        """End what is under way in the background."""
        for watch in self._watches.values():
            await watch.stop()

    async def act(self, claim: Recorded) -> Result:
        """Return what became of an entry.

        Raises:
            Recalled: a look at the list told, while the call waited, that the entry has changed: act again.
            SestuiError: as SES answered, or did not.
        """
        entry = claim.entry
        asks = self._asks or not entry.known or claim.asked_at is not None
        if not asks:
            watch = self.watch(entry.which)
            try:
                await watch.before_call()
            except TRANSIENT as error:
                error.unanswered = 0  # Nothing that changes anything was sent.
                raise
            # Since then it may have been written again, or removed: what it is now only SES knows.
            asks = self._is_changed(entry)
        if asks:
            now = await self.look(entry)
            outcome = entry.decide(now, claim.asked_at)
            if outcome is not None:
                detail = f"it is there as {now.reason}" if outcome is Outcome.OTHER_REASON and now else ""
                return Result(entry, outcome, now, detail)
            if not entry.known:
                # What an undo is to bring back.
                entry = replace(entry, before=now)
                claim = replace(claim, entry=entry)
        if self._dry:
            return Result(entry, WOULD[entry.made], entry.before)

        def recalled() -> bool:
            # It may wait long for its turn, and longer where it is refused. What SES was asked for is not again.
            return not asks and self._is_changed(entry)

        return await (
            self._remove(claim, recalled) if entry.wanted is None else self._put(entry, entry.wanted, recalled)
        )

    def _is_changed(self, entry: Entry) -> bool:
        written = self.watch(entry.which).written.get(entry.address)
        return written is not None and entry.decide(written) is not None

    async def _remove(self, claim: Recorded, recalled: Callable[[], bool]) -> Result:
        entry = claim.entry
        try:
            receipt = await self._gateway.delete_suppressed_destination(
                entry.which, entry.address, priority=self._priority, recalled=recalled
            )
        except TenantNotFound:
            raise
        except NotFound as error:
            # Gone is what was wanted. Ours it was if a call of ours was not answered, else somebody was quicker.
            ours = error.unanswered or claim.asked_at is not None
            outcome = Outcome.REMOVED if ours else Outcome.ALREADY_GONE
            return Result(entry, outcome, None, "", error.attempts, error.request_id)
        return Result(entry, Outcome.REMOVED, None, "", receipt.attempts, receipt.request_id)

    async def _put(self, entry: Entry, wanted: Reason, recalled: Callable[[], bool]) -> Result:
        receipt = await self._gateway.put_suppressed_destination(
            entry.which, entry.address, wanted, priority=self._priority, recalled=recalled
        )
        after = SuppressedDestinationSummary(entry.address, wanted, self._clock())
        if self._asks:
            # The row as SES dates it: a later removal compares the dates, and our clock may be off.
            with suppress(SestuiError):
                after = await self.look(entry) or after
        return Result(entry, entry.made, after, "", receipt.attempts, receipt.request_id)

    async def look(self, entry: Entry) -> SuppressedDestinationSummary | None:
        try:
            found = await self._gateway.suppressed_destination(entry.which, entry.address, priority=self._priority)
        except TenantNotFound:
            raise
        except NotFound:
            return None
        except (*TRANSIENT, Recalled) as error:
            error.unanswered = 0  # Nothing that changes anything was sent.
            raise
        return found.summary

    def watch(self, which: SuppressionList) -> Watch:
        """Return what is known of other people's writing to a list."""
        if which not in self._watches:
            puts = self._job.kind is not Kind.REMOVE
            self._watches[which] = Watch(self._gateway, which, self._clock, self._job.read_at, puts=puts)
        return self._watches[which]
