"""`--log`: a line of JSON for each request. It never holds a credential, nor SES's own words, which may."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from sestui.domain.display import printable
from sestui.domain.errors import FileTrouble, NotOurs, SestuiError
from sestui.domain.request import Request
from sestui.services.private import added_to


class CallLog:
    """Appends to a file of 0600."""

    def __init__(
        self, path: Path, clock: Callable[[], float], tell: Callable[[SestuiError], None], *, addresses: bool = False
    ) -> None:
        """Open the file; `tell` hears once if it can't be written to later, and `addresses` are written if asked for.

        Raises:
            FileTrouble: it can't be opened, or is not ours alone.
        """
        self._clock = clock
        self.tell = tell
        self._addresses = addresses
        self._where = printable(str(path))
        try:
            self._file = added_to(path)
        except (OSError, ValueError, NotOurs) as error:
            why = error.strerror if isinstance(error, OSError) else str(error)
            raise FileTrouble(f"The log {self._where} can't be written: {why}.") from error

    def hear(self, request: Request) -> None:
        """Write a line of it."""
        if self._file.closed:
            return
        now = datetime.fromtimestamp(self._clock(), UTC)
        line = {
            "time": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "operation": request.operation,
            "code": request.code or None,
            "request_id": request.request_id,
            "duration": round(request.took, 4),
        }
        if self._addresses and request.address is not None:
            line["address"] = request.address
        try:
            self._file.write(json.dumps(line) + "\n")
            # Whoever follows it wants the last line, above all of a program that has died.
            self._file.flush()
        except OSError as error:
            self.close()
            self.tell(FileTrouble(f"The log {self._where} ends here: {error.strerror}."))

    def close(self) -> None:
        """Write no more."""
        # What could not be written is tried once more here; `tell` was told.
        with suppress(OSError):
            self._file.close()
