"""Runs jobs of the journal against a connection, which has to be the one that they were planned on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from sestui.domain.errors import JobRefused, NotFound, SestuiError
from sestui.domain.job import Job, Result, Wish
from sestui.domain.priority import Priority
from sestui.services.in_thread import in_thread
from sestui.services.journal import Journal
from sestui.services.running import Run
from sestui.sesv2.gateway import Gateway

if TYPE_CHECKING:
    from sestui.services.importing import ImportRun


class Jobs:
    """Runs jobs of one journal against one connection."""

    def __init__(
        self,
        gateway: Gateway,
        journal: Journal,
        clock: Callable[[], float],
        *,
        dry: bool = False,
        read_back: str = "sample",
        priority: Priority = Priority.JOB,
        tenants: Mapping[str, str] | None = None,
    ) -> None:
        """`dry` makes no call that changes anything; `read_back` is `sample` or `all`.

        `priority` is whose calls they are: a few entries that a person waits for should not wait for a loading list.
        `tenants` are TenantIds by TenantName that this connection has just told: they need not be asked for again.
        """
        self._gateway = gateway
        self._journal = journal
        self._clock = clock
        self._dry = dry
        self._read_back = read_back
        self._priority = priority
        self._tenants = tenants or {}
        self._runs: dict[int, Run | ImportRun] = {}
        self.halted_by: SestuiError | None = None
        """What ended the last run before its time, where SES or the connection did."""

    async def run(
        self,
        number: int,
        tell: Callable[[Sequence[Result]], None] = lambda _: None,
        *,
        only_end: bool = False,
    ) -> Job:
        """Carry out what remains of a job and return how far it is; `tell` hears of outcomes once they are on the disk.

        Args:
            only_end: begin nothing; see what became of what SES was asked for, take objects out of S3, and cancel the
                job. It goes by S3.

        Raises:
            JobRefused: it runs already, is over, or was planned on another connection. Nothing was sent.
            ReadOnly: this connection may not be changed, unless it is a dry run. Nothing was sent.
            SestuiError: the connection can't be verified. Nothing was changed.
            JournalTrouble: the journal can't be written to any more. What was asked last is settled by the next run.
        """
        if not self._dry:
            await self._gateway.may_change()
        with self._journal.alone(number):
            planned = await in_thread(self._journal.job, number)
            await verify(self._gateway, planned, self._tenants)
            if planned.via:
                from sestui.services.importing import ImportRun, check  # A start does without.

                await check(self._gateway, planned)
            job = await in_thread(self._journal.begin, number)
            what = self._gateway, self._journal, self._clock, job, tell
            run: Run | ImportRun
            if job.via:
                wish = Wish.CANCEL if only_end else None
                run = ImportRun(*what, dry=self._dry, read_back=self._read_back, priority=self._priority, wish=wish)
            else:
                run = Run(*what, dry=self._dry, read_back=self._read_back, priority=self._priority)
            self._runs[number] = run
            try:
                await run.to_the_end()
            finally:
                del self._runs[number]
                self.halted_by = run.halted_by
            return await in_thread(self._journal.job, number)

    def pause(self, number: int) -> bool:
        """Let a run end once what is under way is answered, and be written down as paused; False: none has begun."""
        run = self._runs.get(number)
        if run is not None:
            run.pause()
        return run is not None


def pace(gateway: Gateway) -> float | None:
    """Return how many calls a second a job may make, as far as SES has taught; None: nothing is known."""
    paces = [gateway.pacer.pace_of(f"{verb}SuppressedDestination") for verb in ("Delete", "Put", "Get")]
    return min((it for it in paces if it is not None), default=None)


async def verify(gateway: Gateway, job: Job, tenants: Mapping[str, str] | None = None) -> None:
    """See to it that this is where a job was planned; `tenants` are TenantIds that need not be asked for.

    Raises:
        JobRefused: it is not.
        SestuiError: that can't be told.
    """
    here, there = await gateway.identify(), job.connection
    for what, now, then in (
        ("account", here.account, there.account),
        ("Region", here.region, there.region),
        ("endpoint", here.endpoint or "AWS's own", there.endpoint or "AWS's own"),
    ):
        if now != then:
            raise JobRefused(f"Job {job.id} was planned on {what} {then}, this is {now}. Nothing was done.")
    for name, tenant_id in job.tenants.items():
        try:
            now = (tenants or {}).get(name) or (await gateway.resources.tenant(name, priority=Priority.JOB)).tenant_id
        except NotFound:
            raise JobRefused(f"Tenant {name}, on whose list job {job.id} works, is not there any more.") from None
        if now != tenant_id:
            raise JobRefused(
                f"Tenant {name} is not the one that job {job.id} was planned for (TenantId {tenant_id}, "
                f"now {now}). Nothing was done."
            )
