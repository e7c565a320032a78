"""The composition root: reads the arguments, makes a connection, then runs the app or a command."""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from sestui.cli import state
from sestui.cli.connecting import call_log, let_threads_in, let_threads_work, settle
from sestui.cli.demo import demo_endpoint
from sestui.cli.options import add_connection, connection, guard, settings_of, tenant_name
from sestui.domain.errors import UsageError
from sestui.domain.suppression import Connection, SuppressionList
from sestui.settings import Settings

if TYPE_CHECKING:
    from sestui.services.call_log import CallLog
    from sestui.services.detached import Child
    from sestui.services.journal import Journal
    from sestui.services.keeping import Keeping
    from sestui.services.logout import Logout
    from sestui.sesv2.gateway import Gateway
    from sestui.ui.app import SestuiApp

_COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "find": ("find", "why an address gets no mail: lists, reasons, settings"),
    "list": ("listing", "print a suppression list, or what a filter lets through"),
    "trends": ("trends", "what is added to a list by hour, day and domain"),
    "add": ("destinations", "add addresses, after showing what that does; to one list"),
    "remove": ("destinations", "remove addresses, after showing what that does; from one list"),
    "emulator": ("emulator", "serve SESv2 on this machine, for demos and tests"),
    "jobs": ("jobs", "the jobs of this user on this host: look, go on, undo"),
    "info": ("info", "say which files there are, what is set, what the role may; clear the cache"),
}
"""By its name a command's module in `cli`, imported when it is asked for, and what it does."""


def run(arguments: Sequence[str] | None) -> int:
    """Do what the arguments ask for, the process's own unless given, and return the exit status."""
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        from sestui.cli.statuses import INTERRUPTED  # With what jobs are, which a start does without.

        return INTERRUPTED
    except Exception as error:
        from sestui.cli.crash import report

        return report(error, state.state_folder(), time.time())


def _run(arguments: Sequence[str] | None) -> int:
    words = sys.argv[1:] if arguments is None else arguments
    parser = _parser(words)
    asked = parser.parse_args(words)
    if asked.version:
        from importlib.metadata import version  # 23 ms that only this needs.

        print(f"sestui {version('sestui')}")
        return 0
    if asked.print_completion:
        from sestui.cli.completion import script
        from sestui.cli.guarded import guarded

        def show() -> int:
            print(script(parser, asked.print_completion))
            return 0

        return guarded("--print-completion", show)
    if asked.command:
        if asked.command == "info":
            from sestui.ui.commands import with_keys

            asked.with_keys = with_keys
        gc.enable()
        status: int = _module(asked.command).run(asked)
        return status
    if trouble := _no_terminal():
        commands = "`sestui list`, `sestui find ADDRESS` and other commands need none; `sestui --help` tells of them"
        parser.error(f"the dashboard needs a terminal: {trouble}. {commands}")
    try:
        chosen = settings_of(asked)
        if chosen.keys:
            from sestui.ui.commands import with_keys

            with_keys(chosen.keys)
        log = call_log(asked)
    except UsageError as error:
        from sestui.cli.statuses import USAGE

        print(f"sestui: {error}", file=sys.stderr)
        return USAGE
    app = asyncio.run(_dashboard(asked, chosen, log))
    if app.wants_demo and not app.exit_status:
        # As it is with --demo; the tenant would be another account's.
        asked.demo, asked.tenant = True, None
        app = asyncio.run(_dashboard(asked, chosen, call_log(asked)))
    return app.exit_status


def _no_terminal() -> str:
    """Say what the dashboard lacks, in words; empty where it lacks nothing."""
    streams = {"input": sys.stdin, "output": sys.stdout, "error": sys.stderr}
    if lacking := [name for name, stream in streams.items() if stream is None or not stream.isatty()]:
        return f"standard {' and '.join(lacking)} {'is not one' if len(lacking) == 1 else 'are not'}"
    return "TERM is dumb" if os.environ.get("TERM") == "dumb" else ""


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """Return a parser of these words."""
    asks_for_all = any(word.startswith("--pri") for word in words)
    parser = argparse.ArgumentParser(
        prog="sestui",
        description="A terminal dashboard for Amazon SES suppression lists: the account's and each tenant's own.",
    )
    add_connection(parser, behind=False)
    parser.add_argument("--tenant", metavar="T", type=tenant_name, help="the tenant whose list is opened first")
    parser.add_argument(
        "--low-bandwidth", action="store_true", help="for a slow line: no colours, four frames a second at most"
    )
    parser.add_argument("--no-cache", action="store_true", help="keep no list on this machine, and show none kept")
    parser.add_argument(
        "--print-completion",
        choices=("bash", "zsh", "tcsh"),
        help="print what that shell has to run to complete sestui",
    )
    parser.add_argument("--version", action="store_true", help="say which version this is")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, (_, about) in _COMMANDS.items():
        command = commands.add_parser(name, help=about)
        # What is not named is not used, and the arguments of all take 7 ms of a start.
        if name in words or asks_for_all:
            _module(name).add_arguments(command)
    return parser


