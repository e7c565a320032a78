"""`--log`: a line of JSON a request; no credential, and addresses only when asked for."""

import json
import resource
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from sestui.domain.errors import FileTrouble, SestuiError
from sestui.domain.request import Request
from sestui.domain.suppression import Reason
from sestui.emulator import Emulator
from sestui.services.call_log import CallLog
from sestui.sesv2.gateway import Gateway
from tests.job_plans import ACCOUNT
from tests.job_processes import Start, end_of, starting, surroundings
from tests.serving import NOON, faults, operations

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
KEYS = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": SECRET,
    "AWS_SESSION_TOKEN": "FwoGZXIvYXdz",
}


def never(error: SestuiError) -> None:
    raise AssertionError(error)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("addresses", [False, True])
async def test_a_line_tells_of_one_request(
    gateway: Gateway, emulator: Emulator, tmp_path: Path, addresses: bool
) -> None:
    log = CallLog(tmp_path / "calls", lambda: NOON, never, addresses=addresses)
    gateway.listeners.append(log.hear)
    await gateway.put_suppressed_destination(ACCOUNT, "alice@corp.com", Reason.BOUNCE)
    emulator.conditions = faults("access-denied@GetAccount=1")
    with pytest.raises(SestuiError):
        await gateway.resources.account()
    log.close()
    put, denied = lines(tmp_path / "calls")
    assert (put.pop("address", None) == "alice@corp.com") is addresses
    assert put.keys() == denied.keys() == {"time", "operation", "code", "request_id", "duration"}
    assert (put["time"], put["operation"], put["code"]) == (
        "2026-11-22T12:00:00.000Z",
        "PutSuppressedDestination",
        None,
    )
    assert (denied["operation"], denied["code"]) == ("GetAccount", "AccessDeniedException")
    assert put["request_id"]
    assert denied["request_id"]
    assert 0 < put["duration"] < 60
    assert mode(tmp_path / "calls") == 0o600


def test_what_is_there_already_stays_and_is_nobody_elses_from_now_on(tmp_path: Path) -> None:
    file = tmp_path / "calls"
    file.write_text("{}\n")
    file.chmod(0o644)
    log = CallLog(file, lambda: NOON, never)
    log.hear(Request("GetAccount", 0.5))
    log.close()
    log.hear(Request("GetAccount", 0.5))
    assert [it.get("operation") for it in lines(file)] == [None, "GetAccount"]
    assert mode(file) == 0o600


@pytest.mark.parametrize("name", [".", "none/calls", "link", "others"])
def test_a_file_that_is_not_ours_alone_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "others").touch()
    (tmp_path / "others").chmod(0o666)
    with pytest.raises(FileTrouble, match="can't be written"):
        CallLog(tmp_path / name, lambda: NOON, never)
    assert not (tmp_path / "elsewhere").exists()


def test_a_disk_that_is_full_is_told_once_and_ends_the_log_only(tmp_path: Path) -> None:
    told: list[SestuiError] = []
    log = CallLog(tmp_path / "calls", lambda: NOON, told.append)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    try:
        for _ in range(3):
            log.hear(Request("GetAccount", 0.5))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [type(it) for it in told] == [FileTrouble]
    assert "ends here" in str(told[0])


# The commands


@pytest.fixture
async def start(tmp_path: Path, environment: dict[str, str]) -> AsyncIterator[Start]:
    async with starting(surroundings(environment | KEYS, tmp_path / "state"), tmp_path, "--log", "calls") as begin:
        yield begin


@pytest.mark.parametrize("asked", [False, True])
async def test_a_command_logs_each_of_its_calls_and_no_credential(
    start: Start, gateway: Gateway, emulator: Emulator, tmp_path: Path, asked: bool
) -> None:
    await gateway.put_suppressed_destination(ACCOUNT, "alice@corp.com", Reason.BOUNCE)
    emulator.requests.clear()
    more = ("--log-addresses",) if asked else ()
    where = ("--endpoint-url", emulator.url, "--region", "us-east-1", "--yes", *more)
    ended = await end_of(await start("remove", "--account", "alice@corp.com", *where))
    assert ended.status == 0, ended.err
    told = (tmp_path / "calls").read_text()
    assert [it["operation"] for it in lines(tmp_path / "calls")] == operations(emulator)
    assert ("@" in told) is asked
    assert not any(secret in told for secret in KEYS.values())
    undone = await end_of(await start("jobs", "undo", "1", "--yes"))
    assert undone.status == 0, undone.err
    assert [it["operation"] for it in lines(tmp_path / "calls")] == operations(emulator)


async def test_a_log_that_cannot_be_written_is_said_before_anything_is_sent(
    start: Start, emulator: Emulator, tmp_path: Path
) -> None:
    (tmp_path / "calls").mkdir()
    ended = await end_of(await start("list", "--endpoint-url", emulator.url, "--region", "us-east-1"))
    assert (ended.status, ended.out) == (2, "")
    assert "can't be written" in ended.err
    assert operations(emulator) == []
