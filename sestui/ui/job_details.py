"""One job in words: how far it is, what was agreed to by whom, and its entries."""

from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from sestui.domain import job_words
from sestui.domain.display import duration, moment, printable
from sestui.domain.job import DONE, Entry, Job
from sestui.domain.suppression import Reason
from sestui.services.history import MOST_ENTRIES, Page, Reasons
from sestui.services.journal_rows import Recorded

NAMES: Final = 9
"""Cells of the column of names."""

_CHANGE: Final = 20
"""Cells of the column that says what an entry was: `COMPLAINT 2026-11-22`."""

Rows: TypeAlias = tuple[tuple[str, str] | tuple[str, str, str], ...]
"""Names and values, some with a style."""


def title(job: Job) -> str:
    """Name a job: `Job 17: remove 9,000, list of the account`."""
    where = job_words.lists(job)
    return f"Job {job.id}: {job_words.what(job)}, {f'list of {where}' if len(job.lists) == 1 else where}"


def progress(job: Job, now: float) -> Rows:
    """What changes while a job runs."""
    rest = job.total - job.settled
    outcomes = f"{job_words.counts(job)}{f', {rest:,} not begun' if rest else ''}"
    return ("State", job_words.state(job, now), "bold"), *([("Outcomes", outcomes)] if job.counts else ())


def facts(job: Job, undone_by: Sequence[int], reasons: Reasons | None) -> Rows:
    """What does not change: the plan, and who agreed to it from where. None stands for reasons not counted yet."""
    return tuple(_facts(job, undone_by, reasons))


def _facts(job: Job, undone_by: Sequence[int], reasons: Reasons | None) -> Iterator[tuple[str, str]]:
    where, who = job.connection, job.who
    if job.note:
        yield "Note", job.note
    parts = (where.account or "not known", where.region, where.endpoint)
    yield "Account", " · ".join(part for part in parts if part)
    if len(job.lists) > 1 or job.tenants:
        # Else the title says it all.
        for number, which in enumerate(job.lists):
            tenant_id = job.tenants.get(which.tenant_name or "")
            owner = which.owner if tenant_id is None else f"{which.owner}, TenantId {tenant_id}"
            yield ("List" if len(job.lists) == 1 else "Lists") if number == 0 else "", owner
    yield "Plan", "…" if reasons is None else ", ".join(f"{count:,} {_from_to(*it)}" for it, count in reasons.items())
    yield "Who", f"{who}{f', on {who.host}' if who.host else ''}"
    if where.arn or where.profile:
        profile = f"profile {where.profile}" if where.profile else ""
        yield "Caller", " · ".join(part for part in (where.arn, profile) if part)
    times = f"planned {moment(job.planned_at)} UTC of rows {duration(job.planned_at - job.read_at)} old"
    for verb, at in (("began", job.began_at), ("ended", job.ended_at)):
        if at is not None:
            times += f", {verb} {_time(at, job)}"
    yield "When", times
    if job.undoes is not None:
        yield "Undoes", f"job {job.undoes}"
    if undone_by:
        yield "Undone", f"by job {', '.join(map(str, undone_by))}"


def _time(at: float, job: Job) -> str:
    """Return a time, with its date where that is another than the plan's."""
    full = moment(at)
    return full[11:] if full[:10] == moment(job.planned_at)[:10] else full


def _from_to(was: Reason | None, wanted: Reason | None) -> str:
    if wanted is None:
        return f"{was or 'whatever is there'} → off the list"
    return f"→ {wanted}" if was is None else f"{was} → {wanted}"


def entries(job: Job, page: Page) -> RenderableType:
    """List the entries that did not come out as wanted, then all."""
    parts: list[RenderableType] = []
    matching = f" matching “{printable(page.search)}”" if page.search else ""
    for name, rows in ((f"Not as wanted{matching}", page.undone), (f"All entries{matching}", page.entries)):
        if rows or rows is page.entries:
            parts += [Text(f"\n{name}", "bold"), _listed(job, rows[:MOST_ENTRIES])]
        if len(rows) > MOST_ENTRIES:
            parts.append(Text(f"… and more than these {MOST_ENTRIES}; / finds an address", "dim"))
    return Group(*parts)


def _listed(job: Job, rows: Sequence[Recorded]) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0), expand=True)
    grid.add_column(ratio=5, overflow="fold")
    grid.add_column(width=_CHANGE, overflow="fold", style="dim")
    grid.add_column(ratio=4, overflow="fold")
    for it in rows:
        owner = f"{it.entry.which.owner}: " if len(job.lists) > 1 else ""
        grid.add_row(Text(printable(it.entry.address)), Text(printable(owner + _change(it.entry))), _outcome(job, it))
    return grid


def _change(entry: Entry) -> str:
    was = "" if entry.before is None else f"{entry.before.reason} {moment(entry.before.last_update)[:10]}"
    return was if entry.wanted is None else f"{was} → {entry.wanted}".lstrip()


def _outcome(job: Job, it: Recorded) -> Text:
    if it.result is None or it.settled_at is None:
        return Text("not begun" if it.asked_at is None else "asked, answer unknown", "dim")
    as_wanted = it.result.outcome in DONE
    style = "" if as_wanted else "bold yellow"
    said = Text.assemble((f"{_time(it.settled_at, job)} ", "dim"), (str(it.result.outcome), style))
    if it.result.detail:
        said.append(f": {printable(it.result.detail)}")
    if it.result.request_id and not as_wanted:
        said.append(f"\nrequest {printable(it.result.request_id)}", "dim")
    return said
