"""Windows of time: how a list is divided to be read newest first, and in parts at once.

SES gives a list a page after the other, in an order that it doesn't document, and neither counts nor sorts. What it can
be asked for is a window of time; so a list that is longer than a page is read window by window. How dense a window is
only its first page tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor
from typing import Final

HOUR: Final = 3600.0
DAY: Final = 24 * HOUR

_AGES: Final = (1 * DAY, 7 * DAY, 30 * DAY)
"""Where a list is cut: each cut costs a page that isn't full, so these are few while a call costs a second."""
_MORE_AGES: Final = (90 * DAY, 365 * DAY, 3 * 365 * DAY)
"""Where the rest is cut as well while calls cost nothing."""
_PART: Final = 16
"""Pages that a part of a dense window should have: with more one part is read long after the others, with fewer each
part's last page, seldom full, counts."""
_PARTS: Final = 32
"""Parts at most that a window is cut into at once."""
_PARTS_UNSEEN: Final = 4
"""The same where nothing tells how many rows there are."""
_SHORTEST: Final = 4.0
"""Seconds: a shorter window is never cut, for whether SES counts its ends in is not documented."""
_UNSURE: Final = 1.0
"""Seconds asked for beyond each end, for the same reason."""


@dataclass(slots=True, eq=False)
class Window:
    """Rows last updated from `start` to before `end`, in whole seconds since 1970, and how far they are read."""

    start: float | None = None
    """None: from the first row on."""
    end: float | None = None
    """None: up to now, and to what is added meanwhile."""
    token: str | None = None
    """NextToken of the page that comes next."""
    pages: int = 0
    """Pages read since the last beginning."""
    furthest: int = 0
    """The most pages that were read before a token was outdated."""
    fruitless: int = 0
    """How often it was begun anew since it last came further."""

    @property
    def asked_start(self) -> float | None:
        """The StartDate to ask with."""
        return None if self.start is None else self.start - _UNSURE

    @property
    def asked_end(self) -> float | None:
        """The EndDate to ask with."""
        return None if self.end is None else self.end + _UNSURE

    @property
    def is_whole_list(self) -> bool:
        return self.start is None and self.end is None

    def begin_anew(self) -> int:
        """Forget the token, which is outdated; return how often in a row that was in vain."""
        self.fruitless = self.fruitless + 1 if self.pages <= self.furthest else 1
        self.furthest = max(self.furthest, self.pages)
        self.token, self.pages = None, 0
        return self.fruitless


def by_age(now: float, *, costly: bool) -> list[Window]:
    """Return windows that together are the whole list, the newest first; `costly` where a call costs about a second."""
    ages = _AGES if costly else _AGES + _MORE_AGES
    return _between([None, *(floor(now - age) for age in reversed(ages)), None])


def newest_hour(now: float) -> Window:
    """Return the part of a dense day that a person wants first."""
    return Window(start=floor(now - HOUR))


def parts(window: Window, times: Sequence[float], now: float, *, idle: int) -> list[Window]:
    """Return what to read instead of a window whose first page has these times, the newest part first; [] for nothing.

    Rows that lie close together are its beginning or its end, and tell how many there may be; then each part gets some
    pages. Rows from all over it are a sample: cut so that as many lie in each part, into as many as there are `idle`
    readers for. A guess that fails costs calls and nothing else.
    """
    start, end = window.start, now if window.end is None else window.end
    if start is None or end - start < _SHORTEST or not times:
        return []
    first, last = min(times), max(times)
    if last - first > (end - start) / 2:
        count = min(idle + 1, _PARTS_UNSEEN)
        ranked = sorted(times)
        cuts = [floor(ranked[len(ranked) * at // count]) for at in range(1, count)]
    else:
        rows = len(times) * (end - start) / max(last - first, 1.0)
        count = min(_PARTS, int(rows / len(times) / _PART), int((end - start) / _SHORTEST))
        cuts = [ceil(start + (end - start) * at / count) for at in range(1, count)]
    inside = sorted({cut for cut in cuts if start < cut < end})
    return _between([start, *inside, window.end]) if inside else []


def _between(ends: Sequence[float | None]) -> list[Window]:
    return [Window(start, end) for start, end in pairwise(ends)][::-1]
