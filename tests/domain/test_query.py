"""The filter's grammar and what it lets through."""

from datetime import UTC, datetime, timedelta, timezone
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sestui.domain.errors import QueryError
from sestui.domain.query import Asked, parse, words_for
from sestui.domain.suppression import Reason, SuppressedDestinationSummary

NOON = 1_795_348_800.0
"""2026-11-22 12:00 UTC."""
ROWS = [
    SuppressedDestinationSummary("alice@corp.com", Reason.BOUNCE, NOON - 30 * 86400),
    SuppressedDestinationSummary("Bob.Smith@mail.corp.com", Reason.COMPLAINT, NOON - 86400),
    SuppressedDestinationSummary("carol@outlook.com", Reason.BOUNCE, NOON - 10 * 3600),
    SuppressedDestinationSummary("dave+bounce@notcorp.com", Reason.COMPLAINT, NOON - 8.5 * 3600),
    SuppressedDestinationSummary('"odd@corp.com"@hotmail.com', Reason.BOUNCE, NOON - 60.5),
]
NO_TIMES = (
    "2",
    "2x",
    "h",
    "02:",
    "02:6",
    "24:00",
    "02:00:60",
    "2026",
    "2026-11",
    "2026-11-2",
    "2026-13-01",
    "yesterday",
)
TERMS = st.sampled_from(
    [
        *("corp", "ALICE", "@", "zebra", "+", "reason"),
        *("domain:corp.com", "domain:.corp.com", "domain:outlook.com,hotmail.com", "domain:none.org"),
        *("reason:bounce", "reason:COMPLAINT", "reason:bounce,complaint"),
        *("since:24h", "before:24h", "since:02:00", "before:2026-11-22T03:30", "since:2026-11-22T03:30:00Z"),
        *("re:^a", "re:CORP", "re:(?-i)Bob", r"re:\.com$", "re:()", "re:[^a-z@.]", "re:zebra", r"re:\Aa|\d\z"),
    ]
)
SIGNED = st.builds(str.__add__, st.sampled_from(["", "!"]), TERMS)


def shown(text: str, now: float = NOON) -> list[str]:
    query = parse(text, now)
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
        ("re:^[ab]", ["alice", "bob.smith"]),
        ("RE:^ALICE", ["alice"]),
        ("re:(?-i)^bob", []),
        ("re:(?-i)^Bob", ["bob.smith"]),
        ("re:@(mail|not)corp", ["dave+bounce"]),
        (r"re:@(mail\.|not)corp", ["bob.smith", "dave+bounce"]),
        (r"!re:\.com$", []),
        (r"re:\S@\S re:t", ["bob.smith", "carol", "dave+bounce", "odd"]),
        ("re:()", ["alice", "bob.smith", "carol", "dave+bounce", "odd"]),
        ("!re:x*", []),
        ("re:re:", []),
        ('re:"', ["odd"]),
        ('"', ["odd"]),
    ],
)
def test_what_a_filter_shows(text: str, names: list[str]) -> None:
    assert shown(text) == names


@pytest.mark.parametrize(
    "unfinished",
    ["domain:", "domain:,", "domain:.", "reason:", "reason:,", "!", "!domain:", "since:", "!before:", "re:", "!re:"],
)
def test_a_term_that_has_only_begun_hides_nothing(unfinished: str) -> None:
    assert shown(unfinished) == shown("")
    assert shown(f"alice {unfinished}") == ["alice"]


