"""Tenants and their associations, asked by an outside client."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from sestui.emulator import World

ARN = "arn:aws:ses:us-east-1:123456789012"


async def test_create_answers_what_get_answers(ses: Any, bench: Any) -> None:
    pair = {"SuppressedReasons": ["COMPLAINT", "BOUNCE"], "SuppressionScope": "TENANT"}
    tags = [{"Key": "owner", "Value": "growth"}, {"Key": "empty", "Value": ""}]
    created = await ses.create_tenant(TenantName="acme-retail", Tags=tags, SuppressionAttributes=pair)
    created.pop("ResponseMetadata")
    assert created["TenantId"].startswith("tn-")
    assert created == {
        "TenantName": "acme-retail",
        "TenantId": created["TenantId"],
        "TenantArn": f"{ARN}:tenant/acme-retail/{created['TenantId']}",
        "CreatedTimestamp": datetime.fromtimestamp(bench.clock.now, UTC),
        "Tags": tags,
        "SendingStatus": "ENABLED",
        "SuppressionAttributes": pair,
    }
    assert (await ses.get_tenant(TenantName="acme-retail"))["Tenant"] == created


async def test_the_pair_is_put_and_cleared(ses: Any) -> None:
    await ses.create_tenant(TenantName="acme")
    assert "SuppressionAttributes" not in (await ses.get_tenant(TenantName="acme"))["Tenant"]
    pair = {"SuppressedReasons": [], "SuppressionScope": "TENANT"}
    await ses.put_tenant_suppression_attributes(TenantName="acme", **pair)
    assert (await ses.get_tenant(TenantName="acme"))["Tenant"]["SuppressionAttributes"] == pair
    await ses.put_tenant_suppression_attributes(TenantName="acme")
    assert "SuppressionAttributes" not in (await ses.get_tenant(TenantName="acme"))["Tenant"]


@pytest.mark.parametrize(
    ("members", "message"),
    [
        (
            {"SuppressedReasons": ["BOUNCE"]},
            "SuppressedReasons cannot be specified without SuppressionScope.",
        ),
        (
            {"SuppressedReasons": []},
            "SuppressionScope is required when SuppressedReasons are provided. Valid values are: TENANT, ACCOUNT",
        ),
        (
            {"SuppressionScope": "TENANT"},
            "SuppressionScope cannot be specified without SuppressedReasons.",
        ),
        (
            {"SuppressedReasons": ["BOUNCE", "BOUNCE"], "SuppressionScope": "TENANT"},
            "Each suppressed reason can only be specified at most once",
        ),
        (
            {"SuppressedReasons": ["SPAM"], "SuppressionScope": "TENANT"},
            "1 validation error detected: Value at 'suppressedReasons' failed to satisfy constraint: "
            "Member must satisfy constraint: [Member must satisfy enum value set: [BOUNCE, COMPLAINT]]",
        ),
    ],
)
async def test_half_a_pair_is_refused(ses: Any, refused: Any, members: dict[str, Any], message: str) -> None:
    await ses.create_tenant(TenantName="acme")
    bad = await refused(ses.put_tenant_suppression_attributes(TenantName="acme", **members))
    assert (bad.kind, bad.message, bad.status) == ("BadRequestException", message, 400)
    assert "SuppressionAttributes" not in (await ses.get_tenant(TenantName="acme"))["Tenant"]


async def test_a_tenant_that_is_not_there(ses: Any, refused: Any) -> None:
    identity = f"{ARN}:identity/corp.com"
    for call in (
        ses.get_tenant(TenantName="nobody"),
        ses.delete_tenant(TenantName="nobody"),
        ses.put_tenant_suppression_attributes(TenantName="nobody"),
        ses.list_tenant_resources(TenantName="nobody"),
        ses.create_tenant_resource_association(TenantName="nobody", ResourceArn=identity),
        ses.delete_tenant_resource_association(TenantName="nobody", ResourceArn=identity),
    ):
        missing = await refused(call)
        assert (missing.kind, missing.status) == ("NotFoundException", 404)
        assert missing.message == "The requested tenant <nobody> does not exist."


async def test_names_and_tags_are_checked(ses: Any, refused: Any) -> None:
    await ses.create_tenant(TenantName="a" * 64)
    assert (await refused(ses.create_tenant(TenantName="a" * 64))).kind == "AlreadyExistsException"
    twice = [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]
    for members in (
        {"TenantName": "a" * 65},
        {"TenantName": "acme retail"},
        {"TenantName": "b", "Tags": twice},
        {"TenantName": "b", "Tags": [{"Key": "aws:x", "Value": ""}]},
        {"TenantName": "b", "Tags": [{"Key": "x", "Value": "aws:"}]},
        {"TenantName": "b", "Tags": [{"Key": "a@b", "Value": ""}]},
        {"TenantName": "b", "Tags": [{"Key": "k" * 129, "Value": ""}]},
        {"TenantName": "b", "Tags": [{"Key": str(n), "Value": ""} for n in range(51)]},
        {"TenantName": "b", "SuppressionAttributes": {"SuppressionScope": "TENANT"}},
    ):
        assert (await refused(ses.create_tenant(**members))).kind == "BadRequestException"


async def test_listing_is_filtered_paged_and_without_settings(bench: Any, refused: Any) -> None:
    emulator = await bench.serve(World(tenants=25, configuration_sets=0, addresses=0, tenant_addresses=0))
    ses = await bench.client(emulator)
    whole = (await ses.list_tenants())["Tenants"]
    assert len(whole) == 25
    members = {"TenantName", "TenantId", "TenantArn", "CreatedTimestamp", "SendingStatus"}
    assert all(set(tenant) == members for tenant in whole)
    pages = [page async for page in ses.get_paginator("list_tenants").paginate(PaginationConfig={"PageSize": 4})]
    assert [tenant for page in pages for tenant in page["Tenants"]] == whole
    assert len(pages) == 7
    stopped = (await ses.list_tenants(Filter={"SENDING_STATUS": "DISABLED"}))["Tenants"]
    assert {"gone-ltd"} <= {tenant["TenantName"] for tenant in stopped} < {tenant["TenantName"] for tenant in whole}
    both = {"SENDING_STATUS": "ENABLED", "TENANT_NAME_CONTAINS": "acme"}
    assert [tenant["TenantName"] for tenant in (await ses.list_tenants(Filter=both))["Tenants"]] == ["acme-retail"]
    for bad_filter in ({"SENDING_STATUS": "ASLEEP"}, {"COLOUR": "red"}):
        assert (await refused(ses.list_tenants(Filter=bad_filter))).kind == "BadRequestException"
    bad = await refused(ses.list_tenants(NextToken="x"))
    assert (bad.kind, bad.message) == ("BadRequestException", "Invalid Next Token")


async def test_associations_are_seen_from_both_sides(ses: Any, bench: Any, refused: Any) -> None:
    await ses.create_configuration_set(ConfigurationSetName="shared")
    shared, identity = f"{ARN}:configuration-set/shared", f"{ARN}:identity/corp.com"
    for tenant in ("beta", "acme"):
        await ses.create_tenant(TenantName=tenant)
        await ses.create_tenant_resource_association(TenantName=tenant, ResourceArn=shared)
    await ses.create_tenant_resource_association(TenantName="acme", ResourceArn=identity)
    resources = (await ses.list_tenant_resources(TenantName="acme"))["TenantResources"]
    assert resources == [
        {"ResourceType": "CONFIGURATION_SET", "ResourceArn": shared},
        {"ResourceType": "EMAIL_IDENTITY", "ResourceArn": identity},
    ]
    only = {"RESOURCE_TYPE": "EMAIL_IDENTITY"}
    assert (await ses.list_tenant_resources(TenantName="acme", Filter=only))["TenantResources"] == resources[1:]
    first = await ses.list_resource_tenants(ResourceArn=shared, PageSize=1)
    rest = await ses.list_resource_tenants(ResourceArn=shared, NextToken=first["NextToken"])
    (acme,) = first["ResourceTenants"]
    assert acme == {
        "TenantName": "acme",
        "TenantId": (await ses.get_tenant(TenantName="acme"))["Tenant"]["TenantId"],
        "ResourceArn": shared,
        "AssociatedTimestamp": datetime.fromtimestamp(bench.clock.now, UTC),
    }
    assert [tenant["TenantName"] for tenant in rest["ResourceTenants"]] == ["beta"]
    again = await refused(ses.create_tenant_resource_association(TenantName="acme", ResourceArn=shared))
    assert again.kind == "AlreadyExistsException"
    await ses.delete_tenant_resource_association(TenantName="acme", ResourceArn=shared)
    gone = await refused(ses.delete_tenant_resource_association(TenantName="acme", ResourceArn=shared))
    assert gone.kind == "NotFoundException"
    assert len((await ses.list_resource_tenants(ResourceArn=shared))["ResourceTenants"]) == 1
    await ses.delete_tenant(TenantName="beta")
    assert (await ses.list_resource_tenants(ResourceArn=shared))["ResourceTenants"] == []


async def test_only_ones_own_resources_can_be_associated(ses: Any, refused: Any) -> None:
    await ses.create_tenant(TenantName="acme")
    for arn, kind in (
        (f"{ARN}:configuration-set/missing", "NotFoundException"),
        ("arn:aws:ses:eu-west-1:123456789012:identity/corp.com", "BadRequestException"),
        ("arn:aws:ses:us-east-1:999999999999:identity/corp.com", "BadRequestException"),
        (f"{ARN}:dedicated-ip-pool/x", "BadRequestException"),
        ("corp.com", "BadRequestException"),
    ):
        bad = await refused(ses.create_tenant_resource_association(TenantName="acme", ResourceArn=arn))
        assert bad.kind == kind, arn


async def test_arns_are_of_the_region_that_was_asked(bench: Any, emulator: Any) -> None:
    for region, start in (
        ("eu-west-1", "arn:aws:ses:eu-west-1:"),
        ("us-gov-west-1", "arn:aws-us-gov:ses:us-gov-west-1:"),
    ):
        ses = await bench.client(emulator, region=region)
        created = await ses.create_tenant(TenantName=region)
        assert created["TenantArn"].startswith(start)
