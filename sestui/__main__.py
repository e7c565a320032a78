"""Where the program begins: it sees to it that the start, which is mostly imports, is a quick one."""

import gc
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `sestui` and return its exit status: 0 done, 2 usage, 130 interrupted; `cli.statuses` has them all."""
    # What a start makes stays: looking through it for garbage finds none, and takes a thirtieth of the start.
    gc.disable()
    try:
        from sestui.program import run

        return run(arguments)
    finally:
        gc.enable()


if __name__ == "__main__":
    sys.exit(main())
