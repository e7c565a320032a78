"""How else an address may be spelt on a list: management calls find one spelling, sending ignores case."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

MOST: Final = 3
"""Spellings of a local part that are asked about: each costs a call for each list."""
_WORD: Final = re.compile(r"[^\W\d_]+")


def spellings(address: str) -> tuple[str, ...]:
    """Return an address as it is written, then its likeliest other spellings, each once.

    Local parts in lower case, as `Alice.Smith` and as `ALICE`, for forms and people write them so; of a domain with
    other letters than ASCII's both forms, for SES keeps the one that it was given.
    """
    local, _, domain = address.rpartition("@")
    lower = local.lower()
    locals_ = dict.fromkeys((local, lower, _WORD.sub(lambda word: word[0].capitalize(), lower), local.upper()))
    domains = list(dict.fromkeys((domain, *_other_form(domain))))
    written = [f"{it}@{domains[0]}" for it in list(locals_)[:MOST]]
    # The other form right after what was typed: the likeliest of them.
    return tuple(dict.fromkeys([written[0], *(f"{local}@{it}" for it in domains[1:]), *written[1:]]))


def _other_form(domain: str) -> Iterator[str]:
    """Yield the domain's other form, by RFC 3490, where it has two."""
    try:
        other = domain.encode("ascii").decode("idna") if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError:
        return
    yield other.lower()
