"""A file of addresses is read without a key being held up by it."""

from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Final

from sestui.domain.addresses import Refused
from sestui.domain.destinations_file import Gathered, Row, gather, read
from sestui.services.files import file_lines
from sestui.services.in_thread import in_thread

_SLICE: Final = 5000
"""Rows that are read before it is said how many there are."""


async def gathered(path: Path, came: Callable[[int], None] = lambda _: None) -> Gathered:
    """Read a file in a thread; `came` is told now and then how many rows there are so far, the refused with them.

    Raises:
        FileTrouble: it can't be read.
    """
    found: list[Row | Refused] = []
    rows = read(await in_thread(file_lines, path))

    def some_more() -> list[Row | Refused]:
        return list(islice(rows, _SLICE))

    while some := await in_thread(some_more):
        found += some
        came(len(found))
    return await in_thread(gather, found)
