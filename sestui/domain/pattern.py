"""The pattern of a `re:` term. RE2 searches it: the time grows with the text, and no pattern makes it endless.

Python's own engine takes minutes for `(a+)+$` on forty letters, and nothing can end it meanwhile.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from sestui.domain.errors import QueryError

_MEMORY: Final = 4 << 20
"""Bytes that RE2 may take for one pattern, program and tables."""
_LENGTH: Final = 1000
"""Characters that a pattern may have."""
_STEPS: Final = 4000
"""Instructions that a pattern may have: at worst each byte searched takes all of them, a nanosecond each."""
_CALL: Final = 250
"""Instructions that take as long as the call for a text of its own does."""
_FEW: Final = 16
"""Matches among some thousand texts up to which they are looked for one by one."""
_ALONE: Final = re.compile(r"\\[ABzCQ]|\(\?[a-zA-Z]*-?[a-zA-Z]*m")
r"""What may mean something else among other lines: the ends of the whole text, no end of a word, any byte, `\Q`."""
_LEFT_OUT: Final = re.compile(r"\(\?<?[=!]|\(\?>|\(\?P=|\\[1-9]")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern that could be read. Two with the same text are equal."""

    text: str
    effort: int = field(compare=False)
    """Instructions that a byte takes at worst."""
    _one: Any = field(compare=False, repr=False)
    _any: Any = field(compare=False, repr=False)
    _lines: Any = field(compare=False, repr=False)

    def is_in(self, text: bytes) -> bool:
        """Whether it is found in this UTF-8; `^` and `$` are its beginning and end."""
        return self._one.search(text) is not None

    @property
    def takes_lines(self) -> bool:
        """Whether `runs` may be asked."""
        return self._lines is not None

    def runs(self, lines: bytes) -> Iterator[tuple[int, int]]:
        r"""Yield where neighbours that all match begin and end, among texts that each have a `\n` behind them only.

        What matches is as in `is_in`, in a tenth of the time.
        """
        # One by one while they are few: a search for any takes a quarter to all of the time of one for whole lines.
        at = 0
        for _ in range(_FEW):
            found = self._any.search(lines, at)
            stop = 0 if found is None else lines.find(b"\n", found.start()) + 1
            if not stop:
                return  # What is found behind the last of them is nothing in no line.
            yield lines.rfind(b"\n", at, found.start()) + 1 or at, stop
            at = stop
        yield from (match.span() for match in self._lines.finditer(lines, at))


def read(text: str, at: int) -> Pattern:
    """Read a pattern that was typed at this place of a filter. Case is ignored, but for what stands behind `(?-i)`.

    Raises:
        QueryError: it can't be read, or is too large.
    """
    end = at + len(text)
    if len(text) > _LENGTH:
        raise QueryError(f"re: takes {_LENGTH:,} characters, not {len(text):,}.", at, end)
    one, mistake = _compiled(text)
    if mistake.startswith("pattern too large") or (one is not None and one.programsize > _STEPS):
        raise QueryError(f"re:{text} is too large: repeat less, or fewer kinds of characters.", at, end)
    if mistake:
        fault, _, part = mistake.partition(": ")
        start, stop = _place(text, part, mistake)
        if _LEFT_OUT.match(text, start):
            fault = f"no look-around or back-references, they could take for ever: {part}"
        elif stop - start < len(text):
            fault += f" {part}"
        raise QueryError(f"{fault} in re:{text}", at + start, at + stop)
    # No part of it takes a line's end but the last, which takes any byte where a line ends.
    lines = None if _ALONE.search(text) else _compiled(rf"(?m)(?:^.*(?:{text}).*$\C)+", never_nl=True)[0]
    one_of_them = None if lines is None else _compiled(rf"(?m)(?:{text})", never_nl=True)[0]
    return Pattern(text, one.programsize + (_CALL if lines is None else 0), one, one_of_them, lines)


def _compiled(text: str, *, never_nl: bool = False) -> tuple[Any, str]:
    """Return RE2's object and no mistake, or None and the mistake in RE2's words."""
    # Most sessions never search by pattern: their start doesn't pay for this.
    import re2

    options = re2.Options()
    options.case_sensitive = False
    options.never_capture = True
    options.never_nl = never_nl
    options.max_mem = _MEMORY
    # Else it writes to standard error, which is the screen.
    options.log_errors = False
    try:
        return re2.compile(text.encode("utf-8", "surrogatepass"), options), ""
    except re2.error as error:
        return None, error.args[0].decode("utf-8", "replace")
    finally:
        # It would keep the last 128 patterns and their tables.
        re2.purge()


def _place(text: str, part: str, mistake: str) -> tuple[int, int]:
    """Return where the part stands that RE2 objects to: where reading so far, or one more, ends in the same mistake."""
    for found in re.finditer(re.escape(part), text) if part else ():
        if mistake in (_compiled(text[: found.end() + more])[1] for more in (0, 1)):
            return found.span()
    return 0, len(text)
