"""The browse screen: tree, list and settings, read from the screen of the app on a real emulator."""

import re
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from sestui.domain.settings import ConfigurationSet, SuppressionOptions, TenantSuppression
from sestui.domain.suppression import Reason, SuppressionList, SuppressionScope
from sestui.emulator import Conditions, Emulator, Fault, Quirks, Rate
from sestui.sesv2.gateway import Gateway
from sestui.ui.widgets.destinations import DestinationTable
from sestui.ui.widgets.list_pane import ListPane
from sestui.ui.widgets.tenant_tree import TenantTree
from tests.conftest import EMPTY, SMALL, MakeApp
from tests.ui.screen import lacks, screen_text, shows, type_text, until

ACCOUNT = SuppressionList()
ARCHIVE = "arn:aws:ses:us-east-1:123456789012:mailmanager-archive/a-abcdefghijklmnopqrstuvwx"


def operations(emulator: Emulator) -> list[str]:
    return [request.operation for request in emulator.requests]


def underlined(pilot: Pilot[Any]) -> list[str]:
    """Return what stands underlined in the filter."""
    line = pilot.app.screen.query_one("#filter").render_line(0)
    return [segment.text for segment in line if segment.style is not None and segment.style.underline]


_OWN_LIST = TenantSuppression(SuppressionScope.TENANT, (Reason.BOUNCE,))


@pytest.fixture
async def shop(gateway: Gateway) -> None:
    """One tenant with its own list and one that has none, on an account with three addresses."""
    await gateway.changes.create_tenant("shop", suppression=_OWN_LIST)
    await gateway.changes.create_tenant("blog")
    for address in ("carol@mail.example", "bob@corp.com", "alice@corp.com"):
        await gateway.put_suppressed_destination(ACCOUNT, address, Reason.BOUNCE)
    await gateway.put_suppressed_destination(SuppressionList("shop"), "dora@corp.com", Reason.COMPLAINT)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.usefixtures("shop")
async def test_a_newcomer_sees_tenants_their_scope_and_the_accounts_list(
    make_app: MakeApp, size: tuple[int, int]
) -> None:
    async with make_app().run_test(size=size) as pilot:
        await shows(pilot, "Tenants (2)", "shop TENANT", "blog default", "3 addresses", "carol@mail.example", "OnCall")


@pytest.mark.usefixtures("shop")
async def test_enter_on_a_tenant_opens_its_own_list(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "shop TENANT")
        await pilot.press("j", "j", "j")
        await shows(pilot, "Tenant: shop")
        await pilot.press("enter")
        await shows(pilot, "Suppression list: tenant shop", "dora@corp.com", "COMPLAINT", "1 address")


@pytest.mark.usefixtures("shop")
async def test_moving_over_the_tree_never_reads_a_list(make_app: MakeApp, emulator: Emulator) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "shop TENANT", "3 addresses")
        await pilot.press("j", "j", "j")
        await shows(pilot, "Tenant:")
        assert operations(emulator).count("ListSuppressedDestinations") == 1


@pytest.mark.usefixtures("shop")
async def test_the_settings_show_each_layer_and_the_one_list_that_is_consulted(
    make_app: MakeApp, gateway: Gateway
) -> None:
    await gateway.changes.put_tenant_suppression_attributes(
        "blog", TenantSuppression(SuppressionScope.TENANT, (Reason.BOUNCE, Reason.COMPLAINT))
    )
    async with make_app(SuppressionList("blog")).run_test(size=(120, 40)) as pilot:
        await shows(
            pilot, "→ consults the list of tenant blog", "BOUNCE COMPLAINT", "scope from the tenant", "TenantArn"
        )


async def test_a_configuration_set_below_its_tenant_shows_what_it_overrides(
    make_app: MakeApp, gateway: Gateway
) -> None:
    await gateway.changes.create_tenant("shop", suppression=_OWN_LIST)
    await gateway.changes.create_configuration_set(
        ConfigurationSet(
            "receipts", suppression=SuppressionOptions(scope=SuppressionScope.ACCOUNT), archive_arn=ARCHIVE
        )
    )
    await gateway.changes.associate("shop", "receipts")
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "Tenants (1)")
        await pilot.press("j", "j", "space")
        await shows(pilot, "receipts")
        await pilot.press("j")
        await shows(
            pilot,
            "Configuration set: receipts",
            "→ consults the list of the account",
            "scope from the configuration set, reasons from the tenant",
            "overrides ACCOUNT",
        )
        await pilot.press("3", "enter")
        await shows(pilot, ARCHIVE[:60])


async def test_a_stop_is_said_in_words_before_anything_else(make_app: MakeApp, gateway: Gateway) -> None:
    await gateway.changes.create_configuration_set(ConfigurationSet("paused", sending_enabled=False))
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "Configuration sets (1)")
        await pilot.press("j", "j", "space", "j")
        await shows(pilot, "paused STOPPED", "STOPPED before any list: configuration set's sending is disabled")


