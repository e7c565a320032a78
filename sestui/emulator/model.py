"""SESv2's REST-JSON protocol, read from botocore's service model: data, not client.

Routes, the places of parameters and the shapes of both sides are AWS's own, so nothing here is typed by hand but what
the model does not know: that awscli up to 1.46 lists configuration sets by a GET.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, unquote

from botocore.loaders import Loader
from botocore.model import ServiceModel

from sestui.emulator.errors import Refusal
from sestui.emulator.validation import violations

_ALSO_SERVED = {"ListConfigurationSets": [("GET", "/v2/email/configuration-sets")]}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request understood: the operation and its parameters, or what is wrong with them."""

    operation: str
    parameters: Mapping[str, Any]
    problem: Refusal | None = None


@dataclass(frozen=True, slots=True)
class _Route:
    operation: str
    pattern: re.Pattern[str]
    body: bool
    """Whether members without a place are read from the body; the GET of old clients has them in the query."""


@functools.cache
def service_model() -> ServiceModel:
    """SESv2's, from the package: a file in ~/.aws/models must not change what is served."""
    loader = Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)
    return ServiceModel(loader.load_service_model("sesv2", "service-2"), "sesv2")


@functools.cache
def input_shape(operation: str) -> Any:
    return service_model().operation_model(operation).input_shape


@functools.cache
def output_shape(operation: str) -> Any:
    return service_model().operation_model(operation).output_shape


@functools.cache
def _routes() -> dict[tuple[str, int], list[_Route]]:
    """By method and number of segments; routes without a label first, as `/tenants/get` is no tenant's name."""
    routes: dict[tuple[str, int], list[_Route]] = {}
    for name in service_model().operation_names:
        http = service_model().operation_model(name).http
        places = [(http["method"], http["requestUri"], True)]
        places += [(method, path, False) for method, path in _ALSO_SERVED.get(name, [])]
        for method, path, body in places:
            pattern = re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]*)", re.escape(path)))
            routes.setdefault((method, path.count("/")), []).append(_Route(name, pattern, body))
    for same in routes.values():
        same.sort(key=lambda route: route.pattern.groups)
    return routes


def read(method: str, target: str, body: bytes) -> Asked:
    """Understands a request from its method, its target as it was sent (percent-encoded) and its body.

    Raises Refusal if no operation has that route.
    """
    path, _, query = target.partition("?")
    for route in _routes().get((method, path.count("/")), ()):
        match = route.pattern.fullmatch(path)
        if match:
            return _parse(route, {name: unquote(value) for name, value in match.groupdict().items()}, query, body)
    raise Refusal("UnknownOperationException", f"no operation of SESv2 is {method} {path}", 404)


def _parse(route: _Route, labels: dict[str, str], query: str, body: bytes) -> Asked:
    shape = input_shape(route.operation)
    parameters: dict[str, Any] = {}
    if shape is None:
        return Asked(route.operation, parameters)
    try:
        sent = json.loads(body) if body and route.body else {}
        # Escapes can spell half a character, which no answer could carry.
        json.dumps(sent, ensure_ascii=False).encode()
    except ValueError:
        return Asked(route.operation, parameters, _unreadable("the body is not JSON"))
    if not isinstance(sent, dict):
        return Asked(route.operation, parameters, _unreadable("the body is not an object"))
    asked = parse_qs(query, keep_blank_values=True)
    try:
        for name, member in shape.members.items():
            place, known_as = member.serialization.get("location"), member.serialization.get("name", name)
            if place == "uri":
                parameters[name] = labels[known_as]
            elif place == "querystring" or not route.body:
                if known_as in asked:
                    parameters[name] = _from_query(member, asked[known_as])
            elif sent.get(known_as) is not None:
                parameters[name] = _from_json(member, sent[known_as])
    except ValueError as problem:
        return Asked(route.operation, parameters, _unreadable(str(problem)))
    found = violations(shape, parameters)
    if found:
        many = "1 validation error" if len(found) == 1 else f"{len(found)} validation errors"
        message = f"{many} detected: {'; '.join(found)}"
        return Asked(route.operation, parameters, Refusal("BadRequestException", message))
    return Asked(route.operation, parameters)


def _from_query(shape: Any, texts: list[str]) -> Any:
    match shape.type_name:
        case "list":
            return [_from_query(shape.member, [text]) for text in texts]
        case "integer" | "long":
            return int(texts[-1])
        case "timestamp":
            return _seconds(texts[-1])
        case "boolean":
            return {"true": True, "false": False}[texts[-1]]
        case _:
            return texts[-1]


def _from_json(shape: Any, value: Any) -> Any:
    """The value with only what the shape knows; ValueError if it is of another type."""
    match shape.type_name, value:
        case "structure", dict():
            return {
                name: _from_json(member, value[name])
                for name, member in shape.members.items()
                if value.get(name) is not None
            }
        case "list", list():
            return [_from_json(shape.member, item) for item in value]
        case "map", dict():
            return {name: _from_json(shape.value, item) for name, item in value.items()}
        case "timestamp", bool():
            pass
        case "timestamp", int() | float() | str():
            return _seconds(value)
        case "boolean", bool():
            return value
        case "integer" | "long", int() if not isinstance(value, bool):
            return value
        case "double" | "float", int() | float() if not isinstance(value, bool):
            return value
        case "string", str():
            return value
        case "blob", str():
            # Left in base64, as it came.
            return value
    raise ValueError(f"{value!r} is no {shape.type_name} ({shape.name})")


def _seconds(value: str | float) -> float:
    try:
        return float(value)
    except ValueError:
        moment = datetime.fromisoformat(str(value))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _unreadable(why: str) -> Refusal:
    return Refusal("SerializationException", why)
