"""E-mail addresses as people type and paste them, and as SES keeps them."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

MAX_LENGTH: Final = 320
"""64 for the local part, an @, 255 for the domain (RFC 5321). SES states a bound for its Insights calls only."""

_SEPARATORS: Final = re.compile(r'\\["\\]|"(?:[^"\\\n\r]|\\[^\n\r]){0,400}+"|([,;\n\r]+)')
"""An escaped character or a quoted string, kept whole, or what stands between two addresses.

Escapes count outside quotes as they do inside: of quotation marks that never close only the first is looked behind.
"""
_BRACKETED: Final = re.compile(r"<([^<>]*)>\s*$")
_QUOTED_LOCAL: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_LOCAL: Final = re.compile(r"[^\s\"(),:;<>@\[\\\]]+")
_DOMAIN: Final = re.compile(r"[^\s\"(),:;<>@\[\\\]/?#%!&*='`{|}~^$+]+")
_WHOLLY_QUOTED: Final = re.compile(r'"([^"]*)"')
_IN_TEXT: Final = re.compile(r"""[^\s<>()\[\]{},;:"'`=|*]+""")
"""What may be an address in the middle of other text, where it holds an @. Each character is looked at once."""
_DOMAIN_IN_TEXT: Final = re.compile(r"[\w.-]*")
"""What a domain in the middle of other text ends with: of `who@corp.com?` the sentence goes on."""
_UNSEEN: Final = " \t\v\f\u00a0\u200b\u200c\u200d\u2060\ufeff"
_AROUND: Final = _UNSEEN + "'‘’“”"
"""What e-mail clients and tickets leave around an address."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A piece of the text that is no address."""

    line: int
    """Where it stands, from 1."""
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Addresses:
    """What was understood of a text."""

    valid: tuple[str, ...]
    """As SES would keep them, in the order of the text, each once."""
    doubles: int
    """How many times an address came again."""
    refused: tuple[Refused, ...]


def normalise(address: str) -> str:
    """Return an address as SES keeps it: blanks around it gone, the domain in lower case, the local part as it is.

    Source: a probe against SES of 2026-06-15, published with floci (PR 1350).
    """
    local, at, domain = address.strip().rpartition("@")
    return f"{local}{at}{domain.lower()}"


def why_not(address: str) -> str | None:
    """Say why this can't be an address, or None where it can.

    Deliberately wide: what SES once accepted must be removable. `.` and `..` would change the URL of the call.
    """
    if len(address) > MAX_LENGTH:
        return f"longer than {MAX_LENGTH} characters"
    # Of ASCII what can be printed can be seen, and most addresses are that.
    if not (address.isascii() and address.isprintable()) and any(
        unicodedata.category(character) in ("Cc", "Cf", "Cs") for character in address
    ):
        return "holds characters that can't be seen"
    local, at, domain = address.rpartition("@")
    if not at:
        return "has no @"
    if not local:
        return "has nothing before the @"
    if not (_LOCAL.fullmatch(local) or _QUOTED_LOCAL.fullmatch(local)):
        return "has characters before the @ that need quotes"
    if not domain:
        return "has no domain"
    if not _DOMAIN.fullmatch(domain) or "." not in domain or ".." in domain or domain[0] in ".-" or domain[-1] == "-":
        return "has no valid domain"
    return None


def parse(text: str) -> Addresses:
    """Read addresses from a text: one a line, or between commas and semicolons, plain, `Name <address>` or mailto:."""
    valid: dict[str, None] = {}
    refused: list[Refused] = []
    doubles = 0
    for line, piece in pieces(text):
        address = bare(piece)
        if why := why_not(address):
            refused.append(Refused(line, piece.strip(), why))
        elif (address := normalise(address)) in valid:
            doubles += 1
        else:
            valid[address] = None
    return Addresses(tuple(valid), doubles, tuple(refused))


def understand(text: str) -> Addresses:
    """Read addresses out of a log line, a ticket or an e-mail's headers, whatever else stands there.

    As `parse`, but what can't be seen is dropped, a piece that is no address is searched for one, and what has no @
    isn't told: of what was pasted only the addresses are meant. Of what nothing is understood of, all is refused.
    """
    seen = "".join(it for it in text if it in "\t\n\r" or unicodedata.category(it) not in ("Cc", "Cf"))
    valid: dict[str, None] = {}
    refused: list[Refused] = []
    doubles = 0
    for line, piece in pieces(seen):
        found = [address for it in _candidates(piece) if why_not(address := bare(it)) is None]
        for address in map(normalise, found):
            doubles += address in valid
            valid[address] = None
        if not found and "@" in piece:
            refused.append(Refused(line, piece.strip(), why_not(bare(piece)) or "is no address"))
    if not valid and not refused and text.strip():
        refused.append(Refused(1, text.strip(), "has no @"))
    return Addresses(tuple(valid), doubles, tuple(refused))


def _candidates(piece: str) -> Iterator[str]:
    if why_not(bare(piece)) is None:
        yield piece
        return
    for word in _IN_TEXT.findall(piece):
        local, at, domain = word.rpartition("@")
        if at and (ended := _DOMAIN_IN_TEXT.match(domain)):
            yield f"{local}@{ended[0]}"


def pieces(text: str) -> Iterator[tuple[int, str]]:
    """Yield what stands between commas, semicolons and ends of lines, each with its line, from 1; nothing blank."""
    line, started, begin = 1, 1, 0
    for match in _SEPARATORS.finditer(text):
        separator = match[1]
        if separator is None:
            continue
        if (piece := text[begin : match.start()]).strip(_UNSEEN):
            yield started, piece
        line += separator.count("\n") or separator.count("\r")
        started, begin = line, match.end()
    if (piece := text[begin:]).strip(_UNSEEN):
        yield started, piece


def bare(piece: str) -> str:
    """Return the address of a piece: out of `Name <address>`, mailto:, quotes and blanks."""
    piece = piece.strip(_AROUND)
    if bracketed := _BRACKETED.search(piece):
        piece = bracketed[1].strip(_AROUND)
    if quoted := _WHOLLY_QUOTED.fullmatch(piece):
        piece = quoted[1].strip(_AROUND)
    if piece.lower().startswith("mailto:"):
        piece = unquote(piece[7:].partition("?")[0])
    return piece.rstrip("." + _AROUND).lstrip(_AROUND)
