"""Exit statuses, the same for every command."""

from typing import Final

from sestui.domain.errors import (
    AccessDenied,
    ConnectionProblem,
    CredentialsRefused,
    JobRefused,
    NoCredentials,
    ReadOnly,
    ServiceFault,
    SestuiError,
    Throttled,
    Unreachable,
    UsageError,
)
from sestui.domain.job import Job, State

FINE: Final = 0
FAILED: Final = 1
"""Some destinations, or what has no status of its own."""
USAGE: Final = 2
TRY_AGAIN: Final = 3
"""Throttled or unreachable."""
DENIED: Final = 4
"""Credentials or access."""
CRASHED: Final = 70
"""A bug, as sysexits.h has it: whoever takes 1 for some destinations that failed must not take this for that."""
INTERRUPTED: Final = 130


def status_of(error: SestuiError) -> int:
    if isinstance(error, Throttled | ServiceFault | Unreachable):
        return TRY_AGAIN
    if isinstance(error, NoCredentials | CredentialsRefused | AccessDenied):
        return DENIED
    return USAGE if isinstance(error, UsageError | JobRefused | ConnectionProblem | ReadOnly) else FAILED


def status_of_job(job: Job, halted_by: SestuiError | None) -> int:
    """Return the status of a run that ended, by how far the job is; `halted_by` is what SES ended it with."""
    if job.state is State.DONE:
        # Of one that is done it says what was left behind.
        return FAILED if job.undone or job.why else FINE
    return INTERRUPTED if halted_by is None else status_of(halted_by)
