"""`t`: what was added to the open list, by hour, day and domain; what stands out comes first, of other lists too.

These are the lists in memory, and those that earlier sessions have kept on this machine: for them SES is not asked.
"""

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
from sestui.domain.display import hour_of, printable, zone_of
from sestui.domain.suppression import SuppressionList
from sestui.domain.trends import Bar, Other, Trends, counted_since
from sestui.services.trends import count
from sestui.stylesheets import stylesheet
from sestui.ui.counts import loaded
from sestui.ui.screens.dialog import Dialog
from sestui.ui.widgets.bars import Bars, Choices, Line, Spikes
from sestui.ui.widgets.key_line import KeyLine

if TYPE_CHECKING:
    from textual.timer import Timer
    from textual.worker import Worker

    from sestui.services.keeping import Keeping
    from sestui.services.kept import Kept
    from sestui.services.listing import Listing

_LOOK: Final = 1.0
"""Seconds from one look at whether something has come to the next."""
_REST: Final = 0.15
"""Seconds of no further key before the domains of a bar are drawn."""
_LEISURE: Final = 10.0
"""How many times as long as a count took the next one is put off."""
_SPIKES: Final = 4
"""How many spikes are in sight at most on a small screen; on a larger one it is a fifth of the lines."""
_WIDE: Final = 100
"""Cells from which on there is room for more words beside a spike."""


@dataclass(frozen=True, slots=True)
class TrendWish:
    """What somebody wants to see of which list."""

    which: SuppressionList
    filter: str


@dataclass(frozen=True, slots=True)
class _Counted:
    """What was counted of a list, and what of it that was made of."""

    state: tuple[object, ...]
    """Nothing for what is kept: that is counted once."""
    known_since: float
    other: Other
    """Not all of its bars, some thousand: of a list that is not on the screen nobody sees them."""


