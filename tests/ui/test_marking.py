"""Marking: ranges, all shown, all that will match, only the marked; always by address and counted with the hidden."""

from typing import Any

import pytest
from textual.pilot import Pilot

from sestui.domain.suppression import Reason, SuppressionList
from sestui.emulator import Conditions, Emulator, World
from sestui.sesv2.gateway import Gateway
from sestui.settings import Settings
from sestui.ui.screens.browse import BrowseScreen
from tests.conftest import MakeApp
from tests.ui.screen import lacks, screen_text, shows, type_text, until

ACCOUNT = SuppressionList()
LONG = World(seed=7, tenants=2, configuration_sets=2, addresses=40_000, tenant_addresses=40)
SLOW = Conditions(latency=2.0)
"""No limit that would hold back what we add; the second page is asked for when the first has come."""


@pytest.fixture
async def six(gateway: Gateway) -> None:
    """Six entries, the newest first: user0 to user3 at corp.com, angry (a complaint) and old at mail.example."""
    await gateway.put_suppressed_destination(ACCOUNT, "old@mail.example", Reason.BOUNCE)
    await gateway.put_suppressed_destination(ACCOUNT, "angry@mail.example", Reason.COMPLAINT)
    for number in reversed(range(4)):
        await gateway.put_suppressed_destination(ACCOUNT, f"user{number}@corp.com", Reason.BOUNCE)


def marked(pilot: Pilot[Any]) -> set[str]:
    """Return the addresses that a removal would be about."""
    screen = pilot.app.screen
    assert isinstance(screen, BrowseScreen)
    return set(screen.list_pane.marking.chosen)


def users(*numbers: int) -> set[str]:
    return {f"user{number}@corp.com" for number in numbers}


def counts(pilot: Pilot[Any]) -> list[str]:
    """Return the lines between the filter and the table's heads."""
    lines = screen_text(pilot.app).splitlines()
    heads = next(at for at, line in enumerate(lines) if "Address" in line)
    first = next(at for at, line in enumerate(lines) if "│filter " in line) + 1
    return [line.split("│")[-2].strip() for line in lines[first:heads]]


async def says(pilot: Pilot[Any], words: str) -> None:
    """Wait until this stands there, on one line or broken over two."""
    await until(pilot, lambda: words in " ".join(counts(pilot)), words)


# Ranges


@pytest.mark.usefixtures("six")
@pytest.mark.parametrize(
    ("keys", "found"),
    [
        (("v", "down", "down", "v"), users(0, 1, 2)),
        (("v", "j", "space"), users(0, 1)),
        (("v", "v"), users(0)),
        (("down", "down", "v", "up", "up", "v"), users(0, 1, 2)),
        (("down", "v", "down", "up", "up", "v"), users(0, 1)),
        (("v", "pagedown", "k", "k", "v"), users(0, 1, 2, 3)),
        (("shift+down", "shift+down"), users(0, 1, 2)),
        (("shift+end", "U", "shift+up"), {"old@mail.example", "angry@mail.example"}),
        (("down", "shift+home"), users(0, 1)),
        (("space", "v", "j", "j", "v"), users(0, 1, 2, 3)),
    ],
)
async def test_all_between_is_marked_and_said(make_app: MakeApp, keys: tuple[str, ...], found: set[str]) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "6 addresses")
        await pilot.press("2", *keys)
        await shows(pilot, f"marked {len(found)}")
        assert marked(pilot) == found
        for address in found:
            await shows(pilot, f"● {address}")
        await lacks(pilot, "range of")


@pytest.mark.usefixtures("six")
async def test_an_open_range_is_said_and_escape_drops_it_alone(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "6 addresses")
        await pilot.press("2", "slash", *"corp", "enter", "v", "down")
        await shows(pilot, "range of 2: v or space marks it, esc drops it", "○ user0@corp.com", "○ user1@corp.com")
        await pilot.press("escape")
        await lacks(pilot, "range of")
        assert "○" not in screen_text(pilot.app)
        # The filter goes with the next one.
        await shows(pilot, "4 shown of 6 addresses")
        await pilot.press("escape")
        await shows(pilot, "old@mail.example")
        await lacks(pilot, "marked")


@pytest.mark.usefixtures("six")
@pytest.mark.parametrize("key", ["s", "S", "m"])
async def test_what_stands_otherwise_is_no_range_any_more(make_app: MakeApp, key: str) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "6 addresses")
        await pilot.press("2", "v", "down", key)
        await lacks(pilot, "range of")
        await lacks(pilot, "marked 2")


@pytest.mark.usefixtures("six")
async def test_a_range_holds_nothing_that_came_live_meanwhile(make_app: MakeApp, gateway: Gateway) -> None:
    async with make_app(settings=Settings(live_interval=1)).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "6 addresses")
        # By address: what comes stands in the midst of it.
        await pilot.press("2", "s", "g", "L", "v", "G")
        await shows(pilot, "range of 6")
        await gateway.put_suppressed_destination(ACCOUNT, "between@corp.com", Reason.BOUNCE)
        await shows(pilot, "1 came since", "between@corp.com", "range of 6")
        await pilot.press("v")
        await shows(pilot, "marked 6")
        assert "between@corp.com" not in marked(pilot)


