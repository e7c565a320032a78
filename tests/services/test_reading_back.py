"""Which entries of a job are read back."""

from hypothesis import given
from hypothesis import strategies as st

from sestui.domain.job import MADE, Entry, Outcome, Result
from sestui.domain.suppression import SuppressionList
from sestui.services.reading_back import Sample


def result(outcome: Outcome) -> Result:
    return Result(Entry(SuppressionList(), "a@example.com", None, None), outcome, None)


@given(st.lists(st.sampled_from(Outcome)), st.none() | st.integers(0, 12), st.integers(0, 5), st.integers(1, 20))
def test_as_many_are_read_back_as_were_asked_for_and_none_twice_and_none_that_was_not_made(
    outcomes: list[Outcome], size: int | None, unsettled: int, most: int
) -> None:
    sample = Sample(size, len(outcomes) + unsettled)
    taken: list[int] = []
    for number, outcome in enumerate(outcomes):
        sample.add(number, result(outcome))
        if number % 3 == 0:
            taken += (it[0] for it in sample.take(most))
    while portion := sample.take(most):
        assert len(portion) <= most
        taken += (it[0] for it in portion)
    made = [number for number, outcome in enumerate(outcomes) if outcome in MADE]
    assert len(set(taken)) == len(taken)
    assert set(taken) <= set(made)
    if size is None or size >= len(outcomes) + unsettled:
        assert sorted(taken) == made
    else:
        assert len(taken) <= size
    if size is not None and made == list(range(len(outcomes))) and not unsettled:
        assert len(taken) == min(size, len(made))


@given(st.integers(1, 10), st.integers(0, 50))
def test_where_an_entry_was_not_made_the_next_one_that_was_is_read_back(size: int, others: int) -> None:
    sample = Sample(size, others + size)
    for number in range(others):
        sample.add(number, result(Outcome.ALREADY_GONE))
    for number in range(others, others + size):
        sample.add(number, result(Outcome.REMOVED))
    assert [number for number, _ in sample.take(size)] == list(range(others, others + size))
