"""How a connection is made: Region, profile, credentials and endpoint, or a plain word on what is missing."""

import asyncio
import re
from pathlib import Path

import pytest
from aiohttp import web
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from sestui.domain.errors import ConnectionProblem, NoCredentials, NoRegion, Unreachable, UsageError
from sestui.domain.suppression import Connection, SuppressionList
from sestui.emulator import Emulator
from sestui.sesv2.objects import is_loopback
from sestui.sesv2.session import open_gateway
from tests.serving import operations, serving
from tests.virtual_time import run


@pytest.fixture
def profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """AWS's own files: a default profile, `prod`, and `bare` without a Region."""
    config, credentials = tmp_path / "config", tmp_path / "credentials"
    config.write_text(
        "[default]\nregion = eu-west-1\n[profile prod]\nregion = ap-south-1\n[profile bare]\noutput = json\n"
    )
    credentials.write_text("[prod]\naws_access_key_id = AKIDPROD\naws_secret_access_key = secret\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(credentials))
    return config


async def region_of(asked: Connection) -> str:
    async with open_gateway(asked) as gateway:
        return gateway.connection.region


@pytest.mark.usefixtures("profiles")
async def test_the_region_asked_for_wins_then_the_environment_then_the_profile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert await region_of(Connection("")) == "eu-west-1"
    assert await region_of(Connection("", profile="prod")) == "ap-south-1"
    monkeypatch.setenv("AWS_DEFAULT_REGION", "sa-east-1")
    assert await region_of(Connection("", profile="prod")) == "sa-east-1"
    monkeypatch.setenv("AWS_REGION", "us-west-2")
    assert await region_of(Connection("", profile="prod")) == "us-west-2"
    assert await region_of(Connection("us-east-1", profile="prod")) == "us-east-1"


@pytest.mark.usefixtures("profiles")
async def test_a_profile_without_a_region_is_told_how_to_get_one() -> None:
    with pytest.raises(NoRegion, match="--region"):
        await region_of(Connection("", profile="bare"))


async def test_no_region_at_all_names_those_there_are() -> None:
    with pytest.raises(NoRegion, match=r"--region.*eu-central-1"):
        await region_of(Connection(""))


@pytest.mark.usefixtures("profiles")
async def test_an_unknown_profile_is_named_with_where_to_look() -> None:
    with pytest.raises(ConnectionProblem, match=r"'prdo'. There are .*prod"):
        await region_of(Connection("us-east-1", profile="prdo"))


def test_files_that_cannot_be_read_are_a_connection_problem(profiles: Path) -> None:
    profiles.write_text("[default\n")
    with pytest.raises(ConnectionProblem, match=str(profiles)):
        asyncio.run(region_of(Connection("us-east-1")))


async def test_a_region_that_cannot_be_one_is_a_connection_problem() -> None:
    with pytest.raises(ConnectionProblem, match="us east"):
        await region_of(Connection("us east"))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:8000",
        "ftp://localhost",
        "http://",
        "https:///path",
        "http://exa mple.com",
        "http://[::1",
        "http://localhost:port",
        "http://localhost:99999",
        "http://local\nhost",
    ],
)
async def test_what_is_no_url_is_refused_before_anything_is_sent(url: str) -> None:
    with pytest.raises(UsageError, match="endpoint URL"):
        await region_of(Connection("us-east-1", url))


async def test_an_emulator_needs_no_credentials(emulator: Emulator) -> None:
    async with open_gateway(Connection("eu-central-1", emulator.url)) as gateway:
        assert (await gateway.resources.account()).production_access
        connection = await gateway.identify()
    assert connection == gateway.connection
    assert (connection.account, connection.role) == ("123456789012", "OnCall")
    assert (connection.region, connection.endpoint) == ("eu-central-1", emulator.url)
    assert operations(emulator) == ["GetAccount", "GetCallerIdentity"]


@pytest.mark.usefixtures("profiles")
async def test_an_emulator_is_asked_with_the_profiles_credentials_where_it_has_some(emulator: Emulator) -> None:
    async with open_gateway(Connection("us-east-1", emulator.url, "prod")) as gateway:
        assert (await gateway.resources.account()).sending_enabled
    async with open_gateway(Connection("us-east-1", emulator.url, "bare")) as gateway:
        assert (await gateway.resources.account()).sending_enabled


