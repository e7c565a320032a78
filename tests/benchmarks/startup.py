"""How soon something is on the screen, beside a bare Textual application and one call of awscli."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tests.benchmarks.measuring import compare, emulator, seconds_until

_BARE = """
from textual.app import App
from textual.widgets import DataTable, Footer, Header

class Bare(App):
    def compose(self):
        yield Header()
        yield DataTable()
        yield Footer()
    def on_mount(self):
        self.query_one(DataTable).add_columns("Address", "Reason", "Last update")

Bare().run()
"""

_MOST = 1.2
"""DESIGN.md's budget of both, as a ratio to the peer."""


def run() -> None:
    """first paint beside a bare Textual application; first addresses beside one awscli process for one page"""
    with emulator("--addresses", "5000") as url:
        sestui = [sys.executable, "-m", "sestui", "--endpoint-url", url, "--region", "us-east-1"]
        compare(
            "first paint",
            lambda: seconds_until(sestui, b"Suppression list"),
            lambda: seconds_until([sys.executable, "-c", _BARE], b"Last update"),
            peer_name="bare Textual",
            most=_MOST,
            runs=15,
        )
        judges = Path(os.environ.get("SESTUI_JUDGES", ".ci/venvs"))
        aws = shutil.which("aws", path=str(judges / "awscli" / "bin"))
        if aws is None:
            print("  first addresses: awscli is not in .ci/venvs/awscli; .ci/run puts it there")
            return
        keys = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_PAGER": ""}
        page = [aws, "--endpoint-url", url, "--region", "us-east-1", "sesv2", "list-suppressed-destinations"]

        def one_page() -> float:
            started = time.perf_counter()
            subprocess.run(page, check=True, stdout=subprocess.DEVNULL, env={**os.environ, **keys})
            return time.perf_counter() - started

        compare(
            "first addresses",
            lambda: seconds_until(sestui, b"@gmail.com"),
            one_page,
            peer_name="awscli",
            most=_MOST,
            runs=15,
        )
