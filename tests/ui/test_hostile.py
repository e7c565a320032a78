"""Answers that no SES would give, and names that no SES would allow: shown as they are, never obeyed, never fatal."""

import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from sestui.domain.suppression import Connection
from sestui.services.journal import Journal
from sestui.services.keeping import Keeping
from sestui.sesv2.gateway import Gateway
from sestui.sesv2.session import open_gateway
from sestui.settings import Settings
from sestui.ui.app import SestuiApp
from tests.ui.screen import lacks, shows

Answer = Callable[[web.Request], Awaitable[web.Response]]
NASTY = ["[/bold]oops", "[@click=app.quit]run[/]", "esc\x1b[2J\x07", "left\u202etfel", "zero\u200bwidth", "x" * 300]


@asynccontextmanager
async def app_on(answer: Answer, folder: Path) -> AsyncIterator[SestuiApp]:
    """Yield an app whose every call gets this answer."""
    async with AsyncExitStack() as stack:
        runner = web.ServerRunner(web.Server(answer))  # type: ignore[arg-type]
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]

        def connect(*_: object) -> Awaitable[Gateway]:
            return stack.enter_async_context(open_gateway(Connection("us-east-1", f"http://127.0.0.1:{port}")))

        journal = Journal(folder / "state", time.time)
        yield SestuiApp(
            connect,
            clock=time.time,
            open_journal=lambda: journal,
            state_folder=lambda: folder,
            keeping=lambda _: Keeping(),
            settings=Settings(),
        )


async def test_names_and_addresses_are_shown_and_never_obeyed(tmp_path: Path) -> None:
    async def answer(request: web.Request) -> web.Response:
        body: dict[str, object] = {}
        if request.path.endswith("/tenants/list"):
            body = {"Tenants": [{"TenantName": name, "SendingStatus": "ENABLED"} for name in NASTY]}
        elif request.path.endswith("/list-configuration-sets"):
            body = {"ConfigurationSets": NASTY}
        elif request.path.endswith("/tenants/get"):
            tags = [{"Key": name, "Value": name} for name in NASTY]
            body = {"Tenant": {"TenantName": (await request.json())["TenantName"], "Tags": tags}}
        elif request.path.endswith("/addresses"):
            rows = [
                {"EmailAddress": f"{name}@corp.com", "Reason": "BOUNCE", "LastUpdateTime": 9.0 - number}
                for number, name in enumerate(NASTY)
            ]
            body = {"SuppressedDestinationSummaries": rows}
        elif "/configuration-sets/" in request.path:
            body = {"ConfigurationSetName": "[/bold]oops"}
        return web.Response(text=json.dumps(body), content_type="application/json")

    async with app_on(answer, tmp_path) as app, app.run_test(size=(120, 40)) as pilot:
        await shows(
            pilot, "[/bold]oops", "esc\\x1b[2J\\x07", "left\\u202etfel@corp.com", "zero\\u200bwidth", "Tenants (6)"
        )
        await pilot.press("j", "j", "j")
        await shows(pilot, "Tenant: [@click=app.quit]run[/]")
        await pilot.press("3", "enter")
        await shows(pilot, "[/bold]oops=[/bold]oops")
        await pilot.press("escape")
        await lacks(pilot, "[/bold]oops=[/bold]oops")
        await pilot.press("2", "space", "space", "d")
        await shows(pilot, "Remove from a suppression list", "[/bold]oops@corp.com  BOUNCE")


@pytest.mark.parametrize("status", [200, 403, 502])
async def test_the_page_of_a_proxy_is_no_empty_list(tmp_path: Path, status: int) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=status, text="<html><body><hr><br>log in first</body>", content_type="text/html")

    async with app_on(answer, tmp_path) as app, app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "ListSuppressedDestinations", "Press r", "account not known")
        await pilot.press("E")
        await shows(pilot, "Errors of this session", "GetCallerIdentity")


async def test_an_answer_without_members_ends_nothing(tmp_path: Path) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(text="{}", content_type="application/json")

    async with app_on(answer, tmp_path) as app, app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "This list is empty.", "account not known")
