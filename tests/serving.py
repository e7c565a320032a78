"""An emulator and a gateway to it on one clock, the loop's, for tests that need a world or a loop of their own."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from weakref import WeakKeyDictionary

from sestui.domain.suppression import Connection
from sestui.emulator import Conditions, Emulator, Fault, Quirks, World
from sestui.sesv2.gateway import Gateway
from sestui.sesv2.session import open_gateway
from tests.conftest import EMPTY

NOON = 1_795_348_800.0
"""2026-11-22 12:00 UTC."""


@asynccontextmanager
async def serving(
    world: World = EMPTY,
    conditions: Conditions = Conditions(),  # noqa: B008 - frozen
) -> AsyncIterator[tuple[Emulator, Gateway]]:
    async with (
        Emulator(world, conditions, clock=loop_clock()) as emulator,
        open_gateway(Connection("us-east-1", emulator.url)) as gateway,
    ):
        yield emulator, gateway


_STARTS = WeakKeyDictionary[asyncio.AbstractEventLoop, float]()


def loop_clock() -> Callable[[], float]:
    """Return a clock that goes as the running loop's, from noon on; all of one loop tell the same."""
    loop = asyncio.get_running_loop()
    start = _STARTS.setdefault(loop, loop.time())
    return lambda: NOON + loop.time() - start


def faults(*texts: str) -> Conditions:
    return Conditions(faults=tuple(Fault.parse(text) for text in texts))


def quirks(*texts: str) -> Conditions:
    return Conditions(quirks=Quirks.parse(texts))


def operations(emulator: Emulator) -> list[str]:
    return [request.operation for request in emulator.requests]
