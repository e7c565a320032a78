"""S3 for tests: moto's server as a process of its own, and buckets in it."""

import os
import re
import signal
import subprocess
import uuid
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import boto3
from botocore.config import Config


@dataclass(frozen=True)
class S3:
    url: str
    pid: int

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Let it take requests and answer none."""
        os.kill(self.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.pid, signal.SIGCONT)


@dataclass(frozen=True)
class Bucket:
    """A bucket of a test's own."""

    client: Any
    name: str
    endpoint: str

    def url(self, key: str = "") -> str:
        return f"s3://{self.name}/{key}"

    def put(self, key: str, text: str) -> str:
        self.client.put_object(Bucket=self.name, Key=key, Body=text.encode())
        return self.url(key)

    @property
    def keys(self) -> list[str]:
        return [it["Key"] for it in self.client.list_objects_v2(Bucket=self.name).get("Contents", ())]

    @property
    def versions(self) -> list[str]:
        """All that is kept, what was deleted too."""
        found = self.client.list_object_versions(Bucket=self.name)
        return [it["Key"] for kind in ("Versions", "DeleteMarkers") for it in found.get(kind, ())]

    def keep_versions(self) -> None:
        self.client.put_bucket_versioning(Bucket=self.name, VersioningConfiguration={"Status": "Enabled"})

    def refuse(self, action: str) -> None:
        """Have the bucket's policy refuse an action to everybody."""
        statement = f'{{"Effect":"Deny","Principal":"*","Action":"{action}","Resource":"arn:aws:s3:::{self.name}/*"}}'
        self.client.put_bucket_policy(Bucket=self.name, Policy=f'{{"Version":"2012-10-17","Statement":[{statement}]}}')

    def allow(self) -> None:
        self.client.delete_bucket_policy(Bucket=self.name)


@contextmanager
def s3_server(program: Path) -> Iterator[S3]:
    """Yield an S3 that lives as long."""
    command = [str(program), "-H", "127.0.0.1", "-p", "0"]
    environment = {"PYTHONUNBUFFERED": "1", "NO_COLOR": "1"}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            for line in process.stderr:
                if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                    break
            else:
                raise AssertionError("moto's server did not start")
            # It tells of each request, and would wait for ever once nobody reads that.
            reading = Thread(target=deque, args=(process.stderr, 0))
            reading.start()
            try:
                yield S3(found[0], process.pid)
            finally:
                process.kill()
                reading.join()
        finally:
            process.kill()


def new_bucket(endpoint: str) -> Bucket:
    client = boto3.session.Session("moto", "moto", region_name="us-east-1").client(
        "s3", endpoint_url=endpoint, config=Config(retries={"total_max_attempts": 1})
    )
    name = f"sestui-{uuid.uuid4().hex}"
    client.create_bucket(Bucket=name)
    return Bucket(client, name, endpoint)
