"""`sestui list` as a process of its own, against an emulator."""

import asyncio
import csv
import json
import os
import re
import signal
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sestui.domain.suppression import Reason, SuppressedDestinationSummary, SuppressionList
from sestui.emulator import Conditions, Emulator, Rate
from sestui.services.outage import PATIENCE
from sestui.sesv2.gateway import Gateway
from tests.conftest import SMALL
from tests.job_plans import ACCOUNT, rows
from tests.job_processes import Ended, Start, Terminal, end_of, starting, surroundings, until
from tests.serving import faults, operations

RETAIL = SuppressionList("acme-retail")
HOSTILE = '"=cmd|\x1b[2J,x"@corp.com'


@pytest.fixture
async def start(tmp_path: Path, environment: dict[str, str], emulator: Emulator) -> AsyncIterator[Start]:
    where = ("list", "--endpoint-url", emulator.url, "--region", "us-east-1")
    async with starting(surroundings(environment, tmp_path / "state"), tmp_path, *where) as begin:
        yield begin


async def listed(start: Start, *arguments: str) -> Ended:
    return await end_of(await start(*arguments))


def cells(text: str) -> list[list[str]]:
    return sorted(csv.reader(text.splitlines()))


def as_cells(found: list[SuppressedDestinationSummary]) -> list[list[str]]:
    return sorted([row.address, row.reason] for row in found)


async def test_nothing_is_printed_of_an_empty_list(start: Start) -> None:
    ended = await listed(start)
    assert (ended.status, ended.out, ended.err) == (0, "", "")


@pytest.mark.parametrize("world", [SMALL])
async def test_into_a_pipe_goes_the_shape_that_ses_imports(start: Start, gateway: Gateway) -> None:
    ended = await listed(start)
    assert (ended.status, ended.err) == (0, "")
    assert cells(ended.out) == as_cells(await rows(gateway, ACCOUNT))


@pytest.mark.parametrize("world", [SMALL])
async def test_a_tenants_list_is_filtered(start: Start, gateway: Gateway) -> None:
    ended = await listed(start, "--tenant", "acme-retail", "--filter", "reason:complaint", "--format", "jsonl")
    expected = [row for row in await rows(gateway, RETAIL) if row.reason is Reason.COMPLAINT]
    assert expected
    told = [json.loads(line) for line in ended.out.splitlines()]
    assert sorted((it["emailAddress"], it["reason"]) for it in told) == sorted(row[:2] for row in expected)


async def test_a_table_is_for_people(start: Start, gateway: Gateway) -> None:
    await gateway.put_suppressed_destination(ACCOUNT, "alice@corp.com", Reason.BOUNCE)
    head, line = (await listed(start, "--format", "table")).out.splitlines()
    assert head.split() == ["ADDRESS", "REASON", "LAST", "UPDATE", "(UTC)"]
    assert line.split()[:2] == ["alice@corp.com", "BOUNCE"]


async def test_a_spreadsheet_gets_nothing_that_it_would_run(start: Start, gateway: Gateway) -> None:
    await gateway.put_suppressed_destination(ACCOUNT, "=1+1@corp.com", Reason.BOUNCE)
    first, *_, line = (await listed(start, "--spreadsheet")).out.splitlines()
    assert "do not give this file to SES" in first
    assert line.startswith('"\'=1+1@corp.com",')
    refused = await listed(start, "--spreadsheet", "--format", "jsonl")
    assert (refused.status, refused.out) == (2, "")


@pytest.mark.parametrize("world", [SMALL])
async def test_a_reader_that_has_enough_ends_it_at_once(start: Start, emulator: Emulator) -> None:
    emulator.conditions = Conditions(latency=0.2)
    reading, writing = os.pipe()
    process = await start(stdout=writing)
    os.close(writing)
    await until(lambda: operations(emulator))
    os.close(reading)
    ended = await end_of(process)
    assert (ended.status, ended.err) == (0, "")
    assert operations(emulator).count("ListSuppressedDestinations") <= 4


async def test_on_a_terminal_nothing_of_an_address_is_obeyed(
    start: Start, gateway: Gateway, terminal: Terminal
) -> None:
    await gateway.put_suppressed_destination(ACCOUNT, HOSTILE, Reason.BOUNCE)
    process = await start(stdout=terminal.theirs, stderr=terminal.theirs)
    assert (await end_of(process)).status == 0
    await until(lambda: "corp.com" in terminal.seen)
    assert "\x1b" not in terminal.seen
    assert r"\x1b[2J" in terminal.seen


@pytest.mark.parametrize("world", [SMALL])
async def test_into_a_pipe_the_progress_is_told_on_a_terminal(
    start: Start, emulator: Emulator, terminal: Terminal
) -> None:
    emulator.conditions = Conditions(latency=0.1)
    process = await start(stderr=terminal.theirs)
    ended = await end_of(process)
    await until(lambda: terminal.seen.endswith("\r\x1b[K"))
    assert "\r\x1b[K2,500 addresses, " in terminal.seen
    assert (ended.status, len(ended.out.splitlines())) == (0, 2500)


