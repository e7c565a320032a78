"""A pseudo-terminal with the program in it, and SES in a process of its own: for whatever looks from outside."""

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from pyte import ByteStream, Screen
from pyte.screens import Char

PROGRAM = str(Path(sys.executable).with_name("sestui"))
PATIENCE = 40.0
"""Seconds to wait for what must come; a busy machine needs some."""
WHERE_IS_THE_CURSOR = b"\x1b[6n"
CURSOR_IS_THERE = b"\x1b[1;1R"
_CODES = re.compile(r"\x1b\[[0-9;?<>=]*[ -/]*[@-~]")


def wait_for(what: str, happened: Callable[[], object], seen: Callable[[], str], patience: float = PATIENCE) -> None:
    deadline = time.monotonic() + patience
    while not happened():
        assert time.monotonic() < deadline, f"{what} did not come; there was:\n{seen()}"
        time.sleep(0.03)


@dataclass(frozen=True)
class Ses:
    """An emulator in a process of its own, with its access log and AWS's client for it."""

    url: str
    log: Path

    @property
    def client(self) -> Any:
        keys = {"aws_access_key_id": "outside", "aws_secret_access_key": "outside"}
        return boto3.session.Session().client("sesv2", region_name="us-east-1", endpoint_url=self.url, **keys)

    def put(self, *addresses: str) -> None:
        for address in addresses:
            self.client.put_suppressed_destination(EmailAddress=address, Reason="BOUNCE")

    @property
    def addresses(self) -> set[str]:
        """What is on the account's list."""
        page = self.client.list_suppressed_destinations(PageSize=1000)
        return {row["EmailAddress"] for row in page["SuppressedDestinationSummaries"]}

    @property
    def requests(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines(keepends=True) if line.endswith("\n")]

    @property
    def writes(self) -> list[dict[str, Any]]:
        return [it for it in self.requests if re.match("Put|Delete|Create|Update", it["operation"])]

    @property
    def lists(self) -> int:
        """How often a suppression list was asked for."""
        return sum(it["operation"] == "ListSuppressedDestinations" for it in self.requests)


@contextmanager
def emulator(folder: Path, environment: Mapping[str, str], *options: str) -> Iterator[Ses]:
    log = folder / "access.jsonl"
    process = subprocess.Popen(
        [PROGRAM, "emulator", "--port", "0", "--seed", "7", "--access-log", str(log), *options],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        url = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert url, f"no URL in {line!r}"
        yield Ses(url[0], log)
    finally:
        process.terminate()
        process.wait(20)
        assert process.stdout is not None
        process.stdout.close()


class Terminal:
    """A pseudo-terminal with a program in it; like any terminal it tells where the cursor is when asked."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        folder: Path | None = None,
        *,
        columns: int = 80,
        lines: int = 24,
    ) -> None:
        self.ours, self.its = pty.openpty()
        fcntl.ioctl(self.its, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self._open = [self.ours, self.its]
        self.settings = termios.tcgetattr(self.its)
        """What stty tells, before the program begins."""
        self.output = bytearray()
        self.answers = True
        """Whether it tells where the cursor is."""
        self.read_at = 0.0
        """When the last of the output was read, in seconds of `time.perf_counter`."""
        self._unanswered = 0
        """Where the output begins in which no question has been looked for."""
        self._screen = Screen(columns, lines)
        self._stream = ByteStream(self._screen)
        self._drawn = 0
        self.process = subprocess.Popen(
            command,
            stdin=self.its,
            stdout=self.its,
            stderr=self.its,
            env=environment,
            cwd=folder,
            start_new_session=True,
        )

    @property
    def text(self) -> str:
        """What has been written so far, without escape sequences."""
        return self.text_since(0)

    def text_since(self, since: int) -> str:
        """Return what has been written after the first `since` bytes of output, without escape sequences."""
        return _CODES.sub("", self.output[since:].decode(errors="replace"))

    @property
    def screen(self) -> Screen:
        """What a person sees of what has been read so far."""
        self._stream.feed(bytes(self.output[self._drawn :]))
        self._drawn = len(self.output)
        return self._screen

    def write(self, keys: bytes) -> None:
        os.write(self.ours, keys)

    def resize(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self.its, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.screen.resize(lines, columns)
        # It has no controlling terminal, which would have told it.
        self.process.send_signal(signal.SIGWINCH)

    def spoil(self) -> None:
        """Have another program write all over the screen."""
        columns, lines = self.screen.columns, self.screen.lines
        self._stream.feed("".join(f"\x1b[{y};1H{'#' * columns}" for y in range(1, lines + 1)).encode())

    @property
    def cells(self) -> list[list[Char]]:
        """Each cell of the screen with its colours and attributes."""
        screen = self.screen
        return [[screen.buffer[y][x] for x in range(screen.columns)] for y in range(screen.lines)]

    def read(self, patience: float = 0.02) -> bool:
        """Take what has come, waiting a little for it; return whether anything has."""
        came = bool(select.select([self.ours], [], [], patience)[0])
        if came:
            self.output += os.read(self.ours, 65536)
            self.read_at = time.perf_counter()
        if self.answers:
            while (found := self.output.find(WHERE_IS_THE_CURSOR, self._unanswered)) >= 0:
                self.write(CURSOR_IS_THERE)
                self._unanswered = found + len(WHERE_IS_THE_CURSOR)
            # One may have come in part.
            self._unanswered = max(self._unanswered, len(self.output) - len(WHERE_IS_THE_CURSOR) + 1)
        return came

    def wait_for(self, text: str, since: int = 0) -> None:
        """Wait until text has been written after the first `since` bytes of output, and be it in part, and is seen.

        Of what is on the screen already no cell is sent again.
        """

        def written() -> bool:
            self.read()
            if text in self.text_since(since):
                return True
            return len(self.output) > since and any(text in line for line in self.screen.display)

        wait_for(f"{text!r}", written, lambda: self.text[-6000:])

    def wait_for_question(self, since: int) -> None:
        """Wait until the program asks where the cursor is: it has painted, but does not know that it was seen."""

        def asked() -> bool:
            self.read()
            return WHERE_IS_THE_CURSOR in self.output[since:]

        wait_for("the question for the cursor", asked, lambda: self.text[-6000:])

    def wait_for_dialog(self, text: str, since: int = 0) -> None:
        """Wait until a dialog with such a text is seen, and knows it: keys of before are none for it."""
        self.wait_for(text, since)
        self.wait_for_question(since)

    def settle(self, seconds: float = 1.0) -> None:
        """Wait until nothing has been written for so long."""
        while self.read(seconds):
            pass

    def cost(self, keys: str, seconds: float = 0.15) -> int:
        """Press keys and return how many bytes are written from the first on until nothing has been for so long."""
        before = len(self.output)
        self.write(keys.encode())
        # On a busy machine the effect of a key takes its time; one that has none is told from that only much later.
        self.read(2.0)
        self.settle(seconds)
        return len(self.output) - before

    def ended(self) -> int:
        """Wait for the end of the program and return its status."""

        def gone() -> bool:
            self.read()
            return self.process.poll() is not None

        wait_for("the end", gone, lambda: self.text[-6000:])
        while select.select([self.ours], [], [], 0)[0]:
            self.output += os.read(self.ours, 65536)
        return self.process.wait()

    def hang_up(self) -> None:
        """Have the terminal gone, as when a window is closed or a connection is cut."""
        while self._open:
            os.close(self._open.pop())

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self.hang_up()
