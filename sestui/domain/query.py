"""The filter of a list: words that must all be found, and what narrows by domain, reason and time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, time
from math import floor
from typing import TYPE_CHECKING, Final, NamedTuple

from sestui.domain.display import latest, moment, moment_utc, seconds_at, zone_name, zone_of
from sestui.domain.errors import QueryError
from sestui.domain.suppression import Reason, SuppressedDestinationSummary

if TYPE_CHECKING:
    from sestui.domain.pattern import Pattern

# Texts: whoever filters nothing needs none of them compiled.
_WORD: Final = r"\S+"
_PART: Final = r"[^,]+"
_DURATION: Final = r"([0-9]{1,5})([smhdw])"
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_CLOCK: Final = r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?"
_ISO: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}(t[0-9:]{5,8}(z|[+-][0-9]{2}:?[0-9]{2})?)?"


class Term(NamedTuple):
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
    pattern: Pattern | None = None
    """Found anywhere in the address as it is spelled."""

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
        elif self.pattern is not None:
            found = self.pattern.is_in(row.address.encode("utf-8", "surrogatepass"))
        else:
            found = self.text in row.address.casefold()
        return found is not self.negated


class Asked(NamedTuple):
    """What of a filter SES itself can be asked for: each row that the filter lets through is among these."""

    reasons: tuple[Reason, ...] = ()
    """Empty where they narrow nothing."""
    since: float | None = None
    """As a term has it. SES documents for neither time whether a row of that very second is in: ask for one more."""
    before: float | None = None

    @property
    def is_empty(self) -> bool:
        """Whether SES would be asked for the whole list."""
        return self == Asked()

    @property
    def terms(self) -> str:
        """The names of the terms that SES is asked for: `reason: since:`."""
        named = {"reason:": self.reasons, "since:": self.since is not None, "before:": self.before is not None}
        return " ".join(name for name, it in named.items() if it)


class Query(NamedTuple):
    """A filter: every term must hold."""

    terms: tuple[Term, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.terms

    @property
    def has_only_begun(self) -> bool:
        """Whether a term has no value, as in `domain:`: while a person types it hides nothing."""
        return Term(negated=False) in self.terms

    @property
    def effort(self) -> int:
        """Instructions that a byte of an address takes at worst; 0 where there is no pattern."""
        return sum(term.pattern.effort for term in self.terms if term.pattern is not None)

    @property
    def asked(self) -> Asked:
        # Terms that leave no reason at all, or no time, let nothing through: what is asked is then as good as any.
        left = {
            reason
            for reason in Reason
            if all((reason in term.reasons) is not term.negated for term in self.terms if term.reasons)
        }
        return Asked(
            tuple(reason for reason in Reason if reason in left) if len(left) < len(Reason) else (),
            max((term.since for term in self.terms if term.since is not None), default=None),
            min((term.before for term in self.terms if term.before is not None), default=None),
        )

    @property
    def range(self) -> str:
        """The times that the filter lets through, in words and the zone shown; empty where it lets through all.

        `since 2026-11-22 02:00:00 before 2026-11-22 03:30:00 UTC`
        """
        since, before = self.asked.since, self.asked.before
        bounds = [(name, at) for name, at in (("since", since), ("before", before)) if at is not None]
        zones = [zone_of(at) for _, at in bounds]
        # One name is enough for both, unless the clocks are changed between them.
        words = [
            f"{name} {moment(at)}{f' {zone}' if zone not in zones[place + 1 :] else ''}"
            for place, ((name, at), zone) in enumerate(zip(bounds, zones, strict=True))
        ]
        if since is not None and before is not None and since >= before:
            return f"no time is {' and '.join(words)}"
        return " ".join(words)

    def matches(self, row: SuppressedDestinationSummary) -> bool:
        return all(term.matches(row) for term in self.terms)


def parse(text: str, now: float) -> Query:
    r"""Read a filter as it was typed at `now`, in seconds since 1970.

    Blanks part terms, and nothing quotes one. Words are substrings; `domain:a,b` is any of those domains;
    `reason:bounce`; `since:` and `before:` take how long ago (`2h`), a date or a time (`2026-11-22T02:00`) or the
    latest such time of day (`02:00`), in the zone shown where no offset is given; `re:` takes a pattern in RE2's
    syntax, with `\s` for a blank, and ignores case too, but for what stands behind a `(?-i)`; `!` before a term negates
    it.

    Raises:
        QueryError: a term that can't be read; the text names it.
    """
    return Query(tuple(_term(word[0], word.start(), now) for word in re.finditer(_WORD, text) if word[0] != "!"))


def words_for(address: str) -> str:
    """Return a filter that finds an address: itself, where that is not read as anything else."""
    if address.startswith("!") or ":" in address or not re.fullmatch(_WORD, address):
        return "re:^" + "".join(r"\s" if it.isspace() else re.escape(it) for it in address) + "$"
    return address


def terms_for(since: float | None, before: float | None, domains: Sequence[str] = (), but: Sequence[str] = ()) -> str:
    """Return a filter for these times, in whole seconds since 1970, and domains, case-folded; `but` these others.

    The times are absolute: the filter means the same whenever it is read.
    """
    terms = [f"{name}:{_typed(at)}" for name, at in (("since", since), ("before", before)) if at is not None]
    return " ".join([*_named("", domains), *_named("!", but), *terms])


def _named(sign: str, domains: Sequence[str]) -> list[str]:
    if all(it and not it.startswith(".") and not re.search(r"[\s,]", it) for it in domains):
        return [f"{sign}domain:{','.join(domains)}"] if domains else []
    # What no mail domain has, a list may: only a pattern can say it.
    texts = ("".join(r"\s" if it.isspace() else re.escape(it) for it in domain) for domain in domains)
    return [f"{sign}re:(^|@)({'|'.join(texts)})$"]


def _typed(at: float) -> str:
    text = moment(at).replace(" ", "T")
    # A time that comes twice, when clocks are put back, is the first one as it stands.
    if seconds_at(datetime.fromisoformat(text)) != at:
        return f"{moment_utc(at).replace(' ', 'T')}Z"
    return text.removesuffix(":00")


def _term(word: str, at: int, now: float) -> Term:
    """Read the word that stands at this place of the filter."""
    negated = word.startswith("!")
    body = word.removeprefix("!")
    key, colon, value = body.partition(":")
    key = key.casefold()
    if not colon or key not in ("domain", "reason", "since", "before", "re"):
        return Term(negated, text=body.casefold())
    # What has only begun hides nothing; a lone dot is the beginning of `.corp.com`.
    if not value.strip({"domain": ".,", "reason": ","}.get(key, "")):
        return Term(negated=False)
    start = at + len(word) - len(value)
    match key:
        case "re":
            from sestui.domain.pattern import read

            return Term(negated, pattern=read(value, start))
        case "domain":
            return Term(negated, domains=tuple(part for part in value.casefold().split(",") if part.strip(".")))
        case "reason":
            return Term(negated, reasons=_reasons(value, start))
    at_time = _time(value.casefold(), now)
    if at_time is None:
        raise QueryError(
            f"{key}:{value} is no time. There are 30m, 2h and 7d ago, 2026-11-22, 2026-11-22T02:00, and 02:00: "
            f"the latest such, in {zone_name()}.",
            start,
            start + len(value),
        )
    # Not since is before.
    if (key == "since") is not negated:
        return Term(negated=False, since=at_time)
    return Term(negated=False, before=at_time)


def _reasons(value: str, at: int) -> tuple[Reason, ...]:
    chosen: set[Reason] = set()
    for part in re.finditer(_PART, value):
        # While a reason is being typed, whatever it may become is shown.
        found = {reason for reason in Reason if reason.startswith(part[0].upper())}
        if not found:
            raise QueryError(
                f"reason:{part[0]} is not a reason. There are bounce and complaint.", at + part.start(), at + part.end()
            )
        chosen |= found
    return tuple(reason for reason in Reason if reason in chosen)


def _time(value: str, now: float) -> float | None:
    """Return what a value of since: or before: stands for, in whole seconds since 1970; None where it can't be read."""
    now = floor(now)  # What is echoed is said to the second.
    if ago := re.fullmatch(_DURATION, value):
        return now - int(ago[1]) * _SECONDS[ago[2]]
    if clock := re.fullmatch(_CLOCK, value):
        return latest(time(int(clock[1]), int(clock[2]), int(clock[3] or 0)), now)
    if not re.fullmatch(_ISO, value):
        return None
    try:
        return seconds_at(datetime.fromisoformat(value.upper()))
    except (ValueError, OverflowError):
        return None
