"""`sestui add` and `sestui remove` as processes of their own, against an emulator."""

import json
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sestui.domain.job import Outcome, State
from sestui.domain.suppression import Reason, SuppressionList
from sestui.emulator import Emulator
from sestui.services.journal import Journal
from sestui.sesv2.gateway import Gateway
from tests.conftest import EMPTY, SMALL
from tests.job_plans import ACCOUNT, journal_in, reasons, removal, rows
from tests.job_processes import Ended, Start, Terminal, end_of, starting, surroundings, until
from tests.serving import faults, operations

RETAIL = SuppressionList("acme-retail")
BOUNCE, COMPLAINT = Reason.BOUNCE, Reason.COMPLAINT


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = journal_in(tmp_path / "state")
    yield opened
    opened.close()


@pytest.fixture
async def start(tmp_path: Path, environment: dict[str, str], emulator: Emulator) -> AsyncIterator[Start]:
    where = ("--endpoint-url", emulator.url, "--region", "us-east-1")
    async with starting(surroundings(environment, tmp_path / "state"), tmp_path, *where) as begin:
        yield begin


Run = Callable[..., Awaitable[Ended]]


@pytest.fixture
def run(start: Start, tmp_path: Path) -> Run:
    async def one(*arguments: str, given: str | None = None) -> Ended:
        if given is None:
            return await end_of(await start(*arguments))
        file = tmp_path / "given"
        file.write_text(given)
        with file.open("rb") as stream:
            return await end_of(await start(*arguments, stdin=stream))

    return one


async def put(gateway: Gateway, **entries: Reason) -> None:
    for name, reason in entries.items():
        await gateway.put_suppressed_destination(ACCOUNT, f"{name}@corp.com", reason)


# Removal


async def test_a_removal_shows_its_plan_and_needs_a_yes(
    emulator: Emulator, gateway: Gateway, journal: Journal, run: Run
) -> None:
    await put(gateway, alice=BOUNCE, bob=COMPLAINT)
    asked = ("remove", "--account", "alice@corp.com", "bob@corp.com", "carol@corp.com")
    refused = await run(*asked)
    assert (refused.status, refused.out) == (2, "")
    for text in (
        "account 123456789012 · us-east-1",
        "1 entry to be taken off the list of the account",
        "alice@corp.com (account): BOUNCE -> off the list",
        "2 entries left alone",
        "bob@corp.com (account): COMPLAINT -> off the list  stays on the list",
        "carol@corp.com (account): not there -> off the list  is not on the list under this spelling",
        "1 BOUNCE",
        "takes at most",
        "--yes",
    ):
        assert text in refused.err
    assert not journal.path or not journal.path.exists()
    assert not {"DeleteSuppressedDestination"} & set(operations(emulator))
    done = await run(*asked, "--yes", "--note", "OPS-7", "--json")
    assert done.status == 0
    assert (done.told["id"], done.told["note"], done.told["counts"]) == (1, "OPS-7", {Outcome.REMOVED: 1})
    assert [it["address"] for it in done.told["left_alone"]] == ["bob@corp.com", "carol@corp.com"]
    assert await reasons(gateway) == {"bob@corp.com": COMPLAINT}
    (job,) = journal.jobs()
    assert (job.kind, job.note) == ("remove", "OPS-7")


async def test_complaints_go_where_that_is_said(gateway: Gateway, run: Run) -> None:
    await put(gateway, alice=BOUNCE, bob=COMPLAINT)
    done = await run("remove", "--account", "bob@corp.com", "alice@corp.com", "--include-complaints", "--yes")
    assert done.status == 0
    assert await reasons(gateway) == {}


async def test_a_dry_run_asks_nobody_and_changes_nothing(gateway: Gateway, journal: Journal, run: Run) -> None:
    await put(gateway, alice=BOUNCE)
    done = await run("remove", "--account", "alice@corp.com", "--dry-run", "--json")
    assert done.status == 0
    assert (done.told["id"], done.told["dry_run"], done.told["counts"]) == (None, True, {Outcome.WOULD_REMOVE: 1})
    assert await reasons(gateway) == {"alice@corp.com": BOUNCE}
    assert not journal.path or not journal.path.exists()


@pytest.mark.parametrize("world", [SMALL])
async def test_what_list_writes_remove_reads(gateway: Gateway, run: Run) -> None:
    before = await rows(gateway, RETAIL)
    going = {row.address for row in before if row.reason is BOUNCE and row.address.endswith("@outlook.com")}
    assert going
    listed = await run("list", "--tenant", "acme-retail", "--filter", "domain:outlook.com", "--format", "csv")
    asked = ("remove", "--tenant", "acme-retail", "--from-file", "-")
    dry = await run(*asked, "--dry-run", given=listed.out)
    assert dry.status == 0
    assert f"{len(going)} × would be removed" in dry.err.replace(",", "")
    assert (await run(*asked, "--yes", given=listed.out)).status == 0
    assert {row.address for row in await rows(gateway, RETAIL)} == {row.address for row in before} - going


