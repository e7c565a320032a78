"""Sends of each frame the cells alone that look different from what the terminal shows.

Textual's compositor sends whole widgets anew when one of them is laid out: over SSH that is what costs. Reads private
parts of it (`_compositor`), hence the pin in pyproject.toml.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby, repeat
from operator import itemgetter, ne
from sys import intern
from typing import Final

from rich.cells import cell_len, set_cell_size
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.geometry import Size
from textual.strip import Strip

from sestui.domain.display import printable

Cell = tuple[str, str]
"""A character and its look; of a strip that goes as a whole: all of it and the cell's place in it."""

_PLAIN: Final = "\0"
"""The look of what has no style. A look is what is sent for a NUL, so it tells what goes before a text and after."""
_NOTHING: Final[Cell] = ("", "")
"""A cell of which nobody knows what it shows."""
_BRIDGE: Final = 4
"""Cells that are sent again rather than jumped over, where they look alike: a jump takes as many bytes."""


class _Shown:
    """What a terminal shows, as far as it was sent."""

    def __init__(self) -> None:
        self.lines: dict[int, list[Cell]] = {}
        self.cursor: tuple[int, int] | None = None
        self.size: Size | None = None
        """Of the last whole frame."""


class Frames:
    """Turns the compositor's updates into what they change on the terminal."""

    def __init__(self) -> None:
        self._shown = _Shown()

    def forget(self) -> None:
        """The terminal may show anything: whatever is painted next is sent whole."""
        # A new one: a frame that a signal comes in the midst of must not count as shown afterwards.
        self._shown = _Shown()

    def changes(self, update: CompositorUpdate, console: Console, cursor: tuple[int, int]) -> CompositorUpdate | None:
        """Return what an update changes, None where it changes nothing.

        `cursor` is the column and line at which the terminal's cursor will be left. What is returned counts as shown
        once its `render_segments` was asked for: not every update is sent.
        """
        if isinstance(update, LayoutUpdate):
            strips = _laid_out(update)
            if update.region.size != self._shown.size:
                # A part of a frame of another size may have come since, and stands where nobody knows.
                self.forget()
                self._shown.size = update.region.size
        elif isinstance(update, ChopsUpdate):
            strips = _chopped(update)
        else:
            self.forget()
            return update
        changes = _Changes(self._shown, cursor)
        for y, x, strip in strips:
            changes.add(y, x, strip, console)
        return changes if changes.sequences or cursor != self._shown.cursor else None


class _Changes(CompositorUpdate):
    def __init__(self, shown: _Shown, cursor: tuple[int, int]) -> None:
        self.sequences: list[str] = []
        self._shown = shown
        self._cursor = cursor
        self._new: list[tuple[int, int, list[Cell]]] = []
        self._look = _PLAIN
        self._at: tuple[int, int] | None = None
        """The column and line where the terminal's cursor is after these sequences, where that is certain."""

    def render_segments(self, console: Console) -> str:
        for y, x, cells in self._new:
            line = self._shown.lines.setdefault(y, [])
            line += repeat(_NOTHING, x - len(line))
            line[x : x + len(cells)] = cells
        self._shown.cursor = self._cursor
        return "".join(self.sequences) + _after(self._look)

    def add(self, y: int, x: int, strip: Strip, console: Console) -> None:
        color_system = console._color_system or ColorSystem.TRUECOLOR
        new: list[Cell] = []
        is_whole = False
        for text, style, control in strip:
            if control or not _is_simple(text):
                is_whole = True
                break
            new += zip(text, repeat(_look(style, color_system)))
        if is_whole:
            # Nobody knows for certain in which cells a terminal puts such characters.
            sent = Strip([Segment(_harmless(text), style) for text, style, _ in strip]).render(console)
            new = [(sent, str(place)) for place in range(strip.cell_length)]
        old = self._shown.lines.get(y, [])[x : x + len(new)]
        if old == new:
            return
        self._new.append((y, x, new))
        old += repeat(_NOTHING, len(new) - len(old))
        if is_whole:
            self._move(y, x)
            self._change_look(_PLAIN)
            self.sequences.append(sent)
            self._at = None
            return
        for start, stop in _runs(old, new):
            self._move(y, x + start)
            for look, cells in groupby(new[start:stop], itemgetter(1)):
                self._change_look(look)
                self.sequences.append("".join([text for text, _ in cells]))
            self._at = (x + stop, y)

    def _move(self, y: int, x: int) -> None:
        if self._at is None or self._at[1] != y or self._at[0] > x:
            self.sequences.append(f"\x1b[{y + 1};{x + 1}H")
        elif (cells := x - self._at[0]) > 0:
            self.sequences.append(f"\x1b[{cells}C")

    def _change_look(self, look: str) -> None:
        if look != self._look:
            self.sequences.append(_after(self._look) + look.partition("\0")[0])
            self._look = look


def _laid_out(update: LayoutUpdate) -> Iterator[tuple[int, int, Strip]]:
    for y, strips in enumerate(update.strips, update.region.y):
        x = update.region.x
        for strip in strips:
            yield y, x, strip
            x += strip.cell_length


def _chopped(update: ChopsUpdate) -> Iterator[tuple[int, int, Strip]]:
    """Yield what Textual would send of a ChopsUpdate, and where."""
    for y, first, end in update.spans:
        for stop, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is not None and x < end and stop > first:
                yield y, x, strip if x >= first and stop <= end else strip.crop(0, min(stop, end) - x)


def _runs(old: list[Cell], new: list[Cell]) -> Iterator[tuple[int, int]]:
    """Yield where cells begin that differ, and where they end."""
    differs = bytes(map(ne, old, new)) + b"\0"
    start = differs.find(1)
    while start >= 0:
        stop = differs.find(0, start)
        while 0 <= (other := differs.find(1, stop)) <= stop + _BRIDGE and _look_alike(new[stop - 1 : other + 1]):
            stop = differs.find(0, other)
        yield start, stop
        start = other


def _look_alike(cells: Iterable[Cell]) -> bool:
    return len({look for _, look in cells}) == 1


def _look(style: Style | None, color_system: ColorSystem) -> str:
    return _PLAIN if style is None else intern(Strip.render_style(style, "\0", color_system))


def _after(look: str) -> str:
    return look.partition("\0")[2]


@lru_cache(4096)
def _is_simple(text: str) -> bool:
    """Tell whether each character takes one cell, and the terminal shows it."""
    return (text.isascii() and text.isprintable()) or (
        printable(text) == text and all(cell_len(it) == 1 for it in text)
    )


def _harmless(text: str) -> str:
    """Return the text without what a terminal might obey, in as many cells.

    What sestui writes itself has none of that; what was pasted into an input may, and the input shows it as it is.
    """
    if printable(text) == text:
        return text
    return set_cell_size("".join(it for it in text if printable(it) == it), cell_len(text))
