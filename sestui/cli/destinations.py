"""`sestui add` and `sestui remove`: one list, many addresses, by the same plan, job, journal and undo as in the app."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING, Final

from sestui.cli.options import add_change, add_connection, read_filter, settings_of, tenant_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sestui.cli.foreground import Foreground
    from sestui.domain.destinations_file import Gathered
    from sestui.domain.job import Plan
    from sestui.domain.query import Query
    from sestui.services.planning import Draft, Reader
    from sestui.sesv2.gateway import Gateway

_FILES: Final = """\
A file, or standard input, has an address a line: CSV with or without a reason, JSON Lines, what `sestui list` writes,
or addresses between <>, commas, semicolons or line ends. What is no address is told with its line, and the rest is
done."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Let the parser of add or of remove take what that needs."""
    kind = parser.prog.rpartition(" ")[2]
    from_what = "" if kind == "add" else "|--filter QUERY"
    parser.usage = f"%(prog)s (--tenant T | --account) [options] (ADDRESS… {from_what}| --from-file FILE | -)"
    parser.description = _FILES
    parser.set_defaults(kind=kind, json=False, query=None)
    add_connection(parser)
    parser.add_argument("--tenant", metavar="T", type=tenant_name, default=argparse.SUPPRESS, help="on its own list")
    parser.add_argument("--account", action="store_true", help="on the account's list")
    parser.add_argument("addresses", nargs="*", metavar="ADDRESS", help="- alone: standard input")
    parser.add_argument("--from-file", metavar="FILE", help="-: standard input")
    if kind == "add":
        parser.add_argument("--reason", type=str.upper, choices=("BOUNCE", "COMPLAINT"), help="where a row has none")
        parser.add_argument("--replace", action="store_true", help="also where an address is there with another reason")
    else:
        parser.add_argument("--filter", metavar="QUERY", help="all that it lets through")
        parser.add_argument(
            "--include-complaints", action="store_true", help="also people who took the mail for spam; else they stay"
        )
    add_change(parser)


def run(arguments: argparse.Namespace) -> int:
    """Change the list and return the exit status, as `cli.statuses` has them."""
    from sestui.cli.guarded import guarded

    return guarded(arguments.kind, lambda: _run(arguments))


def _run(arguments: argparse.Namespace) -> int:
    from sestui.cli.foreground import Foreground
    from sestui.domain.errors import UsageError

    if bool(arguments.tenant) is arguments.account:
        raise UsageError("Say on which list: --tenant NAME for that tenant's own, or --account for the account's.")
    if arguments.via_s3:
        from sestui.domain.import_job import Place

        Place.parse(arguments.via_s3)
        if not arguments.account:
            raise UsageError("--via-s3 is for the account's list: SES has no import jobs for a tenant's.")
    arguments.settings = settings_of(arguments)
    foreground = Foreground()
    return foreground.run(_change(foreground, arguments, _asked(arguments)))


def _asked(arguments: argparse.Namespace) -> Query | Gathered:
    """Return which addresses are meant, as they were named or as a filter."""
    from sestui.domain.destinations_file import gather, read
    from sestui.domain.errors import UsageError

    named = arguments.addresses
    sources = [named or None, arguments.from_file, arguments.filter if arguments.kind == "remove" else None]
    if sum(it is not None for it in sources) != 1:
        raise UsageError(f"Say what to {arguments.kind}, in one way: {_WAYS[arguments.kind]}.")
    if sources[2] is not None:
        query = read_filter(arguments.filter)
        if query.is_empty:
            raise UsageError("An empty filter would mean every address: nothing was done. 're:.' does mean every one.")
        return query
    lines = named if named and named != ["-"] else _lines(arguments.from_file or "-")
    gathered = gather(read(lines))
    if not (gathered.rows or gathered.refused):
        raise UsageError("No address came: nothing was done.")
    lacking = [row for row in gathered.rows if row.reason is None]
    if arguments.kind == "add" and arguments.reason is None and lacking:
        some = ", ".join(f"line {row.line} ({row.address})" for row in lacking[:3])
        raise UsageError(
            f"{len(lacking):,} of {len(gathered.rows):,} have no reason, {some}: --reason BOUNCE says one."
        )
    return gathered


def _lines(name: str) -> Iterator[str]:
    from sestui.services.files import file_lines, named, text_lines

    return text_lines(open(0, "rb", closefd=False), "standard input") if name == "-" else file_lines(named(name))


_WAYS: Final = {
    "add": "addresses, --from-file FILE, or - for standard input",
    "remove": "addresses, --filter QUERY, --from-file FILE, or - for standard input",
}


