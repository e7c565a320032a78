"""How a connection is made and changed: with what AWS wants of a person, asked in the app and never on the terminal."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final

from sestui.domain.display import printable
from sestui.domain.errors import (
    CodeNeeded,
    CodeRefused,
    ConnectionProblem,
    CredentialsRefused,
    LoginNeeded,
    NoCredentials,
    SestuiError,
)
from sestui.domain.suppression import Connection, SuppressionList
from sestui.ui.commands import CHANGES
from sestui.ui.widgets.connection_bar import EXPIRED, lasting

if TYPE_CHECKING:
    from textual.worker import Worker

    from sestui.sesv2.gateway import Gateway
    from sestui.ui.screens.browse import BrowseScreen

Connect = Callable[[Connection, str], Awaitable["Gateway"]]
"""Makes the connection asked for, with the code of an MFA device where there is one."""

_NO_SUCH_OPTION: Final = 252
"""The AWS CLI's exit status for arguments that it can't read (its user guide, return codes)."""


class Connecting:
    """Makes connections on behalf of a screen."""

    def __init__(self, screen: BrowseScreen, connect: Connect, asked: Connection, clock: Callable[[], float]) -> None:
        self._screen = screen
        self._connect = connect
        self._clock = clock
        self._asked = asked
        """What the screen's connection was asked for with; empty fields were botocore's to fill."""
        self.made: Gateway | None = None
        """Taken in place of the next one made."""
        self._trouble = ""
        """What is wrong with the credentials in use, in two or three words."""
        self._welcoming: Worker[None] | None = None

    @property
    def credentials(self) -> str:
        """How long the credentials last, or what is wrong with them; empty where there is nothing to say."""
        gateway = self._screen.flows.reading.gateway
        return self._trouble or lasting(gateway.expiry() if gateway is not None else None, self._clock())

    @property
    def is_over(self) -> bool:
        """Whether nothing can be asked with the credentials in use any more."""
        return bool(self._trouble) or self.credentials == EXPIRED

    def credentials_failed(self, error: NoCredentials | CredentialsRefused) -> None:
        """Say that nothing can be asked with the credentials in use any more, and what to do."""
        self._trouble = error.state
        keys = self._screen.keys
        words = f"{keys['refresh']} connects again, {keys['connection']} elsewhere."
        self._screen.status.say(f"{printable(str(error))} {words}", urgent=True)

    def show(self, gateway: Gateway) -> None:
        """Show in the header where answers come from, and what may be changed there."""
        screen, where, guard = self._screen, gateway.connection, gateway.guard
        is_read_only = bool(guard.refusal(where))
        screen.bar.access = "READ-ONLY" if is_read_only else "" if guard.is_unsure(where) else "READ-WRITE"
        screen.bar.production = guard.is_production(where)
        screen.bar.connection = where
        screen.key_line.leave_out(CHANGES if is_read_only else ())

    def show_state(self) -> None:
        """Show what changes by itself: credentials run out, SES throttles."""
        gateway, bar = self._screen.flows.reading.gateway, self._screen.bar
        bar.credentials = self.credentials
        bar.held_back = gateway.pacer.held_back if gateway is not None else 0

    async def may_change(self, gateway: Gateway) -> bool:
        """Return whether anything may be changed there; say why, where it may not."""
        try:
            await gateway.may_change()
        except SestuiError as error:
            self._screen.status.say(printable(str(error)), urgent=True)
            return False
        finally:
            # It may have had to ask whose account it is.
            self.show(gateway)
        return True

    def choose(self) -> None:
        """Let a person choose a profile and a Region, and go there."""
        _: Worker[None] = self._screen.run_worker(self._choose, group="choosing", exclusive=True)

    def made_again(self) -> None:
        """The screen's connection has credentials anew."""
        self._trouble = ""

    async def make(self, asked: Connection | None = None) -> Gateway:
        """Make the connection asked for, the screen's own unless another is; only to be awaited in a worker.

        Raises:
            SestuiError: it can't be made.
        """
        if (made := self.made) is not None:
            self.made = None
            return made
        asked, code, device, refused = asked or self._asked, "", "", ""
        while True:
            try:
                return await self._connect(asked, code)
            except (CodeNeeded, CodeRefused) as error:
                if isinstance(error, CodeNeeded):
                    device = error.device
                else:
                    refused = str(error)
                code = await self._ask_for_code(device, refused)
                if not code:
                    raise
            except LoginNeeded as error:
                if not await self._log_in(error, asked.profile):
                    raise

    async def _ask_for_code(self, device: str, refused: str) -> str:
        from sestui.ui.screens.code import CodeDialog

        return await self._screen.app.push_screen_wait(CodeDialog(device, refused)) or ""

    async def _log_in(self, error: LoginNeeded, profile: str | None) -> bool:
        """Run the program that logs in, if the person wants that, and return whether it says that it did."""
        from sestui.ui.screens.leave import LeaveDialog

        command = [*error.command, *(("--profile", profile) if profile else ())]
        lines = [
            printable(str(error)),
            "",
            f"This runs `{printable(' '.join(command))}`, which has the terminal meanwhile.",
            *self._screen.flows.unfinished,
        ]
        app = self._screen.app
        if not await app.push_screen_wait(LeaveDialog(lines, "Log in?", "Log in")):
            return False
        # Nothing at all goes on meanwhile: no answer must be on its way.
        await self._screen.flows.finish()
        words = ""
        # Nothing must be raised in there: Textual would not come back.
        with app.suspend():
            try:
                if status := _run(command):
                    words = f"`{' '.join(command)}` ended with status {status}."
            except OSError as trouble:
                words = f"`{command[0]}` can't be run: {trouble.strerror}."
        if words:
            raise LoginNeeded(f"{words} {error}", error.command)
        return True

    def welcome(self, error: SestuiError) -> None:
        """Offer ways on to a person whose first connection can't be made of what is there; of other errors say no more.

        Whoever was asked for a login or a code has had a dialog, and credentials that are refused are there.
        """
        if not isinstance(error, ConnectionProblem) or isinstance(error, LoginNeeded | CodeNeeded):
            return
        # While one tries what was chosen, nothing of it is on the screen, and `r` is a key of the browse screen's.
        if self._welcoming is None or self._welcoming.is_finished:
            self._welcoming = self._screen.run_worker(partial(self._welcome, error), group="welcome")

    async def _welcome(self, trouble: SestuiError | None) -> None:
        """Ask until there is a connection, or nobody wants one."""
        from sestui.sesv2.sources import look
        from sestui.ui.screens.connection import ConnectionDialog
        from sestui.ui.screens.welcome import WelcomeDialog, Wish

        screen, app, tried = self._screen, self._screen.app, self._asked
        while trouble is not None and screen.flows.reading.gateway is None:
            # The dialog says it.
            screen.status.say("")
            sources = await asyncio.to_thread(look, tried)
            wanted = await app.push_screen_wait(WelcomeDialog(trouble, sources, self._asked))
            if wanted is Wish.DEMO:
                return app.go_to_demo()
            if wanted is Wish.LEAVE:
                return app.action_quit()
            if wanted is None:
                keys = screen.keys
                words = f"{keys['connection']} takes a profile and a Region, {keys['refresh']} tries again."
                return screen.status.say(f"{words} `sestui --demo` needs no account.")
            if wanted is Wish.AGAIN:
                wanted = tried
            elif isinstance(wanted, Wish) or not sources.region_of(wanted.profile):
                present = tried if isinstance(wanted, Wish) else wanted
                wanted = await app.push_screen_wait(ConnectionDialog(present, "", ""))
            if wanted is not None:
                tried, trouble = wanted, await self._go(wanted)

    async def _choose(self) -> None:
        from sestui.ui.screens.connection import ConnectionDialog

        screen = self._screen
        gateway = screen.flows.reading.gateway
        region = self._asked.region if gateway is None else gateway.connection.region
        present = Connection(region, self._asked.endpoint, self._asked.profile)
        wanted = await screen.app.push_screen_wait(ConnectionDialog(present, self._trouble, screen.bar.told))
        if wanted is None:
            return
        if wanted != present:
            await self._go(wanted)
        elif await self._is_sure(screen.flows.unfinished):
            screen.flows.reading.reconnect(SuppressionList())

    async def _go(self, wanted: Connection) -> SestuiError | None:
        """Go to another connection; return why that can't be made."""
        screen, app = self._screen, self._screen.app
        # One that is still being made would come later than this one.
        screen.workers.cancel_group(screen, "connection")
        name = printable(" · ".join(it for it in (wanted.profile, wanted.region) if it))
        to = f" to {name}" if name else ""
        screen.status.say(f"Connecting{to} …")
        try:
            made = await self.make(wanted)
        except SestuiError as error:
            app.note_error(error)
            stays = " Everything stays as it was." if screen.flows.reading.gateway is not None else ""
            screen.status.say(f"Not connected{to}: {printable(error.brief)}{stays}", urgent=True)
            return error
        screen.status.say("")
        if await self._is_sure(screen.flows.losses):
            app.change_connection(made, wanted)
        else:
            await made.close()
        return None

    async def _is_sure(self, losses: list[str]) -> bool:
        from sestui.ui.screens.leave import LeaveDialog

        if not losses:
            return True
        sure = await self._screen.app.push_screen_wait(LeaveDialog(losses, "Connect anew?", "Connect"))
        return bool(sure)


def _run(command: list[str]) -> int:
    """Run a program on the terminal and return its exit status. ctrl+c ends it, not us.

    Raises:
        OSError: it can't be run.
    """
    with suppress(OSError):
        os.write(1, f"sestui waits for `{printable(' '.join(command))}`; ctrl+c ends it.\r\n".encode())
    ours = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        if "SSH_CONNECTION" in os.environ:
            # A browser elsewhere can't come back to this machine; a program of before 2.22 does not know the option.
            status = subprocess.call([*command, "--use-device-code"])
            if status != _NO_SUCH_OPTION:
                return status
        return subprocess.call(command)
    finally:
        signal.signal(signal.SIGINT, ours)
