"""`sestui trends` as a process of its own, against an emulator."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from sestui.domain.query import parse
from sestui.domain.suppression import SuppressionList
from sestui.domain.trends import DAYS
from sestui.emulator import Emulator
from sestui.sesv2.gateway import Gateway
from tests.conftest import SMALL
from tests.job_plans import rows
from tests.job_processes import end_of, starting, surroundings


def seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


@pytest.mark.parametrize("world", [SMALL])
async def test_a_list_is_counted_as_it_stands_and_no_more_of_it_is_asked_for(
    environment: dict[str, str], tmp_path: Path, emulator: Emulator, gateway: Gateway
) -> None:
    listed = await rows(gateway, SuppressionList())
    emulator.requests.clear()
    where = ("trends", "--endpoint-url", emulator.url, "--region", "us-east-1")
    async with starting(surroundings(environment, tmp_path / "state"), tmp_path, *where) as start:
        ended = await end_of(await start("--json"))
        text = await end_of(await start())
        failed = await end_of(await start("--tenant", "nobody"))
    assert (ended.status, ended.err) == (0, "")
    told: dict[str, Any] = ended.told
    for group, length in (("hours", 48), ("days", DAYS)):
        assert len(told[group]) == length
        for bar in told[group]:
            end = float("inf") if bar["before"] is None else seconds(bar["before"])
            reasons = [str(row.reason) for row in listed if seconds(bar["since"]) <= row.last_update < end]
            assert (bar["bounce"], bar["complaint"]) == (reasons.count("BOUNCE"), reasons.count("COMPLAINT"))
    (spike,) = told["spikes"]
    query = parse(spike["filter"], seconds(told["at"]))
    assert set(spike["domains"]) == {"outlook.com", "hotmail.com"}
    assert sum(query.matches(row) for row in listed) == spike["bounce"] + spike["complaint"]
    sums = [sum(bar["bounce"] for bar in told[group]) for group in ("hours", "domains")]
    assert sums[0] == sums[1]
    asked = [it.parameters for it in emulator.requests if it.operation == "ListSuppressedDestinations"]
    assert asked
    assert all("StartDate" in it for it in asked if "NextToken" not in it and "TenantName" not in it)
    assert text.status == 0
    assert text.out.startswith("Far more than usual\n  outlook.com, hotmail.com: ")
    assert max(map(len, text.out.splitlines())) <= 80
    assert failed.status == 1
    assert len(failed.err.splitlines()) == 1
