"""What Textual gives by itself: a DataTable with our columns and an Input, as `python -m tests.benchmarks.peer`.

Everything is Textual's default; the table has the size that ours has on the same screen.
"""

import argparse
import json
import random
import time
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import DataTable, Footer, Header, Input, Static

from sestui.domain.display import moment
from sestui.emulator.mailboxes import entries

Row = tuple[str, str, str, str]


def rows(count: int, width: int) -> list[Row]:
    """Return the rows of an emulator's account list, as our table of this width shows them, the newest first."""
    found = [json.loads(entry[-1]) for entry in entries(random.Random("1/list 0"), count, int(time.time() * 1000))]
    found.sort(key=lambda row: -row["LastUpdateTime"])
    date = slice(0, 19) if width >= 68 else slice(5, 16)
    return [("  ", row["EmailAddress"], row["Reason"], moment(row["LastUpdateTime"])[date]) for row in found]


class Details(ModalScreen[None]):
    """What is known of one row."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Close")]

    def __init__(self, row: Row) -> None:
        super().__init__()
        self._row = row

    def compose(self) -> ComposeResult:
        yield Static("\n".join(self._row), markup=False)


class Peer(App[None]):
    """A table, an input that filters it, marks and details."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "down", "Down"),
        Binding("space", "mark", "Mark"),
        Binding("slash", "filter", "Filter"),
        Binding("q", "quit", "Quit"),
    ]

    def __init__(self, rows: list[Row], width: int, height: int) -> None:
        super().__init__()
        self._rows = rows
        self._room = width, height
        self.table: DataTable[str] = DataTable(cursor_type="row")

    def compose(self) -> ComposeResult:
        yield Header()
        with Vertical():
            yield Input()
            yield self.table
        yield Footer()

    def on_mount(self) -> None:
        table = self.table
        table.styles.width, table.styles.height = self._room
        # A DataTable has a cell of padding on both sides of each column.
        dates = len(self._rows[0][3])
        widths = (2, self._room[0] - 20 - dates, 9, dates)
        for name, width in zip(("", "Address", "Reason", "Last update, UTC"), widths, strict=True):
            table.add_column(name, width=width)
        self._fill("")
        table.focus()

    def _fill(self, text: str) -> None:
        self.table.clear()
        self.table.add_rows(row for row in self._rows if text in row[1])

    def on_input_changed(self, event: Input.Changed) -> None:
        self._fill(event.value)

    def on_input_submitted(self) -> None:
        self.table.focus()

    def action_down(self) -> None:
        self.table.action_cursor_down()

    def action_mark(self) -> None:
        at = self.table.cursor_coordinate
        self.table.update_cell_at(at._replace(column=0), "● ")
        self.table.action_cursor_down()

    def action_filter(self) -> None:
        self.query_one(Input).focus()

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        self.push_screen(Details(self._rows[event.cursor_row]))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("rows", type=int)
    parser.add_argument("width", type=int)
    parser.add_argument("height", type=int)
    arguments = parser.parse_args()
    Peer(rows(arguments.rows, arguments.width), arguments.width, arguments.height).run()


if __name__ == "__main__":
    main()
