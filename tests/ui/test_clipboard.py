"""`y`: where copied text goes, and that it is said by which way."""

import re
from base64 import b64decode
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sestui.domain.display import printable
from sestui.domain.errors import FileTrouble
from sestui.domain.suppression import Reason, SuppressionList
from sestui.sesv2.gateway import Gateway
from sestui.ui.clipboard import Clipboard
from tests.conftest import MakeApp
from tests.ui.screen import shows

_TEXTS = st.text(st.characters(), max_size=3000)


async def _sent(text: str, **environ: str) -> tuple[str, str]:
    pieces: list[str] = []
    words = await Clipboard(environ, pieces.append, lambda: Path("/nonexistent")).copy(text)
    return "".join(pieces), words


@given(_TEXTS)
async def test_a_terminal_gets_the_text_as_it_is_by_osc_52(text: str) -> None:
    sent, words = await _sent(text, TERM="xterm-256color")
    found = re.fullmatch(r"\x1b]52;c;([A-Za-z0-9+/=]*)\x07", sent)
    assert found
    assert b64decode(found[1]).decode("utf-8", "surrogatepass") == text
    assert "OSC 52" in words


@given(_TEXTS)
async def test_gnu_screen_hands_on_the_same_in_pieces_that_it_has_room_for(text: str) -> None:
    sent, _ = await _sent(text, TERM="screen", STY="1234.pts-0.host")
    pieces = re.findall(r"\x1bP(.*?)\x1b\\", sent, re.DOTALL)
    assert all(len(piece) < 768 for piece in pieces)
    assert "".join(pieces) == (await _sent(text, TERM="xterm"))[0]


@pytest.mark.parametrize(
    ("environ", "length"),
    [({"TERM": "linux"}, 9), ({}, 9), ({"TERM": "xterm"}, 74_995), ({"TERM": "tmux", "TMUX": "/nonexistent,1,0"}, 9)],
    ids=["no clipboard", "no terminal told", "too much", "no tmux there"],
)
async def test_what_no_terminal_takes_goes_to_a_file_that_its_owner_alone_reads(
    environ: dict[str, str], length: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    folder = tmp_path / "state"
    clipboard = Clipboard(environ, pytest.fail, lambda: folder)
    for text in ("a" * length, "b" * length):
        assert await clipboard.copy(text) == f"into the file {folder / 'copied.txt'}"
        assert (folder / "copied.txt").read_text() == text
    assert (folder / "copied.txt").stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


async def test_where_there_is_no_place_for_the_file_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("no folder")
    with pytest.raises(FileTrouble, match="state can't be written to"):
        await Clipboard({}, pytest.fail, lambda: tmp_path / "state").copy("alice@corp.com")


async def test_the_marked_are_copied_else_the_one_under_the_cursor(make_app: MakeApp, gateway: Gateway) -> None:
    """One that a shell would obey is copied as it is shown."""
    names = ["user1@corp.com", "user2@corp.com", "a\x1b[2J@corp.com"]
    for address in names:
        await gateway.put_suppressed_destination(SuppressionList(), address, Reason.BOUNCE)
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, *(printable(name) for name in names))
        await pilot.press("y")
        await shows(pilot, "1 address: Copied ")
        assert pilot.app.clipboard in map(printable, names)
        await pilot.press("2", "asterisk", "slash", *"user1", "enter", "y")
        await shows(pilot, "3 addresses (2 of them hidden by the filter): Copied ")
        assert sorted(pilot.app.clipboard.split("\n")) == sorted(map(printable, names))
