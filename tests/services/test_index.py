"""The loaded part of a list: one row an address, and views of it that are right at every moment."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import suppress
from math import ceil
from random import Random
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from sestui.domain.query import Query, Term, parse
from sestui.domain.suppression import Reason, SuppressedDestinationSummary
from sestui.services import index as index_module
from sestui.services import view as view_module
from sestui.services.index import Index, Seen
from sestui.services.rows import Columns
from sestui.services.view import Column, View

Row = SuppressedDestinationSummary
BOUNCE, COMPLAINT = Reason.BOUNCE, Reason.COMPLAINT


def row(address: str, time: float = 1.0, reason: Reason = BOUNCE) -> Row:
    return Row(address, reason, time)


async def views(index: Index, text: str, by: Column = Column.ADDRESS, *, reverse: bool = False) -> list[View]:
    return [view async for view in index.view(parse(text, 0), by, reverse=reverse, lines=2)]


def addresses(view: View) -> list[str]:
    return [it.address for it in view]


# One row an address


def test_a_row_that_comes_again_replaces_the_one_that_is_there_in_its_place() -> None:
    index = Index()
    assert index.put([row("a@x.org"), row("b@x.org")]) == [row("a@x.org"), row("b@x.org")]
    assert index.put([row("a@x.org", 2.0, COMPLAINT), row("c@x.org")]) == [row("c@x.org")]
    assert list(index) == [row("a@x.org", 2.0, COMPLAINT), row("b@x.org"), row("c@x.org")]


@pytest.mark.parametrize("pages", [1, 2], ids=["one page", "two pages"])
def test_of_two_rows_in_one_reading_the_later_one_counts_whichever_comes_first(pages: int) -> None:
    earlier, later = row("a@x.org", 3.0, BOUNCE), row("a@x.org", 5.0, COMPLAINT)
    for pair in ([earlier, later], [later, earlier]):
        index, seen = Index(), Seen()
        for page in [pair] if pages == 1 else [[it] for it in pair]:
            index.put(page, seen)
        assert list(index) == [later]
        assert len(seen) == 1


def test_a_new_reading_counts_whatever_its_date() -> None:
    index = Index()
    index.put([row("a@x.org", 5.0, COMPLAINT)], Seen())
    index.put([row("a@x.org", 3.0, BOUNCE)], Seen())
    assert list(index) == [row("a@x.org", 3.0, BOUNCE)]


def test_spellings_that_differ_in_case_are_rows_of_their_own_and_know_each_other() -> None:
    index = Index()
    index.put([row("Alice@x.org"), row("alice@x.org"), row("alicf@x.org"), row("STRASSE@x.org"), row("straße@x.org")])
    assert index.spellings("ALICE@X.org") == (row("Alice@x.org"), row("alice@x.org"))
    assert index.spellings("Straße@x.org") == (row("STRASSE@x.org"), row("straße@x.org"))
    index.discard("Alice@x.org")
    assert (index.get("Alice@x.org"), index.get("alice@x.org")) == (None, row("alice@x.org"))
    assert index.spellings("alicE@x.org") == (row("alice@x.org"),)
    assert index.spellings("nobody@x.org") == ()


def test_discarding_what_is_not_there_is_nothing() -> None:
    index = Index()
    index.put([row("a@x.org")])
    for address in ("b@x.org", "A@x.org", "a@x.org", "a@x.org"):
        index.discard(address)
    assert len(index) == 0
    assert index.put([row("a@x.org", 7.0)]) == [row("a@x.org", 7.0)]
    assert list(index) == [row("a@x.org", 7.0)]


def test_what_was_not_seen_in_a_reading_is_not_kept() -> None:
    index, seen = Index(), Seen()
    index.put([row("old@x.org"), row("seen@x.org"), row("told@x.org")])
    index.put([row("seen@x.org")], seen)
    for address in ("told@x.org", "never@x.org"):
        index.see(address, seen)
    index.keep(seen)
    assert [it.address for it in index] == ["seen@x.org", "told@x.org"]
    seen.forget(index.updated_between(None, None))
    index.keep(seen)
    assert (len(index), len(seen), list(index)) == (0, 0, [])


@pytest.mark.parametrize(
    ("start", "end", "found"), [(2, 4, "cb"), (None, 3, "bd"), (3, None, "ca"), (None, None, "cbad")]
)
def test_rows_of_a_window_are_those_from_its_start_to_before_its_end(
    start: float | None, end: float | None, found: str
) -> None:
    index = Index()
    index.put([row("c@x.org", 3), row("b@x.org", 2), row("a@x.org", 4), row("d@x.org", 1), row("gone@x.org", 2)])
    index.discard("gone@x.org")
    rows = index._rows
    assert "".join(rows[number].address[0] for number in index.updated_between(start, end)) == found


@pytest.mark.parametrize("date", [-1.0, 0.0, 2.0, 5000.0, 5000.5, 1e9])
async def test_rows_are_ranked_by_date_whatever_the_screen_sorts_by(date: float) -> None:
    index = Index()
    index.put(row(f"{number * 7919 % 10_000:05}@x.org", number * 7919 % 10_000) for number in range(10_000))
    await views(index, "", Column.ADDRESS)
    by_date = await index.by_date()
    rank = by_date.rank(date)
    assert rank == min(10_000, max(0, ceil(date)))
    assert [it.last_update for it in by_date.ranked(rank - 3, rank)] == [*range(max(0, rank - 3), rank)][::-1]


# Views


@pytest.mark.parametrize(
    ("by", "in_order"),
    [
        (Column.ADDRESS, ["a@y.org", "B@x.org", "b@y.org", "c@x.org"]),
        (Column.DOMAIN, ["B@x.org", "c@x.org", "a@y.org", "b@y.org"]),
        (Column.REASON, ["a@y.org", "c@x.org", "B@x.org", "b@y.org"]),
        (Column.LAST_UPDATE, ["b@y.org", "c@x.org", "B@x.org", "a@y.org"]),
    ],
)
async def test_rows_are_sorted_by_any_column_either_way(by: Column, in_order: list[str]) -> None:
    index = Index()
    index.put([row("c@x.org", 2), row("b@y.org", 1, COMPLAINT), row("a@y.org", 4), row("B@x.org", 3, COMPLAINT)])
    assert addresses((await views(index, "", by))[-1]) == in_order
    assert addresses((await views(index, "", by, reverse=True))[-1]) == in_order[::-1]


async def test_without_being_asked_an_index_shows_the_newest_first() -> None:
    index = Index()
    index.put([row("b@x.org", 2), row("a@x.org", 3), row("c@x.org", 1)])
    assert addresses(index.everything) == ["a@x.org", "b@x.org", "c@x.org"]


async def test_a_view_follows_what_comes_and_goes_and_is_forgotten_with_its_holder() -> None:
    index = Index()
    index.put([row("a@x.org"), row("b@y.org"), row("c@x.org", reason=COMPLAINT)])
    (view,) = (it for it in await views(index, "domain:x.org") if it.whole)
    assert addresses(view) == ["a@x.org", "c@x.org"]
    index.put([row("b@x.org"), row("z@y.org"), row("c@x.org", 9.0)])
    assert list(view) == [row("a@x.org"), row("b@x.org"), row("c@x.org", 9.0)]
    index.discard("a@x.org")
    assert addresses(view) == ["b@x.org", "c@x.org"]
    assert [view.place(address) for address in ("a@x.org", "b@x.org", "b@y.org", "c@x.org", "z@y.org")] == [
        0,
        0,
        1,
        1,
        2,
    ]


async def test_a_screenful_is_there_before_the_rest_has_been_searched() -> None:
    index = Index()
    index.put(row(f"{name}{number:05}@x.org") for number in range(20_000) for name in "ab")
    await views(index, "")
    turns = 0

    async def somebody_else() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    waiting = asyncio.create_task(somebody_else())
    query, around = parse("b", 0), "b10000@x.org"
    part, whole = [
        (turns, view.whole, len(view), view.rows(view.place(around) - 1, view.place(around) + 2))
        async for view in index.view(query, Column.ADDRESS, reverse=False, around=around, lines=3)
    ]
    waiting.cancel()
    near = [row(f"b{number:05}@x.org") for number in (9999, 10000, 10001)]
    assert part == (0, False, 6, near)
    assert whole[1:] == (True, 20_000, near)
    assert whole[0] >= 4


@pytest.mark.parametrize(
    ("text", "least"),
    [("zebra", 1), ("re:zebra", 1), (r"re:\Azebra", 5), ("re:(.{200}){1}z", 50), ("re:.{200}z !re:.{200}z", 90)],
)
async def test_the_longer_a_pattern_may_take_the_more_often_others_get_a_turn(text: str, least: int) -> None:
    index = Index()
    index.put(row(f"{number:05}@x.org") for number in range(8000))
    turns = 0

    async def somebody_else() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    waiting = asyncio.create_task(somebody_else())
    found = await views(index, text)
    waiting.cancel()
    assert [len(view) for view in found if view.whole] == [0]
    assert turns >= least


async def test_what_is_rare_is_searched_for_in_all_rows_at_once() -> None:
    index = Index()
    index.put(row(f"{number:05}@x.org") for number in range(20_000))
    found = await views(index, "1999")
    assert [(view.whole, len(view)) for view in found] == [(True, 12)]


async def test_batches_have_each_row_as_it_is_when_its_turn_comes() -> None:
    index = Index()
    index.put(row(f"{number}@x.org", float(number)) for number in range(8))
    batches = index.batches(2)
    assert [it.address for it in await anext(batches)] == ["7@x.org", "6@x.org"]
    assert [it.address for it in await anext(batches)] == ["0@x.org", "1@x.org"]
    index.put([row("late@x.org"), row("4@x.org", 9.0)])
    index.discard("3@x.org")
    rest = [it async for columns in batches for it in columns]
    assert rest == [row("2@x.org", 2.0), row("4@x.org", 9.0), row("5@x.org", 5.0), row("late@x.org")]


def test_a_row_takes_a_hundred_bytes_and_not_an_object() -> None:
    random = Random(4)
    domains = ("gmail.com", "outlook.com", "customer.example.org")
    index, count = Index(), 50_000
    seen = Seen()
    tracemalloc.start()
    try:
        for _ in range(0, count, 1000):
            index.put(
                [row(f"{random.getrandbits(40):x}@{random.choice(domains)}", random.random()) for _ in range(1000)],
                seen,
            )
        taken = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert len(index) == count
    assert taken / count < 120


# Against a model that is plain, and right by looking at it


POOL = [
    *(f"{name}@{domain}" for name in ("a", "A", "b", "ab", "ß", "SS", "ς") for domain in ("x.org", "y.org", "m.x.org")),
    *("no-at", "x.org", "X.org", "m.x.org", "a\n@x.org", "\ud800@x.org", '"a@y.org"@x.org', "", "@", "b@", "𝔸@x.org"),
]
ADDRESSES = st.sampled_from(POOL)
ROWS = st.lists(st.builds(Row, ADDRESSES, st.sampled_from(Reason), st.integers(0, 5).map(float)), max_size=14)
TERMS = st.sampled_from(
    [
        *("a", "A", "@", "x", "ss", "ß", "σ", "b@", "@x.org", "zebra", "\ud800", "𝔸"),
        *("domain:x.org", "domain:.x.org", "domain:y.org,m.x.org", "domain:no-at", "domain:.no-at", "domain:a@x.org"),
        *("since:2s", "before:3s", "since:1970-01-01T00:00:02Z"),
        *("re:^a", "re:(?-i)A", "re:()", "re:@$", r"re:^\S+$", r"re:\Ab", "re:a.{60}|g$"),
        *("domain:", "reason:bounce", "reason:complaint", "reason:bounce,complaint"),
    ]
)
SIGNED = st.builds(str.__add__, st.sampled_from(["", "", "!"]), TERMS)
# The last is none that can be typed: a kind of term that the index has no search of its own for.
QUERIES = st.one_of(
    st.lists(SIGNED, max_size=3).map(lambda terms: parse(" ".join(terms), 6.0)), st.just(Query((Term(negated=True),)))
)


async def _all(batches: AsyncIterator[Columns]) -> list[Columns]:
    return [columns async for columns in batches]


class Comparison(RuleBasedStateMachine):
    """An index, its finished views, one in the making, and a dictionary that does the same the long way."""

    def __init__(self) -> None:
        super().__init__()
        # Blocks and slices of a few rows, so that a few rows are many of them.
        self.small = pytest.MonkeyPatch()
        self.small.setattr(view_module, "_FULL", 4)
        self.small.setattr(view_module, "_SAMPLE", 2)
        self.small.setattr(index_module, "_SLICE", 3)
        self.small.setattr(index_module, "_LOOK", 3)
        self.index = Index()
        self.seen: Seen | None = None
        self.held: list[View] = []
        self.making: AsyncIterator[View] | None = None
        self.step: Any = None
        self.rows: dict[str, Row] = {}
        self.last: dict[str, Row] = {}
        """What was last known of each address that ever came, in the order of coming."""
        self.came: set[str] = set()

    @rule(page=ROWS, told=st.booleans())
    def put(self, page: list[Row], told: bool) -> None:
        new = self.index.put(page, self.seen, told=told)
        before = set(self.rows)
        here: set[str] = set()
        for it in page:
            known = self.rows.get(it.address)
            older_counts = told if self.seen is None else it.address not in self.came
            if known is None or it.last_update >= known.last_update or (older_counts and it.address not in here):
                self.rows[it.address] = self.last[it.address] = it
            here.add(it.address)
        if self.seen is not None:
            self.came |= here
        assert {it.address: it for it in new} == {it: self.rows[it] for it in here - before}
        assert len(new) == len(here - before)

    @rule(page=ROWS)
    def fill(self, page: list[Row]) -> None:
        self.index.fill(Columns.of(page))
        kept = {it.address: it for it in page}
        for address, it in kept.items():
            if address not in self.last:
                self.rows[address] = self.last[address] = it

    @rule(size=st.integers(1, 4))
    def batches(self, size: int) -> None:
        batches = [list(columns) for columns in asyncio.run(_all(self.index.batches(size)))]
        assert all(0 < len(batch) <= size for batch in batches)
        assert sorted(it for batch in batches for it in batch) == sorted(self.rows.values())
        newest = sorted((it.last_update for it in self.rows.values()), reverse=True)
        if newest:
            assert [it.last_update for it in batches[0]] == newest[:size]

    @rule()
    def begin_a_reading(self) -> None:
        self.seen, self.came = Seen(), set()

    @precondition(lambda self: self.seen is not None)
    @rule(besides=st.lists(ADDRESSES, max_size=3))
    def end_a_reading(self, besides: list[str]) -> None:
        assert self.seen is not None
        for address in besides:
            self.index.see(address, self.seen)
        self.index.keep(self.seen)
        self.rows = {address: it for address, it in self.rows.items() if address in self.came | set(besides)}
        self.seen = None

    @rule(address=ADDRESSES)
    def discard(self, address: str) -> None:
        self.index.discard(address)
        self.rows.pop(address, None)
        self.came.discard(address)

    @rule(
        query=QUERIES,
        by=st.sampled_from(Column),
        reverse=st.booleans(),
        around=st.none() | ADDRESSES,
        lines=st.integers(0, 4),
    )
    def ask(self, query: Query, by: Column, reverse: bool, around: str | None, lines: int) -> None:
        """Ask for another view; one in the making is given up, as it is when the next key comes."""
        if self.step is not None:
            with suppress(asyncio.CancelledError):
                self.step.throw(asyncio.CancelledError())
            self.step = None
        self.making = self.index.view(query, by, reverse=reverse, around=around, lines=lines)

    @precondition(lambda self: self.making is not None)
    @rule(turns=st.integers(1, 9))
    def go_on(self, turns: int) -> None:
        """Let the view in the making have some turns of the event loop."""
        for _ in range(turns):
            if self.making is None:
                return
            self.step = self.step or self.making.__anext__()
            try:
                self.step.send(None)
            except StopIteration as made:
                self.held, self.step = [*self.held[-2:], made.value], None
            except StopAsyncIteration:
                self.making = self.step = None

    @invariant()
    def each_address_has_its_row(self) -> None:
        assert len(self.index) == len(self.rows)
        assert list(self.index) == [self.rows[address] for address in self.last if address in self.rows]
        for address in POOL:
            assert self.index.get(address) == self.rows.get(address)
            folded = address.casefold()
            alike = tuple(self.rows[it] for it in self.last if it in self.rows and it.casefold() == folded)
            assert self.index.spellings(address) == alike

    @invariant()
    def each_view_is_right(self) -> None:
        for view in [*self.held, self.index.everything]:
            places = {address: place for place, address in enumerate(self.last)}

            def key(it: Row, by: Column = view.by, places: dict[str, int] = places) -> tuple[Any, int]:
                local, _, domain = it.address.casefold().rpartition("@")
                keys: dict[Column, Any] = {
                    Column.ADDRESS: it.address.casefold(),
                    Column.DOMAIN: (domain, local),
                    Column.REASON: (list(Reason).index(it.reason), -it.last_update),
                    Column.LAST_UPDATE: it.last_update,
                }
                return keys[by], places[it.address]

            expected = sorted(filter(view.query.matches, self.rows.values()), key=key, reverse=view.reverse)
            shown = list(view)
            assert len(view) == len(shown)
            if view.whole:
                assert shown == expected
            else:
                assert shown == [it for it in expected if it in shown]
            assert view.rows(1, 4) == shown[1:4]
            for address, known in self.last.items():
                before = sum((key(it) > key(known)) if view.reverse else (key(it) < key(known)) for it in shown)
                assert view.place(address) == before

    def teardown(self) -> None:
        self.small.undo()


TestComparison = Comparison.TestCase
TestComparison.settings = settings(max_examples=60, stateful_step_count=30)
