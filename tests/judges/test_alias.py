"""The account's alias in the header, from moto's IAM."""

import socket
from collections.abc import Iterator

import boto3
import pytest

from sestui.emulator import Emulator
from sestui.sesv2.gateway import Gateway
from tests.buckets import S3
from tests.conftest import MakeApp
from tests.ui.screen import shows


@pytest.fixture
def alias(s3: S3, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    iam = boto3.session.Session("moto", "moto", region_name="us-east-1").client("iam", endpoint_url=s3.url)
    iam.create_account_alias(AccountAlias="acme-prod")
    monkeypatch.setenv("AWS_ENDPOINT_URL_IAM", s3.url)
    yield "acme-prod"
    iam.delete_account_alias(AccountAlias="acme-prod")
    iam.close()


async def test_the_alias_comes_into_the_header_and_c_shows_it(make_app: MakeApp, alias: str) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, f"1234-5678-9012 · us-east-1 · {alias} · role OnCall")
        await pilot.press("c")
        await shows(pilot, f"Now: no profile · {alias} · account 1234-5678-9012")


async def test_an_account_without_one_has_none(s3: S3, gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_IAM", s3.url)
    assert await gateway.alias() == ""


async def test_an_iam_that_is_not_there_is_no_trouble(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    monkeypatch.setenv("AWS_ENDPOINT_URL_IAM", f"http://127.0.0.1:{port}")
    assert await gateway.alias() == ""


async def test_for_an_emulator_awss_own_iam_is_not_asked(
    emulator: Emulator, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_IAM", "https://iam.example")
    assert await gateway.alias() == ""
    assert emulator.requests == []
