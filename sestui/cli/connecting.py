"""The connection that a command's options name, or the one to the demo."""

from __future__ import annotations

import argparse
import gc
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sestui.cli.state import set_pace, state_folder

if TYPE_CHECKING:
    from sestui.domain.errors import SestuiError
    from sestui.domain.secret import Secret
    from sestui.domain.suppression import Connection
    from sestui.services.call_log import CallLog
    from sestui.sesv2.gateway import Gateway
    from sestui.settings import Settings


def call_log(arguments: argparse.Namespace) -> CallLog | None:
    """Open what is to be told of each request, if anything is.

    Raises:
        FileTrouble: it can't be written.
    """
    if not arguments.log:
        return None
    from sestui.services.call_log import CallLog
    from sestui.services.files import named

    def tell(error: SestuiError) -> None:
        print(f"sestui: {error}", file=sys.stderr)

    return CallLog(named(arguments.log), time.time, tell, addresses=arguments.log_addresses)


def let_threads_in() -> None:
    """Have a thread that waits for the interpreter get it soon: they read keys, write frames and what a job did."""
    # It asks for it once nobody has let go of it for so long; and work in slices of half a millisecond lets go of it
    # after each, only to take it again first. At Python's own 5 ms a first frame waited as long to be written, and a
    # key for up to 0.2 s, at 1 ms too, while a filter counted.
    sys.setswitchinterval(0.0002)


def let_threads_work() -> None:
    """Have threads that only compute take turns less often, as Python's own default is, until `settle`."""
    # Three of them import AWS's client, which takes 15 ms more where they pass the interpreter on 5,000 times a second.
    sys.setswitchinterval(0.005)


def settle() -> None:
    """Have the interpreter work as is best from the first connection on: what was made stays, calls come and go."""
    # A full collection that walks modules and service descriptions holds the loop, and keys, for 0.1 s; a job would
    # lose a tenth of its calls to such.
    gc.freeze()
    # Pages under way are no garbage either: looked through every 25 pages they would hold it for 20 ms.
    gc.set_threshold(2_000, 5, 100)
    gc.enable()
    let_threads_in()


@asynccontextmanager
async def opened(
    where: Connection, arguments: argparse.Namespace, chosen: Settings, secret: Secret | None = None
) -> AsyncIterator[Gateway]:
    """Yield a gateway to that connection, guarded and logged as arguments and settings say.

    Raises:
        SestuiError: no connection can be made, or no log be written; nothing was sent.
    """
    from sestui.cli.options import guard
    from sestui.domain.secret import Secret
    from sestui.sesv2.session import open_gateway

    log = call_log(arguments)
    try:
        async with open_gateway(where, secret or Secret(), guard(arguments, chosen)) as gateway:
            if log is not None:
                gateway.listeners.append(log.hear)
            settle()
            yield gateway
    finally:
        if log is not None:
            log.close()


@asynccontextmanager
async def connected(arguments: argparse.Namespace, chosen: Settings) -> AsyncIterator[tuple[Gateway, Path]]:
    """Yield a gateway, and the folder of the journal of what is changed through it.

    Raises:
        SestuiError: no connection can be made of what was given; nothing was sent.
    """
    from sestui.cli.options import connection
    from sestui.domain.suppression import Connection

    async with AsyncExitStack() as stack:
        if arguments.demo:
            from tempfile import TemporaryDirectory

            from sestui.cli.demo import demo_endpoint

            folder = Path(stack.enter_context(TemporaryDirectory(prefix="sestui-demo-")))
            where = Connection("us-east-1", await stack.enter_async_context(demo_endpoint()))
        else:
            folder = state_folder()
            where = connection(arguments)
        gateway = await stack.enter_async_context(opened(where, arguments, chosen))
        set_pace(gateway, folder, chosen)
        yield gateway, folder
