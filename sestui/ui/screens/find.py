"""`f`: which lists hold an address, and whether that stops the mail. What is known is shown at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from sestui.domain.display import printable
from sestui.domain.impact import Send
from sestui.domain.suppression import SuppressionList
from sestui.services.lookup import Lookup
from sestui.services.lookup_words import left_line, text_lines
from sestui.stylesheets import stylesheet
from sestui.ui import found_lines
from sestui.ui.screens.dialog import Dialog
from sestui.ui.screens.find_place import FindWish, Place
from sestui.ui.screens.text import TextDialog
from sestui.ui.widgets.found_table import Found, FoundTable
from sestui.ui.widgets.key_line import KeyLine
from sestui.ui.widgets.line_view import Text, fold
from sestui.ui.widgets.question import Question

if TYPE_CHECKING:
    from textual.worker import Worker


_CHANGES: Final = ("remove", "wish('add')")
"""The actions that change something at SES."""
_DRAW_AFTER: Final = 0.05
"""Seconds for which answers are gathered before they are drawn."""


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
        self._said = ""
        self._due = False
        """Whether it is to be drawn soon."""
        # Held, not looked up: a late answer may find the screen going down, and its parts no longer in it.
        self._question = Question(text, send.tenant, place.tenants, id="question")
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
            yield self._question
            yield self._table
            yield self._meaning
            yield self._line
            yield self._key_line

    def on_mount(self) -> None:
        super().on_mount()
        if self._question.is_clear:
            self._question.put()
        else:
            self._question.edit()
        self._draw()

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)

    # Asking

    @on(Question.Put)
    def _begin(self, event: Question.Put) -> None:
        event.stop()
        if event.tenant != self._send.tenant:
            self._send = Send(event.tenant)
        self.lookup = lookup = self._place.begin(event.addresses, self._send)
        self.workers.cancel_group(self, "others")
        self._ticks.clear()
        self._say("")
        self._table.focus()
        self._follow(lookup, lookup.run)

    @on(Question.Unclear)
    def _ask_for_more(self, event: Question.Unclear) -> None:
        event.stop()
        self._say(event.words)

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
        lines = found_lines.meaning(lookup, line, now, self._meaning.width)
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

    @on(FoundTable.Opened)
    def _opened(self) -> None:
        self.action_wish("open")

    def on_paste(self, event: events.Paste) -> None:
        """What is pasted outside an input is looked for."""
        event.stop()
        self._question.take(event.text)

    def action_edit(self) -> None:
        self._question.edit()

    def action_cancel(self) -> None:
        """Escape: leave the fields where there is something below them, else close."""
        if self.lookup is not None and self._question.has_focus_within:
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
        words = await self._place.remove(lookup, lines, self._make_way)
        self._say(words)
        # Another address may be looked for by now, and is not to be held up by this one.
        if words and self.lookup is lookup:
            self._follow(lookup, lookup.again)

    def _make_way(self, words: str) -> None:
        """A removal begins: what is still asked would go before it, and is asked again afterwards."""
        for group in ("find", "others"):
            self.workers.cancel_group(self, group)
        self._say(words)

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
            words = partial(self._place.why, line.entry)
            self.app.push_screen(TextDialog(f"Why {printable(line.entry.address)}", words, "asking SES …"))

    def action_next(self) -> None:
        """Ask about the next of very many addresses."""
        self._question.put_next()

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
        await self._place.scan(which, self._say)
        lookup.take_rows(which)

    async def action_copy(self) -> None:
        """Put what was found into the clipboard, as text for a ticket."""
        if self.lookup is None:
            self._say("Nothing was looked for yet.")
            return
        lines = text_lines(self.lookup, self._place.gateway.connection, self._place.clock())
        self._say(await self.app.copied("\n".join(lines)))
