"""`t`: what was added to the open list, by hour, day and domain; what stands out comes first."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, ClassVar, Final

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from sestui.domain import display, trend_words
from sestui.domain.display import hour_of, moment, printable, zone_of
from sestui.domain.suppression import SuppressionList
from sestui.domain.trends import Bar, Trends, counted_since
from sestui.services.trends import count, known
from sestui.stylesheets import stylesheet
from sestui.ui.counts import loaded
from sestui.ui.screens.dialog import Dialog
from sestui.ui.widgets.bars import Bars, Choices, Line, Spikes
from sestui.ui.widgets.key_line import KeyLine

if TYPE_CHECKING:
    from textual.timer import Timer
    from textual.worker import Worker

    from sestui.services.listing import Listing

_LOOK: Final = 1.0
"""Seconds from one look at whether something has come to the next."""
_REST: Final = 0.15
"""Seconds of no further key before the domains of a bar are drawn."""
_LEISURE: Final = 10.0
"""How many times as long as a count took the next one is put off."""
_SPIKES: Final = 4
"""How many spikes are in sight at most."""


@dataclass(frozen=True, slots=True)
class TrendWish:
    """What somebody wants to see of which list."""

    which: SuppressionList
    filter: str


@dataclass(frozen=True, slots=True)
class _Counted:
    """What was counted, and what of the list it was made of."""

    state: tuple[object, ...]
    known_since: float
    trends: Trends


class TrendsDialog(Dialog[TrendWish]):
    """Counts what is loaded, for as long as more comes; returns the filter for what is chosen."""

    CSS_PATH = stylesheet("trends.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "app.focus_next", "other bars"),
        Binding("escape", "cancel", "back", key_display="esc"),
        Binding("q", "cancel", show=False),
    ]

    def __init__(self, here: Listing, others: Callable[[Listing], list[Listing]], clock: Callable[[], float]) -> None:
        """`here` is the open list; `others` are those that are in memory besides."""
        super().__init__()
        self._here = here
        self._others = others
        self._clock = clock
        self._counted: dict[SuppressionList, _Counted] = {}
        self._counting: Worker[None] | None = None
        self._not_before = 0.0
        """When may be counted again, in the loop's seconds."""
        self._said = ""
        self._resting: Timer | None = None
        # Held, not looked up: a late answer may find the screen going down, and its parts no longer in it.
        self._spikes = Spikes(id="spikes")
        self._hours, self._days, self._domains = Bars(id="hours"), Bars(id="days"), Bars(id="domains")
        self._chosen: Choices = self._hours
        """Where the time was chosen of which the domains are shown."""
        self._state = Static(id="state", markup=False)
        self._spikes.can_focus = False

    def compose(self) -> ComposeResult:
        with Vertical(id="body") as body:
            body.border_title = Content(f"Trends: what was added to the list of {printable(self._here.which.owner)}")
            body.border_subtitle = trend_words.COUNTED
            yield self._spikes
            with Horizontal(id="bars"):
                yield self._hours
                with Vertical(id="right"):
                    yield self._domains
                    yield self._days
            yield self._state
            yield KeyLine()

    def on_mount(self) -> None:
        super().on_mount()
        self._hours.focus()
        self._draw()
        self._look()
        self.set_interval(_LOOK, self._look)

    def on_resize(self) -> None:
        # There is room for more or less of a name.
        self.call_after_refresh(self._draw)

    # Counting

    def _look(self) -> None:
        self._draw_state()
        if self._counting is not None and not self._counting.is_finished:
            return
        if asyncio.get_running_loop().time() >= self._not_before and any(self._stale()):
            self._counting = self.run_worker(self._count, group="count", exclusive=True)

    def _stale(self) -> Iterator[tuple[Listing, float, tuple[object, ...]]]:
        """Yield the lists of which something else would be counted now than was, with since when they are known."""
        hour = hour_of(self._clock())
        for listing in (self._here, *self._others(self._here)):
            since = known(listing)
            state = (listing, hour, listing.index.changes, since)
            before = self._counted.get(listing.which)
            if before is None or before.state != state:
                yield listing, since, state

    async def _count(self) -> None:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        for listing, since, state in list(self._stale()):
            found = await count(listing.index, self._clock(), since)
            self._counted[listing.which] = _Counted(state, since, found)
            self._draw()
        self._not_before = loop.time() + _LEISURE * (loop.time() - begun)

    # Drawing

    def _draw(self) -> None:
        counted = self._counted.get(self._here.which)
        spikes = list(self._spike_lines())
        if counted is None:
            self._spikes.title = "counting …"
        elif spikes:
            self._spikes.title = "Far more than usual"
        else:
            self._spikes.title = trend_words.no_spike(counted.trends)
        self._spikes.styles.height = 1 + max(1, min(_SPIKES, len(spikes)))
        self._spikes.can_focus = bool(spikes)
        self._spikes.show(spikes, "")
        if counted is not None:
            trends, since = counted.trends, counted.known_since
            wide = self._days.scrollable_content_region.width > 48
            zone = zone_of(trends.hours[0].since)
            day = trend_words.day if wide else trend_words.short_day
            self._hours.title, self._days.title = f"Hours, {zone}", f"Days, {zone}"
            self._hours.show(_lines(trends.recent, trends.hours, "48 hours", trend_words.hour, since), "")
            self._days.show(_lines(trends.month, trends.days, display.counted(len(trends.days), "day"), day, since), "")
        if spikes and self._hours.has_focus and self._hours.is_untouched:
            self._spikes.focus()
        self._draw_domains()
        self._draw_state()

    def _spike_lines(self) -> Iterator[Line]:
        for which, counted in self._counted.items():
            for it in counted.trends.spikes:
                if which == self._here.which:
                    yield Line(it.bar, trend_words.spike(it))
                else:
                    yield Line(it.bar, f"{printable(str(which))}: {trend_words.spike(it)}", which=which)

    def _draw_domains(self) -> None:
        """Show the domains of what was chosen."""
        line = self._chosen.current
        if line is None:
            return
        counted = self._counted.get(line.which or self._here.which)
        since = counted.known_since if counted is not None else inf
        self._domains.title = f"Domains, {line.words if line.is_sum else trend_words.span(line.bar)}"
        self._domains.show(
            [Line(it, trend_words.domain(it), not it.domains, it.since < since, line.which) for it in line.bar.top], ""
        )

    def _draw_state(self) -> None:
        listing = self._here
        words = loaded(listing, "")
        if known(listing) > counted_since(self._clock()):
            words = f"… incomplete: {words}"
        if others := [it for it in self._others(listing) if it.which in self._counted]:
            ages = ", ".join(f"{printable(str(it.which))} as of {moment(it.read_at or 0)[11:16]}" for it in others)
            words += f" · in memory besides: {ages}"
        if words != self._said:
            self._said = words
            self._state.update(words)

    # Keys

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        if isinstance(event.widget, Choices) and event.widget is not self._domains:
            self._chosen.choose(False)
            self._chosen = event.widget
            self._chosen.choose(True)
            self._draw_domains()

    @on(Choices.Moved)
    def _moved(self, event: Choices.Moved) -> None:
        if self._resting is not None:
            self._resting.stop()
        if event.by_hand:
            # Who passes by need not be sent the domains of each bar.
            self._resting = self.set_timer(_REST, self._draw_domains)
        else:
            self._draw_domains()

    @on(Choices.Opened)
    def _opened(self) -> None:
        if isinstance(self.focused, Choices) and (line := self.focused.current) is not None:
            self.dismiss(TrendWish(line.which or self._here.which, line.bar.filter))


def _lines(whole: Bar, bars: tuple[Bar, ...], words: str, name: Callable[[Bar], str], known_since: float) -> list[Line]:
    return [
        Line(whole, words, is_sum=True, is_partial=whole.since < known_since),
        *(Line(it, name(it), is_partial=it.since < known_since) for it in bars),
    ]
