"""What is told of a bug: a line on standard error, and a file for whoever mends it."""

from __future__ import annotations

import os
import platform
import traceback
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from sestui.cli.statuses import CRASHED
from sestui.domain.display import printable
from sestui.domain.errors import NotOurs
from sestui.services.private import private_folder

_KEPT: Final = 10
"""Files of crashes; the oldest go."""
_WORDS: Final = 200
"""Characters of an error's own text that the line holds."""


def report(error: Exception, folder: Path, now: float) -> int:
    """Write down how the program came to this error, say so and return the exit status.

    The file holds no values of variables and no arguments: of addresses and secrets no more than the errors' own texts.

    Args:
        folder: the state folder; files are in its `crashes`.
        now: seconds since 1970.
    """
    what = ": ".join(printable(it) for it in (type(error).__name__, str(error)[:_WORDS]) if it)
    lines = [
        ", ".join([*(f"{it} {version(it)}" for it in ("sestui", "textual", "aiobotocore")), platform.platform()]),
        f"Python {platform.python_version()}",
        *"".join(traceback.format_exception(error)).splitlines(),
    ]
    text = "\n".join([*map(printable, lines), ""])
    try:
        file = _write(folder / "crashes", text, now)
        told = f"sestui crashed: {what}. The traceback is in {printable(str(file))}; please report it.\n"
    except (NotOurs, OSError, ValueError) as trouble:
        told = f"{text}sestui crashed: {what}. The traceback, above, can't be kept: {printable(str(trouble))}.\n"
    tell(told)
    return CRASHED


def tell(text: str) -> None:
    """Write to standard error, where that is still there.

    Not by way of `sys.stderr`, which would try once more in the end, and change the exit status when it fails.
    """
    with suppress(OSError):
        os.write(2, text.encode(errors="backslashreplace"))


def _write(folder: Path, text: str, now: float) -> Path:
    private_folder(folder)
    file = folder / f"{datetime.fromtimestamp(now, UTC):%Y%m%dT%H%M%SZ}-{os.getpid()}.txt"
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "w", encoding="utf-8") as it:
        it.write(text)
    for old in sorted(folder.glob("*.txt"))[:-_KEPT]:
        old.unlink(missing_ok=True)
    return file
