"""Reads what is needed to foresee an edit of settings, as far as is wanted, and tells what the edit does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from sestui.domain.errors import NotFound
from sestui.domain.impact import Edit, Effect, Known, Size, Subject, effects, lists_of
from sestui.domain.settings import Account, ConfigurationSet, SuppressionOptions, Tenant
from sestui.domain.suppression import SuppressionList

if TYPE_CHECKING:
    from sestui.domain.priority import Priority
    from sestui.services.directory import Directory
    from sestui.services.listing import Listing

_AT_ONCE: Final = 8
_BATCH: Final = 400

_Ask = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Unread:
    """How much of what an edit may touch is not known yet."""

    tenants: int
    of_tenants: int
    sets: int
    of_sets: int
    more: bool
    """Whether the names of all that it may touch have not come themselves: the totals are of those that have."""

    def __bool__(self) -> bool:
        return bool(self.tenants or self.sets or self.more)


class Foresight:
    """What one edit does, from the settings that the directory knows; `read` lets it know more."""

    def __init__(
        self, directory: Directory, edit: Edit, priority: Priority, listings: Mapping[SuppressionList, Listing]
    ) -> None:
        """`listings` are the lists in memory, which count as they are at the moment."""
        self._directory = directory
        self._listings = listings
        self._priority = priority
        self.edit = edit
        self._gone: set[tuple[str, object]] = set()
        """What was asked about and exists no more."""
        # Auto Validation has no setting on a tenant: a change of it alone touches configuration sets only.
        self._touches_tenants = _beside_validation(edit.before) != _beside_validation(edit.after)

    @property
    def effects(self) -> list[Effect]:
        """What the edit changes, as far as is known."""
        return effects(self.edit, self._known)

    @property
    def sizes(self) -> Mapping[SuppressionList, Size]:
        """How long lists are: one that was read whole as it is now, our own changes with it, others as SES told."""
        whole = {which: Size(len(it.index), exact=True) for which, it in self._listings.items() if it.was_whole}
        return {**self._directory.known_sizes, **whole}

    @property
    def unread(self) -> Unread:
        """What isn't known yet of all that the edit may touch."""
        known = self._known
        tenants, sets, complete = self._touched(known)
        return Unread(
            tenants=sum(any(True for _ in self._of_tenant(known, name)) for name in tenants),
            of_tenants=len(tenants),
            sets=sum(self._lacks(known.sets, "set", name) for name in sets),
            of_sets=len(sets),
            more=not complete,
        )

    @property
    def calls(self) -> int:
        """How many calls are known to be needed for the rest."""
        return sum(1 for _ in self._questions())

    async def read(self) -> AsyncIterator[None]:
        """Ask SES for the rest, a few calls at once, and yield whenever more is known.

        Raises:
            SestuiError: SES refuses something; what is known stays.
        """
        # A batch, for to find the next questions of ten thousand takes longer than to ask them.
        while batch := list(islice(self._questions(), _BATCH)):
            for first in range(0, len(batch), _AT_ONCE):
                asked = [ask() for ask in batch[first : first + _AT_ONCE]]
                # All are waited for: a later reading must not meet the failures of this one.
                for failure in await asyncio.gather(*asked, return_exceptions=True):
                    if failure is not None:
                        raise failure
                yield

    @property
    def _known(self) -> Known:
        known, subject = self._directory.known, self.edit.before
        assert known is not None, "an edit begins with reading the account"
        if isinstance(subject, ConfigurationSet):
            # Of the tenants' configuration sets this one is all that matters, and all that is known.
            names = self._directory.known_tenants_of(subject.name) or ()
            return replace(known, sets_of=dict.fromkeys(names, (subject.name,)))
        return known

    def _touched(self, known: Known) -> tuple[list[str], list[str], bool]:
        """Return tenants and configuration sets by name, and whether these are all."""
        directory, subject = self._directory, self.edit.before
        if isinstance(subject, Tenant):
            names = known.sets_of.get(subject.name)
            return [subject.name], list(names or ()), not self._lacks(known.sets_of, "sets of", subject.name)
        if isinstance(subject, ConfigurationSet):
            if not self._touches_tenants:
                return [], [subject.name], True
            names = directory.known_tenants_of(subject.name)
            return list(names or ()), [subject.name], names is not None or ("tenants of", subject.name) in self._gone
        sets, all_sets = directory.all_configuration_sets
        tenants, all_tenants = directory.all_tenants if self._touches_tenants else ([], True)
        return tenants, sets, all_sets and all_tenants

    def _questions(self) -> Iterator[_Ask]:
        """Yield a call for each thing that isn't known, names first."""
        known = self._known
        tenants, sets, complete = self._touched(known)
        if not complete:
            yield from self._of_names()
        for name in sets:
            if self._lacks(known.sets, "set", name):
                yield self._ask(self._directory.configuration_set, "set", name)
        for name in tenants:
            yield from self._of_tenant(known, name)
        if not isinstance(self.edit.before, Account):
            sizes = self.sizes
            for which in lists_of(self.effects):
                if self._lacks(sizes, "size", which):
                    yield self._ask(self._directory.size, "size", which)

    def _of_names(self) -> Iterator[_Ask]:
        subject, directory = self.edit.before, self._directory
        if isinstance(subject, Tenant):
            yield self._ask(directory.tenant_configuration_sets, "sets of", subject.name)
        elif isinstance(subject, ConfigurationSet):
            yield self._ask(directory.configuration_set_tenants, "tenants of", subject.name)
        else:
            if self._touches_tenants and not directory.all_tenants[1]:
                yield partial(directory.more_tenants, self._priority)
            if not directory.all_configuration_sets[1]:
                yield partial(directory.more_configuration_sets, self._priority)

    def _of_tenant(self, known: Known, name: str) -> Iterator[_Ask]:
        if self._lacks(known.tenants, "tenant", name):
            yield self._ask(self._directory.tenant, "tenant", name)
            return
        tenant = known.tenants.get(name)
        # A tenant's own reasons stand before the account's, whatever its configuration sets say.
        inherits = isinstance(self.edit.before, Account) and tenant is not None and tenant.suppression is None
        if inherits and self._lacks(known.sets_of, "sets of", name):
            yield self._ask(self._directory.tenant_configuration_sets, "sets of", name)

    def _lacks(self, known: Mapping[Any, object], kind: str, name: object) -> bool:
        return name not in known and (kind, name) not in self._gone

    def _ask(self, ask: Callable[[Any, Priority], Awaitable[object]], kind: str, name: object) -> _Ask:
        async def asked() -> None:
            try:
                await ask(name, self._priority)
            except NotFound:
                self._gone.add((kind, name))

        return asked


def _beside_validation(subject: Subject) -> object:
    if isinstance(subject, Account):
        return subject.suppressed_reasons
    if isinstance(subject, Tenant):
        return subject.suppression
    options = subject.suppression or SuppressionOptions()
    return options.scope, options.reasons
