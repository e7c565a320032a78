"""The gateway against the emulator: every member goes there and back, every fault is met or told."""

import asyncio
from collections.abc import AsyncIterator
from typing import TypeVar

import pytest

from sestui.domain import errors
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
from sestui.domain.suppression import Reason, SuppressedDestinationSummary, SuppressionList, SuppressionScope
from sestui.emulator import Conditions, Emulator, Rate, World
from sestui.sesv2.gateway import Gateway
from tests.serving import NOON, faults, operations, quirks, serving
from tests.virtual_time import run

BOUNCE, COMPLAINT = Reason.BOUNCE, Reason.COMPLAINT
ACCOUNT, ACME = SuppressionList(), SuppressionList("acme")
T = TypeVar("T")

EVERY_MEMBER = ConfigurationSet(
    "receipts",
    tracking=TrackingOptions("click.corp.com", "REQUIRE"),
    delivery=DeliveryOptions("REQUIRE", "dedicated", 14_400),
    reputation=ReputationOptions(True, 1_795_000_000.0),
    sending_enabled=False,
    tags=(Tag("owner", "payments"), Tag("plan", "")),
    suppression=SuppressionOptions(SuppressionScope.TENANT, (), Validation(True, ConfidenceThreshold.HIGH)),
    vdm=VdmOptions("ENABLED", "DISABLED"),
    archive_arn="arn:aws:ses:us-east-1:123456789012:mailmanager-archive/a-abcdefghij0123456789abcdef",
)
SUPPRESSIONS = [
    None,
    TenantSuppression(SuppressionScope.TENANT, ()),
    TenantSuppression(SuppressionScope.ACCOUNT, (BOUNCE,)),
    TenantSuppression(SuppressionScope.TENANT, (BOUNCE, COMPLAINT)),
]
OPTIONS = [
    SuppressionOptions(SuppressionScope.ACCOUNT, (BOUNCE,), Validation(False)),
    SuppressionOptions(reasons=()),
    SuppressionOptions(scope=SuppressionScope.TENANT),
    SuppressionOptions(validation=Validation(True, ConfidenceThreshold.MANAGED)),
]


async def joined(pages: AsyncIterator[list[T]]) -> list[T]:
    return [row async for page in pages for row in page]


# Settings


async def test_an_account_as_it_begins(gateway: Gateway) -> None:
    account = await gateway.resources.account()
    assert account.suppressed_reasons == (BOUNCE, COMPLAINT)
    assert (account.validation, account.stop) == (None, None)
    assert account.production_access


async def test_a_configuration_set_comes_back_member_by_member(gateway: Gateway) -> None:
    await gateway.changes.create_configuration_set(EVERY_MEMBER)
    assert await gateway.resources.configuration_set("receipts") == EVERY_MEMBER


async def test_a_bare_configuration_set_has_no_member_but_its_name(emulator: Emulator, gateway: Gateway) -> None:
    await gateway.changes.create_configuration_set(ConfigurationSet("bare"))
    assert emulator.requests[-1].parameters == {"ConfigurationSetName": "bare"}
    assert await gateway.resources.configuration_set("bare") == ConfigurationSet("bare")


async def test_a_tenant_comes_back_member_by_member(gateway: Gateway) -> None:
    tags = (Tag("owner", "growth"), Tag("plan", ""))
    for number, suppression in enumerate(SUPPRESSIONS):
        made = await gateway.changes.create_tenant(f"acme-{number}", tags=tags, suppression=suppression)
        assert (made.name, made.tags, made.suppression) == (f"acme-{number}", tags, suppression)
        assert made.arn.endswith(f":tenant/acme-{number}/{made.tenant_id}")
        assert made.sending_status is SendingStatus.ENABLED
        assert await gateway.resources.tenant(made.name) == made


async def test_a_tenants_pair_is_set_changed_and_cleared(gateway: Gateway) -> None:
    await gateway.changes.create_tenant("acme")
    for suppression in (*SUPPRESSIONS, None):
        await gateway.changes.put_tenant_suppression_attributes("acme", suppression)
        assert (await gateway.resources.tenant("acme")).suppression == suppression


async def test_a_configuration_sets_options_are_replaced_whole(gateway: Gateway) -> None:
    await gateway.changes.create_configuration_set(EVERY_MEMBER)
    for options in OPTIONS:
        await gateway.changes.put_configuration_set_suppression_options("receipts", options)
        found = await gateway.resources.configuration_set("receipts")
        assert found.suppression == options
        assert found.tracking == EVERY_MEMBER.tracking
    await gateway.changes.put_configuration_set_suppression_options("receipts", SuppressionOptions())
    assert (await gateway.resources.configuration_set("receipts")).suppression in (None, SuppressionOptions())


