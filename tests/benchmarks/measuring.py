"""What the benchmarks share: a program in a pseudo-terminal, an emulator in a process of its own, medians in pairs."""

import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pyte import Screen

from tests import terminal

BUDGET_SECONDS = 600.0 if os.environ.get("SESTUI_BENCHMARK_ROWS") else 120.0


@dataclass(frozen=True, slots=True)
class Cell:
    """A rate that an emulator enforces, and how long it is measured."""

    rate: int
    """Calls a second."""
    burst: int
    seconds: float
    at_once: int
    """Measurements at the same time: as many as don't disturb each other."""


_TERMINAL = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
"""All colours: what costs the most bytes."""


def how_many(usual: int) -> int:
    """Return how many rows to measure with: SESTUI_BENCHMARK_ROWS, where that is set."""
    return int(os.environ.get("SESTUI_BENCHMARK_ROWS", usual))


def program(url: str, *options: str) -> list[str]:
    """Return the command that opens the list of the account there, as if for the first time."""
    return [sys.executable, "-m", "sestui", "--endpoint-url", url, "--region", "us-east-1", "--no-cache", *options]


@contextmanager
def emulator(*options: str) -> Iterator[str]:
    """Yield the URL of `sestui emulator` with these options."""
    command = [sys.executable, "-m", "sestui", "emulator", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


class Terminal(terminal.Terminal):
    """A program in a pseudo-terminal, with a stopwatch that starts with it and again with each key."""

    def __init__(self, command: Sequence[str], *, columns: int = 120, lines: int = 40) -> None:
        environment = {**os.environ, **_TERMINAL, "AWS_EC2_METADATA_DISABLED": "true"}
        # Both are compiled once, as an installed program is: without this a start from a checkout compiles all of it.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        self.started = self._since = time.perf_counter()
        super().__init__(command, environment, columns=columns, lines=lines)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def press(self, keys: str) -> None:
        self._since = time.perf_counter()
        self.write(keys.encode())

    def until(self, awaited: str) -> float:
        """Wait until the program has written this; return the seconds since it was started or a key was pressed.

        Cheaper than looking at the screen each time. Of what is on the screen already sestui sends no cell again, so
        the last word has to come, and the screen then shows whether it is all there.
        """
        start, word = len(self.output), awaited.rpartition(" ")[2].encode()

        def written() -> bool:
            found = self.output.find(word, start) >= 0
            return found and (self.output.find(awaited.encode(), start) >= 0 or self._has(awaited))

        return self._wait(written, awaited)

    def sees(self, what: str, happened: Callable[[Screen], object]) -> float:
        """Wait until the screen is so; return the seconds since the start or the key, to the last byte that it took.

        What it takes to draw the screen here delays the reading of what comes next, never the clock of what came.
        """
        return self._wait(lambda: happened(self.screen), what)

    def shows(self, text: str) -> float:
        """Wait until this text is on the screen; return the seconds since the start or the key."""
        return self.sees(text, lambda _: self._has(text))

    def _has(self, text: str) -> bool:
        return any(text in line for line in self.screen.display)

    def changed(self, part: Callable[[Screen], object], seconds: float = 0.3) -> float:
        """Wait until nothing has been written for so long; return the seconds from the key to the last byte that
        changed this part of the screen, or to the first of all if none did.
        """
        seen, at = part(self.screen), 0.0
        while self.read(seconds):
            now = part(self.screen)
            if not at or now != seen:
                seen, at = now, self.read_at
        return at - self._since

    def _wait(self, happened: Callable[[], object], what: str) -> float:
        while True:
            # Reading comes first: looking takes longer than a key may.
            self.read(0.5)
            if happened():
                return self.read_at - self._since
            assert time.perf_counter() - self._since < BUDGET_SECONDS, f"{what!r} never came: {self.text[-2000:]!r}"

    def rest(self, seconds: float) -> None:
        """Read for so long."""
        until = time.perf_counter() + seconds
        while (left := until - time.perf_counter()) > 0:
            self.read(left)

    @property
    def memory(self) -> float:
        """What the program has in memory now, in MB."""
        return resident(self.process.pid)

    @property
    def processor(self) -> float:
        """The seconds that the processor has worked for the program, in all its threads."""
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text(encoding="utf-8").split()[0]) for task in tasks) / 1e9


