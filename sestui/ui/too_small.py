"""What a terminal shows that is too small for a dialog with its buttons: then nothing is acted on either."""

from textwrap import wrap
from typing import Final

from rich.segment import Segment
from textual._compositor import LayoutUpdate
from textual.geometry import Region, Size
from textual.strip import Strip

_SMALLEST: Final = Size(60, 16)


def is_too_small(size: Size) -> bool:
    return size.width < _SMALLEST.width or size.height < _SMALLEST.height


def sign(size: Size) -> LayoutUpdate:
    """Return a whole frame that says how large the terminal has to be, as far as that fits in."""
    words = f"Too small for sestui: {size.width}x{size.height}. It needs {_SMALLEST.width}x{_SMALLEST.height}."
    lines = [*wrap(words, max(1, size.width)), *[""] * size.height][: size.height]
    return LayoutUpdate([[Strip([Segment(line.ljust(size.width))])] for line in lines], Region(0, 0, *size))
