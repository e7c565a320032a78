"""What is looked for: a text with addresses in it, and the tenant whose mail it is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static

from sestui.domain.addresses import Addresses, understand
from sestui.domain.display import printable

_NAMED: Final = 3
"""Addresses that are named of those that were understood."""
_AT_ONCE: Final = 20
"""Addresses that are asked about at once: each takes up to six calls, two minutes at one request a second."""


class _Field(Input):
    """One line that takes a paste of many, where Textual's own takes the first and loses the others."""

    def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        self.insert_text_at_cursor(_in_a_line(event.text))


class Question(Vertical):
    """Two fields, and a line that says what was understood of the first."""

    @dataclass
    class Put(Message):
        """Somebody wants to know this."""

        addresses: Sequence[str]
        tenant: str | None

    class Unclear(Message):
        """Somebody wants to know something, but there is no address in it."""

        def __init__(self, words: str) -> None:
            super().__init__()
            self.words = words

    def __init__(self, text: str, tenant: str | None, tenants: Sequence[str], *, id: str) -> None:
        """`tenants` are names to suggest."""
        super().__init__(id=id)
        self._understood = Addresses((), 0, ())
        self._first = 0
        """Which of what was understood is the first that is asked about."""
        self._field = _Field(
            _in_a_line(text),
            id="addresses",
            compact=True,
            placeholder="an address, or any text with some in it; enter asks SES",
            select_on_focus=False,
        )
        self._tenant = Input(
            tenant or "",
            id="tenant",
            compact=True,
            placeholder="none: the account's mail",
            suggester=SuggestFromList(tenants, case_sensitive=False),
            select_on_focus=False,
        )
        self._telling = Static(id="understood", markup=False)

    def compose(self) -> ComposeResult:
        with Horizontal(classes="line"):
            yield Static("find", classes="label")
            yield self._field
            yield Static("tenant", classes="label")
            yield self._tenant
        yield self._telling

    def on_mount(self) -> None:
        for field in (self._field, self._tenant):
            field.cursor_blink = False
        self._read()

    @property
    def is_clear(self) -> bool:
        """Whether there is an address in it."""
        return bool(self._understood.valid)

    def edit(self) -> None:
        """Have the text typed or changed."""
        self._field.focus()

    def put(self, first: int = 0) -> None:
        """Ask, from this of the addresses on."""
        if self.is_clear:
            self._first = first
            self._tell()
            some = self._understood.valid[first : first + _AT_ONCE]
            self.post_message(self.Put(some, self._tenant.value.strip() or None))
        else:
            nothing = not self._field.value.strip()
            self.post_message(self.Unclear("Type or paste an address." if nothing else "There is no address in this."))

    def put_next(self) -> None:
        """Ask about the next of very many addresses."""
        if self._first + _AT_ONCE < len(self._understood.valid):
            self.put(self._first + _AT_ONCE)
        else:
            self.post_message(self.Unclear("There are no more addresses: / takes others."))

    def take(self, text: str) -> None:
        """Ask about this text."""
        self._field.value = _in_a_line(text)
        self._read()
        self.put()

    @on(Input.Changed, "#addresses")
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._read()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.put()

    def _read(self) -> None:
        self._understood, self._first = understand(self._field.value), 0
        self._tell()

    def _tell(self) -> None:
        valid, refused = self._understood.valid, self._understood.refused
        named = valid[self._first :][:_NAMED]
        words = f"understood: {', '.join(map(printable, named))}" if valid else ""
        if more := len(valid) - len(named):
            words += f" and {more:,} more"
        if len(valid) > _AT_ONCE:
            last = min(self._first + _AT_ONCE, len(valid))
            words += f"; {self._first + 1:,} to {last:,} are asked, n asks the next"
        if refused:
            words += f"{'; ' if words else ''}not understood: {printable(refused[0].text[:60])}, it {refused[0].why}"
        self._telling.update(words)
        self._telling.display = bool(words)


def _in_a_line(text: str) -> str:
    return " ".join(text.split())