_ROW = re.compile(r"(\S+) +(?:BOUNCE|COMPLAINT)\b.*\d\d:\d\d")


def addresses(screen: Screen) -> dict[int, str]:
    """Return the addresses of the table's rows, by their lines on the screen."""
    return {y: found[1] for y, line in enumerate(screen.display) if (found := _ROW.search(line))}


class Cursor:
    """Sees where the cursor of a table is: alone among the rows its line has a background of its own."""

    def __init__(self, screen: Screen) -> None:
        rows = addresses(screen)
        self._lines = list(rows)
        self._column = min(screen.display[y].index(address) for y, address in rows.items())

    def text(self, screen: Screen) -> str:
        """Return what stands under the cursor; nothing while there is no cursor, as in the midst of drawing."""
        backgrounds = [screen.buffer[y][self._column].bg for y in self._lines]
        for y, background in zip(self._lines, backgrounds, strict=True):
            if backgrounds.count(background) == 1:
                return "".join(screen.buffer[y][x].data for x in range(self._column, screen.columns)).split(" ")[0]
        return ""


def table_size(screen: Screen) -> tuple[int, int]:
    """Return the cells and lines of our table, the line of heads among them."""
    rows = addresses(screen)
    line, (_, address) = screen.display[min(rows)], next(iter(rows.items()))
    at = line.index(address)
    return line.index("│", at) - line.rindex("│", 0, at) - 1, len(rows) + 1


def resident(process: int) -> float:
    """Return what a process has in memory, in MB."""
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS"))


def seconds_until(command: list[str], awaited: bytes) -> float:
    """Start a command in a pseudo-terminal, wait until it has written this, end it; seconds from start to there."""
    with Terminal(command) as terminal:
        return terminal.until(awaited.decode())


def compare(
    what: str,
    ours: Callable[[], float],
    peer: Callable[[], float],
    *,
    peer_name: str,
    must: str = "",
    runs: int = 7,
) -> None:
    """Measure both in turn, in seconds, and tell; what comes first, cold, doesn't count."""
    ours(), peer()
    mine, theirs = zip(*((ours() * 1000, peer() * 1000) for _ in range(runs)), strict=True)
    tell(what, list(mine), list(theirs), "ms", must, peer_name=peer_name)


def tell(what: str, ours: list[float], peer: list[float], unit: str, must: str, *, peer_name: str) -> None:
    """Print both medians, the median of the ratios pair by pair, and whether that is as it must be.

    `must` is such as `<= 10` for the figure itself, `<= 0.6 x` for the ratio, `>= 5 x` for how many times as fast as
    the peer; empty where nothing is asked for.
    """
    mine, theirs = statistics.median(ours), statistics.median(peer)
    if must.startswith(">="):
        ratio = statistics.median(b / a for a, b in zip(ours, peer, strict=True))
    else:
        ratio = statistics.median(a / b if b else float(a > 0) for a, b in zip(ours, peer, strict=True))
    print(f"  {what}: {_short(mine)} {unit}; {peer_name} {_short(theirs)} {unit}; ratio {ratio:.2f}", end="")
    if must:
        print(f"; {verdict(ratio if must.endswith(' x') else mine, must)}", end="")
    print(flush=True)


def verdict(figure: float, must: str) -> str:
    """Say whether a figure is as it must be, such as `<= 10`, or by how much it is not."""
    order, limit = must.split()[0], float(must.split()[1])
    missing = figure - limit if order == "<=" else limit - figure
    return f"must be {must}: {'PASS' if missing <= 0 else f'short by {missing:.3g}'}"


def _short(figure: float) -> str:
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.3g}"