async def test_elsewhere_missing_credentials_are_told_and_nothing_is_sent() -> None:
    async with open_gateway(Connection("us-east-1", "http://192.0.2.1:9")) as gateway:
        with pytest.raises(NoCredentials, match="--profile"):
            await gateway.resources.account()


@pytest.mark.usefixtures("profiles")
async def test_an_endpoint_that_is_not_loopback_never_gets_the_callers_sts_signature() -> None:
    async with open_gateway(Connection("us-east-1", "http://192.0.2.1:9", "prod")) as gateway:
        assert gateway._sesv2._client.meta.endpoint_url == "http://192.0.2.1:9"
        assert (await gateway._make_sts()).meta.endpoint_url == "https://sts.us-east-1.amazonaws.com"


def test_an_endpoint_where_nobody_listens_is_unreachable() -> None:
    async def test() -> None:
        async with serving() as (emulator, gateway):
            await emulator.stop()
            with pytest.raises(Unreachable, match="GetAccount"):
                await gateway.resources.account()

    run(test())


@pytest.mark.parametrize(
    ("url", "is_it"),
    [
        ("http://localhost:1", True),
        ("http://127.0.0.1", True),
        ("https://127.8.8.8:443/x", True),
        ("http://[::1]:80", True),
        ("http://localhost.evil.com", False),
        ("http://127.0.0.1.evil.com", False),
        ("http://127.0.0.1@evil.com", False),
        ("http://10.0.0.1", False),
        ("https://email.us-east-1.amazonaws.com", False),
    ],
)
def test_what_stays_on_this_machine(url: str, is_it: bool) -> None:
    assert is_loopback(url) is is_it


async def test_an_endpoint_of_the_environment_is_not_taken_for_aws(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    async with open_gateway(Connection("us-east-1")) as gateway:
        assert gateway.connection.endpoint is None
    monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", emulator.url)
    async with open_gateway(Connection("us-east-1")) as gateway:
        assert gateway.connection.endpoint == emulator.url
        assert not (await gateway.resources.account()).stop


async def test_where_an_operation_goes_is_found_out_once(emulator: Emulator) -> None:
    found_out: list[str] = []

    async with open_gateway(Connection("us-east-1", emulator.url)) as gateway:
        gateway._sesv2._client.meta.events.register(
            "before-endpoint-resolution", lambda model, **_: found_out.append(model.name)
        )
        for _ in range(3):
            await gateway.resources.account()
            await gateway.suppressed_destinations(SuppressionList())
    assert found_out == ["GetAccount", "ListSuppressedDestinations"]
    assert operations(emulator) == found_out * 3


@pytest.mark.parametrize("host", ["127.0.0.1", "LOCALHOST"])
async def test_the_host_that_is_signed_is_the_one_that_is_sent_and_as_botocore_would_have_it(host: str) -> None:
    asked: list[web.BaseRequest] = []

    async def answer(request: web.BaseRequest) -> web.Response:
        asked.append(request)
        return web.json_response({})

    runner = web.ServerRunner(web.Server(answer), shutdown_timeout=0.01)
    await runner.setup()
    site = web.TCPSite(runner, host.lower(), 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        async with open_gateway(Connection("us-east-1", f"http://{host}:{port}/below")) as gateway:
            await gateway.resources.account()
    finally:
        await runner.cleanup()
    (request,) = (it for it in asked if it.path.startswith("/below/v2"))
    assert request.headers.getall("Host") == [f"{host.lower()}:{port}"]
    signed = request.headers["Authorization"]
    names = re.findall("SignedHeaders=([^,]*)", signed)[0].split(";")
    assert "host" in names
    # Signed once more, with botocore left to find the host itself.
    others = {name: request.headers[name] for name in names if name != "host"}
    again = AWSRequest("GET", f"http://{host}:{port}{request.path}", others)
    again.context["timestamp"] = request.headers["X-Amz-Date"]
    auth = SigV4Auth(Credentials("emulator", "emulator"), "ses", "us-east-1")
    text = auth.string_to_sign(again, auth.canonical_request(again))
    assert signed.endswith(f"Signature={auth.signature(text, again)}")
