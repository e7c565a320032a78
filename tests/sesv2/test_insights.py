"""GetMessageInsights there and back: every member of the model, and whatever else comes."""

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from itertools import count
from typing import Any

import pytest
from botocore.session import Session

from sestui.domain import errors
from sestui.domain.insights import Bounce, Complaint, EmailInsights, InsightsEvent, MessageInsights, MessageTag
from sestui.domain.suppression import SuppressionList
from sestui.emulator import Emulator, World
from sestui.sesv2.gateway import Gateway
from sestui.sesv2.insights import message_insights
from tests.serving import faults, operations, serving
from tests.sesv2.test_answers import answering

ACCOUNT = SuppressionList()
WORLD = World(tenants=0, configuration_sets=0, addresses=250, tenant_addresses=0)


async def newest(gateway: Gateway) -> tuple[str, str]:
    """Return the address of the newest entry, which a message put there, and the message's id."""
    row = (await gateway.suppressed_destinations(ACCOUNT)).entries[-1]
    entry = await gateway.suppressed_destination(ACCOUNT, row.address)
    assert entry.message_id is not None
    return row.address, entry.message_id


@pytest.mark.parametrize("world", [WORLD])
async def test_the_message_behind_an_entry(emulator: Emulator, gateway: Gateway) -> None:
    address, message_id = await newest(gateway)
    found = await gateway.message_insights(message_id)
    assert (found.message_id, found.from_address) == (message_id, "no-reply@corp.com")
    assert found.subject
    assert MessageTag("ses:from-domain", "corp.com") in found.tags
    (insights,) = found.insights
    assert (insights.destination, insights.isp) == (address, "Outlook")
    send, bounce = insights.events
    assert (send.event_type, bounce.event_type) == ("SEND", "BOUNCE")
    assert (send.timestamp or 0) < (bounce.timestamp or 0)
    assert bounce.bounce is not None
    assert bounce.bounce.bounce_type == "PERMANENT"
    assert (send.bounce, send.complaint, bounce.complaint) == (None, None, None)
    assert operations(emulator)[-1] == "GetMessageInsights"
    assert emulator.requests[-1].parameters == {"MessageId": message_id}


async def test_why_there_is_nothing() -> None:
    async with serving(replace(WORLD, vdm=False)) as (emulator, gateway):
        _, message_id = await newest(gateway)
        with pytest.raises(errors.NoDeliverabilityManager):
            await gateway.message_insights(message_id)
        emulator.conditions = faults("access-denied@GetMessageInsights=1")
        with pytest.raises(errors.AccessDenied, match="ses:GetMessageInsights"):
            await gateway.message_insights(message_id)


def made_up(shape: Any, numbers: Iterator[int]) -> Any:
    """Return a value of the shape in which every text and time is another one."""
    match shape.type_name:
        case "structure":
            return {name: made_up(member, numbers) for name, member in shape.members.items()}
        case "list":
            return [made_up(shape.member, numbers) for _ in range(2)]
        case "timestamp":
            return float(next(numbers))
        case _:
            return f"text {next(numbers)}"


def leaves(value: object) -> Iterator[object]:
    """Yield the texts and times in it, in whatever it is made of."""
    if isinstance(value, dict):
        value = tuple(value.values())
    elif is_dataclass(value):
        value = tuple(getattr(value, field.name) for field in fields(value))
    if isinstance(value, tuple | list):
        for item in value:
            yield from leaves(item)
    else:
        yield value


def test_every_member_of_the_model_is_kept() -> None:
    shape = Session().get_service_model("sesv2").operation_model("GetMessageInsights").output_shape
    answer = made_up(shape, count(1_795_000_000))
    assert len(list(leaves(answer))) >= 39
    assert sorted(map(str, leaves(message_insights(answer)))) == sorted(map(str, leaves(answer)))


async def test_members_and_values_that_are_new_do_no_harm() -> None:
    events = [
        {"Type": "TELEPORTED", "Details": {"Wormhole": {"Id": "1"}}, "Colour": "red"},
        {"Timestamp": "2026-11-22T12:00:00Z", "Type": "BOUNCE", "Details": {"Bounce": {"BounceType": "ELASTIC"}}},
        {"Timestamp": 1_795_348_800, "Type": "COMPLAINT", "Details": {"Complaint": {}}},
        {},
    ]
    body = {"Insights": [{"Events": events, "New": [1]}, {}], "EmailTags": [{"Name": "a"}], "New": {"a": None}}
    async with answering(json.dumps(body).encode()) as gateway:
        assert await gateway.message_insights("0100") == MessageInsights(
            tags=(MessageTag("a", ""),),
            insights=(
                EmailInsights(
                    events=(
                        InsightsEvent(event_type="TELEPORTED"),
                        InsightsEvent(1_795_348_800.0, "BOUNCE", bounce=Bounce("ELASTIC")),
                        InsightsEvent(1_795_348_800.0, "COMPLAINT", complaint=Complaint()),
                        InsightsEvent(),
                    )
                ),
                EmailInsights(),
            ),
        )


@pytest.mark.parametrize("body", [b"{}", b'{"Insights": null, "EmailTags": [], "Subject": null}'])
async def test_an_answer_may_have_no_member(body: bytes) -> None:
    async with answering(body) as gateway:
        assert await gateway.message_insights("0100") == MessageInsights()


@pytest.mark.parametrize(
    "body",
    [
        {"Subject": 1},
        {"Subject": ["a"]},
        {"Insights": {}},
        {"Insights": [None]},
        {"Insights": [{"Events": [{"Timestamp": -1}]}]},
        {"Insights": [{"Events": [{"Timestamp": "soon"}]}]},
        {"Insights": [{"Events": [{"Timestamp": 1e300}]}]},
        {"Insights": [{"Events": [{"Details": {"Bounce": {"DiagnosticCode": True}}}]}]},
        {"EmailTags": [{"Name": 1.5, "Value": "a"}]},
        [],
    ],
)
async def test_what_is_no_answer_is_told(body: object) -> None:
    async with answering(json.dumps(body).encode()) as gateway:
        with pytest.raises(errors.UnexpectedAnswer, match="GetMessageInsights"):
            await gateway.message_insights("0100")
