"""`sestui emulator`: SESv2 on this machine, for demos, tests and benchmarks.

The server is imported when it runs: this module is loaded whenever the program's arguments are read.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ipaddress
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from sestui.emulator import Conditions, World

_QUIRKS = """\
quirks, for what AWS does not document (the first value is the default):
  order                ascending, descending, random
  date-bounds          inclusive, exclusive
  reasons-per-address  one (a put replaces), two (a second reason makes a second row)
  omitted-put-member   clear, keep
  read-lag             seconds until reads see a change (0)
  token-life           seconds until a NextToken is outdated (3600; 0: never)
  insights-life        seconds until nothing is told of a message any more (2592000; 0: never)
  throttling-error     TooManyRequestsException, ThrottlingException, Throttling
  resource-type        enum (CONFIGURATION_SET), arn (configuration-set)
  import-start         seconds until an import job reads its object (0)
  import-rate          rows a second that an import job works off (0: all at once)
  import-missing       fine, fails (an import's row that is not there to be deleted)
  failed-records       json, csv, gone (what is behind the URL of an import's failed records)

faults:
  throttle, 500, 503, reset-before, reset-after, timeout, expired-credentials, access-denied, slash-400
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = _QUIRKS
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    number = _whole
    parser.add_argument("--host", type=_loopback, default="127.0.0.1", help="a loopback address (127.0.0.1)")
    parser.add_argument("--port", type=_port, default=0, help="0: a free one")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="the same seed gives the same world")
    parser.add_argument("--tenants", type=number, default=40, metavar="N")
    parser.add_argument("--configuration-sets", type=number, default=60, metavar="N")
    parser.add_argument("--addresses", type=number, default=50_000, metavar="N", help="on the account's list")
    parser.add_argument("--tenant-addresses", type=number, default=20_000, metavar="N", help="on all tenants' lists")
    parser.add_argument("--latency", type=_milliseconds, default=0.0, metavar="MS", help="of every answer")
    parser.add_argument(
        "--rate",
        type=_rate,
        action="append",
        default=[],
        metavar="[OPERATION=]PER_SECOND[:BURST]",
        help="what is let through; without an operation, of all together",
    )
    parser.add_argument(
        "--fault",
        type=_fault,
        action="append",
        default=[],
        metavar="KIND[@OPERATION]=PROBABILITY",
        help="what goes wrong, how often",
    )
    parser.add_argument("--quirk", type=_quirk, action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--sandbox", action="store_true", help="an account without production access")
    parser.add_argument(
        "--no-vdm", dest="vdm", action="store_false", help="an account without Virtual Deliverability Manager"
    )
    parser.add_argument(
        "--enforcement-status",
        choices=("HEALTHY", "PROBATION", "SHUTDOWN"),
        default="HEALTHY",
        help="what GetAccount tells; an account in SHUTDOWN sends nothing",
    )
    parser.add_argument(
        "--s3-endpoint-url", metavar="URL", default="", help="the S3 that import jobs read objects from"
    )
    parser.add_argument("--access-log", metavar="FILE", help="a JSON line for each request")
    parser.add_argument("--until-stdin-closes", action="store_true", help=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> int:
    """Serves until SIGTERM (0) or SIGINT (130); 2 if it cannot begin."""
    from sestui.emulator import Conditions, Quirks, World

    world = World(
        seed=arguments.seed,
        tenants=arguments.tenants,
        configuration_sets=arguments.configuration_sets,
        addresses=arguments.addresses,
        tenant_addresses=arguments.tenant_addresses,
        sandbox=arguments.sandbox,
        vdm=arguments.vdm,
        enforcement_status=arguments.enforcement_status,
    )
    quirks = Quirks.parse(arguments.quirk)
    conditions = Conditions(arguments.latency, tuple(arguments.rate), tuple(arguments.fault), quirks)
    try:
        with contextlib.ExitStack() as files:
            log = None
            if arguments.access_log:
                log = files.enter_context(open(arguments.access_log, "a", encoding="utf-8"))
            return asyncio.run(_serve(arguments, world, conditions, log))
    except OSError as error:
        print(f"sestui emulator: {error}", file=sys.stderr)
        return 2


async def _serve(arguments: argparse.Namespace, world: World, conditions: Conditions, log: TextIO | None) -> int:
    from sestui.emulator import Emulator

    loop = asyncio.get_running_loop()
    ended: asyncio.Future[int] = loop.create_future()

    def end(status: int) -> None:
        if not ended.done():
            ended.set_result(status)

    loop.add_signal_handler(signal.SIGTERM, end, 0)
    loop.add_signal_handler(signal.SIGINT, end, 130)
    if arguments.until_stdin_closes:
        threading.Thread(target=_wait_for_end_of_input, args=(loop, end), daemon=True).start()
    emulator = Emulator(world, conditions, access_log=log, s3=arguments.s3_endpoint_url)
    print(await emulator.start(arguments.host, arguments.port), flush=True)
    status = await ended
    await emulator.stop()
    return status


def _wait_for_end_of_input(loop: asyncio.AbstractEventLoop, end: Callable[[int], None]) -> None:
    # os.read: a thread left inside sys.stdin's buffer holds its lock when the interpreter ends.
    while os.read(0, 65536):
        pass
    with contextlib.suppress(RuntimeError):  # The loop is closed already.
        loop.call_soon_threadsafe(end, 0)


def _loopback(text: str) -> str:
    address = "127.0.0.1" if text == "localhost" else text
    try:
        loopback = ipaddress.ip_address(address).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise argparse.ArgumentTypeError(f"must be a loopback address such as 127.0.0.1, not {text!r}")
    return address


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"must be a whole number, 0 or more, not {text!r}")
    return int(text)


def _port(text: str) -> int:
    port = _whole(text)
    if port > 65535:
        raise argparse.ArgumentTypeError(f"must be a port from 0 to 65535, not {text!r}")
    return port


def _milliseconds(text: str) -> float:
    try:
        milliseconds = float(text)
    except ValueError:
        milliseconds = -1.0
    if not 0 <= milliseconds < float("inf"):
        raise argparse.ArgumentTypeError(f"must be milliseconds, 0 or more, not {text!r}")
    return milliseconds / 1000


def _parsed(parse: Callable[[], object]) -> object:
    try:
        return parse()
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _rate(text: str) -> object:
    from sestui.emulator import Rate

    return _parsed(lambda: Rate.parse(text))


def _fault(text: str) -> object:
    from sestui.emulator import Fault

    return _parsed(lambda: Fault.parse(text))


def _quirk(text: str) -> str:
    from sestui.emulator import Quirks

    _parsed(lambda: Quirks.parse([text]))
    return text
