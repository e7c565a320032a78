"""The operations on suppression lists."""

from __future__ import annotations

import json
from typing import Any

from sestui.emulator import messages, rules
from sestui.emulator.conditions import ReasonsPerAddress
from sestui.emulator.errors import Refusal, bad_request, not_found
from sestui.emulator.state import Call, State
from sestui.emulator.store import ACCOUNT, PRESENT, Window
from sestui.emulator.tokens import BadToken

PAGE = 1000
"""The default and the most, as clients have observed (aws-cli #7859)."""


def put(state: State, call: Call) -> dict[str, Any]:
    if state.sandbox:
        raise bad_request("Your account is in the sandbox: addresses can be added once it has production access.")
    number = _list(state, call, PRESENT)
    address = normalised(call.parameters["EmailAddress"])
    local, _, domain = address.rpartition("@")
    if not (local and domain):
        raise bad_request(f"Invalid email address {address}.")
    two = call.quirks.reasons_per_address is ReasonsPerAddress.TWO
    state.lists.put(number, address, call.parameters["Reason"], call.now, beside_other=two, lag=call.lag)
    return {}


def delete(state: State, call: Call) -> dict[str, Any]:
    number = _list(state, call, PRESENT)
    address = normalised(call.parameters["EmailAddress"])
    if not state.lists.remove(number, address, call.now, lag=call.lag):
        raise _missing(call, address)
    return {}


def get(state: State, call: Call) -> dict[str, Any]:
    number = _list(state, call, call.moment)
    address = normalised(call.parameters["EmailAddress"])
    entry = state.lists.get(number, address, call.moment)
    if entry is None:
        raise _missing(call, address)
    found: dict[str, Any] = {
        "EmailAddress": entry.address,
        "Reason": entry.reason,
        "LastUpdateTime": entry.time,
        "TenantName": call.parameters.get("TenantName"),
    }
    if entry.automatic:
        found["Attributes"] = messages.ids(number, entry)
    return {"SuppressedDestination": found}


def list_page(state: State, call: Call) -> bytes:
    """A page of a list, as the body itself: its entries are stored as JSON."""
    parameters = call.parameters
    number = _list(state, call, call.moment)
    size = rules.page_size(call, PAGE, PAGE)
    question = {**rules.question(call), "order": call.quirks.order, "list": number}
    after = None
    if "NextToken" in parameters:
        try:
            after = int(state.tokens.open(parameters["NextToken"], question, call.now, call.quirks.token_life))
        except BadToken:
            message = "The specified request includes an invalid or expired token."
            raise Refusal("InvalidNextTokenException", message) from None
    reasons = set(parameters.get("Reasons", ()))
    window = Window(
        parameters.get("StartDate"),
        parameters.get("EndDate"),
        call.quirks.date_bounds,
        reasons.pop() if len(reasons) == 1 else None,
    )
    entries, last = state.lists.page(number, window, call.quirks.order, after, size, call.moment)
    token = "" if last is None else f',"NextToken":{json.dumps(state.tokens.seal(question, last, call.now))}'
    return f'{{"SuppressedDestinationSummaries":[{",".join(entries)}]{token}}}'.encode()


def normalised(address: str) -> str:
    """As SES keeps it: blanks around it trimmed, the domain in lower case, the local part as it is."""
    local, at, domain = address.strip(" \t\r\n").rpartition("@")
    return f"{local}{at}{domain.lower()}"


def _list(state: State, call: Call, moment: float) -> int:
    name = call.parameters.get("TenantName")
    return ACCOUNT if name is None else state.tenant(name, moment).list


def _missing(call: Call, address: str) -> Refusal:
    whose = "tenant suppression list" if "TenantName" in call.parameters else "suppression list"
    return not_found(f"Email address {address} does not exist on your {whose}.")
