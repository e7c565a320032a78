"""Keys as the settings have them: each mistake is told at the start, and what is set holds wherever keys are said."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sestui.domain.errors import UsageError
from sestui.domain.suppression import Reason, SuppressionList
from sestui.sesv2.gateway import Gateway
from sestui.settings import KeySetting, Settings
from sestui.ui.commands import APPS_OWN, COMMANDS, KEYS, MOTIONS, Command, Where, keys_by_id, with_keys
from sestui.ui.keys import key_named, keycap
from sestui.ui.screens.browse import BrowseScreen
from sestui.ui.widgets.destinations import DestinationTable
from sestui.ui.widgets.settings_panel import SettingsPanel
from sestui.ui.widgets.tenant_tree import TenantTree
from tests.conftest import MakeApp
from tests.terminal import PROGRAM, Terminal
from tests.ui.screen import lacks, screen_text, shows

IDS = (
    *("filter", "find", "add", "remove", "edit", "export", "new", "refresh", "live", "clear", "jobs", "undo", "quit"),
    *("tree", "list", "settings", "associate", "dissociate", "compare-lists", "copy-entries", "connection", "errors"),
    *("copy-addresses", "trends"),
    *("palette", "help", "mark-all", "invert-marks", "unmark", "only-the-marked", "sort", "reverse"),
    *("tree-open-list", "tree-unfold", "tree-down", "tree-up", "tree-first", "tree-last"),
    *("list-mark", "list-details", "list-range", "list-down", "list-up", "list-first", "list-last"),
    *("list-page-down", "list-page-up", "list-mark-down", "list-mark-up", "list-mark-first", "list-mark-last"),
    *("list-mark-page-down", "list-mark-page-up", "panel-expand", "panel-down", "panel-up"),
)
"""In somebody's settings: none of these may be called otherwise."""


def setting(command: str, *keys: str, line: int = 3) -> KeySetting:
    return KeySetting(command, keys, f"config.toml, line {line}")


def test_an_id_stays_what_it_is_and_means_one_command() -> None:
    ids = [command.id for command in COMMANDS]
    assert len(set(ids)) == len(ids)
    assert set(IDS) <= set(ids)
    assert all(id.replace("-", "").isalpha() and id == id.lower() for id in ids)


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("/", "slash"),
        ("slash", "slash"),
        ("+", "plus"),
        ("G", "G"),
        ("g", "g"),
        ("é", "é"),
        ("Space", "space"),
        ("PgDn", "pagedown"),
        ("pagedown", "pagedown"),
        ("Esc", "escape"),
        ("F5", "f5"),
        ("Ctrl+F", "ctrl+f"),
        ("ctrl+F", "ctrl+f"),
        ("shift+↓", "shift+down"),
        ("shift+ctrl+up", "ctrl+shift+up"),
        ("alt+x", "alt+x"),
        # No keys, or none that a terminal tells from others.
        *((text, None) for text in ("", " ", "ff", "f25", "ctrl+i", "ctrl+M", "ctrl+/", "shift+g", "shift+/", "\x1b")),
        *((text, None) for text in ("ctrl+ctrl+f", "super+f", "ctrl+space", "ctrl+", "ctrl", "alt+slash")),
    ],
)
def test_a_key_is_written_as_a_keyboard_has_it_or_as_textual_does(written: str, key: str | None) -> None:
    assert key_named(written) == key


@given(
    st.characters(codec="ascii", categories=["L", "N", "P", "S"]) | st.sampled_from(sorted(MOTIONS - {"shift+space"}))
)
def test_what_stands_on_a_key_is_its_name(written: str) -> None:
    key = key_named(written)
    assert key is not None
    assert key_named(keycap(key)) == key
    assert key_named(key) == key


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ([setting("fnd", "f")], "there is no command fnd; did you mean find?"),
        ([setting("zebra", "f")], "there is no command zebra; `sestui info --config` lists them."),
        ([setting("find", "ctrl+i")], "find can't have ctrl+i: no such key, or none that a terminal tells apart."),
        ([setting("find", "a\x1b[31m")], "find can't have a\\x1b[31m: no such key"),
        ([setting("find", "ctrl+c")], "find can't have ctrl+c: that leaves, always."),
        ([setting("list-down", "tab")], "list-down can't have tab: that moves the focus, always."),
        ([setting("find", "up")], "find can't have up: the panes move by it"),
        ([setting("find", "d")], 'find can\'t have d: remove has it, by default: give it another, or "".'),
        ([setting("list-mark", "d")], "list-mark can't have d: remove has it, by default"),
        ([setting("remove", "v")], "remove can't have v: list-range has it, by default"),
        ([setting("find", "w"), setting("remove", "w", line=4)], "remove can't have w: find has it, that is set too."),
        ([setting("tree-down", "enter")], "tree-down can't have enter: tree-open-list has it, by default"),
    ],
)
def test_a_mistake_is_told_with_its_place(settings: list[KeySetting], words: str) -> None:
    with pytest.raises(UsageError) as caught:
        with_keys(settings)
    assert str(caught.value).startswith(f"{settings[-1].place}: {words}")
    assert str(caught.value).isprintable()


