"""Suppression lists, asked by an outside client."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sestui.emulator import World


async def _put(ses: Any, address: str, reason: str = "BOUNCE", **members: str) -> None:
    await ses.put_suppressed_destination(EmailAddress=address, Reason=reason, **members)


async def _addresses(ses: Any, **members: Any) -> list[str]:
    answer = await ses.list_suppressed_destinations(**members)
    return [summary["EmailAddress"] for summary in answer["SuppressedDestinationSummaries"]]


async def test_what_is_put_is_got_and_listed(ses: Any, bench: Any) -> None:
    bench.clock.now += 0.125
    await _put(ses, "alice@corp.com", "COMPLAINT")
    got = (await ses.get_suppressed_destination(EmailAddress="alice@corp.com"))["SuppressedDestination"]
    when = datetime.fromtimestamp(bench.clock.now, UTC)
    assert got == {"EmailAddress": "alice@corp.com", "Reason": "COMPLAINT", "LastUpdateTime": when}
    listed = await ses.list_suppressed_destinations()
    assert listed["SuppressedDestinationSummaries"] == [got]
    assert "NextToken" not in listed


async def test_a_tenants_list_is_its_own(ses: Any, refused: Any) -> None:
    await ses.create_tenant(TenantName="acme")
    await _put(ses, "a@corp.com", TenantName="acme")
    await _put(ses, "b@corp.com")
    assert await _addresses(ses, TenantName="acme") == ["a@corp.com"]
    assert await _addresses(ses) == ["b@corp.com"]
    got = await ses.get_suppressed_destination(EmailAddress="a@corp.com", TenantName="acme")
    assert got["SuppressedDestination"]["TenantName"] == "acme"
    missing = await refused(ses.get_suppressed_destination(EmailAddress="b@corp.com", TenantName="acme"))
    assert missing.message == "Email address b@corp.com does not exist on your tenant suppression list."
    await ses.delete_suppressed_destination(EmailAddress="a@corp.com", TenantName="acme")
    assert await _addresses(ses, TenantName="acme") == []


async def test_a_second_delete_is_not_found(ses: Any, refused: Any) -> None:
    await _put(ses, "alice@corp.com")
    await ses.delete_suppressed_destination(EmailAddress="alice@corp.com")
    for call in (ses.delete_suppressed_destination, ses.get_suppressed_destination):
        missing = await refused(call(EmailAddress="alice@corp.com"))
        assert (missing.kind, missing.status) == ("NotFoundException", 404)
        assert missing.message == "Email address alice@corp.com does not exist on your suppression list."


async def test_an_unknown_tenant_is_not_found_by_any_of_the_four(ses: Any, refused: Any) -> None:
    who: dict[str, Any] = {"TenantName": "nobody"}
    for call in (
        ses.put_suppressed_destination(EmailAddress="a@b.c", Reason="BOUNCE", **who),
        ses.get_suppressed_destination(EmailAddress="a@b.c", **who),
        ses.delete_suppressed_destination(EmailAddress="a@b.c", **who),
        ses.list_suppressed_destinations(**who),
    ):
        missing = await refused(call)
        assert missing.kind == "NotFoundException"
        assert missing.message == "The requested tenant <nobody> does not exist."


async def test_the_domain_is_lowered_the_local_part_kept_and_blanks_trimmed(ses: Any, refused: Any) -> None:
    await _put(ses, "  Alice@CORP.com ")
    await _put(ses, "alice@corp.com")
    assert await _addresses(ses) == ["Alice@corp.com", "alice@corp.com"]
    assert (await ses.get_suppressed_destination(EmailAddress=" Alice@Corp.Com"))["SuppressedDestination"]
    missing = await refused(ses.get_suppressed_destination(EmailAddress="ALICE@corp.com"))
    assert missing.status == 404
    await ses.delete_suppressed_destination(EmailAddress="alice@corp.com")
    assert await _addresses(ses) == ["Alice@corp.com"]


@pytest.mark.parametrize(
    "address",
    [
        "sales/emea@corp.com",
        "a+b@corp.com",
        '"a@b \\" c"@corp.com',
        "100%2F@corp.com",
        "jürgen@xn--bcher-kva.example",
        "用户@例子.example",
        "back\\slash@corp.com",
        "bell\x07\x1b[31m@corp.com",
        "a?b#c&d=e@corp.com",
    ],
)
async def test_any_spelling_comes_back_as_it_was(ses: Any, address: str) -> None:
    await _put(ses, address)
    assert await _addresses(ses) == [address]
    got = await ses.get_suppressed_destination(EmailAddress=address)
    assert got["SuppressedDestination"]["EmailAddress"] == address
    await ses.delete_suppressed_destination(EmailAddress=address)
    assert await _addresses(ses) == []


async def test_a_put_replaces_reason_and_date(ses: Any, bench: Any) -> None:
    await _put(ses, "a@corp.com", "BOUNCE")
    bench.clock.now += 60
    await _put(ses, "a@corp.com", "COMPLAINT")
    (only,) = (await ses.list_suppressed_destinations())["SuppressedDestinationSummaries"]
    assert only["Reason"] == "COMPLAINT"
    assert only["LastUpdateTime"].timestamp() == bench.clock.now


async def test_reasons_and_dates_select(ses: Any, bench: Any) -> None:
    start = datetime.fromtimestamp(bench.clock.now, UTC)
    for number in range(4):
        await _put(ses, f"{number}@corp.com", "COMPLAINT" if number % 2 else "BOUNCE")
        bench.clock.now += 10
    assert await _addresses(ses, Reasons=["BOUNCE"]) == ["0@corp.com", "2@corp.com"]
    assert await _addresses(ses, Reasons=["COMPLAINT"]) == ["1@corp.com", "3@corp.com"]
    assert len(await _addresses(ses, Reasons=["COMPLAINT", "BOUNCE"])) == 4
    since, until = start + timedelta(seconds=5), start + timedelta(seconds=25)
    assert await _addresses(ses, StartDate=since, EndDate=until) == ["1@corp.com", "2@corp.com"]
    assert await _addresses(ses, StartDate=since, Reasons=["COMPLAINT"]) == ["1@corp.com", "3@corp.com"]
    assert await _addresses(ses, StartDate=until, EndDate=since) == []


async def test_a_page_is_at_most_a_thousand(bench: Any) -> None:
    emulator = await bench.serve(World(tenants=0, configuration_sets=0, addresses=2001, tenant_addresses=0))
    ses = await bench.client(emulator)
    first = await ses.list_suppressed_destinations()
    assert len(first["SuppressedDestinationSummaries"]) == 1000
    second = await ses.list_suppressed_destinations(NextToken=first["NextToken"], PageSize=5000)
    assert len(second["SuppressedDestinationSummaries"]) == 1000
    third = await ses.list_suppressed_destinations(NextToken=second["NextToken"])
    assert len(third["SuppressedDestinationSummaries"]) == 1
    assert "NextToken" not in third


async def test_a_token_is_good_for_its_own_question_only(ses: Any, refused: Any) -> None:
    for number in range(3):
        await _put(ses, f"{number}@corp.com")
    token = (await ses.list_suppressed_destinations(PageSize=1))["NextToken"]
    assert await _addresses(ses, NextToken=token, PageSize=2) == ["1@corp.com", "2@corp.com"]
    for members in (
        {"NextToken": token, "Reasons": ["BOUNCE"]},
        {"NextToken": "x"},
        {"NextToken": token[:-8] + "AAAAAAA="},
    ):
        bad = await refused(ses.list_suppressed_destinations(**members))
        assert (bad.kind, bad.status) == ("InvalidNextTokenException", 400)


async def test_what_is_no_address_is_refused(ses: Any, refused: Any) -> None:
    for address in ("corp.com", "@corp.com", "alice@"):
        bad = await refused(ses.put_suppressed_destination(EmailAddress=address, Reason="BOUNCE"))
        assert (bad.kind, bad.status) == ("BadRequestException", 400)
    bad = await refused(ses.put_suppressed_destination(EmailAddress="a@b.c", Reason="SPAM"))
    assert bad.message == (
        "1 validation error detected: Value at 'reason' failed to satisfy constraint: "
        "Member must satisfy enum value set: [BOUNCE, COMPLAINT]"
    )
    bad = await refused(ses.list_suppressed_destinations(PageSize=0))
    assert bad.kind == "BadRequestException"


async def test_a_list_lives_and_dies_with_its_tenant(ses: Any) -> None:
    await ses.create_tenant(TenantName="acme")
    await _put(ses, "a@corp.com", TenantName="acme")
    pair = {"SuppressedReasons": ["BOUNCE"], "SuppressionScope": "ACCOUNT"}
    await ses.put_tenant_suppression_attributes(TenantName="acme", **pair)
    assert await _addresses(ses, TenantName="acme") == ["a@corp.com"]
    await ses.delete_tenant(TenantName="acme")
    await ses.create_tenant(TenantName="acme")
    assert await _addresses(ses, TenantName="acme") == []
