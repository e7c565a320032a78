"""Creating over a network that loses answers: what is said of it is what is there."""

from dataclasses import replace

import pytest

from sestui.domain.errors import AlreadyExists, NotFound, Unreachable
from sestui.domain.settings import (
    ConfigurationSet,
    DeliveryOptions,
    NewTenant,
    SuppressionOptions,
    Tag,
    TenantSuppression,
)
from sestui.domain.suppression import Reason, SuppressionScope
from sestui.emulator import Emulator
from sestui.services.creation import New, create
from sestui.sesv2.gateway import Gateway
from tests.serving import faults, operations

TAGS = (Tag("team", "payments"), Tag("plan", ""))
NEW: list[New] = [
    NewTenant("shop", TAGS, TenantSuppression(SuppressionScope.TENANT, (Reason.BOUNCE,))),
    ConfigurationSet("shop", tags=TAGS, suppression=SuppressionOptions(reasons=())),
]
both = pytest.mark.parametrize("new", NEW, ids=["tenant", "configuration set"])


def call(new: New, prefix: str) -> str:
    return f"{prefix}{'Tenant' if isinstance(new, NewTenant) else 'ConfigurationSet'}"


async def is_there(gateway: Gateway, new: New) -> bool:
    try:
        resources = gateway.resources
        await (resources.tenant(new.name) if isinstance(new, NewTenant) else resources.configuration_set(new.name))
    except NotFound:
        return False
    return True


@both
async def test_what_is_created_is_there_after_one_call(gateway: Gateway, emulator: Emulator, new: New) -> None:
    assert (await create(gateway, new)).answered
    assert operations(emulator) == [call(new, "Create")]
    assert await is_there(gateway, new)


@both
async def test_an_answer_that_was_lost_is_found(gateway: Gateway, emulator: Emulator, new: New) -> None:
    emulator.conditions = faults(f"reset-after@{call(new, 'Create')}=1")
    created = await create(gateway, new)
    assert not created.answered
    assert created.now is not None
    assert created.now.tags == TAGS
    assert operations(emulator) == [call(new, "Create"), call(new, "Get")]


@both
@pytest.mark.parametrize("fault", ["reset-before", "500", "503"])
async def test_a_call_that_did_nothing_is_told_so(gateway: Gateway, emulator: Emulator, new: New, fault: str) -> None:
    emulator.conditions = faults(f"{fault}@{call(new, 'Create')}=1")
    with pytest.raises(Unreachable, match=r"SES knows none of that name so far.*Trying again is safe"):
        await create(gateway, new)
    assert operations(emulator).count(call(new, "Create")) == 1
    assert not await is_there(gateway, new)


@both
async def test_where_looking_fails_too_nothing_is_claimed(gateway: Gateway, emulator: Emulator, new: New) -> None:
    emulator.conditions = faults(f"reset-after@{call(new, 'Create')}=1", f"access-denied@{call(new, 'Get')}=1")
    with pytest.raises(Unreachable, match=f"is not known, for looking failed too: {call(new, 'Get')} is denied"):
        await create(gateway, new)


@both
@pytest.mark.parametrize("tags", [(), TAGS[:1], (Tag("team", "growth"), TAGS[1])])
async def test_somebody_elses_of_that_name_is_not_taken_for_it(
    gateway: Gateway, emulator: Emulator, new: New, tags: tuple[Tag, ...]
) -> None:
    await create(gateway, replace(new, tags=tags))
    emulator.conditions = faults(f"reset-before@{call(new, 'Create')}=1")
    with pytest.raises(Unreachable, match="its settings are others"):
        await create(gateway, new)


async def test_reasons_that_are_empty_are_not_those_that_are_absent(gateway: Gateway, emulator: Emulator) -> None:
    await gateway.changes.create_configuration_set(ConfigurationSet("shop", tags=TAGS))
    emulator.conditions = faults("reset-before@CreateConfigurationSet=1")
    with pytest.raises(Unreachable, match="its settings are others"):
        await create(gateway, NEW[1])


async def test_what_ses_sets_by_itself_makes_no_difference(gateway: Gateway, emulator: Emulator) -> None:
    new = ConfigurationSet("shop", delivery=DeliveryOptions(tls_policy="REQUIRE"))
    with_defaults = ConfigurationSet("shop", delivery=DeliveryOptions("REQUIRE", "shared"), sending_enabled=True)
    await gateway.changes.create_configuration_set(with_defaults)
    emulator.conditions = faults("reset-before@CreateConfigurationSet=1")
    assert (await create(gateway, new)).now == with_defaults


@both
async def test_a_name_that_is_taken_is_refused_in_sess_words(gateway: Gateway, emulator: Emulator, new: New) -> None:
    await create(gateway, new)
    with pytest.raises(AlreadyExists, match="<shop> already exists"):
        await create(gateway, new)
    assert operations(emulator) == [call(new, "Create")] * 2
