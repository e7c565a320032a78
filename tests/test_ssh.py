"""The program as it is used: over OpenSSH, on a line that is slow and late, and that is cut."""

import getpass
import os
import shutil
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from shlex import join

import pytest

from sestui.domain.job import Outcome, State
from tests.job_plans import journal_in
from tests.job_processes import ROOT
from tests.relay import Relay
from tests.terminal import Ses, Terminal, emulator, wait_for

_SSHD = "/usr/sbin/sshd"
_MODEM = 4_000
"""Bytes a second, with a quarter of a second each way: a satellite, or a train."""


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[int]:
    """The port of an OpenSSH of this test's own, with keys of its own, for this user on this machine alone."""
    if not Path(_SSHD).exists() or shutil.which("ssh") is None:
        why = "OpenSSH's server is not there: .ci/run installs it"
        pytest.fail(why) if os.environ.get("CI") == "true" else pytest.skip(why)
    folder = tmp_path / "ssh"
    folder.mkdir(mode=0o700)
    for key in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / key], check=True)
    shutil.copy(folder / "user.pub", folder / "authorized_keys")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    options = {
        "ListenAddress": f"127.0.0.1:{port}",
        "HostKey": folder / "host",
        "AuthorizedKeysFile": folder / "authorized_keys",
        "PidFile": "none",
        "PasswordAuthentication": "no",
        "StrictModes": "no",
        "UsePAM": "no",
        "PrintMotd": "no",
        "PrintLastLog": "no",
    }
    (folder / "config").write_text("".join(f"{name} {value}\n" for name, value in options.items()))
    if os.geteuid() == 0:
        # Where its unprivileged part lives, as the distribution's own service makes it.
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    log = folder / "log"
    server = subprocess.Popen([_SSHD, "-D", "-f", folder / "config", "-E", log], stdin=subprocess.DEVNULL)
    try:
        wait_for("sshd", lambda: log.exists() and "Server listening" in log.read_text(), lambda: str(server.poll()))
        yield port
    finally:
        server.terminate()
        server.wait(20)


Connect = Callable[..., Terminal]


@pytest.fixture
def connect(tmp_path: Path, environment: dict[str, str]) -> Iterator[Connect]:
    """Run the program by `ssh -tt` to this port, at 80x24."""
    with ExitStack() as stack:

        def run(port: int, *options: str) -> Terminal:
            far = environment | {"PYTHONPATH": str(ROOT), "XDG_STATE_HOME": str(tmp_path / "state")}
            # What the server sets of itself stays: TERM, SSH_CONNECTION.
            given = [f"{name}={value}" for name, value in far.items() if name != "TERM"]
            command = join(["env", *given, sys.executable, "-m", "sestui", "--region", "us-east-1", *options])
            where = ["-F", "none", "-i", str(tmp_path / "ssh" / "user"), "-p", str(port), "-l", getpass.getuser()]
            known = ["-o", "StrictHostKeyChecking=no", "-o", f"UserKnownHostsFile={tmp_path / 'ssh' / 'known'}"]
            opened = Terminal(["ssh", "-tt", *where, *known, "127.0.0.1", command], environment, tmp_path)
            stack.callback(opened.close)
            return opened

        yield run


@pytest.fixture
def ses(tmp_path: Path, environment: dict[str, str]) -> Iterator[Ses]:
    """150 addresses on the account's list, all BOUNCE, at a tenth of a second a call."""
    sizes = ("--tenants", "3", "--configuration-sets", "3", "--addresses", "0", "--tenant-addresses", "0")
    with emulator(tmp_path, environment, *sizes, "--latency", "100") as running, ThreadPoolExecutor(8) as pool:
        put = partial(running.client.put_suppressed_destination, Reason="BOUNCE")
        list(pool.map(lambda number: put(EmailAddress=f"person{number}@corp.com"), range(150)))
        yield running


def test_a_job_goes_on_when_the_connection_is_cut_and_is_there_when_one_comes_back(
    sshd: int, connect: Connect, ses: Ses, tmp_path: Path
) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text("job_in_app = 0\n")
    options = ("--endpoint-url", ses.url, "--config", str(settings))
    planned = ses.addresses
    journal = journal_in(tmp_path / "state")
    with Relay(sshd, delay=0.05) as line, ExitStack() as stack:
        stack.callback(journal.close)
        app = connect(line.port, *options)
        app.wait_for("150 addresses")
        app.write(b"2*d")
        app.wait_for_dialog("Type 150 to confirm")
        for keys in (b"\t", b"150", b"\r", b"\r"):
            app.write(keys)
            app.settle(0.5)
        wait_for("its first removals", lambda: journal.jobs() and journal.job(1).settled, lambda: app.text[-6000:])
        line.cut()
        assert app.ended() == 255
        assert not journal.job(1).is_interrupted
        again = connect(line.port, *options)
        again.wait_for("OnCall")
        again.write(b"J")
        again.wait_for("remove 150")
        wait_for("the job's end", lambda: journal.job(1).state is State.DONE, lambda: str(journal.job(1)))
        again.write(b"\x1b")
        again.settle(0.5)
        again.write(b"r")
        again.wait_for("This list is empty.")
    assert journal.job(1).counts == {Outcome.REMOVED: 150}
    accepted = [it for it in ses.requests if it["operation"] == "DeleteSuppressedDestination" and it["status"] == 200]
    assert Counter(it["parameters"]["EmailAddress"] for it in accepted) == dict.fromkeys(planned, 1)
    assert ses.addresses == set()


def test_on_a_slow_line_keys_have_their_effect_and_nothing_comes_unasked(sshd: int, connect: Connect, ses: Ses) -> None:
    with Relay(sshd, delay=0.25, rate=_MODEM) as line:
        app = connect(line.port, "--endpoint-url", ses.url, "--low-bandwidth")
        app.wait_for("150 addresses")
        app.settle(1.5)
        before = line.sent
        assert not app.read(2)
        assert line.sent - before == 0
        app.write(b"2")
        app.settle(1)
        for cost in [_cost(app, line, key) for key in "jjj"]:
            # 400 of the program's, and what SSH packs them in.
            assert 0 < cost <= 600
        app.write(b"/person7\rq")
        assert app.ended() == 0


def _cost(app: Terminal, line: Relay, key: str) -> int:
    before = line.sent
    app.write(key.encode())
    app.settle(1)
    return line.sent - before
