"""One job in words: how far it is, what was agreed to by whom, and its entries."""

from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

from sestui.domain import import_words, job_words
from sestui.domain.display import duration, moment, moment_in_full, printable
from sestui.domain.job import DONE, Entry, Job
from sestui.domain.suppression import Reason
from sestui.services.history import MOST_ENTRIES, Page, Reasons
from sestui.services.journal_rows import Recorded
from sestui.ui.widgets.line_view import Part, columns

_NAME: Final = 11
"""Cells of the column of names."""
_ADDRESS: Final = 46
"""Cells at most for an address: the eye is to find what belongs to it."""
_CHANGE: Final = 22
"""Cells of the column that says what an entry was: `COMPLAINT 2026-11-22`."""

Lines: TypeAlias = list[list[Part]]


def title(job: Job) -> str:
    """Name a job: `Job 17: remove 9,000, list of the account`."""
    where = job_words.lists(job)
    return f"Job {job.id}: {job_words.what(job)}, {f'list of {where}' if len(job.lists) == 1 else where}"


def details(job: Job, now: float, undone_by: Sequence[int], page: Page | None, width: int) -> Lines:
    """Return all that is told of a job, in lines of a width in cells.

    Args:
        undone_by: the jobs that are undos of it.
        page: some of its entries; None while they are not read. Those searched for stand above what else is known.
    """
    lines = named("State", job_words.state(job, now), width, "strong")
    if job.counts:
        rest = job.total - job.settled
        lines += named("Outcomes", f"{job_words.counts(job)}{f', {rest:,} not begun' if rest else ''}", width)
    if way := import_words.via(job):
        lines += named("Via", way, width)
    entries = [] if page is None else _entries(job, page, width)
    facts = [
        line
        for name, value in _facts(job, undone_by, None if page is None else page.reasons)
        for line in named(name, value, width)
    ]
    if page is not None and page.search:
        return [*lines, *entries, [], *facts]
    return [*lines, *facts, *entries]


def named(name: str, value: str, width: int, style: str = "plain") -> Lines:
    """Return a value and its name beside it."""
    return columns((name, _NAME, "muted"), (printable(value), width - _NAME, style))


def _facts(job: Job, undone_by: Sequence[int], reasons: Reasons | None) -> Iterator[tuple[str, str]]:
    """Yield what does not change: the plan, and who agreed to it from where."""
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
    times = f"planned {moment_in_full(job.planned_at)} of rows {duration(job.planned_at - job.read_at)} old"
    for verb, at in (("began", job.began_at), ("ended", job.ended_at)):
        if at is not None:
            times += f", {verb} {_time(at, job)}"
    yield "When", times
    if job.undoes is not None:
        yield "Undoes", f"job {job.undoes}"
    if undone_by:
        yield "Undone", f"by job {', '.join(map(str, undone_by))}"


def _from_to(was: Reason | None, wanted: Reason | None) -> str:
    if wanted is None:
        return f"{was or 'whatever is there'} → off the list"
    return f"→ {wanted}" if was is None else f"{was} → {wanted}"


def _time(at: float, job: Job) -> str:
    """Return a time, with its date where that is another than the plan's."""
    full = moment(at)
    return full[11:] if full[:10] == moment(job.planned_at)[:10] else full


def _entries(job: Job, page: Page, width: int) -> Lines:
    """List the entries that did not come out as wanted, then all."""
    lines: Lines = []
    matching = f" matching “{printable(page.search)}”" if page.search else ""
    for name, rows in ((f"Not as wanted{matching}", page.undone), (f"All entries{matching}", page.entries)):
        if rows or rows is page.entries:
            lines += [[], [(name, "strong")]]
        for it in rows[:MOST_ENTRIES]:
            lines += _entry(job, it, width)
        if len(rows) > MOST_ENTRIES:
            lines.append([(f"… and more than these {MOST_ENTRIES}; / finds an address", "muted")])
    return lines


def _entry(job: Job, it: Recorded, width: int) -> Lines:
    owner = f"{it.entry.which.owner}: " if len(job.lists) > 1 else ""
    address = min(_ADDRESS, (width - _CHANGE) * 5 // 9)
    change = (printable(owner + _change(it.entry)), _CHANGE, "muted")
    words, style = _outcome(job, it)
    return columns((printable(it.entry.address), address, "plain"), change, (words, width - _CHANGE - address, style))


def _change(entry: Entry) -> str:
    was = "" if entry.before is None else f"{entry.before.reason} {moment(entry.before.last_update)[:10]}"
    return was if entry.wanted is None else f"{was} → {entry.wanted}".lstrip()


def _outcome(job: Job, it: Recorded) -> Part:
    if it.result is None or it.settled_at is None:
        return "not begun" if it.asked_at is None else "asked, answer unknown", "muted"
    words = f"{_time(it.settled_at, job)} {it.result.outcome}"
    if it.result.detail:
        words += f": {printable(it.result.detail)}"
    if it.result.outcome in DONE:
        return words, "plain"
    request = f" (request {printable(it.result.request_id)})" if it.result.request_id else ""
    return words + request, "urgent"
