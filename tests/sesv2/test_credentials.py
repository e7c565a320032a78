"""Credentials that are long in coming or want a person: nothing hangs, and no terminal is asked."""

import socket
from pathlib import Path

import pytest

from sestui.domain.errors import ConnectionProblem, NoCredentials, Unreachable
from sestui.domain.suppression import Connection
from sestui.sesv2 import credentials
from sestui.sesv2.choices import choices
from sestui.sesv2.session import open_gateway
from tests.job_processes import until

_ROLE = "role_arn = arn:aws:iam::123456789012:role/OnCall\n"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "config"
    monkeypatch.setenv("AWS_CONFIG_FILE", str(path))
    return path


def write(path: Path, text: str) -> None:
    path.write_text(text)


async def connect(profile: str | None = None) -> None:
    async with open_gateway(Connection("us-east-1", None, profile), code=""):
        pass


async def test_a_program_that_never_answers_is_not_waited_for_and_ends(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(config, f"[profile slow]\ncredential_process = sh -c 'sleep 600 & echo $! >{tmp_path}/pid; wait'\n")
    monkeypatch.setattr(credentials, "WITHIN", 0.5)
    with pytest.raises(Unreachable, match="Nobody gave credentials"):
        await connect("slow")
    child = int((tmp_path / "pid").read_text())
    await until(lambda: not Path(f"/proc/{child}").exists() or "zombie" in Path(f"/proc/{child}/status").read_text())


async def test_instance_metadata_that_never_answers_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.delenv("AWS_EC2_METADATA_DISABLED")
        monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", f"http://127.0.0.1:{silent.getsockname()[1]}")
        # Whatever the variables say.
        monkeypatch.setenv("AWS_METADATA_SERVICE_TIMEOUT", "600")
        monkeypatch.setattr(credentials, "WITHIN", 0.2)
        with pytest.raises(Unreachable, match="instance metadata"):
            await connect()


async def test_no_credentials_at_all_are_found_missing_before_anything_is_sent() -> None:
    with pytest.raises(NoCredentials, match="No AWS credentials"):
        await connect()


@pytest.mark.parametrize("profile", ["asks", "role"])
async def test_a_profiles_program_has_no_terminal_to_ask_on(config: Path, profile: str) -> None:
    asks = "[profile asks]\ncredential_process = sh -c 'read it </dev/tty; read it; echo $it >&2; exit 1'\n"
    write(config, f"{asks}[profile role]\n{_ROLE}source_profile = asks\n")
    with pytest.raises(NoCredentials, match="/dev/tty"):
        await connect(profile)


@pytest.mark.parametrize("code", ["", None])
@pytest.mark.parametrize("lines", ["credential_process = {nowhere}", f"{_ROLE}web_identity_token_file = {{nowhere}}"])
async def test_a_program_or_a_token_that_is_not_there_is_told(config: Path, lines: str, code: str | None) -> None:
    write(config, f"[profile gone]\n{lines.format(nowhere=config / 'nowhere')}\n")
    with pytest.raises(NoCredentials, match=r"(No such file or|Not a) directory: .*nowhere"):
        async with open_gateway(Connection("us-east-1", None, "gone"), code=code) as gateway:
            await gateway.identify()


@pytest.mark.parametrize("code", ["", None])
@pytest.mark.parametrize("said", ["hush", '["hush"]', r"\377hush", "null"])
async def test_what_a_program_says_and_nobody_understands_is_not_repeated(
    config: Path, tmp_path: Path, said: str, code: str | None
) -> None:
    (tmp_path / "says").write_text(f"#!/bin/sh\nprintf '{said}'\n")
    (tmp_path / "says").chmod(0o700)
    write(config, f"[profile odd]\ncredential_process = {tmp_path}/says\n")
    with pytest.raises(NoCredentials, match="is not understood") as told:
        async with open_gateway(Connection("us-east-1", None, "odd"), code=code):
            pass
    assert "hush" not in str(told.value)


def test_the_choices_are_those_of_awss_own_files(config: Path) -> None:
    config.write_text("[default]\nregion = eu-west-1\n[profile prod]\noutput = json\n")
    found = choices()
    assert dict(found.profiles) == {"default": "eu-west-1", "prod": ""}
    assert {"us-east-1", "us-gov-west-1", "eu-central-1"} <= set(found.regions)
    config.write_text("[default\n")
    with pytest.raises(ConnectionProblem, match="config"):
        choices()
