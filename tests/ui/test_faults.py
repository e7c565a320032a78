"""Every kind of fault behind every main action, on the screen: said with the call's name, kept, and over once mended.

In virtual time, so that what waits before it gives up costs none.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from math import isinf
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot

from sestui.domain.settings import ConfigurationSet
from sestui.domain.suppression import Connection, Reason, SuppressionList
from sestui.emulator import Conditions, Emulator
from sestui.services.journal import Journal
from sestui.services.keeping import Keeping
from sestui.sesv2.gateway import Gateway
from sestui.sesv2.session import open_gateway
from sestui.settings import Settings
from sestui.ui.app import SestuiApp
from sestui.ui.screens.browse import BrowseScreen
from sestui.ui.screens.dialog import Dialog
from tests.serving import faults, loop_clock, serving
from tests.ui.screen import screen_text
from tests.virtual_time import run

KINDS = (
    *("throttle", "500", "503", "reset-before", "reset-after", "timeout"),
    *("expired-credentials", "access-denied"),
)
ENDS_WITHIN = 400.0
"""Seconds that an action may take before it says what is wrong."""
ACCOUNT = SuppressionList()


class Person:
    def __init__(self, pilot: Pilot[Any], emulator: Emulator, kind: str) -> None:
        self.pilot = pilot
        self.emulator = emulator
        self.kind = kind

    async def waits(self, happened: Callable[[], object], what: object) -> None:
        until = asyncio.get_running_loop().time() + ENDS_WITHIN
        while not happened():
            assert asyncio.get_running_loop().time() < until, f"never {what}\n{screen_text(self.pilot.app)}"
            await self.pilot.pause(1.0)

    async def sees(self, *words: str) -> None:
        """Wait until one of these is on the screen and, if it is a dialog, it takes keys."""

        def there() -> bool:
            top, text = self.pilot.app.screen, screen_text(self.pilot.app)
            return any(it in text for it in words) and not (isinstance(top, Dialog) and isinf(top.takes_keys_from))

        await self.waits(there, words)

    async def confirms(self) -> None:
        button = self.pilot.app.screen.query_one("#confirm")
        await self.waits(lambda: not button.disabled, "a button that can be pressed")
        button.focus()
        await self.pilot.press("enter")

    async def meets(self, operation: str, act: Callable[["Person"], Awaitable[None]], *done: str) -> None:
        """Act while this operation fails, see that told or the action done all the same; then all is read again."""
        self.emulator.conditions = faults(f"{self.kind}@{operation}=1")
        await act(self)
        await self.sees(operation, *done)
        self.emulator.conditions = Conditions()
        for _ in range(5):
            if not isinstance(self.pilot.app.screen, BrowseScreen):
                await self.pilot.press("escape")
        asked = len(self.emulator.requests)
        await self.pilot.press("r")
        names = {"ListTenants", "ListConfigurationSets", "ListSuppressedDestinations", "GetTenant"}
        await self.waits(lambda: names <= {it.operation for it in self.emulator.requests[asked:]}, names)
        await self.sees("Tenants (1)", "Tenants (2)")


def keys(*names: str) -> Callable[[Person], Awaitable[None]]:
    async def press(person: Person) -> None:
        await person.pilot.press(*names)

    return press


async def find(person: Person) -> None:
    await person.pilot.press("f")
    person.pilot.app.post_message(events.Paste("alice@corp.com"))
    await person.pilot.press("enter")
    await person.sees("What it means for")


async def edit(person: Person) -> None:
    await person.pilot.press("1", "g", "j", "j", "e")
    await person.sees("See what it does")
    await person.pilot.press("right", "enter")
    await person.sees("Write")
    await person.confirms()


async def create(person: Person) -> None:
    await person.pilot.press("n")
    await person.sees("Create a tenant")
    person.pilot.app.post_message(events.Paste("beta"))
    await person.sees("Will be sent")
    await person.confirms()


async def remove(person: Person) -> None:
    await person.pilot.press("2", "g", "d")
    await person.sees("Remove from a suppression list")
    await person.confirms()


async def add(person: Person) -> None:
    await person.pilot.press("a")
    await person.sees("Add to a suppression list")
    person.pilot.app.post_message(events.Paste("zoe@corp.com"))
    await person.sees("1 address will be added")
    await person.confirms()


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_each_action_says_what_is_wrong_and_works_once_it_is_mended(kind: str, tmp_path: Path) -> None:
    async def test() -> None:
        clock = loop_clock()
        async with serving() as (emulator, gateway), AsyncExitStack() as stack:
            await gateway.changes.create_tenant("acme")
            await gateway.changes.create_configuration_set(ConfigurationSet("receipts"))
            for name in ("alice", "bob"):
                await gateway.put_suppressed_destination(ACCOUNT, f"{name}@corp.com", Reason.BOUNCE)

            def connect(*_: object) -> Awaitable[Gateway]:
                return stack.enter_async_context(open_gateway(Connection("us-east-1", emulator.url)))

            app = SestuiApp(
                connect,
                clock=clock,
                open_journal=lambda: Journal(tmp_path / "state", clock),
                state_folder=lambda: tmp_path,
                keeping=lambda _: Keeping(),
                settings=Settings(),
            )
            async with app.run_test(size=(80, 24)) as pilot:
                person = Person(pilot, emulator, kind)
                await person.sees("Tenants (1)")
                await person.sees("2 addresses")
                await person.meets("ListTenants", keys("r"))
                await person.meets("ListSuppressedDestinations", keys("r"))
                await person.sees("2 addresses")
                await person.meets("GetTenant", keys("1", "g", "j", "j", "r"))
                await person.meets("GetSuppressedDestination", keys("2", "g", "enter"))
                await person.meets("GetSuppressedDestination", find)
                await person.meets("PutTenantSuppressionAttributes", edit, "Written")
                await person.meets("CreateTenant", create, "created")
                await person.meets("PutSuppressedDestination", add, "1 added", "job 1")
                await person.meets("DeleteSuppressedDestination", remove, "1 removed", "job 2")
                await pilot.press("E")
                await person.sees("Errors of this session")
                await person.sees("DeleteSuppressedDestination")
                await pilot.press("escape", "r")
                left = (await gateway.suppressed_destinations(ACCOUNT)).entries
                await person.sees(f"{len(left)} address")

    run(test())
