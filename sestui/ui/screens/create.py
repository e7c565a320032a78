"""The dialog that creates a tenant or a configuration set: says at each field what SES would not take."""

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Button, Input, Static

from sestui.domain.display import printable
from sestui.domain.suppression import Connection
from sestui.services.creation import New
from sestui.stylesheets import stylesheet
from sestui.ui import describe
from sestui.ui.screens.creation import GROUPS, NAME, TAGS, Draft, Field, Kind, Pick, fields_of, new, problems, said
from sestui.ui.screens.dialog import Confirmation, Dialog, Scroll
from sestui.ui.widgets.fields import Changed, Choices, Line, Lines

_NAMED = 5
"""How many fields the line above the buttons names."""


class CreateDialog(Dialog[New]):
    """Asks for every member of what is to be created; returns it once nothing is wrong with it."""

    CSS_PATH = stylesheet("create.tcss")

    def __init__(self, draft: Draft, connection: Connection, *, trouble: str = "", name_to_type: str = "") -> None:
        super().__init__()
        self.draft = draft
        """What has been filled in so far; whoever opened the dialog may keep it for the next time."""
        self._connection = connection
        self._trouble = trouble
        """What became of an earlier attempt, in SES's own words where it refused."""
        self._name_to_type = name_to_type
        """On production; else empty."""
        self._kind = Choices("Kind", {kind.value: kind for kind in Kind}, draft.kind, id="kind")
        asked = {it.id: it for kind in Kind for it in fields_of(kind)}
        self._fields = {name: self._widget(it) for name, it in asked.items()}

    def _widget(self, it: Field) -> Choices[str] | Line | Lines:
        words = it.words(self.draft.answers)
        if isinstance(it, Pick):
            return Choices(it.label, {option: option for option in it.options}, words, id=it.id)
        return (Lines if it.several else Line)(it.label, words, hint=it.hint, id=it.id)

    def compose(self) -> ComposeResult:
        with Vertical(id="body") as body:
            body.border_subtitle = "↑ ↓ field · ← → value · esc cancels"
            yield Static(describe.where(self._connection), id="where", markup=False)
            yield Static(Text.styled(printable(self._trouble), "bold red"), id="trouble", markup=False)
            yield self._kind
            yield self._fields[NAME.id]
            with Scroll():
                for kind, groups in GROUPS.items():
                    with Vertical(id=kind.name.lower()):
                        for group in groups:
                            yield _heading(group.title)
                            for it in group.fields:
                                yield self._fields[it.id]
                yield _heading("")
                yield self._fields[TAGS.id]
            yield Static(id="verdict", markup=False)
            yield Confirmation("Create", name_to_type=self._name_to_type)

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#trouble").display = bool(self._trouble)
        self.call_after_refresh(self.query_one(f"#{NAME.id} Input").focus)
        self._read()

    @on(Changed)
    def _read(self) -> None:
        answers = {name: field.value for name, field in self._fields.items()}
        self.draft = draft = Draft(self._kind.value, answers)
        body = self.query_one("#body")
        body.border_title = f"Create a {draft.kind}"
        body.set_class(draft.kind is Kind.TENANT, "-few-fields")
        for kind in Kind:
            self.query_one(f"#{kind.name.lower()}").display = kind is draft.kind
        wrong, values = problems(draft), said(draft)
        for it in fields_of(draft.kind):
            field = self._fields[it.id]
            if isinstance(field, Choices):
                assert isinstance(it, Pick)
                field.allow(not it.needs or it.needs in values)
            else:
                # A name that is still missing is said below, not shouted here.
                field.complain(wrong.get(it.id, "") if it is not NAME or field.value else "")
        self.query_one("#verdict", Static).update(self._verdict(wrong, values))
        self.query_one(Confirmation).require(None, possible=not wrong)

    def _verdict(self, wrong: dict[str, str], values: dict[str, object]) -> Text:
        labels = [it.label for it in fields_of(self.draft.kind) if it.id in (wrong or values)]
        named = ", ".join(labels[:_NAMED])
        if len(labels) > _NAMED:
            named += f" and {len(labels) - _NAMED} more"
        if not wrong:
            return Text.assemble(("Will be sent: ", "dim"), named)
        missing = NAME.id in wrong and not self.draft.answers[NAME.id]
        words = "Create waits for a name." if missing and len(wrong) == 1 else f"Create waits for: {named}."
        return Text.styled(words, "yellow")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in a line goes on to the next field."""
        event.stop()
        self.focus_next()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.dismiss(new(self.draft) if event.button.id == "confirm" else None)


def _heading(title: str) -> Static:
    heading = Static(classes="group")
    heading.border_title = title
    return heading