@pytest.mark.parametrize("world", [replace(EMPTY, tenants=300)])
async def test_settings_are_read_for_the_tenants_in_sight_only(make_app: MakeApp, emulator: Emulator) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "Tenants (300)")
        tree = pilot.app.screen.query_one(TenantTree)
        await until(pilot, lambda: not tree.unread and tree.in_sight)
        in_sight = sum(node.data is not None and node.data.tenant is not None for node in tree.in_sight)
        assert 0 < operations(emulator).count("GetTenant") <= in_sight + 8
        await pilot.press("G")
        await until(pilot, lambda: not tree.unread)


@pytest.mark.parametrize("world", [replace(EMPTY, tenants=30, configuration_sets=30)])
async def test_what_a_larger_terminal_or_a_folded_line_brings_into_sight_is_read_too(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(80, 16)) as pilot:
        await shows(pilot, "Tenants (30)")
        tree = pilot.app.screen.query_one(TenantTree)
        await until(pilot, lambda: not tree.unread and tree.sets_node.children)
        before = len(tree.in_sight)
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: len(tree.in_sight) > before and not tree.unread, "all lines of the larger tree read")
        tree.sets_node.expand()
        await pilot.press("j", "space")
        await until(pilot, lambda: len(tree.in_sight) > 5 and not tree.unread, "the configuration sets read")


@pytest.mark.parametrize("world", [SMALL])
async def test_a_slash_in_the_tree_asks_ses_for_the_name(make_app: MakeApp, emulator: Emulator) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "Tenants (6)")
        name = await _first_tenant(pilot.app.screen.query_one(TenantTree))
        await pilot.press("slash")
        await type_text(pilot, name)
        await pilot.press("enter")
        await shows(pilot, f"Tenants (1) matching {name[:6]}")
        assert {"TENANT_NAME_CONTAINS": name} in [
            request.parameters.get("Filter") for request in emulator.requests if request.operation == "ListTenants"
        ]
        await pilot.press("escape")
        await shows(pilot, "Tenants (6)")


async def _first_tenant(tree: TenantTree) -> str:
    place = tree.tenants_node.children[0].data
    assert place is not None
    assert place.tenant is not None
    return place.tenant


@pytest.mark.parametrize("world", [SMALL])
async def test_pages_arrive_and_the_count_is_true(make_app: MakeApp, emulator: Emulator) -> None:
    emulator.conditions = Conditions(latency=1.0)
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "1,000 loaded, more coming")
        await shows(pilot, "2,500 addresses")


@pytest.mark.usefixtures("shop")
async def test_a_filter_narrows_as_one_types_and_escape_drops_it(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "3 addresses")
        await pilot.press("2", "slash")
        await type_text(pilot, "corp !bob")
        await shows(pilot, "1 shown of 3 addresses", "alice@corp.com")
        await lacks(pilot, "carol@mail.example")
        await pilot.press("escape")
        await shows(pilot, "carol@mail.example", "3 addresses")


def order(pilot: Pilot[Any]) -> list[str]:
    """The addresses on the screen from top to bottom."""
    return re.findall(r"(\w+)@(?:corp.com|mail.example) +(?:BOUNCE|COMPLAINT)", screen_text(pilot.app))


async def matches(pilot: Pilot[Any], pattern: str) -> None:
    """Wait until this is somewhere on the screen."""
    await until(pilot, lambda: re.search(pattern, screen_text(pilot.app)), pattern)


def line_of(pilot: Pilot[Any], text: str) -> int:
    """The number of the first line of the screen that holds a text."""
    return next(number for number, line in enumerate(screen_text(pilot.app).splitlines()) if text in line)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.usefixtures("shop")
async def test_s_sorts_by_one_column_after_the_other_and_the_header_says_how(
    make_app: MakeApp, gateway: Gateway, size: tuple[int, int]
) -> None:
    await gateway.put_suppressed_destination(ACCOUNT, "bob@corp.com", Reason.COMPLAINT)
    async with make_app().run_test(size=size) as pilot:
        await shows(pilot, "3 addresses", "blog default")
        for head, expected in (
            (r"Address +Reason +Last update(, UTC )?↓", ["bob", "alice", "carol"]),
            (r"Address ↑ +Reason +Last update", ["alice", "bob", "carol"]),
            (r"Address, by domain ↑ +Reason +Last update", ["alice", "bob", "carol"]),
            (r"Address +Reason ↑ +Last update", ["alice", "carol", "bob"]),
            (r"Address +Reason +Last update(, UTC )?↓", ["bob", "alice", "carol"]),
        ):
            await matches(pilot, head)
            assert order(pilot) == expected
            await pilot.press("S")
            upside_down = head.replace("↓", "⇅").replace("↑", "↓").replace("⇅", "↑")
            await matches(pilot, upside_down)
            assert order(pilot) == expected[::-1]
            await pilot.press("S", "s")


