"""What is said of a job, the same on the status line, in `J` and on the command line. Harmless for a terminal."""

from typing import Final, Literal, TypeAlias

from sestui.domain.display import duration, printable
from sestui.domain.job import DONE, MADE, WOULD, Job, Kind, Outcome, State

Action: TypeAlias = Literal["pause", "run", "cancel", "retry", "undo"]
"""What somebody may want of a job."""

_DOING: Final = {Kind.REMOVE: "Removing", Kind.ADD: "Adding", Kind.UNDO: "Undoing"}
_AS_WANTED: Final = DONE | set(WOULD.values())
_TRIED_AGAIN: Final = (Outcome.FAILED, Outcome.STILL_THERE, Outcome.NOT_SEEN)
"""The outcomes that a retry tries again (`Journal.reopen`)."""


def what(job: Job) -> str:
    """Say what is done to how many: `remove 9,000`, `undo of 17: 12`."""
    if job.undoes is not None:
        return f"undo of {job.undoes}: {job.total:,}"
    return f"{job.kind} {job.total:,}"


def lists(job: Job) -> str:
    """Say which lists it is about: `the account`, `tenant acme`, `3 lists`."""
    return printable(job.lists[0].owner) if len(job.lists) == 1 else f"{len(job.lists):,} lists"


def state(job: Job, now: float) -> str:
    """Say how far a job is: `running 1,204 of 9,000 · 0.9/s · 2 h 10 min left`."""
    if job.state is State.DONE or (job.state is State.PLANNED and not job.is_running):
        words = "done" if job.state is State.DONE else "planned, not begun"
    elif job.is_interrupted:
        words = f"interrupted at {_how_far(job)}: its process died"
    elif job.state.is_active:
        words = f"{job.state} {_how_far(job)}"
    elif job.state is State.PLANNED:
        words = "beginning"
    else:
        words = f"{job.state} at {_how_far(job)}"
    return words + _more(job, now)


def progress(job: Job, now: float) -> str:
    """Say in one line how far a job that runs has come: `Removing 1,204 of 9,000 · 0.9/s · 2 h 10 min left`."""
    waits = " · waiting" if job.state is State.WAITING else ""
    return f"{_DOING[job.kind]} {_how_far(job)}{waits}{_more(job, now)}"


def verdict(job: Job) -> str:
    """Say in one line what a job came to: `Job 17, list of the account: 9 removed, 2 not begun. Paused: …`."""
    return f"Job {job.id}, {came_to(job)}"


def came_to(job: Job) -> str:
    """Say the same without the number, which a dry run has for nobody: `list of the account: 9 would be removed`."""
    rest = job.total - job.settled
    parts = [counts(job)] if job.counts else ["nothing done"]
    if rest:
        parts.append(f"{rest:,} not begun")
    place = f"list of {lists(job)}" if len(job.lists) == 1 else lists(job)
    end = "Interrupted: its process died" if job.is_interrupted else ""
    if job.state in (State.PAUSED, State.CANCELLED):
        end = job.state.capitalize() + (f": {printable(job.why).removesuffix('.')}" if job.why else "")
    return f"{place}: {', '.join(parts)}" + (f". {end}" if end else "")


def counts(job: Job) -> str:
    """Say how many came out how, the most first: `9 removed, 1 failed`."""
    ordered = sorted(job.counts.items(), key=lambda it: -it[1])
    return ", ".join(f"{number:,} {outcome}" for outcome, number in ordered)


def objection(job: Job, action: Action) -> str:
    """Say why something can't be done with a job as it is now, and what can; empty where it can."""
    changed = any(job.counts.get(outcome) for outcome in MADE)
    match action:
        case "pause" | "run" if job.state.is_over:
            words = f"is {job.state}{'' if objection(job, 'retry') else '; retry takes up what is left'}"
        case "pause" if not job.is_running:
            words = "does not run"
        case "run" if job.is_running:
            words = "runs already"
        case "cancel" if job.state.is_over:
            words = f"is {job.state} already"
        case "retry" if job.is_running:
            words = "runs: pause it first, or wait until it is done"
        case "retry" if not _can_be_tried_again(job):
            words = f"has nothing to try again{'; run goes on with the rest' if job.can_run else ''}"
        case "undo" if job.is_running:
            words = "runs: pause or cancel it first"
        case "undo" if not changed:
            words = "has changed nothing that could be undone"
        case _:
            return ""
    return f"Job {job.id} {words}."


def not_as_wanted(job: Job) -> int:
    """Return how many came out otherwise than was wanted; a dry run's did not."""
    return sum(number for outcome, number in job.counts.items() if outcome not in _AS_WANTED)


def _can_be_tried_again(job: Job) -> bool:
    return any(job.counts.get(outcome) for outcome in _TRIED_AGAIN) or (
        job.state is State.CANCELLED and job.settled < job.total
    )


def _how_far(job: Job) -> str:
    return f"{job.settled:,} of {job.total:,}"


def _more(job: Job, now: float) -> str:
    """What hangs behind: what went wrong, the pace and the time left, or the reason why there is none."""
    parts = [f" · {missed:,} not as wanted"] if (missed := not_as_wanted(job)) else []
    runs = job.is_running and job.state is State.RUNNING
    if runs and (pace := job.pace(now)):
        left = (job.total - job.settled) / pace
        parts.append(f" · {pace:.1f}/s" + (f" · {duration(left)} left" if left else ""))
    elif job.why and not job.is_interrupted and not job.state.is_over:
        parts.insert(0, f": {printable(job.why)}")
    return "".join(parts)


def takes(calls: int, pace: float | None) -> str:
    """Say how long so many calls take, at a pace in calls a second as learned; None: at the one that SES documents."""
    if pace is None:
        return f"at most {duration(calls)}, at 1 call a second as SES documents"
    return f"about {duration(calls / pace)}, at the present {pace:.1f} calls a second"
