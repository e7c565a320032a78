"""Which function carries out which operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sestui.emulator import account, configuration_sets, destinations, import_jobs, messages, sending, tags, tenants
from sestui.emulator.answers import serialise
from sestui.emulator.errors import Refusal
from sestui.emulator.state import Call, State

_OPERATIONS: Mapping[str, Callable[[State, Call], dict[str, Any] | bytes]] = {
    "CreateConfigurationSet": configuration_sets.create,
    "CreateImportJob": import_jobs.create,
    "CreateTenant": tenants.create,
    "CreateTenantResourceAssociation": tenants.associate,
    "DeleteConfigurationSet": configuration_sets.delete,
    "DeleteSuppressedDestination": destinations.delete,
    "DeleteTenant": tenants.delete,
    "DeleteTenantResourceAssociation": tenants.dissociate,
    "GetAccount": account.get,
    "GetConfigurationSet": configuration_sets.get,
    "GetImportJob": import_jobs.get,
    "GetMessageInsights": messages.get_insights,
    "GetSuppressedDestination": destinations.get,
    "GetTenant": tenants.get,
    "ListConfigurationSets": configuration_sets.list_page,
    "ListImportJobs": import_jobs.list_page,
    "ListResourceTenants": tenants.list_of_resource,
    "ListSuppressedDestinations": destinations.list_page,
    "ListTagsForResource": tags.list_of_resource,
    "ListTenantResources": tenants.list_resources,
    "ListTenants": tenants.list_page,
    "PutAccountSendingAttributes": account.put_sending,
    "PutAccountSuppressionAttributes": account.put_suppression,
    "PutConfigurationSetSendingOptions": configuration_sets.put_sending,
    "PutConfigurationSetSuppressionOptions": configuration_sets.put_suppression,
    "PutSuppressedDestination": destinations.put,
    "PutTenantSuppressionAttributes": tenants.put_suppression,
    "SendEmail": sending.send,
    "TagResource": tags.tag,
    "UntagResource": tags.untag,
    "UpdateReputationEntityCustomerManagedStatus": tenants.put_status,
}


def carry_out(state: State, call: Call) -> bytes:
    """The body of the answer. Raises Refusal."""
    operation = _OPERATIONS.get(call.operation)
    if operation is None:
        # 501 is the one server error that no client tries again.
        message = f"sestui's emulator does not implement {call.operation}."
        raise Refusal("UnsupportedOperationException", message, 501)
    answer = operation(state, call)
    return answer if isinstance(answer, bytes) else serialise(call.operation, answer)


def resource_arn(state: State, call: Call) -> str:
    """What a denial of the call names: the tenant or the configuration set, or anything."""
    tenant = state.tenants.get(str(call.parameters.get("TenantName")))
    if tenant is not None:
        return tenants.arn(call, tenant)
    if "ConfigurationSetName" in call.parameters:
        return call.arn(f"configuration-set/{call.parameters['ConfigurationSetName']}")
    return "*"
