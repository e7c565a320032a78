"""The dialog that edits the suppression settings of an account, a tenant or a configuration set."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import ClassVar, Final

from rich.console import Group
from rich.table import Table
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Static

from sestui.domain.impact import Edit, Subject
from sestui.domain.settings import (
    Account,
    ConfidenceThreshold,
    SuppressionOptions,
    Tenant,
    TenantSuppression,
    Validation,
)
from sestui.domain.suppression import Connection, Reason, SuppressionScope
from sestui.stylesheets import stylesheet
from sestui.ui import describe
from sestui.ui.screens.dialog import Dialog, Scroll
from sestui.ui.widgets.fields import Changed, Choices

REASONS: Final[Mapping[str, tuple[Reason, ...]]] = {
    "none": (),
    "BOUNCE": (Reason.BOUNCE,),
    "COMPLAINT": (Reason.COMPLAINT,),
    "both": (Reason.BOUNCE, Reason.COMPLAINT),
}
SCOPES: Final[Mapping[str, SuppressionScope]] = {scope.value: scope for scope in SuppressionScope}
THRESHOLDS: Final[Mapping[str, ConfidenceThreshold | None]] = {
    "none": None,
    **{threshold.value: threshold for threshold in ConfidenceThreshold},
}


class EditDialog(Dialog[Subject]):
    """Shows what is there and what will be written, member by member; returns the subject as it is to be."""

    CSS_PATH = stylesheet("edit.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "go_on", show=False)]

    def __init__(
        self, before: Subject, draft: Subject, connection: Connection, *, read: Subject | None = None, trouble: str = ""
    ) -> None:
        super().__init__()
        self._before = before
        self._draft = draft
        self._connection = connection
        self._read = read
        """What an earlier attempt was made from, where somebody else has changed it since."""
        self._trouble = trouble
        """Why an earlier attempt failed."""

    def compose(self) -> ComposeResult:
        with Vertical(id="body") as body:
            body.border_title = Content(f"Edit suppression settings: {describe.subject(self._before)}")
            body.border_subtitle = "← → choose · tab next · enter goes on · esc leaves"
            yield Static(describe.where(self._connection), id="where", markup=False)
            with Scroll():
                yield from self._fields()
                yield Static(id="members", markup=False)
            with Horizontal(classes="confirmation"):
                yield Button("Cancel", id="cancel", compact=True)
                yield Button("See what it does", id="confirm", compact=True, variant="primary")

    def _fields(self) -> Iterator[Choices[object]]:
        draft = self._draft
        if isinstance(draft, Account):
            # Absent attributes can't be written: the nearest that can is "none".
            yield Choices("Reasons", REASONS, draft.suppressed_reasons or (), id="reasons")
        elif isinstance(draft, Tenant):
            own = draft.suppression
            yield Choices("Scope", {"not set": None, **SCOPES}, own and own.scope, id="scope")
            yield Choices("Reasons", REASONS, own.reasons if own else (Reason.BOUNCE, Reason.COMPLAINT), id="reasons")
        else:
            options = draft.suppression or SuppressionOptions()
            yield Choices("Scope", {"inherits": None, **SCOPES}, options.scope, id="scope")
            yield Choices("Reasons", {"inherits": None, **REASONS}, options.reasons, id="reasons")
        if not isinstance(draft, Tenant):
            absent = "not set" if isinstance(draft, Account) else "inherits"
            validation = _validation(draft)
            yield Choices(
                "Auto Validation",
                {absent: None, "off": False, "on": True},
                validation and validation.enabled,
                id="validation",
            )
            yield Choices("Threshold", THRESHOLDS, validation and validation.threshold, id="threshold")

    def on_mount(self) -> None:
        super().on_mount()
        self.call_after_refresh(lambda: self.query(Choices).first().focus())
        self._draw()

    @property
    def _after(self) -> Subject:
        """The subject as the fields have it; all members of its settings, not only the changed ones."""
        before = self._before
        if isinstance(before, Account):
            return replace(before, suppressed_reasons=self._value("reasons"), validation=self._chosen_validation)
        if isinstance(before, Tenant):
            scope: SuppressionScope | None = self._value("scope")
            pair = None if scope is None else TenantSuppression(scope, self._value("reasons"))
            return replace(before, suppression=pair)
        options = SuppressionOptions(self._value("scope"), self._value("reasons"), self._chosen_validation)
        return replace(before, suppression=options if options != SuppressionOptions() else None)

    @property
    def _chosen_validation(self) -> Validation | None:
        enabled: bool | None = self._value("validation")
        return None if enabled is None else Validation(enabled, self._value("threshold"))

    def _value(self, field: str):  # type: ignore[no-untyped-def]
        return self.query_one(f"#{field}", Choices).value

    @on(Changed)
    def _draw(self) -> None:
        if isinstance(self._before, Tenant):
            self.query_one("#reasons", Choices).allow(self._value("scope") is not None)
        else:
            self.query_one("#threshold", Choices).allow(self._value("validation") is not None)
        edit = Edit(self._before, self._after)
        changed = describe.members(edit.before) != describe.members(edit.after)
        self.query_one("#confirm", Button).disabled = not changed
        parts = [Text.styled(f"{self._trouble}\n", "bold red")] if self._trouble else []
        if self._read is not None:
            parts.append(Text.styled("Not written: these settings have changed since they were read.\n", "bold yellow"))
        self.query_one("#members", Static).update(Group(Text(), *parts, self._table(edit)))

    def _table(self, edit: Edit) -> Table:
        grid = Table.grid(padding=(0, 2, 0, 0))
        rows = [describe.members(edit.before), describe.members(edit.after)]
        heads = ["", "Now", "Will be written"]
        if self._read is not None:
            rows.insert(0, describe.members(self._read))
            heads.insert(1, "As you read it")
        grid.add_row(*(Text(head, "dim") for head in heads))
        for name in rows[-1]:
            values = [row[name] for row in rows]
            style = "bold" if values[-1] != values[-2] else ""
            grid.add_row(Text(name, "dim"), *values[:-1], Text(values[-1], style))
        return grid

    def action_go_on(self) -> None:
        """Enter on a field: nothing is written before the next dialog is confirmed."""
        self.query_one("#confirm", Button).press()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.dismiss(self._after if event.button.id == "confirm" else None)


def _validation(subject: Subject) -> Validation | None:
    if isinstance(subject, Account):
        return subject.validation
    if isinstance(subject, Tenant):
        return None
    return subject.suppression.validation if subject.suppression else None
