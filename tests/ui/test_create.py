"""Creating a tenant or a configuration set: what the form takes, what is sent, what is told."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Button

from sestui.domain.settings import (
    ConfidenceThreshold,
    ConfigurationSet,
    DeliveryOptions,
    ReputationOptions,
    SuppressionOptions,
    Tag,
    TenantSuppression,
    TrackingOptions,
    Validation,
    VdmOptions,
)
from sestui.domain.suppression import Reason, SuppressionScope
from sestui.emulator import Conditions, Emulator
from sestui.services.journal import Journal
from sestui.sesv2.gateway import Gateway
from tests.conftest import MakeApp
from tests.serving import faults
from tests.ui.screen import lacks, screen_text, shows, type_text, until

ARCHIVE = "arn:aws:ses:us-east-1:123456789012:mailmanager-archive/a-abcdefghij0123456789abcdef"
SIZE = (80, 24)
READY = "Will be sent: "


def created(emulator: Emulator) -> list[Mapping[str, Any]]:
    return [request.parameters for request in emulator.requests if request.operation.startswith("Create")]


async def fill(pilot: Pilot[Any], *answers: str | int) -> None:
    """Fill in the fields from the one in focus down: a text is pasted, a number is how many values to the right."""
    for answer in answers:
        if isinstance(answer, str):
            pilot.app.post_message(events.Paste(answer))
            await pilot.pause()
        else:
            await pilot.press(*["right"] * answer)
        await pilot.press("down")


async def go_to(pilot: Pilot[Any], field: str) -> None:
    """Move the focus on until it is on this field or button."""
    while pilot.app.focused is None or field not in [it.id for it in pilot.app.focused.ancestors_with_self]:
        await pilot.press("tab")


async def confirm(pilot: Pilot[Any]) -> None:
    await shows(pilot, READY)
    await go_to(pilot, "confirm")
    await pilot.press("enter")


async def ask_for_a_set(pilot: Pilot[Any]) -> None:
    """Open the form for a configuration set, in an account that has neither tenants nor configuration sets."""
    await shows(pilot, "Configuration sets (0)")
    await pilot.press("G", "n")
    await shows(pilot, "Create a configuration set")


async def ask_for_a_tenant(pilot: Pilot[Any]) -> None:
    await shows(pilot, "Configuration sets (")
    await pilot.press("n")
    await shows(pilot, "Create a tenant")


async def test_a_tenant_with_tags_and_suppression(make_app: MakeApp, gateway: Gateway) -> None:
    async with make_app().run_test(size=SIZE) as pilot:
        await ask_for_a_tenant(pilot)
        await fill(pilot, "shop", 2, 2, "team=payments\ncost center = R/D\nplan=")
        await shows(pilot, "(•) TENANT", "(•) BOUNCE", "Will be sent: Name, Scope, Reasons, Tags")
        await confirm(pilot)
        await shows(pilot, "Tenant shop was created.", "Tenants (1)", "shop TENANT", "Tenant: shop")
    tenant = await gateway.resources.tenant("shop")
    assert tenant.tags == (Tag("team", "payments"), Tag("cost center", "R/D"), Tag("plan", ""))
    assert tenant.suppression == TenantSuppression(SuppressionScope.TENANT, (Reason.BOUNCE,))


async def test_a_configuration_set_with_every_member(make_app: MakeApp, gateway: Gateway) -> None:
    async with make_app().run_test(size=SIZE) as pilot:
        await ask_for_a_set(pilot)
        await fill(pilot, "receipts", 2, 1, 2, 2)
        await fill(pilot, 1, 1, "dedicated", "14400", "click.corp.com", 2)
        await fill(pilot, 2, "2026-11-18T12:06:40+01:00", 2, 1, ARCHIVE, "owner=payments\nplan=")
        await shows(pilot, "Will be sent: Name, Scope, Reasons, Auto Validation, Threshold and 12 more")
        await confirm(pilot)
        await shows(pilot, "Configuration set receipts was created.", "Configuration set: receipts")
    assert await gateway.resources.configuration_set("receipts") == ConfigurationSet(
        "receipts",
        tracking=TrackingOptions("click.corp.com", "REQUIRE_OPEN_ONLY"),
        delivery=DeliveryOptions("REQUIRE", "dedicated", 14_400),
        reputation=ReputationOptions(True, 1_795_000_000.0),
        sending_enabled=False,
        tags=(Tag("owner", "payments"), Tag("plan", "")),
        suppression=SuppressionOptions(SuppressionScope.TENANT, (), Validation(True, ConfidenceThreshold.HIGH)),
        vdm=VdmOptions("ENABLED", "DISABLED"),
        archive_arn=ARCHIVE,
    )


async def test_where_only_the_name_is_given_nothing_else_is_sent(make_app: MakeApp, emulator: Emulator) -> None:
    async with make_app().run_test(size=SIZE) as pilot:
        await ask_for_a_set(pilot)
        await type_text(pilot, "plain")
        await confirm(pilot)
        await shows(pilot, "Configuration set plain was created.")
        await pilot.press("g")
        await ask_for_a_tenant(pilot)
        await type_text(pilot, "plain")
        await confirm(pilot)
        await shows(pilot, "Tenant plain was created.")
    assert created(emulator) == [{"ConfigurationSetName": "plain"}, {"TenantName": "plain"}]


@pytest.mark.parametrize(
    ("fields", "sent"),
    [
        ((0, 1), {"SuppressedReasons": []}),
        ((0, 4), {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]}),
        ((1, 0), {"SuppressionScope": "ACCOUNT"}),
        ((0, 0, 1), {"ValidationOptions": {"ConditionThreshold": {"ConditionThresholdEnabled": "DISABLED"}}}),
    ],
    ids=["empty reasons", "both reasons", "scope alone", "validation alone"],
)
async def test_what_a_set_inherits_is_not_sent(
    make_app: MakeApp, emulator: Emulator, fields: tuple[int, ...], sent: dict[str, Any]
) -> None:
    async with make_app().run_test(size=SIZE) as pilot:
        await ask_for_a_set(pilot)
        await fill(pilot, "receipts", *fields)
        await confirm(pilot)
        await shows(pilot, "was created.")
    assert created(emulator) == [{"ConfigurationSetName": "receipts", "SuppressionOptions": sent}]


@pytest.mark.parametrize(
    ("right", "reasons"), [(1, []), (2, ["BOUNCE"]), (3, ["COMPLAINT"]), (0, ["BOUNCE", "COMPLAINT"])]
)
async def test_a_tenants_scope_and_reasons_are_a_pair(
    make_app: MakeApp, emulator: Emulator, right: int, reasons: list[str]
) -> None:
    async with make_app().run_test(size=SIZE) as pilot:
        await ask_for_a_tenant(pilot)
        await fill(pilot, "shop", 1, right)
        await confirm(pilot)
        await shows(pilot, "was created.")
    pair = {"SuppressionScope": "ACCOUNT", "SuppressedReasons": reasons}
    assert created(emulator) == [{"TenantName": "shop", "SuppressionAttributes": pair}]


@pytest.mark.parametrize(
    ("field", "answer", "problem"),
    [
        ("name", "no blanks", "A blank can't be in a name"),
        ("name", "a" * 65, "65 characters: a name has at most 64."),
        ("delivery-seconds", "200", "300 (5 min) to 50400 (14 h)"),
        ("redirect-domain", "corp", "This is no domain name"),
        ("https-policy", 1, "An HttpsPolicy needs a CustomRedirectDomain."),
        ("fresh-start", "yesterday", "or a date and time"),
        ("archive", "arn:aws:s3:::x", "This is no archive's"),
        ("tags", "team", "Line 1 has no ="),
        ("tags", "aws:x=1", "begins with aws:"),
    ],
)
async def test_what_ses_would_not_take_is_said_at_its_field_and_cannot_be_sent(
    make_app: MakeApp, emulator: Emulator, field: str, answer: str | int, problem: str
) -> None:
    async with make_app().run_test(size=SIZE) as pilot:
        await ask_for_a_set(pilot)
        if field != "name":
            await type_text(pilot, "receipts")
            await shows(pilot, READY)
        await go_to(pilot, field)
        if isinstance(answer, str):
            pilot.app.post_message(events.Paste(answer))
        else:
            await pilot.press(*["right"] * answer)
        await shows(pilot, problem, "Create waits for: ", "Cancel")
        assert pilot.app.screen.query_one("#confirm", Button).disabled
        await pilot.press("enter", "escape")
        await lacks(pilot, "Create a configuration set")
    assert created(emulator) == []


async def test_a_name_that_is_missing_is_not_shouted_at(make_app: MakeApp) -> None:
    async with make_app().run_test(size=SIZE) as pilot:
        await ask_for_a_tenant(pilot)
        await shows(pilot, "Create waits for a name.")
        await lacks(pilot, "A name is needed")


async def test_a_refusal_comes_back_with_all_that_was_filled_in(make_app: MakeApp, gateway: Gateway) -> None:
    await gateway.changes.create_tenant("shop")
    async with make_app().run_test(size=SIZE) as pilot:
        await ask_for_a_tenant(pilot)
        await fill(pilot, "shop", 2, 1, "team=payments")
        await confirm(pilot)
        await shows(pilot, "SES refused: The tenant <shop> already exists.", "team=payments", "(•) TENANT", "(•) none")
        await type_text(pilot, "-2")
        await confirm(pilot)
        await shows(pilot, "Tenant shop-2 was created.", "Tenants (2)", "Tenant: shop-2")
    made = await gateway.resources.tenant("shop-2")
    assert made.suppression == TenantSuppression(SuppressionScope.TENANT, ())
    assert made.tags == (Tag("team", "payments"),)


async def test_the_kind_can_be_changed_and_the_name_stays(make_app: MakeApp, emulator: Emulator) -> None:
    async with make_app().run_test(size=SIZE) as pilot:
        await ask_for_a_tenant(pilot)
        await fill(pilot, "shop", 2)
        await pilot.press("up", "up", "up", "right")
        await shows(pilot, "Create a configuration set", "(•) configuration set", "Will be sent: Name", "shop")
        await confirm(pilot)
        await shows(pilot, "Configuration set shop was created.")
    assert created(emulator) == [{"ConfigurationSetName": "shop"}]


async def test_the_kind_is_that_of_the_trees_cursor(make_app: MakeApp, gateway: Gateway) -> None:
    await gateway.changes.create_tenant("shop")
    await gateway.changes.create_configuration_set(ConfigurationSet("receipts"))
    await gateway.changes.associate("shop", "receipts")
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "Tenants (1)", "Configuration sets (1)")
        await pilot.press("G", "space", "j")
        for keys, kind in (
            ((), "configuration set"),
            (("k",), "configuration set"),
            (("k",), "tenant"),
            (("space",), "tenant"),
            (("j",), "tenant"),
        ):
            await pilot.press(*keys)
            if keys == ("space",):
                await until(pilot, lambda: screen_text(pilot.app).count("receipts") == 2)
            await pilot.press("n")
            await shows(pilot, f"Create a {kind}")
            await pilot.press("escape")
            await lacks(pilot, "Create a")


async def test_escape_creates_nothing_and_forgets_nothing(make_app: MakeApp, emulator: Emulator) -> None:
    async with make_app().run_test(size=SIZE) as pilot:
        await ask_for_a_tenant(pilot)
        await fill(pilot, "shop", 2)
        await shows(pilot, READY)
        await pilot.press("escape")
        await lacks(pilot, "Create a tenant")
        await pilot.press("n")
        await shows(pilot, "Create a tenant", "shop", "(•) TENANT")
    assert created(emulator) == []


async def test_no_printable_key_confirms_and_enter_in_a_line_goes_on(make_app: MakeApp, emulator: Emulator) -> None:
    printable = "".join(chr(code) for code in range(32, 127))
    async with make_app().run_test(size=SIZE) as pilot:
        await ask_for_a_tenant(pilot)
        await type_text(pilot, "shop\n")
        await until(pilot, lambda: pilot.app.focused is not None and pilot.app.focused.id == "tenant-scope")
        await pilot.press("up", "up", "up")
        await until(pilot, lambda: pilot.app.focused is not None and pilot.app.focused.id == "confirm")
        await type_text(pilot, printable)
        await shows(pilot, "Create a tenant", READY)
    assert created(emulator) == []


async def test_the_record_has_the_plan_before_the_call_and_what_became_of_it(
    make_app: MakeApp, emulator: Emulator, tmp_path: Path
) -> None:
    async with make_app().run_test(size=SIZE) as pilot:
        for words in ("was created.", "SES refused"):
            await ask_for_a_set(pilot) if words == "was created." else await pilot.press("n")
            await shows(pilot, "Create a configuration set")
            await fill(pilot, "receipts", 0, 1)
            await confirm(pilot)
            await shows(pilot, words)
    journal = Journal(tmp_path / "state", time.time)
    edits = journal.edits()[::-1]
    journal.close()
    assert [edit.outcome.partition(":")[0] for edit in edits] == ["planned", "created", "planned", "failed"]
    assert "already exists" in edits[-1].outcome
    for edit in edits:
        assert (edit.action, edit.connection.account) == ("create configuration set receipts", "123456789012")
        assert edit.before is None
        assert edit.after is not None
        assert edit.after["suppression"] == {"scope": None, "reasons": [], "validation": None}
    assert len(created(emulator)) == 2


async def test_what_cannot_be_written_down_is_not_done(make_app: MakeApp, emulator: Emulator, tmp_path: Path) -> None:
    (tmp_path / "state").touch()
    async with make_app().run_test(size=SIZE) as pilot:
        await ask_for_a_tenant(pilot)
        await type_text(pilot, "shop")
        await confirm(pilot)
        await shows(pilot, "Nothing was done, as what is changed has to be written down first")
        await pilot.press("n")
        await shows(pilot, "Create a tenant", "shop")
    assert created(emulator) == []


async def test_an_answer_that_was_lost_is_looked_for(make_app: MakeApp, emulator: Emulator) -> None:
    async with make_app().run_test(size=SIZE) as pilot:
        await ask_for_a_tenant(pilot)
        emulator.conditions = faults("reset-before@CreateTenant=1")
        await type_text(pilot, "shop")
        await confirm(pilot)
        await shows(pilot, "No answer to CreateTenant", "Trying again is safe")
        emulator.conditions = faults("reset-after@CreateTenant=1")
        await confirm(pilot)
        await shows(pilot, "Tenant shop was created. SES's answer was lost", "Tenant: shop")
    assert len(created(emulator)) == 2


async def test_while_one_is_created_nothing_is_lost_and_nothing_covered(
    make_app: MakeApp, gateway: Gateway, emulator: Emulator
) -> None:
    await gateway.changes.create_tenant("shop")
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "Tenants (1)", "shop default")
        await ask_for_a_tenant(pilot)
        await type_text(pilot, "shop")
        emulator.conditions = Conditions(latency=3.0)
        await confirm(pilot)
        await shows(pilot, "Creating tenant shop …")
        await pilot.press("n")
        await shows(pilot, "One at a time: Tenant shop is being created.")
        await pilot.press("q")
        await shows(pilot, "Leave sestui?", "Tenant shop is being created.")
        await until(pilot, lambda: len(created(emulator)) == 2)
        await shows(pilot, "Leave sestui?", "Not created: SES refused")
        await pilot.press("escape")
        await shows(pilot, "Not created: SES refused", "n shows it again")
        await pilot.press("n")
        await shows(pilot, "Create a tenant", "SES refused: The tenant <shop> already exists.")
