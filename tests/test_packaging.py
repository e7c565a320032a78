"""What is installed is whole: the stylesheets, which live beside the package in a checkout, are inside the wheel."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import sysconfig
import tarfile
import termios
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
STYLES = {path.name: path.read_bytes() for path in (CHECKOUT / "styles").glob("*.tcss")}


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a wheel from the checkout, and in `from-sdist` an sdist and a wheel from that."""
    folder = tmp_path_factory.mktemp("dist")
    # Without isolation: hatchling is among the test dependencies, so that no network is asked.
    build = [sys.executable, "-m", "build", "--no-isolation"]
    for options in (["--wheel", "--outdir", str(folder)], ["--outdir", str(folder / "from-sdist")]):
        run = subprocess.run(
            [*build, *options, str(CHECKOUT)], capture_output=True, text=True, timeout=100, cwd=folder, check=False
        )
        assert run.returncode == 0, run.stdout + run.stderr
    return folder


def _only(folder: Path, pattern: str) -> Path:
    (path,) = folder.glob(pattern)
    return path


def _files(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        # RECORD holds the others' sums; the wheels may differ in nothing that matters.
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/RECORD")}


def test_the_wheel_is_whole(dist: Path) -> None:
    files = _files(_only(dist, "*.whl"))
    inside = {Path(name).name: content for name, content in files.items() if name.endswith(".tcss")}
    assert STYLES
    assert inside == STYLES
    assert {Path(name).parent.as_posix() for name in files if name.endswith(".tcss")} == {"sestui/styles"}
    assert "sestui/py.typed" in files
    modules = {path.relative_to(CHECKOUT).as_posix() for path in (CHECKOUT / "sestui").rglob("*.py")}
    assert {name for name in files if name.endswith(".py")} == modules
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in files)


def test_the_sdist_builds_the_same_wheel(dist: Path) -> None:
    with tarfile.open(_only(dist / "from-sdist", "*.tar.gz")) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {f"styles/{name}" for name in STYLES} <= names
    assert {"README.md", "LICENSE", "pyproject.toml"} <= names
    assert _files(_only(dist / "from-sdist", "*.whl")) == _files(_only(dist, "*.whl"))


