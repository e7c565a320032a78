"""Every kind of fault with every operation: asked for by a person, while a list loads, and in a job.

Nothing but what a screen can show comes of it, nothing is waited for without an end, no entry is lost or counted twice.
"""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from itertools import product
from typing import Any, Final

import pytest

from sestui.domain.errors import (
    AccessDenied,
    AlreadyExists,
    CredentialsRefused,
    NotFound,
    Recalled,
    ServiceFault,
    SestuiError,
    Throttled,
    Unreachable,
)
from sestui.domain.import_job import ImportAction
from sestui.domain.job import Entry, Kind, Outcome, Plan, State
from sestui.domain.settings import ConfigurationSet, SuppressionOptions
from sestui.domain.suppression import Reason, SuppressionList
from sestui.emulator import Conditions, World
from sestui.services.jobs import Jobs
from sestui.services.journal import Journal
from sestui.services.listing import Listing
from sestui.sesv2.gateway import Gateway
from sestui.sesv2.operations import READS, WRITES
from tests.conftest import EMPTY
from tests.serving import faults, loop_clock, serving
from tests.virtual_time import run

ACCOUNT, ACME = SuppressionList(), SuppressionList("acme")
BOUNCE = Reason.BOUNCE
PASSING: Final[Mapping[str, type[SestuiError]]] = {
    "throttle": Throttled,
    "500": ServiceFault,
    "503": ServiceFault,
    "reset-before": Unreachable,
    "reset-after": Unreachable,
    "timeout": Unreachable,
}
"""What ends by itself, and what it is when it doesn't."""
LASTING: Final[Mapping[str, type[SestuiError]]] = {
    "expired-credentials": CredentialsRefused,
    "access-denied": AccessDenied,
}
"""What somebody has to mend."""
ENDS_WITHIN: Final = 300.0
"""Seconds that one call may take before it says what is wrong: four times half a minute without an answer, and more."""

LIST, GET = "ListSuppressedDestinations", "GetSuppressedDestination"
PUT, DELETE = "PutSuppressedDestination", "DeleteSuppressedDestination"


async def first(pages: Any) -> object:
    return [page async for page in pages]


CALLS: Final[Mapping[str, Callable[[Gateway], Awaitable[object]]]] = {
    "GetCallerIdentity": lambda it: it.identify(),
    "GetAccount": lambda it: it.resources.account(),
    "ListTenants": lambda it: first(it.resources.tenants()),
    "GetTenant": lambda it: it.resources.tenant("acme"),
    "ListTenantResources": lambda it: it.resources.tenant_configuration_sets("acme"),
    "ListResourceTenants": lambda it: it.resources.configuration_set_tenants("receipts"),
    "ListConfigurationSets": lambda it: first(it.resources.configuration_sets()),
    "GetConfigurationSet": lambda it: it.resources.configuration_set("receipts"),
    LIST: lambda it: it.suppressed_destinations(ACME),
    GET: lambda it: it.suppressed_destination(ACME, "alice@corp.com"),
    "GetMessageInsights": lambda it: it.message_insights("none"),
    "ListImportJobs": lambda it: first(it.imports.since(0.0)),
    "GetImportJob": lambda it: it.imports.get("none"),
    PUT: lambda it: it.put_suppressed_destination(ACME, "alice@corp.com", BOUNCE),
    DELETE: lambda it: it.delete_suppressed_destination(ACME, "alice@corp.com"),
    "PutAccountSuppressionAttributes": lambda it: it.changes.put_account_suppression_attributes((BOUNCE,), None),
    "PutTenantSuppressionAttributes": lambda it: it.changes.put_tenant_suppression_attributes("acme", None),
    "PutConfigurationSetSuppressionOptions": lambda it: it.changes.put_configuration_set_suppression_options(
        "receipts", SuppressionOptions()
    ),
    "CreateTenant": lambda it: it.changes.create_tenant("new"),
    "CreateConfigurationSet": lambda it: it.changes.create_configuration_set(ConfigurationSet("new")),
    "CreateTenantResourceAssociation": lambda it: it.changes.associate("acme", "receipts"),
    "DeleteTenantResourceAssociation": lambda it: it.changes.dissociate("acme", "receipts"),
    "CreateImportJob": lambda it: it.imports.create(ImportAction.DELETE, "s3://bucket/object"),
}


