"""What a person waits for goes before the jobs of other processes too: SES has one quota for all, each its own pacer.

A file of the account and Region tells it. Its modification time is until when others hold back: a little ahead while
somebody waits, the end of the last call when nobody does. So whoever dies holds nobody back for long.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import quote

from sestui.domain.suppression import Connection

_HOLD: Final = 2.0
"""Seconds for which one claim holds; whoever waits longer renews it."""


class RightOfWay:
    """The claims of all processes of one user on one quota.

    Where the file can't be had nobody claims and nobody yields: the calls are made all the same.
    """

    def __init__(self, folder: Path, where: Callable[[], Connection], clock: Callable[[], float]) -> None:
        """Before the connection that `where` returns names an account there is none. `clock`: seconds since 1970."""
        self._folder = folder
        self._where = where
        self._clock = clock

    def claim(self) -> None:
        """Have jobs hold back for now."""
        self._set(self._clock() + _HOLD)

    def end(self) -> None:
        """Have them go on."""
        self._set(self._clock())

    def claimed_for(self) -> float:
        """Return for how many seconds yet a job has to hold back; negative: for how many it needn't any more."""
        path = self._path
        if path is None:
            return -_HOLD
        try:
            left = path.lstat().st_mtime - self._clock()
        except FileNotFoundError:
            # Made by those who yield: where no job ever ran there is nobody to tell, and nothing is left behind.
            with suppress(OSError):
                os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
            return -_HOLD
        except OSError:
            return -_HOLD
        # Else the clock was set back since.
        return left if left <= _HOLD else -_HOLD

    def _set(self, until: float) -> None:
        if (path := self._path) is not None:
            with suppress(OSError):
                os.utime(path, (until, until), follow_symlinks=False)

    @property
    def _path(self) -> Path | None:
        where = self._where()
        # Both are data: neither may lead to another folder.
        name = quote(f"{where.account}-{where.region}.right-of-way", safe="", errors="replace")
        return self._folder / name if where.account else None
