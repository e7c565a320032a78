"""What the service model demands of a request, and AWS's sentences for what does not meet it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any


def violations(shape: Any, parameters: Mapping[str, Any]) -> list[str]:
    """One sentence for each constraint of the shape that the parameters break, in the shape's order."""
    return _structure(shape, parameters, "")


def _structure(shape: Any, value: Mapping[str, Any], path: str) -> list[str]:
    found = []
    for name, member in shape.members.items():
        inner = f"{path}.{_lower(name)}" if path else _lower(name)
        if name in value:
            found += _value(member, value[name], inner)
            # An empty label of the path cannot be told from one that was not sent.
            if member.serialization.get("location") == "uri" and value[name] == "":
                found.append(_sentence(inner, "Member must have length greater than or equal to 1"))
        elif name in shape.required_members:
            found.append(_sentence(inner, "Member must not be null"))
    if shape.metadata.get("union") and len(value) != 1:
        found.append(_sentence(path, "Member must have exactly one of its members set"))
    return found


def _value(shape: Any, value: Any, path: str) -> list[str]:
    match shape.type_name:
        case "structure":
            return _structure(shape, value, path)
        case "list":
            inner = [broken for item in value for broken in _scalar(shape.member, item)]
            found = [_sentence(path, f"Member must satisfy constraint: [{broken}]") for broken in inner]
            if shape.member.type_name == "structure":
                for number, item in enumerate(value, 1):
                    found += _structure(shape.member, item, f"{path}.{number}.member")
            return found
        case "map":
            inner = [broken for name in value for broken in _scalar(shape.key, name)]
            inner += [broken for item in value.values() for broken in _scalar(shape.value, item)]
            return [_sentence(path, f"Map must satisfy constraint: [{broken}]") for broken in inner]
        case _:
            return [_sentence(path, broken) for broken in _scalar(shape, value)]


def _scalar(shape: Any, value: Any) -> list[str]:
    found = []
    limits = shape.metadata
    if isinstance(value, str):
        if limits.get("enum") and value not in limits["enum"]:
            found.append(f"Member must satisfy enum value set: [{', '.join(limits['enum'])}]")
        if "min" in limits and len(value) < limits["min"]:
            found.append(f"Member must have length greater than or equal to {limits['min']}")
        if "max" in limits and len(value) > limits["max"]:
            found.append(f"Member must have length less than or equal to {limits['max']}")
        if "pattern" in limits and not re.fullmatch(limits["pattern"], value):
            found.append(f"Member must satisfy regular expression pattern: {limits['pattern']}")
    elif isinstance(value, int | float) and not isinstance(value, bool):
        if "min" in limits and value < limits["min"]:
            found.append(f"Member must have value greater than or equal to {limits['min']}")
        if "max" in limits and value > limits["max"]:
            found.append(f"Member must have value less than or equal to {limits['max']}")
    return found


def _sentence(path: str, broken: str) -> str:
    return f"Value at '{path}' failed to satisfy constraint: {broken}"


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]
