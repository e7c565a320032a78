"""How the interpreter is to work from the first connection on."""

import gc
import sys


def settle() -> None:
    """What has been made so far stays; calls come and go."""
    # A full collection that walks modules and service descriptions holds the loop, and keys, for 0.1 s; a job would
    # lose a tenth of its calls to such.
    gc.freeze()
    # Pages under way are no garbage either: looked through every 25 pages they would hold it for 20 ms.
    gc.set_threshold(2_000, 5, 100)
    gc.enable()
    # Threads read keys, write frames and write down what a job did. One that waits for the interpreter asks for it
    # once nobody has let go of it for so long; and work in slices of half a millisecond lets go of it after each, only
    # to take it again first. At Python's own 5 ms, and still at 1, a key waited for up to 0.2 s while a filter counted.
    sys.setswitchinterval(0.0002)
