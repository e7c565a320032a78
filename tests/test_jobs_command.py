"""`sestui jobs` as processes of their own, against an emulator."""

import os
import re
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sestui.__main__ import main
from sestui.domain.job import Outcome, Result, State, Who
from sestui.domain.suppression import Connection, Reason, SuppressedDestinationSummary, SuppressionList
from sestui.emulator import Conditions, Emulator, Rate
from sestui.services.journal import Journal
from sestui.sesv2.gateway import Gateway
from tests.conftest import EMPTY
from tests.job_plans import ACCOUNT, journal_in, reasons, removal, rows
from tests.job_processes import Ended, Start, Terminal, end_of, starting, surroundings, until
from tests.serving import faults, operations, serving

BOUNCE, COMPLAINT = Reason.BOUNCE, Reason.COMPLAINT
ALICE = SuppressedDestinationSummary("alice@corp.com", BOUNCE, 12.5)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = journal_in(tmp_path / "state")
    yield opened
    opened.close()


@pytest.fixture
async def start(tmp_path: Path, environment: dict[str, str]) -> AsyncIterator[Start]:
    async with starting(surroundings(environment, tmp_path / "state"), tmp_path) as begin:
        yield begin


Run = Callable[..., Awaitable[Ended]]


@pytest.fixture
def run(start: Start) -> Run:
    async def one(*arguments: object) -> Ended:
        return await end_of(await start(*arguments))

    return one


async def planned(gateway: Gateway, journal: Journal, number: int = 3, note: str = "") -> int:
    for it in range(number):
        await gateway.put_suppressed_destination(ACCOUNT, f"user{it}@corp.com", COMPLAINT if it == 1 else BOUNCE)
    return journal.plan(removal(await gateway.identify(), await rows(gateway), note=note))


def deletes(emulator: Emulator) -> int:
    """Return how many removals SES accepted."""
    return sum(it.operation == "DeleteSuppressedDestination" and it.status == 200 for it in emulator.requests)


SLOW = Conditions(rates=(Rate.parse("DeleteSuppressedDestination=60"),))
"""MANY removals take seconds."""
MANY = 120
"""More than are begun at once, so that there is something left to pause."""


# Looking


async def test_without_jobs_there_is_nothing_to_tell_and_no_file_is_made(run: Run, tmp_path: Path) -> None:
    ended = await run()
    assert (ended.status, ended.out) == (0, "")
    assert "CloudTrail" in ended.err
    assert (await run("list", "--json")).told == []
    assert not (tmp_path / "state").exists()


async def test_the_list_has_the_newest_first_and_says_who_and_what(run: Run, tmp_path: Path) -> None:
    who = Who("bob", "alice", "192.0.2.7 50000 192.0.2.1 22", "bastion")
    journal = Journal(tmp_path / "state" / "sestui", lambda: 1_795_348_800.5, who)
    there = Connection("us-east-1", None, "prod", "123456789012", "arn:aws:sts::1:assumed-role/OnCall/bob")
    first = journal.plan(removal(there, [ALICE], note="TICKET-1\x1b[2J"))
    second = journal.plan(removal(there, [replace_address("bob@corp.com")] * 1204, SuppressionList("acme")))
    journal.close()
    ended = await run("list")
    head, *lines = ended.out.splitlines()
    assert head.split() == ["ID", "WHEN", "(UTC)", "WHO", "WHAT", "WHERE", "STATE", "SETTLED", "NOTE"]
    assert re.split(r"  +", lines[0]) == [
        *(str(second), "2026-11-22 12:00:00", "bob (sudo by alice) from 192.0.2.7"),
        *("remove 1,204 entries from tenant acme", "123456789012 us-east-1", "planned", "none"),
    ]
    assert lines[1].startswith(f"{first} ")
    assert lines[1].endswith(r"TICKET-1\x1b[2J")
    assert "CloudTrail" in ended.err
    told = (await run("--json", "list")).told
    assert [job["id"] for job in told] == [second, first]
    assert told[1] == {
        **{"id": first, "kind": "remove", "state": "planned", "why": "", "running": False},
        **{"account": "123456789012", "region": "us-east-1", "endpoint": None, "profile": "prod"},
        **{"caller": "arn:aws:sts::1:assumed-role/OnCall/bob", "tenants": [None]},
        **{"total": 1, "settled": 0, "not_as_wanted": 0, "counts": {}},
        **{"planned_at": "2026-11-22T12:00:00.500Z", "read_at": told[1]["read_at"]},
        **{"began_at": None, "ended_at": None, "undoes": None, "note": "TICKET-1\x1b[2J"},
        **{"via": None, "parts": []},
        **{"user": "bob", "sudo_user": "alice", "ssh": "192.0.2.7 50000 192.0.2.1 22", "host": "bastion"},
    }
    assert [job["id"] for job in (await run("list", "--json", "--search", "BOB@")).told] == [second]
    assert [job["id"] for job in (await run("list", "--json", "--search", "ticket-1")).told] == [first]
    assert (await run("list", "--json", "--search", "carol")).told == []


