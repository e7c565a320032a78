"""What SES tells of one message: an answer of GetMessageInsights, every member that its model has.

Types, subtypes and providers are texts as SES spells them: they are only shown, and new ones come up. Any member may be
missing.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MessageTag:
    """An EmailTag: the sender's own, or one that SES added (`ses:from-domain`)."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Bounce:
    bounce_type: str | None = None
    """UNDETERMINED, TRANSIENT or PERMANENT."""
    bounce_subtype: str | None = None
    diagnostic_code: str | None = None
    """The receiving server's own words, where its notification had any. Data: may hold anything."""


@dataclass(frozen=True, slots=True)
class Complaint:
    complaint_subtype: str | None = None
    """Set only where SES did not try to deliver, as the address was on a suppression list."""
    feedback_type: str | None = None
    """ComplaintFeedbackType, the provider's Feedback-Type: `abuse`."""


@dataclass(frozen=True, slots=True)
class InsightsEvent:
    timestamp: float | None = None
    """In seconds since 1970, UTC."""
    event_type: str | None = None
    """SEND, DELIVERY, BOUNCE, COMPLAINT, …"""
    bounce: Bounce | None = None
    """Details.Bounce."""
    complaint: Complaint | None = None
    """Details.Complaint."""


@dataclass(frozen=True, slots=True)
class EmailInsights:
    """What became of the message at one recipient."""

    destination: str | None = None
    isp: str | None = None
    """The recipient's provider, `Gmail`; UNKNOWN_ISP where SES did not recognise it."""
    events: tuple[InsightsEvent, ...] = ()
    """As SES lists them."""


@dataclass(frozen=True, slots=True)
class MessageInsights:
    message_id: str | None = None
    from_address: str | None = None
    """FromEmailAddress."""
    subject: str | None = None
    tags: tuple[MessageTag, ...] = ()
    """EmailTags."""
    insights: tuple[EmailInsights, ...] = ()
    """One for each recipient; SES keeps them of messages to a single one."""
