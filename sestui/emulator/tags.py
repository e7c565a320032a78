"""The operations on tags of tenants and configuration sets. Terraform asks for them whatever it manages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sestui.emulator import rules
from sestui.emulator.errors import not_found
from sestui.emulator.state import Call, ConfigurationSet, State, Tenant
from sestui.emulator.store import PRESENT
from sestui.emulator.tenants import arn


def list_of_resource(state: State, call: Call) -> dict[str, Any]:
    return {"Tags": _tags(_found(state, call, call.moment))}


def tag(state: State, call: Call) -> dict[str, Any]:
    """A key that is there already gets the new value."""
    found = _found(state, call)
    added = {tag["Key"]: tag for tag in call.parameters["Tags"]}
    rules.check_tags(call.parameters["Tags"])
    _put(state, call, found, [*(tag for tag in _tags(found) if tag["Key"] not in added), *added.values()])
    return {}


def untag(state: State, call: Call) -> dict[str, Any]:
    found = _found(state, call)
    _put(state, call, found, [tag for tag in _tags(found) if tag["Key"] not in call.parameters["TagKeys"]])
    return {}


def _found(state: State, call: Call, moment: float = PRESENT) -> Tenant | ConfigurationSet:
    """Raises NotFoundException."""
    resource = call.parameters["ResourceArn"]
    kind, _, name = resource.removeprefix(call.arn("")).partition("/")
    found: Tenant | ConfigurationSet | None = None
    if kind == "tenant":
        found = state.tenants.get(name.partition("/")[0], moment)
        if found is not None and arn(call, found) != resource:
            found = None
    elif kind == "configuration-set":
        found = state.configuration_sets.get(name, moment)
    if found is None:
        raise not_found(f"The resource <{resource}> does not exist.")
    return found


def _tags(found: Tenant | ConfigurationSet) -> list[Mapping[str, str]]:
    return list(found.tags if isinstance(found, Tenant) else found.groups.get("Tags", ()))


def _put(state: State, call: Call, found: Tenant | ConfigurationSet, tags: Sequence[Mapping[str, str]]) -> None:
    rules.check_tags(tags)
    if isinstance(found, Tenant):
        state.tenants.put(found.name, replace(found, tags=tuple(tags)), call.now, call.lag)
    else:
        groups = {**found.groups, "Tags": list(tags)}
        state.configuration_sets.put(found.name, replace(found, groups=groups), call.now, call.lag)
