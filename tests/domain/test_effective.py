"""Configuration set, else tenant, else account, field by field; exactly one list, or "not documented"."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sestui.domain.effective import (
    REASONS_OF_OTHER_SCOPE,
    TENANT_SCOPE_WITHOUT_TENANT,
    Layer,
    Use,
    effective,
    use_of_own_list,
)
from sestui.domain.settings import (
    Account,
    ConfidenceThreshold,
    ConfigurationSet,
    SendingStatus,
    SuppressionOptions,
    Tenant,
    Validation,
)
from sestui.domain.suppression import SuppressionList, SuppressionScope
from tests.domain.layers import (
    ACCOUNT,
    ACCOUNTS,
    BOTH,
    BOUNCE,
    COMPLAINT,
    OPTIONS,
    TENANT,
    Reasons,
    account,
    configuration_set,
    configuration_sets,
    tenant,
    tenants,
)

# A setting's first letter is its scope, the rest its reasons: `TBC` is TENANT with BOUNCE and COMPLAINT, `A0` ACCOUNT
# with an empty list of reasons, a dot is an absent member. In the table's cells the letter is the list that is
# consulted, `?` where AWS doesn't document which; `a` are the account's reasons, whatever they are; `!` marks reasons
# of which AWS doesn't document that they count.
TABLE = """
tenant  none  plain ..    .0    .B    .C    .BC   A.    A0    AB    AC    ABC   T.    T0    TB    TC    TBC
none    Aa    Aa    Aa    A0    AB    AC    ABC   Aa    A0    AB    AC    ABC   ?a    ?0    ?B    ?C    ?BC
unset   Aa    Aa    Aa    A0    AB    AC    ABC   Aa    A0    AB    AC    ABC   Ta    T0    TB    TC    TBC
A0      A0    A0    A0    A0    AB    AC    ABC   A0    A0    AB    AC    ABC   T0    T0    TB    TC    TBC
AB      AB    AB    AB    A0    AB    AC    ABC   AB    A0    AB    AC    ABC   TB    T0    TB    TC    TBC
AC      AC    AC    AC    A0    AB    AC    ABC   AC    A0    AB    AC    ABC   TC    T0    TB    TC    TBC
ABC     ABC   ABC   ABC   A0    AB    AC    ABC   ABC   A0    AB    AC    ABC   TBC   T0    TB    TC    TBC
T0      T0    T0    T0    T0    TB    TC    TBC   A0!   A0    AB    AC    ABC   T0    T0    TB    TC    TBC
TB      TB    TB    TB    T0    TB    TC    TBC   AB!   A0    AB    AC    ABC   TB    T0    TB    TC    TBC
TC      TC    TC    TC    T0    TB    TC    TBC   AC!   A0    AB    AC    ABC   TC    T0    TB    TC    TBC
TBC     TBC   TBC   TBC   T0    TB    TC    TBC   ABC!  A0    AB    AC    ABC   TBC   T0    TB    TC    TBC
"""
_SET_HEADS, *_ROWS = [line.split() for line in TABLE.strip().splitlines()]

SCOPE_OF: Mapping[str, SuppressionScope | None] = {".": None, "A": ACCOUNT, "T": TENANT}
REASONS_OF: Mapping[str, Reasons | None] = {".": None, "0": (), "B": (BOUNCE,), "C": (COMPLAINT,), "BC": BOTH}
LIST_OF = {"A": SuppressionList(), "T": SuppressionList("acme"), "?": None}


def tenant_called(word: str) -> Tenant | None:
    match word:
        case "none":
            return None
        case "unset":
            return tenant()
    return tenant(SCOPE_OF[word[0]], REASONS_OF[word[1:]] or ())


def set_called(word: str) -> ConfigurationSet | None:
    match word:
        case "none":
            return None
        case "plain":
            return ConfigurationSet("receipts")
    return configuration_set(SCOPE_OF[word[0]], REASONS_OF[word[1:]])


@pytest.mark.parametrize("of_account", REASONS_OF.values(), ids=lambda reasons: f"account {reasons}")
@pytest.mark.parametrize("row", _ROWS, ids=lambda row: f"tenant {row[0]}")
def test_which_list_is_consulted_and_which_reasons_count(row: list[str], of_account: Reasons | None) -> None:
    for word, cell in zip(_SET_HEADS[1:], row[1:], strict=True):
        found = effective(account(of_account), tenant_called(row[0]), set_called(word))
        reasons = cell.rstrip("!")[1:]
        told = (found.consults, found.reasons, REASONS_OF_OTHER_SCOPE in found.undocumented)
        assert told == (
            LIST_OF[cell[0]],
            of_account if reasons == "a" else REASONS_OF[reasons],
            cell.endswith("!"),
        ), f"through the set {word}"


OFF, HIGH = Validation(False), Validation(True, ConfidenceThreshold.HIGH)


@pytest.mark.parametrize(
    ("of_account", "of_set", "validation", "layer"),
    [
        (None, None, None, Layer.ACCOUNT),
        (HIGH, None, HIGH, Layer.ACCOUNT),
        (None, HIGH, HIGH, Layer.CONFIGURATION_SET),
        (HIGH, OFF, OFF, Layer.CONFIGURATION_SET),
    ],
)
def test_auto_validation_is_the_configuration_sets_or_else_the_accounts(
    of_account: Validation | None, of_set: Validation | None, validation: Validation | None, layer: Layer
) -> None:
    for own in (None, tenant(), tenant(TENANT, BOTH)):
        found = effective(account(validation=of_account), own, configuration_set(validation=of_set))
        assert (found.validation, found.validation_from) == (validation, layer)


ANY_TENANT = st.none() | tenants()
ANY_SET = st.none() | configuration_sets()


@given(ACCOUNTS, ANY_TENANT, ANY_SET)
def test_the_most_specific_layer_wins_and_is_named(
    of_account: Account, own: Tenant | None, its_set: ConfigurationSet | None
) -> None:
    found = effective(of_account, own, its_set)
    options = (its_set.suppression if its_set else None) or SuppressionOptions()
    pair = own.suppression if own else None
    of_set, of_tenant = Layer.CONFIGURATION_SET, Layer.TENANT
    scopes = [(options.scope, of_set), (pair and pair.scope, of_tenant), (ACCOUNT, Layer.DEFAULT)]
    reasons = [
        (options.reasons, of_set),
        (pair.reasons if pair else None, of_tenant),
        (of_account.suppressed_reasons, Layer.ACCOUNT),
    ]
    validations = [(options.validation, of_set), (of_account.validation, Layer.ACCOUNT)]
    assert (found.scope, found.scope_from) == first_set(scopes)
    assert (found.reasons, found.reasons_from) == first_set(reasons)
    assert (found.validation, found.validation_from) == first_set(validations)


def first_set(layers: Sequence[tuple[object, Layer]]) -> tuple[object, Layer]:
    """Return the first value that is set; the last layer's where none is."""
    return next((it for it in layers if it[0] is not None), layers[-1])


