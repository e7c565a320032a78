"""What a list of a million costs: memory, a key of the filter, a sort; beside a plain list of tuples."""

import asyncio
import gc
import os
import re
import statistics
import time
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from pyte import Screen

from sestui.domain.query import Query, parse
from sestui.domain.suppression import Reason, SuppressedDestinationSummary
from sestui.services.index import Index, Seen
from sestui.services.view import Column
from tests.benchmarks.measuring import Terminal, emulator, program, resident

_ROWS = 1_000_000
_LINES = 40
_QUERIES = {
    "zzzz": "no row",
    "alice.77": "one in a thousand",
    "alice": "one in ten",
    "a": "nearly all",
    "domain:gmail.com": "three in ten",
    "domain:customer7.example.org": "one in twenty thousand",
    ".77 domain:.example.org reason:complaint": "one in ten thousand",
    "reason:complaint": "one in ten",
    "since:2026-10-01": "none since",
    "re:zq+z": "no row",
    r"re:^alice\.77\d": "one in a thousand",
    "re:a": "nearly all",
    r"re:e\.\d*[13579]x\d*[02468]@": "one in twelve",
    r"re:^\Aalice": "one in ten, row by row",
    "re:(a+)+$": "what stops others",
    r"re:[0-4].{12}[5-9].{200}": "no row, many instructions",
}
_PEERS: dict[Column, Callable[[SuppressedDestinationSummary], Any]] = {
    Column.ADDRESS: lambda row: row.address.casefold(),
    Column.DOMAIN: lambda row: row.address.casefold().rpartition("@")[::-2],
    Column.REASON: lambda row: (row.reason, -row.last_update),
    Column.LAST_UPDATE: lambda row: row.last_update,
}


def run() -> None:
    """a list of 1,000,000, beside a plain list of tuples; then the whole program in a pseudo-terminal"""
    asyncio.run(_services())
    _program()


