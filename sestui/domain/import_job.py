"""SES's own bulk path for the account's list: the import job, which reads its rows from an object in S3."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from sestui.domain.errors import UsageError

if TYPE_CHECKING:
    from sestui.domain.job import Entry

AT_ONCE: Final = 20
"""Import jobs that an account may have under way (AWS's quota page)."""

_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


class ImportAction(StrEnum):
    """What an import job does with the rows of its object: SES's SuppressionListImportAction."""

    PUT = "PUT"
    DELETE = "DELETE"

    @property
    def most(self) -> int:
        """How many addresses one object may hold (Developer Guide)."""
        return 100_000 if self is ImportAction.PUT else 10_000

    @classmethod
    def of(cls, entry: Entry) -> ImportAction:
        return cls.DELETE if entry.wanted is None else cls.PUT


class ImportStatus(StrEnum):
    """SES's JobStatus."""

    CREATED = "CREATED"
    PROCESSING = "PROCESSING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"

    @property
    def is_over(self) -> bool:
        return self not in (ImportStatus.CREATED, ImportStatus.PROCESSING)


@dataclass(frozen=True, slots=True)
class ImportJob:
    """An import job, as SES tells of it."""

    id: str
    """JobId."""
    status: ImportStatus
    created: float
    """In seconds since 1970, by SES's clock."""
    url: str = ""
    """Where its object is; empty in a listing, which doesn't tell."""
    processed: int = 0
    """ProcessedRecordsCount. Whether the failed ones are among them is not documented."""
    failed: int = 0
    failed_records: str = ""
    """The pre-signed URL of the failed records; empty where there is none."""
    error: str = ""
    """Why it failed, in SES's words."""


class PartState(StrEnum):
    """How far a part of a job is. Each is written down before what it names is begun."""

    PLANNED = "planned"
    """Nothing was sent; the object is not in S3."""
    UPLOADING = "uploading"
    """The object may be in S3."""
    ASKED = "asked"
    """SES was asked for an import job; without its JobId it is not known whether there is one."""
    SETTLED = "settled"
    """What became of each entry is written down; the object may be in S3 yet."""
    REMOVED = "removed"
    """The object is not in S3 any more."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some of a job's entries, which one object and one import job carry out."""

    number: int
    """From 1."""
    action: ImportAction
    first: int
    """The lowest number of its entries; those are of this action, and not settled otherwise."""
    last: int
    key: str
    """The object's, in the job's bucket; nobody else uses it."""
    state: PartState
    endpoint: str = ""
    """The S3 that was written to, where it isn't AWS's own."""
    asked_at: float | None = None
    job_id: str = ""
    """SES's; empty while it is not known."""
    processed: int = 0
    """As SES counts."""
    trouble: str = ""
    """Why its object could not be removed."""

    @property
    def is_with_ses(self) -> bool:
        """Whether SES may be at work on it."""
        return self.state is PartState.ASKED

    @property
    def may_be_in_s3(self) -> bool:
        return self.state not in (PartState.PLANNED, PartState.REMOVED)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in S3 the objects go: `s3://bucket/prefix`."""

    bucket: str
    prefix: str = ""

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}"

    def key(self, name: str) -> str:
        """Return the key of an object of this name."""
        return f"{self.prefix}/{name}" if self.prefix else name

    def url(self, key: str) -> str:
        """Return the URL of an object, as CreateImportJob takes it."""
        return f"s3://{self.bucket}/{key}"

    @classmethod
    def parse(cls, text: str) -> Place:
        """Read `s3://bucket` or `s3://bucket/prefix`.

        Raises:
            UsageError: it is none. Its text says why.
        """
        bucket, _, prefix = text.removeprefix("s3://").partition("/")
        prefix = prefix.rstrip("/")
        why = ""
        if not text.startswith("s3://"):
            why = "it begins with s3://"
        elif not _BUCKET.fullmatch(bucket):
            why = "a bucket's name has 3 to 63 small letters, digits, dots and hyphens"
        elif not prefix.isprintable() or prefix.startswith("/") or len(prefix.encode()) > 900:
            why = "the prefix has printable characters alone, no / in front, and at most 900 bytes"
        if why:
            raise UsageError(f"{text!r} is no place in S3 such as s3://bucket/prefix: {why}.")
        return cls(bucket, prefix)
