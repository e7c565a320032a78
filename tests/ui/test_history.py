"""`J`: what was done, what runs, and the wishes that a person may have of it. The screen itself changes nothing."""

import os
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from sestui.domain.import_job import PartState, Place
from sestui.domain.job import Entry, Job, Kind, Outcome, Plan, Result, Who, Wish
from sestui.domain.job_words import Action
from sestui.domain.suppression import Connection, Reason, SuppressedDestinationSummary, SuppressionList
from sestui.emulator import Emulator
from sestui.services.history import MOST_ENTRIES
from sestui.services.jobs import Jobs
from sestui.services.journal import Journal
from sestui.sesv2.gateway import Gateway
from sestui.ui.app import SestuiApp
from sestui.ui.screens import history
from sestui.ui.screens.history import HistoryDialog
from tests.conftest import MakeApp
from tests.serving import NOON, faults, operations
from tests.ui.screen import lacks, screen_text, shows, type_text, until

ACCOUNT, BOUNCE = SuppressionList(), Reason.BOUNCE
WHO = Who("oncall", "maria", "10.20.30.40 51234 10.0.0.5 22", "bastion-1")
HERE = Connection("us-east-1")
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)])


def now() -> float:
    return NOON


def put(address: str) -> Entry:
    return Entry(ACCOUNT, address, BOUNCE)


def removal(address: str) -> Entry:
    return Entry(ACCOUNT, address, None, SuppressedDestinationSummary(address, BOUNCE, NOON - 86400))


