"""The emulator on its port: each request is understood, let through or struck by a fault, carried out, answered.

A bare aiohttp server without its router: the routes are the service model's, matched on the path as it was sent, since
a decoded one no longer tells an address's slash from the path's.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
import socket
import struct
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from email.utils import formatdate
from functools import partial
from types import TracebackType
from typing import Self, TextIO
from urllib.parse import parse_qs

from aiohttp import web

from sestui.emulator import answers, model, operations
from sestui.emulator.conditions import Conditions
from sestui.emulator.errors import Refusal, Silence
from sestui.emulator.faults import Weather
from sestui.emulator.mail import Mail
from sestui.emulator.model import Asked
from sestui.emulator.objects import Objects
from sestui.emulator.requests import Request, RequestLog
from sestui.emulator.seed import World, populate
from sestui.emulator.state import ACCOUNT_ID, CALLER, Call, caller_arn

_SCOPE = re.compile(r"Credential=([^/]+)/\d{8}/([a-z0-9-]+)/")
"""Where a signature names the access key and the Region."""
_FAILED_RECORDS = "/failed-records/"
_LARGEST = 60_000_000
"""Bytes of a request: a mail of 40 MB, the most that SES takes, in base64."""
_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER that makes closing a socket reset its connection."""


class Emulator:
    """SESv2 and STS's GetCallerIdentity for one world; the world outlives `stop` and a new `start`.

    `clock` gives seconds since the epoch: the world is laid out behind its first answer, and every rate, token and
    date hangs on it. Only latency is waited for in real time.
    """

    def __init__(
        self,
        world: World = World(),  # noqa: B008 - frozen
        conditions: Conditions = Conditions(),  # noqa: B008
        *,
        clock: Callable[[], float] = time.time,
        access_log: TextIO | None = None,
        s3: str = "",
    ) -> None:
        """`s3` is the URL of the S3 that import jobs read their objects from; empty: there is none."""
        self._clock = clock
        self._seed = world.seed
        self._state = populate(world, clock())
        self._log = RequestLog(access_log)
        self._objects = Objects(s3)
        self._ids = random.Random(f"{world.seed}/request ids")
        self._runner: web.ServerRunner | None = None
        self._stopping = asyncio.Event()
        self.conditions = conditions
        self.url = ""

    @property
    def conditions(self) -> Conditions:
        """What holds from the next request on; setting it refills the buckets and starts the faults anew."""
        return self._conditions

    @conditions.setter
    def conditions(self, conditions: Conditions) -> None:
        self._conditions = conditions
        self._weather = Weather(conditions, self._seed, self._clock())

    @property
    def requests(self) -> list[Request]:
        """What was asked, newest last."""
        return self._log.requests

    @property
    def sent(self) -> list[Mail]:
        """The mail that SendEmail accepted, newest last: which list was consulted, and whom it kept the mail from."""
        return self._state.outbox.mails

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Listens, on a free port if it is 0, and answers the URL. Raises OSError if it cannot."""
        self._stopping = asyncio.Event()
        as_large = partial(web.BaseRequest, loop=asyncio.get_running_loop(), client_max_size=_LARGEST)
        runner = web.ServerRunner(web.Server(self._answer, request_factory=as_large), shutdown_timeout=0.01)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        bound = runner.addresses[0][1]
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{bound}"
        self._state.imports.failed_records = f"{self.url}{_FAILED_RECORDS}"
        return self.url

    async def stop(self) -> None:
        """Closes the port and every connection, answered or not."""
        runner, self._runner = self._runner, None
        self._stopping.set()
        if runner is not None:
            await runner.cleanup()

    def close(self) -> None:
        """Lets go of the world, which a `stop` keeps."""
        self._state.lists.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.stop()

    async def _answer(self, http: web.BaseRequest) -> web.StreamResponse:
        now = self._clock()
        body = await http.read()
        if http.path.startswith(_FAILED_RECORDS):
            return self._failed_records(http)
        request_id = str(uuid.UUID(int=self._ids.getrandbits(128), version=4))
        scope = _SCOPE.search(http.headers.get("Authorization", ""))
        region = scope[2] if scope else "us-east-1"
        # An access key of twelve digits names the account, as LocalStack and moto have it.
        account = scope[1] if scope and len(scope[1]) == 12 and scope[1].isdecimal() else ACCOUNT_ID
        service, asked = _understand(http.method, http.raw_path, body)
        status, error = 200, None
        try:
            call = Call(asked.operation, asked.parameters, now, region, account, self._conditions.quirks)
            answer = await self._carry_out(service, call, asked.problem, request_id)
            headers = {"Content-Type": "application/json" if service == "ses" else "text/xml"}
        except Refusal as refusal:
            status, error = refusal.status, refusal.kind
            answer, headers = (
                answers.error_body(refusal) if service == "ses" else answers.sts_error_body(refusal, request_id)
            )
        except Silence as silence:
            self._log.add(Request(now, asked.operation, asked.parameters, 0, silence.kind, self._state.outbox.take()))
            if silence.forever:
                await self._stopping.wait()
            _reset(http)
            return web.Response()
        self._log.add(Request(now, asked.operation, asked.parameters, status, error, self._state.outbox.take()))
        date = formatdate(self._clock(), usegmt=True)
        return web.Response(
            status=status, body=answer, headers={"x-amzn-RequestId": request_id, "Date": date, **headers}
        )

    def _failed_records(self, http: web.BaseRequest) -> web.StreamResponse:
        """Answer for the S3 of SES's own where failed records lie: the URL is all that it takes."""
        job = http.path.removeprefix(_FAILED_RECORDS)
        found = self._state.imports.records(job, http.query.get("X-Amz-Signature", ""), self._conditions.quirks)
        return web.Response(status=403) if found is None else web.Response(body=found)

    async def _carry_out(self, service: str, call: Call, problem: Refusal | None, request_id: str) -> bytes:
        # Throttling and a denial are decided when a request comes in, the change is made when its time has passed.
        weather = self._weather
        latency = self._conditions.latency
        verdict: Exception | None = problem
        reset_after = False
        try:
            arn = operations.resource_arn(self._state, call)
            reset_after = weather.strike(service, call.operation, call.parameters, caller_arn(call), arn)
            weather.throttle(service, call.operation, call.now)
        except (Refusal, Silence) as struck:
            verdict = struck
        if latency:
            await asyncio.sleep(latency)
            call = replace(call, now=self._clock())
        if verdict is not None:
            raise verdict
        if self._state.imports.open:
            await self._state.imports.advance(self._state, call.now, call.quirks, self._objects)
        try:
            return self._result(service, call, request_id)
        finally:
            if reset_after:
                raise Silence("reset-after")

    def _result(self, service: str, call: Call, request_id: str) -> bytes:
        if service == "ses":
            return operations.carry_out(self._state, call)
        user = f"AROAEMULATOR{call.account[:9]}:{CALLER}"
        return answers.identity_body(call.account, caller_arn(call), user, request_id)


def _understand(method: str, target: str, body: bytes) -> tuple[str, Asked]:
    """The service and what it is asked."""
    if method == "POST" and target in ("", "/"):
        form = {name: values[-1] for name, values in parse_qs(body.decode(errors="replace")).items()}
        action = form.pop("Action", "Unknown")
        form.pop("Version", None)
        if action == "GetCallerIdentity":
            return "sts", Asked(action, form)
        return "sts", Asked(
            action, form, Refusal("InvalidAction", f"The action {action} is not valid for this endpoint.")
        )
    try:
        return "ses", model.read(method, target, body)
    except Refusal as unknown:
        return "ses", Asked("Unknown", {}, unknown)


def _reset(http: web.BaseRequest) -> None:
    transport = http.transport
    if transport is None:
        return
    connection = transport.get_extra_info("socket")
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    transport.abort()
