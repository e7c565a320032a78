"""`sestui info`: where the files are, what is set and by what, and the end of the cache."""

import asyncio
import os
import subprocess
import sys
import tomllib
from collections.abc import AsyncIterator
from math import inf
from pathlib import Path

import pytest

from sestui.__main__ import main
from sestui.domain.errors import CacheTrouble
from sestui.domain.suppression import Reason, SuppressedDestinationSummary
from sestui.services.cache import Cache, Key
from sestui.services.cache_folder import user_folder
from sestui.services.rows import Columns
from sestui.settings import OPTIONS, Settings, load
from sestui.ui.commands import COMMANDS, with_keys

KEY = Key("123456789012", "us-east-1")
NOON = 1_795_348_800.0


@pytest.mark.parametrize("arguments", [["--print-completion", "bash"], ["info", "--config"], ["info"]])
def test_a_reader_that_has_enough_is_no_error(arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "sestui", *arguments]
    ended = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for kind in ("config", "cache", "state"):
        monkeypatch.setenv(f"XDG_{kind.upper()}_HOME", str(tmp_path / kind))
    return tmp_path


def keep(address: str) -> None:
    async def batches() -> AsyncIterator[Columns]:
        yield Columns.of([SuppressedDestinationSummary(address, Reason.BOUNCE, NOON)])

    asyncio.run(Cache(user_folder(), lambda: NOON).write(KEY, batches(), read_at=NOON, known_since=-inf))


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_it_says_where_everything_is_though_nothing_is_there(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info"]) == 0
    version, *places = capsys.readouterr().out.splitlines()
    assert version.startswith("version  0.")
    assert places == [
        f"config   {home}/config/sestui/config.toml  (not there)",
        f"cache    {home}/cache/sestui  (not there)",
        f"state    {home}/state/sestui  (not there)",
    ]
    assert list(home.iterdir()) == []


def test_it_says_how_large_the_files_are_and_not_what_is_in_them(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep("alice@corp.com")
    write(home / "config/sestui/config.toml", "cache_days = 3\n")
    write(home / "state/sestui/changes.jsonl", '{"address": "bob@corp.com"}\n')
    assert main(["info"]) == 0
    told = capsys.readouterr().out
    size = (home / "cache/sestui/lists/lists.sqlite").stat().st_size
    assert f"config   {home}/config/sestui/config.toml  1 file, 15 bytes\n" in told
    assert f"cache    {home}/cache/sestui  1 file, {size:,} bytes\n" in told
    assert f" lists/lists.sqlite  {size:,} bytes\n" in told
    assert " changes.jsonl  28 bytes\n" in told
    assert "@" not in told


def test_clearing_the_cache_deletes_it_and_what_was_set_aside(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep("alice@corp.com")
    write(home / "cache/sestui/lists/lists.sqlite", "nonsense" * 1000)
    with pytest.raises(CacheTrouble, match="set aside"):
        keep("alice@corp.com")
    keep("bob@corp.com")
    other = write(home / "state/sestui/changes.jsonl", "\n")
    assert main(["info", "--clear-cache"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert [line.rpartition("/")[0] for line in told] == [
        f"deleted  {home}/cache/sestui/lists",
        f"deleted  {home}/cache/sestui/lists.set-aside-20261122T120000Z",
    ]
    assert list((home / "cache/sestui").iterdir()) == []
    assert other.exists()
    assert main(["info", "--clear-cache"]) == 0
    assert capsys.readouterr().out == f"There is no cache in {home}/cache/sestui.\n"


def test_the_settings_are_told_with_what_set_them_and_can_be_read_back(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = write(home / "config/sestui/config.toml", "live_interval = 60\n")
    assert main(["info", "--config"]) == 0
    told = capsys.readouterr().out
    assert f"live_interval = 60  # {config}\n" in told
    assert 'cache = "on"  # the default\n' in told
    assert "# How often a live list asks for what is new. A whole number from 5 to 3,600 (seconds).\n" in told
    assert load(write(home / "told.toml", told))._replace(keys=()) == Settings(live_interval=60)
    assert tomllib.loads(told).keys() == OPTIONS.keys() | {"keys"}


def test_what_a_variable_sets_is_told_with_its_name(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = write(home / "other.toml", 'theme = "ansi"\ncache = "off"\n')
    monkeypatch.setenv("SESTUI_CONFIG", str(other))
    monkeypatch.setenv("SESTUI_THEME", "light")
    assert main(["info", "--config"]) == 0
    told = capsys.readouterr().out
    assert 'theme = "light"  # SESTUI_THEME\n' in told
    assert f'cache = "off"  # {other}\n' in told
    monkeypatch.setenv("SESTUI_THEME", "zebra")
    assert main(["info", "--config"]) == 2
    assert main(["list"]) == 2
    errors = capsys.readouterr().err.splitlines()
    assert [line.partition(": ")[2].partition(";")[0] for line in errors] == [
        "SESTUI_THEME: theme can't be 'zebra'"
    ] * 2


def test_every_command_is_told_with_its_keys(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = write(home / "config/sestui/config.toml", '[keys]\nfind = ["f2", "F"]\nlive = ""\n')
    assert main(["info", "--config"]) == 0
    told = capsys.readouterr().out
    assert tomllib.loads(told)["keys"].keys() == {command.id for command in COMMANDS}
    assert f'find = ["f2", "F"]  # {config}, line 2\n' in told
    assert f'live = ""  # {config}, line 3\n' in told
    assert '# Filter the pane in focus; in the tree SES is asked\nfilter = "/"  # the default\n' in told
    # What is told can be set.
    assert with_keys(load(write(home / "told.toml", told)).keys) == with_keys(load(config).keys)
    write(config, "[keys]\nfnd = 'f2'\n")
    assert main(["info", "--config"]) == 2
    assert "line 2: there is no command fnd; did you mean find?" in capsys.readouterr().err


@pytest.mark.parametrize("before", [True, False])
def test_another_file_of_settings_can_be_named(home: Path, capsys: pytest.CaptureFixture[str], before: bool) -> None:
    other = str(write(home / "other.toml", 'cache = "off"\n'))
    assert main(["--config", other, "info", "--config"] if before else ["info", "--config", other]) == 0
    assert f'cache = "off"  # {other}\n' in capsys.readouterr().out


def test_a_mistake_in_the_settings_is_told_with_its_place(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = write(home / "config/sestui/config.toml", "\ncache = 1\n")
    assert main(["info", "--config"]) == 2
    streams = capsys.readouterr()
    assert streams.out == ""
    assert streams.err == f'sestui info: {config}, line 2: cache can\'t be 1; it is "on" or "off".\n'
    # The paths are told all the same: that is where the mistake is.
    assert main(["info"]) == 0
