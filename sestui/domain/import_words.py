"""What is said of SES's import jobs, the same in dialogs, in `J` and on the command line. Harmless for a terminal."""

from __future__ import annotations

from math import ceil
from typing import Final

from sestui.domain.display import counted, printable
from sestui.domain.import_job import ImportAction, Part, PartState, Place
from sestui.domain.job import Job
from sestui.domain.suppression import SuppressionList

OFFERED_ABOVE: Final = 1000
"""Plans of more entries than this are told of the other way."""
_NONE: Final = "no faster way: SES has no import jobs for a tenant's list"
_CALLS: Final = 5
"""Calls of SES for one object at least: a look at the list, the import job, and three questions how far it is."""


def other_way(which: SuppressionList, *, puts: int = 0, deletes: int = 0) -> str:
    """Say in a short line that SES's import jobs could do so much; empty where single calls do as well."""
    if not (objects := _objects(which, puts, deletes)):
        return _NONE if puts + deletes > OFFERED_ABOVE else ""
    return f"or --via-s3, command line: {counted(objects, 'object', 'objects')}, time undocumented"


def other_way_in_full(which: SuppressionList, *, puts: int = 0, deletes: int = 0) -> str:
    """Say the same in a sentence, for the command line."""
    if not (objects := _objects(which, puts, deletes)):
        return _NONE if puts + deletes > OFFERED_ABOVE else ""
    return (
        f"or by SES's import jobs, with --via-s3 s3://bucket/prefix: {counted(objects, 'object', 'objects')} in S3 and "
        f"about {objects * _CALLS:,} calls; how long SES takes over them is not documented by AWS"
    )


def this_way(url: str, *, puts: int, deletes: int) -> str:
    """Say of a plan that goes by S3 what it puts there, and that nobody knows how long it takes."""
    objects = counted(_cut(puts, deletes), "object", "objects")
    return f"by SES's import jobs, via {printable(url)}: {objects} in S3; how long SES takes is not documented by AWS"


def _objects(which: SuppressionList, puts: int, deletes: int) -> int:
    """Return how many objects are offered; 0 where none are."""
    return 0 if puts + deletes <= OFFERED_ABOVE or which.tenant_name is not None else _cut(puts, deletes)


def _cut(puts: int, deletes: int) -> int:
    return ceil(puts / ImportAction.PUT.most) + ceil(deletes / ImportAction.DELETE.most)


def via(job: Job) -> str:
    """Say where a job's objects go and how far SES is with them; empty for a job of single calls."""
    if not job.via:
        return ""
    parts = [job.via]
    if job.parts:
        over = sum(it.state in (PartState.SETTLED, PartState.REMOVED) for it in job.parts)
        parts.append(f"{over:,} of {counted(len(job.parts), 'part', 'parts')} over")
        parts += [f"part {it.number}: {words}" for it in job.parts if (words := _part(job, it))]
    return printable("; ".join(parts))


def _part(job: Job, part: Part) -> str:
    if part.trouble:
        return f"{Place.parse(job.via).url(part.key)} is left in S3: {part.trouble}"
    if part.is_with_ses:
        return f"import job {part.job_id or 'not known yet'}, {part.processed:,} records processed as SES counts"
    return "uploading" if part.state is PartState.UPLOADING else ""
