"""How much of an enforced rate a job takes, and how much of it SES refuses, beside botocore's adaptive mode."""

import asyncio
import json
import statistics
import tempfile
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from sestui.domain.errors import SestuiError
from sestui.domain.suppression import Connection, Reason, SuppressionList
from sestui.sesv2.session import open_gateway
from tests.benchmarks.measuring import Cell, emulator

_RUNS = 5
_WORKERS = 16
_THREADS = 8
_LATENCY = 50
"""Milliseconds."""


_CELLS = (
    Cell(1, 1, 300, 10),
    Cell(10, 1, 120, 5),
    Cell(10, 10, 120, 5),
    Cell(50, 1, 30, 2),
    Cell(50, 50, 30, 2),
)


def run() -> None:
    """additions under an enforced rate, cold start included, beside botocore's adaptive mode; takes some 20 minutes"""
    for cell in _CELLS:
        with ProcessPoolExecutor(cell.at_once, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
            pairs = [(pool.submit(_measure, cell, True), pool.submit(_measure, cell, False)) for _ in range(_RUNS)]
            ours, peer = ([future.result() for future in column] for column in zip(*pairs, strict=True))
        share, refused, calls = (statistics.median(column) for column in zip(*ours, strict=True))
        its_share, its_refused, _ = (statistics.median(column) for column in zip(*peer, strict=True))
        ratio = statistics.median(mine[0] / its[0] for mine, its in zip(ours, peer, strict=True))
        short = [f"{0.95 - share:.3f} of the rate short"] * (share < 0.95)
        short += [f"{refused - 0.02:.1%} too many refused"] * (refused > 0.02)
        print(
            f"  {cell.rate}/s, burst {cell.burst}: {share:.3f} of the rate ({min(ours)[0]:.3f} to {max(ours)[0]:.3f}),"
            f" {refused:.1%} of {calls:.0f} calls refused; botocore adaptive {its_share:.3f}, {its_refused:.1%};"
            f" ratio {ratio:.2f}; {', '.join(short) or 'PASS'}",
            flush=True,
        )


def _measure(cell: Cell, ours: bool) -> tuple[float, float, int]:
    """Return the share of the rate, the share of calls that were refused, and the calls."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log")
        conditions = ("--rate", f"{cell.rate}:{cell.burst}", "--latency", str(_LATENCY), "--access-log", str(log))
        with emulator(*conditions) as url:
            if ours:
                asyncio.run(_ours(url, cell.seconds))
            else:
                _adaptive(url, cell.seconds)
        statuses = [json.loads(line)["status"] for line in log.read_text(encoding="utf-8").splitlines()]
    let_through = statuses.count(200)
    # What the bucket held at the start is no rate.
    return (let_through - cell.burst) / cell.seconds / cell.rate, 1 - let_through / len(statuses), len(statuses)


async def _ours(url: str, seconds: float) -> None:
    async with open_gateway(Connection("us-east-1", url)) as gateway:

        async def work(worker: int) -> None:
            number = 0
            while True:
                number += 1
                try:
                    await gateway.put_suppressed_destination(
                        SuppressionList(), f"a{worker}.{number}@corp.com", Reason.BOUNCE
                    )
                except SestuiError:
                    continue  # Refused for good, and counted as refused.

        try:
            async with asyncio.timeout(seconds), asyncio.TaskGroup() as group:
                for worker in range(_WORKERS):
                    group.create_task(work(worker))
        except TimeoutError:
            return


def _adaptive(url: str, seconds: float) -> None:
    config = Config(retries={"mode": "adaptive", "total_max_attempts": 10}, max_pool_connections=_THREADS)
    client = boto3.Session("x", "x").client("sesv2", region_name="us-east-1", endpoint_url=url, config=config)
    ends = time.monotonic() + seconds

    def work(worker: int) -> None:
        number = 0
        while time.monotonic() < ends:
            number += 1
            try:
                client.put_suppressed_destination(EmailAddress=f"a{worker}.{number}@corp.com", Reason="BOUNCE")
            except ClientError:
                continue

    threads = [threading.Thread(target=work, args=(worker,), daemon=True) for worker in range(_THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, ends - time.monotonic()))
