"""A start that has nothing to connect with: what was found, what was not, and the ways on."""

import asyncio
import socket
import time
from pathlib import Path

import pytest
from textual import events

from sestui.domain.errors import NoRegion
from sestui.domain.suppression import Connection, Reason, SuppressionList
from sestui.emulator import Emulator
from sestui.services.journal import Journal
from sestui.services.keeping import Keeping
from sestui.sesv2.gateway import Gateway
from sestui.settings import Settings
from sestui.ui.app import SestuiApp
from sestui.ui.driver import TextInOneRead
from tests.conftest import MakeApp
from tests.ui.screen import lacks, screen_text, shows, type_text, until

NOTHING = Connection("")
TITLE = "No connection"
_KEYS = "aws_access_key_id = AKID\naws_secret_access_key = secret\n"
_SSO = "sso_session = corp\nsso_account_id = 123456789012\nsso_role_name = OnCall\n"
_SESSION = "[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-3\n"


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """AWS's own files, where it looks for them; there are none."""
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".aws").mkdir()
    return tmp_path / ".aws" / "config"


def write(path: Path, text: str) -> None:
    path.write_text(text)


async def test_nothing_at_all_is_told_in_a_table_and_the_panes_say_it_once(make_app: MakeApp) -> None:
    async with make_app(asked=NOTHING).run_test(size=(80, 24)) as pilot:
        await shows(pilot, TITLE, "No Region: name one with --region", "no keys: AWS_ACCESS_KEY_ID is not set")
        await shows(pilot, "none named, and there is no default", "none: neither AWS_REGION nor a profile names one")
        await shows(pilot, "~/.aws/config: not there", "~/.aws/credentials: not there", "`aws configure sso`")
        # Once is enough.
        assert "r connects again" not in screen_text(pilot.app)
        await shows(pilot, "Try the demo", "Choose a profile and a Region", "Try again (r)", "Quit")
        # Nobody was asked for this machine's role yet.
        assert "Machine's role" not in screen_text(pilot.app)
        await pilot.press("escape")
        await lacks(pilot, TITLE)
        await shows(pilot, "not connected", "c takes a profile and a Region", "`sestui --demo`")
        assert screen_text(pilot.app).count("No Region") == 1
        assert "us-east-1" not in screen_text(pilot.app)


async def test_a_file_that_an_empty_variable_names_is_none(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "")
    async with make_app(asked=NOTHING).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "~/.aws/config: not there", "none: AWS_SHARED_CREDENTIALS_FILE is empty")
        await shows(pilot, "`aws configure sso`")


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 40)])
async def test_every_offer_is_in_sight_at_any_size(make_app: MakeApp, config: Path, size: tuple[int, int]) -> None:
    names = ("a" * 10_000, "b\u202e[bold]", "c", "d")
    write(config, "".join(f"[profile {name}]\nregion = eu-west-1\n{_KEYS}" for name in names))
    async with make_app(asked=NOTHING).run_test(size=size) as pilot:
        await shows(pilot, "Try the demo", "Profile a", r"Profile b\u202e[bold]: has keys", "Profile d", "Quit")
        await pilot.press("pagedown", "pagedown")
        await shows(pilot, "Region ", "none: neither", "Profile b", "Quit")
        assert "\u202e" not in screen_text(pilot.app)


async def test_of_many_profiles_none_is_offered_but_all_can_be_searched(make_app: MakeApp, config: Path) -> None:
    write(config, "".join(f"[profile p{number}]\nregion = eu-west-1\n{_SSO}" for number in range(300)))
    async with make_app(asked=NOTHING).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "300 profiles, 300 log in by SSO", "Choose a profile and a Region")
        assert "Profile p" not in screen_text(pilot.app)
        await pilot.press("down", "enter")
        await shows(pilot, "none: AWS's own order", "p0")
        await type_text(pilot, "p299")
        await shows(pilot, "Enter connects: profile p299, Region eu-west-1.")
        await pilot.press("escape")
        await shows(pilot, TITLE, "300 profiles")


