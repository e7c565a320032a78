"""Settings: what is shown of them, what an edit is foreseen to do, what is written, and what is not."""

import sqlite3
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Button

from sestui.domain.job import Edit
from sestui.domain.settings import (
    ConfidenceThreshold,
    ConfigurationSet,
    SuppressionOptions,
    TenantSuppression,
    Validation,
)
from sestui.domain.suppression import Reason, SuppressionList, SuppressionScope
from sestui.emulator import Conditions, Emulator, Fault, Quirks, Rate
from sestui.services.journal import Journal
from sestui.sesv2.gateway import Gateway
from sestui.ui.screens.impact import ImpactDialog
from sestui.ui.widgets.tenant_tree import TenantTree
from tests.conftest import EMPTY, MakeApp
from tests.ui.screen import lacks, screen_text, shows, type_text, until

ACCOUNT = SuppressionList()
OWN_LIST = TenantSuppression(SuppressionScope.TENANT, (Reason.BOUNCE,))
STRICT = Validation(enabled=True, threshold=ConfidenceThreshold.HIGH)


@pytest.fixture
async def shop(gateway: Gateway) -> None:
    """Tenant shop, without settings, and its set; three addresses on the account's list, none on its own."""
    await gateway.changes.create_tenant("shop")
    await gateway.changes.create_configuration_set(ConfigurationSet("receipts"))
    await gateway.changes.associate("shop", "receipts")
    for name in ("alice", "bob", "carol"):
        await gateway.put_suppressed_destination(ACCOUNT, f"{name}@corp.com", Reason.BOUNCE)


async def opened(pilot: Pilot[Any], title: str) -> None:
    await shows(pilot, title)
    await until(pilot, lambda: pilot.app.screen.focused)


async def cursor_on_the_tenant(pilot: Pilot[Any]) -> None:
    await shows(pilot, "Tenants (1)", "shop default", "3 addresses", "OnCall")
    await pilot.press("j", "j")
    await shows(pilot, "Tenant: shop")


def confirm_is_possible(pilot: Pilot[Any]) -> bool:
    return not pilot.app.screen.query_one("#confirm", Button).disabled


def edits_in(folder: Path) -> list[Edit]:
    journal = Journal(folder, time.time)
    try:
        return journal.edits()
    finally:
        journal.close()


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_tenants_switch_to_its_own_empty_list_is_warned_of_and_written(
    make_app: MakeApp, gateway: Gateway, tmp_path: Path, size: tuple[int, int]
) -> None:
    async with make_app().run_test(size=size) as pilot:
        await cursor_on_the_tenant(pilot)
        await pilot.press("e")
        await opened(pilot, "Edit suppression settings: tenant shop")
        await pilot.press("right", "right", "enter")
        await shows(
            pilot,
            "What it does: tenant shop",
            "not set → TENANT",
            "tenant shop through receipts",
            "consults the account's list (3) → its own list (0)",
            "Careful: the list of tenant shop is empty: addresses that bounced before",
        )
        assert (await gateway.resources.tenant("shop")).suppression is None
        await pilot.press("tab", "enter")
        await shows(pilot, "Written: tenant shop has SuppressionScope TENANT", "shop TENANT")
        written = TenantSuppression(SuppressionScope.TENANT, (Reason.BOUNCE, Reason.COMPLAINT))
        assert (await gateway.resources.tenant("shop")).suppression == written
        await pilot.press("J")
        await shows(
            pilot,
            "edit",
            "tenant shop",
            "written",
            "0 jobs, 1 edit",
            "suppression: scope TENANT, reasons BOUNCE COMPLAINT",
        )
        await pilot.press("u")
        await shows(pilot, "There is no job under the cursor")
        await pilot.press("escape")
    done, planned = edits_in(tmp_path / "state")
    assert (planned.action, planned.outcome, done.outcome) == ("edit tenant shop", "planned", "written")
    assert planned.before is not None
    assert planned.after is not None
    assert planned.before["suppression"] is None
    assert planned.after["suppression"] == {"scope": "TENANT", "reasons": ["BOUNCE", "COMPLAINT"]}


