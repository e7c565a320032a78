"""What is said of an address on a list, the same on the screen and on the command line. Harmless for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from sestui.domain.display import counted, duration, moment_in_full, printable
from sestui.domain.effective import Effective
from sestui.domain.errors import TenantNotFound
from sestui.domain.impact import Send
from sestui.domain.job_words import takes
from sestui.domain.suppression import Connection, SuppressedDestination, SuppressedDestinationSummary
from sestui.domain.verdict import Verdict
from sestui.domain.verdict_words import Tone, consults, mail, verdict_lines
from sestui.services.lookup import Finding, Lookup


def added(it: SuppressedDestination) -> str:
    """Say who put an entry there, as far as its ids tell."""
    if it.message_id is None and it.feedback_id is None:
        return "by hand: SES gives no message id"
    return f"by SES, message {printable(it.message_id)}" if it.message_id is not None else "by SES"


def finding_lines(it: Finding, now: float) -> Iterator[tuple[str, Tone]]:
    """Yield what one list says: a line for each entry, or why there is none."""
    for entry in it.entries:
        yield f"{_row(entry.summary)}  {added(entry)}", Tone.STOPS
    told = {entry.address for entry in it.entries}
    for row in it.known:
        if row.address not in told:
            assert it.rows is not None
            yield f"{_row(row)}  as of {duration(now - it.rows.read_at)} ago", Tone.STOPS
    if it.error is not None:
        what = "there is no such tenant" if isinstance(it.error, TenantNotFound) else printable(str(it.error))
        yield f"not asked: {what}", Tone.DOUBT
    elif not it.is_asked:
        yield "asking SES …", Tone.DOUBT
    if not it.known and it.is_asked:
        if it.is_whole:
            assert it.rows is not None
            yield f"not on this list, under any spelling (read {duration(now - it.rows.read_at)} ago)", Tone.PASSES
        else:
            yield f"not under this spelling ({it.evidence.spellings} tried)", Tone.PLAIN


def _row(row: SuppressedDestinationSummary) -> str:
    return f"{printable(row.address)}  {row.reason}  since {moment_in_full(row.last_update)}"


def meaning_lines(lookup: Lookup, address: str, now: float) -> Iterator[tuple[str, Tone]]:
    """Yield what it means for the mail that the question is about, what is stopped first."""
    verdicts, final = lookup.verdicts(address)
    if not verdicts:
        if lookup.settings_error is not None:
            yield f"What it means is not known: {printable(str(lookup.settings_error))}", Tone.DOUBT
        else:
            yield "What it means for the mail is not known yet: its settings are being read.", Tone.DOUBT
        return
    groups: dict[tuple[tuple[str, Tone], ...], list[Send]] = {}
    for send, it, verdict in verdicts:
        finding = None if it.consults is None else lookup.findings.get((address, it.consults))
        age = 0.0 if finding is None or finding.rows is None else now - finding.rows.read_at
        groups.setdefault(tuple(_of_mail(it, verdict, age)), []).append(send)
    for lines, sends in groups.items():
        for line, tone in lines:
            yield line if tone is Tone.DOUBT else f"{mail(sends)}: {line}", tone
    if not final:
        yield "before its configuration sets, which are not all read and may override this", Tone.DOUBT
        if lookup.settings_error is not None:
            yield f"they can't be read: {printable(str(lookup.settings_error))}", Tone.DOUBT


def _of_mail(it: Effective, verdict: Verdict | None, age: float) -> Iterator[tuple[str, Tone]]:
    if verdict is not None:
        yield from verdict_lines(verdict, age)
    else:
        for stop in it.stops:
            yield f"STOPPED before any list: {stop}", Tone.STOPS
        yield f"consults {consults(it)}, which was not asked", Tone.PLAIN
    for doubt in it.undocumented:
        yield f"not documented by AWS: {doubt}", Tone.DOUBT


def left_line(lookup: Lookup, pace: float | None) -> str:
    """Say which lists have not been asked, and how long that takes; empty where none is left."""
    if lookup.others_error is not None:
        return f"Other tenants' lists were not asked: {printable(str(lookup.others_error))}"
    if not lookup.others:
        return ""
    calls = len(lookup.others) * len(lookup.addresses)
    lists = counted(len(lookup.others), "other tenant's list was", "other tenants' lists were")
    return f"{lists} not asked; to ask takes {takes(calls, pace)}"


def text_lines(lookup: Lookup, here: Connection, now: float) -> Iterator[str]:
    """Yield all that is known as text, for a ticket or a terminal."""
    for address in lookup.addresses:
        yield printable(f"{address}  ({here.account or 'account not known'} · {here.region})")
        for line, _ in meaning_lines(lookup, address, now):
            yield f"  {line}"
        for finding in lookup.of(address):
            for line, _ in finding_lines(finding, now):
                yield f"  {printable(str(finding.which))}: {line}"
        yield ""
