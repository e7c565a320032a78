"""What is kept of lists: the old state or the new, never a mixture, for its owner alone, and never a reason to stop."""

import asyncio
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import suppress
from math import inf
from pathlib import Path
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from sestui.domain.errors import CacheTrouble
from sestui.domain.suppression import Connection, Reason, SuppressedDestinationSummary, SuppressionList
from sestui.services.cache import Cache, Choice, Key
from sestui.services.index import Index
from sestui.services.rows import Columns

Row = SuppressedDestinationSummary
NOON = 1_795_348_800.0
HOUR, DAY = 3600.0, 86_400.0
ACCOUNT = Key("123456789012", "us-east-1")
ACME = Key("123456789012", "us-east-1", tenant_name="acme")
CHECKOUT = Path(__file__).parents[2]


def row(address: str, time: float = 1.0, reason: Reason = Reason.BOUNCE) -> Row:
    return Row(address, reason, time)


def many(count: int, time: float = 1.0) -> list[Row]:
    return [row(f"{number:06}@x.org", time) for number in range(count)]


async def batches(*slices: Iterable[Row]) -> AsyncIterator[Columns]:
    for rows in slices:
        yield Columns.of(tuple(rows))


async def write(cache: Cache, key: Key, rows: list[Row], *, read_at: float = NOON, known_since: float = -inf) -> None:
    slices = [rows[start : start + 100] for start in range(0, len(rows), 100)]
    await cache.write(key, batches(*slices), read_at=read_at, known_since=known_since)


async def read(cache: Cache, key: Key) -> tuple[float, float, list[Row]] | None:
    async with cache.read(key) as kept:
        if kept is None:
            return None
        return kept.read_at, kept.known_since, [row async for columns in kept for row in columns]


async def rows_of(cache: Cache, key: Key) -> list[Row] | None:
    kept = await read(cache, key)
    return None if kept is None else kept[2]


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "user" / "sestui"


@pytest.fixture
def cache(folder: Path, clock: Clock) -> Cache:
    return Cache(folder, clock)


def database(folder: Path) -> Path:
    (path,) = folder.glob("lists/*.sqlite")
    return path


def set_aside(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if "set-aside" in path.name)


# What is kept comes back


async def test_what_was_written_comes_back_with_its_age_and_whether_it_is_all(cache: Cache) -> None:
    assert await read(cache, ACCOUNT) is None
    rows = [row("b@x.org", 2.5, Reason.COMPLAINT), row("Ä\ud800@x.org"), row("", -0.0)]
    await write(cache, ACCOUNT, rows, read_at=NOON - 60, known_since=NOON - 3600)
    assert await read(cache, ACCOUNT) == (NOON - 60, NOON - 3600, rows)
    await write(cache, ACCOUNT, [])
    assert await read(cache, ACCOUNT) == (NOON, -inf, [])


async def test_whether_anything_is_kept_can_be_asked_of_any_folder(cache: Cache, folder: Path) -> None:
    assert not cache.exists
    await write(cache, ACCOUNT, [])
    assert cache.exists
    for nowhere in (folder / ("x" * 300), database(folder)):
        assert not Cache(nowhere, lambda: NOON).exists


async def test_lists_are_told_apart_by_account_region_endpoint_and_tenant(cache: Cache) -> None:
    connection = Connection("us-east-1", None, "some", "123456789012", "arn:aws:iam::123456789012:user/me")
    acme = SuppressionList("acme")
    assert Key.of(connection, SuppressionList()) == ACCOUNT
    assert Key.of(connection, acme) == ACME
    assert Key.of(Connection("us-east-1"), acme) is None
    keys = [
        *(ACCOUNT, ACME, Key("1" * 12, "us-east-1"), Key("123456789012", "eu-west-1")),
        *(Key("123456789012", "us-east-1", "http://127.0.0.1:1"), Key("123456789012", "us-east-1", "acme")),
    ]
    for number, key in enumerate(keys):
        await write(cache, key, [row(f"{number}@x.org")])
    assert [await rows_of(cache, key) for key in keys] == [[row(f"{number}@x.org")] for number in range(len(keys))]
    await cache.forget(ACME)
    assert await read(cache, ACME) is None
    assert await rows_of(cache, ACCOUNT) == [row("0@x.org")]