def test_every_operation_is_among_them() -> None:
    assert CALLS.keys() == {*READS, *WRITES}


# A person asks


@pytest.mark.parametrize("kind", [*PASSING, *LASTING])
def test_each_call_says_in_the_end_what_is_wrong_and_works_once_it_is_mended(kind: str) -> None:
    async def test() -> None:
        clock = loop_clock()
        async with serving(EMPTY) as (emulator, gateway):
            await gateway.changes.create_tenant("acme")
            await gateway.changes.create_configuration_set(ConfigurationSet("receipts"))
            await gateway.put_suppressed_destination(ACME, "alice@corp.com", BOUNCE)
            await gateway.identify()
            for operation, call in CALLS.items():
                emulator.conditions = faults(f"{kind}@{operation}=1")
                began = clock()
                with pytest.raises(SestuiError) as caught:
                    await call(gateway)
                assert type(caught.value) is {**PASSING, **LASTING}[kind], operation
                assert operation in str(caught.value)
                assert clock() - began <= ENDS_WITHIN, operation
                emulator.conditions = Conditions()
                # What a reset came after was done: there it is, or it is no more. Of two there is nothing to tell.
                with suppress(NotFound, AlreadyExists):
                    await call(gateway)

    run(test())


# A list loads


@pytest.mark.parametrize("kind", [*PASSING, *LASTING])
def test_a_list_comes_whole_whatever_went_wrong_on_the_way(kind: str) -> None:
    async def test() -> None:
        world = World(tenants=0, configuration_sets=0, addresses=6500, tenant_addresses=0)
        async with serving(world) as (emulator, gateway):
            listing = Listing(gateway, ACCOUNT, loop_clock())
            emulator.conditions = faults(f"{kind}@{LIST}={'0.3' if kind in PASSING else '0.2'}")
            tries = 0
            while not listing.complete and (tries := tries + 1) < 40:
                # As a person who presses r.
                with suppress({**PASSING, **LASTING}[kind]):
                    async for _ in listing.load():
                        assert not listing.complete or len(listing.index) == 6500
            assert listing.complete
            assert len({row.address for row in listing.index}) == len(listing.index) == 6500
            assert {request.error for request in emulator.requests} > {None}

    run(test())


# A job


async def _job(gateway: Gateway, which: SuppressionList, count: int, kind: Kind) -> tuple[Journal, int]:
    connection, clock = await gateway.identify(), loop_clock()
    rows = {row.address: row for row in (await gateway.suppressed_destinations(which)).entries}
    names = [f"a{number}@corp.com" for number in range(count)]
    reason = BOUNCE if kind is Kind.ADD else None
    tenants = {"acme": (await gateway.resources.tenant("acme")).tenant_id} if which is ACME else {}
    entries = [Entry(which, name, reason, rows.get(name)) for name in names]
    journal = Journal(None, clock)
    return journal, journal.plan(Plan(kind, connection, entries, clock(), tenants))


@pytest.mark.parametrize("operation", [PUT, DELETE, GET, LIST, "GetTenant", "GetCallerIdentity"])
@pytest.mark.parametrize("kind", [*PASSING, *LASTING])
def test_of_a_job_each_entry_is_done_once_and_told_whatever_went_wrong(kind: str, operation: str) -> None:
    """Above a hundred entries the list is looked at, up to that many each is asked for."""

    async def test() -> None:
        async with serving(EMPTY) as (emulator, gateway):
            await gateway.changes.create_tenant("acme")
            for count, job_kind in product((12, 105), (Kind.ADD, Kind.REMOVE)):
                journal, number = await _job(gateway, ACME, count, job_kind)
                emulator.conditions = faults(f"{kind}@{operation}={'0.2' if kind in PASSING else '1'}")
                with suppress(LASTING.get(kind, Recalled)):
                    await Jobs(gateway, journal, loop_clock()).run(number)
                emulator.conditions = Conditions()
                job = journal.job(number)
                if job.state is not State.DONE:
                    assert kind in LASTING
                    assert job.settled < count
                    job = await Jobs(gateway, journal, loop_clock()).run(number)
                assert job.state is State.DONE
                assert job.counts == {Outcome.ADDED if job_kind is Kind.ADD else Outcome.REMOVED: count}
                left = {row.address for row in (await gateway.suppressed_destinations(ACME)).entries}
                assert len(left) == (count if job_kind is Kind.ADD else 0)

    run(test())
