"""The operations on SES's import jobs."""

from __future__ import annotations

from typing import Any

from sestui.emulator import rules
from sestui.emulator.errors import Refusal, bad_request, not_found
from sestui.emulator.imports import ImportJob
from sestui.emulator.state import Call, State

_AT_ONCE = 20
"""Import jobs under way in one account (the quota page)."""
_PAGE = 100


def create(state: State, call: Call) -> dict[str, Any]:
    destination, source = call.parameters["ImportDestination"], call.parameters["ImportDataSource"]
    if "SuppressionListDestination" not in destination:
        raise bad_request("This emulator imports to the suppression list alone.")
    if state.sandbox:
        raise bad_request("Your account is in the sandbox: import jobs need production access.")
    if len(state.imports.open) >= _AT_ONCE:
        raise Refusal("LimitExceededException", f"There are {_AT_ONCE} import jobs already.")
    action = destination["SuppressionListDestination"]["SuppressionListImportAction"]
    job = ImportJob(state.imports.new_id(), action, source["S3Url"], source["DataFormat"], call.now)
    state.imports.jobs[job.id] = job
    return {"JobId": job.id}


def get(state: State, call: Call) -> dict[str, Any]:
    job = state.imports.jobs.get(call.parameters["JobId"])
    if job is None:
        raise not_found(f"Import job <{call.parameters['JobId']}> does not exist.")
    url = f"{state.imports.failed_records}{job.id}?X-Amz-Signature={job.key}" if job.failed else None
    failure = {"FailedRecordsS3Url": url, "ErrorMessage": job.error or None} if job.failed or job.error else None
    source = {"S3Url": job.url, "DataFormat": job.format}
    return {**_summary(job), "ImportDataSource": source, "FailureInfo": failure, "CompletedTimestamp": job.ended}


def list_page(state: State, call: Call) -> dict[str, Any]:
    wanted = call.parameters.get("ImportDestinationType", "SUPPRESSION_LIST") == "SUPPRESSION_LIST"
    numbered = ((f"{number:09}", job) for number, job in enumerate(state.imports.jobs.values()) if wanted)
    found, more = rules.page_by_name(call, state.tokens, numbered, _PAGE, _PAGE)
    return {"ImportJobs": [_summary(job) for job in found], **more}


def _summary(job: ImportJob) -> dict[str, Any]:
    return {
        "JobId": job.id,
        "ImportDestination": {"SuppressionListDestination": {"SuppressionListImportAction": job.action}},
        "JobStatus": job.status,
        "CreatedTimestamp": job.created,
        "ProcessedRecordsCount": job.processed,
        "FailedRecordsCount": len(job.failed),
    }
