"""Absent, empty and set stay three different things, and what is unknown is kept raw."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sestui.domain.settings import (
    ConfidenceThreshold,
    ConfigurationSet,
    DeliveryOptions,
    ReputationOptions,
    SuppressionOptions,
    Tag,
    TenantSuppression,
    TrackingOptions,
    Validation,
    VdmOptions,
)
from sestui.domain.suppression import Reason, SuppressionScope
from sestui.sesv2 import entries, shapes

WORDS = st.text("abcdefgh-", min_size=1, max_size=8)
SCOPES = st.sampled_from(SuppressionScope)
REASONS = st.lists(st.sampled_from(Reason), unique=True, max_size=2).map(lambda reasons: tuple(sorted(reasons)))
VALIDATION = st.builds(Validation, st.booleans(), st.none() | st.sampled_from(ConfidenceThreshold))
SWITCH = st.none() | st.sampled_from(["ENABLED", "DISABLED"])
OPTIONS = st.builds(SuppressionOptions, st.none() | SCOPES, st.none() | REASONS, st.none() | VALIDATION)
SETS = st.builds(
    ConfigurationSet,
    name=WORDS,
    tracking=st.none() | st.builds(TrackingOptions, WORDS, st.none() | WORDS),
    delivery=st.none()
    | st.builds(DeliveryOptions, st.none() | WORDS, st.none() | WORDS, st.none() | st.integers(300, 50400)),
    reputation=st.none() | st.builds(ReputationOptions, st.none() | st.booleans(), st.none() | st.floats(0, 2e9)),
    sending_enabled=st.none() | st.booleans(),
    tags=st.lists(st.builds(Tag, WORDS, WORDS), max_size=3).map(tuple),
    suppression=st.none() | OPTIONS,
    vdm=st.none() | st.builds(VdmOptions, SWITCH, SWITCH),
    archive_arn=st.none() | WORDS,
)


@given(SETS)
@settings(max_examples=150)
def test_a_configuration_set_survives_the_wire(value: ConfigurationSet) -> None:
    wire = shapes.configuration_set_parameters(value)
    there = shapes.configuration_set(wire)
    assert shapes.configuration_set_parameters(there) == {name: group for name, group in wire.items() if group != {}}
    for name in ("name", "tracking", "sending_enabled", "tags", "archive_arn", "unknown"):
        assert getattr(there, name) == getattr(value, name)
    # A group that sets nothing is the same as none.
    assert (there.delivery or DeliveryOptions()) == (value.delivery or DeliveryOptions())
    assert (there.reputation or ReputationOptions()) == (value.reputation or ReputationOptions())
    assert (there.suppression or SuppressionOptions()) == (value.suppression or SuppressionOptions())
    assert (there.vdm or VdmOptions()) == (value.vdm or VdmOptions())


@given(OPTIONS)
@settings(max_examples=80)
def test_options_that_are_none_are_left_out_and_an_empty_list_is_sent(options: SuppressionOptions) -> None:
    wire = shapes.suppression_options_parameters(options)
    assert None not in wire.values()
    assert ("SuppressedReasons" in wire) is (options.reasons is not None)
    assert (shapes.suppression_options(wire) or SuppressionOptions()) == options


def test_a_tenants_pair_is_sent_whole_or_not_at_all() -> None:
    assert shapes.tenant_suppression_parameters(None) == {}
    assert shapes.tenant_suppression_parameters(TenantSuppression(SuppressionScope.TENANT, ())) == {
        "SuppressionScope": "TENANT",
        "SuppressedReasons": [],
    }


@pytest.mark.parametrize(
    ("answer", "reasons"),
    [
        ({}, None),
        ({"SuppressionAttributes": {}}, ()),
        ({"SuppressionAttributes": {"SuppressedReasons": []}}, ()),
        ({"SuppressionAttributes": {"SuppressedReasons": ["COMPLAINT"]}}, (Reason.COMPLAINT,)),
    ],
)
def test_an_accounts_reasons_absent_and_empty_are_not_the_same(
    answer: dict[str, Any], reasons: tuple[Reason, ...] | None
) -> None:
    assert shapes.account(answer).suppressed_reasons == reasons


@pytest.mark.parametrize("order", list(permutations(Reason)))
def test_the_order_in_which_reasons_come_means_nothing(order: tuple[Reason, ...]) -> None:
    wire = {"SuppressedReasons": [reason.value for reason in order]}
    both = (Reason.BOUNCE, Reason.COMPLAINT)
    assert shapes.account({"SuppressionAttributes": wire}).suppressed_reasons == both
    assert shapes.suppression_options(wire) == SuppressionOptions(reasons=both)
    tenant = shapes.tenant({"TenantName": "acme", "SuppressionAttributes": {**wire, "SuppressionScope": "TENANT"}})
    assert tenant.suppression == TenantSuppression(SuppressionScope.TENANT, both)


@given(REASONS, st.none() | VALIDATION)
@settings(max_examples=50)
def test_an_accounts_attributes_survive_the_wire_and_an_empty_list_is_sent(
    reasons: tuple[Reason, ...], validation: Validation | None
) -> None:
    wire = shapes.account_suppression_parameters(reasons, validation)
    assert "SuppressedReasons" in wire
    there = shapes.account({"SuppressionAttributes": wire})
    assert (there.suppressed_reasons, there.validation) == (reasons, validation)


def test_groups_that_came_empty_are_none() -> None:
    groups = ("Tracking", "Delivery", "Reputation", "Sending", "Vdm", "Suppression", "Archiving")
    answer = {"ConfigurationSetName": "receipts", **{f"{group}Options": {} for group in groups}}
    assert shapes.configuration_set(answer) == ConfigurationSet("receipts")


def test_a_group_without_a_type_is_kept_as_its_text() -> None:
    answer = {"ConfigurationSetName": "receipts", "NewOptions": {"Größe": [1, {"a": None}]}, "ResponseMetadata": {}}
    assert shapes.configuration_set(answer).unknown == (("NewOptions", '{"Größe": [1, {"a": null}]}'),)


@pytest.mark.parametrize("condition", [None, {}, {"Other": 1}])
def test_no_validation(condition: dict[str, Any] | None) -> None:
    assert shapes.validation(condition) is None


def test_a_reason_or_status_without_a_word_is_an_error_and_never_a_guess() -> None:
    row = {"EmailAddress": "a@corp.com", "Reason": "SPAM", "LastUpdateTime": 1.0}
    with pytest.raises(KeyError):
        entries.summaries({"SuppressedDestinationSummaries": [row]})
    with pytest.raises(ValueError, match="SPAM"):
        entries.suppressed_destination({"SuppressedDestination": row})
    with pytest.raises(ValueError, match="ASLEEP"):
        shapes.tenant_summary({"TenantName": "acme", "SendingStatus": "ASLEEP"})