async def test_a_profile_is_chosen_and_the_tenant_that_was_asked_for_is_opened(
    make_app: MakeApp, gateway: Gateway, config: Path, emulator: Emulator
) -> None:
    await gateway.changes.create_tenant("shop")
    await gateway.put_suppressed_destination(SuppressionList("shop"), "alice@corp.com", Reason.BOUNCE)
    write(config, f"[default]\n[profile oncall]\nregion = eu-central-1\n{_KEYS}")
    app = make_app(SuppressionList("shop"), asked=Connection("", emulator.url))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "none named; default: no credentials of its own", "2 profiles")
        await shows(pilot, "Profile oncall: has keys, eu-central-1")
        # It has nothing to connect with.
        assert "Profile default" not in screen_text(app)
        await pilot.press("down", "enter")
        await shows(pilot, "oncall · ", "eu-central-1", "list: tenant shop", "alice@corp.com")


async def test_a_profile_without_a_region_is_chosen_with_one(
    make_app: MakeApp, config: Path, emulator: Emulator
) -> None:
    write(config, f"[profile oncall]\n{_KEYS}")
    async with make_app(asked=Connection("", emulator.url)).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "Profile oncall: has keys, no Region of its own")
        await pilot.press("down", "enter")
        await shows(pilot, "Enter connects: profile oncall, Region none", "ap-southeast-1")
        await pilot.press("tab")
        await type_text(pilot, "us-west-2\n")
        await shows(pilot, "oncall · ", "us-west-2", "This list is empty.")


async def test_a_login_that_nobody_wants_comes_back_to_the_offers(make_app: MakeApp, config: Path) -> None:
    write(config, f"[profile oncall]\nregion = eu-west-1\n{_SSO}{_SESSION}")
    async with make_app(asked=NOTHING).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "~/.aws/config: 1 profile, 1 logs in by SSO", "Profile oncall: logs in by SSO, eu-west-1")
        await pilot.press("down", "enter")
        await shows(pilot, "aws sso login --profile oncall")
        await pilot.press("escape")
        await shows(pilot, TITLE, "A login is needed", "oncall, as asked for: logs in by SSO", "Try again")


async def test_a_login_that_was_asked_for_at_the_start_has_had_its_dialog(make_app: MakeApp, config: Path) -> None:
    write(config, f"[profile oncall]\nregion = eu-west-1\n{_SSO}{_SESSION}")
    async with make_app(asked=Connection("", None, "oncall")).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "aws sso login --profile oncall")
        await pilot.press("escape")
        await shows(pilot, "login needed", "r connects again, c elsewhere.")
        assert TITLE not in screen_text(pilot.app)


async def test_what_has_changed_meanwhile_is_seen_by_r(make_app: MakeApp, config: Path, emulator: Emulator) -> None:
    async with make_app(asked=Connection("", emulator.url)).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "~/.aws/config: not there")
        write(config, "[default]\nfoo\n")
        await pilot.press("r")
        await shows(pilot, "The connection: Unable to parse", "~/.aws/config: can't be understood, line 2")
        assert "aws configure" not in screen_text(pilot.app)
        write(config, "[default]\nregion = eu-west-2\n")
        await pilot.press("r")
        await shows(pilot, "eu-west-2", "This list is empty.")


