"""The connection that a command's options name, or the one to the demo."""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sestui.cli.state import set_pace, state_folder

if TYPE_CHECKING:
    from sestui.sesv2.gateway import Gateway
    from sestui.settings import Settings


@asynccontextmanager
async def connected(arguments: argparse.Namespace, chosen: Settings) -> AsyncIterator[tuple[Gateway, Path]]:
    """Yield a gateway, and the folder of the journal of what is changed through it.

    Raises:
        SestuiError: no connection can be made of what was given; nothing was sent.
    """
    from sestui.cli.options import connection, guard
    from sestui.domain.suppression import Connection
    from sestui.sesv2.session import open_gateway

    async with AsyncExitStack() as stack:
        if arguments.demo:
            from tempfile import TemporaryDirectory

            from sestui.cli.demo import demo_endpoint

            folder = Path(stack.enter_context(TemporaryDirectory(prefix="sestui-demo-")))
            where = Connection("us-east-1", await stack.enter_async_context(demo_endpoint()))
        else:
            folder = state_folder()
            where = connection(arguments)
        gateway = await stack.enter_async_context(open_gateway(where, guard=guard(arguments, chosen)))
        set_pace(gateway, folder, chosen)
        yield gateway, folder
