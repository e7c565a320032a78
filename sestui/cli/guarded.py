"""What all commands have in common: an error is one line and an exit status, a reader that has enough is none."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress


def guarded(name: str, work: Callable[[], int]) -> int:
    """Return the exit status of a command's work, as `cli.statuses` has them."""
    from sestui.cli.statuses import FAILED, FINE, INTERRUPTED, status_of
    from sestui.domain.display import printable
    from sestui.domain.errors import SestuiError

    def tell(error: Exception | str) -> None:
        # What SES said is data. Where nobody can be told the status still tells.
        with suppress(OSError):
            print(f"sestui {name}: {printable(str(error))}", file=sys.stderr)

    _open_what_is_closed()
    try:
        status = work()
        sys.stdout.flush()
        return status
    except SestuiError as error:
        tell(error)
        return status_of(error)
    except BrokenPipeError:
        # Whoever reads has enough.
        _write_no_more()
        return FINE
    except OSError as error:
        # Of files and the network that is told elsewhere: it is standard output, on a full disk say.
        tell(f"Standard output can't be written: {error.strerror or error}. What came out is not all.")
        _write_no_more()
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED


def _write_no_more() -> None:
    """Let nothing be written when the interpreter ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _open_what_is_closed() -> None:
    """Replace standard streams that the program was started without, or a socket or file takes their numbers.

    An input is then empty, and what is written to an output fails where it is data.
    """
    for number, name, flags in ((0, "stdin", os.O_RDONLY), (1, "stdout", os.O_RDONLY), (2, "stderr", os.O_WRONLY)):
        if getattr(sys, name) is None:
            opened = os.open(os.devnull, flags)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
            setattr(sys, name, open(number, "w" if number else "r", closefd=False))  # noqa: SIM115 - for good
