"""How much of a list is on the screen, in words that are true at each moment."""

from dataclasses import dataclass, field
from math import isinf

from sestui.domain.display import counted, moment
from sestui.services.listing import FRESH_FOR, Listing
from sestui.services.live import News


@dataclass(slots=True)
class Arrivals:
    """What a live list has brought since it was last looked at."""

    since: float
    """Seconds since 1970."""
    came: set[str] = field(default_factory=set)
    left: set[str] = field(default_factory=set)

    def add(self, news: News) -> None:
        self.came.update(row.address for row in news.came)
        self.left.update(row.address for row in news.left)

    def __str__(self) -> str:
        """`3 came, 1 left since 16:02:11`"""
        parts = [f"{len(them):,} {word}" for them, word in ((self.came, "came"), (self.left, "left")) if them]
        return f"{', '.join(parts)} since {moment(self.since)[11:]}" if parts else ""


def loaded(listing: Listing, trouble: str) -> str:
    """Say how many rows there are, whether that is all, and from when they are."""
    size = len(listing.index)
    if listing.kept_from is not None:
        # Absolute, for an age would have to be drawn again each minute.
        words = f"{size:,} as of {moment(listing.kept_from)[:16]}{'' if listing.is_whole else ', not all'}"
        if listing.gateway is None:
            return f"{words} · {trouble or 'connecting …'}"
        if listing.loading:
            return f"{words} · reading again{_so_far(listing)}"
        return f"{words} · {trouble or 'not read again yet'}"
    if listing.loading and listing.read_again is not None:
        return f"{counted(size, 'address', 'addresses')} · reading again{_so_far(listing)}"
    if listing.loading:
        return f"{size:,} loaded{_since(listing)}, more coming" if size else "asking SES …"
    if not listing.complete:
        return f"{size:,} loaded{_since(listing)} · {trouble or 'not all'}" if size else trouble or "asking SES …"
    words = counted(size, "address", "addresses")
    if trouble:
        return f"{words} · {trouble}"
    if listing.age > FRESH_FOR and listing.read_at is not None:
        words += f", read {moment(listing.read_at)[11:16]}"
    return words


def _so_far(listing: Listing) -> str:
    return f", {listing.read_again:,} so far" if listing.read_again else ""


def _since(listing: Listing) -> str:
    """Say since when all rows are there; nothing while the newest are not."""
    since = listing.whole_since
    return "" if isinf(since) else f", all since {moment(since)[:16]}"