async def test_the_first_slice_comes_alone_and_the_newest_first(cache: Cache) -> None:
    index = Index()
    index.put(row(f"{number}@x.org", float(number * 7 % 5000)) for number in range(5000))
    await cache.write(ACCOUNT, index.batches(), read_at=NOON, known_since=-inf)
    async with cache.read(ACCOUNT) as kept:
        assert kept is not None
        slices = [list(columns) async for columns in kept]
    first, second, *others = slices
    # About a screenful, for which somebody waits; the others are as they were written.
    assert 50 <= len(first) <= 200
    assert first + second == list(index.everything.rows(0, 1000))
    assert max(map(len, others)) <= 1000
    other = Index()
    for rows in slices:
        other.fill(Columns.of(rows))
    assert list(other.everything) == list(index.everything)


async def test_what_came_and_went_since_is_kept_without_writing_the_list_again(cache: Cache, folder: Path) -> None:
    await cache.update(ACCOUNT, [row("nobody@x.org")])
    assert await read(cache, ACCOUNT) is None
    # Addresses that don't compress well.
    random = Random(5)
    rows = [row(f"{random.getrandbits(200):x}@x.org") for _ in range(5000)]
    await write(cache, ACCOUNT, rows, read_at=NOON - 60)
    before = database(folder).stat().st_size
    changed, came = row(rows[7].address, 9.0, Reason.COMPLAINT), row("new@x.org", 8.0)
    await cache.update(ACCOUNT, [changed, came], [rows[0].address, "unknown@x.org"])
    await cache.update(ACCOUNT, [], [rows[1].address])
    await cache.update(ACCOUNT, [rows[1]], [rows[1].address])
    expected = [changed, came, rows[1], *rows[2:7], *rows[8:]]
    assert await read(cache, ACCOUNT) == (NOON - 60, -inf, expected)
    assert before > 100_000
    assert database(folder).stat().st_size - before < before / 10
    await write(cache, ACCOUNT, rows)
    assert await rows_of(cache, ACCOUNT) == rows


async def test_a_change_while_the_list_is_written_is_in_the_old_state_and_in_the_new(cache: Cache) -> None:
    await write(cache, ACCOUNT, [row("old@x.org")])

    async def slices() -> AsyncIterator[Columns]:
        yield Columns.of([row("a@x.org"), row("b@x.org")])
        await cache.update(ACCOUNT, [row("live@x.org")], ["a@x.org"])
        assert await rows_of(cache, ACCOUNT) == [row("live@x.org"), row("old@x.org")]
        yield Columns.of([row("c@x.org")])

    await cache.write(ACCOUNT, slices(), read_at=NOON, known_since=-inf)
    assert await rows_of(cache, ACCOUNT) == [row("live@x.org"), row("b@x.org"), row("c@x.org")]


async def test_who_reads_gets_one_state_whatever_others_write_meanwhile(cache: Cache, folder: Path) -> None:
    await write(cache, ACCOUNT, many(5000, 1.0))
    other = Cache(folder, lambda: NOON)
    async with cache.read(ACCOUNT) as kept:
        assert kept is not None
        slices = aiter(kept)
        got = list(await anext(slices))
        await other.update(ACCOUNT, [row("new@x.org")], ["000000@x.org", "004999@x.org"])
        await write(other, ACCOUNT, many(4000, 2.0))
        await other.tidy()
        got += [row async for columns in slices for row in columns]
    assert got == many(5000, 1.0)
    assert await rows_of(cache, ACCOUNT) == many(4000, 2.0)


async def test_several_write_and_read_at_once(folder: Path) -> None:
    caches = [Cache(folder, lambda: NOON) for _ in range(4)]
    mine = [Key("1" * 12, "us-east-1", tenant_name=str(number)) for number in range(4)]

    async def work(number: int) -> None:
        for time in (1.0, 2.0, 3.0):
            await write(caches[number], ACCOUNT, many(500, time))
            await write(caches[number], mine[number], many(500, number))
            assert await rows_of(caches[number], mine[number]) == many(500, number)

    await asyncio.gather(*map(work, range(4)))
    assert await rows_of(caches[0], ACCOUNT) == many(500, 3.0)


