"""The laws of the keyboard: a paste runs nothing, and a dialog takes no key of before it was painted."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual.pilot import Pilot

from sestui.domain.suppression import Reason, SuppressionList
from sestui.emulator import Emulator
from sestui.sesv2.gateway import Gateway
from sestui.ui.driver import TextInOneRead, is_paste
from sestui.ui.screens.dialog import Dialog
from tests.conftest import MakeApp
from tests.ui.screen import lacks, screen_text, shows, until

ACCOUNT = SuppressionList()
WRITES = ("Put", "Delete", "Create")


@pytest.fixture
async def three(gateway: Gateway, emulator: Emulator) -> None:
    """Three entries; what wrote them is forgotten."""
    for name in ("alice", "bob", "carol"):
        await gateway.put_suppressed_destination(ACCOUNT, f"{name}@corp.com", Reason.BOUNCE)
    emulator.requests.clear()


def wrote(emulator: Emulator) -> bool:
    return any(request.operation.startswith(WRITES) for request in emulator.requests)


def burst(pilot: Pilot[Any], text: str) -> None:
    pilot.app.post_message(TextInOneRead(text))


@pytest.mark.usefixtures("three")
async def test_a_pasted_address_is_looked_up_and_runs_no_key(make_app: MakeApp, emulator: Emulator) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "3 addresses")
        burst(pilot, "dylan@corp.com\r\t\r")
        await shows(pilot, "understood: dylan@corp.com", "not on this list")
        await pilot.press("escape")
        await lacks(pilot, "understood")
        burst(pilot, "ALICE <alice@corp.com>")
        await shows(pilot, "understood: alice@corp.com", "BLOCKED by alice@corp.com")
        assert not wrote(emulator)


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize("keys", ["d", "a", "question_mark", "colon", "enter", "E", "3", "slash"])
async def test_a_paste_on_any_screen_writes_nothing(make_app: MakeApp, emulator: Emulator, keys: str) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "3 addresses")
        await pilot.press("2", keys)
        await pilot.pause(0.1)
        burst(pilot, "dylan@corp.com\r\t\ry\r")
        pilot.app.post_message(events.Paste("dylan@corp.com\ny\n"))
        await pilot.pause(0.1)
        for _ in range(4):
            await pilot.press("escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, Dialog), "all dialogs closed")
        assert not wrote(emulator)


@pytest.mark.usefixtures("three")
async def test_several_pasted_addresses_are_looked_up_and_nothing_is_done(
    make_app: MakeApp, emulator: Emulator
) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "3 addresses")
        pilot.app.screen.post_message(events.Paste("a@corp.com\nb@corp.com"))
        await shows(pilot, "understood: a@corp.com, b@corp.com")
        assert not wrote(emulator)


@pytest.mark.usefixtures("three")
async def test_a_dialog_takes_no_key_of_before_it_was_painted(make_app: MakeApp, emulator: Emulator) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "3 addresses")
        await pilot.press("2")
        early = [events.Key("tab", "\t"), events.Key("enter", "\r")]
        await pilot.press("d")
        await shows(pilot, "Remove from a suppression list")
        for key in early:
            pilot.app.post_message(key)
        await pilot.pause(0.1)
        await shows(pilot, "Remove from a suppression list")
        assert pilot.app.focused is not None
        assert pilot.app.focused.id == "cancel"
        await pilot.press("tab", "enter")
        await lacks(pilot, "Remove from a suppression list")
        await until(pilot, lambda: wrote(emulator), "the removal")


_REPORTS = st.sampled_from(["", "\x1b[I", "\x1b[O", "\x1b[12;40R", "\x1b[<0;12;4M"])


@given(_REPORTS, st.text(alphabet="dy@/: \r", max_size=12), _REPORTS)
def test_what_counts_as_a_paste_whatever_the_terminal_reports_around_it(before: str, text: str, after: str) -> None:
    expected = len(text) > 1 and "@" in text and not text.startswith(("/", ":"))
    assert is_paste(before + text + after) is expected


@pytest.mark.parametrize("keys", ["\x1b[B\x1b[B@", "@\x1b", "\x1bOPab@"])
def test_keys_with_an_escape_sequence_are_no_paste(keys: str) -> None:
    assert not is_paste(keys)


@pytest.mark.usefixtures("three")
async def test_text_in_one_read_goes_into_the_input_in_focus_once(make_app: MakeApp, emulator: Emulator) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "3 addresses")
        await pilot.press("a")
        await shows(pilot, "Add to a suppression list")
        burst(pilot, "new@corp.com\rother@corp.com\r")
        await shows(pilot, "2 addresses will be added", "(2 valid)")
        await pilot.press("escape")
        await lacks(pilot, "Add to a suppression list")
        await pilot.press("2", "slash")
        burst(pilot, "bob@corp.com")
        await shows(pilot, "1 shown of 3 addresses")
        assert not wrote(emulator)


async def test_the_last_line_has_the_keys_of_the_pane_in_focus_and_a_click_is_as_good_as_a_key(
    make_app: MakeApp,
) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "space unfold", "q quit")
        await pilot.press("2")
        await shows(pilot, "space mark")
        await lacks(pilot, "space unfold")
        line = screen_text(pilot.app).splitlines()[-1]
        await pilot.click(offset=(line.index("? help"), 23))
        await shows(pilot, "Keys", "Go to the tree of tenants")
