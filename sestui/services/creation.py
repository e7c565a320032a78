"""Creates a tenant or a configuration set once; where no answer comes, looks whether it is there."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sestui.domain.errors import NotFound, ServiceFault, SestuiError, UnexpectedAnswer, Unreachable
from sestui.domain.settings import ConfigurationSet, NewTenant, Tenant

if TYPE_CHECKING:
    from sestui.sesv2.gateway import Gateway

New = NewTenant | ConfigurationSet
"""What can be created."""


@dataclass(frozen=True, slots=True)
class Created:
    """What is there now and was not before."""

    now: Tenant | ConfigurationSet | None
    """As SES told it; None for a configuration set that was created without ado: that answer is empty."""
    answered: bool = True
    """False where SES's answer was lost, and what it was asked for was found there afterwards."""


async def create(gateway: Gateway, new: New) -> Created:
    """Create it.

    Raises:
        ServiceError: SES refused; nothing was created.
        Unreachable: no answer came. The text says what was found of it afterwards.
        SestuiError: nothing was sent.
    """
    try:
        if isinstance(new, NewTenant):
            return Created(await gateway.changes.create_tenant(new.name, tags=new.tags, suppression=new.suppression))
        await gateway.changes.create_configuration_set(new)
    except (Unreachable, ServiceFault, UnexpectedAnswer) as error:
        return await _found(gateway, new, error)
    return Created(None)


async def _found(gateway: Gateway, new: New, lost: SestuiError) -> Created:
    ask = gateway.resources.tenant if isinstance(new, NewTenant) else gateway.resources.configuration_set
    try:
        found = await ask(new.name)
    except NotFound as error:
        raise Unreachable(
            f"{lost} SES knows none of that name so far, so it was probably not created. Trying again is safe: a name "
            "that is taken is refused."
        ) from error
    except SestuiError as error:
        raise Unreachable(f"{lost} Whether it was created is not known, for looking failed too: {error}") from error
    if not _holds(_members(found), _members(new)):
        raise Unreachable(f"{lost} There is one of that name, but its settings are others: not this one, it seems.")
    return Created(found, answered=False)


def _members(it: New | Tenant) -> dict[str, object]:
    # The order of tags means nothing, and what this version has no type for it can't have asked for.
    return asdict(it) | {"tags": {(tag.key, tag.value) for tag in it.tags}, "unknown": None}


def _holds(found: object, asked: object) -> bool:
    """Tell whether all that was asked for is there; SES may add defaults of its own."""
    if isinstance(asked, dict):
        return isinstance(found, dict) and all(_holds(found.get(name), value) for name, value in asked.items())
    return asked is None or found == asked
