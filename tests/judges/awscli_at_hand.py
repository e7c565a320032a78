"""Run by awscli's own Python: awscli is imported once, and a fork carries each command out as its `aws` would.

Of what a command costs in a process of its own, three quarters are that process's start (measured).
"""

import gc
import json
import os
import sys
from contextlib import redirect_stdout
from importlib import reload
from io import StringIO

import awscli.clidriver  # type: ignore[import-not-found]


def carry_out(arguments: list[str], environment: dict[str, str], out: str, err: str) -> int:
    os.environ.clear()
    os.environ.update(environment)
    # It adds its own data to AWS_DATA_PATH as it is imported.
    reload(awscli)
    for path, descriptor in ((os.devnull, 0), (out, 1), (err, 2)):
        os.dup2(os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC), descriptor)
    sys.argv = ["aws", *arguments]
    status: int = awscli.clidriver.main()
    return status


# What is imported only once it is used.
with redirect_stdout(StringIO()):
    sample = ["sesv2", "get-account", "--region", "us-east-1", "--generate-cli-skeleton", "output"]
    awscli.clidriver.create_clidriver().main(sample)
gc.freeze()
gc.disable()
for line in sys.stdin:
    if not (child := os.fork()):
        sys.exit(carry_out(**json.loads(line)))
    sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")
    sys.stdout.flush()
