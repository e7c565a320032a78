"""Jobs on the browse screen: run here or as processes of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from sestui.domain.errors import CredentialsRefused, JournalTrouble, NoCredentials, SestuiError
from sestui.domain.job import SAMPLE, Job, Plan, Result, State, Wish, calls
from sestui.domain.job_words import Action, objection, takes, verdict
from sestui.domain.priority import Priority
from sestui.domain.suppression import SuppressionList
from sestui.services.detached import Child
from sestui.services.in_thread import in_thread
from sestui.services.jobs import Jobs, pace
from sestui.services.journal import Journal
from sestui.services.listing import FRESH_FOR
from sestui.services.logout import Logout, at_logout
from sestui.ui.screens.following import Following, settled

if TYPE_CHECKING:
    from textual.worker import Worker

    from sestui.sesv2.gateway import Gateway
    from sestui.settings import Settings
    from sestui.ui.screens.browse import BrowseScreen
    from sestui.ui.screens.reading import Reading

_SETTLES: Final = 0.1
"""Seconds from one look into the journal to the next, while somebody waits for a few entries."""

Launch = Callable[["Gateway", int, Logout], Awaitable[Child]]
"""Starts a job as a process of its own, on a host that does this at logout."""


class Working:
    """Has jobs run on behalf of a screen."""

    def __init__(
        self,
        screen: BrowseScreen,
        reading: Reading,
        clock: Callable[[], float],
        journal: Journal,
        settings: Settings,
        launch: Launch | None,
    ) -> None:
        self._screen = screen
        self._reading = reading
        self._clock = clock
        self._settings = settings
        self._launch = launch
        self._here: dict[int, Worker[None]] = {}
        """The jobs that run in this process."""
        self._logout = Logout()
        self._tenant_ids: dict[str, tuple[str, float]] = {}
        """TenantIds by name, and when each was read."""
        self._following = Following(screen, clock, journal, self._here)
        self.journal = journal

    @property
    def running(self) -> list[int]:
        """The jobs that end with this process."""
        return [number for number, worker in self._here.items() if not worker.is_finished]

    # Starting

    def takes(self, count: int) -> str:
        """Say how long so many calls take, and where the job runs."""
        words = takes(count, self._pace)
        if not self._lasts(count):
            return words
        return f"{words}; {self._logout.ends_it or 'as a process of its own, which outlives this terminal'}"

    @property
    def _pace(self) -> float | None:
        gateway = self._reading.gateway
        assert gateway is not None
        return pace(gateway)

    def _lasts(self, count: int) -> bool:
        return self._launch is not None and count / (self._pace or 1.0) > self._settings.job_in_app

    async def start(self, plan: Plan, *, dry: bool = False) -> int | None:
        """Write a plan down, have it carried out and return the job's number; None where nothing was begun.

        `dry`: all of it but what would change anything.
        """
        screen, gateway = self._screen, self._reading.gateway
        assert gateway is not None
        try:
            if plan.connection.account is None:
                plan = replace(plan, connection=await gateway.identify())
            plan = replace(plan, tenants=await self._tenants(plan))
            if dry:
                await self._dry_run(gateway, plan)
                return None
            number = await in_thread(self.journal.plan, plan)
        except JournalTrouble as error:
            screen.app.keep_error(error)
            screen.status.say(f"Nothing was done, as it has to be written down first. {error}", urgent=True)
            return None
        except SestuiError as error:
            screen.app.tell_error(error)
            return None
        puts = sum(it.wanted is not None for it in plan.entries)
        unknown = sum(not it.known for it in plan.entries)
        await self._set_going(number, calls(len(plan.entries), puts=puts, unknown=unknown))
        return number

    async def outcome(self, number: int) -> tuple[str, list[Result]]:
        """Wait until all entries of a job in this process are settled, and return what it came to, in words and whole.

        A job that runs elsewhere is not waited for.
        """
        while True:
            job = await in_thread(self.journal.job, number)
            if number not in self._here or job.settled == job.total:
                break
            await asyncio.sleep(_SETTLES)
        entries = await in_thread(settled, self.journal, number, 0.0)
        words = verdict(job)
        if self._following.is_child(number) and job.settled < job.total:
            words = (
                f"Job {number} goes on as a process of its own: {self._jobs_key} tells how far it is, "
                f"{self._screen.keys['refresh']} asks the lists again"
            )
        return words, [it.result for it in entries if it.result is not None]

    def prepare(self, lists: Iterable[SuppressionList]) -> None:
        """Learn whose lists these are while a person still reads the plan: a job works on a TenantId's list alone."""
        names = {which.tenant_name for which in lists} - {None} - set(self._fresh)
        for name in names:
            reading = partial(self._read_tenant, str(name))
            _: Worker[None] = self._screen.run_worker(reading, group=f"tenant id {name}", exclusive=True)

    async def _read_tenant(self, name: str) -> None:
        # Where that fails it is asked once more when it is needed, and told.
        with suppress(SestuiError):
            await self._tenant_id(name)

    async def _tenant_id(self, name: str) -> str:
        if name not in self._fresh:
            gateway = self._reading.gateway
            assert gateway is not None
            self._tenant_ids[name] = (await gateway.resources.tenant(name)).tenant_id, self._clock()
        return self._tenant_ids[name][0]

    @property
    def _jobs_key(self) -> str:
        return self._screen.keys["jobs"]

    @property
    def _fresh(self) -> dict[str, str]:
        """TenantIds that were read in the last minutes."""
        since = self._clock() - FRESH_FOR
        return {name: tenant_id for name, (tenant_id, at) in self._tenant_ids.items() if at > since}

    async def _tenants(self, plan: Plan) -> dict[str, str]:
        names = {entry.which.tenant_name for entry in plan.entries} - {None}
        return {name: await self._tenant_id(name) for name in names if name is not None}

    async def _set_going(self, number: int, count: int) -> None:
        gateway = self._reading.gateway
        assert gateway is not None
        child = None
        if self._launch is None or not self._lasts(count):
            self._here[number] = self._screen.run_worker(partial(self._run, gateway, number), group=f"job {number}")
        else:
            try:
                child = await self._launch(gateway, number, self._logout)
            except SestuiError as error:
                self._screen.app.tell_error(error)
                return
        self._following.follow(number, child)

    async def _run(self, gateway: Gateway, number: int) -> None:
        try:
            priority = _priority((await in_thread(self.journal.job, number)).total)
            jobs = Jobs(
                *(gateway, self.journal, self._clock),
                read_back=self._settings.read_back,
                priority=priority,
                tenants=self._fresh,
            )
            await jobs.run(number)
            if jobs.halted_by is not None:
                self._screen.app.keep_error(jobs.halted_by)
        except (NoCredentials, CredentialsRefused) as error:
            # It has not begun.
            self._following.lacking.add(number)
            self._screen.app.tell_error(error)
        except SestuiError as error:
            self._screen.app.tell_error(error)
        finally:
            del self._here[number]
        await self._following.look()

    async def _dry_run(self, gateway: Gateway, plan: Plan) -> None:
        from sestui.ui.screens.results import ResultsDialog

        journal, results = Journal(None, self._clock), list[Result]()
        self._screen.status.show_progress("Dry run …")
        try:
            jobs = Jobs(gateway, journal, self._clock, dry=True, priority=_priority(len(plan.entries)))
            job = await jobs.run(journal.plan(plan), results.extend)
        finally:
            journal.close()
            self._screen.status.show_progress("")
        await self._screen.app.push_screen_wait(ResultsDialog(job, results))

    async def stop(self) -> None:
        """Let the jobs of this process pause once the calls under way are answered and written down."""
        for number in self.running:
            self._screen.status.say("Waiting for the calls under way …")
            await in_thread(self.journal.wish, number, Wish.PAUSE)
            if worker := self._here.get(number):
                await worker.wait()

    async def left(self, jobs: Iterable[int]) -> list[str]:
        """Say of each of these what it came to, and how it goes on."""
        lines = []
        for number in jobs:
            with suppress(SestuiError):
                job = await in_thread(self.journal.job, number)
                rest = "" if job.state.is_over else f" `sestui jobs run {number}` goes on with it."
                lines.append(f"{verdict(job)}.{rest}")
        return lines

    async def wish(self, action: Action, number: int) -> str:
        """Do with a job what somebody wants of it, and return what there is to say."""
        try:
            match action:
                case "pause" | "cancel":
                    await in_thread(self.journal.wish, number, Wish(action))
                    return f"Job {number}: {action} once the calls under way are answered."
                case "retry":
                    await in_thread(self.journal.reopen, number)
            job = await in_thread(self.journal.job, number)
            if not self._is_ours(job):
                place = f"account {job.connection.account}, {job.connection.region}"
                return f"Job {number} is of {place}: `sestui jobs run {number}` runs it there."
            await self._set_going(number, calls(job.total - job.settled))
        except SestuiError as error:
            return str(error)
        return f"Job {number} goes on."

    async def last(self) -> Job | None:
        """Return the last job of this account and Region that changed anything."""
        jobs = await in_thread(self.journal.jobs)
        return next((job for job in jobs if self._is_ours(job) and not objection(job, "undo")), None)

    # Following

    async def resume_following(self) -> None:
        """Follow the jobs that run elsewhere on this connection, and tell of those whose process died."""
        if self._launch is not None:
            self._logout = await at_logout()
        try:
            await in_thread(self.journal.tidy, self._settings.journal_days)
            jobs = [job for job in await in_thread(self.journal.jobs, "", 100) if self._is_ours(job)]
        except SestuiError as error:
            self._screen.app.tell_error(error)
            return
        for job in jobs:
            if job.is_running:
                self._following.follow(job.id)
        stopped = [job for job in jobs if job.is_interrupted or (job.state is State.PAUSED and job.why)]
        if dead := [job for job in stopped if job.id not in self._following.lacking]:
            more = f", and {len(dead) - 1} more" if len(dead) > 1 else ""
            self._screen.status.say(
                f"Job {dead[0].id} was interrupted{more}: {self._jobs_key} goes on with it.", urgent=True
            )

    async def renewed(self) -> None:
        """Go on with the jobs that this session has seen pause for want of credentials: the connection has new ones.

        What a person has paused since stays so, as does everything where nothing may be changed.
        """
        gateway, lacking = self._reading.gateway, self._following.lacking
        gone_on = []
        try:
            for number in sorted(lacking):
                job = await in_thread(self.journal.job, number)
                if gateway is not None and self._is_ours(job):
                    await gateway.may_change()
                    lacking.discard(number)
                    if job.can_run and (job.lacks_credentials or job.state is State.PLANNED):
                        await self._set_going(number, calls(job.total - job.settled))
                        gone_on.append(str(number))
        except SestuiError as error:
            self._screen.app.tell_error(error)
        if gone_on:
            jobs = f"Job {gone_on[0]} goes" if len(gone_on) == 1 else f"Jobs {', '.join(gone_on)} go"
            self._screen.status.say(f"{jobs} on: the credentials are renewed.")

    def _is_ours(self, job: Job) -> bool:
        gateway = self._reading.gateway
        if gateway is None:
            return False
        here, there = gateway.connection, job.connection
        return (here.account, here.region, here.endpoint) == (there.account, there.region, there.endpoint)


def _priority(entries: int) -> Priority:
    """Of a few one waits for the outcome: they need not wait for a list that loads."""
    return Priority.PERSON if entries <= SAMPLE else Priority.JOB
