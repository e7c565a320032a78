"""The last line: the keys that work where the focus is.

Textual's Footer makes a widget of every key and all of them anew at each move of the focus, 15 ms; this is one text.
"""

from collections.abc import Collection

from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.screen import Screen
from textual.style import Style
from textual.widgets import Static


class KeyLine(Static):
    """Each key with its word; a click is as good as the key."""

    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__("")
        self._shown = Content()
        self._without: Collection[str] = ()

    def leave_out(self, actions: Collection[str]) -> None:
        """Show no keys of these actions: they would do nothing but say why."""
        self._without = actions
        # A late answer may find the screen going down.
        if self.is_mounted and self.is_attached:
            self._draw(self.screen)

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._draw)
        self._draw(self.screen)

    def _draw(self, screen: Screen[object]) -> None:
        # Of an action with several keys the first is shown.
        shown = {
            it.binding.action: it.binding for it in reversed(screen.active_bindings.values()) if self._shows(it.binding)
        }
        keys = [
            Content.assemble(
                (self.app.get_key_display(binding), "bold $footer-key-foreground"), f" {binding.description}"
            ).stylize(Style.from_meta({"key": binding.key}))
            for binding in reversed(shown.values())
        ]
        line = Content(" ").join(keys)
        if line != self._shown:
            self._shown = line
            self.update(line, layout=False)

    def _shows(self, binding: Binding) -> bool:
        return binding.show and binding.action not in self._without

    def on_mouse_down(self, event: events.MouseDown) -> None:
        key = event.style.meta.get("key")
        if key is not None:
            self.app.simulate_key(key)
