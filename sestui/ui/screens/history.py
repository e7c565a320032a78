"""`J`: what was done by this user on this host, what runs, and what can be done with it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Static

from sestui.domain.display import counted, printable
from sestui.domain.errors import SestuiError
from sestui.domain.job_words import Action, objection
from sestui.services.history import Page, Snapshot, look, page
from sestui.services.in_thread import in_thread
from sestui.stylesheets import stylesheet
from sestui.ui import history_lines, job_details
from sestui.ui.screens.dialog import Dialog
from sestui.ui.widgets.history_table import HistoryTable, Line
from sestui.ui.widgets.key_line import KeyLine
from sestui.ui.widgets.line_view import Text

if TYPE_CHECKING:
    from textual.worker import Worker

    from sestui.domain.job import Job
    from sestui.services.journal import Journal

_LOOK: Final = 1.0
"""Seconds from one look at the journal to the next."""
_REST: Final = 0.15
"""Seconds of no further key before what takes a while is read."""
_CHANGES: Final = ("want('retry')", "want('undo')")
"""The actions that do nothing but change something at SES."""
_LEISURE: Final = 10.0
"""How many times as long as a reading of entries took the next one is put off."""


class HistoryDialog(Dialog[int]):
    """The jobs above, the one under the cursor below; returns the number of one that is to be undone.

    One key is enough to stop a job, for it harms nothing: what is done stays done and is written down, and `retry`
    takes up the rest. What changes SES, going on, trying again and undoing, is for whoever gets the wish to confirm.
    """

    CSS_PATH = stylesheet("history.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "search", key_display="/"),
        Binding("p", "pause", "pause or go on"),
        Binding("c", "want('cancel')", "cancel"),
        Binding("t", "want('retry')", "retry"),
        Binding("u", "want('undo')", "undo"),
        Binding("escape", "cancel", "back", key_display="esc"),
        Binding("q", "close", show=False),
    ]

    def __init__(
        self,
        journal: Journal,
        clock: Callable[[], float],
        carry_out: Callable[[Action, int], Awaitable[str]],
        *,
        refusal: str = "",
    ) -> None:
        """Show the jobs of a journal.

        Args:
            journal: best one of its own: its version tells then what the app itself writes, and neither waits for the
                other.
            clock: seconds since 1970.
            carry_out: does what is wanted of a job, by its number, save undoing it, and returns what there is to say.
            refusal: why nothing may be changed on this connection; empty where it may be.
        """
        super().__init__()
        self._journal = journal
        self._clock = clock
        self._carry_out = carry_out
        self._search_text = ""
        """What is searched for."""
        self._said = ""
        self._refusal = refusal
        self._snapshot: Snapshot | None = None
        self._page: Page | None = None
        # Held, not looked up: a late answer may find the screen going down, and its parts no longer in it.
        self._field = Input(id="search", compact=True, placeholder="an address or a note", select_on_focus=False)
        self._counted = Static(id="count", markup=False)
        self._table = HistoryTable(id="jobs")
        self._details = Text(id="details")
        self._telling = Static(id="said", markup=False)
        self._telling.display = False
        self._key_line = KeyLine()
        self._key_line.leave_out(_CHANGES if refusal else ())
        self._count = ""
        self._title = ""
        self._looking: Worker[None] | None = None
        self._asked = (0, "")
        """The job whose entries are shown or being read, and what is searched for among them."""
        self._paging: Worker[None] | None = None
        self._read_of: Job | None = None
        """What that job was when its entries were read."""
        self._not_before = 0.0
        """When entries may be read again, in the loop's seconds."""

    def compose(self) -> ComposeResult:
        with Vertical(id="body") as body:
            body.border_title = "Jobs and journal"
            body.border_subtitle = "this host and user only; elsewhere: CloudTrail"
            with Horizontal(id="search-line"):
                yield Static("search", id="search-label")
                yield self._field
                yield self._counted
            yield self._table
            yield self._details
            yield self._telling
            yield self._key_line

    def on_resize(self) -> None:
        # What is folded is folded otherwise.
        self.call_after_refresh(self._draw_details)

    def on_mount(self) -> None:
        super().on_mount()
        self._field.cursor_blink = False
        self._table.focus()
        self._draw()
        self._look()
        self.set_interval(_LOOK, self._look_again)

    @property
    def _job(self) -> Job | None:
        """The job under the cursor."""
        line, snapshot = self._table.current, self._snapshot
        if line is None or snapshot is None or line.kind != "job":
            return None
        return next((job for job in snapshot.jobs if job.id == line.number), None)

    # Reading

    def _look_again(self) -> None:
        if self._looking is None or self._looking.is_finished:
            self._look()

    def _look(self, rest: float = 0.0) -> None:
        self._looking = self.run_worker(partial(self._read_jobs, rest), group="jobs", exclusive=True)

    async def _read_jobs(self, rest: float) -> None:
        await asyncio.sleep(rest)
        try:
            snapshot = await in_thread(look, self._journal, self._search_text, self._snapshot)
        except SestuiError as error:
            self._say(printable(str(error)))
            return
        if snapshot is not self._snapshot:
            self._snapshot = snapshot
            self._draw()
        self._want_page()

    def _want_page(self) -> None:
        """Read the entries of the job under the cursor, where they are not shown yet or may have changed."""
        job, snapshot, shown = self._job, self._snapshot, self._page
        if job is None or snapshot is None:
            return
        if (job.id, snapshot.search) != self._asked:
            self._asked = job.id, snapshot.search
            self._paging = self.run_worker(partial(self._read_page, job, _REST), group="page", exclusive=True)
        elif (
            (self._paging is None or self._paging.is_finished)
            and shown is not None
            and self._read_of is not None
            and self._read_of != job
            and not (shown.is_settled and job.undone == self._read_of.undone)
            and asyncio.get_running_loop().time() >= self._not_before
        ):
            self._paging = self.run_worker(partial(self._read_page, job, 0.0), group="page", exclusive=True)

    async def _read_page(self, job: Job, rest: float) -> None:
        await asyncio.sleep(rest)
        loop = asyncio.get_running_loop()
        begun = loop.time()
        try:
            self._page = await in_thread(page, self._journal, job, self._asked[1], self._page)
        except SestuiError as error:
            self._say(printable(str(error)))
            return
        self._not_before = loop.time() + _LEISURE * (loop.time() - begun)
        self._read_of = job
        self._draw_details()

    # Drawing

    def _draw(self) -> None:
        snapshot, now = self._snapshot, self._clock()
        if snapshot is None:
            count, lines, placeholder = "", list[Line](), "reading the journal …"
        else:
            lines = history_lines.lines(snapshot, now)
            newest = "the newest " if snapshot.is_cut else ""
            edits = f", {counted(len(snapshot.edits), 'edit')}" if snapshot.edits else ""
            count = f"{newest}{counted(len(snapshot.jobs), 'job')}{edits}{' found' if snapshot.search else ''}"
            placeholder = "No note and no address contains that." if snapshot.search else "Nothing was done so far."
        if snapshot is None or snapshot.search != self._search_text:
            count = "searching …" if self._search_text else ""
        if count != self._count:
            self._count = count
            self._counted.update(count, layout=False)
        self._table.show(lines, placeholder)
        self._draw_details()

    def _draw_details(self) -> None:
        job, snapshot, shown, part = self._job, self._snapshot, self._page, self._details
        current = self._table.current
        if snapshot is not None and current is not None and current.kind == "edit":
            edit = next(it for it in snapshot.edits if it.id == current.number)
            title, lines = printable(edit.action), history_lines.details(edit, part.width)
        elif job is None or snapshot is None:
            title, lines = "", job_details.Lines()
        else:
            undone_by = [it.id for it in snapshot.newest if it.undoes == job.id]
            title = job_details.title(job)
            shown = shown if shown is not None and shown.job == job.id else None
            lines = job_details.details(job, self._clock(), undone_by, shown, part.width)
        if title != self._title:
            self._title = title
            part.border_title = Content(title)
            part.scroll_home(animate=False)
        part.show(lines)

    def _say(self, words: str) -> None:
        if words != self._said:
            self._said = words
            self._telling.update(words)
            self._telling.display = bool(words)

    # Keys

    @on(HistoryTable.Moved)
    def _moved(self, event: HistoryTable.Moved) -> None:
        if event.by_hand:
            # Its details come once the cursor rests: who passes by need not be sent them.
            self._say("")
        else:
            self._draw_details()
        self._want_page()

    @on(HistoryTable.Opened)
    def _opened(self) -> None:
        self._details.focus()

    @on(Input.Changed, "#search")
    def _search_changed(self, event: Input.Changed) -> None:
        event.stop()
        if event.value.strip() != self._search_text:
            self._search_text = event.value.strip()
            self._say("")
            self._draw()
            self._look(_REST)

    @on(Input.Submitted, "#search")
    def _search_done(self, event: Input.Submitted) -> None:
        event.stop()
        self._table.focus()

    def action_search(self) -> None:
        self._say("")
        self._field.focus()

    def action_cancel(self) -> None:
        """Escape: drop what is searched for; where nothing is, close."""
        if self._field.value or self._field.has_focus:
            self._field.value = ""
            self._table.focus()
        else:
            self.dismiss(None)

    def action_close(self) -> None:
        self.dismiss(None)

    def action_pause(self) -> None:
        """Pause what runs, go on with what doesn't."""
        job = self._job
        self.action_want("pause" if job is not None and job.is_running else "run")

    def action_want(self, action: Action) -> None:
        """Have this done, or say why it can't be had of the job under the cursor."""
        job = self._job
        if job is None:
            self._say("There is no job under the cursor.")
        elif self._refusal and action in ("run", "retry", "undo"):
            self._say(f"Nothing was done: {self._refusal}")
        elif words := objection(job, action):
            self._say(words)
        elif action == "undo":
            self.dismiss(job.id)
        else:
            # A job at full speed may hold the journal for a second. Of the app: it goes on where this is closed.
            self._say(f"Job {job.id}: {action} …")
            self.app.run_worker(self._have(action, job.id), group="job wish")

    async def _have(self, action: Action, number: int) -> None:
        words = await self._carry_out(action, number)
        if self.is_attached:
            self._say(printable(words))
            self._look()
