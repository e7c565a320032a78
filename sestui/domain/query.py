"""The filter of a list: words that must all be found, and what narrows by domain and reason."""

from dataclasses import dataclass

from sestui.domain.errors import UsageError
from sestui.domain.suppression import Reason, SuppressedDestinationSummary


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a filter."""

    negated: bool
    text: str = ""
    """Case-folded; found anywhere in the address, ignoring case."""
    domains: tuple[str, ...] = ()
    """Case-folded; `corp.com` is that domain alone, `.corp.com` its subdomains too."""
    reasons: tuple[Reason, ...] = ()

    def matches(self, row: SuppressedDestinationSummary) -> bool:
        if self.reasons:
            found = row.reason in self.reasons
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

    def matches(self, row: SuppressedDestinationSummary) -> bool:
        return all(term.matches(row) for term in self.terms)


def parse(text: str) -> Query:
    """Read a filter as it was typed.

    Words are substrings; `domain:a,b` is any of those domains; `reason:bounce`; `!` before a term negates it.

    Raises:
        UsageError: a term that can't be read; the text names it.
    """
    return Query(tuple(_term(word) for word in text.split() if word != "!"))


def _term(word: str) -> Term:
    negated = word.startswith("!")
    body = word.removeprefix("!").casefold()
    key, colon, value = body.partition(":")
    if not colon or key not in ("domain", "reason", "since", "before", "re"):
        return Term(negated, text=body)
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
    raise UsageError(f"{key}: can't be asked of a list yet. Use words, domain: and reason:.")
