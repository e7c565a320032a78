"""Where an address is suppressed, and whether that stops the mail one looks at: what answers soonest is asked first.

At one request a second the order is what counts. First the account's list and the tenant's, each under the spelling as
it was given: after two calls it is known what most want to know. Then what settings are missing for a verdict, for a
verdict is worth more than another spelling; then the other spellings; then other tenants' lists. What is loaded or kept
of a list answers at once, and is asked of SES all the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from sestui.domain.effective import Effective, resolve_scope
from sestui.domain.errors import NotFound, SestuiError, TenantNotFound
from sestui.domain.impact import Send
from sestui.domain.job import DONE
from sestui.domain.priority import Priority
from sestui.domain.spellings import spellings
from sestui.domain.suppression import (
    SuppressedDestination,
    SuppressedDestinationSummary,
    SuppressionList,
    SuppressionScope,
)
from sestui.domain.verdict import Evidence, Verdict, verdict

if TYPE_CHECKING:
    from sestui.domain.job import Result
    from sestui.services.directory import Directory
    from sestui.sesv2.gateway import Gateway

ACCOUNT: Final = SuppressionList()
OTHERS: Final = 10
"""Other tenants' lists that are asked without being told to."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What is loaded or kept of one list that is an address, whatever the case of its letters."""

    found: tuple[SuppressedDestinationSummary, ...]
    read_at: float
    """When the oldest row of that list was read, in seconds since 1970."""
    whole: bool
    """Whether that was all of the list."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is known of one address on one list."""

    address: str
    """As it was given."""
    which: SuppressionList
    entries: tuple[SuppressedDestination, ...] = ()
    """As SES told them, one for each spelling that is there."""
    absent: tuple[str, ...] = ()
    """The spellings that SES says are not there."""
    left: tuple[str, ...] = ()
    """The spellings that are still to be asked about."""
    rows: Rows | None = None
    error: SestuiError | None = None
    """Why SES could not be asked."""

    @property
    def known(self) -> tuple[SuppressedDestinationSummary, ...]:
        """Every entry that is known, as SES told it if it did."""
        told = {it.address: it.summary for it in self.entries}
        loaded = () if self.rows is None else self.rows.found
        return (*told.values(), *(it for it in loaded if it.address not in told and it.address not in self.absent))

    @property
    def is_whole(self) -> bool:
        """Whether the whole list was compared, ignoring case."""
        return self.rows is not None and self.rows.whole

    @property
    def is_asked(self) -> bool:
        """Whether SES has answered for the spelling as it was given."""
        return bool(self.entries or self.absent)

    @property
    def evidence(self) -> Evidence:
        return Evidence(self.known, len(self.entries) + len(self.absent), self.is_whole)


