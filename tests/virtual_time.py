"""An event loop whose clock jumps to the next timer: waits cost nothing and pass exactly as long as they say."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from functools import partial
from typing import Any, TypeVar, TypeVarTuple, Unpack

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_QUIET = 0.005
"""Real seconds in which nothing came over a socket before the clock jumps; what one's own server sends comes sooner."""
EARLY = 5e-7
"""Seconds that a timer may come early: half the resolution of the loop's clock."""
_THREAD = 1.0
"""Real seconds for which a thread's work is waited for: to a busy machine's disk a jump is no time at all."""


class _Jumping(selectors.DefaultSelector):
    """Waits for sockets only briefly, and says how far the clock may go instead."""

    def __init__(self, early: float) -> None:
        super().__init__()
        self.early = early
        self.now = 1_000.0
        self.threads = 0
        """How many threads are at work for the loop."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        # Without a timer only a socket or another thread can bring anything.
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        only_the_loops_own_pipe = len(self.get_map()) <= 1
        # A thread's result comes over that pipe.
        ready = super().select(_THREAD if self.threads else 0 if only_the_loops_own_pipe else _QUIET)
        if not ready:
            self.now += max(min(timeout, self.early), timeout - self.early)
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    def __init__(self, early: float) -> None:
        self._jumping = _Jumping(early)
        super().__init__(self._jumping)
        # Sums of small waits must not miss a timer by a rounding error for ever.
        self._clock_resolution = EARLY * 2

    def time(self) -> float:
        return self._jumping.now

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[Unpack[Ts]], T], *args: *Ts
    ) -> asyncio.Future[T]:
        future = super().run_in_executor(executor, func, *args)
        self._jumping.threads += 1
        future.add_done_callback(self._thread_ended)
        return future

    def _thread_ended(self, _: asyncio.Future[Any]) -> None:
        self._jumping.threads -= 1


def run(main: Coroutine[Any, Any, T], *, early: float = 0.0) -> T:
    """Run to the end in virtual time; each timer comes so many seconds `early`, as a loop's may."""
    with asyncio.Runner(loop_factory=partial(VirtualTimeLoop, early)) as runner:
        return runner.run(main)
