"""SendEmail: who may send, which one list is consulted, and whom it keeps the mail from. Nothing is delivered.

Scope and reasons come from the configuration set, else the tenant, else the account, each field by itself (Developer
Guide, "Using tenant-level suppression lists"). A mail to a suppressed address is accepted all the same: its message
id tells no more than another's. This is written without a look at `sestui.domain`, which a test holds against it.

What AWS doesn't document is decided here for the likeliest:

- Scope TENANT and no tenant in the call: the account's list, as for every other mail without a tenant.
- A scope that the configuration set moves to ACCOUNT leaves the tenant's reasons in force.
- A stopped tenant refuses with the exception of a stopped account. An account in SHUTDOWN does too, as both are
  described as "currently paused"; AccountSuspendedException, "permanently restricted", fits nothing that GetAccount
  can tell.
- A send reads as any read does: with the quirk `read-lag` it is checked against what was.

The 403 for what is not associated with the tenant, and the sentence on a paused configuration set, are those of
published probes (floci #2815, #1193). The emulator has no identities: each sender counts as verified, and so has no
configuration set by default.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from email.utils import getaddresses, parseaddr
from typing import Any

from sestui.emulator.errors import Refusal, bad_request
from sestui.emulator.mail import Mail, Recipient
from sestui.emulator.registry import Registry
from sestui.emulator.state import Call, ConfigurationSet, State, Tenant
from sestui.emulator.store import ACCOUNT

_MOST_RECIPIENTS = 50
_SIMULATOR = "simulator.amazonses.com"
"""The one place that an account in the sandbox may write to without having it verified."""


def send(state: State, call: Call) -> dict[str, Any]:
    letter = _letter(call.parameters)
    tenant_name = call.parameters.get("TenantName")
    tenant = None if tenant_name is None else state.tenant(tenant_name, call.moment)
    found = None if letter.configuration_set is None else state.configuration_set(letter.configuration_set, call.moment)
    if tenant is not None:
        _check_associated(state, call, tenant, letter)
    _check_stops(state, call, tenant, found)
    if state.sandbox:
        _check_verified(state, call, letter)
    mail = _checked(state, call, letter, tenant, found)
    state.outbox.add(mail)
    return {"MessageId": mail.message_id}


@dataclass(frozen=True, slots=True)
class _Letter:
    """What a call asks to be sent, whichever way it says so."""

    sender: str
    recipients: tuple[str, ...]
    subject: str | None
    configuration_set: str | None
    template: str | None


def _letter(parameters: Mapping[str, Any]) -> _Letter:
    """Of a raw message what the call leaves out is in its headers. Raises BadRequestException."""
    content = parameters["Content"]
    if len(content) != 1:
        raise bad_request("Content must have exactly one of Simple, Raw and Template.")
    headers = _headers(content["Raw"]["Data"]) if "Raw" in content else {}
    _, sender = parseaddr(parameters.get("FromEmailAddress") or headers.get("From", ""))
    kinds = ("To", "Cc", "Bcc")
    destination = parameters.get("Destination", {})
    named = [text for kind in kinds for text in destination.get(f"{kind}Addresses", ())]
    addresses = getaddresses(named or [headers.get(kind, "") for kind in kinds])
    recipients = tuple(address for name, address in addresses if name or address)
    if not recipients:
        raise bad_request("Must specify at least one recipient.")
    if len(recipients) > _MOST_RECIPIENTS:
        raise bad_request(f"Recipient count exceeds {_MOST_RECIPIENTS}.")
    for address in (sender, *recipients):
        local, _, domain = address.rpartition("@")
        if not (local and domain):
            raise bad_request("Missing final '@domain'")
    return _Letter(
        sender,
        recipients,
        content["Simple"]["Subject"]["Data"] if "Simple" in content else headers.get("Subject"),
        parameters.get("ConfigurationSetName") or headers.get("X-Ses-Configuration-Set"),
        content.get("Template", {}).get("TemplateName"),
    )


def _headers(data: str) -> Mapping[str, str]:
    try:
        message = BytesHeaderParser().parsebytes(base64.b64decode(data, validate=True))
    except binascii.Error:
        raise bad_request("Raw.Data is not in base64.") from None
    return {name.title(): str(text) for name, text in message.items()}


def _check_associated(state: State, call: Call, tenant: Tenant, letter: _Letter) -> None:
    """Raises AccessDeniedException for what the mail refers to and the tenant does not have."""
    own = state.resources_of.get(tenant.name, Registry())
    wanted = [_identities(letter.sender)]
    if letter.configuration_set is not None:
        wanted.append([f"configuration-set/{letter.configuration_set}"])
    if letter.template is not None:
        wanted.append([f"template/{letter.template}"])
    missing = [any_of[0] for any_of in wanted if not any(own.get(it, call.moment) for it in any_of)]
    if missing:
        arns = ", ".join(call.arn(resource) for resource in missing)
        raise Refusal("AccessDeniedException", f"Tenant not associated with resources [{arns}].", 403)


def _identities(address: str) -> list[str]:
    """What may stand for an address: its domain, a domain above that, or itself."""
    domain = address.rpartition("@")[2].lower()
    labels = domain.split(".")
    domains = [".".join(labels[number:]) for number in range(max(1, len(labels) - 1))]
    return [f"identity/{it}" for it in (*domains, address)]


def _check_stops(state: State, call: Call, tenant: Tenant | None, found: ConfigurationSet | None) -> None:
    """Raises SendingPausedException, for the widest stop."""
    if state.enforcement_status == "SHUTDOWN" or not state.account(call.moment).sending_enabled:
        raise _paused(
            "Sending paused for this account. For more information, please check the inbox of the email address "
            "associated with your AWS account."
        )
    if tenant is not None and tenant.sending_status == "DISABLED":
        raise _paused(f"Sending is paused for tenant {tenant.name}")
    if found is not None and not found.groups.get("SendingOptions", {}).get("SendingEnabled", True):
        raise _paused(f"Sending is paused for configuration set {found.name}")


def _paused(message: str) -> Refusal:
    return Refusal("SendingPausedException", message)


def _check_verified(state: State, call: Call, letter: _Letter) -> None:
    """Raises MessageRejected. Verified are the sender's domain and whatever identity some tenant has."""
    verified = {f"identity/{letter.sender.rpartition('@')[2].lower()}", f"identity/{_SIMULATOR}"}
    for resource, tenants in state.tenants_of.items():
        if any(True for _ in tenants.items(call.moment)):
            verified.add(resource)
    failed = [address for address in letter.recipients if verified.isdisjoint(_identities(address))]
    if failed:
        raise Refusal(
            "MessageRejected",
            "Email address is not verified. The following identities failed the check in region "
            f"{call.region.upper()}: {', '.join(failed)}",
        )


