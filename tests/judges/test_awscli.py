"""awscli, with a botocore of its own, against the emulator: AWS's own client is understood and understands.

awscli 1.46 describes SES as it was before ListTenants had a filter and ListConfigurationSets became a POST. Where a
test needs these, the same awscli is given the service model of the botocore that sestui uses.
"""

import asyncio
import json
import os
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any

import botocore
import pytest

from sestui.domain.settings import ConfidenceThreshold, ConfigurationSet, Validation
from sestui.emulator import Conditions, Emulator, Rate, World
from sestui.sesv2.gateway import Gateway
from tests.job_processes import end_of, starting, surroundings

pytestmark = pytest.mark.judge

START = 1_795_327_200.0
"""2026-11-22 06:00 UTC."""


@dataclass
class Clock:
    now: float = START

    def __call__(self) -> float:
        return self.now


class AtHand:
    """An awscli that has started already, and carries out one command after the other."""

    def __init__(self, python: Path, folder: Path) -> None:
        script = Path(__file__).with_name("awscli_at_hand.py")
        self._process = subprocess.Popen([python, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._out, self._err = folder / "out", folder / "err"
        self._turn = Lock()

    def run(self, arguments: list[str], environment: dict[str, str]) -> tuple[int, str, str]:
        """Return the status, what was printed, and what was said of mistakes."""
        command = {"arguments": arguments, "environment": environment, "out": str(self._out), "err": str(self._err)}
        with self._turn:
            requests, statuses = self._process.stdin, self._process.stdout
            assert requests is not None
            assert statuses is not None
            requests.write(json.dumps(command) + "\n")
            requests.flush()
            return int(statuses.readline()), self._out.read_text(), self._err.read_text()

    def end(self) -> None:
        self._process.communicate()


@dataclass(frozen=True)
class Aws:
    """The `aws` command, pointed at an emulator."""

    at_hand: "AtHand"
    url: str
    environment: dict[str, str]

    async def __call__(self, command: str, *arguments: str, service: str = "sesv2") -> Any:
        """Run a command that has to succeed; return its answer, `{}` where it prints none."""
        status, out, err = await self.run(command, *arguments, service=service)
        assert status == 0, err
        return json.loads(out) if out.strip() else {}

    async def refused(self, command: str, *arguments: str) -> str:
        """Run a command that SES has to refuse; return what awscli says of it."""
        status, out, err = await self.run(command, *arguments)
        assert (status, out) == (255, ""), err
        return err.strip()

    async def run(self, command: str, *arguments: str, service: str = "sesv2") -> tuple[int, str, str]:
        common = ("--endpoint-url", self.url, "--region", "us-east-1", "--output", "json")
        # In a thread: the emulator answers in this one.
        return await asyncio.to_thread(self.at_hand.run, [service, command, *arguments, *common], self.environment)

    def with_our_model(self) -> "Aws":
        """The same, knowing SES as our botocore does."""
        model = {"AWS_DATA_PATH": str(Path(botocore.__file__).parent / "data")}
        return replace(self, environment={**self.environment, **model})


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def emulator(world: World, clock: Clock) -> AsyncIterator[Emulator]:
    async with Emulator(world, clock=clock) as running:
        yield running


@pytest.fixture(scope="module")
def at_hand(find_judge: Callable[[str, str], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[AtHand]:
    # Where there is no `aws` there may be a Python.
    find_judge("awscli", "aws")
    running = AtHand(find_judge("awscli", "python"), tmp_path_factory.mktemp("awscli"))
    yield running
    running.end()


@pytest.fixture
def aws(at_hand: AtHand, emulator: Emulator, tmp_path: Path) -> Aws:
    environment = {
        **os.environ,
        "HOME": str(tmp_path),
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_PAGER": "",
        # A refusal is what some tests ask for: no tries again.
        "AWS_MAX_ATTEMPTS": "1",
    }
    return Aws(at_hand, emulator.url, environment)


def _error(kind: str, operation: str, message: str) -> str:
    """As awscli words it since 1.46."""
    return f"An error occurred ({kind}) when calling the {operation} operation: {message}"


async def test_a_tenant_from_its_creation_to_its_end(aws: Aws) -> None:
    created = await aws(
        *("create-tenant", "--tenant-name", "acme-retail", "--tags", "Key=owner,Value=growth", "Key=plan,Value="),
        *("--suppression-attributes", "SuppressedReasons=BOUNCE,COMPLAINT,SuppressionScope=TENANT"),
    )
    assert created == {
        "TenantName": "acme-retail",
        "TenantId": created["TenantId"],
        "TenantArn": f"arn:aws:ses:us-east-1:123456789012:tenant/acme-retail/{created['TenantId']}",
        "CreatedTimestamp": START,
        "Tags": [{"Key": "owner", "Value": "growth"}, {"Key": "plan", "Value": ""}],
        "SendingStatus": "ENABLED",
        "SuppressionAttributes": {"SuppressedReasons": ["BOUNCE", "COMPLAINT"], "SuppressionScope": "TENANT"},
    }
    name = ("--tenant-name", "acme-retail")
    put, get = ("put-tenant-suppression-attributes", *name), ("get-tenant", *name)

    got, again, plain = await asyncio.gather(
        aws(*get), aws.refused("create-tenant", *name), aws("create-tenant", "--tenant-name", "plain")
    )
    assert got == {"Tenant": created}
    assert again.startswith("An error occurred (AlreadyExistsException) when calling the CreateTenant operation")
    assert "SuppressionAttributes" not in plain

    assert await aws(*put, "--suppressed-reasons", "COMPLAINT", "--suppression-scope", "ACCOUNT") == {}
    changed = {"SuppressedReasons": ["COMPLAINT"], "SuppressionScope": "ACCOUNT"}
    assert await aws(*get) == {"Tenant": {**created, "SuppressionAttributes": changed}}

    await aws(*put, "--suppressed-reasons", "[]", "--suppression-scope", "TENANT")
    emptied = {"SuppressedReasons": [], "SuppressionScope": "TENANT"}
    assert await aws(*get) == {"Tenant": {**created, "SuppressionAttributes": emptied}}

    await aws(*put)
    del created["SuppressionAttributes"]
    assert await aws(*get) == {"Tenant": created}

    assert await aws("delete-tenant", *name) == {}
    missing = "The requested tenant <acme-retail> does not exist."
    refusals = await asyncio.gather(aws.refused(*get), aws.refused(*put), aws.refused("delete-tenant", *name))
    assert list(refusals) == [
        _error("NotFoundException", operation, missing)
        for operation in ("GetTenant", "PutTenantSuppressionAttributes", "DeleteTenant")
    ]


async def test_half_a_pair_and_other_wrong_settings_of_a_tenant(aws: Aws) -> None:
    await aws("create-tenant", "--tenant-name", "acme")
    put = ("put-tenant-suppression-attributes", "--tenant-name", "acme")
    pair = ("--suppression-scope", "TENANT", "--suppressed-reasons")
    refusals = await asyncio.gather(
        aws.refused(*put, "--suppression-scope", "TENANT"),
        aws.refused(*put, "--suppressed-reasons", "BOUNCE"),
        aws.refused(*put, "--suppressed-reasons", "[]"),
        aws.refused(*put, *pair, "BOUNCE", "BOUNCE"),
        aws.refused(*put, *pair, "SPAM"),
        aws.refused("create-tenant", "--tenant-name", "half", "--suppression-attributes", "SuppressionScope=TENANT"),
        aws.refused("create-tenant", "--tenant-name", "not a name"),
    )
    operation = "PutTenantSuppressionAttributes"
    assert list(refusals[:4]) == [
        _error("BadRequestException", operation, message)
        for message in (
            "SuppressionScope cannot be specified without SuppressedReasons.",
            "SuppressedReasons cannot be specified without SuppressionScope.",
            "SuppressionScope is required when SuppressedReasons are provided. Valid values are: TENANT, ACCOUNT",
            "Each suppressed reason can only be specified at most once",
        )
    ]
    assert "(BadRequestException)" in refusals[4]
    assert "Value at 'suppressedReasons'" in refusals[4]
    assert "SuppressionScope cannot be specified without SuppressedReasons." in refusals[5]
    assert "Invalid tenant name <not a name>" in refusals[6]
    assert "SuppressionAttributes" not in (await aws("get-tenant", "--tenant-name", "acme"))["Tenant"]


EVERY_GROUP: dict[str, Any] = {
    "TrackingOptions": {"CustomRedirectDomain": "click.corp.com", "HttpsPolicy": "REQUIRE_OPEN_ONLY"},
    "DeliveryOptions": {"TlsPolicy": "REQUIRE", "SendingPoolName": "dedicated", "MaxDeliverySeconds": 14400},
    "ReputationOptions": {"ReputationMetricsEnabled": True, "LastFreshStart": 1_790_000_000.0},
    "SendingOptions": {"SendingEnabled": False},
    "Tags": [{"Key": "owner", "Value": "platform"}],
    "SuppressionOptions": {
        "SuppressedReasons": ["COMPLAINT"],
        "SuppressionScope": "TENANT",
        "ValidationOptions": {
            "ConditionThreshold": {
                "ConditionThresholdEnabled": "ENABLED",
                "OverallConfidenceThreshold": {"ConfidenceVerdictThreshold": "HIGH"},
            }
        },
    },
    "VdmOptions": {
        "DashboardOptions": {"EngagementMetrics": "ENABLED"},
        "GuardianOptions": {"OptimizedSharedDelivery": "DISABLED"},
    },
    "ArchivingOptions": {
        "ArchiveArn": "arn:aws:ses:us-east-1:123456789012:mailmanager-archive/a-0123456789abcdefghijklmnop"
    },
}


def _options(groups: dict[str, Any]) -> list[str]:
    """The groups as awscli's options: TrackingOptions is --tracking-options."""
    options = []
    for name, value in groups.items():
        dashed = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name)
        options += [f"-{dashed}", json.dumps(value)]
    return options


async def test_every_option_of_a_configuration_set(aws: Aws) -> None:
    name = ("--configuration-set-name", "receipts")
    get, put = ("get-configuration-set", *name), ("put-configuration-set-suppression-options", *name)
    assert await aws("create-configuration-set", *name, *_options(EVERY_GROUP)) == {}
    got, again, bare = await asyncio.gather(
        aws(*get),
        aws.refused("create-configuration-set", *name),
        aws("create-configuration-set", "--configuration-set-name", "bare"),
    )
    assert got == {"ConfigurationSetName": "receipts", **EVERY_GROUP}
    assert again == _error(
        "AlreadyExistsException", "CreateConfigurationSet", "Configuration set <receipts> already exists."
    )
    assert bare == {}
    bare_set = await aws("get-configuration-set", "--configuration-set-name", "bare")
    assert bare_set["ConfigurationSetName"] == "bare"
    assert "SuppressionOptions" not in bare_set

    # What a put leaves out it clears; present and empty is something else than absent.
    await aws(*put, "--suppressed-reasons", "[]")
    assert (await aws(*get))["SuppressionOptions"] == {"SuppressedReasons": []}
    threshold = {"ConditionThreshold": {"ConditionThresholdEnabled": "DISABLED"}}
    await aws(*put, "--suppression-scope", "ACCOUNT", "--validation-options", json.dumps(threshold))
    assert (await aws(*get))["SuppressionOptions"] == {"SuppressionScope": "ACCOUNT", "ValidationOptions": threshold}
    await aws(*put)
    others = {group: value for group, value in EVERY_GROUP.items() if group != "SuppressionOptions"}
    assert await aws(*get) == {"ConfigurationSetName": "receipts", **others}

    assert await aws("delete-configuration-set", *name) == {}
    missing = await asyncio.gather(aws.refused(*get), aws.refused(*put), aws.refused("delete-configuration-set", *name))
    operations = ("GetConfigurationSet", "PutConfigurationSetSuppressionOptions", "DeleteConfigurationSet")
    assert list(missing) == [
        _error("NotFoundException", operation, "Configuration set <receipts> does not exist.")
        for operation in operations
    ]


@pytest.mark.parametrize(
    "world", [World(seed=3, tenants=105, configuration_sets=5, addresses=0, tenant_addresses=0)], ids=["105 tenants"]
)
async def test_lists_come_in_pages(aws: Aws) -> None:
    newer = aws.with_our_model()
    everything, newly, page, cut, stopped, containing, nothing, sets, some_sets = await asyncio.gather(
        aws("list-tenants"),
        newer("list-tenants"),
        aws("list-tenants", "--page-size", "10"),
        aws("list-tenants", "--max-items", "103"),
        newer("list-tenants", "--filter", "SENDING_STATUS=DISABLED"),
        newer("list-tenants", "--filter", "TENANT_NAME_CONTAINS=corp", "--page-size", "2"),
        newer("list-tenants", "--filter", "TENANT_NAME_CONTAINS=nowhere"),
        aws("list-configuration-sets"),
        newer("list-configuration-sets", "--filter", "CONFIGURATION_SET_NAME_CONTAINS=retail"),
    )
    # awscli follows the tokens by itself, unless it is given a size.
    tenants = everything["Tenants"]
    names = [row["TenantName"] for row in tenants]
    assert len(set(names)) == 105
    assert set(tenants[0]) == {"TenantName", "TenantId", "TenantArn", "CreatedTimestamp"}
    assert [set(row.items()) - set(old.items()) for row, old in zip(newly["Tenants"], tenants, strict=True)] == [
        {("SendingStatus", row["SendingStatus"])} for row in newly["Tenants"]
    ]
    next_page, rest, next_containing, odd_status, bad_token = await asyncio.gather(
        aws("list-tenants", "--page-size", "10", "--next-token", page["NextToken"]),
        aws("list-tenants", "--starting-token", cut["NextToken"]),
        newer(
            *("list-tenants", "--filter", "TENANT_NAME_CONTAINS=corp", "--page-size", "100"),
            *("--next-token", containing["NextToken"]),
        ),
        newer.refused("list-tenants", "--filter", "SENDING_STATUS=SLEEPING"),
        aws.refused("list-tenants", "--page-size", "10", "--next-token", "made-up"),
    )
    assert (page["Tenants"], next_page["Tenants"]) == (tenants[:10], tenants[10:20])
    assert (cut["Tenants"], rest["Tenants"]) == (tenants[:103], tenants[103:])
    stops = [row["TenantName"] for row in newly["Tenants"] if row["SendingStatus"] == "DISABLED"]
    assert stops
    assert [row["TenantName"] for row in stopped["Tenants"]] == stops
    corps = [row["TenantName"] for row in (*containing["Tenants"], *next_containing["Tenants"])]
    assert len(containing["Tenants"]) == 2
    assert corps == [name for name in names if "corp" in name]
    assert nothing == {"Tenants": []}
    assert "(BadRequestException)" in odd_status
    assert bad_token == _error("BadRequestException", "ListTenants", "Invalid Next Token")
    assert len(sets["ConfigurationSets"]) == 5
    retail = [name for name in sets["ConfigurationSets"] if "retail" in name]
    assert retail
    assert some_sets["ConfigurationSets"] == retail

    # No paginator for these in botocore: token and size are the caller's.
    seen: list[str] = []
    token: tuple[str, ...] = ()
    while True:
        page = await aws("list-configuration-sets", "--page-size", "2", *token)
        seen += page["ConfigurationSets"]
        if "NextToken" not in page:
            break
        token = ("--next-token", page["NextToken"])
    assert seen == sets["ConfigurationSets"]
    refusal = await aws.refused("list-configuration-sets", "--next-token", "made-up")
    assert refusal == _error("BadRequestException", "ListConfigurationSets", "Invalid Next Token")


async def test_associations(aws: Aws) -> None:
    resource = "arn:aws:ses:us-east-1:123456789012:configuration-set/receipts"
    identity = "arn:aws:ses:us-east-1:123456789012:identity/corp.com"
    one, other = ("--tenant-name", "one"), ("--tenant-name", "other")
    arn = ("--resource-arn", resource)
    created, _, _ = await asyncio.gather(
        aws("create-tenant", *one),
        aws("create-tenant", *other),
        aws("create-configuration-set", "--configuration-set-name", "receipts"),
    )
    associate, dissociate = "create-tenant-resource-association", "delete-tenant-resource-association"
    made = await asyncio.gather(
        aws(associate, *one, *arn), aws(associate, *other, *arn), aws(associate, *one, "--resource-arn", identity)
    )
    assert list(made) == [{}, {}, {}]

    resources, filtered, of_resource, again, missing = await asyncio.gather(
        aws("list-tenant-resources", *one),
        aws("list-tenant-resources", *one, "--filter", "RESOURCE_TYPE=CONFIGURATION_SET"),
        aws("list-resource-tenants", *arn),
        aws.refused(associate, *one, *arn),
        aws.refused(associate, *one, "--resource-arn", f"{resource}-not"),
    )
    assert resources["TenantResources"] == [
        {"ResourceType": "CONFIGURATION_SET", "ResourceArn": resource},
        {"ResourceType": "EMAIL_IDENTITY", "ResourceArn": identity},
    ]
    assert filtered["TenantResources"] == resources["TenantResources"][:1]
    by_one, by_tenant = await asyncio.gather(
        aws("list-tenant-resources", *one, "--page-size", "1"), aws("list-resource-tenants", *arn, "--page-size", "1")
    )
    second, second_tenant = await asyncio.gather(
        aws("list-tenant-resources", *one, "--page-size", "1", "--next-token", by_one["NextToken"]),
        aws("list-resource-tenants", *arn, "--page-size", "1", "--next-token", by_tenant["NextToken"]),
    )
    assert by_one["TenantResources"] + second["TenantResources"] == resources["TenantResources"]
    assert by_tenant["ResourceTenants"] + second_tenant["ResourceTenants"] == of_resource["ResourceTenants"]
    assert "NextToken" not in second
    assert "NextToken" not in second_tenant
    tenants = of_resource["ResourceTenants"]
    assert [row["TenantName"] for row in tenants] == ["one", "other"]
    assert tenants[0] == {
        "TenantName": "one",
        "TenantId": created["TenantId"],
        "ResourceArn": resource,
        "AssociatedTimestamp": START,
    }
    assert "(AlreadyExistsException)" in again
    assert "(NotFoundException)" in missing

    assert await aws(dissociate, *one, *arn) == {}
    left, left_of_resource = await asyncio.gather(
        aws("list-tenant-resources", *one), aws("list-resource-tenants", *arn)
    )
    assert [row["ResourceArn"] for row in left["TenantResources"]] == [identity]
    assert [row["TenantName"] for row in left_of_resource["ResourceTenants"]] == ["other"]


@pytest.mark.parametrize("tenant", [None, "acme"], ids=["account's list", "tenant's list"])
async def test_an_entry_from_its_put_to_its_removal(aws: Aws, clock: Clock, tenant: str | None) -> None:
    where = ("--tenant-name", tenant) if tenant else ()
    elsewhere = () if tenant else ("--tenant-name", "acme")
    await aws("create-tenant", "--tenant-name", "acme")
    odd = "Odd+tag/slash \u00e9@Corp.COM"
    stored = "Odd+tag/slash \u00e9@corp.com"
    entry = ("--email-address", odd)
    assert await aws("put-suppressed-destination", *entry, "--reason", "BOUNCE", *where) == {}
    got, other_list, other_case, rows = await asyncio.gather(
        aws("get-suppressed-destination", *entry, *where),
        aws.refused("get-suppressed-destination", *entry, *elsewhere),
        aws.refused("get-suppressed-destination", "--email-address", odd.lower(), *where),
        aws("list-suppressed-destinations", *where),
    )
    its_tenant = {"TenantName": tenant} if tenant else {}
    assert got["SuppressedDestination"] == {
        "EmailAddress": stored,
        "Reason": "BOUNCE",
        "LastUpdateTime": START,
        **its_tenant,
    }
    lists = {True: "tenant suppression list", False: "suppression list"}
    for refusal, address, of_tenant in (
        (other_list, stored, not tenant),
        (other_case, odd.lower(), bool(tenant)),
    ):
        message = f"Email address {address} does not exist on your {lists[of_tenant]}."
        assert refusal == _error("NotFoundException", "GetSuppressedDestination", message)
    row = {"EmailAddress": stored, "Reason": "BOUNCE", "LastUpdateTime": START}
    assert rows["SuppressedDestinationSummaries"] == [row]

    # A second put replaces the reason and the date.
    clock.now += 60
    await aws("put-suppressed-destination", *entry, "--reason", "COMPLAINT", *where)
    rows = await aws("list-suppressed-destinations", *where)
    row |= {"Reason": "COMPLAINT", "LastUpdateTime": START + 60}
    assert rows["SuppressedDestinationSummaries"] == [row]

    assert await aws("delete-suppressed-destination", *entry, *where) == {}
    again, rows = await asyncio.gather(
        aws.refused("delete-suppressed-destination", *entry, *where), aws("list-suppressed-destinations", *where)
    )
    message = f"Email address {stored} does not exist on your {lists[bool(tenant)]}."
    assert again == _error("NotFoundException", "DeleteSuppressedDestination", message)
    assert rows["SuppressedDestinationSummaries"] == []


async def test_a_list_of_a_tenant_that_is_not_there(aws: Aws) -> None:
    entry = ("--email-address", "a@corp.com", "--tenant-name", "nobody")
    refusals = await asyncio.gather(
        aws.refused("put-suppressed-destination", *entry, "--reason", "BOUNCE"),
        aws.refused("get-suppressed-destination", *entry),
        aws.refused("delete-suppressed-destination", *entry),
        aws.refused("list-suppressed-destinations", "--tenant-name", "nobody"),
        aws.refused("put-suppressed-destination", "--email-address", "a@corp.com", "--reason", "SPAM"),
    )
    operations = ("Put", "Get", "Delete", "List")
    assert list(refusals[:4]) == [
        _error(
            "NotFoundException",
            f"{verb}SuppressedDestination{'s' if verb == 'List' else ''}",
            "The requested tenant <nobody> does not exist.",
        )
        for verb in operations
    ]
    assert "(BadRequestException)" in refusals[4]


@pytest.mark.parametrize("tenant", [None, "acme"], ids=["account's list", "tenant's list"])
async def test_what_a_list_is_asked_for(aws: Aws, clock: Clock, tenant: str | None) -> None:
    where = ("--tenant-name", tenant) if tenant else ()
    await aws("create-tenant", "--tenant-name", "acme")
    for number, reason in enumerate(("BOUNCE", "COMPLAINT", "BOUNCE")):
        clock.now = START + number * 3600
        entry = ("--email-address", f"person{number}@corp.com", "--reason", reason)
        await aws("put-suppressed-destination", *entry, *where)

    async def asked(*arguments: str) -> list[str]:
        page = await aws("list-suppressed-destinations", *where, *arguments)
        assert "NextToken" not in page
        return [row["EmailAddress"].partition("@")[0] for row in page["SuppressedDestinationSummaries"]]

    answers = await asyncio.gather(
        asked("--reasons", "BOUNCE"),
        asked("--reasons", "COMPLAINT"),
        asked("--reasons", "BOUNCE", "COMPLAINT"),
        # As an ISO time and as seconds since 1970: awscli takes both. The bounds themselves are undocumented.
        asked("--start-date", "2026-11-22T06:30:00Z"),
        asked("--end-date", str(int(START) + 1800)),
        asked("--start-date", "2026-11-22T06:30:00Z", "--end-date", "2026-11-22T07:30:00Z"),
        asked("--start-date", "2026-11-22T06:30:00Z", "--reasons", "BOUNCE"),
    )
    one, two, three = "person0", "person1", "person2"
    assert list(answers) == [[one, three], [two], [one, two, three], [two, three], [one], [two], [three]]


@pytest.mark.parametrize("world", [World(seed=3, tenants=0, configuration_sets=0, addresses=25, tenant_addresses=0)])
async def test_a_list_in_pages(aws: Aws, clock: Clock) -> None:
    command = "list-suppressed-destinations"
    whole, first, too_small = await asyncio.gather(
        aws(command), aws(command, "--page-size", "10"), aws.refused(command, "--page-size", "0")
    )
    rows = whole["SuppressedDestinationSummaries"]
    assert "(BadRequestException)" in too_small
    assert "NextToken" not in whole
    assert len({row["EmailAddress"] for row in rows}) == 25

    token = ("--next-token", first["NextToken"])
    second, other_question, made_up = await asyncio.gather(
        aws(command, "--page-size", "10", *token),
        aws.refused(command, "--reasons", "BOUNCE", *token),
        aws.refused(command, "--next-token", "AYADmade-up"),
    )
    third = await aws(command, "--page-size", "10", "--next-token", second["NextToken"])
    assert "NextToken" not in third
    assert [row for page in (first, second, third) for row in page["SuppressedDestinationSummaries"]] == rows

    clock.now += 3601  # A token's life, unless a quirk sets another.
    outdated = await aws.refused(command, "--page-size", "10", *token)
    bad = _error(
        "InvalidNextTokenException",
        "ListSuppressedDestinations",
        "The specified request includes an invalid or expired token.",
    )
    assert [other_question, made_up, outdated] == [bad] * 3


async def test_the_account_and_who_asks(aws: Aws) -> None:
    account, caller = await asyncio.gather(aws("get-account"), aws("get-caller-identity", service="sts"))
    assert caller["Account"] == "123456789012"
    assert caller["Arn"] == "arn:aws:sts::123456789012:assumed-role/OnCall/oncall-engineer"
    assert caller["UserId"]
    assert account["SuppressionAttributes"] == {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]}
    assert (account["ProductionAccessEnabled"], account["SendingEnabled"]) == (True, True)
    assert account["EnforcementStatus"] == "HEALTHY"
    assert set(account["SendQuota"]) == {"Max24HourSend", "MaxSendRate", "SentLast24Hours"}

    put = "put-account-suppression-attributes"
    threshold = {"ConditionThreshold": {"ConditionThresholdEnabled": "ENABLED"}}
    await aws(put, "--suppressed-reasons", "COMPLAINT", "--validation-attributes", json.dumps(threshold))
    changed = {"SuppressedReasons": ["COMPLAINT"], "ValidationAttributes": threshold}
    assert await aws("get-account") == {**account, "SuppressionAttributes": changed}

    await aws(put)
    assert (await aws("get-account"))["SuppressionAttributes"] == {"SuppressedReasons": []}
    assert "(BadRequestException)" in await aws.refused(put, "--suppressed-reasons", "BOUNCE", "BOUNCE")


async def test_awscli_reads_what_our_gateway_wrote(aws: Aws, gateway: Gateway) -> None:
    validation = Validation(True, ConfidenceThreshold.HIGH)
    await gateway.changes.put_account_suppression_attributes((), validation)
    for tenant in ("one", "other"):
        await gateway.changes.create_tenant(tenant)
        await gateway.changes.create_configuration_set(ConfigurationSet(f"of-{tenant}"))
        await gateway.changes.associate(tenant, "of-one")
    await gateway.changes.associate("one", "of-other")
    await gateway.changes.dissociate("one", "of-one")
    arn = "arn:aws:ses:us-east-1:123456789012:configuration-set"
    account, of_one, of_set = await asyncio.gather(
        aws("get-account"),
        aws("list-tenant-resources", "--tenant-name", "one"),
        aws("list-resource-tenants", "--resource-arn", f"{arn}/of-one"),
    )
    threshold = {
        "ConditionThresholdEnabled": "ENABLED",
        "OverallConfidenceThreshold": {"ConfidenceVerdictThreshold": "HIGH"},
    }
    assert account["SuppressionAttributes"] == {
        "SuppressedReasons": [],
        "ValidationAttributes": {"ConditionThreshold": threshold},
    }
    assert of_one["TenantResources"] == [{"ResourceType": "CONFIGURATION_SET", "ResourceArn": f"{arn}/of-other"}]
    assert [row["TenantName"] for row in of_set["ResourceTenants"]] == ["other"]


@pytest.mark.parametrize("world", [World(1, 0, 0, addresses=250, tenant_addresses=0)])
async def test_the_message_behind_an_entry(aws: Aws) -> None:
    # In ascending order of time; the newest of this seed is a bounce.
    newest = (await aws("list-suppressed-destinations"))["SuppressedDestinationSummaries"][-1]
    get = ("get-suppressed-destination", "--email-address", newest["EmailAddress"])
    message_id = (await aws(*get))["SuppressedDestination"]["Attributes"]["MessageId"]
    message, missing = await asyncio.gather(
        aws("get-message-insights", "--message-id", message_id),
        aws.refused("get-message-insights", "--message-id", "0100"),
    )
    assert message["MessageId"] == message_id
    (insights,) = message["Insights"]
    assert insights["Destination"] == newest["EmailAddress"]
    send, bounce = insights["Events"]
    assert (send["Type"], bounce["Type"]) == ("SEND", "BOUNCE")
    assert bounce["Timestamp"] == newest["LastUpdateTime"]
    assert bounce["Details"]["Bounce"]["BounceType"] == "PERMANENT"
    words = "Message <0100> not found for account <123456789012>"
    assert missing == _error("NotFoundException", "GetMessageInsights", words)


async def test_a_throttled_call(aws: Aws, emulator: Emulator) -> None:
    emulator.conditions = Conditions(rates=(Rate(per_second=0.001),))  # The clock stands still: one call in all.
    await aws("get-account")
    refusal = await aws.refused("list-tenants")
    assert refusal.startswith("An error occurred (TooManyRequestsException) when calling the ListTenants operation")
    assert (emulator.requests[-1].operation, emulator.requests[-1].status) == ("ListTenants", 429)


async def test_awscli_reads_what_sestui_writes_and_sestui_what_awscli_does(
    aws: Aws, tmp_path: Path, environment: dict[str, str]
) -> None:
    where = ("--endpoint-url", aws.url, "--region", "us-east-1")
    async with starting(surroundings(environment, tmp_path / "state"), tmp_path, *where) as start:
        added = await end_of(
            await start("add", "--account", "Alice <alice@Corp.com>", "--reason", "complaint", "--yes")
        )
        assert added.status == 0
        told = await aws("get-suppressed-destination", "--email-address", "alice@corp.com")
        assert told["SuppressedDestination"]["Reason"] == "COMPLAINT"
        await aws("put-suppressed-destination", "--email-address", "bob@corp.com", "--reason", "BOUNCE")
        listed = await end_of(await start("list", "--filter", "bob@"))
        assert listed.out == "bob@corp.com,BOUNCE\n"
