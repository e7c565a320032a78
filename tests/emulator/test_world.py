"""What a seed makes: the same again, and all that a dashboard must cope with."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sestui.emulator import Emulator, World

HOUR = 3600


async def _everything(ses: Any) -> dict[str, Any]:
    """All that can be read, by what it is."""
    found: dict[str, Any] = {"account": await ses.get_account()}
    for tenant in [None] + (tenants := (await ses.list_tenants())["Tenants"]):
        who = {"TenantName": tenant["TenantName"]} if tenant else {}
        page = await ses.list_suppressed_destinations(**who)
        pages = page["SuppressedDestinationSummaries"]
        while "NextToken" in page:
            page = await ses.list_suppressed_destinations(**who, NextToken=page["NextToken"])
            pages += page["SuppressedDestinationSummaries"]
        found[f"list of {who}"] = pages
        if tenant:
            found[f"tenant {who}"] = await ses.get_tenant(**who)
            found[f"resources of {who}"] = await ses.list_tenant_resources(**who)
    for name in (await ses.list_configuration_sets())["ConfigurationSets"]:
        found[f"set {name}"] = await ses.get_configuration_set(ConfigurationSetName=name)
    found["tenants"] = tenants
    for answer in found.values():
        if isinstance(answer, dict):
            answer.pop("ResponseMetadata", None)
    return found


async def test_the_same_seed_gives_the_same_world(bench: Any) -> None:
    sizes: dict[str, Any] = {"tenants": 8, "configuration_sets": 20, "addresses": 1500, "tenant_addresses": 300}
    worlds = [await _everything(await bench.client(await bench.serve(World(seed, **sizes)))) for seed in (7, 7, 8)]
    assert worlds[0] == worlds[1]
    assert worlds[0] != worlds[2]


async def test_the_sizes_are_what_was_asked_for(bench: Any) -> None:
    emulator = await bench.serve(World(3, tenants=13, configuration_sets=37, addresses=2345, tenant_addresses=678))
    everything = await _everything(await bench.client(emulator))
    lists = {name: len(found) for name, found in everything.items() if name.startswith("list of")}
    assert lists.pop("list of {}") == 2345
    assert (len(lists), sum(lists.values())) == (13, 678)
    assert sum(name.startswith("set ") for name in everything) == 37
    for name in lists:
        addresses = [summary["EmailAddress"] for summary in everything[name]]
        assert len(set(addresses)) == len(addresses)


async def test_a_world_of_nothing_is_empty(ses: Any) -> None:
    assert (await ses.list_tenants())["Tenants"] == []
    assert (await ses.list_configuration_sets())["ConfigurationSets"] == []
    assert (await ses.list_suppressed_destinations())["SuppressedDestinationSummaries"] == []


async def test_tenants_and_sets_show_every_combination(bench: Any) -> None:
    everything = await _everything(await bench.client(await bench.serve(World(addresses=0, tenant_addresses=0))))
    tenants = [found["Tenant"] for name, found in everything.items() if name.startswith("tenant ")]
    pairs = Counter(
        (pair["SuppressionScope"], tuple(pair["SuppressedReasons"]))
        for pair in (tenant.get("SuppressionAttributes") for tenant in tenants)
        if pair
    )
    reasons: set[tuple[str, ...]] = {(), ("BOUNCE",), ("COMPLAINT",), ("BOUNCE", "COMPLAINT")}
    assert set(pairs) == {(scope, some) for scope in ("ACCOUNT", "TENANT") for some in reasons}
    assert any("SuppressionAttributes" not in tenant for tenant in tenants)
    assert {tenant["SendingStatus"] for tenant in tenants} == {"ENABLED", "DISABLED", "REINSTATED"}
    assert any(tenant["Tags"] for tenant in tenants)
    assert any(not tenant["Tags"] for tenant in tenants)
    sets = [found for name, found in everything.items() if name.startswith("set ")]
    overrides = {tuple(sorted(found.get("SuppressionOptions", ()))) for found in sets}
    assert overrides >= {(), ("SuppressionScope",), ("SuppressedReasons",), ("ValidationOptions",)}
    assert overrides >= {("SuppressedReasons", "SuppressionScope", "ValidationOptions")}
    assert any(found.get("SuppressionOptions", {}).get("SuppressedReasons") == [] for found in sets)
    assert any(not found["SendingOptions"]["SendingEnabled"] for found in sets)
    assert any(len(found) == 10 for found in sets), "one with every group"
    uses = Counter(
        resource["ResourceArn"]
        for name, found in everything.items()
        if name.startswith("resources ")
        for resource in found["TenantResources"]
        if ":configuration-set/" in resource["ResourceArn"]
    )
    assert max(uses.values()) > 1


async def test_a_large_list_has_an_outage_complaints_and_oddities(bench: Any) -> None:
    emulator: Emulator = await bench.serve(World(1, 0, 0, addresses=20_000, tenant_addresses=0))
    ses = await bench.client(emulator)
    summaries = (await _everything(ses))["list of {}"]
    now = bench.clock.now
    ages = [now - summary["LastUpdateTime"].timestamp() for summary in summaries]
    assert min(ages) > 0
    outage = [
        summary
        for summary, age in zip(summaries, ages, strict=True)
        if 1.5 * HOUR <= age <= 3 * HOUR and summary["EmailAddress"].endswith(("@outlook.com", "@hotmail.com"))
    ]
    assert len(outage) >= 2000
    assert sum(summary["Reason"] == "BOUNCE" for summary in outage) > 0.99 * len(outage)
    complaints = sum(summary["Reason"] == "COMPLAINT" for summary in summaries)
    assert 0.03 < complaints / len(summaries) < 0.05
    addresses = {summary["EmailAddress"] for summary in summaries}
    assert {"alice@corp.com", "Alice@corp.com", "sales/emea@corp.com", '"a@b"@example.com'} <= addresses
    assert any("@xn--" in address for address in addresses)
    assert any(not address.isascii() for address in addresses)
    assert any("+" in address for address in addresses)
    origins: Counter[tuple[str, ...]] = Counter()
    for summary in summaries[:60]:
        got = await ses.get_suppressed_destination(EmailAddress=summary["EmailAddress"])
        origins[tuple(sorted(got["SuppressedDestination"].get("Attributes", ())))] += 1
    assert set(origins) == {("FeedbackId", "MessageId"), ()}
