"""Every command, declared once: its key, its word in the footer, its line in the help, its entry in the palette."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen

Where = Literal["everywhere", "tree", "list", "panel"]


@dataclass(frozen=True, slots=True)
class Command:
    """One thing a person can do on the browse screen."""

    where: Where
    """The pane that has to have the focus."""
    keys: str
    """Textual's names of the keys, comma between two; empty where the palette alone has it."""
    action: str
    name: str
    """One or two words for the footer and the palette."""
    help: str
    footer: bool = False
    palette: bool = False
    changes: bool = False
    """Whether it is there to change something at SES."""

    @property
    def shown_keys(self) -> str:
        """The keys as a keyboard has them."""
        return " ".join(map(_keycap, self.keys.split(",")))


_KEYCAPS: Final = {
    "slash": "/",
    "asterisk": "*",
    "question_mark": "?",
    "colon": ":",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "escape": "esc",
}


def _keycap(key: str) -> str:
    *shift, key = key.rsplit("+", 1) if key.startswith("shift+") else [key]
    return "+".join([*shift, _KEYCAPS.get(key, key)])


COMMANDS: Final = (
    Command(
        "everywhere", "slash", "filter", "filter", "Filter the pane in focus; in the tree SES is asked", True, True
    ),
    Command("everywhere", "f", "find", "find", "Find an address on every list: why does it get no mail?", True, True),
    Command("list", "space", "mark", "mark", "Mark the address, or take its mark off", True),
    Command("list", "enter", "open", "details", "All that SES tells of the address", True),
    Command("everywhere", "a", "add", "add", "Add addresses to the list on the screen", True, True, True),
    Command(
        "everywhere",
        "d",
        "remove",
        "remove",
        "Remove the marked addresses, else the one under the cursor",
        True,
        True,
        True,
    ),
    Command("everywhere", "e", "edit", "edit", "Edit the settings of what the focused pane shows", True, True, True),
    Command("everywhere", "x", "export", "export", "Write the marked, else what is shown, to a file", palette=True),
    Command(
        "everywhere",
        "y",
        "copy_addresses",
        "copy",
        "Copy the marked addresses, else the one under the cursor",
        palette=True,
    ),
    Command("everywhere", "n", "create", "new", "Create a tenant or a configuration set", palette=True, changes=True),
    Command("everywhere", "r", "refresh", "refresh", "Read again what the screen shows", palette=True),
    Command("everywhere", "L", "live", "live", "Keep the list up to date, or no longer", palette=True),
    Command("everywhere", "escape", "clear", "clear", "Drop the filter of the pane in focus"),
    Command("everywhere", "1", "focus_pane('#tree')", "tree", "Go to the tree of tenants", palette=True),
    Command("everywhere", "2", "focus_pane('#destinations')", "list", "Go to the suppression list", palette=True),
    Command(
        "everywhere",
        "3",
        "focus_pane('#panel')",
        "settings",
        "Go to the settings of what the tree's cursor is on",
        palette=True,
    ),
    Command("everywhere", "J", "history", "jobs", "Jobs and journal: look, pause, go on, cancel, undo", palette=True),
    Command(
        "everywhere", "u", "undo", "undo", "Undo the last job of this account and Region", palette=True, changes=True
    ),
    Command(
        "everywhere", "", "associate", "associate", "Give a configuration set to a tenant", palette=True, changes=True
    ),
    Command(
        *("everywhere", "", "dissociate", "dissociate", "Take a configuration set away from a tenant"),
        palette=True,
        changes=True,
    ),
    Command("everywhere", "", "compare", "compare lists", "What only one of two lists holds, what both", palette=True),
    Command(
        "everywhere", "", "copy", "copy entries", "Add to one list what it lacks of another", palette=True, changes=True
    ),
    Command("everywhere", "c", "connection", "connection", "Another profile or Region; log in again", palette=True),
    Command("everywhere", "E", "errors", "errors", "The errors of this session", palette=True),
    Command("everywhere", "colon,ctrl+p", "app.command_palette", "palette", "Every command by name"),
    Command("everywhere", "question_mark", "help", "help", "The keys that work now", True, True),
    Command(
        "everywhere",
        "q",
        "app.quit",
        "quit",
        "Leave; asks when marks or a running change would be lost",
        True,
    ),
    Command("tree", "enter", "select_cursor", "open list", "Open the list of the account or tenant", True),
    Command("tree", "space", "toggle_node", "unfold", "Unfold or fold", True),
    Command("tree", "j", "cursor_down", "down", "Down (or ↓)"),
    Command("tree", "k", "cursor_up", "up", "Up (or ↑)"),
    Command("tree", "g", "scroll_home", "first", "First line (or Home)"),
    Command("tree", "G", "scroll_end", "last", "Last line (or End)"),
    Command(
        "everywhere",
        "asterisk",
        "marks('mark_all')",
        "mark all",
        "Mark all that is shown; again while the list loads: all that will match",
        palette=True,
    ),
    Command(
        "everywhere",
        "i",
        "marks('invert')",
        "invert marks",
        "Mark what is shown and not marked, and take the marks off the rest of what is shown",
        palette=True,
    ),
    Command("everywhere", "U", "marks('clear')", "unmark", "Take all marks off; again: put them back", palette=True),
    Command(
        "everywhere", "m", "marks('toggle_only')", "only the marked", "Show only the marked; again: all", palette=True
    ),
    Command("everywhere", "s", "order('sort')", "sort", "Sort the list by the next column", palette=True),
    Command("everywhere", "S", "order('reverse')", "reverse", "Turn the list's order round", palette=True),
    Command("list", "j,down", "down", "down", "Down"),
    Command("list", "k,up", "up", "up", "Up"),
    Command("list", "g,home", "first", "first", "First row"),
    Command("list", "G,end", "last", "last", "Last row"),
    Command("list", "pagedown", "page_down", "page down", "One screenful down"),
    Command("list", "pageup", "page_up", "page up", "One screenful up"),
    Command("list", "v", "range", "range", "Begin a range here; v or space where it ends marks it, esc drops it"),
    *(
        Command("list", f"shift+{key}", f"mark_moving('{motion}')", "mark", f"Mark from here to {where}")
        for key, motion, where in (
            ("down", "down", "the next row"),
            ("up", "up", "the row before"),
            ("pagedown", "page_down", "one screenful down"),
            ("pageup", "page_up", "one screenful up"),
            ("home", "first", "the first row"),
            ("end", "last", "the last row"),
        )
    ),
    Command("panel", "enter", "expand", "expand", "Show the settings on the whole screen", True),
    Command("panel", "j,down", "scroll_down", "down", "Down"),
    Command("panel", "k,up", "scroll_up", "up", "Up"),
)

