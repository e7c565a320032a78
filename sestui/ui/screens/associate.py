"""The dialog that gives a configuration set to a tenant, or takes it away."""

from asyncio import sleep
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Final

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Button, Static

from sestui.domain.display import printable
from sestui.domain.effective import Effective
from sestui.domain.errors import NotFound, SestuiError
from sestui.domain.impact import Send
from sestui.domain.suppression import Connection
from sestui.domain.verdict_words import consults, mail
from sestui.stylesheets import stylesheet
from sestui.ui import describe
from sestui.ui.screens.dialog import Confirmation, Dialog
from sestui.ui.widgets.fields import Changed, Line

_REST: Final = 0.4
"""Seconds without a change of the names after which SES is asked about them."""


class AssociateDialog(Dialog[Send]):
    """Takes the two names, tells what mail of this tenant through this configuration set is checked against."""

    CSS_PATH = stylesheet("associate.tcss")

    def __init__(
        self,
        send: Send,
        connection: Connection,
        foresee: Callable[[Send], Awaitable[tuple[Effective, bool]]],
        *,
        ends: bool,
        tenants: Sequence[str],
        configuration_sets: Sequence[str],
        trouble: str = "",
        name_to_type: Callable[[Collection[str | None]], str] = lambda _: "",
    ) -> None:
        super().__init__()
        self._send = send
        self._connection = connection
        self._foresee = foresee
        """Asks SES what such mail is checked against, and whether the two are associated now."""
        self._ends = ends
        self._tenants = tenants
        self._sets = configuration_sets
        self._trouble = trouble
        self._name_to_type = name_to_type
        """Returns what has to be typed to change something of a tenant; mostly nothing."""

    def compose(self) -> ComposeResult:
        with Vertical(id="body") as body:
            body.border_title = (
                "Dissociate a configuration set from a tenant"
                if self._ends
                else "Associate a configuration set with a tenant"
            )
            yield Static(describe.where(self._connection), id="where", markup=False)
            yield Line("TenantName", self._send.tenant or "", suggestions=self._tenants, id="tenant")
            yield Line("ConfigurationSet", self._send.configuration_set or "", suggestions=self._sets, id="set")
            yield Static(id="meaning", markup=False)
            yield Confirmation("Dissociate" if self._ends else "Associate")

    def on_mount(self) -> None:
        super().on_mount()
        for line in self.query(Line):
            if not line.value:
                self.call_after_refresh(line.box.focus)
                break
        self._draw()

    @property
    def _typed(self) -> Send:
        return Send(self.query_one("#tenant", Line).value, self.query_one("#set", Line).value)

    @on(Changed)
    def _draw(self) -> None:
        complete = bool(self._typed.tenant and self._typed.configuration_set)
        self._show(Text("asking SES …" if complete else "Both names are needed.", "dim"), possible=False)
        if complete:
            self._ask(self._typed)

    @work(exclusive=True)
    async def _ask(self, send: Send) -> None:
        await sleep(_REST)
        try:
            it, associated = await self._foresee(send)
        except NotFound as error:
            self._show(Text.styled(printable(str(error)), "red"), possible=False)
        except SestuiError as error:
            self._show(Text.styled(f"What it does is not known: {printable(str(error))}", "red"), possible=True)
        else:
            self._show(self._meaning(send, it, associated), possible=associated is self._ends)

    def _meaning(self, send: Send, it: Effective, associated: bool) -> Text:
        whose = mail([send])
        if self._ends and not associated:
            return Text(f"{whose} is refused by SES already: the two are not associated.")
        text = Text(f"{whose} ")
        if self._ends:
            text.append(
                "is then refused by SES: a tenant sends through its own configuration sets only. It now consults "
            )
        elif associated:
            text.append("is possible already: the two are associated. It consults ")
        else:
            text.append("will consult ")
        text.append(consults(it), "bold")
        if it.reasons:
            text.append(f" ({' '.join(it.reasons)})")
        for stop in it.stops:
            text.append(f"\nSTOPPED before any list: {stop}", "bold red")
        return text

    def _show(self, text: Text, *, possible: bool) -> None:
        if self._trouble:
            text = Text.assemble((f"{self._trouble}\n", "bold red"), text)
        self.query_one("#meaning", Static).update(text)
        name = self._name_to_type([self._typed.tenant])
        self.query_one(Confirmation).require(None, possible=possible, name_to_type=name)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.dismiss(self._typed if event.button.id == "confirm" else None)
