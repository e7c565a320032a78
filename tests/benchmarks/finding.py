"""How soon a person knows, and is rid of, what stops an address: at one request a second, with 300 tenants."""

import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from pyte import Screen

from sestui.domain.suppression import Reason
from tests.benchmarks.measuring import Terminal, emulator, program, verdict
from tests.terminal import Ses

_KNOWN, _FAR = "acme-retail", "delta-media"
"""A tenant near the top of the tree, and one that is out of sight there."""
_ADDRESS = "carol@corp.com"
_TIMES = 3


def run() -> None:
    """an address on the list of one of 300 tenants, at one request a second of all operations together"""
    for load in (False, True):
        for known in (True, False):
            figures = [_measure(load=load, known=known) for _ in range(_TIMES)]
            what = "a list loads meanwhile" if load else "nothing else asks"
            what += f", settings {'known' if known else 'not known'}"
            for name, most in (("both lists", 3), ("verdict", 3 if known else 7), ("gone", 3)):
                column = [it[name] for it in figures]
                print(f"  {what}: {name} {statistics.median(column):.1f} s, at most {max(column):.1f} s; ", end="")
                print(verdict(max(column), f"<= {most}"), flush=True)


def _measure(*, load: bool, known: bool) -> dict[str, float]:
    options = ("--rate", "1", "--tenants", "300", "--addresses", "200000" if load else "500", "--tenant-addresses", "0")
    tenant = _KNOWN if known else _FAR
    with emulator(*options) as url:
        Ses(url, Path()).client.put_suppressed_destination(
            EmailAddress=_ADDRESS, Reason=Reason.BOUNCE, TenantName=tenant
        )
        time.sleep(1.1)
        with Terminal(program(url)) as terminal:
            terminal.shows("2,000 loaded" if load else "500 addresses")
            terminal.shows("Tenants (")
            if known:
                for _ in range(8):
                    terminal.press("j")
                    terminal.rest(0.1)
                terminal.shows(f"Tenant: {tenant}")
                # Its configuration sets too.
                terminal.press(" ")
                terminal.shows("retail-receipts")
            # What the tree shows is being read, or has been.
            terminal.rest(10 if load else 30)
            terminal.press("f")
            terminal.shows("Type or paste an address")
            # A dialog takes no key of before it was painted.
            terminal.rest(0.5)
            for key in _ADDRESS + ("" if known else f"\t{tenant}"):
                terminal.press(key)
                terminal.rest(0.1)
            terminal.press("\r")
            figures = {
                "both lists": terminal.sees("both lists answered", partial(_both, tenant)),
                "verdict": terminal.sees("the verdict", _shows("BLOCKED by")),
            }
            # A person reads what is there.
            terminal.rest(3)
            terminal.press("d")
            terminal.shows("Remove     1 address")
            terminal.rest(3)
            terminal.press("\t")
            terminal.rest(0.2)
            terminal.press("\r")
            figures["gone"] = terminal.sees("it gone", _gone)
            return figures


def _shows(text: str) -> Callable[[Screen], bool]:
    return lambda screen: any(text in line for line in screen.display)


def _gone(screen: Screen) -> bool:
    return _shows("1 removed")(screen) and not _shows("BLOCKED by")(screen)


def _both(tenant: str, screen: Screen) -> bool:
    """Whether the rows of both lists have an answer."""
    lines = screen.display
    start = next((at for at, line in enumerate(lines) if "What SES says" in line), None)
    if start is None:
        return False
    rows = [line for line in lines[start + 1 : start + 4] if tenant in line or "account's list" in line]
    return len(rows) >= 2 and not any("asking SES" in line for line in rows)
