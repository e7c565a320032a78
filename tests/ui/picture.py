"""Makes README's picture of the browse screen: `python -m tests.ui.picture` writes it, a test keeps it true."""

import asyncio
import re
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

from sestui.domain.suppression import Connection, SuppressionList
from sestui.emulator import Emulator, World
from sestui.services.journal import Journal
from sestui.services.keeping import Keeping
from sestui.sesv2.gateway import Gateway
from sestui.sesv2.session import open_gateway
from sestui.settings import Settings
from sestui.ui.app import SestuiApp
from tests.ui.screen import shows, type_text

PICTURE = Path(__file__).with_name("browse.svg")
_NOW = 1_795_000_000.0
"""2026-11-18 11:06:40 UTC: a fixed moment, for the same picture every day."""


async def draw() -> str:
    """Drive the demo's world to a screen that shows each pane at work, and return it as SVG."""
    async with AsyncExitStack() as stack:
        emulator = await stack.enter_async_context(Emulator(World(), clock=lambda: _NOW))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))

        async def connect(*_: object) -> Gateway:
            return await stack.enter_async_context(open_gateway(Connection("us-east-1", emulator.url)))

        app = SestuiApp(
            connect,
            clock=lambda: _NOW,
            open_journal=lambda: Journal(folder / "state", lambda: _NOW),
            state_folder=lambda: folder,
            keeping=lambda _: Keeping(),
            settings=Settings(),
            start_list=SuppressionList("acme-retail"),
            demo=True,
        )
        async with app.run_test(size=(120, 36)) as pilot:
            await shows(pilot, "Tenants (40)", "acme-retail TENANT", "OnCall", "Tenant: acme-retail")
            await pilot.press("space")
            await shows(pilot, "retail-receipts")
            await pilot.press("j", "j")
            await shows(pilot, "Configuration set: retail-receipts", "addresses")
            await pilot.press("slash", "escape", "2", "slash")
            await type_text(pilot, "domain:outlook.com,hotmail.com")
            await pilot.press("enter", "space", "space", "j")
            await shows(pilot, "marked 2", "shown of")
            return _without_remote_fonts(app.export_screenshot(title="sestui"))


def _without_remote_fonts(svg: str) -> str:
    # A page that shows the picture shall not ask a third party for a font.
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    return svg.replace("Fira Code", "DejaVu Sans Mono")


if __name__ == "__main__":
    PICTURE.write_text(asyncio.run(draw()), encoding="utf-8")
