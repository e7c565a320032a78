"""Why an address came onto a list: what SES tells of the message behind the entry, or why it tells nothing.

Nothing here asks SES: GetMessageInsights is a query of Virtual Deliverability Manager, for which AWS may charge, so
it is made for a person who wants it and never by itself.
"""

import re
from collections.abc import Iterator
from math import inf
from typing import Final

from sestui.domain.display import moment_in_full, printable
from sestui.domain.errors import AccessDenied, NoDeliverabilityManager, NotFound, SestuiError, Throttled
from sestui.domain.insights import EmailInsights, InsightsEvent, MessageInsights
from sestui.domain.suppression import SuppressedDestination

Row = tuple[str, str]
"""A name and a value, both harmless for a terminal."""

NOT_ASKED: Final = "not asked yet: AWS may charge for what is asked of Virtual Deliverability Manager"
BY_HAND: Final = "no message id: somebody put the entry there by hand, no bounce and no complaint did"
NO_MESSAGE_ID: Final = "no message id: SES names no message for this entry"
NO_MANAGER: Final = (
    "the account has no Virtual Deliverability Manager in this Region; without it SES tells nothing of single messages"
)
NOT_FOUND: Final = (
    "SES has nothing on this message: it may be too old (for how long SES keeps this is not documented by AWS), have "
    "had more than one recipient, or have been sent while Virtual Deliverability Manager was off"
)
THROTTLED: Final = "SES refused for now: it lets one such request a second through. Ask again"

_ABSENT: Final = "not in SES's answer"
_EVENTS: Final = {
    "SEND": "Sent",
    "DELIVERY": "Delivered",
    "DELIVERY_DELAY": "Delayed",
    "BOUNCE": "Bounced",
    "COMPLAINT": "Complaint",
    "REJECT": "Rejected",
    "RENDERING_FAILURE": "Not rendered",
}
_BESIDE_THE_POINT: Final = ("OPEN", "CLICK", "SUBSCRIPTION")
"""Events that put nobody on a list, and of which there may be hundreds."""
_LINE_BREAK: Final = re.compile(r"[\r\n]+")


def why(entry: SuppressedDestination, asked: MessageInsights | SestuiError | None) -> tuple[Row, ...]:
    """Return what is to be shown of the message behind an entry: subject, sender, provider, what happened and when.

    `asked` is what GetMessageInsights came to, None where it was not asked. Where there is nothing to tell the only
    row says why not (`untold`). A name may come twice: of each kind of event there may be several.
    """
    if not isinstance(asked, MessageInsights):
        return (("Why", untold(entry, asked)),)
    return (
        ("Subject", _shown(asked.subject)),
        ("From", _shown(asked.from_address)),
        *(row for recipient in _recipients(entry, asked) for row in _recipient(entry, recipient)),
        *([("Tags", " · ".join(printable(f"{tag.name}={tag.value}") for tag in asked.tags))] if asked.tags else []),
    )


def untold(entry: SuppressedDestination, asked: SestuiError | None) -> str:
    """Say why nothing is known of the message behind an entry, harmless for a terminal."""
    if entry.message_id is None:
        return BY_HAND if entry.feedback_id is None else NO_MESSAGE_ID
    match asked:
        case None:
            return NOT_ASKED
        case AccessDenied():
            return f"denied: the role in use lacks ses:{printable(asked.operation)}"
        case NoDeliverabilityManager():
            return NO_MANAGER
        case NotFound():
            return NOT_FOUND
        case Throttled():
            return THROTTLED
        case _:
            return printable(str(asked))


def _recipients(entry: SuppressedDestination, found: MessageInsights) -> tuple[EmailInsights, ...]:
    """The entry's address, whatever its case, or all there are."""
    address = entry.address.casefold()
    own = tuple(it for it in found.insights if (it.destination or "").casefold() == address)
    return own or found.insights or (EmailInsights(entry.address),)


def _recipient(entry: SuppressedDestination, it: EmailInsights) -> Iterator[Row]:
    if it.destination != entry.address:
        yield "To", _shown(it.destination)
    yield "Provider", "not recognised by SES" if it.isp == "UNKNOWN_ISP" else _shown(it.isp)
    events = [event for event in it.events if event.event_type not in _BESIDE_THE_POINT]
    if not events:
        yield "Events", _ABSENT
    for event in sorted(events, key=lambda event: inf if event.timestamp is None else event.timestamp):
        yield from _event(event)


def _event(event: InsightsEvent) -> Iterator[Row]:
    kind = event.event_type or "Event"
    parts = ["time unknown" if event.timestamp is None else moment_in_full(event.timestamp)]
    if event.bounce is not None:
        parts += [it for it in (event.bounce.bounce_type, event.bounce.bounce_subtype) if it]
    if event.complaint is not None:
        parts += [it for it in (event.complaint.feedback_type, event.complaint.complaint_subtype) if it]
    yield _EVENTS.get(kind, printable(kind)), " · ".join(map(printable, parts))
    if event.bounce is not None:
        # Servers break their sentences into lines; a blank says as much and does not break the row.
        words = event.bounce.diagnostic_code
        yield "Diagnostic", printable(_LINE_BREAK.sub(" ", words)) if words else "none came with the bounce"


def _shown(text: str | None) -> str:
    return _ABSENT if text is None else printable(text)
