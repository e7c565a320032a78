"""How soon the impact of an edit is on the screen when SES answers one request a second."""

import statistics

from tests.benchmarks.measuring import Terminal, emulator, program, verdict

_RUNS = 3


def run() -> None:
    """800 tenants at one request a second: from the key to the impact dialog, which names what is unread (must: 2 s)"""
    seconds = []
    for _ in range(_RUNS):
        with emulator("--tenants", "800", "--rate", "1") as url:
            seconds.append(_seconds_to_the_impact(url))
    print(f"  impact: {statistics.median(seconds):.2f} s, at most {max(seconds):.2f} s of {_RUNS} runs; ", end="")
    print(verdict(max(seconds), "<= 2"))


def _seconds_to_the_impact(url: str) -> float:
    with Terminal(program(url)) as terminal:
        terminal.until("Enforcement status")
        terminal.press("e")
        # The dialog asks the terminal whether it has painted, and takes keys from the answer on.
        terminal.until("\x1b[6n")
        terminal.rest(0.3)
        terminal.press("\x1b[C")
        terminal.shows("(•) COMPLAINT")
        terminal.press("\r")
        return terminal.shows("Not read yet")
