"""A job's own process: it outlives whoever started it, and carries credentials that nobody else sees."""

import asyncio
import os
import signal
import stat
import sys
from asyncio.subprocess import PIPE
from collections.abc import Callable
from pathlib import Path

import pytest

from sestui.domain.errors import JournalTrouble
from sestui.domain.job import Outcome, State
from sestui.domain.secret import Secret
from sestui.domain.suppression import Connection, Reason
from sestui.emulator import Conditions, Emulator
from sestui.services.detached import Child, start
from sestui.services.journal import Journal
from sestui.services.logout import Logout, at_logout
from sestui.sesv2.gateway import Gateway
from sestui.sesv2.session import open_gateway
from tests.job_plans import ACCOUNT, journal_in, removal, rows
from tests.serving import operations

PATIENCE = 40.0
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def package(monkeypatch: pytest.MonkeyPatch) -> None:
    """The child finds this sestui, wherever it is started."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def journal(folder: Path) -> Journal:
    return journal_in(folder)


async def until(happened: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not happened():  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.02)


async def planned(gateway: Gateway, journal: Journal, *addresses: str, connection: Connection | None = None) -> int:
    for address in addresses:
        await gateway.put_suppressed_destination(ACCOUNT, address, Reason.BOUNCE)
    return journal.plan(removal(connection or await gateway.identify(), await rows(gateway)))


def shown_of(pid: int) -> str:
    """Return what the system tells of a process: its command line and its environment."""
    return Path(f"/proc/{pid}/cmdline").read_text() + Path(f"/proc/{pid}/environ").read_text()


def files_in(folder: Path) -> dict[Path, bytes]:
    """Return what is in each; nobody else may read any."""
    found = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert {stat.S_IMODE(path.stat().st_mode) for path in found} == {0o600}
    return found


async def test_credentials_of_the_environment_reach_the_child_and_nobody_else(
    emulator: Emulator, journal: Journal, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDENV")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "confidential-key")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "confidential-token")
    async with open_gateway(Connection("us-east-1", emulator.url)) as gateway:
        number = await planned(gateway, journal, "alice@corp.com", "bob@corp.com")
        secret = await gateway.secret()
    emulator.conditions = Conditions(latency=0.2)
    child = await start(folder / "sestui", number, secret)
    await until(lambda: journal.job(number).is_running)
    shown = shown_of(child.pid)
    assert f"jobs\0run\0{number}" in shown
    assert "confidential" not in shown
    assert "AKIDENV" not in shown
    await until(lambda: child.ended() is not None)
    assert (child.ended(), child.trouble()) == (0, "")
    assert journal.job(number).counts == {Outcome.REMOVED: 2}
    kept = files_in(folder)
    assert kept[child.log] == b""
    assert not [path for path, data in kept.items() if b"confidential" in data]


async def test_the_child_signs_with_the_credentials_it_was_given(
    journal: Journal, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        signed.append(head)
        writer.write(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        number = journal.plan(removal(Connection("us-east-1", url, account="123456789012"), []))
        child = await start(folder / "sestui", number, Secret(b'["AKIDGIVEN", "confidential", "the-token"]'))
        await until(lambda: child.ended() is not None)
    assert "Credential=AKIDGIVEN/" in signed[0]
    assert "x-amz-security-token: the-token" in signed[0].lower()
    # It never began: the journal can't say why, the child can.
    assert journal.job(number).state is State.PLANNED
    assert "GetCallerIdentity" in child.trouble()


_PARENT = """
import asyncio, sys
from pathlib import Path
from sestui.domain.secret import Secret
from sestui.services.detached import start

async def main():
    child = await start(Path(sys.argv[1]), int(sys.argv[2]), Secret())
    print(child.pid, flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGHUP], ids=["SIGKILL", "SIGHUP"])
async def test_it_outlives_whoever_started_it_with_its_whole_process_group(
    emulator: Emulator, gateway: Gateway, journal: Journal, folder: Path, number: signal.Signals
) -> None:
    job = await planned(gateway, journal, *(f"user{it}@corp.com" for it in range(40)))
    emulator.conditions = Conditions(latency=0.1)
    command = (sys.executable, "-c", _PARENT, str(folder / "sestui"), str(job))
    parent = await asyncio.create_subprocess_exec(*command, stdout=PIPE, start_new_session=True)
    assert parent.stdout is not None
    pid = int(await parent.stdout.readline())
    await until(lambda: journal.job(job).settled)
    os.killpg(parent.pid, number)
    # What only its own process is sent, as by a terminal that ends, it ignores.
    os.kill(pid, signal.SIGHUP)
    assert await parent.wait() == -number
    assert not journal.job(job).state.is_over
    await until(lambda: journal.job(job).state is State.DONE)
    assert journal.job(job).counts == {Outcome.REMOVED: 40}
    assert operations(emulator).count("DeleteSuppressedDestination") == 40
    assert await rows(gateway) == []