def _pages() -> Iterator[list[SuppressedDestinationSummary]]:
    random = Random(1)
    domains = ["gmail.com", "outlook.com", "hotmail.com", "yahoo.com", "corp.example", "icloud.com"]
    domains += [f"customer{number}.example.org" for number in range(3000)]
    weights = [30, 20, 15, 10, 5, 5, *[15 / 3000] * 3000]
    names = ["alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy"]
    reasons = [Reason.BOUNCE] * 9 + [Reason.COMPLAINT]
    for number in range(_ROWS // 1000):
        yield [
            SuppressedDestinationSummary(
                f"{random.choice(names)}.{random.randrange(10**5)}{number}x{place}@{domain}",
                random.choice(reasons),
                1.7e9 + random.random() * 1e8,
            )
            for place, domain in enumerate(random.choices(domains, weights, k=1000))
        ]


async def _services() -> None:
    gc.collect()
    before = resident(os.getpid())
    index, seen = Index(), Seen()
    times = []
    for page in _pages():
        started = time.perf_counter()
        index.put(page, seen)
        times.append(time.perf_counter() - started)
    gc.collect()
    ours = resident(os.getpid()) - before
    plain = list(index)
    gc.collect()
    theirs = resident(os.getpid()) - before - ours
    assert len(index) == len(plain) == _ROWS
    print(f"  memory: {ours:,.0f} MB; list of tuples {theirs:,.0f} MB; ratio {ours / theirs:.2f}")
    print(f"  a page of 1,000 put: {statistics.median(times) * 1000:.1f} ms, at most {max(times) * 1000:.0f} ms")
    for text, share in _QUERIES.items():
        query = parse(text, 1.8e9)
        first, whole, hold = await _view(index, query, Column.LAST_UPDATE)
        peer = _seconds(lambda: [row for row in plain if query.matches(row)])  # noqa: B023 - called at once
        print(
            f"  filter {text} ({share}): first rows {first * 1000:.0f} ms, all {whole * 1000:.0f} ms, "
            f"longest hold {hold * 1000:.0f} ms; list of tuples {peer * 1000:,.0f} ms; ratio {first / peer:.2f}"
        )
    for by, key in _PEERS.items():
        first, _, hold = await _view(index, Query(), by)
        peer = _seconds(lambda: sorted(plain, key=key))  # noqa: B023 - called at once
        print(
            f"  sort by {by}: {first * 1000:.0f} ms, longest hold {hold * 1000:.0f} ms; "
            f"list of tuples {peer * 1000:,.0f} ms; ratio {first / peer:.2f}"
        )
        late = [row._replace(address=f"late{number}{by}@x.org") for number, row in enumerate(plain[:1000])]
        more = _seconds(lambda: (index.put(late), index.everything.rows(0, _LINES)))  # noqa: B023
        plain += late
        again = _seconds(lambda: plain.sort(key=key))  # noqa: B023
        print(
            f"  sort by {by}, 1,000 rows more: {more * 1000:.0f} ms; "
            f"list of tuples {again * 1000:,.0f} ms; ratio {more / again:.2f}"
        )


async def _view(index: Index, query: Query, by: Column) -> tuple[float, float, float]:
    """Make a view; return the seconds until its first rows, until all of it, and the longest that nobody else ran."""
    hold = 0.0

    async def somebody_else() -> None:
        nonlocal hold
        last = time.perf_counter()
        while True:
            await asyncio.sleep(0)
            now = time.perf_counter()
            hold, last = max(hold, now - last), now

    other = asyncio.create_task(somebody_else())
    await asyncio.sleep(0)
    started, first = time.perf_counter(), 0.0
    async for view in index.view(query, by, reverse=True, lines=_LINES):
        view.rows(0, _LINES)
        first = first or time.perf_counter() - started
    whole = time.perf_counter() - started
    await asyncio.sleep(0)
    other.cancel()
    return first, whole, hold


def _rows(screen: Screen) -> list[tuple[str, str]]:
    """Address and reason of each row on the screen; not the scroll bar beside them."""
    return [row for line in screen.display for row in re.findall(r"(\S+) +(BOUNCE|COMPLAINT) ", line)]


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _program() -> None:
    painted: list[float] = []
    counting: list[float] = []
    sorts: list[float] = []
    held: list[float] = []
    with emulator("--addresses", str(_ROWS)) as url, Terminal(program(url)) as terminal:
        loaded = terminal.until(f"{_ROWS:,} addresses")
        terminal.settle()
        print(f"  the program: loaded after {loaded:.0f} s, {terminal.memory:.0f} MB")
        terminal.press("2/")
        terminal.settle()
        for text in ("a", "@gmail", "alice", "qzx", ".77", "re:7$"):
            for key in text:
                terminal.press(key)
                # How many there are is told once all are looked through, in two or three times as long.
                painted.append(terminal.changed(_rows) * 1000)
                print(f"  the program: {key!r} of the filter {text!r} painted after {painted[-1]:.0f} ms")
            terminal.press("\x1b")
            terminal.settle()
            terminal.press("/")
            terminal.settle()
        for key in "@gmail":
            terminal.press(key)
            counting.append(terminal.until(chr(27)) * 1000)
            print(f"  the program: {key!r} echoed after {counting[-1]:.0f} ms while the one before is counted")
            terminal.rest(0.12)
        terminal.press("\x1b")
        terminal.settle()
        for head in ("Address ↑", "by domain ↑", "Reason ↑", "UTC ↓"):
            terminal.press("s")
            sorts.append(terminal.shows(head) * 1000)
            print(f"  the program: sorted ({head}) after {sorts[-1]:.0f} ms")
            terminal.settle()
        for by in ("address", "domain", "reason", "last update"):
            terminal.press("s")
            terminal.shows("sorting by")
            terminal.settle(0.03)
            terminal.press("j")
            held.append(terminal.until(chr(27)) * 1000)
            print(f"  the program: a key while it sorts by {by} painted after {held[-1]:.0f} ms")
            terminal.settle()
        memory = terminal.memory
    for what, worst, most, unit in (
        ("a key of the filter painted", max(painted), 120, "ms"),
        ("a key while the filter counts echoed", max(counting), 50, "ms"),
        ("sorted", max(sorts), 1000, "ms"),
        ("a key while it sorts painted", max(held), 50, "ms"),
        ("memory at the end", memory, 300, "MB"),
    ):
        verdict = "PASS" if worst <= most else f"{worst - most:.0f} {unit} too many"
        print(f"  budget: {what}: at worst {worst:.0f} {unit} of {most}: {verdict}")
