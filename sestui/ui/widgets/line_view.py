"""Lines that scroll, of which only those are drawn that look different from what was drawn."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar, TypeAlias

from rich.cells import cell_len, chop_cells, set_cell_size
from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.strip import Strip

from sestui.ui.widgets.still_view import StillView

Part: TypeAlias = tuple[str, str]
"""Words that are harmless for a terminal, and the last part of the name of the style they have."""


class LineView(StillView, can_focus=True):
    """Something of lines; `lines--NAME` is how a part of the style NAME looks."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"lines--{name}" for name in ("header", "plain", "cursor", "urgent", "muted", "strong")
    }

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._drawn: dict[int, Strip] = {}

    @abstractmethod
    def line(self, y: int, width: int) -> Sequence[Part]:
        """Return what stands on a line of the screen, counted from the top of this."""

    def draw(self) -> None:
        """Have the lines drawn that look different now."""
        width, height = self.scrollable_content_region.size
        changed = [Region(0, y, width, 1) for y in range(height) if self._strip(y) != self._drawn.get(y)]
        if changed:
            self.refresh(*changed)

    def render_line(self, y: int) -> Strip:
        self._drawn[y] = strip = self._strip(y)
        return strip

    def _strip(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        parts = [Segment(text, self.get_component_rich_style(f"lines--{name}")) for text, name in self.line(y, width)]
        return Strip(parts).adjust_cell_length(width, self.get_component_rich_style("lines--plain"))


class Text(LineView):
    """Text of some hundred lines."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", show=False),
        Binding("k", "scroll_up", show=False),
        Binding("g", "scroll_home", show=False),
        Binding("G", "scroll_end", show=False),
    ]

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._lines: Sequence[Sequence[Part]] = ()

    @property
    def width(self) -> int:
        """The cells of a line."""
        return self.scrollable_content_region.width

    def show(self, lines: Sequence[Sequence[Part]]) -> None:
        self._lines = lines
        self.stretch(len(lines))
        self.draw()

    def line(self, y: int, width: int) -> Sequence[Part]:
        place = y + self.scroll_offset.y
        return self._lines[place] if place < len(self._lines) else ()


def fitted(text: str, width: int) -> str:
    """Return the text in exactly so many cells, the last of them empty; what is cut off is told by a `…`."""
    if width and cell_len(text) > width - 1:
        text = set_cell_size(text, width - 2) + "…"
    return set_cell_size(text, width)


def columns(*cells: tuple[str, int, str]) -> list[list[Part]]:
    """Return texts, each of a width in cells and a style, side by side; what is too long goes on below itself."""
    folded = [(fold(text, width - 1), width, style) for text, width, style in cells]
    return [
        [(set_cell_size(lines[at] if at < len(lines) else "", width), style) for lines, width, style in folded]
        for at in range(max(len(lines) for lines, _, _ in folded))
    ]


def fold(text: str, width: int) -> list[str]:
    """Return the text in lines of so many cells at most, broken between words where there are some."""
    if cell_len(text) <= width:
        return [text]
    lines = [""]
    for word in text.split(" "):
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if cell_len(joined) <= width:
            lines[-1] = joined
        else:
            lines += chop_cells(word, max(2, width))
    return [line for line in lines if line] or [""]
