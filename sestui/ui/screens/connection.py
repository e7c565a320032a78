"""`c`: which profile, which Region."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from sestui.domain.display import printable
from sestui.domain.errors import SestuiError
from sestui.domain.suppression import Connection
from sestui.stylesheets import stylesheet
from sestui.ui.screens.dialog import Dialog

_NONE = "none: AWS's own order"
"""The environment, then the profile `default`, then what the machine has."""


class Picker(Vertical):
    """One of many texts: what is typed narrows them down, the arrows choose. One that is not there can be typed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move('down')", show=False),
        Binding("up", "move('up')", show=False),
        Binding("pagedown", "move('page_down')", show=False),
        Binding("pageup", "move('page_up')", show=False),
    ]

    @dataclass
    class Chosen(Message):
        """Another one is under the cursor."""

        picker: Picker

        @property
        def control(self) -> Picker:
            return self.picker

    def __init__(self, title: str, *, id: str) -> None:
        super().__init__(id=id)
        self.border_title = title
        self._all: tuple[str, ...] = ()
        self.box = Input(placeholder="type to search", compact=True, select_on_focus=False)
        self.box.cursor_blink = False
        self._list = OptionList(markup=False, compact=True)
        self._list.can_focus = False
        self.touched = False
        """Whether somebody has chosen here."""

    def compose(self) -> ComposeResult:
        yield self.box
        yield self._list

    def on_resize(self) -> None:
        # What is said below the lists may have taken lines of them since.
        self.call_after_refresh(self._list.scroll_to_highlight)

    @property
    def value(self) -> str:
        """What is under the cursor, else what is typed."""
        at = self._list.highlighted
        return self.box.value.strip() if at is None else str(self._list.get_option_at_index(at).id)

    def offer(self, all: Iterable[str], chosen: str) -> None:
        """Offer these; the cursor is on the one chosen."""
        self._all = tuple(all)
        self._show(chosen)

    def choose(self, value: str) -> None:
        """Put the cursor on this one, if it is in sight."""
        self._show(value)

    def _show(self, chosen: str) -> None:
        words = self.box.value.strip().lower()
        shown = [it for it in self._all if words in it.lower()]
        self._list.clear_options()
        self._list.add_options([Option(Text(printable(it)), id=it) for it in shown])
        # Whole words first: of `prod` and `preprod` the one that was typed.
        best = chosen if chosen in shown else next((it for it in shown if it.lower() == words), None)
        self._list.highlighted = shown.index(best) if best is not None else 0 if shown and words else None

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.touched = True
        self._show(self.box.value.strip())
        self.post_message(self.Chosen(self))

    def action_move(self, how: str) -> None:
        self.touched = True
        getattr(self._list, f"action_{'cursor_' if how in ('up', 'down') else ''}{how}")()
        self.post_message(self.Chosen(self))


class ConnectionDialog(Dialog[Connection]):
    """Returns the connection that is wanted, which may be the present one: made anew."""

    CSS_PATH = stylesheet("connection.tcss")

    def __init__(self, present: Connection, trouble: str, told: str) -> None:
        """`told` is all that is known of the present connection, in words."""
        super().__init__()
        self._present = present
        self._told = told
        self._trouble = trouble
        """What is wrong: with the present credentials at first."""
        self._regions: dict[str, str] = {}
        """What each profile names itself."""
        self._profile = Picker("Profile", id="profile")
        self._region = Picker("Region", id="region")
        self._said = Static("", id="said", markup=False)

    def compose(self) -> ComposeResult:
        with Vertical(id="body") as body:
            body.border_title = "Connection"
            body.border_subtitle = "tab: the other side · enter connects · esc changes nothing"
            with Horizontal():
                yield self._profile
                yield self._region
            yield self._said

    def on_mount(self) -> None:
        super().on_mount()
        self._profile.offer(self._with((), self._present.profile or _NONE), self._present.profile or _NONE)
        self._region.offer(self._with((), self._present.region), self._present.region)
        self._profile.box.focus()
        self._read()

    @work
    async def _read(self) -> None:
        from sestui.sesv2.choices import choices

        try:
            found = await asyncio.to_thread(choices)
        except SestuiError as error:
            self._trouble = printable(str(error))
            self._draw()
            return
        self._regions = dict(found.profiles)
        profile, region = self._profile.value, self._region.value
        self._profile.offer(self._with((_NONE, *found.profiles), profile), profile)
        self._region.offer(self._with(found.regions, region), region)
        self._draw()

    @staticmethod
    def _with(all: tuple[str, ...], one: str) -> tuple[str, ...]:
        return all if one in all or not one else (one, *all)

    @property
    def _chosen(self) -> Connection:
        profile = self._profile.value
        named = None if profile in (_NONE, "") else profile
        return Connection(self._region.value, self._present.endpoint, named)

    def _draw(self) -> None:
        """Say in words what the lists show in colour alone."""
        it = self._chosen
        words = f"profile {it.profile or 'none'}, Region {it.region or 'none: the one that the profile names'}"
        anew = ", made anew" if it == self._present and self._told else ""
        text = Text(f"Now: {self._told}\n", "dim") if self._told else Text()
        text.append(f"Enter connects: {printable(words)}{anew}.", "not dim")
        if self._trouble:
            text.append(f"\n{self._trouble[:1].upper()}{self._trouble[1:]}", "bold red")
        self._said.update(text)

    def on_picker_chosen(self, event: Picker.Chosen) -> None:
        event.stop()
        # A Region that nobody chose follows the profile.
        if event.picker is self._profile and not self._region.touched:
            region = self._regions.get(self._profile.value) or self._present.region
            self._region.choose(region)

        self._draw()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.dismiss(self._chosen)
