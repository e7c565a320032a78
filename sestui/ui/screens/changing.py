"""How a change goes from a key to its results, on the browse screen: guard, plan, ask, act, tell."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Literal

from sestui.domain.display import counted
from sestui.domain.errors import SestuiError
from sestui.domain.suppression import SuppressedDestinationSummary
from sestui.services.changes import Change, Changes, Kind, Result
from sestui.services.listing import FRESH_FOR
from sestui.ui.screens.add import AddDialog, AdditionPlace
from sestui.ui.screens.removal import RemovalDialog, RemovalPlan
from sestui.ui.screens.results import ResultsDialog, progress, verdict

if TYPE_CHECKING:
    from textual.worker import Worker

    from sestui.services.listing import Listing
    from sestui.services.record import Record
    from sestui.sesv2.gateway import Gateway
    from sestui.ui.screens.browse import BrowseScreen
    from sestui.ui.screens.reading import Reading

_FLUSH = 0.25
"""Seconds between two drawings of what a running change has done."""


class Changing:
    """Adds and removes on behalf of a screen, one change at a time."""

    def __init__(self, screen: BrowseScreen, reading: Reading, clock: Callable[[], float], record: Record) -> None:
        self._screen = screen
        self._reading = reading
        self._clock = clock
        self._record = record
        self._draft = ""
        """What was typed into an add dialog that was left without adding."""
        self._change: Change | None = None
        self._worker: Worker[None] | None = None

    @property
    def running(self) -> bool:
        return self._worker is not None and not self._worker.is_finished

    def add(self) -> None:
        """Ask what to add to the open list, and add it."""
        self.begin(self._add)

    def remove(self) -> None:
        """Show the plan of a removal of the marked, else of the row under the cursor, and carry it out."""
        self.begin(self._remove)

    def show_last(self) -> None:
        """Show what became of the last change, or how far the running one is."""
        change = self._change
        if change is None:
            self._screen.status.say("Nothing was added or removed in this session.")
            return

        def answered(wish: Literal["retry", "stop"] | None) -> None:
            if wish == "stop":
                change.cancelled = True
            elif wish == "retry":
                # What was agreed to may be long ago: each is asked about again.
                change.asks = True
                self.start(change)

        self._screen.app.push_screen(ResultsDialog(change, lambda: self.running, self._clock), answered)

    async def stop(self) -> None:
        """Begin nothing more, and wait until the calls under way are answered and written down."""
        if self._change is not None and self._worker is not None and self.running:
            self._change.cancelled = True
            self._screen.status.say("Waiting for the calls under way …")
            await self._worker.wait()

    def begin(self, flow: Callable[[Gateway, Listing], Coroutine[None, None, None]]) -> None:
        """Run what plans a change of the open list and then starts it, unless one is running already."""
        gateway, listing = self._reading.gateway, self._screen.list_pane.listing
        if gateway is None or listing is None:
            self._screen.status.say("There is no list on the screen yet.")
        elif self.running:
            self._screen.status.say("One change at a time: J shows the running one and can stop it.")
        else:
            _: Worker[None] = self._screen.run_worker(partial(flow, gateway, listing), group="plan", exclusive=True)

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
            pace=gateway.pacer.learned.get("DeleteSuppressedDestination"),
        )
        shown_at = self._clock()
        if confirmed := await screen.app.push_screen_wait(RemovalDialog(plan)):
            asks = age + self._clock() - shown_at > FRESH_FOR
            self.start(Change(Kind.REMOVE, listing.which, confirmed.entries, confirmed.note, asks))

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
        )
        dialog = AddDialog(place, self._draft)
        confirmed = await self._screen.app.push_screen_wait(dialog)
        self._draft = "" if confirmed else dialog.text
        if confirmed:
            self.start(Change(Kind.ADD, listing.which, confirmed.entries, confirmed.note))

    def start(self, change: Change) -> None:
        """Carry out what a person agreed to."""
        if self.running:
            self._screen.status.say("Not begun, as another change is running: J shows it.", urgent=True)
            return
        self._change = change
        self._worker = self._screen.run_worker(partial(self._carry_out, change), group="change")

    async def _carry_out(self, change: Change) -> None:
        screen, gateway = self._screen, self._reading.gateway
        assert gateway is not None
        told: list[Result] = []

        def show() -> None:
            if told:
                screen.list_pane.apply(told, change, screen.flows.lists.listings.get(change.which))
                told.clear()
            screen.status.show_progress(f"{progress(change, self._clock())} · J shows more")

        def tell(result: Result) -> None:
            told.append(result)
            try:
                self._record.outcome(gateway.connection, change, result)
            except OSError as error:
                change.cancelled = True
                screen.app.tell_error(error)

        try:
            self._record.open()
            self._record.plan(gateway.connection, change)
        except OSError as error:
            screen.app.keep_error(error)
            screen.status.say(
                f"Nothing was done, as what is changed has to be written down first: {error}", urgent=True
            )
            return
        timer = screen.set_interval(_FLUSH, show)
        try:
            await Changes(gateway, self._clock).run(change, tell)
        finally:
            timer.stop()
            show()
            screen.status.show_progress("")
            screen.flows.lists.changed(change)
        if change.unfinished or change.left:
            screen.status.say(f"{verdict(change)}. J shows them.", urgent=True)
        else:
            screen.status.say(f"{verdict(change)}.")
