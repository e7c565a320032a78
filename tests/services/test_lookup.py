"""Where an address is suppressed, found in the order in which people need it, at one request a second."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from sestui.domain.errors import AccessDenied, TenantNotFound
from sestui.domain.impact import Send
from sestui.domain.priority import Priority
from sestui.domain.suppression import Reason, SuppressedDestinationSummary, SuppressionList
from sestui.domain.verdict import Answer
from sestui.emulator import Conditions, Rate, World
from sestui.services.directory import Directory
from sestui.services.listing import Listing
from sestui.services.lookup import ACCOUNT, Lookup, Rows
from sestui.services.lookup_words import finding_lines, left_line, meaning_lines
from sestui.sesv2.gateway import Gateway
from tests.serving import NOON, faults, loop_clock, serving
from tests.virtual_time import run

RETAIL = SuppressionList("acme-retail")
RECEIPTS = Send("acme-retail", "retail-receipts")
WORLD = World(tenants=300, configuration_sets=60, addresses=0, tenant_addresses=0)
ONE = Conditions(rates=(Rate(1.0),))


@dataclass
class Watch:
    """Notes when something was first known."""

    clock: Callable[[], float]
    lookup: Lookup
    began: float = 0.0
    seen: dict[str, float] = field(default_factory=dict)

    def start(self) -> None:
        self.began = self.clock()
        self.lookup.changed = self._look

    def _look(self) -> None:
        address = self.lookup.addresses[0]
        if all(it.is_asked for it in self.lookup.of(address)[:2]):
            self._note("both lists")
        verdicts, final = self.lookup.verdicts(address)
        if verdicts and final and all(it.is_asked for it in self.lookup.of(address)[:2]):
            self._note("verdict")

    def _note(self, what: str) -> None:
        self.seen.setdefault(what, self.clock() - self.began)


async def put(gateway: Gateway, which: SuppressionList, address: str, reason: Reason = Reason.BOUNCE) -> None:
    await gateway.put_suppressed_destination(which, address, reason)


async def looked_up(gateway: Gateway, address: str, send: Send, *, others: int = 0) -> Lookup:
    lookup = Lookup(gateway, Directory(gateway), [address], send, loop_clock())
    await lookup.run(others=others)
    return lookup


def words(lookup: Lookup) -> list[str]:
    return [line for line, _ in meaning_lines(lookup, lookup.addresses[0], NOON)]


def lines(lookup: Lookup, which: SuppressionList) -> list[str]:
    return [line for line, _ in finding_lines(lookup.findings[lookup.addresses[0], which], NOON)]


# The times of DESIGN.md's first job


@pytest.mark.parametrize("settings_known", [True, False])
@pytest.mark.parametrize("load", [True, False])
def test_at_one_request_a_second_the_answer_comes_in_time(settings_known: bool, load: bool) -> None:
    async def test() -> None:
        world = World(tenants=300, configuration_sets=60, addresses=60_000 if load else 0, tenant_addresses=0)
        async with serving(world) as (emulator, gateway):
            await put(gateway, RETAIL, "alice@corp.com")
            directory = Directory(gateway)
            if settings_known:
                await directory.read(RECEIPTS, Priority.PERSON)
            emulator.conditions = ONE
            async with background(gateway, load):
                lookup = Lookup(gateway, directory, ["alice@corp.com"], RECEIPTS, loop_clock())
                watch = Watch(loop_clock(), lookup)
                watch.start()
                await lookup.run()
            assert watch.seen["both lists"] <= 3
            assert watch.seen["verdict"] <= (3 if settings_known else 7)
            assert words(lookup)[0].startswith("Mail of tenant acme-retail through retail-receipts: BLOCKED by alice@")

    run(test())


@asynccontextmanager
async def background(gateway: Gateway, wanted: bool) -> AsyncIterator[None]:
    """Have a list load meanwhile, if that is wanted."""
    if not wanted:
        yield
        return
    listing = Listing(gateway, ACCOUNT, loop_clock())

    async def load() -> None:
        async for _ in listing.load():
            pass

    task = asyncio.ensure_future(load())
    # Until the pace is known and the newest rows are there, in the loop's own time.
    while listing.whole_since > NOON:  # noqa: ASYNC110 - no event tells of it
        await asyncio.sleep(1)
    yield
    assert not task.done(), "the list was loaded before the address was looked for"
    task.cancel()


# What is said


async def test_another_spelling_is_found_and_nothing_is_said_to_be_absent() -> None:
    async with serving(WORLD) as (_, gateway):
        await put(gateway, RETAIL, "Alice@corp.com")
        lookup = await looked_up(gateway, "alice@corp.com", RECEIPTS)
        told = [*words(lookup), *lines(lookup, RETAIL), *lines(lookup, ACCOUNT)]
        assert "BLOCKED by Alice@corp.com" in told[0]
        assert not any("not on" in line for line in told)
        assert lines(lookup, ACCOUNT) == ["not under this spelling (3 tried)"]


async def test_a_spelling_that_nobody_tries_is_never_said_to_be_absent() -> None:
    async with serving(WORLD) as (_, gateway):
        await put(gateway, RETAIL, "aLICE@corp.com")
        lookup = await looked_up(gateway, "alice@corp.com", RECEIPTS)
        told = [*words(lookup), *lines(lookup, RETAIL), *lines(lookup, ACCOUNT)]
        assert "not under this spelling (3 tried)" in told[0]
        assert not any("not on" in line for line in told)


async def test_what_is_stopped_comes_first() -> None:
    async with serving(WORLD) as (_, gateway):
        lookup = await looked_up(gateway, "nobody@corp.com", Send("gone-ltd"))
        assert "STOPPED before any list: tenant's sending is DISABLED" in words(lookup)[0]


async def test_a_list_that_is_loaded_whole_says_that_an_address_is_not_on_it() -> None:
    async with serving(WORLD) as (_, gateway):
        rows = Rows((), NOON - 60, whole=True)
        lookup = Lookup(
            gateway, Directory(gateway), ["alice@corp.com"], RECEIPTS, loop_clock(), rows_of=lambda *_: rows
        )
        await lookup.run(others=0)
        assert "not on this list, under any spelling (read 60 s ago)" in words(lookup)[0]
        ((_, _, verdict),) = lookup.verdicts("alice@corp.com")[0]
        assert verdict is not None
        assert verdict.answer is Answer.NOT_ON_LIST


async def test_what_is_loaded_answers_at_once_and_ses_has_the_last_word() -> None:
    async with serving(WORLD) as (_, gateway):
        await put(gateway, RETAIL, "Alice@corp.com", Reason.COMPLAINT)
        kept = {
            RETAIL: Rows(
                (
                    SuppressedDestinationSummary("alice@corp.com", Reason.BOUNCE, NOON - 9000),
                    SuppressedDestinationSummary("aLice@corp.com", Reason.BOUNCE, NOON - 9000),
                ),
                NOON - 7200,
                whole=True,
            )
        }
        lookup = Lookup(
            gateway,
            Directory(gateway),
            ["alice@corp.com"],
            RECEIPTS,
            loop_clock(),
            rows_of=lambda which, _: kept.get(which),
        )
        assert lines(lookup, RETAIL)[0].startswith("alice@corp.com  BOUNCE")
        assert lines(lookup, RETAIL)[0].endswith("as of 2 h 00 min ago")
        await lookup.run(others=0)
        told = lines(lookup, RETAIL)
        # alice@ has left the list meanwhile; aLice@ is not among the spellings asked.
        assert [line.split()[0] for line in told] == ["Alice@corp.com", "aLice@corp.com"]
        assert told[0].endswith("by hand: SES gives no message id")


async def test_the_likeliest_of_the_other_tenants_are_asked_first() -> None:
    async with serving(World(tenants=30, configuration_sets=0, addresses=0, tenant_addresses=0)) as (emulator, gateway):
        directory = Directory(gateway)
        await directory.read(Send("delta-media"), Priority.PERSON)
        await directory.read(Send("beta-corp"), Priority.PERSON)
        row = SuppressedDestinationSummary("alice@corp.com", Reason.BOUNCE, NOON)
        lookup = Lookup(
            *(gateway, directory, ["alice@corp.com"], Send(), loop_clock()),
            rows_of=lambda which, _: Rows((row,), NOON, True) if which.tenant_name == "orbit-health" else None,
        )
        await lookup.find_others()
        assert lookup.others[0] == "orbit-health"
        assert len(lookup.others) == 30
        # Its scope is ACCOUNT: nothing consults it.
        assert lookup.others[-1] == "beta-corp"
        emulator.requests.clear()
        await lookup.ask_others(3)
        asked = [it.parameters.get("TenantName") for it in emulator.requests]
        assert sorted(map(str, asked)) == sorted(str(it.which.tenant_name) for it in lookup.of("alice@corp.com"))
        assert "orbit-health" in asked
        assert len(lookup.others) == 27
        assert left_line(lookup, 1.0).startswith("27 other tenants' lists were not asked; to ask takes about 27 s")


# What goes wrong


async def test_a_list_that_is_denied_does_not_hide_the_other() -> None:
    async with serving(WORLD) as (emulator, gateway):
        await put(gateway, ACCOUNT, "alice@corp.com")
        lookup = await looked_up(gateway, "alice@corp.com", Send("no-such-tenant"))
        assert isinstance(lookup.findings["alice@corp.com", SuppressionList("no-such-tenant")].error, TenantNotFound)
        assert lines(lookup, SuppressionList("no-such-tenant")) == ["not asked: there is no such tenant"]
        assert lines(lookup, ACCOUNT)[0].startswith("alice@corp.com  BOUNCE")
        emulator.conditions = faults("access-denied@GetTenant=1")
        lookup = await looked_up(gateway, "alice@corp.com", RECEIPTS)
        assert isinstance(lookup.settings_error, AccessDenied)
        assert words(lookup)[0].startswith("What it means is not known: GetTenant is denied")


async def test_what_was_broken_off_is_asked_when_somebody_asks_again() -> None:
    async with serving(WORLD) as (_, gateway):
        await put(gateway, RETAIL, "alice@corp.com")
        lookup = Lookup(gateway, Directory(gateway), ["alice@corp.com"], Send("acme-retail"), loop_clock())
        first = asyncio.Event()
        lookup.changed = first.set
        begun = asyncio.ensure_future(lookup.run())
        await first.wait()
        begun.cancel()
        await asyncio.gather(begun, return_exceptions=True)
        assert not lookup.verdicts("alice@corp.com")[1]
        await lookup.again()
        assert lookup.verdicts("alice@corp.com")[1]
        assert lines(lookup, ACCOUNT) == ["not under this spelling (3 tried)"]
        assert left_line(lookup, None).startswith("289 other tenants' lists were not asked")


async def test_settings_that_could_not_be_read_are_read_when_somebody_asks_again() -> None:
    async with serving(WORLD) as (emulator, gateway):
        await put(gateway, RETAIL, "alice@corp.com")
        emulator.conditions = faults("access-denied@GetTenant=1")
        lookup = await looked_up(gateway, "alice@corp.com", RECEIPTS)
        assert words(lookup)[0].startswith("What it means is not known")
        emulator.conditions = faults()
        await lookup.again()
        assert "BLOCKED by alice@corp.com" in words(lookup)[0]


async def test_who_asks_again_while_ses_is_asked_counts_no_spelling_twice() -> None:
    async with serving(WORLD) as (_, gateway):
        await put(gateway, RETAIL, "alice@corp.com")
        lookup = Lookup(gateway, Directory(gateway), ["alice@corp.com"], RECEIPTS, loop_clock())
        await asyncio.gather(lookup.run(), lookup.again(), lookup.again())
        assert lines(lookup, ACCOUNT) == ["not under this spelling (3 tried)"]
        assert len(lines(lookup, RETAIL)) == 1


@pytest.mark.parametrize("fault", ["throttle", "500", "503", "reset-before", "reset-after"])
def test_a_fault_now_and_then_is_not_seen(fault: str) -> None:
    async def test() -> None:
        async with serving(WORLD) as (emulator, gateway):
            await put(gateway, RETAIL, "alice@corp.com")
            emulator.conditions = faults(f"{fault}=0.3")
            lookup = await looked_up(gateway, "alice@corp.com", RECEIPTS)
            assert "BLOCKED by alice@corp.com" in words(lookup)[0]

    run(test())
