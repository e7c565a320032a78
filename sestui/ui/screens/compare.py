"""Two lists side by side: what the dialogs that compare and copy share, and the one that compares."""

from abc import abstractmethod
from asyncio import to_thread
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Literal, TypeAlias, TypeVar

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.suggester import SuggestFromList
from textual.widgets import Button, Input, RadioSet, Static

from sestui.domain.display import counted, duration, moment, printable
from sestui.domain.errors import SestuiError, TenantNotFound, UsageError
from sestui.domain.query import Query, parse
from sestui.domain.suppression import Connection, SuppressedDestinationSummary, SuppressionList
from sestui.services.comparison import Comparison, compare, load
from sestui.services.listing import Listing
from sestui.stylesheets import stylesheet
from sestui.ui.screens.dialog import Dialog
from sestui.ui.widgets.filter import Mistake
from sestui.ui.widgets.toggles import Choice

_T = TypeVar("_T")

_SHOWN: Final = 200
"""How many addresses of a group are listed."""
_NAMED: Final = 3
"""How many tenants are named whose names contain what was typed."""


@dataclass(frozen=True, slots=True)
class Pair:
    """What a dialog about two lists is told."""

    here: Listing
    """The open list."""
    listing_of: Callable[[SuppressionList], Listing]
    """The listing of any list, read or not; the same one each time."""
    tenants: Sequence[str]
    """The names known, to suggest."""
    connection: Connection
    now: Callable[[], float]
    takes: Callable[[int], str]
    """Says how long so many calls take, and whether the job outlives the terminal."""
    sandbox: bool
    name_to_type: Callable[[Collection[str | None]], str] = lambda _: ""
    """What has to be typed besides the count to change the list of a tenant, or of the account; mostly nothing."""


def _named(text: str) -> SuppressionList:
    """The list that a person means. `tenant account` is for the tenant of that name."""
    name = text.strip()
    return SuppressionList() if name in ("", "account") else SuppressionList(name.removeprefix("tenant ").strip())


