"""How soon the impact of an edit is on the screen when SES answers one request a second."""

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

from tests.benchmarks.measuring import BUDGET_SECONDS, emulator

_RUNS = 3


def run() -> None:
    """800 tenants at one request a second: from the key to the impact dialog, which names what is unread (must: 2 s)"""
    seconds = []
    for _ in range(_RUNS):
        with emulator("--tenants", "800", "--rate", "1") as url:
            seconds.append(_seconds_to_the_impact(url))
    print(f"  impact: {statistics.median(seconds):.2f} s, at most {max(seconds):.2f} s of {_RUNS} runs; must 2 s")


def _seconds_to_the_impact(url: str) -> float:
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    command = [sys.executable, "-m", "sestui", "--endpoint-url", url, "--region", "us-east-1"]
    process = subprocess.Popen(command, stdin=its, stdout=its, stderr=its, env={**os.environ, "TERM": "xterm-256color"})
    output = b""

    def wait_for(awaited: bytes) -> None:
        nonlocal output
        deadline = time.perf_counter() + BUDGET_SECONDS
        while awaited not in output:
            assert time.perf_counter() < deadline, f"{awaited!r} never came: {output[-2000:]!r}"
            if select.select([ours], [], [], 0.5)[0]:
                output += os.read(ours, 65536)
        output = b""

    try:
        wait_for(b"Enforcement status")
        os.write(ours, b"e")
        # The dialog asks the terminal whether it has painted, and takes keys from the answer on.
        wait_for(b"\x1b[6n")
        os.write(ours, b"\x1b[1;1R")
        time.sleep(0.3)
        os.write(ours, b"\x1b[C")
        wait_for(b"COMPLAINT")
        started = time.perf_counter()
        os.write(ours, b"\r")
        wait_for(b"Not read yet")
        return time.perf_counter() - started
    finally:
        process.kill()
        process.wait()
        os.close(ours)
        os.close(its)
