"""Objects of S3: with whose credentials they are sent, where to, and what is asked without any."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from sestui.domain.errors import UnexpectedAnswer, Unreachable, UsageError
from sestui.domain.secret import Secret
from sestui.domain.suppression import Connection
from sestui.emulator import Emulator
from sestui.sesv2.gateway import Gateway
from sestui.sesv2.session import open_gateway


class Recorder:
    """An S3 that takes everything."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, str, str]] = []
        """Method, path, whose signature, session token."""
        self.answer = 200

    async def __call__(self, http: web.BaseRequest) -> web.StreamResponse:
        await http.read()
        signature = http.headers.get("Authorization", "").partition("Credential=")[2].split("/")[0]
        token = http.headers.get("X-Amz-Security-Token", "")
        self.requests.append((http.method, http.path, signature, token))
        return web.Response(status=self.answer, headers={"ETag": '"x"'}, text="words" if http.method == "GET" else "")


@pytest.fixture
async def recorder(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Recorder]:
    it = Recorder()
    runner = web.ServerRunner(web.Server(it))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{runner.addresses[0][1]}")
    yield it
    await runner.cleanup()


async def test_they_are_signed_as_the_connection_is(
    recorder: Recorder, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process of its own is given what it can't find."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDENVIRONMENT")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    here = Connection("us-east-1", emulator.url)
    async with open_gateway(here) as gateway:
        await gateway.objects.put("bucket", "in/a.jsonl", b"{}")
    async with open_gateway(here, Secret(b'["AKIDGIVEN", "secret", "token"]')) as gateway:
        await gateway.objects.put("bucket", "in/b.jsonl", b"{}")
    assert recorder.requests == [
        ("PUT", "/bucket/in/a.jsonl", "AKIDENVIRONMENT", ""),
        ("PUT", "/bucket/in/b.jsonl", "AKIDGIVEN", "token"),
    ]


async def test_a_pre_signed_url_is_asked_without_credentials(recorder: Recorder, gateway: Gateway) -> None:
    where = await gateway.objects.endpoint()
    assert await gateway.objects.behind(f"{where}/failed?X-Amz-Signature=1") == b"words"
    assert recorder.requests == [("GET", "/failed", "", "")]
    recorder.answer = 403
    with pytest.raises(UnexpectedAnswer, match="answers 403"):
        await gateway.objects.behind(f"{where}/failed")
    with pytest.raises(UnexpectedAnswer, match="no URL"):
        await gateway.objects.behind("file:///etc/passwd")
    with pytest.raises(Unreachable):
        await gateway.objects.behind("http://127.0.0.1:9/failed")


async def test_which_s3_it_is(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """For an SES on this machine it is no other's; for AWS's it is AWS's, unless somebody says otherwise."""
    with pytest.raises(UsageError, match="no addresses are sent to AWS's S3"):
        await gateway.objects.endpoint()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDENVIRONMENT")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    async with open_gateway(Connection("us-east-1")) as other:
        assert await other.objects.endpoint() == ""
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "https://s3.corp.com")
    async with open_gateway(Connection("us-east-1")) as other:
        assert await other.objects.endpoint() == "https://s3.corp.com"
