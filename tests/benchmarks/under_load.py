"""How long a person waits while a job in a process of its own takes all that SES lets through."""

import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from sestui.cli.state import set_pace
from sestui.domain.errors import NotFound, Throttled
from sestui.domain.suppression import Connection, SuppressionList
from sestui.sesv2.gateway import Gateway
from sestui.sesv2.session import open_gateway
from sestui.settings import Settings
from tests.benchmarks.measuring import emulator, verdict
from tests.benchmarks.removing import listed, planned, running

_CALLS = 12
_FEW = 3
"""Calls without right of way: each may take half a minute."""
_SETTLES = 30.0
"""Seconds until the job has found the rate."""


def run() -> None:
    """a person's call at one request a second of all operations together, while a job of another process removes"""
    for operation, waits in _measure(_CALLS, yields=True).items():
        print(
            f"  {operation}: median {statistics.median(waits):.2f} s, at most {max(waits):.2f} s of {_CALLS}; ", end=""
        )
        print(verdict(max(waits), "<= 2.5"), flush=True)
    for operation, waits in _measure(_FEW, yields=False).items():
        print(f"  {operation} without right of way: {', '.join(f'{it:.1f} s' for it in waits)}", flush=True)


def _measure(calls: int, *, yields: bool) -> dict[str, list[float]]:
    with (
        tempfile.TemporaryDirectory() as name,
        emulator("--addresses", "1000", "--rate", "1", "--latency", "50") as url,
    ):
        folder = Path(name)
        journal, number = planned(url, folder, listed(url))
        process = running(folder, number)
        try:
            time.sleep(_SETTLES)
            return asyncio.run(_calls(url, folder / "sestui" if yields else folder, calls))
        finally:
            process.kill()
            process.wait()
            journal.close()


async def _calls(url: str, folder: Path, calls: int) -> dict[str, list[float]]:
    dates = random.Random(1)
    async with open_gateway(Connection("us-east-1", url)) as gateway:
        await gateway.identify()
        set_pace(gateway, folder, Settings())
        waits: dict[str, list[float]] = {"GetAccount": [], "GetSuppressedDestination": []}
        for _ in range(calls):
            for operation, call in (
                ("GetAccount", gateway.resources.account),
                ("GetSuppressedDestination", _get(gateway)),
            ):
                await asyncio.sleep(dates.uniform(3, 6))
                began = time.perf_counter()
                # Given up after twelve refusals: the wait was longer than that.
                with suppress(Throttled):
                    await call()
                waits[operation].append(time.perf_counter() - began)
        return waits


def _get(gateway: Gateway) -> Callable[[], Awaitable[object]]:
    async def get() -> None:
        with suppress(NotFound):
            await gateway.suppressed_destination(SuppressionList(), "nobody@corp.com")

    return get
