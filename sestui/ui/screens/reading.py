"""What the browse screen asks SES for, and where each answer is shown.

Each kind of reading drops its predecessor, so that a late answer finds nobody to show it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final

from rich.text import Text

from sestui.domain.display import printable
from sestui.domain.errors import ServiceError, SestuiError
from sestui.domain.priority import Priority
from sestui.domain.suppression import SuppressionList

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.worker import Worker

    from sestui.domain.effective import Effective
    from sestui.domain.impact import Send, Subject
    from sestui.domain.settings import Account, ConfigurationSet
    from sestui.services.directory import Directory
    from sestui.sesv2.gateway import Gateway
    from sestui.ui.place import Place
    from sestui.ui.screens.browse import BrowseScreen
    from sestui.ui.screens.connecting import Connecting

REST: Final = 0.15
"""Seconds the cursor has to stand still before SES is asked about what it stands on."""
_SETS_READ: Final = 20
"""Of a tenant with more configuration sets no more are read once one is found to consult its list."""
_LAYERS: Final = 3.0
"""Seconds for which an address's details wait for the settings that say what it means."""
_ALIAS_LAST: Final = 1.0
"""Seconds after which the account's alias is asked for, once its number is known."""
_LIST_FIRST: Final = 0.5
"""Seconds for which the first page of the list is waited for before anything else is read."""


