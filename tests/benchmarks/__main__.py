"""`python -m tests.benchmarks NAME` runs one benchmark, `all` every one; without a name it lists them.

SESTUI_BENCHMARK_ROWS is how many rows to measure with, where a benchmark leaves that open.
"""

import sys

from tests.benchmarks import (
    bulk,
    bulk_limited,
    bytes,
    cache,
    filter,
    finding,
    idle,
    impact,
    keys,
    loading,
    marks,
    pace,
    parsing,
    startup,
    table,
    trends,
    under_load,
)

BENCHMARKS = {
    "startup": startup.run,
    "table": table.run,
    "filter": filter.run,
    "loading": loading.run,
    "keys": keys.run,
    "bytes": bytes.run,
    "idle": idle.run,
    "parsing": parsing.run,
    "impact": impact.run,
    "pace": pace.run,
    "cache": cache.run,
    "marks": marks.run,
    "bulk": bulk.run,
    "bulk-limited": bulk_limited.run,
    "under-load": under_load.run,
    "find": finding.run,
    "trends": trends.run,
}


def main() -> int:
    names = list(BENCHMARKS) if sys.argv[1:] == ["all"] else sys.argv[1:]
    if not names or any(name not in BENCHMARKS for name in names):
        print(f"python -m tests.benchmarks NAME, where NAME is all, or one of: {', '.join(BENCHMARKS)}")
        return 2
    for name in names:
        print(f"{name}: {BENCHMARKS[name].__doc__}")
        BENCHMARKS[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main())
