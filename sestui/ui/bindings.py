"""The commands as Textual has them: bindings, the palette, and the help."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from textual.app import SystemCommand
from textual.binding import Binding, BindingsMap, BindingType
from textual.dom import DOMNode
from textual.screen import Screen

from sestui.ui.commands import COMMANDS, Command, Where


def bindings(where: Where) -> list[BindingType]:
    """Return the bindings of a pane, or of the screen for `everywhere`."""
    return [_binding(command) for command in COMMANDS if command.where == where and command.keys]


def _binding(command: Command) -> Binding:
    return Binding(command.keys, command.action, command.name, show=command.footer, key_display=command.keycaps[0])


def bind_anew(node: DOMNode, where: Where, commands: Iterable[Command]) -> None:
    """Give a pane, or the screen for `everywhere`, these keys for its commands and no others.

    Textual's own keymap can't leave a command without a key, and knows no keys that a pane has of its base class.
    """
    commands = [command for command in commands if command.where == where]
    actions = {command.action for command in commands}
    kept = node._bindings.key_to_bindings
    for key, those in list(kept.items()):
        if any(it.action in actions for it in those):
            del kept[key]
    kept.update(BindingsMap([_binding(command) for command in commands if command.keys]).key_to_bindings)


def palette(screen: Screen[Any], commands: Iterable[Command]) -> Iterator[SystemCommand]:
    """Yield the commands for the palette, each with the key it could have had."""
    for command in commands:
        if command.palette:
            action = command.action
            keys = f" ({command.shown_keys})" if command.keys else ""
            yield SystemCommand(
                f"{command.name.capitalize()}{keys}",
                command.help,
                lambda action=action: screen.call_later(screen.run_action, action),
            )


def help_text(commands: Sequence[Command], *first: RenderableType) -> RenderableType:
    """Return all keys, pane by pane, after what comes first."""
    keys = {command.id: f" ({command.keycaps[0]})" if command.keys else "" for command in commands}
    titles: dict[Where, str] = {
        "everywhere": "Everywhere",
        "tree": f"In the tree{keys['tree']}",
        "list": f"In the list{keys['list']}",
        "panel": f"In the settings{keys['settings']}",
    }
    parts: list[RenderableType] = []
    for where, title in titles.items():
        rows = [(command.shown_keys, command.help) for command in commands if command.where == where and command.keys]
        parts += [Text(title, "bold"), _keys(rows)]
    rest = [
        ("tab ↓ ↑", "In a dialog: move. Enter presses the button in focus, esc changes nothing"),
        ("ctrl+p", "Every command by name, whatever the settings say"),
        ("ctrl+l", "Draw all of the screen again, where something else has written over it"),
        ("a paste", "Runs no key outside an input: the addresses in it are looked for"),
    ]
    return Group(*first, *parts, Text("Elsewhere", "bold"), _keys(rest))


def _keys(rows: list[tuple[str, str]]) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 2))
    grid.add_column(style="bold cyan", width=10)
    grid.add_column()
    for keys, words in rows:
        grid.add_row(Text(keys), words)
    return grid
