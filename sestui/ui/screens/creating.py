"""How a tenant or configuration set comes to be, from a key to its line in the tree: ask, write down, create, tell."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from sestui.domain.display import printable
from sestui.domain.errors import ServiceError, SestuiError
from sestui.domain.settings import NewTenant
from sestui.services.creation import Created, New, create
from sestui.services.writing import recorded
from sestui.ui.place import Place
from sestui.ui.screens.create import CreateDialog
from sestui.ui.screens.creation import Draft, Kind
from sestui.ui.widgets.tenant_tree import CONFIGURATION_SETS

if TYPE_CHECKING:
    from textual.worker import Worker

    from sestui.services.journal import Journal
    from sestui.sesv2.gateway import Gateway
    from sestui.ui.screens.browse import BrowseScreen
    from sestui.ui.screens.reading import Reading


class Creating:
    """Creates on behalf of a screen, one at a time."""

    def __init__(self, screen: BrowseScreen, reading: Reading, journal: Journal) -> None:
        self._screen = screen
        self._reading = reading
        self._journal = journal
        self._draft = Draft()
        """What was filled in and not created."""
        self._trouble = ""
        """Why it was not."""
        self._worker: Worker[None] | None = None
        self.writing = ""
        """What is being created at this moment, in words; empty while nothing is."""

    def create(self, place: Place | None) -> None:
        """Ask what to create, and create it; what the tree's cursor is on says of which kind it is at first."""
        gateway = self._reading.gateway
        if gateway is None:
            self._screen.status.say("There is no connection yet.")
        elif self.writing:
            self._screen.status.say(f"One at a time: {self.writing}")
        else:
            if not self._trouble:
                among_sets = place is not None and (
                    place == CONFIGURATION_SETS or (place.tenant is None and place.configuration_set is not None)
                )
                self._draft = replace(self._draft, kind=Kind.CONFIGURATION_SET if among_sets else Kind.TENANT)
            self._ask(gateway)

    async def finish(self) -> None:
        """Wait until the call under way is answered and written down."""
        if self._worker is not None:
            await self._worker.wait()

    def _ask(self, gateway: Gateway) -> None:
        _: Worker[None] = self._screen.run_worker(partial(self._plan, gateway), group="plan", exclusive=True)

    async def _plan(self, gateway: Gateway) -> None:
        if not await self._screen.flows.connecting.may_change(gateway):
            return
        dialog = CreateDialog(
            self._draft, gateway.connection, trouble=self._trouble, name_to_type=gateway.name_to_type()
        )
        new = await self._screen.app.push_screen_wait(dialog)
        self._draft, self._trouble = dialog.draft, ""
        if new is not None:
            # Not in the plan's group: another plan must not end a call that is under way.
            self._worker = self._screen.run_worker(partial(self._create, gateway, new), group="creation")

    async def _create(self, gateway: Gateway, new: New) -> None:
        screen, app = self._screen, self._screen.app
        kind = Kind.TENANT if isinstance(new, NewTenant) else Kind.CONFIGURATION_SET
        self.writing = f"{kind.capitalize()} {new.name} is being created."
        screen.status.show_progress(f"Creating {kind} {new.name} …")
        try:
            created = await recorded(
                self._journal,
                gateway.connection,
                f"create {kind} {new.name}",
                None,
                new,
                partial(create, gateway, new),
                app.tell_error,
                lambda it: "created" if it.answered else "created: found there, though no answer came",
            )
        except SestuiError as error:
            app.keep_error(error)
            self._not_created(gateway, error)
        else:
            self._created(kind, new.name, created)
        finally:
            self.writing = ""
            screen.status.show_progress("")

    def _created(self, kind: Kind, name: str, created: Created) -> None:
        self._draft = Draft()
        directory = self._reading.directory
        assert directory is not None
        directory.forget_names()
        if created.now is not None:
            directory.tell(created.now)
        self._screen.show_created(Place(name) if kind is Kind.TENANT else Place(configuration_set=name))
        lost = "" if created.answered else " SES's answer was lost, but it is there as asked."
        self._screen.status.say(f"{kind.capitalize()} {name} was created.{lost}")

    def _not_created(self, gateway: Gateway, error: SestuiError) -> None:
        # Of an answer that was lost, `create` tells itself what it found.
        self._trouble = f"SES refused: {error}" if isinstance(error, ServiceError) else str(error)
        if self._screen.app.screen is self._screen:
            self._ask(gateway)
        else:
            # Another dialog is open: it must neither be covered nor lose its answer.
            self._screen.status.say(f"Not created: {printable(self._trouble)} n shows it again.", urgent=True)
