"""Removals and additions: each address comes to one outcome, and the list is as the outcomes say."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sestui.domain.suppression import Reason, SuppressedDestinationSummary, SuppressionList
from sestui.emulator import Conditions, Emulator, Rate, World
from sestui.services.changes import ASK_AGAIN_UP_TO, DONE, Change, Changes, Entry, Kind, Outcome, Result
from sestui.sesv2.gateway import Gateway
from tests.conftest import EMPTY
from tests.serving import faults, loop_clock, operations, serving
from tests.virtual_time import run

ACCOUNT, ACME = SuppressionList(), SuppressionList("acme")
BOUNCE, COMPLAINT = Reason.BOUNCE, Reason.COMPLAINT


async def rows(gateway: Gateway, which: SuppressionList = ACCOUNT) -> dict[str, SuppressedDestinationSummary]:
    return {row.address: row for row in (await gateway.suppressed_destinations(which)).entries}


async def filled(gateway: Gateway, addresses: Iterable[str], which: SuppressionList = ACCOUNT) -> list[Entry]:
    """Put bounces and return the plan of their removal."""
    for address in addresses:
        await gateway.put_suppressed_destination(which, address, BOUNCE)
    return removals((await rows(gateway, which)).values())


def removals(planned: Iterable[SuppressedDestinationSummary]) -> list[Entry]:
    return [Entry(row.address, row.reason, row) for row in planned]


async def carried_out(
    gateway: Gateway, kind: Kind, entries: list[Entry], which: SuppressionList = ACCOUNT
) -> tuple[Change, list[Result]]:
    change, told = Change(kind, which, entries), list[Result]()
    await Changes(gateway, loop_clock()).run(change, told.append)
    assert len(told) == len(change.results)
    return change, told


def outcomes(change: Change) -> dict[str, Outcome]:
    return {address: result.outcome for address, result in change.results.items()}


def virtually(
    test: Callable[[Emulator, Gateway], Awaitable[None]],
    world: World = EMPTY,
    conditions: Conditions = Conditions(),  # noqa: B008 - frozen
) -> None:
    async def main() -> None:
        async with serving(world, conditions) as (emulator, gateway):
            await test(emulator, gateway)

    run(main())


# Removal


async def test_what_was_planned_goes_and_nothing_else(gateway: Gateway) -> None:
    await gateway.create_tenant("acme")
    entries = await filled(gateway, [f"a{number}@corp.com" for number in range(30)], ACME)
    await filled(gateway, ["a1@corp.com", "A1@corp.com"], ACCOUNT)
    await gateway.put_suppressed_destination(ACME, "complaint@corp.com", COMPLAINT)
    change, told = await carried_out(gateway, Kind.REMOVE, entries[:20], ACME)
    assert change.counts == {Outcome.REMOVED: 20}
    assert [result.after for result in told] == [None] * 20
    assert (change.left, change.unfinished, change.remaining) == (0, [], [])
    left = {entry.address for entry in entries[20:]} | {"complaint@corp.com"}
    assert (await rows(gateway, ACME)).keys() == left
    assert (await rows(gateway, ACCOUNT)).keys() == {"a1@corp.com", "A1@corp.com"}


async def test_up_to_a_hundred_each_is_asked_about_again_before_it_goes(emulator: Emulator, gateway: Gateway) -> None:
    entries = await filled(gateway, [f"a{number}@corp.com" for number in range(ASK_AGAIN_UP_TO + 1)])
    emulator.requests.clear()
    await carried_out(gateway, Kind.REMOVE, entries[1:])
    asked = operations(emulator)
    assert asked.count("GetSuppressedDestination") == asked.count("DeleteSuppressedDestination") == ASK_AGAIN_UP_TO
    for address in {entry.address for entry in entries[1:]}:
        its = [request.operation for request in emulator.requests if request.parameters["EmailAddress"] == address]
        assert its == ["GetSuppressedDestination", "DeleteSuppressedDestination"]


async def test_above_a_hundred_the_plan_is_carried_out_as_it_is(emulator: Emulator, gateway: Gateway) -> None:
    entries = await filled(gateway, [f"a{number}@corp.com" for number in range(ASK_AGAIN_UP_TO + 1)])
    await gateway.delete_suppressed_destination(ACCOUNT, entries[0].address)
    emulator.requests.clear()
    change, _ = await carried_out(gateway, Kind.REMOVE, entries)
    assert operations(emulator) == ["DeleteSuppressedDestination"] * len(entries)
    assert change.counts == {Outcome.REMOVED: ASK_AGAIN_UP_TO, Outcome.ALREADY_GONE: 1}
    assert await rows(gateway) == {}


def test_what_changed_since_the_plan_is_left_alone_and_what_went_is_told() -> None:
    async def test(emulator: Emulator, gateway: Gateway) -> None:
        entries = await filled(gateway, ["gone@corp.com", "again@corp.com", "worse@corp.com", "same@corp.com"])
        await asyncio.sleep(60)
        await gateway.delete_suppressed_destination(ACCOUNT, "gone@corp.com")
        await gateway.put_suppressed_destination(ACCOUNT, "again@corp.com", BOUNCE)
        await gateway.put_suppressed_destination(ACCOUNT, "worse@corp.com", COMPLAINT)
        now = await rows(gateway)
        change, _ = await carried_out(gateway, Kind.REMOVE, entries)
        assert outcomes(change) == {
            "gone@corp.com": Outcome.ALREADY_GONE,
            "again@corp.com": Outcome.CHANGED,
            "worse@corp.com": Outcome.CHANGED,
            "same@corp.com": Outcome.REMOVED,
        }
        assert change.results["worse@corp.com"].after == now["worse@corp.com"]
        assert {result.entry.address for result in change.unfinished} == {"again@corp.com", "worse@corp.com"}
        assert (await rows(gateway)).keys() == {"again@corp.com", "worse@corp.com"}

    virtually(test)


async def test_an_entry_that_was_never_seen_is_removed_without_comparing(gateway: Gateway) -> None:
    await filled(gateway, ["a@corp.com"])
    change, _ = await carried_out(gateway, Kind.REMOVE, [Entry("a@corp.com", BOUNCE), Entry("b@corp.com", BOUNCE)])
    assert outcomes(change) == {"a@corp.com": Outcome.REMOVED, "b@corp.com": Outcome.ALREADY_GONE}


async def test_another_spelling_is_not_there_and_the_entry_stays(gateway: Gateway) -> None:
    await filled(gateway, ["Alice@corp.com"])
    change, _ = await carried_out(gateway, Kind.REMOVE, [Entry("alice@corp.com", BOUNCE)])
    assert outcomes(change) == {"alice@corp.com": Outcome.ALREADY_GONE}
    assert (await rows(gateway)).keys() == {"Alice@corp.com"}


# Addition


async def test_each_kind_of_addition(emulator: Emulator, gateway: Gateway) -> None:
    await filled(gateway, ["there@corp.com", "other@corp.com", "replaced@corp.com"])
    before = await rows(gateway)
    entries = [
        Entry("new@corp.com", COMPLAINT),
        Entry("there@corp.com", BOUNCE),
        Entry("other@corp.com", COMPLAINT),
        Entry("replaced@corp.com", COMPLAINT, before["replaced@corp.com"], replace=True),
    ]
    emulator.requests.clear()
    change, _ = await carried_out(gateway, Kind.ADD, entries)
    assert outcomes(change) == {
        "new@corp.com": Outcome.ADDED,
        "there@corp.com": Outcome.ALREADY_THERE,
        "other@corp.com": Outcome.OTHER_REASON,
        "replaced@corp.com": Outcome.REPLACED,
    }
    assert operations(emulator).count("PutSuppressedDestination") == 2
    after = await rows(gateway)
    assert {address: row.reason for address, row in after.items()} == {
        "new@corp.com": COMPLAINT,
        "there@corp.com": BOUNCE,
        "other@corp.com": BOUNCE,
        "replaced@corp.com": COMPLAINT,
    }
    for address in ("there@corp.com", "other@corp.com"):
        assert change.results[address].after == after[address] == before[address]
    assert "BOUNCE" in change.results["other@corp.com"].detail
    assert [result.entry.address for result in change.unfinished] == ["other@corp.com"]


async def test_nothing_is_added_in_a_sandbox_and_each_says_why() -> None:
    sandbox = World(tenants=0, configuration_sets=0, addresses=0, tenant_addresses=0, sandbox=True)
    async with serving(sandbox) as (_, gateway):
        change, _ = await carried_out(gateway, Kind.ADD, [Entry(f"a{number}@corp.com", BOUNCE) for number in range(3)])
        assert change.counts == {Outcome.FAILED: 3}
        assert all("sandbox" in result.detail for result in change.results.values())
        assert await rows(gateway) == {}


# What goes wrong


@pytest.mark.parametrize("count", [10, ASK_AGAIN_UP_TO + 10])
def test_a_delete_whose_answer_is_lost_is_done_once_and_told_as_done(count: int) -> None:
    async def test(emulator: Emulator, gateway: Gateway) -> None:
        entries = await filled(gateway, [f"a{number}@corp.com" for number in range(count)])
        emulator.conditions = faults("reset-after@DeleteSuppressedDestination=0.4")
        change, _ = await carried_out(gateway, Kind.REMOVE, entries)
        emulator.conditions = Conditions()
        assert "reset-after" in {request.error for request in emulator.requests}
        assert set(change.counts) <= {Outcome.REMOVED, Outcome.ALREADY_GONE, Outcome.FAILED}
        assert set(change.counts) == {Outcome.REMOVED} or count > ASK_AGAIN_UP_TO
        assert await rows(gateway) == {}

    virtually(test)


@pytest.mark.parametrize("kind", ["reset-before", "reset-after", "500", "503", "throttle", "timeout"])
def test_faults_now_and_then_do_not_show(kind: str) -> None:
    async def test(emulator: Emulator, gateway: Gateway) -> None:
        entries = await filled(gateway, [f"a{number}@corp.com" for number in range(20)])
        emulator.conditions = faults(f"{kind}=0.05")
        gone, _ = await carried_out(gateway, Kind.REMOVE, entries)
        added, _ = await carried_out(gateway, Kind.ADD, [Entry(f"b{number}@corp.com", BOUNCE) for number in range(20)])
        emulator.conditions = Conditions()
        assert gone.counts == {Outcome.REMOVED: 20}
        assert set(added.counts) <= {Outcome.ADDED, Outcome.ALREADY_THERE}
        assert (await rows(gateway)).keys() == {f"b{number}@corp.com" for number in range(20)}

    virtually(test)


async def test_what_is_denied_fails_with_sess_words_and_may_be_tried_again(
    emulator: Emulator, gateway: Gateway
) -> None:
    entries = await filled(gateway, [f"a{number}@corp.com" for number in range(5)])
    emulator.conditions = faults("access-denied@DeleteSuppressedDestination=1")
    change, told = await carried_out(gateway, Kind.REMOVE, entries)
    assert change.counts == {Outcome.FAILED: 5}
    assert all("not authorized to perform: ses:DeleteSuppressedDestination" in result.detail for result in told)
    assert [result.after for result in told] == [result.entry.before for result in told]
    assert len(await rows(gateway)) == len(change.remaining) == 5

    emulator.conditions = Conditions()
    await Changes(gateway, loop_clock()).run(change, told.append)
    assert change.counts == {Outcome.REMOVED: 5}
    assert (change.remaining, change.done_before, len(told)) == ([], 0, 10)
    assert await rows(gateway) == {}


async def test_a_tenant_that_is_gone_is_a_failure_and_not_taken_for_an_empty_list(gateway: Gateway) -> None:
    for kind in Kind:
        change, _ = await carried_out(gateway, kind, [Entry("a@corp.com", BOUNCE)], ACME)
        assert outcomes(change) == {"a@corp.com": Outcome.FAILED}
        assert "acme" in change.results["a@corp.com"].detail


@pytest.mark.parametrize("kind", ["access-denied", "expired-credentials"])
async def test_what_fails_for_all_alike_halts_the_change(emulator: Emulator, gateway: Gateway, kind: str) -> None:
    entries = await filled(gateway, [f"a{number}@corp.com" for number in range(120)])
    emulator.conditions = faults(f"{kind}@DeleteSuppressedDestination=1")
    change, told = await carried_out(gateway, Kind.REMOVE, entries)
    assert 1 <= len(told) <= 16
    assert (change.left, len(change.remaining)) == (120 - len(told), 120)
    assert "DeleteSuppressedDestination" in change.halted

    emulator.conditions = Conditions()
    await Changes(gateway, loop_clock()).run(change, told.append)
    assert (change.halted, change.counts) == ("", {Outcome.REMOVED: 120})


async def test_a_large_removal_that_is_gone_on_with_asks_again(emulator: Emulator, gateway: Gateway) -> None:
    entries = await filled(gateway, [f"a{number}@corp.com" for number in range(120)])
    emulator.conditions = faults("access-denied@DeleteSuppressedDestination=1")
    change, _ = await carried_out(gateway, Kind.REMOVE, entries)
    emulator.conditions = Conditions()
    await gateway.put_suppressed_destination(ACCOUNT, "a7@corp.com", Reason.COMPLAINT)
    change.asks = True
    await Changes(gateway, loop_clock()).run(change, lambda _: None)
    assert change.counts == {Outcome.REMOVED: 119, Outcome.CHANGED: 1}
    assert (await rows(gateway)).keys() == {"a7@corp.com"}


async def test_an_addition_is_dated_by_ses_and_not_by_this_machines_clock(gateway: Gateway) -> None:
    change = Change(Kind.ADD, ACCOUNT, [Entry("a@corp.com", BOUNCE)])
    await Changes(gateway, lambda: 1.0).run(change, lambda _: None)
    after = change.results["a@corp.com"].after
    assert after == (await rows(gateway))["a@corp.com"]


async def test_an_address_that_ses_will_not_delete_fails_alone(emulator: Emulator, gateway: Gateway) -> None:
    entries = await filled(gateway, ["a/b@corp.com", "ab@corp.com"])
    emulator.conditions = faults("slash-400=1")
    change, _ = await carried_out(gateway, Kind.REMOVE, entries)
    assert outcomes(change) == {"a/b@corp.com": Outcome.REFUSED, "ab@corp.com": Outcome.REMOVED}
    assert change.remaining == []
    assert "import job" in change.results["a/b@corp.com"].detail


@pytest.mark.parametrize("rate", [1.0, 10.0])
def test_under_a_limit_everything_is_done_in_about_the_time_that_it_allows(rate: float) -> None:
    async def test(emulator: Emulator, gateway: Gateway) -> None:
        entries = await filled(gateway, [f"a{number}@corp.com" for number in range(200)])
        emulator.conditions = Conditions(rates=(Rate(rate),))
        emulator.requests.clear()
        loop = asyncio.get_running_loop()
        begun = loop.time()
        change, _ = await carried_out(gateway, Kind.REMOVE, entries)
        assert change.counts == {Outcome.REMOVED: 200}
        assert loop.time() - begun < 1.5 * 200 / rate
        assert sum(request.status == 429 for request in emulator.requests) < 40

    virtually(test)


def test_a_person_is_answered_while_additions_take_the_whole_limit() -> None:
    async def test(emulator: Emulator, gateway: Gateway) -> None:
        emulator.conditions = Conditions(rates=(Rate(1),))
        entries = [Entry(f"a{number}@corp.com", BOUNCE) for number in range(300)]
        change = Change(Kind.ADD, ACCOUNT, entries)
        running = asyncio.create_task(Changes(gateway, loop_clock()).run(change, lambda _: None))
        loop = asyncio.get_running_loop()
        waits = []
        for _ in range(5):
            await asyncio.sleep(40)
            begun = loop.time()
            await gateway.account()
            waits.append(loop.time() - begun)
        change.cancelled = True
        await running
        assert max(waits) <= 2.5

    virtually(test)


# Cancelling


def test_cancelled_nothing_more_is_begun_and_what_is_under_way_is_finished_and_told() -> None:
    async def test(emulator: Emulator, gateway: Gateway) -> None:
        entries = await filled(gateway, [f"a{number}@corp.com" for number in range(90)])
        change, told = Change(Kind.REMOVE, ACCOUNT, entries), list[Result]()

        def tell(result: Result) -> None:
            told.append(result)
            change.cancelled = len(told) >= 10

        await Changes(gateway, loop_clock()).run(change, tell)
        assert 10 <= len(told) < 10 + 16
        assert change.left == 90 - len(told)
        assert len(await rows(gateway)) == change.left
        await Changes(gateway, loop_clock()).run(change, lambda _: None)
        assert change.counts == {Outcome.REMOVED: 90}

    virtually(test)


async def test_an_empty_change_is_nothing(emulator: Emulator, gateway: Gateway) -> None:
    change, told = await carried_out(gateway, Kind.REMOVE, [])
    assert (told, change.left, emulator.requests) == ([], 0, [])


# The law

LOCALS = st.sampled_from([f"user{number}@corp.com" for number in range(8)])
FAULTS = st.lists(
    st.sampled_from(
        ["reset-before=0.2", "reset-after=0.3", "500=0.2", "throttle=0.2", "access-denied=0.2", "timeout=0.1"]
    ),
    max_size=2,
    unique=True,
)


@given(
    there=st.dictionaries(LOCALS, st.sampled_from(Reason)),
    elsewhere=st.dictionaries(LOCALS, st.none() | st.sampled_from(Reason), max_size=3),
    planned=st.dictionaries(LOCALS, st.tuples(st.sampled_from(Reason), st.booleans()), min_size=1),
    kind=st.sampled_from(Kind),
    trouble=FAULTS,
)
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_afterwards_the_list_is_as_the_outcomes_say(
    there: dict[str, Reason],
    elsewhere: dict[str, Reason | None],
    planned: dict[str, tuple[Reason, bool]],
    kind: Kind,
    trouble: list[str],
) -> None:
    async def test(emulator: Emulator, gateway: Gateway) -> None:
        for address, reason in there.items():
            await gateway.put_suppressed_destination(ACCOUNT, address, reason)
        seen = await rows(gateway)
        entries = [Entry(address, reason, seen.get(address), replace) for address, (reason, replace) in planned.items()]
        await asyncio.sleep(60)
        for address, other in elsewhere.items():
            if other is not None:
                await gateway.put_suppressed_destination(ACCOUNT, address, other)
            elif address in there:
                await gateway.delete_suppressed_destination(ACCOUNT, address)
        before = await rows(gateway)
        emulator.conditions = faults(*trouble)
        change, _ = await carried_out(gateway, kind, entries)
        emulator.conditions = Conditions()
        after = await rows(gateway)

        assert change.results.keys() == planned.keys()
        for address in before.keys() - planned.keys():
            assert after[address] == before[address], "nobody asked for this one"
        for address, result in change.results.items():
            match result.outcome:
                case Outcome.REMOVED | Outcome.ALREADY_GONE:
                    assert kind is Kind.REMOVE
                    assert address not in after
                case Outcome.ADDED | Outcome.REPLACED | Outcome.ALREADY_THERE:
                    assert kind is Kind.ADD
                    assert after[address].reason is planned[address][0]
                case Outcome.CHANGED | Outcome.OTHER_REASON:
                    assert after[address] == before[address] == result.after
                case Outcome.FAILED:
                    assert result.detail
                    assert trouble
        assert {result.entry.address for result in change.unfinished} == {
            address for address, outcome in outcomes(change).items() if outcome not in DONE
        }

    virtually(test)
