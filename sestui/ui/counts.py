"""How much of a list is on the screen, in words that are true at each moment."""

from __future__ import annotations

from collections.abc import Sequence
from math import isinf
from typing import TYPE_CHECKING

from sestui.domain.display import counted, moment, zone_of
from sestui.domain.query import Asked, Query
from sestui.services.listing import FRESH_FOR, Listing
from sestui.services.view import View

if TYPE_CHECKING:
    from sestui.services.live import News
    from sestui.ui.widgets.counts_line import Part


class Arrivals:
    """What a live list has brought since it was last looked at."""

    def __init__(self, since: float) -> None:
        self.since = since
        """Seconds since 1970."""
        self.came: set[str] = set()
        self.left: set[str] = set()

    def add(self, news: News) -> None:
        self.came.update(row.address for row in news.came)
        self.left.update(row.address for row in news.left)

    def __str__(self) -> str:
        """`3 came, 1 left since 16:02:11`"""
        parts = [f"{len(them):,} {word}" for them, word in ((self.came, "came"), (self.left, "left")) if them]
        return f"{', '.join(parts)} since {moment(self.since)[11:]}" if parts else ""


def parts(
    listing: Listing,
    view: View,
    marked: Sequence[Part],
    trouble: str,
    asking: Asked | None,
    sorting: str,
    arrivals: Arrivals | None,
) -> list[Part]:
    """Say how much of a list is on the screen, what is most important first.

    Args:
        marked: what there is to say of its marks.
        trouble: why loading stopped short.
        asking: what of the filter SES is being asked for.
        sorting: what the rows are being sorted by.
    """
    is_all = view.query.is_empty and view.among is None
    some = "" if is_all else f"{'' if view.whole else 'at least '}{len(view):,} shown of "
    told: list[Part] = [
        (some + loaded(listing, trouble), some + loaded(listing, trouble, brief=True)),
        *marked,
        _times(view.query),
    ]
    if asking is not None:
        told.append((f"asking SES for {asking.terms}", ""))
    if sorting:
        told.append((f"sorting by {sorting} …", ""))
    if arrivals is not None:
        told.append((str(arrivals), ""))
    asked = view.query.asked
    is_known = not asked.is_empty and listing.has_all(asked)
    if asking is None and is_known and not listing.complete and listing.kept_from is None:
        told.append((f"all there are for {asked.terms}", ""))
    return told


def _times(query: Query) -> Part:
    """Say which times a filter lets through; in fewer words without date, seconds and zone where they are plain."""
    since, before = query.asked.since, query.asked.before
    if since is None or before is None or since >= before or zone_of(since) != zone_of(before):
        return query.range, ""
    first, last = moment(since), moment(before)
    if not since % 60 and not before % 60:
        first, last = first[:16], last[:16]
    return query.range, f"{first} to {last[11:] if first[:10] == last[:10] else last}", ""


def loaded(listing: Listing, trouble: str, *, brief: bool = False) -> str:
    """Say how many rows there are, whether that is all, and, unless it is to be brief, from when they are."""
    since = _since(listing)
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
        return f"{size:,}{'' if brief else f' loaded{since}'}, more coming" if size else "asking SES …"
    if not listing.complete:
        return (
            f"{size:,} loaded{'' if brief else since} · {trouble or 'not all'}" if size else trouble or "asking SES …"
        )
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
