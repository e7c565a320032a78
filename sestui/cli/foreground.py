"""Work on SES in the foreground of a shell: a job with its progress, which a signal pauses and does not break off."""

from __future__ import annotations

import asyncio
import os
import select
import selectors
import signal
import sys
import termios
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from sestui.cli.job_text import progress
from sestui.cli.statuses import INTERRUPTED
from sestui.domain.display import moment, printable, zone_of
from sestui.domain.errors import JournalTrouble
from sestui.domain.job import Job, State
from sestui.services.in_thread import in_thread
from sestui.services.jobs import Jobs

if TYPE_CHECKING:
    from sestui.domain.errors import SestuiError
    from sestui.services.journal import Journal

_PROGRESS: Final = 0.5
"""Seconds from one look at how far a job is to the next."""


class _PunctualSelector(selectors.DefaultSelector):
    """One with exact timers: epoll rounds them up to the next millisecond, and a slot may be 20 of them."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout > 0:
            # It is exact, but slow with many connections: here it waits for the one descriptor that stands for all.
            select.select([self], (), (), timeout)
        return super().select(0)


def _punctual() -> asyncio.AbstractEventLoop:
    return asyncio.SelectorEventLoop(_PunctualSelector())


class Foreground:
    """One command's work."""

    def __init__(self, *, detached: bool = False) -> None:
        self._detached = detached
        """Whether nobody looks: nothing is told, and no terminal's end matters."""
        self._pause: Callable[[], bool] = lambda: False
        """Has what is under way end soon, if that can be."""
        self._shown = ""

    def run(self, work: Coroutine[Any, Any, int]) -> int:
        """Return the status that the work returns, or 130 where a signal ended it."""
        with asyncio.Runner(loop_factory=_punctual) as runner:
            return runner.run(self._run(work))

    async def _run(self, work: Coroutine[Any, Any, int]) -> int:
        loop = asyncio.get_running_loop()
        task = asyncio.ensure_future(work)
        told = False

        def stop(number: int) -> None:
            nonlocal told
            if told and number == signal.SIGHUP:
                # A shell and the kernel send one each when a terminal goes.
                return
            # Who asks a second time does not want to wait: the next run asks SES what became of the last calls.
            if told or not self._pause():
                task.cancel()
            told = True

        signals = [signal.SIGINT, signal.SIGTERM]
        if self._detached:
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
        elif signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # As it is under nohup.
            signals.append(signal.SIGHUP)
        for number in signals:
            loop.add_signal_handler(number, stop, number)
        try:
            return await task
        except asyncio.CancelledError:
            return INTERRUPTED

    async def carry_out(self, jobs: Jobs, journal: Journal, number: int, *, only_end: bool = False) -> Job:
        """Run a job and return how far it has come; `only_end` as `Jobs.run` has it.

        Raises:
            SestuiError: as `Jobs.run`.
        """
        self._pause = lambda: jobs.pause(number)
        following = None
        if not self._detached and sys.stderr.isatty():
            following = asyncio.ensure_future(self._follow(journal, number))
        try:
            return await jobs.run(number, only_end=only_end)
        except JournalTrouble as error:
            raise JournalTrouble(f"{error} Once that is mended `sestui jobs run {number}` goes on with it.") from error
        except asyncio.CancelledError:
            if (await in_thread(journal.job, number)).is_interrupted:
                await in_thread(journal.state, number, State.PAUSED)
            self.tell(f"Job {number} is broken off; `sestui jobs run {number}` goes on with it.")
            raise
        finally:
            if following is not None:
                following.cancel()
                await asyncio.gather(following, return_exceptions=True)
                self.show("")

    def tell(self, text: str) -> None:
        """Narrate."""
        self.show("")
        # The terminal may be gone; the job's end is in the journal all the same.
        with suppress(OSError):
            if not self._detached:
                print(text, file=sys.stderr, flush=True)

    def tell_away(self, error: SestuiError, left: float) -> None:
        """Narrate that SES gives no useful answer, and until when it is asked again: for that many seconds."""
        until = time.time() + left
        self.tell(
            f"SES gives no useful answer just now: {printable(str(error))} "
            f"It is asked again until {moment(until)[11:]} {zone_of(until)}, then given up."
        )

    def show(self, line: str) -> None:
        """Show how far something is, in a line of the terminal that the next one writes over; "" takes it away."""
        line = line[: _columns() - 1]
        # Nothing is sent while nothing changes, and nothing of it into a file or a pipe.
        if line != self._shown and not self._detached and sys.stderr.isatty():
            _write(f"\r\x1b[K{line}")
            self._shown = line

    async def _follow(self, journal: Journal, number: int) -> None:
        while True:
            with suppress(JournalTrouble):
                self.show(progress(await in_thread(journal.job, number), time.time()))
            await asyncio.sleep(_PROGRESS)


async def ask(question: str) -> str:
    """Return the line that a person types; what was typed before the question does not count."""
    loop = asyncio.get_running_loop()
    line: asyncio.Future[bytes] = loop.create_future()
    termios.tcflush(0, termios.TCIFLUSH)
    _write(question)

    def read() -> None:
        if not line.done():
            line.set_result(os.read(0, 4096))

    loop.add_reader(0, read)
    try:
        return (await line).decode(errors="replace").strip()
    finally:
        loop.remove_reader(0)


def _write(text: str) -> None:
    with suppress(OSError):
        print(text, end="", file=sys.stderr, flush=True)


def _columns() -> int:
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or 80
    except OSError:
        return 80
