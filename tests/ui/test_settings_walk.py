"""Every combination of the layers, set through the screen, stored by the emulator, and shown by the panel as it is."""

from collections.abc import AsyncIterator, Mapping
from functools import partial
from itertools import product
from typing import Any

import pytest
from aiobotocore.session import get_session
from textual.geometry import Region
from textual.pilot import Pilot
from textual.widgets import Static

from sestui.domain.settings import ConfigurationSet
from sestui.emulator import Conditions, Emulator, Quirks
from sestui.sesv2.gateway import Gateway
from sestui.ui.screens.edit import EditDialog
from sestui.ui.screens.impact import ImpactDialog
from sestui.ui.widgets.settings_panel import SettingsPanel
from sestui.ui.widgets.tenant_tree import TenantTree
from tests.conftest import MakeApp
from tests.ui.screen import screen_text, shows, until

REASONS = {"none": [], "BOUNCE": ["BOUNCE"], "COMPLAINT": ["COMPLAINT"], "both": ["BOUNCE", "COMPLAINT"]}
SCOPES = ("ACCOUNT", "TENANT")
TENANTS = sorted(["0-unset", *(f"{scope}-{reasons}" for scope, reasons in product(SCOPES, REASONS))])
"""In the order of the tree, the one without settings first."""
SETS = sorted(f"{scope}-{reasons}" for scope, reasons in product(("inherits", *SCOPES), ("inherits", *REASONS)))
READ_WITH = ("", "resource-type=arn read-lag=0.3")

State = Mapping[str, Any]


@pytest.fixture
async def outside(emulator: Emulator) -> AsyncIterator[Any]:
    """A client that is not sestui's."""
    credentials = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    async with get_session().create_client("sesv2", "us-east-1", endpoint_url=emulator.url, **credentials) as client:
        yield client


async def choose(pilot: Pilot[Any], told: str, *presses: int) -> None:
    """Open the edit dialog, press the right arrow so often in each of its fields, write, and wait to be told."""
    await pilot.press("e")
    await until(pilot, lambda: isinstance(pilot.app.screen, EditDialog) and pilot.app.screen.focused)
    for number, times in enumerate(presses):
        await pilot.press(*["tab"] * bool(number), *["right"] * times)
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, ImpactDialog))
    await shows(pilot, "Cancel", "Write")
    await until(pilot, lambda: "unread" not in screen_text(pilot.app))
    await pilot.press("tab", "enter")
    await shows(pilot, f"Written: {told}")


def is_on(pilot: Pilot[Any], title: str) -> bool:
    return str(pilot.app.screen.query_one(SettingsPanel).border_title) == title


async def move(pilot: Pilot[Any], title: str) -> None:
    await pilot.press("j")
    await until(pilot, partial(is_on, pilot, title), title)


def resolved(account: list[str], tenant: State, options: State) -> tuple[str, list[str]]:
    """Resolve scope and reasons from the answers of SES as they are on the wire."""
    scope = options.get("SuppressionScope") or tenant.get("SuppressionScope") or "ACCOUNT"
    for layer in (options, tenant):
        if "SuppressedReasons" in layer:
            return scope, layer["SuppressedReasons"]
    return scope, account


def panel_says(scope: str, reasons: list[str], tenant: str | None) -> list[str]:
    if not reasons:
        which = "no list: no reason is suppressed"
    elif scope == "TENANT":
        which = "which list is not documented" if tenant is None else f"the list of tenant {tenant}"
    else:
        which = "the list of the account"
    return [f"Effective {scope} {' '.join(reasons) or 'none:'}", f"→ consults {which}"]


@pytest.fixture
async def bare(gateway: Gateway) -> None:
    """Tenants and configuration sets that are named for the settings they are to have, each with each."""
    for name in TENANTS:
        await gateway.changes.create_tenant(name)
    for name in SETS:
        await gateway.changes.create_configuration_set(ConfigurationSet(name))
    for tenant, its_set in product(TENANTS, SETS):
        await gateway.changes.associate(tenant, its_set)


