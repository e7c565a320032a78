"""Credentials that a job's own process can't find by itself, and those that it can."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from sestui.domain.secret import Secret
from sestui.domain.suppression import Connection
from sestui.emulator import Emulator
from sestui.sesv2.session import open_gateway


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """AWS's own files: the profile `prod` has keys, the file of the configuration is empty yet."""
    config, credentials = tmp_path / "config", tmp_path / "credentials"
    config.write_text("")
    credentials.write_text("[prod]\naws_access_key_id = AKIDPROD\naws_secret_access_key = secret\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(credentials))
    return config


async def secret_of(asked: Connection) -> Secret:
    async with open_gateway(asked) as gateway:
        return await gateway.secret()


@pytest.mark.usefixtures("config")
async def test_only_what_another_process_cannot_find_is_a_secret(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not await secret_of(Connection("us-east-1", emulator.url))
    assert not await secret_of(Connection("us-east-1", emulator.url, "prod"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDENV")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "confidential")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "the-token")
    # A profile that is named wins over the environment.
    assert not await secret_of(Connection("us-east-1", emulator.url, "prod"))
    secret = await secret_of(Connection("us-east-1", emulator.url))
    assert json.loads(secret.text) == ["AKIDENV", "confidential", "the-token"]
    assert "confidential" not in repr(secret)


async def test_a_secret_can_be_passed_on(emulator: Emulator) -> None:
    secret = Secret(b'["AKIDGIVEN", "confidential", null]')
    async with open_gateway(Connection("us-east-1", emulator.url), secret) as gateway:
        assert (await gateway.identify()).account == "123456789012"
        assert await gateway.secret() == secret
        assert "confidential" not in repr(gateway)


_ASKED_FOR_A_CODE = """
import asyncio, sys
from sestui.domain.suppression import Connection
from sestui.sesv2.session import open_gateway

async def main():
    async with open_gateway(Connection("us-east-1", sys.argv[1], "oncall")) as gateway:
        await gateway.identify()
        print((await gateway.secret()).text.decode())

asyncio.run(main())
"""
_ASSUMED = """
<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
<AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>of-the-role</SecretAccessKey><SessionToken>its-token</SessionToken>
<Expiration>2999-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>
"""


_ROLES = """\
[profile oncall]
region = us-east-1
role_arn = arn:aws:iam::123456789012:role/OnCall
source_profile = base
[profile base]
source_profile = prod
role_arn = arn:aws:iam::123456789012:role/Base
"""


def write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("mfa", ["mfa_serial = arn:aws:iam::123456789012:mfa/bob\n", ""], ids=["mfa", "no mfa"])
async def test_keys_of_a_role_that_took_an_mfa_code_are_a_secret(emulator: Emulator, config: Path, mfa: str) -> None:
    asked: list[str] = []

    async def sts(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        asked.append((await reader.readexactly(int(head.partition("content-length: ")[2].split()[0]))).decode())
        writer.write(f"HTTP/1.1 200 OK\r\ncontent-length: {len(_ASSUMED)}\r\n\r\n{_ASSUMED}".encode())
        writer.close()

    write(config, f"{_ROLES}{mfa}")
    async with await asyncio.start_server(sts, "127.0.0.1", 0) as server:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", _ASKED_FOR_A_CODE, emulator.url),
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            # Without a terminal the code is read from standard input.
            start_new_session=True,
            cwd=Path(__file__).parents[2],
            env={**os.environ, "AWS_ENDPOINT_URL_STS": f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"},
        )
        told, complaint = await child.communicate(b"123456\n")
    assert child.returncode == 0, complaint
    assert len(asked) == 2
    assert ("TokenCode=123456" in asked[0]) is bool(mfa)
    assert told.decode().strip() == ('["ASIAROLE", "of-the-role", "its-token"]' if mfa else "")
