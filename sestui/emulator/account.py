"""The operations on the account itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sestui.emulator import rules
from sestui.emulator.conditions import OmittedMember
from sestui.emulator.state import SETTINGS, Call, State


def get(state: State, call: Call) -> dict[str, Any]:
    settings = state.account(call.moment)
    quota = {"Max24HourSend": 200.0, "MaxSendRate": 1.0, "SentLast24Hours": 12.0}
    if not state.sandbox:
        quota = {"Max24HourSend": 2_000_000.0, "MaxSendRate": 500.0, "SentLast24Hours": 641_233.0}
    return {
        "DedicatedIpAutoWarmupEnabled": True,
        "EnforcementStatus": state.enforcement_status,
        "ProductionAccessEnabled": not state.sandbox,
        "SendQuota": quota,
        "SendingEnabled": settings.sending_enabled,
        "SuppressionAttributes": {
            "SuppressedReasons": list(settings.suppressed_reasons),
            "ValidationAttributes": settings.validation,
        },
        "VdmAttributes": {"VdmEnabled": "ENABLED" if state.vdm else "DISABLED"},
    }


def put_suppression(state: State, call: Call) -> dict[str, Any]:
    """Replaces both members: what is left out is cleared, unless a quirk keeps it."""
    reasons = call.parameters.get("SuppressedReasons")
    validation = call.parameters.get("ValidationAttributes")
    rules.check_reasons(reasons)
    settings = state.account()
    keep = call.quirks.omitted_put_member is OmittedMember.KEEP
    if reasons is not None or not keep:
        settings = replace(settings, suppressed_reasons=tuple(reasons or ()))
    if validation is not None or not keep:
        settings = replace(settings, validation=validation)
    state.settings.put(SETTINGS, settings, call.now, call.lag)
    return {}


def put_sending(state: State, call: Call) -> dict[str, Any]:
    settings = replace(state.account(), sending_enabled=call.parameters.get("SendingEnabled", False))
    state.settings.put(SETTINGS, settings, call.now, call.lag)
    return {}
