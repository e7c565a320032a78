"""What botocore's chain has for a session: within a bounded time, and without asking on a terminal that has a screen.

Reads private names of botocore's, which has no public way to either; `test_credentials` sees to it that they are there.
"""

import asyncio
import logging
import os
import signal
from asyncio.subprocess import DEVNULL
from datetime import datetime
from typing import Any, Final

from aiobotocore.session import AioSession

from sestui.domain.errors import CodeNeeded, NoCredentials, UnexpectedAnswer, Unreachable
from sestui.sesv2.translate import translated

WITHIN: Final = 20.0
"""Seconds for which credentials are waited for: STS and SSO take one or two, where there is instance metadata 50 ms."""

# botocore logs what it raises as well: without a handler Python would write that to standard error.
logging.getLogger("aiobotocore").addHandler(logging.NullHandler())


def ask_nobody(session: AioSession, code: str) -> None:
    """Have the session use this MFA code, once, and ask for nothing on the terminal: `CodeNeeded` is raised instead."""
    codes = [code] if code else []

    def answer(prompt: str) -> str:
        if codes:
            return codes.pop()
        raise CodeNeeded(prompt.removeprefix("Enter MFA code for ").rstrip(": "))

    chain = session.get_component("credential_provider")
    roles = chain.get_provider("assume-role")
    roles._prompter = answer
    # A `credential_process` may ask too. In a session of its own it has no terminal, and fails instead.
    builder = roles._profile_provider_builder
    create = builder._create_process_provider
    builder._create_process_provider = lambda profile: _without_terminal(create(profile))
    _without_terminal(chain.get_provider("custom-process"))


def _without_terminal(provider: Any) -> Any:
    provider._popen = _started
    return provider


async def _started(*command: str, **pipes: Any) -> Any:
    """Start a program that gives credentials; it ends with whoever waits for what it says, children and all."""
    process: Any = await asyncio.create_subprocess_exec(*command, **pipes, stdin=DEVNULL, start_new_session=True)
    communicate = process.communicate

    async def communicate_to_the_end() -> Any:
        try:
            return await communicate()
        finally:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
                await process.wait()

    process.communicate = communicate_to_the_end
    return process


async def found(session: AioSession) -> Any:
    """Return the credentials that the chain finds, which may still have to be had; None where there are none.

    Raises:
        NoCredentials: as `have`.
    """
    try:
        with translated("the credentials"):
            return await session.get_credentials()
    except (UnexpectedAnswer, AttributeError, TypeError) as error:
        # botocore takes all for well-formed. What was said instead may be a key, and is not repeated.
        words = "what a program, a file or a variable tells of them is not understood"
        raise NoCredentials(f"Credentials can't be had: {words}.") from error


async def have(session: AioSession) -> bool:
    """Have credentials at hand, and return whether the chain has any.

    Raises:
        NoCredentials: they can't be had; `LoginNeeded` and `CodeNeeded` tell what the person can do.
        Unreachable: nobody gave any in time.
        ServiceError: STS refused the role.
    """
    try:
        async with asyncio.timeout(WITHIN):
            credentials = await found(session)
            with translated("the credentials"):
                return credentials is not None and await credentials.get_frozen_credentials() is not None
    except TimeoutError as error:
        raise Unreachable(
            f"Nobody gave credentials within {WITHIN:.0f} s: instance metadata, SSO, STS or the profile's own program."
        ) from error


def use_to_the_end(session: AioSession) -> None:
    """Have keys that took a code used until they end: botocore would rather renew them ten minutes before."""
    if (found := session._credentials) is not None:
        found._advisory_refresh_timeout = found._mandatory_refresh_timeout = 0


def expiry(session: AioSession) -> float | None:
    """Return when the credentials in use run out, in seconds since 1970; None where botocore knows no end."""
    found = getattr(session._credentials, "_expiry_time", None)
    return found.timestamp() if isinstance(found, datetime) else None
