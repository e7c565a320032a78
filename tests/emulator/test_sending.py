"""SendEmail as outside clients know it: accepted or refused, and what the emulator keeps of it for a test to see."""

from __future__ import annotations

import json
from email.message import EmailMessage
from io import StringIO
from typing import Any

import pytest

from sestui.emulator import Conditions, Emulator, Mail, Quirks, World

SIMPLE = {"Simple": {"Subject": {"Data": "Your order"}, "Body": {"Text": {"Data": "It is on its way."}}}}
DOMAIN = "arn:aws:ses:us-east-1:123456789012:identity/acme.example"
SET = "arn:aws:ses:us-east-1:123456789012:configuration-set/receipts"
TENANT_LIST = {"SuppressionScope": "TENANT", "SuppressedReasons": ["BOUNCE"]}


async def _send(ses: Any, *to: str, **members: Any) -> str:
    asked = {"FromEmailAddress": "shop@acme.example", "Content": SIMPLE, "Destination": {"ToAddresses": list(to)}}
    message_id: str = (await ses.send_email(**{**asked, **members}))["MessageId"]
    return message_id


async def _tenant(ses: Any, **suppression: Any) -> None:
    """Make the tenant acme, to send from its domain and with the configuration set receipts."""
    attributes = {"SuppressionAttributes": suppression} if suppression else {}
    arn = (await ses.create_tenant(TenantName="acme", **attributes))["TenantArn"]
    assert arn.startswith("arn:aws:ses:us-east-1:123456789012:tenant/acme/tn-")
    await ses.create_configuration_set(ConfigurationSetName="receipts")
    for resource in (DOMAIN, SET):
        await ses.create_tenant_resource_association(TenantName="acme", ResourceArn=resource)


def _fates(mail: Mail) -> dict[str, list[str]]:
    return {it.address: [entry.address for entry in it.entries] for it in mail.recipients}


async def test_each_recipient_is_looked_for_whatever_the_case(ses: Any, emulator: Emulator) -> None:
    await ses.put_suppressed_destination(EmailAddress="Bob@Corp.com", Reason="BOUNCE")
    await ses.put_suppressed_destination(EmailAddress="BOB@corp.com", Reason="COMPLAINT")
    destination = {
        "ToAddresses": ["Bob Jones <bob@CORP.com>"],
        "CcAddresses": ["eve@corp.com"],
        "BccAddresses": ["b@x.y"],
    }
    first = await _send(ses, Destination=destination)
    await ses.put_account_suppression_attributes(SuppressedReasons=["COMPLAINT"])
    second = await _send(ses, "bob@corp.com")
    mails = emulator.sent
    assert [mail.message_id for mail in mails] == [first, second]
    assert _fates(mails[0]) == {"bob@CORP.com": ["Bob@corp.com", "BOB@corp.com"], "eve@corp.com": [], "b@x.y": []}
    assert (mails[0].suppressed, mails[0].delivered) == (("bob@CORP.com",), ("eve@corp.com", "b@x.y"))
    assert _fates(mails[1]) == {"bob@corp.com": ["BOB@corp.com"]}
    assert (mails[0].sender, mails[0].subject, mails[0].consulted) == ("shop@acme.example", "Your order", "account")


async def test_a_tenants_mail_consults_the_list_that_its_scope_names(ses: Any, emulator: Emulator) -> None:
    await _tenant(ses, **TENANT_LIST)
    await ses.put_suppressed_destination(EmailAddress="a@x.y", Reason="BOUNCE")
    await ses.put_suppressed_destination(EmailAddress="t@x.y", Reason="BOUNCE", TenantName="acme")
    whose = {"TenantName": "acme", "ConfigurationSetName": "receipts"}
    await _send(ses, "a@x.y", "t@x.y", **whose)
    await ses.put_configuration_set_suppression_options(ConfigurationSetName="receipts", SuppressionScope="ACCOUNT")
    await _send(ses, "a@x.y", "t@x.y", **whose)
    await ses.put_configuration_set_suppression_options(ConfigurationSetName="receipts", SuppressedReasons=[])
    await _send(ses, "a@x.y", "t@x.y", **whose)
    told = [(mail.scope, mail.reasons, mail.consulted, mail.suppressed) for mail in emulator.sent]
    assert told == [
        ("TENANT", ("BOUNCE",), "tenant acme", ("t@x.y",)),
        ("ACCOUNT", ("BOUNCE",), "account", ("a@x.y",)),
        ("TENANT", (), None, ()),
    ]


