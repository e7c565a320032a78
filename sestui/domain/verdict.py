"""Whether anything stops mail to an address, as far as that can be known, and never further.

Management calls find an address only under the exact spelling of its local part, sending ignores case (SES Developer
Guide, "Managing tenant suppression list entries"): only a whole list, compared without case, proves an address absent.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sestui.domain.effective import Effective
from sestui.domain.suppression import SuppressedDestinationSummary

GLOBAL_LIST: Final = (
    "SES's own global list may drop it for up to 14 days after a hard bounce somewhere; nobody can read it"
)
GLOBAL_AND_TENANT: Final = "whether a tenant's list overrides the global one is not documented by AWS"
OTHER_SPELLINGS: Final = (
    "the list was not compared whole: an entry under another spelling, which sending takes for the same, may block it"
)
ANOTHER_REASON: Final = (
    "SES tells one reason of an address; whether it may keep another beside it is not documented by AWS"
)
AUTO_VALIDATION: Final = "Auto Validation is on and may drop it; it leaves no entry on a list"


class Answer(StrEnum):
    """What the one list that is consulted says."""

    BLOCKED = "blocked"
    OTHER_REASON = "on the list with a reason that is not suppressed here"
    REASONS_UNKNOWN = "on the list, but which reasons are suppressed is not known"
    NOTHING_SUPPRESSED = "no list is consulted: no reason is suppressed here"
    NOT_UNDER_SPELLINGS = "not under the spellings asked"
    NOT_ON_LIST = "not on this list"
    UNKNOWN = "not known yet"
    NOT_DOCUMENTED = "which list is consulted is not documented by AWS"


NEGATIVE: Final = frozenset(
    {Answer.OTHER_REASON, Answer.NOTHING_SUPPRESSED, Answer.NOT_UNDER_SPELLINGS, Answer.NOT_ON_LIST}
)
"""The answers that speak for delivery."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of an address on the list that is consulted."""

    entries: tuple[SuppressedDestinationSummary, ...] = ()
    """Entries found, whatever the case of their letters."""
    spellings: int = 0
    """How many spellings SES was asked about, and answered."""
    complete: bool = False
    """Whether the whole list was compared, ignoring case."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What stops the mail, what the list says, and what no list shows."""

    stops: tuple[str, ...]
    """What stops all such mail before any list, in words, widest first."""
    answer: Answer
    entries: tuple[SuppressedDestinationSummary, ...]
    """The entries that the answer rests on."""
    spellings: int
    unseen: tuple[str, ...]
    """Beside an answer that speaks for delivery: what may stop the mail all the same."""


def verdict(it: Effective, evidence: Evidence) -> Verdict:
    """Judge one address for a send that is checked against this."""
    answer, entries = _answer(it, evidence)
    unseen = _unseen(it, evidence, answer) if answer in NEGATIVE else ()
    return Verdict(it.stops, answer, entries, evidence.spellings, unseen)


def _answer(it: Effective, evidence: Evidence) -> tuple[Answer, tuple[SuppressedDestinationSummary, ...]]:
    found = evidence.entries
    if it.reasons == ():
        return Answer.NOTHING_SUPPRESSED, found
    if it.consults is None:
        return Answer.NOT_DOCUMENTED, ()
    if found and it.reasons is None:
        return Answer.REASONS_UNKNOWN, found
    if blocking := tuple(entry for entry in found if entry.reason in (it.reasons or ())):
        return Answer.BLOCKED, blocking
    if found:
        return Answer.OTHER_REASON, found
    if evidence.complete:
        return Answer.NOT_ON_LIST, ()
    return (Answer.NOT_UNDER_SPELLINGS if evidence.spellings else Answer.UNKNOWN), ()


def _unseen(it: Effective, evidence: Evidence, answer: Answer) -> tuple[str, ...]:
    unseen = [GLOBAL_LIST]
    # Where no entry was found the answer's own words tell how far the list was compared.
    if answer is Answer.OTHER_REASON and not evidence.complete:
        unseen.insert(0, OTHER_SPELLINGS)
    if answer is Answer.OTHER_REASON:
        unseen.insert(0, ANOTHER_REASON)
    if it.consults is not None and it.consults.tenant_name is not None:
        unseen.append(GLOBAL_AND_TENANT)
    if it.validation is not None and it.validation.enabled:
        unseen.append(AUTO_VALIDATION)
    return tuple(unseen)
