"""`t`: what was added to the open list, by hour, day and domain; what stands out comes first, of other lists too."""

from __future__ import annotations

from collections.abc import Callable
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
from sestui.domain.display import printable, zone_of
from sestui.domain.suppression import SuppressionList
from sestui.domain.trends import Bar, counted_since
from sestui.stylesheets import stylesheet
from sestui.ui.counts import loaded
from sestui.ui.screens.dialog import Dialog
from sestui.ui.widgets.bars import Bars, Choices, Line, Spikes
from sestui.ui.widgets.key_line import KeyLine

if TYPE_CHECKING:
    from textual.timer import Timer
    from textual.worker import Worker

    from sestui.services.counting import Counting

_LOOK: Final = 1.0
"""Seconds from one look at whether something has come to the next."""
_REST: Final = 0.15
"""Seconds of no further key before the domains of a bar are drawn."""
_SPIKES: Final = 4
"""How many spikes are in sight at most on a small screen; on a larger one it is a fifth of the lines."""
_WIDE: Final = 100
"""Cells from which on there is room for more words beside a spike."""


@dataclass(frozen=True, slots=True)
class TrendWish:
    """What somebody wants to see of which list."""

    which: SuppressionList
    filter: str


class TrendsDialog(Dialog[TrendWish]):
    """Draws what is counted, for as long as more comes; returns the filter for what is chosen."""

    CSS_PATH = stylesheet("trends.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "app.focus_next", "other bars"),
        Binding("escape", "cancel", "back", key_display="esc"),
        Binding("q", "cancel", show=False),
    ]

    def __init__(self, counting: Counting) -> None:
        super().__init__()
        self._counting = counting
        self._here = counting.here
        self._at_it: Worker[None] | None = None
        self._at_kept: Worker[None] | None = None
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

    def _look(self) -> None:
        if not self._counting.is_open():
            # Another account has answered than last time: these figures must not stand below its name.
            self.dismiss(None)
            return
        self._draw_state()
        if (self._at_it is None or self._at_it.is_finished) and self._counting.is_due():
            self._at_it = self.run_worker(self._count, group="count", exclusive=True)

    async def _count(self) -> None:
        async for _ in self._counting.count():
            self._draw()
        if self._at_kept is None:
            # What is in memory comes first.
            self._at_kept = self.run_worker(self._count_kept, group="kept")

    async def _count_kept(self) -> None:
        async for _ in self._counting.count_kept():
            self._draw_spikes()

    # Drawing

    def _draw(self) -> None:
        self._draw_spikes()
        counted, trends = self._counting.counted.get(self._here.which), self._counting.trends
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
        trends = self._counting.trends
        if trends is None:
            self._spikes.title = "counting …"
        elif here or elsewhere:
            self._spikes.title = trend_words.title(len(here), len({line.which for line in elsewhere}))
        else:
            self._spikes.title = trend_words.no_spike(trends)
        spikes = here + elsewhere
        self._spikes.styles.height = 1 + max(1, min(max(_SPIKES, self.size.height // 5), len(spikes)))
        self._spikes.can_focus = bool(spikes)
        self._spikes.show(spikes, "")
        self._draw_rest()

    def _spike_lines(self) -> tuple[list[Line], list[Line]]:
        """Return the spikes of the open list, and those of all others; the largest first."""
        now, is_wide = self._counting.clock(), self.size.width >= _WIDE
        trends = self._counting.trends
        here = [Line(it.bar, trend_words.spike(it)) for it in (trends.spikes if trends is not None else ())]
        elsewhere = list[Line]()
        for which, other in self._counting.others.items():
            note = trend_words.read(other, now, in_full=is_wide)
            for it in other.spikes:
                words = trend_words.spike_of(which, it, in_full=is_wide)
                elsewhere.append(Line(it.bar, words, which=which, note=note))
        return here, sorted(elsewhere, key=lambda line: -line.bar.count)

    def _draw_rest(self) -> None:
        """Tell of the lists that have no line."""
        counting = self._counting
        quiet = [other for other in counting.others.values() if not other.spikes]
        words = trend_words.others(quiet, counting.unread, counting.clock())
        if counting.left:
            words += f"{' · ' if words else ''}{display.counted(counting.left, 'kept list')} to count …"
        if words != self._said_of_rest:
            self._said_of_rest = words
            self._rest.update(words)

    def _draw_domains(self) -> None:
        """Show the domains of what was chosen."""
        line = self._chosen.current
        if line is None:
            return
        counted = self._counting.counted.get(line.which or self._here.which)
        since = counted.known_since if counted is not None else inf
        self._domains.title = f"Domains, {line.words if line.is_sum else trend_words.span(line.bar)}"
        self._domains.show(
            [Line(it, trend_words.domain(it), not it.domains, it.since < since, line.which) for it in line.bar.top], ""
        )

    def _draw_state(self) -> None:
        listing = self._here
        words = loaded(listing, "")
        if listing.known_since > counted_since(self._counting.clock()):
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
