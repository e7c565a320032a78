"""The line above the footer: what just happened, and how far a running change is. It covers nothing."""

from typing import Final

from textual.timer import Timer
from textual.widgets import Static

_STAYS: Final = 10.0
"""Seconds for which a notice stays."""
_LINES: Final = 3
"""That a notice may take; of more the rest is left out with a sign. An error is told whole by `E`."""


class StatusLine(Static):
    """Takes up no room while there is nothing to say."""

    def __init__(self, *, id: str) -> None:
        super().__init__("", id=id, markup=False)
        self._notice = ""
        self._progress = ""
        self._timer: Timer | None = None

    @property
    def notice(self) -> str:
        """What was said last, while it is shown."""
        return self._notice

    def on_mount(self) -> None:
        self._draw()

    def say(self, words: str, *, urgent: bool = False) -> None:
        """Show a notice for a while; a later one takes its place."""
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(_STAYS, self._forget)
        self._notice = words
        self.set_class(urgent, "-urgent")
        self._draw()

    def show_progress(self, words: str) -> None:
        """Show how far a running change has come; empty where none runs."""
        if words != self._progress:
            self._progress = words
            self._draw()

    def _forget(self) -> None:
        self._notice = ""
        self.remove_class("-urgent")
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        notice, progress = self._notice, f" · {self._progress}" if self._progress else ""
        # Its own width it has only while it is shown.
        width = max(20, self.app.size.width - 2)
        if len(notice) > width:
            from textwrap import wrap  # A start has nothing to say yet.

            if len(lines := wrap(notice, width)) > _LINES:
                notice = f"{' '.join(lines[:_LINES])[: -1 - len(progress)]}…"
        words = f"{notice}{progress}" if notice else self._progress
        self.update(words)
        self.display = bool(words)