CHANGES: Final = frozenset(command.action for command in COMMANDS if command.changes)
"""The actions that change something."""


def bindings(where: Where) -> list[BindingType]:
    """Return the bindings of a pane, or of the screen for `everywhere`."""
    return [
        Binding(command.keys, command.action, command.name, show=command.footer, key_display=_first_keycap(command))
        for command in COMMANDS
        if command.where == where and command.keys
    ]


def _first_keycap(command: Command) -> str:
    return command.shown_keys.split(" ", 1)[0]


def palette(screen: Screen[Any]) -> Iterator[SystemCommand]:
    """Yield the commands for the palette, each with the key it could have had."""
    for command in COMMANDS:
        if command.palette:
            action = command.action
            keys = f" ({command.shown_keys})" if command.keys else ""
            yield SystemCommand(
                f"{command.name.capitalize()}{keys}",
                command.help,
                lambda action=action: screen.call_later(screen.run_action, action),
            )


def help_text() -> RenderableType:
    """Return all keys, pane by pane."""
    titles: dict[Where, str] = {
        "everywhere": "Everywhere",
        "tree": "In the tree (1)",
        "list": "In the list (2)",
        "panel": "In the settings (3)",
    }
    parts: list[RenderableType] = []
    for where, title in titles.items():
        rows = [(command.shown_keys, command.help) for command in COMMANDS if command.where == where and command.keys]
        parts += [Text(title, "bold"), _keys(rows)]
    rest = [
        ("tab ↓ ↑", "In a dialog: move. Enter presses the button in focus, esc changes nothing"),
        ("ctrl+l", "Draw all of the screen again, where something else has written over it"),
        ("a paste", "Runs no key outside an input: the addresses in it are looked for"),
    ]
    return Group(*parts, Text("Elsewhere", "bold"), _keys(rest))


def _keys(rows: list[tuple[str, str]]) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 2))
    grid.add_column(style="bold cyan", width=10)
    grid.add_column()
    for keys, words in rows:
        grid.add_row(Text(keys), words)
    return grid
