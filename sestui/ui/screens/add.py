"""The dialog that adds addresses: says what each is before anything is sent."""

from asyncio import sleep
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Button, Checkbox, Input, RadioSet, Static, TextArea

from sestui.domain.addresses import Addresses, parse
from sestui.domain.display import counted, printable
from sestui.domain.errors import NotFound, SestuiError
from sestui.domain.import_words import other_way
from sestui.domain.job import ASK_AGAIN_UP_TO, Entry, calls
from sestui.domain.suppression import Connection, Reason, SuppressedDestinationSummary, SuppressionList
from sestui.stylesheets import stylesheet
from sestui.ui.screens.dialog import Confirmation, Dialog
from sestui.ui.screens.removal import Confirmed
from sestui.ui.widgets.toggles import Choice, Tick

_REST = 0.4
"""Seconds without a change of the text after which SES is asked about it."""


@dataclass(frozen=True, slots=True)
class AdditionPlace:
    """What the dialog is told."""

    which: SuppressionList
    connection: Connection
    row_of: Callable[[str], SuppressedDestinationSummary | None]
    """The row as loaded."""
    complete: bool
    """Whether an address that isn't loaded is known not to be there."""
    look: Callable[[str], Awaitable[SuppressedDestinationSummary]]
    """Asks SES about one spelling; raises NotFound."""
    sandbox: bool
    takes: Callable[[int], str]
    """Says how long so many calls take, and whether the job outlives the terminal."""


class AddDialog(Dialog[Confirmed]):
    """Takes addresses typed or pasted, tells what is valid, double or there; returns what was agreed to."""

    CSS_PATH = stylesheet("add.tcss")

    def __init__(self, place: AdditionPlace, text: str) -> None:
        super().__init__()
        self._place = place
        self.text = text
        """What has been typed so far; whoever opened the dialog may keep it for the next time."""
        self._parsed = Addresses((), 0, ())
        self._asked: dict[str, SuppressedDestinationSummary | None] = {}
        self._trouble = ""

    def compose(self) -> ComposeResult:
        which = self._place.which
        with Vertical(id="body") as body:
            body.border_title = "Add to a suppression list"
            yield Static(id="where", markup=False)
            yield TextArea(self.text, id="addresses", show_line_numbers=False, soft_wrap=True, tab_behavior="focus")
            with RadioSet(id="reason", compact=True):
                for reason in Reason:
                    yield Choice(reason.value, value=reason is Reason.BOUNCE, compact=True)
            with VerticalScroll(can_focus=False):
                yield Static(id="verdict", markup=False)
            yield Tick("", id="replace", compact=True)
            yield Input(placeholder="note for the record, a ticket number say (optional)", id="note", compact=True)
            yield Confirmation("Add", dry_run=True)
        account = self._place.connection
        self._where = Text.assemble(
            ("To the list of ", "dim"),
            (printable(which.owner), "bold"),
            (f" · {account.account or 'account not known'} · {account.region}", "dim"),
        )

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#where", Static).update(self._where)
        self.query_one("#note", Input).cursor_blink = False
        area = self.query_one("#addresses", TextArea)
        area.cursor_blink = False
        area.border_title = "one a line, or between commas or semicolons; Name <address> is understood"
        self.call_after_refresh(area.focus)
        self._read()

    @property
    def _reason(self) -> Reason:
        return list(Reason)[max(0, self.query_one("#reason", RadioSet).pressed_index)]

    def _row(self, address: str) -> SuppressedDestinationSummary | None:
        return self._asked[address] if address in self._asked else self._place.row_of(address)

    @on(TextArea.Changed)
    def _read(self) -> None:
        self.text = self.query_one("#addresses", TextArea).text
        self._parsed = parse(self.text)
        self._draw()
        self._ask()

    @on(RadioSet.Changed)
    @on(Checkbox.Changed)
    def _again(self) -> None:
        self._draw()

    @work(exclusive=True)
    async def _ask(self) -> None:
        unknown = self._unknown
        if not unknown or len(unknown) > ASK_AGAIN_UP_TO:
            return
        await sleep(_REST)
        self._trouble = ""
        for address in unknown:
            try:
                self._asked[address] = await self._place.look(address)
            except NotFound:
                self._asked[address] = None
            except SestuiError as error:
                self._trouble = str(error)
                break
            self._draw()
        self._draw()

    @property
    def _unknown(self) -> list[str]:
        # An address that is loaded may have left the list since; one that a fresh and whole list lacks is not there.
        absent = self._place.complete
        return [it for it in self._parsed.valid if it not in self._asked and (not absent or self._place.row_of(it))]

    @property
    def _others(self) -> list[SuppressedDestinationSummary]:
        """What is there with another reason."""
        rows = (self._row(address) for address in self._parsed.valid)
        return [row for row in rows if row is not None and row.reason is not self._reason]

    @property
    def _entries(self) -> tuple[Entry, ...]:
        replace = self.query_one("#replace", Checkbox).value
        entries = []
        for address in self._parsed.valid:
            row = self._row(address)
            if row is None or (row.reason is not self._reason and replace):
                known = row is not None or address in self._asked or self._place.complete
                entries.append(Entry(self._place.which, address, self._reason, row, known))
        return tuple(entries)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id in ("confirm", "dry"):
            note = self.query_one("#note", Input).value.strip()
            self.dismiss(Confirmed(self._entries, note, event.button.id == "dry"))
        else:
            self.dismiss(None)

    def _draw(self) -> None:
        parsed, others, unknown = self._parsed, self._others, self._unknown
        there = sum((row := self._row(it)) is not None and row.reason is self._reason for it in parsed.valid)
        entries = self._entries
        text = Text()
        if self._place.sandbox:
            text.append("SES refuses additions in a sandbox account: production access is needed.\n", "bold red")
        text.append(f"{counted(len(entries), 'address', 'addresses')} will be added as {self._reason}", "bold")
        parts = [f"{len(parsed.valid):,} valid"]
        parts += [f"{parsed.doubles:,} double"] if parsed.doubles else []
        parts += [f"{there:,} already there"] if there else []
        parts += [f"{len(others):,} there with another reason"] if others else []
        parts += [f"{len(parsed.refused):,} not valid"] if parsed.refused else []
        text.append(f"  ({', '.join(parts)})\n", "dim")
        if entries:
            asked = sum(not it.known for it in entries)
            way = other_way(self._place.which, puts=len(entries))
            text.append(f"takes {self._place.takes(calls(len(entries), puts=len(entries), unknown=asked))}\n")
            text.append(f"{way}\n" if way else "", "dim")
        if unknown and not self._trouble:
            words = (
                "asking SES about" if len(unknown) <= ASK_AGAIN_UP_TO else "the list isn't loaded whole; not known of"
            )
            text.append(f"{words} {counted(len(unknown), 'address', 'addresses')}: each is asked before it is added\n")
        if self._trouble:
            text.append(f"SES was not asked: {printable(self._trouble)}\n", "yellow")
        for row in others[:3]:
            text.append(f"there as {row.reason}: {printable(row.address)}\n", "yellow")
        for refused in parsed.refused[:20]:
            text.append(f"line {refused.line}: {printable(refused.text[:80])} — {refused.why}\n", "red")
        self.query_one("#verdict", Static).update(text)
        box = self.query_one("#replace", Checkbox)
        box.display = bool(others)
        if not others:
            box.value = False
        box.label = f"replace the reason of {counted(len(others), 'address', 'addresses')} by {self._reason}"
        typed = len(entries) > ASK_AGAIN_UP_TO
        self.query_one(Confirmation).require(len(entries) if typed else None, possible=bool(entries))
