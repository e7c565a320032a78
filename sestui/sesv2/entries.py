"""A list's entries, as SES has them on the wire, to domain types.

Answers come in as botocore parsed them, timestamps that are numbers as floats (`session` sees to that), and the rows
of a list ready-made (`answers` does).
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from sestui.domain.suppression import Reason, SuppressedDestination, SuppressedDestinationSummary
from sestui.sesv2.answers import END_OF_TIME, REASONS


def reasons(values: Iterable[str] | None) -> tuple[Reason, ...] | None:
    """Sort the reasons, as their order means nothing: settings that are the same shall be equal."""
    return None if values is None else tuple(sorted(Reason(value) for value in values))


def seconds(time: Any) -> float:
    """Return a time as seconds since 1970; a text on the wire, which SES doesn't send, comes as a datetime."""
    if isinstance(time, datetime):
        time = (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
    if not 0 <= time < END_OF_TIME:
        raise ValueError(f"{time} is no time in seconds")
    return float(time)


def ses_time(answer: Mapping[str, Any]) -> float | None:
    """Return the time at which SES answered, as HTTP's Date says it; None where that is not there or no date."""
    try:
        date = answer["ResponseMetadata"]["HTTPHeaders"]["date"]
        return parsedate_to_datetime(date).timestamp()
    except (KeyError, ValueError, OverflowError):
        return None


def summaries(answer: Mapping[str, Any]) -> list[SuppressedDestinationSummary]:
    rows = answer.get("SuppressedDestinationSummaries", ())
    # All of a page are ready already, unless something in it was out of the ordinary (`answers`).
    return [row if isinstance(row, SuppressedDestinationSummary) else _summary(row) for row in rows]


def _summary(row: Mapping[str, Any]) -> SuppressedDestinationSummary:
    if not isinstance(row["EmailAddress"], str):
        raise ValueError(f"the address {row['EmailAddress']!r}")
    return SuppressedDestinationSummary(row["EmailAddress"], REASONS[row["Reason"]], seconds(row["LastUpdateTime"]))


def suppressed_destination(answer: Mapping[str, Any]) -> SuppressedDestination:
    entry = answer["SuppressedDestination"]
    attributes = entry.get("Attributes") or {}
    return SuppressedDestination(
        address=entry["EmailAddress"],
        reason=Reason(entry["Reason"]),
        last_update=seconds(entry["LastUpdateTime"]),
        message_id=attributes.get("MessageId"),
        feedback_id=attributes.get("FeedbackId"),
        tenant_name=entry.get("TenantName"),
    )
