"""What a lookup has come to, in the lines of the screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sestui.domain.display import duration, printable
from sestui.domain.errors import TenantNotFound
from sestui.domain.suppression import SuppressionList
from sestui.domain.verdict import Answer
from sestui.domain.verdict_words import Tone
from sestui.services.lookup import Finding, Lookup
from sestui.services.lookup_words import added, meaning_lines
from sestui.ui.widgets.columns import date
from sestui.ui.widgets.found_table import Found
from sestui.ui.widgets.line_view import Part, fold

STYLES: Final = {Tone.STOPS: "urgent", Tone.PASSES: "strong", Tone.PLAIN: "strong", Tone.DOUBT: "muted"}


def blocking(lookup: Lookup) -> set[tuple[SuppressionList, str]]:
    """Return the entries that stop the mail which is looked at: these are what one wants to remove."""
    found = set()
    for address in lookup.addresses:
        for _, it, verdict in lookup.verdicts(address)[0]:
            if verdict is not None and verdict.answer is Answer.BLOCKED and it.consults is not None:
                found |= {(it.consults, entry.address) for entry in verdict.entries}
    return found


def found_lines(lookup: Lookup, ticks: Mapping[tuple[str, SuppressionList, str], bool], now: float) -> list[Found]:
    """Return a line for each entry, and for each list that has none; `ticks` is what somebody has ticked or not.

    The account's list and the tenant's come first, then the others that have an entry.
    """
    blocked = blocking(lookup)
    lines = []
    mine = None, lookup.send.tenant
    order = sorted(lookup.findings.values(), key=lambda it: it.which.tenant_name not in mine and 1 + (not it.known))
    for it in order:
        entries = {entry.address: entry for entry in it.entries}
        for row in it.known:
            key = it.address, it.which, row.address
            entry = entries.get(row.address)
            if entry is not None:
                words = "by SES" if entry.message_id or entry.feedback_id else "by hand"
            else:
                assert it.rows is not None
                words = f"as of {duration(now - it.rows.read_at)} ago"
            lines.append(
                Found(
                    *key,
                    f"{row.reason:9} {date(row.last_update, now, 0):11} {words}",
                    urgent=True,
                    row=row,
                    entry=entry,
                    ticked=ticks.get(key, (it.which, row.address) in blocked),
                )
            )
        if not it.known:
            lines.append(Found(it.address, it.which, "", _absence(it, now), urgent=it.error is not None))
    return lines


def _absence(it: Finding, now: float) -> str:
    if it.error is not None:
        what = "there is no such tenant" if isinstance(it.error, TenantNotFound) else printable(str(it.error))
        return f"not asked: {what}"
    if not it.is_asked:
        return "asking SES …"
    if it.is_whole:
        assert it.rows is not None
        return f"not on this list (read {duration(now - it.rows.read_at)} ago)"
    return f"not under this spelling ({it.evidence.spellings} tried)"


def meaning(lookup: Lookup, it: Found | None, now: float, width: int) -> list[list[Part]]:
    """Return what a line means for the mail, who put its entry there, and why lists could not be asked.

    In lines of a width in cells.
    """
    address = lookup.addresses[0] if it is None else it.address
    entry = None if it is None else it.entry
    origin = [] if entry is None else [(f"{printable(entry.address)} was put there {added(entry)}", Tone.DOUBT)]
    # A list's own line has no room for all of that.
    errors = [
        (f"{printable(str(it.which))} was not asked: {printable(str(it.error))} r asks again", Tone.DOUBT)
        for it in lookup.of(address)
        if it.error is not None and not isinstance(it.error, TenantNotFound)
    ]
    return [
        [(line, STYLES[tone])]
        for words, tone in (*meaning_lines(lookup, address, now), *origin, *errors)
        for line in fold(words, max(10, width - 1))
    ]
