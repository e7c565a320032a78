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
    # Threads read keys, write frames and write down what a job did: for the interpreter they would wait 5 ms.
    sys.setswitchinterval(0.001)
