"""Lines under a header, and a cursor that belongs to what its line is about, not to a place."""

from abc import abstractmethod
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, Protocol, TypeVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from sestui.ui.widgets.line_view import LineView, Part


class Keyed(Protocol):
    """What a line is about."""

    @property
    def key(self) -> Hashable:
        """What tells it from the others, and stays the same when other things about it change."""
        ...


_T = TypeVar("_T", bound=Keyed)


class Table(LineView, Generic[_T]):
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

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._lines: Sequence[_T] = ()
        self._cursor = 0
        self._key: Hashable = None
        """What the cursor belongs to once somebody put it there; until then it is on the first line."""
        self._placeholder = ""

    @abstractmethod
    def header(self, width: int) -> str:
        """Return the line above all others."""

    @abstractmethod
    def row(self, it: _T, width: int, *, under: bool) -> Sequence[Part]:
        """Return a line; `under` the cursor it has a sign, for who sees no colours."""

    @property
    def current(self) -> _T | None:
        """The line under the cursor; None while there is none."""
        return self._lines[self._cursor] if self._lines else None

    @property
    def is_untouched(self) -> bool:
        """Whether nobody has moved the cursor so far."""
        return self._key is None

    def show(self, lines: Sequence[_T], placeholder: str) -> None:
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
            return ((self.header(width), "header"),)
        if place < len(self._lines):
            return self.row(self._lines[place], width, under=place == self._cursor)
        return ((f"  {self._placeholder}", "muted"),) if y == 2 and not self._lines else ()
