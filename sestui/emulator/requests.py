"""What was asked of an emulator, kept for tests and written to its access log."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TextIO

from sestui.emulator.mail import Mail

KEPT = 100_000
"""Requests remembered at least; a benchmark's millions must not fill the memory."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request and how it ended."""

    time: float
    """When it came, in seconds since the epoch."""
    operation: str
    parameters: Mapping[str, Any]
    """By the members' names; a time is in seconds since the epoch."""
    status: int
    """Of HTTP; 0 if it got no answer."""
    error: str | None
    """The error's type, or the fault's kind if there was no answer."""
    mail: Mail | None = None
    """What SendEmail accepted."""


class RequestLog:
    """The requests, newest last, and a JSON line for each in `file`."""

    def __init__(self, file: TextIO | None) -> None:
        self.requests: list[Request] = []
        self._file = file

    def add(self, request: Request) -> None:
        if len(self.requests) >= 2 * KEPT:
            del self.requests[:KEPT]
        self.requests.append(request)
        if self._file is not None:
            line = {name: getattr(request, name) for name in Request.__slots__ if name != "mail"}
            if request.mail is not None:
                line["mail"] = request.mail.told()
            self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
            # A reader follows the file while the emulator serves.
            self._file.flush()
