"""The scrollbar of a table, moved without all of it being drawn anew."""

from rich.segment import Segment
from textual.geometry import Region
from textual.scrollbar import ScrollBar, ScrollBarRender


def move_thumb(bar: ScrollBar, height: int, position: float) -> None:
    """Tell a scrollbar how much there is and where one is; of its cells only those are drawn that look different."""

    def cells() -> list[Segment]:
        sizes = bar.window_virtual_size, bar.window_size, bar.position
        return list(ScrollBarRender.render_bar(bar.size.height, *sizes).segments)

    before = cells()
    bar.set_reactive(ScrollBar.window_virtual_size, height)
    bar.set_reactive(ScrollBar.position, position)
    if lines := [line for line, (was, now) in enumerate(zip(before, cells(), strict=False)) if was != now]:
        bar.refresh(*(Region(0, line, bar.size.width, 1) for line in lines))
