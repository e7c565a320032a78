"""Lines of text in cells: nothing is lost, nothing is wider than its place."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from sestui.domain.display import printable
from sestui.ui.widgets.line_view import columns, fitted, fold

TEXT = st.text(max_size=80).map(printable)


@given(TEXT, st.integers(2, 40))
def test_what_is_folded_loses_nothing_but_spaces_and_keeps_to_its_width(text: str, width: int) -> None:
    lines = fold(text, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert max(map(cell_len, lines)) <= width


@given(st.lists(st.tuples(TEXT, st.integers(3, 30), st.just("plain")), min_size=1, max_size=4))
def test_columns_stand_below_each_other(cells: list[tuple[str, int, str]]) -> None:
    for line in columns(*cells):
        assert [cell_len(text) for text, _ in line] == [width for _, width, _ in cells]


@given(TEXT, st.integers(3, 40))
def test_what_is_cut_off_is_told(text: str, width: int) -> None:
    shown = fitted(text, width)
    assert cell_len(shown) == width
    if cell_len(text) <= width - 1:
        assert shown.rstrip() == text.rstrip()
    else:
        assert "…" in shown


def test_words_stay_whole_where_they_can() -> None:
    assert fold("left alone: changed since", 12) == ["left alone:", "changed", "since"]
