"""What is said of a job: how far it is, what it came to, and what can't be done with it."""

from collections.abc import Mapping
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sestui.domain.job import Job, Kind, Outcome, State, Who
from sestui.domain.job_words import Action, objection, progress, state, verdict, what
from sestui.domain.suppression import Connection, SuppressionList

ACCOUNT = SuppressionList()


def job(
    now: State,
    counts: Mapping[Outcome, int] = {},
    *,
    kind: Kind = Kind.REMOVE,
    total: int = 9000,
    lists: tuple[SuppressionList, ...] = (ACCOUNT,),
    why: str = "",
    undoes: int | None = None,
    runs: bool = False,
) -> Job:
    return Job(
        *(17, kind, Connection("us-east-1"), lists, total, 0.0, 0.0, {}, "", Who(), undoes, now, why, counts),
        began_at=1000.0,
        done_before=0,
        ended_at=None if now.is_active else 2000.0,
        is_running=runs,
    )


REMOVED = {Outcome.REMOVED: 1200, Outcome.FAILED: 4}


@pytest.mark.parametrize(
    ("it", "words"),
    [
        (job(State.PLANNED), "planned, not begun"),
        (job(State.PLANNED, runs=True), "beginning"),
        (job(State.RUNNING, runs=True), "running 0 of 9,000"),
        (job(State.RUNNING, REMOVED, runs=True), "running 1,204 of 9,000 · 4 not as wanted · 0.9/s · 2 h 24 min left"),
        (job(State.WAITING, REMOVED, runs=True, why="SES throttles"), "waiting 1,204 of 9,000: SES throttles · 4 not"),
        (job(State.RUNNING, REMOVED), "interrupted at 1,204 of 9,000: its process died · 4 not as wanted"),
        (job(State.WAITING, REMOVED, why="SES throttles"), "interrupted at 1,204 of 9,000: its process died"),
        (job(State.PAUSED, why="expired\x1b[2J"), "paused at 0 of 9,000: expired\\x1b[2J"),
        (job(State.CANCELLED, {Outcome.REMOVED: 2}), "cancelled at 2 of 9,000"),
        (job(State.DONE, {Outcome.REMOVED: 9000}), "done"),
        (job(State.DONE, {Outcome.REMOVED: 8999, Outcome.CHANGED: 1}), "done · 1 not as wanted"),
        (job(State.DONE, {Outcome.WOULD_REMOVE: 9000}), "done"),
    ],
)
def test_how_far_a_job_is_is_said_in_words(it: Job, words: str) -> None:
    said = state(it, 2338.0)
    assert said.startswith(words)
    assert ("left" in said) == ("left" in words)


def test_what_runs_is_named_by_what_it_does() -> None:
    assert progress(job(State.RUNNING, REMOVED, runs=True), 2338.0).startswith("Removing 1,204 of 9,000 · 4 not")
    assert progress(job(State.WAITING, kind=Kind.ADD, why="no route", runs=True), 0.0) == (
        "Adding 0 of 9,000 · waiting: no route"
    )


def test_an_undo_names_the_job_that_it_undoes() -> None:
    assert what(job(State.DONE, kind=Kind.UNDO, undoes=3)) == "undo of 3: 9,000"
    assert what(job(State.DONE, kind=Kind.ADD, total=1)) == "add 1"


@pytest.mark.parametrize(
    ("it", "words"),
    [
        (job(State.DONE, {Outcome.REMOVED: 9}, total=9), "Job 17, list of the account: 9 removed"),
        (
            job(State.PAUSED, {Outcome.FAILED: 1, Outcome.REMOVED: 7}, total=10, why="creds\u202e expired"),
            "Job 17, list of the account: 7 removed, 1 failed, 2 not begun. Paused: creds\\u202e expired",
        ),
        (
            job(State.CANCELLED, total=2, lists=(ACCOUNT, SuppressionList("a"))),
            "Job 17, 2 lists: nothing done, 2 not begun. Cancelled",
        ),
        (
            job(State.RUNNING, {Outcome.REMOVED: 1}, total=2, lists=(SuppressionList("a"),)),
            "Job 17, list of tenant a: 1 removed, 1 not begun. Interrupted: its process died",
        ),
    ],
)
def test_what_a_job_came_to_is_one_line(it: Job, words: str) -> None:
    assert verdict(it) == words


OUTCOMES = st.dictionaries(st.sampled_from(Outcome), st.integers(1, 9), max_size=4)


@given(st.sampled_from(State), OUTCOMES, st.booleans())
def test_something_can_be_done_with_every_job_that_is_not_over(
    now: State, counts: dict[Outcome, int], runs: bool
) -> None:
    it = job(now, counts, runs=runs and not now.is_over)
    possible = {action for action in get_args(Action) if not objection(it, action)}
    # Two that are each other's contrary are never both to be had: one key can stand for them.
    assert not {"pause", "run"} <= possible
    assert ({"pause", "run"} & possible != set()) == (not now.is_over)
    assert ("cancel" in possible) == (not now.is_over)
    if it.is_running:
        assert possible == {"pause", "cancel"}


def test_what_has_failed_can_be_tried_again_and_what_was_cancelled_taken_up() -> None:
    assert objection(job(State.DONE, {Outcome.FAILED: 1}), "retry") == ""
    assert objection(job(State.CANCELLED, {Outcome.REMOVED: 1}), "retry") == ""
    assert objection(job(State.DONE, {Outcome.REMOVED: 9000}), "retry") == "Job 17 has nothing to try again."
    assert "run goes on" in objection(job(State.PAUSED, {Outcome.REMOVED: 1}), "retry")


def test_what_has_changed_nothing_can_not_be_undone() -> None:
    assert objection(job(State.DONE, {Outcome.ALREADY_GONE: 9000}), "undo")
    assert objection(job(State.DONE, {Outcome.REPLACED: 1}), "undo") == ""
