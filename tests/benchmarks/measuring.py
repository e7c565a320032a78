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


def seconds_until(command: list[str], awaited: bytes, *, columns: int = 120, lines: int = 40) -> float:
    """Start a command in a pseudo-terminal, wait until it has written this, end it; seconds from start to there."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color", "AWS_EC2_METADATA_DISABLED": "true"}
    started = time.perf_counter()
    process = subprocess.Popen(command, stdin=its, stdout=its, stderr=its, env=environment, start_new_session=True)
    output = b""
    try:
        while awaited not in output:
            assert time.perf_counter() - started < BUDGET_SECONDS, f"{awaited!r} never came: {output[-2000:]!r}"
            if select.select([ours], [], [], 0.5)[0]:
                output += os.read(ours, 65536)
        return time.perf_counter() - started
    finally:
        process.kill()
        process.wait()
        os.close(ours)
        os.close(its)


def compare(what: str, ours: Callable[[], float], peer: Callable[[], float], *, peer_name: str, runs: int = 7) -> None:
    """Measure both in turn and print the medians and the median of the ratios, pair by pair."""
    ours(), peer()
    pairs = [(ours(), peer()) for _ in range(runs)]
    mine, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    print(f"  {what}: {mine * 1000:,.0f} ms; {peer_name} {theirs * 1000:,.0f} ms; ratio {ratio:.2f}")
