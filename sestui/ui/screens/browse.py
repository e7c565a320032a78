"""The main screen: tenant tree, suppression list, settings of what the tree's cursor is on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ClassVar, Final

from rich.text import Text
from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import Footer, Input, Static
from textual.widgets.tree import TreeNode

from sestui.domain.addresses import parse
from sestui.domain.display import counted, printable
from sestui.domain.errors import SestuiError
from sestui.domain.suppression import SuppressionList
from sestui.services.directory import Directory
from sestui.services.listing import Listing
from sestui.sesv2.pacing import Priority
from sestui.stylesheets import stylesheet
from sestui.ui import describe
from sestui.ui.commands import bindings, help_text
from sestui.ui.describe import Place
from sestui.ui.screens.changing import Changing
from sestui.ui.screens.text import TextDialog
from sestui.ui.widgets.connection_bar import ConnectionBar
from sestui.ui.widgets.destinations import DestinationTable
from sestui.ui.widgets.list_pane import ListPane
from sestui.ui.widgets.settings_panel import SettingsPanel
from sestui.ui.widgets.tenant_tree import TenantTree

if TYPE_CHECKING:
    from sestui.services.record import Record
    from sestui.sesv2.gateway import Gateway
    from sestui.ui.app import SestuiApp

_REST: Final = 0.15
"""Seconds the cursor has to stand still before SES is asked about what it stands on."""
_AT_ONCE: Final = 4
"""Settings asked for at once; few, for those that scroll out of sight are asked for in vain."""


class BrowseScreen(Screen[None]):
    """Tenant tree on the left, the open list and the settings on the right."""

    CSS_PATH = stylesheet("browse.tcss")
    BINDINGS: ClassVar[list[BindingType]] = bindings("everywhere")

    app: SestuiApp

    def __init__(
        self,
        connect: Callable[[], Awaitable[Gateway]],
        clock: Callable[[], float],
        record: Record,
        start_list: SuppressionList,
        *,
        demo: bool,
    ) -> None:
        super().__init__()
        self._connect = connect
        self._clock = clock
        self._start_list = start_list
        self._demo = demo
        self._gateway: Gateway | None = None
        self._directory: Directory | None = None
        self._place = Place(tenant=start_list.tenant_name)
        self._matching = ""
        self._changing = Changing(self, clock, record)
        # Held, not looked up: a late answer may find the screen going down, and its parts no longer in the tree.
        self.bar = ConnectionBar(id="connection", markup=False)
        self.tree_filter = Input(id="tree-filter", compact=True, placeholder="name contains …", select_on_focus=False)
        self.tenant_tree = TenantTree(self._place, id="tree")
        self.list_pane = ListPane(clock, id="list")
        self.panel = SettingsPanel(id="panel")
        self.change_line = Static("", id="change", markup=False)

    def compose(self) -> ComposeResult:
        yield self.bar
        with Horizontal(id="panes"):
            with Vertical(id="tree-pane") as pane:
                pane.border_title = "Tenants"
                yield self.tree_filter
                yield self.tenant_tree
            with Vertical(id="right"):
                yield self.list_pane
                yield self.panel
        yield self.change_line
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        self.tree_filter.cursor_blink = False
        self.tree_filter.display = False
        self.show_change("")
        self.bar.demo = self._demo
        self.tenant_tree.focus()
        self.call_after_refresh(self._open_connection)
        self.set_interval(1.0, self._show_pace)

    @property
    def losses(self) -> list[str]:
        """What would be lost by leaving now, in words."""
        marked = self.list_pane.marked_anywhere
        lost = [f"{counted(marked, 'mark')} would be forgotten."] if marked else []
        if self._changing.running:
            lost.append("A change is running: what is not done yet would stay undone.")
        return lost

    # Reading: each worker drops its predecessor, so that a late answer finds nobody to show it.

    @work(exclusive=True, group="connection")
    async def _open_connection(self) -> None:
        try:
            self._gateway = await self._connect()
        except SestuiError as error:
            self.bar.trouble = "not connected"
            self.list_pane.trouble(error)
            self._show_trouble(error)
            return
        self._changing.gateway = self._gateway
        self._directory = Directory(self._gateway)
        self.bar.connection = self._gateway.connection
        self._load_list(Listing(self._gateway, self._start_list, self._clock))
        self._load_tree()
        self._read_place()
        self._identify(self._gateway)

    @work(exclusive=True, group="identity")
    async def _identify(self, gateway: Gateway) -> None:
        try:
            self.bar.connection = await gateway.identify()
        except SestuiError as error:
            self.bar.trouble = "account not known"
            self.app.tell_error(error, toast=False)

    @work(exclusive=True, group="list")
    async def _load_list(self, listing: Listing) -> None:
        self.list_pane.open(listing)
        try:
            async for new in listing.load():
                self.list_pane.page_came(new)
        except SestuiError as error:
            self.list_pane.trouble(error)
            self.app.tell_error(error, toast=False)

    @work(exclusive=True, group="tree")
    async def _load_tree(self) -> None:
        assert self._directory is not None
        tree, matching = self.tenant_tree, self._matching
        try:
            with tree.reading(matching) as seen:
                async for page in self._directory.tenants(matching, Priority.VISIBLE):
                    tree.tenants_came(page, seen)
                async for names in self._directory.configuration_sets(matching, Priority.VISIBLE):
                    tree.sets_came(names, seen)
        except SestuiError as error:
            self.app.tell_error(error)
        self._read_in_sight()

    @work(exclusive=True, group="place")
    async def _read_place(self) -> None:
        await asyncio.sleep(_REST)
        directory, place = self._directory, self._place
        if directory is None:
            return
        try:
            async with asyncio.TaskGroup() as reading:
                account = reading.create_task(directory.account())
                tenant = place.tenant and reading.create_task(directory.tenant(place.tenant, Priority.PERSON))
                its_set = place.configuration_set and reading.create_task(
                    directory.configuration_set(place.configuration_set, Priority.PERSON)
                )
        except* SestuiError as errors:
            error = errors.exceptions[0]
            assert isinstance(error, SestuiError)
            self._show_trouble(error)
            self.app.tell_error(error, toast=False)
        else:
            settings = (account.result(), tenant.result() if tenant else None, its_set.result() if its_set else None)
            self._changing.account = account.result()
            self.tenant_tree.show_settings(*settings[1:])
            self.panel.show(*describe.panel(place, *settings))

    @on(TenantTree.InSight)
    @work(exclusive=True, group="sight")
    async def _read_in_sight(self) -> None:
        await asyncio.sleep(_REST)
        directory, tree = self._directory, self.tenant_tree
        if directory is None:
            return
        todo = iter(tree.unread)

        async def read() -> None:
            for node in todo:
                if (place := node.data) is None:
                    continue
                if place.configuration_set is not None:
                    its_set = await directory.configuration_set(place.configuration_set, Priority.VISIBLE)
                    tree.show_settings(None, its_set)
                elif place.tenant is not None:
                    tree.show_settings(await directory.tenant(place.tenant, Priority.VISIBLE), None)

        try:
            async with asyncio.TaskGroup() as readers:
                for _ in range(_AT_ONCE):
                    readers.create_task(read())
        except* SestuiError as errors:
            self.app.tell_error(errors.exceptions[0], toast=False)

    @work
    async def _read_tenant_sets(self, node: TreeNode[Place]) -> None:
        assert self._directory is not None
        assert node.data is not None
        assert node.data.tenant is not None
        try:
            names = await self._directory.tenant_configuration_sets(node.data.tenant, Priority.PERSON)
        except SestuiError as error:
            self.app.tell_error(error)
        else:
            self.tenant_tree.tenant_sets_came(node, names)

    def _show_trouble(self, error: SestuiError) -> None:
        words = Text(printable(str(error)))
        self.panel.show(str(self._place), words, words)

    def _show_pace(self) -> None:
        paces = self._gateway.pacer.learned.values() if self._gateway else ()
        self.bar.pace = f"SES throttles: {min(paces):.1f}/s" if paces else ""

    def show_change(self, words: str) -> None:
        """Show how far a running change has come; empty where none runs."""
        self.change_line.update(f"{words} · J shows more" if words else "")
        self.change_line.display = bool(words)

    # The tree

    @on(TenantTree.NodeHighlighted)
    def _moved(self, event: TenantTree.NodeHighlighted[Place]) -> None:
        if event.node.data is not None and event.node.data.section is None:
            self._place = event.node.data
            self._read_place()

    @on(TenantTree.NodeSelected)
    def _selected(self, event: TenantTree.NodeSelected[Place]) -> None:
        place = event.node.data
        if place is None or self._gateway is None:
            return
        if place.section is not None:
            event.node.toggle()
        else:
            self._load_list(Listing(self._gateway, SuppressionList(place.tenant), self._clock))
            self.list_pane.table.focus()

    @on(TenantTree.NodeExpanded)
    def _unfolded(self, event: TenantTree.NodeExpanded[Place]) -> None:
        self._read_in_sight()
        if event.node.data is not None and event.node.data.tenant is not None and self._directory is not None:
            self._read_tenant_sets(event.node)

    @on(Input.Submitted, "#tree-filter")
    def _ask_for_tenants(self, event: Input.Submitted) -> None:
        self._matching = event.value.strip()
        event.input.display = bool(self._matching)
        self.tenant_tree.focus()
        if self._directory is not None:
            self._load_tree()

    # Keys

    def action_focus_pane(self, selector: str) -> None:
        self.query_one(selector).focus()

    def action_filter(self) -> None:
        if self.query_one("#tree-pane").has_focus_within:
            self.tree_filter.display = True
            self.tree_filter.focus()
        else:
            self.list_pane.focus_filter()

    def action_clear(self) -> None:
        """Escape: leave the filter of the pane in focus and drop it."""
        if self.query_one("#tree-pane").has_focus_within:
            field = self.tree_filter
            field.value = ""
            if field.display:
                self._ask_for_tenants(Input.Submitted(field, ""))
        else:
            self.list_pane.clear_filter()

    def action_refresh(self) -> None:
        if self._gateway is None or self._directory is None:
            self._open_connection()
            return
        self._directory.forget()
        self.tenant_tree.forget()
        if self.list_pane.listing is not None:
            self._load_list(self.list_pane.listing)
        self._load_tree()
        self._read_place()
        self._identify(self._gateway)

    def action_help(self) -> None:
        self.app.push_screen(TextDialog("Keys", help_text()))

    def action_errors(self) -> None:
        self.app.show_errors()

    def action_add(self) -> None:
        self._changing.add()

    def action_remove(self) -> None:
        self._changing.remove()

    def action_last_change(self) -> None:
        self._changing.show_last()

    @on(SettingsPanel.Expanded)
    def _expand(self) -> None:
        self.app.push_screen(TextDialog(str(self._place), self.panel.details))

    @on(DestinationTable.Opened)
    def _open_details(self, event: DestinationTable.Opened) -> None:
        self._show_details(event.address)

    def on_paste(self, event: events.Paste) -> None:
        """Text pasted outside an input runs nothing: an address is looked up, whatever else is named."""
        event.stop()
        found = parse(event.text).valid
        if len(found) == 1:
            self._show_details(found[0])
        else:
            what = counted(len(found), "address", "addresses") if found else "No address"
            self.notify(f"{what} pasted; nothing was done. Press a first to add, / to filter.", markup=False)

    def _show_details(self, address: str) -> None:
        gateway, listing = self._gateway, self.list_pane.listing
        if gateway is None or listing is None:
            return
        self.app.push_screen(
            TextDialog(
                f"{printable(str(listing.which)).capitalize()} list: {printable(address)}",
                lambda: describe.destination(gateway.suppressed_destination(listing.which, address), address),
                "asking SES …",
            )
        )
