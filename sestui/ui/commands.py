"""Every command, declared once: its key, its word in the footer, its line in the help, its entry in the palette.

Nothing of Textual is needed to read this: `sestui info --config` lists the commands, too.
"""

from collections.abc import Iterable, Sequence
from typing import Final, Literal, NamedTuple

from sestui.domain.display import printable
from sestui.domain.errors import UsageError
from sestui.settings import KeySetting
from sestui.ui.keys import key_named, keycap

Where = Literal["everywhere", "tree", "list", "panel"]


class Command(NamedTuple):
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
    def id(self) -> str:
        """What the settings call it: its pane, unless it is heard everywhere, and its name."""
        pane = "" if self.where == "everywhere" else f"{self.where}-"
        return pane + self.name.replace(" ", "-")

    @property
    def keycaps(self) -> tuple[str, ...]:
        """The keys as a keyboard has them."""
        return tuple(map(keycap, self.keys.split(","))) if self.keys else ()

    @property
    def shown_keys(self) -> str:
        return " ".join(self.keycaps)


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
        "copy addresses",
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
    Command("everywhere", "t", "trends", "trends", "Additions by hour, day and domain: what is spiking?", palette=True),
    Command("everywhere", "c", "connection", "connection", "Another profile or Region; log in again", palette=True),
    Command("everywhere", "E", "errors", "errors", "The errors of this session", palette=True),
    Command("everywhere", "colon", "app.command_palette", "palette", "Every command by name"),
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
    Command("tree", "j,down", "cursor_down", "down", "Down"),
    Command("tree", "k,up", "cursor_up", "up", "Up"),
    Command("tree", "g,home", "scroll_home", "first", "First line"),
    Command("tree", "G,end", "scroll_end", "last", "Last line"),
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
    Command("list", "v", "range", "range", "Begin a range here; again, or a mark, where it ends marks it"),
    *(
        Command("list", f"shift+{key}", f"mark_moving('{motion}')", f"mark {name}", f"Mark from here to {where}")
        for key, motion, name, where in (
            ("down", "down", "down", "the next row"),
            ("up", "up", "up", "the row before"),
            ("pagedown", "page_down", "page down", "one screenful down"),
            ("pageup", "page_up", "page up", "one screenful up"),
            ("home", "first", "first", "the first row"),
            ("end", "last", "last", "the last row"),
        )
    ),
    Command("panel", "enter", "expand", "expand", "Show the settings on the whole screen", True),
    Command("panel", "j,down", "scroll_down", "down", "Down"),
    Command("panel", "k,up", "scroll_up", "up", "Up"),
)

CHANGES: Final = frozenset(command.action for command in COMMANDS if command.changes)
"""The actions that change something."""


def keys_by_id(commands: Iterable[Command]) -> dict[str, str]:
    """Return by each command's id how it is said what runs it: its first key, or its name in the palette."""
    return {it.id: it.keycaps[0] if it.keys else f"“{it.name}” in the palette" for it in commands}


KEYS: Final = keys_by_id(COMMANDS)
"""Unless settings give them others."""

APPS_OWN: Final = {
    "ctrl+c": "leaves",
    "ctrl+q": "leaves",
    "ctrl+l": "draws the screen again",
    "ctrl+p": "opens the palette",
    "tab": "moves the focus",
    "shift+tab": "moves the focus",
}
"""The keys that work on every screen, whatever is set."""
MOTIONS: Final = frozenset(
    ("up", "down", "left", "right", "home", "end", "pageup", "pagedown", "ctrl+pageup", "ctrl+pagedown", "shift+space")
) | {f"shift+{arrow}" for arrow in ("up", "down", "left", "right")}
"""The keys with which Textual's own panes move: what is heard everywhere would not be heard there."""


def with_keys(settings: Sequence[KeySetting]) -> tuple[Command, ...]:
    """Return all commands with the keys that settings give them.

    Raises:
        UsageError: there is no such command or key, or two commands would have the same one; the text says where.
    """
    changed = {it.command: it for it in settings}
    if unknown := next((it for it in settings if it.command not in {command.id for command in COMMANDS}), None):
        from difflib import get_close_matches

        near = get_close_matches(unknown.command, [command.id for command in COMMANDS], n=1)
        advice = f"did you mean {near[0]}?" if near else "`sestui info --config` lists them."
        raise UsageError(f"{unknown.place}: there is no command {printable(unknown.command)}; {advice}")
    commands = tuple(
        command._replace(keys=",".join(_keys(command, changed[command.id]))) if command.id in changed else command
        for command in COMMANDS
    )
    for pane in ("tree", "list", "panel"):
        _check_clashes([it for it in commands if it.where in ("everywhere", pane)], changed)
    return commands


def _keys(command: Command, setting: KeySetting) -> Iterable[str]:
    for text in setting.keys:
        key = key_named(text)
        said = f"{setting.place}: {command.id} can't have {printable(text)}"
        if key is None:
            raise UsageError(f"{said}: no such key, or none that a terminal tells apart. There are / G ctrl+f f5 pgdn.")
        if key in APPS_OWN:
            raise UsageError(f"{said}: that {APPS_OWN[key]}, always.")
        if command.where == "everywhere" and key in MOTIONS:
            raise UsageError(f"{said}: the panes move by it, and {command.id} has to be heard in all of them.")
        yield key


def _check_clashes(commands: Sequence[Command], changed: dict[str, KeySetting]) -> None:
    """Look for a key that two of the commands have, which are heard in the same pane."""
    having: dict[str, Command] = {}
    for command in commands:
        for key in command.keys.split(",") if command.keys else ():
            other = having.setdefault(key, command)
            if other is command:
                continue
            # One of them was set: without settings there is no clash.
            told, other = (command, other) if command.id in changed else (other, command)
            by = "that is set too" if other.id in changed else 'by default: give it another, or ""'
            raise UsageError(f"{changed[told.id].place}: {told.id} can't have {keycap(key)}: {other.id} has it, {by}.")