# What is shown


@pytest.mark.usefixtures("six")
async def test_all_shown_are_marked_or_inverted_and_nothing_that_is_hidden(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "6 addresses")
        await pilot.press("2", "G", "space", "slash", *"corp", "enter", "asterisk")
        await shows(pilot, "4 shown of 6 addresses · marked 5 (1 hidden by filter)")
        assert marked(pilot) == users(0, 1, 2, 3) | {"old@mail.example"}
        await pilot.press("g", "space", "i")
        await shows(pilot, "marked 2 (1 hidden by filter)")
        assert marked(pilot) == users(0) | {"old@mail.example"}
        await pilot.press("escape")
        await shows(pilot, "angry@mail.example")
        await pilot.press("i")
        await shows(pilot, "marked 4")
        await lacks(pilot, "hidden")
        assert marked(pilot) == users(1, 2, 3) | {"angry@mail.example"}


@pytest.mark.usefixtures("six")
async def test_with_a_mistake_in_the_filter_nothing_is_marked(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "6 addresses")
        await pilot.press("2", "slash")
        await type_text(pilot, "corp since:x")
        await shows(pilot, "since:x is no time")
        await pilot.press("enter", "asterisk")
        await shows(pilot, "Nothing was marked: the filter has a mistake.")
        await pilot.press("escape")
        await shows(pilot, "6 addresses")
        await lacks(pilot, "marked 6")


@pytest.mark.parametrize("world", [LONG])
async def test_right_behind_a_filter_the_star_means_what_it_lets_through(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "40,000 addresses")
        await pilot.press("2", "slash")
        # All at once: no key waits until another has had its effect on the screen.
        for key in (*"reason", "colon", *"c", "enter", "asterisk"):
            await pilot.press(key)
        await shows(pilot, "shown of 40,000 addresses · marked")
        pane = pilot.app.screen.list_pane  # type: ignore[attr-defined]
        complaints = {row.address for row in pane.listing.index if row.reason is Reason.COMPLAINT}
        await until(pilot, lambda: marked(pilot) == complaints, "just the complaints are marked")
        assert 0 < len(complaints) < 40_000


@pytest.mark.usefixtures("six")
async def test_only_the_marked_are_shown_as_long_as_they_are(make_app: MakeApp, gateway: Gateway) -> None:
    async with make_app(settings=Settings(live_interval=1)).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "6 addresses")
        await pilot.press("2", "v", "down", "down", "v", "G", "space", "m")
        await shows(pilot, "4 shown of 6 addresses · marked 4 · only the marked are shown")
        await lacks(pilot, "user3@corp.com")
        await pilot.press("slash", *"corp", "enter")
        await shows(pilot, "3 shown of 6 addresses · marked 4 (1 hidden by filter) · only the marked are shown")
        # Its mark goes, so does the row.
        await pilot.press("g", "space")
        await shows(pilot, "2 shown of 6 addresses · marked 3 (1 hidden by filter)")
        await lacks(pilot, "user0@corp.com")
        # The address goes, so does its mark.
        await gateway.delete_suppressed_destination(ACCOUNT, "user1@corp.com")
        await pilot.press("r")
        await shows(pilot, "1 shown of 5 addresses · marked 2 (1 hidden by filter)")
        await pilot.press("U")
        await shows(pilot, "Nothing is marked. m shows all again.")
        await pilot.press("U")
        await shows(pilot, "1 shown of 5 addresses · marked 2 (1 hidden by filter)", "● user2@corp.com")
        await pilot.press("m")
        await shows(pilot, "3 shown of 5 addresses · marked 2 (1 hidden by filter)")
        await lacks(pilot, "only the marked")


async def test_marks_stay_with_their_list(make_app: MakeApp, gateway: Gateway) -> None:
    await gateway.changes.create_tenant("shop")
    for which in (ACCOUNT, SuppressionList("shop")):
        await gateway.put_suppressed_destination(which, "alice@corp.com", Reason.BOUNCE)
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "1 address", "Tenants (1)")
        await pilot.press("2", "space", "m")
        await shows(pilot, "marked 1 · only the marked")
        await pilot.press("1", "down", "down", "enter")
        await shows(pilot, "Suppression list: tenant shop", "1 address", "alice@corp.com")
        assert "marked" not in screen_text(pilot.app)
        await pilot.press("1", "home", "enter")
        await shows(pilot, "Suppression list: account", "● alice@corp.com", "marked 1")
        await lacks(pilot, "only the marked")
        await pilot.press("q")
        await shows(pilot, "1 mark would be forgotten.")


# While a list loads