@given(ACCOUNTS, ANY_TENANT, OPTIONS, OPTIONS)
def test_each_field_is_resolved_by_itself(
    of_account: Account, own: Tenant | None, options: SuppressionOptions, other: SuppressionOptions
) -> None:
    def through(it: SuppressionOptions) -> tuple[object, ...]:
        found = effective(of_account, own, ConfigurationSet("receipts", suppression=it))
        scope = found.scope, found.scope_from, found.consults
        return scope, (found.reasons, found.reasons_from), (found.validation, found.validation_from)

    before, target = through(options), through(other)
    assert through(replace(options, scope=other.scope)) == (target[0], before[1], before[2])
    assert through(replace(options, reasons=other.reasons)) == (before[0], target[1], before[2])
    assert through(replace(options, validation=other.validation)) == (before[0], before[1], target[2])


@given(ACCOUNTS, ANY_TENANT, ANY_SET)
def test_exactly_one_list_is_consulted_or_aws_does_not_document_which(
    of_account: Account, own: Tenant | None, its_set: ConfigurationSet | None
) -> None:
    found = effective(of_account, own, its_set)
    if found.scope is ACCOUNT:
        assert found.consults == SuppressionList()
    elif own is None:
        assert found.consults is None
    else:
        assert found.consults == SuppressionList(own.name)
    assert (found.consults is None) is (TENANT_SCOPE_WITHOUT_TENANT in found.undocumented)