@pytest.fixture(scope="module")
def installed(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program of an environment that has the wheel, and the dependencies of ours but not the checkout."""
    clean = tmp_path_factory.mktemp("clean")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(clean)], check=True, timeout=60)
    python = str(clean / "bin" / "python")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python]
    install = [*pip, "install", "-q", "--no-deps", "--no-index", str(_only(dist, "*.whl"))]
    subprocess.run(install, check=True, timeout=60)
    purelib = [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    packages = subprocess.run(purelib, check=True, capture_output=True, text=True, timeout=60).stdout.strip()
    # A folder named in a .pth file has its own .pth files ignored: the editable installation's among them.
    (Path(packages) / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return clean / "bin" / "sestui"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "PYTHONSAFEPATH": "1",
    }


def test_the_installed_program_is_not_the_checkout(
    installed: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    def run(*command: str | Path) -> str:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=60, check=True, cwd=tmp_path, env=environment
        )
        return done.stdout.strip()

    assert re.fullmatch(r"sestui \d+\.\d+\.\d+\S*", run(installed, "--version"))
    where = run(installed.with_name("python"), "-c", "import sestui; print(sestui.__file__)")
    assert Path(where).is_relative_to(installed.parents[1])
    # One that every screen needs: found inside the package.
    command = "from sestui.stylesheets import stylesheet; print(stylesheet('app.tcss'))"
    style = Path(run(installed.with_name("python"), "-c", command))
    assert style == Path(where).parent / "styles" / "app.tcss"
    assert style.read_bytes() == STYLES["app.tcss"]


def test_the_installed_program_shows_its_screen_with_its_styles(
    installed: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    rule = re.search(rb"BrowseScreen #tree-pane \{\s*width: (\d+);", STYLES["browse.tcss"])
    assert rule
    width = int(rule[1])

    def drawn(screen: str) -> bool:
        box = re.search(r"╭[^╭╮]*Tenants[^╭╮]*╮", screen)
        return box is not None and len(box[0]) == width and "DEMO" in screen and "acme-retail" in screen

    _watch([str(installed), "--demo"], drawn, environment, tmp_path)


PROJECT = """
import boto3
import pytest
from botocore.exceptions import ClientError

from sestui.emulator import Conditions, Fault


def invite(tenant, address):
    # What this project tests: it knows of no emulator.
    ses = boto3.client("sesv2")
    body = {"Subject": {"Data": "Welcome"}, "Body": {"Text": {"Data": "Come in."}}}
    ses.send_email(
        FromEmailAddress="hello@acme.example",
        Destination={"ToAddresses": [address]},
        Content={"Simple": body},
        TenantName=tenant,
    )


@pytest.fixture
def acme(ses_emulator):
    ses = boto3.client("sesv2")
    attributes = {"SuppressionScope": "TENANT", "SuppressedReasons": ["BOUNCE"]}
    ses.create_tenant(TenantName="acme", SuppressionAttributes=attributes)
    identity = "arn:aws:ses:us-east-1:123456789012:identity/acme.example"
    ses.create_tenant_resource_association(TenantName="acme", ResourceArn=identity)
    return ses


def test_an_invitation_to_a_dead_mailbox_goes_nowhere(acme, ses_emulator):
    acme.put_suppressed_destination(TenantName="acme", EmailAddress="Bob@corp.com", Reason="BOUNCE")
    (entry,) = acme.list_suppressed_destinations(TenantName="acme")["SuppressedDestinationSummaries"]
    assert entry["EmailAddress"] == "Bob@corp.com"
    invite("acme", "bob@corp.com")
    invite("acme", "eve@corp.com")
    first, second = ses_emulator.sent
    assert (first.consulted, first.suppressed) == ("tenant acme", ("bob@corp.com",))
    assert second.delivered == ("eve@corp.com",)
    assert [request.operation for request in ses_emulator.requests][-2:] == ["SendEmail", "SendEmail"]


def test_every_test_has_an_account_of_its_own(acme, ses_emulator):
    assert acme.list_suppressed_destinations(TenantName="acme")["SuppressedDestinationSummaries"] == []
    assert ses_emulator.sent == []


@pytest.mark.ses_emulator(tenants=3, addresses=20, sandbox=True, conditions=Conditions(latency=0.001))
def test_a_world_can_be_asked_for(ses_emulator):
    ses = boto3.client("sesv2", endpoint_url=ses_emulator.url)
    assert len(ses.list_tenants()["Tenants"]) == 3
    assert len(ses.list_suppressed_destinations()["SuppressedDestinationSummaries"]) == 20
    assert ses.get_account()["ProductionAccessEnabled"] is False
    ses_emulator.conditions = Conditions(faults=(Fault.parse("access-denied@GetAccount=1"),))
    with pytest.raises(ClientError, match="AccessDenied"):
        ses.get_account()
    assert boto3.client("sts").get_caller_identity()["Account"] == "123456789012"
"""
"""A project of somebody who has sestui installed, and has configured nothing."""


def test_a_project_that_has_it_installed_tests_against_the_emulator(
    installed: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "test_invitations.py").write_text(PROJECT)
    # Neither the settings of whoever works on it nor a proxy may come between.
    theirs = {"AWS_PROFILE": "nobody", "AWS_SESSION_TOKEN": "theirs", "HTTP_PROXY": "http://127.0.0.1:9"}
    run = subprocess.run(
        [installed.with_name("python"), "-m", "pytest", "-q", "--strict-markers", "-p", "no:cacheprovider"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=tmp_path,
        env={**environment, **theirs},
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "3 passed" in run.stdout
    assert "warning" not in run.stdout


def _watch(command: list[str], drawn: Callable[[str], bool], environment: dict[str, str], folder: Path) -> None:
    """Run a command in a terminal of 120x40 until its output, taken for text, has been `drawn`; then end it."""
    ours, its = pty.openpty()
    try:
        fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        process = subprocess.Popen(
            command, stdin=its, stdout=its, stderr=its, env=environment, cwd=folder, start_new_session=True
        )
        try:
            output, deadline = b"", time.monotonic() + 40
            while not drawn(text := re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", output.decode(errors="replace"))):
                assert time.monotonic() < deadline, text[-4000:]
                assert process.poll() is None, text[-4000:]
                if select.select([ours], [], [], 0.2)[0]:
                    output += os.read(ours, 65536)
        finally:
            process.kill()
            process.wait()
    finally:
        os.close(ours)
        os.close(its)
