"""The filter's grammar and what it lets through."""

from contextlib import suppress
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sestui.domain.errors import UsageError
from sestui.domain.query import parse
from sestui.domain.suppression import Reason, SuppressedDestinationSummary

ROWS = [
    SuppressedDestinationSummary("alice@corp.com", Reason.BOUNCE, 1.0),
    SuppressedDestinationSummary("Bob.Smith@mail.corp.com", Reason.COMPLAINT, 2.0),
    SuppressedDestinationSummary("carol@outlook.com", Reason.BOUNCE, 3.0),
    SuppressedDestinationSummary("dave+bounce@notcorp.com", Reason.COMPLAINT, 4.0),
    SuppressedDestinationSummary('"odd@corp.com"@hotmail.com', Reason.BOUNCE, 5.0),
]
TERMS = st.sampled_from(
    [
        *("corp", "ALICE", "@", "zebra", "+", "reason"),
        *("domain:corp.com", "domain:.corp.com", "domain:outlook.com,hotmail.com", "domain:none.org"),
        *("reason:bounce", "reason:COMPLAINT", "reason:bounce,complaint"),
    ]
)
SIGNED = st.builds(str.__add__, st.sampled_from(["", "!"]), TERMS)


def shown(text: str) -> list[str]:
    query = parse(text)
    return [row.address.partition("@")[0].lower().strip('"') for row in ROWS if query.matches(row)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ["alice", "bob.smith", "carol", "dave+bounce", "odd"]),
        ("corp", ["alice", "bob.smith", "dave+bounce", "odd"]),
        ("SMITH", ["bob.smith"]),
        ("corp smith", ["bob.smith"]),
        ("  alice   smith ", []),
        ("domain:corp.com", ["alice"]),
        ("DOMAIN:Corp.COM", ["alice"]),
        ("domain:.corp.com", ["alice", "bob.smith"]),
        ("domain:corp.com,outlook.com", ["alice", "carol"]),
        ("domain:.corp.com,outlook.com", ["alice", "bob.smith", "carol"]),
        ("!domain:.corp.com", ["carol", "dave+bounce", "odd"]),
        ("reason:bounce", ["alice", "carol", "odd"]),
        ("reason:complaint corp", ["bob.smith", "dave+bounce"]),
        ("reason:bounce,complaint", ["alice", "bob.smith", "carol", "dave+bounce", "odd"]),
        ("!reason:bounce", ["bob.smith", "dave+bounce"]),
        ("!corp", ["carol"]),
        ("!corp !carol", []),
        ("bounce", ["dave+bounce"]),
        ("x:y", []),
    ],
)
def test_what_a_filter_shows(text: str, names: list[str]) -> None:
    assert shown(text) == names


@pytest.mark.parametrize("unfinished", ["domain:", "domain:,", "domain:.", "reason:", "reason:,", "!", "!domain:"])
def test_a_term_that_has_only_begun_hides_nothing(unfinished: str) -> None:
    assert shown(unfinished) == shown("")
    assert shown(f"alice {unfinished}") == ["alice"]


@pytest.mark.parametrize("typed", ["reason:b", "reason:bou", "reason:bounce,", "REASON:Bounc"])
def test_a_reason_counts_from_its_first_letter(typed: str) -> None:
    assert shown(typed) == shown("reason:bounce")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("reason:spam", "reason:spam"),
        ("alice reason:bounce,spam", "reason:spam"),
        ("!reason:x", "reason:x"),
        ("since:2h", "since:"),
        ("before:02:00", "before:"),
        ("re:a.*", "re:"),
    ],
)
def test_a_term_that_cannot_be_read_is_named(text: str, named: str) -> None:
    with pytest.raises(UsageError, match=named):
        parse(text)


def test_an_empty_filter_says_that_it_is() -> None:
    assert parse("  ").is_empty
    assert parse("!").is_empty
    assert not parse("a").is_empty


@given(st.lists(SIGNED, max_size=4), SIGNED)
@settings(deadline=None, max_examples=150)
def test_one_term_more_never_shows_more(terms: list[str], another: str) -> None:
    assert set(shown(" ".join([*terms, another]))) <= set(shown(" ".join(terms)))


@given(TERMS)
@settings(deadline=None, max_examples=50)
def test_a_negated_term_is_the_complement(term: str) -> None:
    assert sorted(shown(term) + shown(f"!{term}")) == sorted(shown(""))


@given(st.lists(SIGNED, max_size=4), st.randoms())
@settings(deadline=None, max_examples=100)
def test_the_order_of_terms_does_not_matter(terms: list[str], randoms: Random) -> None:
    mixed = list(terms)
    randoms.shuffle(mixed)
    assert shown(" ".join(mixed)) == shown(" ".join(terms))


@given(st.text())
@settings(deadline=None, max_examples=200)
def test_any_text_is_a_filter_or_a_usage_error(text: str) -> None:
    with suppress(UsageError):
        assert set(shown(text)) <= set(shown(""))
