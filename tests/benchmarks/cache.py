"""What keeping a list of a million costs, beside a table with a row an address."""

import asyncio
import gc
import os
import sqlite3
import statistics
import time
from collections.abc import Awaitable, Callable
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory

from sestui.domain.suppression import Connection, Reason, SuppressedDestinationSummary, SuppressionList
from sestui.services.cache import Cache, Choice, Key
from sestui.services.cache_folder import parts
from sestui.services.index import Index
from tests.benchmarks.filter import _pages
from tests.benchmarks.measuring import resident

_RUNS = 5
_MB = 1e6


def run() -> None:
    """a list of 1,000,000 kept and read back, beside an SQLite table with a row an address"""
    index = Index()
    for page in _pages():
        index.put(page)
    gc.collect()
    gc.freeze()
    with TemporaryDirectory() as folder:
        asyncio.run(_measure(index, Path(folder)))


async def _measure(index: Index, folder: Path) -> None:
    cache, peer = Cache(folder / "ours", time.time), folder / "peer.sqlite"
    connection = Connection("us-east-1", account="123456789012")
    key, asked = Key.of(connection, SuppressionList()), Choice.of(connection, {})
    assert key is not None
    before = resident(os.getpid())
    await _pairs("written for the first time", lambda: _write(cache, key, index), lambda: _peer_write(peer, index), 1)
    print(f"  memory while writing: {resident(os.getpid()) - before:,.0f} MB more")
    await _pairs("written again", lambda: _write(cache, key, index), lambda: _peer_write(peer, index), 3)
    size = sum(size for _, size in parts(folder / "ours"))
    theirs = peer.stat().st_size
    print(f"  on the disk: {size / _MB:.1f} MB; a row an address {theirs / _MB:.1f} MB; ratio {size / theirs:.2f}")
    await _pairs("first 1,000 rows", lambda: _first(cache, key), lambda: _peer_first(peer), _RUNS)
    await _pairs("read into an index", lambda: _read(cache, key), lambda: _peer_read(peer), 3)
    await cache.remember(asked, connection)
    some = index.everything.rows(0, 1000)
    for what, work in {
        "who answered last": lambda: cache.last(asked),
        "an update of one row": lambda: cache.update(key, some[:1]),
        "an update of 1,000 rows": lambda: cache.update(key, some),
    }.items():
        print(f"  {what}: {statistics.median([(await _timed(work))[0] for _ in range(_RUNS)]) * 1000:.1f} ms")


async def _pairs(what: str, ours: Callable[[], Awaitable[object]], peer: Callable[[], object], runs: int) -> None:
    async def theirs() -> None:
        peer()

    pairs = [(await _timed(ours), await _timed(theirs)) for _ in range(runs)]
    mine, other = (statistics.median(it[at][0] for it in pairs) for at in (0, 1))
    ratio = statistics.median(a[0] / b[0] for a, b in pairs)
    hold = statistics.median(a[1] for a, _ in pairs)
    print(
        f"  {what}: {mine * 1000:,.1f} ms, longest hold {hold * 1000:.0f} ms; "
        f"a row an address {other * 1000:,.1f} ms; ratio {ratio:.2f}"
    )


async def _timed(work: Callable[[], Awaitable[object]]) -> tuple[float, float]:
    """Return the seconds that it took, and the longest that nobody else ran."""
    hold = 0.0

    async def somebody_else() -> None:
        nonlocal hold
        while True:
            last = time.perf_counter()
            await asyncio.sleep(0.001)
            hold = max(hold, time.perf_counter() - last - 0.001)

    other = asyncio.create_task(somebody_else())
    await asyncio.sleep(0)
    started = time.perf_counter()
    await work()
    seconds = time.perf_counter() - started
    await asyncio.sleep(0.002)
    other.cancel()
    return seconds, hold


async def _write(cache: Cache, key: Key, index: Index) -> None:
    await cache.write(key, index.batches(), read_at=time.time(), known_since=-inf)


async def _first(cache: Cache, key: Key) -> None:
    async with cache.read(key) as kept:
        assert kept is not None
        assert len(list(await anext(aiter(kept)))) == 1000


async def _read(cache: Cache, key: Key) -> None:
    index = Index()
    async with cache.read(key) as kept:
        assert kept is not None
        async for columns in kept:
            index.fill(columns)
    assert len(index) == 1_000_000


def _peer_write(path: Path, index: Index) -> None:
    with sqlite3.connect(path) as database:
        database.execute("DROP TABLE IF EXISTS entry")
        database.execute("CREATE TABLE entry (address TEXT PRIMARY KEY, reason TEXT, last_update REAL)")
        database.execute("CREATE INDEX newest ON entry (last_update)")
        database.executemany("INSERT INTO entry VALUES (?, ?, ?)", index)
    database.close()


def _peer_first(path: Path) -> None:
    with sqlite3.connect(path) as database:
        rows = database.execute("SELECT * FROM entry ORDER BY last_update DESC LIMIT 1000").fetchall()
        assert len(rows) == 1000
    database.close()


def _peer_read(path: Path) -> None:
    index = Index()
    with sqlite3.connect(path) as database:
        rows = database.execute("SELECT * FROM entry ORDER BY last_update DESC")
        while some := rows.fetchmany(1000):
            index.put([SuppressedDestinationSummary(address, Reason(reason), date) for address, reason, date in some])
    database.close()
    assert len(index) == 1_000_000
