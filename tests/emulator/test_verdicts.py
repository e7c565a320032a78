"""The domain's verdicts against what SendEmail does: every combination of layers, of entries and of stops.

Both were written from the same pages of AWS, apart from each other. Where AWS documents nothing the domain has to say
so, and what the emulator picks there is not held against it.
"""

from __future__ import annotations

from collections import Counter
from itertools import product
from typing import Any

import pytest

from sestui.domain.effective import effective
from sestui.domain.settings import Account, ConfigurationSet, SendingStatus, Tenant
from sestui.domain.suppression import Reason, SuppressedDestinationSummary, SuppressionList
from sestui.domain.verdict import Answer, Evidence, verdict
from sestui.emulator import Conditions, Emulator, Mail, Quirks, World
from tests.domain.layers import ACCOUNT, BOTH, BOUNCE, COMPLAINT, TENANT, account, configuration_set, tenant

REASONS = ((), (BOUNCE,), (COMPLAINT,), BOTH)
ACCOUNTS = [account(reasons) for reasons in REASONS]
TENANTS = [None, tenant(), *(tenant(*pair) for pair in product((ACCOUNT, TENANT), REASONS))]
SETS = [None] + [
    configuration_set(scope, reasons, name=f"set-{number}")
    for number, (scope, reasons) in enumerate(product((None, ACCOUNT, TENANT), (None, *REASONS)))
]

ON_A_LIST: tuple[tuple[tuple[str, Reason], ...], ...] = (
    (),
    (("Ann", BOUNCE),),
    (("Ann", COMPLAINT),),
    (("ann", BOUNCE),),
    (("ANN", COMPLAINT),),
    (("Ann", BOUNCE), ("ann", COMPLAINT)),
    (("Ann", COMPLAINT), ("Ann", BOUNCE)),
)
"""What a list may hold of one mailbox: spellings of its name, and reasons, of which one address may have two."""
CASES = {f"Ann@case-{number}.example": on_lists for number, on_lists in enumerate(product(ON_A_LIST, ON_A_LIST))}
"""By address: what the account's list holds of it, and what the tenant's. One mail is for all of them."""

Lists = dict[SuppressionList, dict[str, list[SuppressedDestinationSummary]]]
"""By list and by the address as mail is sent to it: its entries under any spelling."""


async def _fill(ses: Any) -> Lists:
    """Put every case's entries, and all addresses on the list of another tenant, which no mail here consults."""
    lists: Lists = {SuppressionList(): {}, SuppressionList("acme"): {}}
    for address, on_lists in CASES.items():
        domain = address.partition("@")[2]
        await ses.put_suppressed_destination(EmailAddress=address, Reason="BOUNCE", TenantName="other")
        for which, names in zip(lists, on_lists, strict=True):
            whose = {"TenantName": which.tenant_name} if which.tenant_name else {}
            for name, reason in names:
                await ses.put_suppressed_destination(EmailAddress=f"{name}@{domain}", Reason=reason, **whose)
                entry = SuppressedDestinationSummary(f"{name}@{domain}", reason, 0.0)
                lists[which].setdefault(address, []).append(entry)
    return lists


async def _prepare(ses: Any) -> None:
    for name in ("acme", "other"):
        await ses.create_tenant(TenantName=name)
    await _associate(ses, "identity/acme.example")
    for it in SETS:
        if it is not None:
            await ses.create_configuration_set(ConfigurationSetName=it.name)
            options = it.suppression
            assert options is not None
            asked: dict[str, Any] = {} if options.scope is None else {"SuppressionScope": options.scope}
            asked |= {} if options.reasons is None else {"SuppressedReasons": options.reasons}
            await ses.put_configuration_set_suppression_options(ConfigurationSetName=it.name, **asked)
            await _associate(ses, f"configuration-set/{it.name}")


async def _associate(ses: Any, resource: str) -> None:
    arn = f"arn:aws:ses:us-east-1:123456789012:{resource}"
    await ses.create_tenant_resource_association(TenantName="acme", ResourceArn=arn)


async def _set(ses: Any, own: Tenant | None) -> None:
    if own is not None:
        pair = own.suppression
        asked = {"SuppressionScope": pair.scope, "SuppressedReasons": pair.reasons} if pair else {}
        await ses.put_tenant_suppression_attributes(TenantName="acme", **asked)


