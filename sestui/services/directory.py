"""What is known of an account's settings: each answer is asked for once, however many parts of a screen want it."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sestui.domain.effective import Effective
from sestui.domain.impact import Known, Send, Size, Subject
from sestui.domain.settings import Account, ConfigurationSet, Tenant
from sestui.domain.suppression import SuppressionList

if TYPE_CHECKING:
    # botocore takes 0.3 s to import, and a first paint must not wait for it: it comes with the connection.
    from sestui.domain.priority import Priority
    from sestui.domain.settings import TenantSummary
    from sestui.sesv2.gateway import Gateway

_T = TypeVar("_T")


class Directory:
    """Account, tenants and configuration sets of one connection, remembered until `forget`."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._asked: dict[tuple[str, Hashable], asyncio.Task[Any]] = {}
        self._waiting: Counter[asyncio.Task[Any]] = Counter()
        """How many wait for each answer."""
        self._told: defaultdict[str, dict[Any, Any]] = defaultdict(dict)
        """By kind and name."""
        self._all_tenants: Roll[TenantSummary] | None = None
        self._all_sets: Roll[str] | None = None

    def forget(self) -> None:
        """Ask SES again for whatever is wanted from now on."""
        self._asked.clear()
        self._told.clear()
        self._stop_rolls()

    def _stop_rolls(self) -> None:
        for roll in (self._all_tenants, self._all_sets):
            if roll is not None:
                roll.stop()
        self._all_tenants = self._all_sets = None

    # One answer each

    async def account(self) -> Account:
        return await self._once("account", "", self._gateway.resources.account)

    async def tenant(self, name: str, priority: Priority) -> Tenant:
        return await self._once("tenant", name, lambda: self._gateway.resources.tenant(name, priority=priority))

    async def tenant_configuration_sets(self, name: str, priority: Priority) -> tuple[str, ...]:
        return await self._once(
            "sets of", name, lambda: self._gateway.resources.tenant_configuration_sets(name, priority=priority)
        )

    async def configuration_set(self, name: str, priority: Priority) -> ConfigurationSet:
        return await self._once("set", name, lambda: self._gateway.resources.configuration_set(name, priority=priority))

    async def configuration_set_tenants(self, name: str, priority: Priority) -> tuple[str, ...]:
        return await self._once(
            "tenants of", name, lambda: self._gateway.resources.configuration_set_tenants(name, priority=priority)
        )

    async def read(self, send: Send, priority: Priority) -> Known:
        """Read every layer of this mail, and return these alone."""
        account, tenant, its_set = await asyncio.gather(
            self.account(),
            _nothing() if send.tenant is None else self.tenant(send.tenant, priority),
            _nothing() if send.configuration_set is None else self.configuration_set(send.configuration_set, priority),
        )
        # Not from what is remembered: that may have been forgotten meanwhile.
        return Known(
            account,
            {tenant.name: tenant} if tenant is not None else {},
            {its_set.name: its_set} if its_set is not None else {},
        )

    async def size(self, which: SuppressionList, priority: Priority) -> Size:
        """Return how long a list is, as its first page tells: exactly, or that it is longer than a page."""

        async def ask() -> Size:
            page = await self._gateway.suppressed_destinations(which, priority=priority)
            return Size(len(page.entries), page.next_token is None)

        return await self._once("size", which, ask)

    # What is known without asking

    @property
    def known(self) -> Known | None:
        """All settings read so far; None while the account's are not."""
        account = self._told["account"].get("")
        if account is None:
            return None
        return Known(account, self._told["tenant"], self._told["set"], self._told["sets of"])

    def effective(self, send: Send) -> Effective | None:
        """Return what this mail is checked against; None while one of its layers is not read."""
        known = self.known
        return known.effective(send) if known is not None and known.covers(send) else None

    def mail_of(self, send: Send) -> tuple[list[tuple[Send, Effective]], bool]:
        """Return the kinds of mail that this stands for with what each is checked against, and whether that is final.

        A tenant's mail goes through one of its configuration sets, always: while these are not all read, what the
        tenant itself says stands for all of it, and is not final. Empty while nothing is known.
        """
        known = self.known
        if known is None or not known.covers(send):
            return [], False
        names = () if send.tenant is None or send.configuration_set else known.sets_of.get(send.tenant)
        if names == ():
            return [(send, known.effective(send))], True
        sends = [Send(send.tenant, name) for name in names or ()]
        if not sends or not all(known.covers(it) for it in sends):
            return [(send, known.effective(send))], False
        return [(it, known.effective(it)) for it in sends], True

    @property
    def known_sizes(self) -> Mapping[SuppressionList, Size]:
        return self._told["size"]

    def known_tenants_of(self, configuration_set: str) -> tuple[str, ...] | None:
        """Return the tenants that a configuration set is associated with; None while they are not read."""
        return self._told["tenants of"].get(configuration_set)

    def tell(self, subject: Subject) -> None:
        """Take in settings that were read elsewhere."""
        if isinstance(subject, Account):
            self._tell("account", "", subject)
        else:
            self._tell("tenant" if isinstance(subject, Tenant) else "set", subject.name, subject)

    def forget_size(self, which: SuppressionList) -> None:
        """Ask again how long a list is: it was changed."""
        self._told["size"].pop(which, None)
        self._asked.pop(("size", which), None)

    def forget_names(self) -> None:
        """Ask again which tenants and configuration sets there are; what is known of each stays."""
        self._stop_rolls()

    def forget_associations(self) -> None:
        """Ask again who is associated with whom."""
        for kind in ("sets of", "tenants of"):
            self._told.pop(kind, None)
            self._asked = {key: task for key, task in self._asked.items() if key[0] != kind}

    def _tell(self, kind: str, name: Hashable, answer: object) -> None:
        # An answer that is still on its way is older than this one.
        self._asked.pop((kind, name), None)
        self._told[kind][name] = answer

    # All of a kind

    def tenants(self, name_contains: str, priority: Priority) -> AsyncIterator[list[TenantSummary]]:
        """Yield tenants a page at a time; without a filter they are read once and remembered."""
        if name_contains:
            return self._gateway.resources.tenants(name_contains=name_contains, priority=priority)
        return self._tenants(priority).pages()

    def configuration_sets(self, name_contains: str, priority: Priority) -> AsyncIterator[list[str]]:
        """Yield names of configuration sets a page at a time; without a filter they are read once and remembered."""
        if name_contains:
            return self._gateway.resources.configuration_sets(name_contains=name_contains, priority=priority)
        return self._configuration_sets(priority).pages()

    async def more_tenants(self, priority: Priority) -> None:
        """Wait for another page of all tenants."""
        await self._tenants(priority).grown()

    async def more_configuration_sets(self, priority: Priority) -> None:
        """Wait for another page of the names of all configuration sets."""
        await self._configuration_sets(priority).grown()

    def _tenants(self, priority: Priority) -> Roll[TenantSummary]:
        if self._all_tenants is None or self._all_tenants.failed:
            self._all_tenants = Roll(self._gateway.resources.tenants(priority=priority))
        return self._all_tenants

    def _configuration_sets(self, priority: Priority) -> Roll[str]:
        if self._all_sets is None or self._all_sets.failed:
            self._all_sets = Roll(self._gateway.resources.configuration_sets(priority=priority))
        return self._all_sets

    @property
    def all_tenants(self) -> tuple[list[str], bool]:
        """The names of the tenants that have come, and whether these are all."""
        roll = self._all_tenants
        return ([it.name for it in roll.items], roll.complete) if roll is not None else ([], False)

    @property
    def all_configuration_sets(self) -> tuple[list[str], bool]:
        """The names of the configuration sets that have come, and whether these are all."""
        return (self._all_sets.items, self._all_sets.complete) if self._all_sets is not None else ([], False)

    async def _once(self, kind: str, name: Hashable, ask: Callable[[], Awaitable[_T]]) -> _T:
        if name in self._told[kind]:
            told: _T = self._told[kind][name]
            return told
        task = self._asked.get((kind, name))
        if task is None:
            task = self._asked[kind, name] = asyncio.ensure_future(ask())
            task.add_done_callback(partial(self._answered, kind, name))
        self._waiting[task] += 1
        try:
            # Shielded: a part of the screen that loses interest must not take the answer from the others.
            answer: _T = await asyncio.shield(task)
        except asyncio.CancelledError:
            if self._waiting[task] == 1:
                # Nobody is left who wants it: at one request a second others must not queue behind it.
                task.cancel()
            raise
        finally:
            self._waiting[task] -= 1
            if not self._waiting[task]:
                del self._waiting[task]
        # What was told while it was on its way is newer.
        newest: _T = self._told[kind].get(name, answer)
        return newest

    def _answered(self, kind: str, name: Hashable, task: asyncio.Task[Any]) -> None:
        # Where every asker has gone nobody looks at an error, and asyncio would write it over the terminal.
        failed = task.cancelled() or task.exception() is not None
        if self._asked.get((kind, name)) is task:
            del self._asked[kind, name]
            if not failed:
                self._told[kind][name] = task.result()


