"""What an addition comes to, in words."""

from collections.abc import Callable, Iterator
from typing import Final

from rich.text import Text

from sestui.domain.addition import Addition
from sestui.domain.destinations_file import Gathered
from sestui.domain.display import counted, printable
from sestui.domain.import_words import other_way
from sestui.domain.job import ASK_AGAIN_UP_TO, calls
from sestui.domain.suppression import Reason

_OTHERS: Final = 3
"""Addresses that are named of those that are there with another reason, or were told with both."""
_REFUSED: Final = 100
"""Refused lines that are shown."""


def addition_text(
    found: Gathered, addition: Addition, default: Reason, takes: Callable[[int], str], *, asking: bool
) -> Text:
    """Say what of a file or a text is to be added, what is left out, and why.

    Args:
        default: the reason of rows without one of their own.
        asking: whether SES is being asked about what is not known.
    """
    return Text.assemble(*_parts(found, addition, default, takes, asking))


def _parts(
    found: Gathered, addition: Addition, default: Reason, takes: Callable[[int], str], asking: bool
) -> Iterator[tuple[str, str]]:
    entries, reasons = addition.entries, addition.reasons
    if len(reasons) > 1:
        told = ": " + ", ".join(f"{reasons[reason]:,} as {reason}" for reason in Reason)
    else:
        told = f" as {next(iter(reasons), default)}"
    yield f"{counted(len(entries), 'address', 'addresses')} will be added{told}", "bold"
    parts = [f"{len(found.rows):,} valid"]
    if 0 < addition.by_default < len(found.rows):
        parts.append(f"{addition.by_default:,} without a reason")
    parts += [f"{found.doubles:,} double"] if found.doubles else []
    parts += [f"{addition.there:,} already there"] if addition.there else []
    parts += [f"{len(addition.others):,} there with another reason"] if addition.others else []
    parts += [f"{len(found.refused):,} not valid"] if found.refused else []
    yield f"  ({', '.join(parts)})\n", "dim"
    if entries:
        asked = sum(not it.known for it in entries)
        if len(entries) > ASK_AGAIN_UP_TO:
            first, last = (f"{printable(it.address)} {it.wanted}" for it in (entries[0], entries[-1]))
            yield f"from {first} to {last}\n", ""
        yield f"takes {takes(calls(len(entries), puts=len(entries), unknown=asked))}\n", ""
        if way := other_way(addition.which, puts=len(entries)):
            yield f"{way}\n", "dim"
    if addition.unasked and asking:
        few = len(addition.unasked) <= ASK_AGAIN_UP_TO
        words = "asking SES about" if few else "the list isn't loaded whole; not known of"
        yield (
            f"{words} {counted(len(addition.unasked), 'address', 'addresses')}: each is asked before it is added\n",
            "",
        )
    for address in found.disagreeing[:_OTHERS]:
        yield f"told with both reasons, so COMPLAINT: {printable(address)}\n", "yellow"
    if len(found.disagreeing) > _OTHERS:
        yield f"… {len(found.disagreeing) - _OTHERS:,} more told with both\n", "yellow"
    for row in addition.others[:_OTHERS]:
        yield f"there as {row.reason}: {printable(row.address)}\n", "yellow"
    for refused in found.refused[:_REFUSED]:
        yield f"line {refused.line:,}: {printable(refused.text[:80])} — {printable(refused.why)}\n", "red"
    if len(found.refused) > _REFUSED:
        yield f"… {len(found.refused) - _REFUSED:,} more\n", "red"
