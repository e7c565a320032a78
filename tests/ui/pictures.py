"""Makes README's pictures, one of every screen: `python -m tests.ui.pictures` draws them, a test keeps them true."""

import asyncio
import os
import re
import tempfile
from collections.abc import AsyncGenerator, Iterator
from contextlib import AsyncExitStack, aclosing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot

from sestui.domain.job import Who
from sestui.domain.suppression import Connection
from sestui.emulator import Emulator, World
from sestui.services.journal import Journal
from sestui.services.keeping import Keeping
from sestui.sesv2.gateway import Gateway
from sestui.sesv2.session import open_gateway
from sestui.settings import Settings
from sestui.ui.app import SestuiApp
from tests.serving import faults
from tests.ui.screen import lacks, screen_text, shows, type_text, until

FOLDER = Path(__file__).with_name("pictures")
_NOW = 1_795_000_000.0
"""2026-11-18 11:06:40 UTC: a fixed moment, for the same picture every day."""
_WHO = Who("oncall", "maria", "10.20.30.40 51234 10.0.0.5 22", "bastion-1")
_LOOKS = 3
_OUTAGE = "domain:outlook.com,hotmail.com since:4h"


_PROFILES = """
[profile oncall]
region = eu-central-1
sso_session = corp
sso_account_id = 123456789012
sso_role_name = OnCall
[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = eu-west-1
[profile keys]
aws_access_key_id = AKID
aws_secret_access_key = secret
[profile breakglass]
region = eu-central-1
role_arn = arn:aws:iam::123456789012:role/Admin
source_profile = keys
mfa_serial = arn:aws:iam::123456789012:mfa/maria
"""
"""A config file of AWS's."""


async def draw() -> dict[str, str]:
    """Go through every screen, and return a picture of each, as SVG, by its name."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stack.enter_context(_nothing_of_the_machine(folder))
        emulator = await stack.enter_async_context(Emulator(World(), clock=lambda: _NOW))

        def app(*, demo: bool) -> SestuiApp:
            async def connect(wanted: Connection, code: str) -> Gateway:
                where = Connection("us-east-1", emulator.url) if demo else wanted
                return await stack.enter_async_context(open_gateway(where, code=code))

            return SestuiApp(
                connect,
                clock=lambda: _NOW,
                open_journal=lambda: Journal(folder / "state", lambda: _NOW, _WHO),
                state_folder=lambda: folder,
                keeping=lambda _: Keeping(),
                settings=Settings(),
                demo=demo,
            )

        pictures = {}
        for demo in (True, False):
            shown = app(demo=demo)
            async with (
                shown.run_test(size=(100, 30)) as pilot,
                aclosing(_tour(pilot, emulator) if demo else _first_run(pilot)) as stops,
            ):
                async for name in stops:
                    await _settled(pilot)
                    pictures[name] = _kept(shown.export_screenshot(title="sestui"))
        return pictures


async def _settled(pilot: Pilot[Any]) -> None:
    """Wait until the screen has stayed the same for a moment: what an answer brings may take a second layout."""
    looks = [""]
    while len(set(looks)) > 1 or len(looks) < _LOOKS:
        await pilot.pause(0.05)
        looks = [*looks, screen_text(pilot.app)][-_LOOKS:]


@contextmanager
def _nothing_of_the_machine(home: Path) -> Iterator[None]:
    """Have AWS's own files in this folder, and nothing of AWS in the environment."""
    (home / ".aws").mkdir()
    (home / ".aws" / "config").write_text(_PROFILES)
    with pytest.MonkeyPatch.context() as patch:
        for name in [it for it in os.environ if it.startswith("AWS_")]:
            patch.delenv(name)
        patch.setenv("HOME", str(home))
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield


async def _first_run(pilot: Pilot[Any]) -> AsyncGenerator[str]:
    """Yield the name of what is on the screen of a start that has nothing to connect with."""
    await shows(pilot, "No connection", "Profile oncall")
    yield "first-run"
    await pilot.press("down", "enter")
    await shows(pilot, "aws sso login --profile oncall")
    yield "login"
    await pilot.press("escape")
    await shows(pilot, "No connection", "A login is needed")
    await pilot.press("down", "down", "down", "enter")
    await shows(pilot, "MFA code", "mfa/maria")
    await type_text(pilot, "123")
    yield "code"
    await pilot.press("escape")
    await shows(pilot, "No connection", "code")
    await pilot.press("escape", "c")
    await shows(pilot, "breakglass", "ap-southeast-1")
    await type_text(pilot, "onc")
    await shows(pilot, "Enter connects: profile oncall, Region eu-central-1.")
    yield "connection"


