"""The table of what was done: a line each, the newest first; the cursor belongs to what a line is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Literal

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from sestui.domain.display import moment
from sestui.ui.widgets.line_view import LineView, Part, fitted

_WIDE: Final = 100
"""Cells from which the year and the note have a place."""


@dataclass(frozen=True, slots=True)
class Line:
    """What is told of one thing that was done, in words that are harmless for a terminal."""

    kind: Literal["job", "edit"]
    number: int
    at: float
    """Seconds since 1970."""
    what: str
    where: str
    state: str
    note: str
    urgent: bool
    """Whether a person should look at it."""

    @property
    def key(self) -> tuple[str, int]:
        return self.kind, self.number


class HistoryTable(LineView):
    """A line each, and a cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "step(1)", show=False),
        Binding("k,up", "step(-1)", show=False),
        Binding("g,home", "first", show=False),
        Binding("G,end", "last", show=False),
        Binding("pagedown", "turn(1)", show=False),
        Binding("pageup", "turn(-1)", show=False),
        Binding("enter", "open", "details"),
    ]

    @dataclass
    class Moved(Message):
        """Another line is under the cursor, or none."""

        by_hand: bool
        """Whether somebody moved it there; else lines came or went."""

    class Opened(Message):
        """Enter, or a click on the line under the cursor."""

    def __init__(self, *, id: str, at: tuple[str, int] | None = None) -> None:
        """`at` is the key of the line that the cursor shall be on."""
        super().__init__(id=id)
        self._lines: Sequence[Line] = ()
        self._cursor = 0
        self._key = at
        """What the cursor belongs to once somebody put it there; until then it is on the first line."""
        self._placeholder = ""

    @property
    def current(self) -> Line | None:
        """The line under the cursor; None while there is none."""
        return self._lines[self._cursor] if self._lines else None

    def show(self, lines: Sequence[Line], placeholder: str) -> None:
        """Show these; the cursor stays on its line, and where that went, at its place."""
        before, line = self.current, self._cursor - self.scroll_offset.y
        self._lines, self._placeholder = lines, placeholder
        places = [place for place, it in enumerate(lines) if it.key == self._key]
        self._cursor = places[0] if places else 0 if self._key is None else max(0, min(self._cursor, len(lines) - 1))
        self.stretch(len(lines) + 1)
        if before is not None:
            self._scroll(max(0, self._cursor - line))
        self._follow()
        self.draw()
        if (before and before.key) != (self.current and self.current.key):
            self.post_message(self.Moved(by_hand=False))

    def on_resize(self) -> None:
        self._follow()

    def _move(self, place: int) -> None:
        if not self._lines:
            return
        place = max(0, min(place, len(self._lines) - 1))
        moved, self._cursor, self._key = place != self._cursor, place, self._lines[place].key
        self._follow()
        self.draw()
        if moved:
            self.post_message(self.Moved(by_hand=True))

    def _follow(self) -> None:
        height, top = max(1, self.size.height - 1), self.scroll_offset.y
        self._scroll(min(max(top, self._cursor - height + 1), self._cursor))

    def _scroll(self, top: int) -> None:
        if top != self.scroll_offset.y:
            self.scroll_to(y=top, animate=False, immediate=True, force=True)

    def action_step(self, lines: int) -> None:
        self._move(self._cursor + lines)

    def action_turn(self, pages: int) -> None:
        self._move(self._cursor + pages * max(1, self.size.height - 2))

    def action_first(self) -> None:
        self._move(0)

    def action_last(self) -> None:
        self._move(len(self._lines) - 1)

    def action_open(self) -> None:
        if self._lines:
            self.post_message(self.Opened())

    def on_click(self, event: events.Click) -> None:
        place = event.y - 1 + self.scroll_offset.y
        if event.y > 0 and place < len(self._lines):
            if place == self._cursor:
                self.action_open()
            self._move(place)

    def line(self, y: int, width: int) -> Sequence[Part]:
        place = y - 1 + self.scroll_offset.y
        if y == 0:
            when = "When, UTC" if width >= _WIDE else "UTC"
            cells, style = ("", "Job", when, "What", "List", "State", "Note"), "header"
        elif place < len(self._lines):
            it = self._lines[place]
            at = moment(it.at)[:16] if width >= _WIDE else moment(it.at)[5:16]
            under = place == self._cursor
            # The sign is for who sees no colours.
            cells = (
                "▸" if under else "",
                str(it.number) if it.kind == "job" else "–",
                at,
                it.what,
                it.where,
                it.state,
                it.note,
            )
            style = "cursor" if under else "urgent" if it.urgent else "plain"
        else:
            return ((f"  {self._placeholder}", "muted"),) if y == 2 and not self._lines else ()
        return (("".join(map(fitted, cells, _widths(width))), style),)


def _widths(width: int) -> tuple[int, ...]:
    """Return the cells of sign, number, time, what, list, state and note in a table of this width."""
    if width >= _WIDE:
        rest = width - 62
        return 2, 5, 17, 18, 20, rest - rest * 3 // 10, rest * 3 // 10
    return 2, 5, 13, 18, 14, max(2, width - 52), 0