async def _change(foreground: Foreground, arguments: argparse.Namespace, asked: Query | Gathered) -> int:
    from sestui.cli import job_text
    from sestui.cli.changing import carry_out, check_production
    from sestui.cli.connecting import connected
    from sestui.cli.state import open_journal
    from sestui.cli.statuses import FAILED, FINE
    from sestui.domain.destinations_file import Gathered
    from sestui.domain.display import counted
    from sestui.domain.job import Kind, Plan
    from sestui.domain.suppression import SuppressionList
    from sestui.services.planning import Reader

    which = SuppressionList(arguments.tenant)
    refused = asked.refused if isinstance(asked, Gathered) else ()
    for line in _input_lines(asked) if isinstance(asked, Gathered) else ():
        foreground.tell(line)
    async with connected(arguments, arguments.settings) as (gateway, folder):
        if not arguments.dry_run:
            await gateway.may_change()
        here = await gateway.identify()
        check_production(gateway, arguments, [arguments.tenant])
        name = arguments.tenant
        tenants = {} if name is None else {name: (await gateway.resources.tenant(name)).tenant_id}
        read_at = time.time()
        reader = Reader(
            *(gateway, which, time.time),
            heard=lambda count: foreground.show(f"reading the list: {counted(count, 'address', 'addresses')}"),
            waits=foreground.tell_away,
        )
        draft = await _draft(reader, arguments, asked)
        plan = Plan(Kind(arguments.kind), here, draft.entries, read_at, tenants, arguments.note, via=arguments.via_s3)
        for line in _plan_lines(plan, draft, gateway):
            foreground.tell(line)
        told = {
            "left_alone": job_text.left_objects(draft.left),
            "refused": [{"line": it.line, "text": it.text, "why": it.why} for it in refused],
        }
        status = FINE
        if plan.entries:
            journal = open_journal(folder, arguments.settings)
            try:
                status = await carry_out(foreground, gateway, journal, plan, arguments, told)
            finally:
                journal.close()
        else:
            foreground.tell("There is nothing to do.")
            if arguments.json:
                print(job_text.as_json({"id": None, "kind": arguments.kind, "total": 0} | told), flush=True)
    return FAILED if status == FINE and (refused or draft.contradicted) else status


async def _draft(reader: Reader, arguments: argparse.Namespace, asked: Query | Gathered) -> Draft:
    from sestui.domain.destinations_file import Gathered
    from sestui.domain.suppression import Reason
    from sestui.services.planning import addition, refuse_in_sandbox, removal

    if not isinstance(asked, Gathered):
        now = await reader.matching(asked)
        return removal(reader.which, dict.fromkeys(now), now, complaints=arguments.include_complaints)
    if arguments.kind == "remove":
        said = {row.address: row.reason for row in asked.rows}
        return removal(reader.which, said, await reader.standing(said), complaints=arguments.include_complaints)
    await refuse_in_sandbox(reader.gateway)
    wanted = {row.address: row.reason or Reason(arguments.reason) for row in asked.rows}
    return addition(reader.which, wanted, await reader.standing(wanted), replace=arguments.replace)


def _input_lines(asked: Gathered) -> Iterator[str]:
    """Yield what a person has to know of what was read."""
    from sestui.cli.job_text import few
    from sestui.domain.display import counted, printable

    if asked.refused:
        yield f"{counted(len(asked.refused), 'line is', 'lines are')} no address:"
        yield from few([printable(f"line {it.line}: {it.text}  {it.why}") for it in asked.refused])
    if asked.doubles:
        yield f"{counted(asked.doubles, 'address', 'addresses')} came again: each counts once."
    if asked.disagreeing:
        yield f"{counted(len(asked.disagreeing), 'address', 'addresses')} with both reasons: COMPLAINT counts."
        yield from few(list(map(printable, asked.disagreeing)))


def _plan_lines(plan: Plan, draft: Draft, gateway: Gateway) -> Iterator[str]:
    """Yield what a person has to know before a change."""
    from collections import Counter

    from sestui.cli import job_text
    from sestui.domain.display import duration
    from sestui.domain.job import Kind, calls
    from sestui.domain.job_words import takes
    from sestui.services.jobs import pace

    yield from job_text.plan_lines(_TITLES[plan.kind], plan, draft.left, "left alone")
    if not plan.entries:
        return
    if plan.kind is Kind.REMOVE:
        reasons = Counter(it.before.reason for it in plan.entries if it.before is not None)
        yield "  " + ", ".join(f"{number:,} {reason}" for reason, number in sorted(reasons.items()))
    read = f"  read {duration(time.time() - plan.read_at)} ago"
    if plan.via:
        # How long that takes is told with the way: it has nothing to do with the pace of single calls.
        yield read
        return
    puts = len(plan.entries) if plan.kind is Kind.ADD else 0
    yield f"{read}; takes {takes(calls(len(plan.entries), puts=puts), pace(gateway))}"


_TITLES: Final = {"add": "This adds to a suppression list:", "remove": "This removes from a suppression list:"}
