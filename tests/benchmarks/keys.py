"""How soon a key shows its effect while a list loads at full speed."""

import statistics
import sys
import time
from collections.abc import Callable
from random import Random

from pyte import Screen

from tests.benchmarks.loading import loop
from tests.benchmarks.measuring import Cursor, Terminal, emulator, how_many, program, tell, verdict

_KEYS = 150
_FILTER_LINE = 2


def run() -> None:
    """keys at random moments while 600,000 load at 50 ms a call, and how much longer that takes"""
    many = how_many(600_000)
    random = Random(1)
    seconds: dict[str, list[float]] = {"j": [], "/": [], "a letter": []}
    idle: list[float] = []
    loaded: list[float] = []
    with emulator("--addresses", str(many), "--latency", "50") as url:
        while sum(map(len, seconds.values())) < _KEYS or len(loaded) < 3:
            loaded.append(_load(url, many, random, seconds))
            idle += _idle(random)
        peer = [loop(url, many) for _ in range(1 if many > 200_000 else 2)]
    everything = [it * 1000 for column in seconds.values() for it in column]
    for name, column in {**seconds, "all keys": [it / 1000 for it in everything]}.items():
        ordered = sorted(it * 1000 for it in column)
        p95 = statistics.quantiles(ordered, n=20)[-1]
        judged = f"; {verdict(p95, '<= 50')}" if name == "all keys" else ""
        print(f"  {name}, {len(ordered)}: median {statistics.median(ordered):.1f} ms, p95 {p95:.1f} ms", end="")
        print(f", at most {ordered[-1]:.0f} ms{judged}")
    print(f"  j in a DataTable with nothing to do: median {statistics.median(idle) * 1000:.1f} ms, ", end="")
    print(f"p95 {statistics.quantiles(idle, n=20)[-1] * 1000:.1f} ms")
    loaded = [statistics.median(loaded)] * len(peer)
    tell(f"{many:,} addresses under keys", loaded, peer, "s", ">= 5 x", peer_name="boto3 loop")


def _load(url: str, many: int, random: Random, seconds: dict[str, list[float]]) -> float:
    """Press keys until the list is there; return the seconds from the start of the program to there."""
    done = f"{many:,} addresses"
    with Terminal(program(url)) as terminal:
        terminal.until("loaded, more coming")
        terminal.press("2")
        terminal.shows("BOUNCE")
        # From the first key on the cursor keeps to its address, and the keys alone move it.
        terminal.press("j")
        terminal.rest(0.5)
        cursor = Cursor(terminal.screen)
        while True:
            for key in (*"jjjjjj", "/", "a", "n", "\x1b"):
                # Escape has its effect when it is clear that nothing follows it.
                terminal.rest(random.uniform(0.05, 0.2) + 0.2 * (key == "j"))
                if any(done in line for line in terminal.screen.display):
                    return time.perf_counter() - terminal.started
                before = _state(terminal.screen, cursor)
                terminal.press(key)
                if key != "\x1b":
                    took = terminal.sees(f"the effect of {key}", _other(before, key != "j", cursor))
                    seconds["a letter" if key in "an" else key].append(took)


def _idle(random: Random) -> list[float]:
    """Return how soon a key shows its effect where nothing else happens: what the machine itself adds today."""
    with Terminal([sys.executable, "-m", "tests.benchmarks.peer", "1000", "82", "18"]) as terminal:
        terminal.shows("BOUNCE")
        terminal.rest(0.5)
        cursor, seconds = Cursor(terminal.screen), []
        for _ in range(15):
            terminal.rest(random.uniform(0.05, 0.4))
            before = cursor.text(terminal.screen), ""
            terminal.press("j")
            seconds.append(terminal.sees("the cursor moved", _other(before, False, cursor)))
    return seconds


def _other(before: tuple[str, str], part: bool, cursor: Cursor) -> Callable[[Screen], bool]:
    def other(screen: Screen) -> bool:
        now = _state(screen, cursor)[part]
        return bool(now) and now != before[part]

    return other


def _state(screen: Screen, cursor: Cursor) -> tuple[str, str]:
    """Return what is under the cursor of the table, and the line of the filter with its colours."""
    line = screen.buffer[_FILTER_LINE]
    return cursor.text(screen), "".join(f"{line[x].data}{line[x].bg}{line[x].reverse}" for x in range(screen.columns))