async def test_a_writing_that_breaks_off_leaves_the_old_state_and_no_bytes(cache: Cache, folder: Path) -> None:
    await write(cache, ACCOUNT, many(100))
    before = database(folder).stat().st_size

    async def slices() -> AsyncIterator[Columns]:
        yield Columns.of([row(f"{os.urandom(20).hex()}@x.org") for _ in range(5000)])
        raise RuntimeError("the list was left")

    with pytest.raises(RuntimeError):
        await cache.write(ACCOUNT, slices(), read_at=NOON, known_since=-inf)
    assert await rows_of(cache, ACCOUNT) == many(100)
    assert database(folder).stat().st_size == before


async def test_a_writing_that_is_cancelled_leaves_the_old_state(cache: Cache) -> None:
    await write(cache, ACCOUNT, many(100))
    begun = asyncio.Event()

    async def endless() -> AsyncIterator[Columns]:
        for number in range(sys.maxsize):
            yield Columns.of([row(f"{number}@y.org")])
            if number == 5:
                begun.set()

    writing = asyncio.create_task(cache.write(ACCOUNT, endless(), read_at=NOON, known_since=-inf))
    await begun.wait()
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert await rows_of(cache, ACCOUNT) == many(100)


# Age


async def test_what_is_too_old_is_neither_shown_nor_kept(cache: Cache, folder: Path, clock: Clock) -> None:
    await write(cache, ACCOUNT, [row(f"{os.urandom(20).hex()}@x.org") for _ in range(5000)])
    await write(cache, ACME, many(10), read_at=NOON + DAY)
    before = database(folder).stat().st_size
    clock.now = NOON + 7 * DAY
    await cache.tidy()
    assert len(await rows_of(cache, ACCOUNT) or ()) == 5000
    clock.now += 1
    assert await read(cache, ACCOUNT) is None
    await cache.tidy()
    clock.now = NOON
    assert await read(cache, ACCOUNT) is None
    assert await rows_of(cache, ACME) == many(10)
    assert database(folder).stat().st_size < before / 2


async def test_what_a_wrong_clock_dated_into_the_future_is_dropped(cache: Cache) -> None:
    await write(cache, ACCOUNT, many(10), read_at=NOON + 30 * DAY)
    await cache.tidy()
    assert await read(cache, ACCOUNT) is None


# Who answered last time


ASKED = Connection("", None, "prod")
ANSWERED = Connection("us-east-1", None, "prod", "123456789012", "arn:aws:iam::123456789012:user/me")


async def test_who_answered_last_is_remembered_for_what_was_asked(cache: Cache, folder: Path, clock: Clock) -> None:
    environment = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI", "HOME": "/a"}
    choice = Choice.of(ASKED, environment)
    assert await cache.last(choice) is None
    await cache.remember(choice, Connection("us-west-2", account="1" * 12))
    await cache.remember(choice, ANSWERED)
    assert await cache.last(choice) == ANSWERED
    # What chooses neither account nor Region doesn't matter.
    assert await cache.last(Choice.of(ASKED, environment | {"HOME": "/b", "AWS_SECRET_ACCESS_KEY": "?"})) == ANSWERED
    for other in ({"AWS_ACCESS_KEY_ID": "AKIA2"}, {"AWS_PROFILE": "p"}, {"AWS_REGION": "r"}, {"AWS_CONFIG_FILE": "f"}):
        assert await cache.last(Choice.of(ASKED, environment | other)) is None
    for connection in (Connection("us-east-1", None, "prod"), Connection("", "http://127.0.0.1:1", "prod")):
        assert await cache.last(Choice.of(connection, environment)) is None
    kept = database(folder).read_bytes()
    assert b"AKIAIOSFODNN7EXAMPLE" not in kept
    assert b"wJalrXUtnFEMI" not in kept
    clock.now += 8 * DAY
    assert await cache.last(choice) is None
    await cache.tidy()
    clock.now = NOON
    assert await cache.last(choice) is None


# For its owner alone


def modes(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): path.stat().st_mode & 0o777 for path in [folder, *folder.rglob("*")]}