@pytest.mark.parametrize("typed", ["reason:b", "reason:bou", "reason:bounce,", "REASON:Bounc"])
def test_a_reason_counts_from_its_first_letter(typed: str) -> None:
    assert shown(typed) == shown("reason:bounce")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("since:2m", ["odd"]),
        ("since:24h", ["bob.smith", "carol", "dave+bounce", "odd"]),
        ("before:24h", ["alice"]),
        ("since:1d before:9h", ["bob.smith", "carol"]),
        ("since:4W", ["bob.smith", "carol", "dave+bounce", "odd"]),
        ("since:2026-11-22", ["carol", "dave+bounce", "odd"]),
        ("before:2026-11-22", ["alice", "bob.smith"]),
        ("since:2026-11-22T02:00", ["carol", "dave+bounce", "odd"]),
        ("since:2026-11-22T02:00:01", ["dave+bounce", "odd"]),
        ("since:2026-11-22T02:00+02:00 before:2026-11-22t03:00:00z", ["carol"]),
        ("since:02:00 before:03:30", ["carol"]),
        ("since:2:00 !since:3:30:00", ["carol"]),
        ("since:12:00", []),
        ("before:12:00", ["alice", "bob.smith", "carol", "dave+bounce", "odd"]),
        ("since:12:00:01", ["carol", "dave+bounce", "odd"]),
        ("since:1h before:2h", []),
    ],
)
def test_times_are_asked_for_as_people_say_them(text: str, names: list[str]) -> None:
    assert shown(text) == names


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("alice", ""),
        ("since:", ""),
        ("since:2h", "since 2026-11-22 10:00:00 UTC"),
        ("alice before:23:59", "before 2026-11-21 23:59:00 UTC"),
        ("!since:23:59", "before 2026-11-21 23:59:00 UTC"),
        ("since:2026-11-22T02:00+02:00", "since 2026-11-22 00:00:00 UTC"),
        ("since:02:00 before:03:30", "since 2026-11-22 02:00:00 before 2026-11-22 03:30:00 UTC"),
        ("since:7d since:02:00", "since 2026-11-22 02:00:00 UTC"),
        ("since:1h before:2h", "no time is since 2026-11-22 11:00:00 and before 2026-11-22 10:00:00 UTC"),
    ],
)
def test_the_absolute_range_is_told(text: str, words: str) -> None:
    assert parse(text, NOON + 0.7).range == words


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("reason:spam", "reason:spam"),
        ("alice reason:bounce,spam", "reason:spam"),
        ("!reason:x", "reason:x"),
        *((f"{key}:{value}", f"{key}:{value}") for key in ("since", "before") for value in NO_TIMES),
    ],
)
def test_a_term_that_cannot_be_read_is_named(text: str, named: str) -> None:
    with pytest.raises(QueryError, match=named):
        parse(text, NOON)


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("reason:‹spam›", "reason:spam is not a reason"),
        ("alice  !Reason:bounce,‹SPAM›,x", "reason:SPAM is not a reason"),
        ("reason:‹.›", "reason:. is not a reason"),
        ("corp !since:‹Yesterday› alice", "since:Yesterday is no time"),
        ("before:‹2x›", "before:2x is no time"),
        ("İİ ß re:‹(ab›", "missing ) in re:(ab"),
        ("!re:a‹**›", "bad repetition operator ** in re:a**"),
        ("re:[*]|‹*›", "no argument for repetition operator * in re:[*]|*"),
        ("re:ab‹[c› alice", "missing ] [c in re:ab[c"),
        ("re:[é‹z-a›]", "invalid character class range z-a"),
        ("re:‹a\\›", "trailing"),
        ("re:(a)‹\\1›", r"no look-around or back-references, they could take for ever: \1 in re:\(a\)\1"),
        ("re:x‹(?=›y)", "no look-around"),
        ("re:x‹(?<!›y)", "no look-around"),
        ("alice re:(.{300}|.{300})‹{9}›", "invalid repetition size {9}"),
        ("re:‹(.{30}){30}›", "too large"),
        (r"re:‹(\pL\pN?){400}›", "too large"),
        (f"re:‹{'a' * 1001}›", "1,000 characters"),
        (f"re:‹{'(' * 1000}›", "missing"),
    ],
)
def test_a_mistake_is_reported_at_its_place(text: str, marked: str) -> None:
    before, rest = text.split("‹")
    wrong, after = rest.split("›")
    with pytest.raises(QueryError) as caught:
        parse(before + wrong + after, NOON)
    assert marked.replace("\\", "") in str(caught.value).replace("\\", "")
    assert (caught.value.start, caught.value.end) == (len(before), len(before) + len(wrong))


@given(st.text() | st.text("re:ason!()[]{}*+?\\^$|a-z0,1PQECA \ud800é", min_size=1).map("re:".__add__))
@settings(max_examples=300)
def test_any_text_is_a_filter_or_a_mistake_inside_it(text: str) -> None:
    try:
        query = parse(text, NOON)
    except QueryError as error:
        place = error
    else:
        assert {row for row in ROWS if query.matches(row)} <= set(ROWS)
        assert len(query.terms) == sum(word != "!" for word in text.split())
        return
    assert 0 <= place.start < place.end <= len(text)


@pytest.mark.parametrize("endless", ["(a+)+$", "(a|aa)+$", "(.*a){20}", "(a?){60}a{60}", "^(([a-z])+.)+[A-Z]([a-z])+$"])
def test_no_pattern_takes_for_ever(endless: str) -> None:
    row = SuppressedDestinationSummary("a" * 50 + "!@corp.com", Reason.BOUNCE, NOON)
    assert parse(f"re:{endless}", NOON).matches(row) is (endless in ("(.*a){20}",))


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("", Asked()),
        ("alice domain:corp.com !re:x", Asked()),
        ("reason:bounce", Asked((Reason.BOUNCE,))),
        ("!reason:bounce", Asked((Reason.COMPLAINT,))),
        ("reason:bounce,complaint", Asked()),
        ("reason:b,c reason:c", Asked((Reason.COMPLAINT,))),
        ("reason:", Asked()),
        ("reason:b !reason:b", Asked()),
        ("since:2h since:1h", Asked(since=NOON - 3600)),
        ("before:2h !since:1h", Asked(before=NOON - 7200)),
        ("!before:2h reason:c before:1h", Asked((Reason.COMPLAINT,), NOON - 7200, NOON - 3600)),
    ],
)
def test_what_ses_itself_can_be_asked_for(text: str, asked: Asked) -> None:
    assert parse(text, NOON).asked == asked
    assert asked.is_empty is (asked == Asked())


