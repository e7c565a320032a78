"""Settings in words: the text of the tree's labels and of the settings panel."""

from collections.abc import Awaitable
from dataclasses import dataclass, fields

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from sestui.domain.display import moment, printable
from sestui.domain.effective import Effective, Layer, effective
from sestui.domain.errors import NotFound, SestuiError, TenantNotFound
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
from sestui.domain.suppression import Reason, SuppressedDestination

_LABELS = 24
"""Cells of the column of names."""


@dataclass(frozen=True, slots=True)
class Place:
    """Something that the tree's cursor can be on."""

    tenant: str | None = None
    configuration_set: str | None = None
    section: str | None = None
    """`tenants` or `configuration sets`, the two headings of the tree."""

    def __str__(self) -> str:
        if self.configuration_set is not None:
            return f"Configuration set: {printable(self.configuration_set)}"
        return "Account" if self.tenant is None else f"Tenant: {printable(self.tenant)}"


def reasons(value: tuple[Reason, ...] | None, absent: str) -> str:
    """Name the reasons; empty is a choice of its own and not the same as absent."""
    if value is None:
        return absent
    return " ".join(value) or "none: nothing is suppressed"


def consults(it: Effective) -> str:
    """Name the one list that a send is checked against."""
    if it.reasons == ():
        return "no list: no reason is suppressed"
    if it.consults is None:
        return "which list is not documented by AWS: scope TENANT, no tenant"
    return f"the list of {printable(it.consults.owner)}"


def summary(it: Effective) -> Text:
    """Say it all in one line, what is stopped first."""
    text = Text(no_wrap=True, overflow="ellipsis")
    for stop in it.stops:
        text.append(f"STOPPED: {stop} · ", "bold red")
    text.append(f"→ {consults(it).removeprefix('the ')}", "bold")
    if it.reasons:
        text.append(f" · {reasons(it.reasons, '')}")
    return text


def layers(
    it: Effective, account: Account, tenant: Tenant | None, configuration_set: ConfigurationSet | None
) -> RenderableType:
    """Draw the layers from the most specific down, and what they come to."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True, overflow="ellipsis", max_width=_LABELS - 2)
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row("", Text("Scope", "dim"), Text("Reasons", "dim"))
    if configuration_set is not None:
        options = configuration_set.suppression or SuppressionOptions()
        grid.add_row("Configuration set", options.scope or "inherits", reasons(options.reasons, "inherits"))
    if tenant is not None:
        name, own = Text(f"Tenant {printable(tenant.name)}"), tenant.suppression
        grid.add_row(name, own.scope, reasons(own.reasons, "")) if own else grid.add_row(name, "not set", "not set")
    grid.add_row("Account", "ACCOUNT", reasons(account.suppressed_reasons, "not known"))
    grid.add_row("Effective", it.scope, reasons(it.reasons, "not known"), style="bold")
    text = Text(f"→ consults {consults(it)}\n", "bold")
    for stop in it.stops:
        text.append(f"STOPPED before any list: {stop}\n", "bold red")
    text.append(f"scope from {_origin(it.scope_from)}, reasons from {_origin(it.reasons_from)}\n", "not bold dim")
    if configuration_set is not None and tenant is None:
        text.append("for mail that names no tenant; for a tenant's, unfold the tenant\n", "not bold dim")
    elif configuration_set is None and tenant is not None:
        text.append("before any configuration set, which may override both\n", "not bold dim")
    return Group(grid, text)


def _origin(layer: Layer) -> str:
    return layer if layer is Layer.DEFAULT else f"the {layer}"


def panel(
    place: Place, account: Account, tenant: Tenant | None, configuration_set: ConfigurationSet | None
) -> tuple[str, Text, RenderableType]:
    """Return title, the one line, and everything, for what the tree's cursor is on."""
    it = effective(account, tenant, configuration_set)
    if configuration_set is not None:
        details = configuration_set_details(configuration_set)
    elif tenant is not None:
        details = tenant_details(tenant)
    else:
        details = account_details(account)
    return str(place), summary(it), Group(layers(it, account, tenant, configuration_set), details)


async def destination(asked: Awaitable[SuppressedDestination], address: str) -> RenderableType:
    """Put an entry, or why there is none, in words; raises nothing that SES may answer."""
    try:
        it = await asked
    except TenantNotFound as error:
        return Text(printable(str(error)), "bold red")
    except NotFound:
        return Text.assemble(
            ("Not on this list under this spelling.\n\n", "bold"),
            "SES looks for the local part exactly as it is written, but ignores case when it sends:\n"
            f"another spelling of {printable(address)} may still block the mail. Filter the loaded list to see.",
        )
    except SestuiError as error:
        return Text(printable(str(error)), "bold red")
    automatic = it.message_id is not None or it.feedback_id is not None
    return table(
        ("EmailAddress", it.address),
        ("Reason", it.reason),
        ("LastUpdateTime", f"{moment(it.last_update)} UTC"),
        ("Added", "by SES" if automatic else "by hand: SES gives no message id"),
        ("MessageId", it.message_id or "none"),
        ("FeedbackId", it.feedback_id or "none"),
        ("TenantName", it.tenant_name or "none: the account's list"),
    )


def account_details(account: Account) -> Table:
    return table(
        ("Suppressed reasons", reasons(account.suppressed_reasons, "no SuppressionAttributes in the answer")),
        ("Auto Validation", _validation(account.validation)),
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
        ("CreatedTimestamp", f"{moment(tenant.created)} UTC"),
        ("SendingStatus", tenant.sending_status),
        ("SuppressionScope", own.scope if own else "not set"),
        ("SuppressedReasons", reasons(own.reasons, "") if own else "not set"),
        ("Tags", _tags(tenant.tags)),
    )


def configuration_set_details(it: ConfigurationSet) -> Table:
    """Every option group of GetConfigurationSet; those that sestui has no type for as they came."""
    options = it.suppression
    overridden = options and f"scope {options.scope or 'inherits'}, reasons {reasons(options.reasons, 'inherit')}"
    return table(
        ("ConfigurationSetName", it.name),
        ("Sending", {True: "enabled", False: "DISABLED", None: "not set"}[it.sending_enabled]),
        ("Suppression", overridden or "nothing overridden"),
        ("Auto Validation", _validation(options.validation if options else None)),
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
            words = f"{moment(value)} UTC" if member.name == "last_fresh_start" else words
            members.append(f"{member.name.replace('_', ' ')} {words}")
    return " · ".join(members) or "present, empty"


def _validation(value: Validation | None) -> str:
    if value is None:
        return "not set"
    return f"{'on' if value.enabled else 'off'}{f', threshold {value.threshold}' if value.threshold else ''}"


def _tags(tags: tuple[Tag, ...]) -> str:
    return " · ".join(f"{tag.key}={tag.value}" for tag in tags) or "none"


def table(*rows: tuple[str, str] | tuple[str, str, str], names: int = _LABELS - 2) -> Table:
    """Return names and values, each with a style if it has one; a long value goes on below itself."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", width=names)
    grid.add_column(overflow="fold")
    for name, value, *style in rows:
        grid.add_row(name, Text(printable(value), *style))
    return grid
