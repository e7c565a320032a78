"""Settings are asked for once, however many want them, and an error is not remembered."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest

from sestui.domain.errors import AccessDenied, TenantNotFound
from sestui.domain.impact import Known, Size
from sestui.domain.priority import Priority
from sestui.domain.settings import (
    Account,
    ConfigurationSet,
    SendingStatus,
    SuppressionOptions,
    Tenant,
    TenantSuppression,
)
from sestui.domain.suppression import Reason, SuppressionList, SuppressionScope
from sestui.emulator import Conditions, Emulator
from sestui.services.directory import Directory
from sestui.sesv2.gateway import Gateway
from tests.conftest import EMPTY
from tests.serving import faults, operations, serving

VISIBLE = Priority.VISIBLE
ACME = SuppressionList("acme")


@pytest.fixture
async def directory(gateway: Gateway) -> Directory:
    await gateway.changes.create_tenant("acme")
    await gateway.changes.create_configuration_set(ConfigurationSet("receipts"))
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
    await gateway.changes.put_tenant_suppression_attributes("acme", pair)
    await gateway.changes.put_configuration_set_suppression_options("receipts", SuppressionOptions(reasons=()))
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
    await gateway.changes.create_tenant("beta")
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


async def test_what_is_told_is_known_without_a_call(emulator: Emulator, directory: Directory) -> None:
    assert directory.known is None, "nothing counts as known before the account"
    account = Account((), None, True, True, "HEALTHY")
    acme = Tenant("acme", "tn-1", "arn", 0.0, SendingStatus.ENABLED)
    receipts = ConfigurationSet("receipts", suppression=SuppressionOptions(reasons=()))
    emulator.requests.clear()
    for subject in (account, acme, receipts):
        directory.tell(subject)
    assert directory.known == Known(account, {"acme": acme}, {"receipts": receipts})
    assert await directory.account() == account
    assert await directory.tenant("acme", VISIBLE) == acme
    assert await directory.configuration_set("receipts", VISIBLE) == receipts
    assert not emulator.requests


async def test_the_size_of_a_list_that_was_changed_is_asked_again(gateway: Gateway, directory: Directory) -> None:
    assert await directory.size(ACME, VISIBLE) == Size(0, exact=True)
    await gateway.put_suppressed_destination(ACME, "a@corp.com", Reason.BOUNCE)
    assert await directory.size(ACME, VISIBLE) == Size(0, exact=True)
    directory.forget_size(ACME)
    assert ACME not in directory.known_sizes
    assert await directory.size(ACME, VISIBLE) == directory.known_sizes[ACME] == Size(1, exact=True)


async def test_what_is_told_wins_over_an_answer_on_its_way(emulator: Emulator, directory: Directory) -> None:
    await directory.account()
    emulator.conditions = Conditions(latency=0.02)
    older = [asyncio.create_task(directory.tenant("acme", VISIBLE)) for _ in range(2)]
    await asyncio.sleep(0)
    newer = Tenant("acme", "tn-1", "arn", 0.0, SendingStatus.DISABLED)
    directory.tell(newer)
    assert await asyncio.gather(*older) == [newer, newer]
    assert directory.known is not None
    assert directory.known.tenants == {"acme": newer}
    assert operations(emulator).count("GetTenant") == 1, "it was on its way"


async def test_an_answer_on_its_way_is_not_remembered_once_all_is_forgotten(
    emulator: Emulator, directory: Directory
) -> None:
    emulator.conditions = Conditions(latency=0.02)
    asking = asyncio.create_task(directory.account())
    await asyncio.sleep(0)
    directory.forget()
    await asking
    assert directory.known is None
    await directory.account()
    assert operations(emulator).count("GetAccount") == 2


async def test_who_is_associated_with_whom_is_known_from_both_ends(gateway: Gateway, directory: Directory) -> None:
    await directory.account()
    assert directory.known_tenants_of("receipts") is None
    assert await directory.configuration_set_tenants("receipts", VISIBLE) == ()
    assert await directory.tenant_configuration_sets("acme", VISIBLE) == ()
    assert directory.known_tenants_of("receipts") == ()
    assert directory.known is not None
    assert directory.known.sets_of == {"acme": ()}


async def test_associations_are_forgotten_alone(emulator: Emulator, gateway: Gateway, directory: Directory) -> None:
    async def everything() -> tuple[object, ...]:
        return (
            await directory.tenant("acme", VISIBLE),
            await directory.configuration_set("receipts", VISIBLE),
            await directory.tenant_configuration_sets("acme", VISIBLE),
            await directory.configuration_set_tenants("receipts", VISIBLE),
        )

    acme, receipts, *before = await everything()
    assert before == [(), ()]
    await gateway.changes.associate("acme", "receipts")
    assert await everything() == (acme, receipts, (), ())
    emulator.requests.clear()
    directory.forget_associations()
    assert directory.known_tenants_of("receipts") is None
    assert await everything() == (acme, receipts, ("receipts",), ("acme",))
    assert sorted(operations(emulator)) == ["ListResourceTenants", "ListTenantResources"]


async def test_associations_on_their_way_are_forgotten_too(
    emulator: Emulator, gateway: Gateway, directory: Directory
) -> None:
    emulator.conditions = Conditions(latency=0.02)
    asking = asyncio.create_task(directory.tenant_configuration_sets("acme", VISIBLE))
    await asyncio.sleep(0)
    directory.forget_associations()
    await asking
    await gateway.changes.associate("acme", "receipts")
    assert await directory.tenant_configuration_sets("acme", VISIBLE) == ("receipts",)


@pytest.mark.parametrize(("entries", "size"), [(0, "0"), (1000, "1,000"), (1001, "1,000+")])
async def test_a_lists_size_is_what_its_first_page_tells(entries: int, size: str) -> None:
    async with serving(replace(EMPTY, addresses=entries)) as (emulator, ses):
        directory = Directory(ses)
        sizes = await asyncio.gather(*(directory.size(SuppressionList(), VISIBLE) for _ in range(3)))
        assert [str(it) for it in sizes] == [size] * 3
        assert operations(emulator) == ["ListSuppressedDestinations"]


# All of a kind

Follow = Callable[[Directory], AsyncIterator[list[Any]]]
ROLLS: dict[str, tuple[Follow, str]] = {
    "tenants": (lambda it: it.tenants("", VISIBLE), "ListTenants"),
    "configuration sets": (lambda it: it.configuration_sets("", VISIBLE), "ListConfigurationSets"),
}
MANY = replace(EMPTY, tenants=1000, configuration_sets=1000)
"""Ten pages of each."""


async def joined(pages: AsyncIterator[list[Any]], into: list[Any]) -> list[Any]:
    async for page in pages:
        assert page, "there is something on each page"
        into += page
    return into


@pytest.mark.parametrize("kind", ROLLS)
async def test_all_of_a_kind_are_read_once_however_many_follow(kind: str) -> None:
    follow, operation = ROLLS[kind]
    async with serving(MANY) as (emulator, ses):
        directory = Directory(ses)
        early = follow(directory)
        first = await anext(early)
        assert 0 < len(first) < 1000
        late = follow(directory)
        assert (await anext(late))[: len(first)] == first, "what is there comes at once"
        one, other, third = await asyncio.gather(
            joined(early, [*first]), joined(follow(directory), []), joined(follow(directory), [])
        )
        assert one == other == third
        assert len(one) == 1000
        assert await joined(follow(directory), []) == one
        assert operations(emulator) == [operation] * 10


async def test_the_names_that_have_come_are_known_and_whether_they_are_all() -> None:
    async with serving(MANY) as (_, ses):
        directory = Directory(ses)
        assert not any(directory.all_tenants)
        pages = directory.tenants("", VISIBLE)
        first = await anext(pages)
        come, complete = directory.all_tenants
        assert come[: len(first)] == [it.name for it in first]
        assert not complete
        every = [it.name for it in await joined(pages, first)]
        assert directory.all_tenants == (every, True)

        assert not any(directory.all_configuration_sets)
        every = await joined(directory.configuration_sets("", VISIBLE), [])
        assert directory.all_configuration_sets == (every, True)


@pytest.mark.parametrize("kind", ROLLS)
async def test_what_ends_the_reading_reaches_all_and_the_next_try_starts_anew(kind: str) -> None:
    follow, operation = ROLLS[kind]
    async with serving(MANY) as (emulator, ses):
        directory = Directory(ses)
        early, late = follow(directory), follow(directory)
        got: list[list[Any]] = [[*await anext(early)], []]
        emulator.conditions = faults(f"access-denied@{operation}=1")
        ends = await asyncio.gather(joined(early, got[0]), joined(late, got[1]), return_exceptions=True)
        assert [type(end) for end in ends] == [AccessDenied] * 2
        assert got[0] == got[1]
        assert 0 < len(got[0]) < 1000
        assert (directory.all_tenants[1], directory.all_configuration_sets[1]) == (False, False)

        emulator.conditions = Conditions()
        emulator.requests.clear()
        assert len(await joined(follow(directory), [])) == 1000
        assert operations(emulator) == [operation] * 10


async def test_all_of_a_kind_are_forgotten_too(gateway: Gateway, directory: Directory) -> None:
    assert await joined(directory.configuration_sets("", VISIBLE), []) == ["receipts"]
    await gateway.changes.create_configuration_set(ConfigurationSet("alerts"))
    assert await joined(directory.configuration_sets("", VISIBLE), []) == ["receipts"]
    directory.forget()
    assert directory.all_configuration_sets == ([], False)
    assert await joined(directory.configuration_sets("", VISIBLE), []) == ["alerts", "receipts"]


async def test_a_reader_that_leaves_does_not_take_the_pages_from_the_others() -> None:
    async with serving(MANY) as (_, ses):
        directory = Directory(ses)
        gone = asyncio.create_task(joined(directory.tenants("", VISIBLE), []))
        stays = asyncio.create_task(joined(directory.tenants("", VISIBLE), []))
        await asyncio.sleep(0)
        gone.cancel()
        assert len(await stays) == 1000
        assert gone.cancelled()
