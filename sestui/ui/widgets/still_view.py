"""What scrolls without all of it being drawn anew, and its scrollbar."""

from abc import abstractmethod

from rich.segment import Segment
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar, ScrollBarRender


class StillView(ScrollView):
    """Lines of which only those are drawn that look different."""

    @abstractmethod
    def draw(self) -> None:
        """Have the lines in sight drawn that look different now."""

    def stretch(self, height: int) -> None:
        """Be so many lines high."""
        if height == self.virtual_size.height:
            return
        if self.show_vertical_scrollbar and height > self.size.height:
            # Another height alone moves the scrollbar's thumb; a layout would draw all of this again.
            self.set_reactive(StillView.virtual_size, Size(0, height))
            _move_thumb(self.vertical_scrollbar, height, self.scroll_y)
        else:
            self.virtual_size = Size(0, height)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Draw what is in sight now, and what of the scrollbar has moved."""
        if self.show_vertical_scrollbar:
            _move_thumb(self.vertical_scrollbar, self.virtual_size.height, new_value)
        if round(old_value) != round(new_value):
            self.draw()


def _move_thumb(bar: ScrollBar, height: int, position: float) -> None:
    """Tell a scrollbar how much there is and where one is; of its cells only those are drawn that look different."""

    def cells() -> list[Segment]:
        sizes = bar.window_virtual_size, bar.window_size, bar.position
        return list(ScrollBarRender.render_bar(bar.size.height, *sizes).segments)

    before = cells()
    bar.set_reactive(ScrollBar.window_virtual_size, height)
    bar.set_reactive(ScrollBar.position, position)
    if lines := [line for line, (was, now) in enumerate(zip(before, cells(), strict=False)) if was != now]:
        bar.refresh(*(Region(0, line, bar.size.width, 1) for line in lines))
