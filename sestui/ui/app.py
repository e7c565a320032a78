"""The application: a connection, a clock and a record come in, the browse screen goes up."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache, cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual import events, work
from textual.app import SystemCommand
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.worker import WorkerError

from sestui.domain.display import printable
from sestui.domain.errors import CredentialsRefused, NoCredentials, SestuiError
from sestui.domain.suppression import Connection, SuppressionList
from sestui.stylesheets import stylesheet
from sestui.ui.bindings import palette
from sestui.ui.commands import COMMANDS, with_keys
from sestui.ui.driver import TerminalDriver
from sestui.ui.screens.browse import BrowseScreen
from sestui.ui.terminal_app import TerminalApp

if TYPE_CHECKING:
    from sestui.services.error_log import ErrorLog
    from sestui.services.journal import Journal
    from sestui.services.keeping import Keeping
    from sestui.sesv2.gateway import Gateway
    from sestui.settings import Settings
    from sestui.ui.screens.connecting import Connect
    from sestui.ui.screens.working import Launch


_USE: Final = (
    *(events.Key, events.MouseDown),
    *(events.MouseScrollDown, events.MouseScrollUp, events.MouseScrollLeft, events.MouseScrollRight),
)
"""What tells of somebody who is at it; where only the pointer moves, nobody need be."""
_CALLS_UNDER_WAY: Final = 5.0
"""Seconds that the calls under way have to be answered in, when something ends the app."""


class SestuiApp(TerminalApp):
    """The terminal dashboard."""

    TITLE = "sestui"
    # The browse screen is the first: a stylesheet of its own would have Textual style everything twice.
    CSS_PATH = [stylesheet("app.tcss"), stylesheet("browse.tcss")]  # noqa: RUF012
    # Textual declares these in a way that no type checker takes for class variables.
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-short"), (32, "-tall")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        # Textual's own ctrl+q and ctrl+c would pass by the question that q asks.
        Binding("ctrl+q", "quit", show=False, priority=True),
        Binding("ctrl+c", "quit", show=False),
    ]

    def __init__(
        self,
        connect: Connect,
        asked: Connection = Connection(""),  # noqa: B008 - frozen
        *,
        clock: Callable[[], float],
        open_journal: Callable[[], Journal],
        state_folder: Callable[[], Path],
        keeping: Callable[[Connection], Keeping],
        settings: Settings,
        launch: Launch | None = None,
        start_list: SuppressionList | None = None,
        demo: bool = False,
    ) -> None:
        super().__init__()
        self.animation_level = "none"
        self.type_count_above = settings.type_count_above
        """Of more entries than that a change takes their number to be typed."""
        self.commands = with_keys(settings.keys) if settings.keys else COMMANDS
        """Each with its keys, as the settings have them."""
        if settings.theme != "dark":
            from sestui.ui.themes import show_in

            show_in(self, settings.theme)
        if self.no_color:
            self.leave_out_colours()
        journal = cache(open_journal)

        async def listening(wanted: Connection, code: str) -> Gateway:
            gateway = await connect(wanted, code)
            gateway.listeners.append(self._failures.hear)
            return gateway

        def browse(asked: Connection, which: SuppressionList) -> BrowseScreen:
            keep = partial(keeping, asked)
            made = BrowseScreen(listening, asked, clock, journal, which, keep, settings, launch, demo=demo)
            if settings.keys:
                made.take_keys(self.commands)
            return made

        self._make_browse = browse
        self._browse = browse(asked, start_list or SuppressionList())
        self._clock = clock
        self._state_folder = state_folder
        self.last_words: list[str] = []
        """What there is to say once the terminal is given back, in lines."""
        self.wants_demo = False
        """Whether who runs the app shall run the demo once it has ended."""

    @cached_property
    def _failures(self) -> ErrorLog:
        from sestui.services.error_log import ErrorLog

        return ErrorLog(self._clock)

    def get_default_screen(self) -> BrowseScreen:
        # Known before the first layout, they need no second one.
        width, height = self.size
        for points, length in ((self.HORIZONTAL_BREAKPOINTS, width), (self.VERTICAL_BREAKPOINTS, height)):
            self._browse.add_class(max(point for point in points if point[0] <= length)[1], update=False)
        return self._browse

    def on_ready(self) -> None:
        # Sooner than what is called after a refresh, which waits until nothing at all is left to draw.
        self._begin()

    def _begin(self) -> None:
        self._browse.begin()
        if isinstance(self._driver, TerminalDriver):
            # No sooner: it takes 20 ms to import.
            lists = self._browse.flows.lists
            self._driver.key_came = partial(lists.make_way, asyncio.get_running_loop())
            self._driver.painted = lists.go_on

    @work
    async def change_connection(self, gateway: Gateway, asked: Connection) -> None:
        """Go to another connection: nothing of the one before is on the screen any more, nor can come there."""
        before = self._browse
        await before.flows.finish()
        # What was asked for at the start is for the first connection, whichever that becomes.
        first = before.flows.reading.gateway is None
        self._browse = self._make_browse(asked, before.start_list if first else SuppressionList())
        self._browse.flows.connecting.made = gateway
        while self.screen is not before:
            await self.pop_screen()
        if not before._result_callbacks:
            # Textual pushes its first screen without what it pops when another takes its place.
            before._push_result_callback(before, None)
        # Taken away, a screen cancels its workers.
        await self.switch_screen(self._browse)
        self._begin()
        await before.flows.reading.end()

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key):
            self._browse.last_key = self._clock()
        if isinstance(event, _USE):
            self._browse.used()
        await super().on_event(event)

    def pop_screen(self) -> AwaitComplete:
        """Never take the browse screen away: Textual's palette goes twice when Enter comes twice at once."""
        return AwaitComplete() if self.screen is self._browse else super().pop_screen()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        yield from palette(self._browse, self.commands)
        yield SystemCommand("Theme", "Change the colours", self.action_change_theme)
        yield SystemCommand(f"Quit ({self._browse.keys['quit']})", "Leave sestui", self.action_quit)

    def action_change_theme(self) -> None:
        """Offer the themes of the settings, for this session."""
        from sestui.ui.themes import THEMES, show_in

        self.search_commands([(name, partial(show_in, self, name)) for name in THEMES], "A theme for this session …")

    def keep_error(self, error: Exception) -> None:
        """Keep an error that is on the screen already for `E`; say one that ends all calls to come."""
        self.note_error(error)
        if isinstance(error, NoCredentials | CredentialsRefused):
            self._browse.flows.connecting.credentials_failed(error)

    def note_error(self, error: Exception) -> None:
        """Keep an error for `E` that says nothing of the connection in use."""
        self._failures.keep(error)

    def tell_error(self, error: Exception) -> None:
        """Say an error, and keep it for `E`."""
        self._browse.status.say(printable(str(error)), urgent=True)
        self.keep_error(error)

    async def copied(self, text: str) -> str:
        """Copy a text, and return in words where it is now, or why it is nowhere."""
        from sestui.ui.clipboard import Clipboard

        # Where Textual's own inputs paste from.
        self._clipboard = text
        send = self._driver.write if self._driver is not None else len
        try:
            return f"Copied {await Clipboard(os.environ, send, self._state_folder).copy(text)}."
        except SestuiError as error:
            return f"Not copied: {printable(str(error))}"

    @work
    async def copy_to_clipboard(self, text: str) -> None:  # type: ignore[override]
        """What Textual's own inputs call, which sends OSC 52 whether or not it can arrive."""
        self._browse.status.say(await self.copied(text))

    def show_errors(self) -> None:
        from sestui.ui.screens.errors import ErrorsDialog

        self.push_screen(ErrorsDialog(self._failures))

    def go_to_demo(self) -> None:
        """Leave for the demo; asks first, as `action_quit` does."""
        self.wants_demo = True
        self.action_quit()

    def action_quit(self) -> None:  # type: ignore[override]
        """Leave, or ask first where something would be lost."""
        from sestui.ui.screens.leave import LeaveDialog

        losses = self._browse.flows.losses
        if not losses:
            self.exit()
        elif not isinstance(self.screen, LeaveDialog):
            self.push_screen(LeaveDialog(losses), self._left)

    def _left(self, sure: bool | None) -> None:
        if sure:
            self._leave()
        else:
            self.wants_demo = False

    @work
    async def _leave(self) -> None:
        await self._browse.flows.finish()
        self.exit()

    @work
    async def end(self, status: int) -> None:
        """Leave without a question: there may be nobody to answer it."""
        working = self._browse.flows.working
        jobs = working.running
        # A job that can't be paused goes on where it is run next: SES is asked what became of the calls under way.
        with suppress(TimeoutError, WorkerError, SestuiError):
            async with asyncio.timeout(_CALLS_UNDER_WAY):
                await self._browse.flows.finish()
        self.last_words = await working.left(jobs)
        self.exit(return_code=status)
