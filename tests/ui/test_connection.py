"""`c`: another profile or Region without a restart, and what is done where credentials are missing or have ended."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web

from sestui.domain.suppression import Connection, Reason, SuppressionList
from sestui.emulator import Conditions, Emulator, Fault
from sestui.sesv2.gateway import Gateway
from sestui.sesv2.session import open_gateway
from tests.conftest import EMPTY, SMALL, MakeApp
from tests.ui.screen import lacks, screen_text, shows, type_text, until

_CONFIG = """
[default]
region = eu-west-1
[profile prod]
region = ap-south-1
[profile preprod]
region = eu-central-1
[profile broken]
region = eu-west-2
credential_process = sh -c "cat /dev/tty; exit 1"
[profile sso]
region = eu-west-3
sso_session = corp
sso_account_id = 123456789012
sso_role_name = OnCall
[profile mfa]
region = eu-north-1
role_arn = arn:aws:iam::123456789012:role/OnCall
source_profile = prod
mfa_serial = arn:aws:iam::123456789012:mfa/bob
[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = eu-west-3
"""
_KEYS = "aws_access_key_id = AKID\naws_secret_access_key = secret\n"


@pytest.fixture(autouse=True)
def profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """AWS's own files: three profiles with keys, and three whose credentials can't be had just so."""
    config, credentials = tmp_path / "config", tmp_path / "credentials"
    config.write_text(_CONFIG)
    credentials.write_text("".join(f"[{name}]\n{_KEYS}" for name in ("default", "prod", "preprod")))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(credentials))
    return config


def write(path: Path, text: str) -> None:
    path.write_text(text)


@pytest.fixture
async def alice(gateway: Gateway) -> None:
    for name in ("alice", "bob"):
        await gateway.put_suppressed_destination(SuppressionList(), f"{name}@corp.com", Reason.BOUNCE)


@pytest.mark.usefixtures("alice")
async def test_a_profile_is_searched_for_and_brings_its_region(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "alice@corp.com", "OnCall")
        await pilot.press("c")
        await shows(pilot, "Profile", "Region", "none: AWS's own order", "preprod", "us-east-1")
        await type_text(pilot, "prod")
        await shows(pilot, "Enter connects: profile prod, Region ap-south-1.")
        assert "broken" not in screen_text(pilot.app)
        await pilot.press("enter")
        await shows(pilot, "prod · ", "ap-south-1", "alice@corp.com")


@pytest.mark.usefixtures("alice")
async def test_a_region_is_chosen_with_the_arrows(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "alice@corp.com", "OnCall")
        await pilot.press("c")
        await shows(pilot, "Enter connects: profile none, Region us-east-1")
        await shows(pilot, "Now: no profile · account 1234-5678-9012 · us-east-1 · role OnCall", "http://127.0.0.1:")
        await pilot.press("tab", "down", "enter")
        await shows(pilot, "us-east-2", "alice@corp.com", "OnCall")


@pytest.mark.usefixtures("alice")
async def test_marks_are_asked_about_and_escape_changes_nothing(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "alice@corp.com", "OnCall")
        await pilot.press("2", "space", "c")
        await shows(pilot, "Profile", "preprod")
        await type_text(pilot, "preprod")
        await pilot.press("enter")
        await shows(pilot, "1 mark would be forgotten.")
        await pilot.press("escape")
        await shows(pilot, "us-east-1", "marked 1")
        await pilot.press("c")
        await shows(pilot, "Profile", "preprod")
        await type_text(pilot, "preprod")
        await pilot.press("enter")
        await shows(pilot, "1 mark would be forgotten.")
        await pilot.press("tab", "enter")
        await shows(pilot, "eu-central-1", "alice@corp.com")
        assert "marked" not in screen_text(pilot.app)


@pytest.mark.usefixtures("alice")
@pytest.mark.parametrize(
    ("profile", "why"),
    [
        ("broken", "Credentials can't be had"),
        ("prodd", "There is no profile"),
    ],
)
async def test_where_no_connection_can_be_made_the_old_one_stays(make_app: MakeApp, profile: str, why: str) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "alice@corp.com", "OnCall")
        await pilot.press("c")
        await shows(pilot, "Profile", "preprod")
        await type_text(pilot, profile)
        await pilot.press("enter")
        await shows(pilot, f"Not connected to {profile}", why, "stays as it was.")
        await pilot.press("E")
        await shows(pilot, "Errors of this session", why)
        await pilot.press("escape", "r", "2")
        await shows(pilot, "us-east-1", "alice@corp.com", "2 addresses")
        await pilot.press("space")
        await shows(pilot, "marked 1")


@pytest.mark.usefixtures("alice")
@pytest.mark.parametrize(
    ("profile", "asks"),
    [("sso", "aws sso login --profile sso"), ("mfa", "arn:aws:iam::123456789012:mfa/bob")],
)
async def test_what_a_person_does_not_want_to_give_leaves_the_old_connection(
    make_app: MakeApp, profile: str, asks: str
) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "alice@corp.com", "OnCall")
        await pilot.press("c")
        await shows(pilot, "Profile", "preprod")
        await type_text(pilot, profile)
        await pilot.press("enter")
        await shows(pilot, asks)
        await pilot.press("escape")
        await shows(pilot, f"Not connected to {profile}", "stays as it was.", "us-east-1")


@pytest.mark.usefixtures("alice")
async def test_credentials_that_end_are_said_and_the_next_ones_go_on_with_the_same_marks(
    make_app: MakeApp, emulator: Emulator
) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "alice@corp.com", "OnCall")
        await pilot.press("2", "space")
        emulator.conditions = Conditions(faults=(Fault.parse("expired-credentials=1"),))
        await pilot.press("r")
        await shows(pilot, "The credentials have expired", "ExpiredToken", "request ", "creds expired")
        emulator.conditions = Conditions()
        await pilot.press("c")
        await shows(pilot, "Creds expired", "Region us-east-1, made anew.")
        await pilot.press("enter")
        await lacks(pilot, "creds expired")
        await shows(pilot, "2 addresses", "marked 1")


_REFUSED = """<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>
<Code>AccessDenied</Code>
<Message>MultiFactorAuthentication failed with invalid MFA one time pass code. </Message></Error>
<RequestId>request-of-sts</RequestId></ErrorResponse>"""
_ASSUMED = """<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
<AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>of-the-role</SecretAccessKey><SessionToken>its-token</SessionToken>
<Expiration>{}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"""


@pytest.fixture
async def sts(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """An STS that takes each code but 000000; the keys for 111111 last but three seconds."""

    async def answer(request: web.Request) -> web.Response:
        code = str((await request.post())["TokenCode"])
        if code == "000000":
            return web.Response(status=403, text=_REFUSED, content_type="text/xml")
        end = datetime.now(UTC) + timedelta(seconds=3 if code == "111111" else 3600)
        return web.Response(text=_ASSUMED.format(end.isoformat()), content_type="text/xml")

    app = web.Application()
    app.router.add_post("/", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", f"http://127.0.0.1:{runner.addresses[0][1]}")
    yield
    await runner.cleanup()


@pytest.mark.usefixtures("sts", "alice")
async def test_a_wrong_code_is_said_in_the_dialog_and_the_next_is_taken(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "alice@corp.com", "OnCall")
        await pilot.press("c")
        await shows(pilot, "Profile", "preprod")
        await type_text(pilot, "mfa\n")
        await shows(pilot, "six digits")
        await type_text(pilot, "000000\n")
        await shows(pilot, "The MFA code is wrong", "AssumeRole", "AccessDenied", "request-of-sts")
        await type_text(pilot, "222222\n")
        await shows(pilot, "mfa · ", "eu-north-1", "creds 59m", "alice@corp.com")


@pytest.mark.usefixtures("sts", "alice")
async def test_a_code_that_is_wanted_again_later_is_asked_for_in_the_app_and_marks_stay(
    make_app: MakeApp, emulator: Emulator
) -> None:
    async with make_app(asked=Connection("us-east-1", emulator.url, "mfa")).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "six digits")
        await type_text(pilot, "111111\n")
        await shows(pilot, "alice@corp.com", "creds 0m")
        await pilot.press("2", "space")
        await shows(pilot, "creds expired", "marked 1")
        await pilot.press("r")
        await shows(pilot, "six digits")
        await type_text(pilot, "222222\n")
        await shows(pilot, "alice@corp.com", "creds 59m", "marked 1")


@pytest.mark.parametrize("world", [SMALL])
async def test_no_answer_of_the_old_connection_comes_to_the_screen_of_the_new_one(
    make_app: MakeApp, emulator: Emulator, profiles: Path
) -> None:
    emulator.conditions = Conditions(latency=0.3)
    async with Emulator(EMPTY) as other, open_gateway(Connection("us-east-1", other.url)) as there:
        await there.put_suppressed_destination(SuppressionList(), "zoe@corp.com", Reason.BOUNCE)
        urls = {"preprod": emulator.url, "prod": other.url}
        write(profiles, "".join(f"[profile {name}]\nendpoint_url = {url}\n" for name, url in urls.items()))
        async with make_app(asked=Connection("us-east-1", None, "preprod")).run_test(size=(80, 24)) as pilot:
            await shows(pilot, "1,000")
            await pilot.press("c")
            await shows(pilot, "Enter connects: profile preprod, Region us-east-1")
            await type_text(pilot, "prod\n")
            await shows(pilot, "prod · ", "zoe@corp.com", "1 address", "Tenants (0)", "OnCall")
            # More of the new one's answers than the old one has left to give.
            await pilot.press("r")
            await until(pilot, lambda: len(other.requests) > 8)
            await shows(pilot, "1 address", "Tenants (0)")


@pytest.mark.usefixtures("alice")
async def test_a_job_of_this_window_is_asked_about_pauses_and_can_go_on_where_it_belongs(
    make_app: MakeApp, emulator: Emulator
) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "alice@corp.com", "OnCall")
        await pilot.press("2", "d")
        await shows(pilot, "Remove from a suppression list")
        # Slow enough for a busy machine to press some keys in.
        emulator.conditions = Conditions(latency=3.0)
        await pilot.press("tab", "enter")
        await shows(pilot, "Removing 0 of 1")
        await pilot.press("c")
        await shows(pilot, "Enter connects: profile none, Region us-east-1")
        await type_text(pilot, "preprod\n")
        await shows(pilot, "Job 1 runs in this window")
        emulator.conditions = Conditions()
        await pilot.press("tab", "enter")
        await shows(pilot, "eu-central-1", "OnCall")
        await lacks(pilot, "Removing")
        await pilot.press("J")
        await shows(pilot, "Jobs", "us-east-1")


async def test_access_that_is_denied_is_said_with_the_action_and_the_request(
    make_app: MakeApp, emulator: Emulator
) -> None:
    emulator.conditions = Conditions(faults=(Fault.parse("access-denied@ListTenants=1"),))
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "ListTenants is denied", "AccessDeniedException", "request ")
        await shows(pilot, "This list is empty.")


async def test_without_a_region_the_ways_on_are_named_and_c_is_one(make_app: MakeApp, profiles: Path) -> None:
    write(profiles, "[profile prod]\nregion = eu-central-1\n")
    async with make_app(asked=Connection("")).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "No connection", "Profile prod")
        await pilot.press("escape")
        await shows(pilot, "not connected", "c takes a profile and a Region", "`sestui --demo`")
        await pilot.press("c")
        await shows(pilot, "Profile", "prod")
