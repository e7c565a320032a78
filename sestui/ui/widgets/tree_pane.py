"""The tenant tree with the field that narrows it down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from sestui.ui.widgets.filter import Filter
from sestui.ui.widgets.tenant_tree import TenantTree

if TYPE_CHECKING:
    from sestui.ui.place import Place


class TreePane(Vertical):
    """Shows the names that SES was asked for."""

    class NamesWanted(Message):
        """SES is to be asked for the names that contain `matching`."""

    def __init__(self, start: Place, *, id: str) -> None:
        super().__init__(id=id)
        self.matching = ""
        """What the names in the tree contain, as SES was asked for them."""
        self._field = Filter(id="tree-filter", compact=True, placeholder="name contains …", select_on_focus=False)
        self._field.display = False
        self.tenant_tree = TenantTree(start, id="tree")

    def compose(self) -> ComposeResult:
        yield self._field
        yield self.tenant_tree

    def on_mount(self) -> None:
        self._field.cursor_blink = False
        self.border_title = "Tenants"

    def focus_filter(self) -> None:
        self._field.display = True
        self._field.focus()

    def escape(self) -> None:
        """Drop the filter, and ask for all names again."""
        if self._field.display:
            self._field.value = ""
            self._ask("")

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._ask(event.value.strip())

    def _ask(self, matching: str) -> None:
        self.matching = matching
        self._field.display = bool(matching)
        self.tenant_tree.focus()
        self.post_message(self.NamesWanted())
