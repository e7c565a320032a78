"""GetMessageInsights' wire shapes to domain types: the only place that knows their members' names."""

from collections.abc import Mapping
from typing import Any

from sestui.domain.insights import Bounce, Complaint, EmailInsights, InsightsEvent, MessageInsights, MessageTag
from sestui.sesv2.entries import seconds


def message_insights(answer: Mapping[str, Any]) -> MessageInsights:
    return MessageInsights(
        message_id=_text(answer, "MessageId"),
        from_address=_text(answer, "FromEmailAddress"),
        subject=_text(answer, "Subject"),
        tags=tuple(
            MessageTag(_text(tag, "Name") or "", _text(tag, "Value") or "") for tag in answer.get("EmailTags") or ()
        ),
        insights=tuple(_insights(recipient) for recipient in answer.get("Insights") or ()),
    )


def _insights(recipient: Mapping[str, Any]) -> EmailInsights:
    events = tuple(_event(event) for event in recipient.get("Events") or ())
    return EmailInsights(_text(recipient, "Destination"), _text(recipient, "Isp"), events)


def _event(event: Mapping[str, Any]) -> InsightsEvent:
    time, details = event.get("Timestamp"), event.get("Details") or {}
    bounce, complaint = details.get("Bounce"), details.get("Complaint")
    return InsightsEvent(
        timestamp=None if time is None else seconds(time),
        event_type=_text(event, "Type"),
        bounce=None
        if bounce is None
        else Bounce(_text(bounce, "BounceType"), _text(bounce, "BounceSubType"), _text(bounce, "DiagnosticCode")),
        complaint=None
        if complaint is None
        else Complaint(_text(complaint, "ComplaintSubType"), _text(complaint, "ComplaintFeedbackType")),
    )


def _text(members: Mapping[str, Any], name: str) -> str | None:
    # botocore hands on whatever JSON has where its model says string.
    value = members.get(name)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"the {name} {value!r}")
    return value