class Lookup:
    """One question: some addresses, and the mail that they get or don't."""

    def __init__(
        self,
        gateway: Gateway,
        directory: Directory,
        addresses: Sequence[str],
        send: Send,
        clock: Callable[[], float],
        *,
        rows_of: Callable[[SuppressionList, str], Rows | None] = lambda which, address: None,
    ) -> None:
        """`rows_of` tells what is loaded or kept of a list."""
        self.addresses = tuple(dict.fromkeys(addresses))
        self.send = send
        self.findings: dict[tuple[str, SuppressionList], Finding] = {}
        """In the order in which they are shown."""
        self.others: tuple[str, ...] = ()
        """Tenants whose lists have not been asked about, the likeliest first; empty until they are known."""
        self.settings_error: SestuiError | None = None
        """Why the settings, and so the verdict, can't be had."""
        self.others_error: SestuiError | None = None
        """Why the names of the other tenants can't be had."""
        self.changed: Callable[[], None] = lambda: None
        """Called whenever there is more to be shown."""
        self.asked_at = clock()
        """When SES was begun to be asked, in seconds since 1970: no answer is older."""
        self._unasked = 0
        """How many other tenants' lists are still to be asked without being told to."""
        self._asking: set[tuple[str, SuppressionList, str]] = set()
        """What SES has not answered yet."""
        self._clock = clock
        self._gateway = gateway
        self._directory = directory
        self._rows_of = rows_of
        for address in self.addresses:
            self._take(address, ACCOUNT if send.tenant is None else SuppressionList(send.tenant))
            self._take(address, ACCOUNT)

    def _take(self, address: str, which: SuppressionList) -> None:
        if (address, which) not in self.findings:
            rows = self._rows_of(which, address)
            self.findings[address, which] = Finding(address, which, left=spellings(address), rows=rows)

    def of(self, address: str) -> list[Finding]:
        """Return what is known of an address, list by list."""
        return [it for it in self.findings.values() if it.address == address]

    def verdicts(self, address: str) -> tuple[list[tuple[Send, Effective, Verdict | None]], bool]:
        """Return what each kind of mail comes to, and whether no configuration set that isn't read may override that.

        A verdict is None where the mail consults a list that is not among the findings. Empty while the settings are
        not known.
        """
        mails, final = self._directory.mail_of(self.send)
        found = []
        for send, it in mails:
            finding = None if it.consults is None else self.findings.get((address, it.consults))
            evidence = finding.evidence if finding is not None else Evidence()
            known = finding is not None or it.consults is None or it.reasons == ()
            found.append((send, it, verdict(it, evidence) if known else None))
        return found, final

    # Asking

    async def run(self, *, others: int = OTHERS) -> None:
        """Ask all that is worth asking unasked; what goes wrong is kept beside what is known."""
        self.asked_at, self._unasked = self._clock(), others
        await self._ask_what_is_left()

    async def _ask_what_is_left(self) -> None:
        """Go on wherever an earlier call was broken off, or went wrong."""
        await self._ask_all(first=True)
        await self._read_settings()
        await self._ask_all(first=False)
        await self._read_sets()
        if self._unasked:
            await self.find_others()
            if self.others_error is None:
                others, self._unasked = self._unasked, 0
                if len(self.addresses) == 1:
                    await self.ask_others(others)

    async def find_others(self) -> None:
        """Learn the names of the other tenants, the likeliest first: whose list is known to have it, or to be used."""
        self.others_error = None
        try:
            async for page in self._directory.tenants("", Priority.VISIBLE):
                del page
        except SestuiError as error:
            self.others_error = error
        names, _ = self._directory.all_tenants
        asked = {which.tenant_name for _, which in self.findings}
        self.others = tuple(sorted((name for name in names if name not in asked), key=self._unlikeliness))
        self.changed()

    async def ask_others(self, most: int | None = None) -> None:
        """Ask the lists of other tenants, the likeliest first, for the addresses as they were given."""
        chosen = self.others[:most]
        self.others = self.others[len(chosen) :]
        for name in chosen:
            for address in self.addresses:
                self._take(address, SuppressionList(name))
        await self._ask_all(first=True)

    async def again(self) -> None:
        """Ask once more for what was found and for what was not asked: somebody may have changed it since."""
        self.asked_at = self._clock()
        for key, it in self.findings.items():
            found = tuple(entry.address for entry in it.entries)
            rows = self._rows_of(it.which, it.address)
            loaded = () if rows is None else tuple(row.address for row in rows.found)
            asked = dict.fromkeys((it.address, *found, *loaded, *spellings(it.address)))
            keep = tuple(asked) if found or loaded or it.error is not None else it.left
            gone = tuple(spelling for spelling in it.absent if spelling not in keep)
            self.findings[key] = replace(it, entries=(), absent=gone, left=keep, rows=rows, error=None)
        self.changed()
        await self._ask_what_is_left()

    def take_rows(self, which: SuppressionList) -> None:
        """Take in that more of a list is loaded."""
        for key, it in self.findings.items():
            if it.which == which:
                self.findings[key] = replace(it, rows=self._rows_of(which, it.address))
        self.changed()

    def take(self, result: Result) -> None:
        """Take in what a job of ours made of an entry, until SES is asked again."""
        for key, it in self.findings.items():
            if it.which == result.entry.which and result.outcome in DONE:
                address = result.entry.address
                entries = tuple(entry for entry in it.entries if entry.address != address)
                absent = it.absent if len(entries) == len(it.entries) or address in it.absent else (*it.absent, address)
                self.findings[key] = replace(it, entries=entries, absent=absent, rows=self._rows_of(*key[::-1]))
        self.changed()

    async def _ask_all(self, *, first: bool) -> None:
        """Ask the lists at hand for the spelling as given, or of the account and the tenant for all others."""
        mine = (None, self.send.tenant)
        await asyncio.gather(
            *(
                self._ask(it.address, it.which, spelling)
                for it in list(self.findings.values())
                for spelling in (it.left[:1] if first else it.left)
                if (not it.is_asked if first else it.which.tenant_name in mine and it.error is None)
                # What was asked before somebody asked again counts no more, but thousands are not asked twice.
                and (it.which.tenant_name in mine or (it.address, it.which, spelling) not in self._asking)
            )
        )

    async def _ask(self, address: str, which: SuppressionList, spelling: str) -> None:
        entry: SuppressedDestination | None = None
        error: SestuiError | None = None
        key = address, which, spelling
        self._asking.add(key)
        try:
            # The lists of other tenants are of use, but what a person does about what is found goes first.
            mine = which.tenant_name in (None, self.send.tenant)
            priority = Priority.PERSON if mine else Priority.VISIBLE
            entry = await self._gateway.suppressed_destination(which, spelling, priority=priority)
        except TenantNotFound as problem:
            error = problem
        except NotFound:
            pass
        except SestuiError as problem:
            error = problem
        finally:
            self._asking.discard(key)
        it = self.findings[address, which]
        if error is not None:
            it = replace(it, error=error)
        else:
            # It may have been asked twice, and each spelling counts once.
            left, absent = _without(spelling, it.left), _without(spelling, it.absent)
            entries = tuple(other for other in it.entries if other.address != spelling)
            if entry is not None:
                it = replace(it, left=left, entries=(*entries, entry), absent=absent, error=None)
            else:
                it = replace(it, left=left, entries=entries, absent=(*absent, spelling), error=None)
        self.findings[address, which] = it
        self.changed()

    async def _read_settings(self) -> None:
        self.settings_error = None
        try:
            await self._directory.read(self.send, Priority.PERSON)
        except SestuiError as error:
            self.settings_error = error
        self.changed()

    async def _read_sets(self) -> None:
        """Read the configuration sets of a tenant where none was named: each may override what the tenant says."""
        if self.send.tenant is None or self.send.configuration_set is not None or self.settings_error is not None:
            return
        try:
            names = await self._directory.tenant_configuration_sets(self.send.tenant, Priority.PERSON)
            await asyncio.gather(*(self._directory.configuration_set(name, Priority.PERSON) for name in names))
        except SestuiError as error:
            self.settings_error = error
        self.changed()

    def _unlikeliness(self, name: str) -> tuple[int, str]:
        which = SuppressionList(name)
        rows = [self._rows_of(which, address) for address in self.addresses]
        if any(it is not None and it.found for it in rows):
            return 0, name
        known = self._directory.known
        tenant = None if known is None else known.tenants.get(name)
        if tenant is None:
            return 2, name
        return (1 if resolve_scope(tenant, None)[0] is SuppressionScope.TENANT else 3), name


def _without(spelling: str, others: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(other for other in others if other != spelling)