async def _tour(pilot: Pilot[Any], emulator: Emulator) -> AsyncGenerator[str]:
    """Yield the name of what is on the screen, one screen of the demo after another."""

    async def leave() -> None:
        depth = len(pilot.app.screen_stack)
        await pilot.press("escape")
        await until(pilot, lambda: len(pilot.app.screen_stack) < depth, "one screen fewer")

    async def command(name: str) -> None:
        await pilot.press("colon")
        await shows(pilot, "Search for commands")
        await type_text(pilot, name)
        await shows(pilot, name)
        await pilot.press("enter")

    await shows(pilot, "Tenants (40)", "acme-retail TENANT", "OnCall", "50,000 addresses")
    await shows(pilot, "Three things to try", "opal-bank ACCOUNT")
    yield "greeting"
    await pilot.press("j", "j", "j", "enter")
    await shows(pilot, "5,374 addresses", "Tenant: acme-retail")
    await pilot.press("1", "space")
    await shows(pilot, "retail-receipts")
    await pilot.press("j", "j", "2", "slash")
    await type_text(pilot, f"{_OUTAGE}\n")
    await pilot.press("space", "space", "j", "space")
    await shows(pilot, "marked 3", "shown of 5,374", "→ list of tenant acme-retail")
    await pilot.resize_terminal(80, 24)
    yield "browse-80x24"
    await pilot.resize_terminal(120, 36)
    await shows(pilot, "Configuration set: retail-receipts", "Effective", "quartz-bank TENANT")
    yield "browse"
    await pilot.resize_terminal(100, 30)
    await pilot.press("U", "escape", "1", "g", "j", "j", "j", "space", "2")

    # Job 1: why an address gets no mail.
    await pilot.press("f")
    await shows(pilot, "Find")
    await type_text(pilot, "alice@corp.com\n")
    await shows(pilot, "BLOCKED")
    yield "find"
    await pilot.press("w")
    await shows(pilot, "iagnostic")
    yield "why"
    await leave()
    await leave()
    # Job 2: an outage.
    await pilot.press("t")
    await shows(pilot, "Trends", "usual")
    yield "trends"
    await pilot.press("enter")
    await shows(pilot, "807 shown of")
    await pilot.press("asterisk")
    await shows(pilot, "marked 807")
    await pilot.press("d")
    await shows(pilot, "Type 807 to confirm")
    yield "remove"
    await leave()
    await pilot.press("x")
    await shows(pilot, "Export")
    yield "export"
    await leave()
    await pilot.press("enter")
    await shows(pilot, "MessageId", "BLOCKED")
    yield "entry"
    await leave()
    # Who removed this, and when?
    await pilot.press("U", "space", "space", "space", "d")
    await shows(pilot, "3 addresses", "note for")
    await pilot.press("tab", "tab", "enter")
    await shows(pilot, "Dry run: nothing was changed")
    yield "dry-run"
    await leave()
    await pilot.press("d")
    await shows(pilot, "3 addresses", "note for")
    await pilot.press("shift+tab")
    await type_text(pilot, "OPS-7")
    await pilot.press("tab", "tab", "enter")
    await shows(pilot, "3 removed")
    await pilot.press("u")
    await shows(pilot, "Undo job 1")
    yield "undo"
    await pilot.press("tab", "enter")
    await shows(pilot, "804 shown of 5,374")
    await pilot.press("J")
    await shows(pilot, "2 jobs", "3 added")
    await pilot.press("j")
    await shows(pilot, "OPS-7", "All entries", "removed")
    yield "jobs"
    await leave()
    # What the job came to is told for some seconds.
    await lacks(pilot, "Job 2,")
    # Job 3: which list.
    await pilot.press("escape", "1", "space")
    await shows(pilot, "retail-receipts")
    await pilot.press("j", "j", "3")
    await shows(pilot, "Configuration set: retail-receipts")
    await pilot.press("enter")
    await shows(pilot, "Auto Validation", "esc closes")
    yield "settings"
    await pilot.press("escape", "1", "k", "k", "e")
    await shows(pilot, "Edit")
    await pilot.press("left")
    yield "edit"
    await pilot.press("enter")
    await shows(pilot, "What it does", "will be mailed again")
    yield "impact"
    await pilot.press("escape")
    await shows(pilot, "Edit suppression settings")
    await leave()
    # Job 4: a legacy list.
    await pilot.press("a")
    await shows(pilot, "Add")
    pilot.app.post_message(events.Paste("ann@example.com\nbob@example,com\nann@example.com\n"))
    await shows(pilot, "1 valid")
    yield "add"
    await leave()
    await pilot.press("question_mark")
    await shows(pilot, "Keys")
    yield "help"
    await leave()
    await pilot.press("colon")
    await shows(pilot, "Search for commands")
    await type_text(pilot, "list")
    await shows(pilot, "Compare lists")
    yield "palette"
    await leave()
    await command("Compare lists")
    await shows(pilot, "only there", "49,979")
    yield "compare"
    await leave()
    await command("Copy entries")
    await shows(pilot, "Type 5353 to confirm")
    yield "copy"
    await leave()
    await command("Associate")
    await shows(pilot, "Both names are needed")
    await type_text(pilot, "shared-receipts-9")
    await lacks(pilot, "asking SES")
    yield "associate"
    await leave()
    await pilot.press("n")
    await shows(pilot, "Create a tenant")
    await type_text(pilot, "acme-support")
    await shows(pilot, "Will be sent")
    yield "create"
    await leave()
    await pilot.press("2", "space", "q")
    await shows(pilot, "1 mark")
    yield "leave"
    await leave()
    emulator.conditions = faults("access-denied@ListConfigurationSets=1")
    await pilot.press("r")
    await shows(pilot, "ListConfigurationSets is denied", "5,374 addresses · marked 1", "kite-media TENANT")
    await pilot.press("E")
    await shows(pilot, "AccessDeniedException", "request id")
    yield "errors"


def _kept(svg: str) -> str:
    """Return a picture without what differs from one drawing to the next, or is loaded from elsewhere."""
    # A page that shows the picture shall not ask a third party for a font.
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL).replace("Fira Code", "DejaVu Sans Mono")
    # Textual names the parts of each picture anew.
    svg = re.sub(r"terminal-\d+", "terminal", svg)
    svg = re.sub(r"127\.0\.0\.1:\d{5}", "127.0.0.1:45790", svg)
    return re.sub(
        r"(?<!-)[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}",
        "6b1f8b64-3c5e-4e0a-9d0c-1f2e3d4c5b6a",
        svg,
    )


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, picture in asyncio.run(draw()).items():
        (FOLDER / f"{name}.svg").write_text(picture, encoding="utf-8")
