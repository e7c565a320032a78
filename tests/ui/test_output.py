"""What is on its way to a terminal when the program has to end."""

import os
import pty
import select
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from sestui.ui.output import Output


@contextmanager
def _often_interrupted() -> Iterator[None]:
    """This thread stands still before each line of the module, for long enough that the other one goes on."""

    def interrupt(frame: FrameType, event: str, argument: object) -> Any:
        if frame.f_code.co_filename != Output.give_up.__code__.co_filename:
            return None
        time.sleep(0.01)
        return interrupt

    before = sys.gettrace()
    sys.settrace(interrupt)
    try:
        yield
    finally:
        sys.settrace(before)


def test_what_gives_a_terminal_back_is_never_lost() -> None:
    ours, its = pty.openpty()
    with os.fdopen(its, "w") as terminal:
        output = Output(terminal, str, str)
        output.start()
        # More than a terminal has at hand for who reads: what is beyond that is lost when room is made.
        output.write(8 * 1024 * "-")
        with _often_interrupted():
            output.give_up()
        assert not output.is_alive()
        sent = bytearray()
        while select.select([ours], [], [], 0)[0]:
            sent += os.read(ours, 4096)
    os.close(ours)
    assert sent.endswith(b"\x1b[?1049l\x1b[?25h")
