"""`sestui`'s commands as processes of their own."""

import asyncio
import json
import os
import pty
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATIENCE = 40.0
ROOT = Path(__file__).parents[1]

Start = Callable[..., Awaitable[Process]]


@dataclass(frozen=True)
class Ended:
    status: int | None
    out: str
    err: str

    @property
    def told(self) -> Any:
        return json.loads(self.out)


def surroundings(environment: dict[str, str], state: Path) -> dict[str, str]:
    """Return an environment in which a process finds this sestui and its journal in `state`, and what the test set."""
    found = {**environment, "PYTHONPATH": str(ROOT), "XDG_STATE_HOME": str(state)}
    return found | {name: value for name, value in os.environ.items() if name.startswith("AWS_")}


@asynccontextmanager
async def starting(environment: dict[str, str], folder: Path, *command: str) -> AsyncIterator[Start]:
    """Start `sestui jobs`, or another command, with the arguments given; what still runs in the end is ended."""
    started: list[Process] = []

    async def begin(*arguments: object, **streams: Any) -> Process:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "sestui", *(command or ("jobs",)), *map(str, arguments)),
            **{"stdin": asyncio.subprocess.DEVNULL, "stdout": PIPE, "stderr": PIPE, **streams},
            env=environment,
            cwd=folder,
        )
        started.append(process)
        return process

    try:
        yield begin
    finally:
        for process in started:
            if process.returncode is None:
                process.kill()
                await process.wait()


async def end_of(process: Process, patience: float = PATIENCE) -> Ended:
    async with asyncio.timeout(patience):
        out, err = await process.communicate()
    return Ended(process.returncode, (out or b"").decode(), (err or b"").decode())


async def until(happened: Callable[[], object], every: float = 0.02) -> None:
    """Wait for what another process does; `every` so many seconds it is looked at."""
    async with asyncio.timeout(PATIENCE):
        while not happened():  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(every)


class Terminal:
    """A pseudo-terminal for standard input and error."""

    def __init__(self) -> None:
        self.ours, self.theirs = pty.openpty()
        self.seen = ""
        asyncio.get_running_loop().add_reader(self.ours, self._read)

    def _read(self) -> None:
        try:
            self.seen += os.read(self.ours, 65536).decode(errors="replace")
        except OSError:
            asyncio.get_running_loop().remove_reader(self.ours)

    def type(self, text: str) -> None:
        os.write(self.ours, text.encode())

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self.ours)
        os.close(self.ours)
        os.close(self.theirs)
