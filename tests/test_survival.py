"""The program outlives what terminals and shells do to it, and ends when it has to, in a real pseudo-terminal."""

import fcntl
import os
import re
import signal
import stat
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from sestui.domain.job import State
from sestui.services.journal import Journal
from tests.job_processes import surroundings
from tests.terminal import Ses, Terminal, emulator, wait_for

_EMPTY = ("--tenants", "0", "--configuration-sets", "0", "--tenant-addresses", "0", "--addresses")
_MODES = ((b"\x1b[?1049h", b"\x1b[?1049l"), (b"\x1b[?25l", b"\x1b[?25h"), (b"\x1b[?2004h", b"\x1b[?2004l"))
_MOUSE = (b"\x1b[?1003h", b"\x1b[?1003l")


@pytest.fixture
def variables(environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    return surroundings(environment, tmp_path / "state")


@pytest.fixture
def ses(tmp_path: Path, environment: dict[str, str]) -> Iterator[Ses]:
    with emulator(tmp_path, environment, *_EMPTY, "0", "--latency", "100") as running:
        yield running


def _program(ses: Ses, *options: str, script: str = "") -> list[str]:
    begin = ["-c", script] if script else ["-m", "sestui"]
    return [sys.executable, *begin, *options, "--endpoint-url", ses.url, "--region", "us-east-1"]


def _gave_back(program: Terminal) -> bool:
    """Tell whether the terminal is as it was before the program."""
    modes = all(program.output.rfind(off) > program.output.rfind(on) for on, off in (*_MODES, _MOUSE))
    return modes and termios.tcgetattr(program.its) == program.settings


@pytest.mark.parametrize(
    "signals", [(signal.SIGTERM,), (signal.SIGINT, signal.SIGTERM)], ids=["told", "told by somebody in a hurry"]
)
def test_a_program_told_to_end_pauses_its_job_and_gives_the_terminal_back(
    ses: Ses, variables: dict[str, str], tmp_path: Path, signals: tuple[signal.Signals, ...]
) -> None:
    with ThreadPoolExecutor(8) as pool:
        client = ses.client
        addresses = (f"person{number}@corp.com" for number in range(100))
        list(pool.map(lambda it: client.put_suppressed_destination(EmailAddress=it, Reason="BOUNCE"), addresses))
    settings = tmp_path / "settings.toml"
    settings.write_text("job_in_app = 86400\n")
    with closing(Terminal(_program(ses, "--config", str(settings)), variables, tmp_path)) as program:
        program.wait_for("100 addresses")
        program.write(b"2*d")
        program.wait_for_dialog("Type 100 to confirm")
        for keys in (b"\t", b"100", b"\r", b"\r"):
            program.write(keys)
            program.settle(0.3)
        with closing(Journal(tmp_path / "state" / "sestui", lambda: 0.0)) as journal:
            _wait_for(program, "the first removals", lambda: journal.jobs() and journal.job(1).settled)
            for number in signals:
                program.process.send_signal(number)
            # Of two that come at once Python may take the later first.
            assert program.ended() in {128 + number for number in signals}
            assert _gave_back(program)
            job = journal.job(1)
            assert 0 < job.settled < 100
            if len(signals) == 1:
                assert job.state is State.PAUSED
                assert "not begun. Paused. `sestui jobs run 1` goes on with it." in program.text
                # What was asked was answered, and is written down.
                assert job.settled == sum(it["operation"].startswith("Delete") for it in ses.writes)
            else:
                assert job.is_interrupted or job.state is State.PAUSED


def test_a_shell_stops_it_and_has_it_go_on(ses: Ses, variables: dict[str, str], tmp_path: Path) -> None:
    ses.put("person@corp.com")
    shell = ["setsid", "--ctty", "--wait", "bash", "--norc", "-i"]
    with closing(Terminal(shell, {**variables, "PS1": "$ "}, tmp_path)) as program:
        program.write(" ".join([*_program(ses), "& echo $!; fg\r"]).encode())
        program.wait_for("1 address")
        pid = int(next(line for line in program.text.splitlines() if line.strip().isdigit()))
        program.write(b"?")
        program.wait_for("Everywhere")
        program.settle(0.3)
        before, since = program.cells, len(program.output)

        program.write(b"\x1a")
        program.wait_for("Stopped", since)
        assert _is_stopped(pid)
        # The shell's own way with the terminal is another one, but it is a shell's.
        program.write(b"stty -a | grep -c ' icanon'; fg\r")
        said = re.compile(r"[\r\n]1\r\n")
        _wait_for(program, "what stty says", lambda: said.search(program.text_since(since)))
        _wait_for(program, "the screen of before", lambda: program.cells == before)

        os.kill(pid, signal.SIGSTOP)
        _wait_for(program, "a stop", lambda: _is_stopped(pid))
        program.settle(0.3)
        program.spoil()
        program.resize(100, 30)
        program.write(b"fg\r")
        _wait_for(program, "a larger screen", lambda: "find" in program.screen.display[29])
        program.settle(0.3)
        before = program.cells
        program.spoil()
        program.write(b"\x0c")
        _wait_for(program, "the same drawn anew", lambda: program.cells == before)

        program.hang_up()
        wait_for("the end of it", lambda: not Path(f"/proc/{pid}/cmdline").exists(), str)


def _wait_for(program: Terminal, what: str, happened: Callable[[], object]) -> None:
    """Wait while all is read that the program writes."""
    wait_for(what, lambda: (program.read(), happened())[1], lambda: "\n".join(program.screen.display))


def _is_stopped(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].startswith("T")


def test_a_terminal_that_takes_nothing_holds_nothing_up(
    environment: dict[str, str], variables: dict[str, str], tmp_path: Path
) -> None:
    with (
        emulator(tmp_path, environment, *_EMPTY, "20000", "--latency", "60") as ses,
        closing(Terminal(_program(ses, "--no-cache"), variables, tmp_path, columns=120, lines=40)) as program,
    ):
        program.wait_for("more coming")

        def stall() -> int:
            """Have all of the screen sent again and again until nothing more is taken; return how much that was."""
            taken = -1

            def full() -> bool:
                nonlocal taken
                before, taken = taken, _waiting(program)
                program.write(b"\x0c")
                return 0 < before == taken

            wait_for("a full terminal", full, str)
            return taken

        stall()
        pages = 20
        wait_for("all pages", lambda: ses.lists >= pages, lambda: f"{ses.lists} pages")
        # The last frame is what is drawn once it is read again.
        program.wait_for("20,000 addresses")
        program.settle()
        before = program.cells
        program.spoil()
        program.write(b"\x0c")
        _wait_for(program, "the same drawn anew", lambda: program.cells == before)

        stall()
        program.process.send_signal(signal.SIGTERM)
        wait_for("the end", lambda: program.process.poll() is not None, str, 10)
        program.settle(0.1)
        assert program.ended() == 128 + signal.SIGTERM
        assert _gave_back(program)


def _waiting(program: Terminal) -> int:
    """How many bytes nobody has read."""
    return int.from_bytes(fcntl.ioctl(program.ours, termios.FIONREAD, bytes(4)), sys.byteorder)


# A clock that fails once, in the function that a file names.
_CRASHES = """
import sys, time
from pathlib import Path
from sestui.__main__ import main
real, where = time.time, Path("crash")
def clock():
    if where.exists() and where.read_text() == sys._getframe(1).f_code.co_name:
        where.unlink()
        raise RuntimeError("the clock\\x1b[2J")
    return real()
time.time = clock
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("where", ["on_event", "_fresh"])
def test_a_crash_is_told_in_a_line_and_kept_in_a_file(
    ses: Ses, variables: dict[str, str], tmp_path: Path, where: str
) -> None:
    ses.put("person@corp.com")
    folder = tmp_path / "state" / "sestui" / "crashes"
    folder.mkdir(parents=True)
    for number in range(12):
        (folder / f"2024110{number}.txt").touch()
    with closing(Terminal(_program(ses, script=_CRASHES), variables, tmp_path)) as program:
        program.wait_for("1 address")
        (tmp_path / "crash").write_text(where)
        program.write(b"2d")
        assert program.ended() == 70
        assert _gave_back(program)
    assert r"sestui crashed: RuntimeError: the clock\x1b[2J. The traceback is in " in program.text
    kept = sorted(folder.iterdir())
    assert len(kept) == 10
    assert str(kept[-1]) in program.text
    assert stat.S_IMODE(kept[-1].stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert f"in {where}\n" in kept[-1].read_text()
    assert "person@corp.com" not in kept[-1].read_text()


def test_a_command_that_crashes_does_so_in_a_line(ses: Ses, variables: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "crash").write_text("stream")
    # Nothing can be kept here.
    (tmp_path / "state").write_text("no folder")
    command = _program(ses, "list", script=_CRASHES)
    done = subprocess.run(command, env=variables, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 70
    *traceback, line = done.stderr.splitlines()
    assert r"sestui crashed: RuntimeError: the clock\x1b[2J. The traceback, above, can't be kept: " in line
    assert r"RuntimeError: the clock\x1b[2J" in traceback


def test_without_a_terminal_it_names_the_commands(variables: dict[str, str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sestui"]
    piped = subprocess.run(command, input="", env=variables, capture_output=True, text=True, check=False)
    assert piped.returncode == 2
    assert "standard input and output and error are not" in piped.stderr
    with closing(Terminal(command, {**variables, "TERM": "dumb"}, tmp_path)) as program:
        assert program.ended() == 2
        for text in ("TERM is dumb", "`sestui list`", "`sestui find ADDRESS`"):
            assert text in program.text
