"""The operations on tenants and on what they are associated with."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sestui.emulator import rules
from sestui.emulator.conditions import ResourceTypeSpelling
from sestui.emulator.errors import already_exists, bad_request, not_found
from sestui.emulator.model import service_model
from sestui.emulator.registry import Registry
from sestui.emulator.state import Association, Call, State, Tenant

PAGE = 100
"""The default of every list here; undocumented."""

_TYPES = {"identity": "EMAIL_IDENTITY", "configuration-set": "CONFIGURATION_SET", "template": "EMAIL_TEMPLATE"}


def create(state: State, call: Call) -> dict[str, Any]:
    name = call.parameters["TenantName"]
    rules.check_name("tenant name", name)
    tags = call.parameters.get("Tags", [])
    rules.check_tags(tags)
    suppression = rules.pair(call.parameters.get("SuppressionAttributes", {}))
    if state.tenants.get(name) is not None:
        raise already_exists(f"The tenant <{name}> already exists.")
    state.last_list += 1
    tenant = Tenant(name, tenant_id(name, state.last_list), state.last_list, call.now, tuple(tags))
    tenant = replace(tenant, suppression=suppression)
    state.tenants.put(name, tenant, call.now, call.lag)
    return _described(call, tenant)


def get(state: State, call: Call) -> dict[str, Any]:
    return {"Tenant": _described(call, state.tenant(call.parameters["TenantName"], call.moment))}


def delete(state: State, call: Call) -> dict[str, Any]:
    """Its list and its associations go with it."""
    tenant = state.tenant(call.parameters["TenantName"])
    for _, association in list(state.resources_of.get(tenant.name, Registry()).items()):
        state.dissociate(association, call.now, call.lag)
    state.lists.remove_all(tenant.list, call.now, lag=call.lag)
    state.tenants.put(tenant.name, None, call.now, call.lag)
    return {}


def list_page(state: State, call: Call) -> dict[str, Any]:
    asked = call.parameters.get("Filter", {})
    contained, status = asked.get("TENANT_NAME_CONTAINS", ""), asked.get("SENDING_STATUS")
    statuses = service_model().shape_for("SendingStatus").enum
    if status is not None and status not in statuses:
        raise bad_request(f"SENDING_STATUS must be one of {', '.join(statuses)}.")
    matching: Iterator[tuple[str, Tenant]] = (
        (name, tenant)
        for name, tenant in state.tenants.items(call.moment)
        if contained in name and status in (None, tenant.sending_status)
    )
    tenants, more = rules.page_by_name(call, state.tokens, matching, PAGE)
    return {"Tenants": [_summary(call, tenant) for tenant in tenants], **more}


def put_suppression(state: State, call: Call) -> dict[str, Any]:
    tenant = state.tenant(call.parameters["TenantName"])
    changed = replace(tenant, suppression=rules.pair(call.parameters))
    state.tenants.put(tenant.name, changed, call.now, call.lag)
    return {}


def put_status(state: State, call: Call) -> dict[str, Any]:
    """UpdateReputationEntityCustomerManagedStatus, the one way to stop a tenant: here nobody else has a say."""
    reference = call.parameters["ReputationEntityReference"]
    for name, tenant in state.tenants.items():
        if arn(call, tenant) == reference:
            status = call.parameters.get("SendingStatus", tenant.sending_status)
            state.tenants.put(name, replace(tenant, sending_status=status), call.now, call.lag)
            return {}
    # The operation's model knows no NotFoundException.
    raise bad_request(f"The reputation entity <{reference}> does not exist.")


def associate(state: State, call: Call) -> dict[str, Any]:
    tenant = state.tenant(call.parameters["TenantName"])
    resource = _resource(call)
    kind, _, name = resource.partition("/")
    if kind == "configuration-set":
        state.configuration_set(name)
    if state.resources_of.get(tenant.name, Registry()).get(resource) is not None:
        raise already_exists(f"The resource <{call.arn(resource)}> is already associated with <{tenant.name}>.")
    state.associate(Association(tenant.name, resource, call.now), call.now, call.lag)
    return {}


def dissociate(state: State, call: Call) -> dict[str, Any]:
    tenant = state.tenant(call.parameters["TenantName"])
    association = state.resources_of.get(tenant.name, Registry()).get(_resource(call))
    if association is None:
        arn = call.parameters["ResourceArn"]
        raise not_found(f"The resource <{arn}> is not associated with the tenant <{tenant.name}>.")
    state.dissociate(association, call.now, call.lag)
    return {}


def list_resources(state: State, call: Call) -> dict[str, Any]:
    tenant = state.tenant(call.parameters["TenantName"], call.moment)
    spelt_as_in_arn = call.quirks.resource_type is ResourceTypeSpelling.ARN
    types = {kind: kind if spelt_as_in_arn else name for kind, name in _TYPES.items()}
    wanted = call.parameters.get("Filter", {}).get("RESOURCE_TYPE")
    if wanted is not None and wanted not in types.values():
        raise bad_request(f"RESOURCE_TYPE must be one of {', '.join(types.values())}.")
    matching = (
        (resource, association)
        for resource, association in state.resources_of.get(tenant.name, Registry()).items(call.moment)
        if wanted in (None, types[resource.partition("/")[0]])
    )
    found, more = rules.page_by_name(call, state.tokens, matching, PAGE)
    resources = [
        {"ResourceType": types[one.resource.partition("/")[0]], "ResourceArn": call.arn(one.resource)} for one in found
    ]
    return {"TenantResources": resources, **more}


def list_of_resource(state: State, call: Call) -> dict[str, Any]:
    resource = _resource(call)
    kind, _, name = resource.partition("/")
    if kind == "configuration-set":
        state.configuration_set(name, call.moment)
    associated = state.tenants_of.get(resource, Registry()).items(call.moment)
    found, more = rules.page_by_name(call, state.tokens, associated, PAGE)
    tenants = [(one, state.tenants.get(one.tenant, call.moment)) for one in found]
    return {
        "ResourceTenants": [
            {
                "TenantName": one.tenant,
                "TenantId": tenant and tenant.id,
                "ResourceArn": call.arn(one.resource),
                "AssociatedTimestamp": one.created,
            }
            for one, tenant in tenants
        ],
        **more,
    }


def tenant_id(name: str, number: int) -> str:
    return f"tn-{hashlib.blake2b(f'{name}/{number}'.encode(), digest_size=15).hexdigest()}"


def arn(call: Call, tenant: Tenant) -> str:
    return call.arn(f"tenant/{tenant.name}/{tenant.id}")


def _summary(call: Call, tenant: Tenant) -> dict[str, Any]:
    return {
        "TenantName": tenant.name,
        "TenantId": tenant.id,
        "TenantArn": arn(call, tenant),
        "CreatedTimestamp": tenant.created,
        "SendingStatus": tenant.sending_status,
    }


def _described(call: Call, tenant: Tenant) -> dict[str, Any]:
    return {
        **_summary(call, tenant),
        "Tags": list(tenant.tags),
        "SuppressionAttributes": tenant.suppression,
    }


def _resource(call: Call) -> str:
    """The part of the ARN that names the resource. Raises BadRequestException for a foreign or other one."""
    arn: str = call.parameters["ResourceArn"]
    prefix = call.arn("")
    kind, _, name = arn.removeprefix(prefix).partition("/")
    if not arn.startswith("arn:") or kind.rpartition(":")[2] not in _TYPES or not name:
        raise bad_request(f"Invalid resource ARN <{arn}>.")
    if not arn.startswith(prefix):
        raise bad_request(f"The resource <{arn}> must be in the account {call.account} and the Region {call.region}.")
    return f"{kind}/{name}"