@pytest.mark.usefixtures("shop")
async def test_a_list_counts_as_it_is_after_ones_own_removal(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await cursor_on_the_tenant(pilot)
        await pilot.press("2", "d")
        await opened(pilot, "Remove from a suppression list")
        await pilot.press("tab", "enter")
        await shows(pilot, "2 addresses")
        await pilot.press("1", "e")
        await opened(pilot, "Edit suppression settings: tenant shop")
        await pilot.press("right", "right", "enter")
        await shows(pilot, "consults the account's list (2) → its own list (0)")


@pytest.mark.usefixtures("shop")
async def test_the_pane_in_focus_decides_what_is_edited(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await cursor_on_the_tenant(pilot)
        for keys, title in ((["3"], "tenant shop"), (["2"], "account"), (["1"], "tenant shop")):
            await pilot.press(*keys, "e")
            await opened(pilot, f"Edit suppression settings: {title}")
            await pilot.press("escape")
            await lacks(pilot, "Edit suppression settings")


@pytest.mark.usefixtures("shop")
async def test_nothing_is_written_without_a_change_or_by_leaving_or_by_a_printable_key(
    make_app: MakeApp, gateway: Gateway, emulator: Emulator
) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await cursor_on_the_tenant(pilot)
        await pilot.press("e")
        await opened(pilot, "Edit suppression settings")
        assert not confirm_is_possible(pilot)
        await pilot.press("enter", "right", "enter")
        await opened(pilot, "What it does")
        await pilot.press("tab")
        await type_text(pilot, "abcdefghijklmnopqstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ")
        assert isinstance(pilot.app.screen, ImpactDialog)
        await pilot.press("escape")
        await opened(pilot, "Edit suppression settings")
        # What was chosen is still chosen.
        assert "(•) ACCOUNT" in screen_text(pilot.app)
        await pilot.press("escape")
        await lacks(pilot, "Edit suppression settings")
        assert "PutTenantSuppressionAttributes" not in [request.operation for request in emulator.requests]


@pytest.mark.usefixtures("shop")
async def test_an_edit_that_is_overtaken_shows_both_and_writes_only_when_confirmed_again(
    make_app: MakeApp, gateway: Gateway
) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await cursor_on_the_tenant(pilot)
        await pilot.press("e")
        await opened(pilot, "Edit suppression settings")
        await pilot.press("right", "enter")
        await opened(pilot, "What it does")
        await gateway.changes.put_tenant_suppression_attributes("shop", OWN_LIST)
        await pilot.press("tab", "enter")
        await shows(pilot, "Not written: these settings have changed since they were read", "As you read it")
        assert (await gateway.resources.tenant("shop")).suppression == OWN_LIST
        lines = [" ".join(line.split()) for line in screen_text(pilot.app).splitlines()]
        assert any("SuppressionScope not set TENANT ACCOUNT" in line for line in lines)
        await pilot.press("enter")
        await shows(pilot, "What it does", "TENANT → ACCOUNT")
        await pilot.press("tab", "enter")
        await shows(pilot, "Written: tenant shop has SuppressionScope ACCOUNT")


@pytest.mark.usefixtures("shop")
async def test_what_ses_refuses_comes_back_with_its_words_and_the_values(make_app: MakeApp, emulator: Emulator) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await cursor_on_the_tenant(pilot)
        emulator.conditions = Conditions(faults=(Fault.parse("access-denied@PutTenantSuppressionAttributes=1"),))
        await pilot.press("e")
        await opened(pilot, "Edit suppression settings")
        await pilot.press("right", "right", "enter")
        await opened(pilot, "What it does")
        await pilot.press("tab", "enter")
        await shows(pilot, "SES refused: PutTenantSuppressionAttributes is denied", "(•) TENANT")
        emulator.conditions = Conditions()
        await pilot.press("enter")
        await opened(pilot, "What it does")
        await pilot.press("tab", "enter")
        await shows(pilot, "Written: tenant shop")


async def test_a_configuration_set_is_written_whole_and_all_its_tenants_are_named(
    make_app: MakeApp, gateway: Gateway
) -> None:
    options = SuppressionOptions(SuppressionScope.ACCOUNT, (), STRICT)
    await gateway.changes.create_configuration_set(ConfigurationSet("shared", suppression=options))
    for name in ("blog", "shop"):
        await gateway.changes.create_tenant(name, suppression=OWN_LIST)
        await gateway.changes.associate(name, "shared")
    async with make_app(SuppressionList("shop")).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "Tenant: shop")
        await pilot.press("space", "j")
        await shows(pilot, "Configuration set: shared", "shared with 1 tenant: blog", "threshold HIGH, from the conf")
        await pilot.press("e")
        await opened(pilot, "Edit suppression settings: configuration set shared")
        await pilot.press("tab", "right", "enter")
        await shows(pilot, "none: nothing is suppressed → BOUNCE", "tenant blog through shared", "tenant shop through")
        await pilot.press("tab", "enter")
        await shows(pilot, "Written: configuration set shared")
        stored = (await gateway.resources.configuration_set("shared")).suppression
        assert stored == replace(options, reasons=(Reason.BOUNCE,))


async def test_auto_validation_of_the_account_is_set_without_touching_its_reasons(
    make_app: MakeApp, gateway: Gateway
) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "Tenants (0)", "OnCall")
        await pilot.press("e")
        await opened(pilot, "Edit suppression settings: account")
        await pilot.press("tab", "right", "right", "tab", "right", "right", "right", "enter")
        await shows(pilot, "not set → on, threshold MANAGED")
        await pilot.press("tab", "enter")
        await shows(pilot, "Written: account has")
        account = await gateway.resources.account()
        assert account.validation == Validation(enabled=True, threshold=ConfidenceThreshold.MANAGED)
        assert account.suppressed_reasons == (Reason.BOUNCE, Reason.COMPLAINT)


