"""What changes settings: of the account, of tenants and configuration sets, and which belong together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from sestui.domain.priority import Priority
from sestui.sesv2 import shapes
from sestui.sesv2.translate import translated

if TYPE_CHECKING:
    from sestui.domain.settings import (
        ConfigurationSet,
        SuppressionOptions,
        Tag,
        Tenant,
        TenantSuppression,
        Validation,
    )
    from sestui.domain.suppression import Reason
    from sestui.sesv2.calls import Calls


class Changes:
    """Writes settings of one connection. Every method raises `SestuiError` only; one made once only says so."""

    def __init__(self, calls: Calls, arn: Callable[[str], Awaitable[str]]) -> None:
        """`arn` returns the ARN of the configuration set of a name."""
        self._calls = calls
        self._arn = arn

    async def put_account_suppression_attributes(
        self, reasons: tuple[Reason, ...], validation: Validation | None
    ) -> None:
        """Write both members: what is left out is cleared there (probed by floci, PR 853); so is validation by None."""
        parameters = shapes.account_suppression_parameters(reasons, validation)
        await self._call("PutAccountSuppressionAttributes", parameters)

    async def put_tenant_suppression_attributes(self, name: str, suppression: TenantSuppression | None) -> None:
        """Set a tenant's scope and reasons, or clear both with None."""
        parameters = shapes.tenant_suppression_parameters(suppression)
        await self._call("PutTenantSuppressionAttributes", {"TenantName": name, **parameters})

    async def put_configuration_set_suppression_options(self, name: str, options: SuppressionOptions) -> None:
        """Write all three members; what is None here is cleared there."""
        parameters = shapes.suppression_options_parameters(options)
        await self._call("PutConfigurationSetSuppressionOptions", {"ConfigurationSetName": name, **parameters})

    async def create_tenant(
        self, name: str, *, tags: tuple[Tag, ...] = (), suppression: TenantSuppression | None = None
    ) -> Tenant:
        """Create a tenant. Made once only: after `Unreachable` look whether it is there."""
        parameters: dict[str, Any] = {"TenantName": name}
        if tags:
            parameters["Tags"] = shapes.tags_parameters(tags)
        if suppression is not None:
            parameters["SuppressionAttributes"] = shapes.tenant_suppression_parameters(suppression)
        answer = await self._call("CreateTenant", parameters, repeatable=False)
        with translated("CreateTenant"):
            return shapes.tenant(answer)

    async def create_configuration_set(self, configuration_set: ConfigurationSet) -> None:
        """Create a configuration set. Made once only: after `Unreachable` look whether it is there."""
        parameters = shapes.configuration_set_parameters(configuration_set)
        await self._call("CreateConfigurationSet", parameters, repeatable=False)

    async def associate(self, tenant: str, configuration_set: str) -> None:
        """Let a tenant send through a configuration set. Made once only."""
        resource = {"TenantName": tenant, "ResourceArn": await self._arn(configuration_set)}
        await self._call("CreateTenantResourceAssociation", resource, repeatable=False)

    async def dissociate(self, tenant: str, configuration_set: str) -> None:
        """End that; mail of the tenant through the configuration set is then refused by SES. Made once only."""
        resource = {"TenantName": tenant, "ResourceArn": await self._arn(configuration_set)}
        await self._call("DeleteTenantResourceAssociation", resource, repeatable=False)

    async def _call(
        self, operation: str, parameters: Mapping[str, Any], *, repeatable: bool = True
    ) -> Mapping[str, Any]:
        answer = await self._calls.answer(operation, parameters, Priority.PERSON, repeatable=repeatable)
        return answer
