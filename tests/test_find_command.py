"""`sestui find` as a process of its own, against an emulator."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from sestui.domain.suppression import Reason, SuppressionList
from sestui.emulator import Emulator, World
from sestui.sesv2.gateway import Gateway
from tests.job_processes import Ended, Start, Terminal, end_of, starting, surroundings, until
from tests.serving import faults, operations

ACCOUNT = SuppressionList()
RETAIL = SuppressionList("acme-retail")


@pytest.fixture
def world() -> World:
    return World(tenants=12, configuration_sets=16, addresses=0, tenant_addresses=0)


@pytest.fixture
async def start(tmp_path: Path, environment: dict[str, str], emulator: Emulator) -> AsyncIterator[Start]:
    where = ("find", "--endpoint-url", emulator.url)
    async with starting(surroundings(environment, tmp_path / "state"), tmp_path, *where) as begin:
        yield begin


Find = Callable[..., Awaitable[Ended]]


@pytest.fixture
def find(start: Start) -> Find:
    async def one(*arguments: str, region: str = "us-east-1") -> Ended:
        return await end_of(await start("--region", region, *arguments))

    return one


async def test_the_verdict_comes_first_then_what_each_list_says(gateway: Gateway, find: Find) -> None:
    await gateway.put_suppressed_destination(RETAIL, "alice@corp.com", Reason.BOUNCE)
    ended = await find("Alice <alice@corp.com>", "--tenant", "acme-retail")
    assert (ended.status, ended.err) == (0, "")
    first, mail, own, account, blank, others = ended.out.splitlines()
    assert first == "alice@corp.com  (123456789012 · us-east-1)"
    assert mail.startswith("  Mail of tenant acme-retail through retail-marketing, retail-receipts: BLOCKED by alice@")
    assert own.startswith("  tenant acme-retail: alice@corp.com  BOUNCE  since ")
    assert account == "  account: not under this spelling (3 tried)"
    assert (blank, others.split()[0]) == ("", "11")
    assert others.endswith("--all-tenants asks them.")


async def test_what_is_stopped_is_the_first_line(find: Find) -> None:
    ended = await find("nobody@corp.com", "--tenant", "gone-ltd")
    assert ended.status == 0
    assert "STOPPED before any list: tenant's sending is DISABLED" in ended.out.splitlines()[1]


async def test_programs_get_objects(gateway: Gateway, find: Find) -> None:
    await gateway.put_suppressed_destination(RETAIL, "Alice@corp.com", Reason.COMPLAINT)
    ended = await find("alice@corp.com", "bob@corp.com", "--tenant", "acme-retail", "--json")
    alice, bob = ended.told
    assert (alice["address"], alice["account"], alice["region"]) == ("alice@corp.com", "123456789012", "us-east-1")
    own, account = alice["lists"]
    assert (own["tenant"], account["tenant"]) == ("acme-retail", None)
    assert [(it["address"], it["reason"], it["message_id"]) for it in own["entries"]] == [
        ("Alice@corp.com", "COMPLAINT", None)
    ]
    assert set(account["not_under"]) == {"alice@corp.com", "Alice@corp.com", "ALICE@corp.com"}
    assert [(it["configuration_set"], it["answer"], it["entries"]) for it in alice["mail"]] == [
        ("retail-marketing", "blocked", ["Alice@corp.com"]),
        ("retail-receipts", "blocked", ["Alice@corp.com"]),
    ]
    assert alice["mail_is_final"]
    assert {it["answer"] for it in bob["mail"]} == {"not under the spellings asked"}
    assert len(bob["tenants_not_asked"]) == 11


async def test_every_tenants_list_is_asked_where_that_is_wanted(gateway: Gateway, find: Find) -> None:
    await gateway.put_suppressed_destination(SuppressionList("beta-corp"), "alice@corp.com", Reason.BOUNCE)
    ended = await find("alice@corp.com", "--all-tenants", "--json")
    (alice,) = ended.told
    assert len(alice["lists"]) == 13
    assert [it["tenant"] for it in alice["lists"] if it["entries"]] == ["beta-corp"]
    assert alice["tenants_not_asked"] == []
    both = await find("alice@corp.com", "--all-tenants", "--tenant", "acme-retail")
    assert both.status == 2


async def test_several_regions_are_asked_one_after_another(find: Find) -> None:
    ended = await find("alice@corp.com", "--region", "eu-west-1", "--json")
    assert [it["region"] for it in ended.told] == ["us-east-1", "eu-west-1"]


async def test_a_list_that_can_not_be_asked_has_a_status(emulator: Emulator, gateway: Gateway, find: Find) -> None:
    await gateway.put_suppressed_destination(ACCOUNT, "alice@corp.com", Reason.BOUNCE)
    emulator.conditions = faults("access-denied@GetTenant=1")
    ended = await find("alice@corp.com", "--tenant", "acme-retail")
    assert ended.status == 4
    assert "GetTenant is denied" in ended.out
    assert "  account: alice@corp.com  BOUNCE" in ended.out
    emulator.conditions = faults("503@GetSuppressedDestination=1")
    assert (await find("alice@corp.com")).status == 3


async def test_tenants_that_can_not_be_listed_are_not_said_to_have_been_asked(emulator: Emulator, find: Find) -> None:
    emulator.conditions = faults("access-denied@ListTenants=1")
    ended = await find("alice@corp.com", "--all-tenants", "--json")
    assert ended.status == 4
    assert "ListTenants" in ended.told[0]["tenants_error"]
    ended = await find("alice@corp.com")
    assert ended.status == 0
    assert "Other tenants' lists were not asked: ListTenants is denied" in ended.out
    assert "--all-tenants" not in ended.out


async def test_a_region_that_can_not_be_asked_does_not_take_the_others_with_it(emulator: Emulator, find: Find) -> None:
    ended = await find("alice@corp.com", "--region", "no region", "--region", "eu-west-1", "--json")
    assert ended.status == 2
    assert [it["region"] for it in ended.told] == ["us-east-1", "eu-west-1"]
    assert ended.err.startswith("sestui find: no region: ")


async def test_what_is_no_address_is_said(emulator: Emulator, find: Find) -> None:
    ended = await find("alice")
    assert (ended.status, ended.out) == (2, "")
    assert "alice is no address: it has no @" in ended.err
    assert operations(emulator) == []


async def test_on_a_terminal_how_far_it_is_can_be_seen(start: Start, terminal: Terminal) -> None:
    process = await start("--region", "us-east-1", "alice@corp.com", "--all-tenants", stderr=terminal.theirs)
    assert (await end_of(process)).status == 0
    await until(lambda: terminal.seen.endswith("\r\x1b[K"))
    assert "asked 13 of 13 lists" in terminal.seen