class PairDialog(Dialog[_T]):
    """Takes the other list's name and a filter, reads what isn't known, and shows the comparison."""

    CSS_PATH = stylesheet("compare.tcss")
    TITLE: ClassVar[str]

    def __init__(self, pair: Pair, other: str, words: str) -> None:
        super().__init__()
        self._pair = pair
        self.other_text = other
        """What was typed as the other list's name."""
        self.filter_text = words
        """What was typed as the filter."""
        self._there: Listing | None = None
        self._comparison: Comparison | None = None
        self._query = Query()
        self._problem = ""
        """What is wrong with the filter."""
        self._instead = Text()
        """Stands where there is no comparison to show."""

    def compose(self) -> ComposeResult:
        with Vertical(id="body") as body:
            body.border_title = self.TITLE
            with Horizontal(classes="line"):
                yield Static("here", classes="label")
                yield Static(printable(str(self._pair.here.which)), classes="name", markup=False)
                yield Static(id="state-here", classes="state", markup=False)
            with Horizontal(classes="line"):
                yield Static("there", classes="label")
                yield Input(
                    self.other_text,
                    id="other",
                    compact=True,
                    placeholder="account, or a tenant's name",
                    suggester=SuggestFromList(self._pair.tenants, case_sensitive=False),
                    select_on_focus=False,
                )
                yield Static(id="state-there", classes="state", markup=False)
            with Horizontal(classes="line"):
                yield Static("filter", classes="label")
                words = Input(self.filter_text, id="filter", compact=True, placeholder="all", select_on_focus=False)
                words.highlighter = Mistake()
                yield words
            yield Static(id="asked", markup=False)
            yield from self.parts()

    @abstractmethod
    def parts(self) -> ComposeResult:
        """Yield what stands below the two lists and the filter."""

    @abstractmethod
    def show(self, comparison: Comparison | None, instead: Text) -> None:
        """Draw the comparison, to which the filter isn't applied yet, or what stands instead of one."""

    def on_mount(self) -> None:
        super().on_mount()
        for field in self.query(Input):
            field.cursor_blink = False
        self._read_filter(self.filter_text)
        which = _named(self.other_text)
        if which != self._pair.here.which and self._pair.listing_of(which).complete:
            self.call_after_refresh(self.query_one("#filter").focus)
            self._read(which)
        else:
            self.call_after_refresh(self.query_one("#other").focus)
            self._ask()

    @on(Input.Changed, "#other")
    def _other_changed(self, event: Input.Changed) -> None:
        event.stop()
        if event.value != self.other_text:
            self.other_text = event.value
            self.workers.cancel_node(self)
            self._there = None
            self._ask()

    @on(Input.Submitted, "#other")
    def _other_chosen(self, event: Input.Submitted) -> None:
        event.stop()
        which = _named(event.value)
        if which == self._pair.here.which:
            self._say(f"That is the open list: {printable(which.owner)}'s. Type the name of another.", "bold yellow")
        else:
            self.query_one("#filter").focus()
            self._read(which)

    @on(Input.Changed, "#filter")
    def _filter_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.filter_text = event.value
        self._read_filter(event.value)
        self.draw()

    @on(Input.Submitted, "#filter")
    def _filter_done(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_next()

    def _read_filter(self, text: str) -> None:
        try:
            self._query, self._problem = parse(text, self._pair.now()), ""
        except UsageError as error:
            self._problem = str(error)
        asked = self.query_one("#asked", Static)
        asked.update(printable(self._problem or self._query.range))
        asked.set_class(bool(self._problem), "-problem")
        asked.display = bool(self._problem or self._query.range)

    @work(exclusive=True)
    async def _read(self, which: SuppressionList) -> None:
        here, there = self._pair.here, self._pair.listing_of(which)
        self._there = there
        self._say("Reading both lists: SES gives 1,000 addresses a page and tells no total.")
        try:
            async for listing in load(here, there):
                self._draw_states(at_hand=listing)
        except TenantNotFound as error:
            self._say(printable(str(error)), "bold red", more=self._known_like(which))
            self.query_one("#other").focus()
        except SestuiError as error:
            self._say(printable(str(error)), "bold red")
        else:
            # In a thread, for a list can hold a million: no key is to wait for it.
            self._comparison = await to_thread(compare, tuple(here.index), tuple(there.index))
            self.draw()

    def _known_like(self, which: SuppressionList) -> str:
        part = (which.tenant_name or "").casefold()
        names = [printable(name) for name in self._pair.tenants if part in name.casefold()]
        return f"\n\nThere are {', '.join(names[:_NAMED])}{' …' if len(names) > _NAMED else ''}" if names else ""

    def _ask(self) -> None:
        self._say("Type the name of the other list and press Enter; → takes a suggestion.")

    def _say(self, words: str, style: str = "", more: str = "") -> None:
        self._comparison, self._instead = None, Text.assemble((words, style), more)
        self.draw()

    def draw(self) -> None:
        """Draw everything as it is now."""
        self._draw_states()
        self.show(self._comparison, self._instead)

    def _draw_states(self, at_hand: Listing | None = None) -> None:
        for name, listing in (("here", self._pair.here), ("there", self._there)):
            words = "" if listing is None else _state(listing, at_hand=listing is at_hand)
            self.query_one(f"#state-{name}", Static).update(words)


def _state(listing: Listing, *, at_hand: bool) -> str:
    size = len(listing.index)
    if listing.loading:
        return f"reading … {size if listing.read_again is None else listing.read_again:,} so far"
    if at_hand:
        return "reading …"
    if listing.complete:
        return f"{counted(size, 'address', 'addresses')}, read {duration(listing.age)} ago"
    return f"{size:,} loaded, not all" if size else "not read"


_Entry: TypeAlias = SuppressedDestinationSummary | tuple[SuppressedDestinationSummary, SuppressedDestinationSummary]
"""A row of one list, or what both have."""


_GROUPS: Final[Mapping[str, Callable[[Comparison], Sequence[_Entry]]]] = {
    "only here": lambda it: it.only_here,
    "only there": lambda it: it.only_there,
    "on both": lambda it: it.both,
    "… with another reason": lambda it: it.other_reason,
}


class CompareDialog(PairDialog[Literal["copy"]]):
    """Counts each group and lists its addresses; returns `copy` where a person wants to go on to copying."""

    TITLE = "Compare two suppression lists"

    def parts(self) -> ComposeResult:
        with RadioSet(id="groups", compact=True):
            for at, name in enumerate(_GROUPS):
                yield Choice(name, value=at == 0, compact=True)
        with VerticalScroll(id="scroll", can_focus=False):
            yield Static(id="shown", markup=False)
        with Horizontal(classes="confirmation"):
            yield Button("Close", id="close", compact=True)
            yield Button("Copy entries …", id="copy", compact=True)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.dismiss("copy" if event.button.id == "copy" else None)

    @on(RadioSet.Changed)
    def _other_group(self) -> None:
        self.query_one("#scroll").scroll_home(animate=False)
        self.draw()

    def show(self, comparison: Comparison | None, instead: Text) -> None:
        matching = None if comparison is None else comparison.matching(self._query)
        for choice, (name, group) in zip(self.query(Choice), _GROUPS.items(), strict=True):
            count = "" if matching is None else f"{len(group(matching)):>10,}"
            total = "" if comparison is None or self._query.is_empty else f" of {len(group(comparison)):,}"
            choice.label = f"{name:<22}{count}{total}"
        shown = instead if matching is None else self._shown(matching)
        self.query_one("#shown", Static).update(shown)

    def _shown(self, matching: Comparison) -> RenderableType:
        chosen = max(0, self.query_one("#groups", RadioSet).pressed_index)
        parts: list[RenderableType] = []
        if other_case := _in_other_case(matching, chosen):
            parts.append(Text.styled(f"{other_case}\n", "yellow"))
        parts.append(_addresses(list(_GROUPS.values())[chosen](matching)))
        return Group(*parts)


def _in_other_case(it: Comparison, group: int) -> str:
    """Say how many of those only here, or only there, the other list has in other letter case."""
    rows, known = ((it.only_here, it.other_case_here), (it.only_there, it.other_case_there), ((), ()))[min(group, 2)]
    count = sum(row.address in known for row in rows)
    if not count:
        return ""
    where = f"{'is' if count == 1 else 'are'} {'there' if group == 0 else 'here'}"
    return f"{count:,} of these {where} in other case; SES ignores case when it sends."


def _addresses(entries: Sequence[_Entry]) -> RenderableType:
    if not entries:
        return Text("None.", "dim")
    grid = Table.grid(padding=(0, 2, 0, 0), expand=True)
    grid.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True, style="dim")
    for entry in entries[:_SHOWN]:
        row, other = (entry, entry) if isinstance(entry, SuppressedDestinationSummary) else entry
        reason = str(row.reason) if row.reason is other.reason else f"{row.reason} here, {other.reason} there"
        grid.add_row(Text(printable(row.address)), reason, moment(row.last_update)[:16])
    if len(entries) > _SHOWN:
        grid.add_row(Text(f"… {len(entries) - _SHOWN:,} more", "dim"))
    return grid