async def test_r_twice_asks_in_one_place_and_not_at_all_where_the_second_has_connected(
    tmp_path: Path, gateway: Gateway
) -> None:
    answers = list[asyncio.Future[Gateway]]()

    def connect(*_: object) -> asyncio.Future[Gateway]:
        answers.append(asyncio.get_running_loop().create_future())
        return answers[-1]

    app = SestuiApp(
        connect,
        clock=time.time,
        open_journal=lambda: Journal(tmp_path, time.time),
        state_folder=lambda: tmp_path,
        keeping=lambda _: Keeping(),
        settings=Settings(),
    )

    async def asked(number: int) -> asyncio.Future[Gateway]:
        await until(pilot, lambda: len(answers) == number, f"connection {number}")
        return answers[-1]

    async with app.run_test(size=(80, 24)) as pilot:
        (await asked(1)).set_exception(NoRegion("No Region."))
        await shows(pilot, TITLE)
        await pilot.press("r")
        first = await asked(2)
        await pilot.press("r")
        (await asked(3)).set_exception(NoRegion("No Region for the second."))
        await shows(pilot, "No Region for the second.")
        first.set_exception(NoRegion("No Region for the first."))
        await shows(pilot, TITLE)
        await pilot.press("escape")
        await lacks(pilot, TITLE)
        await pilot.press("r")
        (await asked(4)).set_exception(NoRegion("No Region."))
        await shows(pilot, TITLE)
        await pilot.press("r")
        first = await asked(5)
        await pilot.press("r")
        (await asked(6)).set_result(gateway)
        await shows(pilot, "This list is empty.")
        first.set_exception(NoRegion("No Region."))
        await shows(pilot, "Not connected")
        await pilot.press("e")
        await shows(pilot, "Edit suppression settings")
        assert TITLE not in screen_text(app)


async def test_no_secret_is_shown_and_the_machines_role_was_asked_for_only_where_it_was(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    async with make_app(asked=NOTHING).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "Unable to locate credentials", "eu-west-1, by AWS_REGION")
        await shows(pilot, "Machine's role", "not asked for: AWS_EC2_METADATA_DISABLED is set")
        monkeypatch.delenv("AWS_EC2_METADATA_DISABLED")
        with socket.create_server(("127.0.0.1", 0)) as closed:
            url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", url)
        await pilot.press("r")
        await shows(pilot, "Machine's role", "asked for, none came")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hush-hush")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "")
        await pilot.press("r")
        await shows(pilot, "AWS_SECRET_ACCESS_KEY is set, AWS_ACCESS_KEY_ID is not")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDHUSH")
        monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
        await pilot.press("r")
        await shows(pilot, "AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not", "Partial credentials")
        assert "hush" not in screen_text(pilot.app).lower()
        # The chain ended before.
        assert "Machine's role" not in screen_text(pilot.app)


async def test_a_profile_that_is_not_there_is_told_with_what_names_it(
    make_app: MakeApp, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "prdo")
    write(config, f"[profile prod]\n{_KEYS}")
    async with make_app(asked=NOTHING).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "(prdo) could not be found", "prdo, by AWS_PROFILE: there is no such profile")


async def test_keys_of_the_environment_that_a_profile_passes_by_are_told_so(
    make_app: MakeApp, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "hush")
    write(config, "[profile bare]\nregion = eu-west-1\n")
    async with make_app(asked=Connection("", None, "bare")).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "Unable to locate credentials", "bare, as asked for: no credentials of its own, eu-west-1")
        await shows(pilot, "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are set, which")
        assert "hush" not in screen_text(pilot.app)


async def test_a_paste_and_letters_do_nothing_and_enter_goes_to_the_demo(make_app: MakeApp) -> None:
    app = make_app(asked=NOTHING)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, TITLE)
        pilot.app.post_message(TextInOneRead("dylan@corp.com\r\t\r"))
        pilot.app.post_message(events.Paste("\nyes\n"))
        await pilot.press(*"ydcjk1 ")
        await shows(pilot, TITLE)
        assert not app.wants_demo
        await pilot.press("enter")
        await until(pilot, lambda: app.wants_demo, "the demo")
    assert app.return_code == 0


async def test_the_last_offer_leaves(make_app: MakeApp) -> None:
    app = make_app(asked=NOTHING)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, TITLE)
        await pilot.press("up", "enter")
        await until(pilot, lambda: not app.is_running, "the end")
    assert (app.return_code, app.wants_demo) == (0, False)


async def test_an_endpoint_that_is_none_and_a_connection_that_is_made_are_no_first_run(
    make_app: MakeApp, emulator: Emulator
) -> None:
    async with make_app(asked=Connection("us-east-1", "nowhere")).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "is no endpoint URL")
        assert TITLE not in screen_text(pilot.app)
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "This list is empty.")
        assert TITLE not in screen_text(pilot.app)
