"""The open suppression list: filter, counts, table, and the marks that belong to its addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, Static

from sestui.domain.display import printable
from sestui.domain.errors import SestuiError, UsageError
from sestui.domain.query import Query, parse
from sestui.domain.suppression import SuppressionList
from sestui.services.view import Column, View
from sestui.ui.widgets.destinations import DestinationTable
from sestui.ui.widgets.filter import Filter, Mistake

if TYPE_CHECKING:
    from sestui.domain.query import Asked
    from sestui.services.changes import Change, Result
    from sestui.services.listing import Listing
    from sestui.services.live import News
    from sestui.ui.counts import Arrivals

_DRAW: Final = 0.25
"""Seconds from a page to its drawing: a list that loads fast has a hundred pages a second."""


class ListPane(Vertical):
    """Shows a listing as it loads. Marks are kept for each list while the application runs."""

    class ViewWanted(Message):
        """Another filter or order was asked for: whoever starts workers has `make_view` run, the latest alone."""

    def __init__(self, clock: Callable[[], float], *, id: str) -> None:
        super().__init__(id=id)
        self._clock = clock
        self.listing: Listing | None = None
        self._view: View | None = None
        """What the table shows; until a new one is there the one before it."""
        self.wanted = Query()
        self._by = Column.LAST_UPDATE
        self._reverse = True
        self._marks: dict[SuppressionList, dict[str, None]] = {}
        self._hidden = 0
        """How many marks the filter hid when they were last counted."""
        self._trouble = ""
        """Why loading stopped short."""
        self._unmarked: dict[SuppressionList, dict[str, None]] = {}
        self._query_error = ""
        self._fits = False
        """Whether the counts are one line."""
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
        self._counts = Static("connecting …", id="counts", markup=False)
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
    def marks(self) -> dict[str, None]:
        """The marked addresses of the open list, in the order of marking."""
        return {} if self.listing is None else self._marks.setdefault(self.listing.which, {})

    @property
    def marked_anywhere(self) -> int:
        """How many marks there are on all lists of this session."""
        return sum(len(marks) for marks in self._marks.values())

    @property
    def hidden_marks(self) -> int:
        """How many marked addresses the filter hides."""
        listing, view = self.listing, self._view
        if listing is None or view is None or view.query.is_empty:
            return 0
        rows = map(listing.index.get, self.marks)
        return sum(row is None or not view.query.matches(row) for row in rows)

    @property
    def chosen(self) -> list[str]:
        """What a removal is about: the marked, else the address under the cursor, else nothing."""
        if self.marks:
            return list(self.marks)
        return [] if (address := self.table.cursor_address) is None else [address]

    def open(self, listing: Listing) -> None:
        """Show another list, or another reading of this one."""
        other = self.listing is None or self.listing.which != listing.which
        if listing is not self.listing:
            self.listing, self._view = listing, listing.index.everything
            self.post_message(self.ViewWanted())
        self._trouble = ""
        if other:
            if self.arrivals is not None:
                self.show_live(True)
            self._filter.value = ""
            self.wanted, self._query_error = Query(), ""
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
            self.wanted, self._by, reverse=self._reverse, around=table.pinned, lines=table.size.height
        ):
            if listing is self.listing:
                self._view = view
                self.redraw()

    def sort(self) -> None:
        """Sort by the next column; times begin with the newest."""
        columns = list(Column)
        self._by = columns[(columns.index(self._by) + 1) % len(columns)]
        self._reverse = self._by is Column.LAST_UPDATE
        self._draw_counts()
        self.post_message(self.ViewWanted())

    def reverse(self) -> None:
        """Show the last row first, or the first again."""
        self._reverse = not self._reverse
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
        # Pages hide no mark: with thousands of them counting takes longer than a page may.
        self._draw_counts(self._hidden)

    def list_came(self) -> None:
        """The list is whole: rows may have gone with the last page, and marks go with them."""
        if self.listing is not None:
            self.drop_marks([address for address in self.marks if self.listing.index.get(address) is None])
            self.redraw()

    def tell_asking(self, asked: Asked | None) -> None:
        """Say what of the filter SES is being asked for; None for nothing any more."""
        self._asking = asked
        self._draw_counts()

    def show_live(self, live: bool) -> None:
        """Say whether the list is kept up to date."""
        from sestui.ui.counts import Arrivals

        self.arrivals = Arrivals(self._clock()) if live else None
        self._draw_title()
        self._draw_counts()

    def tell(self, news: News) -> None:
        """Show what a live list has brought; where nothing did, nothing is drawn."""
        if self.arrivals is not None and (news.came or news.left):
            self.arrivals.add(news)
            self.drop_marks(row.address for row in news.left)
            self.redraw()

    def trouble(self, error: SestuiError) -> None:
        """Loading ended with an error; what is loaded stays."""
        self._trouble = f"{printable(str(error))} Press r to try again."
        self.redraw()

    def apply(self, results: Iterable[Result], change: Change, listing: Listing | None) -> None:
        """Bring what a change has done into its list, on the screen or not, without asking for it again."""
        from sestui.services.changes import DONE, Kind  # Whoever has a change has it imported.

        marks = self._marks.get(change.which, {})
        for result in results:
            address = result.entry.address
            if listing is None:
                pass
            elif result.after is not None:
                listing.put(result.after)
            elif change.kind is Kind.REMOVE and result.outcome in DONE:
                listing.discard(address, removed=True)
            if result.outcome in DONE:
                marks.pop(address, None)
        self.redraw()

    def drop_marks(self, gone: Iterable[str]) -> None:
        """Take the marks off addresses that are no longer on the list."""
        for address in gone:
            self.marks.pop(address, None)

    def focus_filter(self) -> None:
        self._filter.focus()

    def clear_filter(self) -> None:
        self._filter.value = ""
        self.table.focus()

    @on(Input.Changed, "#filter")
    def _filter_changed(self, event: Input.Changed) -> None:
        event.stop()
        try:
            self.wanted, self._query_error = parse(event.value, self._clock()), ""
        except UsageError as error:
            self._query_error = printable(str(error))
        self._draw_counts()
        self.post_message(self.ViewWanted())

    @on(Input.Submitted, "#filter")
    def _filter_done(self, event: Input.Submitted) -> None:
        event.stop()
        self.table.focus()

    def toggle_all_marks(self) -> None:
        """Take all marks of the open list off; asked again, put them back."""
        if self.listing is not None:
            which = self.listing.which
            kept = {it: None for it in self._unmarked.pop(which, {}) if self.listing.index.get(it) is not None}
            if self.marks:
                self._unmarked[which] = dict(self.marks)
                self.marks.clear()
            else:
                self.marks.update(kept)
            self.redraw()

    @on(DestinationTable.MarkToggled)
    def _mark_toggled(self, event: DestinationTable.MarkToggled) -> None:
        event.stop()
        if event.address in self.marks:
            del self.marks[event.address]
        else:
            self.marks[event.address] = None
        self.table.repaint()
        self._draw_counts()

    def redraw(self) -> None:
        """Show what the index holds now; the cursor stays on its address."""
        listing, view = self.listing, self._view
        if listing is not None and view is not None:
            empty = "This list is empty." if listing.complete and not len(listing.index) else ""
            nothing = "Nothing loaded matches the filter." if len(listing.index) and not view else ""
            self.table.show(view, self.marks.keys(), placeholder=empty or nothing)
        self._draw_counts()

    def _draw_counts(self, hidden: int | None = None) -> None:
        self._hidden = self.hidden_marks if hidden is None else hidden
        listing, view = self.listing, self._view
        if listing is None or view is None:
            self._counts.update(self._trouble or "connecting …")
            return
        from sestui.ui.counts import loaded  # Whoever has a listing has it imported.

        words = self._query_error or loaded(listing, self._trouble)
        if not view.query.is_empty and not self._query_error:
            words = f"{'' if view.whole else 'at least '}{len(view):,} shown of {words}"
            asked = view.query.asked
            if self._asking is not None:
                words += f" · asking SES for {self._asking.terms}"
            elif not asked.is_empty and not listing.complete and listing.kept_from is None and listing.has_all(asked):
                words += f" · all there are for {asked.terms}"
            if view.query.range:
                words += f" · {view.query.range}"
        if self.arrivals is not None and (arrived := str(self.arrivals)):
            words += f" · {arrived}"
        if view.by is not self._by:
            words += f" · sorting by {self._by} …"
        if self.marks:
            words += f" · marked {len(self.marks):,}{f' ({self._hidden:,} hidden by filter)' if self._hidden else ''}"
        fits = cell_len(words) <= self._counts.size.width
        # Where it is one line as before nothing else moves: laying all of the screen out costs more than a page does.
        self._counts.update(words, layout=not (fits and self._fits))
        self._fits = fits