async def test_what_ses_keeps_although_it_was_left_out_is_said(
    make_app: MakeApp, gateway: Gateway, emulator: Emulator
) -> None:
    options = SuppressionOptions(SuppressionScope.ACCOUNT, (Reason.BOUNCE,))
    await gateway.changes.create_configuration_set(ConfigurationSet("receipts", suppression=options))
    emulator.conditions = Conditions(quirks=Quirks.parse(["omitted-put-member=keep"]))
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "Configuration sets (1)", "OnCall")
        await pilot.press("j", "j", "space", "j")
        await shows(pilot, "Configuration set: receipts")
        await pilot.press("e")
        await opened(pilot, "Edit suppression settings: configuration set receipts")
        await pilot.press("left", "enter")
        await shows(pilot, "ACCOUNT → inherits")
        await pilot.press("tab", "enter")
        await shows(pilot, "Written, but SES still answers SuppressionScope ACCOUNT")


@pytest.mark.parametrize("world", [replace(EMPTY, tenants=800)])
async def test_with_one_request_a_second_the_impact_opens_with_what_is_known_and_names_what_is_not(
    make_app: MakeApp, emulator: Emulator
) -> None:
    emulator.conditions = Conditions(rates=(Rate(1),))
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "Tenants (200+)", "→ list of the account")
        await pilot.press("e")
        await opened(pilot, "Edit suppression settings: account")
        await pilot.press("right", "enter")
        await shows(pilot, "What it does: account", "Not read yet:", "tenants", "Type “unread” to confirm:")
        assert [request.operation for request in emulator.requests].count("GetTenant") < 30
        assert not confirm_is_possible(pilot)


