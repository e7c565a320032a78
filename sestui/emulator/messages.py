"""The messages behind the entries that SES itself added, and what GetMessageInsights tells of them.

Nothing is stored of a message: its id leads to the entry, and the id is the seed of all that is told. So a message is
known for as long as its entry is on a list, where SES's are not bound to any list. Mail that was sent here is kept.

What SES answers was probed by others (floci's SesInsightsController, 2026-09-21): an account without Virtual
Deliverability Manager is refused before the id is looked at, an unknown id with the account's number, and a provider
that is not recognised is UNKNOWN_ISP.
"""

from __future__ import annotations

import hashlib
import random
import re
import uuid
from collections.abc import Mapping
from typing import Any

from sestui.emulator.errors import Refusal, not_found
from sestui.emulator.mail import Mail
from sestui.emulator.state import Call, State
from sestui.emulator.store import ACCOUNT, Entry

_ID = re.compile(r"0100([0-9a-f]{12})-[0-9a-f-]{36}-000000")
_ISPS = {
    "gmail.com": "Gmail",
    "outlook.com": "Outlook",
    "hotmail.com": "Outlook",
    "yahoo.com": "Yahoo",
    "aol.com": "Yahoo",
    "icloud.com": "iCloud",
    "gmx.de": "GMX",
    "web.de": "GMX",
    "orange.fr": "Orange",
}
_UNKNOWN_ISP = "UNKNOWN_ISP"
_DIAGNOSTICS = {
    "Gmail": (
        "smtp; 550-5.1.1 The email account that you tried to reach does not exist. Please try\n"
        "550-5.1.1 double-checking the recipient's email address for typos or\n"
        "550-5.1.1 unnecessary spaces. For more information, go to\n"
        "550 5.1.1 https://support.google.com/mail/?p=NoSuchUser"
    ),
    "Outlook": "smtp; 550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302).",
    "Yahoo": "smtp; 554 delivery error: dd This user doesn't have a {domain} account ({address}) [0]",
}
_DIAGNOSTIC = "smtp; 550 5.1.1 <{address}>: Recipient address rejected: User unknown in virtual mailbox table"
_SUBJECTS = (
    ("orders", "Your order {number} is on its way"),
    ("orders", "Receipt for order {number}"),
    ("account", "Reset your password"),
    ("account", "Someone signed in to your account from a new device; if this was you, there is nothing to do"),
    ("invoices", "Ihre Rechnung {number} – fällig in 14 Tagen"),
    ("news", "🎉 Two days left: 30% off everything"),
    ("news", "We miss you"),
)


def ids(number: int, entry: Entry) -> Mapping[str, str]:
    """The ids of the mail and of the bounce or complaint, the same at every get."""
    digest = hashlib.blake2b(f"{number}/{entry.address}/{entry.time}".encode(), digest_size=32).digest()
    # SES's message ids begin with the time in milliseconds.
    head = f"0100{round(entry.time * 1000):012x}"
    mail, feedback = uuid.UUID(bytes=digest[:16], version=4), uuid.UUID(bytes=digest[16:], version=4)
    return {"MessageId": f"{head}-{mail}-000000", "FeedbackId": f"{head}-{feedback}-000000"}


def get_insights(state: State, call: Call) -> dict[str, Any]:
    if not state.vdm:
        raise not_found("To use this feature you must enable Virtual Deliverability Manager")
    message_id = call.parameters["MessageId"]
    if mail := state.outbox.get(message_id):
        return _of_mail(mail, call)
    number, entry = _behind(state, call, message_id)
    draw = random.Random(message_id)
    sent, events = _events(draw, entry)
    if _outdated(sent, call):
        raise _missing(call, message_id)
    campaign, subject = draw.choice(_SUBJECTS)
    sender, tags = _sender(state, number, call.moment)
    return {
        "MessageId": message_id,
        "FromEmailAddress": f"no-reply@{sender}",
        "Subject": subject.format(number=draw.randrange(10_000, 100_000)),
        "EmailTags": [{"Name": name, "Value": value} for name, value in {**tags, "campaign": campaign}.items()],
        "Insights": [{"Destination": entry.address, "Isp": _isp(entry.address), "Events": events}],
    }


