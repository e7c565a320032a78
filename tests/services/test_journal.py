"""The journal: what it takes in it gives back, for its owner alone, whoever else looks, and it is never thrown away."""

import json
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sestui.domain.errors import JobBusy, JobRefused, JournalTrouble
from sestui.domain.import_job import PartState, Place
from sestui.domain.job import Entry, Kind, Outcome, Plan, Result, State, Who, Wish
from sestui.domain.suppression import Connection, Reason, SuppressedDestinationSummary, SuppressionList
from sestui.services.journal import Journal
from sestui.services.record import Record

ACCOUNT, ACME = SuppressionList(), SuppressionList("acme")
HERE = Connection("us-east-1", None, "prod", "123456789012", "arn:aws:sts::123456789012:assumed-role/OnCall/bob")
WHO = Who("bob", "alice", "198.51.100.7 40022 192.0.2.1 22", "bastion")
DAY = 86400.0

TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
ROWS = st.builds(SuppressedDestinationSummary, TEXT, st.sampled_from(Reason), st.floats(0, 4e9))
LISTS = st.sampled_from([ACCOUNT, ACME])


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    row = draw(st.none() | ROWS)
    address = draw(TEXT) if row is None else row.address
    return Entry(draw(LISTS), address, draw(st.none() | st.sampled_from(Reason)), row, draw(st.booleans()))


class Clock:
    def __init__(self) -> None:
        self.now = 1_795_348_800.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def journal(tmp_path: Path, clock: Clock) -> Iterator[Journal]:
    opened = Journal(tmp_path / "state", clock, WHO)
    yield opened
    opened.close()


def plan(count: int = 3, **more: object) -> Plan:
    rows = [SuppressedDestinationSummary(f"user{it}@corp.com", Reason.BOUNCE, 1.5 + it) for it in range(count)]
    return Plan(Kind.REMOVE, HERE, [Entry(ACCOUNT, it.address, None, it) for it in rows], 5.0, **more)  # type: ignore[arg-type]


@given(planned=st.lists(entries(), max_size=20), note=TEXT, tenants=st.dictionaries(TEXT, TEXT, max_size=3))
@settings(max_examples=50)
def test_a_plan_is_given_back_as_it_was_taken_in(planned: list[Entry], note: str, tenants: dict[str, str]) -> None:
    journal = Journal(None, Clock(), WHO)
    number = journal.plan(Plan(Kind.UNDO, HERE, planned, 7.25, tenants, note, 3))
    assert [it.entry for it in journal.entries(number)] == planned
    assert [(it.asked_at, it.result, it.settled_at) for it in journal.entries(number)] == [(None, None, None)] * len(
        planned
    )
    job = journal.job(number)
    assert (job.kind, job.connection, job.total, job.read_at) == (Kind.UNDO, HERE, len(planned), 7.25)
    assert (job.tenants, job.note, job.who, job.undoes, job.state) == (tenants, note, WHO, 3, State.PLANNED)
    assert set(job.lists) == {it.which for it in planned}
    journal.close()


def test_what_is_claimed_and_not_settled_is_asked_and_unknown(journal: Journal, clock: Clock) -> None:
    number = journal.plan(plan(5))
    journal.begin(number)
    claimed = journal.claim(number, -1, 3)
    assert [(it.number, it.asked_at) for it in claimed] == [(0, None), (1, None), (2, None)]
    done = Result(claimed[0].entry, Outcome.REMOVED, None, "", 2, "id-1")
    journal.settle(number, {0: done}, {Outcome.REMOVED: 1})
    journal.release(number, [2])
    # Here the process is killed. Whoever goes on finds what was asked, and what was not.
    journal.close()
    assert [(it.number, it.asked_at) for it in journal.claim(number, -1, 9)] == [
        (1, clock.now),
        (2, None),
        (3, None),
        (4, None),
    ]
    first = next(journal.entries(number))
    assert (first.result, first.settled_at) == (done, clock.now)


def test_one_process_alone_runs_a_job_and_another_may_look_on(journal: Journal, tmp_path: Path) -> None:
    number = journal.plan(plan())
    looking = Journal(tmp_path / "state", Clock())
    with journal.alone(number):
        journal.begin(number)
        with pytest.raises(JobBusy, match="Another process runs job 1"), looking.alone(number):
            pass
        seen = looking.job(number)
        assert (seen.is_running, seen.is_interrupted) == (True, False)
    seen = looking.job(number)
    assert (seen.is_running, seen.is_interrupted, seen.can_run) == (False, True, True)
    looking.close()


