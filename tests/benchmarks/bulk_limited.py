"""How much of an enforced rate a job of removals takes and how much SES refuses it, beside boto3's own ways."""

import json
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.benchmarks.measuring import Cell, emulator, verdict
from tests.benchmarks.removing import Rows, listed, planned, running

_RUNS = 3
_THREADS = 8


_CELLS = (
    Cell(1, 1, 600, 9),
    Cell(10, 1, 240, 9),
    Cell(10, 10, 240, 9),
    # Alone: three on two cores are late for each other's sake. The first second finds the limit, and gets a quarter.
    Cell(50, 1, 240, 1),
    Cell(50, 50, 60, 3),
)

_Figures = tuple[float, float, float]
"""Of the rate the share that removed something, that was let through, and of all calls the share that was refused."""


def run() -> None:
    """removals under an enforced rate of all operations together, from the first call on; takes about an hour"""
    ways = {"sestui jobs run": _program, "boto3 loop": _loop, "adaptive": _adaptive}
    for cell in _CELLS:
        with ProcessPoolExecutor(cell.at_once, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
            asked = {name: [pool.submit(_measure, cell, way) for _ in range(_RUNS)] for name, way in ways.items()}
            found = {name: [it.result() for it in futures] for name, futures in asked.items()}
        print(f"  {cell.rate} a second, bursts of {cell.burst}, {cell.seconds:.0f} s, medians of {_RUNS}:")
        for name, runs in found.items():
            removed, through, refused = (statistics.median(column) for column in zip(*runs, strict=True))
            least, most = min(it[0] for it in runs), max(it[0] for it in runs)
            print(f"    {name}: removals {removed:.3f} of the rate ({least:.3f} to {most:.3f}), ", end="")
            print(f"all calls {through:.3f}, refused {refused:.1%}", end="")
            mine = name == next(iter(ways))
            print(f"; {verdict(removed, '>= 0.95')}; refused {verdict(refused, '<= 0.02')}" if mine else "", flush=True)


def _measure(cell: Cell, remove: Callable[[str, Rows, Path, float], None]) -> _Figures:
    with tempfile.TemporaryDirectory() as name:
        folder, log = Path(name), Path(name, "log")
        conditions = ("--rate", f"{cell.rate}:{cell.burst}", "--latency", "50", "--access-log", str(log))
        # No more than are removed, or the rows of one look would be many pages.
        world = ("--addresses", str(int(1.2 * cell.rate * cell.seconds)), "--tenants", "0")
        with emulator(*conditions, *world) as url:
            rows = listed(url)
            # As full a bucket as after a rest.
            time.sleep(cell.burst / cell.rate)
            before = len(log.read_text(encoding="utf-8").splitlines())
            remove(url, rows, folder, cell.seconds)
        calls = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()[before:]]
    calls = [it for it in calls if it["operation"] != "GetCallerIdentity"]
    calls = [it for it in calls if it["time"] <= calls[0]["time"] + cell.seconds]
    through = [it for it in calls if it["status"] != 429]
    removed = sum(it["operation"] == "DeleteSuppressedDestination" and it["status"] == 200 for it in through)
    # What the bucket held at the start is no rate.
    rate = cell.rate * cell.seconds
    return (removed - cell.burst) / rate, (len(through) - cell.burst) / rate, 1 - len(through) / len(calls)


def _program(url: str, rows: Rows, folder: Path, seconds: float) -> None:
    journal, number = planned(url, folder, rows)
    journal.close()
    process = running(folder, number)
    # Its start, which is not measured, and some more.
    time.sleep(seconds + 5)
    process.kill()
    process.wait()


def _loop(url: str, rows: Rows, folder: Path, seconds: float) -> None:
    _with_threads(url, rows, Config(), 1, seconds)


def _adaptive(url: str, rows: Rows, folder: Path, seconds: float) -> None:
    config = Config(retries={"mode": "adaptive", "total_max_attempts": 10}, max_pool_connections=_THREADS)
    _with_threads(url, rows, config, _THREADS, seconds)


def _with_threads(url: str, rows: Rows, config: Config, threads: int, seconds: float) -> None:
    client = boto3.Session("x", "x").client("sesv2", region_name="us-east-1", endpoint_url=url, config=config)
    left = iter(rows)
    ends = time.monotonic() + seconds

    def work() -> None:
        for row in left:
            removed = False
            while not removed and time.monotonic() < ends:
                try:
                    client.delete_suppressed_destination(EmailAddress=row.address)
                    removed = True
                except ClientError as error:
                    removed = error.response["Error"]["Code"] == "NotFoundException"

    running = [threading.Thread(target=work, daemon=True) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join(max(0.0, ends - time.monotonic()))
