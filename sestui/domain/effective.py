"""Which list a send consults and which reasons count: configuration set, else tenant, else account, field by field.

Source of the rules: SES Developer Guide, "Using tenant-level suppression lists" and "Configuration set-level
suppression"; that the two fields are resolved separately is our reading of them.
"""

from dataclasses import dataclass
from enum import StrEnum

from sestui.domain.settings import Account, ConfigurationSet, Tenant
from sestui.domain.suppression import Reason, SuppressionList, SuppressionScope


class Layer(StrEnum):
    """Where an effective value comes from."""

    CONFIGURATION_SET = "configuration set"
    TENANT = "tenant"
    ACCOUNT = "account"
    DEFAULT = "SES default"


@dataclass(frozen=True, slots=True)
class Effective:
    """What a send through a configuration set, for a tenant or none, is checked against."""

    scope: SuppressionScope
    scope_from: Layer
    reasons: tuple[Reason, ...] | None
    """`()`: nothing is checked and nothing recorded. None: not known, as the account's attributes are absent."""
    reasons_from: Layer
    consults: SuppressionList | None
    """Exactly one list; None where AWS doesn't document which: scope TENANT with no tenant in the send."""
    stops: tuple[str, ...]
    """What stops the mail before any list is consulted, in words, widest first."""


def effective(account: Account, tenant: Tenant | None, configuration_set: ConfigurationSet | None) -> Effective:
    """Resolve scope and reasons for a send that names this tenant and this configuration set."""
    options = configuration_set.suppression if configuration_set else None
    own = tenant.suppression if tenant else None

    if options and options.scope is not None:
        scope, scope_from = options.scope, Layer.CONFIGURATION_SET
    elif own:
        scope, scope_from = own.scope, Layer.TENANT
    else:
        scope, scope_from = SuppressionScope.ACCOUNT, Layer.DEFAULT

    reasons: tuple[Reason, ...] | None
    if options and options.reasons is not None:
        reasons, reasons_from = options.reasons, Layer.CONFIGURATION_SET
    elif own:
        reasons, reasons_from = own.reasons, Layer.TENANT
    else:
        reasons, reasons_from = account.suppressed_reasons, Layer.ACCOUNT

    if scope is SuppressionScope.ACCOUNT:
        consults: SuppressionList | None = SuppressionList()
    else:
        consults = SuppressionList(tenant.name) if tenant else None
    stops = tuple(stop for it in (account, tenant, configuration_set) if it and (stop := it.stop))
    return Effective(scope, scope_from, reasons, reasons_from, consults, stops)
