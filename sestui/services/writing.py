"""Writes one edit of settings: read again, compare, write whole, read back.

SES has no conditional write: what somebody else writes between the reading and the writing, a second or so, is lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from sestui.domain.errors import JournalTrouble, ServiceFault, SestuiError, UnexpectedAnswer, Unreachable
from sestui.domain.impact import Edit, Subject
from sestui.domain.settings import Account, SuppressionOptions, Tenant
from sestui.services.in_thread import in_thread

if TYPE_CHECKING:
    from sestui.domain.suppression import Connection
    from sestui.services.journal import Journal
    from sestui.sesv2.gateway import Gateway

_T = TypeVar("_T")

_READ_BACK_AFTER: Final = (1.0, 2.0)
"""Seconds after which a write that doesn't show yet is looked for again."""


@dataclass(frozen=True, slots=True)
class Written:
    """What became of an edit."""

    edit: Edit
    found: Subject
    """As it was at the moment of writing."""
    now: Subject | None = None
    """As SES told it after the write; None where nothing was written."""
    unseen: str = ""
    """Why SES could not be asked after the write; `now` is then what was written."""

    @property
    def overtaken(self) -> bool:
        """Whether somebody else had changed the settings since they were read, so that nothing was written."""
        return self.now is None

    @property
    def as_asked(self) -> bool:
        """Whether SES now answers what was written; if not it answers late, or kept what was left out."""
        return not self.unseen and self.now is not None and settings_of(self.now) == settings_of(self.edit.after)


def settings_of(subject: Subject) -> object:
    """Return what an edit changes of a subject: all of it, and nothing else."""
    if isinstance(subject, Account):
        return subject.suppressed_reasons, subject.validation
    if isinstance(subject, Tenant):
        return subject.suppression
    return subject.suppression or SuppressionOptions()


async def write(gateway: Gateway, edit: Edit) -> Written:
    """Write an edit if what it was made from is still there, or what it is to be already.

    Raises:
        SestuiError: SES refuses to read or write; then nothing was written, but after `Unreachable` it may have been.
    """
    found = await _read(gateway, edit.before)
    after = edit.after
    if settings_of(found) == settings_of(after):
        # Most likely an earlier attempt whose answer was lost, or a read that came late.
        return Written(edit, found, found)
    if settings_of(found) != settings_of(edit.before):
        return Written(edit, found)
    try:
        await _put(gateway, after)
    except (Unreachable, ServiceFault, UnexpectedAnswer):
        now = await _read(gateway, after)
        if settings_of(now) == settings_of(after):
            return Written(edit, found, now)
        raise
    try:
        now = await _read(gateway, after)
        for delay in _READ_BACK_AFTER:
            if settings_of(now) == settings_of(after):
                break
            # How soon SES shows what was written is not documented.
            await asyncio.sleep(delay)
            now = await _read(gateway, after)
    except SestuiError as error:
        return Written(edit, found, after, str(error))
    return Written(edit, found, now)


async def _put(gateway: Gateway, after: Subject) -> None:
    if isinstance(after, Account):
        await gateway.changes.put_account_suppression_attributes(after.suppressed_reasons or (), after.validation)
    elif isinstance(after, Tenant):
        await gateway.changes.put_tenant_suppression_attributes(after.name, after.suppression)
    else:
        options = after.suppression or SuppressionOptions()
        await gateway.changes.put_configuration_set_suppression_options(after.name, options)


async def recorded(
    journal: Journal,
    connection: Connection,
    action: str,
    before: object | None,
    after: object | None,
    call: Callable[[], Awaitable[_T]],
    tell: Callable[[SestuiError], None],
    outcome: Callable[[_T], str] = lambda _: "done",
) -> _T:
    """Write down what is to be changed, change it, write down what became of it.

    `tell` is told if that can't be written down: what is done is done.

    Raises:
        SestuiError: as the call does; JournalTrouble where the plan can't be written down, and nothing was done.
    """
    try:
        await in_thread(journal.edit, connection, action, before, after, "planned")
    except JournalTrouble as error:
        raise JournalTrouble(f"Nothing was done, as what is changed has to be written down first. {error}") from error
    words = "broken off: it may have been done"
    try:
        result = await call()
        words = outcome(result)
        return result
    except SestuiError as error:
        words = f"failed: {error}"
        raise
    finally:
        try:
            await in_thread(journal.edit, connection, action, before, after, words)
        except JournalTrouble as error:
            tell(JournalTrouble(f"What was done ({words}) could not be written down. {error}"))


async def _read(gateway: Gateway, subject: Subject) -> Subject:
    if isinstance(subject, Account):
        return await gateway.resources.account()
    if isinstance(subject, Tenant):
        return await gateway.resources.tenant(subject.name)
    return await gateway.resources.configuration_set(subject.name)
