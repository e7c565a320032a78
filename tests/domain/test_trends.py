"""Trends: each addition counts once, a filter names exactly what a bar counts, and a spike is none by rule."""

from collections.abc import Callable
from datetime import datetime

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from sestui.domain import trend_words
from sestui.domain.display import days_until, hour_of, moment
from sestui.domain.query import parse, terms_for
from sestui.domain.suppression import Reason, SuppressedDestinationSummary, SuppressionList
from sestui.domain.trends import HOUR, HOURS, Bar, Counts, Other, Spike, Trends, counted_since, trends
from sestui.services.rows import Columns
from sestui.services.trends import Tally
from tests.domain.test_times import ZONES

NOW = 1_795_349_220.0
"""2026-11-22 12:07:00 UTC."""
THIS_HOUR = hour_of(NOW)
EVER = float("-inf")
DOMAINS = ("outlook.com", "Hotmail.com", "corp.example", "straße.example", "a b,c", ".dot", "")
_rows = st.lists(
    st.builds(
        SuppressedDestinationSummary,
        st.builds("{}@{}".format, st.sampled_from("abcd"), st.sampled_from(DOMAINS)),
        st.sampled_from(list(Reason)),
        st.floats(NOW - 40 * 86400, NOW),
    ),
    max_size=60,
)


def told(rows: list[SuppressedDestinationSummary], now: float = NOW) -> Trends:
    tally = Tally(now)
    for start in range(0, len(rows), 7):
        tally.add(Columns.of(rows[start : start + 7]))
    return tally.trends(EVER)


def hourly(counts: dict[str, list[int]]) -> Counts:
    """Return bounces by domain, the last one in the hour of now, the others each an hour earlier."""
    return {
        THIS_HOUR - HOUR * back: {
            Reason.BOUNCE: {domain: those[-1 - back] for domain, those in counts.items() if back < len(those)}
        }
        for back in range(max(map(len, counts.values())))
    }


def said(counts: Counts, known_since: float = EVER) -> list[str]:
    return [trend_words.spike(it) for it in trends(counts, NOW, known_since).spikes]


# Counting


@given(_rows)
def test_sums_agree_and_a_bars_filter_lets_through_what_it_counts(rows: list[SuppressedDestinationSummary]) -> None:
    found = told(rows)
    recent = [row for row in rows if row.last_update >= THIS_HOUR - (HOURS - 1) * HOUR]
    assert found.recent.count == sum(bar.count for bar in found.hours) == len(recent)
    month = [row for row in rows if row.last_update >= counted_since(NOW)]
    assert found.month.count == sum(bar.count for bar in found.days) == len(month)
    for whole in (found.recent, *found.hours, found.month, *found.days):
        assert sum(bar.count for bar in whole.top) == whole.count
        for bar in (whole, *whole.top):
            query = parse(bar.filter, NOW)
            matching = [row.reason for row in rows if query.matches(row)]
            assert (matching.count(Reason.BOUNCE), matching.count(Reason.COMPLAINT)) == (bar.bounces, bar.complaints)


@given(_rows.flatmap(lambda rows: st.tuples(st.just(rows), st.permutations(rows))))
def test_the_order_of_rows_does_not_matter(
    both: tuple[list[SuppressedDestinationSummary], list[SuppressedDestinationSummary]],
) -> None:
    one, other = both
    assert told(one) == told(other)


def test_hours_are_all_there_and_days_go_as_far_as_the_list() -> None:
    found = told([SuppressedDestinationSummary("a@b.example", Reason.BOUNCE, NOW - 4 * 86400)])
    assert len(found.hours) == HOURS
    assert [trend_words.day(bar) for bar in (found.days[0], found.days[-1])] == ["Sun 2026-11-22", "Wed 2026-11-18"]
    assert [bar.count for bar in found.days] == [0, 0, 0, 0, 1]
    assert len(told([]).days) == 1


def test_what_is_dated_later_than_now_is_counted_in_this_hour() -> None:
    found = told([SuppressedDestinationSummary("a@b.example", Reason.COMPLAINT, NOW + 7200)])
    assert found.hours[0].complaints == found.days[0].complaints == 1
    assert found.hours[0].before is None


