"""Accounts, tenants and configuration sets in few words, and strategies that draw any of them."""

from typing import Final

from hypothesis import strategies as st

from sestui.domain.settings import (
    Account,
    ConfidenceThreshold,
    ConfigurationSet,
    SendingStatus,
    SuppressionOptions,
    Tenant,
    TenantSuppression,
    Validation,
)
from sestui.domain.suppression import Reason, SuppressionScope

ACCOUNT, TENANT = SuppressionScope.ACCOUNT, SuppressionScope.TENANT
BOUNCE, COMPLAINT = Reason.BOUNCE, Reason.COMPLAINT
BOTH: Final = (BOUNCE, COMPLAINT)

Reasons = tuple[Reason, ...]


def account(
    reasons: Reasons | None = BOTH,
    validation: Validation | None = None,
    *,
    sending: bool = True,
    status: str = "HEALTHY",
) -> Account:
    return Account(reasons, validation, sending, True, status)


def tenant(
    scope: SuppressionScope | None = None,
    reasons: Reasons = (),
    *,
    name: str = "acme",
    status: SendingStatus = SendingStatus.ENABLED,
) -> Tenant:
    """Make a tenant; without a scope nothing is set on it."""
    suppression = None if scope is None else TenantSuppression(scope, reasons)
    return Tenant(name, "tn-1", "arn", 0.0, status, (), suppression)


def configuration_set(
    scope: SuppressionScope | None = None,
    reasons: Reasons | None = None,
    validation: Validation | None = None,
    *,
    name: str = "receipts",
    sending: bool | None = None,
) -> ConfigurationSet:
    return ConfigurationSet(name, sending_enabled=sending, suppression=SuppressionOptions(scope, reasons, validation))


SCOPES = st.sampled_from(SuppressionScope)
REASONS = st.sampled_from([(), (BOUNCE,), (COMPLAINT,), BOTH])
VALIDATIONS = st.none() | st.builds(Validation, st.booleans(), st.none() | st.sampled_from(ConfidenceThreshold))
ACCOUNTS = st.builds(
    account,
    st.none() | REASONS,
    VALIDATIONS,
    sending=st.booleans(),
    status=st.sampled_from(["HEALTHY", "PROBATION", "SHUTDOWN"]),
)
OPTIONS = st.builds(SuppressionOptions, st.none() | SCOPES, st.none() | REASONS, VALIDATIONS)


def tenants(name: str = "acme") -> st.SearchStrategy[Tenant]:
    status = st.sampled_from(SendingStatus)
    return st.builds(tenant, st.none() | SCOPES, REASONS, name=st.just(name), status=status)


def configuration_sets(name: str = "receipts") -> st.SearchStrategy[ConfigurationSet]:
    sending = st.none() | st.booleans()
    return st.builds(ConfigurationSet, st.just(name), sending_enabled=sending, suppression=st.none() | OPTIONS)