@given(
    st.lists(SIGNED, max_size=5),
    st.builds(
        SuppressedDestinationSummary,
        st.sampled_from([row.address for row in ROWS]),
        st.sampled_from(Reason),
        st.floats(NOON - 200_000, NOON + 10),
    ),
)
@settings(max_examples=300)
def test_what_is_asked_of_ses_holds_all_that_the_filter_shows(
    terms: list[str], row: SuppressedDestinationSummary
) -> None:
    query = parse(" ".join(terms), NOON)
    asked = query.asked
    inside = (
        (not asked.reasons or row.reason in asked.reasons)
        and (asked.since is None or row.last_update >= asked.since)
        and (asked.before is None or row.last_update < asked.before)
    )
    assert inside or not query.matches(row)
    # And no more than that where there is nothing else to ask for.
    alone = all(term.startswith(("reason:", "since:", "before:"), term.startswith("!")) for term in terms)
    if alone and any(query.matches(row._replace(reason=it)) for it in Reason):
        assert inside is query.matches(row)


def test_an_empty_filter_says_that_it_is() -> None:
    assert parse("  ", NOON).is_empty
    assert parse("!", NOON).is_empty
    assert not parse("a", NOON).is_empty


@given(st.lists(SIGNED, max_size=4), SIGNED)
@settings(max_examples=150)
def test_one_term_more_never_shows_more(terms: list[str], another: str) -> None:
    assert set(shown(" ".join([*terms, another]))) <= set(shown(" ".join(terms)))


@given(TERMS)
@settings(max_examples=50)
def test_a_negated_term_is_the_complement(term: str) -> None:
    assert sorted(shown(term) + shown(f"!{term}")) == sorted(shown(""))


@given(st.lists(SIGNED, max_size=4), st.randoms())
@settings(max_examples=100)
def test_the_order_of_terms_does_not_matter(terms: list[str], randoms: Random) -> None:
    mixed = list(terms)
    randoms.shuffle(mixed)
    assert shown(" ".join(mixed)) == shown(" ".join(terms))


MOMENTS = st.integers(0, 4_000_000_000)


@given(st.datetimes(datetime(1971, 1, 1), datetime(2999, 1, 1)), st.integers(-14 * 60, 14 * 60))
@settings(max_examples=100)
def test_a_written_time_is_that_moment_whatever_its_offset(at: datetime, minutes: int) -> None:
    there = at.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes)))
    words = f"since {there.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    assert parse(f"since:{there.isoformat()}", NOON).range == words


@given(MOMENTS, st.integers(0, 86399))
@settings(max_examples=100)
def test_a_time_of_day_is_the_latest_such(now: int, second: int) -> None:
    clock = f"{timedelta(seconds=second)!s:0>8}"
    (term,) = parse(f"since:{clock}", now).terms
    assert term.since is not None
    assert now - 86400 < term.since <= now
    assert term.since % 86400 == second


@given(MOMENTS, st.sampled_from(["30m", "7d", "02:00", "2026-11-22", "2026-11-22T02:00"]), MOMENTS)
@settings(max_examples=100)
def test_since_and_before_the_same_time_are_each_others_complement(now: int, value: str, updated: int) -> None:
    row = SuppressedDestinationSummary("a@corp.com", Reason.BOUNCE, updated)
    since = parse(f"since:{value}", now).matches(row)
    assert since is not parse(f"before:{value}", now).matches(row)
    assert since is parse(f"!before:{value}", now).matches(row)


# A word, or what is read as something else
ADDRESSES = st.one_of(
    st.sampled_from(["!a@corp.com", "since:1h@corp.com", "re:(@corp.com", '"a  b\\."@corp.com', "A+b@corp.com"]),
    st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1).map(lambda it: f"{it}@corp.com"),
)


@given(ADDRESSES)
@settings(max_examples=100)
def test_an_address_is_found_whatever_it_looks_like(address: str) -> None:
    query = parse(words_for(address), NOON)
    assert query.matches(SuppressedDestinationSummary(address, Reason.BOUNCE, NOON - 60))
    assert not query.matches(SuppressedDestinationSummary("zebra@outlook.com", Reason.BOUNCE, NOON - 60))
