"""ministack, an emulator by other people: our gateway has to get on with it, and it with what our emulator claims.

Each test of behaviour runs against both. Where the two differ, the facts on SES decide who is right, and
`DIFFERENCES` keeps it: once ministack changes its mind, its test says so.
"""

import asyncio
import contextlib
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from aiobotocore.session import AioSession
from botocore.exceptions import ClientError

from sestui.domain.errors import AlreadyExists, BadRequest, NotFound, ServiceError, TenantNotFound
from sestui.domain.settings import (
    ConfidenceThreshold,
    ConfigurationSet,
    DeliveryOptions,
    ReputationOptions,
    SendingStatus,
    SuppressionOptions,
    Tag,
    TenantSuppression,
    TrackingOptions,
    Validation,
    VdmOptions,
)
from sestui.domain.suppression import Connection, Reason, SuppressionList, SuppressionScope
from sestui.emulator import Emulator, World
from sestui.sesv2.gateway import Gateway
from sestui.sesv2.session import open_gateway

pytestmark = pytest.mark.judge

REGION = "us-east-1"
_ACCOUNTS = count(100_000_000_000)
_SESSION = AioSession()
"""One for all bare clients: reading the service model is most of the time that a client takes to make."""


@pytest.fixture(scope="module")
def ministack_url(find_judge: Callable[[str, str], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = find_judge("ministack", "ministack")
    folder = tmp_path_factory.mktemp("ministack")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
    }
    with open(folder / "log", "wb") as log:
        server = subprocess.Popen(
            [program], cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    try:
        deadline = time.monotonic() + 60
        while not _answers(f"{url}/_ministack/health"):
            assert server.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < deadline, "ministack does not answer"
            time.sleep(0.05)
        yield url
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@dataclass(frozen=True)
class Side:
    """One of the two: our gateway to it, and AWS's bare client for what the gateway does not do."""

    name: str
    gateway: Gateway
    client: Any


OpenSide = Callable[[str], Awaitable[Side]]


@pytest.fixture
async def open_side(monkeypatch: pytest.MonkeyPatch, ministack_url: str) -> AsyncIterator[OpenSide]:
    # ministack takes a key of twelve digits for the account's number: each test has one for itself.
    account = str(next(_ACCOUNTS))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", account)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    async with AsyncExitStack() as stack:

        async def open_(name: str) -> Side:
            url = ministack_url
            if name == "emulator":
                empty = World(tenants=0, configuration_sets=0, addresses=0, tenant_addresses=0)
                url = (await stack.enter_async_context(Emulator(empty))).url
            gateway = await stack.enter_async_context(open_gateway(Connection(REGION, url)))
            keys = {"aws_access_key_id": account, "aws_secret_access_key": "secret"}
            client = _SESSION.create_client("sesv2", region_name=REGION, endpoint_url=url, **keys)
            return Side(name, gateway, await stack.enter_async_context(client))

        yield open_


@pytest.fixture(params=["ministack", "emulator"])
async def side(request: pytest.FixtureRequest, open_side: OpenSide) -> Side:
    return await open_side(request.param)


BOTH = (Reason.BOUNCE, Reason.COMPLAINT)
TENANT_BOTH = TenantSuppression(SuppressionScope.TENANT, BOTH)

EVERY_MEMBER = ConfigurationSet(
    name="receipts",
    tracking=TrackingOptions("click.corp.com", "REQUIRE_OPEN_ONLY"),
    delivery=DeliveryOptions("REQUIRE", "dedicated", 14_400),
    reputation=ReputationOptions(metrics_enabled=False),
    sending_enabled=False,
    tags=(Tag("owner", "platform"), Tag("empty", "")),
    suppression=SuppressionOptions(None, (Reason.COMPLAINT,), Validation(True, ConfidenceThreshold.HIGH)),
    vdm=VdmOptions("ENABLED", "DISABLED"),
    archive_arn="arn:aws:ses:us-east-1:123456789012:mailmanager-archive/a-0123456789abcdefghijklmnop",
)


async def test_a_tenant_is_as_it_was_created(side: Side) -> None:
    before = time.time()
    created = await side.gateway.changes.create_tenant("acme", tags=(Tag("owner", "growth"),), suppression=TENANT_BOTH)
    assert created.name == "acme"
    assert created.tenant_id.startswith("tn-")
    assert created.arn.startswith(f"arn:aws:ses:{REGION}:")
    assert created.arn.endswith(f":tenant/acme/{created.tenant_id}")
    assert before - 1 <= created.created <= time.time() + 1  # ministack's are whole seconds.
    assert created.sending_status is SendingStatus.ENABLED
    assert created.tags == (Tag("owner", "growth"),)
    assert created.suppression == TENANT_BOTH
    assert await side.gateway.resources.tenant("acme") == created

    await side.gateway.changes.create_tenant("plain")
    plain = await side.gateway.resources.tenant("plain")
    assert (plain.tags, plain.suppression) == ((), None)


async def test_a_tenants_settings_are_set_changed_and_cleared(side: Side) -> None:
    gateway = side.gateway
    await gateway.changes.create_tenant("acme")
    for suppression in (
        TENANT_BOTH,
        TenantSuppression(SuppressionScope.ACCOUNT, (Reason.BOUNCE,)),
        TenantSuppression(SuppressionScope.TENANT, ()),
        None,
        TENANT_BOTH,
    ):
        await gateway.changes.put_tenant_suppression_attributes("acme", suppression)
        assert (await gateway.resources.tenant("acme")).suppression == suppression


async def test_tenants_come_in_pages_by_name(side: Side) -> None:
    names = [f"tenant-{number:03}" for number in range(205)]
    await asyncio.gather(*(side.client.create_tenant(TenantName=name) for name in reversed(names)))
    pages = [[row.name for row in page] async for page in side.gateway.resources.tenants()]
    assert pages == [names[:100], names[100:200], names[200:]]
    found = [row.name async for page in side.gateway.resources.tenants(name_contains="nt-12") for row in page]
    assert found == names[120:130]
    tenant, row = await side.gateway.resources.tenant(names[0]), (await anext(side.gateway.resources.tenants()))[0]
    assert (row.name, row.tenant_id, row.arn, row.created, row.sending_status) == (
        *(tenant.name, tenant.tenant_id, tenant.arn, tenant.created, tenant.sending_status),
    )


async def test_a_configuration_set_is_as_it_was_created(side: Side) -> None:
    await side.gateway.changes.create_configuration_set(EVERY_MEMBER)
    assert await side.gateway.resources.configuration_set("receipts") == EVERY_MEMBER


async def test_a_put_of_suppression_options_replaces_them_all(side: Side) -> None:
    gateway = side.gateway
    await gateway.changes.create_configuration_set(EVERY_MEMBER)
    for options in (
        SuppressionOptions(reasons=()),
        SuppressionOptions(reasons=(Reason.BOUNCE,)),
        SuppressionOptions(validation=Validation(False)),
        SuppressionOptions(reasons=BOTH, validation=Validation(True, ConfidenceThreshold.MANAGED)),
    ):
        await gateway.changes.put_configuration_set_suppression_options("receipts", options)
        assert await gateway.resources.configuration_set("receipts") == replace(EVERY_MEMBER, suppression=options)
    await gateway.changes.put_configuration_set_suppression_options("receipts", SuppressionOptions())
    assert await gateway.resources.configuration_set("receipts") == replace(EVERY_MEMBER, suppression=None)


async def test_configuration_sets_come_in_pages(side: Side) -> None:
    names = [f"set-{number:03}" for number in range(105)]
    for name in names:
        await side.client.create_configuration_set(ConfigurationSetName=name)
    pages = [page async for page in side.gateway.resources.configuration_sets()]
    assert pages == [names[:100], names[100:]]
    found = [name async for page in side.gateway.resources.configuration_sets(name_contains="ET-10") for name in page]
    assert found == names[100:]


async def test_a_tenants_configuration_sets(side: Side) -> None:
    gateway = side.gateway
    tenant = await gateway.changes.create_tenant("acme")
    for name in ("receipts", "alerts", "not-ours"):
        await gateway.changes.create_configuration_set(ConfigurationSet(name))
    assert await gateway.resources.tenant_configuration_sets("acme") == ()
    if side.name == "ministack":
        await side.client.create_email_identity(EmailIdentity="corp.com")
    prefix = tenant.arn.rpartition(":")[0]
    await side.client.create_tenant_resource_association(TenantName="acme", ResourceArn=f"{prefix}:identity/corp.com")
    for name in ("receipts", "alerts"):
        await gateway.changes.associate("acme", name)
    assert await gateway.resources.tenant_configuration_sets("acme") == ("alerts", "receipts")
    answer = await side.client.list_resource_tenants(ResourceArn=f"{prefix}:configuration-set/receipts")
    assert [(row["TenantName"], row["TenantId"]) for row in answer["ResourceTenants"]] == [("acme", tenant.tenant_id)]
    await gateway.changes.dissociate("acme", "receipts")
    assert await gateway.resources.tenant_configuration_sets("acme") == ("alerts",)
    assert await gateway.resources.configuration_set_tenants("receipts") == ()


async def test_a_configuration_sets_tenants_come_in_pages(side: Side) -> None:
    names = [f"tenant-{number:03}" for number in range(105)]
    await side.gateway.changes.create_configuration_set(ConfigurationSet("shared"))
    await asyncio.gather(*(side.gateway.changes.create_tenant(name) for name in reversed(names)))
    await asyncio.gather(*(side.gateway.changes.associate(name, "shared") for name in reversed(names)))
    assert list(await side.gateway.resources.configuration_set_tenants("shared")) == names


async def test_who_asks(side: Side) -> None:
    connection = await side.gateway.identify()
    assert connection.account is not None
    assert len(connection.account) == 12
    assert connection.arn is not None
    assert f":{connection.account}:" in connection.arn
    tenant = await side.gateway.changes.create_tenant("acme")
    assert tenant.arn.split(":")[4] == connection.account


async def _associated_twice(gateway: Gateway) -> None:
    await gateway.changes.associate("acme", "receipts")
    await gateway.changes.associate("acme", "receipts")


MISSING = SuppressionOptions(reasons=BOTH)
REFUSALS: dict[str, tuple[Callable[[Gateway], Awaitable[object]], type[ServiceError]]] = {
    "get of a missing tenant": (lambda ses: ses.resources.tenant("nobody"), TenantNotFound),
    "put on a missing tenant": (
        lambda ses: ses.changes.put_tenant_suppression_attributes("nobody", TENANT_BOTH),
        TenantNotFound,
    ),
    "sets of a missing tenant": (lambda ses: ses.resources.tenant_configuration_sets("nobody"), TenantNotFound),
    "get of a missing set": (lambda ses: ses.resources.configuration_set("nothing"), NotFound),
    "put on a missing set": (
        lambda ses: ses.changes.put_configuration_set_suppression_options("nothing", MISSING),
        NotFound,
    ),
    "an association of a missing tenant": (lambda ses: ses.changes.associate("nobody", "receipts"), TenantNotFound),
    "an association with a missing set": (lambda ses: ses.changes.associate("acme", "nothing"), NotFound),
    "tenants of a missing set": (lambda ses: ses.resources.configuration_set_tenants("nothing"), NotFound),
    "an association twice": (_associated_twice, AlreadyExists),
    "a tenant twice": (lambda ses: ses.changes.create_tenant("acme"), AlreadyExists),
    "a set twice": (lambda ses: ses.changes.create_configuration_set(ConfigurationSet("receipts")), AlreadyExists),
    "a tenant's bad name": (lambda ses: ses.changes.create_tenant("not a name"), BadRequest),
}


@pytest.mark.parametrize("what", REFUSALS)
async def test_a_refusal_is_translated(side: Side, what: str) -> None:
    await side.gateway.changes.create_tenant("acme")
    await side.gateway.changes.create_configuration_set(ConfigurationSet("receipts"))
    ask, kind = REFUSALS[what]
    with pytest.raises(ServiceError) as refused:
        await ask(side.gateway)
    assert type(refused.value) is kind
    assert refused.value.message


HALVES: dict[str, tuple[dict[str, Any], str]] = {
    "scope alone": (
        {"SuppressionScope": "TENANT"},
        "SuppressionScope cannot be specified without SuppressedReasons.",
    ),
    "reasons alone": (
        {"SuppressedReasons": ["BOUNCE"]},
        "SuppressedReasons cannot be specified without SuppressionScope.",
    ),
    "no reasons alone": (
        {"SuppressedReasons": []},
        "SuppressionScope is required when SuppressedReasons are provided. Valid values are: TENANT, ACCOUNT",
    ),
    "a reason that is none": (
        {"SuppressedReasons": ["SPAM"], "SuppressionScope": "TENANT"},
        "1 validation error detected: Value at 'suppressedReasons' failed to satisfy constraint: Member must satisfy "
        "constraint: [Member must satisfy enum value set: [BOUNCE, COMPLAINT]]",
    ),
}


@pytest.mark.parametrize("what", HALVES)
async def test_wrong_settings_of_a_tenant_are_refused_in_the_same_words(side: Side, what: str) -> None:
    await side.gateway.changes.create_tenant("acme")
    parameters, message = HALVES[what]
    with pytest.raises(ClientError) as refused:
        await side.client.put_tenant_suppression_attributes(TenantName="acme", **parameters)
    error = refused.value.response["Error"]
    assert (error["Code"], error["Message"]) == ("BadRequestException", message)


# What follows is where they differ.

Ask = Callable[[Side], Awaitable[object]]


@dataclass(frozen=True)
class Difference:
    """One question, both answers, and why ours stays."""

    ask: Ask
    ministack: object
    emulator: object
    why: str


async def _outcome(call: Awaitable[Any]) -> str:
    """`done`, or the kind of the refusal."""
    try:
        await call
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    except ServiceError as error:
        return error.code
    return "done"


async def _scope_of_a_set(side: Side) -> object:
    options = SuppressionOptions(scope=SuppressionScope.TENANT, reasons=(Reason.BOUNCE,))
    await side.gateway.changes.create_configuration_set(ConfigurationSet("receipts", suppression=options))
    return (await side.gateway.resources.configuration_set("receipts")).suppression


async def _scope_put_on_a_set(side: Side) -> object:
    await side.gateway.changes.create_configuration_set(ConfigurationSet("receipts"))
    await side.gateway.changes.put_configuration_set_suppression_options(
        "receipts", SuppressionOptions(scope=SuppressionScope.ACCOUNT)
    )
    return (await side.gateway.resources.configuration_set("receipts")).suppression


async def _last_fresh_start(side: Side) -> object:
    reputation = ReputationOptions(metrics_enabled=True, last_fresh_start=1_790_000_000.0)
    await side.gateway.changes.create_configuration_set(ConfigurationSet("receipts", reputation=reputation))
    return (await side.gateway.resources.configuration_set("receipts")).reputation


async def _options_nobody_set(side: Side) -> object:
    await side.gateway.changes.create_configuration_set(ConfigurationSet("bare"))
    bare = await side.gateway.resources.configuration_set("bare")
    return bare.sending_enabled, bare.reputation


async def _reasons_of_the_account(side: Side) -> object:
    await side.gateway.changes.put_account_suppression_attributes((Reason.COMPLAINT,), None)
    return (await side.gateway.resources.account()).suppressed_reasons


async def _a_put_entry(side: Side) -> object:
    return await _outcome(side.gateway.put_suppressed_destination(SuppressionList(), "a@corp.com", Reason.BOUNCE))


async def _a_list_after_a_put(side: Side) -> object:
    with contextlib.suppress(ServiceError):
        await side.gateway.put_suppressed_destination(SuppressionList(), "a@corp.com", Reason.BOUNCE)
    page = await side.gateway.suppressed_destinations(SuppressionList())
    return [row.address for row in page.entries]


async def _a_list_of_nobody(side: Side) -> object:
    return await _outcome(side.gateway.suppressed_destinations(SuppressionList("nobody")))


async def _a_page_of_101(side: Side) -> object:
    return await _outcome(side.client.list_tenants(PageSize=101))


async def _a_reason_twice(side: Side) -> object:
    await side.gateway.changes.create_tenant("acme")
    return await _outcome(
        side.gateway.changes.put_tenant_suppression_attributes(
            "acme", TenantSuppression(SuppressionScope.TENANT, (Reason.BOUNCE, Reason.BOUNCE))
        )
    )


async def _a_name_of_65(side: Side) -> object:
    return await _outcome(side.gateway.changes.create_tenant("x" * 65))


async def _a_sets_bad_name(side: Side) -> object:
    return await _outcome(side.client.create_configuration_set(ConfigurationSetName="not a name"))


async def _no_attributes_at_creation(side: Side) -> object:
    return await _outcome(side.client.create_tenant(TenantName="acme", SuppressionAttributes={}))


async def _an_end_of_a_set_in_use(side: Side) -> object:
    await side.gateway.changes.create_tenant("acme")
    await side.gateway.changes.create_configuration_set(ConfigurationSet("receipts"))
    await side.gateway.changes.associate("acme", "receipts")
    return await _outcome(side.client.delete_configuration_set(ConfigurationSetName="receipts"))


async def _an_end_of_no_set(side: Side) -> object:
    return await _outcome(side.client.delete_configuration_set(ConfigurationSetName="nothing"))


async def _an_identity_nobody_made(side: Side) -> object:
    tenant = await side.gateway.changes.create_tenant("acme")
    arn = f"{tenant.arn.rpartition(':')[0]}:identity/corp.com"
    return await _outcome(side.client.create_tenant_resource_association(TenantName="acme", ResourceArn=arn))


async def _an_association_that_is_not_there(side: Side) -> object:
    await side.gateway.changes.create_tenant("acme")
    await side.gateway.changes.create_configuration_set(ConfigurationSet("receipts"))
    return await _outcome(side.gateway.changes.dissociate("acme", "receipts"))


async def _a_token_that_is_none(side: Side) -> object:
    try:
        await side.client.list_tenants(NextToken="made-up")
    except ClientError as error:
        return error.response["Error"]["Message"]
    return "done"


async def _a_scope_that_is_none(side: Side) -> object:
    parameters = {"SuppressedReasons": ["BOUNCE"], "SuppressionScope": "REGION"}
    with pytest.raises(ClientError) as refused:
        await side.client.put_tenant_suppression_attributes(TenantName="acme", **parameters)
    return refused.value.response["Error"]["Message"].partition("Member must ")[2]


DIFFERENCES = {
    "the words for a scope that is none": Difference(
        _a_scope_that_is_none,
        "satisfy enum value set: [TENANT, ACCOUNT]",
        "satisfy enum value set: [ACCOUNT, TENANT]",
        "ours is the service model's order; nobody reads it",
    ),
    "a configuration set's scope at creation": Difference(
        _scope_of_a_set,
        SuppressionOptions(reasons=(Reason.BOUNCE,)),
        SuppressionOptions(SuppressionScope.TENANT, (Reason.BOUNCE,)),
        "ministack drops SuppressionScope; the API change this product is made for has it",
    ),
    "a configuration set's scope alone by a put": Difference(
        _scope_put_on_a_set,
        None,
        SuppressionOptions(SuppressionScope.ACCOUNT),
        "ministack drops SuppressionScope; a set may override the scope only",
    ),
    "LastFreshStart at creation": Difference(
        _last_fresh_start,
        ReputationOptions(True),
        ReputationOptions(True, 1_790_000_000.0),
        "ministack keeps only its own; the service model lets CreateConfigurationSet take it, so we give it back",
    ),
    "groups that nobody set": Difference(
        _options_nobody_set,
        (True, ReputationOptions(True)),
        (None, None),
        "ministack fills defaults in; AWS documents none, and the gateway reads absent as not told",
    ),
    "the account's reasons after a put": Difference(
        _reasons_of_the_account, (), (Reason.COMPLAINT,), "ministack's put does nothing and its answer is always []"
    ),
    "a put of an entry": Difference(
        _a_put_entry, "NotFoundException", "done", "ministack has no put, get and delete of entries at all"
    ),
    "a list after a put": Difference(
        _a_list_after_a_put, [], ["a@corp.com"], "ministack's suppression list is always empty"
    ),
    "the list of a tenant that is not there": Difference(
        _a_list_of_nobody, "done", "NotFoundException", "ministack ignores TenantName; a probe of AWS saw a 404"
    ),
    "a page larger than 100": Difference(
        _a_page_of_101, "BadRequestException", "done", "ministack's bound is its own; the model has none"
    ),
    "a reason twice": Difference(
        _a_reason_twice, "done", "BadRequestException", "a probe of AWS saw it refused; ministack takes it"
    ),
    "a tenant's name of 65 characters": Difference(
        _a_name_of_65, "done", "BadRequestException", "the limit is 64 by the Developer Guide; ministack counts not"
    ),
    "a configuration set's bad name": Difference(
        _a_sets_bad_name, "done", "BadRequestException", "the API reference names the characters and at most 64"
    ),
    "no attributes at creation": Difference(
        _no_attributes_at_creation,
        "BadRequestException",
        "done",
        "sources differ: ministack finds two nulls, floci takes it for none. sestui never sends it",
    ),
    "the end of a configuration set in use": Difference(
        _an_end_of_a_set_in_use,
        "BadRequestException",
        "done",
        "not documented by AWS; sestui deletes no configuration sets",
    ),
    "the end of a configuration set that is not there": Difference(
        _an_end_of_no_set, "done", "NotFoundException", "the model lists NotFoundException for it"
    ),
    "an identity that nobody made": Difference(
        _an_identity_nobody_made,
        "NotFoundException",
        "done",
        "our emulator knows tenants, sets and lists only: identities are taken as given",
    ),
    "the end of an association that is not there": Difference(
        _an_association_that_is_not_there, "done", "NotFoundException", "the model lists NotFoundException for it"
    ),
    "a token that is none": Difference(
        _a_token_that_is_none,
        "Invalid NextToken: made-up",
        "Invalid Next Token",
        "a probe of AWS saw these words (floci); the code is BadRequestException in both",
    ),
}


@pytest.mark.parametrize("what", DIFFERENCES)
async def test_a_known_difference(open_side: OpenSide, what: str) -> None:
    difference = DIFFERENCES[what]
    theirs = await difference.ask(await open_side("ministack"))
    ours = await difference.ask(await open_side("emulator"))
    assert ours == difference.emulator, difference.why
    assert theirs == difference.ministack, "ministack has changed its mind: is it still a difference?"
