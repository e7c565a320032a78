"""How a change of a list goes from a key to a job, on the browse screen: guard, plan, ask."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING

from sestui.domain.display import counted
from sestui.domain.errors import SestuiError
from sestui.domain.job import Kind, Plan
from sestui.domain.suppression import SuppressedDestinationSummary
from sestui.services.listing import FRESH_FOR
from sestui.ui.screens.add import AddDialog, AdditionPlace
from sestui.ui.screens.removal import Confirmed, RemovalDialog, RemovalPlan

if TYPE_CHECKING:
    from textual.worker import Worker

    from sestui.services.listing import Listing
    from sestui.sesv2.gateway import Gateway
    from sestui.ui.screens.browse import BrowseScreen
    from sestui.ui.screens.reading import Reading
    from sestui.ui.screens.working import Working


class Changing:
    """Plans removals, additions and undos on behalf of a screen."""

    def __init__(self, screen: BrowseScreen, reading: Reading, working: Working, clock: Callable[[], float]) -> None:
        self._screen = screen
        self._reading = reading
        self._working = working
        self._clock = clock
        self._draft = ""
        """What was typed into an add dialog that was left without adding."""
        self.takes = working.takes

    def add(self) -> None:
        """Ask what to add to the open list, and add it."""
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
            _: Worker[None] = self._screen.run_worker(partial(flow, gateway, listing), group="plan", exclusive=True)

    async def start(self, kind: Kind, agreed: Confirmed, read_at: float) -> None:
        """Have a job made of what a person agreed to."""
        assert self._reading.gateway is not None
        plan = Plan(kind, self._reading.gateway.connection, agreed.entries, read_at, note=agreed.note)
        await self._working.start(plan, dry=agreed.dry)

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
        rows = [row for address in chosen if (row := listing.index.get(address)) is not None]
        pane.redraw()
        if not rows:
            screen.status.say("No longer on the list: somebody else removed it.")
            return
        screen.status.say("")
        plan = RemovalPlan(
            which=listing.which,
            connection=gateway.connection,
            rows=rows,
            hidden=hidden,
            gone=len(chosen) - len(rows),
            list_size=len(listing.index),
            complete=listing.complete,
            age=age,
            takes=self.takes,
        )
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
        )
        read_at = self._clock() - (listing.age if listing.read_at is not None else 0)
        dialog = AddDialog(place, self._draft)
        agreed = await self._screen.app.push_screen_wait(dialog)
        self._draft = "" if agreed and not agreed.dry else dialog.text
        if agreed:
            await self.start(Kind.ADD, agreed, read_at)