async def test_whole_options_are_kept_whatever_an_omitted_member_means(emulator: Emulator, gateway: Gateway) -> None:
    emulator.conditions = quirks("omitted-put-member=keep")
    await gateway.changes.create_configuration_set(EVERY_MEMBER)
    options = SuppressionOptions(SuppressionScope.ACCOUNT, (), Validation(False, ConfidenceThreshold.MEDIUM))
    await gateway.changes.put_configuration_set_suppression_options("receipts", options)
    assert (await gateway.resources.configuration_set("receipts")).suppression == options


# Paging and filters


async def test_tenants_and_sets_come_in_pages_and_by_name() -> None:
    async with serving(World(tenants=230, configuration_sets=260, addresses=0, tenant_addresses=0)) as (emulator, ses):
        tenants = await joined(ses.resources.tenants())
        assert len({tenant.name for tenant in tenants}) == len(tenants) == 230
        assert {tenant.sending_status for tenant in tenants} == set(SendingStatus)
        sets = await joined(ses.resources.configuration_sets())
        assert len(set(sets)) == len(sets) == 260
        assert operations(emulator).count("ListTenants") == operations(emulator).count("ListConfigurationSets") == 3

        acme = [tenant.name for tenant in tenants if "acme" in tenant.name]
        assert acme
        assert [tenant.name for tenant in await joined(ses.resources.tenants(name_contains="acme"))] == acme
        assert await joined(ses.resources.configuration_sets(name_contains="RETAIL")) == [
            it for it in sets if "retail" in it
        ]


@pytest.mark.parametrize("spelling", ["enum", "arn"])
async def test_a_tenants_sets_are_found_however_resource_types_are_spelt(spelling: str) -> None:
    async with serving(World(tenants=3, configuration_sets=6, addresses=0, tenant_addresses=0)) as (emulator, ses):
        emulator.conditions = quirks(f"resource-type={spelling}")
        assert await ses.resources.tenant_configuration_sets("acme-retail") == ("retail-marketing", "retail-receipts")


async def test_an_option_group_without_a_type_arrives_raw() -> None:
    async with serving(World(tenants=1, configuration_sets=12, addresses=0, tenant_addresses=0)) as (_, ses):
        sets = [
            await ses.resources.configuration_set(name) for name in await joined(ses.resources.configuration_sets())
        ]
    raw = [one.unknown for one in sets if one.unknown]
    assert raw == [(("MessageSecurityOptions", '{"SigningScheme": {"SmimeScheme": {"SignatureFormat": "DETACHED"}}}'),)]


# Entries


async def test_an_entry_is_put_got_replaced_and_deleted(gateway: Gateway) -> None:
    await gateway.changes.create_tenant("acme")
    for which in (ACCOUNT, ACME):
        await gateway.put_suppressed_destination(which, "Alice+x@CORP.com", BOUNCE)
        await gateway.put_suppressed_destination(which, "Alice+x@corp.com", COMPLAINT)
        found = await gateway.suppressed_destination(which, "Alice+x@corp.COM")
        assert (found.address, found.reason, found.tenant_name) == ("Alice+x@corp.com", COMPLAINT, which.tenant_name)
        assert (found.message_id, found.feedback_id) == (None, None)
        assert (await gateway.suppressed_destinations(which)).entries == [found.summary]
        with pytest.raises(errors.NotFound):
            await gateway.suppressed_destination(which, "alice+x@corp.com")
        await gateway.delete_suppressed_destination(which, "Alice+x@corp.com")
        with pytest.raises(errors.NotFound, match="does not exist on your"):
            await gateway.delete_suppressed_destination(which, "Alice+x@corp.com")


@pytest.mark.parametrize(
    "address",
    ["sales/emea@corp.com", '"a b/c"@corp.com', "x?y=z&a#b@corp.com", "a%2Fb@corp.com", "jürgen@münchen.de"],
)
async def test_an_address_survives_the_url(gateway: Gateway, address: str) -> None:
    await gateway.put_suppressed_destination(ACCOUNT, address, BOUNCE)
    assert (await gateway.suppressed_destination(ACCOUNT, address)).address == address
    await gateway.delete_suppressed_destination(ACCOUNT, address)
    assert not (await gateway.suppressed_destinations(ACCOUNT)).entries


async def test_an_entry_that_mail_made_tells_its_message() -> None:
    async with serving(World(tenants=0, configuration_sets=0, addresses=200, tenant_addresses=0)) as (_, gateway):
        page = await gateway.suppressed_destinations(ACCOUNT)
        found = [await gateway.suppressed_destination(ACCOUNT, row.address) for row in page.entries]
    assert [it.summary for it in found] == page.entries
    assert any(it.message_id and it.feedback_id for it in found)


