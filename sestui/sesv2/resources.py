"""The account, tenants and configuration sets: what there is, and how it is set, as typed async methods."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, Final

from sestui.domain.priority import Priority
from sestui.domain.settings import Account, ConfigurationSet, Tenant, TenantSummary
from sestui.sesv2 import shapes
from sestui.sesv2.calls import Calls
from sestui.sesv2.translate import translated

_PAGE: Final = 100


class Resources:
    """What can be read of a connection's settings. Every method raises `SestuiError` only."""

    def __init__(self, calls: Calls, arn: Callable[[str], Awaitable[str]]) -> None:
        """`arn` returns the ARN of the configuration set of that name."""
        self._calls = calls
        self._arn = arn

    async def account(self, *, priority: Priority = Priority.PERSON) -> Account:
        answer = await self._calls.answer("GetAccount", {}, priority)
        with translated("GetAccount"):
            return shapes.account(answer)

    async def tenants(
        self, *, name_contains: str = "", priority: Priority = Priority.PERSON
    ) -> AsyncIterator[list[TenantSummary]]:
        """Yield tenants a page at a time; `name_contains` is SES's own filter, TENANT_NAME_CONTAINS."""
        filters = {"Filter": {"TENANT_NAME_CONTAINS": name_contains}} if name_contains else {}
        async for answer in self._pages("ListTenants", filters, priority):
            with translated("ListTenants"):
                page = [shapes.tenant_summary(row) for row in answer.get("Tenants", ())]
            yield page

    async def tenant(self, name: str, *, priority: Priority = Priority.PERSON) -> Tenant:
        answer = await self._calls.answer("GetTenant", {"TenantName": name}, priority)
        with translated("GetTenant"):
            return shapes.tenant(answer["Tenant"])

    async def tenant_configuration_sets(self, name: str, *, priority: Priority = Priority.PERSON) -> tuple[str, ...]:
        """Return the names of a tenant's configuration sets, sorted.

        Told apart by their ARNs: sources disagree on how SES spells ResourceType, and on filtering by it.
        """
        found: set[str] = set()
        async for answer in self._pages("ListTenantResources", {"TenantName": name}, priority):
            with translated("ListTenantResources"):
                arns = [resource["ResourceArn"] for resource in answer.get("TenantResources", ())]
            for arn in arns:
                kind, _, set_name = arn.rpartition(":")[2].partition("/")
                if kind == "configuration-set":
                    found.add(set_name)
        return tuple(sorted(found))

    async def configuration_sets(
        self, *, name_contains: str = "", priority: Priority = Priority.PERSON
    ) -> AsyncIterator[list[str]]:
        """Yield names a page at a time, filtered here: an older SES endpoint knows no filter."""
        async for answer in self._pages("ListConfigurationSets", {}, priority):
            yield [name for name in answer.get("ConfigurationSets", ()) if name_contains.lower() in name.lower()]

    async def configuration_set(self, name: str, *, priority: Priority = Priority.PERSON) -> ConfigurationSet:
        answer = await self._calls.answer("GetConfigurationSet", {"ConfigurationSetName": name}, priority)
        with translated("GetConfigurationSet"):
            return shapes.configuration_set(answer)

    async def configuration_set_tenants(self, name: str, *, priority: Priority = Priority.PERSON) -> tuple[str, ...]:
        """Return the names of the tenants that a configuration set is associated with, sorted."""
        asked = {"ResourceArn": await self._arn(name)}
        found: set[str] = set()
        async for answer in self._pages("ListResourceTenants", asked, priority):
            with translated("ListResourceTenants"):
                found |= {row["TenantName"] for row in answer.get("ResourceTenants", ())}
        return tuple(sorted(found))

    async def _pages(
        self, operation: str, parameters: Mapping[str, Any], priority: Priority
    ) -> AsyncIterator[Mapping[str, Any]]:
        token: dict[str, str] = {}
        while True:
            answer = await self._calls.answer(operation, {**parameters, **token, "PageSize": _PAGE}, priority)
            yield answer
            if not answer.get("NextToken"):
                return
            token = {"NextToken": answer["NextToken"]}
