"""What there is to try in the demo, key by key from what it begins with."""

from collections.abc import Mapping
from typing import Final

from rich.text import Text

TITLE: Final = "Three things to try"
_NAMES: Final = 17
"""Cells of the names."""


def three_things(keys: Mapping[str, str]) -> Text:
    """Return two lines for each, of 46 cells at most; `keys` has by a command's id what runs it."""
    down = keys["tree-down"]
    things = (
        (
            "A stuck address",
            (keys["find"], "alice@corp.com", "enter"),
            "which lists hold it, since when and why",
        ),
        (
            "An outage",
            (keys["trends"], "enter", keys["mark-all"], keys["remove"]),
            "outlook.com's outage, and what would go",
        ),
        (
            "Which list?",
            (down, down, down, keys["tree-unfold"], down, keys["settings"]),
            "what its mail consults, layer by layer",
        ),
    )
    text = Text()
    for number, (name, steps, what) in enumerate(things, 1):
        text.append(f"{number}  ", "bold cyan").append(name.ljust(_NAMES), "bold").append(", ".join(steps), "bold cyan")
        text.append(f"\n   {what}\n")
    text.rstrip()
    return text
