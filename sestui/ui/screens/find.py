"""`f`: which lists hold an address, and whether that stops the mail. What is known is shown at once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from math import ceil
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static

from sestui.domain.addresses import Addresses, understand
from sestui.domain.display import counted, printable
from sestui.domain.errors import SestuiError
from sestui.domain.impact import Send
from sestui.domain.job_words import takes
from sestui.domain.suppression import SuppressionList
from sestui.domain.why import why
from sestui.services.lookup import Lookup
from sestui.services.lookup_words import left_line, text_lines
from sestui.stylesheets import stylesheet
from sestui.ui import found_lines
from sestui.ui.details import table
from sestui.ui.screens.dialog import Dialog
from sestui.ui.screens.text import TextDialog
from sestui.ui.widgets.found_table import Found, FoundTable
from sestui.ui.widgets.key_line import KeyLine
from sestui.ui.widgets.line_view import Text, fold

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.worker import Worker

    from sestui.services.listing import Listing
    from sestui.sesv2.gateway import Gateway

_PAGE: Final = 1000
_CHANGES: Final = ("remove", "wish('add')")
"""The actions that change something at SES."""
_NAMED: Final = 3
"""Addresses that are named of those that were understood."""
_AT_ONCE: Final = 20
"""Addresses that are asked about at once: each takes up to six calls, two minutes at one request a second."""
_DRAW_AFTER: Final = 0.05
"""Seconds for which answers are gathered before they are drawn."""


@dataclass(frozen=True, slots=True)
class Place:
    """What the dialog is told."""

    gateway: Gateway
    tenants: Sequence[str]
    """The names known, to suggest."""
    begin: Callable[[Sequence[str], Send], Lookup]
    """Makes a lookup of what is typed."""
    recall: Callable[[SuppressionList], Awaitable[None]]
    """Brings in what is kept of a list."""
    whole: Callable[[SuppressionList], AsyncIterator[None]]
    """Reads a list whole; yields as it grows."""
    listing: Callable[[SuppressionList], Listing]
    remove: Callable[[Lookup, Sequence[Found], Callable[[str], None]], Awaitable[str]]
    """Shows the plan of a removal, has it carried out, says meanwhile and returns in the end what there is to say."""
    export: Callable[[Lookup], Awaitable[str]]
    """Asks where to write what was found, writes it, and returns what there is to say."""
    pace: Callable[[], float | None]
    """Calls a second, as learned."""
    clock: Callable[[], float]


@dataclass(frozen=True, slots=True)
class FindWish:
    """What somebody wants of what was found."""

    action: Literal["add", "open"]
    line: Found
    """The one under the cursor."""


class _Field(Input):
    """One line that takes a paste of many, where Textual's own takes the first and loses the others."""

    def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        self.insert_text_at_cursor(_in_a_line(event.text))


