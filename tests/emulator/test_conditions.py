"""Latency, rates, faults, the sandbox and the access log."""

from __future__ import annotations

import asyncio
import io
import json
import time
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError, ReadTimeoutError

from sestui.emulator import Conditions, Emulator, Fault, Quirks, Rate, World

EMPTY = World(tenants=0, configuration_sets=0, addresses=0, tenant_addresses=0)


async def _outcomes(ses: Any, calls: int) -> str:
    """A dot for each of the calls that succeeds, an x for each that is refused."""
    outcomes = ""
    for _ in range(calls):
        try:
            await ses.get_account()
            outcomes += "."
        except ses.exceptions.ClientError:
            outcomes += "x"
    return outcomes


async def test_latency_delays_each_but_not_the_others(bench: Any) -> None:
    emulator = await bench.serve(EMPTY, Conditions(latency=0.1))
    ses = await bench.client(emulator)
    begun = time.monotonic()
    await asyncio.gather(*(ses.get_account() for _ in range(20)))
    assert 0.1 <= time.monotonic() - begun < 1.0


async def test_one_bucket_for_all_operations(bench: Any, refused: Any) -> None:
    emulator = await bench.serve(EMPTY, Conditions(rates=(Rate.parse("1"),)))
    ses, sts = await bench.client(emulator), await bench.client(emulator, "sts")
    await ses.get_account()
    throttled = await refused(ses.list_tenants())
    assert (throttled.kind, throttled.status) == ("TooManyRequestsException", 429)
    await sts.get_caller_identity()
    bench.clock.now += 0.9
    assert (await refused(ses.list_tenants())).status == 429
    bench.clock.now += 0.1
    await ses.list_tenants()
    bench.clock.now += 60
    assert await _outcomes(ses, 3) == ".xx"


async def test_a_bucket_for_an_operation_with_a_burst(bench: Any) -> None:
    emulator = await bench.serve(EMPTY, Conditions(rates=(Rate.parse("GetAccount=2:3"),)))
    ses = await bench.client(emulator)
    assert await _outcomes(ses, 5) == "...xx"
    await ses.list_tenants()
    bench.clock.now += 1
    assert await _outcomes(ses, 4) == "..xx"


async def test_a_refused_call_takes_no_token_of_another_bucket(bench: Any, refused: Any) -> None:
    rates = (Rate(1, 1, "ListTenants"), Rate(1, 2))
    ses = await bench.client(await bench.serve(EMPTY, Conditions(rates=rates)))
    await ses.list_tenants()
    await refused(ses.list_tenants())
    assert await _outcomes(ses, 2) == ".x"


@pytest.mark.parametrize(
    ("kind", "error", "status"),
    [
        ("throttle", "TooManyRequestsException", 429),
        ("500", "InternalServiceErrorException", 500),
        ("503", "ServiceUnavailable", 503),
        ("expired-credentials", "ExpiredTokenException", 403),
        ("access-denied", "AccessDeniedException", 403),
    ],
)
async def test_a_fault_refuses_and_does_nothing(bench: Any, refused: Any, kind: str, error: str, status: int) -> None:
    emulator = await bench.serve(EMPTY, Conditions(faults=(Fault.parse(f"{kind}=1"),)))
    ses, sts = await bench.client(emulator), await bench.client(emulator, "sts")
    bad = await refused(ses.create_tenant(TenantName="acme"))
    assert (bad.kind, bad.status) == (error, status)
    await sts.get_caller_identity()
    emulator.conditions = Conditions()
    assert (await ses.list_tenants())["Tenants"] == []


