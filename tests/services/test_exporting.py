"""What is on the screen goes to a file as it stood when that was asked for."""

import asyncio
import os
from pathlib import Path

import pytest

from sestui.domain.destinations_file import Format, gather, read
from sestui.domain.errors import FileIsThere
from sestui.domain.query import Query
from sestui.domain.suppression import Reason, SuppressedDestinationSummary
from sestui.services.exporting import SLICE, export
from sestui.services.files import file_lines
from sestui.services.index import Index
from sestui.services.view import Column, View


def row(number: int) -> SuppressedDestinationSummary:
    return SuppressedDestinationSummary(f"user{number:05}@corp.com", Reason.BOUNCE, 1.7e9 + number)


async def view_of(index: Index, by: Column, *, reverse: bool) -> View:
    views = [view async for view in index.view(Query(), by, reverse=reverse)]
    return views[-1]


def addresses(path: Path) -> list[str]:
    return [it.address for it in gather(read(file_lines(path))).rows]


@pytest.mark.parametrize("by", [Column.ADDRESS, Column.LAST_UPDATE])
@pytest.mark.parametrize("reverse", [True, False])
async def test_rows_are_in_the_order_of_the_screen(tmp_path: Path, by: Column, reverse: bool) -> None:
    index = Index()
    index.put([row((number * 7919) % 10_007) for number in range(10_007)])
    view = await view_of(index, by, reverse=reverse)
    for format in Format:
        assert await export(view.batches(SLICE), len(view), tmp_path / format, format, replace=False) == 10_007
        assert addresses(tmp_path / format) == [it.address for it in view]


async def test_what_comes_and_goes_meanwhile_alters_nothing(tmp_path: Path) -> None:
    index = Index()
    index.put([row(number) for number in range(20_000)])
    wanted = [it.address for it in index.everything]
    told: list[int] = []

    def wrote(count: int) -> None:
        told.append(count)
        index.put([row(100_000 + len(told) * 3000 + number) for number in range(3000)])
        index.discard(f"user{len(told):05}@corp.com")

    await export(index.everything.batches(SLICE), len(index), tmp_path / "list", Format.CSV, replace=False, wrote=wrote)
    assert addresses(tmp_path / "list") == wanted
    assert told == list(range(1000, 20_001, 1000))


async def test_the_event_loop_has_its_turn_after_each_thousand_rows(tmp_path: Path) -> None:
    index = Index()
    index.put([row(number) for number in range(50_000)])
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    await export(index.everything.batches(SLICE), len(index), tmp_path / "list", Format.CSV, replace=False)
    counting.cancel()
    assert turns >= 50


async def test_who_is_cancelled_leaves_no_file(tmp_path: Path) -> None:
    index = Index()
    index.put([row(number) for number in range(20_000)])
    begun = asyncio.Event()
    running = asyncio.create_task(
        export(
            index.everything.batches(SLICE),
            len(index),
            tmp_path / "list",
            Format.CSV,
            replace=False,
            wrote=lambda _: begun.set(),
        )
    )
    await begun.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert os.listdir(tmp_path) == []


async def test_a_file_that_is_there_is_written_over_only_where_that_is_said(tmp_path: Path) -> None:
    index = Index()
    index.put([row(1)])
    path = tmp_path / "list"
    path.write_text("before")
    with pytest.raises(FileIsThere):
        await export(index.everything.batches(SLICE), len(index), path, Format.CSV, replace=False)
    assert path.read_text() == "before"
    await export(index.everything.batches(SLICE), len(index), path, Format.CSV, replace=True)
    assert path.read_text() == "user00001@corp.com,BOUNCE\n"