@pytest.mark.parametrize("umask", [0, 0o022, 0o177])
async def test_nobody_else_can_read_it_whatever_the_umask(cache: Cache, folder: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        await write(cache, ACCOUNT, many(10))
        async with cache.read(ACCOUNT):
            found = modes(folder)
    finally:
        os.umask(before)
    assert {name.partition("/")[2] for name in found} == {"", "lists.sqlite", "lists.sqlite-wal", "lists.sqlite-shm"}
    assert {name: mode for name, mode in found.items() if "sqlite" not in name} == {".": 0o700, "lists": 0o700}
    assert {mode for name, mode in found.items() if "sqlite" in name} == {0o600}
    assert folder.parent.stat().st_mode & 0o777 == 0o700


async def test_what_others_could_read_is_closed_to_them(cache: Cache, folder: Path) -> None:
    await write(cache, ACCOUNT, many(10))
    os.chmod(folder, 0o755)
    os.chmod(database(folder), 0o644)
    assert await rows_of(cache, ACCOUNT) == many(10)
    assert modes(folder) == {".": 0o700, "lists": 0o700, "lists/lists.sqlite": 0o600}


@pytest.mark.parametrize("which", [".", "lists", "lists/lists.sqlite"])
async def test_what_others_could_have_written_is_not_read(cache: Cache, folder: Path, which: str) -> None:
    await write(cache, ACCOUNT, many(10))
    mode = (folder / which).stat().st_mode
    (folder / which).chmod(mode | 0o020)
    with pytest.raises(CacheTrouble, match=r"Others can write to .*chmod go-w"):
        await read(cache, ACCOUNT)
    (folder / which).chmod(mode)
    assert await rows_of(cache, ACCOUNT) == many(10)


async def test_what_belongs_to_another_user_is_not_touched(tmp_path: Path) -> None:
    folder = Path("/usr")
    if os.geteuid() == 0:
        folder = tmp_path / "another's"
        folder.mkdir(0o700)
        os.chown(folder, 12345, 12345)
    before = sorted(folder.iterdir())
    with pytest.raises(CacheTrouble, match="belongs to another user"):
        await Cache(folder, lambda: NOON).last(Choice.of(ASKED, {}))
    assert sorted(folder.iterdir()) == before


# Never fatal


async def test_where_no_folder_can_be_made_there_is_no_cache(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cache = Cache(tmp_path / "file" / "sestui", lambda: NOON)
    with pytest.raises(CacheTrouble, match="No cache is kept: Not a directory"):
        await write(cache, ACCOUNT, many(1))


async def test_a_full_disk_leaves_the_old_state(cache: Cache) -> None:
    await write(cache, ACCOUNT, many(10))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    # As near to a full disk as a test can come without being root.
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
    try:
        with pytest.raises(CacheTrouble, match="No cache is kept"):
            await write(cache, ACCOUNT, [row(f"{os.urandom(20).hex()}@x.org") for _ in range(20_000)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert await rows_of(cache, ACCOUNT) == many(10)


async def test_a_row_that_can_be_none_is_not_kept(cache: Cache, folder: Path) -> None:
    await write(cache, ACCOUNT, many(10))
    for date in (float("nan"), float("inf")):
        with pytest.raises(CacheTrouble, match="a date that is none"):
            await write(cache, ACCOUNT, [row("a@x.org", date)])
        with pytest.raises(CacheTrouble, match="a date that is none"):
            await cache.update(ACCOUNT, [row("a@x.org", date)])
    assert await rows_of(cache, ACCOUNT) == many(10)
    assert set_aside(folder) == []


def _text(path: Path) -> None:
    path.write_text("dear diary\n" * 1000)


def _database_of(path: Path, application: int, version: int) -> None:
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE list (id, key, current)")
        connection.execute(f"PRAGMA application_id = {application}")
        connection.execute(f"PRAGMA user_version = {version}")
    connection.close()


def _of_another_version(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        connection.execute(f"PRAGMA user_version = {version + 1}")
    connection.close()


def _like_ours(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        ours = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")]
    connection.close()
    _database_of(path, *ours)


def _cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _changed(statement: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        with sqlite3.connect(path) as connection:
            assert connection.execute(statement).rowcount
        connection.close()

    return change


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


def _file_for_folder(path: Path) -> None:
    shutil.rmtree(path.parent)
    path.parent.touch()


async def test_a_file_of_another_version_is_not_called_damaged(cache: Cache, folder: Path) -> None:
    await write(cache, ACCOUNT, many(10))
    _of_another_version(folder / "lists" / "lists.sqlite")
    with pytest.raises(CacheTrouble, match=r"^The cache was made by another version of sestui.*: it is set aside as "):
        await rows_of(cache, ACCOUNT)
    assert await rows_of(cache, ACCOUNT) is None


@pytest.mark.parametrize(
    "spoil",
    [
        *(_text, lambda path: _database_of(path, 0, 0), _of_another_version, _like_ours, _cut, _folder, _link),
        _file_for_folder,
        _changed("UPDATE OR REPLACE list SET key = (SELECT key FROM list WHERE id = 2) WHERE id = 1"),
        _changed("UPDATE list SET read_at = read_at + 1"),
        _changed("UPDATE chunk SET data = (SELECT data FROM chunk WHERE list = 2 AND place = 1) WHERE place = 1"),
        _changed("UPDATE OR REPLACE chunk SET list = 2 WHERE list = 1"),
        _changed("UPDATE chunk SET data = 'text' WHERE place = 1"),
        _changed("DELETE FROM chunk WHERE place = 1"),
        _changed("UPDATE change SET data = x''"),
        _changed("UPDATE asked SET account = '210987654321'"),
    ],
)
async def test_what_is_not_as_it_was_written_is_set_aside(
    cache: Cache, folder: Path, clock: Clock, spoil: Callable[[Path], None]
) -> None:
    choice = Choice.of(ASKED, {})
    await write(cache, ACCOUNT, many(300, 1.0))
    await write(cache, ACME, many(300, 2.0))
    await cache.update(ACME, [row("new@x.org")])
    await cache.remember(choice, ANSWERED)
    spoil(database(folder))

    async def look() -> None:
        for key in (ACCOUNT, ACME):
            await read(cache, key)
        await cache.last(choice)

    with pytest.raises(CacheTrouble, match=r"set aside as .*/lists\.set-aside-20261122T120000Z"):
        await look()
    assert set_aside(folder) == ["lists.set-aside-20261122T120000Z"]
    # From then on all goes on.
    assert await read(cache, ACME) is None
    assert await cache.last(choice) is None
    await write(cache, ACCOUNT, many(10))
    assert await rows_of(cache, ACCOUNT) == many(10)
    _text(database(folder))
    with pytest.raises(CacheTrouble, match=r"set aside as .*/lists\.set-aside-20261122T120000Z-1"):
        await read(cache, ACCOUNT)
    clock.now += 7 * DAY + 1
    await cache.tidy()
    assert set_aside(folder) == []


def test_a_byte_that_is_other_changes_no_row() -> None:
    keys = [ACCOUNT, ACME]
    right = {ACCOUNT: [row("new@x.org"), *many(300)], ACME: many(250, 2.0)}
    with tempfile.TemporaryDirectory() as temporary:
        model = Path(temporary) / "model"

        async def make() -> bytes:
            cache = Cache(model, lambda: NOON)
            await write(cache, ACCOUNT, many(300))
            await cache.update(ACCOUNT, [row("new@x.org")])
            await write(cache, ACME, many(250, 2.0))
            return database(model).read_bytes()

        whole = asyncio.run(make())

        @settings(max_examples=60)
        # The version for writing in SQLite's header: from there on the file can only be read.
        @example(18, 1, False)
        @given(st.integers(0, len(whole) - 1), st.integers(1, 255), st.booleans())
        def law(place: int, other: int, is_cut: bool) -> None:
            spoilt = whole[:place] if is_cut else whole[:place] + bytes([whole[place] ^ other]) + whole[place + 1 :]
            with tempfile.TemporaryDirectory(dir=temporary) as here:
                cache = Cache(Path(here), lambda: NOON)

                async def look() -> None:
                    (Path(here) / "lists").mkdir()
                    (Path(here) / "lists" / database(model).name).write_bytes(spoilt)
                    with suppress(CacheTrouble):
                        assert set(await cache.keys(ACME)) <= set(keys)
                    for key in keys:
                        try:
                            kept = await read(cache, key)
                        except CacheTrouble:
                            kept = None
                        assert kept in (None, (NOON, -inf, right[key]))
                    # It may be that only writing meets what is damaged.
                    for _ in range(2):
                        try:
                            await write(cache, ACCOUNT, many(10))
                        except CacheTrouble:
                            continue
                    assert await rows_of(cache, ACCOUNT) == many(10)

                asyncio.run(look())

        law()


# A kill at any moment


_WRITER = """
import asyncio, sys
from math import inf
from pathlib import Path
from sestui.services.cache import Cache, Key
from sestui.services.rows import Columns
from tests.services.test_cache import ACCOUNT, NOON, many

async def main(folder, stop):
    cache = Cache(Path(folder), lambda: NOON)
    state = 1
    while True:
        state += 1
        async def batches():
            for batch in range(10):
                if (state - 2) * 10 + batch == stop:
                    print("stands", flush=True)
                    sys.stdin.read()
                yield Columns.of(many(5000, float(state))[batch * 500 : batch * 500 + 500])
        await cache.write(ACCOUNT, batches(), read_at=NOON, known_since=-inf)
        print(state, flush=True)

asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""


def killed(folder: Path, *, stop: int = -1, states: int = 0) -> None:
    """Run a program that writes one state after the other, and kill it where it stands or after some states."""
    command = [sys.executable, "-c", _WRITER, str(folder), str(stop)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=CHECKOUT) as process:
        assert process.stdout is not None
        if states:
            for _ in range(states):
                assert process.stdout.readline()
        else:
            while (line := process.stdout.readline()) != b"stands\n":
                assert line
        process.kill()


@pytest.mark.parametrize("stop", [0, 5, 9, 13])
async def test_killed_in_the_middle_of_a_writing_the_old_state_is_there(
    cache: Cache, folder: Path, clock: Clock, stop: int
) -> None:
    await write(cache, ACCOUNT, many(5000, 1.0))
    before = database(folder).stat().st_size
    await asyncio.to_thread(killed, folder, stop=stop)
    old = many(5000, 1.0 + stop // 10)
    assert await rows_of(cache, ACCOUNT) == old
    # The program might still be there: what it wrote goes when it has been silent for long.
    await cache.tidy()
    clock.now += 2 * HOUR
    await cache.tidy()
    assert await rows_of(cache, ACCOUNT) == old
    assert database(folder).stat().st_size < 1.5 * before


@pytest.mark.parametrize("states", [1, 2, 4])
async def test_killed_at_any_moment_there_is_one_state_or_the_next(cache: Cache, folder: Path, states: int) -> None:
    await asyncio.to_thread(killed, folder, states=states)
    rows = await rows_of(cache, ACCOUNT)
    assert rows
    assert rows == many(5000, rows[0].last_update)
    assert rows[0].last_update >= 1 + states


# Clearing


async def test_clearing_deletes_all_of_it_and_says_what(cache: Cache, folder: Path) -> None:
    assert await cache.clear() == []
    await write(cache, ACCOUNT, many(10))
    _text(database(folder))
    with pytest.raises(CacheTrouble):
        await read(cache, ACCOUNT)
    await write(cache, ACCOUNT, many(10))
    (folder / "somebody's.txt").touch()
    async with cache.read(ACCOUNT):
        deleted = await cache.clear()
    assert sorted(path.name for path, _ in deleted) == ["lists.sqlite"] * 2 + ["lists.sqlite-shm", "lists.sqlite-wal"]
    assert sum(size for path, size in deleted if path.suffix == ".sqlite") > 11_000
    assert os.listdir(folder) == ["somebody's.txt"]
    assert await read(cache, ACCOUNT) is None


async def test_what_is_cleared_while_it_is_written_is_gone(cache: Cache, folder: Path) -> None:
    async def slices() -> AsyncIterator[Columns]:
        yield Columns.of(many(1000))
        await Cache(folder, lambda: NOON).clear()
        yield Columns.of(many(1000))

    with suppress(CacheTrouble):
        await cache.write(ACCOUNT, slices(), read_at=NOON, known_since=-inf)
    assert await read(cache, ACCOUNT) is None


# Against a model that is plain, and right by looking at it


ADDRESSES = st.sampled_from([f"{name}@x.org" for name in ("a", "A", "b", "ß", "\ud800", "c\n")] + [""])
ROWS = st.dictionaries(ADDRESSES, st.tuples(st.sampled_from(Reason), st.floats(-1e12, 1e12)), max_size=7).map(
    lambda rows: {address: Row(address, *rest) for address, rest in rows.items()}
)
KEYS = st.sampled_from([ACCOUNT, ACME, Key("123456789012", "us-east-1", "http://127.0.0.1:1", "acme")])


class Comparison(RuleBasedStateMachine):
    """A cache, two programs that use it by turns, and a dictionary."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.temporary = tempfile.TemporaryDirectory()
        self.clock = Clock()
        folder = Path(self.temporary.name) / "sestui"
        self.caches = [Cache(folder, self.clock), Cache(folder, self.clock)]
        self.kept: dict[Key, tuple[float, float, dict[str, Row]]] = {}

    def _next(self) -> Cache:
        self.caches.reverse()
        return self.caches[0]

    @rule(
        key=KEYS,
        rows=ROWS,
        size=st.integers(1, 4),
        age=st.integers(0, 3),
        since=st.sampled_from((-inf, NOON, 0.1, inf)),
    )
    def write(self, key: Key, rows: dict[str, Row], size: int, age: int, since: float) -> None:
        every = list(rows.values())
        slices = [every[start : start + size] for start in range(0, len(every), size)]
        read_at = self.clock.now - age * DAY
        self.runner.run(self._next().write(key, batches(*slices), read_at=read_at, known_since=since))
        self.kept[key] = read_at, since, rows

    @rule(key=KEYS, rows=ROWS)
    def write_in_vain(self, key: Key, rows: dict[str, Row]) -> None:
        async def broken() -> AsyncIterator[Columns]:
            yield Columns.of(list(rows.values()))
            raise RuntimeError

        with pytest.raises(RuntimeError):
            self.runner.run(self._next().write(key, broken(), read_at=self.clock.now, known_since=-inf))

    @rule(key=KEYS, rows=ROWS, gone=st.lists(ADDRESSES, max_size=3))
    def update(self, key: Key, rows: dict[str, Row], gone: list[str]) -> None:
        self.runner.run(self._next().update(key, rows.values(), gone))
        if key in self.kept:
            for address in gone:
                self.kept[key][2].pop(address, None)
            self.kept[key][2].update(rows)

    @rule(key=KEYS)
    def forget(self, key: Key) -> None:
        self.runner.run(self._next().forget(key))
        self.kept.pop(key, None)

    @rule()
    def clear(self) -> None:
        self.runner.run(self._next().clear())
        self.kept.clear()

    @rule(days=st.integers(1, 4), tidy=st.booleans())
    def wait(self, days: int, tidy: bool) -> None:
        self.clock.now += days * DAY
        if tidy:
            self.runner.run(self._next().tidy())
        self.kept = {key: kept for key, kept in self.kept.items() if kept[0] >= self.clock.now - 7 * DAY}

    @rule(key=KEYS)
    def read(self, key: Key) -> None:
        found = self.runner.run(read(self._next(), key))
        assert (found is None) == (key not in self.kept)
        if found is not None:
            read_at, since, rows = found
            assert (read_at, since, {row.address: row for row in rows}) == self.kept[key]
            assert len(rows) == len(self.kept[key][2])

    @rule()
    def look(self) -> None:
        found = self.runner.run(self._next().keys(Key(ACCOUNT.account, ACCOUNT.region)))
        assert set(found) == {key for key in self.kept if key.endpoint is None}
        times = [self.kept[key][0] for key in found]
        assert times == sorted(times, reverse=True)

    @invariant()
    def nothing_is_set_aside(self) -> None:
        assert not list(Path(self.temporary.name).rglob("*set-aside*"))

    def teardown(self) -> None:
        for key in (ACCOUNT, ACME):
            self.read(key)
        self.runner.close()
        self.temporary.cleanup()


TestComparison = Comparison.TestCase
TestComparison.settings = settings(max_examples=20, stateful_step_count=12)
