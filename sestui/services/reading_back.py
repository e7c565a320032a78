"""Whether SES tells what it said it did."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Container, Iterable, Sequence
from dataclasses import replace
from typing import Final

from sestui.domain.errors import SestuiError
from sestui.domain.job import MADE, Entry, Outcome, Result, same_row
from sestui.domain.suppression import SuppressedDestinationSummary

_AGAIN_AFTER: Final = (1.0, 3.0)
"""Seconds after which what doesn't show yet is read again: how soon SES shows a write is not documented."""

Look = Callable[[Entry], Awaitable[SuppressedDestinationSummary | None]]


class Sample:
    """Some of what was made, each with the same chance; or all."""

    def __init__(self, size: int | None, of: int) -> None:
        """`size` is how many are chosen of so many entries; None for all."""
        every = range(of)
        self._places: Container[int] = every if size is None or size >= of else {*random.sample(every, size)}
        """Which are chosen, counted as they come to their end. Known before, to be read before the last is there."""
        self._seen = 0
        self._chosen = deque[tuple[int, Result]]()
        self._missing = 0
        """How many of the chosen were not made."""
        self._others: list[tuple[int, Result]] = []
        """Some that were made and not chosen, each with the same chance: as many as may be missing."""
        self._most, self._seen_others = size or 0, 0
        self.is_complete = False

    def add(self, number: int, result: Result) -> None:
        """Take in what became of one more entry."""
        chosen = self._seen in self._places
        self._seen += 1
        if result.outcome not in MADE:
            self._missing += chosen
        elif chosen:
            self._chosen.append((number, result))
        else:
            self._seen_others += 1
            if len(self._others) < self._most:
                self._others.append((number, result))
            elif (place := random.randrange(self._seen_others)) < self._most:
                self._others[place] = number, result

    def complete(self) -> None:
        """Choose others for those chosen that were not made: no more come."""
        self._chosen += random.sample(self._others, min(self._missing, len(self._others)))
        self.is_complete = True

    def take(self, most: int) -> list[tuple[int, Result]]:
        """Return the numbers of entries that are chosen, and what became of them: so many that were not taken yet."""
        return [self._chosen.popleft() for _ in range(min(most, len(self._chosen)))]

    def give_back(self, taken: Iterable[tuple[int, Result]]) -> None:
        """Have these taken once more."""
        self._chosen.extend(taken)


async def misses(look: Look, sample: Sample, at_once: Callable[[], int]) -> AsyncIterator[tuple[int, Result]]:
    """Read back what is chosen so far, and yield by number what is to be said of entries that SES tells otherwise.

    What can't be read is given back, and ends it.
    """
    while taken := sample.take(max(1, at_once())):
        try:
            found = await _misses(look, taken)
        except SestuiError:
            sample.give_back(taken)
            return
        for missed in found.items():
            yield missed


async def _misses(look: Look, results: Sequence[tuple[int, Result]]) -> dict[int, Result]:
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
