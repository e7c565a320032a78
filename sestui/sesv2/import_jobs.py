"""SES's import jobs of the account's suppression list, as typed async methods."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from sestui.domain.import_job import ImportAction, ImportJob, ImportStatus
from sestui.domain.priority import Priority
from sestui.sesv2.calls import Calls
from sestui.sesv2.entries import seconds
from sestui.sesv2.translate import translated

_PAGE: Final = 100


class ImportJobs:
    """What can be asked of a connection's import jobs. Every method raises `SestuiError` only."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def create(self, action: ImportAction, url: str) -> str:
        """Have SES put or delete what the object, of JSON lines, names; return the JobId.

        Made once only, for SES takes no token that would tell a second from the first: after an error that has
        `unanswered` look for one of this URL.

        Raises:
            LimitExceeded: as many as may be are under way.
            BadRequest: the account is in the sandbox, or the URL is none.
        """
        destination = {"SuppressionListDestination": {"SuppressionListImportAction": action.value}}
        source = {"S3Url": url, "DataFormat": "JSON"}
        parameters = {"ImportDestination": destination, "ImportDataSource": source}
        answer = await self._calls.answer("CreateImportJob", parameters, Priority.JOB, repeatable=False)
        with translated("CreateImportJob"):
            return str(answer["JobId"])

    async def get(self, job_id: str) -> ImportJob:
        answer = await self._calls.answer("GetImportJob", {"JobId": job_id}, Priority.JOB)
        with translated("GetImportJob"):
            return _import_job(answer)

    async def since(self, moment: float) -> AsyncIterator[ImportJob]:
        """Yield the import jobs created then or later, in seconds since 1970, without their URLs."""
        parameters: dict[str, Any] = {"ImportDestinationType": "SUPPRESSION_LIST", "PageSize": _PAGE}
        while True:
            answer = await self._calls.answer("ListImportJobs", parameters, Priority.JOB)
            with translated("ListImportJobs"):
                page = [_import_job(row) for row in answer.get("ImportJobs", ())]
            for job in page:
                # In which order SES lists them is not documented.
                if job.created >= moment:
                    yield job
            if not answer.get("NextToken"):
                return
            parameters = {**parameters, "NextToken": answer["NextToken"]}


def _import_job(shape: Mapping[str, Any]) -> ImportJob:
    failure = shape.get("FailureInfo") or {}
    return ImportJob(
        id=shape["JobId"],
        status=ImportStatus(shape["JobStatus"]),
        created=seconds(shape["CreatedTimestamp"]),
        url=(shape.get("ImportDataSource") or {}).get("S3Url", ""),
        processed=shape.get("ProcessedRecordsCount") or 0,
        failed=shape.get("FailedRecordsCount") or 0,
        failed_records=failure.get("FailedRecordsS3Url") or "",
        error=failure.get("ErrorMessage") or "",
    )