async def _nothing() -> None:
    return None


class Roll(Generic[_T]):
    """A list that is read once, page by page, and followed by as many as want it."""

    def __init__(self, pages: AsyncIterator[list[_T]]) -> None:
        self.items: list[_T] = []
        """What has come so far."""
        self._grew = asyncio.Event()
        self._reading = asyncio.ensure_future(self._read(pages))
        self._reading.add_done_callback(self._done)

    @property
    def complete(self) -> bool:
        return self._reading.done() and not self.failed

    @property
    def failed(self) -> bool:
        return self._reading.done() and (self._reading.cancelled() or self._reading.exception() is not None)

    def stop(self) -> None:
        """Read no further; whoever follows is cancelled."""
        self._reading.cancel()

    async def grown(self) -> None:
        """Wait until more has come, if more is to come; raise what ended the reading."""
        if not self._reading.done():
            await self._grew.wait()
        if self._reading.done():
            await self._reading

    async def pages(self) -> AsyncIterator[list[_T]]:
        """Yield what is there at once, then the rest as it comes; raise what ended the reading."""
        seen = 0
        while True:
            if seen < len(self.items):
                page = self.items[seen:]
                seen += len(page)
                yield page
            elif self._reading.done():
                await self._reading
                return
            else:
                await self._grew.wait()

    async def _read(self, pages: AsyncIterator[list[_T]]) -> None:
        async for page in pages:
            self.items += page
            self._wake()

    def _done(self, reading: asyncio.Task[None]) -> None:
        _ = reading.cancelled() or reading.exception()
        self._wake()

    def _wake(self) -> None:
        self._grew.set()
        self._grew = asyncio.Event()
