"""Production on the command line: the count and the name of what is changed are typed, or the name is an argument."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from sestui.domain.suppression import Reason, SuppressionList
from sestui.emulator import Emulator
from sestui.services.journal import Journal
from sestui.sesv2.gateway import Gateway
from sestui.sesv2.operations import WRITES
from tests.job_plans import ACCOUNT, journal_in, reasons, removal, rows
from tests.job_processes import Start, Terminal, end_of, starting, surroundings, until
from tests.serving import operations

SHOP = SuppressionList("shop")
MARKED = 'production = ["210987654321", "123456789012"]'


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = journal_in(tmp_path / "state")
    yield opened
    opened.close()


@pytest.fixture
async def start(tmp_path: Path, environment: dict[str, str]) -> AsyncIterator[Start]:
    (tmp_path / "config.toml").write_text(MARKED)
    command = ("--config", str(tmp_path / "config.toml"))
    async with starting(surroundings(environment, tmp_path / "state"), tmp_path, *command) as begin:
        yield begin


@pytest.fixture
async def shop(gateway: Gateway, emulator: Emulator) -> None:
    await gateway.changes.create_tenant("shop")
    await gateway.put_suppressed_destination(ACCOUNT, "alice@corp.com", Reason.BOUNCE)
    await gateway.put_suppressed_destination(SHOP, "bob@corp.com", Reason.BOUNCE)
    emulator.requests.clear()


def remove(emulator: Emulator, *more: str) -> list[str]:
    return ["remove", "--endpoint-url", emulator.url, "--region", "us-east-1", *more]


def written(emulator: Emulator) -> list[str]:
    return [name for name in operations(emulator) if name in WRITES]


TARGETS = pytest.mark.parametrize(
    ("target", "address", "name"),
    [(("--account",), "alice@corp.com", "9012"), (("--tenant", "shop"), "bob@corp.com", "shop")],
)


@pytest.mark.usefixtures("shop")
@TARGETS
async def test_yes_alone_is_refused_before_anything_is_read_and_with_the_name_it_is_done(
    start: Start, emulator: Emulator, target: tuple[str, ...], address: str, name: str
) -> None:
    asked = remove(emulator, *target, address, "--yes")
    for more, words in (
        ((), f"this is production, and --yes needs --production {name} beside it there."),
        (("--production", "other"), f"--production says other, and what would be changed is {name}."),
    ):
        emulator.requests.clear()
        refused = await end_of(await start(*asked, *more))
        assert (refused.status, refused.out, refused.err) == (2, "", f"sestui remove: Nothing was done: {words}\n")
        assert set(operations(emulator)) == {"GetCallerIdentity"}
    done = await end_of(await start(*asked, "--production", name))
    assert done.status == 0, done.err
    assert written(emulator) == ["DeleteSuppressedDestination"]


@pytest.mark.usefixtures("shop")
@TARGETS
@pytest.mark.parametrize("right", [True, False])
async def test_a_person_types_the_count_and_the_name(
    start: Start,
    terminal: Terminal,
    emulator: Emulator,
    target: tuple[str, ...],
    address: str,
    name: str,
    right: bool,
) -> None:
    process = await start(*remove(emulator, *target, address), stdin=terminal.theirs, stderr=terminal.theirs)
    await until(lambda: f"This is PRODUCTION. Type 1 {name} to remove it;" in terminal.seen)
    terminal.type(f"1 {name}\n" if right else "1\n")
    assert (await end_of(process)).status == (0 if right else 130)
    assert written(emulator) == (["DeleteSuppressedDestination"] if right else [])


@pytest.mark.usefixtures("shop")
async def test_an_undo_takes_the_name_too_and_a_dry_run_does_not(
    start: Start, emulator: Emulator, gateway: Gateway, journal: Journal
) -> None:
    number = journal.plan(removal(await gateway.identify(), await rows(gateway)))
    # What was agreed to when it was planned is carried out.
    assert (await end_of(await start("jobs", "run", number))).status == 0
    emulator.requests.clear()
    refused = await end_of(await start("jobs", "undo", number, "--yes"))
    assert refused.status == 2
    assert "--yes needs --production 9012 beside it there." in refused.err
    assert (await end_of(await start("jobs", "undo", number, "--dry-run"))).status == 0
    assert written(emulator) == []
    assert len(journal.jobs()) == 1
    assert (await end_of(await start("jobs", "undo", number, "--yes", "--production", "9012"))).status == 0
    assert await reasons(gateway) == {"alice@corp.com": Reason.BOUNCE}


@pytest.mark.usefixtures("shop")
async def test_elsewhere_yes_is_enough_and_a_name_that_is_said_has_to_be_right(
    start: Start, emulator: Emulator, tmp_path: Path
) -> None:
    (tmp_path / "config.toml").write_text('production = ["prod-*"]')
    asked = remove(emulator, "--tenant", "shop", "bob@corp.com", "--yes")
    assert (await end_of(await start(*asked, "--production", "other"))).status == 2
    assert written(emulator) == []
    assert (await end_of(await start(*asked))).status == 0
