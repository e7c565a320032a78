"""The emulator's import jobs: boto3 and awscli create them, moto's S3 has the objects, the list is as they say."""

import asyncio
import json
import os
import subprocess
import urllib.request
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from sestui.emulator import Conditions, Emulator, World
from tests.buckets import Bucket
from tests.conftest import EMPTY
from tests.job_processes import surroundings
from tests.judges.conftest import FindJudge
from tests.serving import quirks
from tests.terminal import emulator as emulator_process

pytestmark = pytest.mark.judge


@dataclass
class Clock:
    now: float = 1_795_327_200.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def emulator(world: World, clock: Clock, bucket: Bucket) -> AsyncIterator[Emulator]:
    async with Emulator(world, clock=clock, s3=bucket.endpoint) as running:
        yield running


class Ses:
    """boto3's client, off the loop."""

    def __init__(self, url: str) -> None:
        config = Config(retries={"total_max_attempts": 1}, parameter_validation=False)
        session = boto3.session.Session("AKIDEXAMPLE", "secret", region_name="us-east-1")
        self._client = session.client("sesv2", endpoint_url=url, config=config)

    async def __call__(self, operation: str, **parameters: Any) -> Any:
        return await asyncio.to_thread(getattr(self._client, operation), **parameters)

    async def create(self, action: str, url: str, shape: str = "CSV") -> str:
        destination = {"SuppressionListDestination": {"SuppressionListImportAction": action}}
        source = {"S3Url": url, "DataFormat": shape}
        answer = await self("create_import_job", ImportDestination=destination, ImportDataSource=source)
        return str(answer["JobId"])

    async def job(self, number: str) -> Any:
        return await self("get_import_job", JobId=number)

    async def refused(self, action: str, url: str) -> str:
        with pytest.raises(ClientError) as caught:
            await self.create(action, url)
        return str(caught.value.response["Error"]["Code"])

    async def rows(self) -> dict[str, str]:
        found = (await self("list_suppressed_destinations"))["SuppressedDestinationSummaries"]
        return {row["EmailAddress"]: row["Reason"] for row in found}


@pytest.fixture
def ses(emulator: Emulator) -> Ses:
    return Ses(emulator.url)


CSV = 'a@Corp.com,BOUNCE\nb@corp.com, COMPLAINT\n"""john smith""@corp.com",BOUNCE\n'
JSON = '{"emailAddress": "a@Corp.com", "reason": "BOUNCE"}\n{"emailAddress":"b@corp.com","reason":"COMPLAINT"}\n'


async def test_rows_are_put_and_deleted_in_both_formats(ses: Ses, bucket: Bucket) -> None:
    done = await ses.job(await ses.create("PUT", bucket.put("put.csv", CSV)))
    assert (done["JobStatus"], done["ProcessedRecordsCount"], done["FailedRecordsCount"]) == ("COMPLETED", 3, 0)
    assert "FailureInfo" not in done
    assert done["ImportDataSource"] == {"S3Url": bucket.url("put.csv"), "DataFormat": "CSV"}
    assert await ses.rows() == {"a@corp.com": "BOUNCE", "b@corp.com": "COMPLAINT", '"john smith"@corp.com': "BOUNCE"}
    await ses.job(await ses.create("DELETE", bucket.put("delete.csv", 'a@corp.com\n"""john smith""@corp.com"\n')))
    assert await ses.rows() == {"b@corp.com": "COMPLAINT"}
    await ses.job(await ses.create("PUT", bucket.put("put.json", JSON), "JSON"))
    assert await ses.rows() == {"a@corp.com": "BOUNCE", "b@corp.com": "COMPLAINT"}
    await ses.job(await ses.create("DELETE", bucket.put("x.json", '{"emailAddress": "a@corp.com"}'), "JSON"))
    assert await ses.rows() == {"b@corp.com": "COMPLAINT"}


async def test_it_takes_its_time(ses: Ses, emulator: Emulator, clock: Clock, bucket: Bucket) -> None:
    emulator.conditions = quirks("import-start=5", "import-rate=10")
    number = await ses.create("PUT", bucket.put("many.csv", "".join(f"a{i}@corp.com,BOUNCE\n" for i in range(25))))
    seen = []
    for now in (4, 5, 6, 7, 8):
        clock.now = 1_795_327_200.0 + now
        job = await ses.job(number)
        seen.append((job["JobStatus"], job["ProcessedRecordsCount"], len(await ses.rows())))
    assert seen == [
        ("CREATED", 0, 0),
        *(("PROCESSING", count, count) for count in (0, 10, 20)),
        ("COMPLETED", 25, 25),
    ]
    assert (await ses.job(number))["CompletedTimestamp"].timestamp() == clock.now


