"""An emulator on a thread of its own, for programs and tests that have no event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self, TypeVar

from sestui.emulator.conditions import Conditions
from sestui.emulator.mail import Mail
from sestui.emulator.requests import Request
from sestui.emulator.seed import World
from sestui.emulator.server import Emulator

T = TypeVar("T")


class ThreadedEmulator:
    """Serves one world on a free port of 127.0.0.1 from `with` to the end of it.

    What it shows may be read, and its conditions set, from the thread that uses it.
    """

    def __init__(
        self,
        world: World = World(),  # noqa: B008 - frozen
        conditions: Conditions = Conditions(),  # noqa: B008
    ) -> None:
        self._world = world
        self._first = conditions
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="sestui emulator", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        try:
            self._emulator = self._do(self._start())
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            self._do(self._stop())
        finally:
            self._end()

    @property
    def url(self) -> str:
        return self._emulator.url

    @property
    def requests(self) -> list[Request]:
        """What was asked so far, newest last."""
        return list(self._emulator.requests)

    @property
    def sent(self) -> list[Mail]:
        """The mail that SendEmail accepted so far, newest last."""
        return self._emulator.sent

    @property
    def conditions(self) -> Conditions:
        """What holds from the next request on; setting it refills the buckets and starts the faults anew."""
        return self._emulator.conditions

    @conditions.setter
    def conditions(self, conditions: Conditions) -> None:
        async def change() -> None:
            self._emulator.conditions = conditions

        self._do(change())

    async def _start(self) -> Emulator:
        # On the loop's thread, which alone may touch the lists of the world.
        emulator = Emulator(self._world, self._first)
        await emulator.start()
        return emulator

    async def _stop(self) -> None:
        await self._emulator.stop()
        self._emulator.close()

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