async def test_a_raw_message_tells_what_the_call_leaves_out(ses: Any, emulator: Emulator) -> None:
    await ses.create_configuration_set(ConfigurationSetName="receipts")
    message = EmailMessage()
    message["From"], message["To"] = "Shop <shop@acme.example>", "a@x.y, Größe <b@x.y>"
    message["Subject"], message["X-SES-CONFIGURATION-SET"] = "Raw", "receipts"
    raw = {"Raw": {"Data": message.as_bytes()}}
    await ses.send_email(Content=raw)
    await ses.send_email(Content=raw, Destination={"ToAddresses": ["only@x.y"]})
    first, second = emulator.sent
    assert (first.sender, first.subject, first.configuration_set) == ("shop@acme.example", "Raw", "receipts")
    assert (first.delivered, second.delivered) == (("a@x.y", "b@x.y"), ("only@x.y",))


# The client's own complaint, of a body that it doesn't stream.
@pytest.mark.filterwarnings("ignore:Sending a large body")
async def test_a_mail_may_have_attachments(ses: Any, emulator: Emulator) -> None:
    message = EmailMessage()
    message["From"], message["To"] = "shop@acme.example", "a@x.y"
    message.add_attachment(bytes(2_000_000), maintype="application", subtype="octet-stream")
    await ses.send_email(Content={"Raw": {"Data": message.as_bytes()}})
    assert emulator.sent[0].delivered == ("a@x.y",)


async def test_what_the_tenant_does_not_have_is_refused_by_name(ses: Any, emulator: Emulator, refused: Any) -> None:
    await _tenant(ses)
    template = {"Template": {"TemplateName": "welcome", "TemplateData": "{}"}}
    await ses.delete_tenant_resource_association(TenantName="acme", ResourceArn=SET)
    mail = {"TenantName": "acme", "ConfigurationSetName": "receipts", "Content": template}
    missing = await refused(_send(ses, "a@x.y", **mail, FromEmailAddress="a@b.example"))
    assert (missing.kind, missing.status) == ("AccessDeniedException", 403)
    prefix = "arn:aws:ses:us-east-1:123456789012:"
    arns = f"{prefix}identity/b.example, {prefix}configuration-set/receipts, {prefix}template/welcome"
    assert missing.message == f"Tenant not associated with resources [{arns}]."
    assert emulator.sent == []
    for resource in (SET, f"{prefix}template/welcome"):
        await ses.create_tenant_resource_association(TenantName="acme", ResourceArn=resource)
    # An identity stands for what is below its domain too.
    await _send(ses, "a@x.y", **mail, FromEmailAddress="a@mail.acme.example")
    assert len(emulator.sent) == 1


async def test_what_is_not_there_is_not_found(ses: Any, refused: Any) -> None:
    tenant = await refused(_send(ses, "a@x.y", TenantName="nobody"))
    assert (tenant.kind, tenant.status) == ("NotFoundException", 404)
    assert tenant.message == "The requested tenant <nobody> does not exist."
    its_set = await refused(_send(ses, "a@x.y", ConfigurationSetName="nothing"))
    assert (its_set.kind, its_set.status) == ("NotFoundException", 404)
    assert its_set.message == "Configuration set <nothing> does not exist."


async def test_what_is_stopped_refuses_the_widest_first(ses: Any, emulator: Emulator, refused: Any) -> None:
    await _tenant(ses)
    arn = (await ses.get_tenant(TenantName="acme"))["Tenant"]["TenantArn"]

    async def told() -> str:
        paused = await refused(_send(ses, "a@x.y", TenantName="acme", ConfigurationSetName="receipts"))
        assert (paused.kind, paused.status) == ("SendingPausedException", 400)
        message: str = paused.message
        return message

    await ses.put_configuration_set_sending_options(ConfigurationSetName="receipts", SendingEnabled=False)
    assert await told() == "Sending is paused for configuration set receipts"
    await ses.update_reputation_entity_customer_managed_status(
        ReputationEntityType="RESOURCE", ReputationEntityReference=arn, SendingStatus="DISABLED"
    )
    assert await told() == "Sending is paused for tenant acme"
    await ses.put_account_sending_attributes(SendingEnabled=False)
    assert (await told()).startswith("Sending paused for this account.")
    assert (await ses.get_tenant(TenantName="acme"))["Tenant"]["SendingStatus"] == "DISABLED"
    assert emulator.sent == []
    nobody = await refused(
        ses.update_reputation_entity_customer_managed_status(
            ReputationEntityType="RESOURCE", ReputationEntityReference=f"{arn}0", SendingStatus="ENABLED"
        )
    )
    assert nobody.kind == "BadRequestException"