def _module(command: str) -> Any:
    return import_module(f"sestui.cli.{_COMMANDS[command][0]}")


async def _dashboard(asked: argparse.Namespace, chosen: Settings, log: CallLog | None) -> SestuiApp:
    """Run it, and return the app as it ended."""
    let_threads_in()
    over_ssh = "SSH_CONNECTION" in os.environ
    # Textual reads these when it is imported: hence the import below, after them.
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    os.environ.setdefault("TEXTUAL_SMOOTH_SCROLL", "0")
    if asked.low_bandwidth:
        os.environ |= {"NO_COLOR": "1", "TEXTUAL_FPS": "4"}
    else:
        # What changes right behind a frame waits one to two turns of Textual's clock: 33 ms at its own 60 a second.
        os.environ.setdefault("TEXTUAL_FPS", "15" if over_ssh else "120")
    from sestui.ui.app import SestuiApp

    async with AsyncExitStack() as stack:
        home = _demo_folder(stack) if asked.demo else None

        def state_folder() -> Path:
            return home or state.state_folder()

        async def connect(wanted: Connection, code: str) -> Gateway:
            # After the first paint and off the loop: botocore takes as long to import as Textual does.
            if is_first := not gc.isenabled():
                let_threads_work()
            try:
                # In two threads: while aiohttp reads this machine's certificates, 50 ms, the other goes on. A third
                # would have them pass the interpreter on at each file, which takes a fifth longer.
                session, _ = await asyncio.gather(
                    asyncio.to_thread(_session), asyncio.to_thread(import_module, "aiohttp")
                )
                if asked.demo:
                    endpoint = await stack.enter_async_context(demo_endpoint())
                    wanted = Connection("us-east-1", endpoint)
                opened = session.open_gateway(wanted, guard=guard(asked, chosen), code=code)
                gateway: Gateway = await stack.enter_async_context(opened)
                if log is not None:
                    gateway.listeners.append(log.hear)
                state.set_pace(gateway, state_folder(), chosen)
                return gateway
            finally:
                if is_first:
                    settle()

        def open_journal() -> Journal:
            journal = state.open_journal(state_folder(), chosen)
            stack.callback(journal.close)
            return journal

        options = ("--config", asked.config) if asked.config else ()
        if asked.log:
            options = (*options, "--log", asked.log, *(("--log-addresses",) if asked.log_addresses else ()))

        async def launch(gateway: Gateway, number: int, logout: Logout) -> Child:
            from sestui.services.detached import start

            return await start(state.state_folder(), number, await gateway.secret(), logout, options)

        app = SestuiApp(
            connect,
            connection(asked),
            clock=time.time,
            open_journal=open_journal,
            state_folder=state_folder,
            keeping=partial(_keeping, asked, chosen, home),
            settings=chosen,
            # The demo's account ends with it.
            launch=None if asked.demo else launch,
            start_list=SuppressionList(asked.tenant),
            demo=asked.demo,
        )
        if log is not None:
            log.tell = app.tell_error
            stack.callback(log.close)
        # Over SSH a terminal's own selection is worth more than a mouse.
        await app.run_async(mouse=not over_ssh)
    if app.crash is not None:
        raise app.crash
    if app.last_words:
        from sestui.cli.crash import tell

        tell("".join(f"sestui: {line}\n" for line in app.last_words))
    return app


def _session() -> ModuleType:
    from sestui.sesv2.descriptions import read_ahead

    # First, for all else needs aiohttp sooner or later.
    read_ahead()
    return import_module("sestui.sesv2.session")


def _demo_folder(stack: AsyncExitStack) -> Path:
    from tempfile import TemporaryDirectory

    return Path(stack.enter_context(TemporaryDirectory(prefix="sestui-demo-")))


def _keeping(asked: argparse.Namespace, chosen: Settings, home: Path | None, wanted: Connection) -> Keeping:
    from sestui.services.keeping import Keeping

    if asked.no_cache or chosen.cache == "off":
        return Keeping()
    from sestui.services.cache import Cache, Choice
    from sestui.services.cache_folder import user_folder

    cache = Cache(home or user_folder(), time.time, days=chosen.cache_days)
    return Keeping(cache, Choice.of(wanted, os.environ))
