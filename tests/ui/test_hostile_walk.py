"""Every screen and dialog with text that would harm whoever obeys it: shown as it is, never obeyed, never fatal."""

import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual._compositor import LayoutUpdate
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, TextArea

from sestui.domain.display import printable
from sestui.domain.settings import ConfigurationSet, Tag
from sestui.domain.suppression import Connection, Reason, SuppressionList
from sestui.emulator import Emulator
from sestui.sesv2.gateway import Gateway
from sestui.ui.frames import Frames
from sestui.ui.screens.browse import BrowseScreen
from tests.conftest import MakeApp
from tests.hostile import PIECES, holding, is_unicode, texts, token
from tests.ui.screen import screen_text, shows, until

ACCOUNT = SuppressionList()
NO_UNICODE = len(PIECES) - 1
"""Number of a text that no request can hold."""
SEEDS = range(1, 1 + int(os.environ.get("SESTUI_FUZZ", "1")))
"""One is enough for every day; each takes 20 s."""
_SENT = re.compile(r"\x1b\[[\d;]*[mHC]")
"""Colours and moves of the cursor: all that sestui itself sends of a frame."""


class Person:
    """Drives the app, and after each step looks at what a terminal is sent."""

    def __init__(self, pilot: Pilot[Any]) -> None:
        self.pilot = pilot
        self.app = pilot.app

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        self.look()

    async def paste(self, text: str) -> None:
        self.app.post_message(events.Paste(text))
        await self.pilot.pause()
        self.look()

    async def fill(self, field: str, text: str) -> None:
        """Put this into an input in the place of what is there."""
        box = self.app.screen.query_one(field)
        assert isinstance(box, Input | TextArea)
        box.focus()
        box.clear()
        await self.pilot.pause()
        await self.paste(text)

    async def sees(self, *words: str) -> None:
        await shows(self.pilot, *words)
        self.look()
        for part in self.app.screen.query("#body, Button"):
            if part.display and part.size:
                there = self.app.screen.find_widget(part)
                assert there.visible_region == there.region, f"{part} is cut\n{screen_text(self.app)}"

    async def sees_text(self, *hostile: str) -> None:
        """Wait for texts as they are, or for their beginning where there is no room for all."""
        await self.sees(*(printable(text)[:9].rstrip() for text in hostile))

    async def leaves(self) -> None:
        """Go back to the browse screen."""
        for _ in range(9):
            if isinstance(self.app.screen, BrowseScreen):
                return
            await self.press("escape")
        raise AssertionError(screen_text(self.app))

    def look(self) -> None:
        screen = self.app.screen
        strips = screen._compositor.render_strips()
        for text, style, _ in (part for strip in strips for part in strip):
            assert style is None or not (style.link or "@click" in style.meta), text
        frame = Frames().changes(LayoutUpdate([[it] for it in strips], screen.region), self.app.console, (0, 0))
        assert frame is not None
        sent = _SENT.sub("", frame.render_segments(self.app.console))
        assert sent == printable(sent), screen_text(self.app)


@pytest.fixture(params=SEEDS)
def words(request: pytest.FixtureRequest) -> list[str]:
    return texts(request.param)


@pytest.fixture
async def url(words: list[str], emulator: Emulator, gateway: Gateway) -> AsyncIterator[str]:
    """Four tenants with tags and a configuration set each, the lists of two of them, and the account's."""
    for number in (0, 1, 2, NO_UNICODE):
        await gateway.changes.create_tenant(token(number), tags=(Tag(token(number + 8), token(number + 9)),))
        await gateway.changes.create_configuration_set(ConfigurationSet(token(number + 4)))
        await gateway.changes.associate(token(number), token(number + 4))
    for number, text in enumerate(words):
        reason = Reason.BOUNCE if number % 3 else Reason.COMPLAINT
        await gateway.put_suppressed_destination(ACCOUNT, f"{token(number)}@corp.com", reason)
        if is_unicode(text) and number > 20:
            await gateway.put_suppressed_destination(SuppressionList(token(1)), f"{token(number)}@corp.com", reason)
    async with holding(words, emulator.url) as its:
        yield its