def test_a_wish_is_heard_by_the_runner_and_holds_at_once_where_there_is_none(journal: Journal) -> None:
    running, resting = journal.plan(plan()), journal.plan(plan())
    with journal.alone(running):
        journal.begin(running)
        assert journal.wish(running, Wish.PAUSE).state is State.RUNNING
        assert journal.wished(running) is Wish.PAUSE
    assert journal.wish(resting, Wish.CANCEL).state is State.CANCELLED
    with pytest.raises(JobRefused, match="is cancelled already"):
        journal.wish(resting, Wish.PAUSE)
    with pytest.raises(JobRefused, match="There is no job 99"):
        journal.wish(99, Wish.PAUSE)


def test_jobs_are_found_by_note_and_by_address_whatever_the_case(journal: Journal) -> None:
    journal.plan(plan(note="OPS-7 outage"))
    journal.plan(Plan(Kind.ADD, HERE, [Entry(ACME, "Zoe@corp.com", Reason.BOUNCE)], 0.0))
    assert [job.id for job in journal.jobs()] == [2, 1]
    assert [job.id for job in journal.jobs("ops-7")] == [1]
    assert [job.id for job in journal.jobs("zoe@CORP")] == [2]
    assert journal.jobs("%") == []


def test_what_ended_long_ago_is_forgotten_and_what_did_not_end_is_kept(
    journal: Journal, clock: Clock, tmp_path: Path
) -> None:
    done, open_ = journal.plan(plan()), journal.plan(plan())
    for number in (done, open_):
        with journal.alone(number):
            (tmp_path / "state" / f"job-{number}.log").write_text("what its own process said")
    journal.state(done, State.DONE)
    journal.edit(HERE, "edit account", None, None, "planned")
    clock.now += 89 * DAY
    journal.tidy(90)
    assert len(journal.jobs()) == 2
    clock.now += 2 * DAY
    journal.tidy(90)
    assert [job.id for job in journal.jobs()] == [open_]
    assert list(journal.entries(done)) == []
    assert journal.edits() == []
    assert {path.stem for path in (tmp_path / "state").glob("job-*")} == {f"job-{open_}"}
    assert journal.plan(plan()) == 3, "a number is never given twice"


def test_a_file_of_somebody_elses_beside_those_of_a_job_stays(journal: Journal, clock: Clock, tmp_path: Path) -> None:
    done = journal.plan(plan())
    with journal.alone(done):
        pass
    copy = tmp_path / "state" / f"job-{done}.log.bak"
    copy.write_text("what somebody wants to keep")
    journal.state(done, State.DONE)
    clock.now += 91 * DAY
    journal.tidy(90)
    assert list((tmp_path / "state").glob("job-*")) == [copy]


def test_it_is_for_its_owner_alone_and_who_only_looks_leaves_nothing(journal: Journal, tmp_path: Path) -> None:
    journal.tidy(1)
    assert not (tmp_path / "state").exists()
    number = journal.plan(plan())
    with journal.alone(number):
        pass
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "state").iterdir()}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700


