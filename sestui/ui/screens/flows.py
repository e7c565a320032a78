"""What the browse screen does, part by part; the first paint does without, so each is imported when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from sestui.domain.display import counted

if TYPE_CHECKING:
    from sestui.domain.suppression import Connection
    from sestui.services.journal import Journal
    from sestui.services.keeping import Keeping
    from sestui.settings import Settings
    from sestui.ui.screens.browse import BrowseScreen
    from sestui.ui.screens.changing import Changing
    from sestui.ui.screens.comparing import Comparing
    from sestui.ui.screens.connecting import Connect, Connecting
    from sestui.ui.screens.creating import Creating
    from sestui.ui.screens.detailing import Detailing
    from sestui.ui.screens.editing import Editing
    from sestui.ui.screens.exporting import Exporting
    from sestui.ui.screens.finding import Finding
    from sestui.ui.screens.keeping_up import KeepingUp
    from sestui.ui.screens.loading import Loading
    from sestui.ui.screens.naming import Naming
    from sestui.ui.screens.reading import Reading
    from sestui.ui.screens.trending import Trending
    from sestui.ui.screens.working import Launch, Working


class Flows:
    """Each part once, made of what came in from outside."""

    def __init__(
        self,
        screen: BrowseScreen,
        connect: Connect,
        asked: Connection,
        clock: Callable[[], float],
        open_journal: Callable[[], Journal],
        keeping: Callable[[], Keeping],
        settings: Settings,
        launch: Launch | None,
    ) -> None:
        self._screen = screen
        self._connect = connect
        self._asked = asked
        self._clock = clock
        self._open_journal = open_journal
        self._launch = launch
        self._make_keeping = keeping
        self._settings = settings

    @cached_property
    def reading(self) -> Reading:
        from sestui.ui.screens.reading import Reading

        return Reading(self._screen, self.connecting, self._clock)

    @cached_property
    def connecting(self) -> Connecting:
        from sestui.ui.screens.connecting import Connecting

        return Connecting(self._screen, self._connect, self._asked, self._clock)

    @cached_property
    def naming(self) -> Naming:
        from sestui.ui.screens.naming import Naming

        return Naming(self._screen, self.reading)

    @cached_property
    def detailing(self) -> Detailing:
        from sestui.ui.screens.detailing import Detailing

        return Detailing(self._screen, self.reading)

    @cached_property
    def lists(self) -> Loading:
        from sestui.ui.screens.loading import Loading

        return Loading(self._screen, self.reading, self._clock, self.keeping)

    @cached_property
    def keeping_up(self) -> KeepingUp:
        from sestui.ui.screens.keeping_up import KeepingUp

        return KeepingUp(self._screen, self.reading, self.lists, self.keeping, self._clock, self._settings)

    @cached_property
    def keeping(self) -> Keeping:
        return self._make_keeping()

    @cached_property
    def journal(self) -> Journal:
        return self._open_journal()

    @cached_property
    def working(self) -> Working:
        from sestui.ui.screens.working import Working

        return Working(self._screen, self.reading, self._clock, self.journal, self._settings, self._launch)

    @cached_property
    def changing(self) -> Changing:
        from sestui.ui.screens.changing import Changing

        return Changing(self._screen, self.reading, self.working, self._clock)

    @cached_property
    def finding(self) -> Finding:
        from sestui.ui.screens.finding import Finding

        return Finding(self._screen, self.reading, self.lists, self.changing, self.working, self._clock)

    @cached_property
    def comparing(self) -> Comparing:
        from sestui.ui.screens.comparing import Comparing

        return Comparing(self._screen, self.reading, self.changing, self._clock)

    @cached_property
    def trending(self) -> Trending:
        from sestui.ui.screens.trending import Trending

        return Trending(self._screen, self.reading, self.lists, self.keeping, self._clock)

    @cached_property
    def exporting(self) -> Exporting:
        from sestui.ui.screens.exporting import Exporting

        return Exporting(self._screen, self.reading, self._clock)

    @cached_property
    def editing(self) -> Editing:
        from sestui.ui.screens.editing import Editing

        return Editing(self._screen, self.reading, self.journal)

    @cached_property
    def creating(self) -> Creating:
        from sestui.ui.screens.creating import Creating

        return Creating(self._screen, self.reading, self.journal)

    # What leaving ends

    @property
    def losses(self) -> list[str]:
        """What would be lost by leaving now, in words."""
        marked = self.lists.marked
        return [*([f"{counted(marked, 'mark')} would be forgotten."] if marked else ()), *self.unfinished]

    @property
    def unfinished(self) -> list[str]:
        """What of it a connection made anew would end as well, in words."""
        lost = [
            f"Job {number} runs in this window: it will pause.\n"
            f"`sestui jobs run {number}` goes on with it, or {self._screen.keys['jobs']}."
            for number in self.working.running
        ]
        if self.editing.writing:
            lost.append(self.editing.writing)
        if self.creating.writing:
            lost.append(self.creating.writing)
        return lost

    async def finish(self) -> None:
        """Let the calls of a running change come to an end."""
        await self.working.stop()
        await self.creating.finish()
        await self.editing.finish()
