"""The line, or two, above the table: where there is no room for all, what is least important is said shorter or not."""

from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

_LINES: Final = 2
"""Lines at most, unless the most important alone takes more."""


Part = tuple[str, ...]
"""Something to say, from the most words to the fewest; "" at the end where it may be left out."""


class CountsLine(Static):
    """Says how much there is of a list, what is shown and what is marked."""

    def __init__(self, words: str, *, id: str) -> None:
        super().__init__(words, id=id, markup=False)
        self._parts: Sequence[Part] = ((words,),)
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
    """Join what is most important first: in fewer and fewer words, from the end on, until it is two lines."""
    words = [part[0] for part in parts]
    for form in range(1, max(map(len, parts))):
        for at in reversed(range(len(parts))):
            if _fits(_joined(words), width):
                break
            words[at] = parts[at][min(form, len(parts[at]) - 1)]
    return _joined(words)


def _joined(words: Sequence[str]) -> str:
    return " · ".join(filter(None, words))


def _fits(text: str, width: int) -> bool:
    return cell_len(text) <= width or width < 1 or len(Content(text).wrap(width)) <= _LINES
