"""The open suppression list: filter, counts, table."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, Static

from sestui.domain.display import printable
from sestui.domain.errors import CredentialsRefused, SestuiError, UsageError
from sestui.domain.query import Query, parse
from sestui.services.view import Column, View
from sestui.ui.marking import Marking
from sestui.ui.widgets.counts_line import CountsLine
from sestui.ui.widgets.destinations import DestinationTable
from sestui.ui.widgets.filter import Filter, Mistake

if TYPE_CHECKING:
    from sestui.domain.job import Result
    from sestui.domain.query import Asked
    from sestui.domain.suppression import SuppressionList
    from sestui.services.listing import Listing
    from sestui.services.live import News
    from sestui.ui.counts import Arrivals

_DRAW: Final = 0.25
"""Seconds from a page to its drawing: a list that loads fast has a hundred pages a second."""


class ListPane(Vertical):
    """Shows a listing as it loads, and what of it is marked."""

    class ViewWanted(Message):
        """Another filter or order was asked for: whoever starts workers has `make_view` run, the latest alone."""

    class Said(Message):
        """Something to say for a while."""

        def __init__(self, words: str) -> None:
            super().__init__()
            self.words = words

    def __init__(self, clock: Callable[[], float], *, id: str) -> None:
        super().__init__(id=id)
        self._clock = clock
        self.listing: Listing | None = None
        self._view: View | None = None
        """What the table shows; until a new one is there the one before it."""
        self.wanted = Query()
        self._by = Column.LAST_UPDATE
        self._reverse = True
        self.marking = Marking(self)
        self._trouble = ""
        """Why loading stopped short."""
        self.mistake = ""
        """Why the filter can't be read."""
        self._asking: Asked | None = None
        """What of the filter SES is being asked for."""
        self._drawing: Timer | None = None
        """Set while pages have come that are not drawn."""
        self.arrivals: Arrivals | None = None
        """What a live list has brought; None where it isn't live."""
        self._filter = Filter(
            id="filter", compact=True, placeholder="press / to filter", select_on_focus=False, highlighter=Mistake()
        )
        self._use = Static("", id="use", markup=False)
        self._counts = CountsLine("connecting …", id="counts")
        self.table = DestinationTable(clock, id="destinations")

    def compose(self) -> ComposeResult:
        with Horizontal(id="filter-line"):
            yield Static("filter ", id="filter-label")
            yield self._filter
        yield self._use
        yield self._counts
        yield self.table

    def on_mount(self) -> None:
        self._filter.cursor_blink = False
        self._use.display = False
        self.border_title = "Suppression list"

    @property
    def shown(self) -> View | None:
        """What the table shows, where that is all that the filter lets through by now."""
        view = self._view
        if view is None or not view.whole or view.query != self.wanted:
            return None
        return view if (view.among is not None) is self.marking.only else None

    def open(self, listing: Listing) -> None:
        """Show another list, or another reading of this one."""
        other = self.listing is None or self.listing.which != listing.which
        if other:
            self.marking.leave()
        if listing is not self.listing:
            self.listing, self._view = listing, listing.index.everything
            self.post_message(self.ViewWanted())
        self._trouble = ""
        if other:
            if self.arrivals is not None:
                self.show_live(True)
            self._filter.value = ""
            self.wanted, self.mistake = Query(), ""
            self.table.start_over()
        self._draw_title()
        self.redraw()

    def _draw_title(self) -> None:
        which = "" if self.listing is None else f": {printable(str(self.listing.which))}"
        self.border_title = Content(f"Suppression list{which}{'' if self.arrivals is None else ' · live'}")

    def tell_use(self, words: Text) -> None:
        """Say above the list whether anything consults it; nothing takes up no room."""
        self._use.update(words)
        self._use.display = bool(words)

    async def make_view(self) -> None:
        """Filter and sort as was last asked for, without holding up a key."""
        listing = self.listing
        if listing is None:
            return
        table = self.table
        async for view in listing.index.view(
            self.wanted,
            self._by,
            reverse=self._reverse,
            marked=self.marking.only,
            around=table.pinned,
            lines=table.size.height,
        ):
            if listing is self.listing:
                self._view = view
                self.redraw()
                self.marking.view_came()

    async def chosen(self) -> View | None:
        """Return the marked, in the order of the screen; where none are, what is shown."""
        listing, marked = self.listing, bool(self.marking.marks)
        if listing is None or (not marked and self.shown is not None):
            return self.shown
        query, only = (Query(), True) if marked else (self.wanted, self.marking.only)
        views = [view async for view in listing.index.view(query, self._by, reverse=self._reverse, marked=only)]
        return views[-1]

    @property
    def filter_text(self) -> str:
        """The filter as it was typed."""
        return self._filter.value

    def sort(self) -> None:
        """Sort by the next column; times begin with the newest."""
        columns = list(Column)
        self._by = columns[(columns.index(self._by) + 1) % len(columns)]
        self._reverse = self._by is Column.LAST_UPDATE
        self.want_view()

    def reverse(self) -> None:
        """Show the last row first, or the first again."""
        self._reverse = not self._reverse
        self.want_view()

    def want_view(self) -> None:
        """Have shown what is wanted now."""
        self.table.drop_range()
        self.draw_counts()
        self.post_message(self.ViewWanted())

    def page_came(self) -> None:
        """Rows appear in their places while the cursor stays on its address; many pages are drawn at once."""
        if self.table.cursor_address is None:
            # The first rows: somebody waits for them.
            self.redraw()
        elif self._drawing is None:
            self._drawing = self.set_timer(_DRAW, self._draw_pages)

    def _draw_pages(self) -> None:
        self._drawing = None
        self.table.follow()
        self.draw_counts()

    def tell_asking(self, asked: Asked | None) -> None:
        """Say what of the filter SES is being asked for; None for nothing any more."""
        self._asking = asked
        self.draw_counts()

    def show_live(self, live: bool) -> None:
        """Say whether the list is kept up to date."""
        from sestui.ui.counts import Arrivals

        self.arrivals = Arrivals(self._clock()) if live else None
        self._draw_title()
        self.draw_counts()

    def tell(self, news: News) -> None:
        """Show what a live list has brought; where nothing did, nothing is drawn."""
        if self.arrivals is not None and (news.came or news.left):
            self.arrivals.add(news)
            self.table.range.leave_out(row.address for row in news.came)
            self.redraw()

    def trouble(self, error: SestuiError) -> None:
        """Loading ended with an error; what is loaded stays."""
        self._trouble = f"{printable(error.brief)} Press r to try again."
        if isinstance(error, CredentialsRefused) and self.listing is not None and len(self.listing.index):
            # The status line and the panel have the rest: the rows are worth more.
            self._trouble = f"{error.state}: r connects again"
        self.redraw()

    def apply(self, results: Iterable[Result], which: SuppressionList, listing: Listing | None) -> None:
        """Bring what a job has done into its list, on the screen or not, without asking for it again."""
        from sestui.domain.job import DONE  # Whoever has a job has it imported.

        for result in results:
            if listing is None:
                break
            address = result.entry.address
            if result.after is not None:
                listing.put(result.after)
            elif result.entry.wanted is None and result.outcome in DONE:
                listing.discard(address, removed=True)
            if result.outcome in DONE:
                listing.index.marks.discard([address])
        self.redraw()

    def focus_filter(self) -> None:
        self._filter.focus()

    def search(self, text: str) -> None:
        """Show what of the list holds this text."""
        self._filter.value = text
        self.table.focus()

    def escape(self) -> None:
        """End what was begun with marks, else drop the filter."""
        if not self.marking.end():
            self._filter.value = ""
            self.table.focus()

    @on(Input.Changed, "#filter")
    def _filter_changed(self, event: Input.Changed) -> None:
        event.stop()
        try:
            self.wanted, self.mistake = parse(event.value, self._clock()), ""
        except UsageError as error:
            self.mistake = printable(str(error))
        self.marking.filter_changed()
        self.want_view()

    @on(Input.Submitted, "#filter")
    def _filter_done(self, event: Input.Submitted) -> None:
        event.stop()
        self.table.focus()

    @on(DestinationTable.MarkToggled)
    def _mark_toggled(self, event: DestinationTable.MarkToggled) -> None:
        event.stop()
        self.marking.toggle(event.address)

    @on(DestinationTable.RowsMarked)
    def _rows_marked(self, event: DestinationTable.RowsMarked) -> None:
        event.stop()
        self.marking.add(event.marks, event.flags, event.but)

    @on(DestinationTable.RangeMoved)
    def _range_moved(self, event: DestinationTable.RangeMoved) -> None:
        event.stop()
        self.draw_counts()

    def say(self, words: str) -> None:
        """Have something said for a while."""
        if words:
            self.post_message(self.Said(words))

    def redraw(self) -> None:
        """Show what the index holds now; the cursor stays on its address."""
        listing, view = self.listing, self._view
        if listing is not None and view is not None:
            empty = "This list is empty." if listing.complete and not len(listing.index) else ""
            nothing = "Nothing loaded matches the filter." if len(listing.index) and not view else ""
            if view.among is not None and not view:
                nothing = f"{'No marked address matches.' if view.among else 'Nothing is marked.'} m shows all again."
            self.table.show(view, listing.index.marks, placeholder=empty or nothing)
        self.draw_counts()

    def draw_counts(self) -> None:
        """Say how much there is of the list, what is shown and what is marked."""
        listing, view, marked = self.listing, self._view, self.marking.parts
        if listing is None or view is None:
            self._counts.tell([(self._trouble or "connecting …",)])
        elif self.mistake:
            self._counts.tell([(self.mistake,), *marked])
        else:
            from sestui.ui.counts import parts  # Whoever has a listing has it imported.

            sorting = "" if view.by is self._by else str(self._by)
            self._counts.tell(parts(listing, view, marked, self._trouble, self._asking, sorting, self.arrivals))
