"""`aws sso login` from inside the app: it gets the terminal, and the app goes on when it has ended."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.terminal import PATIENCE, PROGRAM, Ses, Terminal, emulator

_CONFIG = """
[profile corp]
region = us-east-1
sso_session = corp
sso_account_id = 123456789012
sso_role_name = OnCall
[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = us-east-1
"""
_AWS = """#!/bin/sh
echo "$@" >> "$HOME/logins"
case "$*" in *--use-device-code*) exit 252;; esac
printf 'Open this URL: https://device.sso/ABCD. Done? '
read answer
[ "$answer" = yes ] || exit 1
mkdir -p "$HOME/.aws/sso/cache"
cat > "$HOME/.aws/sso/cache/$(printf corp | sha1sum | cut -d' ' -f1).json" <<END
{"accessToken": "the-token", "expiresAt": "2999-01-01T00:00:00Z"}
END
"""


class _Portal(BaseHTTPRequestHandler):
    """The part of AWS's SSO portal that gives a role's keys for a token."""

    def do_GET(self) -> None:
        keys = {
            "accessKeyId": "ASIA",
            "secretAccessKey": "secret",
            "sessionToken": "token",
            "expiration": 32503680000000,
        }
        body = json.dumps({"roleCredentials": keys}).encode()
        assert self.headers["x-amz-sso_bearer_token"] == "the-token"
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *_: object) -> None:
        """Write nothing."""


@pytest.fixture
def portal() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Portal) as server:
        serving = Thread(target=server.serve_forever)
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        serving.join()


@pytest.fixture
def ses(tmp_path: Path, environment: dict[str, str]) -> Iterator[Ses]:
    with emulator(tmp_path, environment, "--tenants", "1", "--addresses", "3") as running:
        yield running


@pytest.fixture
def variables(tmp_path: Path, environment: dict[str, str], portal: str) -> dict[str, str]:
    """An SSO profile that nobody has logged in to, and a program `aws` that logs in."""
    config, program = tmp_path / "config", tmp_path / "bin" / "aws"
    config.write_text(_CONFIG)
    program.parent.mkdir()
    program.write_text(_AWS)
    program.chmod(0o755)
    return {
        **environment,
        "PATH": f"{program.parent}:{environment['PATH']}",
        "AWS_CONFIG_FILE": str(config),
        "AWS_ENDPOINT_URL_SSO": portal,
    }


@pytest.fixture
def screen(ses: Ses, variables: dict[str, str]) -> Iterator[Terminal]:
    """The app, asking whether it shall log in."""
    opened = Terminal([PROGRAM, "--endpoint-url", ses.url, "--profile", "corp"], variables)
    try:
        opened.wait_for_dialog("aws sso login --profile corp")
        yield opened
    finally:
        opened.close()


def _log_in(screen: Terminal) -> None:
    before = len(screen.output)
    screen.write(b"\t\r")
    screen.wait_for("Done?", before)


def test_a_login_gets_the_terminal_and_the_app_goes_on_after_it(screen: Terminal, tmp_path: Path) -> None:
    _log_in(screen)
    screen.write(b"yes\n")
    screen.wait_for("3 addresses")
    screen.wait_for("creds 8")
    assert (tmp_path / "logins").read_text() == "sso login --profile corp\n"
    screen.write(b"q")
    assert screen.ended() == 0


def test_a_login_that_fails_is_said_and_can_be_tried_again(screen: Terminal) -> None:
    _log_in(screen)
    screen.write(b"no\n")
    screen.wait_for("ended with status 1")
    before = len(screen.output)
    screen.write(b"r")
    screen.wait_for_dialog("Cancel   Log in", before)
    _log_in(screen)
    screen.write(b"yes\n")
    screen.wait_for("3 addresses")


def test_a_program_that_is_not_there_is_said_and_the_app_goes_on(
    ses: Ses, variables: dict[str, str], tmp_path: Path
) -> None:
    command = [PROGRAM, "--endpoint-url", ses.url, "--profile", "corp"]
    screen = Terminal(command, {**variables, "PATH": str(tmp_path / "nothing")})
    try:
        screen.wait_for_dialog("Cancel   Log in")
        screen.write(b"\t\r")
        screen.wait_for("sestui waits for `aws sso login --profile corp`")
        screen.wait_for("can't be run: No such file or directory.")
        screen.write(b"q")
        assert screen.ended() == 0
    finally:
        screen.close()


def test_an_app_whose_terminal_goes_during_a_login_ends(screen: Terminal) -> None:
    _log_in(screen)
    screen.hang_up()
    assert screen.process.wait(PATIENCE) == 129


def test_over_ssh_a_code_is_typed_elsewhere_unless_the_program_is_too_old_for_that(
    ses: Ses, variables: dict[str, str], tmp_path: Path
) -> None:
    screen = Terminal(
        [PROGRAM, "--endpoint-url", ses.url, "--profile", "corp"], {**variables, "SSH_CONNECTION": "1 2 3 4"}
    )
    try:
        screen.wait_for_dialog("aws sso login --profile corp")
        _log_in(screen)
        screen.write(b"yes\n")
        screen.wait_for("3 addresses")
    finally:
        screen.close()
    assert (tmp_path / "logins").read_text().splitlines() == [
        "sso login --profile corp --use-device-code",
        "sso login --profile corp",
    ]


def test_from_an_expired_login_to_a_removal_where_no_tenants_are_listed(
    tmp_path: Path, environment: dict[str, str], variables: dict[str, str]
) -> None:
    """An SSO profile whose token has ended, a login, another profile and Region, a tenant that is typed, a removal."""
    config, keys = tmp_path / "config", tmp_path / "credentials"
    config.write_text(f"{_CONFIG}\n[profile prod]\nregion = eu-central-1\n")
    keys.write_text("[prod]\naws_access_key_id = A\naws_secret_access_key = s\n")
    token = tmp_path / ".aws" / "sso" / "cache" / f"{sha1(b'corp').hexdigest()}.json"
    token.parent.mkdir(parents=True)
    token.write_text('{"accessToken": "old", "expiresAt": "2020-01-01T00:00:00Z"}')
    sizes = ("--tenants", "3", "--configuration-sets", "2", "--addresses", "20", "--tenant-addresses", "90")
    denied = ("--fault", "access-denied@ListTenants=1")
    with emulator(tmp_path, environment, *sizes, *denied) as ses, ExitStack() as stack:
        variables = {**variables, "AWS_SHARED_CREDENTIALS_FILE": str(keys)}
        screen = Terminal([PROGRAM, "--endpoint-url", ses.url, "--profile", "corp"], variables)
        stack.callback(screen.close)

        def press(*keys: bytes) -> None:
            for key in keys:
                screen.write(key)
                screen.settle(0.3)

        screen.wait_for_dialog("Token has expired")
        _log_in(screen)
        screen.write(b"yes\n")
        screen.wait_for("corp · 1234-5678-9012 · us-east-1")
        screen.wait_for("ListTenants denied")
        before = len(screen.output)
        screen.write(b"c")
        screen.wait_for_dialog("Connection", before)
        press(b"prod", b"\r")
        screen.wait_for("prod · 1234-5678-9012 · eu-central-1")
        screen.wait_for("/ names a tenant")
        press(b"1", b"/", b"acme-reta", b"\r")
        screen.wait_for("SES has no tenant acme-reta here")
        press(b"il", b"\r")
        screen.wait_for("Tenant: acme-retail")
        press(b"\r")
        screen.wait_for("list of tenant acme-retail")
        screen.wait_for("addresses")
        before = len(screen.output)
        screen.write(b"d")
        screen.wait_for_dialog("From       the list of tenant acme-retail", before)
        press(b"\t", b"\r")
        screen.wait_for("1 removed")
    (removal,) = ses.writes
    assert removal["operation"] == "DeleteSuppressedDestination"
    assert removal["parameters"]["TenantName"] == "acme-retail"
