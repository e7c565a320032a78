"""What NO_COLOR asks for, and a slow line: no colours at all. Textual's own way with NO_COLOR is shades of grey."""

from functools import lru_cache
from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

_STANDS_OUT: Final = 0.17
"""Difference in brightness, 0 to 1, from which on a background is there to be seen: that of what is chosen or in
focus. Themes set panes, dialogs and inputs off by less."""


class Colourless(LineFilter):
    """Leaves bold, dim, italic and underlined as they are; what stands out by its background is reversed."""

    def __init__(self, background: Color) -> None:
        """`background` is the theme's."""
        super().__init__()
        self._background = background.brightness

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            Segment(text, None if style is None else _colourless(style, self._background), control)
            for text, style, control in segments
        ]


@lru_cache(1024)
def _colourless(style: Style, background: float) -> Style:
    behind = style.color if style.reverse else style.bgcolor
    triplet = None if behind is None else behind.triplet
    stands_out = bool(style.reverse) if triplet is None else abs(Color(*triplet).brightness - background) >= _STANDS_OUT
    return Style(
        bold=style.bold,
        dim=style.dim,
        italic=style.italic,
        underline=style.underline,
        strike=style.strike,
        reverse=stands_out,
        meta=style.meta or None,
    )
