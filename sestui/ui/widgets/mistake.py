"""Marks what of a filter can't be read, in the input itself."""

from rich.highlighter import Highlighter
from rich.text import Text

from sestui.domain.errors import QueryError
from sestui.domain.query import parse


class Mistake(Highlighter):
    """Shows the place of a filter's mistake. What is wrong there, somebody else has to say in words."""

    def highlight(self, text: Text) -> None:
        try:
            # What can't be read can't be read at any time.
            parse(text.plain, 0.0)
        except QueryError as error:
            text.stylize("bold underline", error.start, error.end)
