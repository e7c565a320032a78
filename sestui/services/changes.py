"""Carries out a confirmed removal or addition, address by address, and tells each outcome.

Every address is asked about before it is touched while a plan is small, so that an entry which changed since the plan
was shown is left alone.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from sestui.domain.errors import (
    AccessDenied,
    BadRequest,
    ConnectionProblem,
    CredentialsRefused,
    NotFound,
    SestuiError,
    TenantNotFound,
)
from sestui.domain.suppression import (
    Reason,
    SuppressedDestination,
    SuppressedDestinationSummary,
    SuppressionList,
)
from sestui.sesv2.pacing import Priority

if TYPE_CHECKING:
    from sestui.sesv2.gateway import Gateway

ASK_AGAIN_UP_TO: Final = 100
"""Plans of at most this many removals ask for each entry again before it is deleted."""
_SLASH: Final = "SES is known to refuse an address with a / here; an import job of the account's list can delete it."
_AT_ONCE: Final = 16
"""Calls under way at once; the pacer slows them to what SES lets through."""


class Kind(StrEnum):
    REMOVE = "remove"
    ADD = "add"


class Outcome(StrEnum):
    """What became of one address."""

    REMOVED = "removed"
    ADDED = "added"
    REPLACED = "reason replaced"
    ALREADY_GONE = "was not there any more"
    ALREADY_THERE = "was there already"
    CHANGED = "left alone: changed since the plan was shown"
    OTHER_REASON = "left alone: there with another reason"
    REFUSED = "refused by SES for good"
    FAILED = "failed"


DONE: Final = frozenset(set(Outcome) - {Outcome.CHANGED, Outcome.OTHER_REASON, Outcome.REFUSED, Outcome.FAILED})
"""The outcomes after which the list is as was asked."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One address of a change."""

    address: str
    reason: Reason
    """On removal the reason it had in the plan, on addition the one it gets."""
    before: SuppressedDestinationSummary | None = None
    """The row as the plan showed it; None where it was not known to be there."""
    replace: bool = False
    """On addition: whether another reason that is there may be replaced."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one entry."""

    entry: Entry
    outcome: Outcome
    after: SuppressedDestinationSummary | None = None
    """The row as it is now on the list, as far as known; None where it is off the list."""
    detail: str = ""
    """The error's words, where it failed."""


@dataclass(slots=True)
class Change:
    """A confirmed removal or addition on one list, and how far it has come."""

    kind: Kind
    which: SuppressionList
    entries: Sequence[Entry]
    note: str = ""
    asks: bool = False
    """Whether each entry is asked about before it is removed, however many there are; before adding always."""
    results: dict[str, Result] = field(default_factory=dict)
    """By address; the latest counts, for a failure may be tried again."""
    cancelled: bool = False
    halted: str = ""
    """Why the rest was not begun, where every further call would fail the same way."""
    started: float = 0.0
    done_before: int = 0
    """How many were done when the present run began."""

    @property
    def counts(self) -> Counter[Outcome]:
        return Counter(result.outcome for result in self.results.values())

    @property
    def unfinished(self) -> list[Result]:
        """What did not come out as asked."""
        return [result for result in self.results.values() if result.outcome not in DONE]

    @property
    def remaining(self) -> list[Entry]:
        """The entries that were not begun, or failed and may be tried again."""
        return [entry for entry in self.entries if self._is_open(entry)]

    @property
    def left(self) -> int:
        """How many entries were never begun."""
        return len(self.entries) - len(self.results)

    def _is_open(self, entry: Entry) -> bool:
        result = self.results.get(entry.address)
        return result is None or result.outcome is Outcome.FAILED


class Changes:
    """Runs changes against one connection, one at a time."""

    def __init__(self, gateway: Gateway, clock: Callable[[], float]) -> None:
        self._gateway = gateway
        self._clock = clock

    async def run(self, change: Change, tell: Callable[[Result], None]) -> None:
        """Carry out what remains of a change; `tell` hears of each outcome as soon as it is known.

        Once `change.cancelled` is set no further entry is begun; those under way are finished and told. Refused
        credentials and a denied action halt it the same way: every further call would fail like the last.
        """
        remaining = change.remaining
        todo = iter(remaining)
        asks = change.asks or len(change.entries) <= ASK_AGAIN_UP_TO
        act = self._remove if change.kind is Kind.REMOVE else self._add
        change.cancelled, change.halted = False, ""
        change.started, change.done_before = self._clock(), len(change.entries) - len(remaining)

        async def work() -> None:
            for entry in todo:
                if change.cancelled or change.halted:
                    return
                try:
                    result = await act(change.which, entry, asks)
                except BadRequest as error:
                    final = "/" in entry.address
                    words = f"{error} {_SLASH}" if final else str(error)
                    result = Result(entry, Outcome.REFUSED if final else Outcome.FAILED, entry.before, words)
                except SestuiError as error:
                    result = Result(entry, Outcome.FAILED, entry.before, str(error))
                    if isinstance(error, AccessDenied | CredentialsRefused | ConnectionProblem):
                        change.halted = str(error)
                change.results[entry.address] = result
                tell(result)

        async with asyncio.TaskGroup() as group:
            for _ in range(min(_AT_ONCE, len(remaining))):
                group.create_task(work())

    async def _remove(self, which: SuppressionList, entry: Entry, asks: bool) -> Result:
        if asks:
            now = await self._look(which, entry.address)
            if now is None:
                return Result(entry, Outcome.ALREADY_GONE)
            if entry.before is not None and not _same(now.summary, entry.before):
                return Result(entry, Outcome.CHANGED, now.summary)
        try:
            await self._gateway.delete_suppressed_destination(which, entry.address)
        except TenantNotFound:
            raise
        except NotFound:
            # Either somebody was faster, or our own first try did it and its answer was lost: gone is what was asked.
            return Result(entry, Outcome.REMOVED if asks else Outcome.ALREADY_GONE)
        return Result(entry, Outcome.REMOVED)

    async def _add(self, which: SuppressionList, entry: Entry, looks: bool) -> Result:
        there = await self._look(which, entry.address)
        if there is not None and there.reason is entry.reason:
            return Result(entry, Outcome.ALREADY_THERE, there.summary)
        if there is not None and not entry.replace:
            return Result(entry, Outcome.OTHER_REASON, there.summary, f"it is there as {there.reason}")
        await self._gateway.put_suppressed_destination(which, entry.address, entry.reason)
        # The row as SES dates it, where that is worth a call: a later removal compares the dates, and our clock may be
        # off. After a larger addition a refresh tells them.
        now = await self._look(which, entry.address) if looks else None
        after = SuppressedDestinationSummary(entry.address, entry.reason, self._clock()) if now is None else now.summary
        return Result(entry, Outcome.ADDED if there is None else Outcome.REPLACED, after)

    async def _look(self, which: SuppressionList, address: str) -> SuppressedDestination | None:
        try:
            return await self._gateway.suppressed_destination(which, address, priority=Priority.JOB)
        except TenantNotFound:
            raise
        except NotFound:
            return None


def _same(now: SuppressedDestinationSummary, then: SuppressedDestinationSummary) -> bool:
    # A summary's time and the entry's own may be cut to other fractions of a second.
    return now.reason is then.reason and abs(now.last_update - then.last_update) < 1