def replace_address(address: str) -> SuppressedDestinationSummary:
    return ALICE._replace(address=address)


async def test_a_reader_that_has_enough_is_no_error(start: Start, journal: Journal) -> None:
    many = [replace_address(f"user{number}@corp.com") for number in range(5000)]
    number = journal.plan(removal(Connection("us-east-1", account="123456789012"), many))
    reading, writing = os.pipe()
    process = await start("show", number, "--json", stdout=writing)
    os.close(writing)
    assert os.read(reading, 100).startswith(b'{"id": 1')
    os.close(reading)
    ended = await end_of(process)
    assert (ended.status, ended.err) == (0, "")


async def test_show_tells_all_of_a_job(emulator: Emulator, gateway: Gateway, journal: Journal, run: Run) -> None:
    number = await planned(gateway, journal, note="TICKET-1")
    await gateway.put_suppressed_destination(ACCOUNT, "user2@corp.com", COMPLAINT)
    assert (await run("run", number)).status == 1
    ended = await run("show", number)
    assert ended.status == 0
    for text in (
        "remove 3 entries from account",
        f"123456789012 us-east-1 {emulator.url}",
        "assumed-role/OnCall/",
        "TICKET-1",
        "2 × removed, 1 × left alone: changed since the plan was made",
    ):
        assert text in ended.out
    wrong, first = ended.out.partition("not as wanted:")[2].split("the first entries:")
    assert re.findall(r"\w+@corp.com", wrong) == ["user2@corp.com"]
    assert re.findall(r"\w+@corp.com", first) == [f"user{it}@corp.com" for it in range(3)]
    assert "CloudTrail" in ended.err
    told = (await run("show", number, "--json")).told
    assert (told["id"], told["state"], told["note"]) == (number, "done", "TICKET-1")
    assert told["counts"] == {Outcome.REMOVED: 2, Outcome.CHANGED: 1}
    assert [(it["address"], it["before"]["reason"], it["outcome"]) for it in told["entries"]] == [
        ("user0@corp.com", "BOUNCE", Outcome.REMOVED),
        ("user1@corp.com", "COMPLAINT", Outcome.REMOVED),
        ("user2@corp.com", "BOUNCE", Outcome.CHANGED),
    ]
    assert set(told["entries"][0]) == {
        *("tenant", "address", "wanted", "before", "before_known", "asked_at", "outcome", "after", "detail"),
        *("attempts", "request_id", "settled_at"),
    }
    assert told["entries"][0]["attempts"] == 1
    assert re.fullmatch(r"[0-9a-f-]{36}", told["entries"][0]["request_id"])


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["show"], "ID"),
        (["show", "x"], "invalid int"),
        (["show", "7"], "no job 7"),
        (["run", "7"], "no job 7"),
        (["pause", "7"], "no job 7"),
        (["retry", "7"], "no job 7"),
        (["undo", "7", "--yes"], "no job 7"),
        (["list", "--yes"], "--yes"),
        (["explode"], "'undo'"),
    ],
)
def test_what_makes_no_sense_is_told(capsys: pytest.CaptureFixture[str], arguments: list[str], word: str) -> None:
    try:
        status: object = main(["jobs", *arguments])
    except SystemExit as ended:
        status = ended.code
    streams = capsys.readouterr()
    assert (status, streams.out) == (2, "")
    assert word in streams.err


# Running


async def test_run_carries_out_and_tells_no_progress_into_a_pipe(
    emulator: Emulator, gateway: Gateway, journal: Journal, run: Run
) -> None:
    number = await planned(gateway, journal)
    ended = await run("run", number)
    assert (ended.status, ended.out) == (0, "")
    assert ended.err == f"Job {number} is done: 3 × removed.\n"
    assert await rows(gateway) == []
    again = await run("run", number)
    assert again.status == 2
    assert f"sestui jobs retry {number}" in again.err
    assert deletes(emulator) == 3


