"""How long a page of 1,000 entries is worked on, and how long the event loop stands still while pages load."""

import asyncio
import gc
import json
import statistics
import time
from collections.abc import Callable
from typing import Any

from botocore.parsers import create_parser
from botocore.session import Session

from sestui.domain.suppression import Connection, SuppressionList
from sestui.sesv2 import answers, entries
from sestui.sesv2.gateway import Gateway
from sestui.sesv2.session import open_gateway
from tests.benchmarks.measuring import emulator

_PAGES, _AT_ONCE, _CALLS = 50, 8, 20


def run() -> None:
    """a page of 1,000 from bytes to rows, and the longest hold of the event loop while 50 load"""
    read, peer = _reader(ours=True), _reader(ours=False)
    pairs = [(read(), peer()) for _ in range(15)]
    mine, theirs = (statistics.median(column) * 1000 for column in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    print(f"  a page: {mine:.2f} ms; botocore's parser {theirs:.2f} ms; ratio {ratio:.3f}")
    with emulator("--addresses", "1000", "--latency", "50") as url:
        for name, ours in (("ours", True), ("botocore's parser", False)):
            runs = [asyncio.run(_loading(url, ours)) for _ in range(5)]
            seconds, hold, work = (statistics.median(column) for column in zip(*runs, strict=True))
            print(
                f"  {_PAGES} pages, {_AT_ONCE} at once, {name}: {seconds * 1000:,.0f} ms; longest hold "
                f"{hold * 1000:.1f} ms, {work * 1000:.1f} ms of the processor; must 16 ms"
            )


def _reader(*, ours: bool) -> Callable[[], float]:
    operation = Session().get_service_model("sesv2").operation_model("ListSuppressedDestinations")
    rows = [
        {"EmailAddress": f"user{it}@example{it % 7}.com", "Reason": "BOUNCE", "LastUpdateTime": 1_795_348_800 + it / 7}
        for it in range(1000)
    ]
    body = json.dumps({"SuppressedDestinationSummaries": rows, "NextToken": "x" * 200}).encode()

    def read() -> float:
        """Return the median of some pages: one alone takes less time than a timer of the machine's own does."""
        seconds = []
        for _ in range(_CALLS):
            response: dict[str, Any] = {"status_code": 200, "headers": {}, "body": body}
            page: dict[str, Any] = {}
            started = time.perf_counter()
            if ours:
                answers.look_at(operation, response, page)
            page = create_parser("rest-json").parse(response, operation.output_shape) | page
            found = entries.summaries(page)
            seconds.append(time.perf_counter() - started)
            assert len(found) == 1000
        return statistics.median(seconds)

    return read


async def _loading(url: str, ours: bool) -> tuple[float, float, float]:
    """Return the seconds that all pages took, and of the longest turn of the loop the time and the processor time."""
    holds: list[tuple[float, float]] = []

    async def watch() -> None:
        while True:
            before = time.perf_counter(), time.thread_time()
            await asyncio.sleep(0)
            holds.append((time.perf_counter() - before[0], time.thread_time() - before[1]))

    async with open_gateway(Connection("us-east-1", url)) as gateway:
        if not ours:
            gateway._sesv2._client.meta.events.unregister("before-parse", unique_id="look-at")
        # The first call connects and reads the rules for endpoints.
        await gateway.suppressed_destinations(SuppressionList())
        # As the app does when it is connected.
        gc.freeze()
        watching = asyncio.create_task(watch())
        started = time.perf_counter()
        await asyncio.gather(*(_some(gateway, _PAGES // _AT_ONCE + (it < _PAGES % _AT_ONCE)) for it in range(_AT_ONCE)))
        seconds = time.perf_counter() - started
        watching.cancel()
    return seconds, max(hold for hold, _ in holds), max(work for _, work in holds)


async def _some(gateway: Gateway, pages: int) -> None:
    for _ in range(pages):
        page = await gateway.suppressed_destinations(SuppressionList())
        assert len(page.entries) == 1000
