"""A world from a seed: tenants, configuration sets and lists as a platform that sends for many customers has them.

The seed decides everything but the time, and dates hang off the time of the start. Each list has a generator of its
own, so that the account's size does not change the tenants' lists.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from sestui.emulator.imports import Imports
from sestui.emulator.mail import Outbox
from sestui.emulator.mailboxes import DAY, entries
from sestui.emulator.state import SETTINGS, Association, ConfigurationSet, Settings, State, Tenant
from sestui.emulator.store import ACCOUNT
from sestui.emulator.tenants import tenant_id
from sestui.emulator.tokens import Tokens


@dataclass(frozen=True, slots=True)
class World:
    """What to begin with. All zero: an account without anything."""

    seed: int = 1
    tenants: int = 40
    configuration_sets: int = 60
    addresses: int = 50_000
    """On the account's list."""
    tenant_addresses: int = 20_000
    """On the tenants' lists together."""
    sandbox: bool = False
    vdm: bool = True
    """Virtual Deliverability Manager is on."""
    enforcement_status: str = "HEALTHY"
    """HEALTHY, PROBATION or SHUTDOWN; the last sends nothing."""


_BRANDS = (
    "acme beta gone delta nova orbit pixel quartz raven solar tango umber vertex willow xenon yonder zephyr aspen "
    "birch cedar dune ember fjord grove harbor iris juniper kite lumen maple nimbus opal prairie quill river slate"
)
_TRADES = ("retail", "corp", "ltd", "media", "travel", "health", "games", "bank", "school", "foods", "labs", "energy")
_PURPOSES = ("marketing", "receipts", "alerts", "newsletter", "password-resets", "invoices", "digest", "onboarding")
_OWNERS = ("growth", "payments", "platform", "support")

_BOTH = ["BOUNCE", "COMPLAINT"]
_PAIRS: tuple[Mapping[str, Any] | None, ...] = (
    {"SuppressionScope": "TENANT", "SuppressedReasons": _BOTH},
    {"SuppressionScope": "ACCOUNT", "SuppressedReasons": ["BOUNCE"]},
    None,
    {"SuppressionScope": "TENANT", "SuppressedReasons": ["BOUNCE"]},
    None,
    {"SuppressionScope": "TENANT", "SuppressedReasons": ["COMPLAINT"]},
    {"SuppressionScope": "ACCOUNT", "SuppressedReasons": _BOTH},
    {"SuppressionScope": "TENANT", "SuppressedReasons": []},
    {"SuppressionScope": "ACCOUNT", "SuppressedReasons": []},
    {"SuppressionScope": "ACCOUNT", "SuppressedReasons": ["COMPLAINT"]},
)
"""Of the tenants, in turn: every combination within the first ten."""

_VALIDATION = {
    "ConditionThreshold": {
        "ConditionThresholdEnabled": "ENABLED",
        "OverallConfidenceThreshold": {"ConfidenceVerdictThreshold": "HIGH"},
    }
}
_OVERRIDES: tuple[Mapping[str, Any] | None, ...] = (
    None,
    None,
    {"SuppressionScope": "ACCOUNT"},
    {"SuppressedReasons": ["COMPLAINT"]},
    None,
    {"SuppressedReasons": []},
    {"SuppressionScope": "TENANT", "SuppressedReasons": _BOTH},
    None,
    {"ValidationOptions": _VALIDATION},
    {"SuppressionScope": "TENANT"},
    None,
    {"SuppressionScope": "ACCOUNT", "SuppressedReasons": ["BOUNCE"], "ValidationOptions": _VALIDATION},
)
"""Of the configuration sets, in turn; the first two are the first tenant's and inherit."""


def populate(world: World, now: float) -> State:
    """The world as it is at `now`, in seconds since the epoch."""
    state = State(
        Tokens(world.seed),
        world.sandbox,
        world.vdm,
        Imports(world.seed),
        Outbox(world.seed),
        world.enforcement_status,
    )
    generator = random.Random(f"{world.seed}/world")
    if world.configuration_sets:
        state.settings.put(SETTINGS, Settings(suppressed_reasons=("BOUNCE",)), now)
    tenants = list(_tenants(generator, world.tenants, now))
    for tenant in tenants:
        state.tenants.put(tenant.name, tenant, now)
    state.last_list = len(tenants)
    sets = list(_configuration_sets(generator, world.configuration_sets, tenants, now))
    for one in sets:
        state.configuration_sets.put(one.name, one, now)
    for association in _associations(generator, tenants, sets):
        state.associate(association, now)
    milliseconds = int(now * 1000)
    sizes = {ACCOUNT: world.addresses} | dict(
        zip((tenant.list for tenant in tenants), _shares(world.tenant_addresses, len(tenants)), strict=True)
    )
    for number, size in sizes.items():
        if size:
            state.lists.fill(number, entries(random.Random(f"{world.seed}/list {number}"), size, milliseconds))
    state.lists.index()
    return state


