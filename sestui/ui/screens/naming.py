"""What the tree holds: the names of tenants and configuration sets, and what stands behind those in sight."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Final

from sestui.domain.errors import NotFound, SestuiError
from sestui.sesv2.pacing import Priority
from sestui.ui.screens.reading import REST

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

    def _start(self, group: str, reading: Callable[..., Coroutine[None, None, None]], *arguments: object) -> None:
        if (directory := self._reading.directory) is not None:
            # A partial, not a coroutine: one that is dropped before its turn would never be awaited.
            reading = partial(reading, directory, *arguments)
            _: Worker[None] = self._screen.run_worker(reading, group=group, exclusive=True)

    async def _read_names(self, directory: Directory, matching: str) -> None:
        tree = self._pane.tenant_tree
        try:
            with tree.reading(matching) as seen:
                async for page in directory.tenants(matching, Priority.VISIBLE):
                    tree.tenants_came(page, seen)
                async for names in directory.configuration_sets(matching, Priority.VISIBLE):
                    tree.sets_came(names, seen)
        except SestuiError as error:
            self._screen.app.tell_error(error)
        self.in_sight()

    async def _read_in_sight(self, directory: Directory) -> None:
        await asyncio.sleep(REST)
        tree = self._pane.tenant_tree
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
            self._pane.tenant_tree.tenant_sets_came(node, names)
