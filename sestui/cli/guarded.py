"""What all commands have in common: an error is one line and an exit status, a reader that has enough is none."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable


def guarded(name: str, work: Callable[[], int]) -> int:
    """Return the exit status of a command's work, as `cli.statuses` has them."""
    from sestui.cli.statuses import FINE, INTERRUPTED, status_of
    from sestui.domain.display import printable
    from sestui.domain.errors import SestuiError

    try:
        status = work()
        sys.stdout.flush()
        return status
    except SestuiError as error:
        # What SES said is data.
        print(f"sestui {name}: {printable(str(error))}", file=sys.stderr)
        return status_of(error)
    except BrokenPipeError:
        # Whoever reads has enough. Nothing is to be written when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINE
    except KeyboardInterrupt:
        return INTERRUPTED
