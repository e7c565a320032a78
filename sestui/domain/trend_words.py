"""Trends in words and in characters, for the screen and the command alike."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from sestui.domain.display import counted, hour_of, moment, printable
from sestui.domain.suppression import SuppressionList
from sestui.domain.trends import FACTOR, HOUR, HOURS, Bar, Other, Spike, Trends

COUNTED: Final = "LastUpdateTime is counted: an entry put again moves, one removed is gone"
"""What these figures are not, wherever they are shown."""
BOUNCES: Final = "█"
COMPLAINTS: Final = "░"
_PARTS: Final = " ▏▎▍▌▋▊▉"
"""Eighths of a cell."""
_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_NAMED: Final = 2
"""How many domains of a spike are named."""
_NAME: Final = 32
"""Characters of a list's name before what it has, with less room two thirds."""


def hour(bar: Bar) -> str:
    """Return when an hour began: `Wed 02:00`."""
    return f"{_weekday(bar.since)} {moment(bar.since)[11:16]}"


def day(bar: Bar) -> str:
    """Return which day it is: `Wed 2026-11-25`."""
    return f"{_weekday(bar.since)} {moment(bar.since)[:10]}"


def short_day(bar: Bar) -> str:
    """Return which day it is, where there is little room: `Wed 11-25`."""
    return f"{_weekday(bar.since)} {moment(bar.since)[5:10]}"


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


def spike(it: Spike, named: int = _NAMED) -> str:
    """Tell a spike, naming some of its domains: `outlook.com: 9,112 since Wed 02:00, usual up to 40 an hour`."""
    complaints = f", {it.bar.complaints:,} of them COMPLAINT" if it.bar.complaints else ""
    return f"{_whose(it.bar, named)}: {it.bar.count:,} {span(it.bar)}, usual up to {it.usual:,} an hour{complaints}"


def spike_of(which: SuppressionList, it: Spike, *, in_full: bool) -> str:
    """Tell a spike of another list; of a long name, whose end tells it from the next, the middle is left out."""
    name = printable(str(which))
    room = _NAME if in_full else _NAME * 2 // 3
    if len(name) > room:
        name = f"{name[: room // 2]}…{name[-(room // 2) + 1 :]}"
    return f"{name}: {spike(it, _NAMED if in_full else 1)}"


def no_spike(trends: Trends) -> str:
    """Say that there is none, or that nothing is there to compare with."""
    if trends.known_since > trends.recent.since - 24 * HOUR:
        return "No spike can be told: no day before these hours is known to compare with"
    return f"No spike: no hour of {HOURS} has {FACTOR} times a usual day's busiest one"


def title(here: int, elsewhere: int) -> str:
    """Say where there are spikes: so many on the open list, and on so many others."""
    words = "Far more than usual"
    if elsewhere:
        words += f"{', here and' if here else ', not here but'} on {counted(elsewhere, 'other list')}"
    return words


def as_of(at: float, now: float) -> str:
    """Return when a list was read: `as of 14:02`, `as of Sat 14:02`, `as of 11-14 14:02`."""
    then = moment(at)
    day = "" if then[:10] == moment(now)[:10] else f"{_weekday(at) if now - at < 6 * 24 * HOUR else then[5:10]} "
    return f"as of {day}{then[11:16]}"


def read(it: Other, now: float, *, in_full: bool) -> str:
    """Return when another list was read: `kept, as of Sat 14:02`, with less room `kept Sat 14:02`."""
    when = as_of(it.read_at, now)
    if not it.is_kept:
        return when
    return f"kept, {when}" if in_full else when.replace("as of", "kept")


def others(those: Iterable[Other], unread: int, now: float) -> str:
    """Say of the other lists without spikes what can be said: `37 more lists: nothing unusual as of Sat 14:02`."""
    quiet, old, short = list[Other](), 0, 0
    since = hour_of(now) - HOUR * (HOURS - 1)
    for it in those:
        if it.can_tell:
            quiet.append(it)
        elif it.read_at < since:
            old += 1
        else:
            short += 1
    oldest = min((it.read_at for it in quiet), default=now)
    groups = [
        (len(quiet), f"nothing unusual {as_of(oldest, now)}"),
        (old, "too old"),
        (short, "incomplete or new"),
        (unread, "not readable"),
    ]
    told = [(count, words) for count, words in groups if count]
    if not told:
        return ""
    begin = f"{counted(sum(count for count, _ in told), 'more list')}: "
    return begin + (told[0][1] if len(told) == 1 else ", ".join(f"{count:,} {words}" for count, words in told))


def _whose(bar: Bar, named: int) -> str:
    if not bar.domains:
        return "all other domains" if bar.but else "all domains"
    names = ", ".join(printable(it) or "(none)" for it in bar.domains[:named])
    more = len(bar.domains) - named
    return f"{names} and {more:,} more" if more > 0 else names


def drawn(bar: Bar, most: int, width: int) -> str:
    """Draw the bounces, then the complaints, in so many cells where the longest bar has `most`.

    What there is at all is seen; of few complaints among many bounces only the figure beside the bar tells.
    """
    if not bar.count or width < 1:
        return ""
    eighths = max(1, 8 * width * bar.count // max(most, bar.count))
    complaints = COMPLAINTS * round(eighths / 8 * bar.complaints / bar.count)
    if not bar.bounces:
        return complaints or COMPLAINTS
    whole, part = divmod(eighths - 8 * len(complaints), 8)
    if complaints:
        # A part of a cell between the two would be a gap.
        return BOUNCES * max(1, whole) + complaints
    return BOUNCES * whole + _PARTS[part].strip()


def _weekday(at: float) -> str:
    return _WEEKDAYS[date.fromisoformat(moment(at)[:10]).weekday()]
