"""Where SES does not list tenants or configuration sets, their names are typed."""

import pytest

from sestui.domain.settings import ConfigurationSet, TenantSuppression
from sestui.domain.suppression import Reason, SuppressionList, SuppressionScope
from sestui.emulator import Emulator
from sestui.sesv2.gateway import Gateway
from sestui.ui.widgets.tenant_tree import TenantTree
from tests.conftest import MakeApp
from tests.serving import faults, operations
from tests.ui.screen import lacks, screen_text, shows, type_text, until

SHOP = SuppressionList("shop")


@pytest.fixture
async def shop(gateway: Gateway) -> None:
    """Two tenants with a list each; one has a configuration set."""
    own = TenantSuppression(SuppressionScope.TENANT, (Reason.BOUNCE,))
    for name in ("shop", "blog"):
        await gateway.changes.create_tenant(name, suppression=own)
        await gateway.put_suppressed_destination(SuppressionList(name), f"of-{name}@corp.com", Reason.BOUNCE)
    await gateway.changes.create_configuration_set(ConfigurationSet("receipts"))
    await gateway.changes.associate("shop", "receipts")


@pytest.mark.usefixtures("shop")
async def test_a_tenants_name_is_typed_and_it_is_as_if_it_were_listed(make_app: MakeApp, emulator: Emulator) -> None:
    emulator.conditions = faults("access-denied@ListTenants=1")
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "ListTenants denied", "/ names a tenant", "Configuration sets (1)", "OnCall")
        await pilot.press("slash")
        await shows(pilot, "a tenant's whole name")
        await type_text(pilot, "shopp\n")
        await shows(pilot, "shopp", "SES has no tenant shopp here: correct the name", "ListTenants denied")
        await pilot.press("backspace", "enter")
        await shows(pilot, "shop TENANT", "Tenant: shop")
        await pilot.press("space")
        await shows(pilot, "receipts")
        await pilot.press("enter")
        await shows(pilot, "Suppression list: tenant shop", "of-shop@corp.com")
        await pilot.press("1", "slash")
        await type_text(pilot, "blog\n")
        await shows(pilot, "blog TENANT", "Tenant: blog", "shop TENANT")
        emulator.requests.clear()
        await pilot.press("r")
        await until(pilot, lambda: "GetTenant" in operations(emulator))
        await shows(pilot, "blog TENANT", "Tenant: blog", "shop TENANT", "receipts", "ListTenants denied")
        await pilot.press("f")
        await type_text(pilot, "of-blog@corp.com\n")
        await shows(pilot, "BLOCKED by of-blog@corp.com")


@pytest.mark.usefixtures("shop")
async def test_what_may_not_be_read_has_a_list_all_the_same_and_is_asked_for_once(
    make_app: MakeApp, emulator: Emulator
) -> None:
    emulator.conditions = faults("access-denied@ListTenants=1", "access-denied@GetTenant=1")
    async with make_app(SHOP).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "of-shop@corp.com", "shop not read", "Tenant: shop", "Enter opens the list of shop.")
        tree = pilot.app.screen.query_one(TenantTree)
        await until(pilot, lambda: not tree.unread)
        assert tree.cursor_node is not None
        assert str(tree.cursor_node.label) == "shop"
        before = operations(emulator).count("GetTenant")
        tree.post_message(TenantTree.InSight())
        await pilot.press("slash")
        await type_text(pilot, "blog\n")
        await shows(pilot, "blog not read", "shop not read", "GetTenant is denied")
        await pilot.press("enter")
        await shows(pilot, "of-blog@corp.com")
        # For the name, for the panel (again if Enter comes before its answer), for whether the list is dormant.
        assert operations(emulator).count("GetTenant") <= before + 4


@pytest.mark.usefixtures("shop")
async def test_the_name_of_a_configuration_set_is_typed_where_the_cursor_is_among_them(
    make_app: MakeApp, emulator: Emulator
) -> None:
    emulator.conditions = faults("access-denied@ListConfigurationSets=1")
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "Tenants (2)", "ListConfigurationSets denied", "OnCall")
        await pilot.press("G", "slash")
        await shows(pilot, "a set's whole name")
        await pilot.press("escape")
        await lacks(pilot, "a set's whole name")
        await pilot.press("slash")
        await type_text(pilot, "receipts\n")
        await shows(pilot, "Configuration set: receipts", "Tenants (2)")
        await pilot.press("g", "slash")
        await type_text(pilot, "blo\n")
        await shows(pilot, "Tenants (1) matching blo", "ListConfigurationSets denied", "receipts")
        assert "shop" not in screen_text(pilot.app)


@pytest.mark.usefixtures("shop")
async def test_the_tenant_of_the_start_stays_though_it_comes_before_the_next_refusal(
    make_app: MakeApp, emulator: Emulator
) -> None:
    emulator.conditions = faults("access-denied@ListTenants=1", "access-denied@ListConfigurationSets=1")
    async with make_app(SHOP).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "ListConfigurati… denied", "shop TENANT", "Tenant: shop")
        await pilot.press("slash")
        await type_text(pilot, "blog\n")
        await shows(pilot, "blog TENANT", "shop TENANT", "Tenant: blog")