async def test_it_says_why_it_could_not_begin(
    emulator: Emulator, gateway: Gateway, journal: Journal, folder: Path
) -> None:
    there = await gateway.identify()
    number = journal.plan(removal(Connection(there.region, there.endpoint, "gone", there.account), []))
    child = await start(folder / "sestui", number, Secret())
    await until(lambda: child.ended() is not None)
    assert child.ended() == 2
    assert "There is no profile 'gone'" in child.trouble()
    assert journal.job(number).state is State.PLANNED
    assert stat.S_IMODE(child.log.stat().st_mode) == 0o600


async def test_a_child_that_was_killed_is_told(folder: Path, journal: Journal) -> None:
    number = journal.plan(removal(Connection("us-east-1", "http://192.0.2.1:9"), []))
    child = await start(folder / "sestui", number, Secret())
    assert child.trouble() == ""
    os.kill(child.pid, signal.SIGKILL)
    await until(lambda: child.ended() is not None)
    assert child.trouble() == "its process was ended by signal 9"


async def test_a_folder_that_cannot_be_used_is_told_before_anything_is_started(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalTrouble, match="own process"):
        await start(tmp_path / "file" / "sestui", 1, Secret())


def test_a_secret_is_in_no_text_of_it() -> None:
    secret = Secret(b'["AKID", "confidential", null]')
    assert secret
    assert not Secret()
    assert "confidential" not in f"{secret!r} {secret} {[secret]}"


# What becomes of it at a logout, asked of stand-ins for systemd's programs


@pytest.fixture
def bin_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder that programs are looked for in."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def stand_in(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)


def logind(folder: Path, *, kills: str = "b true", spared: str = 'as 1 "nobody-else"', only: str = "as 0") -> None:
    stand_in(folder, "busctl", f"printf '%s\\n' '{kills}' '{spared}' '{only}'")


def user() -> str:
    import pwd

    return pwd.getpwuid(os.getuid()).pw_name


async def test_without_logind_or_where_it_spares_the_user_nothing_is_said(bin_folder: Path) -> None:
    assert await at_logout() == Logout()
    for told in ({"kills": "b false"}, {"spared": f'as 1 "{user()}"'}, {"only": 'as 1 "somebody"'}, {"kills": ""}):
        logind(bin_folder, **told)
        assert await at_logout() == Logout()
    stand_in(bin_folder, "busctl", "echo 'b true'; exit 1")
    assert await at_logout() == Logout()


async def test_where_a_logout_ends_processes_that_is_said_unless_the_user_lingers(bin_folder: Path) -> None:
    logind(bin_folder)
    assert "loginctl enable-linger" in (await at_logout()).ends_it
    stand_in(bin_folder, "loginctl", "echo Linger=no")
    assert "KillUserProcesses" in (await at_logout()).ends_it
    stand_in(bin_folder, "loginctl", f'[ "$2" = {user()} ] && echo Linger=yes')
    # It lingers, but nothing is there to put the job out of the session's reach.
    assert (await at_logout()).ends_it
    stand_in(bin_folder, "systemd-run", "exit 1")
    logout = await at_logout()
    assert logout.ends_it == ""
    assert logout.through[:3] == ("systemd-run", "--user", "--scope")


async def test_a_logind_that_does_not_answer_is_not_waited_for(bin_folder: Path) -> None:
    stand_in(bin_folder, "busctl", f"exec {sys.executable} -c 'import time; time.sleep(600)'")
    async with asyncio.timeout(PATIENCE):
        assert await at_logout() == Logout()


async def test_it_is_started_in_a_scope_of_its_own(
    emulator: Emulator, gateway: Gateway, journal: Journal, folder: Path, bin_folder: Path, tmp_path: Path
) -> None:
    seen = tmp_path / "seen"
    stand_in(bin_folder, "systemd-run", f'echo "$@" > {seen}; while [ "$1" != -- ]; do shift; done; shift; exec "$@"')
    logind(bin_folder)
    stand_in(bin_folder, "loginctl", "echo Linger=yes")
    number = await planned(gateway, journal, "alice@corp.com")
    child = await start(folder / "sestui", number, Secret(), await at_logout())
    await until(lambda: child.ended() is not None)
    assert (child.ended(), child.trouble()) == (0, "")
    assert journal.job(number).counts == {Outcome.REMOVED: 1}
    assert seen.read_text().startswith(f"--user --scope --quiet --collect -- {sys.executable} ")


async def test_a_scope_that_cannot_be_had_is_told(folder: Path, journal: Journal, bin_folder: Path) -> None:
    stand_in(bin_folder, "systemd-run", "echo 'Failed to connect to bus: No medium found' >&2; exit 1")
    number = journal.plan(removal(Connection("us-east-1", "http://192.0.2.1:9"), []))
    child: Child = await start(folder / "sestui", number, Secret(), Logout(through=("systemd-run", "--user", "--")))
    await until(lambda: child.ended() is not None)
    assert child.trouble() == "Failed to connect to bus: No medium found"
