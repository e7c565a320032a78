"""However a list is cut, its windows are all of it, each moment once."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from sestui.services.windows import Window, by_age, parts

NOW = 1_795_348_800.0
TIMES = st.lists(st.floats(NOW - 4e7, NOW + 5), max_size=50)


def ends(windows: list[Window]) -> list[tuple[float | None, float | None]]:
    return [(window.start, window.end) for window in windows]


@given(st.floats(0, 1e10), st.booleans())
def test_by_age_the_newest_comes_first_and_nothing_is_left_out(now: float, costly: bool) -> None:
    windows = by_age(now, costly=costly)
    assert (windows[0].end, windows[-1].start) == (None, None)
    assert all(newer.start == older.end for newer, older in pairwise(windows))
    assert all(newer.start is not None and newer.start <= now for newer, _ in pairwise(windows))


@given(st.floats(NOW - 4e7, NOW - 1).map(int), st.none() | st.integers(0, 10**7), TIMES, st.integers(0, 40))
def test_the_parts_of_a_window_are_all_of_it(start: int, length: int | None, times: list[float], idle: int) -> None:
    window = Window(start, None if length is None else start + length)
    found = parts(window, times, NOW, idle=idle)
    if found:
        assert (found[-1].start, found[0].end) == (window.start, window.end)
        assert all(newer.start == older.end for newer, older in pairwise(found))
        assert all(it.end is None or it.start is None or it.start < it.end for it in found)
        assert len(found) > 1


def test_rows_close_together_tell_how_many_parts_a_window_needs() -> None:
    # A thousand rows in the first day of 100: there may be a hundred pages.
    window = Window(NOW - 100 * 86400, NOW)
    times = [NOW - 100 * 86400 + number * 86.4 for number in range(1000)]
    assert len(parts(window, times, NOW, idle=0)) == 6


def test_a_sample_of_a_window_is_cut_where_its_rows_are() -> None:
    window = Window(NOW - 1000, NOW)
    times = [NOW - 1000, *(NOW - 10 + number / 100 for number in range(999))]
    assert parts(window, times, NOW, idle=0) == []
    assert all(start > NOW - 11 for start, _ in ends(parts(window, times, NOW, idle=9))[:-1] if start is not None)


def test_what_is_too_short_or_without_a_beginning_is_not_cut() -> None:
    times = [NOW - 1000 + number for number in range(1000)]
    assert parts(Window(None, NOW), times, NOW, idle=9) == []
    assert parts(Window(NOW - 3, NOW), [NOW - 2, NOW - 1], NOW, idle=9) == []
    assert parts(Window(NOW - 1000, NOW), [], NOW, idle=9) == []
