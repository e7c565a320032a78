"""What all tests share: no AWS settings of the machine, an emulator, a gateway to it, the app on that gateway."""

import gc
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from datetime import UTC
from pathlib import Path

import hypothesis
import pytest

from sestui.domain.display import show_times_in
from sestui.domain.guard import Guard
from sestui.domain.suppression import Connection, SuppressionList
from sestui.emulator import Emulator, World
from sestui.services.journal import Journal
from sestui.services.keeping import Keeping
from sestui.sesv2.gateway import Gateway
from sestui.sesv2.session import open_gateway
from sestui.settings import OPTIONS, PREFIX, Settings
from sestui.ui.app import SestuiApp
from sestui.ui.screens.working import Launch
from tests.job_processes import ROOT, Terminal

# Under nohup it is ignored, by whatever a test starts too, and some tests hang processes up.
signal.signal(signal.SIGHUP, signal.SIG_DFL)

# No test is timed: an example that takes long on a busy machine is not a failure.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

# Screens and service models are many objects that stay: looking through them for garbage took a seventh of all tests'
# time (measured).
gc.set_threshold(20_000, 50, 100)

EMPTY = World(tenants=0, configuration_sets=0, addresses=0, tenant_addresses=0)
SMALL = World(seed=7, tenants=6, configuration_sets=8, addresses=2500, tenant_addresses=300)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest: begun last, it would go on while all other workers have nothing to do."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(autouse=True)
def no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A developer's profiles, proxies, endpoints, options and files change nothing of what a test sees."""
    ours = {PREFIX + name.upper() for name in (*OPTIONS, "config")}
    for name in list(os.environ):
        if name.startswith("AWS_") or name.lower().endswith("_proxy") or name in ours:
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "no-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "no-credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))


@pytest.fixture
def in_zone() -> Iterator[Callable[[str], None]]:
    """Let this machine be in another zone, as POSIX writes zones, and show its times."""
    with pytest.MonkeyPatch.context() as patch:

        def move(zone: str) -> None:
            patch.setenv("TZ", zone)
            time.tzset()
            show_times_in(None, 1_795_348_800.0)

        yield move
    time.tzset()
    show_times_in(UTC, 0.0)


@pytest.fixture
def world() -> World:
    """The emulator's world; a module or a test overrides it."""
    return EMPTY


@pytest.fixture
async def emulator(world: World) -> AsyncIterator[Emulator]:
    async with Emulator(world) as running:
        yield running


@pytest.fixture
async def gateway(emulator: Emulator) -> AsyncIterator[Gateway]:
    async with open_gateway(Connection("us-east-1", emulator.url)) as opened:
        yield opened


MakeApp = Callable[..., SestuiApp]


@pytest.fixture
async def make_app(emulator: Emulator, tmp_path: Path) -> AsyncIterator[MakeApp]:
    """Make an app that is connected to the emulator; its journal is in `tmp_path / "state"`."""
    async with AsyncExitStack() as stack:

        def make(
            which: SuppressionList | None = None,
            *,
            asked: Connection | None = None,
            clock: Callable[[], float] = time.time,
            keeping: Keeping | None = None,
            settings: Settings = Settings(),  # noqa: B008 - frozen
            launch: Launch | None = None,
            guard: Guard = Guard(),  # noqa: B008 - frozen
            demo: bool = False,
        ) -> SestuiApp:
            def open_journal() -> Journal:
                journal = Journal(tmp_path / "state", clock)
                stack.callback(journal.close)
                return journal

            def connect(wanted: Connection, code: str) -> Awaitable[Gateway]:
                return stack.enter_async_context(open_gateway(wanted, guard=guard, code=code))

            return SestuiApp(
                connect,
                asked or Connection("us-east-1", emulator.url),
                clock=clock,
                open_journal=open_journal,
                state_folder=lambda: tmp_path / "state",
                keeping=lambda _: keeping or Keeping(),
                settings=settings,
                launch=launch,
                start_list=which,
                demo=demo,
            )

        yield make


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """No credentials, no Region, no settings of this machine."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        # The sestui of this checkout, wherever the one that is installed was made from.
        "PYTHONPATH": str(ROOT),
    }


@pytest.fixture
async def terminal() -> AsyncIterator[Terminal]:
    opened = Terminal()
    yield opened
    opened.close()
