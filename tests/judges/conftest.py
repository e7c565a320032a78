"""Where the judges are: outside programs, each in a virtual environment of its own."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.buckets import S3, Bucket, new_bucket, s3_server

FindJudge = Callable[[str, str], Path]


@pytest.fixture(scope="session")
def find_judge() -> FindJudge:
    """Return a judge's program; where it is absent the test is skipped, in CI it fails."""
    checkout = Path(__file__).parents[2]
    folder = Path(os.environ.get("SESTUI_JUDGES") or checkout / ".ci" / "venvs")

    def find(judge: str, program: str) -> Path:
        path = folder / judge / "bin" / program
        if not path.is_file():
            why = (
                f"{judge} is not there: .ci/run makes its environment; SESTUI_JUDGES names another folder than {folder}"
            )
            if os.environ.get("CI") == "true":
                pytest.fail(why)
            pytest.skip(why)
        return path

    return find


@pytest.fixture(scope="session")
def s3(find_judge: FindJudge) -> Iterator[S3]:
    """Moto's."""
    with s3_server(find_judge("moto", "moto_server")) as running:
        yield running


@pytest.fixture
def bucket(s3: S3) -> Bucket:
    return new_bucket(s3.url)
