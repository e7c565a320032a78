"""Data made harmless for a terminal, and figures in words."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sestui.domain.display import counted, duration, moment, printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("alice@corp.com", "alice@corp.com"),
        ("jürgen@例子.广告", "jürgen@例子.广告"),
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("a\nb\tc\rd\x00", "a\\x0ab\\x09c\\x0dd\\x00"),
        ("a\x7fb\x9bc", "a\\x7fb\\x9bc"),
        ("a\u202eb\u2066c", "a\\u202eb\\u2066c"),
        ("a\u200bb\ufeffc\u00add", "a\\u200bb\\ufeffc\\xadd"),
        ("a\u2028b\u2029c", "a\\u2028b\\u2029c"),
        ("a\ufe0fb\u3164c\u034fd", "a\\ufe0fb\\u3164c\\u034fd"),
        ("a\U000e0041b\U000e0100c", "a\\U000e0041b\\U000e0100c"),
        ("a\udc80b", "a\\udc80b"),
        ("a\ue000b", "a\\ue000b"),
    ],
)
def test_what_a_terminal_might_obey_or_no_eye_sees_is_shown_as_its_code(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text(st.characters(codec=None, exclude_categories=())))
@settings(max_examples=300)
def test_nothing_unsafe_is_left(text: str) -> None:
    left = {unicodedata.category(character) for character in printable(text)}
    assert not left & {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    assert printable(printable(text)) == printable(text)


@given(st.text(st.characters(categories=["L", "N", "P"], max_codepoint=0x2FF)))
@settings(max_examples=100)
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 entries"), (1, "1 entry"), (2, "2 entries"), (1_204_000, "1,204,000 entries")]
)
def test_counted(number: int, words: str) -> None:
    assert counted(number, "entry", "entries") == words
    assert counted(number, "row") == words.replace("entries", "rows").replace("entry", "row")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-3, "0 s"),
        (0, "0 s"),
        (45.4, "45 s"),
        (89, "89 s"),
        (90, "2 min"),
        (720, "12 min"),
        (89 * 60, "89 min"),
        (11_100, "3 h 05 min"),
        (100 * 3600, "100 h 00 min"),
    ],
)
def test_duration(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.0, "1970-01-01 00:00:00"), (1_795_327_384.9, "2026-11-22 06:03:04"), (1e30, "1e+30")]
)
def test_a_moment_is_in_utc_and_one_out_of_range_is_shown_raw(seconds: float, words: str) -> None:
    assert moment(seconds) == words