@pytest.mark.usefixtures("shop")
async def test_an_order_holds_for_what_is_filtered_and_for_the_next_list(make_app: MakeApp, gateway: Gateway) -> None:
    await gateway.put_suppressed_destination(SuppressionList("shop"), "ada@corp.com", Reason.BOUNCE)
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "3 addresses", "blog default")
        await pilot.press("2", "s", "S", "slash")
        await shows(pilot, "Address ↓")
        await type_text(pilot, "corp")
        await shows(pilot, "2 shown of 3 addresses")
        assert order(pilot) == ["bob", "alice"]
        await pilot.press("enter", "1", "j", "j", "j", "enter")
        await shows(pilot, "tenant shop", "2 addresses", "Address ↓")
        assert order(pilot) == ["dora", "ada"]


@pytest.mark.usefixtures("shop")
async def test_the_cursor_stays_on_its_address_through_filters_and_orders(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "3 addresses")
        table = pilot.app.screen.query_one(DestinationTable)
        await pilot.press("2", "down")
        for keys, shown in (("s", "Address ↑"), ("S", "Address ↓"), ("s", "by domain ↑"), ("s", "Reason ↑")):
            await pilot.press(keys)
            await shows(pilot, shown)
            assert table.cursor_address == "bob@corp.com"
        await pilot.press("slash")
        await type_text(pilot, "b")
        await shows(pilot, "1 shown of 3")
        await type_text(pilot, "zz")
        await shows(pilot, "Nothing loaded matches the filter.")
        assert table.cursor_address is None
        await pilot.press("escape")
        await lacks(pilot, "Nothing loaded")
        await shows(pilot, "alice@corp.com")
        assert table.cursor_address == "bob@corp.com"


@pytest.mark.parametrize("world", [SMALL])
@pytest.mark.parametrize("listed", ["ascending", "descending", "random"])
async def test_rows_come_in_above_and_below_and_the_cursor_stays_where_it_was_put(
    make_app: MakeApp, emulator: Emulator, listed: str
) -> None:
    emulator.conditions = Conditions(latency=0.5, quirks=Quirks.parse([f"order={listed}"]))
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "1,000 loaded, more coming")
        table = pilot.app.screen.query_one(DestinationTable)
        await pilot.press("2", "pagedown", "up")
        address = table.cursor_address
        assert address is not None
        before = line_of(pilot, address)
        await shows(pilot, "2,500 addresses")
        assert table.cursor_address == address
        assert line_of(pilot, address) == before


@pytest.mark.parametrize("world", [SMALL])
async def test_a_cursor_that_nobody_has_moved_shows_the_newest_while_a_list_loads(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "2,500 addresses")
        listing = pilot.app.screen.query_one(ListPane).listing
        assert listing is not None
        newest = max(listing.index, key=lambda it: it.last_update).address
        assert pilot.app.screen.query_one(DestinationTable).cursor_address == newest


@pytest.mark.usefixtures("shop")
async def test_a_filter_that_can_not_be_read_says_why_and_hides_nothing(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "3 addresses")
        await pilot.press("2", "slash")
        await type_text(pilot, "reason:x")
        await shows(pilot, "is not a reason", "alice@corp.com", "carol@mail.example")


@pytest.mark.usefixtures("shop")
async def test_a_mistake_is_marked_at_its_place_while_what_was_shown_before_it_stays(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "3 addresses")
        await pilot.press("2", "slash")
        await type_text(pilot, "re:^[ab]")
        await shows(pilot, "2 shown of 3 addresses", "alice@corp.com", "bob@corp.com")
        await lacks(pilot, "carol@mail.example")
        await type_text(pilot, " re:b@|[x")
        await shows(pilot, "missing ] [x in re:b@|[x", "alice@corp.com", "bob@corp.com")
        assert underlined(pilot) == ["[x"]
        await lacks(pilot, "carol@mail.example")
        await type_text(pilot, "]")
        await shows(pilot, "1 shown of 3 addresses", "bob@corp.com")
        assert underlined(pilot) == []


@pytest.mark.usefixtures("shop")
async def test_marks_outlive_a_filter_and_are_counted_with_the_hidden(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "3 addresses")
        await pilot.press("2", "space", "space")
        await shows(pilot, "marked 2", "● alice@corp.com", "● bob@corp.com")
        await pilot.press("slash")
        await type_text(pilot, "carol")
        await shows(pilot, "marked 2 (2 hidden by filter)")


