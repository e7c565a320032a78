"""The loaded part of a list: one row an address, in SES's order."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sestui.domain.query import parse
from sestui.domain.suppression import Reason, SuppressedDestinationSummary
from sestui.services.index import Index

NAMES = st.sampled_from(["a@x.org", "A@x.org", "b@x.org", "c@y.org", "d@y.org"])
ROWS = st.lists(st.builds(SuppressedDestinationSummary, NAMES, st.sampled_from(Reason), st.floats(0, 9)), max_size=12)


def row(address: str, time: float = 1.0, reason: Reason = Reason.BOUNCE) -> SuppressedDestinationSummary:
    return SuppressedDestinationSummary(address, reason, time)


def test_a_row_that_comes_again_replaces_the_one_that_is_there_in_its_place() -> None:
    index = Index()
    assert index.put([row("a@x.org"), row("b@x.org")]) == [row("a@x.org"), row("b@x.org")]
    assert index.put([row("a@x.org", 2.0, Reason.COMPLAINT), row("c@x.org")]) == [row("c@x.org")]
    assert list(index) == [row("a@x.org", 2.0, Reason.COMPLAINT), row("b@x.org"), row("c@x.org")]


@pytest.mark.parametrize("seen", [set(), {"a@x.org"}], ids=["one page", "two pages"])
def test_of_two_rows_in_one_reading_the_later_one_counts_whichever_comes_first(seen: set[str]) -> None:
    earlier, later = row("a@x.org", 3.0, Reason.BOUNCE), row("a@x.org", 5.0, Reason.COMPLAINT)
    for pair in ([earlier, later], [later, earlier]):
        index = Index()
        for page in [[it] for it in pair] if seen else [pair]:
            index.put(page, seen)
        assert list(index) == [later]


def test_a_new_reading_counts_whatever_its_date() -> None:
    index = Index()
    index.put([row("a@x.org", 5.0, Reason.COMPLAINT)])
    index.put([row("a@x.org", 3.0, Reason.BOUNCE)])
    assert list(index) == [row("a@x.org", 3.0, Reason.BOUNCE)]


def test_spellings_that_differ_in_case_are_two_rows() -> None:
    index = Index()
    index.put([row("Alice@x.org"), row("alice@x.org")])
    index.discard("Alice@x.org")
    assert (index.get("Alice@x.org"), index.get("alice@x.org")) == (None, row("alice@x.org"))


def test_discarding_what_is_not_there_is_nothing() -> None:
    index = Index()
    index.discard("a@x.org")
    assert len(index) == 0


def test_what_was_not_seen_is_not_kept() -> None:
    index = Index()
    index.put([row("old@x.org"), row("seen@x.org")])
    index.keep({"seen@x.org"})
    assert [it.address for it in index] == ["seen@x.org"]


def test_a_query_picks_addresses_in_order() -> None:
    index = Index()
    index.put([row("a@x.org"), row("b@y.org"), row("c@x.org")])
    assert index.addresses(parse("", 0)) == ["a@x.org", "b@y.org", "c@x.org"]
    assert index.addresses(parse("domain:x.org", 0)) == ["a@x.org", "c@x.org"]


@given(st.lists(ROWS, max_size=4))
@settings(deadline=None, max_examples=100)
def test_every_address_is_once_in_the_index_and_once_told_as_new(
    pages: list[list[SuppressedDestinationSummary]],
) -> None:
    index = Index()
    told: list[str] = []
    for page in pages:
        told += [new.address for new in index.put(page, set(told))]
    put = [it for page in pages for it in page]
    assert told == [it.address for it in index] == list(dict.fromkeys(it.address for it in put))
    for it in index:
        assert it.last_update == max(other.last_update for other in put if other.address == it.address)