class Reading:
    """Connects and reads on behalf of a screen."""

    def __init__(
        self,
        screen: BrowseScreen,
        connecting: Connecting,
        clock: Callable[[], float],
    ) -> None:
        self._screen = screen
        self._connecting = connecting
        self.directory: Directory | None = None
        """What is known of the account's settings; None until the connection is made."""
        self.gateway: Gateway | None = None
        """The connection; None until it is made."""
        self.account: Account | None = None
        """As last read; None while it is not known."""

    def connect(self, which: SuppressionList) -> None:
        """Connect, then read the tree and this list."""
        self._start("connection", self._open, which)

    def reconnect(self, which: SuppressionList) -> None:
        """Connect anew, and go on reading the list on the screen; this one where there is none yet."""
        listing = self._screen.list_pane.listing
        self.connect(which if listing is None else listing.which)

    def open_list_of(self, place: Place) -> None:
        """Read the list of a tenant or the account; of a configuration set the one that it consults."""
        if place.configuration_set is None:
            self._screen.flows.lists.open(SuppressionList(place.tenant))
        elif self.directory is not None:
            self._start("consulted", self._open_consulted, self.directory, place)

    def settings(self, place: Place) -> None:
        """Read the settings of what the tree's cursor is on, after a short rest."""
        if self.directory is not None:
            self._start("place", self._read_place, self.directory, place)

    async def mail_of(self, send: Send) -> tuple[list[tuple[Send, Effective]], bool]:
        """Return what `Directory.mail_of` does, once this mail's own layers are read, if that takes but a moment."""
        if self.directory is None:
            return [], False
        if self.directory.effective(send) is None:
            with suppress(SestuiError, TimeoutError):
                async with asyncio.timeout(_LAYERS):
                    await self.directory.read(send, Priority.PERSON)
        return self.directory.mail_of(send)

    def settings_changed(self, subject: Subject) -> None:
        """Show settings as the directory has them now, after they were written."""
        from sestui.domain.settings import ConfigurationSet, Tenant  # Rows that were kept come before it.

        tenant = subject if isinstance(subject, Tenant) else None
        its_set = subject if isinstance(subject, ConfigurationSet) else None
        self._screen.tree_pane.tenant_tree.show_settings(tenant, its_set)
        self.settings(self._screen.place)
        self.use()

    def associations_changed(self, tenant: str) -> None:
        """Show a tenant's configuration sets anew, after one was given or taken away."""
        self._screen.flows.naming.associations_changed(tenant)
        self.settings(self._screen.place)
        self.use()

    def use(self) -> None:
        """Read whether anything consults the open list."""
        listing = self._screen.list_pane.listing
        if self.directory is not None and listing is not None:
            self._start("use", self._read_use, self.directory, listing.which)

    def again(self, place: Place, which: SuppressionList) -> None:
        """Read all that is on the screen again; connect first where there is no connection, or none that is good."""
        if self.gateway is None or self._connecting.is_over:
            self.reconnect(which)
            return
        if self.directory is not None:
            self.directory.forget()
        self._screen.tree_pane.tenant_tree.forget()
        self._screen.flows.lists.again()
        self._screen.flows.naming.names()
        self.settings(place)
        self._start("identity", self._identify, self.gateway)

    def _start(self, group: str, reading: Callable[..., Coroutine[None, None, None]], *arguments: object) -> None:
        # A partial, not a coroutine: one that is dropped before its turn would never be awaited.
        _: Worker[None] = self._screen.run_worker(partial(reading, *arguments), group=group, exclusive=True)

    async def _open(self, which: SuppressionList) -> None:
        screen = self._screen
        # AWS's client takes a quarter of a second to import: what is there already is painted before that.
        await screen.flows.lists.show_kept(which)
        try:
            gateway = await self._connecting.make()
        except SestuiError as error:
            screen.bar.trouble = "not connected"
            screen.list_pane.trouble(error)
            screen.app.keep_error(error)
            if self.gateway is None and not screen.demo:
                self._connecting.welcome(error)
            return
        if anew := self.gateway is not None:
            await self._part()
        self.gateway = gateway
        self._connecting.made_again()
        self._connecting.show(gateway)
        screen.flows.lists.open(which)
        if anew:
            screen.tree_pane.tenant_tree.forget()
            screen.flows.lists.again()
        # What one waits for is the list: the rest would share the processor and SES's one request a second with it.
        with suppress(TimeoutError):
            async with asyncio.timeout(_LIST_FIRST):
                await screen.flows.lists.first_page.wait()
        from sestui.services.directory import Directory  # 6 ms, with what it needs.

        self.directory = Directory(gateway)
        self.use()
        screen.flows.naming.names()
        self.settings(screen.place)
        self._start("identity", self._identify, gateway, anew)
        screen.greet()

    async def _part(self) -> None:
        """Leave a connection whose place another to the same account takes."""
        screen = self._screen
        await screen.flows.finish()
        for group in ("list", "ask", "tree", "named", "place", "sight", "use", "identity", "consulted"):
            screen.workers.cancel_group(screen, group)
        await self.end()

    async def end(self) -> None:
        """Close the connection; nobody on the screen waits for an answer any more."""
        if self.directory is not None:
            self.directory.forget()
            self.directory = None
        if self.gateway is not None:
            await self.gateway.close()

    async def _identify(self, gateway: Gateway, anew: bool = False) -> None:
        try:
            connection = await gateway.identify()
            self._connecting.show(gateway)
            await self._screen.flows.lists.settle(connection)
            await self._screen.flows.working.resume_following()
            if anew:
                await self._screen.flows.working.renewed()
        except SestuiError as error:
            self._screen.bar.trouble = "account not known"
            self._screen.app.keep_error(error)
            return
        # After everything else: its client takes as long to make as that of SES did.
        await asyncio.sleep(_ALIAS_LAST)
        self._screen.bar.alias = await gateway.alias()

    async def _open_consulted(self, directory: Directory, place: Place) -> None:
        try:
            known = await directory.read(place.send, Priority.PERSON)
        except SestuiError as error:
            self._screen.app.tell_error(error)
            return
        it = known.effective(place.send)
        if it.consults is None:
            self._screen.status.say("Which list this mail consults is not documented by AWS: scope TENANT, no tenant.")
        else:
            self._screen.flows.lists.open(it.consults)

    async def _read_place(self, directory: Directory, place: Place) -> None:
        if directory.effective(place.send) is None:
            await asyncio.sleep(REST)
        try:
            known = await directory.read(place.send, Priority.PERSON)
        except SestuiError as error:
            self._trouble(str(place), error)
            return
        from sestui.ui import describe

        self.account = known.account
        tenant = None if place.tenant is None else known.tenants[place.tenant]
        its_set = None if place.configuration_set is None else known.sets[place.configuration_set]
        self._screen.tree_pane.tenant_tree.show_settings(tenant, its_set)
        await self._show_place(directory, place, partial(describe.panel, place, known.account, tenant, its_set))

    async def _show_place(
        self, directory: Directory, place: Place, describe_with: Callable[..., tuple[str, Text, RenderableType]]
    ) -> None:
        """Show settings at once, and of a configuration set then also whose it is: that takes another call."""
        panel = self._screen.panel
        if place.configuration_set is None:
            panel.show(*describe_with())
            return
        names = directory.known_tenants_of(place.configuration_set)
        if names is None:
            panel.show(*describe_with(Text("asking SES which tenants may send through it …", "dim")))
            await asyncio.sleep(REST)
            try:
                names = await directory.configuration_set_tenants(place.configuration_set, Priority.VISIBLE)
            except SestuiError as error:
                self._screen.app.keep_error(error)
                panel.show(
                    *describe_with(Text.styled(f"which tenants may send through it: {printable(str(error))}", "red"))
                )
                return
        from sestui.ui import describe

        panel.show(*describe_with(describe.sharing(names, place.tenant)))

    async def _read_use(self, directory: Directory, which: SuppressionList) -> None:
        pane = self._screen.list_pane
        pane.tell_use(Text())
        if which.tenant_name is None:
            return
        from sestui.domain.effective import use_of_own_list
        from sestui.ui import describe

        try:
            tenant = await directory.tenant(which.tenant_name, Priority.VISIBLE)
            names = await directory.tenant_configuration_sets(which.tenant_name, Priority.VISIBLE)
            sets: dict[str, ConfigurationSet | None] = dict.fromkeys(names)
            known = directory.known
            sets |= {name: known.sets[name] for name in names if known and name in known.sets}
            pane.tell_use(describe.use(use_of_own_list(tenant, sets)))
            for name in [name for name, it in sets.items() if it is None]:
                use = use_of_own_list(tenant, sets)
                if use.dormant is False and len(names) > _SETS_READ:
                    break
                sets[name] = await directory.configuration_set(name, Priority.VISIBLE)
                pane.tell_use(describe.use(use_of_own_list(tenant, sets)))
        except SestuiError as error:
            self._screen.app.keep_error(error)
            pane.tell_use(Text(f"dormant or not is not known: {printable(str(error))}"))

    def _trouble(self, title: str, error: Exception) -> None:
        words = printable(str(error))
        # Of one line the end is cut, where most errors name the call.
        call = error.operation if isinstance(error, ServiceError) else ""
        summary = words if words.startswith(call) else f"{call}: {words}"
        self._screen.panel.show(title, Text(summary, no_wrap=True, overflow="ellipsis"), Text(words))
        self._screen.app.keep_error(error)
