"""The fields of a form, each a row with its name in front: one of several values, or a line of text."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final, Generic, TypeVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.events import Click
from textual.geometry import Offset, Size
from textual.message import Message
from textual.suggester import SuggestFromList
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

_T = TypeVar("_T")

LABEL: Final = 17
"""Cells of a field's name; the stylesheet's `field-name` is as wide."""


class Changed(Message):
    """A field has another value."""


class Choices(Widget, Generic[_T], can_focus=True):
    """One of several values, side by side: an arrow takes the next one, and what is taken is chosen.

    Where the line is too short for all of them they go on below.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,space", "step(1)", show=False),
        Binding("left", "step(-1)", show=False),
    ]

    def __init__(self, label: str, options: Mapping[str, _T], value: _T, *, id: str) -> None:
        super().__init__(id=id)
        self._label = label
        self._options = options
        self._at = list(options.values()).index(value)

    @property
    def value(self) -> _T:
        return list(self._options.values())[self._at]

    def allow(self, allowed: bool) -> None:
        """Let the value be chosen, or stand aside while another field makes it meaningless."""
        self.disabled = not allowed

    def render(self) -> Text:
        text = Text(self._label.ljust(LABEL), "dim", no_wrap=True)
        line = 0
        for at, (words, place) in enumerate(zip(self._options, self._places(self.size.width), strict=True)):
            if place.y > line:
                line = place.y
                text.append("\n" + " " * LABEL)
            chosen = at == self._at
            style = "not dim bold reverse" if chosen and self.has_focus else "not dim bold" if chosen else "not dim"
            text.append(f"({'•' if chosen else ' '}) {words}", "dim" if self.disabled else style).append("  ")
        return text

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return self._places(width)[-1].y + 1

    def _places(self, width: int) -> list[Offset]:
        """Where each value begins."""
        x, y, places = LABEL, 0, []
        for words in self._options:
            if x > LABEL and x + len(words) + 4 > width:
                x, y = LABEL, y + 1
            places.append(Offset(x, y))
            x += len(words) + 6
        return places

    def action_step(self, by: int) -> None:
        self._choose((self._at + by) % len(self._options))

    def on_click(self, event: Click) -> None:
        for at, (words, place) in enumerate(zip(self._options, self._places(self.size.width), strict=True)):
            if event.y == place.y and place.x <= event.x < place.x + len(words) + 4:
                self._choose(at)

    def _choose(self, at: int) -> None:
        if at != self._at:
            self._at = at
            self.refresh()
            self.post_message(Changed())


class Typed(Vertical):
    """Text that is typed, and below it what is wrong with it."""

    def __init__(self, label: str, box: Input | TextArea, *, id: str) -> None:
        super().__init__(id=id)
        self._label = label
        self.box = box
        """What takes the focus and the keys."""
        self._problem = Static("", classes="field-problem", markup=False)

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Static(self._label, classes="field-name", markup=False)
            yield self.box
        yield self._problem

    def on_mount(self) -> None:
        self.box.cursor_blink = False
        self._problem.display = False

    def complain(self, problem: str) -> None:
        """Show what is wrong, or nothing."""
        self._problem.update(problem)
        self._problem.display = bool(problem)

    def on_resize(self) -> None:
        # A complaint below the last line in sight would not be seen by whom it is for.
        if self.has_focus_within:
            self.scroll_visible(animate=False)

    @on(Input.Changed)
    @on(TextArea.Changed)
    def _changed(self, event: Input.Changed | TextArea.Changed) -> None:
        event.stop()
        self.post_message(Changed())


class Line(Typed):
    """A line of text."""

    def __init__(
        self, label: str, value: str = "", *, hint: str = "", suggestions: Sequence[str] = (), id: str
    ) -> None:
        suggester = SuggestFromList(suggestions) if suggestions else None
        self._input = Input(value, placeholder=hint, suggester=suggester, compact=True, select_on_focus=False)
        super().__init__(label, self._input, id=id)

    @property
    def value(self) -> str:
        return self._input.value.strip()


class Lines(Typed):
    """Several lines of text; up from the first and down from the last lead out of it."""

    def __init__(self, label: str, value: str = "", *, hint: str = "", id: str) -> None:
        self._area = _Area(value, placeholder=hint, compact=True, soft_wrap=True, highlight_cursor_line=False)
        super().__init__(label, self._area, id=id)

    @property
    def value(self) -> str:
        return self._area.text


class _Area(TextArea):
    def action_cursor_up(self, select: bool = False) -> None:
        if self.cursor_at_first_line and not select:
            self.app.action_focus_previous()
        else:
            super().action_cursor_up(select)

    def action_cursor_down(self, select: bool = False) -> None:
        if self.cursor_at_last_line and not select:
            self.app.action_focus_next()
        else:
            super().action_cursor_down(select)