async def _send(ses: Any, own: Tenant | None, its_set: ConfigurationSet | None) -> None:
    named = {"TenantName": own.name} if own else {}
    named |= {"ConfigurationSetName": its_set.name} if its_set else {}
    content = {"Simple": {"Subject": {"Data": "x"}, "Body": {"Text": {"Data": "x"}}}}
    destination = {"ToAddresses": list(CASES)}
    await ses.send_email(FromEmailAddress="a@acme.example", Destination=destination, Content=content, **named)


async def test_a_verdict_is_what_becomes_of_the_mail(bench: Any) -> None:
    emulator: Emulator = await bench.serve(conditions=Conditions(quirks=Quirks.parse(["reasons-per-address=two"])))
    ses = await bench.client(emulator)
    await _prepare(ses)
    lists = await _fill(ses)
    answers: Counter[Answer] = Counter()
    for of_account in ACCOUNTS:
        await ses.put_account_suppression_attributes(SuppressedReasons=of_account.suppressed_reasons)
        for own in TENANTS:
            await _set(ses, own)
            for its_set in SETS:
                await _send(ses, own, its_set)
                answers += _compare(of_account, own, its_set, emulator.sent[-1], lists)
    assert len(emulator.sent) == len(ACCOUNTS) * len(TENANTS) * len(SETS) == 640
    assert set(answers) == {
        Answer.BLOCKED,
        Answer.OTHER_REASON,
        Answer.NOTHING_SUPPRESSED,
        Answer.NOT_ON_LIST,
        Answer.NOT_DOCUMENTED,
    }


def _compare(
    of_account: Account, own: Tenant | None, its_set: ConfigurationSet | None, mail: Mail, lists: Lists
) -> Counter[Answer]:
    """Hold the domain's verdicts on all recipients against the mail; return how often it answered what."""
    found = effective(of_account, own, its_set)
    assert (mail.scope, mail.reasons) == (found.scope, found.reasons)
    assert [it.address for it in mail.recipients] == list(CASES)
    answers: Counter[Answer] = Counter()
    for it in mail.recipients:
        entries = lists[found.consults].get(it.address, []) if found.consults else []
        told = verdict(found, Evidence(tuple(entries), complete=True))
        answers[told.answer] += 1
        # Of what is asked under one spelling less is known, and nothing else is claimed.
        exact = tuple(entry for entry in entries if entry.address == it.address)
        in_part = verdict(found, Evidence(exact, spellings=1))
        if told.answer is Answer.NOT_DOCUMENTED:
            assert in_part.answer is told.answer
            continue
        blocking = {(entry.address, entry.reason) for entry in told.entries} if told.answer is Answer.BLOCKED else set()
        assert {(entry.address, entry.reason) for entry in it.entries} == blocking
        assert it.suppressed is (told.answer is Answer.BLOCKED)
        assert it.suppressed or in_part.answer is not Answer.BLOCKED
        assert mail.consulted == (None if told.answer is Answer.NOTHING_SUPPRESSED else str(found.consults))
    return answers


@pytest.mark.parametrize("status", ["HEALTHY", "PROBATION", "SHUTDOWN"])
async def test_a_stop_is_what_refuses_the_mail(bench: Any, refused: Any, status: str) -> None:
    emulator = await bench.serve(World(1, 0, 0, 0, 0, enforcement_status=status))
    ses = await bench.client(emulator)
    arn = (await ses.create_tenant(TenantName="acme"))["TenantArn"]
    await ses.create_configuration_set(ConfigurationSetName="receipts")
    for resource in ("identity/acme.example", "configuration-set/receipts"):
        await _associate(ses, resource)
    tenants = [None, *(tenant(status=it) for it in SendingStatus)]
    sets = [None, *(configuration_set(sending=it) for it in (True, False))]
    fates = set()
    for sending, own, its_set in product((True, False), tenants, sets):
        await ses.put_account_sending_attributes(SendingEnabled=sending)
        if own:
            await ses.update_reputation_entity_customer_managed_status(
                ReputationEntityType="RESOURCE", ReputationEntityReference=arn, SendingStatus=own.sending_status
            )
        if its_set:
            await ses.put_configuration_set_sending_options(
                ConfigurationSetName="receipts", SendingEnabled=its_set.sending_enabled
            )
        stops = effective(account(sending=sending, status=status), own, its_set).stops
        fates.add(bool(stops))
        if stops:
            assert (await refused(_send(ses, own, its_set))).kind == "SendingPausedException"
        else:
            await _send(ses, own, its_set)
    assert fates == ({True} if status == "SHUTDOWN" else {True, False})