def _of_mail(mail: Mail, call: Call) -> dict[str, Any]:
    """Of a mail that was sent here: to whom it went, and whom a suppression list kept it from."""
    if _outdated(mail.time, call):
        raise _missing(call, mail.message_id)
    subtype = "OnAccountSuppressionList" if mail.consulted == "account" else "OnTenantSuppressionList"
    bounce = {"Type": "BOUNCE", "Details": {"Bounce": {"BounceType": "PERMANENT", "BounceSubType": subtype}}}
    return {
        "MessageId": mail.message_id,
        "FromEmailAddress": mail.sender,
        "Subject": mail.subject,
        "EmailTags": [{"Name": name, "Value": value} for name, value in mail.tags],
        "Insights": [
            {
                "Destination": it.address,
                "Isp": _isp(it.address),
                "Events": [
                    {"Timestamp": mail.time, "Type": "SEND"},
                    {"Timestamp": mail.time, **(bounce if it.suppressed else {"Type": "DELIVERY"})},
                ],
            }
            for it in mail.recipients
        ],
    }


def _outdated(sent: float, call: Call) -> bool:
    return bool(call.quirks.insights_life) and sent < call.now - call.quirks.insights_life


def _behind(state: State, call: Call, message_id: str) -> tuple[int, Entry]:
    if match := _ID.fullmatch(message_id):
        for number, entry in state.lists.updated_at(int(match[1], 16), state.last_list, call.moment):
            if entry.automatic and ids(number, entry)["MessageId"] == message_id:
                return number, entry
    raise _missing(call, message_id)


def _missing(call: Call, message_id: str) -> Refusal:
    return not_found(f"Message <{message_id}> not found for account <{call.account}>")


def _events(draw: random.Random, entry: Entry) -> tuple[float, list[dict[str, Any]]]:
    """When it was sent, and what happened to it, in order of time; the last is what put the address on the list."""
    if entry.reason == "BOUNCE":
        sent = entry.time - draw.uniform(1, 90)
        return sent, [
            {"Timestamp": sent, "Type": "SEND"},
            {"Timestamp": entry.time, "Type": "BOUNCE", "Details": {"Bounce": _bounce(draw, entry)}},
        ]
    sent = entry.time - draw.uniform(600, 86_400)
    return sent, [
        {"Timestamp": sent, "Type": "SEND"},
        {"Timestamp": sent + draw.uniform(1, 90), "Type": "DELIVERY"},
        {
            "Timestamp": entry.time,
            "Type": "COMPLAINT",
            "Details": {"Complaint": {"ComplaintFeedbackType": "abuse"}},
        },
    ]


def _bounce(draw: random.Random, entry: Entry) -> dict[str, Any]:
    """A hard one, as no other puts an address on a list; one in ten came without a diagnostic code."""
    diagnostic = _DIAGNOSTICS.get(_isp(entry.address), _DIAGNOSTIC)
    told = draw.random() < 0.9
    return {
        "BounceType": "PERMANENT",
        "BounceSubType": draw.choice(("General", "General", "General", "NoEmail")),
        "DiagnosticCode": diagnostic.format(address=entry.address, domain=_domain(entry.address)) if told else None,
    }


def _sender(state: State, number: int, moment: float) -> tuple[str, dict[str, str]]:
    """The domain that mail for this list comes from, and the tags that SES adds by itself."""
    if number == ACCOUNT:
        return "corp.com", {"ses:from-domain": "corp.com"}
    tenant = next(tenant for _, tenant in state.tenants.items(moment) if tenant.list == number)
    domain = f"mail.{tenant.name}.example"
    return domain, {"ses:from-domain": domain, "ses:tenant-name": tenant.name}


def _isp(address: str) -> str:
    return _ISPS.get(_domain(address), _UNKNOWN_ISP)


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()
