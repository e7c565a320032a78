"""What SES demands of a request beyond its model, and the sentences with which it refuses.

The sentences on scope and reasons were probed by others (see the facts on SES that this project keeps); those of names
and tags follow the limits in the API reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from sestui.emulator.errors import bad_request
from sestui.emulator.state import Call
from sestui.emulator.tokens import BadToken, Tokens

T = TypeVar("T")

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MOST_TAGS = 50
_TAG = re.compile(r"[\w\s.:/=+-]*")


def check_name(what: str, name: str) -> None:
    if not _NAME.fullmatch(name):
        raise bad_request(
            f"Invalid {what} <{name}>: only alphanumeric ASCII characters, '_' and '-' are allowed, at most 64 of them."
        )


def check_reasons(reasons: Sequence[str] | None) -> None:
    if reasons is not None and len(set(reasons)) < len(reasons):
        raise bad_request("Each suppressed reason can only be specified at most once")


def pair(members: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """A tenant's reasons and scope, which come together or not at all; None if neither is there."""
    reasons, scope = members.get("SuppressedReasons"), members.get("SuppressionScope")
    check_reasons(reasons)
    if reasons is None and scope is None:
        return None
    if reasons is None:
        raise bad_request("SuppressionScope cannot be specified without SuppressedReasons.")
    if scope is None and reasons:
        raise bad_request("SuppressedReasons cannot be specified without SuppressionScope.")
    if scope is None:
        raise bad_request(
            "SuppressionScope is required when SuppressedReasons are provided. Valid values are: TENANT, ACCOUNT"
        )
    return {"SuppressedReasons": list(reasons), "SuppressionScope": scope}


def check_tags(tags: Sequence[Mapping[str, str]]) -> None:
    keys = [tag["Key"] for tag in tags]
    if len(tags) > _MOST_TAGS:
        raise bad_request(f"A resource can have at most {_MOST_TAGS} tags.")
    if len(set(keys)) < len(keys):
        raise bad_request("Each tag key must be unique.")
    for tag in tags:
        if not 1 <= len(tag["Key"]) <= 128 or len(tag["Value"]) > 256:
            raise bad_request("A tag's key has 1 to 128 characters and its value at most 256.")
        for text in (tag["Key"], tag["Value"]):
            if text.lower().startswith("aws:"):
                raise bad_request("The aws: prefix is reserved for tags of Amazon Web Services.")
            if not _TAG.fullmatch(text):
                raise bad_request("A tag holds Unicode letters, digits, white space and _.:/=+- only.")


def page_size(call: Call, default: int, most: int) -> int:
    """What was asked for, at most `most`: a larger page is not refused, it is just not given."""
    size: int = call.parameters.get("PageSize", default)
    if size < 1:
        raise bad_request("PageSize must be greater than or equal to 1.")
    return min(size, most)


def question(call: Call) -> dict[str, Any]:
    """What a token belongs to: all that must stay the same from page to page."""
    parameters = {name: value for name, value in call.parameters.items() if name not in ("NextToken", "PageSize")}
    return {"operation": call.operation, **parameters}


def page_by_name(
    call: Call, tokens: Tokens, items: Iterator[tuple[str, T]], default: int, most: int = 1000
) -> tuple[list[T], dict[str, str]]:
    """A page of named things in ascending order, and the NextToken, if any, as a member of the answer."""
    size = page_size(call, default, most)
    after = ""
    if "NextToken" in call.parameters:
        try:
            after = str(tokens.open(call.parameters["NextToken"], question(call), call.now, call.quirks.token_life))
        except BadToken:
            raise bad_request("Invalid Next Token") from None
    found = list(islice(((name, item) for name, item in items if name > after), size + 1))
    more = {}
    if len(found) > size:
        more = {"NextToken": tokens.seal(question(call), found[size - 1][0], call.now)}
    return [item for _, item in found[:size]], more
