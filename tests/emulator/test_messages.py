"""The messages behind the entries that SES added, asked by an outside client."""

from __future__ import annotations

from typing import Any

import pytest

from sestui.emulator import Conditions, Quirks, World

SMALL = World(seed=3, tenants=2, configuration_sets=4, addresses=300, tenant_addresses=60)
FEW = World(seed=3, tenants=2, configuration_sets=4, addresses=80, tenant_addresses=60)
FOR_EVER = Conditions(quirks=Quirks.parse(["insights-life=0"]))
DAY = 86_400.0
_PROVIDERS = {"gmail.com": "Gmail", "outlook.com": "Outlook", "hotmail.com": "Outlook", "corp.com": "UNKNOWN_ISP"}


async def _entries(ses: Any, **whose: str) -> list[dict[str, Any]]:
    """What GetSuppressedDestination tells of each entry of a list."""
    rows = (await ses.list_suppressed_destinations(**whose))["SuppressedDestinationSummaries"]
    return [
        (await ses.get_suppressed_destination(EmailAddress=row["EmailAddress"], **whose))["SuppressedDestination"]
        for row in rows
    ]


def _message_ids(entries: list[dict[str, Any]]) -> list[str]:
    return [entry["Attributes"]["MessageId"] for entry in entries if "Attributes" in entry]


async def test_a_message_tells_what_put_its_address_on_the_list(bench: Any) -> None:
    ses = await bench.client(await bench.serve(SMALL, FOR_EVER))
    told = set()
    for entry in await _entries(ses):
        if "Attributes" not in entry:
            continue
        message = await ses.get_message_insights(MessageId=entry["Attributes"]["MessageId"])
        assert message["MessageId"] == entry["Attributes"]["MessageId"]
        assert message["FromEmailAddress"] == "no-reply@corp.com"
        assert message["Subject"]
        (insights,) = message["Insights"]
        assert insights["Destination"] == entry["EmailAddress"]
        domain = entry["EmailAddress"].rpartition("@")[2]
        assert insights["Isp"] == _PROVIDERS.get(domain, insights["Isp"])
        events = insights["Events"]
        times = [event["Timestamp"] for event in events]
        assert times == sorted(times)
        assert (events[-1]["Type"], times[-1]) == (entry["Reason"], entry["LastUpdateTime"])
        bounce, complaint = (events[-1]["Details"].get(kind) for kind in ("Bounce", "Complaint"))
        if entry["Reason"] == "BOUNCE":
            assert [event["Type"] for event in events] == ["SEND", "BOUNCE"]
            assert complaint is None
            assert bounce["BounceType"] == "PERMANENT"
            told.add((insights["Isp"], bounce.get("DiagnosticCode", "none")[:9]))
        else:
            assert [event["Type"] for event in events] == ["SEND", "DELIVERY", "COMPLAINT"]
            assert bounce is None
            assert complaint == {"ComplaintFeedbackType": "abuse"}
            told.add((insights["Isp"], "complaint"))
    assert {("Gmail", "smtp; 550"), ("Outlook", "smtp; 550"), ("Yahoo", "smtp; 554"), ("Gmail", "complaint")} <= told
    assert any(diagnostic == "none" for _, diagnostic in told)


async def test_it_is_the_same_at_every_get_and_from_every_emulator_of_the_seed(bench: Any) -> None:
    first, other = [await bench.client(await bench.serve(FEW, FOR_EVER)) for _ in range(2)]
    for message_id in _message_ids(await _entries(first))[:5]:
        answers = [await ses.get_message_insights(MessageId=message_id) for ses in (first, first, other)]
        for answer in answers:
            del answer["ResponseMetadata"]
        assert answers[0] == answers[1] == answers[2]


async def test_a_tenants_mail_comes_from_the_tenant(bench: Any) -> None:
    ses = await bench.client(await bench.serve(FEW, FOR_EVER))
    message_id = _message_ids(await _entries(ses, TenantName="acme-retail"))[0]
    message = await ses.get_message_insights(MessageId=message_id)
    assert message["FromEmailAddress"] == "no-reply@mail.acme-retail.example"
    assert {"Name": "ses:tenant-name", "Value": "acme-retail"} in message["EmailTags"]


async def test_a_message_that_is_not_there_is_not_found(bench: Any, refused: Any) -> None:
    ses = await bench.client(await bench.serve(FEW, FOR_EVER))
    gone, there = [entry for entry in await _entries(ses) if "Attributes" in entry][:2]
    await ses.delete_suppressed_destination(EmailAddress=gone["EmailAddress"])
    other = there["Attributes"]["MessageId"].replace("-", "-0", 1)
    near = (
        "0100" + f"{int(there['Attributes']['MessageId'][4:16], 16) + 1:012x}" + there["Attributes"]["MessageId"][16:]
    )
    for message_id in (gone["Attributes"]["MessageId"], other, near, there["Attributes"]["FeedbackId"], "no/id é"):
        missing = await refused(ses.get_message_insights(MessageId=message_id))
        assert (missing.kind, missing.status) == ("NotFoundException", 404)
        assert missing.message == f"Message <{message_id}> not found for account <123456789012>"


@pytest.mark.parametrize("days", [1, 30])
async def test_of_an_old_message_nothing_is_told(bench: Any, refused: Any, days: int) -> None:
    conditions = Conditions(quirks=Quirks.parse([f"insights-life={days * DAY}"])) if days != 30 else Conditions()
    ses = await bench.client(await bench.serve(FEW, conditions))
    told, untold = [], []
    for entry in await _entries(ses):
        if "Attributes" not in entry:
            continue
        age = bench.clock.now - entry["LastUpdateTime"].timestamp()
        call = ses.get_message_insights(MessageId=entry["Attributes"]["MessageId"])
        # A complaint comes up to a day after the mail.
        if age < (days - 1) * DAY or (age < days * DAY - 90 and entry["Reason"] == "BOUNCE"):
            told.append((await call)["MessageId"])
        elif age > days * DAY:
            untold.append((await refused(call)).kind)
        else:
            call.close()
    assert told
    assert set(untold) == {"NotFoundException"}


async def test_without_deliverability_manager_that_is_said_before_the_id_is_looked_at(bench: Any, refused: Any) -> None:
    ses = await bench.client(await bench.serve(World(3, 0, 0, 20, 0, vdm=False), FOR_EVER))
    for message_id in (*_message_ids(await _entries(ses))[:1], "no id at all"):
        missing = await refused(ses.get_message_insights(MessageId=message_id))
        assert (missing.kind, missing.status) == ("NotFoundException", 404)
        assert missing.message == "To use this feature you must enable Virtual Deliverability Manager"
    assert (await ses.get_account())["VdmAttributes"] == {"VdmEnabled": "DISABLED"}


async def test_with_it_the_account_says_so(ses: Any) -> None:
    assert (await ses.get_account())["VdmAttributes"] == {"VdmEnabled": "ENABLED"}
