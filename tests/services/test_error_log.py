"""The log of errors: each failed call once, with what AWS support asks for; throttling is counted."""

import pytest

from sestui.domain.errors import CacheTrouble, NotFound, SestuiError
from sestui.domain.suppression import Reason, SuppressionList
from sestui.emulator import Conditions, Emulator, Rate
from sestui.services.error_log import ErrorLog
from sestui.sesv2.gateway import Gateway
from tests.job_plans import ACCOUNT
from tests.serving import NOON, faults


@pytest.fixture
def log(gateway: Gateway) -> ErrorLog:
    made = ErrorLog(lambda: NOON)
    gateway.listeners.append(made.hear)
    return made


async def test_a_failed_call_is_listed_with_its_operation_code_message_and_request_id(
    gateway: Gateway, log: ErrorLog
) -> None:
    with pytest.raises(SestuiError) as caught:
        await gateway.resources.tenant("nobody")
    (failure,) = log
    assert (failure.at, failure.operation, failure.code) == (NOON, "GetTenant", "NotFoundException")
    assert failure.message
    assert failure.request_id == getattr(caught.value, "request_id", None) is not None
    # The screen says it and keeps it, which makes no second line.
    log.keep(caught.value)
    assert len(list(log)) == 1
    for words in ("2026-11-22 12:00:00", "GetTenant: NotFoundException", f"request id {failure.request_id}"):
        assert words in log.text


async def test_each_try_is_a_call(gateway: Gateway, emulator: Emulator, log: ErrorLog) -> None:
    emulator.conditions = faults("500@GetAccount=1")
    with pytest.raises(SestuiError):
        await gateway.resources.account()
    ids = [failure.request_id for failure in log]
    assert len(ids) == len(set(ids)) == len(emulator.requests) > 1


async def test_where_no_answer_comes_that_is_the_code(gateway: Gateway, emulator: Emulator, log: ErrorLog) -> None:
    emulator.conditions = faults("reset-before@CreateTenant=1")
    with pytest.raises(SestuiError):
        await gateway.changes.create_tenant("shop")
    (failure,) = log
    assert (failure.operation, failure.code, failure.request_id) == ("CreateTenant", "Unreachable", None)


async def test_throttling_is_counted_and_not_listed(gateway: Gateway, emulator: Emulator, log: ErrorLog) -> None:
    emulator.conditions = Conditions(rates=(Rate.parse("GetAccount=5"),))
    for _ in range(5):
        await gateway.resources.account()
    throttled = sum(request.status == 429 for request in emulator.requests)
    assert throttled
    assert list(log) == []
    noun = "call" if throttled == 1 else "calls"
    assert log.summary == [f"SES throttled {throttled} {noun}: GetAccount {throttled}."]


async def test_that_an_address_is_not_on_a_list_is_no_failure_and_that_a_tenant_is_not_there_is(
    gateway: Gateway, log: ErrorLog
) -> None:
    with pytest.raises(NotFound):
        await gateway.suppressed_destination(ACCOUNT, "nobody@corp.com")
    assert list(log) == []
    with pytest.raises(NotFound):
        await gateway.suppressed_destination(SuppressionList("nobody"), "nobody@corp.com")
    assert len(list(log)) == 1


def test_what_is_no_call_is_kept_too_the_newest_first_and_no_more_than_there_is_room_for() -> None:
    log = ErrorLog(lambda: NOON)
    for number in range(1002):
        log.keep(CacheTrouble(f"trouble {number}"))
    assert [failure.message for failure in log][:2] == ["trouble 1001", "trouble 1000"]
    assert len(list(log)) == 1000
    assert log.summary == ["2 failures before these are not kept."]


async def test_what_went_well_is_not_listed(gateway: Gateway, log: ErrorLog) -> None:
    await gateway.put_suppressed_destination(ACCOUNT, "alice@corp.com", Reason.BOUNCE)
    assert log.text == ""
