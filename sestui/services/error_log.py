"""What has failed since the start: each call, as the gateway tells of it, and what else somebody was told of."""

from collections import Counter, deque
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from sestui.domain.display import counted, moment_in_full
from sestui.domain.errors import NotFound, ServiceError, TenantNotFound, Throttled
from sestui.domain.request import Request

_MOST: Final = 1000
"""Failures that are kept; of a job that fails a million times the newest tell enough."""
_ASKS_WHETHER: Final = ("GetSuppressedDestination", "GetMessageInsights")
"""Where not to be found is an answer like any other."""


class Failure(NamedTuple):
    """One line of the log."""

    at: float
    """Seconds since 1970."""
    message: str
    operation: str = ""
    """Empty where it was no call."""
    code: str = ""
    request_id: str | None = None


class ErrorLog:
    """Lists failures, the newest first; throttling is counted only, for SES does it all the time."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._failures: deque[Failure] = deque(maxlen=_MOST)
        self._number = 0
        self._throttled = Counter[str]()

    def __iter__(self) -> Iterator[Failure]:
        return reversed(self._failures)

    def hear(self, request: Request) -> None:
        """Keep a request if it failed."""
        error = request.error
        if isinstance(error, Throttled):
            self._throttled[request.operation] += 1
        elif error is not None and not _is_an_answer(request):
            message = error.message if isinstance(error, ServiceError) else str(error)
            self._add(Failure(self._clock(), message, request.operation, request.code, request.request_id))
            error.is_listed = True

    def keep(self, error: Exception) -> None:
        """Keep what somebody was told of, unless it is here already."""
        if not (getattr(error, "is_listed", False) or isinstance(error, Throttled)):
            self._add(Failure(self._clock(), str(error)))

    def _add(self, failure: Failure) -> None:
        self._failures.append(failure)
        self._number += 1

    @property
    def summary(self) -> list[str]:
        """What is counted only, in sentences."""
        lines = []
        if self._throttled:
            split = ", ".join(f"{operation} {number:,}" for operation, number in self._throttled.most_common())
            lines.append(f"SES throttled {counted(self._throttled.total(), 'call')}: {split}.")
        if older := self._number - len(self._failures):
            lines.append(f"{counted(older, 'failure')} before these {'is' if older == 1 else 'are'} not kept.")
        return lines

    @property
    def text(self) -> str:
        """All of it as plain text, for a ticket."""
        return "\n".join([*self.summary, *("\n".join(lines_of(it)) for it in self)])


def lines_of(failure: Failure) -> Iterator[str]:
    """Yield what there is to say of a failure, one thing a line, the time first."""
    what = f"  {failure.operation}: {failure.code}" if failure.operation else ""
    yield f"{moment_in_full(failure.at)}{what}"
    if failure.message:
        yield failure.message
    if failure.request_id:
        yield f"request id {failure.request_id}"


def _is_an_answer(request: Request) -> bool:
    error = request.error
    return request.operation in _ASKS_WHETHER and isinstance(error, NotFound) and not isinstance(error, TenantNotFound)
