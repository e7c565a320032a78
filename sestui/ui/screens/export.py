"""The dialog that writes rows of the open list to a file: which rows, which file, and what goes wrong."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Checkbox, Input, Static

from sestui.domain.destinations_file import Format
from sestui.domain.display import counted
from sestui.domain.errors import FileIsThere, FileTrouble
from sestui.domain.suppression import Connection
from sestui.services.files import named
from sestui.stylesheets import stylesheet
from sestui.ui.details import table
from sestui.ui.screens.dialog import Dialog
from sestui.ui.widgets.fields import Changed, Choices, Line
from sestui.ui.widgets.toggles import Tick

_LOOK: Final = 1.0
"""Seconds from one look at a list that grows to the next."""
_ABOUT: Final = {
    Format.CSV: "address,REASON: as SES's import jobs read it",
    Format.JSONL: "an object a line: as SES's import jobs read it",
    Format.SPREADSHEET: "with times and without formulas, for people; sestui reads it back, SES must not be given it",
}
_SUFFIX: Final = {Format.CSV: ".csv", Format.JSONL: ".jsonl", Format.SPREADSHEET: "-spreadsheet.csv"}

Save = Callable[[Path, Format, bool, Callable[[int], None]], Awaitable[int]]
"""Writes the rows as they are now: where, how, whether over what is there; told how many are written. Returns how many.

Raises FileTrouble.
"""


@dataclass(frozen=True, slots=True)
class ExportPlace:
    """What the dialog is told."""

    source: str
    """Where the rows are from: `the list of tenant acme`."""
    connection: Connection
    count: Callable[[], int]
    """How many rows would be written now."""
    marked: bool
    """Whether they are the marked; else they are what is shown."""
    hidden: int
    """How many of the marked the filter hides."""
    filter: str
    """What lets the rows through that are shown; empty where all are."""
    loaded: Callable[[], str]
    """Says how much of the list is loaded."""
    complete: Callable[[], bool]
    """Whether all rows have come that belong to these."""
    name: str
    """The offered file's path without its end."""
    save: Save


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written."""

    path: Path
    count: int
    complete: bool


class ExportDialog(Dialog[Exported]):
    """Takes a file's name and a format, and stays until all is written; returns what was, None where nothing was."""

    CSS_PATH = stylesheet("export.tcss")

    def __init__(self, place: ExportPlace) -> None:
        super().__init__()
        self._place = place
        self._offered = ""
        """The name that was put into the field last, and may be replaced if nobody has changed it."""
        self._there: Path | None = None
        """The file that may be written over once that is asked for again."""
        self._said = ""
        self._written: int | None = None
        """How many rows are written so far; None while none are being."""

    def compose(self) -> ComposeResult:
        with Vertical(id="body") as body:
            body.border_title = "Export to a file"
            yield Static(id="rows", markup=False)
            yield Line("File", id="file", hint="where to write; ~ is your home")
            yield Choices("Format", {"CSV": Format.CSV, "JSON Lines": Format.JSONL}, Format.CSV, id="format")
            yield Tick("a copy for spreadsheets", id="spreadsheet", compact=True)
            yield Static(id="about", markup=False)
            yield Static(id="said", markup=False)
            with Horizontal(classes="confirmation"):
                yield Button("Cancel", id="cancel", compact=True)
                yield Button("Export", id="export", compact=True, variant="primary")

    def on_mount(self) -> None:
        super().on_mount()
        self._offer()
        self._draw()
        self.call_after_refresh(self._field.focus)
        if not self._place.complete():
            self.set_interval(_LOOK, self._draw)

    @property
    def _field(self) -> Input:
        return self.query_one("#file Input", Input)

    @property
    def _format(self) -> Format:
        chosen: Format = self.query_one("#format", Choices).value
        return Format.SPREADSHEET if chosen is Format.CSV and self._tick.value else chosen

    @property
    def _tick(self) -> Checkbox:
        return self.query_one("#spreadsheet", Checkbox)

    @on(Changed)
    @on(Checkbox.Changed)
    def _changed(self) -> None:
        if self._written is None:
            self._there, self._said = None, ""
            self._offer()
            self._draw()

    def _offer(self) -> None:
        """Name the file by what goes into it, unless somebody has named it."""
        if self._field.value == self._offered:
            part = "" if self._place.complete() else "-incomplete"
            self._offered = f"{self._place.name}{part}{_SUFFIX[self._format]}"
            self._field.value = self._offered
            self._field.cursor_position = len(self._offered)

    @on(Input.Submitted)
    def _named(self, event: Input.Submitted) -> None:
        event.stop()
        # What would be written over is confirmed by a button alone.
        if self._there is None:
            self._begin()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "export":
            self._begin()
        else:
            self.action_cancel()

    def action_cancel(self) -> None:
        # Whoever writes sees to it that nothing half written stays.
        self.workers.cancel_node(self)
        super().action_cancel()

    def _begin(self) -> None:
        if self._written is None:
            self._write()

    @work(exclusive=True)
    async def _write(self) -> None:
        complete, there = self._place.complete(), self._there
        self._written, self._there, self._said = 0, None, ""
        self._draw()
        try:
            path = named(self._field.value)
            count = await self._place.save(path, self._format, path == there, self._wrote)
        except FileTrouble as error:
            self._written, self._said = None, str(error)
            self._there = path if isinstance(error, FileIsThere) else None
            self._draw()
            # Enter pressed twice must not write over anything.
            self.query_one("#file Input" if self._there is None else "#cancel").focus()
        else:
            self.dismiss(Exported(path, count, complete))

    def _wrote(self, count: int) -> None:
        self._written = count
        self.query_one("#said", Static).update(self._progress)

    @property
    def _progress(self) -> str:
        return f"Writing … {self._written:,}; Cancel leaves no file."

    def _draw(self) -> None:
        writing = self._written is not None
        self.query_one("#rows", Static).update(table(*self._lines(), names=15))
        self._tick.display = self.query_one("#format", Choices).value is Format.CSV
        self.query_one("#about", Static).update(_ABOUT[self._format])
        said = self.query_one("#said", Static)
        said.update(self._progress if writing else self._said)
        said.set_class(bool(self._said), "-trouble")
        said.display = writing or bool(self._said)
        button = self.query_one("#export", Button)
        button.label = "Export" if self._there is None else "Write over it"
        button.variant = "primary" if self._there is None else "error"
        button.refresh(layout=True)
        for part in (button, self._field, self.query_one("#format"), self._tick):
            part.disabled = writing

    def _lines(self) -> Iterator[tuple[str, str, str]]:
        place = self._place
        where = place.connection
        yield "From", place.source, "bold"
        yield "Account", f"{where.account or 'not known'} · {where.region}", ""
        rows = counted(place.count(), "address", "addresses")
        if place.marked:
            hidden = f", {place.hidden:,} of them hidden by the filter" if place.hidden else ""
            yield "Rows", f"{rows}: the marked{hidden}", "bold"
        elif place.filter:
            yield "Rows", f"{rows}: what is shown, by {place.filter}", "bold"
        else:
            yield "Rows", f"{rows}: all that is shown", "bold"
        if not place.complete():
            yield "Incomplete", f"{place.loaded()}: what has not come is not in the file", "bold yellow"
