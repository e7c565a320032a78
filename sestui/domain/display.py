"""What came from AWS or a file, as it is shown: nothing hidden, nothing obeyed, times in one zone."""

import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta, tzinfo
from itertools import count
from math import floor
from typing import Final

_UNSAFE: Final = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
"""Control, format (bidi and zero-width among them), surrogate, private use, line and paragraph separators."""
_UNSEEN: Final = frozenset(
    map(chr, (0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0, *range(0x180B, 0x1810), *range(0xFE00, 0xFE10)))
) | frozenset(map(chr, range(0xE0100, 0xE01F0)))
"""Letters and marks of no width: Unicode's Default_Ignorable_Code_Point outside the categories above."""


def printable(text: str) -> str:
    """Return the text with each character that a terminal might obey, or that no eye sees, as its code: `\\u202e`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escape(it) if it in _UNSEEN or unicodedata.category(it) in _UNSAFE else it for it in text)


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


_zone: tzinfo | None = UTC
_zone_name = "UTC"
"""The zone of every time that is shown or typed; None is the machine's own. For the whole process, once, at its start:
what shows times is in every thread and every layer."""


def show_times_in(zone: tzinfo | None, now: float) -> None:
    """Show times in this zone from here on, None being the machine's own."""
    global _zone, _zone_name
    _zone = zone
    # Half a year on it may be summer.
    _zone_name = "/".join(dict.fromkeys(zone_of(at) for at in (now, now + 182 * 86400)))


def zone_name() -> str:
    """Return the name of the zone shown: `UTC`, `CET/CEST`, `+05:30` where it has no letters."""
    return _zone_name


def zone_of(seconds: float) -> str:
    """Return the name of the zone shown as it is at that moment, in seconds since 1970: `CET`."""
    try:
        name = datetime.fromtimestamp(seconds, UTC).astimezone(_zone).tzname() or ""
    except (ValueError, OverflowError, OSError):
        return ""
    # Where a zone has no letters its name is an offset: -03, +0530.
    return f"{name[:3]}:{name[3:] or '00'}" if name[:1] in ("+", "-") else printable(name)


def moment(seconds: float) -> str:
    """Return a time of the wire, seconds since 1970, as `2026-11-22 02:03:04` in the zone shown."""
    return _at(seconds, _zone)


def moment_utc(seconds: float) -> str:
    """Return a time of the wire, seconds since 1970, as `2026-11-22 02:03:04` in UTC whatever is shown: for files."""
    return _at(seconds, UTC)


def _at(seconds: float, zone: tzinfo | None) -> str:
    try:
        return f"{datetime.fromtimestamp(seconds, zone):%Y-%m-%d %H:%M:%S}"
    except (ValueError, OverflowError, OSError):
        return str(seconds)


def moment_in_full(seconds: float) -> str:
    """Return a time of the wire, seconds since 1970, with its zone: `2026-11-22 02:03:04 UTC`."""
    return f"{moment(seconds)} {zone_of(seconds)}"


def seconds_at(shown: datetime) -> float:
    """Return seconds since 1970 of a date and time as typed: in the zone shown, unless it has its own.

    Raises:
        ValueError, OverflowError: there is no such time.
    """
    return (shown if shown.tzinfo else shown.replace(tzinfo=_zone)).timestamp()


def latest(clock: time, now: float) -> float:
    """Return when it was this time of day last in the zone shown, at `now` or before, in seconds since 1970."""
    today = datetime.fromtimestamp(now, _zone).date()
    # An hour that comes twice came last the second time; one that is left out was not that day.
    days = (datetime.combine(today - timedelta(day), clock.replace(fold=fold)) for day in count() for fold in (1, 0))
    return next(at for at in map(seconds_at, days) if at <= now and datetime.fromtimestamp(at, _zone).time() == clock)


def hour_of(now: float) -> int:
    """Return when the hour of `now` began on the clock of the zone shown, in seconds since 1970."""
    minutes = datetime.fromtimestamp(now, _zone)
    return floor(now) - 60 * minutes.minute - minutes.second


def days_until(now: float) -> Iterator[int]:
    """Yield when each day began in the zone shown, in seconds since 1970: the day of `now`, then without end those
    before it.
    """
    today = datetime.fromtimestamp(now, _zone).date()
    return (floor(seconds_at(datetime.combine(today - timedelta(day), time()))) for day in count())


def duration(seconds: float) -> str:
    """Return a span as a person says it: `45 s`, `12 min`, `3 h 05 min`."""
    if seconds < 90:
        return f"{max(0, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d} min"


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Return `1 address` or `1,204 addresses`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
