"""What is counted of lists that earlier sessions have kept, and what becomes of those that can't be read."""

import sqlite3
from contextlib import closing
from math import inf
from pathlib import Path

from sestui.domain.errors import CacheTrouble
from sestui.domain.suppression import Connection, Reason, SuppressedDestinationSummary, SuppressionList
from sestui.services.cache import Cache, Choice, Key
from sestui.services.counting import Counting
from sestui.services.index import Index
from sestui.services.keeping import Keeping
from sestui.services.listing import Listing
from tests.serving import NOON

HOUR = 3600.0
US = Connection("us-east-1", account="1" * 12)
NAMES = ("first", "second", "third", "fourth")


async def kept(folder: Path) -> Keeping:
    """Keep as many additions of each list as its name has letters, the first one's as the last that were read."""
    cache, choice = Cache(folder, lambda: NOON), Choice.of(US, {})
    for place, name in enumerate(NAMES):
        index = Index()
        index.put(SuppressedDestinationSummary(f"{it}@corp.com", Reason.BOUNCE, NOON - HOUR) for it in range(len(name)))
        key = Key.of(US, SuppressionList(name))
        assert key is not None
        await cache.write(key, index.batches(), read_at=NOON - place, known_since=-inf)
    keeping = Keeping(cache, choice)
    await keeping.settle(US)
    return keeping


def counting_beside(keeping: Keeping, *others: Listing) -> Counting:
    here = Listing(None, SuppressionList(), lambda: NOON)
    return Counting(here, lambda: True, lambda: list(others), keeping, lambda: NOON)


async def test_kept_lists_are_counted_one_by_one_and_those_in_memory_are_not(tmp_path: Path) -> None:
    second = Listing(None, SuppressionList("second"), lambda: NOON)
    counting = counting_beside(await kept(tmp_path), second)
    assert [counting.left async for _ in counting.count_kept()] == [3, 2, 1, 0]
    assert list(counting.others) == [SuppressionList(it) for it in NAMES if it != "second"]
    assert counting.unread == 0
    assert all(it.is_kept for it in counting.others.values())


async def test_who_has_locked_the_cache_is_waited_for_once_not_for_each_list(tmp_path: Path) -> None:
    keeping = await kept(tmp_path)
    troubles = list[CacheTrouble]()
    keeping.tell = troubles.append
    counting = counting_beside(keeping)
    steps = counting.count_kept()
    await anext(steps)
    await anext(steps)
    with closing(sqlite3.connect(tmp_path / "lists" / "lists.sqlite")) as locking:
        locking.execute("PRAGMA locking_mode = EXCLUSIVE")
        locking.execute("BEGIN EXCLUSIVE")
        await anext(steps)
    # Nobody holds it any more: another look would have found them.
    assert (counting.left, counting.unread, list(counting.others)) == (0, 3, [SuppressionList("first")])
    assert [step async for step in steps] == []
    (trouble,) = troubles
    assert "locked" in str(trouble)
