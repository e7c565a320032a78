"""The suppression list's table: draws only the rows in sight, so its cost is the same for ten rows and a million."""

from collections.abc import Callable, Collection, Iterable
from typing import ClassVar

from rich.cells import set_cell_size
from rich.segment import Segment
from textual import events
from textual.binding import BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from sestui.domain.display import printable
from sestui.domain.suppression import Reason, SuppressedDestinationSummary
from sestui.services.view import View
from sestui.ui.bindings import bindings
from sestui.ui.widgets.columns import date, heads, row, widths
from sestui.ui.widgets.range import OpenRange
from sestui.ui.widgets.still_view import StillView


class DestinationTable(StillView, can_focus=True):
    """Rows by address, with a cursor and marks that belong to addresses."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "destinations--header",
        "destinations--row",
        "destinations--cursor",
        "destinations--marked",
        "destinations--complaint",
        "destinations--empty",
    }
    BINDINGS: ClassVar[list[BindingType]] = bindings("list")

    class Opened(Message):
        """Enter, or a click on the row under the cursor."""

        def __init__(self, address: str) -> None:
            super().__init__()
            self.address = address

    class MarkToggled(Message):
        """Space: whoever holds the marks adds or drops this one."""

        def __init__(self, address: str) -> None:
            super().__init__()
            self.address = address

    class RowsMarked(Message):
        """Whoever holds the marks adds these rows."""

        def __init__(self, flags: bytearray, but: frozenset[str], marks: Collection[str]) -> None:
            super().__init__()
            self.flags = flags
            """By number: 1 for each of them."""
            self.but = but
            """Those among them that only just came."""
            self.marks = marks
            """Those of the list that was on the screen then."""

    class RangeMoved(Message):
        """A range began, is another than before, or came to nothing."""

    def __init__(self, clock: Callable[[], float], *, id: str) -> None:
        super().__init__(id=id)
        self._clock = clock
        self._view: View | None = None
        self._marks: Collection[str] = ()
        self._cursor = 0
        self._address: str | None = None
        """What the cursor belongs to; `_cursor` is where that stands."""
        self._chosen = False
        """Whether somebody put the cursor there; else it is on the first row, whatever that is."""
        self.range = OpenRange()
        """The rows that v marks."""
        self._in_sight: tuple[int, list[SuppressedDestinationSummary]] = (0, [])
        """The rows in sight and the place of the first, when they were last looked at."""
        self._placeholder = ""
        self._drawn: dict[int, Strip] = {}
        """The lines as they were last drawn."""

    @property
    def cursor_address(self) -> str | None:
        """The address under the cursor; None while nothing is shown."""
        return self._address if self._view else None

    @property
    def pinned(self) -> str | None:
        """The address that keeps its place on the screen whatever comes or goes; None for the first row."""
        return self._address if self._chosen else None

    @property
    def in_range(self) -> int | None:
        """How many rows the open range has; None where there is none."""
        return self.range.size(self._view, self._cursor)

    def drop_range(self) -> None:
        """End a range without marking anything."""
        if self.range.began is not None:
            self.range.begin(None)
            self.draw()
            self.post_message(self.RangeMoved())

    def start_over(self) -> None:
        """Forget where the cursor was: another list is about to be shown."""
        self._address, self._chosen, self._cursor = None, False, 0
        self.drop_range()
        self.scroll_to(y=0, animate=False, immediate=True, force=True)

    def show(self, view: View, marks: Collection[str], *, placeholder: str = "") -> None:
        """Show this view; the cursor stays on its address, else on the row behind that.

        The placeholder stands where there is no row.
        """
        self._view, self._marks, self._placeholder = view, marks, placeholder
        self.follow()
        self.draw()

    def follow(self) -> None:
        """Rows came or went: cursor and rows in sight stand still; what is in sight is drawn only where it changed."""
        view = self._view
        if view is None:
            return
        height = max(1, self.size.height - 1)
        line = min(self._cursor - self.scroll_offset.y, height - 1)
        if view:
            self._cursor = 0 if self.pinned is None else min(view.place(self.pinned), len(view) - 1)
            self._address = view[self._cursor].address
        self._measure()
        top = max(0, self._cursor - line)
        if top != self.scroll_offset.y:
            self.scroll_to(y=top, animate=False, immediate=True, force=True)
        # Where somebody has scrolled away from the cursor it stays out of sight.
        if line >= 0:
            self._follow()
        top = self.scroll_offset.y
        before, self._in_sight = self._in_sight, (top, view.rows(top, top + height))
        if before != self._in_sight:
            self.draw()

    def repaint(self) -> None:
        """Marks came or went."""
        self.draw()

    def on_resize(self, event: events.Resize) -> None:
        self._measure()
        self.call_after_refresh(self._follow)

    def _measure(self) -> None:
        if self._view is None:
            return
        self.stretch(self._count + 1)

    @property
    def _count(self) -> int:
        return 0 if self._view is None else len(self._view)

    def _move(self, row: int) -> None:
        if not self._view:
            return
        row = max(0, min(row, len(self._view) - 1))
        self._address, self._chosen = self._view[row].address, True
        self._cursor = row
        self._follow()
        self.draw()
        if self.range.began is not None:
            self.post_message(self.RangeMoved())

    def _follow(self) -> None:
        height, top = max(1, self.size.height - 1), self.scroll_offset.y
        if self._cursor < top:
            top = self._cursor
        elif self._cursor >= top + height:
            top = self._cursor - height + 1
        if top != self.scroll_offset.y:
            self.scroll_to(y=top, animate=False, immediate=True, force=True)

    def draw(self) -> None:
        """Draw the lines that look different from what was drawn, without what is beside the columns."""
        width, height = self.scrollable_content_region.size
        top, columns = self.scroll_offset.y, min(width, sum(widths(width)))
        rows = [] if self._view is None else self._view.rows(top, top + height - 1)
        lines = (self._line(y, rows[y - 1] if 0 < y <= len(rows) else None, width) for y in range(height))
        if changed := [Region(0, y, columns, 1) for y, line in enumerate(lines) if line != self._drawn.get(y)]:
            self.refresh(*changed)

    def _step(self, rows: int) -> None:
        self.follow()
        self._move(self._cursor + rows)

    def action_up(self) -> None:
        self._step(-1)

    def action_down(self) -> None:
        self._step(1)

    def action_page_up(self) -> None:
        self._step(-max(1, self.size.height - 2))

    def action_page_down(self) -> None:
        self._step(max(1, self.size.height - 2))

    def action_first(self) -> None:
        self._move(0)

    def action_last(self) -> None:
        self._move(self._count - 1)

    def action_mark(self) -> None:
        if self.range.began is not None:
            self.action_range()
        elif (address := self.cursor_address) is not None:
            self.post_message(self.MarkToggled(address))
            self.action_down()

    def action_range(self) -> None:
        """Begin a range, or mark all that is in the one that is open."""
        self.follow()
        if self.range.began is None:
            self.range.begin(self.cursor_address)
            # From here on the cursor is where somebody put it.
            self._move(self._cursor)
        else:
            self._mark(self.range.places(self._view, self._cursor), self.range.arrived)
            self.drop_range()

    def action_mark_moving(self, motion: str) -> None:
        """Mark the rows from here to where another key would move."""
        self.follow()
        before = self._cursor
        getattr(self, f"action_{motion}")()
        self._mark(range(min(before, self._cursor), max(before, self._cursor) + 1))

    def _mark(self, places: range, but: Iterable[str] = ()) -> None:
        if self._view and places:
            flags = self._view.flags_between(places.start, places.stop)
            self.post_message(self.RowsMarked(flags, frozenset(but), self._marks))

    def action_open(self) -> None:
        if (address := self.cursor_address) is not None:
            self.post_message(self.Opened(address))

    def on_click(self, event: events.Click) -> None:
        row = event.y - 1 + self.scroll_offset.y
        if event.y > 0 and row < self._count:
            if row == self._cursor:
                self.action_open()
            self._move(row)

    def render_line(self, y: int) -> Strip:
        row = y - 1 + self.scroll_offset.y
        entry = self._view[row] if y and self._view is not None and row < len(self._view) else None
        self._drawn[y] = line = self._line(y, entry, self.scrollable_content_region.width)
        return line

    def _line(self, y: int, entry: SuppressedDestinationSummary | None, width: int) -> Strip:
        if y == 0:
            return self._strip(heads(self._view, width), width, "destinations--header")
        if entry is None:
            return self._blank(y, width)
        marked = entry.address in self._marks
        place = y - 1 + self.scroll_offset.y
        ranged = place in self.range.places(self._view, self._cursor) and entry.address not in self.range.arrived
        if place == self._cursor:
            name = "destinations--cursor"
        elif marked or ranged:
            name = "destinations--marked"
        elif entry.reason is Reason.COMPLAINT:
            name = "destinations--complaint"
        else:
            name = "destinations--row"
        mark = "● " if marked else "○ " if ranged else "  "
        when = date(entry.last_update, self._clock(), width)
        return self._strip((mark, printable(entry.address), str(entry.reason), when), width, name)

    def _strip(self, texts: tuple[str, str, str, str], width: int, name: str) -> Strip:
        used = min(width, sum(widths(width)))
        segments = [Segment(row(texts, width), self.get_component_rich_style(name))]
        if used < width:
            segments.append(Segment(" " * (width - used), self.get_component_rich_style("destinations--row")))
        return Strip(segments, width)

    def _blank(self, y: int, width: int) -> Strip:
        style = self.get_component_rich_style("destinations--empty")
        text = self._placeholder if y == 2 and not self._view else ""
        return Strip([Segment(set_cell_size(f"  {text}", width), style)], width)
