"""`python -m tests.benchmarks NAME` runs one benchmark; without a name it lists them."""

import sys

from tests.benchmarks import cache, filter, impact, loading, pace, parsing, startup

BENCHMARKS = {
    "startup": startup.run,
    "loading": loading.run,
    "parsing": parsing.run,
    "impact": impact.run,
    "filter": filter.run,
    "pace": pace.run,
    "cache": cache.run,
}


def main() -> int:
    names = sys.argv[1:]
    if not names or any(name not in BENCHMARKS for name in names):
        print(f"python -m tests.benchmarks NAME, where NAME is one of: {', '.join(BENCHMARKS)}")
        return 2
    for name in names:
        print(f"{name}: {BENCHMARKS[name].__doc__}")
        BENCHMARKS[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main())
