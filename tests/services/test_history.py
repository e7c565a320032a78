"""Looking at the journal: what is seen is what is there, and no more is read than has to be."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sestui.domain.job import Entry, Job, Kind, Outcome, Plan, Result, Wish
from sestui.domain.suppression import Connection, Reason, SuppressedDestinationSummary, SuppressionList
from sestui.services.history import MOST_ENTRIES, look, page
from sestui.services.journal import Journal
from sestui.services.journal_rows import Recorded
from tests.serving import NOON

ACCOUNT = SuppressionList()
BOUNCE, COMPLAINT = Reason.BOUNCE, Reason.COMPLAINT


def now() -> float:
    return NOON


class Counting(Journal):
    """Counts what it is asked for."""

    whole = searches = entries_read = 0

    def jobs(self, search: str = "", most: int = 1000) -> list[Job]:
        self.whole += 1
        self.searches += bool(search)
        return super().jobs(search, most)

    def entries(self, *arguments: Any, **more: Any) -> Iterator[Recorded]:
        for it in super().entries(*arguments, **more):
            self.entries_read += 1
            yield it


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """Somebody else's."""
    return Journal(tmp_path / "state", now)


@pytest.fixture
def ours(tmp_path: Path) -> Counting:
    return Counting(tmp_path / "state", now)


def removal(address: str, was: Reason = BOUNCE) -> Entry:
    return Entry(ACCOUNT, address, None, SuppressedDestinationSummary(address, was, NOON))


def planned(journal: Journal, *addresses: str, note: str = "") -> int:
    entries = [removal(address) for address in addresses]
    return journal.plan(Plan(Kind.REMOVE, Connection("us-east-1"), entries, NOON, note=note))


def test_who_only_looks_makes_no_file(ours: Counting, tmp_path: Path) -> None:
    assert look(ours, "").jobs == look(ours, "x").jobs == ()
    assert not (tmp_path / "state").exists()


def test_the_first_job_is_seen_by_who_looked_before_it_was_there(ours: Counting, journal: Journal) -> None:
    empty = look(ours, "")
    number = planned(journal, "a@corp.com")
    one = look(ours, "", empty)
    assert [job.id for job in one.jobs] == [number]
    assert [job.id for job in look(ours, "", one).jobs] == [number]


def test_where_nothing_was_written_nothing_is_read(ours: Counting, journal: Journal) -> None:
    planned(journal, "a@corp.com")
    seen = look(ours, "a@")
    read = ours.whole
    assert look(ours, "a@", seen) is seen
    assert ours.whole == read


def test_a_change_is_seen_without_searching_anew(ours: Counting, journal: Journal) -> None:
    first = planned(journal, "a@corp.com")
    planned(journal, "b@corp.com")
    seen = look(ours, "a@")
    journal.wish(first, Wish.PAUSE)
    again = look(ours, "a@", seen)
    assert [job.state for job in again.jobs] == ["paused"]
    assert ours.searches == 1


def test_a_new_job_and_other_words_are_searched_for(ours: Counting, journal: Journal) -> None:
    first = planned(journal, "a@corp.com")
    seen = look(ours, "CORP")
    second = planned(journal, "b@other.com", note="corp's")
    assert [job.id for job in look(ours, "CORP", seen).jobs] == [second, first]
    assert [job.id for job in look(ours, "b@", seen).jobs] == [second]


def test_the_end_of_a_process_is_seen_although_nothing_is_written(ours: Counting, journal: Journal) -> None:
    number = planned(journal, "a@corp.com")
    with journal.alone(number):
        journal.begin(number)
        seen = look(ours, "")
        assert not seen.jobs[0].is_interrupted
        assert look(ours, "", seen) is seen
    died = look(ours, "", seen)
    assert died.jobs[0].is_interrupted
    # It stays so, and need not be read whole for that.
    read = ours.whole
    assert look(ours, "", died) is died
    assert ours.whole == read


def test_what_is_tidied_away_is_not_seen_any_more(tmp_path: Path, journal: Journal) -> None:
    number = planned(journal, "a@corp.com")
    journal.wish(number, Wish.CANCEL)
    ours = Journal(tmp_path / "state", now)
    seen = look(ours, "")
    Journal(tmp_path / "state", lambda: NOON + 100 * 86400).tidy(90)
    assert look(ours, "", seen).jobs == ()


def settled(journal: Journal, job: int, **outcomes: Outcome) -> None:
    claimed = journal.claim(job, -1, 100_000)
    results = {
        it.number: Result(it.entry, outcomes.get(it.entry.address.split("@")[0], Outcome.REMOVED)) for it in claimed
    }
    counts = {kind: sum(it.outcome is kind for it in results.values()) for kind in Outcome}
    journal.settle(job, results, {kind: count for kind, count in counts.items() if count})


def test_a_page_has_the_first_entries_and_all_that_went_wrong_however_late(ours: Counting, journal: Journal) -> None:
    number = planned(journal, *(f"u{at}@corp.com" for at in range(12_000)))
    journal.begin(number)
    settled(journal, number, u11999=Outcome.FAILED)
    it = page(ours, ours.job(number), "")
    assert [one.entry.address for one in it.undone] == ["u11999@corp.com"]
    assert [one.number for one in it.entries] == list(range(MOST_ENTRIES + 1))
    assert it.is_settled
    assert ours.entries_read == MOST_ENTRIES + 2


def test_a_page_of_what_is_searched_for_or_of_all_where_only_the_note_has_it(journal: Journal) -> None:
    job = journal.job(planned(journal, "a@corp.com", "b@corp.com", note="for alice"))
    assert [one.entry.address for one in page(journal, job, "B@").entries] == ["b@corp.com"]
    everything = page(journal, job, "alice")
    assert (everything.search, len(everything.entries), everything.is_settled) == ("", 2, False)


def test_the_plan_is_counted_by_what_is_to_become_of_which_reason(journal: Journal) -> None:
    entries = [
        removal("a@x.com"),
        removal("b@x.com"),
        removal("c@x.com", COMPLAINT),
        Entry(ACCOUNT, "d@x.com", BOUNCE, SuppressedDestinationSummary("d@x.com", COMPLAINT, NOON)),
        Entry(ACCOUNT, "e@x.com", BOUNCE),
    ]
    number = journal.plan(Plan(Kind.UNDO, Connection("us-east-1"), entries, NOON))
    assert page(journal, journal.job(number), "").reasons == {
        (BOUNCE, None): 2,
        (COMPLAINT, None): 1,
        (COMPLAINT, BOUNCE): 1,
        (None, BOUNCE): 1,
    }
