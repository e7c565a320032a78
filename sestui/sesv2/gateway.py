"""SESv2 as typed async methods: domain types in and out, retries in the open, every call through the pacer.

What reads settings, import jobs and the like is imported when it is asked for: 20 ms that the first addresses come
sooner.
"""

from __future__ import annotations

from asyncio import Event
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sestui.domain.guard import Guard
from sestui.domain.priority import Priority
from sestui.sesv2 import entries
from sestui.sesv2.calls import Calls, never
from sestui.sesv2.pacing import Pacer
from sestui.sesv2.translate import translated

if TYPE_CHECKING:
    from sestui.domain.insights import MessageInsights
    from sestui.domain.permission import Permission
    from sestui.domain.request import Request
    from sestui.domain.secret import Secret
    from sestui.domain.suppression import (
        Connection,
        Reason,
        SuppressedDestination,
        SuppressedDestinationSummary,
        SuppressionList,
    )
    from sestui.sesv2.changes import Changes
    from sestui.sesv2.import_jobs import ImportJobs
    from sestui.sesv2.objects import Objects
    from sestui.sesv2.resources import Resources

PAGE_SIZE: Final = 1000
"""Entries a page of a suppression list: what SES gives at most (aws-cli issue 7859; the model states no bound)."""


class Page(NamedTuple):
    """One answer of ListSuppressedDestinations."""

    entries: list[SuppressedDestinationSummary]
    next_token: str | None
    """None on the last page."""
    ses_time: float | None = None
    """SES's own time when it answered, in whole seconds since 1970; None where the answer doesn't say."""


class Receipt(NamedTuple):
    """What is left of a call that changed something."""

    attempts: int
    """How many requests were sent."""
    request_id: str | None = None
    """Of the last of them, as AWS support asks for it."""