class TrendsDialog(Dialog[TrendWish]):
    """Counts what is loaded, for as long as more comes; returns the filter for what is chosen."""

    CSS_PATH = stylesheet("trends.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "app.focus_next", "other bars"),
        Binding("escape", "cancel", "back", key_display="esc"),
        Binding("q", "cancel", show=False),
    ]

    def __init__(
        self,
        here: Listing,
        is_open: Callable[[], bool],
        others: Callable[[Listing], list[Listing]],
        keeping: Keeping,
        clock: Callable[[], float],
    ) -> None:
        """`here` is the open list, for as long as `is_open`; `others` are in memory besides it."""
        super().__init__()
        self._here = here
        self._is_open = is_open
        self._others = others
        self._keeping = keeping
        self._clock = clock
        self._trends: Trends | None = None
        """Of the open list; None until it is counted."""
        self._counted: dict[SuppressionList, _Counted] = {}
        self._unread = 0
        """How many kept lists could not be read."""
        self._left = 0
        """How many kept lists are still to be counted."""
        self._counting: Worker[None] | None = None
        self._counting_kept: Worker[None] | None = None
        self._not_before = 0.0
        """When may be counted again, in the loop's seconds."""
        self._said = self._said_of_rest = ""
        self._resting: Timer | None = None
        # Held, not looked up: a late answer may find the screen going down, and its parts no longer in it.
        self._spikes = Spikes(id="spikes")
        self._hours, self._days, self._domains = Bars(id="hours"), Bars(id="days"), Bars(id="domains")
        self._chosen: Choices = self._hours
        """Where the time was chosen of which the domains are shown."""
        self._rest = Static(id="rest", markup=False)
        self._state = Static(id="state", markup=False)
        self._spikes.can_focus = False

    def compose(self) -> ComposeResult:
        with Vertical(id="body") as body:
            body.border_title = Content(f"Trends: what was added to the list of {printable(self._here.which.owner)}")
            body.border_subtitle = trend_words.COUNTED
            yield self._spikes
            yield self._rest
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
        if not self._is_open():
            # Another account has answered than last time: these figures must not stand below its name.
            self.dismiss(None)
            return
        self._draw_state()
        if self._counting is not None and not self._counting.is_finished:
            return
        if asyncio.get_running_loop().time() >= self._not_before and any(self._stale()):
            self._counting = self.run_worker(self._count, group="count", exclusive=True)

    def _stale(self) -> Iterator[tuple[Listing, float, tuple[object, ...]]]:
        """Yield the lists of which something else would be counted now than was, with since when they are known."""
        hour = hour_of(self._clock())
        for listing in (self._here, *self._others(self._here)):
            since = listing.known_since
            state = (listing, hour, listing.index.changes, since)
            before = self._counted.get(listing.which)
            if before is None or before.state != state:
                yield listing, since, state

    async def _count(self) -> None:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        for listing, since, state in list(self._stale()):
            found = await count(listing.index.columns(), self._clock(), since)
            if listing is self._here:
                self._trends = found
            is_kept = listing.kept_from is not None
            other = Other.of(found, since, listing.read_at or 0.0, is_kept=is_kept)
            self._counted[listing.which] = _Counted(state, since, other)
            self._draw()
        self._not_before = loop.time() + _LEISURE * (loop.time() - begun)
        if self._counting_kept is None:
            # The open list comes first.
            self._counting_kept = self.run_worker(self._count_kept, group="kept")

    async def _count_kept(self) -> None:
        """Count what is kept of lists that are not in memory, one after the other."""
        lists = [which for which in await self._keeping.lists() if not self._is_in_memory(which)]
        for place, which in enumerate(lists):
            self._left = len(lists) - place
            self._draw_rest()
            found = await self._keeping.look(which, self._count_one)
            if self._is_in_memory(which):
                continue
            if found is None:
                self._unread += 1
            else:
                self._counted[which] = found
                self._draw_spikes()
        self._left = 0
        self._draw_rest()

    def _is_in_memory(self, which: SuppressionList) -> bool:
        return any(it.which == which for it in (self._here, *self._others(self._here)))

    async def _count_one(self, kept: Kept) -> _Counted:
        found = await count(kept, self._clock(), kept.known_since)
        return _Counted((), kept.known_since, Other.of(found, kept.known_since, kept.read_at, is_kept=True))

    # Drawing

    def _draw(self) -> None:
        self._draw_spikes()
        counted, trends = self._counted.get(self._here.which), self._trends
        if counted is not None and trends is not None:
            since = counted.known_since
            wide = self._days.scrollable_content_region.width > 48
            zone = zone_of(trends.hours[0].since)
            day = trend_words.day if wide else trend_words.short_day
            self._hours.title, self._days.title = f"Hours, {zone}", f"Days, {zone}"
            self._hours.show(_lines(trends.recent, trends.hours, "48 hours", trend_words.hour, since), "")
            self._days.show(_lines(trends.month, trends.days, display.counted(len(trends.days), "day"), day, since), "")
            # Those of another list may come late, and enter would open it: the focus is not moved for them.
            if trends.spikes and self._hours.has_focus and self._hours.is_untouched:
                self._spikes.focus()
        self._draw_domains()
        self._draw_state()

    def _draw_spikes(self) -> None:
        here, elsewhere = self._spike_lines()
        if self._trends is None:
            self._spikes.title = "counting …"
        elif here or elsewhere:
            self._spikes.title = trend_words.title(len(here), len({line.which for line in elsewhere}))
        else:
            self._spikes.title = trend_words.no_spike(self._trends)
        spikes = here + elsewhere
        self._spikes.styles.height = 1 + max(1, min(max(_SPIKES, self.size.height // 5), len(spikes)))
        self._spikes.can_focus = bool(spikes)
        self._spikes.show(spikes, "")
        self._draw_rest()

    def _spike_lines(self) -> tuple[list[Line], list[Line]]:
        """Return the spikes of the open list, and those of all others; the largest first."""
        now, is_wide = self._clock(), self.size.width >= _WIDE
        here, elsewhere = list[Line](), list[Line]()
        for which, counted in self._counted.items():
            if which == self._here.which:
                here += [Line(it.bar, trend_words.spike(it)) for it in counted.other.spikes]
                continue
            note = trend_words.read(counted.other, now, in_full=is_wide)
            for it in counted.other.spikes:
                words = trend_words.spike_of(which, it, in_full=is_wide)
                elsewhere.append(Line(it.bar, words, which=which, note=note))
        return here, sorted(elsewhere, key=lambda line: -line.bar.count)

    def _draw_rest(self) -> None:
        """Tell of the lists that have no line."""
        rest = [it.other for which, it in self._counted.items() if which != self._here.which and not it.other.spikes]
        words = trend_words.others(rest, self._unread, self._clock())
        if self._left:
            words += f"{' · ' if words else ''}{display.counted(self._left, 'kept list')} to count …"
        if words != self._said_of_rest:
            self._said_of_rest = words
            self._rest.update(words)

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
        if listing.known_since > counted_since(self._clock()):
            words = f"… incomplete: {words}"
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