async def test_a_denial_names_user_action_and_resource(bench: Any, refused: Any) -> None:
    emulator = await bench.serve(EMPTY)
    ses = await bench.client(emulator)
    arn = (await ses.create_tenant(TenantName="acme"))["TenantArn"]
    emulator.conditions = Conditions(faults=(Fault.parse("access-denied=1"),))
    caller = "arn:aws:sts::123456789012:assumed-role/OnCall/"
    for call, action, resource in (
        (ses.get_tenant(TenantName="acme"), "ses:GetTenant", arn),
        (ses.get_account(), "ses:GetAccount", "*"),
        (
            ses.get_configuration_set(ConfigurationSetName="set"),
            "ses:GetConfigurationSet",
            "arn:aws:ses:us-east-1:123456789012:configuration-set/set",
        ),
    ):
        message = (await refused(call)).message
        assert message.startswith(f"User: {caller}")
        assert f"is not authorized to perform: {action} on resource: {resource} because" in message


async def test_a_fault_at_one_operation(bench: Any, refused: Any) -> None:
    faults = (Fault.parse("expired-credentials@GetCallerIdentity=1"), Fault.parse("500@GetTenant=1"))
    emulator = await bench.serve(EMPTY, Conditions(faults=faults))
    ses, sts = await bench.client(emulator), await bench.client(emulator, "sts")
    await ses.create_tenant(TenantName="acme")
    assert (await refused(ses.get_tenant(TenantName="acme"))).status == 500
    expired = await refused(sts.get_caller_identity())
    assert (expired.kind, expired.status) == ("ExpiredToken", 403)


async def test_a_reset_before_and_after_the_change(bench: Any) -> None:
    emulator = await bench.serve()
    ses = await bench.client(emulator)
    for kind, made in (("reset-before", []), ("reset-after", ["acme"])):
        emulator.conditions = Conditions(faults=(Fault.parse(f"{kind}=1"),))
        with pytest.raises((ConnectionClosedError, EndpointConnectionError)):
            await ses.create_tenant(TenantName="acme")
        emulator.conditions = Conditions()
        assert [tenant["TenantName"] for tenant in (await ses.list_tenants())["Tenants"]] == made
        assert [request.error for request in emulator.requests[-2:]] == [kind, None]


async def test_a_reset_after_a_refusal_hides_it(bench: Any) -> None:
    emulator = await bench.serve(EMPTY, Conditions(faults=(Fault.parse("reset-after=1"),)))
    ses = await bench.client(emulator)
    with pytest.raises((ConnectionClosedError, EndpointConnectionError)):
        await ses.get_tenant(TenantName="nobody")


async def test_a_timeout_never_answers_and_does_not_hold_up_the_end(bench: Any) -> None:
    emulator = await bench.serve(EMPTY, Conditions(faults=(Fault.parse("timeout=1"),)))
    ses = await bench.client(emulator, read_timeout=0.2)
    with pytest.raises(ReadTimeoutError):
        await ses.create_tenant(TenantName="acme")
    waiting = asyncio.ensure_future((await bench.client(emulator)).create_tenant(TenantName="acme"))
    while len(emulator.requests) < 2:  # noqa: ASYNC110 - no event tells of a request without an answer
        await asyncio.sleep(0)
    begun = time.monotonic()
    await emulator.stop()
    assert time.monotonic() - begun < 1
    with pytest.raises((ConnectionClosedError, EndpointConnectionError)):
        await waiting
    assert [(request.status, request.error) for request in emulator.requests] == [(0, "timeout")] * 2


async def test_the_slash_is_refused_where_it_is_in_the_path(bench: Any, refused: Any) -> None:
    emulator = await bench.serve(EMPTY, Conditions(faults=(Fault.parse("slash-400=1"),)))
    ses = await bench.client(emulator)
    for address in ("a/b@corp.com", "ab@corp.com"):
        await ses.put_suppressed_destination(EmailAddress=address, Reason="BOUNCE")
    for call in (ses.get_suppressed_destination, ses.delete_suppressed_destination):
        bad = await refused(call(EmailAddress="a/b@corp.com"))
        assert (bad.kind, bad.status) == ("BadRequestException", 400)
        await call(EmailAddress="ab@corp.com")


