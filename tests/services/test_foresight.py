"""What an edit does is foreseen from what is known, and reading on makes that all there is to know."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from aiobotocore.session import get_session

from sestui.domain.errors import AccessDenied
from sestui.domain.impact import Edit, Known, Send, Size, effects
from sestui.domain.priority import Priority
from sestui.domain.settings import Account, ConfigurationSet, SuppressionOptions, Tenant, TenantSuppression, Validation
from sestui.domain.suppression import Reason, SuppressionList, SuppressionScope
from sestui.emulator import Conditions, Emulator, World
from sestui.services.directory import Directory
from sestui.services.foresight import Foresight, Unread
from sestui.sesv2.gateway import Gateway
from tests.conftest import EMPTY
from tests.serving import faults, operations, serving

PERSON = Priority.PERSON
BOUNCE, COMPLAINT = Reason.BOUNCE, Reason.COMPLAINT
BOTH = (BOUNCE, COMPLAINT)
ON = Validation(True)

VARIED = World(seed=7, tenants=12, configuration_sets=24, addresses=120, tenant_addresses=60)
"""Tenants with every pair and with none, sets with every override; two of the sets are shared by several tenants."""


async def everything(gateway: Gateway) -> Known:
    tenants = [it.name async for page in gateway.resources.tenants() for it in page]
    sets = [name async for page in gateway.resources.configuration_sets() for name in page]
    return Known(
        await gateway.resources.account(),
        {name: await gateway.resources.tenant(name) for name in tenants},
        {name: await gateway.resources.configuration_set(name) for name in sets},
        {name: await gateway.resources.tenant_configuration_sets(name) for name in tenants},
    )


async def foresee(gateway: Gateway, edit: Edit) -> tuple[Directory, Foresight]:
    """Return a foresight of which nothing but the account is known."""
    directory = Directory(gateway)
    await directory.account()
    return directory, Foresight(directory, edit, PERSON, {})


async def read(foresight: Foresight) -> None:
    # What is asked for again and again must fail, not hang.
    async with asyncio.timeout(60):
        async for _ in foresight.read():
            pass


def asked(emulator: Emulator, operation: str, member: str = "TenantName") -> list[str]:
    return sorted(it.parameters[member] for it in emulator.requests if it.operation == operation)


def with_tenant(name: str, pair: TenantSuppression | None) -> Callable[[Known], Edit]:
    return lambda known: Edit(known.tenants[name], replace(known.tenants[name], suppression=pair))


def with_shared_set(**changed: Any) -> Callable[[Known], Edit]:
    def edit(known: Known) -> Edit:
        users = Counter(name for names in known.sets_of.values() for name in names)
        name, count = users.most_common(1)[0]
        assert count > 2
        before = known.sets[name]
        options = before.suppression or SuppressionOptions()
        return Edit(before, replace(before, suppression=replace(options, **changed)))

    return edit


def with_account(**changed: Any) -> Callable[[Known], Edit]:
    return lambda known: Edit(known.account, replace(known.account, **changed))


EDITS: dict[str, Callable[[Known], Edit]] = {
    "a tenant's pair is cleared": with_tenant("acme-retail", None),
    "a tenant turns to the account's list": with_tenant("acme-retail", TenantSuppression(SuppressionScope.ACCOUNT, ())),
    "a tenant turns to its own list": with_tenant("gone-ltd", TenantSuppression(SuppressionScope.TENANT, BOTH)),
    "a shared set's scope": with_shared_set(scope=SuppressionScope.TENANT),
    "a shared set's reasons": with_shared_set(reasons=()),
    "a shared set's validation": with_shared_set(validation=ON),
    "the account's reasons": with_account(suppressed_reasons=BOTH),
    "the account's validation": with_account(validation=ON),
    "all of the account": with_account(suppressed_reasons=(), validation=ON),
}


@pytest.mark.parametrize("what", EDITS)
async def test_reading_on_tells_all_that_an_edit_does_and_asks_nothing_twice(what: str) -> None:
    async with serving(VARIED) as (emulator, ses):
        known = await everything(ses)
        edit = EDITS[what](known)
        everywhere = effects(edit, known)
        assert everywhere
        directory, foresight = await foresee(ses, edit)
        emulator.requests.clear()
        assert foresight.unread
        async for _ in foresight.read():
            assert set(foresight.effects) <= set(everywhere), "what is told of what is known stays true"
        assert not foresight.unread
        assert foresight.calls == 0
        assert set(foresight.effects) == set(everywhere)
        assert len(foresight.effects) == len(everywhere)
        calls = Counter((it.operation, str(it.parameters)) for it in emulator.requests)
        assert calls.most_common(1)[0][1] == 1

        emulator.requests.clear()
        again = Foresight(directory, edit, PERSON, {})
        await read(again)
        assert again.effects == foresight.effects
        assert not emulator.requests


@pytest.mark.parametrize("what", ["a shared set's validation", "the account's validation"])
async def test_a_change_of_validation_alone_asks_about_no_tenant(what: str) -> None:
    async with serving(VARIED) as (emulator, ses):
        edit = EDITS[what](await everything(ses))
        _, foresight = await foresee(ses, edit)
        emulator.requests.clear()
        await read(foresight)
        assert foresight.effects
        assert set(operations(emulator)) <= {"ListConfigurationSets", "GetConfigurationSet"}
        assert foresight.unread.of_tenants == 0


async def test_only_tenants_that_inherit_the_accounts_reasons_are_asked_for_their_sets() -> None:
    async with serving(VARIED) as (emulator, ses):
        known = await everything(ses)
        _, foresight = await foresee(ses, EDITS["the account's reasons"](known))
        emulator.requests.clear()
        await read(foresight)
        inheriting = sorted(name for name, it in known.tenants.items() if it.suppression is None)
        assert 0 < len(inheriting) < len(known.tenants)
        assert asked(emulator, "ListTenantResources") == inheriting
        assert asked(emulator, "GetTenant") == sorted(known.tenants)
        assert "ListSuppressedDestinations" not in operations(emulator), "no list changes"


async def test_what_is_known_already_is_foreseen_without_a_call(emulator: Emulator, gateway: Gateway) -> None:
    acme = await gateway.changes.create_tenant("acme")
    await gateway.changes.create_configuration_set(ConfigurationSet("receipts"))
    await gateway.changes.associate("acme", "receipts")
    directory, foresight = await foresee(
        gateway, Edit(acme, replace(acme, suppression=TenantSuppression(SuppressionScope.ACCOUNT, (BOUNCE,))))
    )
    assert (foresight.effects, foresight.unread.more) == ([], True)
    await directory.tenant("acme", PERSON)
    await directory.tenant_configuration_sets("acme", PERSON)
    assert (foresight.effects, foresight.unread) == ([], Unread(0, 1, 1, 1, more=False))
    assert foresight.calls == 1
    await directory.configuration_set("receipts", PERSON)
    assert not foresight.unread
    (effect,) = foresight.effects
    assert effect.send == Send("acme", "receipts")
    assert effect.reasons_lost == (COMPLAINT,)
    emulator.requests.clear()
    await read(foresight)
    assert not emulator.requests


CROWD = World(tenants=600, configuration_sets=10, addresses=0, tenant_addresses=0)
"""Every second tenant sends through the one shared configuration set."""


async def test_how_much_is_not_read_is_told_before_anybody_reads_it() -> None:
    async with serving(CROWD) as (emulator, ses):
        account = await ses.resources.account()
        directory, foresight = await foresee(ses, Edit(account, replace(account, suppressed_reasons=BOTH)))
        assert (foresight.unread, foresight.calls) == (Unread(0, 0, 0, 0, more=True), 2)
        async for _ in directory.tenants("", PERSON):
            pass
        assert (foresight.unread, foresight.calls) == (Unread(600, 600, 0, 0, more=True), 601)
        async for names in directory.configuration_sets("", PERSON):
            shared = next(name for name in names if name.startswith("shared-"))
        assert (foresight.unread, foresight.calls) == (Unread(600, 600, 10, 10, more=False), 610)

        before = await ses.resources.configuration_set(shared)
        _, of_set = await foresee(ses, Edit(before, replace(before, suppression=SuppressionOptions(reasons=()))))
        assert of_set.unread == Unread(0, 0, 1, 1, more=True)
        emulator.requests.clear()
        reading = of_set.read()
        await anext(reading)
        assert operations(emulator).count("ListResourceTenants") == 3, "a hundred on a page"
        assert of_set.unread == Unread(300, 300, 0, 1, more=False)
        async for _ in reading:
            pass
        assert not of_set.unread
        assert len(set(asked(emulator, "GetTenant"))) == len(asked(emulator, "GetTenant")) == 300


# How long the lists are that are left and turned to


async def test_lists_are_measured_exactly_up_to_a_page() -> None:
    async with serving(replace(EMPTY, addresses=1001)) as (emulator, ses):
        acme = await ses.changes.create_tenant("acme")
        own, of_account = SuppressionList("acme"), SuppressionList()
        for number in range(3):
            await ses.put_suppressed_destination(own, f"a{number}@corp.com", BOUNCE)
        pair = TenantSuppression(SuppressionScope.TENANT, BOTH)
        _, foresight = await foresee(ses, Edit(acme, replace(acme, suppression=pair)))
        assert foresight.sizes == {}
        await read(foresight)
        assert foresight.sizes == {of_account: Size(1000, exact=False), own: Size(3, exact=True)}
        assert [str(foresight.sizes[it]) for it in (of_account, own)] == ["1,000+", "3"]
        assert operations(emulator).count("ListSuppressedDestinations") == 2


async def test_no_list_is_measured_where_only_reasons_change(emulator: Emulator, gateway: Gateway) -> None:
    pair = TenantSuppression(SuppressionScope.TENANT, BOTH)
    acme = await gateway.changes.create_tenant("acme", suppression=pair)
    _, foresight = await foresee(gateway, Edit(acme, replace(acme, suppression=replace(pair, reasons=()))))
    await read(foresight)
    assert len(foresight.effects) == 1
    assert "ListSuppressedDestinations" not in operations(emulator)


# What goes wrong


@pytest.mark.parametrize(
    "operation", ["ListTenants", "ListConfigurationSets", "GetTenant", "ListTenantResources", "GetConfigurationSet"]
)
async def test_a_denial_is_raised_and_what_is_known_stays(operation: str) -> None:
    async with serving(VARIED) as (emulator, ses):
        known = await everything(ses)
        edit = EDITS["the account's reasons"](known)
        directory, foresight = await foresee(ses, edit)
        acme = await directory.tenant("acme-retail", PERSON)
        emulator.conditions = faults(f"access-denied@{operation}=1")
        for _ in range(2):
            with pytest.raises(AccessDenied, match=operation):
                await read(foresight)
        assert foresight.unread
        assert directory.known is not None
        assert directory.known.tenants["acme-retail"] == acme
        assert foresight.effects, "the mail that names neither tenant nor set"

        emulator.conditions = Conditions()
        emulator.requests.clear()
        known_before = set(directory.known.tenants)
        await read(foresight)
        assert set(foresight.effects) == set(effects(edit, known))
        assert not foresight.unread
        assert known_before.isdisjoint(asked(emulator, "GetTenant"))


@pytest.fixture
async def outside(emulator: Emulator) -> AsyncIterator[Any]:
    """AWS's own client: sestui itself deletes neither tenants nor configuration sets."""
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    async with get_session().create_client("sesv2", "us-east-1", endpoint_url=emulator.url, **keys) as client:
        yield client


