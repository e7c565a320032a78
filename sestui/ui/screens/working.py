"""Jobs on the browse screen: run here or as processes of their own, and followed by what the journal tells of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from sestui.domain.display import duration
from sestui.domain.errors import JournalTrouble, SestuiError
from sestui.domain.job import Entry, Job, Plan, Result, State, Wish, calls
from sestui.domain.job_words import progress, verdict
from sestui.domain.suppression import SuppressionList
from sestui.services.in_thread import in_thread
from sestui.services.jobs import Jobs
from sestui.services.journal import Journal

if TYPE_CHECKING:
    from textual.timer import Timer
    from textual.worker import Worker

    from sestui.sesv2.gateway import Gateway
    from sestui.settings import Settings
    from sestui.ui.screens.browse import BrowseScreen
    from sestui.ui.screens.reading import Reading

_LOOK: Final = 0.5
"""Seconds from one look into the journal to the next, while jobs run."""

Launch = Callable[["Gateway", int], Awaitable[None]]
"""Starts a job as a process of its own."""


class Working:
    """Has jobs run on behalf of a screen, and brings what they do into its lists."""

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
        self._followed: dict[int, float] = {}
        """The jobs whose outcomes are shown as they come, and until when they have been."""
        self._looking: Timer | None = None
        self.journal = journal

    @property
    def running(self) -> list[int]:
        """The jobs that end with this process."""
        return [number for number, worker in self._here.items() if not worker.is_finished]

    # Starting

    def takes(self, entries: Sequence[Entry]) -> str:
        """Say how long a job of these entries takes, and where it runs."""
        pace = self._pace
        seconds = calls(entries) / (pace or 1.0)
        where = ""
        if self._lasts(entries):
            where = "; it goes on without this terminal, J shows it"
        if pace is None:
            return f"at most {duration(seconds)}, at 1 call a second as SES documents{where}"
        return f"about {duration(seconds)}, at the present {pace:.1f} calls a second{where}"

    @property
    def _pace(self) -> float | None:
        gateway = self._reading.gateway
        assert gateway is not None
        paces = [gateway.pacer.pace_of(f"{verb}SuppressedDestination") for verb in ("Delete", "Put", "Get")]
        return min((pace for pace in paces if pace is not None), default=None)

    def _lasts(self, entries: Sequence[Entry]) -> bool:
        return self._launch is not None and calls(entries) / (self._pace or 1.0) > self._settings.job_in_app

    async def start(self, plan: Plan, *, dry: bool = False) -> None:
        """Write a plan down and have it carried out; `dry`: all of it but what would change anything."""
        screen, gateway = self._screen, self._reading.gateway
        assert gateway is not None
        try:
            if plan.connection.account is None:
                plan = replace(plan, connection=await gateway.identify())
            plan = replace(plan, tenants=await self._tenants(gateway, plan))
            if dry:
                await self._dry_run(gateway, plan)
                return
            number = await in_thread(self.journal.plan, plan)
        except JournalTrouble as error:
            screen.app.keep_error(error)
            screen.status.say(f"Nothing was done, as it has to be written down first. {error}", urgent=True)
            return
        except SestuiError as error:
            screen.app.tell_error(error)
            return
        if self._lasts(plan.entries):
            await self.launch(number)
        else:
            self.run(number)

    async def _tenants(self, gateway: Gateway, plan: Plan) -> dict[str, str]:
        names = {entry.which.tenant_name for entry in plan.entries} - {None}
        return {name: (await gateway.tenant(name)).tenant_id for name in names if name is not None}

    async def launch(self, number: int) -> None:
        """Have a job run as a process of its own."""
        gateway = self._reading.gateway
        assert gateway is not None
        assert self._launch is not None
        try:
            await self._launch(gateway, number)
        except SestuiError as error:
            self._screen.app.tell_error(error)
        else:
            self._follow(number)

    def run(self, number: int) -> None:
        """Run a job in this process."""
        self._here[number] = self._screen.run_worker(partial(self._run, number), group=f"job {number}")
        self._follow(number)

    async def _run(self, number: int) -> None:
        gateway = self._reading.gateway
        assert gateway is not None
        try:
            jobs = Jobs(gateway, self.journal, self._clock, read_back=self._settings.read_back)
            await jobs.run(number)
        except SestuiError as error:
            self._screen.app.tell_error(error)
        finally:
            del self._here[number]
        await self._look()

    async def _dry_run(self, gateway: Gateway, plan: Plan) -> None:
        from sestui.ui.screens.results import ResultsDialog

        journal, results = Journal(None, self._clock), list[Result]()
        self._screen.status.show_progress("Dry run …")
        try:
            job = await Jobs(gateway, journal, self._clock, dry=True).run(journal.plan(plan), results.extend)
        finally:
            journal.close()
            self._screen.status.show_progress("")
        self._screen.app.push_screen(ResultsDialog(job, results))

    async def stop(self) -> None:
        """Let the jobs of this process pause once the calls under way are answered and written down."""
        for number in self.running:
            self._screen.status.say("Waiting for the calls under way …")
            await in_thread(self.journal.wish, number, Wish.PAUSE)
            if worker := self._here.get(number):
                await worker.wait()

    def show_history(self) -> None:
        """Show the jobs of this host and user."""

    # Following

    async def resume_following(self) -> None:
        """Follow the jobs that run elsewhere on this connection, and tell of those whose process died."""
        try:
            jobs = [job for job in await in_thread(self.journal.jobs, "", 100) if self._is_ours(job)]
        except SestuiError as error:
            self._screen.app.tell_error(error)
            return
        for job in jobs:
            if job.is_running:
                self._follow(job.id)
        if dead := [job for job in jobs if job.is_interrupted or (job.state is State.PAUSED and job.why)]:
            more = f", and {len(dead) - 1} more" if len(dead) > 1 else ""
            self._screen.status.say(f"Job {dead[0].id} was interrupted{more}: J goes on with it.", urgent=True)

    def _is_ours(self, job: Job) -> bool:
        gateway = self._reading.gateway
        if gateway is None:
            return False
        here, there = gateway.connection, job.connection
        return (here.account, here.region, here.endpoint) == (there.account, there.region, there.endpoint)

    def _follow(self, number: int) -> None:
        self._followed[number] = self._clock()
        if self._looking is None:
            self._looking = self._screen.set_interval(_LOOK, self._look)

    async def _look(self) -> None:
        shown = []
        for number in list(self._followed):
            try:
                job = await in_thread(self.journal.job, number)
                since = self._followed[number]
                entries = await in_thread(lambda: list(self.journal.entries(number, since=since)))  # noqa: B023
            except SestuiError as error:
                self._screen.app.tell_error(error)
                self._followed.pop(number, None)
                continue
            if entries:
                self._followed[number] = max(it.settled_at or 0.0 for it in entries)
                self._show([it.result for it in entries if it.result is not None])
            if job.is_running or number in self._here or job.state is State.PLANNED:
                shown.append(job)
            elif self._followed.pop(number, None) is not None:
                words = f"{verdict(job)}. J shows more." if job.undone else f"{verdict(job)}."
                self._screen.status.say(words, urgent=bool(job.undone))
        more = f" and {len(shown) - 1} more" if len(shown) > 1 else ""
        self._screen.status.show_progress(f"{progress(shown[0], self._clock())}{more} · J shows more" if shown else "")
        if not self._followed and self._looking is not None:
            self._looking.stop()
            self._looking = None

    def _show(self, results: Sequence[Result]) -> None:
        by_list = defaultdict[SuppressionList, list[Result]](list)
        for result in results:
            by_list[result.entry.which].append(result)
        for which, some in by_list.items():
            self._screen.list_pane.apply(some, which, self._screen.flows.lists.listings.get(which))
            self._screen.flows.lists.changed(which, some)