async def test_faults_fall_the_same_way_again_and_apart_from_each_other(bench: Any) -> None:
    fault, other = Fault.parse("500@GetAccount=0.4"), Fault.parse("503@ListTenants=0.5")
    ses = await bench.client(await bench.serve(EMPTY, Conditions(faults=(fault,))))
    once = await _outcomes(ses, 40)
    assert 5 < once.count("x") < 30
    emulator = await bench.serve(EMPTY, Conditions(faults=(other, fault)))
    assert await _outcomes(await bench.client(emulator), 40) == once
    emulator = await bench.serve(World(2, 0, 0, 0, 0), Conditions(faults=(fault,)))
    assert await _outcomes(await bench.client(emulator), 40) != once


async def test_conditions_change_while_it_serves(bench: Any, emulator: Emulator, ses: Any) -> None:
    assert await _outcomes(ses, 2) == ".."
    emulator.conditions = Conditions(rates=(Rate(1),))
    assert await _outcomes(ses, 2) == ".x"
    emulator.conditions = Conditions()
    assert await _outcomes(ses, 2) == ".."


async def test_a_sandbox_takes_no_puts(bench: Any, refused: Any) -> None:
    emulator = await bench.serve(World(1, 0, 0, 60, 0, sandbox=True))
    ses = await bench.client(emulator)
    assert not (await ses.get_account())["ProductionAccessEnabled"]
    bad = await refused(ses.put_suppressed_destination(EmailAddress="a@corp.com", Reason="BOUNCE"))
    assert (bad.kind, bad.status) == ("BadRequestException", 400)
    await ses.delete_suppressed_destination(EmailAddress="alice@corp.com")


async def test_each_request_has_a_line_in_the_log(bench: Any, refused: Any) -> None:
    log = io.StringIO()
    emulator = await bench.serve(EMPTY, access_log=log)
    ses, sts = await bench.client(emulator), await bench.client(emulator, "sts")
    await ses.put_suppressed_destination(EmailAddress="jürgen@corp.com", Reason="BOUNCE")
    await refused(ses.get_tenant(TenantName="nobody"))
    await sts.get_caller_identity()
    common = {"time": bench.clock.now, "status": 200, "error": None}
    assert [json.loads(line) for line in log.getvalue().splitlines()] == [
        {
            **common,
            "operation": "PutSuppressedDestination",
            "parameters": {"EmailAddress": "jürgen@corp.com", "Reason": "BOUNCE"},
        },
        {
            **common,
            "operation": "GetTenant",
            "parameters": {"TenantName": "nobody"},
            "status": 404,
            "error": "NotFoundException",
        },
        {**common, "operation": "GetCallerIdentity", "parameters": {}},
    ]
    assert [request.operation for request in emulator.requests] == [
        "PutSuppressedDestination",
        "GetTenant",
        "GetCallerIdentity",
    ]


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("1", Rate(1.0, 1.0, None)),
        ("0.5:2", Rate(0.5, 2.0, None)),
        ("GetTenant=10", Rate(10.0, 1.0, "GetTenant")),
        ("GetTenant=10:50", Rate(10.0, 50.0, "GetTenant")),
    ],
)
def test_rates_are_read(text: str, rate: Rate) -> None:
    assert Rate.parse(text) == rate


def test_faults_are_read() -> None:
    fault = Fault.parse("reset-after@DeleteTenant=0.25")
    assert (fault.kind, fault.operation, fault.probability) == ("reset-after", "DeleteTenant", 0.25)


@pytest.mark.parametrize("text", ["", "0", "-1", "x", "1:0", "1:x", "GetTenant=", "inf", "nan"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"PER_SECOND\[:BURST\]"):
        Rate.parse(text)


@pytest.mark.parametrize(
    ("text", "named"),
    [("fire=1", "slash-400"), ("500=2", "0 to 1"), ("500", "0 to 1"), ("500=x", "0 to 1"), ("500=-1", "0 to 1")],
)
def test_what_is_no_fault_is_refused(text: str, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        Fault.parse(text)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("colour=red", "throttling-error, token-life"),
        ("order=sideways", "ascending, descending, random"),
        ("read-lag=-1", "0 or more"),
        ("read-lag=long", "seconds"),
    ],
)
def test_what_is_no_quirk_is_refused(text: str, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        Quirks.parse([text])
