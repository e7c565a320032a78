"""The account's alias, the name that people know it by, as IAM has it: nothing waits for it or hangs on it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from threading import Thread
from typing import Final

from sestui.domain.errors import SestuiError
from sestui.sesv2.objects import Keys, is_loopback

_WITHIN: Final = 5.0
"""Seconds that IAM is given; a bastion often can't reach it."""


async def account_alias(keys: Callable[[], Awaitable[Keys]], profile: str | None, region: str, *, local: bool) -> str:
    """Return it; empty where there is none, IAM can't be reached, or the role lacks iam:ListAccountAliases.

    Args:
        local: whether SES is on this machine: then nothing is asked of an IAM that isn't.
    """
    if local and not is_loopback(os.environ.get("AWS_ENDPOINT_URL_IAM", "")):
        return ""
    loop = asyncio.get_running_loop()
    told: asyncio.Future[str] = loop.create_future()
    try:
        had = await keys()
    except SestuiError:
        return ""

    def tell(alias: str) -> None:
        if not told.done():
            told.set_result(alias)

    def ask() -> None:
        alias = _asked(had, profile, region)
        # The loop may be closed by now.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(tell, alias)

    # One that nobody waits for at the end of the program.
    Thread(target=ask, name="alias", daemon=True).start()
    return await told


def _asked(keys: Keys, profile: str | None, region: str) -> str:
    from boto3.session import Session
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    config = Config(retries={"total_max_attempts": 1}, connect_timeout=_WITHIN, read_timeout=_WITHIN)
    try:
        iam = Session(*keys, region_name=region, profile_name=profile).client("iam", config=config)
        return str(next(iter(iam.list_account_aliases(MaxItems=1)["AccountAliases"]), ""))
    except (BotoCoreError, ClientError):
        return ""
