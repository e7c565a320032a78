"""The input of a filter, and the mark for what of it can't be read."""

from rich.highlighter import Highlighter
from rich.text import Text
from textual.geometry import Size
from textual.reactive import Reactive
from textual.widgets import Input

from sestui.domain.errors import QueryError
from sestui.domain.query import parse


class Filter(Input):
    """An Input of one line and a fixed width."""

    # Textual lays the whole screen out for each letter, 8 ms, as an input that grows may move what is beside it.
    virtual_size = Reactive(Size(0, 0))


class Mistake(Highlighter):
    """Shows the place of a filter's mistake. What is wrong there, somebody else has to say in words."""

    def highlight(self, text: Text) -> None:
        try:
            # What can't be read can't be read at any time.
            parse(text.plain, 0.0)
        except QueryError as error:
            text.stylize("bold underline", error.start, error.end)
