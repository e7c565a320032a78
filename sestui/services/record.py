"""A copy of the journal, line by line, for who collects such files: JSON, one object a line, only ever added to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from sestui.domain.display import printable
from sestui.domain.errors import JournalTrouble, NotOurs
from sestui.services.private import added_to


class Record:
    """Appends to a file that is its owner's alone.

    Raises:
        JournalTrouble: it can't be written to. What is not copied is not done.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self, line: Mapping[str, object]) -> None:
        try:
            # At each line: between two of them the file may have been moved away.
            with added_to(self._path) as file:
                file.write(json.dumps(line) + "\n")
        except (OSError, ValueError, NotOurs) as error:
            why = error.strerror if isinstance(error, OSError) else str(error).removesuffix(".")
            raise JournalTrouble(f"The journal's copy {printable(str(self._path))} can't be written: {why}.") from error