async def test_a_list_comes_in_pages_that_join_to_the_whole() -> None:
    async with serving(World(tenants=2, configuration_sets=0, addresses=2500, tenant_addresses=40)) as (_, gateway):
        rows: list[SuppressedDestinationSummary] = []
        token, sizes = None, []
        while True:
            page = await gateway.suppressed_destinations(ACCOUNT, next_token=token)
            rows += page.entries
            sizes.append(len(page.entries))
            if (token := page.next_token) is None:
                break
        assert sizes == [1000, 1000, 500]
        assert len({row.address for row in rows}) == 2500
        assert isinstance(rows[0].last_update, float)

        small = await gateway.suppressed_destinations(ACCOUNT, page_size=7)
        assert small.entries == rows[:7]
        only = await gateway.suppressed_destinations(ACCOUNT, reasons=(COMPLAINT,))
        assert only.entries == [row for row in rows if row.reason is COMPLAINT][:1000]
        both = await gateway.suppressed_destinations(ACCOUNT, reasons=(BOUNCE, COMPLAINT))
        assert both.entries == rows[:1000]


@pytest.mark.parametrize(("bounds", "within"), [("inclusive", slice(1, 4)), ("exclusive", slice(2, 3))])
def test_a_window_of_time(bounds: str, within: slice) -> None:
    async def test() -> None:
        async with serving() as (emulator, gateway):
            for number in range(5):
                await gateway.put_suppressed_destination(ACCOUNT, f"a{number}@corp.com", BOUNCE)
                await asyncio.sleep(60)
            emulator.conditions = quirks(f"date-bounds={bounds}")
            rows = (await gateway.suppressed_destinations(ACCOUNT)).entries
            assert [round(row.last_update - NOON) for row in rows] == [0, 60, 120, 180, 240]
            start, end = rows[1].last_update, rows[3].last_update
            found = await gateway.suppressed_destinations(ACCOUNT, start=start, end=end)
            assert found.entries == rows[within]
            assert (await gateway.suppressed_destinations(ACCOUNT, start=end + 1)).entries == rows[4:]
            assert (await gateway.suppressed_destinations(ACCOUNT, end=start - 1)).entries == rows[:1]

    run(test())


async def test_a_token_that_is_none_of_ses_is_told(gateway: Gateway) -> None:
    with pytest.raises(errors.InvalidNextToken, match="refresh"):
        await gateway.suppressed_destinations(ACCOUNT, next_token="AYADnonsense")


# What SES refuses


async def test_what_is_not_there_and_what_is_there_already(gateway: Gateway) -> None:
    with pytest.raises(errors.TenantNotFound, match="acme"):
        await gateway.resources.tenant("acme")
    with pytest.raises(errors.TenantNotFound):
        await gateway.suppressed_destinations(ACME)
    with pytest.raises(errors.TenantNotFound):
        await gateway.put_suppressed_destination(ACME, "a@corp.com", BOUNCE)
    with pytest.raises(errors.NotFound, match="receipts"):
        await gateway.resources.configuration_set("receipts")
    await gateway.changes.create_tenant("acme")
    await gateway.changes.create_configuration_set(ConfigurationSet("receipts"))
    with pytest.raises(errors.AlreadyExists):
        await gateway.changes.create_tenant("acme")
    with pytest.raises(errors.AlreadyExists):
        await gateway.changes.create_configuration_set(ConfigurationSet("receipts"))
    with pytest.raises(errors.BadRequest, match="name"):
        await gateway.changes.create_tenant("acme retail")


async def test_a_sandbox_takes_no_entries() -> None:
    async with serving(World(tenants=0, configuration_sets=0, addresses=0, tenant_addresses=0, sandbox=True)) as (
        _,
        ses,
    ):
        assert not (await ses.resources.account()).production_access
        with pytest.raises(errors.BadRequest, match="sandbox"):
            await ses.put_suppressed_destination(ACCOUNT, "a@corp.com", BOUNCE)


@pytest.mark.parametrize(
    ("kind", "error", "calls"),
    [
        ("throttle", errors.Throttled, 12),
        ("500", errors.ServiceFault, 4),
        ("503", errors.ServiceFault, 4),
        ("reset-before", errors.Unreachable, 4),
        ("reset-after", errors.Unreachable, 4),
        ("timeout", errors.Unreachable, 4),
        ("expired-credentials", errors.CredentialsRefused, 1),
        ("access-denied", errors.AccessDenied, 1),
    ],
)
def test_a_fault_that_does_not_end_is_tried_again_where_that_helps_and_then_told(
    kind: str, error: type[errors.SestuiError], calls: int
) -> None:
    async def test() -> None:
        async with serving(conditions=faults(f"{kind}=1")) as (emulator, gateway):
            with pytest.raises(errors.SestuiError) as caught:
                await gateway.resources.account()
            assert type(caught.value) is error
            assert len(emulator.requests) == calls

    run(test())


