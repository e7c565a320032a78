"""What the program does while nothing happens, beside a bare Textual application."""

import sys

from tests.benchmarks.measuring import Terminal, emulator, how_many, program, tell, verdict

_SECONDS = 10


def run() -> None:
    """10 s without a key, a list loaded, beside a bare Textual application with a DataTable"""
    many = how_many(50_000)
    with emulator("--addresses", str(many)) as url:
        peer = [sys.executable, "-m", "tests.benchmarks.peer", "1000", "82", "18"]
        with Terminal(program(url)) as ours, Terminal(peer) as bare:
            ours.shows(f"{many:,} addresses")
            bare.shows("BOUNCE")
            figures: list[list[float]] = [[], []]
            written = 0
            for terminal in (ours, bare):
                terminal.settle(3)
            for _ in range(3):
                for terminal, shares in zip((ours, bare), figures, strict=True):
                    before, length = terminal.processor, len(terminal.output)
                    terminal.rest(_SECONDS)
                    shares.append((terminal.processor - before) / _SECONDS * 100)
                    written += (len(terminal.output) - length) * (terminal is ours)
            print(f"  written in {3 * _SECONDS} s: {written} bytes; {verdict(written, '<= 0')}")
            tell("the processor's time", figures[0], figures[1], "%", "<= 0.5", peer_name="bare Textual")
