"""How a change of a list goes from a key to a job, on the browse screen: guard, plan, ask."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from sestui.domain.display import counted
from sestui.domain.errors import SestuiError
from sestui.domain.job import Entry, Kind, Plan
from sestui.domain.suppression import SuppressedDestinationSummary
from sestui.services.listing import FRESH_FOR
from sestui.services.undoing import undo_plan
from sestui.ui.screens.add import AddDialog, AdditionPlace
from sestui.ui.screens.history import HistoryDialog
from sestui.ui.screens.removal import Confirmed, RemovalDialog, RemovalPlan
from sestui.ui.screens.undo import UndoDialog, UndoPlan

if TYPE_CHECKING:
    from textual.worker import Worker

    from sestui.services.listing import Listing
    from sestui.sesv2.gateway import Gateway
    from sestui.ui.screens.browse import BrowseScreen
    from sestui.ui.screens.reading import Reading
    from sestui.ui.screens.working import Working


_AT_ONCE: Final = 2000
"""Rows looked up before whoever waits for the event loop gets a turn."""


class Changing:
    """Plans removals, additions and undos on behalf of a screen."""

    def __init__(self, screen: BrowseScreen, reading: Reading, working: Working, clock: Callable[[], float]) -> None:
        self._screen = screen
        self._reading = reading
        self._working = working
        self._clock = clock
        self._draft = "", ""
        """What was typed into an add dialog that was left without adding, and the file that was named there."""
        self.takes = working.takes

    def add(self, text: str = "") -> None:
        """Ask what to add to the open list, this for a start, and add it."""
        if text:
            self._draft = text, ""
        self.begin(self._add)

    def remove(self) -> None:
        """Show the plan of a removal of the marked, else of the row under the cursor, and carry it out."""
        self.begin(self._remove)

    def begin(self, flow: Callable[[Gateway, Listing], Coroutine[None, None, None]]) -> None:
        """Run what plans a change of the open list and then starts it."""
        gateway, listing = self._reading.gateway, self._screen.list_pane.listing
        if gateway is None or listing is None:
            self._screen.status.say("There is no list on the screen yet.")
        else:
            guarded = partial(self._guarded, flow, gateway, listing)
            _: Worker[None] = self._screen.run_worker(guarded, group="plan", exclusive=True)

    async def _guarded(
        self, flow: Callable[[Gateway, Listing], Coroutine[None, None, None]], gateway: Gateway, listing: Listing
    ) -> None:
        if await self._screen.flows.connecting.may_change(gateway):
            await flow(gateway, listing)

    async def start(self, kind: Kind, agreed: Confirmed, read_at: float) -> int | None:
        """Have a job made of what a person agreed to, and return its number; None where nothing was begun."""
        assert self._reading.gateway is not None
        plan = Plan(kind, self._reading.gateway.connection, agreed.entries, read_at, note=agreed.note)
        return await self._working.start(plan, dry=agreed.dry)

    async def _remove(self, gateway: Gateway, listing: Listing) -> None:
        screen, pane = self._screen, self._screen.list_pane
        chosen, hidden = pane.marking.chosen, pane.marking.hidden
        if not chosen:
            screen.status.say("Nothing to remove: no address is marked and none is under the cursor.")
            return
        if not listing.complete or listing.age > FRESH_FOR:
            screen.status.say(f"Asking SES about {counted(len(chosen), 'address', 'addresses')} for the plan …")
        try:
            age = await listing.freshen(chosen)
        except SestuiError as error:
            screen.app.tell_error(error)
            return
        read_at = self._clock() - age
        if pane.listing is not listing:
            screen.status.say("Nothing was removed: another list was opened before its plan was there.")
            return
        entries = list[Entry]()
        for start in range(0, len(chosen), _AT_ONCE):
            found = map(listing.index.get, chosen[start : start + _AT_ONCE])
            entries += [Entry(listing.which, row.address, None, row) for row in found if row is not None]
            await asyncio.sleep(0)
        pane.redraw()
        if not entries:
            screen.status.say("No longer on the list: somebody else removed it.")
            return
        screen.status.say("")
        plan = RemovalPlan(
            connection=gateway.connection,
            entries=entries,
            hidden=hidden,
            gone=len(chosen) - len(entries),
            list_size=len(listing.index),
            complete=listing.complete,
            age=age,
            takes=self.takes,
            name_to_type=gateway.name_to_type([listing.which.tenant_name]),
        )
        self._working.prepare([listing.which])
        if agreed := await screen.app.push_screen_wait(RemovalDialog(plan)):
            await self.start(Kind.REMOVE, agreed, read_at)

    async def _add(self, gateway: Gateway, listing: Listing) -> None:
        async def look(address: str) -> SuppressedDestinationSummary:
            return (await gateway.suppressed_destination(listing.which, address)).summary

        account = self._reading.account
        place = AdditionPlace(
            which=listing.which,
            connection=gateway.connection,
            row_of=listing.index.get,
            complete=listing.complete and listing.age <= FRESH_FOR,
            look=look,
            sandbox=account is not None and not account.production_access,
            takes=self.takes,
            name_to_type=gateway.name_to_type([listing.which.tenant_name]),
        )
        read_at = self._clock() - (listing.age if listing.read_at is not None else 0)
        self._working.prepare([listing.which])
        dialog = AddDialog(place, *self._draft)
        agreed = await self._screen.app.push_screen_wait(dialog)
        self._draft = ("", "") if agreed and not agreed.dry else (dialog.text, dialog.named)
        if agreed:
            await self.start(Kind.ADD, agreed, read_at)

    def undo_last(self) -> None:
        """Show the plan that undoes the last job of this account and Region, and carry it out."""
        self.begin(self._undo_last)

    async def _undo_last(self, *_: object) -> None:
        try:
            job = await self._working.last()
        except SestuiError as error:
            self._screen.app.tell_error(error)
            return
        if job is None:
            self._screen.status.say("Nothing to undo: no job on this host has changed anything in this account.")
        else:
            await self._undo(job.id)

    async def _undo(self, number: int) -> None:
        screen, gateway, account = self._screen, self._reading.gateway, self._reading.account
        assert gateway is not None
        if not await screen.flows.connecting.may_change(gateway):
            return
        screen.status.say(f"Asking SES what is there now of what job {number} changed …")
        try:
            plan, left = await undo_plan(gateway, self._working.journal, number, self._clock)
            job = self._working.journal.job(number)
        except SestuiError as error:
            screen.app.tell_error(error)
            return
        screen.status.say("")
        sandbox = account is not None and not account.production_access
        name = gateway.name_to_type({it.which.tenant_name for it in plan.entries})
        undo = UndoPlan(job, plan, left, self.takes, sandbox, name)
        if agreed := await screen.app.push_screen_wait(UndoDialog(undo)):
            await self._working.start(replace(plan, note=agreed.note), dry=agreed.dry)

    def show_history(self) -> None:
        """Show the jobs of this host and user, and do what is wanted of one."""
        _: Worker[None] = self._screen.run_worker(self._history, group="plan", exclusive=True)

    async def _history(self) -> None:
        journal = self._working.journal.again()
        gateway = self._reading.gateway
        refusal = "" if gateway is None else gateway.guard.refusal(gateway.connection)
        dialog = HistoryDialog(journal, self._clock, self._working.wish, refusal=refusal)
        number = await self._screen.app.push_screen_wait(dialog)
        journal.close()
        if number is not None:
            await self._undo(number)