def test_a_file_that_is_no_journal_is_left_as_it_is(journal: Journal, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(mode=0o700)
    file = tmp_path / "state" / "journal.sqlite"
    file.write_bytes(b"no database, but dear to somebody" * 100)
    before = file.read_bytes()
    with pytest.raises(JournalTrouble, match="can't be used"):
        journal.plan(plan())
    assert file.read_bytes() == before
    file.unlink()
    with sqlite3.connect(file) as another:
        another.execute("CREATE TABLE theirs (x)")
    another.close()
    file.chmod(0o600)
    with pytest.raises(JournalTrouble, match=r"another program's .* Move it away"):
        journal.plan(plan())


def test_one_of_a_newer_version_is_not_touched(journal: Journal, tmp_path: Path) -> None:
    journal.plan(plan())
    journal.close()
    with sqlite3.connect(tmp_path / "state" / "journal.sqlite") as newer:
        newer.execute("PRAGMA user_version = 99")
    newer.close()
    with pytest.raises(JournalTrouble, match="another version of sestui"):
        journal.jobs()


def test_one_that_others_could_have_written_is_not_used(journal: Journal, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state").chmod(0o777)
    with pytest.raises(JournalTrouble, match="Others can write to"):
        journal.plan(plan())


_WRITER = """
import sys
from pathlib import Path
from sestui.services.journal import Journal
from tests.services.test_journal import plan
journal = Journal(Path(sys.argv[1]), lambda: 1.0)
for _ in range(10):
    print(journal.plan(plan(200)), flush=True)
"""


def test_several_processes_write_at_once_and_nothing_is_lost(journal: Journal, tmp_path: Path) -> None:
    folder = str(tmp_path / "state")
    writers = [
        subprocess.Popen([sys.executable, "-c", _WRITER, folder], stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    numbers = [line for writer in writers for line in writer.communicate()[0].split()]
    assert [writer.returncode for writer in writers] == [0, 0, 0]
    assert sorted(map(int, numbers)) == list(range(1, 31))
    assert {len(list(journal.entries(number))) for number in range(1, 31)} == {200}


def test_the_copy_has_a_line_of_each_plan_outcome_and_edit(journal: Journal, tmp_path: Path) -> None:
    journal.copy = Record(tmp_path / "copy.jsonl")
    number = journal.plan(plan(1, note="OPS-7"))
    (claim,) = journal.claim(number, -1, 1)
    journal.settle(number, {0: Result(claim.entry, Outcome.REMOVED, None, "", 1, "id-1")}, {Outcome.REMOVED: 1})
    journal.edit(HERE, "edit account", None, None, "planned")
    planned, settled, edited = map(json.loads, (tmp_path / "copy.jsonl").read_text().splitlines())
    assert (planned["job"], planned["planned"], planned["note"], planned["sudo_user"]) == (
        1,
        "remove",
        "OPS-7",
        "alice",
    )
    assert (settled["address"], settled["outcome"], settled["request_id"]) == ("user0@corp.com", "removed", "id-1")
    assert settled["before"] == {"reason": "BOUNCE", "last_update": 1.5}
    assert (edited["action"], edited["outcome"]) == ("edit account", "planned")
    assert stat.S_IMODE((tmp_path / "copy.jsonl").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("name", "why"),
    [("nowhere/copy", "No such file"), ("shared", "Others can write"), ("pipe", "no file"), ("link", "no file")],
)
def test_what_cannot_be_copied_is_not_done(journal: Journal, tmp_path: Path, name: str, why: str) -> None:
    (tmp_path / "shared").touch()
    (tmp_path / "shared").chmod(0o666)
    (tmp_path / "link").symlink_to("shared")
    os.mkfifo(tmp_path / "pipe")
    journal.copy = Record(tmp_path / name)
    with pytest.raises(JournalTrouble, match=rf"copy .* can't be written: .*{why}"):
        journal.plan(plan())


def test_one_of_the_first_version_is_taken_over_and_nothing_is_lost(journal: Journal, tmp_path: Path) -> None:
    number = journal.plan(plan(3, note="OPS-7"))
    (claim,) = journal.claim(number, -1, 1)
    journal.settle(number, {0: Result(claim.entry, Outcome.REMOVED, None, "", 1, "id-1")}, {Outcome.REMOVED: 1})
    journal.edit(HERE, "edit account", None, None, "planned")
    before = journal.jobs(), list(journal.entries(number)), journal.edits()
    journal.close()
    with sqlite3.connect(tmp_path / "state" / "journal.sqlite") as file:
        new = schema(file)
        # As jobs were before they could go by S3.
        file.execute("DROP TABLE part")
        file.execute("ALTER TABLE job DROP COLUMN via")
        file.execute("PRAGMA user_version = 1")
    file.close()
    assert (journal.jobs(), list(journal.entries(number)), journal.edits()) == before
    by_s3 = journal.plan(plan(2, via="s3://bucket/in"))
    journal.imports.cut(by_s3, Place("bucket", "in"))
    assert (journal.job(by_s3).via, [(it.first, it.last) for it in journal.job(by_s3).parts]) == (
        "s3://bucket/in",
        [(0, 1)],
    )
    journal.close()
    with sqlite3.connect(tmp_path / "state" / "journal.sqlite") as file:
        assert schema(file) == new
    file.close()


def schema(file: sqlite3.Connection) -> dict[str, list[object]]:
    tables = [name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {name: file.execute(f"PRAGMA table_info({name})").fetchall() for name in tables}


@settings(max_examples=50)
@given(st.lists(st.booleans(), min_size=1, max_size=40), st.sets(st.integers(0, 39)), st.data())
def test_each_entry_that_is_not_settled_is_in_one_open_part_whatever_was_tried_again(
    puts: list[bool], failed: set[int], data: st.DataObject
) -> None:
    journal = Journal(None, lambda: 1.0)
    wanted = [Reason.BOUNCE if put else None for put in puts]
    entries = [Entry(ACCOUNT, f"user{number}@corp.com", it) for number, it in enumerate(wanted)]
    number = journal.plan(Plan(Kind.ADD, HERE, entries, 5.0, via="s3://bucket"))
    # As if objects held a few addresses.
    most = data.draw(st.sampled_from([1, 3, 7]))
    for _ in range(3):
        journal.imports.cut(number, Place("bucket"), most)
        parts = [it for it in journal.parts(number) if it.state is PartState.PLANNED]
        held = [it.number for part in parts for it in journal.members(number, part)]
        assert sorted(held) == [it.number for it in journal.entries(number) if it.result is None]
        assert all(len(journal.members(number, part)) <= most for part in parts)
        for part in data.draw(st.lists(st.sampled_from(parts), unique=True)) if parts else ():
            outcomes = {
                it.number: Result(it.entry, Outcome.FAILED if it.number in failed else Outcome.REMOVED)
                for it in journal.members(number, part)
            }
            journal.settle(number, outcomes, {}, replace(part, state=PartState.REMOVED))
        journal.reopen(number)
    journal.close()
