"""Rows that are on the screen go to a file, without a key being held up by it."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Final

from sestui.domain.destinations_file import Format, write
from sestui.domain.suppression import SuppressedDestinationSummary
from sestui.services.files import NewFile
from sestui.services.in_thread import in_thread

SLICE: Final = 1000
"""Rows that are made before whoever waits for the event loop gets a turn."""


async def export(
    batches: Iterable[Sequence[SuppressedDestinationSummary]],
    count: int,
    path: Path,
    format: Format,
    *,
    replace: bool,
    wrote: Callable[[int], None] = lambda _: None,
) -> int:
    """Write so many rows, and return how many these are; who is cancelled leaves no file.

    Args:
        batches: the rows, some at a time; `View.batches` has those of a view.
        replace: whether a file that is there may be written over.
        wrote: is told now and then how many rows are written.

    Raises:
        FileIsThere, FileTrouble: as `NewFile` does.
    """
    files: list[NewFile] = []
    try:
        # Whoever is cancelled while it is opened does not get it as a result, but has it to drop.
        await in_thread(lambda: files.append(NewFile(path, replace=replace)))
        (file,) = files
        lines = write(chain.from_iterable(batches), format)
        # The rows are made here, as others change them here; a disk is waited for elsewhere.
        done = 0
        while some := list(islice(lines, SLICE)):
            await in_thread(file.write, some)
            await asyncio.sleep(0)
            done = min(count, done + len(some))
            wrote(done)
        await in_thread(file.finish)
    finally:
        for file in files:
            await in_thread(file.drop)
    return count
