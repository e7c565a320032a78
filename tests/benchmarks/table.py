"""What a key in the table costs at a thousand rows and at a million, beside Textual's DataTable."""

import sys

from pyte import Screen

from tests.benchmarks.measuring import Cursor, Terminal, emulator, how_many, program, table_size, tell

_SIZES = ((120, 40), (80, 24), (250, 50))
_KEYS = 12
"""Fewer than the rows on the smallest screen: none of them scrolls."""
_PAGES = 10
_PAGE_DOWN, _DOWN = "\x1b[6~", "j"


def run() -> None:
    """cursor down and page down at 1,000 and at 1,000,000 rows, beside Textual's DataTable of 1,000"""
    many = how_many(1_000_000)
    with emulator("--addresses", "1000") as small, emulator("--addresses", str(many)) as large:
        for columns, lines in _SIZES:
            print(f"  {columns}x{lines}")
            with (
                Terminal(program(small), columns=columns, lines=lines) as few,
                Terminal(program(large), columns=columns, lines=lines) as lots,
            ):
                few.shows("1,000 addresses")
                few.settle()
                width, height = table_size(few.screen)
                peer = [sys.executable, "-m", "tests.benchmarks.peer", "1000", str(width), str(height)]
                with Terminal(peer, columns=columns, lines=lines) as datatable:
                    datatable.shows("BOUNCE")
                    lots.until(f"{many:,} addresses")
                    for terminal in (few, lots):
                        terminal.press("2")
                    _measure(few, lots, datatable, many)


def _measure(few: Terminal, lots: Terminal, datatable: Terminal, many: int) -> None:
    terminals = (few, lots, datatable)
    for terminal in terminals:
        terminal.settle()
    seconds, costs = _in_turn(terminals, _DOWN, _KEYS)
    small, large, peers = ([it * 1000 for it in column] for column in seconds)
    tell("cursor down, 1,000 rows", small, peers, "ms", "<= 10", peer_name="DataTable")
    tell(f"cursor down, {many:,} rows", large, small, "ms", "<= 10", peer_name="1,000 rows")
    tell("cursor down, 1,000 rows", costs[0], costs[2], "bytes", "<= 400", peer_name="DataTable")
    tell(f"cursor down, {many:,} rows", costs[1], costs[0], "bytes", "<= 400", peer_name="1,000 rows")
    seconds, costs = _in_turn(terminals, _PAGE_DOWN, _PAGES)
    small, large, peers = ([it * 1000 for it in column] for column in seconds)
    tell("page down, 1,000 rows", small, peers, "ms", "", peer_name="DataTable")
    tell(f"page down, {many:,} rows", large, small, "ms", "", peer_name="1,000 rows")
    tell("page down, 1,000 rows", costs[0], costs[2], "bytes", "<= 0.6 x", peer_name="DataTable")
    tell(f"page down, {many:,} rows", costs[1], costs[2], "bytes", "<= 0.6 x", peer_name="DataTable")
    # At the lower edge each further row moves all of them.
    _, costs = _in_turn(terminals, _DOWN, _KEYS)
    tell("cursor down that scrolls, 1,000 rows", costs[0], costs[2], "bytes", "", peer_name="DataTable")


def _in_turn(terminals: tuple[Terminal, ...], key: str, times: int) -> tuple[list[list[float]], list[list[float]]]:
    """Press the key in each in turn; return the seconds and the bytes, a list for each terminal."""
    seconds: list[list[float]] = [[] for _ in terminals]
    costs: list[list[float]] = [[] for _ in terminals]
    cursors = [Cursor(terminal.screen) for terminal in terminals]
    for _ in range(times):
        for terminal, cursor, took, cost in zip(terminals, cursors, seconds, costs, strict=True):
            before, there = len(terminal.output), cursor.text(terminal.screen)

            def moved(screen: Screen, cursor: Cursor = cursor, there: str = there) -> bool:
                return cursor.text(screen) not in ("", there)

            terminal.press(key)
            took.append(terminal.sees("the cursor on another row", moved))
            terminal.settle(0.1)
            cost.append(len(terminal.output) - before)
    return seconds, costs
