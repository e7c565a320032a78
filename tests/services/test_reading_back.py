"""Which entries of a job are read back."""

from hypothesis import given
from hypothesis import strategies as st

from sestui.domain.job import MADE, Entry, Outcome, Result
from sestui.domain.suppression import SuppressionList
from sestui.services.reading_back import Sample


def result(outcome: Outcome) -> Result:
    return Result(Entry(SuppressionList(), "a@example.com", None, None), outcome, None)


@given(st.lists(st.sampled_from(Outcome)), st.none() | st.integers(1, 12), st.integers(0, 5), st.integers(1, 20))
def test_as_many_are_read_back_as_were_asked_for_and_none_twice_and_none_that_was_not_made(
    outcomes: list[Outcome], size: int | None, unsettled: int, most: int
) -> None:
    sample = Sample(size, len(outcomes) + unsettled)
    taken: list[int] = []
    for number, outcome in enumerate(outcomes):
        sample.add(number, result(outcome))
        if number % 3 == 0:
            taken += (it[0] for it in sample.take(most))
    sample.complete()
    while portion := sample.take(most):
        assert len(portion) <= most
        taken += (it[0] for it in portion)
    made = [number for number, outcome in enumerate(outcomes) if outcome in MADE]
    assert len(set(taken)) == len(taken)
    assert set(taken) <= set(made)
    wanted = len(made) if size is None else min(size, len(made))
    # Where a run is broken off, some of those that were chosen never came.
    assert len(taken) == wanted if not unsettled else len(taken) <= wanted


def test_what_is_given_back_is_taken_again() -> None:
    sample = Sample(None, 5)
    for number in range(5):
        sample.add(number, result(Outcome.REMOVED))
    sample.give_back(sample.take(3))
    assert {number for number, _ in sample.take(9)} == set(range(5))