@pytest.mark.parametrize("zone", ZONES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(now=st.integers(1_770_000_000, 1_800_000_000))
def test_hours_and_days_begin_when_the_clock_shown_says_so(in_zone: Callable[[str], None], zone: str, now: int) -> None:
    in_zone(zone)
    assert moment(hour_of(now)) == f"{moment(now)[:13]}:00:00"
    days = days_until(now)
    first, second = next(days), next(days)
    assert moment(first) == f"{moment(now)[:10]} 00:00:00"
    assert moment(second)[11:] == "00:00:00"
    assert 23 <= (first - second) / HOUR <= 25
    # What is typed names this very moment, in the hour that comes twice too.
    query = parse(terms_for(hour_of(now), hour_of(now) + HOUR), now)
    assert (query.asked.since, query.asked.before) == (hour_of(now), hour_of(now) + HOUR)


# Spikes


def test_a_spike_is_told_against_the_days_before() -> None:
    usual = [20, 40, 30] * 56
    counts = hourly({"outlook.com": [*usual, 300, 5000, 3812], "gmail.com": [60] * 171})
    assert said(counts) == ["outlook.com: 9,112 since Sun 10:00, usual up to 40 an hour"]
    (spike,) = trends(counts, NOW, EVER).spikes
    assert spike.bar.filter == "domain:outlook.com since:2026-11-22T10:00"


def test_one_outage_is_one_spike_whatever_the_domains() -> None:
    counts = hourly({name: [1] * 168 + [0, 400 + place, 0] for place, name in enumerate(("a.org", "b.org", "c.org"))})
    (spike,) = trends(counts, NOW, EVER).spikes
    assert spike.bar.domains == ("c.org", "b.org", "a.org")
    assert trend_words.spike(spike) == "c.org, b.org and 1 more: 1,203 Sun 11:00 to 12:00, usual up to 3 an hour"


def test_a_smaller_domain_has_part_in_a_spike_and_one_that_is_as_usual_has_not() -> None:
    counts = {"a.org": [1] * 168 + [400], "b.org": [1] * 168 + [40], "c.org": [1] * 168 + [39], "d.org": [50] * 169}
    (spike,) = trends(hourly(counts), NOW, EVER).spikes
    assert spike.bar.domains == ("a.org", "b.org")


def test_many_small_domains_are_a_spike_together() -> None:
    small: dict[str, list[int]] = {f"customer{number}.example": [0] * 168 + [3] for number in range(40)}
    assert said(hourly(small)) == ["all domains: 120 since Sun 12:00, usual up to 0 an hour"]
    both = trends(hourly(small | {"big.example": [2] * 168 + [900]}), NOW, EVER).spikes
    assert [it.bar.filter.split()[0] for it in both] == ["domain:big.example", "!domain:big.example"]
    assert [it.bar.count for it in both] == [900, 120]


@settings(max_examples=30)
@given(st.lists(st.integers(0, 5000), min_size=1, max_size=4), st.integers(200, 400))
def test_where_every_hour_is_alike_nothing_is_a_spike(counts: list[int], hours: int) -> None:
    assume(any(counts))
    alike = hourly({f"{place}.example": [count] * hours for place, count in enumerate(counts)})
    assert trends(alike, NOW, NOW - hours * HOUR).spikes == ()


@given(st.integers(50, 5000), st.integers(0, 23))
def test_what_comes_each_day_at_one_hour_is_no_spike(count: int, at: int) -> None:
    daily = [count if place % 24 == at else 0 for place in range(24 * 10)]
    assert said(hourly({"gmail.com": daily})) == []


def test_without_a_day_before_that_is_known_there_is_no_spike() -> None:
    counts = hourly({"gmail.com": [5000]})
    assert said(counts, NOW - 20 * HOUR) == []
    assert said(counts, THIS_HOUR - 24 * HOUR) == ["gmail.com: 5,000 since Sun 12:00, usual up to 0 an hour"]
    assert said(hourly({"gmail.com": [49]})) == []


# Words


@given(st.integers(0, 5000), st.integers(0, 5000), st.integers(2, 60))
def test_a_bar_is_as_long_as_its_figures_and_never_nothing(bounces: int, complaints: int, width: int) -> None:
    drawn = trend_words.drawn(Bar(0, None, bounces, complaints), 10_000, width)
    assert bool(drawn) == bool(bounces + complaints)
    assert abs(len(drawn) - width * (bounces + complaints) / 10_000) <= 1.5
    assert len(drawn) <= width
    assert (trend_words.COMPLAINTS in drawn) <= bool(complaints)
    assert (drawn[:1] == trend_words.COMPLAINTS) == (complaints > bounces == 0)


def test_a_span_is_told_with_its_days() -> None:
    def at(text: str) -> int:
        return int(datetime.fromisoformat(f"{text}+00:00").timestamp())

    spike = Spike(Bar(at("2026-11-21 23:00"), at("2026-11-22 01:00"), 60, 7, ("\x1b.org", "", "c", "d")), 4)
    assert trend_words.spike(spike) == (
        "\\x1b.org, (none) and 2 more: 67 Sat 23:00 to Sun 01:00, usual up to 4 an hour, 7 of them COMPLAINT"
    )


# Other lists


def other(hourly_counts: list[int], known_since: float = EVER, read_at: float = NOW) -> Other:
    counts = hourly({"gmail.com": hourly_counts})
    found = trends(counts, NOW, max(known_since, min(counts)))
    return Other.of(found, known_since, read_at, is_kept=True)


def test_that_a_list_has_no_spike_is_said_only_where_one_would_have_been_found() -> None:
    assert other([1] * 100).can_tell
    # As long as these hours are known, and in none of them is enough for a spike.
    assert other([0, 0, 49]).can_tell
    assert not other([0, 0, 50]).can_tell
    assert other([49] * 100, NOW - 48 * HOUR).can_tell
    assert not other([49] * 100, NOW - 46 * HOUR).can_tell
    assert not other([50] * 100, NOW - 48 * HOUR).can_tell
    assert other([50] * 100, NOW - 80 * HOUR).can_tell
    assert other([50] * 100, read_at=NOW - 46 * HOUR).can_tell
    assert not other([50] * 100, read_at=NOW - 48 * HOUR).can_tell


@given(st.lists(st.integers(0, 49), min_size=48, max_size=48), st.lists(st.integers(0, 5000), max_size=200))
def test_a_calm_list_stays_calm_whatever_was_before(recent: list[int], before: list[int]) -> None:
    assert other(recent, NOW - 48 * HOUR).can_tell
    assert trends(hourly({"gmail.com": before + recent}), NOW, EVER).spikes == ()


def test_lists_without_a_spike_are_told_together() -> None:
    quiet = [Other((), NOW - ago * HOUR, True, can_tell=True) for ago in (1, 30, 2)]
    old = Other((), NOW - 100 * HOUR, True, can_tell=False)
    short = Other((), NOW, False, can_tell=False)
    assert trend_words.others([], 0, NOW) == ""
    assert trend_words.others(quiet[:1], 0, NOW) == "1 more list: nothing unusual as of 11:07"
    assert trend_words.others(quiet, 0, NOW) == "3 more lists: nothing unusual as of Sat 06:07"
    assert trend_words.others([old, old], 0, NOW) == "2 more lists: too old"
    assert trend_words.others([old, *quiet, short], 2, NOW) == (
        "7 more lists: 3 nothing unusual as of Sat 06:07, 1 too old, 1 incomplete or new, 2 not readable"
    )


def test_when_a_list_was_read_is_told_with_its_day_unless_it_is_today() -> None:
    assert trend_words.as_of(NOW - 12 * HOUR, NOW) == "as of 00:07"
    assert trend_words.as_of(NOW - 13 * HOUR, NOW) == "as of Sat 23:07"
    # The same weekday could be today.
    assert trend_words.as_of(NOW - 7 * 24 * HOUR, NOW) == "as of 11-15 12:07"
    kept = Other((), NOW - 13 * HOUR, True, can_tell=True)
    assert trend_words.read(kept, NOW, in_full=True) == "kept, as of Sat 23:07"
    assert trend_words.read(kept, NOW, in_full=False) == "kept Sat 23:07"
    assert trend_words.read(Other((), NOW, False, can_tell=True), NOW, in_full=False) == "as of 12:07"


def test_of_a_long_name_both_ends_are_told() -> None:
    spike = Spike(Bar(THIS_HOUR, None, 60, 0, ("a.org", "b.org")), 4)
    which = SuppressionList("tyrell-corporation-of-los-angeles-news")
    assert trend_words.spike_of(which, spike, in_full=True).startswith(
        "tenant tyrell-co…os-angeles-news: a.org, b.org: 60"
    )
    assert trend_words.spike_of(which, spike, in_full=False).startswith("tenant tyr…eles-news: a.org and 1 more: 60")
    assert trend_words.spike_of(SuppressionList(), spike, in_full=True).startswith("account: a.org, b.org: 60 since")
