"""For tests of other projects: the fixture `ses_emulator`, SESv2 with tenant suppression lists on this machine.

pytest imports this module wherever sestui is installed. So it imports nothing but pytest until the fixture is used.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from sestui.emulator import Conditions, ThreadedEmulator

_MARKER = (
    "ses_emulator(conditions=..., **world): what the fixture ses_emulator begins with: the fields of "
    "sestui.emulator.World, as tenants=3 or sandbox=True, and Conditions. Without it the account is empty."
)
_EMPTY = {"tenants": 0, "configuration_sets": 0, "addresses": 0, "tenant_addresses": 0}
_UNSET = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", _MARKER)


@pytest.fixture
def ses_emulator(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[ThreadedEmulator]:
    """An empty SES account of this test's own, or what the marker `ses_emulator` asks for.

    As long as the test runs the environment points SESv2 and STS at it, with credentials that are good for nothing:
    `boto3.client("sesv2")` needs no argument, and neither does a program that the test starts. `url` is for the rest.
    `requests` tells what was asked, `sent` what became of each mail, and `conditions` may be set at any time.
    """
    marker = request.node.get_closest_marker("ses_emulator")
    with _emulator(*marker.args, **marker.kwargs) if marker else _emulator() as emulator:
        for name in _UNSET:
            monkeypatch.delenv(name, raising=False)
        for name, value in _environment(emulator.url).items():
            monkeypatch.setenv(name, value)
        yield emulator


def _emulator(*, conditions: Conditions | None = None, **world: Any) -> ThreadedEmulator:
    from sestui.emulator import Conditions, ThreadedEmulator, World

    return ThreadedEmulator(World(**{**_EMPTY, **world}), conditions or Conditions())


def _environment(url: str) -> dict[str, str]:
    around = os.environ.get("no_proxy") or os.environ.get("NO_PROXY")
    return {
        "AWS_ENDPOINT_URL_SESV2": url,
        "AWS_ENDPOINT_URL_STS": url,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        # A proxy would look for the emulator on its own machine.
        "no_proxy": f"{around},127.0.0.1" if around else "127.0.0.1",
    }
