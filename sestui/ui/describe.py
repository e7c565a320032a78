"""Settings in words: what a send is checked against, and what an edit writes."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from sestui.domain.display import counted, printable
from sestui.domain.effective import Effective, Layer, Use, effective
from sestui.domain.errors import ServiceError, ServiceFault, SestuiError, UnexpectedAnswer, Unreachable
from sestui.domain.impact import Edit, Subject
from sestui.domain.settings import Account, ConfigurationSet, SuppressionOptions, Tenant
from sestui.domain.suppression import Connection
from sestui.domain.verdict_words import consults
from sestui.ui.details import (
    LABELS,
    account_details,
    configuration_set_details,
    reasons,
    tenant_details,
    validation,
)
from sestui.ui.place import Place


def where(connection: Connection) -> Text:
    """Name account, Region and, if it isn't AWS's own, endpoint."""
    parts = [f"account {connection.account or 'not known'}", connection.region, connection.endpoint]
    return Text(" · ".join(printable(part) for part in parts if part), "dim")


def failure(error: SestuiError) -> str:
    """Say whose word it is that something was not done, or that it isn't known."""
    if isinstance(error, ServiceError) and not isinstance(error, ServiceFault):
        return f"SES refused: {printable(str(error))}"
    if isinstance(error, Unreachable | ServiceFault | UnexpectedAnswer):
        return f"It may or may not have been done: {printable(str(error))}"
    return printable(str(error))


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
    grid.add_column(no_wrap=True, overflow="ellipsis", max_width=LABELS - 2)
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
    for doubt in it.undocumented:
        text.append(f"Not documented by AWS: {doubt}\n", "not bold yellow")
    text.append(f"scope from {_origin(it.scope_from)}, reasons from {_origin(it.reasons_from)}\n", "not bold dim")
    if it.validation is not None:
        words = f"Auto Validation {validation(it.validation, '')}, from {_origin(it.validation_from)}\n"
        text.append(words, "not bold" if it.validation.enabled else "not bold dim")
    if configuration_set is not None and tenant is None:
        text.append("for mail that names no tenant; for a tenant's, unfold the tenant\n", "not bold dim")
    elif configuration_set is None and tenant is not None:
        text.append("before any configuration set, which may override both\n", "not bold dim")
    return Group(grid, text)


def _origin(layer: Layer) -> str:
    return layer if layer is Layer.DEFAULT else f"the {layer}"


def panel(
    place: Place,
    account: Account,
    tenant: Tenant | None,
    configuration_set: ConfigurationSet | None,
    associated: Text | None = None,
) -> tuple[str, Text, RenderableType]:
    """Return title, the one line, and everything, for what the tree's cursor is on.

    `associated` is what is known of who uses it.
    """
    it = effective(account, tenant, configuration_set)
    if configuration_set is not None:
        details = configuration_set_details(configuration_set)
    elif tenant is not None:
        details = tenant_details(tenant)
    else:
        details = account_details(account)
    line = summary(it)
    if tenant is not None and configuration_set is None:
        line.append(" · sets may differ", "dim")
    parts = [layers(it, account, tenant, configuration_set), details]
    if associated is not None:
        parts.insert(1, associated)
    return str(place), line, Group(*parts)


def sharing(tenants: Sequence[str], tenant: str | None) -> Text:
    """Name the tenants that a configuration set belongs to: what it overrides, it overrides for all of them."""
    if not tenants:
        return Text("no tenant may send through it", "dim")
    others = [printable(name) for name in tenants if name != tenant]
    if tenant is not None and len(tenants) > len(others):
        words = "used by this tenant alone" if not others else f"shared with {counted(len(others), 'tenant')}: "
    else:
        words = f"used by {counted(len(others), 'tenant')}: "
    return Text(words + ", ".join(others), "" if len(tenants) > 1 else "dim")


def use(it: Use) -> Text:
    """Say above a tenant's list whether anything consults it; nothing where everything does."""
    total = len(it.consulting) + len(it.others) + len(it.unread)
    sets = counted(total, "configuration set")
    if it.dormant:
        where = f"all {sets}" if total > 1 else "its only configuration set" if total else "the tenant's own settings"
        return Text.styled(f"DORMANT: no mail consults this list (ACCOUNT in {where})", "bold yellow")
    if it.unread and not it.consulting:
        return Text(f"dormant or not is not known yet: {len(it.unread)} of {sets} not read", "dim")
    if it.unread:
        return Text(f"consulted; {len(it.unread)} of {sets} not read", "dim")
    if it.others:
        return Text(f"consulted through {len(it.consulting)} of {sets}, the others come to ACCOUNT")
    return Text()


def subject(it: Subject) -> str:
    """Name what has settings, for a title."""
    if isinstance(it, Account):
        return "account"
    return f"{'tenant' if isinstance(it, Tenant) else 'configuration set'} {printable(it.name)}"


def members(it: Subject) -> dict[str, str]:
    """Return every member of a subject's suppression settings, in words."""
    if isinstance(it, Account):
        return {
            "SuppressedReasons": reasons(it.suppressed_reasons, "absent"),
            "ValidationAttributes": validation(it.validation, "not set"),
        }
    if isinstance(it, Tenant):
        own = it.suppression
        return {
            "SuppressionScope": own.scope if own else "not set",
            "SuppressedReasons": reasons(own.reasons, "") if own else "not set",
        }
    options = it.suppression or SuppressionOptions()
    return {
        "SuppressionScope": options.scope or "inherits",
        "SuppressedReasons": reasons(options.reasons, "inherits"),
        "ValidationOptions": validation(options.validation, "inherits"),
    }


def changes(edit: Edit) -> list[Text]:
    """Return a line for each member that an edit changes."""
    after = members(edit.after)
    return [
        Text.assemble((f"{name}  ", "dim"), f"{was} → ", (after[name], "bold"))
        for name, was in members(edit.before).items()
        if after[name] != was
    ]
