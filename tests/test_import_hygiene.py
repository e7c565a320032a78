"""The layers as they are at run time: what is imported when, each asked of a fresh interpreter."""

import json
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import sestui.domain

HEAVY = {"textual", "rich", "botocore", "aiobotocore", "boto3", "aiohttp", "re2"}


def _imported(statements: str, *, folder: Path) -> set[str]:
    """Return the names of all modules that an interpreter has after running the statements, or had at `modules`."""
    told = "import json, sys; sys.stderr.write('\\n' + json.dumps(sorted(globals().get('modules', sys.modules))))"
    run = subprocess.run(
        [sys.executable, "-c", f"{statements}\n{told}"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
        timeout=60,
    )
    return set(json.loads(run.stderr.rpartition("\n")[2]))


# The dashboard refuses an input that is no terminal.
_PARSING = """
import sys
from sestui.__main__ import main
try:
    sys.exit(main({arguments!r}))
except SystemExit as end:
    assert end.code == {status}, end.code
else:
    raise AssertionError("it went on")
"""


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["--version"], 0),
        (["--demo"], 2),
        (["--region", "us-east-1", "--tenant", "acme"], 2),
        (["emulator", "--port", "70000"], 2),
        (["jobs", "list"], 0),
        (["jobs", "show", "1"], 2),
    ],
)
def test_reading_the_arguments_imports_nothing_heavy(tmp_path: Path, arguments: list[str], status: int) -> None:
    modules = _imported(_PARSING.format(arguments=arguments, status=status), folder=tmp_path)
    assert "sestui.__main__" in modules
    assert modules & HEAVY == set()


def test_the_app_is_there_before_the_client_of_aws(tmp_path: Path) -> None:
    modules = _imported("import sestui.ui.app", folder=tmp_path)
    assert "textual" in modules
    assert modules & {"botocore", "aiobotocore", "boto3", "aiohttp", "re2"} == set()


def test_the_database_is_imported_when_it_is_used(tmp_path: Path) -> None:
    modules = _imported("import sestui.services.cache, sestui.settings, sestui.cli.info", folder=tmp_path)
    assert "sestui.services.cache" in modules
    assert modules & (HEAVY | {"sqlite3", "tomllib"}) == set()


def test_the_plugin_costs_other_projects_nothing_until_it_is_used(tmp_path: Path) -> None:
    nothing = _imported("import pytest", folder=tmp_path)
    modules = _imported("import pytest, sestui.pytest_plugin", folder=tmp_path) - nothing
    assert modules == {"sestui", "sestui.pytest_plugin"}


_FIRST_PAINT = """
import asyncio, sys, time
from pathlib import Path
from sestui.services.keeping import Keeping
from sestui.settings import Settings
from sestui.ui.app import SestuiApp

modules = []

class First(SestuiApp):
    def _display(self, screen, renderable):
        # Textual has no message for the moment before a screen is written for the first time.
        if renderable is not None and not modules:
            modules.extend(sys.modules)
        super()._display(screen, renderable)

async def main():
    app = First(
        lambda *_: asyncio.sleep(60),
        clock=time.time,
        open_journal=exit,
        state_folder=exit,
        keeping=lambda _: Keeping(),
        settings=Settings(),
    )
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()

asyncio.run(main())
"""


def test_the_first_paint_imports_what_it_shows_alone(tmp_path: Path) -> None:
    modules = _imported(_FIRST_PAINT, folder=tmp_path)
    assert "sestui.ui.widgets.list_pane" in modules
    screens = {name for name in modules if name.startswith("sestui.ui.screens.")}
    assert screens == {f"sestui.ui.screens.{name}" for name in ("browse", "dialog", "flows")}
    assert modules & {"sestui.domain.settings", "sestui.services.directory", "sestui.services.journal"} == set()
    # 12 ms and 8 ms of Textual's that a start does without.
    assert modules & {"textual.widgets._text_area", "textual.widgets._footer"} == set()


DOMAIN = [module.name for module in pkgutil.walk_packages(sestui.domain.__path__, "sestui.domain.")]


def test_the_domain_is_pure(tmp_path: Path) -> None:
    assert "sestui.domain.suppression" in DOMAIN
    nothing = _imported("", folder=tmp_path)
    modules = _imported("\n".join(f"import {name}" for name in DOMAIN), folder=tmp_path) - nothing
    assert modules >= set(DOMAIN)
    assert modules & (HEAVY | {"asyncio", "socket", "sqlite3", "subprocess", "ssl", "http"}) == set()
    ours = {name for name in modules if name.partition(".")[0] == "sestui"}
    assert ours - {"sestui", "sestui.domain"} == set(DOMAIN)
