"""The box that greets in the demo. It lies over the panes, has no focus, and goes at the first key."""

from collections.abc import Mapping

from textual.widgets import Static

from sestui.ui.three_things import TITLE, three_things


class Greeting(Static):
    """What there is to try."""

    ALLOW_SELECT = False

    def __init__(self, keys: Mapping[str, str]) -> None:
        """`keys` has by a command's id what runs it."""
        super().__init__(three_things(keys), markup=False)
        self.border_title = TITLE
        self.border_subtitle = f"goes at any key · {keys['help']} shows it again"
