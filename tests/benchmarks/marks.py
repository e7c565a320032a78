"""What marking costs on a list of a million: the longest that nobody else runs, and memory; beside a dict."""

import asyncio
import gc
import os
import time
from collections.abc import Callable

from sestui.domain.query import Query, parse
from sestui.services.index import Index
from sestui.services.view import Column, View
from tests.benchmarks.filter import _pages
from tests.benchmarks.measuring import Terminal, emulator, program, resident

_ROWS = 1_000_000
_AT_MOST = 30.0
"""Milliseconds that a key for marks may hold the event loop."""


def run() -> None:
    """a million rows marked, inverted, counted, shown alone; beside a dict of their addresses"""
    asyncio.run(_services())
    _program()


async def _services() -> None:
    index = Index()
    for page in _pages():
        index.put(page)
    some = [it async for it in index.view(parse("gmail", 1.8e9), Column.LAST_UPDATE, reverse=True) if it.whole][-1]
    whole, marks = index.everything, index.marks
    gc.collect()
    before = resident(os.getpid())
    held = [_held("* on all", lambda: marks.add_all(whole.flags))]
    ours = resident(os.getpid()) - before
    plain: dict[str, None] = {}
    theirs = _milliseconds(lambda: plain.update((row.address, None) for row in whole))
    gc.collect()
    memory = resident(os.getpid()) - before - ours
    print(f"  the same in a dict: {theirs:,.0f} ms; ratio {held[0] / theirs:.3f}")
    print(f"  memory of {len(marks):,} marks: {ours:.1f} MB; dict {memory:.0f} MB; ratio {ours / memory:.3f}")
    query = some.query
    peer = _milliseconds(lambda: sum(not query.matches(row) for row in map(index.get, plain) if row is not None))
    plain.clear()
    counted = _held("the hidden counted", lambda: marks.shown(some))
    print(f"  the same one by one: {peer:,.0f} ms; ratio {counted / peer:.4f}")
    held += [
        counted,
        _held("U", marks.clear),
        _held("U again", marks.clear),
        _held("i on what a filter shows", lambda: marks.invert(some.flags)),
        _held("* on what a filter shows", lambda: marks.add_all(some.flags)),
        _held("space", lambda: marks.toggle(some[5].address)),
        _held("v on two rows", lambda: marks.add_all(whole.flags_between(7, 9))),
        _held("v on all but two", lambda: marks.add_all(whole.flags_between(1, len(whole) - 1))),
        _held("v on half", lambda: marks.add_all(whole.flags_between(1, len(whole) // 2))),
    ]
    marks.clear()
    marks.add_all(some.flags)
    only = await _only(index)
    held.append(only)
    marks.collect(whole)
    late = [row._replace(address=f"late{number}@x.org") for number, row in enumerate(whole.rows(0, 1000))]
    _held("a page of 1,000 that is marked as it comes", lambda: index.put(late))
    started = time.perf_counter()
    addresses = list(marks)
    print(f"  {len(addresses):,} addresses listed for a plan: {(time.perf_counter() - started) * 1000:.0f} ms")
    worst = max(held)
    verdict = "PASS" if worst <= _AT_MOST else f"{worst - _AT_MOST:.0f} ms too many"
    print(f"  budget: the longest hold of a key for marks: {worst:.1f} ms of {_AT_MOST:.0f}: {verdict}")


async def _only(index: Index) -> float:
    """Show only the marked; return the longest that nobody else ran, in milliseconds."""
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
    started = time.perf_counter()
    views: list[View] = [it async for it in index.view(Query(), Column.LAST_UPDATE, reverse=True, marked=True)]
    views[-1].rows(0, 40)
    whole = (time.perf_counter() - started) * 1000
    other.cancel()
    print(f"  m: {len(views[-1]):,} shown after {whole:.0f} ms, longest hold {hold * 1000:.1f} ms")
    return hold * 1000


def _held(what: str, work: Callable[[], object]) -> float:
    hold = _milliseconds(work)
    print(f"  {what}: {hold:.1f} ms")
    return hold


def _milliseconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def _program() -> None:
    with emulator("--addresses", str(_ROWS)) as url, Terminal(program(url)) as terminal:
        terminal.until(f"{_ROWS:,} addresses")
        terminal.settle()
        terminal.press("2")
        terminal.settle()
        before = terminal.memory
        for keys, name, awaited in (
            ("*", "*", "marked 1,000,000"),
            ("i", "i", f"{_ROWS:,} addresses"),
            ("U", "U", ""),
            ("v", "v", "range of 1"),
            ("G", "G with a range open", "range of 1,000,000"),
            ("v", "v at the end of a range of all", "marked 1,000,000"),
            (" ", "space", "marked 999,999"),
            ("m", "m", "only the marked"),
            (" ", "space while only the marked are shown", "marked 999,998"),
        ):
            terminal.press(keys)
            if awaited:
                print(f"  the program: {name} painted after {terminal.until(awaited) * 1000:.0f} ms")
            terminal.settle()
        print(f"  the program: {terminal.memory:.0f} MB, of them for marks {terminal.memory - before:.0f} MB")
