"""Trends in words and in characters, for the screen and the command alike."""

from __future__ import annotations

from datetime import date
from typing import Final

from sestui.domain.display import counted, moment, printable, zone_of
from sestui.domain.trends import HOURS, Bar, Spike, Trends

COUNTED: Final = "LastUpdateTime is counted: an entry put again moves, one removed is gone"
"""What these figures are not, wherever they are shown."""
BOUNCES: Final = "█"
COMPLAINTS: Final = "░"
_PARTS: Final = " ▏▎▍▌▋▊▉"
"""Eighths of a cell."""
_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_NAMED: Final = 3
"""How many domains of a spike are named."""


def hour(bar: Bar) -> str:
    """Return when an hour began: `Wed 02:00`."""
    return f"{_weekday(bar.since)} {moment(bar.since)[11:16]}"


def day(bar: Bar) -> str:
    """Return which day it is: `Wed 2026-11-25`."""
    return f"{_weekday(bar.since)} {moment(bar.since)[:10]}"


def total(bar: Bar, trends: Trends) -> str:
    """Name what all of the hours or days are together: `48 hours`."""
    return f"{HOURS} hours" if bar is trends.recent else counted(len(trends.days), "day")


def domain(bar: Bar) -> str:
    """Name the domain that a bar is about."""
    return printable(bar.domains[0]) or "(none)" if bar.domains else "all others"


def span(bar: Bar) -> str:
    """Say when: `since Wed 02:00`, `Wed 02:00 to 04:00`."""
    if bar.before is None:
        return f"since {hour(bar)}"
    same_day = moment(bar.since)[:10] == moment(bar.before)[:10]
    end = moment(bar.before)[11:16]
    return f"{hour(bar)} to {end if same_day else f'{_weekday(bar.before)} {end}'}"


def spike(it: Spike) -> str:
    """Tell a spike: `outlook.com: 9,112 since Wed 02:00, usual up to 40 an hour`."""
    complaints = f" (COMPLAINT {it.bar.complaints:,})" if it.bar.complaints else ""
    return f"{_whose(it.bar)}: {it.bar.count:,}{complaints} {span(it.bar)}, usual up to {it.usual:,} an hour"


def _whose(bar: Bar) -> str:
    if not bar.domains:
        return "all other domains" if bar.but else "all domains"
    named = ", ".join(printable(it) or "(none)" for it in bar.domains[:_NAMED])
    more = len(bar.domains) - _NAMED
    return f"{named} and {more:,} more" if more > 0 else named


def drawn(bar: Bar, most: int, width: int) -> str:
    """Draw the bounces, then the complaints, in so many cells where the longest bar has `most`.

    What there is at all is seen: each of both has at least a part of a cell.
    """
    if not bar.count or width < 2:
        return ""
    eighths = 8 * width * bar.count // max(most, bar.count)
    if not bar.complaints:
        return BOUNCES * (eighths // 8) + _PARTS[eighths % 8].strip() if eighths >= 1 else _PARTS[1]
    cells = max(1 + bool(bar.bounces), round(eighths / 8))
    complaints = max(1, round(cells * bar.complaints / bar.count))
    if bar.bounces:
        complaints = min(complaints, cells - 1)
    return BOUNCES * (cells - complaints) + COMPLAINTS * complaints


def zone(trends: Trends) -> str:
    """Name the zone of the hours told, as it is now."""
    return zone_of(trends.hours[0].since)


def is_partial(bar: Bar, known_since: float) -> bool:
    """Whether a bar may still grow, as rows of its time are not all loaded."""
    return bar.since < known_since


def _weekday(at: int) -> str:
    return _WEEKDAYS[date.fromisoformat(moment(at)[:10]).weekday()]
