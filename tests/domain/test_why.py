"""What is said of the message behind an entry, and of its absence."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sestui.domain import errors
from sestui.domain.display import printable
from sestui.domain.insights import Bounce, Complaint, EmailInsights, InsightsEvent, MessageInsights, MessageTag
from sestui.domain.suppression import Reason, SuppressedDestination
from sestui.domain.why import BY_HAND, NO_MANAGER, NO_MESSAGE_ID, NOT_ASKED, NOT_FOUND, THROTTLED, untold, why

NOON = 1_795_348_800.0
"""2026-11-22 12:00 UTC."""
ENTRY = SuppressedDestination("alice@gmail.com", Reason.BOUNCE, NOON, "0100", "0101")
SENT = InsightsEvent(NOON - 7, "SEND")
BOUNCED = InsightsEvent(NOON, "BOUNCE", Bounce("PERMANENT", "General", "smtp; 550 5.1.1 no such user"))
MESSAGE = MessageInsights(
    "0100",
    "news@corp.com",
    "What is new",
    (MessageTag("ses:tenant-name", "acme"), MessageTag("campaign", "news")),
    (EmailInsights("alice@gmail.com", "Gmail", (SENT, BOUNCED)),),
)


def of(
    *events: InsightsEvent, destination: str | None = "alice@gmail.com", isp: str | None = "Gmail"
) -> MessageInsights:
    return replace(MESSAGE, tags=(), insights=(EmailInsights(destination, isp, events),))


def test_a_bounce() -> None:
    assert why(ENTRY, MESSAGE) == (
        ("Subject", "What is new"),
        ("From", "news@corp.com"),
        ("Provider", "Gmail"),
        ("Sent", "2026-11-22 11:59:53 UTC"),
        ("Bounced", "2026-11-22 12:00:00 UTC · PERMANENT · General"),
        ("Diagnostic", "smtp; 550 5.1.1 no such user"),
        ("Tags", "ses:tenant-name=acme · campaign=news"),
    )


def test_a_complaint_and_what_came_before_it_in_order_of_time() -> None:
    complaint = InsightsEvent(NOON, "COMPLAINT", complaint=Complaint("OnAccountSuppressionList", "abuse"))
    clicks = [InsightsEvent(NOON - 3, kind) for kind in ("OPEN", "CLICK", "SUBSCRIPTION")]
    delivery, delay = InsightsEvent(NOON - 4, "DELIVERY"), InsightsEvent(NOON - 5, "DELIVERY_DELAY")
    assert why(ENTRY, of(complaint, *clicks, delivery, SENT, delay))[3:] == (
        ("Sent", "2026-11-22 11:59:53 UTC"),
        ("Delayed", "2026-11-22 11:59:55 UTC"),
        ("Delivered", "2026-11-22 11:59:56 UTC"),
        ("Complaint", "2026-11-22 12:00:00 UTC · abuse · OnAccountSuppressionList"),
    )


def test_what_is_missing_or_new_is_said() -> None:
    bare = InsightsEvent(bounce=Bounce())
    found = replace(of(bare, InsightsEvent(NOON, "TELEPORTED"), isp="UNKNOWN_ISP"), subject=None, from_address=None)
    assert why(ENTRY, found) == (
        ("Subject", "not in SES's answer"),
        ("From", "not in SES's answer"),
        ("Provider", "not recognised by SES"),
        ("TELEPORTED", "2026-11-22 12:00:00 UTC"),
        ("Event", "time unknown"),
        ("Diagnostic", "none came with the bounce"),
    )
    for nothing in (MessageInsights(), of(isp=None)):
        assert why(ENTRY, nothing)[2:] == (("Provider", "not in SES's answer"), ("Events", "not in SES's answer"))


def test_of_several_recipients_the_entrys_own_is_shown_whatever_its_case() -> None:
    own, other = EmailInsights("Alice@Gmail.com", "Gmail", (SENT,)), EmailInsights("bob@yahoo.com", "Yahoo", (BOUNCED,))
    rows = dict(why(ENTRY, replace(MESSAGE, insights=(other, own))))
    assert (rows["To"], rows["Provider"]) == ("Alice@Gmail.com", "Gmail")
    assert "Bounced" not in rows
    assert why(ENTRY, replace(MESSAGE, insights=(other,)))[2] == ("To", "bob@yahoo.com")
    assert "To" not in dict(why(ENTRY, MESSAGE))


def test_the_lines_of_a_servers_sentence_become_one() -> None:
    words = "smtp; 550-5.1.1 The account\r\n550-5.1.1 does not\n550 5.1.1 exist\x1b[2J"
    rows = dict(why(ENTRY, of(replace(BOUNCED, bounce=Bounce(diagnostic_code=words)))))
    assert rows["Diagnostic"] == "smtp; 550-5.1.1 The account 550-5.1.1 does not 550 5.1.1 exist\\x1b[2J"


@pytest.mark.parametrize(
    ("entry", "asked", "said"),
    [
        (ENTRY._replace(message_id=None, feedback_id=None), None, BY_HAND),
        (ENTRY._replace(message_id=None), None, NO_MESSAGE_ID),
        (ENTRY, None, NOT_ASKED),
        (
            ENTRY,
            errors.AccessDenied("AccessDeniedException", "User: x is not …", "GetMessageInsights"),
            "denied: the role in use lacks ses:GetMessageInsights",
        ),
        (ENTRY, errors.NoDeliverabilityManager("NotFoundException", "To use this", "GetMessageInsights"), NO_MANAGER),
        (ENTRY, errors.NotFound("NotFoundException", "Message <0100> not found", "GetMessageInsights"), NOT_FOUND),
        (ENTRY, errors.Throttled("TooManyRequestsException", "Rate exceeded", "GetMessageInsights"), THROTTLED),
        (ENTRY, errors.Unreachable("No answer.\x1b[2J Check the network."), "No answer.\\x1b[2J Check the network."),
        (
            ENTRY,
            errors.BadRequest("BadRequestException", "no such id\n", "GetMessageInsights"),
            "no such id\\x0a (GetMessageInsights: BadRequestException)",
        ),
    ],
)
def test_where_nothing_is_known_it_says_why(
    entry: SuppressedDestination, asked: errors.SestuiError | None, said: str
) -> None:
    assert untold(entry, asked) == said
    assert why(entry, asked) == (("Why", said),)


TEXTS = (
    st.none()
    | st.text(max_size=12)
    | st.sampled_from(["SEND", "OPEN", "BOUNCE", "UNKNOWN_ISP", "a\x1b]0;b\x07\u202ec"])
)
TIMES = st.none() | st.floats(0, 253_402_300_799)
BOUNCES = st.none() | st.builds(Bounce, TEXTS, TEXTS, TEXTS)
COMPLAINTS = st.none() | st.builds(Complaint, TEXTS, TEXTS)
EVENTS = st.lists(st.builds(InsightsEvent, TIMES, TEXTS, BOUNCES, COMPLAINTS), max_size=3).map(tuple)
RECIPIENTS = st.lists(st.builds(EmailInsights, TEXTS, TEXTS, EVENTS), max_size=2).map(tuple)
TAGS = st.lists(st.builds(MessageTag, st.text(max_size=5), st.text(max_size=5)), max_size=2).map(tuple)


@given(st.builds(MessageInsights, TEXTS, TEXTS, TEXTS, TAGS, RECIPIENTS))
@settings(max_examples=150)
def test_whatever_comes_is_harmless_and_complete(found: MessageInsights) -> None:
    rows = why(ENTRY, found)
    for row in rows:
        assert row == tuple(map(printable, row))
    names = [name for name, _ in rows]
    assert names[:2] == ["Subject", "From"]
    assert names.count("Provider") >= 1
    assert len(rows) > 3
