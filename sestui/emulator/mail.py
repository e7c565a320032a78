"""Mail that was accepted by SendEmail, and what became of it: kept for tests, as nothing is ever delivered."""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sestui.emulator.store import Entry

KEPT = 100_000
"""Mails remembered; a benchmark's millions must not fill the memory."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """One address that a mail was for."""

    address: str
    """As the mail spells it, without a display name."""
    entries: tuple[Entry, ...] = ()
    """What suppressed the mail to it: entries of the list that was consulted, under any spelling. Oldest first."""

    @property
    def suppressed(self) -> bool:
        return bool(self.entries)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that was answered with a message id."""

    message_id: str
    time: float
    """When it was accepted, in seconds since the epoch."""
    sender: str
    tenant: str | None
    configuration_set: str | None
    scope: str
    """ACCOUNT or TENANT, as configuration set and tenant come to."""
    reasons: tuple[str, ...]
    """Those that suppress, as configuration set, tenant and account come to. Empty: no list is consulted."""
    consulted: str | None
    """The one list that was looked at, `account` or `tenant NAME`; None where no reason suppresses."""
    recipients: tuple[Recipient, ...]
    subject: str | None = None
    tags: tuple[tuple[str, str], ...] = ()
    """Names and values: the caller's, then those that SES adds by itself."""

    @property
    def suppressed(self) -> tuple[str, ...]:
        """The addresses that get nothing."""
        return tuple(it.address for it in self.recipients if it.suppressed)

    @property
    def delivered(self) -> tuple[str, ...]:
        """The addresses that SES would have handed the mail to."""
        return tuple(it.address for it in self.recipients if not it.suppressed)

    def told(self) -> Mapping[str, Any]:
        """For a line of the access log."""
        return {
            "message_id": self.message_id,
            "scope": self.scope,
            "reasons": self.reasons,
            "consulted": self.consulted,
            "suppressed": {it.address: [entry.address for entry in it.entries] for it in self.recipients if it.entries},
            "delivered": self.delivered,
        }


class Outbox:
    """All mail that was accepted, newest last."""

    def __init__(self, seed: int) -> None:
        self._ids = random.Random(f"{seed}/message ids")
        self._mails: dict[str, Mail] = {}
        self._untold: Mail | None = None

    def new_id(self, now: float) -> str:
        """SES's message ids begin with the time in milliseconds."""
        return f"0100{round(now * 1000):012x}-{uuid.UUID(int=self._ids.getrandbits(128), version=4)}-000000"

    def add(self, mail: Mail) -> None:
        if len(self._mails) >= KEPT:
            del self._mails[next(iter(self._mails))]
        self._mails[mail.message_id] = self._untold = mail

    def get(self, message_id: str) -> Mail | None:
        return self._mails.get(message_id)

    def take(self) -> Mail | None:
        """The mail that came since this was last asked: that of the call which has just been carried out."""
        mail, self._untold = self._untold, None
        return mail

    @property
    def mails(self) -> list[Mail]:
        return list(self._mails.values())
