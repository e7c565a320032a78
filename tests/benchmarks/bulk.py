"""How fast a job removes what no limit holds back, beside what bare aiobotocore can do at best."""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession

from tests.benchmarks.measuring import emulator, how_many, verdict
from tests.benchmarks.removing import CREDENTIALS, Rows, alone, listed, planned, portions, rate_of, running

_AT_ONCE = (16, 32, 48, 64, 96)
_RUNS = 5


def run() -> None:
    """removals at 50 ms a call without a limit, the journal on the disk at synchronous=FULL, beside bare aiobotocore"""
    many = how_many(10_000)
    with emulator(*_world(many * (len(_AT_ONCE) + 2 * _RUNS)), "--latency", "50") as url:
        left = iter(portions(listed(url), many))
        bare = {at_once: alone(_bare, url, next(left), at_once) for at_once in _AT_ONCE}
        for at_once, rate in bare.items():
            print(f"  bare aiobotocore, {at_once} at once: {rate:.0f} removals a second", flush=True)
        best = max(bare, key=lambda it: bare[it])
        figures = [(_program(url, next(left)), alone(_bare, url, next(left), best)) for _ in range(_RUNS)]
    program, peer = (statistics.median(column) for column in zip(*figures, strict=True))
    ratios = [mine / its for mine, its in figures]
    ratio = statistics.median(ratios)
    print(f"  sestui jobs run: {program:.0f} removals a second; bare aiobotocore, {best} at once, {peer:.0f}; ", end="")
    print(f"ratio {ratio:.3f} ({min(ratios):.3f} to {max(ratios):.3f}); {verdict(ratio, '>= 0.9 x')}", flush=True)


def _world(addresses: int) -> list[str]:
    return ["--addresses", str(addresses), "--tenants", "0", "--configuration-sets", "0"]


def _program(url: str, rows: Rows) -> float:
    with tempfile.TemporaryDirectory() as folder:
        journal, number = planned(url, Path(folder), rows)
        assert running(Path(folder), number).wait() == 0
        job = journal.job(number)
        journal.close()
        return rate_of(job)


def _bare(url: str, rows: Rows, at_once: int) -> float:
    """Return how many rows a second are removed when nothing is asked, paced or written down."""

    async def remove() -> float:
        config = AioConfig(max_pool_connections=at_once)
        keys = {"aws_access_key_id": CREDENTIALS["AWS_ACCESS_KEY_ID"], "aws_secret_access_key": "x"}
        async with AioSession().create_client(
            "sesv2", region_name="us-east-1", endpoint_url=url, config=config, **keys
        ) as client:
            left = iter(rows)

            async def work() -> None:
                for row in left:
                    await client.delete_suppressed_destination(EmailAddress=row.address)

            began = time.perf_counter()
            await asyncio.gather(*(work() for _ in range(at_once)))
            return len(rows) / (time.perf_counter() - began)

    return asyncio.run(remove())
