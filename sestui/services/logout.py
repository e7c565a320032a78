"""What becomes of a process of ours when its user logs out of this host: some hosts end it."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from shutil import which
from typing import Final

from sestui.services.in_thread import in_thread

_PATIENCE: Final = 2.0
"""Seconds that systemd-logind is given to answer."""
_LOGIND: Final = ("org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager")
_SCOPE: Final = ("systemd-run", "--user", "--scope", "--quiet", "--collect", "--")


@dataclass(frozen=True, slots=True)
class Logout:
    """What a logout does to a process that was started in a session of its own."""

    ends_it: str = ""
    """Why it will not survive, in a sentence; empty where it will."""
    through: tuple[str, ...] = ()
    """The command to start it through, so that it will."""


async def at_logout() -> Logout:
    """Ask systemd-logind, where there is one. This takes four seconds at most, off the loop."""
    return await in_thread(_ask)


def _ask() -> Logout:
    try:
        user = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return Logout()
    properties = ("KillUserProcesses", "KillExcludeUsers", "KillOnlyUsers")
    # One line each: `b true`, `as 1 "root"`, `as 0`.
    kills, spared, only = ([*_told("busctl", "get-property", *_LOGIND, *properties).splitlines(), "", "", ""])[:3]
    named = f'"{user}"'
    if kills.strip() != "b true" or named in spared or ('"' in only and named not in only):
        return Logout()
    if _told("loginctl", "show-user", user, "--property=Linger").strip() == "Linger=yes" and which(_SCOPE[0]):
        return Logout(through=_SCOPE)
    return Logout(
        "This host ends a user's processes at logout (systemd's KillUserProcesses): the job stops when you log out,"
        f" and `sestui jobs run` goes on with it. `loginctl enable-linger {user}` lets the next one outlive that."
    )


def _told(program: str, *arguments: str) -> str:
    """Return what a program writes; nothing where there is none, it fails or takes too long."""
    found = which(program)
    if found is None:
        return ""
    try:
        ran = subprocess.run(
            [found, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_PATIENCE,
            text=True,
            errors="replace",
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return ran.stdout if ran.returncode == 0 else ""
