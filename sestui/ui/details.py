"""Everything that SES tells of an account, a tenant, a configuration set: tables of names and values."""

from dataclasses import fields

from rich.table import Table
from rich.text import Text

from sestui.domain.display import moment_in_full, printable
from sestui.domain.settings import (
    Account,
    ConfigurationSet,
    DeliveryOptions,
    ReputationOptions,
    SuppressionOptions,
    Tag,
    Tenant,
    TrackingOptions,
    Validation,
    VdmOptions,
)
from sestui.domain.suppression import Reason

LABELS = 24
"""Cells of the column of names."""


def reasons(value: tuple[Reason, ...] | None, absent: str) -> str:
    """Name the reasons; empty is a choice of its own and not the same as absent."""
    if value is None:
        return absent
    return " ".join(value) or "none: nothing is suppressed"


def validation(value: Validation | None, absent: str) -> str:
    """Say whether Auto Validation is on, and from which confidence on."""
    if value is None:
        return absent
    return f"{'on' if value.enabled else 'off'}{f', threshold {value.threshold}' if value.threshold else ''}"


def account_details(account: Account) -> Table:
    return table(
        ("Suppressed reasons", reasons(account.suppressed_reasons, "no SuppressionAttributes in the answer")),
        ("Auto Validation", validation(account.validation, "not set")),
        ("Sending", "enabled" if account.sending_enabled else "PAUSED"),
        ("Enforcement status", account.enforcement_status),
        ("Production access", "yes" if account.production_access else "no: sandbox, SES refuses additions"),
    )


def tenant_details(tenant: Tenant) -> Table:
    """Every member of GetTenant."""
    own = tenant.suppression
    return table(
        ("TenantName", tenant.name),
        ("TenantId", tenant.tenant_id),
        ("TenantArn", tenant.arn),
        ("CreatedTimestamp", moment_in_full(tenant.created)),
        ("SendingStatus", tenant.sending_status),
        ("SuppressionScope", own.scope if own else "not set"),
        ("SuppressedReasons", reasons(own.reasons, "") if own else "not set"),
        ("Tags", _tags(tenant.tags)),
    )


def configuration_set_details(it: ConfigurationSet) -> Table:
    """Every option group of GetConfigurationSet; those that sestui has no type for as they came."""
    options = it.suppression or SuppressionOptions()
    return table(
        ("ConfigurationSetName", it.name),
        ("Sending", {True: "enabled", False: "DISABLED", None: "not set"}[it.sending_enabled]),
        ("SuppressionScope", options.scope or "inherits"),
        ("SuppressedReasons", reasons(options.reasons, "inherits")),
        ("Auto Validation", validation(options.validation, "inherits")),
        ("Delivery", _group(it.delivery)),
        ("Tracking", _group(it.tracking)),
        ("Reputation", _group(it.reputation)),
        ("VDM", _group(it.vdm)),
        ("Archive", it.archive_arn or "not set"),
        ("Tags", _tags(it.tags)),
        *it.unknown,
    )


def _group(group: DeliveryOptions | TrackingOptions | ReputationOptions | VdmOptions | None) -> str:
    if group is None:
        return "not set"
    members = []
    for member in fields(group):
        value = getattr(group, member.name)
        if value is not None:
            words = {True: "on", False: "off"}[value] if isinstance(value, bool) else value
            words = moment_in_full(value) if member.name == "last_fresh_start" else words
            members.append(f"{member.name.replace('_', ' ')} {words}")
    return " · ".join(members) or "present, empty"


def _tags(tags: tuple[Tag, ...]) -> str:
    return " · ".join(f"{tag.key}={tag.value}" for tag in tags) or "none"


def table(*rows: tuple[str, str] | tuple[str, str, str], names: int = LABELS - 2) -> Table:
    """Return names and values, each with a style if it has one; a long value goes on below itself."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", width=names)
    grid.add_column(overflow="fold")
    for name, value, *style in rows:
        grid.add_row(name, Text(printable(value), *style))
    return grid
