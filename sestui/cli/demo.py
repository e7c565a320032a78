"""What `--demo` starts: the emulator as a process of its own, which ends when its parent does, however that ends."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sestui.domain.errors import ConnectionProblem


@asynccontextmanager
async def demo_endpoint() -> AsyncIterator[str]:
    """Yield the URL of an emulator with a world of the usual size.

    Raises:
        ConnectionProblem: it did not start.
    """
    _leave_out_aws()
    # The pipe on its standard input closes when this process ends, killed or not.
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sestui", "emulator", "--until-stdin-closes"), stdin=PIPE, stdout=PIPE, stderr=DEVNULL
    )
    assert process.stdin is not None
    assert process.stdout is not None
    url = (await process.stdout.readline()).decode().strip().rpartition(" ")[2]
    if not url.startswith("http"):
        raise ConnectionProblem("The demo's emulator did not start. `sestui emulator` shows why.")
    try:
        yield url
    finally:
        process.stdin.close()
        await process.wait()


def _leave_out_aws() -> None:
    """Have no file and no variable of AWS's count from now on: one that is broken would keep the demo from starting."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ |= {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