@pytest.fixture(autouse=True)
def profiles(words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS's own file with hostile names of profiles, Regions and an MFA device."""
    names = [text for text in words if is_unicode(text) and len(text.splitlines()) == 1 and "]" not in text]
    role = "role_arn = arn:aws:iam::123456789012:role/r\nsource_profile = default\nmfa_serial = "
    (tmp_path / "config").write_text(
        "[default]\naws_access_key_id = a\naws_secret_access_key = b\n"
        f"[profile mfa]\nregion = eu-north-1\n{role}\x1b[31mdevice\u202e[red]\n"
        + "".join(f"[profile {name}]\nregion = {name}\n" for name in names),
        encoding="utf-8",
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)


@pytest.mark.long
async def test_a_person_goes_through_all_screens(
    make_app: MakeApp, url: str, words: list[str], request: pytest.FixtureRequest
) -> None:
    size = (80, 24) if request.node.callspec.params["words"] % 2 else (120, 40)
    async with make_app(asked=Connection("us-east-1", url)).run_test(size=size) as pilot:
        person = Person(pilot)
        for walk in (browse, find, add, remove, look_back, change, create, compare, write, connect, read):
            await walk(person, words)
            await person.leaves()
            await person.press("escape", "2")


async def browse(person: Person, words: list[str]) -> None:
    await person.sees("Tenants (4)", "Configuration sets (4)", "40 addresses")
    await person.sees_text(*words[:3], words[NO_UNICODE])
    await person.press("1", "j", "j", "j")
    await person.sees(f"Tenant: {printable(words[1])[:40]}")
    await person.press("3", "enter")
    await person.sees("TenantArn")
    await person.press("pagedown")
    await person.sees_text(words[9])
    await person.press("escape", "1", "space", "j")
    await person.sees(f"Configuration set: {printable(words[5])[:20]}")
    await person.press("k", "slash")
    await person.paste(words[2] + words[3])
    await person.press("enter")
    await person.sees_text(words[2])
    await person.press("escape")
    await person.sees("Tenants (4)", f"Tenant: {printable(words[1])[:40]}")
    await person.press("g", "j", "j", "j", "enter")
    await person.sees(f"Suppression list: tenant {printable(words[1])}"[:40])
    await person.press("2", "enter")
    await person.sees("List of tenant", "esc closes")
    await person.leaves()
    for text in words[::13]:
        await person.press("slash")
        await person.paste(text)
        await person.press("escape")


async def find(person: Person, words: list[str]) -> None:
    for text in words[::20]:
        await person.press("f")
        await person.paste(f"{text}@corp.com bob@corp.com")
        await person.press("enter", "o")
        await person.sees("What it means for")
        await person.press("w")
        await person.press("escape")
        await person.leaves()
    await person.press("f")
    await person.paste(f"{words[0]} bob@corp.com")
    await person.fill("#tenant", words[2])
    await person.press("enter")
    await person.sees_text(words[2])
    await person.press("y", "S")


async def add(person: Person, words: list[str]) -> None:
    await person.press("a")
    await person.sees("Add to a suppression list")
    await person.paste("\n".join([*words, "zoe@corp.com"]))
    await person.sees("1 address will be added")
    for text in words[::20]:
        await person.fill("#file", text)
        await person.press("enter")
    name = f"{words[0][:40].replace('/', '')}\x1b[31m\u202e"
    if is_unicode(name) and "\0" not in name:
        rows = "".join(f"{text}@corp.com,BOUNCE\n" for text in words)
        Path(name).write_bytes(  # noqa: ASYNC240 - a small file
            rows.encode("utf-8", "surrogatepass") + b"\xff\xfe\x00@corp.com\n"
        )
        await person.fill("#file", name)
        await person.press("enter")
        await person.sees("line ")
    await person.fill("#note", words[11])


async def remove(person: Person, words: list[str]) -> None:
    await person.press("space", "j", "space", "d")
    await person.sees("Remove from a suppression list", "2 ")
    note = "".join(filter(is_unicode, words[12:15]))
    await person.fill("#note", note)
    person.app.screen.query_one("#dry").focus()
    await person.press("enter")
    await person.sees("Dry run")
    await person.leaves()
    await person.press("d")
    await person.sees("Remove from a suppression list")
    if person.app.screen.query("#complaints"):
        person.app.screen.query_one("#complaints").focus()
        await person.press("space")
    await person.fill("#note", note)
    person.app.screen.query_one("#confirm").focus()
    await person.press("enter")
    await person.sees(" removed")


async def look_back(person: Person, words: list[str]) -> None:
    await person.press("u")
    await person.sees("Undo job")
    await person.press("escape", "J")
    await person.sees("Jobs")
    await person.press("enter")
    await person.press("slash")
    await person.paste(words[3])
    await person.press("enter")


async def change(person: Person, words: list[str]) -> None:
    await person.press("1", "g", "j", "j", "j", "e")
    await person.sees("Edit suppression settings", "See what it does")
    await person.press("right", "enter")
    await person.sees("Cancel", "Write")
    await person.press("tab", "enter")
    await person.sees("Written: ")


async def create(person: Person, words: list[str]) -> None:
    await person.press("n")
    await person.sees("Create a ")
    for text in words[::20]:
        await person.fill("#name Input", text)
    await person.fill("#tags TextArea", "\n".join(f"{text}={text}" for text in words))
    await person.leaves()
    await run(person, "associate")
    await person.sees("Associate a configuration set")
    for text in (words[0], words[-1]):
        await person.fill("#tenant Input", text)
        await person.fill("#set Input", words[4])
        await until(person.pilot, lambda: "asking SES" not in screen_text(person.app))
        person.look()


async def compare(person: Person, words: list[str]) -> None:
    for command, title in (("compare lists", "Compare"), ("copy entries", "Copy entries")):
        await run(person, command)
        await person.sees(title)
        for text in (words[0], words[-1]):
            await person.fill("#other", text)
            await person.press("enter")
            await person.fill("#filter", text)
        await person.fill("#filter", "")
        await person.fill("#other", "account")
        await person.press("enter")
        await person.press("pagedown")
        await person.leaves()


async def write(person: Person, words: list[str]) -> None:
    for text in (words[0], words[-1], "x\x1b[31m\u202e"):
        await person.press("x")
        await person.sees("Export to a file")
        await person.fill("#file Input", text)
        await person.press("enter")
        await person.leaves()
    await person.press("asterisk", "y")
    await person.sees("Copied ")


async def connect(person: Person, words: list[str]) -> None:
    await person.press("c")
    await person.sees("Enter connects")
    await person.press(*["down"] * 3)
    await person.paste(words[6])
    await person.press("enter")
    await until(person.pilot, lambda: "Connecting to" not in screen_text(person.app))
    await person.leaves()
    await person.press("U", "c")
    await person.sees("Enter connects", "mfa")
    await person.paste("mfa")
    await person.press("enter")
    await person.sees("MFA code", "\\x1b[31mdevice\\u202e[red]")
    await person.paste(words[7])
    await person.press("enter")
    await person.sees("A code has six digits.")


async def read(person: Person, words: list[str]) -> None:
    await person.press("E")
    await person.sees("Errors of this session")
    await person.press("pagedown", "pagedown", "y", "escape", "question_mark", "pagedown", "escape", "space", "q")
    await person.sees("Leave sestui?")


async def run(person: Person, command: str) -> None:
    """Run a command of the palette."""
    await person.press("colon")
    await until(person.pilot, lambda: isinstance(person.app.focused, Input))
    await person.paste(command)
    await until(person.pilot, lambda: person.app.screen.query_one(OptionList).option_count == 1)
    await person.press("enter")
    await until(person.pilot, lambda: "CommandPalette" not in type(person.app.screen).__name__)
