"""`sestui trends`: what was added to a list by hour, day and domain, and what of it is far more than usual."""

from __future__ import annotations

import argparse
import time
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Final

from sestui.cli.options import add_connection, add_json, settings_of, tenant_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sestui.cli.foreground import Foreground
    from sestui.domain.trends import Bar, Trends
    from sestui.settings import Settings

_ABOUT = """\
Counts what the account's list, or a tenant's, has of the last 30 days: SES is asked for no more. LastUpdateTime is what
is counted: an entry that was put again moves to its new hour, and one that was removed is not there. Hours and days are
of the zone shown, as the settings have it; JSON has times in UTC, and for each spike the filter of `sestui list` and
`sestui remove` that finds it."""
_WORDS: Final = 21
"""Characters of a bar's name."""
_BAR: Final = 36
"""Cells of the longest bar, on a line of 80."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = _ABOUT
    parser.set_defaults(json=False)
    add_connection(parser)
    parser.add_argument(
        "--tenant", metavar="T", type=tenant_name, default=argparse.SUPPRESS, help="its list, not the account's"
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the trends and return the exit status, as `cli.statuses` has them."""
    from sestui.cli.guarded import guarded

    return guarded("trends", lambda: _run(arguments))


def _run(arguments: argparse.Namespace) -> int:
    from sestui.cli.foreground import Foreground

    chosen = settings_of(arguments)
    foreground = Foreground()
    return foreground.run(_trends(foreground, arguments, chosen))


async def _trends(foreground: Foreground, arguments: argparse.Namespace, chosen: Settings) -> int:
    from sestui.cli.connecting import connected
    from sestui.cli.job_text import as_json
    from sestui.cli.listing import read
    from sestui.domain.query import Query, Term
    from sestui.domain.trends import counted_since
    from sestui.services.rows import Columns
    from sestui.services.trends import Tally

    now = time.time()
    since, tally = counted_since(now), Tally(now)
    async with connected(arguments, chosen) as (gateway, _):
        rows = read(foreground, gateway, arguments.tenant, Query((Term(negated=False, since=since),)))
        async with aclosing(rows) as pages:
            async for page in pages:
                tally.add(Columns.of(page))
    foreground.show("")
    found = tally.trends(since)
    if arguments.json:
        print(as_json(_object(found, arguments.tenant, now), indent=2))
    else:
        print("\n".join(_lines(found)))
    return 0


def _lines(found: Trends) -> Iterator[str]:
    from sestui.domain import trend_words as words
    from sestui.domain.display import zone_of

    zone = zone_of(found.hours[0].since)
    yield "Far more than usual" if found.spikes else words.no_spike(found)
    yield from (f"  {words.spike(it)}" for it in found.spikes)
    yield from _bars(f"Hours, {zone}", found.hours, words.hour)
    yield from _bars(f"Days, {zone}", found.days, words.day)
    yield from _bars(f"Domains, {len(found.hours)} hours", found.recent.top, words.domain)
    yield f"\n{words.COUNTED}."


def _bars(title: str, bars: Iterable[Bar], name: Callable[[Bar], str]) -> Iterator[str]:
    from sestui.domain.trend_words import drawn

    bars = list(bars)
    most = max((bar.count for bar in bars), default=0)
    yield f"\n{title:<{_WORDS + 3}}{'':{_BAR}}{'BOUNCE':>9}{'COMPLAINT':>11}"
    for bar in bars:
        words = name(bar)
        # A domain may be as long as three lines.
        words = words if len(words) <= _WORDS else f"{words[: _WORDS - 1]}…"
        yield f"  {words:<{_WORDS + 1}}{drawn(bar, most, _BAR):{_BAR}}{bar.bounces:>9,}{bar.complaints:>11,}"


def _object(found: Trends, tenant: str | None, now: float) -> dict[str, Any]:
    from sestui.cli.job_text import iso

    return {
        "tenant": tenant,
        "at": iso(now),
        "counted": "LastUpdateTime",
        "hours": [_bar_object(bar) for bar in found.hours],
        "days": [_bar_object(bar) for bar in found.days],
        "domains": [
            {"domain": bar.domains[0] if bar.domains else None, **_bar_object(bar)} for bar in found.recent.top
        ],
        "spikes": [
            {
                "domains": list(it.bar.domains),
                "all_domains_but": list(it.bar.but) if not it.bar.domains else None,
                **_bar_object(it.bar),
                "usual_up_to": it.usual,
                "filter": it.bar.filter,
            }
            for it in found.spikes
        ],
    }


def _bar_object(bar: Bar) -> dict[str, Any]:
    from sestui.cli.job_text import iso

    return {
        "since": iso(bar.since),
        "before": iso(bar.before),
        "bounce": bar.bounces,
        "complaint": bar.complaints,
    }
