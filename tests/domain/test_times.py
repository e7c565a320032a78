"""Times in the zone that is shown: what is read on the screen can be typed, and names one moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sestui.domain.destinations_file import Format, body
from sestui.domain.display import latest, moment, moment_in_full, zone_name
from sestui.domain.errors import QueryError
from sestui.domain.limits import seconds_since_1970
from sestui.domain.query import parse
from sestui.domain.suppression import Reason, SuppressedDestinationSummary

BERLIN = "CET-1CEST,M3.5.0,M10.5.0/3"
ZONES = (BERLIN, "EST5EDT,M3.2.0,M11.1.0", "<+0530>-5:30", "<-03>3", "LHST-10:30LHDT-11,M10.1.0,M4.1.0", "UTC0")
InZone = Callable[[str], None]


def utc(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def test_each_moment_has_the_offset_that_it_had_there(in_zone: InZone) -> None:
    in_zone(BERLIN)
    assert zone_name() == "CET/CEST"
    assert moment_in_full(utc("2026-07-01 00:30")) == "2026-07-01 02:30:00 CEST"
    with ThreadPoolExecutor() as threads:
        assert threads.submit(moment_in_full, utc("2026-12-01 00:30")).result() == "2026-12-01 01:30:00 CET"


@pytest.mark.parametrize(("zone", "name"), [("<+0530>-5:30", "+05:30"), ("<-03>3", "-03:00"), ("UTC0", "UTC")])
def test_a_zone_without_letters_is_named_by_its_offset(in_zone: InZone, zone: str, name: str) -> None:
    in_zone(zone)
    assert zone_name() == name
    assert moment_in_full(0.0).endswith(f" {name}")


@pytest.mark.parametrize(
    ("now", "asked", "words"),
    [
        # The clocks go from 02:00 CET to 03:00 CEST.
        ("2026-03-29 10:00", "since:02:30", "since 2026-03-28 02:30:00 CET"),
        ("2026-03-29 10:00", "since:03:30", "since 2026-03-29 03:30:00 CEST"),
        ("2026-03-30 00:15", "since:02:30", "since 2026-03-28 02:30:00 CET"),
        # They go from 03:00 CEST to 02:00 CET, so this time comes twice.
        ("2026-10-25 00:45", "since:02:30", "since 2026-10-25 02:30:00 CEST"),
        ("2026-10-25 10:00", "since:02:30", "since 2026-10-25 02:30:00 CET"),
        (
            "2026-10-27 10:00",
            "since:2026-10-24 before:2026-10-26T00:00Z",
            "since 2026-10-24 00:00:00 CEST before 2026-10-26 01:00:00 CET",
        ),
        (
            "2026-07-02 10:00",
            "since:02:00 before:03:30",
            "since 2026-07-02 02:00:00 before 2026-07-02 03:30:00 CEST",
        ),
    ],
)
def test_what_is_typed_is_in_the_zone_shown(in_zone: InZone, now: str, asked: str, words: str) -> None:
    in_zone(BERLIN)
    assert parse(asked, utc(now)).range == words


@pytest.mark.parametrize(("now", "first"), [("2026-10-25 00:45", "00:30"), ("2026-10-25 10:00", "01:30")])
def test_of_an_hour_that_comes_twice_the_later_counts(in_zone: InZone, now: str, first: str) -> None:
    in_zone(BERLIN)
    assert parse("since:02:30", utc(now)).asked.since == utc(f"2026-10-25 {first}")


@pytest.mark.parametrize("zone", ZONES)
@given(now=st.integers(0, 4_000_000_000), clock=st.times())
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_time_of_day_is_the_latest_such_in_any_zone(in_zone: InZone, zone: str, now: int, clock: time) -> None:
    in_zone(zone)
    clock = clock.replace(second=0, microsecond=0)
    at = latest(clock, now)
    assert at <= now
    shown = f"{clock:%H:%M}"
    assert moment(at)[11:16] == shown
    later = range(int(at) + 60, now + 1, 60)
    assert not any(moment(it)[11:16] == shown for it in later)


@pytest.mark.parametrize("zone", ZONES)
@given(at=st.integers(0, 4_000_000_000))
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_shown_can_be_typed(in_zone: InZone, zone: str, at: int) -> None:
    in_zone(zone)
    shown = moment(at)
    typed = parse(f"since:{shown.replace(' ', 'T')}", at).asked.since
    assert typed is not None
    assert moment(typed) == shown
    assert seconds_since_1970(shown) == typed
    # But for the hour that comes twice it is that very moment.
    assert at - typed in (0, 3600, 1800)


def test_files_stay_in_utc_whatever_is_shown(in_zone: InZone) -> None:
    row = SuppressedDestinationSummary("a@corp.com", Reason.BOUNCE, utc("2026-07-01 00:30"))
    before = [*body([row], Format.SPREADSHEET)]
    in_zone(BERLIN)
    assert [*body([row], Format.SPREADSHEET)] == before
    assert "2026-07-01 00:30:00" in before[0]


def test_what_is_no_time_is_told_with_the_zone(in_zone: InZone) -> None:
    in_zone(BERLIN)
    with pytest.raises(QueryError, match="the latest such, in CET/CEST"):
        parse("since:25:00", 0.0)
