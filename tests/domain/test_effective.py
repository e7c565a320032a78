"""Configuration set, else tenant, else account, field by field; exactly one list, or "not documented"."""

from itertools import product

import pytest

from sestui.domain.effective import Layer, effective
from sestui.domain.settings import (
    Account,
    ConfigurationSet,
    SendingStatus,
    SuppressionOptions,
    Tenant,
    TenantSuppression,
)
from sestui.domain.suppression import Reason, SuppressionList, SuppressionScope

ACCOUNT, TENANT = SuppressionScope.ACCOUNT, SuppressionScope.TENANT
BOUNCE, COMPLAINT = Reason.BOUNCE, Reason.COMPLAINT

Reasons = tuple[Reason, ...]

REASONS: tuple[Reasons, ...] = ((), (BOUNCE,), (COMPLAINT,), (BOUNCE, COMPLAINT))


def account(reasons: Reasons | None = (BOUNCE,), *, sending: bool = True, status: str = "HEALTHY") -> Account:
    return Account(reasons, None, sending, True, status)


def tenant(
    scope: SuppressionScope | None = None, reasons: Reasons = (), status: SendingStatus = SendingStatus.ENABLED
) -> Tenant:
    suppression = None if scope is None else TenantSuppression(scope, reasons)
    return Tenant("acme", "tn-1", "arn", 0.0, status, (), suppression)


def configuration_set(scope: SuppressionScope | None = None, reasons: Reasons | None = None) -> ConfigurationSet:
    return ConfigurationSet("receipts", suppression=SuppressionOptions(scope, reasons))


ACCOUNTS = [account(reasons) for reasons in (None, *REASONS)]
TENANTS = [None, tenant(), *(tenant(scope, reasons) for scope in SuppressionScope for reasons in REASONS)]
SETS = [
    None,
    ConfigurationSet("plain"),
    *(configuration_set(scope, reasons) for scope in (None, *SuppressionScope) for reasons in (None, *REASONS)),
]


@pytest.mark.parametrize(
    ("own", "override", "scope", "scope_from", "reasons", "reasons_from", "consults"),
    [
        (None, None, ACCOUNT, Layer.DEFAULT, (BOUNCE,), Layer.ACCOUNT, SuppressionList()),
        (tenant(), None, ACCOUNT, Layer.DEFAULT, (BOUNCE,), Layer.ACCOUNT, SuppressionList()),
        (
            tenant(TENANT, (COMPLAINT,)),
            None,
            TENANT,
            Layer.TENANT,
            (COMPLAINT,),
            Layer.TENANT,
            SuppressionList("acme"),
        ),
        (
            tenant(ACCOUNT, (COMPLAINT,)),
            None,
            ACCOUNT,
            Layer.TENANT,
            (COMPLAINT,),
            Layer.TENANT,
            SuppressionList(),
        ),
        (
            tenant(TENANT, (BOUNCE,)),
            configuration_set(ACCOUNT),
            ACCOUNT,
            Layer.CONFIGURATION_SET,
            (BOUNCE,),
            Layer.TENANT,
            SuppressionList(),
        ),
        (
            tenant(TENANT, (BOUNCE,)),
            configuration_set(reasons=()),
            TENANT,
            Layer.TENANT,
            (),
            Layer.CONFIGURATION_SET,
            SuppressionList("acme"),
        ),
        (
            tenant(),
            configuration_set(TENANT),
            TENANT,
            Layer.CONFIGURATION_SET,
            (BOUNCE,),
            Layer.ACCOUNT,
            SuppressionList("acme"),
        ),
        (None, configuration_set(TENANT), TENANT, Layer.CONFIGURATION_SET, (BOUNCE,), Layer.ACCOUNT, None),
        (
            None,
            configuration_set(ACCOUNT, (COMPLAINT,)),
            ACCOUNT,
            Layer.CONFIGURATION_SET,
            (COMPLAINT,),
            Layer.CONFIGURATION_SET,
            SuppressionList(),
        ),
    ],
)
def test_which_list_is_consulted_and_which_reasons_count(
    own: Tenant | None,
    override: ConfigurationSet | None,
    scope: SuppressionScope,
    scope_from: Layer,
    reasons: Reasons,
    reasons_from: Layer,
    consults: SuppressionList | None,
) -> None:
    found = effective(account(), own, override)
    assert (found.scope, found.scope_from) == (scope, scope_from)
    assert (found.reasons, found.reasons_from) == (reasons, reasons_from)
    assert found.consults == consults


def test_the_most_specific_layer_wins_in_each_field_by_itself() -> None:
    for of_account, of_tenant, of_set in product(ACCOUNTS, TENANTS, SETS):
        found = effective(of_account, of_tenant, of_set)
        pair = of_tenant.suppression if of_tenant else None
        options = (of_set.suppression if of_set else None) or SuppressionOptions()
        scopes = [options.scope, pair and pair.scope, ACCOUNT]
        reasons = [options.reasons, pair.reasons if pair else None, of_account.suppressed_reasons]
        assert found.scope is next(it for it in scopes if it is not None)
        assert found.reasons == next((it for it in reasons if it is not None), None)


def test_exactly_one_list_is_consulted_or_aws_does_not_document_which() -> None:
    for of_account, of_tenant, of_set in product(ACCOUNTS, TENANTS, SETS):
        found = effective(of_account, of_tenant, of_set)
        if found.scope is ACCOUNT:
            assert found.consults == SuppressionList()
        elif of_tenant is None:
            assert found.consults is None
        else:
            assert found.consults == SuppressionList("acme")


def test_a_layer_that_is_silent_changes_nothing() -> None:
    for of_account, of_tenant in product(ACCOUNTS, TENANTS):
        bare = effective(of_account, of_tenant, None)
        assert effective(of_account, of_tenant, ConfigurationSet("plain")) == bare
        assert effective(of_account, of_tenant, configuration_set()) == bare


def test_reasons_are_unknown_only_where_no_layer_tells_them() -> None:
    assert effective(account(None), tenant(), configuration_set(TENANT)).reasons is None
    assert effective(account(None), tenant(ACCOUNT, ()), None).reasons == ()


def test_what_stops_the_mail_is_told_widest_first() -> None:
    stopped = effective(
        account(status="SHUTDOWN"),
        tenant(status=SendingStatus.DISABLED),
        ConfigurationSet("receipts", sending_enabled=False),
    )
    assert stopped.stops == (
        "account shut down by SES",
        "tenant's sending is DISABLED",
        "configuration set's sending is disabled",
    )
    assert effective(account(sending=False), None, None).stops == ("account's sending is paused",)
    going = effective(account(status="PROBATION"), tenant(status=SendingStatus.REINSTATED), ConfigurationSet("plain"))
    assert going.stops == ()
