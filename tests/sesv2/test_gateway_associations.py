"""The account's settings, and who sends through which configuration set: written and read by the gateway."""

import asyncio

import pytest

from sestui.domain import errors
from sestui.domain.settings import ConfidenceThreshold, ConfigurationSet, Validation
from sestui.domain.suppression import Connection, Reason
from sestui.emulator import Conditions, Emulator, World
from sestui.sesv2.gateway import Gateway
from sestui.sesv2.session import open_gateway
from tests.serving import faults, operations, quirks, serving
from tests.virtual_time import run

BOUNCE, COMPLAINT = Reason.BOUNCE, Reason.COMPLAINT
VALIDATIONS = [None, Validation(False), Validation(True), Validation(True, ConfidenceThreshold.MANAGED)]


@pytest.mark.parametrize("validation", VALIDATIONS)
@pytest.mark.parametrize("reasons", [(), (BOUNCE,), (COMPLAINT,), (BOUNCE, COMPLAINT)])
async def test_an_accounts_settings_are_replaced_whole(
    gateway: Gateway, reasons: tuple[Reason, ...], validation: Validation | None
) -> None:
    before = Validation(True, ConfidenceThreshold.HIGH)
    await gateway.changes.put_account_suppression_attributes((BOUNCE,), before)
    await gateway.changes.put_account_suppression_attributes(reasons, validation)
    account = await gateway.resources.account()
    assert (account.suppressed_reasons, account.validation) == (reasons, validation)


async def test_no_reasons_are_sent_as_an_empty_list_and_never_left_out(emulator: Emulator, gateway: Gateway) -> None:
    emulator.conditions = quirks("omitted-put-member=keep")
    await gateway.changes.put_account_suppression_attributes((), Validation(False))
    account = await gateway.resources.account()
    assert (account.suppressed_reasons, account.validation) == ((), Validation(False))


# Associations


@pytest.fixture
async def both(gateway: Gateway) -> Gateway:
    for tenant in ("beta", "acme"):
        await gateway.changes.create_tenant(tenant)
    for name in ("receipts", "alerts"):
        await gateway.changes.create_configuration_set(ConfigurationSet(name))
    return gateway


async def test_an_association_is_seen_from_both_ends_until_it_is_ended(both: Gateway) -> None:
    assert await both.resources.configuration_set_tenants("receipts") == ()
    for tenant, name in (("beta", "receipts"), ("acme", "receipts"), ("acme", "alerts")):
        await both.changes.associate(tenant, name)
    assert await both.resources.configuration_set_tenants("receipts") == ("acme", "beta")
    assert await both.resources.tenant_configuration_sets("acme") == ("alerts", "receipts")
    await both.changes.dissociate("acme", "receipts")
    assert await both.resources.configuration_set_tenants("receipts") == ("beta",)
    assert await both.resources.tenant_configuration_sets("acme") == ("alerts",)


async def test_what_is_missing_or_there_already_is_told(both: Gateway) -> None:
    await both.changes.associate("acme", "receipts")
    with pytest.raises(errors.AlreadyExists, match="receipts"):
        await both.changes.associate("acme", "receipts")
    with pytest.raises(errors.NotFound, match="receipts"):
        await both.changes.dissociate("beta", "receipts")
    for call in (both.changes.associate, both.changes.dissociate):
        with pytest.raises(errors.TenantNotFound, match="nobody"):
            await call("nobody", "receipts")
    with pytest.raises(errors.NotFound, match="nothing"):
        await both.changes.associate("acme", "nothing")
    with pytest.raises(errors.NotFound, match="nothing"):
        await both.resources.configuration_set_tenants("nothing")
    assert await both.resources.configuration_set_tenants("receipts") == ("acme",)


async def test_a_sets_tenants_come_in_pages_that_join_to_the_whole() -> None:
    # Every second tenant has the one shared set.
    async with serving(World(tenants=210, configuration_sets=10, addresses=0, tenant_addresses=0)) as (emulator, ses):
        (shared,) = [name async for page in ses.resources.configuration_sets(name_contains="shared") for name in page]
        tenants = [it.name async for page in ses.resources.tenants() for it in page]
        found = await ses.resources.configuration_set_tenants(shared)
        assert operations(emulator).count("ListResourceTenants") == 2
        assert list(found) == [
            it for it in sorted(tenants) if shared in await ses.resources.tenant_configuration_sets(it)
        ]
        assert len(found) == 105


@pytest.mark.parametrize("region", ["us-east-1", "cn-north-1", "us-gov-west-1"])
async def test_partition_and_account_of_an_arn_are_the_callers_and_sts_is_asked_once(
    emulator: Emulator, region: str
) -> None:
    # The emulator refuses an ARN of another partition, Region or account.
    async with open_gateway(Connection(region, emulator.url)) as gateway:
        await gateway.changes.create_tenant("acme")
        await gateway.changes.create_configuration_set(ConfigurationSet("receipts"))
        await gateway.changes.associate("acme", "receipts")
        assert await gateway.resources.configuration_set_tenants("receipts") == ("acme",)
        await gateway.changes.dissociate("acme", "receipts")
    assert operations(emulator).count("GetCallerIdentity") == 1


async def test_who_asks_is_not_asked_for_again_where_it_is_known(emulator: Emulator, both: Gateway) -> None:
    await both.identify()
    emulator.requests.clear()
    await both.changes.associate("acme", "receipts")
    assert operations(emulator) == ["CreateTenantResourceAssociation"]


async def test_without_an_answer_of_sts_nothing_is_associated(emulator: Emulator, both: Gateway) -> None:
    emulator.conditions = faults("expired-credentials@GetCallerIdentity=1")
    with pytest.raises(errors.CredentialsRefused):
        await both.changes.associate("acme", "receipts")
    with pytest.raises(errors.CredentialsRefused):
        await both.resources.configuration_set_tenants("receipts")
    emulator.conditions = Conditions()
    assert await both.resources.configuration_set_tenants("receipts") == ()


@pytest.mark.parametrize(
    ("kind", "error", "done"),
    [
        ("500", errors.ServiceFault, False),
        ("reset-before", errors.Unreachable, False),
        ("reset-after", errors.Unreachable, True),
        ("timeout", errors.Unreachable, False),
    ],
)
def test_an_association_is_made_and_ended_once_only(kind: str, error: type[errors.SestuiError], done: bool) -> None:
    async def test() -> None:
        async with serving() as (emulator, gateway):
            await gateway.changes.create_tenant("acme")
            for name in ("receipts", "alerts"):
                await gateway.changes.create_configuration_set(ConfigurationSet(name))
            await gateway.changes.associate("acme", "alerts")
            emulator.requests.clear()
            emulator.conditions = faults(f"{kind}=1")
            with pytest.raises(error):
                await gateway.changes.associate("acme", "receipts")
            with pytest.raises(error):
                await gateway.changes.dissociate("acme", "alerts")
            assert operations(emulator) == ["CreateTenantResourceAssociation", "DeleteTenantResourceAssociation"]
            emulator.conditions = Conditions()
            left = ("receipts",) if done else ("alerts",)
            assert await gateway.resources.tenant_configuration_sets("acme") == left

    run(test())


async def test_associations_of_many_tenants_are_made_at_once(both: Gateway) -> None:
    names = [f"tenant-{number}" for number in range(20)]
    await asyncio.gather(*(both.changes.create_tenant(name) for name in names))
    await asyncio.gather(*(both.changes.associate(name, "receipts") for name in names))
    assert await both.resources.configuration_set_tenants("receipts") == tuple(sorted(names))
