"""Writing the marked, else what is shown, to a file: which rows, what is asked, what is said of what goes wrong."""

import os
from pathlib import Path

import pytest

from sestui.domain.destinations_file import gather, read
from sestui.domain.suppression import Reason, SuppressionList
from sestui.emulator import Conditions, Emulator, Rate, World
from sestui.services.files import file_lines
from sestui.services.listing import Listing
from sestui.sesv2.gateway import Gateway
from tests.conftest import SMALL, MakeApp
from tests.ui.screen import lacks, shows, type_text

NOW = 1_795_000_000.0
"""2026-11-18."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    return folder


@pytest.fixture
def world() -> World:
    return SMALL


def rows(path: Path) -> dict[str, Reason | None]:
    found = gather(read(file_lines(path)))
    assert not found.refused
    return {row.address: row.reason for row in found.rows}


async def account_rows(gateway: Gateway) -> dict[str, Reason]:
    listing = Listing(gateway, SuppressionList(), lambda: NOW)
    async for _ in listing.load():
        pass
    return {row.address: row.reason for row in listing.index}


async def test_all_that_is_shown_goes_to_the_offered_file(make_app: MakeApp, gateway: Gateway, home: Path) -> None:
    async with make_app(clock=lambda: NOW).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "2,500 addresses")
        await pilot.press("x")
        await shows(pilot, "Export to a file", "2,500 addresses: all that is shown", "~/account-2026-11-18.csv")
        await lacks(pilot, "Incomplete")
        await pilot.press("enter")
        await shows(pilot, "2,500 addresses written to ~/account-2026-11-18.csv.")
    assert os.listdir(home) == ["account-2026-11-18.csv"]
    assert rows(home / "account-2026-11-18.csv") == await account_rows(gateway)


async def test_the_filter_holds_and_each_format_can_be_chosen(make_app: MakeApp, gateway: Gateway, home: Path) -> None:
    complaints = {it: reason for it, reason in (await account_rows(gateway)).items() if reason is Reason.COMPLAINT}
    async with make_app(clock=lambda: NOW).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "2,500 addresses")
        await pilot.press("2", "slash")
        await type_text(pilot, "reason:complaint")
        await pilot.press("enter")
        await shows(pilot, f"{len(complaints):,} shown of 2,500")
        for keys, back, name in (
            ([], 0, "account-2026-11-18.csv"),
            (["tab", "right"], 1, "account-2026-11-18.jsonl"),
            (["tab", "tab", "space"], 2, "account-2026-11-18-spreadsheet.csv"),
        ):
            await pilot.press("x")
            await shows(pilot, f"{len(complaints):,} addresses: what is shown, by reason:complaint")
            await pilot.press(*keys)
            await shows(pilot, f"~/{name}")
            await pilot.press(*["shift+tab"] * back, "enter")
            await shows(pilot, "written to")
            await lacks(pilot, "Export to a file")
            assert rows(home / name) == complaints
    texts = [(home / name).read_text() for name in sorted(os.listdir(home))]
    assert "do not give this file to SES" in texts[0].splitlines()[0]
    assert texts[1].splitlines()[0].endswith(",COMPLAINT")
    assert texts[2].startswith('{"emailAddress":"')


async def test_the_marked_go_and_the_hidden_ones_with_them(make_app: MakeApp, home: Path) -> None:
    async with make_app(clock=lambda: NOW).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "2,500 addresses")
        await pilot.press("2", "space", "space", "space", "slash")
        await type_text(pilot, "nobody-has-this")
        await pilot.press("enter")
        await shows(pilot, "marked 3 (3 hidden")
        await pilot.press("x")
        await shows(pilot, "3 addresses: the marked, 3 of them hidden by the", "account-2026-11-18.csv")
        await pilot.press("enter")
        await shows(pilot, "3 addresses written", "marked 3")
    assert len(rows(home / "account-2026-11-18.csv")) == 3


async def test_a_file_that_is_there_is_written_over_once_its_button_is_pressed(make_app: MakeApp, home: Path) -> None:
    path = home / "mine.csv"
    path.write_text("before")
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "2,500 addresses")
        await pilot.press("x")
        await shows(pilot, "Export to a file")
        await pilot.press(*["backspace"] * 30)
        await type_text(pilot, "~/mine.csv")
        # Twice, as happens: the second one meets Cancel.
        await pilot.press("enter")
        await shows(pilot, "mine.csv is there already", "Write over it")
        await pilot.press("enter")
        await lacks(pilot, "Export to a file")
        assert path.read_text() == "before"

        await pilot.press("x")
        await shows(pilot, "Export to a file")
        await pilot.press(*["backspace"] * 30)
        await type_text(pilot, "~/mine.csv")
        await pilot.press("enter")
        await shows(pilot, "mine.csv is there already")
        # Another name is another file: what was said of the first does not hold for it.
        await pilot.press("shift+tab", "shift+tab", "shift+tab", "x", "backspace")
        await lacks(pilot, "Write over it")
        await pilot.press("enter")
        await shows(pilot, "Write over it")
        await pilot.press("tab", "enter")
        await shows(pilot, "2,500 addresses written")
    assert len(rows(path)) == 2500
    assert os.listdir(home) == ["mine.csv"]


async def test_what_goes_wrong_is_said_in_the_dialog_and_the_name_can_be_mended(make_app: MakeApp, home: Path) -> None:
    (home / "folder").mkdir()
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "2,500 addresses")
        await pilot.press("x")
        await shows(pilot, "Export to a file")
        await pilot.press(*["backspace"] * 30, "enter")
        await shows(pilot, "Name a file.")
        await type_text(pilot, "~/none/list.csv")
        await pilot.press("enter")
        await shows(pilot, "can't be written", "Nothing of it is left")
        await pilot.press(*["backspace"] * 13)
        await type_text(pilot, "folder")
        await pilot.press("enter")
        await shows(pilot, "is a folder: name a file in it")
        await type_text(pilot, "/list.csv")
        await pilot.press("enter")
        await shows(pilot, "2,500 addresses written")
    assert os.listdir(home / "folder") == ["list.csv"]


async def test_escape_writes_nothing_and_an_empty_list_has_nothing_to_write(
    make_app: MakeApp, gateway: Gateway, home: Path
) -> None:
    await gateway.changes.create_tenant("bare")
    async with make_app(SuppressionList("bare")).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "This list is empty.")
        await pilot.press("x")
        await shows(pilot, "Nothing to export: no address is shown.")
        await gateway.put_suppressed_destination(SuppressionList("bare"), "a@corp.com", Reason.BOUNCE)
        await pilot.press("r")
        await shows(pilot, "a@corp.com")
        await pilot.press("x")
        await shows(pilot, "1 address: all that is shown", "~/bare-")
        await pilot.press("escape")
        await lacks(pilot, "Export to a file")
    assert os.listdir(home) == []


async def test_a_filter_with_a_mistake_exports_nothing_unasked(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "2,500 addresses")
        await pilot.press("2", "slash")
        await type_text(pilot, "reason:nothing")
        await pilot.press("enter", "x")
        await shows(pilot, "Nothing to export: the filter has a mistake.")


async def test_while_a_list_loads_what_has_come_is_written_and_called_incomplete(
    make_app: MakeApp, emulator: Emulator, home: Path
) -> None:
    emulator.conditions = Conditions(rates=(Rate.parse("ListSuppressedDestinations=0.02:2"),))
    async with make_app(clock=lambda: NOW).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "more coming")
        await pilot.press("2", "x")
        await shows(pilot, "Incomplete", "what has not come is not in the", "~/account-2026-11-18-incomplete.csv")
        await pilot.press("enter")
        await shows(pilot, "addresses (incomplete) written to ~/account-2026-11-18-incomplete.csv.")
    assert 0 < len(rows(home / "account-2026-11-18-incomplete.csv")) < 2500