async def test_what_failed_is_tried_again_by_retry_alone(
    emulator: Emulator, gateway: Gateway, journal: Journal, run: Run
) -> None:
    number = await planned(gateway, journal)
    journal.begin(number)
    entries = [it.entry for it in journal.entries(number)]
    failed = {0: Result(entries[0], Outcome.FAILED, detail="it did not work"), 1: Result(entries[1], Outcome.REFUSED)}
    journal.settle(number, {**failed, 2: Result(entries[2], Outcome.REMOVED)}, {Outcome.FAILED: 1})
    journal.state(number, State.DONE)
    ended = await run("retry", number, "--json")
    assert (ended.status, ended.told["counts"]) == (1, {Outcome.REMOVED: 2, Outcome.REFUSED: 1})
    assert deletes(emulator) == 1
    ended = await run("retry", number)
    assert ended.status == 0
    assert "nothing to try again" in ended.err


@pytest.mark.parametrize(
    ("conditions", "status", "word"),
    [
        (faults("access-denied@DeleteSuppressedDestination=1"), 4, "DeleteSuppressedDestination"),
        (faults("expired-credentials@DeleteSuppressedDestination=1"), 4, "renew the credentials"),
        (faults("access-denied@GetCallerIdentity=1"), 4, "GetCallerIdentity"),
    ],
    ids=["denied", "expired", "STS denied"],
)
async def test_a_refusal_of_all_pauses_the_job_with_a_status_of_its_own(
    emulator: Emulator,
    gateway: Gateway,
    journal: Journal,
    run: Run,
    conditions: Conditions,
    status: int,
    word: str,
) -> None:
    number = await planned(gateway, journal)
    emulator.conditions = conditions
    ended = await run("run", number)
    assert (ended.status, ended.out) == (status, "")
    assert word in ended.err
    emulator.conditions = Conditions()
    assert (await run("run", number)).status == 0
    assert await rows(gateway) == []


async def test_no_answer_at_all_is_told_and_nothing_is_lost(
    emulator: Emulator, gateway: Gateway, journal: Journal, run: Run
) -> None:
    number = await planned(gateway, journal)
    await emulator.stop()
    ended = await run("run", number)
    assert ended.status == 3
    assert "No answer" in ended.err
    assert journal.job(number).state is State.PLANNED


async def test_a_profile_that_is_gone_is_named(gateway: Gateway, journal: Journal, run: Run) -> None:
    there = (await gateway.identify())._replace(profile="oncall")
    number = journal.plan(removal(there, [ALICE]))
    for action in ("run", "undo"):
        ended = await run(action, number)
        assert ended.status == 2
        assert "There is no profile 'oncall'" in ended.err


async def test_another_account_is_refused_and_no_delete_is_sent_to_either(
    emulator: Emulator, gateway: Gateway, journal: Journal, run: Run
) -> None:
    await gateway.put_suppressed_destination(ACCOUNT, "alice@corp.com", BOUNCE)
    there = (await gateway.identify())._replace(account="210987654321")
    async with serving() as (other, _):
        for connection in (there, there._replace(endpoint=other.url)):
            number = journal.plan(removal(connection, await rows(gateway)))
            ended = await run("run", number)
            assert ended.status == 2
            assert "was planned on account 210987654321, this is 123456789012. Nothing was done." in ended.err
            assert journal.job(number).state is State.PLANNED
        assert deletes(other) == 0
    assert deletes(emulator) == 0
    assert len(await rows(gateway)) == 1


@pytest.mark.parametrize("option", [["--profile", "prod"], ["--region", "eu-west-1"], ["--demo"]])
def test_a_connection_cannot_be_chosen(capsys: pytest.CaptureFixture[str], option: list[str]) -> None:
    assert main([*option, "jobs", "run", "1"]) == 2
    assert "no connection can be chosen" in capsys.readouterr().err


async def test_of_two_runners_one_refuses_and_nothing_is_done_twice(
    emulator: Emulator, gateway: Gateway, journal: Journal, start: Start, run: Run
) -> None:
    number = await planned(gateway, journal, 30)
    emulator.conditions = Conditions(latency=3.0)
    first = await start("run", number)
    await until(lambda: journal.job(number).is_running)
    for action in ("run", "retry", "undo"):
        second = await run(action, number)
        assert second.status == 2
        assert str(number) in second.err
    emulator.conditions = Conditions()
    assert (await end_of(first)).status == 0
    assert deletes(emulator) == 30


