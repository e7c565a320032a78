"""Bytes that came from AWS or a file, made harmless for a terminal: nothing is hidden, nothing is obeyed."""

import unicodedata
from datetime import UTC, datetime
from typing import Final

_UNSAFE: Final = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
"""Control, format (bidi and zero-width among them), surrogate, private use, line and paragraph separators."""
_UNSEEN: Final = frozenset(
    map(chr, (0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0, *range(0x180B, 0x1810), *range(0xFE00, 0xFE10)))
) | frozenset(map(chr, range(0xE0100, 0xE01F0)))
"""Letters and marks of no width: Unicode's Default_Ignorable_Code_Point outside the categories above."""


def printable(text: str) -> str:
    """Return the text with each character that a terminal might obey, or that no eye sees, as its code: `\\u202e`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escape(it) if it in _UNSEEN or unicodedata.category(it) in _UNSAFE else it for it in text)


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def moment(seconds: float) -> str:
    """Return a time of the wire, seconds since 1970, as `2026-11-22 02:03:04` in UTC."""
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}"
    except (ValueError, OverflowError, OSError):
        return str(seconds)


def duration(seconds: float) -> str:
    """Return a span as a person says it: `45 s`, `12 min`, `3 h 05 min`."""
    if seconds < 90:
        return f"{max(0, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d} min"


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Return `1 address` or `1,204 addresses`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
