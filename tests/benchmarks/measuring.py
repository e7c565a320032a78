"""What the benchmarks share: a program in a pseudo-terminal, an emulator in a process of its own, medians in pairs."""

import fcntl
import os
import pty
import select
import statistics
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

BUDGET_SECONDS = 120.0


@contextmanager
def emulator(*options: str) -> Iterator[str]:
    """Yield the URL of `sestui emulator` with these options."""
    command = [sys.executable, "-m", "sestui", "emulator", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


class Terminal:
    """A program in a pseudo-terminal."""

    def __init__(self, command: list[str], *, columns: int = 120, lines: int = 40) -> None:
        self._ours, self._its = pty.openpty()
        fcntl.ioctl(self._its, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        environment = {**os.environ, "TERM": "xterm-256color", "AWS_EC2_METADATA_DISABLED": "true"}
        # Both are compiled once, as an installed program is: without this a start from a checkout compiles all of it.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        self._since = time.perf_counter()
        self._process = subprocess.Popen(
            command, stdin=self._its, stdout=self._its, stderr=self._its, env=environment, start_new_session=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._ours)
        os.close(self._its)

    def press(self, keys: str) -> None:
        self._since = time.perf_counter()
        os.write(self._ours, keys.encode())

    def until(self, awaited: str) -> float:
        """Wait until the program has written this; return the seconds since it was started or a key was pressed."""
        output = b""
        while awaited.encode() not in output:
            assert time.perf_counter() - self._since < BUDGET_SECONDS, f"{awaited!r} never came: {output[-2000:]!r}"
            if select.select([self._ours], [], [], 0.5)[0]:
                output += os.read(self._ours, 65536)
        return time.perf_counter() - self._since

    def settle(self, seconds: float = 1.0) -> None:
        """Wait until nothing has been written for so long."""
        while select.select([self._ours], [], [], seconds)[0]:
            os.read(self._ours, 65536)

    @property
    def memory(self) -> float:
        """What the program has in memory now, in MB."""
        return resident(self._process.pid)


def resident(process: int) -> float:
    """Return what a process has in memory, in MB."""
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS"))


def seconds_until(command: list[str], awaited: bytes) -> float:
    """Start a command in a pseudo-terminal, wait until it has written this, end it; seconds from start to there."""
    with Terminal(command) as terminal:
        return terminal.until(awaited.decode())


def compare(
    what: str,
    ours: Callable[[], float],
    peer: Callable[[], float],
    *,
    peer_name: str,
    most: float | None = None,
    runs: int = 7,
) -> None:
    """Measure both in turn; print the medians, the median of the ratios pair by pair, and what it is above `most`."""
    ours(), peer()
    pairs = [(ours(), peer()) for _ in range(runs)]
    mine, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    told = f"  {what}: {mine * 1000:,.0f} ms; {peer_name} {theirs * 1000:,.0f} ms; ratio {ratio:.2f}"
    if most is not None:
        told += f", PASS (at most {most})" if ratio <= most else f", {ratio - most:.2f} above {most}"
    print(told)
