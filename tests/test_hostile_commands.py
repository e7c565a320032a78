"""The commands with text that would harm whoever obeys it: harmless on a terminal, as it is in a pipe."""

import csv
import io
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sestui.domain.addresses import why_not
from sestui.domain.display import printable
from sestui.domain.suppression import Reason, SuppressionList
from sestui.emulator import Emulator
from sestui.sesv2.gateway import Gateway
from tests.hostile import holding, texts, token
from tests.job_processes import Start, Terminal, starting, surroundings, until

WORDS = texts(5)
_OURS = re.compile(r"\r\x1b\[K|\r?\n")
"""What begins the line of progress anew, and what ends a line."""


@pytest.fixture
async def start(
    tmp_path: Path, environment: dict[str, str], emulator: Emulator, gateway: Gateway
) -> AsyncIterator[Start]:
    for number in range(3):
        await gateway.changes.create_tenant(token(number))
    for number in range(len(WORDS)):
        reason = Reason.BOUNCE if number % 3 else Reason.COMPLAINT
        for which in (SuppressionList(), SuppressionList(token(1))):
            await gateway.put_suppressed_destination(which, f"{token(number)}@corp.com", reason)
    async with holding(WORDS, emulator.url) as url:
        where = {
            "AWS_ENDPOINT_URL": url,
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "a",
            "AWS_SECRET_ACCESS_KEY": "b",
        }
        its = {**surroundings(environment, tmp_path / "state"), **where}
        async with starting(its, tmp_path, "--no-cache") as begin:
            yield begin


async def test_on_a_terminal_nothing_of_it_is_obeyed(start: Start, terminal: Terminal, tmp_path: Path) -> None:
    tenant, bare = WORDS[1], "\x1b[31m\u202e[red]"
    address = next(it for it in (f"{word}@corp.com" for word in WORDS) if why_not(it) is None)
    (tmp_path / f"{bare}.csv").write_bytes(f"{bare}@corp.com\nzoe@corp.com\n".encode() + b"\xff\x1b[2J@corp.com\n")
    (tmp_path / f"{bare}.toml").write_text('"\x1b[2J" = 1\n')
    commands = {
        ("list",): 0,
        ("list", "--tenant", bare): 1,
        ("list", "--format", "csv"): 0,
        ("find", "bob@corp.com", "--tenant", tenant): 0,
        ("add", "--tenant", tenant, "--from-file", f"{bare}.csv", "--reason", "BOUNCE", "--dry-run", "--note", bare): 1,
        ("remove", "--account", address, "--include-complaints", "--yes", "--note", bare): 0,
        ("jobs", "list"): 0,
        ("jobs", "show", "1"): 0,
        ("list", "--config", f"{bare}.toml"): 2,
    }
    for command, status in commands.items():
        process = await start(*command, stdin=terminal.theirs, stdout=terminal.theirs, stderr=terminal.theirs)
        assert await process.wait() == status, command
    await until(lambda: ".toml, line 1" in terminal.seen)
    for line in _OURS.split(terminal.seen):
        assert printable(line) == line
    for shown in (*(f"{word}@corp.com" for word in WORDS), tenant, bare):
        assert printable(shown) in terminal.seen


@pytest.mark.parametrize("shape", ["csv", "jsonl"])
async def test_in_a_pipe_it_is_as_it_came(start: Start, shape: str) -> None:
    process = await start("list", "--format", shape)
    out, err = await process.communicate()
    text = out.decode("utf-8", "surrogatepass")
    if shape == "csv":
        found = [row[0] for row in csv.reader(io.StringIO(text, newline=""))]
    else:
        found = [json.loads(line)["emailAddress"] for line in text.split("\n")[:-1]]
    assert sorted(found) == sorted(f"{word}@corp.com" for word in WORDS), err
