"""An edit is written whole, if what it was made from is still there, and read back."""

import asyncio
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sestui.domain.errors import AccessDenied, JournalTrouble, NotFound, SestuiError, TenantNotFound, Unreachable
from sestui.domain.impact import Edit, Subject
from sestui.domain.settings import (
    Account,
    ConfidenceThreshold,
    ConfigurationSet,
    SendingStatus,
    SuppressionOptions,
    Tag,
    Tenant,
    TenantSuppression,
    Validation,
)
from sestui.domain.suppression import Connection, Reason, SuppressionScope
from sestui.emulator import Conditions, Emulator
from sestui.services.journal import Journal
from sestui.services.writing import recorded, settings_of, write
from sestui.sesv2.gateway import Gateway
from tests.serving import faults, operations, quirks, serving
from tests.virtual_time import run

ACCOUNT, TENANT = SuppressionScope.ACCOUNT, SuppressionScope.TENANT
BOUNCE, COMPLAINT = Reason.BOUNCE, Reason.COMPLAINT
BOTH = (BOUNCE, COMPLAINT)
HIGH = Validation(True, ConfidenceThreshold.HIGH)
OFF = Validation(False)

READS = {Account: "GetAccount", Tenant: "GetTenant", ConfigurationSet: "GetConfigurationSet"}
PUTS = {
    Account: "PutAccountSuppressionAttributes",
    Tenant: "PutTenantSuppressionAttributes",
    ConfigurationSet: "PutConfigurationSetSuppressionOptions",
}


async def as_it_is(gateway: Gateway, subject: Subject) -> Subject:
    if isinstance(subject, Account):
        return await gateway.resources.account()
    if isinstance(subject, Tenant):
        return await gateway.resources.tenant(subject.name)
    return await gateway.resources.configuration_set(subject.name)


async def made(gateway: Gateway, settings: object) -> Subject:
    """Return what has these settings, of the kind that they are of."""
    if isinstance(settings, SuppressionOptions):
        its_set = ConfigurationSet("receipts", sending_enabled=False, tags=(Tag("plan", ""),), suppression=settings)
        await gateway.changes.create_configuration_set(its_set)
        return await gateway.resources.configuration_set("receipts")
    if isinstance(settings, tuple):
        await gateway.changes.put_account_suppression_attributes(*settings)
        return await gateway.resources.account()
    assert settings is None or isinstance(settings, TenantSuppression)
    return await gateway.changes.create_tenant("acme", tags=(Tag("plan", ""),), suppression=settings)


def with_settings(subject: Subject, settings: Any) -> Subject:
    if isinstance(subject, Account):
        reasons, validation = settings
        return replace(subject, suppressed_reasons=reasons, validation=validation)
    return replace(subject, suppression=settings)


PAIR = TenantSuppression(TENANT, BOTH)
WHOLE = SuppressionOptions(TENANT, (), HIGH)
OURS = {
    Account: ((), HIGH),
    Tenant: TenantSuppression(ACCOUNT, ()),
    ConfigurationSet: SuppressionOptions(ACCOUNT, BOTH),
}
"""Settings of each kind that are among none of the changes."""
CHANGES: list[tuple[object, object]] = [
    # An account's reasons and validation
    ((BOTH, HIGH), ((BOUNCE,), HIGH)),
    ((BOTH, HIGH), ((), OFF)),
    (((), None), (BOTH, HIGH)),
    ((BOTH, HIGH), (BOTH, None)),
    # A tenant's pair
    (None, PAIR),
    (PAIR, TenantSuppression(ACCOUNT, (COMPLAINT,))),
    (PAIR, TenantSuppression(TENANT, ())),
    (PAIR, None),
    # A configuration set's options
    (WHOLE, replace(WHOLE, scope=ACCOUNT)),
    (WHOLE, replace(WHOLE, scope=None)),
    (WHOLE, replace(WHOLE, reasons=(BOUNCE,))),
    (WHOLE, replace(WHOLE, reasons=None)),
    (WHOLE, replace(WHOLE, validation=OFF)),
    (WHOLE, replace(WHOLE, validation=None)),
    (WHOLE, SuppressionOptions()),
    (SuppressionOptions(), WHOLE),
]


@pytest.mark.parametrize(("settings", "changed"), CHANGES)
async def test_an_edit_is_written_whole_and_nothing_else_changes(
    emulator: Emulator, gateway: Gateway, settings: object, changed: object
) -> None:
    before = await made(gateway, settings)
    after = with_settings(before, changed)
    emulator.requests.clear()
    written = await write(gateway, Edit(before, after))
    read, put = READS[type(before)], PUTS[type(before)]
    assert operations(emulator) == [read, put, read]
    assert (written.overtaken, written.as_asked) == (False, True)
    assert written.found == before
    there = await as_it_is(gateway, before)
    assert written.now == there
    assert settings_of(there) == settings_of(after)
    assert with_settings(there, settings) == with_settings(before, settings), "tags and all else are as they were"