@pytest.mark.parametrize("world", [replace(EMPTY, tenants=60, configuration_sets=10)])
async def test_one_key_reads_on_until_nothing_is_unread(make_app: MakeApp, gateway: Gateway) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "Tenants (60)", "OnCall", "→ list of the account")
        await pilot.press("e")
        await opened(pilot, "Edit suppression settings: account")
        await pilot.press("right", "enter")
        await shows(pilot, "What it does: account", "of 60 tenants", "r reads on")
        await pilot.press("tab")
        await type_text(pilot, "unread")
        await until(pilot, lambda: confirm_is_possible(pilot), "Write is possible with the word")
        await pilot.press("shift+tab", "r")
        await lacks(pilot, "Not read yet")
        await pilot.press("tab", "enter")
        await shows(pilot, "Written: account")


async def test_an_edit_under_more_specific_settings_says_that_it_changes_nothing(
    make_app: MakeApp, gateway: Gateway
) -> None:
    options = SuppressionOptions(SuppressionScope.ACCOUNT, (Reason.BOUNCE,))
    await gateway.changes.create_configuration_set(ConfigurationSet("receipts", suppression=options))
    await gateway.changes.create_tenant("shop")
    await gateway.changes.associate("shop", "receipts")
    async with make_app(SuppressionList("shop")).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "Tenant: shop", "OnCall")
        await pilot.press("e")
        await opened(pilot, "Edit suppression settings: tenant shop")
        await pilot.press("right", "right", "enter")
        await shows(pilot, "No mail is checked otherwise than before: more specific settings stand before these.")


# Dormant lists, and lists that are consulted


async def test_a_list_that_no_mail_consults_is_announced_as_dormant(make_app: MakeApp, gateway: Gateway) -> None:
    await gateway.changes.create_tenant("shop", suppression=OWN_LIST)
    options = SuppressionOptions(SuppressionScope.ACCOUNT)
    await gateway.changes.create_configuration_set(ConfigurationSet("receipts", suppression=options))
    await gateway.changes.associate("shop", "receipts")
    async with make_app(SuppressionList("shop")).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "DORMANT: no mail consults this list (ACCOUNT in its only configuration set)")
        await gateway.changes.create_configuration_set(ConfigurationSet("alerts"))
        await gateway.changes.associate("shop", "alerts")
        await pilot.press("r")
        await shows(pilot, "consulted through 1 of 2 configuration sets")
        await gateway.changes.put_configuration_set_suppression_options("receipts", SuppressionOptions())
        await pilot.press("r")
        await lacks(pilot, "configuration sets, the others")


async def test_whether_a_list_is_dormant_is_not_known_while_a_set_is_unread(
    make_app: MakeApp, gateway: Gateway, emulator: Emulator
) -> None:
    await gateway.changes.create_tenant("shop")
    await gateway.changes.create_configuration_set(ConfigurationSet("receipts"))
    await gateway.changes.associate("shop", "receipts")
    emulator.conditions = Conditions(faults=(Fault.parse("access-denied@GetConfigurationSet=1"),))
    async with make_app(SuppressionList("shop")).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "dormant or not is not known: GetConfigurationSet is denied")


async def test_enter_on_a_configuration_set_opens_the_list_that_it_consults(
    make_app: MakeApp, gateway: Gateway
) -> None:
    await gateway.changes.create_tenant("shop", suppression=OWN_LIST)
    for name, scope in (("a-own", None), ("b-account", SuppressionScope.ACCOUNT)):
        await gateway.changes.create_configuration_set(ConfigurationSet(name, suppression=SuppressionOptions(scope)))
        await gateway.changes.associate("shop", name)
    await gateway.put_suppressed_destination(ACCOUNT, "alice@corp.com", Reason.BOUNCE)
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "Tenants (1)", "alice@corp.com")
        await pilot.press("j", "j", "space")
        await shows(pilot, "b-account")
        await pilot.press("j", "enter")
        await shows(pilot, "Suppression list: tenant shop")
        await pilot.press("1", "j", "enter")
        await shows(pilot, "Suppression list: account")


