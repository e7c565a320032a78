"""How an edit of settings goes from a key to what SES holds afterwards: read, ask, foresee, ask again, write, tell."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from sestui.domain.display import printable
from sestui.domain.errors import SestuiError
from sestui.domain.impact import Edit, Send, Subject
from sestui.domain.priority import Priority
from sestui.domain.settings import Tenant
from sestui.services.foresight import Foresight
from sestui.services.writing import Written, recorded, write
from sestui.ui import describe
from sestui.ui.screens.associate import AssociateDialog
from sestui.ui.screens.edit import EditDialog
from sestui.ui.screens.impact import ImpactDialog

if TYPE_CHECKING:
    from textual.worker import Worker

    from sestui.domain.effective import Effective
    from sestui.services.directory import Directory
    from sestui.services.journal import Journal
    from sestui.sesv2.gateway import Gateway
    from sestui.ui.place import Place
    from sestui.ui.screens.browse import BrowseScreen
    from sestui.ui.screens.reading import Reading

_T = TypeVar("_T")


class Editing:
    """Edits suppression settings on behalf of a screen."""

    def __init__(self, screen: BrowseScreen, reading: Reading, journal: Journal) -> None:
        self._screen = screen
        self._reading = reading
        self._journal = journal
        self.writing = ""
        """What is being written at this moment, in words; empty while nothing is."""
        self._call: asyncio.Task[object] | None = None
        """What is under way; it is never cancelled with whoever waits for it."""
        self._leaves = False
        """Whether the program, or the connection, is about to end: no dialog is opened by what began before."""

    def edit(self, place: Place) -> None:
        """Edit the settings of an account, a tenant or a configuration set."""
        self._begin(self._edit, place)

    def associate(self, place: Place) -> None:
        """Give a configuration set to a tenant."""
        self._begin(partial(self._associate, ends=False), place)

    def dissociate(self, place: Place) -> None:
        """Take a configuration set away from a tenant."""
        self._begin(partial(self._associate, ends=True), place)

    def _begin(self, flow: Callable[[Gateway, Directory, Place], Coroutine[None, None, None]], place: Place) -> None:
        gateway, directory = self._reading.gateway, self._reading.directory
        if gateway is None or directory is None:
            self._screen.status.say("There is no connection yet.")
        elif self.writing:
            self._screen.status.say(f"One at a time: {self.writing}")
        else:
            guarded = partial(self._guarded, flow, gateway, directory, place)
            # What was left may have been a connection whose place another took: this edit goes to that one.
            self._leaves = False
            # Not in the plan's group: another plan must not end a call that is under way.
            _: Worker[None] = self._screen.run_worker(guarded, group="settings", exclusive=True)

    async def _guarded(
        self,
        flow: Callable[[Gateway, Directory, Place], Coroutine[None, None, None]],
        gateway: Gateway,
        directory: Directory,
        place: Place,
    ) -> None:
        if await self._screen.flows.connecting.may_change(gateway):
            await flow(gateway, directory, place)

    async def finish(self) -> None:
        """Wait until the calls under way are answered and written down."""
        self._leaves = True
        if self._call is not None:
            await asyncio.wait([self._call])

    async def _edit(self, gateway: Gateway, directory: Directory, place: Place) -> None:
        app = self._screen.app
        if directory.effective(place.send) is None:
            self._screen.status.say(f"Asking SES for the settings of {place} …")
        try:
            # The impact of any edit depends on the account.
            account = await directory.account()
            before: Subject = account
            if place.configuration_set is not None:
                before = await directory.configuration_set(place.configuration_set, Priority.PERSON)
            elif place.tenant is not None:
                before = await directory.tenant(place.tenant, Priority.PERSON)
        except SestuiError as error:
            app.tell_error(error)
            return
        # They may have been forgotten while they were on their way.
        directory.tell(account)
        directory.tell(before)
        if self._is_covered("another dialog was opened before the settings were there."):
            return
        draft, read, trouble = before, None, ""
        while after := await app.push_screen_wait(
            EditDialog(before, draft, gateway.connection, read=read, trouble=trouble)
        ):
            draft, read, trouble = after, None, ""
            edit = Edit(before, after)
            if directory.known is None:
                # Forgotten by a refresh between two attempts.
                directory.tell(account)
            foresight = Foresight(directory, edit, Priority.VISIBLE, self._screen.flows.lists.listings)
            pace = gateway.pacer.learned.get("GetTenant")
            name = gateway.name_to_type([place.tenant] if isinstance(before, Tenant) else [])
            if not await app.push_screen_wait(ImpactDialog(foresight, gateway.connection, pace, name)):
                continue
            try:
                written = await self._write(gateway, edit)
            except SestuiError as error:
                app.keep_error(error)
                trouble = describe.failure(error)
                if self._is_covered(trouble):
                    return
                continue
            now = written.found if written.now is None else written.now
            directory.tell(now)
            self._reading.settings_changed(now)
            if not written.overtaken:
                self._tell(written)
                return
            if self._is_covered("Nothing was written: the settings have changed since they were read."):
                return
            read, before = before, written.found

    def _is_covered(self, trouble: str) -> bool:
        """Whether another dialog came up meanwhile: it must neither be covered nor lose its answer."""
        covered = self._leaves or self._screen.app.screen is not self._screen
        if covered:
            self._screen.status.say(f"The settings are not edited: {trouble}", urgent=True)
        return covered

    async def _write(self, gateway: Gateway, edit: Edit) -> Written:
        name = describe.subject(edit.before)
        self.writing = f"The settings of {name} are being written."
        self._screen.status.show_progress(f"Writing the settings of {name} …")
        return await self._carry_out(
            recorded(
                self._journal,
                gateway.connection,
                f"edit {name}",
                edit.before,
                edit.after,
                partial(write, gateway, edit),
                self._screen.app.tell_error,
                _outcome,
            )
        )

    async def _carry_out(self, call: Coroutine[None, None, _T]) -> _T:
        """Wait for a call that goes on to its end whatever becomes of the wait."""
        task = asyncio.ensure_future(call)
        self._call = task
        try:
            return await asyncio.shield(task)
        finally:
            self._call, self.writing = None, ""
            self._screen.status.show_progress("")

    def _tell(self, written: Written) -> None:
        now = written.now
        assert now is not None
        words = ", ".join(f"{name} {value}" for name, value in describe.members(now).items())
        if written.found is now:
            self._screen.status.say(f"Nothing had to be written: {describe.subject(now)} has {words} already.")
        elif written.as_asked:
            self._screen.status.say(f"Written: {describe.subject(now)} has {words}.")
        elif written.unseen:
            self._screen.status.say(f"Written, but SES could not be asked again: {written.unseen}", urgent=True)
        else:
            self._screen.status.say(
                f"Written, but SES still answers {words}. It may answer late, or keep what is left out: "
                f"{self._screen.keys['refresh']} asks again.",
                urgent=True,
            )

    async def _associate(self, gateway: Gateway, directory: Directory, place: Place, *, ends: bool) -> None:
        async def foresee(send: Send) -> tuple[Effective, bool]:
            assert send.tenant is not None
            known = await directory.read(send, Priority.PERSON)
            its_sets = await directory.tenant_configuration_sets(send.tenant, Priority.PERSON)
            return known.effective(send), send.configuration_set in its_sets

        app, send, trouble = self._screen.app, place.send, ""
        verb = "dissociate" if ends else "associate"
        while chosen := await app.push_screen_wait(
            AssociateDialog(
                send,
                gateway.connection,
                foresee,
                ends=ends,
                name_to_type=gateway.name_to_type,
                tenants=self._screen.flows.naming.tenants,
                configuration_sets=directory.all_configuration_sets[0],
                trouble=trouble,
            )
        ):
            send = chosen
            assert send.tenant is not None
            assert send.configuration_set is not None
            call = gateway.changes.dissociate if ends else gateway.changes.associate
            before, after = (send, None) if ends else (None, send)
            self.writing = f"{printable(send.configuration_set)} is being {verb}d."
            try:
                await self._carry_out(
                    recorded(
                        self._journal,
                        gateway.connection,
                        verb,
                        before,
                        after,
                        partial(call, send.tenant, send.configuration_set),
                        app.tell_error,
                    )
                )
            except SestuiError as error:
                app.keep_error(error)
                trouble = describe.failure(error)
                if self._is_covered(trouble):
                    return
                continue
            directory.forget_associations()
            self._reading.associations_changed(send.tenant)
            self._screen.status.say(
                f"Done: {printable(send.configuration_set)} {'no longer belongs' if ends else 'belongs'} to tenant "
                f"{printable(send.tenant)}."
            )
            return


def _outcome(written: Written) -> str:
    if written.overtaken:
        return "nothing written: changed since it was read"
    return "written" if written.found is not written.now else "nothing written: it was so already"
