"""`sestui emulator` as a process."""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from sestui.cli import emulator as command
from sestui.emulator.conditions import FaultKind, Quirks

_PROGRAM = """
import argparse, sys
from sestui.cli import emulator
parser = argparse.ArgumentParser(prog="sestui emulator")
emulator.add_arguments(parser)
sys.exit(emulator.run(parser.parse_args()))
"""
_TINY = ("--tenants=0", "--configuration-sets=0", "--addresses=3", "--tenant-addresses=0")


@contextmanager
def _process(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, *_TINY, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    rest, complaints = process.communicate(timeout=20)
    return process.returncode, rest, complaints


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_it_says_its_url_serves_and_ends(tmp_path: Path, number: int, status: int) -> None:
    log = tmp_path / "access.jsonl"
    with _process("--access-log", str(log), "--sandbox", "--enforcement-status", "PROBATION") as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        with urllib.request.urlopen(f"{url}/v2/email/account") as answer:
            account = json.load(answer)
        assert (account["ProductionAccessEnabled"], account["EnforcementStatus"]) == (False, "PROBATION")
        assert [json.loads(line)["operation"] for line in log.read_text().splitlines()] == ["GetAccount"]
        process.send_signal(number)
        assert _ended(process) == (status, "", "")


def test_it_ends_with_its_parents_pipe() -> None:
    with _process("--until-stdin-closes") as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        assert _ended(process) == (0, "", "")


def test_a_port_that_is_taken_is_told() -> None:
    with _process() as first:
        assert first.stdout is not None
        port = first.stdout.readline().strip().rpartition(":")[2]
        with _process("--port", port) as second:
            status, out, complaint = _ended(second)
    assert (status, out) == (2, "")
    assert port in complaint


def _parse(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return parser.parse_args(arguments)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--host", "0.0.0.0"], "loopback"),
        (["--host", "example.com"], "loopback"),
        (["--port", "70000"], "65535"),
        (["--addresses", "-1"], "whole number"),
        (["--latency", "-1"], "milliseconds"),
        (["--rate", "fast"], "PER_SECOND"),
        (["--fault", "fire=1"], "reset-after"),
        (["--quirk", "order=up"], "descending"),
        (["--quirk", "colour=red"], "date-bounds"),
    ],
)
def test_what_is_wrong_is_told_with_what_is_right(
    capsys: pytest.CaptureFixture[str], arguments: list[str], named: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        _parse(*arguments)
    assert ended.value.code == 2
    assert named in capsys.readouterr().err


def test_options_are_in_the_units_of_the_interface() -> None:
    arguments: Any = _parse("--latency", "50", "--rate", "1", "--rate", "GetTenant=2:5", "--host", "localhost")
    assert arguments.latency == 0.05
    assert [rate.operation for rate in arguments.rate] == [None, "GetTenant"]
    assert arguments.host == "127.0.0.1"


def test_the_help_names_every_fault_and_quirk() -> None:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    text = parser.format_help()
    for kind in FaultKind:
        assert kind in text
    for name in Quirks.__slots__:
        value = getattr(Quirks(), name)
        assert name.replace("_", "-") in text
        if isinstance(value, StrEnum):
            assert all(choice in text for choice in type(value))


def test_reading_the_arguments_imports_no_server() -> None:
    check = (
        "import argparse, sys; from sestui.cli import emulator;"
        "emulator.add_arguments(argparse.ArgumentParser());"
        "print([name for name in ('aiohttp', 'botocore', 'sqlite3') if name in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", check], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )
    assert run.stdout.strip() == "[]"
