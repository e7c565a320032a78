"""Which rows match a filter, found in whole columns at once: a million rows one by one would take seconds."""

from __future__ import annotations

from itertools import accumulate, repeat
from typing import TYPE_CHECKING, Final

from sestui.domain.query import Query, Term
from sestui.services.rows import END, Rows, encoded, reason_code

if TYPE_CHECKING:
    from sestui.domain.pattern import Pattern

_FOUND: Final = b"\xfe"
"""Put in place of what was found. No UTF-8 has this byte either."""
_TEXT: Final = bytes(range(0xFE))
_NOT: Final = b"\1\0" + bytes(254)
_END_IS_0: Final = bytes(0 if byte == END[0] else byte for byte in range(256))


def matching(rows: Rows, query: Query, start: int, stop: int) -> bytes:
    """Return a byte for each row from `start` to before `stop`: 1 where it is on the list and matches, else 0."""
    flags = bytes(rows.here[start:stop])
    for term in sorted(query.terms, key=_effort):
        if 1 not in flags:
            break
        flags = both(flags, _flags(rows, term, start, stop))
    return flags


def _effort(term: Term) -> tuple[bool, bool, bool, int]:
    """Sort the terms: reasons and times take little, and what is long and not negated leaves the least to search."""
    texts = term.domains or (term.text,)
    return term.pattern is not None, any(texts), term.negated, -min(map(len, texts))


def _flags(rows: Rows, term: Term, start: int, stop: int) -> bytes:
    if term.reasons:
        codes = {reason_code(reason) for reason in term.reasons}
        flags = bytes(rows.reasons[start:stop].translate(bytes(code in codes for code in range(256))))
    elif term.domains:
        flags = _on_domains(rows, term.domains, start, stop)
    elif term.since is not None:
        flags = bytes(map(float(term.since).__le__, rows.dates[start:stop]))
    elif term.before is not None:
        flags = bytes(map(float(term.before).__gt__, rows.dates[start:stop]))
    elif term.pattern is not None:
        flags = _with(term.pattern, rows.spelled.between(start, stop), stop - start)
    elif term.text:
        flags = _containing(rows.folded.between(start, stop), encoded(term.text), stop - start)
    elif term == Term(negated=False):
        return b"\1" * (stop - start)
    else:
        # What has no column search of its own yet.
        return bytes(term.matches(rows[row]) for row in range(start, stop))
    return flags.translate(_NOT) if term.negated else flags


def _containing(texts: bytes, searched: bytes, count: int) -> bytes:
    """Search this many texts, each with its `END`."""
    takes_end = searched.endswith(END)
    few = count // 8
    between = texts.split(searched, few)
    if len(between) <= few:
        between.pop()
        flags = bytearray(count)
        for place, row in enumerate(accumulate(map(bytes.count, between, repeat(END)))):
            flags[row + place if takes_end else row] = 1
        return bytes(flags)
    # Nothing is left of a text but a mark for each place, of the marks the last one before the END.
    marks = texts.replace(searched, _FOUND + END if takes_end else _FOUND).translate(None, _TEXT)
    return marks.replace(_FOUND + END, b"\1").translate(_END_IS_0, _FOUND)


def _with(pattern: Pattern, texts: bytes, count: int) -> bytes:
    """Search this many texts, each with its `END`."""
    if not pattern.takes_lines or b"\n" in texts:
        return bytes(map(pattern.is_in, texts.split(END, count)[:count]))
    lines = texts.replace(END, b"\n")
    flags = bytearray(count)
    row = at = 0
    for start, stop in pattern.runs(lines):
        row += lines.count(b"\n", at, start)
        matching = lines.count(b"\n", start, stop)
        flags[row : row + matching] = b"\1" * matching
        row, at = row + matching, stop
    return bytes(flags)


def _on_domains(rows: Rows, domains: tuple[str, ...], start: int, stop: int) -> bytes:
    texts = rows.folded.between(start, stop)
    flags = bytes(stop - start)
    for domain in domains:
        if "@" in domain:
            continue
        whole = domain.removeprefix(".")
        for ending in {f"@{whole}", domain} - {whole}:
            flags = _either(flags, _containing(texts, encoded(ending) + END, stop - start))
        # An address without an @ is all domain.
        for row in rows.spellings(whole):
            if start <= row < stop:
                flags = flags[: row - start] + b"\1" + flags[row - start + 1 :]
    return flags


def both(one: bytes, other: bytes) -> bytes:
    """Return a 1 where two flags of the same place are 1; they are of the same length."""
    return _joined(int.from_bytes(one, "little") & int.from_bytes(other, "little"), len(one))


def _either(one: bytes, other: bytes) -> bytes:
    return _joined(int.from_bytes(one, "little") | int.from_bytes(other, "little"), len(one))


def _joined(flags: int, count: int) -> bytes:
    return flags.to_bytes(count, "little")
