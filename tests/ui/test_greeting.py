"""The demo greets with three things to try, in nobody's way, and tells them again in the help."""

import pytest
from textual import events
from textual.widgets import Tree

from sestui.emulator import Conditions, Emulator, World
from sestui.settings import KeySetting, Settings
from tests.conftest import SMALL, MakeApp
from tests.ui.screen import lacks, screen_text, shows, until

TITLE = "Three things to try"


@pytest.fixture
def world() -> World:
    return SMALL


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 40)])
async def test_the_box_is_whole_and_the_first_key_takes_it_away_and_has_its_effect(
    make_app: MakeApp, size: tuple[int, int]
) -> None:
    async with make_app(demo=True).run_test(size=size) as pilot:
        await shows(pilot, TITLE, "A stuck address", "f, alice@corp.com, enter", "An outage", "Which list?")
        await shows(pilot, "goes at any key · ? shows it again ─╯", "enter open list")
        tree = pilot.app.screen.query_one(Tree)
        assert (pilot.app.focused, tree.cursor_line) == (tree, 0)
        await pilot.press("j")
        await lacks(pilot, TITLE)
        assert tree.cursor_line == 1
        await pilot.press("r")
        await shows(pilot, "2,500 addresses")
        assert TITLE not in screen_text(pilot.app)


async def test_a_click_takes_it_away_and_has_its_effect(make_app: MakeApp) -> None:
    async with make_app(demo=True).run_test(size=(80, 24)) as pilot:
        await shows(pilot, TITLE, "2,500 addresses")
        await pilot.click("#tree", offset=(4, 2))
        await lacks(pilot, TITLE)
        assert pilot.app.screen.query_one(Tree).cursor_line == 2


async def test_a_click_on_it_takes_it_away(make_app: MakeApp) -> None:
    async with make_app(demo=True).run_test(size=(80, 24)) as pilot:
        await shows(pilot, TITLE)
        await pilot.click("Greeting")
        await lacks(pilot, TITLE)


@pytest.mark.parametrize("wheel", [events.MouseScrollDown, events.MouseScrollUp])
async def test_the_wheel_takes_it_away_wherever_it_is_turned_and_the_pointer_alone_does_not(
    make_app: MakeApp, wheel: type[events.MouseEvent]
) -> None:
    async with make_app(demo=True).run_test(size=(80, 24)) as pilot:
        await shows(pilot, TITLE, "2,500 addresses")
        await pilot.hover("#list", offset=(10, 5))
        await pilot.hover("Greeting")
        assert TITLE in screen_text(pilot.app)
        place = pilot.app.screen.query_one("#list").region.offset
        pilot.app.post_message(wheel(None, place.x + 10, place.y + 5, 0, 1, 0, False, False, False))
        await lacks(pilot, TITLE)


async def test_a_paste_takes_it_away_and_is_looked_for(make_app: MakeApp) -> None:
    async with make_app(demo=True).run_test(size=(80, 24)) as pilot:
        await shows(pilot, TITLE)
        pilot.app.post_message(events.Paste("alice@corp.com"))
        await shows(pilot, "understood: alice@corp.com")
        await pilot.press("escape")
        await shows(pilot, "Tenants (6)")
        assert TITLE not in screen_text(pilot.app)


async def test_the_help_has_it_in_the_demo_alone(make_app: MakeApp) -> None:
    async with make_app(demo=True).run_test(size=(80, 24)) as pilot:
        await shows(pilot, TITLE)
        await pilot.press("question_mark")
        await shows(pilot, "Keys", TITLE, "f, alice@corp.com, enter", "Everywhere")
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "2,500 addresses", "OnCall")
        assert TITLE not in screen_text(pilot.app)
        await pilot.press("question_mark")
        await shows(pilot, "Keys", "Everywhere")
        assert TITLE not in screen_text(pilot.app)


async def test_whoever_is_at_it_already_is_not_greeted(make_app: MakeApp, emulator: Emulator) -> None:
    emulator.conditions = Conditions(latency=0.3)
    async with make_app(demo=True).run_test(size=(80, 24)) as pilot:
        await pilot.press("j")
        await shows(pilot, "2,500 addresses", "OnCall")
        assert TITLE not in screen_text(pilot.app)


async def test_a_terminal_that_is_too_small_is_not_greeted(make_app: MakeApp) -> None:
    async with make_app(demo=True).run_test(size=(59, 16)) as pilot:
        await shows(pilot, "2,500")
        assert TITLE not in screen_text(pilot.app)
        await pilot.resize_terminal(80, 24)
        await shows(pilot, "Tenants (6)", "OnCall")
        assert TITLE not in screen_text(pilot.app)


async def test_keys_that_are_set_are_those_told(make_app: MakeApp) -> None:
    keys = (KeySetting("find", ("F",), "a file"), KeySetting("trends", (), "a file"))
    async with make_app(demo=True, settings=Settings(keys=keys)).run_test(size=(80, 24)) as pilot:
        await shows(pilot, TITLE, "F, alice@corp.com, enter", "“trends” in the palette,")
        await pilot.press("F")
        await until(pilot, lambda: TITLE not in screen_text(pilot.app), "its end")
        await shows(pilot, "Type or paste an address")


async def test_a_box_that_is_higher_than_the_terminal_moves_nothing_else(make_app: MakeApp) -> None:
    names = ("tree-down", "tree-unfold", "find", "trends", "mark-all", "remove")
    keys = tuple(KeySetting(name, (), "a file") for name in names)
    async with make_app(demo=True, settings=Settings(keys=keys)).run_test(size=(60, 16)) as pilot:
        await shows(pilot, "“down” in the palette", "goes at any key")
        assert pilot.app.screen.scrollbars_enabled == (False, False)
