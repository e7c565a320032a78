"""What was changed, line by line, in a file of the user's: who asked, the entry as it was, what became of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sestui.domain.suppression import Connection, SuppressedDestinationSummary
    from sestui.services.changes import Change, Result


class Record:
    """Appends a JSON object a line to a file that only its owner may read."""

    def __init__(self, path: Path, clock: Callable[[], float]) -> None:
        self.path = path
        self._clock = clock

    def open(self) -> None:
        """Make the file, 0600 in a folder of 0700.

        Raises:
            OSError: it can't be written.
        """
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(self.path, "a", opener=_private):
            pass

    def plan(self, connection: Connection, change: Change) -> None:
        """Write down what was agreed to with the rows as they were, before any of it is done."""
        self._write(
            {
                **self._where(connection, change),
                "plan": change.kind,
                "entries": [
                    {"address": it.address, "reason": it.reason, "before": _row(it.before)} for it in change.remaining
                ],
                "note": change.note,
            }
        )

    def outcome(self, connection: Connection, change: Change, result: Result) -> None:
        """Write down what became of one address, with the row as it was."""
        self._write(
            {
                **self._where(connection, change),
                "address": result.entry.address,
                "before": _row(result.entry.before),
                "outcome": result.outcome,
                "after": _row(result.after),
                "detail": result.detail,
            }
        )

    def settings(
        self, connection: Connection, action: str, before: object | None, after: object | None, outcome: str
    ) -> None:
        """Write down a change of settings: what was there and what is to be, each a dataclass of `domain.settings`.

        `outcome` is `planned` before anything is sent.
        """
        self._write(
            {
                **self._caller(connection),
                "action": action,
                "before": _members(before),
                "after": _members(after),
                "outcome": outcome,
            }
        )

    def _where(self, connection: Connection, change: Change) -> dict[str, object]:
        return {**self._caller(connection), "tenant": change.which.tenant_name}

    def _caller(self, connection: Connection) -> dict[str, object]:
        return {
            "time": self._clock(),
            "account": connection.account,
            "region": connection.region,
            "endpoint": connection.endpoint,
            "caller": connection.arn,
        }

    def _write(self, line: dict[str, object]) -> None:
        import json  # 2 ms that a start does without.

        with open(self.path, "a", encoding="utf-8", opener=_private) as file:
            file.write(json.dumps(line) + "\n")


def _private(path: str, flags: int) -> int:
    # At each write: between two of them the file may have been moved away.
    return os.open(path, flags, 0o600)


def _members(settings: object | None) -> dict[str, object] | None:
    return None if settings is None else asdict(settings)  # type: ignore[call-overload]


def _row(row: SuppressedDestinationSummary | None) -> dict[str, object] | None:
    return None if row is None else {"reason": row.reason, "last_update": row.last_update}
