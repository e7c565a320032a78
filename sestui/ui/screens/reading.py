"""What the browse screen asks SES for, and where each answer is shown.

Each kind of reading drops its predecessor, so that a late answer finds nobody to show it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Final

from rich.text import Text

from sestui.domain.display import printable
from sestui.domain.errors import NotFound, SestuiError
from sestui.domain.suppression import SuppressionList
from sestui.services.directory import Directory
from sestui.services.listing import Listing
from sestui.sesv2.pacing import Priority
from sestui.ui import describe

if TYPE_CHECKING:
    from textual.widgets.tree import TreeNode
    from textual.worker import Worker

    from sestui.domain.settings import Account
    from sestui.sesv2.gateway import Gateway
    from sestui.ui.describe import Place
    from sestui.ui.screens.browse import BrowseScreen

_REST: Final = 0.15
"""Seconds the cursor has to stand still before SES is asked about what it stands on."""
_AT_ONCE: Final = 4
"""Settings asked for at once; few, for those that scroll out of sight are asked for in vain."""


class Reading:
    """Connects and reads on behalf of a screen."""

    def __init__(
        self, screen: BrowseScreen, connect: Callable[[], Awaitable[Gateway]], clock: Callable[[], float]
    ) -> None:
        self._screen = screen
        self._connect = connect
        self._clock = clock
        self._directory: Directory | None = None
        self.gateway: Gateway | None = None
        """The connection; None until it is made."""
        self.account: Account | None = None
        """As last read; None while it is not known."""

    def connect(self, which: SuppressionList) -> None:
        """Connect, then read the tree and this list."""
        self._start("connection", self._open, which)

    def open_list(self, which: SuppressionList) -> None:
        """Read a list from its beginning."""
        if self.gateway is not None:
            self._start("list", self._load, Listing(self.gateway, which, self._clock))

    def tenants(self, matching: str) -> None:
        """Read the tenants and configuration sets whose names contain this."""
        if self._directory is not None:
            self._start("tree", self._load_tree, self._directory, matching)

    def settings(self, place: Place) -> None:
        """Read the settings of what the tree's cursor is on, after a short rest."""
        if self._directory is not None:
            self._start("place", self._read_place, self._directory, place)

    def in_sight(self) -> None:
        """Read the settings of the tree's lines on the screen, after a short rest."""
        if self._directory is not None:
            self._start("sight", self._read_in_sight, self._directory)

    def sets_of(self, node: TreeNode[Place], tenant: str) -> None:
        """Read a tenant's configuration sets."""
        if self._directory is not None:
            self._start(f"sets of {tenant}", self._read_sets, self._directory, node, tenant)

    def again(self, matching: str, place: Place, which: SuppressionList) -> None:
        """Read all that is on the screen again; connect first where there is no connection."""
        if self.gateway is None or self._directory is None:
            self.connect(which)
            return
        self._directory.forget()
        self._screen.tenant_tree.forget()
        if (listing := self._screen.list_pane.listing) is not None:
            self._start("list", self._load, listing)
        self.tenants(matching)
        self.settings(place)
        self._start("identity", self._identify, self.gateway)

    def _start(self, group: str, reading: Callable[..., Coroutine[None, None, None]], *arguments: object) -> None:
        # A partial, not a coroutine: one that is dropped before its turn would never be awaited.
        _: Worker[None] = self._screen.run_worker(partial(reading, *arguments), group=group, exclusive=True)

    async def _open(self, which: SuppressionList) -> None:
        screen = self._screen
        try:
            self.gateway = await self._connect()
        except SestuiError as error:
            screen.bar.trouble = "not connected"
            screen.list_pane.trouble(error)
            self._trouble("No connection", error)
            return
        self._directory = Directory(self.gateway)
        screen.bar.connection = self.gateway.connection
        self.open_list(which)
        self.tenants("")
        self.settings(screen.place)
        self._start("identity", self._identify, self.gateway)

    async def _identify(self, gateway: Gateway) -> None:
        try:
            self._screen.bar.connection = await gateway.identify()
        except SestuiError as error:
            self._screen.bar.trouble = "account not known"
            self._screen.app.keep_error(error)

    async def _load(self, listing: Listing) -> None:
        pane = self._screen.list_pane
        pane.open(listing)
        try:
            async for _ in listing.load():
                pane.page_came()
        except SestuiError as error:
            pane.trouble(error)
            self._screen.app.keep_error(error)

    async def _load_tree(self, directory: Directory, matching: str) -> None:
        tree = self._screen.tenant_tree
        try:
            with tree.reading(matching) as seen:
                async for page in directory.tenants(matching, Priority.VISIBLE):
                    tree.tenants_came(page, seen)
                async for names in directory.configuration_sets(matching, Priority.VISIBLE):
                    tree.sets_came(names, seen)
        except SestuiError as error:
            self._screen.app.tell_error(error)
        self.in_sight()

    async def _read_place(self, directory: Directory, place: Place) -> None:
        await asyncio.sleep(_REST)
        try:
            async with asyncio.TaskGroup() as reading:
                account = reading.create_task(directory.account())
                tenant = place.tenant and reading.create_task(directory.tenant(place.tenant, Priority.PERSON))
                its_set = place.configuration_set and reading.create_task(
                    directory.configuration_set(place.configuration_set, Priority.PERSON)
                )
        except* SestuiError as errors:
            self._trouble(str(place), errors.exceptions[0])
        else:
            self.account = account.result()
            settings = (tenant.result() if tenant else None, its_set.result() if its_set else None)
            self._screen.tenant_tree.show_settings(*settings)
            self._screen.panel.show(*describe.panel(place, self.account, *settings))

    async def _read_in_sight(self, directory: Directory) -> None:
        await asyncio.sleep(_REST)
        tree = self._screen.tenant_tree
        places = iter([node.data for node in tree.unread])

        async def read() -> None:
            for place in places:
                try:
                    if place is not None and place.configuration_set is not None:
                        its_set = await directory.configuration_set(place.configuration_set, Priority.VISIBLE)
                        tree.show_settings(None, its_set)
                    elif place is not None and place.tenant is not None:
                        tree.show_settings(await directory.tenant(place.tenant, Priority.VISIBLE), None)
                except NotFound as error:
                    # Gone since the tree was read: the others are not.
                    self._screen.app.keep_error(error)

        try:
            async with asyncio.TaskGroup() as readers:
                for _ in range(_AT_ONCE):
                    readers.create_task(read())
        except* SestuiError as errors:
            self._screen.app.keep_error(errors.exceptions[0])

    async def _read_sets(self, directory: Directory, node: TreeNode[Place], tenant: str) -> None:
        try:
            names = await directory.tenant_configuration_sets(tenant, Priority.PERSON)
        except SestuiError as error:
            self._screen.app.tell_error(error)
        else:
            self._screen.tenant_tree.tenant_sets_came(node, names)

    def _trouble(self, title: str, error: Exception) -> None:
        words = printable(str(error))
        self._screen.panel.show(title, Text(words, no_wrap=True, overflow="ellipsis"), Text(words))
        self._screen.app.keep_error(error)
