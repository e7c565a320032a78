"""What an emulator is told to do to its callers: latency, rates, faults, and which of AWS's unknowns it picks.

Each kind of option is a frozen dataclass with a `parse` that reads the command line's spelling of it, so that a program
and a command line can ask for the same things and get the same complaints.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any


class Order(StrEnum):
    """In which order ListSuppressedDestinations lists (undocumented; the examples of AWS ascend by time)."""

    ASCENDING = "ascending"
    DESCENDING = "descending"
    RANDOM = "random"
    """Arbitrary but the same at every request, as an order by hash would be."""


class DateBounds(StrEnum):
    """Whether StartDate and EndDate belong to the window they bound (undocumented: "after", "before")."""

    INCLUSIVE = "inclusive"
    EXCLUSIVE = "exclusive"


class ReasonsPerAddress(StrEnum):
    """What a put of a second reason does (the Developer Guide allows it, no call can tell the two apart)."""

    ONE = "one"
    """It replaces the reason and the date."""
    TWO = "two"
    """It makes a second row; a get answers the later one, a delete removes both."""


class OmittedMember(StrEnum):
    """What the puts of the account and of a configuration set do to a member that they leave out."""

    CLEAR = "clear"
    KEEP = "keep"


class ThrottlingError(StrEnum):
    """The error type of a throttled call; the last two are AWS's common ones, status 400."""

    TOO_MANY_REQUESTS = "TooManyRequestsException"
    THROTTLING_EXCEPTION = "ThrottlingException"
    THROTTLING = "Throttling"

    @property
    def status(self) -> int:
        return 429 if self is ThrottlingError.TOO_MANY_REQUESTS else 400


class MissingRow(StrEnum):
    """What becomes of an import job's row whose address is not there to be deleted (undocumented)."""

    FINE = "fine"
    FAILS = "fails"


class FailedRecords(StrEnum):
    """In which shape an import job's failed records are told (undocumented)."""

    JSON = "json"
    """A JSON object a line."""
    CSV = "csv"
    GONE = "gone"
    """The URL is outdated: 404."""


class ResourceTypeSpelling(StrEnum):
    """How ListTenantResources spells, and filters by, a resource's type (the model and a probe of AWS disagree)."""

    ENUM = "enum"
    """EMAIL_IDENTITY, CONFIGURATION_SET, EMAIL_TEMPLATE: the service model's."""
    ARN = "arn"
    """identity, configuration-set, template: what the probe saw, and what the ARN says."""


class FaultKind(StrEnum):
    """What can go wrong with a call."""

    THROTTLE = "throttle"
    """The throttling error, although no rate was passed."""
    INTERNAL_ERROR = "500"
    """500 InternalServiceErrorException, nothing was done."""
    UNAVAILABLE = "503"
    """503 ServiceUnavailable, nothing was done."""
    RESET_BEFORE = "reset-before"
    """The connection is reset, nothing was done."""
    RESET_AFTER = "reset-after"
    """The connection is reset after the call was carried out."""
    TIMEOUT = "timeout"
    """The call is accepted and never answered, nothing was done."""
    EXPIRED_CREDENTIALS = "expired-credentials"
    """403 ExpiredTokenException."""
    ACCESS_DENIED = "access-denied"
    """403 AccessDeniedException naming the user, the action and the resource."""
    SLASH_400 = "slash-400"
    """400 BadRequestException for a get or delete of an address with a slash (boto3 #2870)."""