async def test_a_combination_that_aws_does_not_document_is_said_to_be_one(make_app: MakeApp, gateway: Gateway) -> None:
    own = SuppressionOptions(SuppressionScope.TENANT)
    await gateway.changes.create_configuration_set(ConfigurationSet("receipts", suppression=own))
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "Configuration sets (1)", "OnCall")
        await pilot.press("j", "j", "space", "j")
        await shows(pilot, "Not documented by AWS: which list a send without a tenant consults")
        await pilot.press("enter")
        await shows(pilot, "Which list this mail consults is not documented by AWS", "Suppression list: account")


# What an entry means for the mail in view


async def test_details_say_what_an_entry_means_for_the_mail_in_view(make_app: MakeApp, gateway: Gateway) -> None:
    await gateway.changes.create_tenant("shop", suppression=OWN_LIST)
    shop = SuppressionList("shop")
    await gateway.put_suppressed_destination(shop, "angry@corp.com", Reason.COMPLAINT)
    await gateway.put_suppressed_destination(shop, "Alice@corp.com", Reason.BOUNCE)
    async with make_app(shop).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "Tenant: shop", "2 addresses")
        await pilot.press("2", "enter")
        await shows(pilot, "Mail of tenant shop: BLOCKED by Alice@corp.com, BOUNCE since")
        await pilot.press("escape", "j", "enter")
        await shows(pilot, "on the list with a reason that is not suppressed here", "SES's own global list may drop it")
        await pilot.press("escape", "1", "k")
        await shows(pilot, "Tenants (1)")
        await pilot.press("k", "2", "enter")
        await shows(pilot, "Mail without a tenant: consults the list of the account, not this one")


# Who may send through what


@pytest.mark.usefixtures("shop")
async def test_a_configuration_set_is_given_to_a_tenant_and_taken_away(
    make_app: MakeApp, gateway: Gateway, tmp_path: Path
) -> None:
    await gateway.changes.create_configuration_set(ConfigurationSet("alerts"))
    async with make_app().run_test(size=(80, 24)) as pilot:
        await cursor_on_the_tenant(pilot)
        await pilot.press("space")
        await shows(pilot, "receipts")
        await pilot.press("colon")
        await type_text(pilot, "associate")
        await shows(pilot, "Give a configuration set to a tenant")
        await pilot.press("enter")
        await opened(pilot, "Associate a configuration set with a tenant")
        assert not confirm_is_possible(pilot)
        await type_text(pilot, "ale")
        await pilot.press("right")
        await shows(pilot, "Mail of tenant shop through alerts will consult the list of the account")
        await pilot.press("tab", "tab", "enter")
        await shows(pilot, "alerts belongs to tenant shop")
        assert await gateway.resources.tenant_configuration_sets("shop") == ("alerts", "receipts")
        tree = pilot.app.screen.query_one(TenantTree)
        await until(pilot, lambda: (node := tree.node_of("shop")) and len(node.children) == 2)
        await pilot.press("j", "colon")
        await type_text(pilot, "dissociate")
        await pilot.press("enter")
        await shows(pilot, "Dissociate a configuration set from a tenant", "is then refused by SES")
        await pilot.press("tab", "enter")
        await shows(pilot, "alerts no longer belongs to tenant shop")
        assert await gateway.resources.tenant_configuration_sets("shop") == ("receipts",)
    assert [(edit.action, edit.outcome) for edit in reversed(edits_in(tmp_path / "state"))] == [
        ("associate", "planned"),
        ("associate", "done"),
        ("dissociate", "planned"),
        ("dissociate", "done"),
    ]


@pytest.mark.usefixtures("shop")
async def test_a_configuration_set_that_does_not_exist_cannot_be_given(make_app: MakeApp, gateway: Gateway) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await cursor_on_the_tenant(pilot)
        await pilot.press("colon")
        await type_text(pilot, "associate")
        await shows(pilot, "Give a configuration set to a tenant")
        await pilot.press("enter")
        await opened(pilot, "Associate a configuration set")
        await type_text(pilot, "nowhere")
        await shows(pilot, "does not exist")
        assert not confirm_is_possible(pilot)
        await pilot.press(*["backspace"] * 7)
        await type_text(pilot, "receipts")
        await shows(pilot, "is possible already: the two are associated")
        assert not confirm_is_possible(pilot)
        await pilot.press("escape")
        assert await gateway.resources.tenant_configuration_sets("shop") == ("receipts",)


