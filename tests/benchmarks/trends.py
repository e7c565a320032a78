"""What counting the trends of a million costs, and what it sends; beside a loop over a plain list of tuples."""

import asyncio
import gc
import statistics
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory

from sestui.domain.suppression import SuppressedDestinationSummary
from sestui.services.cache import Cache, Key
from sestui.services.index import Index
from sestui.services.trends import count
from tests.benchmarks.filter import _pages
from tests.benchmarks.measuring import Terminal, emulator, how_many, program, tell, verdict

_NEWEST = 1.8e9
"""The date of the newest of those rows, the oldest being three years older."""
_MONTH = 25 * 86_400
_RUNS = 5
_IDLE = 10


def run() -> None:
    """a million rows counted, and the screen of them: time, the longest hold of the loop, bytes"""
    asyncio.run(_services())
    _program()


async def _services() -> None:
    # As the program has it.
    sys.setswitchinterval(0.001)
    gc.set_threshold(2_000, 5, 100)
    spread, dense = Index(), Index()
    plain: list[SuppressedDestinationSummary] = []
    for page in _pages():
        spread.put(page)
        plain += page
        dense.put([row._replace(last_update=_NEWEST - (_NEWEST - row.last_update) * _MONTH / 1e8) for row in page])
    gc.collect()
    gc.freeze()
    for name, index, must in (("over three years", spread, "<= 1000"), ("all of 25 days", dense, "")):
        ours, peer = [], []
        for _ in range(_RUNS):
            started = time.perf_counter()
            await count(index.columns(), _NEWEST, -inf)
            counted = time.perf_counter()
            # What one would write: it looks at all rows, whatever their date.
            Counter((row.last_update // 3600, row.reason, row.address.rpartition("@")[2]) for row in plain)
            ours.append((counted - started) * 1000)
            peer.append((time.perf_counter() - counted) * 1000)
        tell(f"{len(index):,} rows {name} counted", ours, peer, "ms", must, peer_name="a loop over tuples")
        await _tell_hold(partial(_count, index))
    with TemporaryDirectory() as folder:
        cache, key = Cache(Path(folder) / "cache", lambda: _NEWEST), Key("123456789012", "us-east-1")
        await cache.write(key, dense.batches(), read_at=_NEWEST, known_since=-inf)

        async def count_kept() -> None:
            async with cache.read(key) as kept:
                assert kept is not None
                await count(kept, _NEWEST, -inf)

        took = []
        for _ in range(_RUNS):
            started = time.perf_counter()
            await count_kept()
            took.append((time.perf_counter() - started) * 1000)
        print(f"as many kept rows, all of 25 days, counted: {statistics.median(took):.0f} ms")
        await _tell_hold(count_kept)


async def _count(index: Index) -> None:
    await count(index.columns(), _NEWEST, -inf)


async def _tell_hold(work: Callable[[], Awaitable[object]]) -> None:
    holds = [await _hold(work) for _ in range(_RUNS)]
    print(f"  the longest that nobody else ran meanwhile: median {statistics.median(holds):.1f} ms", end="")
    print(f", at most {max(holds):.1f} ms; {verdict(statistics.median(holds), '<= 30')}")


async def _hold(work: Callable[[], Awaitable[object]]) -> float:
    """Do the work once; return the longest that nobody else ran, in milliseconds."""
    hold = 0.0

    async def somebody_else() -> None:
        nonlocal hold
        while True:
            last = time.perf_counter()
            await asyncio.sleep(0.001)
            hold = max(hold, time.perf_counter() - last - 0.001)

    other = asyncio.create_task(somebody_else())
    await asyncio.sleep(0)
    await work()
    other.cancel()
    return hold * 1000


def _program() -> None:
    many = how_many(1_000_000)
    with emulator("--addresses", str(many)) as url, Terminal(program(url)) as terminal:
        terminal.until(f"{many:,} addresses")
        terminal.settle(1)
        before = terminal.memory
        for name in ("first", "second"):
            length = len(terminal.output)
            terminal.press("t")
            took = terminal.shows("Far more than usual")
            terminal.settle(1)
            print(f"  t, the {name} time: {took * 1000:.0f} ms, {len(terminal.output) - length:,} bytes", end="")
            print(f"; {terminal.memory - before:.0f} MB more")
            if name == "first":
                terminal.press("\x1b")
                terminal.settle(1)
        terminal.press("\t")
        terminal.settle(0.5)
        moves = [terminal.cost("j", 0.25) for _ in range(6)]
        print(f"  j over the hours, with the domains of each: {statistics.median(moves):.0f} bytes")
        length, worked = len(terminal.output), terminal.processor
        terminal.rest(_IDLE)
        print(f"  {_IDLE} s with nothing new: {len(terminal.output) - length} bytes", end="")
        print(f", {(terminal.processor - worked) / _IDLE * 100:.2f} % of a processor")