# Pausing


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda it: it.name)
async def test_a_signal_pauses_a_job_once_its_calls_are_answered(
    emulator: Emulator, gateway: Gateway, journal: Journal, start: Start, run: Run, number: signal.Signals
) -> None:
    job = await planned(gateway, journal, MANY)
    emulator.conditions = SLOW
    process = await start("run", job)
    await until(lambda: journal.job(job).settled)
    process.send_signal(number)
    if number == signal.SIGHUP:
        # When a terminal goes, the shell and the kernel send one each.
        await until(lambda: "SigPnd:\t0000000000000000" in Path(f"/proc/{process.pid}/status").read_text())
        process.send_signal(number)
    ended = await end_of(process)
    assert ended.status == 130
    paused = journal.job(job)
    assert (paused.state, paused.is_running) == (State.PAUSED, False)
    assert f"Job {job} is paused" in ended.err
    # Nothing was broken off: what SES removed is what the journal knows to be removed.
    assert paused.counts == {Outcome.REMOVED: deletes(emulator)}
    assert len(await rows(gateway)) == MANY - deletes(emulator) > 0
    emulator.conditions = Conditions()
    assert not [it for it in journal.entries(job) if it.result is None and it.asked_at is not None]
    assert (await run("run", job)).status == 0
    assert deletes(emulator) == MANY


async def test_a_signal_before_a_job_has_begun_leaves_it_as_it_is(
    emulator: Emulator, gateway: Gateway, journal: Journal, start: Start
) -> None:
    number = await planned(gateway, journal)
    emulator.conditions = faults("timeout@GetCallerIdentity=1")
    process = await start("run", number)
    asked = len(emulator.requests)
    await until(lambda: len(emulator.requests) > asked)
    process.send_signal(signal.SIGINT)
    assert (await end_of(process)).status == 130
    assert journal.job(number).state is State.PLANNED
    assert deletes(emulator) == 0


@pytest.mark.parametrize(("action", "state"), [("pause", State.PAUSED), ("cancel", State.CANCELLED)])
async def test_pause_and_cancel_wait_until_it_is_so(
    emulator: Emulator, gateway: Gateway, journal: Journal, start: Start, run: Run, action: str, state: State
) -> None:
    number = await planned(gateway, journal, MANY)
    emulator.conditions = SLOW
    process = await start("run", number)
    await until(lambda: journal.job(number).settled)
    ended = await run(action, number, "--json")
    assert ended.status == 0
    assert (ended.told["state"], ended.told["running"]) == (state, False)
    assert ended.told["counts"] == {Outcome.REMOVED: deletes(emulator)}
    assert (await end_of(process)).status == 130
    assert len(await rows(gateway)) == MANY - deletes(emulator) > 0
    emulator.conditions = Conditions()
    again = await run("run", number)
    assert again.status == (0 if action == "pause" else 2)
    if action == "cancel":
        assert (await run("cancel", number)).status == 2
        # What was cancelled can be taken up again, on purpose.
        assert (await run("retry", number)).status == 0
    assert deletes(emulator) == MANY


async def test_a_job_whose_process_was_killed_is_told_and_goes_on(
    emulator: Emulator, gateway: Gateway, journal: Journal, start: Start, run: Run
) -> None:
    number = await planned(gateway, journal, 30)
    emulator.conditions = Conditions(latency=0.1)
    process = await start("run", number)
    await until(lambda: journal.job(number).settled)
    process.kill()
    await process.wait()
    assert (await run("list", "--json")).told[0]["state"] == "interrupted"
    assert f"sestui jobs run {number}" in (await run("show", number)).out
    assert (await run("run", number)).status == 0
    assert journal.job(number).counts == {Outcome.REMOVED: 30}


# Undoing


