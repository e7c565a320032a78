"""Plans of removals and additions for who names addresses or a filter: what stands there now is asked of SES."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sestui.domain.errors import JobRefused, NotFound, SestuiError, TenantNotFound
from sestui.domain.job import ASK_AGAIN_UP_TO, Entry
from sestui.domain.query import Query
from sestui.domain.suppression import Reason, SuppressedDestinationSummary, SuppressionList
from sestui.services.stream import stream

if TYPE_CHECKING:
    from sestui.sesv2.gateway import Gateway

Rows = dict[str, SuppressedDestinationSummary]
"""What stands on a list, by address."""


class Why(StrEnum):
    """Why an address that was named is left alone."""

    ABSENT = "is not on the list under this spelling"
    THERE = "is on the list already"
    COMPLAINED = "stays on the list: a COMPLAINT says that this person took the mail for spam"
    OTHER_REASON = "is on the list with another reason than was said"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a plan would have done, and what it would leave alone."""

    entries: list[Entry]
    left: list[tuple[Entry, Why]]

    @property
    def contradicted(self) -> int:
        """How many are left alone against what was said of them."""
        return sum(why is Why.OTHER_REASON for _, why in self.left)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads one list for a plan."""

    gateway: Gateway
    which: SuppressionList
    clock: Callable[[], float]
    heard: Callable[[int], None] = lambda _: None
    """Told how many rows of the list have been read so far."""
    waits: Callable[[SestuiError, float], None] = lambda *_: None
    """Told of what is waited out, as `stream` tells it."""

    async def matching(self, query: Query) -> Rows:
        """Return what a filter lets through.

        Raises:
            SestuiError: as `stream`.
        """
        found: Rows = {}
        async for rows in stream(self.gateway, self.which, query, self.clock, self.waits):
            # Of an address that was put again meanwhile the later row counts.
            found |= {row.address: row for row in rows if not _is_older(row, found.get(row.address))}
            self.heard(len(found))
        return found

    async def standing(self, addresses: Collection[str]) -> Rows:
        """Return which of these are there: a few are asked for one by one, for many the list is read.

        Raises:
            SestuiError: as SES answered, or did not.
        """
        if len(addresses) <= ASK_AGAIN_UP_TO:
            looked = await asyncio.gather(*map(self._look, addresses))
            return {row.address: row for row in looked if row is not None}
        wanted, read = set(addresses), 0
        found: Rows = {}
        async for rows in stream(self.gateway, self.which, Query(), self.clock, self.waits):
            found |= {
                row.address: row for row in rows if row.address in wanted and not _is_older(row, found.get(row.address))
            }
            read += len(rows)
            self.heard(read)
        return found

    async def _look(self, address: str) -> SuppressedDestinationSummary | None:
        try:
            found = await self.gateway.suppressed_destination(self.which, address)
        except TenantNotFound:
            raise
        except NotFound:
            return None
        return found.summary._replace(address=address)


def removal(which: SuppressionList, asked: Mapping[str, Reason | None], now: Rows, *, complaints: bool) -> Draft:
    """Return what takes addresses off a list.

    Args:
        asked: the reason that each is said to have there, if that was said: one with another stays.
        now: what stands there.
        complaints: whether entries of people who said "spam" go too.
    """
    draft = Draft([], [])
    for address, reason in asked.items():
        row = now.get(address)
        entry = Entry(which, address, None, row)
        if row is None:
            draft.left.append((entry, Why.ABSENT))
        elif reason not in (None, row.reason):
            draft.left.append((entry, Why.OTHER_REASON))
        elif row.reason is Reason.COMPLAINT and not complaints:
            draft.left.append((entry, Why.COMPLAINED))
        else:
            draft.entries.append(entry)
    return draft


def addition(which: SuppressionList, asked: Mapping[str, Reason], now: Rows, *, replace: bool) -> Draft:
    """Return what puts addresses on a list with these reasons; `replace`: those too that are there with another."""
    draft = Draft([], [])
    for address, reason in asked.items():
        row = now.get(address)
        entry = Entry(which, address, reason, row)
        if row is not None and row.reason is reason:
            draft.left.append((entry, Why.THERE))
        elif row is not None and not replace:
            draft.left.append((entry, Why.OTHER_REASON))
        else:
            draft.entries.append(entry)
    return draft


async def refuse_in_sandbox(gateway: Gateway) -> None:
    """Refuse additions where SES would refuse each of them.

    Raises:
        JobRefused: the account is in SES's sandbox. Where that can't be read nothing is raised.
    """
    production = True
    with suppress(SestuiError):  # Reading the account may not be allowed; adding may be.
        production = (await gateway.resources.account()).production_access
    if not production:
        raise JobRefused("This account is in SES's sandbox, where SES refuses additions: ask for production access.")


def _is_older(row: SuppressedDestinationSummary, other: SuppressedDestinationSummary | None) -> bool:
    return other is not None and row.last_update < other.last_update
