"""`sestui info --permissions`: which of the actions the role in use has."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sestui.cli.foreground import Foreground
    from sestui.settings import Settings


def run(arguments: argparse.Namespace) -> int:
    """Print the actions and return the exit status, as `cli.statuses` has them; a denied one is an answer."""
    from sestui.cli.guarded import guarded

    return guarded("info", lambda: _run(arguments))


def _run(arguments: argparse.Namespace) -> int:
    from sestui.cli.foreground import Foreground
    from sestui.cli.options import settings_of

    chosen = settings_of(arguments)
    foreground = Foreground()
    return foreground.run(_print(foreground, arguments, chosen))


async def _print(foreground: Foreground, arguments: argparse.Namespace, chosen: Settings) -> int:
    from sestui.cli.connecting import connected
    from sestui.cli.job_text import as_json
    from sestui.domain.display import printable

    found = []
    async with connected(arguments, chosen) as (gateway, _):
        here = await gateway.identify()
        async for it in gateway.permissions(arguments.tenant):
            found.append(it)
            foreground.show(f"asked for {it.action}")
    foreground.show("")
    if arguments.json:
        told = {"account": here.account, "region": here.region, "arn": here.arn, "tenant": arguments.tenant}
        print(as_json(told | {"permissions": [asdict(it) for it in found]}, indent=2))
        return 0
    print(printable(f"{here.arn} · {here.region}"))
    for it in found:
        print(printable(f"{it.action:42} {it.answer:18} {it.why}").rstrip())
    return 0
