"""Additions to a list by hour, day and domain, and what of them is out of the ordinary.

What is counted is LastUpdateTime, the only time that ListSuppressedDestinations tells: an entry that is put again moves
to its new hour, and one that has been removed is not counted at all.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import nsmallest
from itertools import islice
from typing import Final

from sestui.domain.display import days_until, hour_of
from sestui.domain.query import terms_for
from sestui.domain.suppression import Reason

HOUR: Final = 3600
HOURS: Final = 48
"""How many hours are told, that of now among them."""
DAYS: Final = 30
"""How many days are told at most, today among them."""
_TOP: Final = 20
"""How many domains are told of each span; the others are told together."""
_LEAST: Final = 50
"""Fewer additions in an hour are no spike, however few there were before: nobody gets up for them."""
FACTOR: Final = 8
"""How many times as many as usual in an hour are a spike. A day's busiest hour is what is usual: a campaign that goes
out every morning is none, and an outage of a provider bounces tens of times as much."""
_PART: Final = 10
"""A domain has part in a spike if it has a tenth of what the largest there has, and so many times what is usual."""
_EDGE: Final = 2
"""The hours beside a spike belong to it while they have more than so many times what is usual."""
_PAST: Final = 7
"""Days before an hour that say what is usual: as many working days as any other week has."""

Counts = Mapping[int, Mapping[Reason, Mapping[str, int]]]
"""Additions by hour, reason and domain: when the hour began, in seconds since 1970, and the domain case-folded."""


@dataclass(frozen=True, slots=True)
class Bar:
    """The additions of a span of time, or of that those to some domains."""

    since: int
    """When it begins, in seconds since 1970."""
    before: int | None
    """When it ends; None where it goes on."""
    bounces: int
    complaints: int
    domains: tuple[str, ...] = ()
    """The domains it is about, case-folded; empty for all."""
    but: tuple[str, ...] = ()
    """The domains it is not about."""
    top: tuple[Bar, ...] = ()
    """The domains that were added to most in it, then all others together; empty where it is about some."""

    @property
    def count(self) -> int:
        return self.bounces + self.complaints

    @property
    def filter(self) -> str:
        """The filter of a list that lets through what is counted here."""
        return terms_for(self.since, self.before, self.domains, self.but)


@dataclass(frozen=True, slots=True)
class Spike:
    """Hours in a row in which far more was added than usual."""

    bar: Bar
    usual: int
    """What the busiest hour of a day usually has: the median of the days before that are known, seven at most."""


@dataclass(frozen=True, slots=True)
class Trends:
    """What is shown of a list."""

    recent: Bar
    """All of the hours."""
    hours: tuple[Bar, ...]
    """The newest first; without additions too."""
    month: Bar
    """All of the days."""
    days: tuple[Bar, ...]
    """The newest first, as far back as there are additions."""
    spikes: tuple[Spike, ...]
    """Of these hours, the largest first."""
    known_since: float
    """Since when is known what was added, in seconds since 1970: what is usual is told by whole days since."""


@dataclass(frozen=True, slots=True)
class Other:
    """What is told of a list that is not on the screen."""

    spikes: tuple[Spike, ...]
    read_at: float
    """When the oldest of its rows was asked for, in seconds since 1970: of what came later nothing is told."""
    is_kept: bool
    """Whether that was in an earlier session."""
    can_tell: bool
    """Whether there would be a spike among these if it had one."""

    @classmethod
    def of(cls, told: Trends, known_since: float, read_at: float, *, is_kept: bool) -> Other:
        """`known_since` is since when its rows are known, whether or not there were any as early."""
        begins = told.recent.since
        has_past = told.known_since <= begins - 24 * HOUR
        # An hour that has so few is no spike, whatever is usual.
        is_calm = known_since <= begins and all(bar.count < _LEAST for bar in told.hours)
        return cls(told.spikes, read_at, is_kept, read_at >= begins and (has_past or is_calm))


def counted_since(now: float) -> int:
    """Return from when on rows are to be counted, in seconds since 1970."""
    return next(islice(days_until(now), DAYS - 1, None))


def trends(counts: Counts, now: float, known_since: float) -> Trends:
    """Return what is shown of these counts at `now`.

    All additions since `known_since`, in seconds since 1970, are counted, those of before perhaps: only what is known
    says what is usual. No hour is later than that of now.
    """
    newest = hour_of(now)
    starts = [newest - HOUR * place for place in range(HOURS)]
    hours = [_bar(counts, [start], start, start + HOUR if start < newest else None) for start in starts]
    recent = _bar(counts, [hour for hour in counts if hour >= starts[-1]], starts[-1], None)
    days = _days(counts, now)
    # The newest first: the last of them is where the list begins.
    month = _bar(counts, [hour for hour in counts if hour >= days[-1].since], days[-1].since, None)
    spikes = sorted(_spikes(counts, starts, known_since), key=lambda it: (-it.bar.count, it.bar.since))
    return Trends(recent, tuple(hours), month, tuple(days), tuple(spikes), known_since)


def _days(counts: Counts, now: float) -> list[Bar]:
    starts = list(islice(days_until(now), DAYS))[::-1]
    hours: list[list[int]] = [[] for _ in starts]
    for hour in counts:
        # An hour belongs to the day in which it begins.
        if (place := bisect_right(starts, hour)) > 0:
            hours[place - 1].append(hour)
    first = next((place for place, those in enumerate(hours) if those), len(starts) - 1)
    ends = [*starts[1:], None]
    return [_bar(counts, hours[place], starts[place], ends[place]) for place in range(first, len(starts))][::-1]


def _bar(counts: Counts, hours: Iterable[int], since: int, before: int | None) -> Bar:
    bounces, complaints = Counter[str](), Counter[str]()
    for hour in hours:
        for reason, those in counts.get(hour, {}).items():
            (bounces if reason is Reason.BOUNCE else complaints).update(those)
    both = bounces + complaints
    most = nsmallest(_TOP, both.items(), key=lambda it: (-it[1], it[0]))
    top = [Bar(since, before, bounces[domain], complaints[domain], (domain,)) for domain, _ in most]
    if len(both) > len(top):
        told = tuple(domain for domain, _ in most)
        rest = [total.total() - sum(total[domain] for domain in told) for total in (bounces, complaints)]
        top.append(Bar(since, before, rest[0], rest[1], but=told))
    return Bar(since, before, bounces.total(), complaints.total(), top=tuple(top))


# What is out of the ordinary


def _spikes(counts: Counts, recent: list[int], known_since: float) -> Iterator[Spike]:
    """Yield the spikes of single domains, those that overlap as one; then those of all other domains together."""
    by_domain, everything = defaultdict[str, Counter[int]](Counter), Counter[int]()
    for hour, reasons in counts.items():
        for those in reasons.values():
            for domain, count in those.items():
                by_domain[domain][hour] += count
            everything[hour] += sum(those.values())
    oldest_first = recent[::-1]
    found = [
        (first, end, domain, usual)
        for domain, hourly in by_domain.items()
        if max(hourly.values()) >= _LEAST
        for first, end, usual in _runs(hourly, oldest_first, known_since)
    ]
    apart = set[str]()
    for first, end, those in _overlapping(found):
        usual = those | dict(_beside(by_domain, those, range(first, end, HOUR), known_since))
        apart |= usual.keys()
        yield Spike(_spike_bar(counts, recent[0], first, end, tuple(usual), ()), sum(usual.values()))
    for domain in apart:
        everything.subtract(by_domain[domain])
    for first, end, others in _runs(everything, oldest_first, known_since):
        yield Spike(_spike_bar(counts, recent[0], first, end, (), tuple(sorted(apart))), others)


def _beside(
    by_domain: Mapping[str, Counter[int]], those: Mapping[str, int], hours: Iterable[int], known_since: float
) -> Iterator[tuple[str, int]]:
    """Yield the domains that have part in the spike of those, with what would be usual: a provider has several."""
    totals = {domain: sum(hourly[hour] for hour in hours) for domain, hourly in by_domain.items()}
    least = max(totals[domain] for domain in those) / _PART
    for domain, total in totals.items():
        if domain not in those and total >= least:
            hourly = by_domain[domain]
            busiest = max(hours, key=hourly.__getitem__)
            usual = _usual(hourly, busiest, known_since)
            if usual is not None and hourly[busiest] >= FACTOR * usual:
                yield domain, usual


def _runs(hourly: Mapping[int, int], recent: list[int], known_since: float) -> Iterator[tuple[int, int, int]]:
    """Yield the beginning and the end of hours in a row that are a spike, and what would be usual."""
    done = 0
    for hour in recent:
        count = hourly.get(hour, 0)
        if hour < done or count < _LEAST:
            continue
        usual = _usual(hourly, hour, known_since)
        if usual is None or count < FACTOR * usual:
            continue
        first, end = hour, hour + HOUR
        while hourly.get(first - HOUR, 0) > _EDGE * usual and first - HOUR >= done:
            first -= HOUR
        while hourly.get(end, 0) > _EDGE * usual and end <= recent[-1]:
            end += HOUR
        done = end
        yield first, end, usual


def _usual(hourly: Mapping[int, int], hour: int, known_since: float) -> int | None:
    """Return what the busiest hour of a day usually has, by the days that end where this hour begins."""
    busiest = sorted(
        max(hourly.get(hour - 24 * HOUR * day + HOUR * place, 0) for place in range(24))
        for day in range(1, _PAST + 1)
        if hour - 24 * HOUR * day >= known_since
    )
    return busiest[len(busiest) // 2] if busiest else None


def _overlapping(found: list[tuple[int, int, str, int]]) -> Iterator[tuple[int, int, dict[str, int]]]:
    """Yield the spans of spikes that overlap, mostly one outage, with their domains and what is usual for each."""
    at = 0
    found = sorted(found)
    while at < len(found):
        first, end = found[at][:2]
        usual = Counter[str]()
        while at < len(found) and found[at][0] < end:
            end = max(end, found[at][1])
            usual[found[at][2]] = max(usual[found[at][2]], found[at][3])
            at += 1
        yield first, end, dict(usual)


def _spike_bar(
    counts: Counts, newest: int, first: int, end: int, domains: tuple[str, ...], but: tuple[str, ...]
) -> Bar:
    before = None if end > newest else end
    wanted, others = frozenset(domains), frozenset(but)
    sums, per_domain = Counter[Reason](), Counter[str]()
    for hour in range(first, end, HOUR):
        for reason, those in counts.get(hour, {}).items():
            for domain, count in those.items():
                if (not wanted or domain in wanted) and domain not in others:
                    sums[reason] += count
                    per_domain[domain] += count
    largest_first = tuple(sorted(domains, key=lambda it: (-per_domain[it], it)))
    top = _bar(counts, range(first, end, HOUR), first, before).top
    return Bar(first, before, sums[Reason.BOUNCE], sums[Reason.COMPLAINT], largest_first, but, top)