def _tenants(generator: random.Random, size: int, now: float) -> Iterator[Tenant]:
    for number, name in zip(range(size), _names(), strict=False):
        created = round(now - generator.uniform(30, 900) * DAY / 1000, 3)
        tenant = Tenant(name, tenant_id(name, number + 1), number + 1, created)
        # gone-ltd, and one in twenty after it, was stopped; every twentieth was let in again.
        status = {2: "DISABLED", 5: "REINSTATED"}.get(number % 20, "ENABLED")
        tags = (
            {"Key": "owner", "Value": generator.choice(_OWNERS)},
            {"Key": "plan", "Value": f"tier-{number % 3 + 1}"},
        )
        yield replace(
            tenant,
            tags=tags if number % 4 != 3 else (),
            sending_status=status,
            suppression=_PAIRS[number % len(_PAIRS)],
        )


def _names() -> Iterator[str]:
    """acme-retail, beta-corp, gone-ltd, … without end, none twice."""
    for lap in count():
        for shift in range(len(_TRADES)):
            for number, brand in enumerate(_BRANDS.split()):
                name = f"{brand}-{_TRADES[(number + shift) % len(_TRADES)]}"
                yield f"{name}-{lap + 1}" if lap else name


def _configuration_sets(
    generator: random.Random, size: int, tenants: list[Tenant], now: float
) -> Iterator[ConfigurationSet]:
    for number in range(size):
        if number < 2 or not tenants:
            stem = "retail"
        elif number % 10 == 9:
            stem = "shared"
        else:
            # Two for each tenant in turn.
            stem = tenants[number // 2 % len(tenants)].name
        lap = number // (2 * max(1, len(tenants)))
        name = f"{stem}-{_PURPOSES[(number % 2 + 2 * lap) % len(_PURPOSES)]}"
        if stem == "shared" or lap >= len(_PURPOSES) // 2 or not tenants:
            name = f"{name}-{number}"
        yield ConfigurationSet(name, _groups(generator, number, now))


def _groups(generator: random.Random, number: int, now: float) -> Mapping[str, Any]:
    """Every twelfth from the twelfth on has all groups, every fifteenth from the eighth on sends nothing."""
    override = _OVERRIDES[number % len(_OVERRIDES)]
    groups: dict[str, Any] = {
        "ReputationOptions": {"ReputationMetricsEnabled": True},
        "SendingOptions": {"SendingEnabled": number % 15 != 7},
    }
    if override is not None:
        groups["SuppressionOptions"] = override
    if number % 3 == 0:
        groups["DeliveryOptions"] = {"TlsPolicy": generator.choice(("REQUIRE", "OPTIONAL"))}
    if number % 4 == 0:
        groups["Tags"] = [{"Key": "owner", "Value": generator.choice(_OWNERS)}]
    if number % 12 == 11:
        fresh = round(now - generator.uniform(1, 200) * DAY / 1000)
        groups |= {
            "TrackingOptions": {"CustomRedirectDomain": f"click{number}.corp.com", "HttpsPolicy": "REQUIRE"},
            "DeliveryOptions": {"TlsPolicy": "REQUIRE", "SendingPoolName": "dedicated", "MaxDeliverySeconds": 14_400},
            "ReputationOptions": {"ReputationMetricsEnabled": True, "LastFreshStart": fresh},
            "Tags": [{"Key": "owner", "Value": "platform"}, {"Key": "environment", "Value": "production"}],
            "VdmOptions": {
                "DashboardOptions": {"EngagementMetrics": "ENABLED"},
                "GuardianOptions": {"OptimizedSharedDelivery": "DISABLED"},
            },
            "ArchivingOptions": {
                "ArchiveArn": f"arn:aws:ses:us-east-1:123456789012:mailmanager-archive/a-{number:024d}"
            },
            "MessageSecurityOptions": {"SigningScheme": {"SmimeScheme": {"SignatureFormat": "DETACHED"}}},
        }
    return groups


def _associations(
    generator: random.Random, tenants: list[Tenant], sets: list[ConfigurationSet]
) -> Iterator[Association]:
    """Each tenant has its own sets and an identity, half of them a shared set too; one in ten has no set at all."""
    shared = [one.name for one in sets if one.name.startswith("shared-")]
    own: dict[str, list[str]] = {}
    for number, one in enumerate(sets):
        if tenants and not one.name.startswith("shared-"):
            own.setdefault(tenants[0 if number < 2 else number // 2 % len(tenants)].name, []).append(one.name)
    for number, tenant in enumerate(tenants):
        resources = [f"identity/mail.{tenant.name}.example"]
        if number % 10 != 8:
            resources += [f"configuration-set/{name}" for name in own.get(tenant.name, ())]
            if shared and number % 2:
                resources.append(f"configuration-set/{generator.choice(shared)}")
        if number % 7 == 0:
            resources.append(f"template/{tenant.name}-welcome")
        for resource in resources:
            yield Association(tenant.name, resource, tenant.created + 60)


def _shares(total: int, parts: int) -> list[int]:
    """`total` split as customers' sizes are: the first has most, every fifth has none while there are others."""
    weights = [0.0 if number % 5 == 4 else 1 / (number + 1) for number in range(parts)]
    whole = sum(weights) or 1.0
    shares = [int(total * weight / whole) for weight in weights]
    if shares:
        shares[0] += total - sum(shares)
    return shares