@pytest.mark.parametrize("world", [SMALL])
async def test_a_filter_removes_what_it_lets_through(gateway: Gateway, run: Run) -> None:
    before = await rows(gateway)
    asked = ("remove", "--account", "--filter", "domain:gmail.com reason:bounce", "--yes", "--json")
    done = await run(*asked)
    assert done.status == 0
    left = {row.address for row in before if not (row.address.endswith("@gmail.com") and row.reason is BOUNCE)}
    assert {row.address for row in await rows(gateway)} == left
    assert done.told["counts"] == {Outcome.REMOVED: len(before) - len(left)}
    again = await run(*asked)
    assert (again.status, again.told["total"], again.told["id"]) == (0, 0, None)


async def test_an_entry_with_another_reason_than_the_file_says_is_left_alone(gateway: Gateway, run: Run) -> None:
    await put(gateway, alice=COMPLAINT, bob=BOUNCE)
    done = await run(
        *("remove", "--account", "--include-complaints", "--yes", "-"), given="alice@corp.com,BOUNCE\nbob@corp.com\n"
    )
    assert done.status == 1
    assert "with another reason than was said" in done.err
    assert await reasons(gateway) == {"alice@corp.com": COMPLAINT}


# Addition


async def test_an_addition_takes_a_rows_own_reason_first(gateway: Gateway, run: Run) -> None:
    given = "alice@corp.com,COMPLAINT\nbob@corp.com\n"
    lacking = await run("add", "--account", "-", "--yes", given=given)
    assert lacking.status == 2
    assert "line 2 (bob@corp.com)" in lacking.err
    done = await run("add", "--account", "-", "--reason", "bounce", "--yes", given=given)
    assert done.status == 0
    assert await reasons(gateway) == {"alice@corp.com": COMPLAINT, "bob@corp.com": BOUNCE}


async def test_what_is_no_address_is_told_and_the_rest_is_done(gateway: Gateway, run: Run) -> None:
    given = "alice@corp.com\nno address\nAlice <ALICE@CORP.COM>\nalice@corp.com\n"
    done = await run("add", "--account", "--from-file", "-", "--reason", "BOUNCE", "--yes", "--json", given=given)
    assert done.status == 1
    assert "line 2: no address  has no @" in done.err
    assert "1 address came again" in done.err
    assert done.told["refused"] == [{"line": 2, "text": "no address", "why": "has no @"}]
    assert await reasons(gateway) == {"alice@corp.com": BOUNCE, "ALICE@corp.com": BOUNCE}


@pytest.mark.parametrize("world", [SMALL])
async def test_what_list_writes_add_reads_with_every_reason(gateway: Gateway, run: Run) -> None:
    listed = await run("list", "--format", "jsonl", "--filter", "domain:gmail.com")
    wanted = {it["emailAddress"]: it["reason"] for it in map(json.loads, listed.out.splitlines())}
    before = await reasons(gateway, RETAIL)
    done = await run("add", "--tenant", "acme-retail", "--from-file", "-", "--yes", given=listed.out)
    assert done.status in (0, 1)
    after = await reasons(gateway, RETAIL)
    assert after == wanted | before


async def test_another_reason_is_replaced_where_that_is_said(gateway: Gateway, run: Run) -> None:
    await put(gateway, alice=BOUNCE, bob=COMPLAINT)
    asked = ("add", "--account", "alice@corp.com", "bob@corp.com", "--reason", "COMPLAINT", "--yes")
    left = await run(*asked)
    assert left.status == 1
    assert "alice@corp.com (account): BOUNCE -> COMPLAINT  is on the list with another reason" in left.err
    assert "bob@corp.com (account): COMPLAINT -> COMPLAINT  is on the list already" in left.err
    assert (await run(*asked, "--replace")).status == 0
    assert await reasons(gateway) == {"alice@corp.com": COMPLAINT, "bob@corp.com": COMPLAINT}


@pytest.mark.parametrize("world", [replace(EMPTY, sandbox=True)])
async def test_in_a_sandbox_nothing_is_begun(emulator: Emulator, run: Run) -> None:
    refused = await run("add", "--account", "alice@corp.com", "--reason", "BOUNCE", "--yes")
    assert refused.status == 2
    assert "sandbox" in refused.err
    assert "PutSuppressedDestination" not in operations(emulator)


# By S3


