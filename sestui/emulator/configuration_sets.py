"""The operations on configuration sets."""

from __future__ import annotations

from typing import Any

from sestui.emulator import rules
from sestui.emulator.conditions import OmittedMember
from sestui.emulator.errors import already_exists
from sestui.emulator.registry import Registry
from sestui.emulator.state import Call, ConfigurationSet, State

PAGE = 1000
"""The default and the most; undocumented."""


def create(state: State, call: Call) -> dict[str, Any]:
    name = call.parameters["ConfigurationSetName"]
    rules.check_name("configuration set name", name)
    rules.check_tags(call.parameters.get("Tags", []))
    rules.check_reasons(call.parameters.get("SuppressionOptions", {}).get("SuppressedReasons"))
    if state.configuration_sets.get(name) is not None:
        raise already_exists(f"Configuration set <{name}> already exists.")
    # A group that sets nothing is the same as none.
    groups = {
        group: options for group, options in call.parameters.items() if group != "ConfigurationSetName" and options
    }
    state.configuration_sets.put(name, ConfigurationSet(name, groups), call.now, call.lag)
    return {}


def get(state: State, call: Call) -> dict[str, Any]:
    found = state.configuration_set(call.parameters["ConfigurationSetName"], call.moment)
    return {"ConfigurationSetName": found.name, **found.groups}


def delete(state: State, call: Call) -> dict[str, Any]:
    """Its associations go with it."""
    name = call.parameters["ConfigurationSetName"]
    state.configuration_set(name)
    for _, association in list(state.tenants_of.get(f"configuration-set/{name}", Registry()).items()):
        state.dissociate(association, call.now, call.lag)
    state.configuration_sets.put(name, None, call.now, call.lag)
    return {}


def list_page(state: State, call: Call) -> dict[str, Any]:
    contained = call.parameters.get("Filter", {}).get("CONFIGURATION_SET_NAME_CONTAINS", "")
    matching = ((name, name) for name, _ in state.configuration_sets.items(call.moment) if contained in name)
    names, more = rules.page_by_name(call, state.tokens, matching, PAGE)
    return {"ConfigurationSets": names, **more}


def put_suppression(state: State, call: Call) -> dict[str, Any]:
    """Replaces the whole group: what is left out is cleared, unless a quirk keeps it."""
    asked = {name: value for name, value in call.parameters.items() if name != "ConfigurationSetName"}
    rules.check_reasons(asked.get("SuppressedReasons"))
    found = state.configuration_set(call.parameters["ConfigurationSetName"])
    groups = dict(found.groups)
    before = groups.pop("SuppressionOptions", {})
    options = {**before, **asked} if call.quirks.omitted_put_member is OmittedMember.KEEP else asked
    if options:
        groups["SuppressionOptions"] = options
    state.configuration_sets.put(found.name, ConfigurationSet(found.name, groups), call.now, call.lag)
    return {}


def put_sending(state: State, call: Call) -> dict[str, Any]:
    found = state.configuration_set(call.parameters["ConfigurationSetName"])
    options = {"SendingOptions": {"SendingEnabled": call.parameters.get("SendingEnabled", False)}}
    changed = ConfigurationSet(found.name, {**found.groups, **options})
    state.configuration_sets.put(found.name, changed, call.now, call.lag)
    return {}