@pytest.mark.usefixtures("shop")
async def test_details_show_every_member_of_the_entry(make_app: MakeApp) -> None:
    async with make_app(SuppressionList("shop")).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "dora@corp.com")
        await pilot.press("2", "enter")
        await shows(pilot, "EmailAddress", "LastUpdateTime", "by hand", "MessageId", "FeedbackId", "TenantName", "shop")
        await pilot.press("escape")
        await lacks(pilot, "EmailAddress")


@pytest.mark.usefixtures("shop")
async def test_refresh_shows_what_others_changed_and_the_cursor_stays_on_its_address(
    make_app: MakeApp, gateway: Gateway
) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "3 addresses", "blog default")
        await pilot.press("2", "down")
        await gateway.delete_suppressed_destination(ACCOUNT, "alice@corp.com")
        await gateway.put_suppressed_destination(ACCOUNT, "zoe@corp.com", Reason.COMPLAINT)
        await gateway.changes.put_tenant_suppression_attributes(
            "blog", TenantSuppression(SuppressionScope.ACCOUNT, (Reason.BOUNCE,))
        )
        await pilot.press("r")
        await shows(pilot, "zoe@corp.com", "blog ACCOUNT")
        await lacks(pilot, "alice@corp.com")
        assert pilot.app.screen.query_one(DestinationTable).cursor_address == "bob@corp.com"


@pytest.mark.parametrize("kind", ["access-denied", "expired-credentials", "500"])
async def test_an_error_is_said_and_does_not_end_the_app(make_app: MakeApp, emulator: Emulator, kind: str) -> None:
    emulator.conditions = Conditions(faults=(Fault.parse(f"{kind}=1"),))
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "ListSuppressedDestinations", "try again.")
        emulator.conditions = Conditions()
        await pilot.press("E")
        await shows(pilot, "Errors of this session")
        await pilot.press("escape", "r")
        await shows(pilot, "This list is empty.")


async def test_a_tenant_that_is_not_there_is_said(make_app: MakeApp) -> None:
    async with make_app(SuppressionList("nobody")).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "nobody", "does not exist")


@pytest.mark.parametrize("world", [SMALL])
async def test_throttling_is_a_state_and_not_an_error(make_app: MakeApp, emulator: Emulator) -> None:
    emulator.conditions = Conditions(rates=(Rate.parse("5:2"),))
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "SES throttles")
        await shows(pilot, "2,500 addresses")


@pytest.mark.usefixtures("shop")
async def test_help_names_the_keys_and_the_palette_the_commands(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "3 addresses")
        await pilot.press("question_mark")
        await shows(pilot, "In the tree (1)", "Undo the last job", "Read again what the screen shows")
        await pilot.press("pagedown")
        await shows(pilot, "In the list (2)")
        await pilot.press("escape", "colon")
        await shows(pilot, "Add (a)", "Compare lists")
        await type_text(pilot, "help")
        await shows(pilot, "Help (?)")
        await pilot.press("enter")
        await shows(pilot, "In the tree (1)")


@pytest.mark.usefixtures("shop")
async def test_leaving_asks_before_marks_are_lost(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "3 addresses")
        await pilot.press("2", "space", "q")
        await shows(pilot, "Leave sestui?", "1 mark would be forgotten.")
        await pilot.press("escape", "ctrl+q")
        await shows(pilot, "Leave sestui?")
        await pilot.press("tab", "enter")
        await until(pilot, lambda: pilot.app.return_code == 0)


async def test_a_new_tenant_stands_where_ses_has_it_and_the_cursor_stays(make_app: MakeApp, gateway: Gateway) -> None:
    for name in ("alpha", "gamma"):
        await gateway.changes.create_tenant(name)
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "Tenants (2)")
        await pilot.press("j", "j", "j")
        await shows(pilot, "Tenant: gamma")
        await gateway.changes.create_tenant("beta")
        await pilot.press("r")
        await shows(pilot, "Tenants (3)", "beta default")
        tree = pilot.app.screen.query_one(TenantTree)
        assert [node.data.tenant for node in tree.tenants_node.children if node.data] == ["alpha", "beta", "gamma"]
        assert tree.cursor_node is tree.tenants_node.children[2]


@pytest.mark.usefixtures("shop")
async def test_a_filter_by_time_says_which_times_that_is(make_app: MakeApp, gateway: Gateway) -> None:
    noon = 1_795_348_800.0  # 2026-11-22 12:00 UTC
    async with make_app(clock=lambda: noon).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "3 addresses")
        await pilot.press("2", "slash")
        await type_text(pilot, "since:")
        await shows(pilot, "3 shown of 3 addresses")
        await type_text(pilot, "2")
        await shows(pilot, "since:2 is no time", "alice@corp.com")
        await type_text(pilot, "h")
        await shows(pilot, "shown of 3 addresses · since 2026-11-22 10:00:00")
