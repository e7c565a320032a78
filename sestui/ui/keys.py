"""Keys by the names that a keyboard has for them, and by Textual's: the one is read and shown, the other is bound."""

import re
from typing import Final
from unicodedata import name

_ARROWS: Final = {"up": "↑", "down": "↓", "left": "←", "right": "→"}
_NAMED: Final = frozenset(
    [
        *("space", "enter", "escape", "tab", "backspace", "insert", "delete", "home", "end", "pageup", "pagedown"),
        *_ARROWS,
        *(f"f{number}" for number in range(1, 25)),
    ]
)
"""The keys that are no characters, as Textual calls them, and so can a person."""
_ALSO: Final = {"esc": "escape", "return": "enter", "pgup": "pageup", "pgdn": "pagedown", "del": "delete"} | {
    arrow: key for key, arrow in _ARROWS.items()
}
"""What else they are called."""
_SHORT: Final = {"escape": "esc", "pageup": "PgUp", "pagedown": "PgDn"} | _ARROWS
_ASCII: Final = tuple(character for character in map(chr, range(33, 127)) if not character.isalnum())
_WORDS: Final = {"solidus": "slash", "reverse_solidus": "backslash", "commercial_at": "at"} | {
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
"""Textual's names where they are not Unicode's."""
_OTHERS: Final = frozenset("him")
"""Letters that with ctrl are backspace, tab and enter on a terminal."""
_MODIFIERS: Final = ("alt", "ctrl", "shift")


def key_named(text: str) -> str | None:
    """Return Textual's name of the key that is written `/`, `G`, `ctrl+f`, `PgDn` or `f5`, or as Textual has it.

    None where there is no such key, or none that a terminal tells from others.
    """
    *modifiers, key = re.split(r"\+(?=.)", text)
    modifiers = [it.lower() for it in modifiers]
    if len(set(modifiers)) < len(modifiers) or not set(modifiers) <= set(_MODIFIERS):
        return None
    low = key.lower()
    if (bare := _ALSO.get(low, low)) not in _NAMED:
        if len(key) == 1 and "ctrl" in modifiers:
            key = low if "a" <= low <= "z" and low not in _OTHERS else ""
        # A character with shift is another character.
        if len(key) == 1 and key.isprintable() and key != " " and "shift" not in modifiers:
            bare = _word(key)
        elif modifiers or key not in _BY_WORD:
            return None
    if bare == "space" and modifiers:
        return None
    return "+".join([*(it for it in _MODIFIERS if it in modifiers), bare])


def keycap(key: str) -> str:
    """Return what a keyboard has on a key that Textual calls so: `/`, `shift+↓`, `PgDn`."""
    *modifiers, bare = key.split("+")
    return "+".join([*modifiers, _BY_WORD.get(bare, _SHORT.get(bare, bare))])


def _word(character: str) -> str:
    if character.isalnum():
        return character
    word = name(character, character).lower().replace("-", "_").replace(" ", "_")
    return _WORDS.get(word, word)


_BY_WORD: Final = {_word(character): character for character in _ASCII}
