"""Reads what a person sees: the text of the screen, line by line, and waits until it shows something."""

import asyncio
import html
import re
from collections import defaultdict
from collections.abc import Callable
from math import isinf
from typing import Any

from textual.app import App
from textual.pilot import Pilot

from sestui.ui.screens.dialog import Dialog

_TEXT = re.compile(r'<text class="[^"]*" x="([\d.]+)" y="([\d.]+)"[^>]*>(.*?)</text>')
_DEADLINE = 30.0


def screen_text(app: App[Any]) -> str:
    """Return the screen as text, as Textual would send it to the terminal."""
    # Its picture is public, but takes ten times as long, and this is asked for many thousand times.
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


def text_of(svg: str) -> str:
    """Return the text of a picture that Textual drew, line by line."""
    rows: dict[float, list[tuple[float, str]]] = defaultdict(list)
    for x, y, text in _TEXT.findall(svg):
        rows[float(y)].append((float(x), html.unescape(text).replace("\u00a0", " ")))
    return "\n".join("".join(text for _, text in sorted(parts)) for _, parts in sorted(rows.items()))


async def until(pilot: Pilot[Any], condition: Callable[[], object], what: str = "") -> None:
    """Wait until the condition holds, letting the app work meanwhile.

    Raises:
        AssertionError: it did not within half a minute; the text is the screen's.
    """
    deadline, rest = asyncio.get_running_loop().time() + _DEADLINE, 0.01
    while not condition():
        assert asyncio.get_running_loop().time() < deadline, f"never: {what}\n{screen_text(pilot.app)}"
        # What comes late is looked for less often: reading a screen takes as long as painting it.
        rest = min(2 * rest, 0.1)
        await pilot.pause(rest)


async def shows(pilot: Pilot[Any], *texts: str) -> None:
    """Wait until all of these texts are on the screen and, if it is a dialog, it takes keys."""

    def all_there() -> bool:
        top, screen = pilot.app.screen, screen_text(pilot.app)
        return all(text in screen for text in texts) and not (isinstance(top, Dialog) and isinf(top.takes_keys_from))

    await until(pilot, all_there, " and ".join(repr(text) for text in texts))


async def lacks(pilot: Pilot[Any], text: str) -> None:
    """Wait until this text is no longer on the screen."""
    await until(pilot, lambda: text not in screen_text(pilot.app), f"without {text!r}")


async def type_text(pilot: Pilot[Any], text: str) -> None:
    """Type a text key by key."""
    names = {"\n": "enter", " ": "space"}
    await pilot.press(*(names.get(character, character) for character in text))
