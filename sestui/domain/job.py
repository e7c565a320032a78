"""A job: what is to become of which entries on which lists, what became of each, and the plan that undoes it.

An entry is a change from what stands on a list to what is wanted there; a removal wants nothing. So removal, addition,
replacement of a reason and undo are one thing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from sestui.domain.import_job import Part
from sestui.domain.suppression import Connection, Reason, SuppressedDestinationSummary, SuppressionList

ASK_AGAIN_UP_TO: Final = 100
"""Plans of at most this many entries ask for each again before it is touched (DESIGN.md, "Laws of the screen")."""
SAMPLE: Final = 10
"""Entries read back after a job, where not all are."""
CREDENTIALS: Final = "credentials: "
"""How a job's `why` begins where it paused because AWS does not take its credentials any more."""
CLOCKS_APART: Final = 120.0
"""Seconds by which a time of ours and one of SES may differ and still tell of the same write."""


class Kind(StrEnum):
    """What a job is called; its entries say what it does."""

    REMOVE = "remove"
    ADD = "add"
    UNDO = "undo"


class Outcome(StrEnum):
    """What became of one entry."""

    REMOVED = "removed"
    ADDED = "added"
    REPLACED = "reason replaced"
    ALREADY_GONE = "was not there any more"
    ALREADY_THERE = "was there already"
    WOULD_REMOVE = "would be removed"
    WOULD_ADD = "would be added"
    WOULD_REPLACE = "would get the other reason"
    CHANGED = "left alone: changed since the plan was made"
    OTHER_REASON = "left alone: there with another reason"
    STILL_THERE = "removed, but SES still tells it"
    NOT_SEEN = "added, but SES does not tell it"
    REFUSED = "refused by SES for good"
    FAILED = "failed"


MADE: Final = frozenset((Outcome.REMOVED, Outcome.ADDED, Outcome.REPLACED, Outcome.STILL_THERE, Outcome.NOT_SEEN))
"""The outcomes of entries that we changed."""
DONE: Final = frozenset((Outcome.REMOVED, Outcome.ADDED, Outcome.REPLACED, Outcome.ALREADY_GONE, Outcome.ALREADY_THERE))
"""The outcomes after which the list is as was wanted."""
WOULD: Final = {
    Outcome.REMOVED: Outcome.WOULD_REMOVE,
    Outcome.ADDED: Outcome.WOULD_ADD,
    Outcome.REPLACED: Outcome.WOULD_REPLACE,
}
"""What a dry run says instead."""
_FINE: Final = DONE | frozenset(WOULD.values())


class State(StrEnum):
    """How far a job is, as its journal tells."""

    PLANNED = "planned"
    RUNNING = "running"
    WAITING = "waiting"
    """Running, but SES answers nothing useful just now; the job's `why` says what."""
    PAUSED = "paused"
    CANCELLED = "cancelled"
    DONE = "done"

    @property
    def is_over(self) -> bool:
        return self in (State.DONE, State.CANCELLED)

    @property
    def is_active(self) -> bool:
        """Whether a process should be at it; if none is, that process died."""
        return self in (State.RUNNING, State.WAITING)


class Wish(StrEnum):
    """What somebody wants of a running job; it does so once the calls under way are answered."""

    PAUSE = "pause"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Entry:
    """One address on one list, and what is wanted of it."""

    which: SuppressionList
    address: str
    wanted: Reason | None
    """The reason it is to have; None: off the list."""
    before: SuppressedDestinationSummary | None = None
    """The row as the plan showed it; None where it was not there, or not known to be."""
    known: bool = True
    """Whether `before` is what SES told; else SES is asked before anything is done."""

    @property
    def made(self) -> Outcome:
        """The outcome of the one call that brings it about."""
        if self.wanted is None:
            return Outcome.REMOVED
        return Outcome.ADDED if self.before is None else Outcome.REPLACED

    def decide(self, now: SuppressedDestinationSummary | None, asked_at: float | None = None) -> Outcome | None:
        """Return what became of it without a further call, from what SES tells now; None: it is still to be done.

        `asked_at` is when a call was begun whose answer is not known, in seconds since 1970 by our clock. What SES
        tells settles what became of that, and nothing else does.
        """
        if now is None:
            if self.wanted is None:
                return Outcome.ALREADY_GONE if asked_at is None else Outcome.REMOVED
            # Somebody took the row away whose reason was to be replaced: nobody agreed to add it.
            return None if self.before is None else Outcome.CHANGED
        if self.wanted is None:
            return None if self.before is None or same_row(now, self.before) else Outcome.CHANGED
        if now.reason is self.wanted:
            ours = asked_at is not None and now.last_update > asked_at - CLOCKS_APART
            return self.made if ours else Outcome.ALREADY_THERE
        if self.before is None:
            return Outcome.OTHER_REASON
        return None if same_row(now, self.before) else Outcome.CHANGED