@pytest.mark.parametrize("kind", ["throttle", "500", "503", "reset-before", "reset-after", "timeout"])
def test_a_fault_that_comes_now_and_then_is_not_seen(kind: str) -> None:
    async def test() -> None:
        async with serving(conditions=faults(f"{kind}=0.3")) as (emulator, gateway):
            for number in range(12):
                await gateway.put_suppressed_destination(ACCOUNT, f"a{number}@corp.com", BOUNCE)
            emulator.conditions = Conditions()
            assert len((await gateway.suppressed_destinations(ACCOUNT)).entries) == 12
            assert {request.error for request in emulator.requests} > {None}

    run(test())


@pytest.mark.parametrize(
    ("kind", "error", "made"),
    [
        ("500", errors.ServiceFault, False),
        ("reset-before", errors.Unreachable, False),
        ("reset-after", errors.Unreachable, True),
        ("timeout", errors.Unreachable, False),
    ],
)
def test_what_may_not_be_repeated_is_asked_once(kind: str, error: type[errors.SestuiError], made: bool) -> None:
    async def test() -> None:
        async with serving(conditions=faults(f"{kind}=1")) as (emulator, gateway):
            with pytest.raises(error):
                await gateway.changes.create_tenant("acme")
            with pytest.raises(error):
                await gateway.changes.create_configuration_set(ConfigurationSet("receipts"))
            assert operations(emulator) == ["CreateTenant", "CreateConfigurationSet"]
            emulator.conditions = Conditions()
            assert [tenant.name for tenant in await joined(gateway.resources.tenants())] == ["acme"] * made
            assert await joined(gateway.resources.configuration_sets()) == ["receipts"] * made

    run(test())


def test_a_throttled_create_was_not_done_and_is_asked_again() -> None:
    async def test() -> None:
        async with serving(conditions=Conditions(rates=(Rate(1),))) as (emulator, gateway):
            await gateway.resources.account()
            assert (await gateway.changes.create_tenant("acme")).name == "acme"
            *refused, done = [request.status for request in emulator.requests if request.operation == "CreateTenant"]
            assert (set(refused), done) == ({429}, 200)

    run(test())


async def until_refused(gateway: Gateway) -> None:
    for _ in range(20):
        await gateway.delete_suppressed_destination(ACCOUNT, "a@corp.com")
        await gateway.put_suppressed_destination(ACCOUNT, "a@corp.com", BOUNCE)


@pytest.mark.parametrize("spelling", ["TooManyRequestsException", "ThrottlingException", "Throttling"])
def test_throttling_is_known_however_it_is_spelt(spelling: str) -> None:
    async def test() -> None:
        spelt = quirks(f"throttling-error={spelling}").quirks
        async with serving(conditions=Conditions(rates=(Rate(1),), quirks=spelt)) as (emulator, gateway):
            for _ in range(5):
                await gateway.resources.account()
            assert spelling in {request.error for request in emulator.requests}

    run(test())


@pytest.mark.parametrize("kind", ["throttle", "reset-after"])
async def test_a_change_can_be_recalled_before_each_try(emulator: Emulator, gateway: Gateway, kind: str) -> None:
    emulator.conditions = faults(f"{kind}=1")
    answers = iter((False, False, True))
    with pytest.raises(errors.Recalled) as caught:
        await gateway.delete_suppressed_destination(ACCOUNT, "a@corp.com", recalled=lambda: next(answers))
    assert operations(emulator) == ["DeleteSuppressedDestination"] * 2
    assert (caught.value.attempts, caught.value.unanswered) == (2, 0 if kind == "throttle" else 2)


async def test_a_lost_answer_to_a_delete_shows_as_not_there(emulator: Emulator, gateway: Gateway) -> None:
    await gateway.put_suppressed_destination(ACCOUNT, "a@corp.com", BOUNCE)
    emulator.conditions = faults("reset-after@DeleteSuppressedDestination=0.5")
    with pytest.raises(errors.NotFound):
        await until_refused(gateway)


async def test_what_botocore_will_not_send_is_a_usage_error(emulator: Emulator, gateway: Gateway) -> None:
    with pytest.raises(errors.UsageError, match="GetTenant"):
        await gateway.resources.tenant(None)  # type: ignore[arg-type]
    assert not emulator.requests


def test_calls_of_one_list_go_at_once_and_within_the_rate() -> None:
    async def test() -> None:
        async with serving(conditions=Conditions(rates=(Rate(2),))) as (emulator, gateway):
            async with asyncio.TaskGroup() as group:
                for number in range(60):
                    put = gateway.put_suppressed_destination(ACCOUNT, f"a{number}@corp.com", BOUNCE)
                    group.create_task(put)
            emulator.conditions = Conditions()
            assert len((await gateway.suppressed_destinations(ACCOUNT)).entries) == 60
            assert gateway.pacer.learned.keys() == {"PutSuppressedDestination"}

    run(test())