async def test_an_account_in_the_sandbox_writes_to_verified_addresses_alone(bench: Any, refused: Any) -> None:
    emulator = await bench.serve(World(1, 0, 0, 0, 0, sandbox=True))
    ses = await bench.client(emulator, region="eu-west-1")
    unverified = await refused(_send(ses, "a@x.y", "me@acme.example"))
    assert (unverified.kind, unverified.status) == ("MessageRejected", 400)
    assert unverified.message.endswith("The following identities failed the check in region EU-WEST-1: a@x.y")
    await _send(ses, "success@simulator.amazonses.com", "me@acme.example")
    await ses.create_tenant(TenantName="acme")
    await ses.create_tenant_resource_association(
        TenantName="acme", ResourceArn="arn:aws:ses:eu-west-1:123456789012:identity/a@x.y"
    )
    await _send(ses, "a@x.y")
    assert len(emulator.sent) == 2


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({"Destination": {}}, "at least one recipient"),
        ({"Destination": {"ToAddresses": ["nobody"]}}, "Missing final '@domain'"),
        ({"Destination": {"ToAddresses": [f"{n}@x.y" for n in range(51)]}}, "Recipient count exceeds 50"),
        ({"FromEmailAddress": ""}, "Missing final '@domain'"),
        ({"Content": {}}, "exactly one of"),
        ({"Content": {"Simple": {"Subject": {"Data": "x"}}}}, "content.simple.body"),
    ],
)
async def test_what_is_no_mail_is_a_bad_request(ses: Any, refused: Any, members: dict[str, Any], told: str) -> None:
    wrong = await refused(_send(ses, "a@x.y", **members))
    assert (wrong.kind, wrong.status) == ("BadRequestException", 400)
    assert told in wrong.message


async def test_insights_tell_whom_a_list_kept_the_mail_from(ses: Any, emulator: Emulator) -> None:
    await _tenant(ses, **TENANT_LIST)
    await ses.put_suppressed_destination(EmailAddress="T@gmail.com", Reason="BOUNCE", TenantName="acme")
    message_id = await _send(
        ses, "t@gmail.com", "u@x.y", TenantName="acme", EmailTags=[{"Name": "campaign", "Value": "spring"}]
    )
    told = await ses.get_message_insights(MessageId=message_id)
    assert (told["MessageId"], told["FromEmailAddress"]) == (message_id, "shop@acme.example")
    assert told["Subject"] == "Your order"
    assert {tag["Name"]: tag["Value"] for tag in told["EmailTags"]} == {
        "campaign": "spring",
        "ses:from-domain": "acme.example",
        "ses:tenant-name": "acme",
    }
    kept, got = told["Insights"]
    assert (kept["Destination"], kept["Isp"], got["Destination"]) == ("t@gmail.com", "Gmail", "u@x.y")
    assert [event["Type"] for event in kept["Events"]] == ["SEND", "BOUNCE"]
    assert kept["Events"][1]["Details"]["Bounce"] == {
        "BounceType": "PERMANENT",
        "BounceSubType": "OnTenantSuppressionList",
    }
    assert [event["Type"] for event in got["Events"]] == ["SEND", "DELIVERY"]


async def test_the_access_log_tells_it_too(bench: Any) -> None:
    log = StringIO()
    emulator = await bench.serve(access_log=log)
    ses = await bench.client(emulator)
    await ses.put_suppressed_destination(EmailAddress="A@x.y", Reason="BOUNCE")
    message_id = await _send(ses, "a@x.y", "b@x.y")
    put, send = map(json.loads, log.getvalue().splitlines())
    assert "mail" not in put
    assert send["mail"] == {
        "message_id": message_id,
        "scope": "ACCOUNT",
        "reasons": ["BOUNCE", "COMPLAINT"],
        "consulted": "account",
        "suppressed": {"a@x.y": ["A@x.y"]},
        "delivered": ["b@x.y"],
    }
    assert emulator.requests[-1].mail == emulator.sent[-1]


async def test_a_send_sees_what_a_read_sees(bench: Any) -> None:
    emulator = await bench.serve(conditions=Conditions(quirks=Quirks.parse(["read-lag=10"])))
    ses = await bench.client(emulator)
    await ses.put_suppressed_destination(EmailAddress="a@x.y", Reason="BOUNCE")
    await _send(ses, "a@x.y")
    bench.clock.now += 11
    await _send(ses, "a@x.y")
    assert [mail.suppressed for mail in emulator.sent] == [(), ("a@x.y",)]
