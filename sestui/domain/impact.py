"""What a change of settings does: each send whose list, reasons or validation it changes, before and after."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from sestui.domain.effective import Effective, effective
from sestui.domain.settings import Account, ConfigurationSet, Tenant
from sestui.domain.suppression import Reason, SuppressionList

Subject = Account | Tenant | ConfigurationSet
"""What has suppression settings of its own."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One subject's settings as they were read and as they are to be: both of the same type and name."""

    before: Subject
    after: Subject


@dataclass(frozen=True, slots=True)
class Send:
    """The mail that names this tenant, or none, and goes through this configuration set, or none."""

    tenant: str | None = None
    configuration_set: str | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """What an edit makes of one kind of send."""

    send: Send
    before: Effective
    after: Effective

    @property
    def list_changes(self) -> bool:
        """Whether another list, or one that is documented for the first time, is consulted."""
        return self.before.consults != self.after.consults

    @property
    def reasons_change(self) -> bool:
        return self.before.reasons != self.after.reasons

    @property
    def reasons_lost(self) -> tuple[Reason, ...]:
        """Reasons whose entries no longer block."""
        return tuple(it for it in self.before.reasons or () if it not in (self.after.reasons or ()))

    @property
    def validation_changes(self) -> bool:
        return self.before.validation != self.after.validation


@dataclass(frozen=True, slots=True)
class Known:
    """The settings that have been read."""

    account: Account
    tenants: Mapping[str, Tenant] = field(default_factory=dict)
    sets: Mapping[str, ConfigurationSet] = field(default_factory=dict)
    sets_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The configuration sets associated with a tenant, where that was read."""

    def with_subject(self, subject: Subject) -> "Known":
        """Return the same with this subject's settings in place of what was known of it."""
        if isinstance(subject, Account):
            return replace(self, account=subject)
        if isinstance(subject, Tenant):
            return replace(self, tenants={**self.tenants, subject.name: subject})
        return replace(self, sets={**self.sets, subject.name: subject})

    def covers(self, send: Send) -> bool:
        """Whether every layer of this mail has been read."""
        return (send.tenant is None or send.tenant in self.tenants) and (
            send.configuration_set is None or send.configuration_set in self.sets
        )

    def effective(self, send: Send) -> Effective:
        tenant = None if send.tenant is None else self.tenants[send.tenant]
        its_set = None if send.configuration_set is None else self.sets[send.configuration_set]
        return effective(self.account, tenant, its_set)

    def sends(self) -> Iterator[Send]:
        """Yield every send of which all layers have been read.

        A tenant's mail goes through one of its configuration sets, always; only where it has none it stands alone.
        """
        yield Send()
        for name in self.sets:
            yield Send(None, name)
        for tenant in self.tenants:
            names = self.sets_of.get(tenant)
            if names == ():
                yield Send(tenant)
            for name in names or ():
                if name in self.sets:
                    yield Send(tenant, name)


def effects(edit: Edit, known: Known) -> list[Effect]:
    """Return what the edit changes, as far as settings are known; sends that name no tenant come first.

    Validation has no setting on a tenant, so its change is told of the configuration set and not again of each tenant.
    """
    before, after = known.with_subject(edit.before), known.with_subject(edit.after)
    found = []
    for send in before.sends():
        effect = Effect(send, before.effective(send), after.effective(send))
        validation = effect.validation_changes and send.tenant is None
        if effect.list_changes or effect.reasons_change or validation:
            found.append(effect)
    return found


@dataclass(frozen=True, slots=True)
class Size:
    """How many entries a list has: exactly, or at least."""

    entries: int
    exact: bool

    def __str__(self) -> str:
        return f"{self.entries:,}{'' if self.exact else '+'}"


def lists_of(found: list[Effect]) -> list[SuppressionList]:
    """Return the lists that these effects leave or turn to, each once, where the list changes."""
    lists: dict[SuppressionList, None] = {}
    for effect in found:
        if effect.list_changes:
            for which in (effect.before.consults, effect.after.consults):
                if which is not None:
                    lists[which] = None
    return list(lists)


_BOUNCED: Final = "addresses that bounced before"
_SPAM: Final = "people who said “spam”"


def mails_again(effect: Effect, sizes: Mapping[SuppressionList, Size]) -> str:
    """Say in plain words whom an effect lets be mailed again; empty where nobody."""
    if effect.after.reasons == () and effect.before.reasons != ():
        return "nothing is suppressed any more: everyone on the list is mailed again, and new bounces are not recorded"
    lost = effect.reasons_lost
    by_list = _left_behind(effect, sizes)
    by_reason = f"{_BOUNCED if Reason.BOUNCE in lost else _SPAM} will be mailed again" if lost else ""
    # Not the same words twice.
    return by_list if by_list.endswith(by_reason) else "; ".join(part for part in (by_list, by_reason) if part)


def _left_behind(effect: Effect, sizes: Mapping[SuppressionList, Size]) -> str:
    left, turned_to = effect.before.consults, effect.after.consults
    if not effect.list_changes or left is None or turned_to is None or effect.before.reasons == ():
        return ""
    old, new = sizes.get(left), sizes.get(turned_to)
    if old is not None and old.exact and not old.entries:
        return ""
    whom = _SPAM if effect.before.reasons == (Reason.COMPLAINT,) else _BOUNCED
    if new is not None and new.exact and not new.entries:
        return f"the list of {turned_to.owner} is empty: {whom} will be mailed again"
    if old is not None and new is not None and new.exact and new.entries * 2 < old.entries:
        return f"the list of {turned_to.owner} is much smaller ({new} against {old}): {whom} will be mailed again"
    # Never a union of the two lists.
    return f"who is only on the list of {left.owner} will be mailed again"
