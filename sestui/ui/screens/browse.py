"""The main screen: tenant tree, suppression list, settings of what the tree's cursor is on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.reactive import Reactive
from textual.screen import Screen

from sestui.domain.suppression import SuppressionList
from sestui.ui.bindings import bind_anew, bindings, help_text
from sestui.ui.commands import KEYS, Command, keys_by_id
from sestui.ui.place import Place
from sestui.ui.screens.flows import Flows
from sestui.ui.too_small import is_too_small
from sestui.ui.widgets.connection_bar import ConnectionBar
from sestui.ui.widgets.destinations import DestinationTable
from sestui.ui.widgets.key_line import KeyLine
from sestui.ui.widgets.list_pane import ListPane
from sestui.ui.widgets.settings_panel import SettingsPanel
from sestui.ui.widgets.status_line import StatusLine
from sestui.ui.widgets.tenant_tree import TenantTree
from sestui.ui.widgets.tree_pane import TreePane

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.widget import Widget
    from textual.worker import Worker

    from sestui.domain.suppression import Connection
    from sestui.services.journal import Journal
    from sestui.services.keeping import Keeping
    from sestui.settings import Settings
    from sestui.ui.app import SestuiApp
    from sestui.ui.screens.connecting import Connect
    from sestui.ui.screens.working import Launch


class BrowseScreen(Screen[None]):
    """Tenant tree on the left, the open list and the settings on the right."""

    AUTO_FOCUS = "#tree"
    BINDINGS: ClassVar[list[BindingType]] = bindings("everywhere")

    TAKES_PASTES: ClassVar[bool] = True

    app: SestuiApp

    # Textual draws the whole screen whenever the focus moves: the two parts that look different see to it themselves.
    focused = Reactive(None, repaint=False)

    def __init__(
        self,
        connect: Connect,
        asked: Connection,
        clock: Callable[[], float],
        open_journal: Callable[[], Journal],
        start_list: SuppressionList,
        keeping: Callable[[], Keeping],
        settings: Settings,
        launch: Launch | None,
        *,
        demo: bool,
    ) -> None:
        super().__init__()
        self.start_list = start_list
        """The list that is read first."""
        self.demo = demo
        """Whether the account is the made-up one."""
        self.keys = KEYS
        """What runs each command, by its id."""
        self._begun = False
        """Whether anything is asked of SES yet."""
        self._is_used = False
        """Whether anybody has done anything yet."""
        self.place = Place(tenant=start_list.tenant_name)
        """What the tree's cursor is on."""
        self.flows = Flows(self, connect, asked, clock, open_journal, keeping, settings, launch)
        self._greeting: Widget | None = None
        self.last_key = clock()
        """When somebody last pressed a key, in the clock's seconds."""
        # Held, not looked up: a late answer may find the screen going down, and its parts no longer in the tree.
        self.bar = ConnectionBar(id="connection", markup=False)
        self.tree_pane = TreePane(self.place, id="tree-pane")
        self.list_pane = ListPane(clock, id="list")
        self.panel = SettingsPanel(id="panel")
        self.status = StatusLine(id="status")
        self.key_line = KeyLine()

    def compose(self) -> ComposeResult:
        yield self.bar
        with Horizontal(id="panes"):
            yield self.tree_pane
            with Vertical(id="right"):
                yield self.list_pane
                yield self.panel
        yield self.status
        yield self.key_line

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.ScreenResume) and not self._begun:
            # All was styled as it was mounted just now: once more takes a fiftieth of the time to the first paint.
            event.refresh_styles = False
            if self.flows.keeping.may_have_some:
                # What is kept belongs to the first frame: by itself it would be a second one, a fifth of a start later.
                await self.flows.lists.show_kept(self.start_list)
        await super().on_event(event)

    def on_mount(self) -> None:
        self.bar.demo = self.demo
        self.set_interval(1.0, lambda: self.flows.connecting.show_state())

    def take_keys(self, commands: Sequence[Command]) -> None:
        """Give the commands other keys; before the screen is shown."""
        bind_anew(self, "everywhere", commands)
        bind_anew(self.tree_pane.tenant_tree, "tree", commands)
        bind_anew(self.list_pane.table, "list", commands)
        bind_anew(self.panel, "panel", commands)
        self.keys = self.list_pane.marking.keys = keys_by_id(commands)

    def begin(self) -> None:
        """Connect and read: the first paint is out."""
        self._begun = True
        self.flows.reading.connect(self.start_list)

    def greet(self) -> None:
        """Say in the demo what there is to try; it costs a layout, so only once there is something to try it with."""
        if self.demo and not self._is_used and not is_too_small(self.app.size):
            from sestui.ui.widgets.greeting import Greeting

            self._greeting = Greeting(self.keys)
            self.mount(self._greeting)

    def used(self) -> None:
        """Somebody has pressed a key or a button, turned the wheel, or pasted something: there is no more to greet."""
        self._is_used = True
        if self._greeting is not None:
            self._greeting.remove()
            self._greeting = None

    @on(TenantTree.NodeHighlighted)
    def _moved(self, event: TenantTree.NodeHighlighted[Place]) -> None:
        if event.node.data is not None and event.node.data.section is None:
            self.place = event.node.data
            if self._begun:
                self.flows.reading.settings(self.place)

    @on(TenantTree.NodeSelected)
    def _selected(self, event: TenantTree.NodeSelected[Place]) -> None:
        place = event.node.data
        if place is not None and place.section is not None:
            event.node.toggle()
        elif place is not None:
            self.flows.reading.open_list_of(place)
            self.list_pane.table.focus()

    @on(TenantTree.NodeExpanded)
    def _unfolded(self, event: TenantTree.NodeExpanded[Place]) -> None:
        self._other_lines()
        place = event.node.data
        if place is not None and place.tenant is not None:
            self.flows.naming.sets_of(event.node, place.tenant)

    @on(TenantTree.NodeCollapsed)
    @on(TenantTree.InSight)
    def _other_lines(self) -> None:
        if self._begun:
            self.flows.naming.in_sight()

    @on(TreePane.Named)
    def _named(self, event: TreePane.Named) -> None:
        self.flows.naming.name(event.place)

    @on(TreePane.NamesWanted)
    def _other_names(self) -> None:
        self.flows.naming.names()

    # Keys

    def action_focus_pane(self, selector: str) -> None:
        self.query_one(selector).focus()

    def action_filter(self) -> None:
        (self.tree_pane if self.tree_pane.has_focus_within else self.list_pane).focus_filter()

    def action_clear(self) -> None:
        """Escape: end what was begun with marks in the list; else leave the filter of the pane in focus and drop it."""
        (self.tree_pane if self.tree_pane.has_focus_within else self.list_pane).escape()

    def action_refresh(self) -> None:
        self.flows.reading.again(self.place, self.start_list)

    def action_live(self) -> None:
        self.flows.keeping_up.toggle()

    def action_help(self) -> None:
        from sestui.ui.three_things import TITLE, three_things

        first = (Text(TITLE, "bold"), three_things(self.keys), Text()) if self.demo else ()
        self.show("Keys", help_text(self.app.commands, *first))

    def action_connection(self) -> None:
        if self.demo:
            self.status.say("The demo's account is the only one: start sestui without --demo for another.")
        else:
            self.flows.connecting.choose()

    def action_errors(self) -> None:
        self.app.show_errors()

    def action_add(self) -> None:
        self.flows.changing.add()

    def action_find(self) -> None:
        self.flows.finding.find()

    def action_remove(self) -> None:
        self.flows.changing.remove()

    def action_edit(self) -> None:
        """Edit the settings of what the focused pane shows: the list's owner, or what the tree's cursor is on."""
        listing = self.list_pane.listing
        if self.list_pane.has_focus_within and listing is not None:
            self.flows.editing.edit(Place(listing.which.tenant_name))
        else:
            self.flows.editing.edit(self.place)

    def action_create(self) -> None:
        """Create a configuration set where the tree's cursor is among them, else a tenant."""
        node = self.tree_pane.tenant_tree.cursor_node
        self.flows.creating.create(node.data if node is not None else None)

    def show_created(self, place: Place) -> None:
        """Read the tree again and put its cursor on what was created."""
        self.tree_pane.tenant_tree.expect(place)
        self.flows.naming.names()

    def action_compare(self) -> None:
        self.flows.comparing.compare()

    def action_copy(self) -> None:
        self.flows.comparing.copy()

    def action_export(self) -> None:
        self.flows.exporting.export()

    def action_copy_addresses(self) -> None:
        self.flows.exporting.copy()

    def action_trends(self) -> None:
        self.flows.trending.show()

    def action_associate(self) -> None:
        self.flows.editing.associate(self.place)

    def action_dissociate(self) -> None:
        self.flows.editing.dissociate(self.place)

    def action_marks(self, what: str) -> None:
        getattr(self.list_pane.marking, what)()

    def action_order(self, what: str) -> None:
        getattr(self.list_pane, what)()

    def action_undo(self) -> None:
        self.flows.changing.undo_last()

    def action_history(self) -> None:
        self.flows.changing.show_history()

    @on(SettingsPanel.Expanded)
    def _expand(self) -> None:
        self.show(str(self.place), self.panel.details)

    @on(ListPane.ViewWanted)
    def _make_view(self) -> None:
        _: Worker[None] = self.run_worker(self.list_pane.make_view, group="view", exclusive=True)
        self.flows.lists.ask(self.list_pane.wanted.asked)

    @on(ListPane.Said)
    def _say(self, event: ListPane.Said) -> None:
        self.status.say(event.words)

    @on(DestinationTable.Opened)
    def _open_details(self, event: DestinationTable.Opened) -> None:
        self.flows.detailing.open(event.address)

    def on_paste(self, event: events.Paste) -> None:
        """Text pasted outside an input runs nothing: what it holds is looked for."""
        event.stop()
        self.used()
        self.flows.finding.find(event.text)

    def show(
        self, title: str, text: RenderableType | Callable[[], Awaitable[RenderableType]], placeholder: str = ""
    ) -> None:
        from sestui.ui.screens.text import TextDialog

        self.app.push_screen(TextDialog(title, text, placeholder))