@pytest.mark.parametrize(("settings", "changed"), CHANGES)
async def test_an_edit_that_is_overtaken_writes_nothing_and_tells_what_is_there(
    emulator: Emulator, gateway: Gateway, settings: object, changed: object
) -> None:
    before = await made(gateway, settings)
    theirs = with_settings(before, changed)
    await write(gateway, Edit(before, theirs))
    emulator.requests.clear()
    ours = with_settings(before, OURS[type(before)])
    written = await write(gateway, Edit(before, ours))
    assert operations(emulator) == [READS[type(before)]]
    assert (written.overtaken, written.as_asked, written.now) == (True, False, None)
    assert settings_of(written.found) == settings_of(theirs)
    assert await as_it_is(gateway, before) == written.found


@pytest.mark.parametrize(("settings", "changed"), CHANGES)
async def test_what_is_there_already_is_not_written_again(
    emulator: Emulator, gateway: Gateway, settings: object, changed: object
) -> None:
    before = await made(gateway, settings)
    edit = Edit(before, with_settings(before, changed))
    await write(gateway, edit)
    emulator.requests.clear()
    written = await write(gateway, edit)
    assert operations(emulator) == [READS[type(before)]]
    assert (written.overtaken, written.as_asked) == (False, True)
    assert written.now is written.found


async def test_a_write_whose_answers_are_lost_is_looked_for(emulator: Emulator, gateway: Gateway) -> None:
    before = await made(gateway, None)
    emulator.conditions = faults("reset-after@PutTenantSuppressionAttributes=1")
    written = await write(gateway, Edit(before, with_settings(before, PAIR)))
    assert written.as_asked


async def test_a_change_beside_suppression_does_not_overtake_an_edit(gateway: Gateway) -> None:
    before = await made(gateway, PAIR)
    assert isinstance(before, Tenant)
    otherwise = replace(before, sending_status=SendingStatus.DISABLED, tags=())
    written = await write(gateway, Edit(otherwise, replace(otherwise, suppression=None)))
    assert written.as_asked
    assert await gateway.resources.tenant("acme") == replace(before, suppression=None)


@pytest.mark.parametrize(
    ("settings", "changed", "kept"),
    [
        (WHOLE, replace(WHOLE, scope=None), True),
        (WHOLE, replace(WHOLE, reasons=None), True),
        (WHOLE, SuppressionOptions(), True),
        ((BOTH, HIGH), (BOTH, None), True),
        (WHOLE, replace(WHOLE, scope=ACCOUNT, reasons=(BOUNCE,)), False),
        ((BOTH, HIGH), ((), OFF), False),
    ],
)
def test_a_member_that_ses_keeps_though_it_was_left_out_is_told(settings: object, changed: object, kept: bool) -> None:
    async def test() -> None:
        async with serving(conditions=quirks("omitted-put-member=keep")) as (_, gateway):
            before = await made(gateway, settings)
            written = await write(gateway, Edit(before, with_settings(before, changed)))
            assert (written.overtaken, written.as_asked) == (False, not kept)
            assert written.now == await as_it_is(gateway, before)

    run(test())


@pytest.mark.parametrize(
    ("settings", "changed"), [((BOTH, HIGH), ((), HIGH)), (None, PAIR), (WHOLE, SuppressionOptions())]
)
@pytest.mark.parametrize(("lag", "reads", "in_time"), [(0.5, 2, True), (2, 3, True), (60, 3, False)])
def test_a_write_that_shows_late_is_looked_for_again_and_then_told(
    settings: object, changed: object, lag: float, reads: int, in_time: bool
) -> None:
    async def test() -> None:
        async with serving() as (emulator, gateway):
            before = await made(gateway, settings)
            emulator.conditions = quirks(f"read-lag={lag}")
            emulator.requests.clear()
            after = with_settings(before, changed)
            written = await write(gateway, Edit(before, after))
            read, put = READS[type(before)], PUTS[type(before)]
            assert operations(emulator) == [read, put, *[read] * reads]
            assert (written.overtaken, written.as_asked) == (False, in_time)
            assert written.now is not None
            assert settings_of(written.now) == settings_of(after if in_time else before)
            await asyncio.sleep(lag)
            assert settings_of(await as_it_is(gateway, before)) == settings_of(after)

    run(test())


async def test_a_write_that_cannot_be_read_back_is_told_as_written(emulator: Emulator, gateway: Gateway) -> None:
    before = await made(gateway, None)
    emulator.conditions = Conditions(latency=0.05)
    writing = asyncio.create_task(write(gateway, Edit(before, with_settings(before, PAIR))))
    while PUTS[Tenant] not in operations(emulator):  # noqa: ASYNC110 - the emulator's requests are a list
        await asyncio.sleep(0)
    emulator.conditions = faults("access-denied@GetTenant=1")
    written = await writing
    assert (written.overtaken, written.as_asked) == (False, False)
    assert "GetTenant is denied" in written.unseen
    emulator.conditions = Conditions()
    assert settings_of(await gateway.resources.tenant("acme")) == PAIR