class FindDialog(Dialog[FindWish]):
    """Asks SES and shows what it says; returns what is wanted of that, where another screen is needed for it."""

    CSS_PATH = stylesheet("find.tcss")
    TAKES_PASTES = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "tick", "tick"),
        Binding("d", "remove", "remove"),
        Binding("a", "wish('add')", "add"),
        Binding("w", "why", "why"),
        Binding("o", "others", "others"),
        Binding("S", "scan", "scan"),
        Binding("y", "copy", "copy"),
        Binding("x", "export", "export", show=False),
        Binding("slash,f", "edit", "find", key_display="/"),
        Binding("n", "next", "next addresses", show=False),
        Binding("r", "again", "refresh", show=False),
        Binding("escape", "cancel", "back", key_display="esc"),
        Binding("q", "close", show=False),
    ]

    def __init__(self, place: Place, text: str, send: Send) -> None:
        super().__init__()
        self._place = place
        self._send = send
        """The mail that it is about."""
        self.lookup: Lookup | None = None
        self._ticks: dict[tuple[str, SuppressionList, str], bool] = {}
        """What somebody has ticked, or not, by hand."""
        self._understood = Addresses((), 0, ())
        self._first = 0
        """Which of what was understood is the first that is asked about."""
        self._said = ""
        self._due = False
        """Whether it is to be drawn soon."""
        # Held, not looked up: a late answer may find the screen going down, and its parts no longer in it.
        self._field = _Field(
            _in_a_line(text),
            id="addresses",
            compact=True,
            placeholder="an address, or any text with some in it; enter asks SES",
            select_on_focus=False,
        )
        self._tenant = Input(
            send.tenant or "",
            id="tenant",
            compact=True,
            placeholder="none: the account's mail",
            suggester=SuggestFromList(place.tenants, case_sensitive=False),
            select_on_focus=False,
        )
        self._telling = Static(id="understood", markup=False)
        self._table = FoundTable(id="found")
        self._meaning = Text(id="meaning")
        self._line = Static(id="said", markup=False)
        self._line.display = False
        self._key_line = KeyLine()
        self._key_line.leave_out(_CHANGES if self._refusal else ())

    def compose(self) -> ComposeResult:
        with Vertical(id="body") as body:
            body.border_title = "Find"
            body.border_subtitle = "SES ignores the case of letters when it sends, and finds one spelling at a time"
            with Horizontal(classes="line"):
                yield Static("find", classes="label")
                yield self._field
                yield Static("tenant", classes="label")
                yield self._tenant
            yield self._telling
            yield self._table
            yield self._meaning
            yield self._line
            yield self._key_line

    def on_mount(self) -> None:
        super().on_mount()
        for field in (self._field, self._tenant):
            field.cursor_blink = False
        self._read()
        if self._understood.valid:
            self._begin()
        else:
            self._field.focus()
        self._draw()

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)

    # Asking

    def _read(self) -> None:
        self._understood, self._first = understand(self._field.value), 0
        self._tell()

    def _tell(self) -> None:
        valid, refused = self._understood.valid, self._understood.refused
        named = valid[self._first :][:_NAMED]
        words = f"understood: {', '.join(map(printable, named))}" if valid else ""
        if more := len(valid) - len(named):
            words += f" and {more:,} more"
        if len(valid) > _AT_ONCE:
            last = min(self._first + _AT_ONCE, len(valid))
            words += f"; {self._first + 1:,} to {last:,} are asked, n asks the next"
        if refused:
            words += f"{'; ' if words else ''}not understood: {printable(refused[0].text[:60])}, it {refused[0].why}"
        self._telling.update(words)
        self._telling.display = bool(words)

    def _begin(self, first: int = 0) -> None:
        self._first = first
        self._tell()
        tenant = self._tenant.value.strip() or None
        if tenant != self._send.tenant:
            self._send = Send(tenant)
        self.lookup = lookup = self._place.begin(self._understood.valid[first : first + _AT_ONCE], self._send)
        self.workers.cancel_group(self, "others")
        self._ticks.clear()
        self._say("")
        self._table.focus()
        self._follow(lookup, lookup.run)

    def _follow(self, lookup: Lookup, asking: Callable[[], Awaitable[None]], group: str = "find") -> None:
        lookup.changed = self._draw_soon
        _: Worker[None] = self.run_worker(partial(self._ask, lookup, asking), group=group, exclusive=True)

    async def _ask(self, lookup: Lookup, asking: Callable[[], Awaitable[None]]) -> None:
        self._draw()
        for which in dict.fromkeys(which for _, which in lookup.findings):
            recall = partial(self._recall, lookup, which)
            _: Worker[None] = self.run_worker(recall, group=f"recall {which}", exclusive=True)
        await asking()
        self._draw()

    async def _recall(self, lookup: Lookup, which: SuppressionList) -> None:
        await self._place.recall(which)
        lookup.take_rows(which)

    # Drawing

    def _draw_soon(self) -> None:
        """Thousands of answers may come in a second or two, and keys count meanwhile."""
        if not self._due:
            self._due = True
            self.set_timer(_DRAW_AFTER, self._draw)

    def _draw(self) -> None:
        self._due = False
        lookup, now = self.lookup, self._place.clock()
        if lookup is None:
            self._table.show([], "Type or paste an address, then enter.")
            self._meaning.show([])
            return
        self._table.show(found_lines.found_lines(lookup, self._ticks, now), "")
        line = self._table.current
        address = lookup.addresses[0] if line is None else line.address
        lines = found_lines.meaning(lookup, address, now, self._meaning.width)
        if left := left_line(lookup, self._place.pace()):
            key = "r asks again" if lookup.others_error is not None else "o asks them"
            lines += [
                [],
                *([(part, "muted")] for part in fold(f"{left}: {key}", max(10, self._meaning.width - 1))),
            ]
        title = Content(f"What it means for {printable(address)}")
        if title != self._meaning.border_title:
            self._meaning.border_title = title
        self._meaning.show(lines)

    def _say(self, words: str) -> None:
        if words != self._said:
            self._said = words
            self._line.update(words)
            self._line.display = bool(words)

    @on(FoundTable.Moved)
    def _moved(self) -> None:
        self._draw()

    # Keys

    @on(Input.Changed, "#addresses")
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._read()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self._understood.valid:
            self._begin()
        else:
            self._say("There is no address in this." if self._field.value.strip() else "Type or paste an address.")

    @on(FoundTable.Opened)
    def _opened(self) -> None:
        self.action_wish("open")

    def on_paste(self, event: events.Paste) -> None:
        """What is pasted outside an input is looked for."""
        event.stop()
        self._field.value = _in_a_line(event.text)
        self._read()
        self._submitted(Input.Submitted(self._field, self._field.value))

    def action_edit(self) -> None:
        self._field.focus()

    def action_cancel(self) -> None:
        """Escape: leave the fields where there is something below them, else close."""
        if self.lookup is not None and (self._field.has_focus or self._tenant.has_focus):
            self._table.focus()
        else:
            self.dismiss(None)

    def action_close(self) -> None:
        self.dismiss(None)

    def action_tick(self) -> None:
        line = self._table.current
        if line is not None and line.ticked is not None:
            self._ticks[line.key] = not line.ticked
            self._table.action_step(1)
            self._draw()
        else:
            self._say("There is no entry on this line.")

    @property
    def _refusal(self) -> str:
        """Why nothing may be changed on this connection; empty where it may be."""
        gateway = self._place.gateway
        return gateway.guard.refusal(gateway.connection)

    def action_wish(self, action: Literal["add", "open"]) -> None:
        line = self._table.current
        if line is None:
            self._say("Nothing was looked for yet.")
        elif action == "add" and self._refusal:
            self._say(f"Nothing was done: {self._refusal}")
        else:
            self.dismiss(FindWish(action, line))

    def action_remove(self) -> None:
        """Remove the ticked entries, after showing what goes."""
        lookup = self.lookup
        if lookup is None or self._refusal:
            self._say(f"Nothing was done: {self._refusal}" if self._refusal else "Nothing was looked for yet.")
            return
        lines = [it for it in found_lines.found_lines(lookup, self._ticks, self._place.clock()) if it.ticked]
        if lines:
            _: Worker[None] = self.run_worker(partial(self._remove, lookup, lines), group="remove", exclusive=True)
        else:
            self._say("No entry is ticked: space ticks the one under the cursor.")

    async def _remove(self, lookup: Lookup, lines: Sequence[Found]) -> None:
        words = await self._place.remove(lookup, lines, self._say)
        self._say(words)
        # Another address may be looked for by now, and is not to be held up by this one.
        if words and self.lookup is lookup:
            self._follow(lookup, lookup.again)

    def action_export(self) -> None:
        """Write what was found to a file."""
        lookup = self.lookup
        if lookup is None or not any(it.known for it in lookup.findings.values()):
            self._say("There is no entry to export.")
        else:
            _: Worker[None] = self.run_worker(partial(self._export, lookup), group="remove", exclusive=True)

    async def _export(self, lookup: Lookup) -> None:
        self._say(await self._place.export(lookup))

    def action_why(self) -> None:
        """Ask SES about the message behind the entry under the cursor."""
        line = self._table.current
        if line is None or line.row is None:
            self._say("There is no entry on this line: nothing to ask about.")
        elif line.entry is None:
            self._say("SES has not told this entry yet: r asks it.")
        else:
            entry, gateway = line.entry, self._place.gateway

            async def words() -> RenderableType:
                asked = None
                if entry.message_id is not None:
                    try:
                        asked = await gateway.message_insights(entry.message_id)
                    except SestuiError as error:
                        return table(*why(entry, error))
                return table(*why(entry, asked))

            self.app.push_screen(TextDialog(f"Why {printable(entry.address)}", words, "asking SES …"))

    def action_next(self) -> None:
        """Ask about the next of very many addresses."""
        if self._first + _AT_ONCE < len(self._understood.valid):
            self._begin(self._first + _AT_ONCE)
        else:
            self._say("There are no more addresses: / takes others.")

    def action_again(self) -> None:
        if self.lookup is not None:
            self._follow(self.lookup, self.lookup.again)

    def action_others(self) -> None:
        """Ask the lists of all other tenants."""
        lookup = self.lookup
        if lookup is None or not lookup.others:
            self._say("There is no other tenant's list to ask.")
        else:
            self._say("")
            # In a group of its own: what the verdict needs is not to be broken off by it, or it by r.
            self._follow(lookup, lookup.ask_others, "others")

    def action_scan(self) -> None:
        """Read the list under the cursor whole: then every spelling is known."""
        line = self._table.current
        if self.lookup is not None and line is not None:
            _: Worker[None] = self.run_worker(
                partial(self._scan, self.lookup, line.which), group=f"scan {line.which}", exclusive=True
            )

    async def _scan(self, lookup: Lookup, which: SuppressionList) -> None:
        listing = self._place.listing(which)
        known = len(listing.index) if listing.is_whole else None
        if known is None:
            eta = "SES does not tell how long it is"
        else:
            eta = f"takes {takes(ceil(known / _PAGE) + 1, self._place.pace())}"
        try:
            async for _ in self._place.whole(which):
                read = listing.read_again if listing.read_again is not None else len(listing.index)
                count = counted(read, "address", "addresses")
                self._say(f"Reading the list of {printable(which.owner)} whole: {count} so far; {eta}")
        except SestuiError as error:
            self._say(f"The list of {printable(which.owner)} was not read whole: {printable(str(error))}")
        else:
            self._say(f"The list of {printable(which.owner)} was read whole: every spelling is known.")
        lookup.take_rows(which)

    def action_copy(self) -> None:
        """Put what was found into the clipboard, as text for a ticket."""
        if self.lookup is None:
            self._say("Nothing was looked for yet.")
            return
        lines = text_lines(self.lookup, self._place.gateway.connection, self._place.clock())
        self.app.copy_to_clipboard("\n".join(lines))
        self._say("Copied by OSC 52, where the terminal lets a program do that.")


def _in_a_line(text: str) -> str:
    return " ".join(text.split())
