"""Jobs that run, here or elsewhere, shown by what the journal tells of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Sequence
from typing import TYPE_CHECKING, Final

from sestui.domain.errors import JobRefused, SestuiError
from sestui.domain.job import Result
from sestui.domain.job_words import progress, verdict
from sestui.domain.suppression import SuppressionList
from sestui.services.in_thread import in_thread

if TYPE_CHECKING:
    from textual.timer import Timer

    from sestui.services.detached import Child
    from sestui.services.journal import Journal
    from sestui.services.journal_rows import Recorded
    from sestui.ui.screens.browse import BrowseScreen

_LOOK: Final = 0.5
"""Seconds from one look into the journal to the next, while jobs run."""


class Following:
    """Brings what jobs do into a screen's lists, and says how far they are and what they came to."""

    def __init__(
        self, screen: BrowseScreen, clock: Callable[[], float], journal: Journal, here: Container[int]
    ) -> None:
        """`here` are the jobs that run in this process."""
        self._screen = screen
        self._clock = clock
        self._journal = journal
        self._here = here
        self._followed: dict[int, float] = {}
        """The jobs whose outcomes are shown as they come, and until when they have been."""
        self._children: dict[int, Child] = {}
        """The jobs that were started here as processes of their own."""
        self.lacking = set[int]()
        """The jobs that were seen to pause for want of credentials."""
        self._looking: Timer | None = None

    def is_child(self, number: int) -> bool:
        """Tell whether a job was started here as a process of its own."""
        return number in self._children

    def follow(self, number: int, child: Child | None = None) -> None:
        """Show what a job does from now on; `child` is its process, if it was started here."""
        if child is not None:
            self._children[number] = child
        self._followed[number] = self._clock()
        if self._looking is None:
            self._looking = self._screen.set_interval(_LOOK, self.look)

    async def look(self) -> None:
        """Show what has become of the jobs since the last look."""
        shown, keys = [], self._screen.keys
        for number in list(self._followed):
            try:
                job = await in_thread(self._journal.job, number)
                entries = await in_thread(settled, self._journal, number, self._followed[number])
            except SestuiError as error:
                self._screen.app.tell_error(error)
                self._followed.pop(number, None)
                continue
            if entries:
                self._followed[number] = max(it.settled_at or 0.0 for it in entries)
                self._show([it.result for it in entries if it.result is not None])
            child = self._children.get(number)
            if job.is_running or number in self._here or (child is not None and child.ended() is None):
                shown.append(job)
            elif child is not None and (trouble := child.trouble()):
                self._followed.pop(number, None)
                self._screen.app.tell_error(
                    JobRefused(f"Job {number} ended: {trouble} {keys['jobs']} goes on with it.")
                )
            elif self._followed.pop(number, None) is not None:
                needs_a_look = bool(job.undone) or job.settled < job.total
                words = f"{verdict(job)}. {keys['jobs']} shows more." if needs_a_look else f"{verdict(job)}."
                if job.lacks_credentials:
                    self.lacking.add(number)
                    renew = f"{keys['refresh']}, or {keys['connection']}"
                    words = f"Job {number} goes on once the credentials are renewed: {renew}. {words}"
                self._screen.status.say(words, urgent=needs_a_look)
        more = f" and {len(shown) - 1} more" if len(shown) > 1 else ""
        words = f"{progress(shown[0], self._clock())}{more} · {keys['jobs']} shows more" if shown else ""
        self._screen.status.show_progress(words)
        if not self._followed and self._looking is not None:
            self._looking.stop()
            self._looking = None

    def _show(self, results: Sequence[Result]) -> None:
        by_list = defaultdict[SuppressionList, list[Result]](list)
        for result in results:
            by_list[result.entry.which].append(result)
        for which, some in by_list.items():
            self._screen.list_pane.apply(some, which, self._screen.flows.lists.listings.get(which))
            self._screen.flows.lists.changed(which, some)


def settled(journal: Journal, number: int, since: float) -> list[Recorded]:
    """Return a job's entries that came to an end since then."""
    return list(journal.entries(number, since=since))