def removals(number: int) -> list[Entry]:
    return [removal(f"user{at}@corp.com") for at in range(number)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "looked-at"


@pytest.fixture
def journal(folder: Path) -> Journal:
    """The one that jobs are written into; the screen has another."""
    return Journal(folder, now, WHO)


def planned(
    journal: Journal, entries: list[Entry], where: Connection = HERE, kind: Kind = Kind.REMOVE, **more: Any
) -> int:
    return journal.plan(Plan(kind, where, entries, NOON - 3, **more))


RunJob = Callable[..., Awaitable[Job]]


@pytest.fixture
def run(gateway: Gateway, journal: Journal) -> RunJob:
    """Plan and carry out a job against the emulator."""

    async def do(entries: list[Entry], kind: Kind = Kind.ADD, **more: Any) -> Job:
        number = planned(journal, entries, await gateway.identify(), kind, **more)
        return await Jobs(gateway, journal, now).run(number)

    return do


class Opened:
    """An app with the history on top, and what that came to."""

    def __init__(self, app: SestuiApp, journal: Journal, **more: Any) -> None:
        self.wishes: list[tuple[Action, int]] = []
        self.undone: list[int | None] = []
        app.push_screen(HistoryDialog(journal, now, self._carry_out, **more), self.undone.append)

    async def _carry_out(self, action: Action, number: int) -> str:
        self.wishes.append((action, number))
        return f"Job {number} is to {action}."

    def is_closed(self) -> bool:
        return self.undone == [None]


async def opened(pilot: Pilot[Any], journal: Journal, *texts: str, **more: Any) -> Opened:
    app = pilot.app
    assert isinstance(app, SestuiApp)
    await shows(pilot, "list of the account")  # The screen below is at rest.
    it = Opened(app, journal, **more)
    await shows(pilot, "Jobs and journal", "this host and user only; elsewhere: CloudTrail", *texts)
    return it


@SIZES
async def test_the_jobs_stand_there_newest_first_and_one_of_them_whole(
    make_app: MakeApp, run: RunJob, folder: Path, size: tuple[int, int]
) -> None:
    added = await run([put(f"user{at}@corp.com") for at in range(3)], note="OPS-17")
    await run([removal("nobody@corp.com")], Kind.REMOVE)
    await run([removal("user1@corp.com")], Kind.UNDO, undoes=added.id)
    async with make_app().run_test(size=size) as pilot:
        await opened(pilot, Journal(folder, now), "Job 3: undo of 1: 1, list of the account", "Undoes     job 1")
        lines = screen_text(pilot.app)
        places = [lines.index(words) for words in ("▸ 3", "  2 ", "  1 ")]
        assert places == sorted(places)
        await pilot.press("G")
        await shows(pilot, "Job 1: add 3", "State      done", "Outcomes   3 added", "Undone     by job 3")
        await shows(pilot, "Note       OPS-17", "Account    123456789012 · us-east-1", "Plan       3 → BOUNCE")
        await shows(pilot, "oncall (sudo by maria) from 10.20.30.40, on bastion-1", "assumed-role/OnCall")
        await pilot.press("enter", "G")
        await shows(pilot, "user0@corp.com", "12:00:00 added")


@SIZES
async def test_what_did_not_come_out_as_wanted_comes_first_with_its_error(
    make_app: MakeApp, run: RunJob, folder: Path, size: tuple[int, int]
) -> None:
    await run([*(put(f"user{at}@corp.com") for at in range(30)), put("no address")])
    async with make_app().run_test(size=size) as pilot:
        await opened(pilot, Journal(folder, now), "done · 1 not as wanted", "30 added, 1 failed", "Not as wanted")
        await pilot.press("enter", "j", "j", "j", "j")
        await shows(pilot, "no address", "failed: ", "request ")


async def test_a_job_of_a_dead_process_is_interrupted_and_one_that_lives_is_running(
    make_app: MakeApp, journal: Journal, folder: Path
) -> None:
    number = planned(journal, removals(9000))
    async with make_app().run_test(size=(120, 40)) as pilot:
        with journal.alone(number):
            journal.begin(number)
            await opened(pilot, Journal(folder, now), "running 0 of 9,000")
        # Nothing was written: the lock alone tells.
        await shows(pilot, "interrupted at 0 of 9,000: its process died")


@SIZES
async def test_a_job_by_s3_says_where_it_is(
    make_app: MakeApp, journal: Journal, folder: Path, size: tuple[int, int]
) -> None:
    number = planned(journal, removals(30), via="s3://bucket/in")
    journal.imports.cut(number, Place("bucket", "in"), 20)
    async with make_app().run_test(size=size) as pilot:
        await opened(pilot, Journal(folder, now), "Via        s3://bucket/in; 0 of 2 parts over")
        (first, _) = journal.parts(number)
        journal.imports.write(number, replace(first, state=PartState.ASKED, job_id="id-1", processed=7))
        await shows(pilot, "part 1: import job id-1, 7")


async def test_progress_comes_by_itself_and_the_cursor_stays_on_its_job(
    make_app: MakeApp, journal: Journal, folder: Path
) -> None:
    first = planned(journal, removals(2))
    async with make_app().run_test(size=(80, 24)) as pilot:
        it = await opened(pilot, Journal(folder, now), "planned, not begun")
        await pilot.press("k")
        for _ in range(12):
            planned(journal, removals(1))
        await shows(pilot, "13 jobs", "▸ 1", f"Job {first}:")
        with journal.alone(first):
            journal.begin(first)
            claimed = journal.claim(first, -1, 1)
            await shows(pilot, "running 0 of 2")
            await shows(pilot, "asked, answer unknown")
            journal.settle(
                first, {at.number: Result(at.entry, Outcome.REMOVED) for at in claimed}, {Outcome.REMOVED: 1}
            )
            await shows(pilot, "running 1 of 2", "Outcomes   1 removed, 1 not begun", "12:00:00 removed")
        assert (it.wishes, it.undone) == ([], [])


async def test_without_a_move_the_cursor_is_on_the_newest(make_app: MakeApp, journal: Journal, folder: Path) -> None:
    planned(journal, removals(1))
    async with make_app().run_test(size=(80, 24)) as pilot:
        await opened(pilot, Journal(folder, now), "▸ 1")
        planned(journal, removals(1))
        await shows(pilot, "▸ 2", "Job 2:")


class Counting(Journal):
    """Counts how often it is asked what."""

    looks = reads = 0

    def version(self) -> int:
        self.looks += 1
        return super().version()

    def jobs(self, search: str = "", most: int = 1000) -> list[Job]:
        self.reads += 1
        return super().jobs(search, most)

    def entries(self, *arguments: Any, **more: Any) -> Any:
        self.reads += 1
        return super().entries(*arguments, **more)


async def test_while_nothing_changes_nothing_is_read_or_drawn(
    make_app: MakeApp, run: RunJob, journal: Journal, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await run([put("a@corp.com"), put("no address")])
    planned(journal, removals(1))
    monkeypatch.setattr(history, "_LOOK", 0.02)
    async with make_app().run_test(size=(80, 24)) as pilot:
        looking = Counting(folder, now)
        await opened(pilot, looking, "Job 2:", "All entries")
        drawn: list[str] = []
        display = pilot.app._display

        def note(screen: Any, part: Any) -> None:
            # A layout that moves nothing is drawn as nothing.
            drawn.extend(filter(None, [part.render_segments(pilot.app.console)]))
            display(screen, part)

        monkeypatch.setattr(pilot.app, "_display", note)
        seen = (0, 0, 0)

        def rests() -> bool:
            """Whether it has looked twenty times and neither read nor drawn anything meanwhile."""
            nonlocal seen
            if (looking.reads, len(drawn)) != seen[1:]:
                seen = looking.looks, looking.reads, len(drawn)
            return looking.looks > seen[0] + 20

        await until(pilot, rests, "nothing read and nothing drawn")
        drawn.clear()
        planned(journal, removals(1))
        await shows(pilot, "Job 3:")
        assert drawn


async def test_an_answer_that_comes_when_the_screen_goes_harms_nothing(
    make_app: MakeApp, journal: Journal, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(journal, removals(1))
    monkeypatch.setattr(history, "_LOOK", 0.001)
    async with make_app().run_test(size=(80, 24)) as pilot:
        for _ in range(25):
            it = await opened(pilot, Journal(folder, now), "Job 1:")
            await pilot.press("escape")
            await until(pilot, it.is_closed, "closed")


@SIZES
async def test_an_address_or_a_note_is_searched_for(
    make_app: MakeApp, run: RunJob, folder: Path, size: tuple[int, int]
) -> None:
    await run([put(f"user{at}@corp.com") for at in range(30)], note="OPS-17")
    await run([put("alice@corp.com")], note="user29 asked for it")
    await run([put("bob@corp.com")])
    async with make_app().run_test(size=size) as pilot:
        it = await opened(pilot, Journal(folder, now), "3 jobs")
        await pilot.press("slash")
        await type_text(pilot, "USER29")
        await shows(pilot, "2 jobs found", "Job 2:", "All entries")
        await shows(pilot, "alice@corp.com")  # Only its note matches: then all of its entries are shown.
        await pilot.press("enter", "j")
        await shows(pilot, "Job 1:", "All entries matching “USER29”", "user29@corp.com", "12:00:00 added")
        await lacks(pilot, "user28@corp.com")
        await pilot.press("escape")
        await shows(pilot, "3 jobs", "▸ 1")
        await pilot.press("slash")
        await type_text(pilot, "p")  # A letter in the field is no key of the screen.
        await shows(pilot, "3 jobs found")
        await type_text(pilot, "q")
        await shows(pilot, "No note and no address contains that.")
        assert (it.wishes, it.undone) == ([], [])
        await pilot.press("escape", "escape")
        await until(pilot, it.is_closed, "closed")


async def test_what_an_old_search_found_never_takes_the_place_of_the_latest(
    make_app: MakeApp, journal: Journal, folder: Path
) -> None:
    planned(journal, removals(20_000), note="many")
    planned(journal, [removal("alice@corp.com")])
    async with make_app().run_test(size=(80, 24)) as pilot:
        await opened(pilot, Journal(folder, now), "2 jobs")
        await pilot.press("slash")
        for text in ("user1", "@corp", "alice"):
            pilot.app.screen.query_one("#search", Input).value = text
            await pilot.pause()
        await shows(pilot, "1 job found", "Job 2:", "All entries matching “alice”")
        await lacks(pilot, "Job 1:")


async def test_of_many_entries_only_the_first_are_read_and_a_search_finds_the_rest(
    make_app: MakeApp, journal: Journal, folder: Path
) -> None:
    planned(journal, removals(20_000))
    async with make_app().run_test(size=(80, 24)) as pilot:
        await opened(pilot, Journal(folder, now), "remove 20,000", "All entries")
        await pilot.press("enter", "G")
        await shows(pilot, f"user{MOST_ENTRIES - 1}@corp.com", f"… and more than these {MOST_ENTRIES}")
        await lacks(pilot, f"user{MOST_ENTRIES}@corp.com")
        await pilot.press("slash")
        await type_text(pilot, "user19999@")
        await shows(pilot, "1 job found", "user19999@corp.com")


async def runs(journal: Journal, run: RunJob) -> AbstractContextManager[None]:
    number = planned(journal, removals(2))
    with journal.alone(number):
        journal.begin(number)
    return journal.alone(number)


async def is_paused(journal: Journal, run: RunJob) -> AbstractContextManager[None]:
    journal.wish(planned(journal, removals(2)), Wish.PAUSE)
    return nullcontext()


async def is_cancelled(journal: Journal, run: RunJob) -> AbstractContextManager[None]:
    journal.wish(planned(journal, removals(2)), Wish.CANCEL)
    return nullcontext()


async def is_done(journal: Journal, run: RunJob) -> AbstractContextManager[None]:
    await run([put("a@corp.com")])
    return nullcontext()


async def has_failed(journal: Journal, run: RunJob) -> AbstractContextManager[None]:
    await run([put("no address")])
    return nullcontext()


Make = Callable[[Journal, RunJob], Awaitable[AbstractContextManager[None]]]
"""Makes job 1; within what it returns the job is as the name says."""


@pytest.mark.parametrize(
    ("make", "key", "action"),
    [
        (runs, "p", "pause"),
        (runs, "c", "cancel"),
        (is_paused, "p", "run"),
        (is_paused, "c", "cancel"),
        (is_cancelled, "t", "retry"),
        (has_failed, "t", "retry"),
        (is_done, "u", "undo"),
    ],
)
async def test_a_key_is_a_wish_that_is_handed_on_and_changes_nothing(
    make_app: MakeApp,
    emulator: Emulator,
    journal: Journal,
    run: RunJob,
    folder: Path,
    make: Make,
    key: str,
    action: Action,
) -> None:
    with await make(journal, run):
        before, sent = journal.jobs(), writes(emulator)
        async with make_app().run_test(size=(80, 24)) as pilot:
            it = await opened(pilot, Journal(folder, now), "Job 1:")
            await pilot.press(key)
            await until(pilot, lambda: it.wishes or it.undone, "told")
        assert (it.wishes, it.undone) == (([], [1]) if action == "undo" else ([(action, 1)], []))
        assert (journal.jobs(), writes(emulator)) == (before, sent)


def writes(emulator: Emulator) -> list[str]:
    return [name for name in operations(emulator) if name.startswith(("Put", "Delete"))]


@pytest.mark.parametrize(
    ("make", "key", "words"),
    [
        (runs, "t", "Job 1 runs: pause it first, or wait until it is done."),
        (is_paused, "t", "Job 1 has nothing to try again; run goes on with the rest."),
        (is_cancelled, "p", "Job 1 is cancelled; retry takes up what is left."),
        (has_failed, "u", "Job 1 has changed nothing that could be undone."),
    ],
)
async def test_what_can_not_be_is_said(
    make_app: MakeApp, journal: Journal, run: RunJob, folder: Path, make: Make, key: str, words: str
) -> None:
    with await make(journal, run):
        async with make_app().run_test(size=(80, 24)) as pilot:
            it = await opened(pilot, Journal(folder, now), "Job 1:")
            await pilot.press(key)
            await shows(pilot, words)
            assert (it.wishes, it.undone) == ([], [])


async def test_where_nothing_was_done_no_key_does_harm_and_no_file_is_made(make_app: MakeApp, folder: Path) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        it = await opened(pilot, Journal(folder, now), "Nothing was done so far.", "0 jobs")
        await pilot.press(*"pctujkGg", "enter", "pagedown")
        await shows(pilot, "Nothing was done so far.", "There is no job under the cursor.")
        assert (it.wishes, it.undone) == ([], [])
    assert "looked-at" not in os.listdir(folder.parent)


async def test_what_became_of_a_wish_is_said_and_the_cursor_stays(
    make_app: MakeApp, journal: Journal, folder: Path
) -> None:
    for at in range(3):
        planned(journal, removals(1), note=f"note {at}")
    async with make_app().run_test(size=(80, 24)) as pilot:
        it = await opened(pilot, Journal(folder, now), "Job 3:")
        await pilot.press("j")
        await shows(pilot, "▸ 2")
        await pilot.press("p")
        await shows(pilot, "Job 2 is to run.", "▸ 2", "Jobs and journal")
        await pilot.press("j")
        await lacks(pilot, "Job 2 is to run.")
        assert (it.wishes, it.undone) == ([("run", 2)], [])


@SIZES
async def test_hostile_text_is_shown_as_it_is(
    make_app: MakeApp, journal: Journal, folder: Path, size: tuple[int, int]
) -> None:
    tenant = "a[b='\x1b[2J"
    entry = Entry(SuppressionList(tenant), "[/x]\u202e@corp.com", None)
    planned(journal, [entry], Connection("us-east-1", None, "[@click=app.quit]p[/]"), note="[red]n\x07[/red]")
    async with make_app().run_test(size=size) as pilot:
        await opened(pilot, Journal(folder, now), "Job 1: remove 1, list of tenant a[b='\\x1b[2J", "[red]n\\x07[/red]")
        await shows(pilot, "profile [@click=app.quit]p[/]", "whatever is there → off the list")
        await pilot.press("enter", "G")
        await shows(pilot, "[/x]\\u202e@corp.com", "not begun")


@pytest.fixture
def no_journal(folder: Path) -> None:
    """Something else stands where the journal belongs."""
    folder.mkdir(mode=0o700)
    (folder / "journal.sqlite").write_text("not a database, but long enough to be looked at as one" * 20)
    (folder / "journal.sqlite").chmod(0o600)


@pytest.mark.usefixtures("no_journal")
async def test_a_journal_that_can_not_be_read_is_said(make_app: MakeApp, folder: Path) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        it = await opened(pilot, Journal(folder, now), "can't be used")
        await pilot.press("escape")
        await until(pilot, it.is_closed, "closed")


async def test_a_job_that_failed_for_good_names_the_defect(
    make_app: MakeApp, emulator: Emulator, gateway: Gateway, run: RunJob, folder: Path
) -> None:
    await gateway.put_suppressed_destination(ACCOUNT, "a/b@corp.com", BOUNCE)
    emulator.conditions = faults("slash-400=1")
    await run([removal("a/b@corp.com")], Kind.REMOVE)
    async with make_app().run_test(size=(120, 40)) as pilot:
        await opened(pilot, Journal(folder, now), "done · 1 not as wanted", "1 refused by SES for good", "Known SES")


@SIZES
async def test_all_keys_fit_into_the_line_of_keys(make_app: MakeApp, folder: Path, size: tuple[int, int]) -> None:
    async with make_app().run_test(size=size) as pilot:
        await opened(pilot, Journal(folder, now))
        keys = screen_text(pilot.app).splitlines()[-2]
        assert keys.strip("│ ") == "⏎ details esc back / search p pause or go on c cancel t retry u undo"
