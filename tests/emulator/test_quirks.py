"""Each thing that AWS leaves open, taken each way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sestui.emulator import Conditions, Emulator, Quirks, Rate, World


def _quirk(emulator: Emulator, text: str) -> None:
    emulator.conditions = Conditions(quirks=Quirks.parse([text]))


async def _addresses(ses: Any, **members: Any) -> list[str]:
    answer = await ses.list_suppressed_destinations(**members)
    return [summary["EmailAddress"] for summary in answer["SuppressedDestinationSummaries"]]


async def _put(ses: Any, address: str, reason: str = "BOUNCE", **members: Any) -> None:
    await ses.put_suppressed_destination(EmailAddress=address, Reason=reason, **members)


async def test_order(bench: Any) -> None:
    emulator = await bench.serve(World(1, 0, 0, 400, 0))
    ses = await bench.client(emulator)
    answer = await ses.list_suppressed_destinations()
    times = [summary["LastUpdateTime"] for summary in answer["SuppressedDestinationSummaries"]]
    assert times == sorted(times)
    ascending = await _addresses(ses)
    _quirk(emulator, "order=descending")
    assert await _addresses(ses) == ascending[::-1]
    _quirk(emulator, "order=random")
    shuffled = await _addresses(ses)
    assert sorted(shuffled) == sorted(ascending)
    assert shuffled not in (ascending, ascending[::-1])
    assert await _addresses(ses) == shuffled
    # What is put again keeps its place: the order does not follow the date.
    await _put(ses, shuffled[200], "COMPLAINT")
    assert await _addresses(ses) == shuffled


async def test_the_other_orders_page_through_windows_and_reasons(bench: Any) -> None:
    emulator = await bench.serve(World(1, 0, 0, 400, 0))
    ses = await bench.client(emulator)
    window = {"StartDate": datetime.fromtimestamp(bench.clock.now, UTC) - timedelta(days=100), "Reasons": ["COMPLAINT"]}
    ascending = await _addresses(ses, **window)
    assert len(ascending) > 3
    for order in ("descending", "random"):
        _quirk(emulator, f"order={order}")
        found: list[str] = []
        token: dict[str, str] = {}
        while True:
            page = await ses.list_suppressed_destinations(PageSize=2, **window, **token)
            found += [summary["EmailAddress"] for summary in page["SuppressedDestinationSummaries"]]
            if "NextToken" not in page:
                break
            token = {"NextToken": page["NextToken"]}
        assert sorted(found) == sorted(ascending)


@pytest.mark.parametrize(("bounds", "found"), [("inclusive", 3), ("exclusive", 1)])
async def test_date_bounds(bench: Any, bounds: str, found: int) -> None:
    emulator = await bench.serve()
    _quirk(emulator, f"date-bounds={bounds}")
    ses = await bench.client(emulator)
    start = datetime.fromtimestamp(bench.clock.now, UTC)
    for number in range(3):
        await _put(ses, f"{number}@corp.com")
        bench.clock.now += 1
    window = {"StartDate": start, "EndDate": start + timedelta(seconds=2)}
    assert len(await _addresses(ses, **window)) == found
    # A bound between two entries divides them the same way whatever the quirk.
    assert await _addresses(ses, StartDate=start + timedelta(milliseconds=1500)) == ["2@corp.com"]
    assert await _addresses(ses, EndDate=start + timedelta(milliseconds=500)) == ["0@corp.com"]


async def test_two_reasons_make_two_rows(bench: Any, refused: Any) -> None:
    emulator = await bench.serve()
    _quirk(emulator, "reasons-per-address=two")
    ses = await bench.client(emulator)
    for reason in ("COMPLAINT", "BOUNCE", "COMPLAINT"):
        bench.clock.now += 1
        await _put(ses, "a@corp.com", reason)
    rows = (await ses.list_suppressed_destinations())["SuppressedDestinationSummaries"]
    assert [row["Reason"] for row in rows] == ["BOUNCE", "COMPLAINT"]
    got = await ses.get_suppressed_destination(EmailAddress="a@corp.com")
    assert got["SuppressedDestination"]["Reason"] == "COMPLAINT"
    await ses.delete_suppressed_destination(EmailAddress="a@corp.com")
    assert await _addresses(ses) == []
    assert (await refused(ses.delete_suppressed_destination(EmailAddress="a@corp.com"))).status == 404


async def test_omitted_members_can_be_kept(bench: Any) -> None:
    emulator = await bench.serve()
    _quirk(emulator, "omitted-put-member=keep")
    ses = await bench.client(emulator)
    validation = {"ConditionThreshold": {"ConditionThresholdEnabled": "DISABLED"}}
    await ses.put_account_suppression_attributes(ValidationAttributes=validation)
    await ses.put_account_suppression_attributes(SuppressedReasons=["BOUNCE"])
    attributes = (await ses.get_account())["SuppressionAttributes"]
    assert attributes == {"SuppressedReasons": ["BOUNCE"], "ValidationAttributes": validation}
    await ses.create_configuration_set(ConfigurationSetName="set", SuppressionOptions={"SuppressedReasons": []})
    await ses.put_configuration_set_suppression_options(ConfigurationSetName="set", SuppressionScope="TENANT")
    options = (await ses.get_configuration_set(ConfigurationSetName="set"))["SuppressionOptions"]
    assert options == {"SuppressedReasons": [], "SuppressionScope": "TENANT"}


async def test_reads_lag_behind_writes(bench: Any, refused: Any) -> None:
    emulator = await bench.serve()
    ses = await bench.client(emulator)
    await _put(ses, "old@corp.com")
    await ses.create_tenant(TenantName="old")
    bench.clock.now += 10
    _quirk(emulator, "read-lag=5")
    await _put(ses, "new@corp.com")
    await _put(ses, "old@corp.com", "COMPLAINT")
    await ses.create_tenant(TenantName="new")
    pair = {"SuppressedReasons": [], "SuppressionScope": "TENANT"}
    await ses.put_tenant_suppression_attributes(TenantName="old", **pair)
    await ses.put_account_suppression_attributes(SuppressedReasons=[])
    # A write sees what was just written, a read does not.
    await _put(ses, "new@corp.com", TenantName="new")
    assert (await refused(ses.get_tenant(TenantName="new"))).status == 404
    assert (await refused(ses.get_suppressed_destination(EmailAddress="new@corp.com"))).status == 404
    assert await _addresses(ses) == ["old@corp.com"]
    old = await ses.get_suppressed_destination(EmailAddress="old@corp.com")
    assert old["SuppressedDestination"]["Reason"] == "BOUNCE"
    assert "SuppressionAttributes" not in (await ses.get_tenant(TenantName="old"))["Tenant"]
    assert (await ses.get_account())["SuppressionAttributes"]["SuppressedReasons"] == ["BOUNCE", "COMPLAINT"]
    bench.clock.now += 5
    assert await _addresses(ses) == ["new@corp.com", "old@corp.com"]
    assert await _addresses(ses, TenantName="new") == ["new@corp.com"]
    assert (await ses.get_tenant(TenantName="old"))["Tenant"]["SuppressionAttributes"] == pair
    assert (await ses.get_account())["SuppressionAttributes"]["SuppressedReasons"] == []
    await ses.delete_suppressed_destination(EmailAddress="new@corp.com")
    assert (await refused(ses.delete_suppressed_destination(EmailAddress="new@corp.com"))).status == 404
    await ses.delete_tenant(TenantName="new")
    assert await _addresses(ses) == ["new@corp.com", "old@corp.com"]
    assert await _addresses(ses, TenantName="new") == ["new@corp.com"]
    bench.clock.now += 5
    assert await _addresses(ses) == ["old@corp.com"]
    assert (await refused(ses.get_tenant(TenantName="new"))).status == 404


async def test_tokens_grow_old(bench: Any, refused: Any) -> None:
    emulator = await bench.serve()
    ses = await bench.client(emulator)
    for number in range(3):
        await _put(ses, f"{number}@corp.com")
        await ses.create_tenant(TenantName=str(number))
    _quirk(emulator, "token-life=30")
    token = (await ses.list_suppressed_destinations(PageSize=1))["NextToken"]
    tenants = (await ses.list_tenants(PageSize=1))["NextToken"]
    bench.clock.now += 30
    assert len(await _addresses(ses, NextToken=token)) == 2
    bench.clock.now += 1
    assert (await refused(ses.list_suppressed_destinations(NextToken=token))).kind == "InvalidNextTokenException"
    assert (await refused(ses.list_tenants(NextToken=tenants))).message == "Invalid Next Token"
    _quirk(emulator, "token-life=0")
    bench.clock.now += 1e9
    assert len(await _addresses(ses, NextToken=token)) == 2


@pytest.mark.parametrize(
    ("name", "status"), [("TooManyRequestsException", 429), ("ThrottlingException", 400), ("Throttling", 400)]
)
async def test_throttling_error(bench: Any, refused: Any, name: str, status: int) -> None:
    conditions = Conditions(rates=(Rate(1),), quirks=Quirks.parse([f"throttling-error={name}"]))
    ses = await bench.client(await bench.serve(World(1, 0, 0, 0, 0), conditions))
    await ses.get_account()
    bad = await refused(ses.get_account())
    assert (bad.kind, bad.status) == (name, status)


async def test_resource_type_as_in_the_arn(bench: Any, refused: Any) -> None:
    emulator = await bench.serve(World(1, 1, 2, 0, 0))
    _quirk(emulator, "resource-type=arn")
    ses = await bench.client(emulator)
    resources = (await ses.list_tenant_resources(TenantName="acme-retail"))["TenantResources"]
    types = [resource["ResourceType"] for resource in resources]
    assert types == ["configuration-set", "configuration-set", "identity", "template"]
    only = {"RESOURCE_TYPE": "template"}
    assert (await ses.list_tenant_resources(TenantName="acme-retail", Filter=only))["TenantResources"] == resources[3:]
    bad = await refused(
        ses.list_tenant_resources(TenantName="acme-retail", Filter={"RESOURCE_TYPE": "CONFIGURATION_SET"})
    )
    assert bad.kind == "BadRequestException"


def test_a_later_quirk_is_added_to_the_first() -> None:
    assert Quirks.parse(["order=random", "read-lag=2"]) == Quirks(
        order=Quirks.parse(["order=random"]).order, read_lag=2.0
    )
