"""A job is undone by a plan that brings back what it changed, and nothing that somebody has changed since."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from sestui.domain.errors import JobRefused
from sestui.domain.job import Entry, Kind, Outcome, Plan, Result, State
from sestui.domain.suppression import Reason, SuppressedDestinationSummary, SuppressionList
from sestui.emulator import Emulator, World
from sestui.services.jobs import Jobs
from sestui.services.journal import Journal
from sestui.services.undoing import losses, undo_plan
from sestui.sesv2.gateway import Gateway
from tests.conftest import EMPTY
from tests.job_plans import ACCOUNT, journal_in, reasons, removal, rows
from tests.serving import operations, serving

BOUNCE, COMPLAINT = Reason.BOUNCE, Reason.COMPLAINT
TENANT = SuppressionList("acme")


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = journal_in(tmp_path)
    yield opened
    opened.close()


async def carried_out(gateway: Gateway, journal: Journal, plan: Plan) -> int:
    number = journal.plan(plan)
    assert (await Jobs(gateway, journal, time.time).run(number)).state is State.DONE
    return number


def settled(journal: Journal, number: int, results: Sequence[Result]) -> None:
    journal.begin(number)
    journal.settle(number, dict(enumerate(results)), Counter(it.outcome for it in results))
    journal.state(number, State.DONE)


async def undone(gateway: Gateway, journal: Journal, number: int) -> int:
    plan, left = await undo_plan(gateway, journal, number, time.time, "TICKET-9")
    assert left == []
    assert (plan.kind, plan.undoes, plan.note) == (Kind.UNDO, number, "TICKET-9")
    return await carried_out(gateway, journal, plan)


@pytest.mark.parametrize("world", [replace(EMPTY, addresses=60), replace(EMPTY, addresses=200)], ids=["few", "many"])
async def test_undo_brings_back_addresses_and_reasons_and_can_be_undone(
    emulator: Emulator, gateway: Gateway, journal: Journal
) -> None:
    before = await reasons(gateway)
    assert set(before.values()) == {BOUNCE, COMPLAINT}
    gone = [row for row in await rows(gateway) if len(row.address) % 3 or row.reason is COMPLAINT]
    first = await carried_out(gateway, journal, removal(await gateway.identify(), gone))
    removed = {address: reason for address, reason in before.items() if address not in {row.address for row in gone}}
    assert await reasons(gateway) == removed
    second = await undone(gateway, journal, first)
    assert await reasons(gateway) == before
    third = await undone(gateway, journal, second)
    assert await reasons(gateway) == removed
    await undone(gateway, journal, third)
    assert await reasons(gateway) == before


@pytest.mark.parametrize("world", [replace(EMPTY, addresses=2500)])
async def test_the_undo_of_many_is_planned_of_pages_not_of_single_entries(
    emulator: Emulator, gateway: Gateway, journal: Journal
) -> None:
    # As if the whole list had been put by a job that was planned before any of it was there.
    there = await rows(gateway)
    plan = Plan(Kind.ADD, await gateway.identify(), [Entry(ACCOUNT, row.address, row.reason) for row in there], 0.0)
    early = journal_in(journal.path.parents[1], lambda: 0.0) if journal.path else journal
    number = early.plan(plan)
    settled(early, number, [Result(entry, Outcome.ADDED, row) for entry, row in zip(plan.entries, there, strict=True)])
    early.close()
    asked = len(emulator.requests)
    plan, left = await undo_plan(gateway, journal, number, time.time)
    assert (len(plan.entries), left) == (2500, [])
    assert operations(emulator)[asked:] == ["GetCallerIdentity", *["ListSuppressedDestinations"] * 3]


async def test_a_replaced_reason_and_an_added_entry_are_taken_back(gateway: Gateway, journal: Journal) -> None:
    await gateway.put_suppressed_destination(ACCOUNT, "alice@corp.com", COMPLAINT)
    (alice,) = await rows(gateway)
    entries = [Entry(ACCOUNT, "alice@corp.com", BOUNCE, alice), Entry(ACCOUNT, "bob@corp.com", BOUNCE)]
    plan = Plan(Kind.ADD, await gateway.identify(), entries, time.time())
    number = await carried_out(gateway, journal, plan)
    assert await reasons(gateway) == {"alice@corp.com": BOUNCE, "bob@corp.com": BOUNCE}
    await undone(gateway, journal, number)
    assert await reasons(gateway) == {"alice@corp.com": COMPLAINT}


@pytest.mark.parametrize("more", [0, 120], ids=["few", "many"])
async def test_what_somebody_has_changed_since_is_left_alone_and_told(
    gateway: Gateway, journal: Journal, more: int
) -> None:
    others = [f"user{number}@corp.com" for number in range(more)]
    for address in ("alice@corp.com", "bob@corp.com", "carol@corp.com", *others):
        await gateway.put_suppressed_destination(ACCOUNT, address, BOUNCE)
    number = await carried_out(gateway, journal, removal(await gateway.identify(), await rows(gateway)))
    await gateway.put_suppressed_destination(ACCOUNT, "alice@corp.com", BOUNCE)
    await gateway.put_suppressed_destination(ACCOUNT, "bob@corp.com", COMPLAINT)
    plan, left = await undo_plan(gateway, journal, number, time.time)
    assert {entry.address for entry in plan.entries} == {"carol@corp.com", *others}
    assert {(entry.address, why) for entry, why in left} == {
        ("alice@corp.com", "is on the list again"),
        ("bob@corp.com", "is on the list again, as COMPLAINT"),
    }
    back = await carried_out(gateway, journal, plan)
    await gateway.delete_suppressed_destination(ACCOUNT, "carol@corp.com")
    plan, left = await undo_plan(gateway, journal, back, time.time)
    assert [(entry.address, why) for entry, why in left] == [("carol@corp.com", "is not on the list any more")]
    assert {entry.address for entry in plan.entries} == set(others)


async def test_a_second_undo_has_nothing_left(gateway: Gateway, journal: Journal) -> None:
    await gateway.put_suppressed_destination(ACCOUNT, "alice@corp.com", BOUNCE)
    number = await carried_out(gateway, journal, removal(await gateway.identify(), await rows(gateway)))
    await undone(gateway, journal, number)
    plan, left = await undo_plan(gateway, journal, number, time.time)
    assert list(plan.entries) == []
    assert [why for _, why in left] == ["is on the list again"]


async def test_what_was_asked_when_the_process_died_is_settled_by_asking_ses(
    gateway: Gateway, journal: Journal
) -> None:
    for address in ("alice@corp.com", "bob@corp.com", "carol@corp.com"):
        await gateway.put_suppressed_destination(ACCOUNT, address, BOUNCE)
    number = journal.plan(removal(await gateway.identify(), await rows(gateway)))
    journal.begin(number)
    # A kill between the call and its answer's coming to the disk: alice's was carried out, bob's was not.
    journal.claim(number, -1, 2)
    await gateway.delete_suppressed_destination(ACCOUNT, "alice@corp.com")
    plan, left = await undo_plan(gateway, journal, number, time.time)
    assert [(entry.address, entry.wanted) for entry in plan.entries] == [("alice@corp.com", BOUNCE)]
    assert left == []


async def test_what_ses_still_tells_as_it_was_is_not_somebody_elses(gateway: Gateway, journal: Journal) -> None:
    await gateway.put_suppressed_destination(ACCOUNT, "alice@corp.com", BOUNCE)
    plan = removal(await gateway.identify(), await rows(gateway))
    number = journal.plan(plan)
    # SES said it removed her, and its reads lag behind.
    settled(journal, number, [Result(entry, Outcome.REMOVED) for entry in plan.entries])
    undo, left = await undo_plan(gateway, journal, number, time.time)
    assert list(undo.entries) == []
    assert [why for _, why in left] == ["is told by SES as if it had not been removed; try again in a moment"]


async def test_what_changed_nothing_or_runs_just_now_is_refused(
    emulator: Emulator, gateway: Gateway, journal: Journal
) -> None:
    row = SuppressedDestinationSummary("alice@corp.com", BOUNCE, 1.0)
    number = journal.plan(removal(await gateway.identify(), [row]))
    with pytest.raises(JobRefused, match="changed nothing"):
        await undo_plan(gateway, journal, number, time.time)
    await Jobs(gateway, journal, time.time).run(number)
    assert journal.job(number).counts == {Outcome.ALREADY_GONE: 1}
    with pytest.raises(JobRefused, match="changed nothing"):
        await undo_plan(gateway, journal, number, time.time)
    with journal.alone(number), pytest.raises(JobRefused, match="runs just now"):
        await undo_plan(gateway, journal, number, time.time)
    with pytest.raises(JobRefused, match="no job 77"):
        await undo_plan(gateway, journal, 77, time.time)


async def test_another_account_or_a_tenant_of_the_same_name_is_refused(
    emulator: Emulator, gateway: Gateway, journal: Journal
) -> None:
    tenant = await gateway.changes.create_tenant("acme")
    await gateway.put_suppressed_destination(TENANT, "alice@corp.com", BOUNCE)
    plan = removal(await gateway.identify(), await rows(gateway, TENANT), TENANT, tenants={"acme": tenant.tenant_id})
    number = await carried_out(gateway, journal, plan)
    plan, _ = await undo_plan(gateway, journal, number, time.time)
    assert plan.tenants == {"acme": tenant.tenant_id}
    async with serving() as (_, elsewhere):
        with pytest.raises(JobRefused, match="endpoint"):
            await undo_plan(elsewhere, journal, number, time.time)
    for refused, word in (
        (replace(plan, connection=plan.connection._replace(account="210987654321")), "account 210987654321"),
        (replace(plan, connection=plan.connection._replace(region="eu-west-1")), "Region eu-west-1"),
        (replace(plan, tenants={"acme": "another-id"}), "TenantId another-id"),
        (replace(plan, tenants={"gone": tenant.tenant_id}), "Tenant gone"),
    ):
        other = journal.plan(refused)
        settled(journal, other, [Result(entry, Outcome.ADDED) for entry in plan.entries])
        asked = len(emulator.requests)
        with pytest.raises(JobRefused, match=word):
            await undo_plan(gateway, journal, other, time.time)
        assert set(operations(emulator)[asked:]) <= {"GetCallerIdentity", "GetTenant"}


@pytest.mark.parametrize("world", [World(tenants=0, configuration_sets=0, addresses=3, tenant_addresses=0)])
async def test_what_cannot_be_brought_back_is_said(gateway: Gateway, journal: Journal) -> None:
    number = await carried_out(gateway, journal, removal(await gateway.identify(), await rows(gateway)))
    plan, _ = await undo_plan(gateway, journal, number, time.time)
    account = await gateway.resources.account()
    for words in ("LastUpdateTime", "message id", "both reasons"):
        assert words in losses(plan, account)[0]
    assert len(losses(plan, account)) == len(losses(plan, None)) == 1
    assert "3 entries will fail" in losses(plan, replace(account, production_access=False))[1]
    taken, _ = await undo_plan(gateway, journal, await undone(gateway, journal, number), time.time)
    assert losses(taken, account) == []
