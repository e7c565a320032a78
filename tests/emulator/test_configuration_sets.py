"""Configuration sets and the account, asked by an outside client."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

VALIDATION = {
    "ConditionThreshold": {
        "ConditionThresholdEnabled": "ENABLED",
        "OverallConfidenceThreshold": {"ConfidenceVerdictThreshold": "MANAGED"},
    }
}
EVERY_GROUP: dict[str, Any] = {
    "TrackingOptions": {"CustomRedirectDomain": "click.corp.com", "HttpsPolicy": "REQUIRE_OPEN_ONLY"},
    "DeliveryOptions": {"TlsPolicy": "REQUIRE", "SendingPoolName": "pool", "MaxDeliverySeconds": 300},
    "ReputationOptions": {
        "ReputationMetricsEnabled": True,
        "LastFreshStart": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    },
    "SendingOptions": {"SendingEnabled": False},
    "Tags": [{"Key": "owner", "Value": "growth"}],
    "SuppressionOptions": {
        "SuppressedReasons": ["BOUNCE"],
        "SuppressionScope": "TENANT",
        "ValidationOptions": VALIDATION,
    },
    "VdmOptions": {
        "DashboardOptions": {"EngagementMetrics": "ENABLED"},
        "GuardianOptions": {"OptimizedSharedDelivery": "DISABLED"},
    },
    "ArchivingOptions": {
        "ArchiveArn": "arn:aws:ses:us-east-1:123456789012:mailmanager-archive/a-abcdefghijklmnopqrstuvwx"
    },
    "MessageSecurityOptions": {"SigningScheme": {"SmimeScheme": {"SignatureFormat": "DETACHED"}}},
}


async def _get(ses: Any, name: str) -> dict[str, Any]:
    answer: dict[str, Any] = await ses.get_configuration_set(ConfigurationSetName=name)
    del answer["ResponseMetadata"]
    return answer


async def test_every_group_is_kept(ses: Any) -> None:
    members = set(ses.meta.service_model.operation_model("CreateConfigurationSet").input_shape.members)
    assert set(EVERY_GROUP) == members - {"ConfigurationSetName"}
    await ses.create_configuration_set(ConfigurationSetName="all", **EVERY_GROUP)
    assert await _get(ses, "all") == {"ConfigurationSetName": "all", **EVERY_GROUP}


async def test_groups_that_were_not_set_are_absent(ses: Any) -> None:
    await ses.create_configuration_set(ConfigurationSetName="bare")
    assert await _get(ses, "bare") == {"ConfigurationSetName": "bare"}


async def test_put_replaces_the_whole_override(ses: Any) -> None:
    await ses.create_configuration_set(ConfigurationSetName="set", **EVERY_GROUP)
    overrides: tuple[dict[str, Any], ...] = (
        {"SuppressedReasons": []},
        {"SuppressionScope": "ACCOUNT"},
        {"ValidationOptions": VALIDATION},
        {"SuppressedReasons": ["COMPLAINT"], "SuppressionScope": "TENANT", "ValidationOptions": VALIDATION},
    )
    for options in overrides:
        await ses.put_configuration_set_suppression_options(ConfigurationSetName="set", **options)
        expected = {**EVERY_GROUP, "SuppressionOptions": options}
        assert await _get(ses, "set") == {"ConfigurationSetName": "set", **expected}
    await ses.put_configuration_set_suppression_options(ConfigurationSetName="set")
    assert "SuppressionOptions" not in await _get(ses, "set")


async def test_refusals(ses: Any, refused: Any) -> None:
    for call in (
        ses.get_configuration_set,
        ses.delete_configuration_set,
        ses.put_configuration_set_suppression_options,
    ):
        missing = await refused(call(ConfigurationSetName="none"))
        assert (missing.kind, missing.status) == ("NotFoundException", 404)
        assert missing.message == "Configuration set <none> does not exist."
    await ses.create_configuration_set(ConfigurationSetName="set")
    assert (await refused(ses.create_configuration_set(ConfigurationSetName="set"))).kind == "AlreadyExistsException"
    bad_groups: list[dict[str, Any]] = [
        {"DeliveryOptions": {"MaxDeliverySeconds": 299}},
        {"DeliveryOptions": {"MaxDeliverySeconds": 50401}},
        {"DeliveryOptions": {"TlsPolicy": "MAYBE"}},
        {"ArchivingOptions": {"ArchiveArn": "arn:aws:ses:us-east-1:123456789012:archive"}},
        {"SuppressionOptions": {"SuppressedReasons": ["BOUNCE", "BOUNCE"]}},
        {"SuppressionOptions": {"SuppressionScope": "REGION"}},
    ]
    for groups in bad_groups:
        bad = await refused(ses.create_configuration_set(ConfigurationSetName="other", **groups))
        assert (bad.kind, bad.status) == ("BadRequestException", 400), groups
    assert (await refused(ses.create_configuration_set(ConfigurationSetName="a b"))).kind == "BadRequestException"


async def test_listing_gives_names_in_pages(ses: Any, refused: Any) -> None:
    for name in ("b-marketing", "a-marketing", "a-receipts"):
        await ses.create_configuration_set(ConfigurationSetName=name)
    first = await ses.list_configuration_sets(PageSize=2)
    assert first["ConfigurationSets"] == ["a-marketing", "a-receipts"]
    rest = await ses.list_configuration_sets(PageSize=2, NextToken=first["NextToken"])
    assert rest["ConfigurationSets"] == ["b-marketing"]
    found = await ses.list_configuration_sets(Filter={"CONFIGURATION_SET_NAME_CONTAINS": "marketing"})
    assert found["ConfigurationSets"] == ["a-marketing", "b-marketing"]
    assert (await refused(ses.list_configuration_sets(NextToken="x"))).message == "Invalid Next Token"


async def test_a_deleted_set_is_gone_from_its_tenants(ses: Any) -> None:
    await ses.create_configuration_set(ConfigurationSetName="set")
    await ses.create_tenant(TenantName="acme")
    arn = "arn:aws:ses:us-east-1:123456789012:configuration-set/set"
    await ses.create_tenant_resource_association(TenantName="acme", ResourceArn=arn)
    await ses.delete_configuration_set(ConfigurationSetName="set")
    assert (await ses.list_configuration_sets())["ConfigurationSets"] == []
    assert (await ses.list_tenant_resources(TenantName="acme"))["TenantResources"] == []


async def test_the_account(ses: Any, refused: Any) -> None:
    account = await ses.get_account()
    assert account["SuppressionAttributes"] == {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]}
    assert account["ProductionAccessEnabled"]
    assert account["SendingEnabled"]
    assert account["EnforcementStatus"] == "HEALTHY"
    await ses.put_account_suppression_attributes(SuppressedReasons=["COMPLAINT"], ValidationAttributes=VALIDATION)
    attributes = (await ses.get_account())["SuppressionAttributes"]
    assert attributes == {"SuppressedReasons": ["COMPLAINT"], "ValidationAttributes": VALIDATION}
    await ses.put_account_suppression_attributes(ValidationAttributes=VALIDATION)
    attributes = (await ses.get_account())["SuppressionAttributes"]
    assert attributes == {"SuppressedReasons": [], "ValidationAttributes": VALIDATION}
    await ses.put_account_suppression_attributes()
    assert (await ses.get_account())["SuppressionAttributes"] == {"SuppressedReasons": []}
    bad = await refused(ses.put_account_suppression_attributes(SuppressedReasons=["BOUNCE", "BOUNCE"]))
    assert bad.message == "Each suppressed reason can only be specified at most once"


async def test_what_stops_sending_can_be_set(ses: Any) -> None:
    await ses.put_account_sending_attributes(SendingEnabled=False)
    assert not (await ses.get_account())["SendingEnabled"]
    await ses.create_configuration_set(ConfigurationSetName="set")
    await ses.put_configuration_set_sending_options(ConfigurationSetName="set", SendingEnabled=False)
    assert (await _get(ses, "set"))["SendingOptions"] == {"SendingEnabled": False}