async def test_what_is_gone_is_told_and_nothing_is_written(emulator: Emulator, gateway: Gateway) -> None:
    nobody = Tenant("nobody", "tn-1", "arn", 0.0, SendingStatus.ENABLED)
    with pytest.raises(TenantNotFound):
        await write(gateway, Edit(nobody, replace(nobody, suppression=PAIR)))
    nothing = ConfigurationSet("nothing")
    with pytest.raises(NotFound):
        await write(gateway, Edit(nothing, replace(nothing, suppression=WHOLE)))
    assert operations(emulator) == ["GetTenant", "GetConfigurationSet"]


@pytest.mark.parametrize("settings", [(BOTH, None), PAIR, WHOLE], ids=["account", "tenant", "set"])
async def test_a_write_that_is_denied_is_raised(emulator: Emulator, gateway: Gateway, settings: object) -> None:
    before = await made(gateway, settings)
    changed = (BOTH, HIGH) if isinstance(before, Account) else None
    put = PUTS[type(before)]
    emulator.conditions = faults(f"access-denied@{put}=1")
    with pytest.raises(AccessDenied, match=put):
        await write(gateway, Edit(before, with_settings(before, changed)))
    assert await as_it_is(gateway, before) == before


# The record of it

CONNECTION = Connection("us-east-1", None, None, "123456789012", "arn")
BEFORE, AFTER = ConfigurationSet("receipts"), ConfigurationSet("receipts", suppression=WHOLE)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    kept = Journal(tmp_path / "state", lambda: 100.5)
    yield kept
    kept.close()


def outcomes(journal: Journal) -> list[str]:
    edits = journal.edits()[::-1]
    for edit in edits:
        assert edit.before is not None
        assert edit.after is not None
        assert (edit.action, edit.before["suppression"], edit.after["name"]) == ("edit", None, "receipts")
    return [edit.outcome for edit in edits]


async def test_what_is_to_be_done_is_written_down_before_and_what_became_of_it_after(journal: Journal) -> None:
    async def call() -> int:
        assert outcomes(journal) == ["planned"]
        return 7

    assert await recorded(journal, CONNECTION, "edit", BEFORE, AFTER, call, never) == 7
    assert (
        await recorded(journal, CONNECTION, "edit", BEFORE, AFTER, seven, never, lambda result: f"{result} calls") == 7
    )
    assert outcomes(journal) == ["planned", "done", "planned", "7 calls"]


async def test_a_failure_is_written_down_and_raised(journal: Journal) -> None:
    async def call() -> None:
        raise Unreachable("No answer")

    with pytest.raises(Unreachable, match="No answer"):
        await recorded(journal, CONNECTION, "edit", BEFORE, AFTER, call, never)
    assert outcomes(journal) == ["planned", "failed: No answer"]


async def test_a_call_that_is_broken_off_is_not_written_down_as_done(journal: Journal) -> None:
    begun = asyncio.Event()

    async def call() -> None:
        begun.set()
        await asyncio.Event().wait()

    calling = asyncio.create_task(recorded(journal, CONNECTION, "edit", BEFORE, AFTER, call, never))
    await begun.wait()
    calling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calling
    assert outcomes(journal) == ["planned", "broken off: it may have been done"]


async def test_nothing_is_done_that_cannot_be_written_down(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = []

    async def call() -> None:
        done.append(1)

    journal = Journal(tmp_path / "file", lambda: 0.0)
    with pytest.raises(JournalTrouble, match="Nothing was done"):
        await recorded(journal, CONNECTION, "edit", BEFORE, AFTER, call, never)
    assert not done


@pytest.mark.parametrize(("error", "told"), [(None, "done"), (Unreachable("No answer"), "failed: No answer")])
async def test_an_outcome_that_cannot_be_written_down_is_told_and_changes_nothing(
    journal: Journal, error: SestuiError | None, told: str
) -> None:
    async def call() -> int:
        assert journal.path is not None
        with sqlite3.connect(journal.path) as damaging:
            damaging.execute("DROP TABLE edit")
        damaging.close()
        if error is not None:
            raise error
        return 7

    heard: list[SestuiError] = []
    recording = recorded(journal, CONNECTION, "edit", BEFORE, AFTER, call, heard.append)
    if error is None:
        assert await recording == 7
    else:
        with pytest.raises(Unreachable):
            await recording
    assert len(heard) == 1
    assert f"What was done ({told}) could not be written down" in str(heard[0])


def never(error: SestuiError) -> None:
    raise AssertionError(error)


async def seven() -> int:
    return 7
