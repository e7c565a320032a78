"""How fast a list is loaded, beside a boto3 loop over NextToken; and what it takes at one request a second."""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.benchmarks.measuring import Terminal, addresses, emulator, program, rows, seconds_until, tell, verdict
from tests.terminal import Ses

_DAY = 86_400
_PAGE_DOWN = "\x1b[6~"
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
    """a list of 200,000 at 50 ms a call in a pseudo-terminal beside a boto3 loop; 45,000 at one request a second"""
    many = rows(200_000)
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
    _slowly(45_000)


def _load(url: str, many: int) -> tuple[float, float, int]:
    """Return the seconds from the start and from the first row to the last, and the bytes written meanwhile."""
    with Terminal(program(url)) as terminal:
        first = terminal.until("loaded, more coming")
        before = len(terminal.output)
        seconds = terminal.until(f"{many:,} addresses")
        return seconds, seconds - first, len(terminal.output) - before


def _slowly(many: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "access.jsonl"
        options = (
            "--addresses",
            str(many),
            "--rate",
            "1",
            "--access-log",
            str(log),
            "--tenants",
            "3",
            "--configuration-sets",
            "3",
        )
        with emulator(*options) as url:
            ses = Ses(url, log)
            newest = _newest(ses)
            before = ses.lists
            with Terminal(program(url)) as terminal:
                terminal.until("loaded, more coming")
                terminal.press("2")
                done = f"{many:,} addresses"
                calls = _calls_until_seen(terminal, newest, lambda: ses.lists - before, done)
                terminal.shows(done)
                seconds = time.perf_counter() - terminal.started
            used, pages = ses.lists - before, -(-many // 1000)
            print(f"  {many:,} addresses at one request a second: {seconds:.0f} s")
            print(f"  calls: {used} for {pages} pages; ratio {used / pages:.2f}; {verdict(used / pages, '<= 1.1')}")
            print(f"  the newest 24 h ({len(newest)} rows) on the screen after {calls} calls; {verdict(calls, '<= 2')}")


def _newest(ses: Ses) -> set[str]:
    """Return the addresses of the newest 24 hours, as SES itself tells them."""
    question = {"PageSize": 1000, "StartDate": time.time() - _DAY}
    found: set[str] = set()
    while True:
        page = ses.client.list_suppressed_destinations(**question)
        found |= {row["EmailAddress"] for row in page["SuppressedDestinationSummaries"]}
        if "NextToken" not in page:
            return found
        question["NextToken"] = page["NextToken"]


def _calls_until_seen(terminal: Terminal, newest: set[str], calls: Callable[[], int], done: str) -> int:
    """Look through the table after each call until it shows all of these; return how many calls that took."""
    # A long address is cut on the screen.
    wanted = {address[:40] for address in newest}
    while True:
        now = calls()
        terminal.press("g")
        seen = {address[:40] for page in _pages(terminal, len(wanted)) for address in page}
        if wanted <= seen or done in terminal.text[-4000:]:
            return now
        while calls() == now:
            terminal.read(0.05)


def _pages(terminal: Terminal, least: int) -> Iterator[set[str]]:
    """Turn pages from the first on until so many rows have passed."""
    passed = 0
    while passed <= least + 40:
        terminal.settle(0.06)
        page = set(addresses(terminal.screen).values())
        yield page
        passed += max(1, len(page) - 1)
        terminal.press(_PAGE_DOWN)
