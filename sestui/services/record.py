"""A copy of the journal, line by line, for who collects such files: JSON, one object a line, only ever added to."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from sestui.domain.display import printable
from sestui.domain.errors import JournalTrouble


class Record:
    """Appends to a file that only its owner may read.

    Raises:
        JournalTrouble: it can't be written to. What is not copied is not done.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self, line: Mapping[str, object]) -> None:
        try:
            # At each line: between two of them the file may have been moved away.
            with open(self._path, "a", encoding="utf-8", opener=_private) as file:
                file.write(json.dumps(line) + "\n")
        except OSError as error:
            raise JournalTrouble(
                f"The journal's copy {printable(str(self._path))} can't be written: {error.strerror}."
            ) from error


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
