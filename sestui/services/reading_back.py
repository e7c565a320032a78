"""Whether SES tells what it said it did."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Final

from sestui.domain.job import Entry, Outcome, Result, same_row
from sestui.domain.suppression import SuppressedDestinationSummary

_AGAIN_AFTER: Final = (1.0, 3.0)
"""Seconds after which what doesn't show yet is read again: how soon SES shows a write is not documented."""

Look = Callable[[Entry], Awaitable[SuppressedDestinationSummary | None]]


class Sample:
    """Some of what was made, each with the same chance, however many come; or all."""

    def __init__(self, size: int | None) -> None:
        """`size` is how many are chosen; None for all."""
        self._size = size
        self._seen = 0
        self.chosen: list[tuple[int, Result]] = []
        """Entries' numbers and what became of them."""

    def add(self, number: int, result: Result) -> None:
        """Choose this one, perhaps in the place of another."""
        self._seen += 1
        if self._size is None or len(self.chosen) < self._size:
            self.chosen.append((number, result))
        elif (place := random.randrange(self._seen)) < self._size:
            self.chosen[place] = number, result


async def misses(look: Look, results: Sequence[tuple[int, Result]]) -> dict[int, Result]:
    """Read entries back, all at once, and return by number what is to be said of those that SES tells otherwise.

    What somebody else has written meanwhile is no miss.

    Raises:
        SestuiError: one can't be read.
    """
    found = await asyncio.gather(*(_read(look, result) for _, result in results), return_exceptions=True)
    for error in found:
        if isinstance(error, BaseException):
            raise error
    pairs = zip(results, found, strict=True)
    return {number: missed for (number, _), missed in pairs if isinstance(missed, Result)}


async def _read(look: Look, result: Result) -> Result | None:
    for delay in (*_AGAIN_AFTER, None):
        missed = _missed(result, await look(result.entry))
        if missed is None or delay is None:
            return missed
        await asyncio.sleep(delay)
    raise AssertionError


def _missed(result: Result, now: SuppressedDestinationSummary | None) -> Result | None:
    entry = result.entry
    if entry.wanted is None:
        same = now is not None and entry.before is not None and same_row(now, entry.before)
        return replace(result, outcome=Outcome.STILL_THERE, after=now) if same else None
    if now is None or (entry.before is not None and same_row(now, entry.before)):
        return replace(result, outcome=Outcome.NOT_SEEN, after=now)
    return None
