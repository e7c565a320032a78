"""How fast a list is loaded, beside a boto3 loop over NextToken; and what it takes at one request a second."""

import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pyte import Screen

from tests.benchmarks.measuring import Terminal, addresses, emulator, how_many, program, seconds_until, tell, verdict
from tests.terminal import Ses

_DAY = 86_400
_LOOP = """
import sys
import boto3

client = boto3.Session("x", "x").client("sesv2", region_name="us-east-1", endpoint_url=sys.argv[1])
token, rows = {}, 0
while True:
    page = client.list_suppressed_destinations(PageSize=1000, **token)
    rows += len(page["SuppressedDestinationSummaries"])
    if "NextToken" not in page:
        break
    token = {"NextToken": page["NextToken"]}
print(f"{rows:,} addresses")
"""


def loop(url: str, many: int) -> float:
    """Return the seconds that a program with a boto3 loop over NextToken takes from its start to its last row."""
    return seconds_until([sys.executable, "-c", _LOOP, url], f"{many:,} addresses".encode())


def run() -> None:
    """a list of 200,000 at 50 ms a call in a pseudo-terminal beside a boto3 loop; 68,311 at one request a second"""
    many = how_many(200_000)
    with emulator("--addresses", str(many), "--latency", "50") as url:
        pairs = [(_load(url, many), loop(url, many)) for _ in range(3 if many <= 200_000 else 1)]
    peer = [it for _, it in pairs]
    words = f"{many:,} addresses at 50 ms a call"
    whole = [ours[0] for ours, _ in pairs]
    tell(f"{words}, from the start of the program", whole, peer, "s", ">= 10 x", peer_name="boto3 loop")
    load = [ours[1] for ours, _ in pairs]
    tell(f"{words}, from the first row on", load, peer, "s", "", peer_name="boto3 loop")
    written = [ours[2] * 1000 / many for ours, _ in pairs]
    print(f"  written for each page: {sorted(written)[len(written) // 2]:,.0f} bytes")
    _slowly(68_311)


def _load(url: str, many: int) -> tuple[float, float, int]:
    """Return the seconds from the start and from the first row to the last, and the bytes written meanwhile."""
    with Terminal(program(url)) as terminal:
        first = terminal.until("loaded, more coming")
        before = len(terminal.output)
        seconds = terminal.until(f"{many:,} addresses")
        return seconds, seconds - first, len(terminal.output) - before


def _slowly(many: int) -> None:
    done = f"{many:,} addresses"
    with _at_one_a_second(many) as (ses, terminal, newest):
        before = ses.lists
        calls = _calls_until(ses, terminal, lambda screen: [*addresses(screen).values()][:10] == newest[:10])
        terminal.shows(done)
        seconds = time.perf_counter() - terminal.started
        used, pages = ses.lists, -(-many // 1000)
    print(f"  {done} at one request a second: {seconds:.0f} s, {used} List calls for {pages} pages", end="")
    print(f"; ratio {used / pages:.2f}; {verdict(used / pages, '<= 1.1')}")
    print(f"  the newest rows are on the screen after {calls - before} List calls; {verdict(calls - before, '<= 2')}")
    with _at_one_a_second(many) as (ses, terminal, newest):
        before = ses.lists
        terminal.shows("loaded, more coming")
        for key in "2/since:24h":
            terminal.press(key)
            terminal.rest(0.05)
        # The clock goes on while one types.
        wanted = len(newest) - 5

        def all_there(screen: Screen) -> bool:
            shown = re.search(r"([\d,]+) shown of", "\n".join(screen.display))
            return shown is not None and int(shown[1].replace(",", "")) >= wanted

        calls = _calls_until(ses, terminal, all_there) - before
        least = max(2, -(-len(newest) // 1000))
    print(f"  the newest 24 h, {len(newest):,} rows, are there after {calls}; {verdict(calls, f'<= {least}')}")


@contextmanager
def _at_one_a_second(many: int) -> Iterator[tuple[Ses, Terminal, list[str]]]:
    """Yield SES, the program that has just begun, and the addresses of the newest 24 hours, the newest first."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "access.jsonl"
        sizes = ("--addresses", str(many), "--tenants", "3", "--configuration-sets", "3")
        with emulator(*sizes) as url:
            newest = _newest(Ses(url, log))
        # The same list again: only its dates hang off the time of the start.
        with emulator(*sizes, "--rate", "1", "--access-log", str(log)) as url, Terminal(program(url)) as terminal:
            yield Ses(url, log), terminal, newest


def _newest(ses: Ses) -> list[str]:
    question = {"PageSize": 1000, "StartDate": time.time() - _DAY}
    found: list[tuple[float, str]] = []
    while True:
        page = ses.client.list_suppressed_destinations(**question)
        rows = page["SuppressedDestinationSummaries"]
        found += [(-row["LastUpdateTime"].timestamp(), row["EmailAddress"]) for row in rows]
        if "NextToken" not in page:
            return [address for _, address in sorted(found)]
        question["NextToken"] = page["NextToken"]


def _calls_until(ses: Ses, terminal: Terminal, happened: Callable[[Screen], bool]) -> int:
    """Return how many List calls had been made when the screen was so."""
    terminal.sees("the newest", happened)
    return ses.lists
