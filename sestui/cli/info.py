"""`sestui info`: which files there are, what is set, and the end of the cache."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_state_path

from sestui import settings
from sestui.cli import permissions
from sestui.cli.options import add_connection, tenant_name
from sestui.domain.display import counted, printable
from sestui.services import cache_folder

if TYPE_CHECKING:
    from sestui.settings import KeySetting
    from sestui.ui.commands import Command


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_connection(parser, config=False)
    parser.add_argument(
        "--tenant", metavar="T", type=tenant_name, default=argparse.SUPPRESS, help="ask for permissions on this one"
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--config", dest="settings_of", nargs="?", const="", metavar="FILE", help="what is set, by what")
    what.add_argument("--permissions", action="store_true", help="which actions the role has; a call of each read")
    what.add_argument("--clear-cache", action="store_true", help="delete what was kept of lists")
    parser.add_argument("--json", action="store_true", help="tell the permissions as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Print what was asked for and return the exit status, as `cli.statuses` has them.

    `arguments.with_keys` tells the commands of the dashboard with their keys, as settings have them.
    """
    from sestui.cli.guarded import guarded

    return permissions.run(arguments) if arguments.permissions else guarded("info", lambda: _run(arguments))


def _run(arguments: argparse.Namespace) -> int:
    # Named before the command or, with its own option of that name, behind it.
    named = arguments.settings_of or arguments.config
    if arguments.settings_of is not None:
        _print_settings(settings.named(named, os.environ), arguments.with_keys)
    elif arguments.clear_cache:
        _clear()
    else:
        _print_places(settings.named(named, os.environ) or settings.default_path())
    return 0


def _print_places(config: Path) -> None:
    cache, state = cache_folder.user_folder(), user_state_path("sestui", appauthor=False)
    files = {
        "config": (config, _files([config])),
        "cache": (cache, cache_folder.parts(cache)),
        "state": (state, _files(sorted(state.rglob("*")))),
    }
    print(f"version  {version('sestui')}")
    for name, (path, found) in files.items():
        print(f"{name:8} {printable(str(path))}  {_sizes(found)}")
        for file, size in found:
            if file != path:
                print(f"{'':10} {printable(str(file.relative_to(path)))}  {_size(size)}")


def _files(paths: list[Path]) -> list[tuple[Path, int]]:
    return [(path, path.stat().st_size) for path in paths if path.is_file()]


def _print_settings(path: Path | None, with_keys: Callable[[Sequence[KeySetting]], Sequence[Command]]) -> None:
    found, keys = settings.read(path, os.environ)
    for name, option in settings.OPTIONS.items():
        value, source = found.get(name, (getattr(settings.Settings(), name), "the default"))
        text = str(value) if isinstance(value, int) else json.dumps(value, ensure_ascii=False)
        print(f"# {option.about} {option.allowed[0].upper()}{option.allowed[1:]}.")
        print(f"{name} = {text}  # {source}")
    print(
        '\n# What each command of the dashboard has: a key, a list of keys, or "" for none; in dialogs keys are fixed.'
    )
    print("[keys]")
    sources = {it.command: it.place for it in keys}
    for command in with_keys(keys):
        caps = command.keycaps
        text = json.dumps(caps if len(caps) > 1 else "".join(caps), ensure_ascii=False)
        print(f"# {command.help}")
        print(f"{command.id} = {text}  # {sources.get(command.id, 'the default')}")


def _clear() -> None:
    from sestui.services.cache import Cache

    folder = cache_folder.user_folder()
    deleted = asyncio.run(Cache(folder, time.time).clear())
    for path, size in deleted:
        print(f"deleted  {printable(str(path))}  {_size(size)}")
    if not deleted:
        print(f"There is no cache in {printable(str(folder))}.")


def _sizes(files: list[tuple[Path, int]]) -> str:
    if not files:
        return "(not there)"
    return f"{counted(len(files), 'file')}, {_size(sum(size for _, size in files))}"


def _size(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= 1e6 else counted(size, "byte")
