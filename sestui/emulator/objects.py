"""The objects in S3 that an import job reads, from the S3 that an emulator is given."""

from __future__ import annotations

from urllib.parse import quote

import aiohttp
from yarl import URL

_PATIENCE = aiohttp.ClientTimeout(total=30)
_SIGNED = (
    "AWS4-HMAC-SHA256 Credential=sestui-emulator/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
)
"""S3 on a developer's machine checks no signature, but takes whoever sends none for a stranger."""


class Unreadable(Exception):
    """An object can't be read; says why."""


class Objects:
    """Whatever S3 there is."""

    def __init__(self, endpoint: str) -> None:
        """`endpoint` is S3's URL; empty: there is none."""
        self._endpoint = endpoint.rstrip("/")

    async def read(self, url: str) -> bytes:
        """The object at `s3://bucket/key`. Raises Unreadable."""
        if not self._endpoint:
            raise Unreadable("This emulator was given no S3: --s3-endpoint-url.")
        bucket, _, key = url.removeprefix("s3://").partition("/")
        where = URL(f"{self._endpoint}/{quote(bucket)}/{quote(key)}", encoded=True)
        try:
            async with (
                aiohttp.ClientSession(timeout=_PATIENCE) as session,
                session.get(where, headers={"Authorization": _SIGNED}) as answer,
            ):
                if answer.status != 200:
                    raise Unreadable(f"The object {url} can't be read: S3 answers {answer.status}.")
                return await answer.read()
        except (TimeoutError, aiohttp.ClientError) as error:
            raise Unreadable(f"The object {url} can't be read: {error}.") from error
