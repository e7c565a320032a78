"""A first start on a real terminal, without credentials: from what it says to the demo, in the same process."""

import re
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.terminal import PROGRAM, Terminal, wait_for


@pytest.fixture
def programs() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def _start(environment: dict[str, str], programs: ExitStack, *options: str) -> Terminal:
    opened = Terminal([PROGRAM, *options], environment)
    programs.callback(opened.close)
    opened.wait_for_dialog("Try the demo")
    return opened


@pytest.mark.parametrize("trouble", ["nothing", "profile", "file", "half a key"])
def test_from_nothing_to_the_demo_and_out_of_it(
    environment: dict[str, str], programs: ExitStack, tmp_path: Path, trouble: str
) -> None:
    (tmp_path / ".aws").mkdir()
    if trouble == "profile":
        environment["AWS_PROFILE"] = "not-there"
    elif trouble == "file":
        (tmp_path / ".aws" / "config").write_text("[default\n")
    elif trouble == "half a key":
        environment |= {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_REGION": "us-east-1"}
    screen = _start(environment, programs, "--read-only", "--tenant", "of-another-account")
    screen.write(b"\r")
    screen.wait_for("DEMO")
    screen.wait_for("READ-ONLY")
    screen.wait_for("Suppression list: account")
    screen.wait_for("50,000 addresses")
    screen.write(b"q")
    assert screen.ended() == 0
    # Both times the terminal was given back.
    assert screen.output.count(b"\x1b[?1049h") == screen.output.count(b"\x1b[?1049l") == 2
    assert "Traceback" not in screen.text


def test_settings_and_the_log_hold_for_the_demo_too(
    environment: dict[str, str], programs: ExitStack, tmp_path: Path
) -> None:
    settings, log = tmp_path / "settings.toml", tmp_path / "calls.jsonl"
    settings.write_text('[keys]\nquit = "Q"\n')
    screen = _start(environment, programs, "--low-bandwidth", "--config", str(settings), "--log", str(log))
    before = len(screen.output)
    screen.write(b"\r")
    screen.wait_for("50,000 addresses")
    # No colour is sent for a slow line.
    assert b"38;2" not in screen.output[before:]
    assert b"38;5" not in screen.output[before:]
    assert "ListSuppressedDestinations" in log.read_text()
    screen.write(b"Q")
    assert screen.ended() == 0


def test_a_signal_between_the_two_runs_ends_both(
    environment: dict[str, str], programs: ExitStack, tmp_path: Path
) -> None:
    (tmp_path / "temporary").mkdir()
    screen = _start(environment | {"TMPDIR": str(tmp_path / "temporary")}, programs)
    screen.write(b"\r")
    wait_for("the end of the first", lambda: screen.read() and b"\x1b[?1049l" in screen.output, lambda: screen.text)
    screen.process.send_signal(signal.SIGTERM)
    assert screen.ended() == 128 + signal.SIGTERM
    assert not list((tmp_path / "temporary").iterdir())


# Told to end as soon as the demo's folder is there, and its own application is not.
_TOLD = """
import os, signal, sys, tempfile
from sestui.__main__ import main
def entered(folder):
    os.kill(os.getpid(), signal.SIGTERM)
    return folder.name
tempfile.TemporaryDirectory.__enter__ = entered
sys.exit(main([]))
"""


def test_a_signal_once_the_demo_has_a_folder_clears_it_up(
    environment: dict[str, str], programs: ExitStack, tmp_path: Path
) -> None:
    (tmp_path / "temporary").mkdir()
    screen = Terminal([sys.executable, "-c", _TOLD], environment | {"TMPDIR": str(tmp_path / "temporary")})
    programs.callback(screen.close)
    screen.wait_for_dialog("Try the demo")
    screen.write(b"\r")
    assert screen.ended() == 128 + signal.SIGTERM
    assert not list((tmp_path / "temporary").iterdir())
    assert "Traceback" not in screen.text


def test_enter_many_times_at_once_goes_to_the_demo_without_delay(
    environment: dict[str, str], programs: ExitStack
) -> None:
    screen = _start(environment, programs)
    screen.write(b"\r" * 60)
    # Each key of one read is given up to 0.2 s.
    given_back = b"\x1b[?1049l"
    wait_for("the end", lambda: screen.read() and given_back in screen.output, lambda: screen.text, patience=5)
    screen.wait_for("50,000 addresses")
    screen.write(b"q")
    assert screen.ended() == 0


def test_ctrl_c_leaves(environment: dict[str, str], programs: ExitStack) -> None:
    screen = _start(environment, programs)
    screen.write(b"\x03")
    assert screen.ended() == 0


def test_it_leaves_without_the_demo(environment: dict[str, str], programs: ExitStack) -> None:
    screen = _start(environment, programs)
    screen.write(b"\x1b[A\r")
    assert screen.ended() == 0
    assert "DEMO" not in screen.text


STEP = {"enter": b"\r", "space": b" "}


@pytest.mark.parametrize(
    ("thing", "leads_to"),
    [
        (1, ("What it means for alice@corp.com", "BLOCKED by alice@corp.com")),
        (2, ("Remove from a suppression list", "BOUNCE ·", "@outlook.com  BOUNCE")),
        (3, ("Configuration set: retail-marketing", "Effective", "consults the list of tenant acme-retail")),
    ],
)
def test_each_of_the_three_things_leads_where_it_says_key_by_key(
    environment: dict[str, str], programs: ExitStack, tmp_path: Path, thing: int, leads_to: tuple[str, ...]
) -> None:
    screen = Terminal([PROGRAM, "--demo"], environment)
    programs.callback(screen.close)
    screen.wait_for("Three things to try")
    screen.wait_for("50,000 addresses")
    screen.settle()
    before = len(screen.output)
    # It stands still.
    assert not screen.read(1.5)
    (line,) = [
        found[1] for line in screen.screen.display if (found := re.search(rf"│ {thing}  \S.*?  +(.*?) +│", line))
    ]
    for step in line.split(", "):
        screen.write(STEP.get(step, step.encode()))
        screen.settle(0.7)
    for words in leads_to:
        screen.wait_for(words, before)
    assert "Three things" not in "\n".join(screen.screen.display)