@given(st.sampled_from(["everywhere", "tree", "list", "panel"]), st.randoms())
def test_any_exchange_of_a_panes_keys_holds(where: Where, random: Random) -> None:
    those = [command for command in COMMANDS if command.where == where]
    keys = [command.keycaps for command in those]
    random.shuffle(keys)
    changed = with_keys([setting(command.id, *caps) for command, caps in zip(those, keys, strict=True)])
    assert [command.keycaps for command in changed if command.where == where] == keys
    assert [command for command in changed if command.where != where] == [
        command for command in COMMANDS if command.where != where
    ]


@given(st.sampled_from(COMMANDS))
def test_without_a_key_a_command_leaves_it_to_others(command: Command) -> None:
    (changed,) = (it for it in with_keys([setting(command.id)]) if it.id == command.id)
    assert changed.keys == ""


def natives() -> Iterator[str]:
    """Yield the keys that the panes have of Textual and no command has."""
    for pane in (TenantTree, DestinationTable, SettingsPanel):
        declared = {key for command in COMMANDS for key in command.keys.split(",")}
        yield from pane._merge_bindings().key_to_bindings.keys() - declared


def test_the_keys_of_textuals_panes_are_known() -> None:
    assert set(natives()) <= MOTIONS
    shown = {key for key in BrowseScreen._merge_bindings().key_to_bindings if key.startswith(("ctrl", "tab", "shift"))}
    assert shown <= APPS_OWN.keys()


async def test_what_is_set_holds_in_the_panes_the_last_line_the_help_and_the_palette(
    make_app: MakeApp, gateway: Gateway
) -> None:
    for name in ("alice", "bob"):
        await gateway.put_suppressed_destination(SuppressionList(), f"{name}@corp.com", Reason.BOUNCE)
    keys = (
        setting("help", "f1", "?"),
        setting("list-mark", "m"),
        setting("only-the-marked", "ctrl+o"),
        setting("tree-open-list", "o"),
        setting("list-details", "i"),
        setting("invert-marks"),
        setting("panel-down", "ctrl+n"),
    )
    async with make_app(settings=Settings(keys=keys)).run_test(size=(120, 80)) as pilot:
        await shows(pilot, "2 addresses", "o open list", "f1 help")
        await lacks(pilot, "enter open list")
        await pilot.press("enter")
        await pilot.pause()
        assert pilot.app.focused is not None
        assert pilot.app.focused.id == "tree"
        await pilot.press("o")
        await shows(pilot, "m mark", "i details")
        await pilot.press("space", "m", "ctrl+o")
        await shows(pilot, "1 shown of 2 addresses · marked 1")
        await pilot.press("i")
        await shows(pilot, "LastUpdateTime")
        await pilot.press("escape", "f1")
        await shows(pilot, "f1 ?        The keys that work now", "ctrl+o      Show only the marked; again: all")
        await shows(pilot, "m           Mark the address", "ctrl+n      Down", "a paste")
        await lacks(pilot, "take the marks off the rest")
        await pilot.press("escape", "ctrl+p", *"only the marked")
        await shows(pilot, "Only the marked (ctrl+o)")
        await pilot.press("escape", "3")
        node = pilot.app.screen.query_one(SettingsPanel)
        assert node._bindings.key_to_bindings["ctrl+n"][0].action == "scroll_down"
        assert not {"down", "j"} & node._bindings.key_to_bindings.keys()
        assert "invert" not in screen_text(pilot.app)


def test_a_command_without_a_key_is_said_by_its_name_in_the_palette() -> None:
    assert keys_by_id(with_keys([setting("jobs"), setting("undo", "f9")])) == KEYS | {
        "jobs": "“jobs” in the palette",
        "undo": "f9",
    }


def test_a_mistake_ends_the_dashboard_before_it_draws(environment: dict[str, str], tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('cache = "off"\n[keys]\nfind = ["f2", "d"]\n', encoding="utf-8")
    program = Terminal([PROGRAM, "--config", str(config)], environment, tmp_path, columns=200)
    try:
        program.wait_for("by default: give it another")
        assert program.ended() == 2
    finally:
        program.close()