def same_row(now: SuppressedDestinationSummary, then: SuppressedDestinationSummary) -> bool:
    """Tell whether nobody has written an entry meanwhile; times of Get and List may be cut to other fractions."""
    return now.reason is then.reason and abs(now.last_update - then.last_update) < 1


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one entry."""

    entry: Entry
    outcome: Outcome
    after: SuppressedDestinationSummary | None = None
    """The row as it is now on the list, as far as known; None where it is off the list."""
    detail: str = ""
    """The error's words, where it failed."""
    attempts: int = 0
    """How many calls were sent that could have changed the entry."""
    request_id: str | None = None
    """Of the last of these, as AWS support asks for it."""


@dataclass(frozen=True, slots=True)
class Who:
    """Who asked for a job, as this host knows it; bastions share an account."""

    user: str = ""
    sudo_user: str = ""
    """SUDO_USER: who that was before sudo."""
    ssh: str = ""
    """SSH_CONNECTION: client address and port, server address and port."""
    host: str = ""

    def __str__(self) -> str:
        sudo = f" (sudo by {self.sudo_user})" if self.sudo_user else ""
        client = f" from {self.ssh.split(' ')[0]}" if self.ssh else ""
        return f"{self.user or 'not known'}{sudo}{client}"


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of settings, or the plan of one."""

    id: int
    at: float
    connection: Connection
    who: Who
    action: str
    """`edit tenant acme`, say."""
    before: Mapping[str, object] | None
    """The settings as they were; None where there was nothing."""
    after: Mapping[str, object] | None
    outcome: str
    """`planned` before anything is sent."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a person is shown and agrees to."""

    kind: Kind
    connection: Connection
    """The job runs on this account, Region and endpoint and nowhere else."""
    entries: Sequence[Entry]
    read_at: float
    """When the oldest of the rows was read, in seconds since 1970."""
    tenants: Mapping[str, str] = field(default_factory=dict)
    """TenantId by TenantName, of the lists: a name can be given to another tenant later."""
    note: str = ""
    undoes: int | None = None
    """The job whose undo this is."""
    via: str = ""
    """`s3://bucket/prefix`: where the objects of SES's import jobs go that are to carry it out; empty: single calls."""


@dataclass(frozen=True, slots=True)
class Job:
    """A plan that was agreed to, without its entries, and how far it has come."""

    id: int
    kind: Kind
    connection: Connection
    lists: tuple[SuppressionList, ...]
    total: int
    planned_at: float
    read_at: float
    tenants: Mapping[str, str]
    note: str
    who: Who
    undoes: int | None
    state: State
    why: str
    """Why it waits or is paused; for a person."""
    counts: Mapping[Outcome, int]
    began_at: float | None
    """When the present run began, or the last."""
    done_before: int
    """How many were settled when that began."""
    ended_at: float | None
    is_running: bool = False
    """Whether a process is at it."""
    via: str = ""
    """As the plan has it."""
    parts: tuple[Part, ...] = ()
    """Of a job that goes by S3, once it has begun."""

    @property
    def settled(self) -> int:
        return sum(self.counts.values())

    @property
    def undone(self) -> int:
        """How many did not come out as wanted."""
        return sum(number for outcome, number in self.counts.items() if outcome not in _FINE)

    @property
    def is_interrupted(self) -> bool:
        """Whether the process that ran it died."""
        return self.state.is_active and not self.is_running

    @property
    def lacks_credentials(self) -> bool:
        """Whether it paused because AWS does not take its credentials any more; nobody has asked it to."""
        return self.state is State.PAUSED and self.why.startswith(CREDENTIALS)

    @property
    def can_run(self) -> bool:
        return not self.is_running and not self.state.is_over

    def pace(self, now: float) -> float | None:
        """Entries settled a second in the present run; None while nothing can be said."""
        begun = self.settled - self.done_before
        until = now if self.ended_at is None else self.ended_at
        if not begun or self.began_at is None or until <= self.began_at:
            return None
        return begun / (until - self.began_at)


def calls(count: int, *, puts: int = 0, unknown: int = 0) -> int:
    """Return about how many calls of SES a job of so many entries takes.

    Args:
        puts: how many of them are additions.
        unknown: how many of them SES has to be asked for first.
    """
    if count > ASK_AGAIN_UP_TO:
        return count + unknown + SAMPLE
    # Each is asked for before; what is added is afterwards as well, and some or all are read back.
    return 2 * count + puts + min(count, SAMPLE)
