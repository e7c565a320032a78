"""Folders and files that only their owner reads, and that nobody else may have written."""

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from sestui.domain.display import printable
from sestui.domain.errors import NotOurs


def private_folder(path: Path) -> None:
    """Make a folder, and those it is in, where there is none; 0700 whatever the umask.

    Raises:
        NotOurs: it is not ours alone.
        ValueError: it is no folder.
        OSError: it can't be made.
    """
    for missing in [it for it in [*reversed(path.parents), path] if not it.exists()]:
        missing.mkdir(mode=0o700, exist_ok=True)
        missing.chmod(0o700)
    if not path.is_dir():
        raise ValueError("no folder")
    _see_to(path, path.stat(), 0o700)


def private_file(path: Path, *, make: bool) -> int:
    """Make a file of 0600 where there is none and one is wanted; return its inode, 0 where there still is none.

    One that is there must not be opened: closing it would end the locks of SQLite's connections in this process.

    Raises:
        NotOurs: it is not ours alone.
        ValueError: it is no file.
        OSError: it can't be made.
    """
    if make:
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    try:
        state = path.lstat()
    except FileNotFoundError:
        return 0
    if not stat.S_ISREG(state.st_mode):
        raise ValueError("no file")
    _see_to(path, state, 0o600)
    return state.st_ino


def added_to(path: Path) -> TextIO:
    """Open a text file of 0600 to be added to, made where there is none.

    Raises:
        NotOurs, ValueError, OSError: as `private_file`.
    """
    private_file(path, make=True)
    return open(path, "a", encoding="utf-8", opener=_no_link)


def _no_link(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def _see_to(path: Path, state: os.stat_result, mode: int) -> None:
    """See to it that it is ours and nobody else can write to it; nor, from now on, read it."""
    where = printable(str(path))
    if state.st_uid != os.geteuid():
        raise NotOurs(f"{where} belongs to another user.")
    if state.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise NotOurs(f"Others can write to {where}. `chmod go-w` ends that.")
    if stat.S_IMODE(state.st_mode) != mode:
        path.chmod(mode)
