"""The filter of a list: words that must all be found, and what narrows by domain, reason and time."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from math import floor, inf, isinf
from typing import Final

from sestui.domain.display import moment
from sestui.domain.errors import UsageError
from sestui.domain.suppression import Reason, SuppressedDestinationSummary

_DURATION: Final = re.compile(r"([0-9]{1,5})([smhdw])")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_CLOCK: Final = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?")
_ISO: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(t[0-9:]{5,8}(z|[+-][0-9]{2}:?[0-9]{2})?)?")


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a filter."""

    negated: bool
    text: str = ""
    """Case-folded; found anywhere in the address, ignoring case."""
    domains: tuple[str, ...] = ()
    """Case-folded; `corp.com` is that domain alone, `.corp.com` its subdomains too."""
    reasons: tuple[Reason, ...] = ()
    since: float | None = None
    """Last updated then or later, in seconds since 1970."""
    before: float | None = None
    """Last updated earlier than that, in seconds since 1970."""

    def matches(self, row: SuppressedDestinationSummary) -> bool:
        if self.reasons:
            found = row.reason in self.reasons
        elif self.since is not None:
            found = row.last_update >= self.since
        elif self.before is not None:
            found = row.last_update < self.before
        elif self.domains:
            domain = row.address.rpartition("@")[2].casefold()
            found = any(
                domain == it.removeprefix(".") or (it.startswith(".") and domain.endswith(it)) for it in self.domains
            )
        else:
            found = self.text in row.address.casefold()
        return found is not self.negated


@dataclass(frozen=True, slots=True)
class Query:
    """A filter: every term must hold."""

    terms: tuple[Term, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.terms

    @property
    def range(self) -> str:
        """The times that the filter lets through, in words and UTC; empty where it lets through all.

        `since 2026-11-22 02:00:00 before 2026-11-22 03:30:00`
        """
        since = max((term.since for term in self.terms if term.since is not None), default=-inf)
        before = min((term.before for term in self.terms if term.before is not None), default=inf)
        words = [
            f"{name} {moment(bound)}" for name, bound in (("since", since), ("before", before)) if not isinf(bound)
        ]
        return " ".join(words) if since < before else f"no time is {' and '.join(words)}"

    def matches(self, row: SuppressedDestinationSummary) -> bool:
        return all(term.matches(row) for term in self.terms)


def parse(text: str, now: float) -> Query:
    """Read a filter as it was typed at `now`, in seconds since 1970.

    Words are substrings; `domain:a,b` is any of those domains; `reason:bounce`; `since:` and `before:` take how long
    ago (`2h`), a date or a time (`2026-11-22T02:00`) or the latest such time of day (`02:00`), in UTC where no offset
    is given; `!` before a term negates it.

    Raises:
        UsageError: a term that can't be read; the text names it.
    """
    return Query(tuple(_term(word, now) for word in text.split() if word != "!"))


def _term(word: str, now: float) -> Term:
    negated = word.startswith("!")
    body = word.removeprefix("!").casefold()
    key, colon, value = body.partition(":")
    if not colon or key not in ("domain", "reason", "since", "before", "re"):
        return Term(negated, text=body)
    if key in ("since", "before"):
        if not value:
            return Term(negated=False)
        at = _time(value, now)
        if at is None:
            raise UsageError(
                f"{key}:{value} is no time. There are 30m, 2h and 7d ago, 2026-11-22, 2026-11-22T02:00, and 02:00: "
                "the latest such, in UTC."
            )
        # Not since is before.
        return Term(negated=False, since=at) if (key == "since") is not negated else Term(negated=False, before=at)
    # A lone dot is the beginning of `.corp.com`.
    values = tuple(part for part in value.split(",") if part.strip("."))
    if key == "domain":
        return Term(negated, domains=values) if values else Term(negated=False)
    if key == "reason":
        names = {reason.lower(): reason for reason in Reason}
        # While a reason is being typed, whatever it may become is shown.
        chosen = tuple(reason for name, reason in names.items() if any(name.startswith(part) for part in values))
        for part in values:
            if not any(name.startswith(part) for name in names):
                raise UsageError(f"reason:{part} is not a reason. There are bounce and complaint.")
        return Term(negated, reasons=chosen) if chosen else Term(negated=False)
    raise UsageError(f"{key}: can't be asked of a list yet. Use words, domain:, reason:, since: and before:.")


def _time(value: str, now: float) -> float | None:
    """Return what a value of since: or before: stands for, in whole seconds since 1970; None where it can't be read."""
    now = floor(now)  # What is echoed is said to the second.
    if ago := _DURATION.fullmatch(value):
        return now - int(ago[1]) * _SECONDS[ago[2]]
    if clock := _CLOCK.fullmatch(value):
        of_day = int(clock[1]) * 3600 + int(clock[2]) * 60 + int(clock[3] or 0)
        return now - (now - of_day) % 86400
    if not _ISO.fullmatch(value):
        return None
    try:
        at = datetime.fromisoformat(value.upper())
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