async def begun(pilot: Pilot[Any]) -> None:
    """Wait until some of the list is there, and go to it."""
    await shows(pilot, "loaded", "more coming")
    await pilot.press("2")


def rows(pilot: Pilot[Any], reason: Reason) -> set[str]:
    listing = pilot.app.screen.list_pane.listing  # type: ignore[attr-defined]
    return {row.address for row in listing.index if row.reason is reason}


@pytest.mark.parametrize("world", [LONG])
async def test_the_star_marks_what_is_shown_so_far_and_says_so(make_app: MakeApp, emulator: Emulator) -> None:
    emulator.conditions = SLOW
    async with make_app().run_test(size=(120, 40)) as pilot:
        await begun(pilot)
        await pilot.press("asterisk")
        await shows(pilot, " shown so far; * again: all that will match.")
        so_far = marked(pilot)
        emulator.conditions = Conditions()
        await shows(pilot, "40,000 addresses")
        assert marked(pilot) == so_far
        assert 0 < len(so_far) < 40_000


@pytest.mark.parametrize("world", [LONG])
async def test_a_second_star_marks_all_that_will_match_until_the_list_is_loaded(
    make_app: MakeApp, emulator: Emulator, gateway: Gateway
) -> None:
    emulator.conditions = SLOW
    async with make_app(settings=Settings(live_interval=1)).run_test(size=(120, 40)) as pilot:
        await begun(pilot)
        await pilot.press("slash")
        await type_text(pilot, "reason:bounce")
        await pilot.press("enter", "asterisk")
        await shows(pilot, "so far; * again: all that will match.")
        await pilot.press("asterisk")
        await says(pilot, "marking all that match until loaded")
        # Another filter, and what we add ourselves, are another matter.
        await pilot.press("slash", *["backspace"] * len("reason:bounce"), *"zebra", "enter")
        await says(pilot, "marking all that match another filter until loaded")
        await pilot.press("a")
        await shows(pilot, "Add to a suppression list")
        await type_text(pilot, "ours@corp.com")
        await shows(pilot, "1 address will be added")
        await pilot.press("tab", "tab", "tab", "tab", "enter")
        await shows(pilot, "1 added")
        emulator.conditions = Conditions()
        await shows(pilot, "of 40,001 addresses")
        await until(pilot, lambda: "marking all" not in " ".join(counts(pilot)), "that it has ended")
        bounces = rows(pilot, Reason.BOUNCE)
        assert "ours@corp.com" in bounces
        assert marked(pilot) == bounces - {"ours@corp.com"}
        await pilot.press("L")
        await gateway.put_suppressed_destination(ACCOUNT, "late@corp.com", Reason.BOUNCE)
        await shows(pilot, "of 40,002 addresses", "marked")
        assert marked(pilot) == bounces - {"ours@corp.com"}


@pytest.mark.parametrize("world", [LONG])
@pytest.mark.parametrize("end", ["U", "escape", "leave"])
async def test_what_ends_the_marking_of_what_comes(make_app: MakeApp, emulator: Emulator, end: str) -> None:
    emulator.conditions = SLOW
    async with make_app().run_test(size=(120, 40)) as pilot:
        await begun(pilot)
        await pilot.press("asterisk", "asterisk")
        await says(pilot, "marking all that match until loaded")
        if end == "leave":
            await shows(pilot, "Tenants (2)")
            await pilot.press("1", "down", "down", "enter")
            await shows(pilot, "Suppression list: tenant")
            await pilot.press("1", "home", "enter", "2")
            await shows(pilot, "Suppression list: account", "marked")
        else:
            await pilot.press(end)
        await until(pilot, lambda: "marking all" not in " ".join(counts(pilot)), "that it has ended")
        before = set() if end == "U" else marked(pilot)
        emulator.conditions = Conditions()
        await shows(pilot, "40,000 addresses")
        if end == "U":
            await lacks(pilot, "· marked")
        else:
            assert marked(pilot) == before
            assert 0 < len(before) < 40_000


# Words


@pytest.mark.parametrize("world", [LONG])
async def test_at_80x24_the_counts_are_two_lines_with_all_that_matters(make_app: MakeApp, emulator: Emulator) -> None:
    emulator.conditions = SLOW
    async with make_app().run_test(size=(80, 24)) as pilot:
        await begun(pilot)
        await pilot.press("slash")
        await type_text(pilot, "since:2020-01-01T01:00 before:2030-01-01T02:00")
        await pilot.press("enter", "asterisk", "space")
        await says(pilot, "2020-01-01 01:00 to 2030-01-01 02:00")
        assert len(counts(pilot)) == 2
        assert "more coming · marked" in " ".join(counts(pilot))
        await pilot.press("asterisk")
        await says(pilot, "marking all that match")
        assert len(counts(pilot)) == 2
        await pilot.press("slash", "space", *"gmail", "enter", "v", "down", "down")
        await says(pilot, "hidden) · range of 3 · marking what comes")
        assert len(counts(pilot)) == 2
        emulator.conditions = Conditions()
