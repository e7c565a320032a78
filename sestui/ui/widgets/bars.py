"""Bars beside each other's names and figures, and what stands out among them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from rich.cells import cell_len
from textual.binding import Binding, BindingType

from sestui.domain.suppression import SuppressionList
from sestui.domain.trend_words import BOUNCES, COMPLAINTS, drawn
from sestui.domain.trends import Bar
from sestui.ui.widgets.line_view import Part, fitted
from sestui.ui.widgets.table import Table

_LEGEND: Final = f"{BOUNCES} BOUNCE {COMPLAINTS} COMPLAINT"
_SIGN: Final = 2
_BOUNCES: Final = 8
_COMPLAINTS: Final = 7


@dataclass(frozen=True, slots=True)
class Line:
    """One bar, in words that are harmless for a terminal."""

    bar: Bar
    words: str
    is_sum: bool = False
    """Whether it is all of the others together, and too long to be drawn among them."""
    is_partial: bool = False
    """Whether it may still grow while the list loads."""
    which: SuppressionList | None = None
    """Whose list it is about; None for the open one."""
    note: str = ""
    """What stands at the right end."""

    @property
    def key(self) -> tuple[object, ...]:
        # The end moves with the hour of now, and what is most among domains with what comes.
        return self.which, self.is_sum, self.bar.since, self.bar.domains


class Choices(Table[Line]):
    """Lines of which one is chosen: the domains shown are those of its time."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "open", "filter the list by it")]

    COMPONENT_CLASSES: ClassVar[set[str]] = {"lines--bounces", "lines--complaints"}

    title = ""
    """What the lines are about."""
    is_chosen = False
    """Whether the line under the cursor counts though the focus is elsewhere."""

    def sign(self, *, under: bool) -> str:
        """Return what tells, without any colour, where the focus is and what is chosen."""
        return "▸ " if under and self.has_focus else "• " if under and self.is_chosen else "  "

    def style(self, name: str, *, under: bool) -> str:
        return "cursor" if under and (self.has_focus or self.is_chosen) else name

    def on_focus(self) -> None:
        self.draw()

    def on_blur(self) -> None:
        self.draw()

    def choose(self, chosen: bool) -> None:
        self.is_chosen = chosen
        self.draw()


class Spikes(Choices):
    """What stands out, in words."""

    def header(self, width: int) -> str:
        return fitted(f"  {self.title}", width)

    def row(self, it: Line, width: int, *, under: bool) -> Sequence[Part]:
        note = f" {it.note} " if it.note else ""
        words = fitted(self.sign(under=under) + it.words, width - cell_len(note))
        return (words, self.style("urgent", under=under)), (note, self.style("muted", under=under))


class Bars(Choices):
    """A bar each, to one scale."""

    def header(self, width: int) -> str:
        title = f"  {self.title}"
        gap = width - cell_len(title) - cell_len(_LEGEND) - 2
        return fitted(f"{title}{' ' * gap}{_LEGEND}" if gap >= 0 else title, width)

    def row(self, it: Line, width: int, *, under: bool) -> Sequence[Part]:
        words = self._words
        room = max(0, width - _SIGN - words - _BOUNCES - _COMPLAINTS - 1)
        bar = "" if it.is_sum else drawn(it.bar, self._most, room)
        bounces = bar.rstrip(COMPLAINTS)
        complaints = f"{COMPLAINTS}{it.bar.complaints:,}" if it.bar.complaints else ""
        more = "…" if it.is_partial else " "
        figures = f"{f'{it.bar.bounces:,}{more}':>{_BOUNCES}}{complaints:>{_COMPLAINTS}} "
        plain = "strong" if it.is_sum else "plain" if it.bar.count else "muted"
        return (
            (self.sign(under=under) + fitted(it.words, words), self.style(plain, under=under)),
            (bounces, self.style("bounces", under=under)),
            (bar[len(bounces) :], self.style("complaints", under=under)),
            (" " * (room - len(bar)) + figures, self.style(plain, under=under)),
        )

    @property
    def _words(self) -> int:
        """The cells of the names, which leave at least a third of the line to the bars."""
        longest = max((cell_len(it.words) for it in self._lines), default=0)
        return min(longest + 1, max(10, (self.scrollable_content_region.width - _BOUNCES - _COMPLAINTS) * 3 // 5))

    @property
    def _most(self) -> int:
        return max((it.bar.count for it in self._lines if not it.is_sum), default=0)
