"""Marks: by address, through filters, sorts, readings and removals, as a plain set of addresses would have them."""

import asyncio
from random import Random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from sestui.domain.query import Query, parse
from sestui.domain.suppression import Reason, SuppressedDestinationSummary
from sestui.services import index as index_module
from sestui.services import marks as marks_module
from sestui.services import view as view_module
from sestui.services.index import Index, Seen
from sestui.services.rows import Columns
from sestui.services.view import Column, View

Row = SuppressedDestinationSummary
POOL = [f"{name}@{domain}" for name in ("a", "A", "b", "ß", "c") for domain in ("x.org", "y.org")] + [
    "\ud800@x.org",
    "",
]
ADDRESSES = st.sampled_from(POOL)
ROWS = st.lists(st.builds(Row, ADDRESSES, st.sampled_from(Reason), st.integers(0, 5).map(float)), max_size=8)
QUERIES = st.sampled_from(["", "a", "domain:x.org", "reason:bounce", "since:3s", "!b", "re:^[ac]", "zebra"]).map(
    lambda text: parse(text, 6.0)
)


async def shown(index: Index, query: Query, by: Column = Column.ADDRESS, *, marked: bool = False) -> View:
    """Return the view that a person sees when all is searched."""
    return [it async for it in index.view(query, by, reverse=False, marked=marked) if it.whole][-1]


class Comparison(RuleBasedStateMachine):
    """Marks, and a set of addresses that is told the same."""

    def __init__(self) -> None:
        super().__init__()
        self.small = pytest.MonkeyPatch()
        self.small.setattr(view_module, "_FULL", 4)
        self.small.setattr(view_module, "_SAMPLE", 2)
        self.small.setattr(index_module, "_SLICE", 3)
        self.small.setattr(marks_module, "_SLICE", 3)
        self.index = Index()
        self.view = self.index.everything
        self.only: View | None = None
        """A view of the marked, as long as nothing was marked since."""
        self.rows: dict[str, Row] = {}
        self.marked: set[str] = set()
        self.cleared: set[str] = set()
        self.collected: list[Query] = []
        self.decided: set[str] = set()

    @property
    def shown(self) -> set[str]:
        return {row.address for row in self.rows.values() if self.view.query.matches(row)}

    def changed(self) -> None:
        self.only = None

    # What a person does

    @rule(query=QUERIES, by=st.sampled_from(Column))
    def look(self, query: Query, by: Column) -> None:
        self.view = asyncio.run(shown(self.index, query, by))

    @rule(address=ADDRESSES)
    def toggle(self, address: str) -> None:
        self.index.marks.toggle(address)
        if address in self.rows:
            self.marked ^= {address}
        self.changed()

    @rule()
    def mark_all(self) -> None:
        self.index.marks.add_all(self.view.flags)
        self.marked |= self.shown
        self.changed()

    @rule(ends=st.tuples(st.integers(0, 12), st.integers(0, 12)), gone=st.none() | ADDRESSES)
    def mark_a_range(self, ends: tuple[int, int], gone: str | None) -> None:
        start, stop = sorted(min(end, len(self.view)) for end in ends)
        flags = self.view.flags_between(start, stop)
        between = {row.address for row in self.view.rows(start, stop)}
        if gone is not None:
            # It left between the key and its effect.
            self.discard(gone)
        self.index.marks.add_all(flags)
        self.marked |= between - {gone}
        self.changed()

    @rule()
    def invert(self) -> None:
        self.index.marks.invert(self.view.flags)
        self.marked ^= self.shown
        self.changed()

    @rule()
    def clear(self) -> None:
        self.index.marks.clear()
        self.cleared, self.marked = (self.marked, set()) if self.marked else (set(), self.cleared)
        self.changed()

    @rule()
    def collect(self) -> None:
        self.index.marks.collect(self.view)
        self.marked |= self.shown
        self.decided |= self.shown
        self.collected.append(self.view.query)
        self.changed()

    @rule()
    def freeze(self) -> None:
        self.index.marks.freeze()
        self.collected, self.decided = [], set()

    @rule()
    def show_only_the_marked(self) -> None:
        self.only = asyncio.run(shown(self.index, self.view.query, marked=True))

    # What comes and goes

    @rule(page=ROWS)
    def load(self, page: list[Row]) -> None:
        self.index.put(page)
        self._came({it.address for it in page}, told=False)

    @rule(page=ROWS.filter(lambda rows: len(rows) < 2))
    def tell(self, page: list[Row]) -> None:
        """A row of our own making, or that SES was asked for by name."""
        self.index.put(page, told=True)
        self._came({it.address for it in page}, told=True)

    @rule(page=ROWS)
    def recall(self, page: list[Row]) -> None:
        self.index.fill(Columns.of(page))
        self._came({it.address for it in page}, told=False)

    def _came(self, addresses: set[str], told: bool) -> None:
        before, self.rows = self.rows, {row.address: row for row in self.index}
        came = {it for it in addresses & self.rows.keys() if self.rows[it] != before.get(it)}
        if not self.collected:
            return
        if not told:
            came = {it for it in came if any(query.matches(self.rows[it]) for query in self.collected)}
            self.marked |= came - self.decided
        self.decided |= came

    @rule(address=ADDRESSES)
    def discard(self, address: str) -> None:
        self.index.discard(address)
        self._gone({address})

    @rule(kept=st.sets(ADDRESSES))
    def end_a_reading(self, kept: set[str]) -> None:
        seen = Seen()
        for address in kept:
            self.index.see(address, seen)
        self.index.keep(seen)
        self._gone(set(POOL) - kept)

    def _gone(self, addresses: set[str]) -> None:
        for them in (self.marked, self.cleared, self.decided):
            them -= addresses
        self.rows = {address: row for address, row in self.rows.items() if address not in addresses}

    @invariant()
    def marks_are_what_they_should_be(self) -> None:
        marks = self.index.marks
        assert sorted(marks) == sorted(self.marked)
        assert len(marks) == len(self.marked)
        assert {address for address in POOL if address in marks} == self.marked
        assert marks.is_collecting is bool(self.collected)
        hidden = len(self.marked - self.shown)
        assert marks.hidden_by(self.view.query) == len(marks) - marks.shown(self.view) == hidden
        if self.only is not None:
            matching = {it for it in self.marked if self.only.query.matches(self.rows[it])}
            assert {row.address for row in self.only} == matching

    def teardown(self) -> None:
        self.small.undo()


