"""The terminal's driver: Textual's own, but text that arrives in one read is told from keys.

A terminal or a tmux without bracketed paste sends pasted text as plain characters; as keys they would run commands.
Reads private names of Textual's driver (`_debug`), hence the pin in pyproject.toml.
"""

import os
import re
import selectors
import threading
from codecs import getincrementaldecoder
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Event, Key
from textual.message import Message

from sestui.ui.frames import Frames

_READ: Final = 4096
_HUNG_UP: Final = 129
"""Exit status, as of a program that SIGHUP ended."""
_GAP: Final = 0.02
"""Seconds to wait for more once several characters came at once: tmux hands a paste on in pieces."""

WHERE_IS_THE_CURSOR: Final = "\x1b[6n"
"""Answered by a terminal in turn, so the answer proves that it has painted what was sent before."""


_REPORTS: Final = re.compile(r"\x1b\[(?:[IO]|\d+;\d+R|<\d+;-?\d+;-?\d+[Mm])")
"""What a terminal sends on its own: focus, cursor position, mouse."""
_WAIT: Final = 0.2
"""Seconds at most until a key has had its effect and the next of the same read is sent."""
_ONE_BY_ONE: Final = 64
"""So many keys in one read are a person's on a slow link; more are text."""


class TextInOneRead(Event, bubble=False):
    """Text that came at once and holds an `@`: a paste, unless an input has the focus."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class AfterKey(Event, bubble=True):
    """Follows a key on its way through the widgets: when it is back at the app, the key has had its effect.

    Textual hands each key to the widget in focus without waiting for the one before, so that of `2` and space sent in
    one packet the space would still go to the pane that `2` leaves.
    """

    def __init__(self) -> None:
        super().__init__()
        self.sent = False
        self.done = threading.Event()


def is_paste(text: str) -> bool:
    """Tell a paste from keys: it holds an `@` and begins with neither `/` nor `:`, which open an input.

    What holds an escape sequence, the terminal's own reports apart, is keys.
    """
    text = _REPORTS.sub("", text)
    return len(text) > 1 and "@" in text and text[0] not in "/:" and "\x1b" not in text


class TerminalDriver(LinuxDriver):
    """A LinuxDriver that posts `TextInOneRead`, lets each key have its effect before the next, and has `frames`."""

    def start_application_mode(self) -> None:
        """Take the terminal, at first or after a suspension: what is on it then is not ours."""
        self.frames = Frames()
        self.key_came: Callable[[], object] = lambda: None
        """Called in the thread that reads, before any key of what was read is on its way."""
        self.painted: Callable[[], object] = lambda: None
        """Called with each frame, on the event loop."""
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def run_input_thread(self) -> None:
        """Read standard input until the application ends; runs in a thread of its own."""
        parser = XTermParser(self._debug)
        # Bytes that are no UTF-8 come from mouse reports of another time (textual issue 6668): never fatal.
        decode = getincrementaldecoder("utf-8")("replace").decode
        with selectors.DefaultSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            in_paste = False
            while not self.exit_event.is_set():
                if selector.select(0.1):
                    if not (data := self._read()):
                        # The terminal is gone, and with it whoever could ask for more.
                        self._app.call_later(self._app.exit, None, _HUNG_UP)
                        break
                    self.key_came()
                    while len(data) > 1 and selector.select(_GAP) and (more := self._read()):
                        data += more
                    text = decode(data)
                    if is_paste(text) and not in_paste:
                        # An empty text would be the parser's end.
                        for report in _REPORTS.findall(text):
                            self._send([*parser.feed(report)])
                        self.process_message(TextInOneRead(_REPORTS.sub("", text).replace("\x00", "")))
                    elif text:
                        self._send([*parser.feed(text)])
                    in_paste = text.rfind("\x1b[200~") > text.rfind("\x1b[201~") or (
                        in_paste and "\x1b[201~" not in text
                    )
                self._send([*parser.tick()])
        with suppress(EOFError, ParseError):
            list(parser.feed(""))

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, _READ)
        except OSError:  # EIO: the other end of a pseudo-terminal was closed.
            return b""

    def _send(self, messages: list[Message]) -> None:
        for number, message in enumerate(messages, 1):
            self.process_message(message)
            if isinstance(message, Key) and number < len(messages) <= _ONE_BY_ONE:
                after = AfterKey()
                self.process_message(after)
                after.done.wait(_WAIT)
