"""The rows from one that somebody chose to the cursor: a range that moving extends."""

from collections.abc import Iterable

from sestui.services.view import View


class OpenRange:
    """Where a range began, by address; it ends at the cursor, before it or behind."""

    def __init__(self) -> None:
        self.began: str | None = None
        """None while no range is open."""
        self.arrived: set[str] = set()
        """What came live meanwhile: that is never marked."""

    def begin(self, address: str | None) -> None:
        self.began, self.arrived = address, set()

    def leave_out(self, arrived: Iterable[str]) -> None:
        """Take note of what came live."""
        if self.began is not None:
            self.arrived.update(arrived)

    def places(self, view: View | None, cursor: int) -> range:
        """Return where its rows stand, those that arrived among them; nowhere while none is open."""
        if self.began is None or not view:
            return range(0)
        place = view.place(self.began)
        if place <= cursor:
            return range(place, cursor + 1)
        # Where it began may be gone.
        return range(cursor, place + (place < len(view) and view[place].address == self.began))

    def size(self, view: View | None, cursor: int) -> int | None:
        """Return how many rows it has; None while none is open."""
        if self.began is None:
            return None
        places = self.places(view, cursor)
        arrived = 0
        if view:
            at = ((address, view.place(address)) for address in self.arrived)
            arrived = sum(place in places and view[place].address == address for address, place in at)
        return len(places) - arrived