def _checked(state: State, call: Call, letter: _Letter, tenant: Tenant | None, found: ConfigurationSet | None) -> Mail:
    """The mail, each recipient looked for on the one list that is consulted."""
    options = found.groups.get("SuppressionOptions", {}) if found else {}
    pair = (tenant and tenant.suppression) or {}
    scope = options.get("SuppressionScope") or pair.get("SuppressionScope") or "ACCOUNT"
    reasons: tuple[str, ...] = state.account(call.moment).suppressed_reasons
    for layer in (pair, options):
        reasons = tuple(layer.get("SuppressedReasons", reasons))
    number, consulted = ACCOUNT, "account"
    if scope == "TENANT" and tenant is not None:
        number, consulted = tenant.list, f"tenant {tenant.name}"

    def suppressing(address: str) -> Recipient:
        entries = state.lists.matching(number, address, call.moment) if reasons else ()
        return Recipient(address, tuple(entry for entry in entries if entry.reason in reasons))

    return Mail(
        message_id=state.outbox.new_id(call.now),
        time=call.now,
        sender=letter.sender,
        tenant=tenant.name if tenant else None,
        configuration_set=found.name if found else None,
        scope=scope,
        reasons=reasons,
        consulted=consulted if reasons else None,
        recipients=tuple(map(suppressing, letter.recipients)),
        subject=letter.subject,
        tags=tuple(_tags(call, letter, tenant)),
    )


def _tags(call: Call, letter: _Letter, tenant: Tenant | None) -> Iterator[tuple[str, str]]:
    for tag in call.parameters.get("EmailTags", ()):
        yield tag["Name"], tag["Value"]
    yield "ses:from-domain", letter.sender.rpartition("@")[2]
    if letter.configuration_set is not None:
        yield "ses:configuration-set", letter.configuration_set
    if tenant is not None:
        yield "ses:tenant-name", tenant.name
