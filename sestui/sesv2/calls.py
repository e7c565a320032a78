"""One client's calls: each waits for its turn, and is tried again where that may help, in the open."""

import random
from asyncio import get_running_loop, sleep
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextvars import ContextVar
from typing import Any, Final

from botocore import xform_name

from sestui.domain.errors import Recalled, ServiceError, ServiceFault, SestuiError, Throttled, Unreachable
from sestui.domain.priority import Priority
from sestui.domain.request import Request
from sestui.sesv2.operations import READS
from sestui.sesv2.pacing import PacedCall, Pacer
from sestui.sesv2.translate import translated

_TRIES: Final = 4
"""How often a call is made that meets a fault or no answer."""
_REFUSALS: Final = 12
"""How many 429s one call takes before it gives up: half a minute at most."""

_being_made: Final[ContextVar[PacedCall]] = ContextVar("_being_made")
"""The call that a task makes."""


def never() -> bool:
    """No call is recalled."""
    return False


class Calls:
    """A client of botocore's kind behind a pacer."""

    def __init__(
        self,
        client: Any,
        pacer: Pacer,
        permit: Callable[[str], Awaitable[None]],
        listeners: Sequence[Callable[[Request], None]],
    ) -> None:
        """`permit` is asked before anything but a known read, and raises where it may not be sent.

        The listeners are told of each request once it has ended.
        """
        self._client = client
        self._pacer = pacer
        self._permit = permit
        self._listeners = listeners
        client.meta.events.register("before-send", _in_its_slot)

    async def answer(
        self, operation: str, parameters: Mapping[str, Any], priority: Priority, *, repeatable: bool = True
    ) -> Mapping[str, Any]:
        """Return what `call` does, for whom it is all the same how many requests that took."""
        answer, _ = await self.call(operation, parameters, priority, repeatable=repeatable)
        return answer

    async def call(
        self,
        operation: str,
        parameters: Mapping[str, Any],
        priority: Priority,
        *,
        repeatable: bool = True,
        recalled: Callable[[], bool] = never,
    ) -> tuple[Mapping[str, Any], int]:
        """Return the answer and how many requests that took; before each of them `recalled` is asked.

        Raises:
            ReadOnly: it is no read, and this connection may not be changed. Nothing was sent.
            Recalled: that said yes.
            SestuiError: with `attempts` and `unanswered` told.
        """
        if operation not in READS:
            await self._permit(operation)
        method = getattr(self._client, xform_name(operation))
        unanswered = refusals = 0
        async with self._pacer.call(operation, priority) as call:
            _being_made.set(call)
            while True:
                try:
                    await call.slot()
                    if recalled():
                        raise Recalled("The call is not wanted any more.")
                    answer = await self._send(method, operation, parameters)
                except Throttled as error:
                    call.refused()
                    refusals += 1
                    error.attempts, error.unanswered = refusals + unanswered, unanswered
                    if refusals >= _REFUSALS:
                        raise
                except (ServiceFault, Unreachable) as error:
                    unanswered += 1
                    error.attempts, error.unanswered = refusals + unanswered, unanswered
                    if unanswered >= _TRIES or not repeatable:
                        raise
                    await sleep(random.uniform(0, 0.2 * 2**unanswered))
                except Recalled as error:
                    error.attempts, error.unanswered = refusals + unanswered, unanswered
                    raise
                except SestuiError as error:
                    error.attempts, error.unanswered = refusals + unanswered + 1, unanswered
                    if isinstance(error, ServiceError):
                        call.answered()
                    raise
                else:
                    call.answered()
                    return answer, refusals + unanswered + 1

    async def _send(
        self, method: Callable[..., Awaitable[Mapping[str, Any]]], operation: str, parameters: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Make one request, and tell of it."""
        began = get_running_loop().time()

        def tell(request_id: str | None, error: SestuiError | None = None) -> None:
            took = get_running_loop().time() - began
            for listen in self._listeners:
                listen(Request(operation, took, error, request_id, parameters.get("EmailAddress")))

        try:
            with translated(operation):
                answer = await method(**parameters)
        except SestuiError as error:
            tell(error.request_id if isinstance(error, ServiceError) else None, error)
            raise
        tell(answer.get("ResponseMetadata", {}).get("RequestId"))
        return answer


async def _in_its_slot(**_: Any) -> None:
    """Hold back a request that is made and signed until its slot."""
    await _being_made.get().goes_out()