@pytest.mark.long
@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("quirk", ["", "omitted-put-member=keep"])
async def test_every_setting_of_every_layer_arrives_as_it_was_chosen(
    make_app: MakeApp, emulator: Emulator, outside: Any, quirk: str
) -> None:
    emulator.conditions = Conditions(quirks=Quirks.parse([quirk] if quirk else []))
    chosen = SETS[: 6 if quirk else None]
    async with make_app().run_test(size=(90, 34)) as pilot:
        await shows(pilot, f"Tenants ({len(TENANTS)})", f"Configuration sets ({len(SETS)})", "OnCall")
        await pilot.press("j", "j")
        # What the quirk is about does not hang on which of the settings is chosen.
        for name in TENANTS[1 : 3 if quirk else None]:
            await move(pilot, f"Tenant: {name}")
            scope, _, reasons = name.partition("-")
            # The field begins with "both" where there is no pair.
            presses = 1 + SCOPES.index(scope), (list(REASONS).index(reasons) + 1) % len(REASONS)
            await choose(pilot, f"tenant {name} has", *presses)
        await pilot.press("G", "space")
        for name in chosen:
            await move(pilot, f"Configuration set: {name}")
            scope, _, reasons = name.partition("-")
            if name != "inherits-inherits":
                presses = ("inherits", *SCOPES).index(scope), ("inherits", *REASONS).index(reasons)
                await choose(pilot, f"configuration set {name} has", *presses)
        for name in TENANTS[: 3 if quirk else None]:
            answer = await outside.get_tenant(TenantName=name)
            assert (answer["Tenant"].get("SuppressionAttributes") or {}) == stored_as(name)
        for name in chosen:
            answer = await outside.get_configuration_set(ConfigurationSetName=name)
            assert (answer.get("SuppressionOptions") or {}) == stored_as(name)


@pytest.mark.long
@pytest.mark.usefixtures("bare")
@pytest.mark.timeout(300)
@pytest.mark.parametrize("quirk", READ_WITH)
async def test_the_panel_shows_what_each_combination_of_the_layers_comes_to(
    make_app: MakeApp, emulator: Emulator, outside: Any, quirk: str
) -> None:
    for name in TENANTS[1:]:
        await outside.put_tenant_suppression_attributes(TenantName=name, **stored_as(name))
    for name in SETS:
        await outside.put_configuration_set_suppression_options(ConfigurationSetName=name, **stored_as(name))
    emulator.conditions = Conditions(quirks=Quirks.parse(quirk.split()))
    async with make_app().run_test(size=(90, 34)) as pilot:
        await shows(pilot, f"Tenants ({len(TENANTS)})", f"Configuration sets ({len(SETS)})", "OnCall")
        # A quirk is in what SES tells of a layer, not in how layers combine: some combinations do.
        for words in ("none:", "BOUNCE,", "COMPLAINT,", "BOUNCE COMPLAINT,")[: 2 if quirk else 4]:
            await pilot.press("g")
            await until(pilot, partial(is_on, pilot, "Account"))
            # It begins with both; each turn takes the next one.
            await choose(pilot, f"account has SuppressedReasons {words}", 1)
            account = (await outside.get_account())["SuppressionAttributes"]["SuppressedReasons"]
            first = words == "none:"
            await pilot.press("j")
            # Where a tenant says anything, its reasons hide the account's.
            walked = TENANTS[: (3 if quirk else len(TENANTS)) if first else 1]
            for tenant in walked:
                await move(pilot, f"Tenant: {tenant}")
                await panel_agrees(pilot, account, stored_as(tenant), {}, tenant)
                if first:
                    await pilot.press("space")
                    await until(pilot, partial(has_sets_below, pilot, tenant))
                for name in SETS:
                    await move(pilot, f"Configuration set: {name}")
                    await panel_agrees(pilot, account, stored_as(tenant), stored_as(name), tenant)
            if first:
                await pilot.press(*["j"] * (len(TENANTS) - len(walked)), "j", "space", "j")
            await pilot.press("G")
            for name in reversed(SETS):
                await until(pilot, partial(is_on, pilot, f"Configuration set: {name}"))
                await panel_agrees(pilot, account, {}, stored_as(name), None)
                await pilot.press("k")


def has_sets_below(pilot: Pilot[Any], tenant: str) -> bool:
    node = pilot.app.screen.query_one(TenantTree).node_of(tenant)
    return node is not None and len(node.children) == len(SETS)


def stored_as(name: str) -> State:
    """What SES has to hold of the tenant or configuration set that is named for its settings."""
    scope, _, reasons = name.partition("-")
    stored: dict[str, Any] = {"SuppressionScope": scope} if scope in SCOPES else {}
    return {**stored, "SuppressedReasons": REASONS[reasons]} if reasons in REASONS else stored


async def panel_agrees(pilot: Pilot[Any], account: list[str], tenant: State, options: State, name: str | None) -> None:
    expected = panel_says(*resolved(account, tenant, options), name)
    details = pilot.app.screen.query_one("#details", Static)

    def shown() -> str:
        # The panel's own lines: a picture of the whole screen, seven hundred times, takes minutes.
        lines = details.render_lines(Region(0, 0, details.size.width, details.size.height))
        return " ".join(" ".join(line.text for line in lines).split())

    await until(pilot, lambda: all(text in shown() for text in expected), str(expected))