async def test_what_is_wrong_is_said_in_a_line_with_a_status(start: Start, emulator: Emulator) -> None:
    ended = await listed(start, "--tenant", "nobody")
    assert (ended.status, ended.out) == (1, "")
    assert "nobody" in ended.err
    assert len(ended.err.splitlines()) == 1
    ended = await listed(start, "--filter", "since:yesterday")
    assert (ended.status, ended.out) == (2, "")
    assert "since:yesterday is no time" in ended.err
    emulator.conditions = faults("access-denied@ListSuppressedDestinations=1")
    ended = await listed(start)
    assert (ended.status, ended.out) == (4, "")
    assert "ListSuppressedDestinations is denied" in ended.err


async def test_an_outage_is_told_while_it_is_waited_out(start: Start, emulator: Emulator) -> None:
    emulator.conditions = faults("503=1")
    process = await start()
    assert process.stderr is not None
    told = (await process.stderr.readline()).decode()
    assert "SES gives no useful answer just now" in told
    clock = re.search(r"It is asked again until (\d\d):(\d\d):(\d\d) UTC, then given up\.$", told.rstrip())
    assert clock is not None
    hours, minutes, seconds = map(int, clock.groups())
    # Within a minute of what is said, over midnight too.
    assert abs((3600 * hours + 60 * minutes + seconds - time.time() - PATIENCE + 43200) % 86400 - 43200) < 60
    # It is asked again and again, and that is not told again.
    asked = len(operations(emulator))
    await until(lambda: len(operations(emulator)) > asked + 8)
    process.send_signal(signal.SIGINT)
    ended = await end_of(process)
    assert (ended.status, ended.err) == (130, "")


@pytest.mark.parametrize("world", [SMALL])
async def test_it_goes_no_faster_than_ses_lets_it(start: Start, emulator: Emulator) -> None:
    emulator.conditions = Conditions(rates=(Rate.parse("4:1"),))
    assert len((await listed(start)).out.splitlines()) == 2500


# A file


@pytest.mark.parametrize("world", [SMALL])
async def test_a_file_is_whole_and_over_no_other(start: Start, gateway: Gateway, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    ended = await listed(start, "--output", str(file))
    assert (ended.status, ended.out) == (0, "")
    assert cells(file.read_text()) == as_cells(await rows(gateway, ACCOUNT))
    assert file.stat().st_mode & 0o777 == 0o600
    refused = await listed(start, "--output", str(file), "--filter", "nobody")
    assert refused.status == 2
    assert "--yes" in refused.err
    assert len(file.read_text().splitlines()) == 2500
    assert (await listed(start, "--output", str(file), "--filter", "nobody", "--yes")).status == 0
    assert file.read_text() == ""


@pytest.mark.parametrize("world", [SMALL])
async def test_an_output_that_can_not_be_written_is_said_in_a_line(start: Start) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        ended = await end_of(await start(stdout=full))
    finally:
        os.close(full)
    assert ended.status == 1
    assert ended.err == (
        "sestui list: Standard output can't be written: No space left on device. What came out is not all.\n"
    )


@pytest.mark.parametrize("world", [SMALL])
async def test_a_stream_that_is_closed_is_no_reason_to_break_down(
    tmp_path: Path, environment: dict[str, str], emulator: Emulator
) -> None:
    async def under_shell(line: str) -> Ended:
        where = f"--endpoint-url {emulator.url} --region us-east-1"
        process = await asyncio.create_subprocess_exec(
            *("sh", "-c", f"{sys.executable} -m sestui {where} {line}"),
            stdout=PIPE,
            stderr=PIPE,
            env=surroundings(environment, tmp_path / "state"),
            cwd=tmp_path,
        )
        return await end_of(process)

    ended = await under_shell("list >&-")
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.count("\n") == 1
    ended = await under_shell("list --tenant no-such-tenant 2>&-")
    assert (ended.status, ended.out, ended.err) == (1, "", "")
    ended = await under_shell("remove --account - <&-")
    assert (ended.status, ended.err) == (2, "sestui remove: No address came: nothing was done.\n")


async def test_a_tenant_without_a_name_is_not_the_account(start: Start, emulator: Emulator) -> None:
    ended = await listed(start, "--tenant", "")
    assert (ended.status, ended.out) == (2, "")
    assert "a tenant's name is not empty" in ended.err
    assert operations(emulator) == []


async def test_an_error_leaves_no_half_file(start: Start, emulator: Emulator, tmp_path: Path) -> None:
    emulator.conditions = faults("access-denied@ListSuppressedDestinations=1")
    assert (await listed(start, "--output", str(tmp_path / "list.csv"))).status == 4
    assert [it.name for it in tmp_path.iterdir() if "list" in it.name] == []  # noqa: ASYNC240 - a look, no wait
