"""What is waited out, and for how long, by whoever has time: a job, a list that is passed on."""

import asyncio
from collections.abc import Callable
from typing import Final

from sestui.domain.errors import (
    CredentialsRefused,
    NoCredentials,
    ServiceFault,
    SestuiError,
    Throttled,
    Unreachable,
)
from sestui.domain.job import CREDENTIALS

TRANSIENT: Final = (Throttled, ServiceFault, Unreachable)
"""After these the same call may well come through later."""
PATIENCE: Final = 900.0
"""Seconds without a useful answer of SES after which it is given up."""
FIRST_PATIENCE: Final = 60.0
"""The same where nothing has answered yet: there may be no SES at all where it is looked for."""
_FIRST_REST: Final = 1.0
_LONGEST_REST: Final = 30.0


def longer(rest: float) -> float:
    """Return the seconds to rest before the next try: twice the last, up to half a minute; `rest` is 0 at first."""
    return min(_LONGEST_REST, 2 * rest or _FIRST_REST)


class Rests:
    """How a job waits while SES is of no use: it rests, tries once, and rests for longer."""

    def __init__(self, over: Callable[[], None]) -> None:
        """`over` is called at the end of each rest."""
        self._over = over
        self._rest = 0.0
        self._timer: asyncio.TimerHandle | None = None
        """Ends the rest; None once it is over."""
        self._since = 0.0

    @property
    def waits(self) -> bool:
        """Whether SES is of no use: in a rest, and after it until a try helps."""
        return self._rest > 0

    @property
    def resting(self) -> bool:
        """Whether a rest is not over yet."""
        return self._timer is not None

    def begin(self) -> float:
        """Begin the next rest, and return for how many seconds there has been no useful answer."""
        loop = asyncio.get_running_loop()
        if not self.waits:
            self._since = loop.time()
        self._rest = longer(self._rest)
        # A timer may come a moment early: the rest is over when it says so, whatever the clock says.
        self._timer = loop.call_later(self._rest, self._end_rest)
        return loop.time() - self._since

    def end(self) -> None:
        """SES is of use again."""
        self._rest = 0.0
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _end_rest(self) -> None:
        self._timer = None
        self._over()


def halted(error: SestuiError) -> str:
    """Say why a job pauses that meets this; where it was its credentials `Job.lacks_credentials` knows it by that."""
    return f"{CREDENTIALS if isinstance(error, CredentialsRefused | NoCredentials) else ''}{error}"
