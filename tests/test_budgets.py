"""DESIGN.md's budgets in counts: how much the program writes to a real terminal. Seconds are for `tests.benchmarks`."""

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.benchmarks.measuring import Cursor, table_size
from tests.terminal import PROGRAM, Ses, Terminal, emulator

_FOLDER = Path(__file__).parents[1]
_PAGE_DOWN = "\x1b[6~"
_SIZES = ((80, 24), (120, 40), (250, 50))


@pytest.fixture
def environment(environment: dict[str, str]) -> dict[str, str]:
    # All colours cost the most bytes.
    return {**environment, "COLORTERM": "truecolor"}


@pytest.fixture
def ses(tmp_path: Path, environment: dict[str, str], request: pytest.FixtureRequest) -> Iterator[Ses]:
    sizes = ("--tenants", "5", "--configuration-sets", "5", "--addresses", str(request.param))
    with emulator(tmp_path, environment, *sizes) as running:
        yield running


@pytest.fixture
def programs(environment: dict[str, str]) -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def _opened(
    ses: Ses,
    rows: int,
    environment: dict[str, str],
    programs: ExitStack,
    size: tuple[int, int],
    options: Sequence[str] = (),
) -> Terminal:
    """Return the program when the list is loaded and its table has the keys."""
    command = [PROGRAM, "--endpoint-url", ses.url, "--region", "us-east-1", *options]
    terminal = Terminal(command, environment, Path(environment["HOME"]), columns=size[0], lines=size[1])
    programs.callback(terminal.close)
    terminal.wait_for(f"{rows:,} addresses")
    terminal.write(b"2")
    terminal.wait_for("enter details")
    terminal.settle(0.5)
    return terminal


@pytest.mark.parametrize(("ses", "rows"), [(1_000, 1_000), (20_000, 20_000)], indirect=["ses"])
def test_a_key_of_the_cursor_writes_400_bytes_at_most(
    ses: Ses, rows: int, environment: dict[str, str], programs: ExitStack
) -> None:
    for size in _SIZES:
        terminal = _opened(ses, rows, environment, programs, size)
        cursor = Cursor(terminal.screen)
        for _ in range(5):
            before = cursor.text(terminal.screen)
            assert 0 < terminal.cost("j") <= 400
            assert cursor.text(terminal.screen) != before


@pytest.mark.parametrize("ses", [1_000], indirect=True)
def test_a_key_that_moves_the_focus_or_filters_writes_no_whole_screen(
    ses: Ses, environment: dict[str, str], programs: ExitStack
) -> None:
    terminal = _opened(ses, 1_000, environment, programs, (120, 40))
    for key in ("1", "2", "/", "o", "u", "\x1b", "3", "2"):
        # All of it takes 30,000.
        assert 0 < terminal.cost(key, 0.5) <= 7_000, key
    # A dialog covers what is behind it and changes nothing of the rest.
    for key in ("\r", "\x1b"):
        assert 0 < terminal.cost(key, 0.5) <= 8_000


@pytest.mark.parametrize("ses", [1_000], indirect=True)
@pytest.mark.parametrize(("options", "variables"), [(["--low-bandwidth"], {}), ([], {"NO_COLOR": "1"})], ids=str)
def test_without_colours_none_is_sent_and_what_is_chosen_is_seen(
    ses: Ses, environment: dict[str, str], programs: ExitStack, options: list[str], variables: dict[str, str]
) -> None:
    terminal = _opened(ses, 1_000, environment | variables, programs, (120, 40), options)
    assert len(terminal.output) <= 14_000
    cursor = [line for line in terminal.cells if sum(cell.reverse for cell in line) > 60]
    assert len(cursor) == 1
    terminal.write(b"d")
    terminal.wait_for_dialog("Dry run")
    terminal.write(b"\t")
    terminal.settle(0.5)
    reversed_cells = "".join(cell.data for line in terminal.cells for cell in line if cell.reverse and cell.data != " ")
    assert "Remove" in reversed_cells
    sent = re.findall(rb"\x1b\[([0-9;]*)m", bytes(terminal.output))
    numbers = {int(number) for codes in sent for number in codes.split(b";") if number}
    # Bold, dim, italic, underlined, reversed, struck out, and the end of each.
    assert numbers <= {0, 1, 2, 3, 4, 7, 9, 21, 22, 23, 24, 27, 29}


@pytest.mark.parametrize("ses", [1_000], indirect=True)
def test_a_page_writes_six_tenths_of_what_textuals_table_does(
    ses: Ses, environment: dict[str, str], programs: ExitStack
) -> None:
    for size in _SIZES:
        ours = _opened(ses, 1_000, environment, programs, size)
        width, height = table_size(ours.screen)
        command = [sys.executable, "-m", "tests.benchmarks.peer", "1000", str(width), str(height)]
        peer = Terminal(command, environment, _FOLDER, columns=size[0], lines=size[1])
        programs.callback(peer.close)
        peer.wait_for("BOUNCE")
        peer.settle(0.5)
        costs = [[terminal.cost(_PAGE_DOWN, 0.3) for _ in range(3)] for terminal in (ours, peer)]
        # The first moves the cursor to the last row in sight, no more.
        mine, theirs = (sum(cost[1:]) for cost in costs)
        assert 1_000 < mine <= 0.6 * theirs


@pytest.mark.parametrize("ses", [1_000], indirect=True)
def test_nothing_is_written_while_nothing_happens(ses: Ses, environment: dict[str, str], programs: ExitStack) -> None:
    terminal = _opened(ses, 1_000, environment, programs, (120, 40))
    before = len(terminal.output)
    assert not terminal.read(2.5)
    assert len(terminal.output) == before
    # It is alive.
    assert terminal.cost("j")


@pytest.mark.parametrize("ses", [20_000], indirect=True)
def test_a_load_writes_a_few_kilobytes_a_page(ses: Ses, environment: dict[str, str], programs: ExitStack) -> None:
    command = [PROGRAM, "--endpoint-url", ses.url, "--region", "us-east-1"]
    terminal = Terminal(command, environment, Path(environment["HOME"]), columns=120, lines=40)
    programs.callback(terminal.close)
    terminal.wait_for("20,000 addresses")
    terminal.settle(0.5)
    assert len(terminal.output) <= 120_000 + 20 * 8_000
