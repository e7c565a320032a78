"""What is known of an account's settings: each answer is asked for once, however many parts of a screen want it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    # botocore takes 0.3 s to import, and a first paint must not wait for it: it comes with the connection.
    from sestui.domain.settings import Account, ConfigurationSet, Tenant, TenantSummary
    from sestui.sesv2.gateway import Gateway
    from sestui.sesv2.pacing import Priority

_T = TypeVar("_T")


class Directory:
    """Account, tenants and configuration sets of one connection, remembered until `forget`."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._known: dict[Hashable, asyncio.Task[Any]] = {}

    def forget(self) -> None:
        """Ask SES again for whatever is wanted from now on."""
        self._known.clear()

    async def account(self) -> Account:
        return await self._once("account", self._gateway.account)

    async def tenant(self, name: str, priority: Priority) -> Tenant:
        return await self._once(("tenant", name), lambda: self._gateway.tenant(name, priority=priority))

    async def tenant_configuration_sets(self, name: str, priority: Priority) -> tuple[str, ...]:
        return await self._once(
            ("sets of", name), lambda: self._gateway.tenant_configuration_sets(name, priority=priority)
        )

    async def configuration_set(self, name: str, priority: Priority) -> ConfigurationSet:
        return await self._once(("set", name), lambda: self._gateway.configuration_set(name, priority=priority))

    def tenants(self, name_contains: str, priority: Priority) -> AsyncIterator[list[TenantSummary]]:
        return self._gateway.tenants(name_contains=name_contains, priority=priority)

    def configuration_sets(self, name_contains: str, priority: Priority) -> AsyncIterator[list[str]]:
        return self._gateway.configuration_sets(name_contains=name_contains, priority=priority)

    async def _once(self, key: Hashable, ask: Callable[[], Awaitable[_T]]) -> _T:
        task = self._known.get(key)
        if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
            task = self._known[key] = asyncio.ensure_future(ask())
            # Where every asker has gone nobody looks at an error, and asyncio would write it over the terminal.
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
        # Shielded: a part of the screen that loses interest must not take the answer from the others.
        return await asyncio.shield(task)
