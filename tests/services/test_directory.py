"""Settings are asked for once, however many want them, and an error is not remembered."""

import asyncio
import gc

import pytest

from sestui.domain.errors import AccessDenied, TenantNotFound
from sestui.domain.settings import ConfigurationSet, SuppressionOptions, TenantSuppression
from sestui.domain.suppression import Reason, SuppressionScope
from sestui.emulator import Conditions, Emulator
from sestui.services.directory import Directory
from sestui.sesv2.gateway import Gateway
from sestui.sesv2.pacing import Priority
from tests.serving import faults, operations

VISIBLE = Priority.VISIBLE


@pytest.fixture
async def directory(gateway: Gateway) -> Directory:
    await gateway.create_tenant("acme")
    await gateway.create_configuration_set(ConfigurationSet("receipts"))
    return Directory(gateway)


async def test_one_call_for_each_thing_however_many_ask_at_once(emulator: Emulator, directory: Directory) -> None:
    emulator.requests.clear()
    for _ in range(2):
        await asyncio.gather(
            *(directory.account() for _ in range(5)),
            *(directory.tenant("acme", VISIBLE) for _ in range(5)),
            *(directory.tenant_configuration_sets("acme", VISIBLE) for _ in range(5)),
            *(directory.configuration_set("receipts", VISIBLE) for _ in range(5)),
        )
    assert sorted(operations(emulator)) == ["GetAccount", "GetConfigurationSet", "GetTenant", "ListTenantResources"]


async def test_what_is_forgotten_is_asked_for_again(gateway: Gateway, directory: Directory) -> None:
    assert (await directory.tenant("acme", VISIBLE)).suppression is None
    assert (await directory.configuration_set("receipts", VISIBLE)).suppression is None
    pair = TenantSuppression(SuppressionScope.TENANT, (Reason.BOUNCE,))
    await gateway.put_tenant_suppression_attributes("acme", pair)
    await gateway.put_configuration_set_suppression_options("receipts", SuppressionOptions(reasons=()))
    assert (await directory.tenant("acme", VISIBLE)).suppression is None
    directory.forget()
    assert (await directory.tenant("acme", VISIBLE)).suppression == pair
    assert (await directory.configuration_set("receipts", VISIBLE)).suppression == SuppressionOptions(reasons=())


async def test_an_error_reaches_everyone_who_asked_and_is_not_remembered(
    emulator: Emulator, directory: Directory
) -> None:
    emulator.conditions = faults("access-denied@GetAccount=1")
    results = await asyncio.gather(*(directory.account() for _ in range(3)), return_exceptions=True)
    assert [type(result) for result in results] == [AccessDenied] * 3
    assert operations(emulator).count("GetAccount") == 1
    emulator.conditions = Conditions()
    assert (await directory.account()).sending_enabled


async def test_what_is_missing_now_may_be_there_later(gateway: Gateway, directory: Directory) -> None:
    with pytest.raises(TenantNotFound):
        await directory.tenant("beta", VISIBLE)
    await gateway.create_tenant("beta")
    assert (await directory.tenant("beta", VISIBLE)).name == "beta"


async def test_an_asker_that_is_cancelled_does_not_take_the_answer_from_the_others(
    emulator: Emulator, directory: Directory
) -> None:
    emulator.conditions = Conditions(latency=0.05)
    gone, stays = (asyncio.create_task(directory.account()) for _ in range(2))
    await asyncio.sleep(0)
    gone.cancel()
    assert (await stays).sending_enabled
    assert gone.cancelled()
    assert operations(emulator).count("GetAccount") == 1


async def test_an_error_that_nobody_waits_for_any_more_makes_no_noise(
    emulator: Emulator, directory: Directory, caplog: pytest.LogCaptureFixture
) -> None:
    emulator.conditions = Conditions(latency=0.02, faults=faults("access-denied=1").faults)
    others = asyncio.all_tasks()
    gone = asyncio.create_task(directory.account())
    await asyncio.sleep(0)
    asked = asyncio.all_tasks() - others
    assert len(asked) == 2, "the asker's and the one that all askers share"
    gone.cancel()
    await asyncio.wait(asked)
    directory.forget()
    del asked
    gc.collect()  # A task complains when it is collected.
    assert not caplog.records


async def test_tenants_and_sets_are_passed_on_page_by_page(directory: Directory) -> None:
    assert [[it.name for it in page] async for page in directory.tenants("ac", VISIBLE)] == [["acme"]]
    assert [page async for page in directory.configuration_sets("", VISIBLE)] == [["receipts"]]
