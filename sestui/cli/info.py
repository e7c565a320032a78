"""`sestui info`: which files there are, what is set, and the end of the cache."""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from platformdirs import user_state_path

from sestui import settings
from sestui.cli import permissions
from sestui.domain.display import counted, printable
from sestui.domain.errors import UsageError
from sestui.services import cache_folder

_FAILED = 1
_USAGE = 2


def run(arguments: argparse.Namespace) -> int:
    """Print what was asked for; 0, 1 if the cache can't be deleted, 2 if the settings can't be read."""
    if arguments.permissions:
        return permissions.run(arguments)
    # Named before the command or, with its own option of that name, behind it.
    named = arguments.settings_of or arguments.config
    try:
        if arguments.settings_of is not None:
            _print_settings(Path(named) if named else None)
        elif arguments.clear_cache:
            _clear()
        else:
            _print_places(Path(named) if named else settings.default_path())
    except UsageError as error:
        print(f"sestui info: {error}", file=sys.stderr)
        return _USAGE
    except OSError as error:
        print(f"sestui info: {error}", file=sys.stderr)
        return _FAILED
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


def _print_settings(path: Path | None) -> None:
    found = settings.read(path)
    values = replace(settings.Settings(), **found)
    file = printable(str(path or settings.default_path()))
    for name, option in settings.OPTIONS.items():
        value = getattr(values, name)
        text = str(value) if isinstance(value, int) else json.dumps(value, ensure_ascii=False)
        print(f"# {option.about} {option.allowed[0].upper()}{option.allowed[1:]}.")
        print(f"{name} = {text}  # {file if name in found else 'the default'}")


def _clear() -> None:
    folder = cache_folder.user_folder()
    deleted = cache_folder.delete(folder, time.time())
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
