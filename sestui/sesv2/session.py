"""Opens a gateway: botocore's normal chain for credentials and Region, one session, clients made once."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from functools import cache, partial
from typing import Any, cast
from urllib.parse import urlsplit

import botocore
from aiobotocore.config import AioConfig
from aiobotocore.httpsession import AIOHTTPSession
from aiobotocore.session import AioSession, get_session
from botocore.exceptions import NoCredentialsError
from botocore.utils import get_environ_proxies, is_valid_endpoint_url, is_valid_ipv6_endpoint_url, parse_timestamp

from sestui.domain.errors import ConnectionProblem, NoRegion, UsageError
from sestui.domain.guard import Guard
from sestui.domain.secret import Secret
from sestui.domain.suppression import Connection
from sestui.sesv2 import answers, credentials
from sestui.sesv2.alias import account_alias
from sestui.sesv2.descriptions import descriptions
from sestui.sesv2.gateway import Gateway
from sestui.sesv2.objects import Keys, Objects, is_loopback
from sestui.sesv2.translate import translated

_CONNECTIONS = 96
"""Calls under way at once at most: a job gains up to here, a loading list little beyond 16 (measured)."""


class _OneTry(AIOHTTPSession):  # type: ignore[misc]
    """aiohttp sends a request anew, unasked, where a kept connection breaks, if it takes the method for repeatable.

    So a DELETE that SES carried out is answered by a 404, and passes for somebody else's. Retries are the gateway's.
    """

    async def _get_session(self, proxy_url: str | None) -> Any:
        session = await super()._get_session(proxy_url)
        # A private name, but the only switch there is; `test_jobs` sees to it that it works.
        session._retry_connection = False
        return session


_CONFIG = AioConfig(
    # Retries are the gateway's, so that the screen can show them: none here.
    retries={"mode": "standard", "total_max_attempts": 1},
    connect_timeout=5,
    read_timeout=20,
    max_pool_connections=_CONNECTIONS,
    # Whole, for botocore puts its own together anew for each request: a tenth of what a call costs here.
    user_agent=f"Botocore/{botocore.__version__} sestui",
    http_session_cls=_OneTry,
    # A shape that SES refuses gets SES's own words; one that botocore refuses never leaves.
    parameter_validation=True,
)


@asynccontextmanager
async def open_gateway(
    asked: Connection,
    secret: Secret = Secret(),  # noqa: B008 - frozen
    guard: Guard = Guard(),  # noqa: B008 - frozen
    *,
    code: str | None = None,
) -> AsyncIterator[Gateway]:
    """Yield a gateway to the profile, Region and endpoint asked for; empty fields are botocore's to fill.

    `secret` is what the `Gateway.secret` of another process returned; `guard` says what may be changed there. `code` is
    of the MFA device, where the profile's role wants one: with None it is asked for on the terminal at the first call;
    else never, and credentials are had before this returns.

    Raises:
        NoRegion, NoCredentials, ConnectionProblem, UsageError: before any call is made.
        Unreachable, ServiceError: with a code, if only an empty one: credentials can't be had.
    """
    if asked.endpoint is not None and not _is_url(asked.endpoint):
        raise UsageError(f"{asked.endpoint!r} is no endpoint URL: one is http:// or https://, a host and maybe a port.")
    async with AsyncExitStack() as clients:
        with translated("the connection"):
            # Reads AWS's files and 4 MB of service descriptions: off the loop, so that keys are answered meanwhile.
            session = await asyncio.to_thread(_prepare, asked)
            if secret:
                session.set_credentials(*json.loads(secret.text))
            region = asked.region or os.environ.get("AWS_REGION") or session.get_config_variable("region")
            if not region:
                raise NoRegion("No Region: name one with --region, or set it for the profile.", _choice_of_regions())
            loopback = asked.endpoint is not None and is_loopback(asked.endpoint)
            if code is not None:
                credentials.ask_nobody(session, code)
                if not await credentials.have(session) and not loopback:
                    raise NoCredentialsError
            else:
                await credentials.found(session)
            if code:
                credentials.use_to_the_end(session)
            common: dict[str, Any] = {"region_name": region, "config": _CONFIG}
            if loopback and urlsplit(asked.endpoint).scheme == "http" and not get_environ_proxies(asked.endpoint):
                # There is no certificate to verify, and reading those of the authorities takes 25 ms.
                common["verify"] = False
            if loopback:
                common |= await _made_up_credentials(session)
            sesv2 = await clients.enter_async_context(
                session.create_client("sesv2", endpoint_url=asked.endpoint, **common)
            )
        beside = sesv2.meta.endpoint_url if is_loopback(sesv2.meta.endpoint_url) else ""
        keys = partial(_keys, session, made_up=loopback)
        objects = Objects(keys, asked.profile, region, beside=beside)

        async def sts() -> Any:
            # Only a loopback endpoint serves STS too: elsewhere the caller's signature goes to AWS's own STS alone.
            its_own = asked.endpoint if loopback else None
            client = await clients.enter_async_context(session.create_client("sts", endpoint_url=its_own, **common))
            _watch(client, gateway)
            return client

        gateway = Gateway(sesv2, sts, asked, partial(_secret, session), objects, guard)
        _watch(sesv2, gateway)
        gateway.alias = partial(account_alias, keys, asked.profile, region, local=bool(beside))
        gateway.expiry, gateway.close = partial(credentials.expiry, session), clients.aclose
        # The environment or the profile may name another endpoint: the screen must not claim that AWS answers.
        endpoint = asked.endpoint or _other_than_aws(sesv2.meta.endpoint_url)
        gateway.connection = asked._replace(region=region, endpoint=endpoint)
        yield gateway


def _watch(client: Any, gateway: Gateway) -> None:
    answers.watch(client, gateway.quiet)
    client.meta.events.register("before-call", _name_host)
    _find_endpoints_once(client)


def _find_endpoints_once(client: Any) -> None:
    """Have botocore find out once for each operation where its calls go, not for each call: a twentieth of its time.

    What is asked of a client here goes to one Region and by one configuration, whatever its parameters are.
    """
    # A private name: botocore's event for it comes after most of the work. `test_session` sees to it that it works.
    resolver = client._ruleset_resolver
    find, found = resolver.construct_endpoint, dict[str, Any]()

    async def once(operation_model: Any, call_args: Any, request_context: Any) -> Any:
        if operation_model.name not in found:
            found[operation_model.name] = await find(operation_model, call_args, request_context)
        return found[operation_model.name]

    resolver.construct_endpoint = once


def _name_host(params: dict[str, Any], **_: Any) -> None:
    """Say to whom a request goes; botocore's signer would find out for each anew, in a twentieth of its time."""
    scheme, _, rest = params["url"].partition("://")
    params["headers"]["Host"] = _host(scheme, rest.partition("/")[0])


