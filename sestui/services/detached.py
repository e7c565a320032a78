"""A job's own process, which outlives the terminal, the connection over SSH and whoever started it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from shutil import which
from typing import Final

from sestui.domain.display import printable
from sestui.domain.errors import JournalTrouble, NotOurs
from sestui.domain.secret import Secret
from sestui.services.in_thread import in_thread
from sestui.services.journal_file import log_of
from sestui.services.logout import Logout
from sestui.services.private import private_folder

_KEYS: Final = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN")
"""What a process's environment tells of its credentials; the last is the older name of the third."""
_SAID: Final = 4000
"""Bytes of its complaint that are shown."""


class Child:
    """A process that was started here, as long as this one lives."""

    def __init__(self, job: int, pid: int, log: Path) -> None:
        self.job = job
        self.pid = pid
        self.log = log
        """What it wrote, if anything: it has no terminal."""
        self._status: int | None = None

    def ended(self) -> int | None:
        """Return its exit status, negative for a signal that ended it, or None while it runs; never waits."""
        if self._status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self._status = os.waitstatus_to_exitcode(status) if pid else None
        return self._status

    def trouble(self) -> str:
        """Say why it ended, where the journal can't tell: it did not come to begin, or died. Else it is empty."""
        status = self.ended()
        if status is None:
            return ""
        with suppress(OSError), open(self.log, "rb") as log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - _SAID))
            if said := log.read().decode(errors="replace").strip():
                # After a crash the last line says what it was.
                return printable(said.splitlines()[-1])
        return f"its process was ended by signal {-status}" if status < 0 else ""


async def start(
    folder: Path,
    job: int,
    secret: Secret,
    logout: Logout = Logout(),  # noqa: B008 - frozen
    options: tuple[str, ...] = (),
) -> Child:
    """Run a job of the journal in a folder as a process of its own; `options` come before its command.

    Raises:
        JournalTrouble: its output can't be kept there, or it can't be started.
    """
    return await in_thread(_start, folder, job, secret, logout, options)


def _start(folder: Path, job: int, secret: Secret, logout: Logout, options: tuple[str, ...]) -> Child:
    log = log_of(folder, job)
    try:
        private_folder(folder)
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except (OSError, ValueError, NotOurs) as error:
        raise JournalTrouble(f"Job {job} can't be started as its own process: {error}.") from error
    command = [*logout.through, sys.executable, *_safely(), "-m", "sestui", *options, "jobs", "run", str(job)]
    # It is told the folder: another may have a job of the same number.
    command += ["--detached", str(folder)]
    reading, writing = os.pipe()
    try:
        pid = os.posix_spawn(
            which(command[0]) or command[0],
            command,
            _environment(os.environ, secret, logout),
            file_actions=[
                (os.POSIX_SPAWN_DUP2, reading, 0),
                (os.POSIX_SPAWN_DUP2, output, 1),
                (os.POSIX_SPAWN_DUP2, output, 2),
            ],
            # No terminal is its own any more, so none can hang it up.
            setsid=True,
        )
    except OSError as error:
        os.close(writing)
        raise JournalTrouble(f"Job {job} can't be started as its own process: {error.strerror}.") from error
    finally:
        os.close(reading)
        os.close(output)
    with suppress(BrokenPipeError):
        os.write(writing, secret.text)
    os.close(writing)
    return Child(job, pid, log)


def _safely() -> tuple[str, ...]:
    """Whoever runs sestui from its own folder gets that; else what lies in the folder one is in must not be run."""
    with suppress(OSError):
        if Path(__file__).parents[2] == Path.cwd():
            return ()
    return ("-P",)


def _environment(environ: Mapping[str, str], secret: Secret, logout: Logout) -> dict[str, str]:
    found = {name: value for name, value in environ.items() if not (secret and name in _KEYS)}
    # `systemd-run --user` finds its manager there; after su or sudo it is not told.
    return {"XDG_RUNTIME_DIR": f"/run/user/{os.getuid()}", **found} if logout.through else found