@pytest.mark.parametrize("world", [replace(EMPTY, addresses=10_500)])
@pytest.mark.parametrize(
    ("arguments", "objects"),
    [
        (("add", "--reason", "BOUNCE", "-"), "1 object"),
        (("remove", "--filter", "re:.", "--include-complaints"), "2 objects"),
    ],
)
async def test_a_plan_by_s3_tells_no_time_of_single_calls(run: Run, arguments: tuple[str, ...], objects: str) -> None:
    given = "".join(f"new{number}@corp.com\n" for number in range(1200))
    refused = await run(*arguments, "--account", "--via-s3", "s3://bucket/x", given=given)
    assert (refused.status, "--yes does it without a question" in refused.err) == (2, True)
    way = f"by SES's import jobs, via s3://bucket/x: {objects} in S3; how long SES takes is not documented by AWS"
    assert f"  {way}" in refused.err.splitlines()
    assert re.search(r"^  read \d+ s ago$", refused.err, re.MULTILINE)
    assert "takes at most" not in refused.err


# What is asked wrongly


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["remove", "alice@corp.com"], "--tenant NAME"),
        (["remove", "--account", "--tenant", "acme", "alice@corp.com"], "--tenant NAME"),
        (["remove", "--account"], "in one way"),
        (
            ["remove", "--tenant", "acme", "--via-s3", "s3://bucket/x", "alice@corp.com"],
            "no import jobs for a tenant's",
        ),
        (["remove", "--account", "--via-s3", "bucket", "alice@corp.com"], "no place in S3"),
        (["remove", "--account", "alice@corp.com", "--filter", "x"], "in one way"),
        (["remove", "--account", "--filter", ""], "An empty filter"),
        (["remove", "--account", "--filter", "  ! "], "An empty filter"),
        (["remove", "--account", "--filter", "domain:"], "has no value, and would let every address through: domain:"),
        (["remove", "--account", "--filter", "reason:bounce !domain:."], "has no value"),
        (["remove", "--account", "--filter", "since: a"], "has no value"),
        (["remove", "--account", "--filter", "re:"], "has no value"),
        (["remove", "--account", "--filter", "re:("], "re:("),
        (["add", "--account", "-"], "No address came"),
        (["add", "--account", "--from-file", "no-such-file"], "no-such-file"),
        (["add", "--account", "--from-file", "."], "folder"),
        (["add", "--account", "alice@corp.com", "--reason", "spam"], "--reason"),
    ],
)
async def test_what_makes_no_sense_sends_nothing(
    emulator: Emulator, run: Run, arguments: list[str], words: str
) -> None:
    refused = await run(*arguments, "--yes", given="\n \n")
    assert (refused.status, refused.out) == (2, "")
    assert words in refused.err
    assert operations(emulator) == []


async def test_a_tenant_that_is_not_there_is_said(run: Run) -> None:
    refused = await run("remove", "--tenant", "nobody", "alice@corp.com", "--yes")
    assert refused.status == 1
    assert "nobody" in refused.err


async def test_what_is_denied_has_a_status_of_its_own(emulator: Emulator, gateway: Gateway, run: Run) -> None:
    await put(gateway, alice=BOUNCE)
    emulator.conditions = faults("access-denied@DeleteSuppressedDestination=1")
    refused = await run("remove", "--account", "alice@corp.com", "--yes")
    assert refused.status == 4
    assert "DeleteSuppressedDestination is denied" in refused.err


async def test_a_change_drops_jobs_that_ended_long_ago(
    gateway: Gateway, run: Run, journal: Journal, tmp_path: Path
) -> None:
    before = journal_in(tmp_path / "state", lambda: time.time() - 91 * 86400)
    before.state(before.plan(removal(gateway.connection, ())), State.DONE)
    before.close()
    assert (await run("add", "--account", "alice@corp.com", "--reason", "BOUNCE", "--yes")).status == 0
    assert [job.id for job in journal.jobs()] == [2]


# On a terminal


@pytest.mark.parametrize(("answer", "left"), [("2", 0), ("yes", 2)])
async def test_the_count_is_typed(gateway: Gateway, start: Start, terminal: Terminal, answer: str, left: int) -> None:
    await put(gateway, alice=BOUNCE, bob=BOUNCE)
    process = await start(
        *("remove", "--account", "--filter", "corp.com"), stdin=terminal.theirs, stderr=terminal.theirs
    )
    await until(lambda: "Type 2 to remove them" in terminal.seen)
    terminal.type(f"{answer}\n")
    assert (await end_of(process)).status == (130 if left else 0)
    assert len(await rows(gateway)) == left
    if not left:
        assert re.search(r"Job 1 is done: 2 × removed", terminal.seen)