@cache
def _host(scheme: str, where: str) -> str:
    """Return the header Host (RFC 9110, 7.2): without the port that the scheme implies, and without a user."""
    host = where.rpartition("@")[2].lower()
    return host.removesuffix({"http": ":80", "https": ":443"}[scheme])


def _other_than_aws(url: str) -> str | None:
    host = urlsplit(url).hostname or ""
    return None if host.endswith((".amazonaws.com", ".amazonaws.com.cn", ".api.aws")) else url


def _choice_of_regions() -> str:
    # boto3 knows them without a call; imported only for those who have to be told.
    from boto3.session import Session

    return f"SES is in {', '.join(sorted(Session().get_available_regions('sesv2')))}."


def _choice_of_profiles() -> str:
    from boto3.session import Session

    names = Session().available_profiles
    return f"There are {', '.join(names)}." if names else "AWS's configuration files name none."


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        valid = is_valid_endpoint_url(text) or is_valid_ipv6_endpoint_url(text)
        # Reading the port raises where it is no number.
        return parts.scheme in ("http", "https") and parts.port != 0 and bool(valid)
    except ValueError:
        return False


def _prepare(asked: Connection) -> AioSession:
    session = get_session() if asked.profile is None else AioSession(profile=asked.profile)
    if asked.profile is not None and asked.profile not in session.available_profiles:
        raise ConnectionProblem(f"There is no profile {asked.profile!r}.", _choice_of_profiles())
    session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=_timestamp)
    if asked.endpoint is not None and is_loopback(asked.endpoint):
        # An emulator needs no instance role, and asking for one takes seconds where there is none.
        session.get_component("credential_provider").remove("iam-role")
    paths = session.get_component("data_loader").search_paths
    session.register_component("data_loader", descriptions(paths))
    return session


def _timestamp(value: Any) -> float | datetime:
    # Numbers are rest-json's timestamps, and a million datetimes cost 26 s; strings are credentials' expiries.
    try:
        return float(value) if isinstance(value, int | float) else cast(datetime, parse_timestamp(value))
    except (OverflowError, RuntimeError) as error:
        raise ValueError(f"{str(value)[:40]} is no time") from error


async def _made_up_credentials(session: AioSession) -> dict[str, Any]:
    """Return credentials for a loopback endpoint where the chain has none: an emulator checks no signature."""
    if await session.get_credentials() is not None:
        return {}
    return {"aws_access_key_id": "emulator", "aws_secret_access_key": "emulator"}


async def _keys(session: AioSession, *, made_up: bool) -> Keys:
    """Return the credentials in use, renewed if need be.

    Raises:
        NoCredentials: there are none.
    """
    with translated("the credentials"):
        found = await session.get_credentials()
        if found is None and made_up:
            return Keys("emulator", "emulator", None)
        if found is None:
            raise NoCredentialsError
        keys = await found.get_frozen_credentials()
        return Keys(keys.access_key, keys.secret_key, keys.token)


async def _secret(session: AioSession) -> Secret:
    """Return the credentials in use, where another process can't find them: its environment lacks them, nobody is asked
    for the code of an MFA device again. What the profile names otherwise it finds, and renews, by itself.

    Raises:
        NoCredentials, Unreachable: they have run out and can't be had again.
    """
    with translated("the credentials"):
        found = await session.get_credentials()
        if found is None or not (found.method in ("env", "explicit") or _asks_for_a_code(session)):
            return Secret()
        keys = await found.get_frozen_credentials()
        return Secret(json.dumps([keys.access_key, keys.secret_key, keys.token]).encode())


def _asks_for_a_code(session: AioSession) -> bool:
    """Tell whether the profile's role, or one on the way to it, is assumed with an MFA device's code."""
    profiles = session.full_config["profiles"]
    name, seen = session.get_config_variable("profile") or "default", set()
    while name and name not in seen:
        seen.add(name)
        profile = profiles.get(name, {})
        if "role_arn" in profile and "mfa_serial" in profile:
            return True
        name = profile.get("source_profile")
    return False