@given(ACCOUNTS, ANY_TENANT, ANY_SET)
def test_only_two_combinations_are_called_undocumented(
    of_account: Account, own: Tenant | None, its_set: ConfigurationSet | None
) -> None:
    found = effective(of_account, own, its_set)
    expected = []
    if found.scope is TENANT and own is None:
        expected.append(TENANT_SCOPE_WITHOUT_TENANT)
    moved = own and own.suppression and own.suppression.scope is TENANT and found.scope is ACCOUNT
    if moved and found.reasons_from is Layer.TENANT:
        expected.append(REASONS_OF_OTHER_SCOPE)
    assert list(found.undocumented) == expected


@given(ACCOUNTS, ANY_TENANT)
def test_a_configuration_set_that_is_silent_changes_nothing(of_account: Account, own: Tenant | None) -> None:
    bare = effective(of_account, own, None)
    assert effective(of_account, own, ConfigurationSet("plain")) == bare
    assert effective(of_account, own, configuration_set(sending=True)) == bare


@given(ACCOUNTS, ANY_SET)
def test_a_tenant_that_is_silent_changes_only_whose_list_the_scope_tenant_means(
    of_account: Account, its_set: ConfigurationSet | None
) -> None:
    bare = effective(of_account, None, its_set)
    found = effective(of_account, tenant(), its_set)
    assert replace(found, consults=bare.consults, undocumented=bare.undocumented) == bare
    assert found.consults == (SuppressionList("acme") if bare.scope is TENANT else SuppressionList())
    assert found.undocumented == ()


def test_reasons_are_unknown_only_where_no_layer_tells_them() -> None:
    assert effective(account(None), tenant(), configuration_set(TENANT)).reasons is None
    assert effective(account(None), tenant(ACCOUNT, ()), None).reasons == ()


def test_what_stops_the_mail_is_told_widest_first() -> None:
    stopped = effective(
        account(status="SHUTDOWN"), tenant(status=SendingStatus.DISABLED), configuration_set(sending=False)
    )
    assert stopped.stops == (
        "account shut down by SES",
        "tenant's sending is DISABLED",
        "configuration set's sending is disabled",
    )
    assert effective(account(sending=False), None, None).stops == ("account's sending is paused",)
    going = effective(account(status="PROBATION"), tenant(status=SendingStatus.REINSTATED), configuration_set())
    assert going.stops == ()


# Who consults a tenant's own list


@pytest.mark.parametrize(
    ("own", "sets", "use", "dormant"),
    [
        (tenant(TENANT, BOTH), {}, Use((), (), (), TENANT), False),
        (tenant(ACCOUNT, BOTH), {}, Use((), (), (), ACCOUNT), True),
        (tenant(), {}, Use((), (), (), ACCOUNT), True),
        (tenant(TENANT, BOTH), {"a": configuration_set()}, Use(("a",), (), ()), False),
        (tenant(TENANT, BOTH), {"a": configuration_set(ACCOUNT)}, Use((), ("a",), ()), True),
        (tenant(), {"a": configuration_set(TENANT), "b": None}, Use(("a",), (), ("b",)), False),
        (tenant(), {"a": configuration_set(), "b": None}, Use((), ("a",), ("b",)), None),
        (tenant(TENANT, BOTH), {"b": None}, Use((), (), ("b",)), None),
    ],
)
def test_a_list_is_dormant_where_no_configuration_set_of_its_tenant_consults_it(
    own: Tenant, sets: dict[str, ConfigurationSet | None], use: Use, dormant: bool | None
) -> None:
    found = use_of_own_list(own, sets)
    assert found == use
    assert found.dormant is dormant


@given(ACCOUNTS, tenants(), st.dictionaries(st.sampled_from("abcd"), ANY_SET))
def test_who_consults_a_list_is_what_each_send_resolves_to(
    of_account: Account, own: Tenant, sets: dict[str, ConfigurationSet | None]
) -> None:
    use = use_of_own_list(own, sets)
    consulted = {name: effective(of_account, own, it).consults for name, it in sets.items() if it is not None}
    ours = SuppressionList(own.name)
    assert use.consulting == tuple(name for name, which in consulted.items() if which == ours)
    assert use.others == tuple(name for name, which in consulted.items() if which != ours)
    assert use.unread == tuple(name for name in sets if name not in consulted)
    lists = list(consulted.values()) if sets else [effective(of_account, own, None).consults]
    assert use.dormant is (False if ours in lists else None if use.unread else True)
