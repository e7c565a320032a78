"""Rows are matched by whole columns: what is found so is what a filter lets through row by row."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from sestui.domain.errors import QueryError
from sestui.domain.query import Query, Term, parse
from sestui.domain.suppression import Reason, SuppressedDestinationSummary
from sestui.services.matching import matching
from sestui.services.rows import Rows

DOMAINS = ("x.org", "y.org", "m.x.org", "yx.org", "X.ORG")
POOL = [
    *(f"{name}@{domain}" for name in ("a", "A", "ab", "b@a", "ß", "SS", "ς", "x.org") for domain in DOMAINS),
    *("no-at", "x.org", "X.org", "m.x.org", "a\n@x.org", "\ud800@x.org", '"a@y.org"@x.org', "", "@", "b@", "𝔸@x.org"),
]
"""Hostile ones too: nothing that comes over a wire may be taken for two rows or for none."""
TERMS = st.sampled_from(
    [
        *("a", "A", "@", "x", "ss", "ß", "σ", "b@", "@x.org", "@@", "zebra", "\ud800", "𝔸", "org"),
        *("domain:x.org", "domain:.x.org", "domain:y.org,m.x.org", "domain:no-at", "domain:.no-at", "domain:a@x.org"),
        *("since:2s", "before:3s", "since:1970-01-01T00:00:02Z"),
        *(
            "re:^a",
            "re:^$",
            "re:$",
            "re:()",
            "re:x*",
            "re:@$",
            "re:^[^a]*$",
            r"re:\s",
            r"re:\D{5}",
            "re:a.?@",
            "re:(?s)a.@",
        ),
        *(r"re:org\b", r"re:\B@", "re:(?-i)A@", "re:ß", "re:ς|@$", r"re:[^\x00-\x{10ffff}]", "re:\\n", r"re:^\W+$"),
        *(
            r"re:\Aa",
            r"re:g\z",
            r"re:a\C@",
            r"re:g\C",
            r"re:\Qx.",
            r"re:(?-m)^a",
            "re:(?m)@$",
            "re:(?U)a+@",
            "re:a|b|$",
        ),
        *("domain:", "reason:bounce", "reason:complaint", "reason:bounce,complaint"),
    ]
)
SIGNED = st.builds(str.__add__, st.sampled_from(["", "", "!"]), TERMS)
QUERIES = st.one_of(
    st.lists(SIGNED, max_size=3).map(lambda terms: parse(" ".join(terms), 6.0)),
    # None that can be typed: a kind of term that has no search of its own.
    st.just(Query((Term(negated=True),))),
)
SPREAD = st.lists(st.tuples(st.sampled_from(POOL), st.integers(0, 30)), max_size=12)
"""Addresses, and how many others stand before each: what is rare is found in another way than what is not."""


@given(SPREAD, QUERIES, st.sets(st.integers(0, 400)), st.integers(0, 50), st.integers(0, 400))
@settings(max_examples=500)
def test_a_row_matches_where_it_is_on_the_list_and_the_filter_lets_it_through(
    spread: list[tuple[str, int]], query: Query, gone: set[int], start: int, stop: int
) -> None:
    addresses: dict[str, None] = {}
    for address, others in spread:
        addresses |= {f"{number}of{len(addresses)}@other.example": None for number in range(others)}
        addresses[address] = None
    rows = Rows()
    for number in rows.numbers(addresses):
        reason = list(Reason)[number % 3 == 0]
        rows.replace(number, SuppressedDestinationSummary("", reason, number % 7 / 1.5))
        rows.here[number] = number not in gone
    stop = min(stop, len(rows))
    start = min(start, stop)
    expected = [number not in gone and query.matches(rows[number]) for number in range(start, stop)]
    assert list(map(bool, matching(rows, query, start, stop))) == expected
    assert [rows[number].address for number in range(len(rows))] == list(addresses)


ATOMS = st.sampled_from(
    [*"ax@.^$sS|", "()", "(?:a|)", r"\b", r"\B", r"\W", r"\D", "[^a]", r"[^\d@]", r"\n", r"\pL", "𝔸", "σ"]
)
PATTERNS = st.recursive(
    ATOMS,
    lambda parts: st.one_of(
        st.lists(parts, min_size=1, max_size=4).map("".join),
        st.builds("({}{}){}".format, st.sampled_from(["", "?s:", "?-i:", "?U:"]), parts, st.sampled_from("*+?")),
        st.builds("({}|{})".format, parts, parts),
        st.builds("(?:{}){{{}}}".format, parts, st.integers(0, 3)),
    ),
    max_leaves=8,
)


@given(PATTERNS, st.lists(st.sampled_from(POOL), max_size=60, unique=True), st.booleans())
@settings(max_examples=500)
# RE2 finds no end of a word within a letter of two bytes, too.
@example(r"\B", ["z\u00e9b"], False)
# More than are looked for one by one.
@example("a$", [f"{number}{'a' if number % 3 else 'b'}" for number in range(60)], False)
@example("$", [str(number) for number in range(60)], False)
def test_a_pattern_means_the_same_among_others_as_in_one_address(
    pattern: str, addresses: list[str], hostile: bool
) -> None:
    addresses = [it for it in addresses if hostile or "\n" not in it]
    try:
        query = parse(f"re:{pattern}", 0)
    except QueryError:
        return
    rows = Rows()
    for number in rows.numbers(addresses):
        rows.here[number] = 1
    expected = [query.matches(rows[number]) for number in range(len(rows))]
    assert list(map(bool, matching(rows, query, 0, len(rows)))) == expected


def test_a_common_pattern_is_searched_in_all_rows_at_once() -> None:
    """What is only as fast row by row would not be worth its laws."""
    assert all(
        term.pattern.takes_lines for term in parse(r"re:^a.*\d$ re:x@(a|b) re:(?-i)[^A]", 0).terms if term.pattern
    )