Delete = Callable[[Any], Awaitable[object]]
DELETIONS: dict[str, Delete] = {
    "a tenant": lambda outside: outside.delete_tenant(TenantName="acme"),
    "a configuration set": lambda outside: outside.delete_configuration_set(ConfigurationSetName="receipts"),
}
OF_WHAT: dict[str, Callable[[Account, Tenant, ConfigurationSet], Edit]] = {
    "the account": lambda account, _, __: Edit(account, replace(account, suppressed_reasons=(BOUNCE,))),
    "the tenant": lambda _, acme, __: Edit(
        acme, replace(acme, suppression=TenantSuppression(SuppressionScope.TENANT, BOTH))
    ),
    "the set": lambda _, __, receipts: Edit(
        receipts, replace(receipts, suppression=SuppressionOptions(SuppressionScope.TENANT))
    ),
}


LEFT = {
    ("the account", "a tenant"): {Send("beta", "alerts"), Send("beta", "receipts")},
    ("the account", "a configuration set"): {Send("acme", "alerts"), Send("beta", "alerts")},
    ("the tenant", "a configuration set"): {Send("acme", "alerts")},
    ("the set", "a tenant"): {Send("beta", "receipts")},
}
"""What the edit touches for sure when this was deleted."""


@pytest.mark.parametrize("names_known", [True, False], ids=["names known", "names not known"])
@pytest.mark.parametrize("deleted", DELETIONS)
@pytest.mark.parametrize("of_what", OF_WHAT)
async def test_what_is_deleted_meanwhile_ends_the_reading_all_the_same(
    gateway: Gateway, outside: Any, of_what: str, deleted: str, names_known: bool
) -> None:
    await gateway.changes.create_tenant("beta")
    acme = await gateway.changes.create_tenant("acme")
    for name in ("alerts", "receipts"):
        await gateway.changes.create_configuration_set(ConfigurationSet(name))
        for tenant in ("acme", "beta"):
            await gateway.changes.associate(tenant, name)
    edit = OF_WHAT[of_what](
        await gateway.resources.account(), acme, await gateway.resources.configuration_set("receipts")
    )
    directory, foresight = await foresee(gateway, edit)
    if names_known:
        for pages in (directory.tenants("", PERSON), directory.configuration_sets("", PERSON)):
            async for _ in pages:
                pass
        await directory.tenant_configuration_sets("acme", PERSON)
        await directory.configuration_set_tenants("receipts", PERSON)
    await DELETIONS[deleted](outside)
    await read(foresight)
    assert not foresight.unread
    assert foresight.calls == 0
    assert LEFT.get((of_what, deleted), set()) <= {it.send for it in foresight.effects}
