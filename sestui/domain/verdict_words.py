"""What is said of a mail and of what becomes of it, the same on every screen and on the command line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum

from sestui.domain.display import duration, moment_in_full, printable
from sestui.domain.effective import Effective
from sestui.domain.impact import Send
from sestui.domain.verdict import Answer, Verdict


class Tone(Enum):
    """How a line is meant; never told by colour alone."""

    STOPS = "stops"
    """The mail is not sent."""
    PASSES = "passes"
    """Nothing that is known stops it."""
    PLAIN = "plain"
    DOUBT = "doubt"
    """What isn't known, or can't be."""


def mail(sends: Sequence[Send]) -> str:
    """Name mail of one tenant, or of none, through some configuration sets, or none."""
    tenant, names = sends[0].tenant, [printable(it.configuration_set) for it in sends if it.configuration_set]
    who = "Mail without a tenant" if tenant is None else f"Mail of tenant {printable(tenant)}"
    return f"{who} through {', '.join(names)}" if names else who


def consults(it: Effective) -> str:
    """Name the one list that a send is checked against."""
    if it.reasons == ():
        return "no list: no reason is suppressed"
    if it.consults is None:
        return "which list is not documented by AWS: scope TENANT, no tenant"
    return f"the list of {printable(it.consults.owner)}"


def verdict_lines(it: Verdict, age: float) -> Iterator[tuple[str, Tone]]:
    """Yield what a verdict comes to, what is stopped first; `age` is of the list, where it was compared whole."""
    for stop in it.stops:
        yield f"STOPPED before any list: {stop}", Tone.STOPS
    if it.answer is Answer.BLOCKED:
        for entry in it.entries:
            yield (
                f"BLOCKED by {printable(entry.address)}, {entry.reason} since {moment_in_full(entry.last_update)}",
                Tone.STOPS,
            )
        return
    if it.answer is Answer.NOT_UNDER_SPELLINGS:
        yield f"not under this spelling ({it.spellings} tried)", Tone.PLAIN
    elif it.answer is Answer.NOT_ON_LIST:
        yield f"not on this list, under any spelling (read {duration(age)} ago)", Tone.PASSES
    else:
        yield it.answer, Tone.PLAIN
    for doubt in it.unseen:
        yield f"no list shows it: {doubt}", Tone.DOUBT
