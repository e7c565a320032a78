"""What a person marks on the open list, and the words for it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from sestui.ui.commands import KEYS
from sestui.ui.widgets.counts_line import Part

if TYPE_CHECKING:
    from sestui.domain.query import Query
    from sestui.services.marks import Marks
    from sestui.services.view import View
    from sestui.ui.widgets.list_pane import ListPane


class Marking:
    """Does on behalf of a list pane what the keys for marks ask. The marks are the index's, of each list its own."""

    def __init__(self, pane: ListPane) -> None:
        self._pane = pane
        self.keys = KEYS
        self.only = False
        """Whether only the marked are shown."""
        self._waiting: Callable[[Marks, View], str | None] | None = None
        """What is to be done with what is shown, once that is what was asked for."""
        self._offered: Query | None = None
        """The filter for which it was offered to mark all that will match."""

    @property
    def marks(self) -> Marks | None:
        """The open list's; None while there is no list."""
        return None if self._pane.listing is None else self._pane.listing.index.marks

    @property
    def hidden(self) -> int:
        """How many marked addresses the filter hides."""
        marks, view = self.marks, self._pane.shown
        if not marks:
            return 0
        return marks.hidden_by(self._pane.wanted) if view is None else len(marks) - marks.shown(view)

    @property
    def chosen(self) -> list[str]:
        """What a removal is about: the marked, else the address under the cursor, else nothing."""
        if self.marks:
            return list(self.marks)
        return [] if (address := self._pane.table.cursor_address) is None else [address]

    def leave(self) -> None:
        """Another list is opened: what comes to this one is no longer marked."""
        if self.marks is not None:
            self.marks.freeze()
        self.only, self._waiting, self._offered = False, None, None

    def mark_all(self) -> None:
        """Mark all that is shown; asked again while the list loads, all that will match, too."""
        self._with_what_is_shown(self._mark_all)

    def invert(self) -> None:
        """Of what is shown mark what is not marked, and take the other marks off."""
        self._with_what_is_shown(lambda marks, view: marks.invert(view.flags))

    def clear(self) -> None:
        """Take all marks off, the hidden ones too, and mark nothing that comes; where there are none put them back."""
        self._waiting = None
        if self.marks is not None:
            self._freeze(self.marks)
            self.marks.clear()
            self._changed()

    def toggle_only(self) -> None:
        """Show only the marked, or all again."""
        self.only = not self.only
        self._pane.want_view()

    def toggle(self, address: str) -> None:
        """Mark an address of the open list, or take its mark off."""
        if self.marks is not None:
            self.marks.toggle(address)
            self._changed()

    def add(self, marks: Collection[str], flags: bytearray, but: Collection[str]) -> None:
        """Mark rows of the list whose marks these are, if it is still open, but not these addresses."""
        if self.marks is not None and marks is self.marks:
            but = [address for address in but if address not in marks]
            self.marks.add_all(flags)
            self.marks.discard(but)
            self._changed()

    def end(self) -> bool:
        """Drop the open range, else mark nothing more that comes; return whether there was either."""
        marks, table = self.marks, self._pane.table
        if table.in_range is not None:
            table.drop_range()
        elif marks is not None and marks.is_collecting:
            self._freeze(marks)
            self._pane.draw_counts()
        else:
            return False
        return True

    def _freeze(self, marks: Marks) -> None:
        if marks.is_collecting:
            self._pane.say("What comes from now on is not marked.")
        self._offered = None
        marks.freeze()

    def view_came(self) -> None:
        """Do what was put off until all is shown that was asked for."""
        if self._waiting is not None:
            self._with_what_is_shown(self._waiting)

    def filter_changed(self) -> None:
        """What was put off was about what is no longer asked for."""
        if self._waiting is not None:
            self._waiting = None
            self._pane.say("Nothing was marked: the filter was changed before all of it was shown.")

    def _with_what_is_shown(self, mark: Callable[[Marks, View], str | None]) -> None:
        marks, view = self.marks, self._pane.shown
        self._waiting = None
        if self._pane.mistake:
            self._pane.say("Nothing was marked: the filter has a mistake.")
        elif marks is None or view is None:
            self._waiting = mark
        else:
            self._pane.say(mark(marks, view) or "")
            self._changed()

    def _mark_all(self, marks: Marks, view: View) -> str:
        listing = self._pane.listing
        marks.add_all(view.flags)
        if listing is None or listing.complete or self.only or marks.collects(view.query):
            return ""
        if self._offered == view.query:
            marks.collect(view)
            ends = f"{self.keys['clear']} or {self.keys['unmark']} ends that"
            return f"Marking all that match until the list is loaded; {ends}."
        self._offered = view.query
        return f"Marked {len(view):,} shown so far; {self.keys['mark-all']} again: all that will match."

    def _changed(self) -> None:
        if self.only:
            self._pane.post_message(self._pane.ViewWanted())
        self._pane.table.repaint()
        self._pane.draw_counts()

    @property
    def parts(self) -> list[Part]:
        """What is marked, hidden ones with them, and what will be, in words."""
        marks, view, in_range = self.marks, self._pane.shown, self._pane.table.in_range
        parts: list[Part] = []
        if marks:
            marked = f"marked {len(marks):,}"
            hidden = "counting the" if view is None else f"{len(marks) - marks.shown(view):,}"
            some = hidden != "0"
            parts.append(
                (f"{marked} ({hidden} hidden by filter)", f"{marked} ({hidden} hidden)") if some else (marked,)
            )
        if in_range is not None:
            size = f"range of {in_range:,}"
            parts.append((f"{size}: v or space marks it, esc drops it", f"{size}: v marks, esc drops", size))
        if marks is not None and marks.is_collecting:
            match = "match" if marks.collects(self._pane.wanted) else "match another filter"
            words = f"marking all that {match}"
            parts.append((f"{words} until loaded", words, "marking what comes"))
        if self.only:
            parts.append(("only the marked are shown", "only the marked"))
        return parts
