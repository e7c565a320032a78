"""What is on its way to the terminal. Nobody waits for a terminal that takes nothing: a stalled link stops no work."""

import os
import select
import signal
import termios
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import Final, TextIO

_MOST: Final = 32_768
"""Characters on their way before frames are left out: a few whole screens. The terminal holds 64 KiB more."""
_SLICE: Final = 16_384
"""Bytes in one write; one that is under way can't be called back."""
_PATIENCE: Final = 0.5
"""Seconds that the end waits for the terminal to take what is on its way."""
_LAST_PATIENCE: Final = 3.0
"""Seconds for what gives it back. Room for that has been made: only a machine without a moment for us needs them."""

_GIVE_BACK: Final = (
    "\x18"  # Ends a sequence that was cut.
    "\x1b[?2026l\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l\x1b[?2048l\x1b[?2004l\x1b[?1004l\x1b[?7h"
    "\x1b[0m\x1b[<u\x1b[?1049l\x1b[?25h"
)
"""Undoes whatever is set in a terminal: mouse, paste, focus, keys of kitty's, the other screen, no cursor."""


class Output(Thread):
    """Writes to a terminal in a thread of its own.

    `caught_up` is called there when all is sent that waited, if `is_behind` was true since; `gone` when nothing can be
    written any more.
    """

    def __init__(self, file: TextIO, caught_up: Callable[[], object], gone: Callable[[], object]) -> None:
        # What it waits for must not keep the process.
        super().__init__(name="output", daemon=True)
        # Not the file's own buffer: what could not be written would be written again in the end.
        self._fileno, self._encoding = file.fileno(), file.encoding
        self._caught_up = caught_up
        self._gone = gone
        self._queue = SimpleQueue[str | None]()
        """None is the end."""
        self._handed = self._sent = 0
        """Characters."""
        self._owes = False
        """Whether frames have been left out."""
        self._ended = False
        self._gave_up = False
        self._has_room = SimpleQueue[None]()
        """Holds something once there is room for what gives the terminal back.

        Not an Event, which a signal's handler may not set in the midst of another that does.
        """

    def write(self, text: str) -> None:
        """Have text sent, after what was written before; nothing once it has ended."""
        if not self._ended:
            self._handed += len(text)
            self._queue.put(text)

    def is_behind(self) -> bool:
        """Tell whether a frame would only wait: then it is to be left out, and all drawn when `caught_up` is called."""
        if self._handed - self._sent <= _MOST:
            return False
        if not self._owes:
            self._owes = True
            # It may have sent the last of it this very moment.
            self._queue.put("")
        return True

    def finish(self) -> None:
        """Send what waits and end. A terminal that takes nothing gets no more than what gives it back."""
        self._end()
        self.join(_PATIENCE)
        if self.is_alive():
            self.give_up()

    def give_up(self) -> None:
        """Send what gives the terminal back and nothing else, and end; in the main thread alone, be it in a signal."""
        self._gave_up = True
        self._end()
        # What the terminal has not read makes room for that.
        with suppress(termios.error):
            termios.tcflush(self._fileno, termios.TCOFLUSH)
        # Of which Linux tells nobody who waits to write.
        before = signal.signal(signal.SIGURG, lambda *_: None)
        if self.ident is not None and self.is_alive():
            signal.pthread_kill(self.ident, signal.SIGURG)
        self._has_room.put(None)
        self.join(_LAST_PATIENCE)
        signal.signal(signal.SIGURG, before)

    def run(self) -> None:
        parts: list[str | None] = []
        try:
            while None not in parts:
                # Nobody else takes anything out.
                parts = [self._queue.get(), *(self._queue.get() for _ in range(self._queue.qsize()))]
                text = "".join(filter(None, parts))
                self._send(text.encode(self._encoding, "backslashreplace"))
                self._sent += len(text)
                if self._owes and self._queue.empty():
                    self._owes = False
                    self._caught_up()
            if self._gave_up:
                # What makes the room would take this away, too.
                self._has_room.get()
                os.write(self._fileno, _GIVE_BACK.encode())
        except OSError:
            self._end()
            self._gone()

    def _send(self, data: bytes) -> None:
        while data and not self._gave_up:
            try:
                data = data[os.write(self._fileno, data[:_SLICE]) :]
            except BlockingIOError:
                # Whoever shares the terminal has set it so.
                select.select([], [self._fileno], [], 0.1)

    def _end(self) -> None:
        self._ended = True
        self._queue.put(None)