@dataclass(frozen=True, slots=True)
class Quirks:
    """One choice for each thing that AWS leaves undocumented, or that our sources disagree on.

    The defaults are the likeliest by what is known.
    """

    order: Order = Order.ASCENDING
    date_bounds: DateBounds = DateBounds.INCLUSIVE
    reasons_per_address: ReasonsPerAddress = ReasonsPerAddress.ONE
    omitted_put_member: OmittedMember = OmittedMember.CLEAR
    read_lag: float = 0.0
    """Seconds until a read sees a change. Writes always see the present."""
    token_life: float = 3600.0
    """Seconds until a NextToken is refused as outdated; 0: never."""
    insights_life: float = 30 * 86_400.0
    """Seconds until nothing is told of a message any more; 0: never. The dashboard of Virtual Deliverability Manager
    looks back 30 days at most; for how long GetMessageInsights does is not documented."""
    throttling_error: ThrottlingError = ThrottlingError.TOO_MANY_REQUESTS
    resource_type: ResourceTypeSpelling = ResourceTypeSpelling.ENUM
    import_start: float = 0.0
    """Seconds until an import job reads its object."""
    import_rate: float = 0.0
    """Rows a second that an import job works off; 0: all at once."""
    import_missing: MissingRow = MissingRow.FINE
    failed_records: FailedRecords = FailedRecords.JSON

    @classmethod
    def parse(cls, texts: Iterable[str]) -> Quirks:
        """From `NAME=VALUE`, names and values spelt with dashes. Raises ValueError that lists what is valid."""
        chosen: dict[str, Any] = {}
        for text in texts:
            name, value = cls._parse_one(text)
            chosen[name] = value
        return cls(**chosen)

    @classmethod
    def _parse_one(cls, text: str) -> tuple[str, object]:
        name, _, value = text.partition("=")
        defaults = {field.name.replace("_", "-"): (field.name, field.default) for field in fields(cls)}
        if name not in defaults:
            raise ValueError(f"no quirk {name!r}; there are: {', '.join(sorted(defaults))}")
        attribute, default = defaults[name]
        if isinstance(default, float):
            return attribute, _number(value, f"{name} takes seconds, 0 or more, not {value!r}")
        kinds = type(default)
        assert issubclass(kinds, StrEnum)
        return attribute, _member(kinds, value, f"{name} takes")


@dataclass(frozen=True, slots=True)
class Rate:
    """How many calls a second are let through."""

    per_second: float
    burst: float = 1.0
    """How many may come at once after a rest."""
    operation: str | None = None
    """None: all operations of SES together, from one bucket."""

    @classmethod
    def parse(cls, text: str) -> Rate:
        """From `[OPERATION=]PER_SECOND[:BURST]`. Raises ValueError."""
        operation, _, amount = text.rpartition("=")
        pace, _, burst = amount.partition(":")
        complaint = (
            f"a rate is [OPERATION=]PER_SECOND[:BURST] with PER_SECOND above 0 and BURST 1 or more, not {text!r}"
        )
        per_second, most = _number(pace, complaint), _number(burst or "1", complaint)
        if per_second <= 0 or most < 1:
            raise ValueError(complaint)
        return cls(per_second, most, operation or None)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong at random."""

    kind: FaultKind
    probability: float = 1.0
    operation: str | None = None
    """An operation of SES or STS; None: every one of SES."""

    @classmethod
    def parse(cls, text: str) -> Fault:
        """From `KIND[@OPERATION]=PROBABILITY`. Raises ValueError that lists the kinds."""
        what, _, chance = text.partition("=")
        kind, _, operation = what.partition("@")
        complaint = f"a fault is KIND[@OPERATION]=PROBABILITY with a probability from 0 to 1, not {text!r}"
        known = _member(FaultKind, kind, "a fault's kind is")
        probability = _number(chance, complaint)
        if probability > 1:
            raise ValueError(complaint)
        return cls(FaultKind(known), probability, operation or None)


@dataclass(frozen=True, slots=True)
class Conditions:
    """All that an emulator does to its callers; it may be replaced while it serves."""

    latency: float = 0.0
    """Seconds from a request to its answer."""
    rates: tuple[Rate, ...] = ()
    faults: tuple[Fault, ...] = ()
    quirks: Quirks = Quirks()


def _number(text: str, complaint: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise ValueError(complaint) from None
    if not (math.isfinite(number) and number >= 0):
        raise ValueError(complaint)
    return number


def _member(kinds: type[StrEnum], value: str, takes: str) -> StrEnum:
    try:
        return kinds(value)
    except ValueError:
        raise ValueError(f"{takes} one of {', '.join(kinds)}; not {value!r}") from None
