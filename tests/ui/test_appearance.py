"""What the settings say of how things are shown: colours that can be read, times in the zone that is named."""

from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
from rich.color import Color, ColorType
from rich.style import Style
from textual.app import App

from sestui.domain.guard import Guard
from sestui.emulator import World
from sestui.settings import OPTIONS, Settings
from tests.conftest import SMALL, MakeApp
from tests.domain.test_times import BERLIN
from tests.ui.screen import lacks, screen_text, shows, type_text

CONTRAST: Final = {"dark": 3.0, "light": 3.5, "high-contrast": 7.0}
"""At least, as WCAG 2 measures it, where the colours are ours."""
NOON: Final = 1_795_348_800.0
"""2026-11-22 12:00 UTC."""


@pytest.fixture
def world() -> World:
    return SMALL


def looks(app: App[Any]) -> Iterator[tuple[str, Style]]:
    """Yield each run of letters on the screen with its style."""
    for strip in app.screen._compositor.render_strips():
        for text, style, _ in strip:
            if style is not None and any(character.isalnum() for character in text):
                yield text, style


def luminance(color: Color) -> float:
    assert color.triplet is not None
    parts = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in color.triplet.normalized]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def contrast(style: Style) -> float:
    assert style.color is not None
    assert style.bgcolor is not None
    dim, bright = sorted((luminance(style.color), luminance(style.bgcolor)))
    return (bright + 0.05) / (dim + 0.05)


def of_the_terminal(style: Style) -> bool:
    own = (ColorType.DEFAULT, ColorType.STANDARD)
    return all(color is None or color.type in own for color in (style.color, style.bgcolor))


def is_readable(app: App[Any], theme: str) -> None:
    for text, style in looks(app):
        if theme == "ansi":
            assert of_the_terminal(style), (text, style)
        else:
            assert contrast(style) >= CONTRAST[theme], (text, style)


@pytest.mark.parametrize("theme", OPTIONS["theme"].choices)
async def test_everything_can_be_read_in_each_theme(make_app: MakeApp, theme: str) -> None:
    app = make_app(settings=Settings(theme=theme), guard=Guard(production=("123456789012",)))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "2,500 addresses", "PRODUCTION", "DISABLED")
        is_readable(app, theme)
        await pilot.press("2", "space", "space", "down")
        await shows(pilot, "marked 2")
        is_readable(app, theme)
        # In the dialogs what lies behind is dimmed; find covers all of it.
        await pilot.press("f")
        await type_text(pilot, "alice@corp.com")
        await pilot.press("enter")
        await shows(pilot, "What it means for alice@corp.com", "BLOCKED by")
        is_readable(app, theme)


@pytest.mark.parametrize("theme", OPTIONS["theme"].choices)
async def test_the_greeting_can_be_read_in_each_theme(make_app: MakeApp, theme: str) -> None:
    app = make_app(settings=Settings(theme=theme), demo=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "2,500 addresses", "Three things to try")
        is_readable(app, theme)


async def test_a_theme_can_be_chosen_for_the_session(make_app: MakeApp) -> None:
    app = make_app(settings=Settings(theme="light"))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "2,500 addresses")
        await pilot.press("ctrl+p", *"theme", "enter")
        await shows(pilot, *OPTIONS["theme"].choices)
        await lacks(pilot, "gruvbox")
        await pilot.press(*"contrast", "enter")
        await lacks(pilot, "A theme for this session")
        assert app.theme == "high-contrast"
        is_readable(app, "high-contrast")


async def test_without_colour_there_is_none_in_any_theme(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with make_app(settings=Settings(theme="ansi")).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "2,500 addresses")
        for _, style in looks(pilot.app):
            for color in (style.color, style.bgcolor):
                assert color is None or color.triplet is None or len(set(color.triplet)) == 1


async def test_times_are_shown_and_typed_in_the_zone_that_is_named(
    make_app: MakeApp, in_zone: Callable[[str], None]
) -> None:
    in_zone(BERLIN)
    app = make_app(clock=lambda: NOON, settings=Settings(type_count_above=2))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "2,500 addresses", "· CET/CEST ·", "Updated, CET/CEST ↓")
        await pilot.press("2", "slash")
        await type_text(pilot, "before:13:01")
        await shows(pilot, "before 2026-11-21 13:01:00 CET")
        await pilot.resize_terminal(80, 24)
        await shows(pilot, "13:01:00 CET", "Reason    CET/CEST↓")
        await pilot.press("escape", "enter")
        await shows(pilot, "LastUpdateTime")
        assert " CE" in next(line for line in screen_text(app).splitlines() if "LastUpdateTime" in line)
        # And above two the count is typed, as this team wants it.
        await pilot.press("escape", "space", "space", "d")
        await shows(pilot, "Remove from a suppression list", "Cancel")
        await lacks(pilot, "Type 2 to confirm")
        await pilot.press("escape", "2", "space", "d")
        await shows(pilot, "Type 3 to confirm")
