"""What SES sent is looked at before botocore's parser has it: a page of a list is read here, what is no answer refused.

botocore's parser walks the service model for each member of each row, 25 ms for a page of 1,000, and the event loop
stands still meanwhile; and what isn't JSON it takes for an answer without members, an empty list.
"""

import asyncio
import json
from collections.abc import Mapping
from functools import partial
from operator import itemgetter
from typing import Any, Final

from sestui.domain.suppression import Reason, SuppressedDestinationSummary

_LIST: Final = "ListSuppressedDestinations"
_ROWS, _TOKEN = "SuppressedDestinationSummaries", "NextToken"
_MEMBERS: Final = itemgetter("EmailAddress", "Reason", "LastUpdateTime")
REASONS: Final = {reason.value: reason for reason in Reason}
_row: Final = partial(tuple.__new__, SuppressedDestinationSummary)
"""Makes a row of its three fields, as the class itself does, but without a line of Python for each."""
END_OF_TIME: Final = 253_402_300_800
"""The year 10000: a larger number is no time in seconds."""
_SHORT: Final = 1000
"""Bytes of an answer that takes no time: a job has hundreds of them a second."""
_CONTAINERS: Final[Mapping[str, type]] = {"structure": dict, "map": dict, "list": list}


def watch(client: Any, quiet: asyncio.Event) -> None:
    """Have the answers to this client, and to no other of its session, looked at; pages wait until it is `quiet`."""
    client.meta.events.register("before-parse", refuse_web_pages)
    if client.meta.service_model.resolved_protocol == "rest-json":
        in_turn = asyncio.Lock()

        async def one_a_turn(operation_model: Any, **answer: Any) -> None:
            if len(answer["response_dict"]["body"]) < _SHORT:
                look_at(operation_model=operation_model, **answer)
                return
            # Of pages that come together each gets a turn of the loop to itself, so that keys get in between.
            async with in_turn:
                await asyncio.sleep(0)
                if operation_model.name == _LIST:
                    await quiet.wait()
                look_at(operation_model, **answer)

        client.meta.events.register("before-parse", one_a_turn, unique_id="look-at")


def refuse_web_pages(response_dict: Mapping[str, Any], **_: Any) -> None:
    """Raise ValueError for the page of a proxy that says all is well: botocore reads it as an empty answer."""
    if response_dict["status_code"] < 300 and "html" in response_dict["headers"].get("content-type", ""):
        raise ValueError("a web page, of a proxy perhaps")


def look_at(
    operation_model: Any, response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: Any
) -> None:
    """Read a page of a suppression list instead of botocore's parser; leave errors and all other answers to it.

    A page with anything in it that isn't plain is left to it as well.

    Raises:
        ValueError: this is not what SES answers, and botocore's parser would fail on it or take it for nothing.
    """
    shape, body = operation_model.output_shape, response_dict["body"]
    if response_dict["status_code"] >= 300:
        response_dict["body"] = _readable_error(body)
        return
    if not (body or shape.members):
        return
    answer = _json(body)
    if operation_model.name == _LIST and (page := plain_page(answer)) is not None:
        customized_response_dict.update(page)
        response_dict["body"] = b"{}"
    else:
        _refuse_other_shapes(shape, answer, "the answer")


def plain_page(answer: Any) -> dict[str, Any] | None:
    """Return what botocore's parser makes of a page, its rows as tuples; None if any part of it is out of the ordinary.

    Works column by column, for that is done without a line of Python for each row.
    """
    try:
        rows, token = answer[_ROWS], answer.get(_TOKEN)
        addresses, reasons, times = zip(*map(_MEMBERS, rows), strict=True) if rows else ((), (), ())
        plain = (
            type(rows) is list
            and set(map(type, rows)) <= {dict}
            and set(map(type, addresses)) <= {str}
            and set(map(type, times)) <= {float, int}
            and (not times or (min(times) >= 0 and max(times) < END_OF_TIME))
            and (token is None or type(token) is str)
        )
        if not plain:
            return None
        found = zip(addresses, map(REASONS.__getitem__, reasons), map(float, times), strict=True)
        return {_ROWS: list(map(_row, found))} | ({} if token is None else {_TOKEN: token})
    except (KeyError, TypeError, AttributeError):
        return None


def _readable_error(body: bytes) -> bytes:
    # Of JSON that is no object botocore asks for members all the same; any other text it takes for a message.
    try:
        return body if isinstance(_json(body), dict) else b""
    except ValueError:
        return body


def _refuse_constant(name: str) -> None:
    # NaN and the infinities, which Python's json takes and JSON has not: as times they would break every sort.
    raise ValueError(f"{name} is no JSON")


_DECODER: Final = json.JSONDecoder(parse_constant=_refuse_constant)


def _json(body: bytes) -> Any:
    try:
        return _DECODER.decode(body.decode())
    except (ValueError, RecursionError):
        # Without the original's words: those of a UnicodeDecodeError have all of the body in them.
        raise ValueError("an empty answer" if not body else "no JSON") from None


def _refuse_other_shapes(shape: Any, value: Any, where: str) -> None:
    """Raise ValueError where an object or a list is something else: botocore's parser would raise what bugs raise."""
    container = _CONTAINERS.get(shape.type_name)
    if getattr(shape, "is_document_type", False):
        return
    if not isinstance(value, container) if container else isinstance(value, dict | list):
        raise ValueError(f"{where} is not a {shape.type_name} but {json.dumps(value)[:40]}")
    if shape.type_name == "list":
        for item in value:
            if item is None:
                raise ValueError(f"an entry of {where} is null")
            _refuse_other_shapes(shape.member, item, f"an entry of {where}")
    elif shape.type_name == "map":
        for item in value.values():
            _refuse_other_shapes(shape.value, item, f"an entry of {where}")
    elif shape.type_name == "structure":
        for name, member in shape.members.items():
            if value.get(name) is not None:
                _refuse_other_shapes(member, value[name], name)
