"""Objects in S3, with the connection's credentials, and what is behind SES's pre-signed URLs.

By boto3, whose managed transfer splits, tries again and checks what it sends; so in threads. It is imported when the
first object is put: a start does without.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from sestui.domain.errors import UnexpectedAnswer, UsageError
from sestui.sesv2.translate import translated

_MOST: Final = 64 << 20
"""Bytes of failed records that are read."""
_VERSIONS: Final = 20
"""Versions of one object that are removed at most: one for each time that its upload was begun anew."""


class Keys(NamedTuple):
    """AWS credentials, as they are just now."""

    access_key: str
    secret_key: str
    token: str | None


class Objects:
    """What can be done with objects of one connection's account. Every method raises `SestuiError` only."""

    def __init__(
        self, keys: Callable[[], Awaitable[Keys]], profile: str | None, region: str, *, beside: str = ""
    ) -> None:
        """`beside` is the endpoint of an SES on this machine, empty for any other: its S3 has to be there as well."""
        self._keys = keys
        self._profile = profile
        self._region = region
        self._beside = beside
        self._made_of: Keys | None = None
        self._client: Any = None
        self.permit: Callable[[str], Awaitable[None]] = _always
        """Asked before anything that changes something, and raises where it may not be."""

    async def endpoint(self) -> str:
        """Return the URL of the S3 in use; empty for AWS's own.

        Raises:
            UsageError: SES is on this machine and S3 would be AWS's.
        """
        url = str((await self._made()).meta.endpoint_url)
        if is_loopback(url):
            return url
        if self._beside:
            raise UsageError(
                f"SES is at {self._beside}, on this machine: no addresses are sent to AWS's S3 for it. "
                "AWS_ENDPOINT_URL_S3 names its S3."
            )
        host = urlsplit(url).hostname or ""
        return "" if host.endswith((".amazonaws.com", ".amazonaws.com.cn", ".api.aws")) else url

    async def put(self, bucket: str, key: str, body: bytes) -> None:
        """Write an object, or write it over."""
        await self.permit("s3:PutObject")
        client = await self._made()
        more = {"ContentType": "application/x-ndjson"}

        def put() -> None:
            with translated("s3:PutObject"):
                client.upload_fileobj(io.BytesIO(body), bucket, key, ExtraArgs=more)

        await asyncio.to_thread(put)

    async def remove(self, bucket: str, key: str) -> str:
        """Remove an object, where the bucket keeps versions all of them; return what is left in words, or nothing."""
        await self.permit("s3:DeleteObject")
        client = await self._made()

        def remove() -> str:
            for _ in range(_VERSIONS):
                version = _version(client, bucket, key)
                if version is None:
                    return ""
                named = {"VersionId": version} if version else {}
                with translated("s3:DeleteObjectVersion" if version else "s3:DeleteObject"):
                    answer = client.delete_object(Bucket=bucket, Key=key, **named)
                if not version:
                    marked = answer.get("DeleteMarker")
                    return "the bucket keeps versions, and the role may not see which" if marked else ""
            return "the bucket has many versions of it"

        return await asyncio.to_thread(remove)

    async def behind(self, url: str) -> bytes:
        """Return what a pre-signed URL shows; it is asked without credentials."""
        return await asyncio.to_thread(_fetch, url)

    async def _made(self) -> Any:
        keys = await self._keys()
        # Temporary ones are renewed while a job goes on.
        if self._client is None or keys != self._made_of:
            self._client = await asyncio.to_thread(self._make, keys)
            self._made_of = keys
        return self._client

    def _make(self, keys: Keys) -> Any:
        from boto3.session import Session
        from botocore.config import Config

        config = Config(retries={"mode": "standard", "total_max_attempts": 4}, connect_timeout=5, read_timeout=60)
        with translated("the connection to S3"):
            session = Session(*keys, region_name=self._region, profile_name=self._profile)
            return session.client("s3", config=config)


async def _always(_: str) -> None:
    """Whatever is asked for is allowed."""


def is_loopback(url: str) -> bool:
    """Tell whether a URL stays on this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _version(client: Any, bucket: str, key: str) -> str | None:
    """Return an object's VersionId, empty where it has none or that can't be told; None: there is no object."""
    from botocore.exceptions import ClientError

    with translated("s3:GetObject"):
        try:
            return str(client.head_object(Bucket=bucket, Key=key).get("VersionId", ""))
        except ClientError as error:
            # A HEAD has no words but the status.
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            if status == 404:
                return None
            if status == 403:
                return ""
            raise


def _fetch(url: str) -> bytes:
    from botocore.awsrequest import AWSRequest
    from botocore.httpsession import URLLib3Session
    from botocore.utils import get_environ_proxies

    what = "the URL of the failed records"
    if urlsplit(url).scheme not in ("http", "https"):
        raise UnexpectedAnswer(f"SES names no URL for the failed records: {url[:80]!r}.")
    with translated(what):
        http = URLLib3Session(proxies=get_environ_proxies(url), timeout=(5, 60))
        answer = http.send(AWSRequest("GET", url, stream_output=True).prepare())
        if answer.status_code != 200:
            raise UnexpectedAnswer(f"{what[0].upper()}{what[1:]} answers {answer.status_code}.")
        body = bytes(answer.raw.read(_MOST, decode_content=True))
    return body
