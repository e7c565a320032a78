"""What is waited out, and for how long, by whoever has time: a job, a list that is passed on."""

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


def halted(error: SestuiError) -> str:
    """Say why a job pauses that meets this; where it was its credentials `Job.lacks_credentials` knows it by that."""
    return f"{CREDENTIALS if isinstance(error, CredentialsRefused | NoCredentials) else ''}{error}"
