"""Plans and journals for tests of jobs."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path

from sestui.domain.job import Entry, Kind, Plan
from sestui.domain.suppression import (
    Connection,
    Reason,
    SuppressedDestinationSummary,
    SuppressionList,
)
from sestui.services.journal import Journal
from sestui.sesv2.gateway import Gateway

ACCOUNT = SuppressionList()


async def rows(gateway: Gateway, which: SuppressionList = ACCOUNT) -> list[SuppressedDestinationSummary]:
    """Return what stands on a list, by address."""
    found: list[SuppressedDestinationSummary] = []
    token: str | None = None
    while True:
        page = await gateway.suppressed_destinations(which, next_token=token)
        found += page.entries
        token = page.next_token
        if token is None:
            return sorted(found)


async def reasons(gateway: Gateway, which: SuppressionList = ACCOUNT) -> dict[str, Reason]:
    return {row.address: row.reason for row in await rows(gateway, which)}


def removal(
    connection: Connection,
    of: Iterable[SuppressedDestinationSummary],
    which: SuppressionList = ACCOUNT,
    *,
    at: float | None = None,
    note: str = "",
    tenants: dict[str, str] | None = None,
) -> Plan:
    entries = [Entry(which, row.address, None, row) for row in of]
    read_at = time.time() if at is None else at
    return Plan(Kind.REMOVE, connection, entries, read_at, tenants or {}, note)


def journal_in(folder: Path, clock: Callable[[], float] = time.time) -> Journal:
    return Journal(folder / "sestui", clock)
