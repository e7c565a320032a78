"""Figures beside a peer's, measured in one run: `python -m tests.benchmarks NAME`. Never part of the tests."""
