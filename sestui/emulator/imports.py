"""SES's import jobs of the account's list: an object in S3 is read, and its rows are put or deleted as time passes.

How fast SES is, what it says of a row that is not there to be deleted, and in which shape it tells of failed records
is not documented: those are quirks. That it tells of them behind a pre-signed URL is (GetImportJob, FailureInfo).
"""

from __future__ import annotations

import asyncio
import csv
import io
import json
import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sestui.emulator.conditions import FailedRecords, MissingRow, Quirks
from sestui.emulator.objects import Objects, Unreadable
from sestui.emulator.store import ACCOUNT

if TYPE_CHECKING:
    from sestui.emulator.state import State

MOST_ROWS = {"PUT": 100_000, "DELETE": 10_000}
"""In one object, by what is done with them (Developer Guide)."""
_SLICE = 1000
"""Rows between which other requests are answered."""


@dataclass(slots=True)
class ImportJob:
    """One import job, as far as it has come."""

    id: str
    action: str
    url: str
    format: str
    created: float
    status: str = "CREATED"
    began: float = 0.0
    ended: float | None = None
    rows: list[tuple[str, str]] = field(default_factory=list)
    """Address and reason, as they were read."""
    processed: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    """Address and what was wrong."""
    error: str = ""

    @property
    def is_open(self) -> bool:
        return self.ended is None

    @property
    def key(self) -> str:
        """What the URL of its failed records is signed with."""
        return uuid.uuid5(uuid.NAMESPACE_URL, self.id).hex


class Imports:
    """All import jobs of the world."""

    def __init__(self, seed: int) -> None:
        self._ids = random.Random(f"{seed}/import jobs")
        self._lock = asyncio.Lock()
        self.jobs: dict[str, ImportJob] = {}
        self.failed_records = ""
        """The URL before a job's id and key behind which its failed records are."""

    def new_id(self) -> str:
        return str(uuid.UUID(int=self._ids.getrandbits(128), version=4))

    @property
    def open(self) -> list[ImportJob]:
        return [job for job in self.jobs.values() if job.is_open]

    async def advance(self, state: State, now: float, quirks: Quirks, objects: Objects) -> None:
        """Do what the open jobs have had the time for."""
        async with self._lock:
            for job in self.open:
                await _advance(job, state, now, quirks, objects)

    def records(self, job_id: str, key: str, quirks: Quirks) -> bytes | None:
        """The failed records of a job; None where there are none or the key is wrong."""
        job = self.jobs.get(job_id)
        if job is None or not job.failed or key != job.key or quirks.failed_records is FailedRecords.GONE:
            return None
        if quirks.failed_records is FailedRecords.CSV:
            text = io.StringIO()
            csv.writer(text).writerows(job.failed)
            return text.getvalue().encode()
        lines = (json.dumps({"emailAddress": address, "errorMessage": why}) for address, why in job.failed)
        return "\n".join(lines).encode()


async def _advance(job: ImportJob, state: State, now: float, quirks: Quirks, objects: Objects) -> None:
    if job.status == "CREATED":
        if now < job.created + quirks.import_start:
            return
        try:
            job.rows = list(_read(await objects.read(job.url), job))
        except (Unreadable, ValueError) as error:
            job.status, job.ended, job.error = "FAILED", now, str(error)
            return
        job.status, job.began = "PROCESSING", now
    due = len(job.rows) if quirks.import_rate == 0 else int((now - job.began) * quirks.import_rate)
    while job.processed < min(due, len(job.rows)):
        if job.processed % _SLICE == _SLICE - 1:
            await asyncio.sleep(0)
        address, reason = job.rows[job.processed]
        job.processed += 1
        wrong = _carry_out(job, state, address, reason, now, quirks)
        if wrong:
            job.failed.append((address, wrong))
    if job.processed >= len(job.rows):
        job.status, job.ended = "COMPLETED", now


def _carry_out(job: ImportJob, state: State, address: str, reason: str, now: float, quirks: Quirks) -> str:
    """Do what is wanted of a row; answer what was wrong with it, or nothing."""
    local, _, domain = address.strip(" \t\r\n").rpartition("@")
    if not (local and domain):
        return "Invalid email address"
    spelled = f"{local}@{domain.lower()}"
    if job.action == "PUT":
        if reason not in ("BOUNCE", "COMPLAINT"):
            return f"Invalid reason {reason}"
        state.lists.put(ACCOUNT, spelled, reason, now, beside_other=False, lag=quirks.read_lag)
    elif not state.lists.remove(ACCOUNT, spelled, now, lag=quirks.read_lag):
        return "Email address does not exist" if quirks.import_missing is MissingRow.FAILS else ""
    return ""


def _read(body: bytes, job: ImportJob) -> Iterator[tuple[str, str]]:
    """Yield the rows. Raises ValueError where the object is no such file, or holds too many."""
    text = body.decode()
    if job.format == "CSV":
        rows = [row for row in csv.reader(io.StringIO(text), skipinitialspace=True) if row]
        pairs = [(row[0], row[1].strip() if len(row) > 1 else "") for row in rows]
    else:
        pairs = [_json_row(line) for line in text.splitlines() if line.strip()]
    if len(pairs) > MOST_ROWS[job.action]:
        raise ValueError(f"The object holds {len(pairs)} addresses; at most {MOST_ROWS[job.action]} are allowed.")
    return iter(pairs)


def _json_row(line: str) -> tuple[str, str]:
    try:
        row = json.loads(line)
        return str(row["emailAddress"]), str(row.get("reason", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        return line, ""
