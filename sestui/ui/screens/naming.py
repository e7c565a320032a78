"""What the tree holds: the names of tenants and configuration sets, and what stands behind those in sight."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Final

from sestui.domain.display import printable
from sestui.domain.errors import AccessDenied, CredentialsRefused, NotFound, ServiceError, SestuiError
from sestui.domain.priority import Priority
from sestui.ui.screens.reading import REST
from sestui.ui.widgets.tenant_tree import CONFIGURATION_SETS, TENANTS

if TYPE_CHECKING:
    from textual.widgets.tree import TreeNode
    from textual.worker import Worker

    from sestui.services.directory import Directory
    from sestui.ui.place import Place
    from sestui.ui.screens.browse import BrowseScreen
    from sestui.ui.screens.reading import Reading

_AT_ONCE: Final = 4
"""Settings asked for at once; few, for those that scroll out of sight are asked for in vain."""


class Naming:
    """Reads the tree's names on behalf of a screen; each reading drops its predecessor."""

    def __init__(self, screen: BrowseScreen, reading: Reading) -> None:
        self._screen = screen
        self._reading = reading
        self._pane = screen.tree_pane

    def names(self) -> None:
        """Read the tenants and configuration sets whose names contain what is asked for."""
        self._start("tree", self._read_names, self._pane.matching)

    def name(self, place: Place) -> None:
        """Put a tenant or configuration set into the tree that SES does not list."""
        self._start("named", self._read_named, place, exclusive=False)

    @property
    def tenants(self) -> list[str]:
        """The names known, as far as they have come or were typed."""
        directory = self._reading.directory
        listed = directory.all_tenants[0] if directory is not None else []
        return list(dict.fromkeys([*listed, *self._pane.tenant_tree.tenants]))

    def in_sight(self) -> None:
        """Read the settings of the tree's lines on the screen, after a short rest."""
        self._start("sight", self._read_in_sight)

    def sets_of(self, node: TreeNode[Place], tenant: str) -> None:
        """Read a tenant's configuration sets."""
        self._start(f"sets of {tenant}", self._read_sets, node, tenant)

    def associations_changed(self, tenant: str) -> None:
        """Read a tenant's configuration sets anew, if they are on the screen."""
        node = self._pane.tenant_tree.node_of(tenant)
        if node is not None and node.is_expanded:
            self.sets_of(node, tenant)

    def _start(
        self,
        group: str,
        reading: Callable[..., Coroutine[None, None, None]],
        *arguments: object,
        exclusive: bool = True,
    ) -> None:
        if (directory := self._reading.directory) is not None:
            # A partial, not a coroutine: one that is dropped before its turn would never be awaited.
            reading = partial(reading, directory, *arguments)
            _: Worker[None] = self._screen.run_worker(reading, group=group, exclusive=exclusive)

    async def _read_names(self, directory: Directory, matching: str) -> None:
        tree, refused = self._pane.tenant_tree, list[ServiceError]()

        def not_listed(heading: Place, error: ServiceError) -> None:
            if isinstance(error, CredentialsRefused):
                raise error
            refused.append(error)
            tree.not_listed(heading, error.operation, "denied" if isinstance(error, AccessDenied) else "failed", seen)

        try:
            with tree.reading(matching) as seen:
                try:
                    async for page in directory.tenants(matching, Priority.VISIBLE):
                        tree.tenants_came(page, seen)
                except ServiceError as error:
                    not_listed(TENANTS, error)
                    if (place := tree.expected) is not None and place.tenant is not None:
                        self.name(place)
                try:
                    async for names in directory.configuration_sets(matching, Priority.VISIBLE):
                        tree.sets_came(names, seen)
                except ServiceError as error:
                    not_listed(CONFIGURATION_SETS, error)
        except SestuiError as error:
            self._screen.app.tell_error(error)
        # Of two the first is said: the tenants are what one looks for.
        for other in refused[1:]:
            self._screen.app.keep_error(other)
        for first in refused[:1]:
            self._screen.app.tell_error(first)
        self._pane.tell_unlisted()
        self.in_sight()

    async def _read_named(self, directory: Directory, place: Place) -> None:
        """Put what SES does not list into the tree if SES knows it, or does not tell us: its list may be readable."""
        tree, app = self._pane.tenant_tree, self._screen.app
        line, name = tree.cursor_line, place.tenant or place.configuration_set or ""
        try:
            if place.tenant is not None:
                tree.show_settings(await directory.tenant(name, Priority.PERSON), None)
            else:
                tree.show_settings(None, await directory.configuration_set(name, Priority.PERSON))
        except NotFound as error:
            app.keep_error(error)
            what = "tenant" if place.tenant is not None else "configuration set"
            words = f"SES has no {what} {printable(name)} here: correct the name, or c for another Region."
            self._screen.status.say(words, urgent=True)
            return
        except AccessDenied as error:
            app.keep_error(error)
            opens = f"Enter opens the list of {printable(name)}. " if place.tenant is not None else ""
            self._screen.status.say(f"{opens}{printable(str(error))}", urgent=True)
            tree.withhold(place)
        except SestuiError as error:
            app.tell_error(error)
            return
        # Somebody who has moved the cursor meanwhile is elsewhere.
        tree.add(place, move=tree.cursor_line == line)
        self._pane.took(name)

    async def _read_in_sight(self, directory: Directory) -> None:
        await asyncio.sleep(REST)
        tree = self._pane.tenant_tree
        places = iter([node.data for node in tree.unread if node.data is not None])

        async def read() -> None:
            for place in places:
                try:
                    if place.configuration_set is not None:
                        its_set = await directory.configuration_set(place.configuration_set, Priority.VISIBLE)
                        tree.show_settings(None, its_set)
                    elif place.tenant is not None:
                        tree.show_settings(await directory.tenant(place.tenant, Priority.VISIBLE), None)
                except (NotFound, AccessDenied) as error:
                    # Gone since the tree was read, or not for us: the others are.
                    tree.withhold(place)
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
            self._pane.tenant_tree.tenant_sets_came(node, names)
