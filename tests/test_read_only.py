"""Read-only: whatever is no known read is refused before it is sent, by the gateway and by each command."""

import inspect
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import pytest

from sestui.domain.errors import ReadOnly, ServiceError
from sestui.domain.guard import Guard
from sestui.domain.import_job import ImportAction
from sestui.domain.settings import ConfigurationSet, SuppressionOptions, TenantSuppression
from sestui.domain.suppression import Connection, Reason, SuppressionList, SuppressionScope
from sestui.emulator import Emulator
from sestui.services.jobs import Jobs
from sestui.sesv2.changes import Changes
from sestui.sesv2.gateway import Gateway
from sestui.sesv2.operations import READS, WRITES
from sestui.sesv2.resources import Resources
from sestui.sesv2.session import open_gateway
from tests.job_plans import ACCOUNT, journal_in, removal, rows
from tests.job_processes import Ended, end_of, starting, surroundings
from tests.serving import NOON, operations

ALICE: Final = "alice@corp.com"
PAIR: Final = TenantSuppression(SuppressionScope.TENANT, (Reason.BOUNCE,))
WRITING: Final[dict[str, tuple[Any, ...]]] = {
    "put_suppressed_destination": (ACCOUNT, ALICE, Reason.BOUNCE),
    "delete_suppressed_destination": (SuppressionList("shop"), ALICE),
    "associate": ("shop", "receipts"),
    "dissociate": ("shop", "receipts"),
    "put_account_suppression_attributes": ((Reason.BOUNCE,), None),
    "put_tenant_suppression_attributes": ("shop", PAIR),
    "put_configuration_set_suppression_options": ("receipts", SuppressionOptions()),
    "create_tenant": ("other",),
    "create_configuration_set": (ConfigurationSet("other"),),
}
READING: Final[dict[str, tuple[Any, ...]]] = {
    "identify": (),
    "account": (),
    "tenants": (),
    "tenant": ("shop",),
    "tenant_configuration_sets": ("shop",),
    "configuration_sets": (),
    "configuration_set": ("receipts",),
    "suppressed_destinations": (ACCOUNT,),
    "suppressed_destination": (ACCOUNT, ALICE),
    "message_insights": ("0100",),
    "configuration_set_tenants": ("receipts",),
    "permissions": (),
}
GUARDS: Final = {
    "by argument": (Guard(refuses_all=True), 0),
    "by profile": (Guard(read_only=("def*",)), 0),
    # Whose account it is has to be asked.
    "by account": (Guard(read_only=("123456789012",)), 1),
}
CALLS: Final = r"\b(?:call|answer|_call|_pages|_change)\(\s*\"(\w+)\""
"""How an operation is called anywhere in the gateway's package."""
BY = pytest.mark.parametrize("by", GUARDS)


def test_every_operation_that_the_gateway_calls_is_a_known_read_or_a_known_write() -> None:
    folder = Path(inspect.getfile(Gateway)).parent
    named = {name for file in folder.glob("*.py") for name in re.findall(CALLS, file.read_text())}
    assert named <= {*READS, *WRITES}
    assert named >= set(WRITES)
    assert not set(READS) & set(WRITES)
    assert not [name for name in READS if not name.startswith(("Get", "List"))]


def test_every_method_of_the_gateway_is_tried_here() -> None:
    methods = {
        name
        for part in (Gateway, Resources, Changes)
        for name, it in inspect.getmembers(part)
        if not name.startswith("_") and (inspect.iscoroutinefunction(it) or inspect.isasyncgenfunction(it))
    }
    assert methods == {*READING, *WRITING, "may_change"}


async def call(gateway: Gateway, method: str) -> None:
    part = next(it for it in (gateway, gateway.resources, gateway.changes) if hasattr(it, method))
    found = getattr(part, method)(*(READING | WRITING)[method])
    if inspect.isasyncgen(found):
        async for _ in found:
            pass
    else:
        await found


@BY
@pytest.mark.parametrize("method", WRITING)
async def test_a_write_is_refused_before_it_is_sent(emulator: Emulator, by: str, method: str) -> None:
    guard, asked = GUARDS[by]
    async with open_gateway(Connection("us-east-1", emulator.url), guard=guard) as gateway:
        with pytest.raises(ReadOnly, match=r"\w+ was not sent: this connection is read-only, as .*\."):
            await call(gateway, method)
    told = operations(emulator)
    assert set(told) <= {"GetCallerIdentity"}
    # A configuration set's ARN has the account's number in it.
    assert len(told) <= max(asked, "associate" in method or "dissociate" in method)


@BY
async def test_neither_import_jobs_nor_objects_in_s3_are_written(emulator: Emulator, by: str) -> None:
    async with open_gateway(Connection("us-east-1", emulator.url), guard=GUARDS[by][0]) as gateway:
        for write in (
            gateway.imports.create(ImportAction.PUT, "s3://bucket/key"),
            gateway.objects.put("bucket", "key", b"{}"),
            gateway.objects.remove("bucket", "key"),
        ):
            with pytest.raises(ReadOnly, match="was not sent"):
                await write
    assert set(operations(emulator)) <= {"GetCallerIdentity"}


