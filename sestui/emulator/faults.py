"""Rates and faults at work: who is throttled, and what goes wrong this time.

A fault draws from a generator of its own, seeded by the world's seed and its own text, so that a run can be repeated
and adding one fault does not move the others.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from sestui.emulator.conditions import Conditions, Fault, FaultKind, Quirks, Rate
from sestui.emulator.errors import Refusal, Silence, bad_request


class Bucket:
    """A token bucket; a call that is refused takes nothing from any."""

    def __init__(self, rate: Rate, now: float) -> None:
        self._rate = rate
        self._tokens = rate.burst
        self._filled = now

    def holds_one(self, now: float) -> bool:
        # A clock that is set back must not empty the bucket.
        rested = max(0.0, now - self._filled)
        self._tokens = min(self._rate.burst, self._tokens + rested * self._rate.per_second)
        self._filled = now
        # Sums of waits such as ten times 0.1 s fall short of 1 by a rounding error.
        return self._tokens >= 1 - 1e-6

    def take(self) -> None:
        self._tokens = max(0.0, self._tokens - 1)


class Weather:
    """The state behind one `Conditions`: its buckets and its faults' generators."""

    def __init__(self, conditions: Conditions, seed: int, now: float) -> None:
        self._buckets = [(rate.operation, Bucket(rate, now)) for rate in conditions.rates]
        self._faults = [(fault, random.Random(f"{seed}/{fault.kind}@{fault.operation}")) for fault in conditions.faults]
        self._quirks = conditions.quirks

    def throttle(self, service: str, operation: str, now: float) -> None:
        """Takes the call's tokens. Raises the throttling error if there is none; STS is not counted."""
        if service != "ses":
            return
        buckets = [bucket for limited, bucket in self._buckets if limited in (None, operation)]
        if not all(bucket.holds_one(now) for bucket in buckets):
            raise throttled(self._quirks)
        for bucket in buckets:
            bucket.take()

    def strike(self, service: str, operation: str, parameters: Mapping[str, Any], who: str, what: str) -> bool:
        """Raises what goes wrong before the call, if anything; answers whether its connection is to be reset after it.

        `who` and `what` are the ARNs that a denial names.
        """
        reset_after = False
        for fault, generator in self._faults:
            hit = fault.operation == operation or (fault.operation is None and service == "ses")
            if not hit or (fault.kind is FaultKind.SLASH_400 and not _names_slash(operation, parameters)):
                continue
            if generator.random() >= fault.probability:
                continue
            if fault.kind is FaultKind.RESET_AFTER:
                reset_after = True
            else:
                raise _damage(fault, self._quirks, f"{service}:{operation}", who, what)
        return reset_after


def throttled(quirks: Quirks) -> Refusal:
    return Refusal(quirks.throttling_error, "Rate exceeded", quirks.throttling_error.status)


def _names_slash(operation: str, parameters: Mapping[str, Any]) -> bool:
    reads = operation in ("GetSuppressedDestination", "DeleteSuppressedDestination")
    return reads and "/" in str(parameters.get("EmailAddress", ""))


def _damage(fault: Fault, quirks: Quirks, action: str, who: str, what: str) -> Exception:
    match fault.kind:
        case FaultKind.THROTTLE:
            return throttled(quirks)
        case FaultKind.INTERNAL_ERROR:
            return Refusal("InternalServiceErrorException", "An internal service error occurred.", 500)
        case FaultKind.UNAVAILABLE:
            return Refusal("ServiceUnavailable", "The service is temporarily unavailable.", 503)
        case FaultKind.EXPIRED_CREDENTIALS:
            return Refusal("ExpiredTokenException", "The security token included in the request is expired", 403)
        case FaultKind.ACCESS_DENIED:
            message = (
                f"User: {who} is not authorized to perform: {action} on resource: {what}"
                f" because no identity-based policy allows the {action} action"
            )
            return Refusal("AccessDeniedException", message, 403)
        case FaultKind.SLASH_400:
            return bad_request("Bad Request")
        case kind:
            return Silence(kind, forever=kind is FaultKind.TIMEOUT)
