"""How fast a list is loaded, beside a boto3 loop over NextToken."""

import asyncio
import time

import boto3

from sestui.domain.suppression import Connection, SuppressionList
from sestui.services.listing import Listing
from sestui.sesv2.session import open_gateway
from tests.benchmarks.measuring import compare, emulator


def run() -> None:
    """a list of 20,000 at 50 ms a call, beside a boto3 loop over NextToken"""
    with emulator("--addresses", "20000", "--latency", "50") as url:

        async def load() -> None:
            async with open_gateway(Connection("us-east-1", url)) as gateway:
                listing = Listing(gateway, SuppressionList(), time.time)
                async for _ in listing.load():
                    pass
                assert len(listing.index) == 20_000

        def ours() -> float:
            started = time.perf_counter()
            asyncio.run(load())
            return time.perf_counter() - started

        def loop() -> float:
            started = time.perf_counter()
            client = boto3.Session("x", "x").client("sesv2", region_name="us-east-1", endpoint_url=url)
            token: dict[str, str] = {}
            rows = 0
            while True:
                page = client.list_suppressed_destinations(PageSize=1000, **token)
                rows += len(page["SuppressedDestinationSummaries"])
                if "NextToken" not in page:
                    break
                token = {"NextToken": page["NextToken"]}
            assert rows == 20_000
            return time.perf_counter() - started

        compare("list of 20,000", ours, loop, peer_name="boto3 loop", runs=5)
