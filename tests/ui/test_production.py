"""Production: a word in the header, and every change takes the count and the name of what is changed to be typed."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Input

from sestui.domain.guard import Guard
from sestui.domain.settings import ConfigurationSet
from sestui.domain.suppression import Reason, SuppressionList
from sestui.emulator import Emulator
from sestui.sesv2.gateway import Gateway
from sestui.sesv2.operations import WRITES
from tests.conftest import MakeApp
from tests.serving import operations
from tests.ui.screen import lacks, screen_text, shows, type_text, until

ACCOUNT, SHOP = SuppressionList(), SuppressionList("shop")
BY_ACCOUNT: Final = Guard(production=("123456789012",))


@pytest.fixture
async def shop(gateway: Gateway, emulator: Emulator) -> None:
    """Tenant shop with bob on its list, alice on the account's, and a configuration set that is nobody's."""
    await gateway.changes.create_tenant("shop")
    await gateway.changes.create_configuration_set(ConfigurationSet("receipts"))
    await gateway.put_suppressed_destination(ACCOUNT, "alice@corp.com", Reason.BOUNCE)
    await gateway.put_suppressed_destination(SHOP, "bob@corp.com", Reason.BOUNCE)
    emulator.requests.clear()


def written(emulator: Emulator) -> list[str]:
    return [name for name in operations(emulator) if name in WRITES]


async def types_and_confirms(pilot: Pilot[Any], emulator: Emulator, wanted: str, *wrong: str) -> None:
    """See that nothing but what is wanted lets one confirm, then type it and confirm."""
    await shows(pilot, f"PRODUCTION: type “{wanted}” to confirm.")
    field, confirm = pilot.app.screen.query_one("#word", Input), pilot.app.screen.query_one("#confirm", Button)
    field.focus()
    for text in ("", *wrong, wanted[:-1], wanted + "x"):
        field.value = text
        await pilot.pause()
        assert confirm.disabled, text
        await pilot.press("enter")
    assert written(emulator) == []
    field.value = ""
    await type_text(pilot, wanted)
    await pilot.press("enter", "enter")


@pytest.mark.parametrize("guard", [BY_ACCOUNT, Guard(production=("def*",))])
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_header_says_it_in_a_word(make_app: MakeApp, guard: Guard, size: tuple[int, int]) -> None:
    async with make_app(guard=guard).run_test(size=size) as pilot:
        await shows(pilot, "OnCall", "PRODUCTION   READ-WRITE")


async def test_elsewhere_it_does_not(make_app: MakeApp) -> None:
    async with make_app(guard=Guard(production=("prod-*", "210987654321"))).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "OnCall", "READ-WRITE")
        await lacks(pilot, "PRODUCTION")


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(("which", "name"), [(ACCOUNT, "9012"), (SHOP, "shop")])
async def test_a_removal_its_undo_and_an_addition(
    make_app: MakeApp, emulator: Emulator, which: SuppressionList, name: str
) -> None:
    async with make_app(which, guard=BY_ACCOUNT).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "1 address", "PRODUCTION")
        await pilot.press("2", "d")
        await shows(pilot, "Remove from a suppression list")
        await types_and_confirms(pilot, emulator, f"1 {name}", "1", "other", "2 shop")
        await shows(pilot, "1 removed")
        assert written(emulator) == ["DeleteSuppressedDestination"]
        emulator.requests.clear()
        await pilot.press("u")
        await shows(pilot, "Undo job 1")
        await types_and_confirms(pilot, emulator, f"1 {name}")
        await shows(pilot, "1 added")
        emulator.requests.clear()
        await pilot.press("a")
        await shows(pilot, "Add to a suppression list")
        await type_text(pilot, "new@corp.com")
        await shows(pilot, "1 address will be added")
        await types_and_confirms(pilot, emulator, f"1 {name}")
        await shows(pilot, "2 addresses")
    assert written(emulator) == ["PutSuppressedDestination"]


@pytest.mark.usefixtures("shop")
async def test_a_dry_run_takes_nothing_to_be_typed(make_app: MakeApp, emulator: Emulator) -> None:
    async with make_app(guard=BY_ACCOUNT).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "1 address", "PRODUCTION")
        await pilot.press("2", "d")
        await shows(pilot, "Remove from a suppression list")
        pilot.app.screen.query_one("#dry").focus()
        await pilot.press("enter")
        await shows(pilot, "1 would be removed")
    assert written(emulator) == []


@pytest.mark.usefixtures("shop")
async def test_what_find_removes_of_several_lists_takes_the_accounts_digits(
    make_app: MakeApp, gateway: Gateway, emulator: Emulator
) -> None:
    await gateway.put_suppressed_destination(SHOP, "alice@corp.com", Reason.BOUNCE)
    emulator.requests.clear()
    async with make_app(SHOP, guard=BY_ACCOUNT).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "2 addresses", "PRODUCTION", "Tenant: shop")
        await pilot.press("f")
        await shows(pilot, "Find")
        await type_text(pilot, "alice@corp.com\n")
        await shows(pilot, "BLOCKED by alice@corp.com")
        await pilot.press("space", "d")
        await shows(pilot, "Remove from a suppression list", "2 lists")
        await types_and_confirms(pilot, emulator, "2 9012", "2 shop", "2")
        await until(pilot, lambda: len(written(emulator)) == 2, "the removals")


async def chosen(pilot: Pilot[Any], name: str) -> None:
    await pilot.press("colon")
    await type_text(pilot, name)
    await shows(pilot, name.capitalize())
    await pilot.press("down", "enter")


@pytest.mark.usefixtures("shop")
async def test_copied_entries_take_the_name_of_the_list_that_they_go_to(make_app: MakeApp, emulator: Emulator) -> None:
    async with make_app(guard=BY_ACCOUNT).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "1 address", "PRODUCTION")
        await chosen(pilot, "copy entries")
        await shows(pilot, "Copy entries to another suppression list")
        await type_text(pilot, "shop\n")
        await shows(pilot, "the list of tenant shop", "PRODUCTION: type “1 shop” to confirm.")
        await types_and_confirms(pilot, emulator, "1 shop", "1 9012", "1")
        await shows(pilot, "1 added")
    assert written(emulator) == ["PutSuppressedDestination"]


async def edit_account(pilot: Pilot[Any]) -> None:
    await pilot.press("e")
    await shows(pilot, "Edit suppression settings: account")
    await pilot.press("right", "enter")
    await shows(pilot, "What it does")


async def edit_tenant(pilot: Pilot[Any]) -> None:
    await pilot.press("down", "down")
    await shows(pilot, "Tenant: shop")
    await pilot.press("e")
    await shows(pilot, "Edit suppression settings: tenant shop")
    await pilot.press("right", "enter")
    await shows(pilot, "What it does")


async def create(pilot: Pilot[Any]) -> None:
    await pilot.press("n")
    await shows(pilot, "Create a tenant")
    await type_text(pilot, "other")


async def associate(pilot: Pilot[Any]) -> None:
    await chosen(pilot, "associate")
    await shows(pilot, "Associate a configuration set")
    await type_text(pilot, "shop")
    await pilot.press("tab")
    await type_text(pilot, "receipts")
    await shows(pilot, "will consult")


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("opening", "name", "writes"),
    [
        (edit_account, "9012", "PutAccountSuppressionAttributes"),
        (edit_tenant, "shop", "PutTenantSuppressionAttributes"),
        (create, "9012", "CreateTenant"),
        (associate, "shop", "CreateTenantResourceAssociation"),
    ],
)
async def test_what_has_no_count_takes_the_name(
    make_app: MakeApp, emulator: Emulator, opening: Callable[[Pilot[Any]], Awaitable[None]], name: str, writes: str
) -> None:
    async with make_app(guard=BY_ACCOUNT).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "1 address", "PRODUCTION", "Tenants (1)", "OnCall")
        await opening(pilot)
        await types_and_confirms(pilot, emulator, name, "other", "1")
        await until(pilot, lambda: written(emulator) == [writes], writes)


async def test_a_tenants_long_name_is_shown_whole_on_a_small_screen(make_app: MakeApp, gateway: Gateway) -> None:
    name = "a-tenant-" * 7 + "x"
    await gateway.changes.create_tenant(name)
    await gateway.put_suppressed_destination(SuppressionList(name), "bob@corp.com", Reason.BOUNCE)
    async with make_app(SuppressionList(name), guard=BY_ACCOUNT).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "1 address", "PRODUCTION")
        await pilot.press("2", "d")
        await shows(pilot, "PRODUCTION: type", "Remove", "Dry run")
        lines = screen_text(pilot.app).replace("│", " ").splitlines()
        assert name in "".join(line.strip() for line in lines).replace(" ", "")
