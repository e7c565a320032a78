"""The line, or two, above the table: where there is no room for all, what is least important is said shorter or not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

_LINES: Final = 2
"""Lines at most, unless the most important alone takes more."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some of what there is to say."""

    words: str
    short: str = ""
    """What stands instead where there is no room; empty where that is left out."""


class CountsLine(Static):
    """Says how much there is of a list, what is shown and what is marked."""

    def __init__(self, words: str, *, id: str) -> None:
        super().__init__(words, id=id, markup=False)
        self._parts: Sequence[Part] = (Part(words, words),)
        self._is_one_line = False

    def tell(self, parts: Sequence[Part]) -> None:
        """Say this, what is most important first."""
        self._parts = parts
        words = _fitting(parts, self.size.width)
        is_one_line = cell_len(words) <= self.size.width
        # Where it is one line as before nothing else moves: laying all of the screen out costs more than a page does.
        self.update(words, layout=not (is_one_line and self._is_one_line))
        self._is_one_line = is_one_line

    def on_resize(self) -> None:
        self.tell(self._parts)


def _fitting(parts: Sequence[Part], width: int) -> str:
    """Join what is most important first: shortened or left out from the end on until it is two lines."""
    words = [part.words for part in parts]
    for at in reversed(range(len(parts))):
        if _fits(text := _joined(words), width):
            return text
        words[at] = parts[at].short
    return _joined(words)


def _joined(words: Sequence[str]) -> str:
    return " · ".join(filter(None, words))


def _fits(text: str, width: int) -> bool:
    return cell_len(text) <= width or width < 1 or len(Content(text).wrap(width)) <= _LINES
