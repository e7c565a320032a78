"""What adding rows comes to: each is new, there, or there with another reason, and none is two of these."""

from hypothesis import given, settings
from hypothesis import strategies as st

from sestui.domain.addition import Addition, Standing
from sestui.domain.destinations_file import Row
from sestui.domain.suppression import Reason, SuppressedDestinationSummary, SuppressionList

WHICH = SuppressionList("acme")
ADDRESSES = [f"user{number}@corp.com" for number in range(8)]
ROWS = st.lists(st.sampled_from(ADDRESSES), unique=True).flatmap(
    lambda them: st.tuples(
        *(st.builds(Row, st.just(1), st.just(it), st.none() | st.sampled_from(Reason)) for it in them)
    )
)
LISTS = st.dictionaries(st.sampled_from(ADDRESSES), st.sampled_from(Reason))


@given(ROWS, LISTS, st.sampled_from(Reason), st.booleans(), st.integers(1, 4))
@settings(max_examples=200)
def test_after_an_addition_each_row_has_its_reason_or_was_left_out_knowingly(
    rows: tuple[Row, ...], there: dict[str, Reason], default: Reason, replace: bool, portion: int
) -> None:
    def standing(address: str) -> Standing:
        reason = there.get(address)
        row = None if reason is None else SuppressedDestinationSummary(address, reason, 0.0)
        return Standing(row, known=True, asked=True)

    addition = Addition(WHICH, default, standing, replace=replace)
    for start in range(0, len(rows), portion):
        addition.take(rows[start : start + portion])
    after = there | {it.address: it.wanted for it in addition.entries if it.wanted is not None}
    wanted = {row.address: row.reason or default for row in rows}
    left_out = set() if replace else {row.address for row in addition.others}
    assert {it: after[it] for it in wanted if it not in left_out} == {
        it: reason for it, reason in wanted.items() if it not in left_out
    }
    assert all(there[it.address] is it.reason is not wanted[it.address] for it in addition.others)
    assert addition.there == sum(there.get(it) is reason for it, reason in wanted.items())
    assert len(addition.entries) + addition.there + len(left_out) == len(rows)
    assert sum(addition.reasons.values()) == len(addition.entries)
    assert not addition.unasked
