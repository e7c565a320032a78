"""Which list a send consults and which reasons count: configuration set, else tenant, else account, field by field.

Source of the rules: SES Developer Guide, "Using tenant-level suppression lists" and "Configuration set-level
suppression"; that the fields are resolved separately, and Auto Validation like them, is our reading of these pages.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sestui.domain.settings import Account, ConfigurationSet, SuppressionOptions, Tenant, Validation
from sestui.domain.suppression import Reason, SuppressionList, SuppressionScope


class Layer(StrEnum):
    """Where an effective value comes from."""

    CONFIGURATION_SET = "configuration set"
    TENANT = "tenant"
    ACCOUNT = "account"
    DEFAULT = "SES default"


TENANT_SCOPE_WITHOUT_TENANT: Final = "which list a send without a tenant consults when the scope is TENANT"
REASONS_OF_OTHER_SCOPE: Final = (
    "whether the tenant's reasons still count when the configuration set moves the scope to ACCOUNT without naming "
    "reasons of its own; read field by field they do"
)


@dataclass(frozen=True, slots=True)
class Effective:
    """What a send through a configuration set, for a tenant or none, is checked against."""

    scope: SuppressionScope
    scope_from: Layer
    reasons: tuple[Reason, ...] | None
    """`()`: nothing is checked and nothing recorded. None: not known, as the account's attributes are absent."""
    reasons_from: Layer
    validation: Validation | None
    """Auto Validation, a block at sending that no list shows. None: no layer sets it. A tenant has none."""
    validation_from: Layer
    consults: SuppressionList | None
    """Exactly one list; None where AWS doesn't document which: scope TENANT with no tenant in the send."""
    stops: tuple[str, ...]
    """What stops the mail before any list is consulted, in words, widest first."""
    undocumented: tuple[str, ...] = ()
    """What AWS doesn't document about this very combination."""


def effective(account: Account, tenant: Tenant | None, configuration_set: ConfigurationSet | None) -> Effective:
    """Resolve scope, reasons and validation for a send that names this tenant and this configuration set."""
    options = (configuration_set.suppression if configuration_set else None) or SuppressionOptions()
    own = tenant.suppression if tenant else None
    scope, scope_from = resolve_scope(tenant, configuration_set)

    reasons: tuple[Reason, ...] | None
    if options.reasons is not None:
        reasons, reasons_from = options.reasons, Layer.CONFIGURATION_SET
    elif own:
        reasons, reasons_from = own.reasons, Layer.TENANT
    else:
        reasons, reasons_from = account.suppressed_reasons, Layer.ACCOUNT

    validation, validation_from = account.validation, Layer.ACCOUNT
    if options.validation is not None:
        validation, validation_from = options.validation, Layer.CONFIGURATION_SET

    consults: SuppressionList | None = SuppressionList()
    undocumented = []
    if scope is SuppressionScope.TENANT:
        consults = SuppressionList(tenant.name) if tenant else None
        if tenant is None:
            undocumented.append(TENANT_SCOPE_WITHOUT_TENANT)
    elif own and own.scope is SuppressionScope.TENANT and reasons_from is Layer.TENANT:
        undocumented.append(REASONS_OF_OTHER_SCOPE)
    stops = tuple(stop for it in (account, tenant, configuration_set) if it and (stop := it.stop))
    return Effective(
        scope,
        scope_from,
        reasons,
        reasons_from,
        validation,
        validation_from,
        consults,
        stops,
        tuple(undocumented),
    )


def resolve_scope(tenant: Tenant | None, configuration_set: ConfigurationSet | None) -> tuple[SuppressionScope, Layer]:
    """Return the scope of a send and the layer that it comes from; the account has none to give."""
    if configuration_set and configuration_set.suppression and configuration_set.suppression.scope is not None:
        return configuration_set.suppression.scope, Layer.CONFIGURATION_SET
    if tenant and tenant.suppression:
        return tenant.suppression.scope, Layer.TENANT
    return SuppressionScope.ACCOUNT, Layer.DEFAULT


@dataclass(frozen=True, slots=True)
class Use:
    """Which of a tenant's configuration sets consult the tenant's own list."""

    consulting: tuple[str, ...]
    others: tuple[str, ...]
    """Configuration sets whose scope comes to ACCOUNT."""
    unread: tuple[str, ...]
    """Configuration sets whose settings are not known yet."""
    without_sets: SuppressionScope | None = None
    """Where the tenant has no configuration set: its own scope."""

    @property
    def dormant(self) -> bool | None:
        """Whether no send consults the list; None while that is not known."""
        if self.consulting or self.without_sets is SuppressionScope.TENANT:
            return False
        return None if self.unread else True


def use_of_own_list(tenant: Tenant, configuration_sets: Mapping[str, ConfigurationSet | None]) -> Use:
    """Tell who consults a tenant's list, from all its configuration sets by name; None is one that is not read."""
    consulting, others, unread = [], [], []
    for name, it in configuration_sets.items():
        if it is None:
            unread.append(name)
        elif resolve_scope(tenant, it)[0] is SuppressionScope.TENANT:
            consulting.append(name)
        else:
            others.append(name)
    own = None if configuration_sets else resolve_scope(tenant, None)[0]
    return Use(tuple(consulting), tuple(others), tuple(unread), own)
