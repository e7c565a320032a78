"""What differs is all that is sent, and the terminal shows the same as if everything had been."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyte import Screen, Stream
from pyte.screens import Char
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, InlineUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from sestui.emulator import World
from sestui.ui.frames import Frames
from tests.conftest import SMALL, MakeApp
from tests.ui.screen import screen_text, shows, until

_WIDTH, _HEIGHT = 12, 3


class Emulated:
    """A terminal that wraps no lines, as Textual sets it."""

    def __init__(self, width: int, height: int) -> None:
        self.screen = Screen(width, height)
        self.bytes = 0
        self._stream = Stream(self.screen)
        self._stream.feed("\x1b[?7l")

    def feed(self, text: str) -> None:
        self.bytes += len(text.encode())
        self._stream.feed(text)

    def spoil(self, width: int, height: int) -> None:
        """Show what nobody sent, as after a resize."""
        self.screen.resize(height, width)
        self.feed("".join(f"\x1b[{y + 1};1H\x1b[31m{'#' * width}" for y in range(height)) + "\x1b[0m")

    def cells(self, lines: Iterable[int]) -> list[list[Char]]:
        """Each cell of these lines with its colours and attributes."""
        buffer = self.screen.buffer
        return [[buffer[y][x] for x in range(self.screen.columns)] for y in lines]


@dataclass
class Pair:
    """The same updates twice: as they are, and what they change."""

    width: int
    height: int
    console: Console = field(default_factory=lambda: Console(color_system="truecolor", force_terminal=True))
    frames: Frames = field(default_factory=Frames)

    def __post_init__(self) -> None:
        self.whole, self.changed = Emulated(self.width, self.height), Emulated(self.width, self.height)
        self.is_certain = True
        """Whether a whole frame of the present size has come; what is wider has no place of its own in a terminal."""

    def send(self, update: CompositorUpdate, cursor: tuple[int, int] = (0, 0)) -> None:
        self.whole.feed(update.render_segments(self.console))
        if isinstance(update, LayoutUpdate) and update.region.size == (self.width, self.height):
            self.is_certain = True
        changes = self.frames.changes(update, self.console, cursor)
        if changes is not None:
            self.changed.feed(changes.render_segments(self.console))

    @property
    def is_alike(self) -> bool:
        """Whether both show the same where anything was sent since the last look."""
        whole, changed = self.whole.screen, self.changed.screen
        lines = sorted(whole.dirty | changed.dirty)
        whole.dirty.clear()
        changed.dirty.clear()
        return self.changed.cells(lines) == self.whole.cells(lines)

    def resize(self, width: int, height: int) -> None:
        self.width, self.height, self.is_certain = width, height, False
        self.frames.forget()
        self.whole.spoil(width, height)
        self.changed.spoil(width, height)


# Any frames at all

_STYLES = st.sampled_from(
    [None, Style(), *map(Style.parse, ("bold red", "on #102030", "reverse", "dim #aabbcc on black", "underline"))]
)
_PLAIN = st.text("ab ─●…é", max_size=_WIDTH)
# No widget begins with a mark, which would stand above the cell of another one.
_ANY = _PLAIN | st.text("ab 用e\u0301🙂한", max_size=_WIDTH).map(lambda text: text.lstrip("\u0301"))


@st.composite
def _lines(draw: st.DrawFn, width: int) -> Strip:
    segments = draw(st.lists(st.builds(lambda text, style: Segment(text, style), _ANY, _STYLES), max_size=4))
    return Strip(segments).adjust_cell_length(width, draw(_STYLES))


@st.composite
def _full(draw: st.DrawFn) -> LayoutUpdate:
    cut = draw(st.integers(1, _WIDTH - 1))
    lines: list[Iterable[Strip]] = [[draw(_lines(cut)), draw(_lines(_WIDTH - cut))] for _ in range(_HEIGHT)]
    return LayoutUpdate(lines, Region(0, 0, _WIDTH, _HEIGHT))


@st.composite
def _partial(draw: st.DrawFn) -> ChopsUpdate:
    cuts = sorted(draw(st.sets(st.integers(1, _WIDTH - 1), max_size=3)))
    starts, ends = [0, *cuts], [*cuts, _WIDTH]
    chops = [{x: draw(_lines(end - x)) for x, end in zip(starts, ends, strict=True)} for _ in range(_HEIGHT)]
    spans = []
    for y in sorted(draw(st.sets(st.integers(0, _HEIGHT - 1), min_size=1))):
        start = draw(st.integers(0, _WIDTH - 1))
        spans.append((y, start, draw(st.integers(start + 1, _WIDTH))))
    return ChopsUpdate(chops, spans, [ends] * _HEIGHT)


@given(st.lists(_full() | _partial(), max_size=8), _full())
def test_any_frames_show_the_same_as_when_all_is_sent(some: list[CompositorUpdate], last: LayoutUpdate) -> None:
    pair = Pair(_WIDTH, _HEIGHT)
    for update in some:
        pair.send(update)
    # What a partial one leaves of a wide character is the terminal's own business; a whole frame leaves nothing of it.
    pair.send(last)
    lines = range(_HEIGHT)
    assert pair.changed.cells(lines) == pair.whole.cells(lines)


def _strip(text: str, style: str = "red") -> Strip:
    return Strip([Segment(text, Style.parse(style))])


def _line(*strips: Strip) -> LayoutUpdate:
    return LayoutUpdate([list(strips)], Region(0, 0, sum(strip.cell_length for strip in strips), 1))


def _sent(frames: Frames, update: CompositorUpdate, cursor: tuple[int, int] = (0, 0)) -> str | None:
    console = Console(color_system="standard", force_terminal=True)
    changes = frames.changes(update, console, cursor)
    return None if changes is None else changes.render_segments(console)


def test_nothing_is_sent_of_what_is_shown_and_little_of_what_is_nearly() -> None:
    frames = Frames()
    assert _sent(frames, _line(_strip("abcdefghijklmnop"))) == "\x1b[1;1H\x1b[31mabcdefghijklmnop\x1b[0m"
    assert _sent(frames, _line(_strip("abcdefghijklmnop"))) is None
    # Cut otherwise, and with another style that looks the same.
    assert _sent(frames, _line(_strip("abc"), _strip("defghijklmnop", "not bold red"))) is None
    assert _sent(frames, _line(_strip("abcdefghijklmnoX"))) == "\x1b[1;16H\x1b[31mX\x1b[0m"
    # Far apart the rest is jumped over, a few cells between are cheaper sent again.
    assert _sent(frames, _line(_strip("AbcdefghijklmnoY"))) == "\x1b[1;1H\x1b[31mA\x1b[14CY\x1b[0m"
    assert _sent(frames, _line(_strip("AbXdYfghijklmnoY"))) == "\x1b[1;3H\x1b[31mXdY\x1b[0m"
    assert _sent(frames, _line(_strip("AbXdYfghijklmnoY", "green"))) == "\x1b[1;1H\x1b[32mAbXdYfghijklmnoY\x1b[0m"


def test_a_cursor_that_moved_is_sent_though_no_cell_differs() -> None:
    frames = Frames()
    _sent(frames, _line(_strip("abc")))
    assert _sent(frames, _line(_strip("abc"))) is None
    # Whoever sends it puts the cursor there.
    assert _sent(frames, _line(_strip("abc")), (2, 0)) == ""


def test_what_was_not_sent_is_sent_with_the_next_frame() -> None:
    frames, console = Frames(), Console(color_system="standard", force_terminal=True)
    _sent(frames, _line(_strip("abc")))
    assert frames.changes(_line(_strip("abX")), console, (0, 0)) is not None
    assert _sent(frames, _line(_strip("abX"))) == "\x1b[1;3H\x1b[31mX\x1b[0m"


def test_a_frame_that_is_overtaken_by_a_new_terminal_counts_for_nothing() -> None:
    frames, console = Frames(), Console(color_system="standard", force_terminal=True)
    _sent(frames, _line(_strip("abc")))
    under_way = frames.changes(_line(_strip("abX")), console, (0, 0))
    frames.forget()
    assert under_way is not None
    under_way.render_segments(console)
    assert _sent(frames, _line(_strip("abX"))) == "\x1b[1;1H\x1b[31mabX\x1b[0m"


@pytest.mark.parametrize("text", ["用户 a@b", "e\u0301 a@b", "🙂 a@b", "한 a@b"])
def test_what_takes_other_than_one_cell_is_sent_with_its_line(text: str) -> None:
    frames = Frames()
    first, other = _strip(text), _strip(text[:-1] + "c")
    assert _sent(frames, _line(first)) == f"\x1b[1;1H\x1b[31m{text}\x1b[0m"
    assert _sent(frames, _line(first)) is None
    assert _sent(frames, _line(other)) == f"\x1b[1;1H\x1b[31m{text[:-1]}c\x1b[0m"


@pytest.mark.parametrize("text", ["a\u200bb", "a\x1b\0b", "a\u202eb", "a\x9b\ud800b", "a\xad\ue000b"])
def test_what_a_terminal_might_obey_is_left_out_and_takes_up_its_room(text: str) -> None:
    strip = _strip(text)
    sent = _sent(Frames(), _line(strip))
    assert sent == f"\x1b[1;1H\x1b[31m{'ab'.ljust(strip.cell_length)}\x1b[0m"


def test_what_no_frame_tells_of_makes_all_uncertain() -> None:
    frames = Frames()
    _sent(frames, _line(_strip("abc")))
    assert _sent(frames, InlineUpdate([_strip("xyz")]))
    assert _sent(frames, _line(_strip("abc"))) == "\x1b[1;1H\x1b[31mabc\x1b[0m"


# The application's own frames


@pytest.fixture
def world() -> World:
    return SMALL


_SCRIPT = (
    *("2", "j", "j", "j", "pagedown", "G", "g", "space", "j", "space"),
    *("slash", "c", "o", "m", "enter", "s", "s", "S", "escape"),
    *("j", "enter", "pagedown", "escape", "U", "d", "escape", "question_mark", "escape"),
    *("1", "j", "enter", "2", "3", "escape", "1", "slash", "a", "enter", "escape"),
    *("2", "colon", "t", "r", "e", "escape", "a", "escape", "n", "escape", "e", "escape", "E", "escape"),
)
"""Filter, sorts, marks, panes, every kind of dialog."""


@pytest.mark.parametrize(
    ("width", "height", "theme", "no_color"),
    [
        (80, 24, "textual-dark", False),
        (80, 24, "textual-dark", True),
        (120, 40, "ansi-dark", False),
    ],
)
async def test_each_frame_of_a_session_shows_what_all_of_it_would(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, width: int, height: int, theme: str, no_color: bool
) -> None:
    if no_color:
        monkeypatch.setenv("NO_COLOR", "1")
    app = make_app()
    pair = Pair(width, height)
    display: Callable[..., None] = app._display
    wrong: list[str] = []

    def twice(screen: Any, update: Any) -> None:
        if isinstance(update, CompositorUpdate):
            pair.send(update)
            if pair.is_certain and not pair.is_alike:
                wrong.append("\n".join([*pair.changed.screen.display, "for", *pair.whole.screen.display]))
        display(screen, update)

    monkeypatch.setattr(app, "_display", twice)
    async with app.run_test(size=(width, height)) as pilot:
        app.theme = theme
        await shows(pilot, "2,500 addresses")
        for number, key in enumerate(_SCRIPT):
            await pilot.press(key)
            if number % 15 == 10:
                # There and back again: what stays where it was is not on the terminal any more.
                for other in (width - 9, width):
                    pair.resize(other, height - (other < width))
                    await pilot.resize_terminal(other, height - (other < width))
            assert not wrong, f"{key}, the {number}th key:\n{wrong[0]}"
        await until(pilot, lambda: "\n".join(pair.changed.screen.display) == screen_text(app), "the screen as it is")
    assert not wrong
    assert pair.is_certain
    assert pair.changed.bytes < pair.whole.bytes / 3
