"""`sestui find`: which lists hold an address, under which spelling, and whether that stops the mail."""

from __future__ import annotations

import argparse
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from sestui.cli.options import add_connection, add_json, settings_of, tenant_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sestui.cli.foreground import Foreground
    from sestui.domain.errors import SestuiError
    from sestui.domain.suppression import Connection
    from sestui.services.lookup import Finding, Lookup

_ABOUT = """\
Asks the account's list, and a tenant's own, first for the spelling as given, then for likely others; then what it means
for the mail; --all-tenants asks the other tenants' lists as well. The exit status is 0 whether it is found or not, 3 or
4 where a list could not be asked."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = _ABOUT
    parser.set_defaults(regions=None, json=False)
    add_connection(parser, regions=True)
    parser.add_argument("addresses", nargs="+", metavar="ADDRESS", help="as it is; Name <address> is understood too")
    whose = parser.add_mutually_exclusive_group()
    whose.add_argument(
        "--tenant", metavar="T", type=tenant_name, default=argparse.SUPPRESS, help="the tenant whose mail it is about"
    )
    whose.add_argument("--all-tenants", action="store_true", help="ask every tenant's list")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print what is found and return the exit status, as `cli.statuses` has them."""
    from sestui.cli.guarded import guarded

    return guarded("find", lambda: _run(arguments))


def _run(arguments: argparse.Namespace) -> int:
    from sestui.cli.foreground import Foreground
    from sestui.domain.addresses import understand
    from sestui.domain.errors import UsageError

    arguments.settings = settings_of(arguments)
    found = understand("\n".join(arguments.addresses))
    if found.refused:
        bad = found.refused[0]
        raise UsageError(f"{bad.text} is no address: it {bad.why}.")
    foreground = Foreground()
    return foreground.run(_find(foreground, arguments, found.valid))


async def _find(foreground: Foreground, arguments: argparse.Namespace, addresses: tuple[str, ...]) -> int:
    from sestui.cli.connecting import connected
    from sestui.cli.job_text import as_json
    from sestui.cli.statuses import FINE, status_of
    from sestui.domain.display import printable
    from sestui.domain.errors import SestuiError
    from sestui.domain.impact import Send
    from sestui.services.directory import Directory
    from sestui.services.jobs import pace
    from sestui.services.lookup import Lookup

    status, told = FINE, list[dict[str, Any]]()
    for region in arguments.regions or [arguments.region]:
        arguments.region = region
        try:
            async with connected(arguments, arguments.settings) as (gateway, _):
                lookup = Lookup(gateway, Directory(gateway), addresses, Send(arguments.tenant), time.time)
                lookup.changed = partial(_show, foreground, lookup)
                here = await gateway.identify()
                await lookup.run(others=0)
                await lookup.find_others()
                if arguments.all_tenants:
                    await lookup.ask_others()
                foreground.show("")
                if arguments.json:
                    told += [_object(lookup, address, here) for address in addresses]
                else:
                    print("\n".join(_lines(lookup, here, pace(gateway))), flush=True)
                status = max([status, *map(status_of, _errors(lookup, all_tenants=arguments.all_tenants))])
        except SestuiError as error:
            # What the others tell is not lost with it.
            foreground.tell(f"sestui find: {f'{region}: ' if region else ''}{printable(str(error))}")
            status = max(status, status_of(error))
    if arguments.json:
        print(as_json(told, indent=2))
    return status


def _show(foreground: Foreground, lookup: Lookup) -> None:
    asked = sum(it.is_asked for it in lookup.findings.values())
    foreground.show(f"asked {asked:,} of {len(lookup.findings):,} lists")


def _errors(lookup: Lookup, *, all_tenants: bool) -> Iterator[SestuiError]:
    """Yield why lists that were to be could not be asked, and settings not be read."""
    yield from (it.error for it in lookup.findings.values() if it.error is not None)
    if lookup.settings_error is not None:
        yield lookup.settings_error
    if all_tenants and lookup.others_error is not None:
        yield lookup.others_error


def _lines(lookup: Lookup, here: Connection, pace: float | None) -> Iterator[str]:
    from sestui.services.lookup_words import left_line, text_lines

    yield from text_lines(lookup, here, time.time())
    if left := left_line(lookup, pace):
        yield left if lookup.others_error is not None else f"{left}. --all-tenants asks them."


def _object(lookup: Lookup, address: str, here: Connection) -> dict[str, Any]:
    verdicts, final = lookup.verdicts(address)
    return {
        "address": address,
        "account": here.account,
        "region": here.region,
        "lists": [_finding_object(it) for it in lookup.of(address)],
        "mail": [
            {
                "tenant": send.tenant,
                "configuration_set": send.configuration_set,
                "stops": list(it.stops),
                "consults": None if it.consults is None or it.reasons == () else str(it.consults),
                "reasons": it.reasons,
                "answer": None if verdict is None else verdict.answer,
                "entries": [] if verdict is None else [row.address for row in verdict.entries],
                "unseen": [] if verdict is None else list(verdict.unseen),
                "not_documented": list(it.undocumented),
            }
            for send, it, verdict in verdicts
        ],
        "mail_is_final": final,
        "settings_error": None if lookup.settings_error is None else str(lookup.settings_error),
        "tenants_not_asked": list(lookup.others),
        "tenants_error": None if lookup.others_error is None else str(lookup.others_error),
    }


def _finding_object(it: Finding) -> dict[str, Any]:
    from sestui.cli.job_text import iso

    return {
        "tenant": it.which.tenant_name,
        "entries": [
            {
                "address": entry.address,
                "reason": entry.reason,
                "last_update": iso(entry.last_update),
                "message_id": entry.message_id,
                "feedback_id": entry.feedback_id,
            }
            for entry in it.entries
        ],
        "not_under": list(it.absent),
        "error": None if it.error is None else str(it.error),
    }
