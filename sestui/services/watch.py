"""What somebody else writes to a list while a job works on it.

SES deletes and puts without a condition, and a Get before each would double a job's calls. One List call tells of all
entries written since the last: so a job of many looks at the list from time to time, and leaves alone what has changed.
What is written after the last look and before the job's own call is lost, and nobody can tell: that is about `EVERY`
calls, and three times as many where a look is not answered. Each call is held against the looks anew when its turn has
come, however long it had to wait or to be tried again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from sestui.domain.errors import InvalidNextToken
from sestui.domain.priority import Priority
from sestui.domain.suppression import SuppressedDestinationSummary, SuppressionList
from sestui.sesv2.gateway import Gateway

EVERY: Final = 64
"""Calls of a job from one look to the next, where SES limits it: 1.5 % more."""
_MOMENT: Final = 0.25
"""Seconds from one look to the next at least, where SES lets calls through: a hundred removals, at full speed."""
_LATE: Final = 3
"""So many times these and a job waits for the look."""
_LAG: Final = 60.0
"""Seconds within which SES is trusted to list what was written."""
_CLOCKS_APART: Final = 300.0
"""Seconds by which this machine's clock may be off: AWS refuses what a clock further off has signed."""
_SOON: Final = 10.0
_LONGER: Final = 1.0
"""Lag and moment of a job that puts entries, which are listed themselves: a fast one would read all its own again."""


class Watch:
    """The entries of one list that were written since a plan was made, by whomever."""

    def __init__(
        self, gateway: Gateway, which: SuppressionList, clock: Callable[[], float], since: float, *, puts: bool
    ) -> None:
        self._gateway = gateway
        self._which = which
        self._clock = clock
        self._lag, self._moment = (_SOON, _LONGER) if puts else (_LAG, _MOMENT)
        self._since = since - _LAG - _CLOCKS_APART
        self._looked_at: float | None = None
        self._calls = 0
        self._look: asyncio.Task[None] | None = None
        self.written: dict[str, SuppressedDestinationSummary] = {}
        """By address, the latest row."""

    async def before_call(self) -> None:
        """Count a call that is about to be made, and see to it that the last look was not long ago.

        Raises:
            SestuiError: the list can't be read.
        """
        self._calls += 1
        if self._looked_at is not None and not self._due(1):
            return
        if self._look is None or self._look.done():
            self._look = asyncio.ensure_future(self._read())
        if self._looked_at is None or self._due(_LATE):
            # Who is cancelled here must not take the others' answer along.
            await asyncio.shield(self._look)

    def _due(self, times: int) -> bool:
        assert self._looked_at is not None
        return self._calls >= times * EVERY and self._clock() - self._looked_at >= times * self._moment

    async def look(self) -> None:
        """Read what was written since the last look.

        Raises:
            SestuiError: the list can't be read.
        """
        await self._read()

    async def stop(self) -> None:
        """End a look that is under way."""
        if self._look is not None:
            self._look.cancel()
            await asyncio.gather(self._look, return_exceptions=True)

    async def _read(self) -> None:
        began, calls = self._clock(), self._calls
        token: str | None = None
        first: float | None = None
        while True:
            try:
                page = await self._gateway.suppressed_destinations(
                    self._which, start=self._since, next_token=token, priority=Priority.JOB
                )
            except InvalidNextToken:
                token = None
                continue
            first = first or page.ses_time or began
            for row in page.entries:
                other = self.written.get(row.address)
                if other is None or row.last_update >= other.last_update:
                    self.written[row.address] = row
            token = page.next_token
            if token is None:
                break
        self._since, self._looked_at = min(first, began) - self._lag, began
        self._calls -= calls