async def test_undo_shows_what_it_would_do_and_does_it_when_told_to(
    emulator: Emulator, gateway: Gateway, journal: Journal, run: Run
) -> None:
    number = await planned(gateway, journal)
    before = await reasons(gateway)
    assert (await run("run", number)).status == 0
    await gateway.put_suppressed_destination(ACCOUNT, "user2@corp.com", COMPLAINT)
    asked = len(emulator.requests)
    refused = await run("undo", number)
    assert (refused.status, refused.out) == (2, "")
    for text in (
        f"This undoes job {number}: remove 3 entries from account",
        "account 123456789012 · us-east-1",
        "1 entry to be put as BOUNCE on the list of the account",
        "1 entry to be put as COMPLAINT on the list of the account",
        "user0@corp.com (account): not there -> BOUNCE",
        "1 entry left alone",
        "is on the list again, as COMPLAINT",
        "LastUpdateTime",
        "--yes",
    ):
        assert text in refused.err
    by_s3 = await run("undo", number, "--via-s3", "s3://bucket/x")
    assert (
        "\n  by SES's import jobs, via s3://bucket/x: 1 object in S3; how long SES takes is not documented by AWS\n"
        in by_s3.err
    )
    dry = await run("undo", number, "--dry-run", "--json")
    assert dry.status == 0
    assert (dry.told["id"], dry.told["dry_run"], dry.told["counts"]) == (None, True, {Outcome.WOULD_ADD: 2})
    assert "nothing was changed" in dry.err
    assert [job.id for job in journal.jobs()] == [number]
    assert set(operations(emulator)[asked:]) == {"GetCallerIdentity", "GetAccount", "GetSuppressedDestination"}
    done = await run("undo", number, "--yes", "--note", "TICKET-2", "--json")
    assert done.status == 0
    assert (done.told["kind"], done.told["undoes"], done.told["note"]) == ("undo", number, "TICKET-2")
    assert done.told["left_alone"] == [
        {"tenant": None, "address": "user2@corp.com", "why": "is on the list again, as COMPLAINT"}
    ]
    assert await reasons(gateway) == before | {"user2@corp.com": COMPLAINT}
    again = await run("undo", number, "--yes")
    assert (again.status, "nothing left to undo" in again.err) == (0, True)
    back = await run("undo", done.told["id"], "--yes")
    assert back.status == 0
    assert await reasons(gateway) == {"user2@corp.com": COMPLAINT}


@pytest.mark.parametrize("world", [replace(EMPTY, sandbox=True)])
async def test_a_sandbox_account_is_told_beforehand(
    emulator: Emulator, gateway: Gateway, journal: Journal, run: Run
) -> None:
    number = journal.plan(removal(await gateway.identify(), [ALICE]))
    (entry,) = journal.entries(number)
    journal.begin(number)
    journal.settle(number, {0: Result(entry.entry, Outcome.REMOVED)}, {Outcome.REMOVED: 1})
    journal.state(number, State.DONE)
    assert "sandbox" in (await run("undo", number)).err
    assert (await run("undo", number, "--yes")).status == 1


@pytest.mark.parametrize(
    ("answer", "status"),
    [("3\n", 0), ("y\n", 130), ("\n", 130), ("30\n", 130), ("\x04", 130)],
    ids=["count", "y", "nothing", "another count", "end of input"],
)
async def test_on_a_terminal_the_count_is_typed(
    gateway: Gateway, journal: Journal, run: Run, start: Start, terminal: Terminal, answer: str, status: int
) -> None:
    number = await planned(gateway, journal)
    before = await reasons(gateway)
    assert (await run("run", number)).status == 0
    # Typed before there was a question: it is not the answer.
    terminal.type("3\n")
    process = await start("undo", number, stdin=terminal.theirs, stderr=terminal.theirs)
    await until(lambda: "Type 3 to undo it" in terminal.seen)
    terminal.type(answer)
    assert (await end_of(process)).status == status
    assert await reasons(gateway) == ({} if status else before)
    assert len(journal.jobs()) == (1 if status else 2)


async def test_on_a_terminal_the_progress_is_one_line_that_goes_away(
    emulator: Emulator, gateway: Gateway, journal: Journal, start: Start, terminal: Terminal
) -> None:
    number = await planned(gateway, journal, 40)
    emulator.conditions = Conditions(latency=0.1)
    process = await start("run", number, stderr=terminal.theirs)
    await until(lambda: re.search(r"of 40 \(\d+ %\), [\d.]+ a second, \d+ s left", terminal.seen))
    assert (await end_of(process)).status == 0
    await until(lambda: f"Job {number} is done" in terminal.seen)
    lines, end = terminal.seen.split("\r\x1b[K")[1:-1], terminal.seen.split("\r\x1b[K")[-1]
    assert len(lines) >= 2
    assert all("\n" not in line and line.startswith(f"job {number}: ") for line in lines)
    assert end == f"Job {number} is done: 40 × removed.\r\n"


async def test_a_job_that_waits_says_why(
    emulator: Emulator, gateway: Gateway, journal: Journal, start: Start, terminal: Terminal
) -> None:
    number = await planned(gateway, journal, 1)
    emulator.conditions = faults("500@DeleteSuppressedDestination=1")
    process = await start("run", number, stderr=terminal.theirs)
    await until(lambda: "waiting: An internal service error" in terminal.seen)
    process.send_signal(signal.SIGINT)
    assert (await end_of(process)).status == 130
    assert journal.job(number).state is State.PAUSED
    assert len(await rows(gateway)) == 1
