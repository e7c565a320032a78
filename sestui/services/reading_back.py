"""Whether SES tells what it said it did."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Final

from sestui.domain.errors import SestuiError
from sestui.domain.job import Entry, Outcome, Result, same_row
from sestui.domain.suppression import SuppressedDestinationSummary

_AGAIN_AFTER: Final = (1.0, 3.0)
"""Seconds after which what doesn't show yet is read again: how soon SES shows a write is not documented."""

Look = Callable[[Entry], Awaitable[SuppressedDestinationSummary | None]]


async def misses(look: Look, results: Sequence[tuple[int, Result]]) -> AsyncIterator[tuple[int, Result]]:
    """Read entries back and yield those that SES tells otherwise, each with what is to be said of it.

    What somebody else has written meanwhile is no miss. What can't be read is left at what SES said.
    """
    for number, result in results:
        for delay in (*_AGAIN_AFTER, None):
            try:
                now = await look(result.entry)
            except SestuiError:
                return
            if (missed := _missed(result, now)) is None:
                break
            if delay is None:
                yield number, missed
            else:
                await asyncio.sleep(delay)


def _missed(result: Result, now: SuppressedDestinationSummary | None) -> Result | None:
    entry = result.entry
    if entry.wanted is None:
        same = now is not None and entry.before is not None and same_row(now, entry.before)
        return replace(result, outcome=Outcome.STILL_THERE, after=now) if same else None
    if now is None or (entry.before is not None and same_row(now, entry.before)):
        return replace(result, outcome=Outcome.NOT_SEEN, after=now)
    return None
