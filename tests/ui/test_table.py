"""The suppression list's table: what it draws, for which width, and how little of it."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.strip import Strip

from sestui.domain.suppression import Reason, SuppressedDestinationSummary
from sestui.services.index import Index
from sestui.ui.widgets.destinations import DestinationTable
from tests.serving import NOON
from tests.ui.screen import screen_text

_ODD = st.text(st.sampled_from("aé用🙂\u0301\u05d0\u200d\u202e\ufe0f\u1100\u3164\t") | st.characters(), max_size=90)


class CountedTable(DestinationTable):
    """Counts how often each line is drawn."""

    def __init__(self) -> None:
        super().__init__(lambda: NOON, id="destinations")
        self.drawn: Counter[int] = Counter()

    def render_line(self, y: int) -> Strip:
        self.drawn[y] += 1
        return super().render_line(y)


class TableApp(App[None]):
    """The table alone, of this size."""

    CSS = ".destinations--cursor { text-style: reverse; } .destinations--marked { text-style: bold; }"

    def __init__(self, width: int, height: int) -> None:
        super().__init__()
        self.animation_level = "none"
        self.index = Index()
        self.table = CountedTable()
        self.table.styles.width, self.table.styles.height = width, height
        self.table.styles.scrollbar_size_vertical = 1

    def compose(self) -> ComposeResult:
        yield self.table

    def fill(self, rows: int) -> None:
        self.put(SuppressedDestinationSummary(f"p{it}@corp.com", Reason.BOUNCE, NOON - it) for it in range(rows))
        self.table.focus()

    def put(self, rows: Iterator[SuppressedDestinationSummary]) -> None:
        self.index.put(list(rows))
        self.show()

    def show(self, *marks: str) -> None:
        self.table.show(self.index.everything, set(marks))


async def drawn_by(app: TableApp, action: Callable[[], object]) -> Counter[int]:
    await painted(app)
    app.table.drawn.clear()
    action()
    await painted(app)
    return app.table.drawn.copy()


async def painted(app: TableApp) -> None:
    """Wait until all that is known to have changed is on the screen."""
    for _ in range(2):
        done = asyncio.Event()
        app.table.call_after_refresh(done.set)
        await done.wait()


def lines(app: TableApp) -> list[str]:
    return screen_text(app).splitlines()


@pytest.mark.parametrize("rows", [1_000, 20_000])
async def test_a_key_draws_the_two_rows_that_it_touches(rows: int) -> None:
    app = TableApp(80, 20)
    async with app.run_test(size=(80, 24)):
        app.fill(rows)
        await painted(app)
        for row in range(5):
            drawn = await drawn_by(app, app.table.action_down)
            assert drawn == {row + 1: 1, row + 2: 1}


async def test_a_page_draws_the_rows_once_and_not_the_heads() -> None:
    app = TableApp(80, 20)
    async with app.run_test(size=(80, 24)):
        app.fill(1_000)
        app.table.action_page_down()
        drawn = await drawn_by(app, app.table.action_page_down)
        assert set(drawn.values()) == {1}
        assert set(drawn) == set(range(1, 20))
        assert "p36@corp.com" in lines(app)[19]


async def test_what_looks_as_before_is_not_drawn_again() -> None:
    app = TableApp(80, 20)
    async with app.run_test(size=(80, 24)):
        app.fill(1_000)
        await painted(app)
        assert not await drawn_by(app, app.show)
        # Far out of sight.
        older = SuppressedDestinationSummary("older@corp.com", Reason.BOUNCE, NOON - 5_000)
        assert not await drawn_by(app, lambda: app.put(iter([older])))
        assert set(await drawn_by(app, lambda: app.show("p3@corp.com"))) == {4}
        assert "● p3@corp.com" in lines(app)[4]
        newer = SuppressedDestinationSummary("newer@corp.com", Reason.BOUNCE, NOON + 1)
        await drawn_by(app, lambda: app.put(iter([newer])))
        assert "newer@corp.com" in lines(app)[1]


@settings(max_examples=15)
@given(st.lists(st.sampled_from(["j", "k", "d", "u", "g", "G", "row", "page", "gone", "mark"]), max_size=30))
async def test_after_any_keys_and_rows_the_screen_is_as_if_drawn_anew(steps: list[str]) -> None:
    app = TableApp(80, 12)
    table = app.table
    keys = {
        "j": table.action_down,
        "k": table.action_up,
        "d": table.action_page_down,
        "u": table.action_page_up,
        "g": table.action_first,
        "G": table.action_last,
    }
    async with app.run_test(size=(80, 16)):
        app.fill(40)
        for number, step in enumerate(steps):
            row = SuppressedDestinationSummary(f"{step}{number}@corp.com", Reason.COMPLAINT, NOON - number * 3)
            if step in keys:
                keys[step]()
            elif step == "row":
                app.put(iter([row]))
            elif step == "page":
                app.index.put([row])
                table.follow()
            elif step == "gone":
                app.index.discard(f"p{number}@corp.com")
                app.show()
            elif table.cursor_address is not None:
                app.show(table.cursor_address)
            if number % 3:
                await painted(app)
        await painted(app)
        partly = [(strip.text, *strip) for strip in app.screen._compositor.render_strips()]
        table.refresh()
        table.vertical_scrollbar.refresh()
        await painted(app)
        assert partly == [(strip.text, *strip) for strip in app.screen._compositor.render_strips()]


@pytest.mark.parametrize("width", [30, 50, 68, 82, 132, 212])
async def test_rows_fill_the_width_and_keep_together(width: int) -> None:
    app = TableApp(width, 20)
    async with app.run_test(size=(250, 24)):
        app.put(
            SuppressedDestinationSummary(address, Reason.COMPLAINT, at)
            for at, address in ((NOON, "a@corp.com"), (NOON - 1, "x" * 300 + "@corp.com"))
        )
        await painted(app)
        heads, short, long = (line[:width] for line in lines(app)[:3])
        assert heads.index("Reason") == short.index("COMPLAINT") == long.index("COMPLAINT")
        assert heads.index("Last update") == short.index("COMPLAINT") + 10
        assert "…" in long
        # The eye finds the date that belongs to an address.
        assert short.index("COMPLAINT") <= 102
        assert "2026-11-22 12:00:00" in short if width >= 68 else "11-22 12:00" in short


@settings(max_examples=10)
@given(st.lists(_ODD, min_size=1, max_size=18, unique=True), st.sampled_from([30, 67, 68, 100, 160]))
async def test_any_address_keeps_the_columns_where_they_are(addresses: list[str], width: int) -> None:
    app = TableApp(width, 20)
    async with app.run_test(size=(width, 24)):
        app.put(SuppressedDestinationSummary(it, Reason.BOUNCE, NOON) for it in addresses)
        app.show(*addresses[::2])
        await painted(app)
        heads, *rows = lines(app)[: len(addresses) + 1]
        for row in rows:
            assert cell_len(row) == width
            before, _, after = row.rpartition("BOUNCE")
            assert cell_len(before) == heads.index("Reason")
            assert after.strip()[:10] in ("2026-11-22", "11-22 12:00"[:10])
            assert not set(row) & set("\t\n\r\x1b\u200d\u202e\u3164\ufe0f")


async def test_a_list_that_shrinks_below_where_one_looks_is_shown_from_its_end() -> None:
    app = TableApp(80, 20)
    async with app.run_test(size=(80, 24)):
        app.fill(1_000)
        app.table.action_last()
        await painted(app)
        for number in range(3, 1_000):
            app.index.discard(f"p{number}@corp.com")
        app.show()
        await painted(app)
        assert [line.split()[:1] for line in lines(app)[1:5]] == [["p0@corp.com"], ["p1@corp.com"], ["p2@corp.com"], []]
        assert app.table.cursor_address == "p2@corp.com"


async def test_the_scrollbar_is_as_if_all_of_it_were_drawn_anew() -> None:
    app = TableApp(80, 20)
    async with app.run_test(size=(80, 24)):
        app.fill(300)
        await painted(app)
        for _ in range(12):
            app.table.action_page_down()
            await painted(app)
            partly = [line[79] for line in lines(app)[:20]]
            app.table.vertical_scrollbar.refresh()
            await painted(app)
            assert partly == [line[79] for line in lines(app)[:20]]


async def test_the_mouse_chooses_a_row_and_opens_it() -> None:
    app = TableApp(80, 20)
    opened: list[str] = []
    async with app.run_test(size=(80, 24), message_hook=lambda it: opened.append(getattr(it, "address", ""))) as pilot:
        app.fill(100)
        await painted(app)
        await pilot.click(app.table, offset=(10, 0))
        assert app.table.pinned is None
        await pilot.click(app.table, offset=(10, 5))
        assert app.table.cursor_address == "p4@corp.com"
        assert "p4@corp.com" not in opened
        await pilot.click(app.table, offset=(70, 5))
        await painted(app)
        assert "p4@corp.com" in opened
        app.table.scroll_to(y=50, animate=False, immediate=True)
        await pilot.click(app.table, offset=(10, 1))
        assert app.table.cursor_address == "p50@corp.com"


async def test_another_size_shows_the_cursor_still() -> None:
    app = TableApp(80, 20)
    async with app.run_test(size=(80, 24)):
        app.fill(100)
        app.table.action_page_down()
        app.table.styles.height = 8
        await painted(app)
        await painted(app)
        assert any("p18@corp.com" in line for line in lines(app)[:8])
        assert app.table.region == Region(0, 0, 80, 8)
