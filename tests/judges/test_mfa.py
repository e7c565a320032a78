"""Roles that are assumed with the code of an MFA device: moto's STS takes it, and a person gives it in the app."""

import time
from pathlib import Path

import pytest

from sestui.domain.errors import CodeNeeded
from sestui.domain.suppression import Connection, Reason, SuppressionList
from sestui.emulator import Emulator
from sestui.sesv2.gateway import Gateway
from sestui.sesv2.session import open_gateway
from tests.buckets import S3
from tests.conftest import MakeApp
from tests.terminal import PROGRAM, Terminal
from tests.terminal import emulator as process
from tests.ui.screen import lacks, shows, type_text

_DEVICE = "arn:aws:iam::123456789012:mfa/bob"
_CONFIG = f"""
[profile base]
region = us-east-1
[profile oncall]
region = us-east-1
role_arn = arn:aws:iam::123456789012:role/OnCall
source_profile = base
mfa_serial = {_DEVICE}
duration_seconds = 1800
"""


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """AWS's own files, as variables name them."""
    config, credentials = tmp_path / "config", tmp_path / "credentials"
    config.write_text(_CONFIG)
    credentials.write_text("[base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = secret\n")
    return {"AWS_CONFIG_FILE": str(config), "AWS_SHARED_CREDENTIALS_FILE": str(credentials)}


@pytest.fixture(autouse=True)
def chain(files: dict[str, str], s3: S3, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The variables that lead to these files and to moto's STS."""
    variables = {**files, "AWS_ENDPOINT_URL_STS": s3.url}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return variables


async def test_a_role_that_wants_a_code_says_so_and_lasts_as_long_as_sts_says(emulator: Emulator) -> None:
    asked = Connection("us-east-1", emulator.url, "oncall")
    with pytest.raises(CodeNeeded, match=_DEVICE):
        async with open_gateway(asked, code=""):
            pass
    async with open_gateway(asked, code="123456") as gateway:
        expiry = gateway.expiry()
        assert expiry is not None
        assert 1700 < expiry - time.time() <= 1800
        assert (await gateway.resources.account()).sending_enabled
        # Used once: nobody is asked for another until these keys have run out.
        assert (await gateway.identify()).account == "123456789012"


async def test_the_code_is_typed_in_a_dialog_and_the_header_says_how_long_it_lasts(
    make_app: MakeApp, emulator: Emulator, gateway: Gateway
) -> None:
    await gateway.put_suppressed_destination(SuppressionList(), "alice@corp.com", Reason.BOUNCE)
    async with make_app(asked=Connection("us-east-1", emulator.url, "oncall")).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "AWS wants a code of the MFA device", _DEVICE)
        await type_text(pilot, "12345\n")
        await shows(pilot, "A code has six digits.")
        await type_text(pilot, "6\n")
        await shows(pilot, "oncall", "alice@corp.com", "creds 29m")


async def test_who_gives_no_code_is_told_and_asked_again_by_r(make_app: MakeApp, emulator: Emulator) -> None:
    async with make_app(asked=Connection("us-east-1", emulator.url, "oncall")).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "AWS wants a code of the MFA device")
        await pilot.press("escape")
        await shows(pilot, "not connected", "MFA code needed", "connects again, c elsewhere.")
        assert emulator.requests == []
        await pilot.press("r")
        await shows(pilot, "AWS wants a code of the MFA device")
        await type_text(pilot, "123456\n")
        await shows(pilot, "This list is empty.", "creds 29m")
        await lacks(pilot, "MFA code needed")


@pytest.mark.parametrize("profile", ["oncall", "base"])
def test_a_terminal_is_never_asked_while_the_app_has_it(
    tmp_path: Path, environment: dict[str, str], chain: dict[str, str], profile: str
) -> None:
    variables = {**environment, **chain}
    with process(tmp_path, environment, "--tenants", "1", "--addresses", "3") as ses:
        command = [PROGRAM, "--endpoint-url", ses.url, "--profile", profile]
        screen = Terminal(command, variables)
        try:
            if profile == "oncall":
                screen.wait_for_dialog("six digits")
                screen.write(b"123456\r")
            screen.wait_for("3 addresses")
            assert "Enter MFA code" not in screen.text
            screen.write(b"q")
            assert screen.ended() == 0
        finally:
            screen.close()