TestComparison = Comparison.TestCase
TestComparison.settings = settings(max_examples=60, stateful_step_count=30)


async def test_many_marks_are_counted_as_few_are() -> None:
    index, random = Index(), Random(5)
    index.put(Row(f"{number}@{random.choice('xy')}.org", random.choice(list(Reason)), number) for number in range(9000))
    view = await shown(index, parse("domain:x.org", 0))
    index.marks.add_all((await shown(index, parse("reason:bounce", 0))).flags)
    expected = sum(row.reason is Reason.BOUNCE and row.address.endswith("x.org") for row in index)
    assert len(index.marks) > 4000
    assert index.marks.shown(view) == expected
    assert index.marks.hidden_by(view.query) == len(index.marks) - expected


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("by", Column)
async def test_a_range_is_what_stands_between_its_ends(by: Column, reverse: bool) -> None:
    index, random = Index(), Random(6)
    index.put(Row(f"{random.random()}@x.org", random.choice(list(Reason)), random.random()) for _ in range(20_000))
    view = [it async for it in index.view(Query(), by, reverse=reverse) if it.whole][-1]
    for start, stop in [(0, 1), (0, 20_000), (5000, 5000), (4999, 19_000), (19_999, 20_000), (3, 9000)]:
        flags = view.flags_between(start, stop)
        assert [number for number, flag in enumerate(flags) if flag] == sorted(view.numbers(start, stop))


def test_a_mark_takes_a_byte() -> None:
    index = Index()
    index.put(Row(f"{number}@x.org", Reason.BOUNCE, number) for number in range(5000))
    index.marks.add_all(index.everything.flags)
    assert len(index.marks) == len(index.marks.flags) == 5000


def test_what_left_and_came_back_meanwhile_is_not_marked_again() -> None:
    index, (alice, bob) = Index(), (Row("alice@x.org", Reason.BOUNCE, 1.0), Row("bob@x.org", Reason.BOUNCE, 2.0))
    index.put([alice, bob])
    index.marks.add_all(index.everything.flags)
    index.marks.clear()
    index.discard("alice@x.org")
    index.put([alice])
    index.marks.clear()
    assert list(index.marks) == ["bob@x.org"]
