"""The terminal's driver: Textual's own, but text that arrives in one read is told from keys, and the terminal may go.

A terminal or a tmux without bracketed paste sends pasted text as plain characters; as keys they would run commands.
Reads private names of Textual's driver (`_debug`, `_auto_restart`), hence the pin in pyproject.toml.
"""

import os
import re
import selectors
import signal
import sys
import termios
import threading
from codecs import getincrementaldecoder
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, NoReturn

from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Event, Key
from textual.message import Message

from sestui.ui.frames import Frames
from sestui.ui.output import Output

_READ: Final = 4096
_ENDED_BY: Final = 128
"""The exit status of a program that a signal ended is this and the signal's number."""
_AT_MOST: Final = 10
"""Seconds in which the app has to be gone once it was told to leave."""
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
    """Follows a key on its way through the widgets: when it is back at the app twice, the key has had its effect.

    Textual hands each key to the widget in focus without waiting for the one before, so that of `2` and space sent in
    one packet the space would still go to the pane that `2` leaves.
    """

    def __init__(self, rounds: int = 0, done: threading.Event | None = None) -> None:
        super().__init__()
        self.rounds = rounds
        """How often it was sent: once behind the key, once behind what a widget says of that, as Enter in an input."""
        self.done = done or threading.Event()

    def again(self) -> "AfterKey":
        """Return it for the next round: one that has been at the app goes up no further another time."""
        return AfterKey(self.rounds + 1, self.done)


class Left(Event, bubble=False):
    """Nothing comes from the terminal any more, or somebody wants the app to end, with this exit status."""

    def __init__(self, status: int) -> None:
        super().__init__()
        self.status = status


class CaughtUp(Event, bubble=False):
    """Frames were left out, as the terminal took nothing; now it does again."""


def is_paste(text: str) -> bool:
    """Tell a paste from keys: it holds an `@` and begins with neither `/` nor `:`, which open an input.

    What holds an escape sequence, the terminal's own reports apart, is keys.
    """
    text = _REPORTS.sub("", text)
    return len(text) > 1 and "@" in text and text[0] not in "/:" and "\x1b" not in text


class TerminalDriver(LinuxDriver):
    """A LinuxDriver that posts `TextInOneRead`, lets each key have its effect before the next, and has `frames`.

    It never waits for the terminal, posts `Left` when that is gone or a signal comes, and stops and goes on as a shell
    has it.
    """

    key_came: Callable[[], object] = staticmethod(lambda: None)
    """Called in the thread that reads, before any key of what was read is on its way."""
    painted: Callable[[], object] = staticmethod(lambda: None)
    """Called with each frame, on the event loop."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._has_terminal = False
        self.status: int | None = None
        """What the process is to end with, once it was told to."""
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
            if signal.getsignal(number) is not signal.SIG_IGN:  # As SIGHUP is under nohup.
                signal.signal(number, self._told_to_leave)

    # Taking the terminal and giving it back

    def start_application_mode(self) -> None:
        """Take the terminal, at first or after a suspension: what is on it then is not ours."""
        self.frames = Frames()
        self._key_thread = None
        assert sys.__stderr__ is not None
        self._output = Output(
            sys.__stderr__, lambda: self.process_message(CaughtUp()), lambda: self.leave(_ENDED_BY + signal.SIGHUP)
        )
        self._output.start()
        super().start_application_mode()  # type: ignore[no-untyped-call]
        # Nothing was begun where it belongs to another program: the process was stopped, and will be told to go on.
        self._has_terminal = self._key_thread is not None
        if not self._has_terminal:
            self._output.finish()

    def stop_application_mode(self) -> None:
        if self._has_terminal:
            super().stop_application_mode()
            self._has_terminal = False

    def disable_input(self) -> None:
        # Whoever sets anything in a terminal that another program has is stopped.
        if self._has_terminal:
            super().disable_input()

    def close(self) -> None:
        super().close()
        self._output.finish()

    # Writing

    def write(self, data: str) -> None:
        self._output.write(data)

    def is_behind(self) -> bool:
        """Tell whether a frame is to be left out; `CaughtUp` comes when all can be drawn again."""
        return self._output.is_behind()

    # Signals. Their handlers run between any two steps of the program: what there is to do is left to the loop

    def _sigtstp_application(self, *_: object) -> None:
        if self._has_terminal:
            self._loop.call_soon_threadsafe(self._stop)
        else:
            os.kill(os.getpid(), signal.SIGSTOP)

    def _stop(self) -> None:
        """Stand still until the shell has us go on."""
        self.suspend_application_mode()
        ours = {number: signal.signal(number, signal.SIG_DFL) for number in (signal.SIGTSTP, signal.SIGCONT)}
        # All of the job, for a program that has started this one stops too. Nothing happens where no shell is there.
        os.kill(0, signal.SIGTSTP)
        for number, handler in ours.items():
            signal.signal(number, handler)
        self._take_again()

    def _sigcont_application(self, *_: object) -> None:
        if self._auto_restart and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._go_on)

    def _go_on(self) -> None:
        """Somebody had stopped the process with SIGSTOP: nobody knows what the terminal shows, nor how it is set."""
        if self._has_terminal:
            self.suspend_application_mode()
        self._take_again()

    def _take_again(self) -> None:
        if self.status is None:
            self._must_signal_resume = True
            self.start_application_mode()

    def _told_to_leave(self, number: int, _: object) -> None:
        # Of SIGHUP there are two where a shell is hung up: its own and the kernel's.
        again = self.status is not None and number != signal.SIGHUP
        # While another program has the terminal the loop stands still, and nothing is under way.
        is_deaf = not self._auto_restart
        if again or is_deaf or number == signal.SIGALRM:
            self.leave_now(_ENDED_BY + number if self.status is None else self.status)
        if self._loop.is_closed():
            # The app is over, and the terminal given back: whoever ran it clears up what is left, as a demo's folder.
            self.status = _ENDED_BY + number
            raise SystemExit(self.status)
        self.leave(_ENDED_BY + number)

    def leave(self, status: int) -> None:
        """Have the app end, within seconds in any case; may be called in any thread."""
        if self.status is None:
            self.status = status
            signal.alarm(_AT_MOST)
            self.process_message(Left(status))

    def leave_now(self, status: int) -> NoReturn:
        """End the process whatever it is at, and give the terminal back as far as that can be."""
        if self._has_terminal:
            with suppress(termios.error):
                if self.attrs_before is not None:
                    termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)
            self._output.give_up()
        os._exit(status)

    # Reading

    def _run_input_thread(self) -> None:
        try:
            self.run_input_thread()
        except Exception as error:
            self._app.call_later(self._app._handle_exception, error)

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
                        self.leave(_ENDED_BY + signal.SIGHUP)
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
            if self.exit_event.is_set():
                # Nobody is there to answer: waited for, each would hold up the end.
                return
            self.process_message(message)
            if isinstance(message, Key) and number < len(messages) <= _ONE_BY_ONE:
                after = AfterKey()
                self.process_message(after)
                after.done.wait(_WAIT)
