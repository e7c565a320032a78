"""An emulator and outside clients for it: aiobotocore's, as strangers would use them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, TextIO

import pytest
from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession
from botocore.exceptions import ClientError

from sestui.emulator import Conditions, Emulator, World

EMPTY = World(tenants=0, configuration_sets=0, addresses=0, tenant_addresses=0)
NO_CONDITIONS = Conditions()

# One for all tests: loading the service models is most of the time that a client takes to make.
_SESSION = AioSession()


@dataclass
class Clock:
    """Stands still until it is told to move. Starts at 2026-11-22 06:00 UTC."""

    now: float = 1_795_327_200.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Bench:
    """Serves emulators on one clock and makes clients for them."""

    stack: AsyncExitStack
    clock: Clock = field(default_factory=Clock)

    async def serve(
        self, world: World = EMPTY, conditions: Conditions = NO_CONDITIONS, *, access_log: TextIO | None = None
    ) -> Emulator:
        emulator = Emulator(world, conditions, clock=self.clock, access_log=access_log)
        return await self.stack.enter_async_context(emulator)

    async def client(
        self, emulator: Emulator, service: str = "sesv2", *, region: str = "us-east-1", read_timeout: float = 20
    ) -> Any:
        context = _SESSION.create_client(
            service,
            region_name=region,
            endpoint_url=emulator.url,
            aws_access_key_id="AKIDEXAMPLE",
            aws_secret_access_key="secret",
            # The emulator is the one to find fault with parameters.
            config=AioConfig(
                retries={"total_max_attempts": 1},
                read_timeout=read_timeout,
                max_pool_connections=50,
                parameter_validation=False,
            ),
        )
        return await self.stack.enter_async_context(context)


@dataclass(frozen=True)
class Refused:
    kind: str
    message: str
    status: int


Refuses = Callable[[Awaitable[Any]], Awaitable[Refused]]


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with AsyncExitStack() as stack:
        yield Bench(stack)


@pytest.fixture
async def emulator(bench: Bench) -> Emulator:
    """An empty account."""
    return await bench.serve()


@pytest.fixture
async def ses(bench: Bench, emulator: Emulator) -> Any:
    """A client of the empty account."""
    return await bench.client(emulator)


@pytest.fixture
def refused() -> Refuses:
    """Awaits a call that must be refused and answers how."""

    async def refused(call: Awaitable[Any]) -> Refused:
        with pytest.raises(ClientError) as caught:
            await call
        error: Any = caught.value.response
        status = error["ResponseMetadata"]["HTTPStatusCode"]
        return Refused(error["Error"]["Code"], error["Error"]["Message"], status)

    return refused
