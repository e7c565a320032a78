"""An event loop whose clock jumps to the next timer: waits cost nothing and pass exactly as long as they say."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

_QUIET = 0.005
"""Real seconds in which nothing came over a socket before the clock jumps; what one's own server sends comes sooner."""


class _Jumping(selectors.DefaultSelector):
    """Waits for sockets only briefly, and says how far the clock may go instead."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1_000.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        # Without a timer only a socket or another thread can bring anything.
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        only_the_loops_own_pipe = len(self.get_map()) <= 1
        ready = super().select(0 if only_the_loops_own_pipe else _QUIET)
        if not ready:
            self.now += timeout
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)
        # Sums of small waits must not miss a timer by a rounding error for ever.
        self._clock_resolution = 1e-6

    def time(self) -> float:
        return self._jumping.now


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run to the end in virtual time."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main)
