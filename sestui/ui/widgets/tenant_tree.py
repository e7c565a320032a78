"""The tree of the account, its tenants and configuration sets; it shows what it is told and asks SES nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar

from rich.style import Style
from rich.text import Text
from textual.binding import BindingType
from textual.geometry import Region
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from sestui.domain.display import printable
from sestui.ui.bindings import bindings
from sestui.ui.place import Place

if TYPE_CHECKING:
    from sestui.domain.settings import ConfigurationSet, Tenant, TenantSummary

TENANTS = Place(section="tenants")
CONFIGURATION_SETS = Place(section="configuration sets")


class TenantTree(Tree[Place]):
    """Account, tenants with their configuration sets below, all configuration sets."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("tree")

    class InSight(Message):
        """Other lines came into sight, or are about to be told of."""

    def __init__(self, start: Place, *, id: str) -> None:
        # Text, not str: a label that is a str is looked through for markup and emoji, 3 ms the first time.
        super().__init__(Text(), id=id)
        self.show_root = False
        self.guide_depth = 2
        self.auto_expand = False
        self._summaries: dict[str, TenantSummary] = {}
        self._tenants: dict[str, Tenant] = {}
        self._sets: dict[str, ConfigurationSet] = {}
        self._withheld: set[Place] = set()
        """What SES does not let us read: it is not asked again before `forget`."""
        self._unlisted: dict[Place, str] = {}
        """The headings whose names SES does not list, and why, in a word."""
        self._matching = ""
        self._empty_line = Strip.blank(0)
        """What stands below the last name."""
        self._start: Place | None = start
        """Where the cursor goes as soon as that is there."""
        self.root.expand()
        self.root.add_leaf(Text("Account"), Place())
        self.tenants_node = self.root.add(Text("Tenants"), TENANTS, expand=True)
        self.sets_node = self.root.add(Text("Configuration sets"), CONFIGURATION_SETS)

    def on_mount(self) -> None:
        if self._start == Place():
            self.cursor_line = 0

    @property
    def in_sight(self) -> list[TreeNode[Place]]:
        """The nodes of the lines on the screen."""
        top = self.scroll_offset.y
        lines = range(top, top + max(1, self.size.height))
        return [node for line in lines if (node := self.get_node_at_line(line)) is not None]

    @property
    def unread(self) -> list[TreeNode[Place]]:
        """The nodes in sight whose settings are not known."""
        return [node for node in self.in_sight if node.data is not None and self._lacks_settings(node.data)]

    def _lacks_settings(self, place: Place) -> bool:
        if _owner(place) in self._withheld:
            return False
        if place.configuration_set is not None:
            return place.configuration_set not in self._sets
        return place.tenant is not None and place.tenant not in self._tenants

    @property
    def expected(self) -> Place | None:
        """Where the cursor is to go as soon as that is there."""
        return self._start

    @property
    def heading(self) -> Place:
        """The heading that the cursor is on or below: the tenants', unless it is the configuration sets'."""
        node = self.cursor_node
        while node is not None and node.data != CONFIGURATION_SETS:
            node = node.parent
        return TENANTS if node is None else CONFIGURATION_SETS

    def lists(self, heading: Place) -> bool:
        """Tell whether SES has not refused to list these."""
        return heading not in self._unlisted

    @property
    def tenants(self) -> list[str]:
        """The tenants that are there by name."""
        return [node.data.tenant for node in self.tenants_node.children if node.data and node.data.tenant]

    def expect(self, place: Place) -> None:
        """Put the cursor on this place if the next reading brings it."""
        self._start = place
        if place.configuration_set is not None:
            self.sets_node.expand()

    def forget(self) -> None:
        """Take all settings for unknown; the lines stay."""
        self._tenants.clear()
        self._sets.clear()
        self._withheld.clear()

    @contextmanager
    def reading(self, matching: str) -> Iterator[set[Place]]:
        """Read tenants and configuration sets anew; at the end, what did not come is gone from the tree.

        Yields the places seen so far, which `tenants_came` and `sets_came` add to. The cursor stays where it is.
        """
        if matching != self._matching:
            self._matching = matching
            for section in (self.tenants_node, self.sets_node):
                # What somebody has typed there no filter brings back.
                if section.data not in self._unlisted:
                    section.remove_children()
            self._summaries.clear()
        seen: set[Place] = set()
        yield seen
        # Later on it would move under somebody's hands.
        self._start = None
        self._unlisted = {heading: why for heading, why in self._unlisted.items() if heading in seen}
        for section in (self.tenants_node, self.sets_node):
            for node in list(section.children):
                # What somebody names while SES refuses to list may come at any time.
                if node.data not in seen and section.data not in self._unlisted:
                    node.remove()
        self._head(self.tenants_node, "Tenants", more=False)
        self._head(self.sets_node, "Configuration sets", more=False)
        for node in self.tenants_node.children:
            if node.is_expanded:
                self.post_message(self.NodeExpanded(node))

    def tenants_came(self, page: list[TenantSummary], seen: set[Place]) -> None:
        self._summaries |= {summary.name: summary for summary in page}
        self._came(self.tenants_node, [Place(tenant=summary.name) for summary in page], seen)
        self._head(self.tenants_node, "Tenants", more=True)

    def sets_came(self, names: list[str], seen: set[Place]) -> None:
        self._came(self.sets_node, [Place(configuration_set=name) for name in names], seen)
        self._head(self.sets_node, "Configuration sets", more=True)

    def not_listed(self, heading: Place, operation: str, why: str, seen: set[Place]) -> None:
        """Say that SES does not list these, why in a word; what is there stays."""
        section = self.tenants_node if heading == TENANTS else self.sets_node
        self._unlisted[heading] = why
        seen.add(heading)
        section.set_label(Text(operation))

    def add(self, place: Place, *, move: bool) -> None:
        """Put a tenant or configuration set there that SES has not listed, and the cursor on it if that is to move."""
        section = self.sets_node if place.tenant is None else self.tenants_node
        node = next((node for node in section.children if node.data == place), None)
        if node is None:
            name = printable(place.tenant or place.configuration_set or "")
            node = section.add(Text(name), place, allow_expand=place.tenant is not None)
            self.post_message(self.InSight())
        section.expand()
        if move:
            self.call_after_refresh(self.move_cursor, node)

    def withhold(self, place: Place) -> None:
        """Say that SES does not let us read what stands behind a name."""
        self._withheld.add(_owner(place))
        self._clear_line_cache()
        self.refresh()

    def _came(self, section: TreeNode[Place], places: list[Place], seen: set[Place]) -> None:
        known = {node.data for node in section.children}
        if len(known) < self.size.height:
            self.post_message(self.InSight())
        # What is new goes where SES has it, between what is there.
        position = len(seen & known)
        for place in places:
            if place not in known:
                before = position if position < len(section.children) else None
                name = printable(place.tenant or place.configuration_set or "")
                node = section.add(Text(name), place, before=before, allow_expand=place.tenant is not None)
                if place == self._start:
                    self._start = None
                    self.call_after_refresh(self.move_cursor, node)
            seen.add(place)
            position += 1

    def _head(self, section: TreeNode[Place], name: str, *, more: bool) -> None:
        if section.data in self._unlisted and not more:
            return
        matching = f" matching {printable(self._matching)}" if self._matching else ""
        section.set_label(Text(f"{name} ({len(section.children):,}{'+' if more else ''}){matching}"))

    def node_of(self, tenant: str) -> TreeNode[Place] | None:
        """Return the line of a tenant; None where it isn't in the tree."""
        place = Place(tenant=tenant)
        return next((node for node in self.tenants_node.children if node.data == place), None)

    def tenant_sets_came(self, node: TreeNode[Place], names: tuple[str, ...]) -> None:
        """Put a tenant's configuration sets below it."""
        assert node.data is not None
        if tuple(child.data.configuration_set for child in node.children if child.data) == names and names:
            return
        node.remove_children()
        for name in names:
            node.add_leaf(Text(printable(name)), Place(node.data.tenant, name))
        if not names:
            node.add_leaf("no configuration set")
        self.post_message(self.InSight())

    def show_settings(self, tenant: Tenant | None, configuration_set: ConfigurationSet | None) -> None:
        """Show what GetTenant and GetConfigurationSet told, wherever it stands in the tree."""
        if tenant is not None:
            self._tenants[tenant.name] = tenant
        if configuration_set is not None:
            self._sets[configuration_set.name] = configuration_set
        # Labels are made while drawing, from what is known then; the others are drawn when they come into sight.
        told = {it.name for it in (tenant, configuration_set) if it is not None}
        for node in self.in_sight:
            if node.data is not None and told & {node.data.tenant, node.data.configuration_set}:
                node.refresh()

    def render_lines(self, crop: Region) -> list[Strip]:
        self._empty_line = Strip.blank(self.size.width, self.rich_style)
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        # Textual puts the look of the tree together for each of them anew: 2 ms of the first frame.
        return self._empty_line if y + self.scroll_offset.y > self.last_line else super().render_line(y)

    def render_label(self, node: TreeNode[Place], base_style: Style, style: Style) -> Text:
        label = super().render_label(node, base_style, style)
        words = self._words(node)
        # The words must stay in sight: a name that is too long is cut, with a sign.
        width = self.size.width - self.styles.scrollbar_size_vertical - self.guide_depth * _depth(node)
        if label.cell_len > (room := width - words.cell_len) > 4:
            label.truncate(room, overflow="ellipsis")
        label.append_text(words)
        if width > 4:
            label.truncate(width, overflow="ellipsis")
        return label

    def _words(self, node: TreeNode[Place]) -> Text:
        """What stands behind a name: a stop, the scope, an override."""
        words, place = Text(), node.data
        if place is None:
            return words
        if why := self._unlisted.get(place):
            words.append(f" {why}", "yellow")
        elif _owner(place) in self._withheld:
            words.append(" not read", "yellow")
        if place.section is not None:
            return words
        if place.configuration_set is not None:
            it = self._sets.get(place.configuration_set)
            if it is not None and it.stop:
                words.append(" STOPPED", "bold red")
            if it is not None and it.suppression and (it.suppression.scope or it.suppression.reasons is not None):
                words.append(f" overrides {it.suppression.scope or 'reasons'}", "dim")
        elif place.tenant is not None:
            from sestui.domain.settings import SendingStatus  # Before there is a tenant nothing asks for it.

            tenant, summary = self._tenants.get(place.tenant), self._summaries.get(place.tenant)
            status = tenant.sending_status if tenant else summary.sending_status if summary else SendingStatus.ENABLED
            if status is not SendingStatus.ENABLED:
                words.append(f" {status}", "bold red" if status is SendingStatus.DISABLED else "yellow")
            if tenant is not None:
                words.append(f" {tenant.suppression.scope if tenant.suppression else 'default'}", "dim")
        return words

    def get_label_width(self, node: TreeNode[Place]) -> int:
        # Tree measures every line again whenever one is added: drawing 10,000 labels for it takes 0.4 s.
        return len(node.label) + 24

    def notify_style_update(self) -> None:
        # Tree lays the whole screen out for other colours, so at each move of the focus; no line gets wider by them.
        ScrollView.notify_style_update(self)
        self._clear_line_cache()
        self.refresh()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self.post_message(self.InSight())

    def on_resize(self) -> None:
        self.post_message(self.InSight())


def _depth(node: TreeNode[Place]) -> int:
    depth, parent = -1, node.parent
    while parent is not None:
        depth, parent = depth + 1, parent.parent
    return depth


def _owner(place: Place) -> Place:
    """What the settings are of: a configuration set stands below each of its tenants too."""
    return place if place.configuration_set is None else Place(configuration_set=place.configuration_set)
