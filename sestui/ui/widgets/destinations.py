"""The suppression list's table: draws only the rows in sight, so its cost is the same for ten rows and a million."""

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from typing import ClassVar, Final

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from sestui.domain.display import moment, printable
from sestui.domain.suppression import Reason, SuppressedDestinationSummary
from sestui.ui.commands import bindings

_NARROW: Final = 68
"""Cells below which the date leaves out what today makes plain, as `ls -l` does."""
_RECENT: Final = 180 * 86400


class DestinationTable(ScrollView, can_focus=True):
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

    @dataclass
    class Opened(Message):
        """Enter, or a click on the row under the cursor."""

        address: str

    @dataclass
    class MarkToggled(Message):
        """Space: whoever holds the marks adds or drops this one."""

        address: str

    def __init__(self, clock: Callable[[], float], *, id: str) -> None:
        super().__init__(id=id)
        self._clock = clock
        self._addresses: Sequence[str] = ()
        self._row_of: Callable[[str], SuppressedDestinationSummary | None] = lambda address: None
        self._marks: Set[str] = frozenset()
        self._cursor = 0
        self._placeholder = ""

    @property
    def cursor_address(self) -> str | None:
        """The address under the cursor; None while nothing is shown."""
        return self._addresses[self._cursor] if self._cursor < len(self._addresses) else None

    def show(
        self,
        addresses: Sequence[str],
        row_of: Callable[[str], SuppressedDestinationSummary | None],
        marks: Set[str],
        *,
        placeholder: str = "",
    ) -> None:
        """Show these addresses; the cursor stays on its address, else on the row where that was.

        The placeholder stands where there is no row.
        """
        wanted = self.cursor_address
        top = self._cursor - self.scroll_offset.y
        self._addresses, self._row_of, self._marks, self._placeholder = addresses, row_of, marks, placeholder
        if wanted is not None and not (self._cursor < len(addresses) and addresses[self._cursor] == wanted):
            try:
                self._cursor = addresses.index(wanted)
            except ValueError:
                self._cursor = min(self._cursor, max(0, len(addresses) - 1))
        self._measure()
        self.scroll_to(y=max(0, self._cursor - top), animate=False, immediate=True, force=True)
        self._follow()
        self.refresh()

    def rows_added(self) -> None:
        """Rows were appended to what is shown: the cursor and the rows in sight stand still."""
        rows_before = self.virtual_size.height - 1
        self._measure()
        if rows_before < self.scroll_offset.y + self.size.height:
            self.refresh()

    def repaint(self, address: str | None = None) -> None:
        """Draw again the row under the cursor, or everything in sight."""
        if address is not None and address == self.cursor_address:
            self._refresh_row(self._cursor)
        else:
            self.refresh()

    def on_resize(self, event: events.Resize) -> None:
        self._measure()
        self.call_after_refresh(self._follow)

    def _measure(self) -> None:
        self.virtual_size = Size(0, len(self._addresses) + 1)

    def _move(self, row: int) -> None:
        row = max(0, min(row, len(self._addresses) - 1))
        if row != self._cursor:
            before, self._cursor = self._cursor, row
            self._refresh_row(before)
            self._refresh_row(row)
        self._follow()

    def _follow(self) -> None:
        height, top = max(1, self.size.height - 1), self.scroll_offset.y
        if self._cursor < top:
            top = self._cursor
        elif self._cursor >= top + height:
            top = self._cursor - height + 1
        if top != self.scroll_offset.y:
            self.scroll_to(y=top, animate=False, immediate=True, force=True)

    def _refresh_row(self, row: int) -> None:
        line = row - self.scroll_offset.y + 1
        if 0 < line < self.size.height:
            self.refresh(Region(0, line, self.size.width, 1))

    def action_up(self) -> None:
        self._move(self._cursor - 1)

    def action_down(self) -> None:
        self._move(self._cursor + 1)

    def action_page_up(self) -> None:
        self._move(self._cursor - max(1, self.size.height - 2))

    def action_page_down(self) -> None:
        self._move(self._cursor + max(1, self.size.height - 2))

    def action_first(self) -> None:
        self._move(0)

    def action_last(self) -> None:
        self._move(len(self._addresses) - 1)

    def action_mark(self) -> None:
        if (address := self.cursor_address) is not None:
            self.post_message(self.MarkToggled(address))
            self.action_down()

    def action_open(self) -> None:
        if (address := self.cursor_address) is not None:
            self.post_message(self.Opened(address))

    def on_click(self, event: events.Click) -> None:
        row = event.y - 1 + self.scroll_offset.y
        if event.y > 0 and row < len(self._addresses):
            if row == self._cursor:
                self.action_open()
            self._move(row)

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        if y == 0:
            return self._strip(("  ", "Address", "Reason", self._date_head(width)), width, "destinations--header")
        row = y - 1 + self.scroll_offset.y
        if row >= len(self._addresses):
            return self._blank(y, width)
        address = self._addresses[row]
        marked = address in self._marks
        entry = self._row_of(address)
        reason = "" if entry is None else str(entry.reason)
        date = "" if entry is None else self._date(entry.last_update, width)
        if row == self._cursor:
            name = "destinations--cursor"
        elif marked:
            name = "destinations--marked"
        elif entry is not None and entry.reason is Reason.COMPLAINT:
            name = "destinations--complaint"
        else:
            name = "destinations--row"
        return self._strip(("● " if marked else "  ", printable(address), reason, date), width, name)

    def _strip(self, cells: tuple[str, str, str, str], width: int, name: str) -> Strip:
        mark, address, reason, date = cells
        dates = 12 if width < _NARROW else 20
        room = max(4, width - 2 - 10 - dates)
        if cell_len(address) > room - 1:
            address = set_cell_size(address, room - 2) + "…"
        text = f"{mark}{set_cell_size(address, room)}{reason:<10}{date:<{dates}}"
        style: Style = self.get_component_rich_style(name)
        return Strip([Segment(set_cell_size(text, width), style)], width)

    def _blank(self, y: int, width: int) -> Strip:
        style = self.get_component_rich_style("destinations--empty")
        text = self._placeholder if y == 2 and not self._addresses else ""
        return Strip([Segment(set_cell_size(f"  {text}", width), style)], width)

    def _date_head(self, width: int) -> str:
        return "Last update" if width < _NARROW else "Last update, UTC"

    def _date(self, seconds: float, width: int) -> str:
        full = moment(seconds)
        if width >= _NARROW:
            return full
        return full[5:16] if abs(self._clock() - seconds) < _RECENT else full[:10]
