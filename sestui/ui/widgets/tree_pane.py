"""The tenant tree with the field that narrows it down, or names what SES does not list."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from sestui.ui.place import Place
from sestui.ui.widgets.filter import Filter
from sestui.ui.widgets.tenant_tree import TENANTS, TenantTree


class TreePane(Vertical):
    """Shows the names that SES was asked for."""

    class NamesWanted(Message):
        """SES is to be asked for the names that contain `matching`."""

    class Named(Message):
        """Somebody has typed the name of what SES does not list."""

        def __init__(self, place: Place) -> None:
            super().__init__()
            self.place = place

    def __init__(self, start: Place, *, id: str) -> None:
        super().__init__(id=id)
        self.matching = ""
        """What the names in the tree contain, as SES was asked for them."""
        self._naming: Place | None = None
        """The heading below which a name is typed whole; None where it is a part of names."""
        self._field = Filter(id="tree-filter", compact=True, select_on_focus=False)
        self._field.display = False
        self.tenant_tree = TenantTree(start, id="tree")

    def compose(self) -> ComposeResult:
        yield self._field
        yield self.tenant_tree

    def on_mount(self) -> None:
        self._field.cursor_blink = False
        self.border_title = "Tenants"

    def focus_filter(self) -> None:
        """Have a part of the names typed, or one name whole where SES does not list them."""
        heading = self.tenant_tree.heading
        self._naming = None if self.tenant_tree.lists(heading) else heading
        whole = "a tenant's whole name" if heading == TENANTS else "a set's whole name"
        self._field.placeholder = "name contains …" if self._naming is None else whole
        self._field.display = True
        self._field.focus()

    def escape(self) -> None:
        """Drop what is typed; ask for all names again where they were narrowed down."""
        if self._field.display:
            self._field.value = ""
            self._ask("") if self._naming is None else self._done()

    def tell_unlisted(self) -> None:
        """Say what can be done where SES does not list tenants."""
        lists = self.tenant_tree.lists(TENANTS)
        self.border_subtitle = "" if lists else "/ names a tenant"

    def took(self, name: str) -> None:
        """Make room for the next name, unless another is typed already."""
        if self._naming is not None and self._field.value.strip() == name:
            self._field.value = ""
            self._done()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        name = event.value.strip()
        if self._naming is None:
            self._ask(name)
        elif not name:
            self.escape()
        elif self._naming == TENANTS:
            self.post_message(self.Named(Place(tenant=name)))
        else:
            self.post_message(self.Named(Place(configuration_set=name)))

    def _ask(self, matching: str) -> None:
        self.matching = matching
        self._done()
        self.post_message(self.NamesWanted())

    def _done(self) -> None:
        self._field.display = bool(self._field.value.strip())
        self.tenant_tree.focus()