@pytest.mark.parametrize("method", READING)
async def test_a_read_is_not(emulator: Emulator, gateway: Gateway, method: str) -> None:
    await gateway.changes.create_tenant("shop")
    await gateway.changes.create_configuration_set(ConfigurationSet("receipts"))
    emulator.requests.clear()
    async with open_gateway(Connection("us-east-1", emulator.url), guard=Guard(refuses_all=True)) as looking:
        try:
            await call(looking, method)
        except ServiceError:
            assert method in ("suppressed_destination", "message_insights")
    assert operations(emulator)
    assert set(operations(emulator)) <= set(READS)


async def test_where_nobody_knows_whose_account_it_is_nothing_is_changed(emulator: Emulator) -> None:
    async with open_gateway(
        Connection("us-east-1", "http://127.0.0.1:9"), guard=Guard(read_only=("123456789012",))
    ) as gateway:
        with pytest.raises(Exception, match="GetCallerIdentity"):
            await gateway.changes.create_tenant("other")


async def test_another_connection_than_the_settings_name_is_changed_as_ever(emulator: Emulator) -> None:
    guard = Guard(read_only=("prod-*", "210987654321"))
    async with open_gateway(Connection("us-east-1", emulator.url), guard=guard) as gateway:
        await gateway.changes.create_tenant("shop")
    assert operations(emulator) == ["GetCallerIdentity", "CreateTenant"]


@BY
async def test_a_job_is_refused_before_it_is_begun_and_a_dry_run_is_not(
    emulator: Emulator, gateway: Gateway, tmp_path: Path, by: str
) -> None:
    await gateway.put_suppressed_destination(ACCOUNT, ALICE, Reason.BOUNCE)
    journal = journal_in(tmp_path)
    number = journal.plan(removal(await gateway.identify(), await rows(gateway)))
    emulator.requests.clear()
    async with open_gateway(Connection("us-east-1", emulator.url), guard=GUARDS[by][0]) as looking:
        with pytest.raises(ReadOnly):
            await Jobs(looking, journal, lambda: NOON).run(number)
        assert journal.job(number).began_at is None
        assert len(operations(emulator)) == GUARDS[by][1]
        await Jobs(looking, journal, lambda: NOON, dry=True).run(number)
    assert set(operations(emulator)) <= set(READS)
    journal.close()


# The commands


@pytest.fixture
def run(tmp_path: Path, environment: dict[str, str]) -> Callable[..., Awaitable[Ended]]:
    around = surroundings(environment, tmp_path / "state")

    async def one(*arguments: object) -> Ended:
        async with starting(around, tmp_path, "--config", str(tmp_path / "config.toml")) as start:
            return await end_of(await start(*arguments))

    (tmp_path / "config.toml").touch()
    return one


CHANGES: Final = {
    "add": ("add", "--account", "--reason", "BOUNCE", "--yes", "bob@corp.com"),
    "remove": ("remove", "--account", "--yes", ALICE),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("said", ["before", "behind", "profile", "account"])
async def test_a_change_is_refused_with_status_2_and_nothing_is_written_down(
    run: Any, emulator: Emulator, tmp_path: Path, change: str, said: str
) -> None:
    where = ("--endpoint-url", emulator.url, "--region", "us-east-1")
    before, behind = ("--read-only",) if said == "before" else (), ("--read-only",) if said == "behind" else ()
    if said in ("profile", "account"):
        names = {"profile": '"def*"', "account": '"210987654321", "1234*"'}[said]
        (tmp_path / "config.toml").write_text(f"read_only = [{names}]")
    ended = await run(*before, *where, *CHANGES[change], *behind)
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith(f"sestui {change}: Nothing was done: this connection is read-only, as ")
    assert operations(emulator) == (["GetCallerIdentity"] if said == "account" else [])
    assert not (tmp_path / "state").exists()


async def test_a_dry_run_is_a_look(run: Any, emulator: Emulator) -> None:
    where = ("--endpoint-url", emulator.url, "--region", "us-east-1")
    ended = await run("--read-only", *where, *CHANGES["add"], "--dry-run")
    assert ended.status == 0, ended.err
    assert "would be added" in ended.err
    assert set(operations(emulator)) <= set(READS)


@pytest.mark.parametrize("action", ["run", "retry", "undo"])
@pytest.mark.parametrize("said", ["before", "behind", "account"])
async def test_a_job_is_refused_with_status_2_and_is_as_it_was(
    run: Any, emulator: Emulator, gateway: Gateway, tmp_path: Path, action: str, said: str
) -> None:
    await gateway.put_suppressed_destination(ACCOUNT, ALICE, Reason.BOUNCE)
    journal = journal_in(tmp_path / "state")
    number = journal.plan(removal(await gateway.identify(), await rows(gateway)))
    before = journal.job(number)
    emulator.requests.clear()
    if said == "account":
        (tmp_path / "config.toml").write_text('read_only = ["123456789012"]')
    ended = await run(
        *(("--read-only",) if said == "before" else ()),
        *("jobs", action, number, *(("--yes",) if action == "undo" else ())),
        *(("--read-only",) if said == "behind" else ()),
    )
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith(f"sestui jobs {action}: Nothing was done: this connection is read-only, as ")
    assert operations(emulator) == []
    assert journal.job(number) == before
    assert len(journal.jobs()) == 1
    journal.close()
