"""Check box and radio button whose state is in their sign: Textual's own tell it by colour alone."""

from textual.content import Content
from textual.widgets import Checkbox, RadioButton


class Tick(Checkbox):
    """`[x]` or `[ ]`."""

    @property
    def _button(self) -> Content:
        return Content.styled("[x]" if self.value else "[ ]", self.get_visual_style("toggle--button"))


class Choice(RadioButton):
    """`(•)` or `( )`."""

    @property
    def _button(self) -> Content:
        return Content.styled("(•)" if self.value else "( )", self.get_visual_style("toggle--button"))