class Gateway:
    """All that sestui asks of one connection.

    Every method raises `SestuiError` only. Throttling, faults and missing answers are tried again here; what is
    still wrong after that is raised. A method that may not be repeated says so.
    """

    def __init__(
        self,
        sesv2: Any,
        sts: Callable[[], Awaitable[Any]],
        connection: Connection,
        secret: Callable[[], Awaitable[Secret]],
        objects: Objects,
        guard: Guard = Guard(),  # noqa: B008 - frozen
    ) -> None:
        self.connection = connection
        """Where the answers come from; `identify` adds who asks."""
        self.guard = guard
        """What may be changed there."""
        self.secret = secret
        """Returns what `open_gateway` has to be given in another process, to ask in the same name."""
        self.expiry: Callable[[], float | None] = lambda: None
        """Returns when the credentials run out, in seconds since 1970; None where botocore knows no end."""
        self.alias: Callable[[], Awaitable[str]]
        """Returns the account's alias, as `account_alias` does."""
        self.close: Callable[[], Awaitable[None]]
        """Ends the connection before its time; calls under way get no answer."""
        self.pacer = Pacer()
        self.listeners: list[Callable[[Request], None]] = []
        """Told of each request of SES and STS once it has ended."""
        self._sesv2 = Calls(sesv2, self.pacer, self._permit, self.listeners)
        self.objects = objects
        objects.permit = self._permit
        self._make_sts = sts
        self._sts: Calls | None = None
        self.quiet = Event()
        """Cleared while something more urgent is at work on the event loop: pages of lists wait to be read."""
        self.quiet.set()

    @cached_property
    def imports(self) -> ImportJobs:
        from sestui.sesv2.import_jobs import ImportJobs

        return ImportJobs(self._sesv2)

    @cached_property
    def resources(self) -> Resources:
        from sestui.sesv2.resources import Resources

        return Resources(self._sesv2, self._arn)

    @cached_property
    def changes(self) -> Changes:
        from sestui.sesv2.changes import Changes

        return Changes(self._sesv2, self._arn)

    async def identify(self) -> Connection:
        """Return the connection with account and ARN, as STS GetCallerIdentity tells them."""
        if self._sts is None:
            # No sooner: making a client takes 5 ms, 30 where it reads certificates, and the first rows need none.
            with translated("GetCallerIdentity"):
                client = await self._make_sts()
            # STS has quotas of its own: its answers say nothing of what SES lets through.
            self._sts = Calls(client, Pacer(), self._permit, self.listeners)
        answer = await self._sts.answer("GetCallerIdentity", {}, Priority.PERSON)
        with translated("GetCallerIdentity"):
            self.connection = self.connection._replace(account=answer["Account"], arn=answer["Arn"])
        return self.connection

    async def may_change(self, what: str = "Nothing was done") -> None:
        """See to it that this connection may be changed, and that it is known whether it is production.

        Raises:
            ReadOnly: it may not; `what` begins its text.
            SestuiError: the settings name accounts, and whose this is can't be told.
        """
        if self.guard.is_unsure(self.connection):
            await self.identify()
        self.guard.check(self.connection, what)

    def name_to_type(self, tenants: Collection[str | None] = ()) -> str:
        """Return what a person has to type to change something of these tenants, or of the account; empty for nothing.

        It is certain once `may_change` has returned.
        """
        is_production = self.guard.is_production(self.connection)
        return self.guard.name(self.connection, tenants) if is_production else ""

    async def suppressed_destinations(
        self,
        which: SuppressionList,
        *,
        reasons: tuple[Reason, ...] = (),
        start: float | None = None,
        end: float | None = None,
        next_token: str | None = None,
        page_size: int = PAGE_SIZE,
        priority: Priority = Priority.VISIBLE,
    ) -> Page:
        """Return one page. `start` and `end` are seconds since 1970; whether SES includes them is not documented.

        Raises:
            InvalidNextToken: the token is bad or outdated; start again without one.
            NotFound: there is no such tenant.
        """
        parameters: dict[str, Any] = {**_named(which), "PageSize": page_size}
        if reasons:
            parameters["Reasons"] = [reason.value for reason in reasons]
        optional = {"StartDate": start, "EndDate": end, "NextToken": next_token}
        parameters |= {name: value for name, value in optional.items() if value is not None}
        answer = await self._sesv2.answer("ListSuppressedDestinations", parameters, priority)
        with translated("ListSuppressedDestinations"):
            return Page(entries.summaries(answer), answer.get("NextToken") or None, entries.ses_time(answer))

    async def suppressed_destination(
        self, which: SuppressionList, address: str, *, priority: Priority = Priority.PERSON
    ) -> SuppressedDestination:
        """Return the entry under this exact spelling.

        Raises:
            NotFound: not under this spelling; another case of the local part may still be there.
        """
        answer = await self._sesv2.answer("GetSuppressedDestination", _entry(which, address), priority)
        with translated("GetSuppressedDestination"):
            return entries.suppressed_destination(answer)

    async def message_insights(self, message_id: str, *, priority: Priority = Priority.PERSON) -> MessageInsights:
        """Return what became of a message. Never to be called unasked: AWS may charge for queries of this kind.

        Raises:
            NoDeliverabilityManager: the account has none in this Region.
            NotFound: SES knows nothing, or no more, of this message.
        """
        from sestui.sesv2 import insights

        answer = await self._sesv2.answer("GetMessageInsights", {"MessageId": message_id}, priority)
        with translated("GetMessageInsights"):
            return insights.message_insights(answer)

    async def put_suppressed_destination(
        self,
        which: SuppressionList,
        address: str,
        reason: Reason,
        *,
        priority: Priority = Priority.JOB,
        recalled: Callable[[], bool] = never,
    ) -> Receipt:
        """Add an entry; one that is there gets this reason and today's date.

        Raises:
            Recalled: `recalled`, which is asked before each try, said yes.
        """
        parameters = {**_entry(which, address), "Reason": reason.value}
        return await self._change("PutSuppressedDestination", parameters, priority, recalled)

    async def delete_suppressed_destination(
        self,
        which: SuppressionList,
        address: str,
        *,
        priority: Priority = Priority.JOB,
        recalled: Callable[[], bool] = never,
    ) -> Receipt:
        """Remove the entry under this exact spelling.

        Raises:
            Recalled: `recalled`, which is asked before each try, said yes.
            NotFound: it is not there; where its `unanswered` isn't 0, a try of ours may have removed it.
        """
        return await self._change("DeleteSuppressedDestination", _entry(which, address), priority, recalled)

    async def _permit(self, operation: str) -> None:
        await self.may_change(f"{operation} was not sent")

    async def permissions(self, tenant: str | None = None) -> AsyncIterator[Permission]:
        """Yield which actions the role has, as `sesv2.permissions` finds out: by one call of each read."""
        from sestui.sesv2.permissions import permissions

        async for permission in permissions(self._sesv2, await self._arn(""), tenant):
            yield permission

    async def _arn(self, configuration_set: str) -> str:
        # Partition and account are what STS told of the caller: no answer of SES names a configuration set's ARN.
        where = self.connection if self.connection.arn else await self.identify()
        partition = (where.arn or "").split(":")[1]
        return f"arn:{partition}:ses:{where.region}:{where.account}:configuration-set/{configuration_set}"

    async def _change(
        self, operation: str, parameters: Mapping[str, Any], priority: Priority, recalled: Callable[[], bool]
    ) -> Receipt:
        answer, attempts = await self._sesv2.call(operation, parameters, priority, recalled=recalled)
        return Receipt(attempts, answer.get("ResponseMetadata", {}).get("RequestId"))


def _named(which: SuppressionList) -> dict[str, str]:
    return {} if which.tenant_name is None else {"TenantName": which.tenant_name}


def _entry(which: SuppressionList, address: str) -> dict[str, str]:
    return {"EmailAddress": address, **_named(which)}
