"""Answers as they go over the wire: REST-JSON shaped by the service model, AWS's error replies, and STS's XML."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from sestui.emulator.errors import Refusal
from sestui.emulator.model import output_shape

_STS = "https://sts.amazonaws.com/doc/2011-06-15/"
_STS_CODES = {"ExpiredTokenException": "ExpiredToken", "AccessDeniedException": "AccessDenied"}
"""What the query protocol of STS calls the common errors."""


def serialise(operation: str, answer: Mapping[str, Any]) -> bytes:
    """The body of an answer given by members' names. Raises ValueError if the model does not know a member."""
    return json.dumps(_shaped(output_shape(operation), answer), ensure_ascii=False).encode()


def error_body(refusal: Refusal) -> tuple[bytes, dict[str, str]]:
    headers = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-errortype": refusal.kind}
    return json.dumps({"message": refusal.message}, ensure_ascii=False).encode(), headers


def identity_body(account: str, arn: str, user: str, request_id: str) -> bytes:
    return (
        f'<GetCallerIdentityResponse xmlns="{_STS}"><GetCallerIdentityResult>'
        f"<Arn>{escape(arn)}</Arn><UserId>{escape(user)}</UserId><Account>{account}</Account>"
        f"</GetCallerIdentityResult><ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>"
        f"</GetCallerIdentityResponse>"
    ).encode()


def sts_error_body(refusal: Refusal, request_id: str) -> tuple[bytes, dict[str, str]]:
    fault = "Sender" if refusal.status < 500 else "Receiver"
    code = _STS_CODES.get(refusal.kind, refusal.kind)
    body = (
        f'<ErrorResponse xmlns="{_STS}"><Error><Type>{fault}</Type><Code>{escape(code)}</Code>'
        f"<Message>{escape(refusal.message)}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>"
    )
    return body.encode(), {"Content-Type": "text/xml"}


def _shaped(shape: Any, value: Any) -> Any:
    if shape is None or shape.type_name == "structure":
        members = {} if shape is None else shape.members
        unknown = value.keys() - members.keys()
        if unknown:
            raise ValueError(f"{shape and shape.name} has no {', '.join(sorted(unknown))}")
        return {name: _shaped(members[name], item) for name, item in value.items() if item is not None}
    if shape.type_name == "list":
        return [_shaped(shape.member, item) for item in value]
    if shape.type_name == "timestamp":
        # Seconds since the epoch, to the millisecond.
        return round(value, 3)
    return value
