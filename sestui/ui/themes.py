"""The themes that the settings offer: which colours Textual's variables have, and which the names of Rich's colours."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from rich.color import parse_rgb_hex
from rich.terminal_theme import TerminalTheme
from textual._ansi_theme import DEFAULT_TERMINAL_THEME
from textual.app import App
from textual.theme import BUILTIN_THEMES, Theme

_LIGHT: Final = replace(
    BUILTIN_THEMES["textual-light"],
    name="light",
    # Textual's own orange can't be read as a text on grey.
    accent="#8a4b00",
    warning="#8a4b00",
    error="#a01030",
    variables={"footer-key-foreground": "#004578", "text-disabled": "#666666"},
)
_HIGH_CONTRAST: Final = Theme(
    name="high-contrast",
    primary="#ffffff",
    secondary="#ffffff",
    accent="#ffff00",
    warning="#ffff00",
    error="#ff8080",
    success="#00ff00",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#000000",
    boost="#303030",
    text_alpha=1.0,
    variables={
        "text-muted": "#ffffff",
        "text-disabled": "#c0c0c0",
        "foreground-muted": "#ffffff",
        "text-accent": "#ffff00",
        "text-warning": "#ffff00",
        "text-error": "#ff8080",
        "text-success": "#00ff00",
        "block-cursor-foreground": "#000000",
        "block-cursor-background": "#ffff00",
        "block-cursor-blurred-background": "#505050",
        "footer-key-foreground": "#ffff00",
        "input-selection-background": "#0000ff",
    },
)
_ANSI: Final = Theme(
    name="ansi",
    ansi=True,
    primary="ansi_blue",
    secondary="ansi_cyan",
    warning="ansi_yellow",
    error="ansi_red",
    success="ansi_green",
    accent="ansi_magenta",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    variables={
        # Readable where the terminal is dark and where it is light; some have no bright black.
        "text-muted": "ansi_default",
        "foreground-muted": "ansi_default",
        "border-blurred": "ansi_default",
        "ansi-background": "ansi_default",
        "ansi-foreground": "ansi_default",
        "block-cursor-foreground": "ansi_bright_white",
        "block-cursor-background": "ansi_blue",
        "block-cursor-blurred-foreground": "ansi_black",
        "block-cursor-blurred-background": "ansi_white",
        "input-cursor-foreground": "ansi_black",
        "input-cursor-background": "ansi_white",
        "input-cursor-text-style": "none",
        "scrollbar-background": "ansi_default",
        "scrollbar-background-hover": "ansi_default",
        "scrollbar-background-active": "ansi_default",
    },
)


def _colours(*names: str) -> TerminalTheme:
    """Return what Rich's names of colours stand for: black, red, green, yellow, blue, magenta, cyan, white."""
    colours: list[tuple[int, int, int]] = [parse_rgb_hex(name) for name in names]
    return TerminalTheme(colours[0], colours[-1], colours)


_ON_LIGHT: Final = _colours("000000", "a01b1b", "2b6a10", "7a4f00", "1a4fb0", "7a3e9d", "005f7a", "f7f7f7")
_ON_BLACK: Final = _colours("000000", "ff8080", "00ff00", "ffff00", "80a0ff", "ff80ff", "00ffff", "ffffff")
THEMES: Final = {
    "dark": BUILTIN_THEMES["textual-dark"],
    "light": _LIGHT,
    "ansi": _ANSI,
    "high-contrast": _HIGH_CONTRAST,
}


def show_in(app: App[Any], name: str) -> None:
    """Show an app in the theme of this name; where there is to be no colour, the terminal's own are none either."""
    theme = THEMES["dark" if app.no_color and name == "ansi" else name]
    app.register_theme(theme)
    # The theme's own watcher looks at them: one look at the stylesheets is enough.
    app.set_reactive(App.ansi_theme_light, _ON_LIGHT)
    app.set_reactive(App.ansi_theme_dark, _ON_BLACK if theme is _HIGH_CONTRAST else DEFAULT_TERMINAL_THEME)
    app.theme = theme.name