@pytest.mark.parametrize("shape", ["json", "csv", "gone"])
async def test_failed_records_are_behind_a_url(ses: Ses, emulator: Emulator, bucket: Bucket, shape: str) -> None:
    emulator.conditions = quirks(f"failed-records={shape}", "import-missing=fails")
    number = await ses.create("PUT", bucket.put("put.csv", "nobody,BOUNCE\na@corp.com,SPAM\nb@corp.com,BOUNCE\n"))
    job = await ses.job(number)
    assert (job["JobStatus"], job["ProcessedRecordsCount"], job["FailedRecordsCount"]) == ("COMPLETED", 3, 2)
    assert await ses.rows() == {"b@corp.com": "BOUNCE"}
    url = job["FailureInfo"]["FailedRecordsS3Url"]

    def read(url: str) -> str:
        with urllib.request.urlopen(url) as answer:
            text: bytes = answer.read()
            return text.decode()

    if shape == "gone":
        with pytest.raises(urllib.request.HTTPError):
            await asyncio.to_thread(read, url)
        return
    lines = (await asyncio.to_thread(read, url)).splitlines()
    assert ["nobody" in lines[0], "a@corp.com" in lines[1], len(lines)] == [True, True, 2]
    with pytest.raises(urllib.request.HTTPError):
        await asyncio.to_thread(read, url[:-1])
    missing = await ses.job(await ses.create("DELETE", bucket.put("delete.csv", "z@corp.com\n")))
    assert missing["FailedRecordsCount"] == 1


@pytest.mark.parametrize(("action", "most"), [("PUT", 100_000), ("DELETE", 10_000)])
async def test_an_object_of_too_many_rows_fails_whole(ses: Ses, bucket: Bucket, action: str, most: int) -> None:
    rows = [f"a{number}@x,BOUNCE\n" for number in range(most + 1)]
    job = await ses.job(await ses.create(action, bucket.put("many.csv", "".join(rows))))
    assert (job["JobStatus"], job["ProcessedRecordsCount"]) == ("FAILED", 0)
    assert str(most) in job["FailureInfo"]["ErrorMessage"]


async def test_what_is_refused_and_what_fails(ses: Ses, emulator: Emulator, bucket: Bucket) -> None:
    job = await ses.job(await ses.create("PUT", bucket.url("nothing.csv")))
    assert (job["JobStatus"], "404" in job["FailureInfo"]["ErrorMessage"]) == ("FAILED", True)
    assert await ses.refused("PUT", "https://corp.com/x.csv") == "BadRequestException"
    assert await ses.refused("DROP", bucket.url("x.csv")) == "BadRequestException"
    emulator.conditions = quirks("import-start=60")
    for number in range(20):
        await ses.create("PUT", bucket.url(f"{number}.csv"))
    assert await ses.refused("PUT", bucket.url("21.csv")) == "LimitExceededException"
    with pytest.raises(ClientError) as caught:
        await ses.job("no-such-job")
    assert caught.value.response["Error"]["Code"] == "NotFoundException"
    emulator.conditions = Conditions()


@pytest.mark.parametrize("world", [replace(EMPTY, sandbox=True)])
async def test_a_sandbox_account_has_none(ses: Ses, bucket: Bucket) -> None:
    assert await ses.refused("DELETE", bucket.put("x.csv", "a@corp.com\n")) == "BadRequestException"


async def test_jobs_are_listed_a_page_at_a_time(ses: Ses, bucket: Bucket) -> None:
    created = [await ses.create("PUT", bucket.put(f"{number}.csv", CSV)) for number in range(5)]
    found: list[str] = []
    more: dict[str, str] = {}
    while True:
        page = await ses("list_import_jobs", ImportDestinationType="SUPPRESSION_LIST", PageSize=2, **more)
        found += [job["JobId"] for job in page["ImportJobs"]]
        assert "ImportDataSource" not in page["ImportJobs"][0]
        if "NextToken" not in page:
            break
        more = {"NextToken": page["NextToken"]}
    assert found == created
    assert (await ses("list_import_jobs", ImportDestinationType="CONTACT_LIST"))["ImportJobs"] == []


async def test_awscli_creates_one_and_sees_its_end(
    emulator: Emulator, ses: Ses, bucket: Bucket, find_judge: FindJudge, tmp_path: Path
) -> None:
    keys = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "HOME": str(tmp_path)}

    async def aws(*command: str) -> Any:
        where = ("--endpoint-url", emulator.url, "--region", "us-east-1", "--output", "json")
        program = str(find_judge("awscli", "aws"))
        run = subprocess.run
        ended = await asyncio.to_thread(
            run, [program, "sesv2", *command, *where], env={**os.environ, **keys}, capture_output=True, check=True
        )
        return json.loads(ended.stdout)

    destination = "SuppressionListDestination={SuppressionListImportAction=PUT}"
    source = f"S3Url={bucket.put('put.csv', CSV)},DataFormat=CSV"
    created = await aws("create-import-job", "--import-destination", destination, "--import-data-source", source)
    job = await aws("get-import-job", "--job-id", created["JobId"])
    assert (job["JobStatus"], job["ProcessedRecordsCount"]) == ("COMPLETED", 3)
    assert len(await ses.rows()) == 3


def test_the_command_is_told_which_s3(bucket: Bucket, environment: dict[str, str], tmp_path: Path) -> None:
    empty = ("--tenants", "0", "--configuration-sets", "0", "--addresses", "0", "--tenant-addresses", "0")
    with emulator_process(
        tmp_path, surroundings(environment, tmp_path), *empty, "--s3-endpoint-url", bucket.endpoint
    ) as running:
        ses = Ses(running.url)
        done = asyncio.run(ses.create("PUT", bucket.put("put.csv", CSV)))
        assert asyncio.run(ses.job(done))["JobStatus"] == "COMPLETED"
        assert len(running.addresses) == 3
