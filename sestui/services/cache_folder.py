"""The folder of the cache: what is in it, what was set aside, and the end of it.

The file has a folder of its own, `lists`, with nothing else but its -wal and its -shm, so that one renaming moves all
three: a new file beside another's -wal would be damaged by it.
"""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

HOME: Final = "lists"
_ASIDE: Final = f"{HOME}.set-aside-"
"""Begins the name of what was set aside; the time ends it."""


def user_folder() -> Path:
    """Return the user's cache folder for this program, made or not."""
    from platformdirs import user_cache_path

    return user_cache_path("sestui", appauthor=False)


def parts(folder: Path) -> list[tuple[Path, int]]:
    """Return the files of the cache and of what was set aside, with their sizes in bytes."""
    inside = [path for home in [folder / HOME, *_aside(folder)] for path in [home, *sorted(home.rglob("*"))]]
    return [(path, path.lstat().st_size) for path in inside if path.is_symlink() or path.is_file()]


def set_aside(folder: Path, now: float) -> Path:
    """Give what is there another name, with the time in it, and return that.

    Raises:
        OSError: it can't be renamed, or there is nothing.
    """
    name, number = folder / _name(now), 0
    free = name
    while free.exists():
        number += 1
        free = name.with_name(f"{name.name}-{number}")
    return (folder / HOME).rename(free)


def drop_aside(folder: Path, before: float) -> None:
    """Delete what was set aside before a time, in seconds since 1970.

    Raises:
        OSError: something can't be deleted.
    """
    for path in _aside(folder):
        if path.name < _name(before):
            _delete(path)


def delete(folder: Path, now: float) -> list[tuple[Path, int]]:
    """Delete the cache and what was set aside; return the files it was.

    Raises:
        OSError: something can't be deleted.
    """
    deleted = parts(folder)
    if (folder / HOME).exists():
        # First out of the way, at once: a half-deleted one would be opened by another sestui.
        set_aside(folder, now)
    for path in _aside(folder):
        _delete(path)
    return deleted


def _name(at: float) -> str:
    return f"{_ASIDE}{datetime.fromtimestamp(at, UTC):%Y%m%dT%H%M%SZ}"


def _aside(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"{_ASIDE}*"))


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