# What comes late, or goes wrong half-way


@pytest.mark.usefixtures("shop")
async def test_a_refresh_while_an_edit_is_read_ends_nothing(make_app: MakeApp, emulator: Emulator) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await cursor_on_the_tenant(pilot)
        emulator.conditions = Conditions(latency=0.2)
        await pilot.press("r", "e", "r")
        await opened(pilot, "Edit suppression settings: tenant shop")
        emulator.conditions = Conditions(faults=(Fault.parse("access-denied@GetAccount=1"),))
        await pilot.press("right", "enter")
        await shows(pilot, "What it does: tenant shop", "not set → ACCOUNT")


@pytest.mark.usefixtures("shop")
async def test_leaving_while_a_write_fails_ends_the_program(
    make_app: MakeApp, gateway: Gateway, emulator: Emulator
) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await cursor_on_the_tenant(pilot)
        await pilot.press("e")
        await opened(pilot, "Edit suppression settings")
        await pilot.press("right", "enter")
        await opened(pilot, "What it does")
        emulator.conditions = Conditions(
            latency=1.0, faults=(Fault.parse("access-denied@PutTenantSuppressionAttributes=1"),)
        )
        await pilot.press("tab", "enter")
        await shows(pilot, "Writing the settings of tenant shop")
        await pilot.press("q")
        await shows(pilot, "The settings of tenant shop are being written.")
        await pilot.press("tab", "enter")
        await until(pilot, lambda: not app.is_running, "the end of the program")
    assert (await gateway.resources.tenant("shop")).suppression is None


@pytest.mark.usefixtures("shop")
async def test_a_write_whose_record_cannot_be_finished_is_still_told_as_written(
    make_app: MakeApp, gateway: Gateway, emulator: Emulator, tmp_path: Path
) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await cursor_on_the_tenant(pilot)
        await pilot.press("e")
        await opened(pilot, "Edit suppression settings")
        await pilot.press("right", "enter")
        await opened(pilot, "What it does")
        emulator.conditions = Conditions(latency=0.3)
        await pilot.press("tab", "enter")
        await until(pilot, lambda: [edit.outcome for edit in edits_in(tmp_path / "state")] == ["planned"])
        with sqlite3.connect(tmp_path / "state" / "journal.sqlite") as damaging:
            damaging.execute("DROP TABLE edit")
        damaging.close()
        await shows(pilot, "shop ACCOUNT")
        assert (await gateway.resources.tenant("shop")).suppression is not None
        await pilot.press("E")
        await shows(pilot, "could not be written down")


async def test_the_verdict_is_that_of_the_configuration_sets_and_agrees_with_a_dormant_list(
    make_app: MakeApp, gateway: Gateway
) -> None:
    await gateway.changes.create_tenant("shop", suppression=OWN_LIST)
    await gateway.put_suppressed_destination(SuppressionList("shop"), "alice@corp.com", Reason.BOUNCE)
    for name, scope in (("a", SuppressionScope.ACCOUNT), ("b", SuppressionScope.ACCOUNT)):
        await gateway.changes.create_configuration_set(ConfigurationSet(name, suppression=SuppressionOptions(scope)))
        await gateway.changes.associate("shop", name)
    async with make_app(SuppressionList("shop")).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "DORMANT: no mail consults this list (ACCOUNT in all 2 configuration sets)", "1 address")
        await pilot.press("2", "enter")
        await shows(pilot, "Mail of tenant shop through a, b: consults the list of the account, not this one")
        assert "BLOCKED" not in screen_text(pilot.app)
