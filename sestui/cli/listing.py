"""`sestui list`: a suppression list, or what a filter lets through, as it comes."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import aclosing, contextmanager
from io import TextIOWrapper
from typing import TYPE_CHECKING

from sestui.cli.options import add_connection, read_filter, settings_of, tenant_name

if TYPE_CHECKING:
    from sestui.cli.foreground import Foreground
    from sestui.domain.query import Query
    from sestui.domain.suppression import SuppressedDestinationSummary
    from sestui.sesv2.gateway import Gateway
    from sestui.settings import Settings

_ABOUT = """\
Prints the account's list, or a tenant's, in the order in which SES's answers come: newest first where the list is long.
CSV is SES's import shape, address,REASON without a header; JSON Lines has {"emailAddress": …, "reason": …} a line. Both
are what `sestui add`, `sestui remove` and SES's import jobs read."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = _ABOUT
    add_connection(parser)
    parser.add_argument(
        "--tenant", metavar="T", type=tenant_name, default=argparse.SUPPRESS, help="its list, not the account's"
    )
    parser.add_argument("--filter", metavar="QUERY", default="", help="such as 'domain:outlook.com since:4h'")
    parser.add_argument(
        "--format", choices=("table", "csv", "jsonl"), help="(on a terminal a table, into a pipe or a file CSV)"
    )
    parser.add_argument(
        "--spreadsheet",
        action="store_true",
        help="CSV in which nothing is a formula; only sestui reads it back",
    )
    parser.add_argument("--output", metavar="FILE", help="whole or not at all; over a file only with --yes")
    parser.add_argument("--yes", action="store_true", help="write over FILE")


def run(arguments: argparse.Namespace) -> int:
    """Print the list and return the exit status, as `cli.statuses` has them."""
    from sestui.cli.guarded import guarded

    return guarded("list", lambda: _run(arguments))


def _run(arguments: argparse.Namespace) -> int:
    from sestui.cli.foreground import Foreground
    from sestui.domain.errors import UsageError

    chosen = settings_of(arguments)
    if arguments.spreadsheet and arguments.format not in (None, "csv"):
        raise UsageError("--spreadsheet is a shape of its own: leave --format out.")
    arguments.query = read_filter(arguments.filter)
    foreground = Foreground()
    return foreground.run(_list(foreground, arguments, chosen))


async def _list(foreground: Foreground, arguments: argparse.Namespace, chosen: Settings) -> int:
    from sestui.cli.connecting import connected

    to_terminal = arguments.output is None and sys.stdout.isatty()
    head, lines = _shape(arguments, to_terminal=to_terminal)
    async with connected(arguments, chosen) as (gateway, _):
        with _output(arguments) as write:
            write(head)
            rows = read(foreground, gateway, arguments.tenant, arguments.query, quiet=to_terminal)
            async with aclosing(rows) as pages:
                async for page in pages:
                    write(lines(page))
    foreground.show("")
    return 0


async def read(
    foreground: Foreground, gateway: Gateway, tenant: str | None, query: Query, *, quiet: bool = False
) -> AsyncGenerator[list[SuppressedDestinationSummary], None]:
    """Yield what a filter lets through of a list, page by page, and unless it is `quiet` show how far that is.

    Raises:
        SestuiError: as `services.stream.stream`.
    """
    from sestui.domain.display import counted
    from sestui.domain.suppression import SuppressionList
    from sestui.services.stream import stream

    started, count = time.monotonic(), 0
    async with aclosing(stream(gateway, SuppressionList(tenant), query, time.time, foreground.tell_away)) as pages:
        async for page in pages:
            yield page
            count += len(page)
            if not quiet:
                pace = count / (time.monotonic() - started)
                foreground.show(f"{counted(count, 'address', 'addresses')}, {pace:,.0f} a second")


@contextmanager
def _output(arguments: argparse.Namespace) -> Iterator[Callable[[Iterable[str]], None]]:
    """Yield what takes lines: those of a file are there under its name when all is written."""
    from sestui.domain.display import printable
    from sestui.domain.errors import FileIsThere
    from sestui.services.files import NewFile, named

    if arguments.output is None:
        to_terminal = sys.stdout.isatty()
        if not to_terminal and isinstance(sys.stdout, TextIOWrapper):
            # As a file has it, whatever the locale: JSON may tell of half a surrogate pair, which has to come back.
            sys.stdout.reconfigure(encoding="utf-8", errors="surrogatepass")

        def write(lines: Iterable[str]) -> None:
            # No shape of a row keeps a terminal from obeying what is in it.
            sys.stdout.writelines((f"{printable(line[:-1])}\n" for line in lines) if to_terminal else lines)
            # Whoever reads may want no more, and is told page by page.
            sys.stdout.flush()

        yield write
        return
    try:
        with NewFile(named(arguments.output), replace=arguments.yes) as file:
            yield file.write
    except FileIsThere as error:
        raise FileIsThere(f"{error} --yes writes over it.") from error


def _shape(
    arguments: argparse.Namespace, *, to_terminal: bool
) -> tuple[Iterable[str], Callable[[Iterable[SuppressedDestinationSummary]], Iterable[str]]]:
    """Return what comes first, and what makes lines of rows."""
    from sestui.domain.destinations_file import Format, body, head

    if arguments.spreadsheet:
        shape = Format.SPREADSHEET
    elif arguments.format == "table" or (arguments.format is None and to_terminal):
        from sestui.domain.display import zone_name

        return [_line("ADDRESS", "REASON", f"LAST UPDATE ({zone_name()})")], _table
    else:
        shape = Format(arguments.format or Format.CSV)
    return head(shape), lambda rows: body(rows, shape)


def _table(rows: Iterable[SuppressedDestinationSummary]) -> Iterable[str]:
    from sestui.domain.display import moment, printable

    # Harmless in a pipe as well: a table is for people.
    return (_line(printable(row.address), row.reason, moment(row.last_update)) for row in rows)


def _line(address: str, reason: str, last_update: str) -> str:
    # The widths of what is still to come nobody knows.
    return f"{address:44}  {reason:9}  {last_update}\n"
