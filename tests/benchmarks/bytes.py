"""What a triage sends over the line, beside the same keys in an application of Textual's own parts."""

import sys

from tests.benchmarks.measuring import Terminal, emulator, program, table_size, tell

_PAGE_DOWN, _PAGE_UP, _ESCAPE = "\x1b[6~", "\x1b[5~", "\x1b"
SCRIPT = {
    "move": "jjjjjjjj",
    "page": [_PAGE_DOWN, _PAGE_DOWN, _PAGE_DOWN, _PAGE_UP],
    "filter": [*"/outlook", "\r"],
    "mark": "   ",
    "details": ["\r", _ESCAPE],
}
"""By name: the keys, each pressed when the one before has had its effect."""


def run() -> None:
    """a triage of 1,000 addresses at 120x40, key by key, beside Textual's DataTable and Input"""
    figures: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in [*SCRIPT, "leave", "all"]}
    with emulator("--addresses", "1000") as url:
        for _ in range(3):
            with Terminal(program(url)) as terminal:
                terminal.shows("1,000 addresses")
                terminal.press("2")
                terminal.settle()
                width, height = table_size(terminal.screen)
                _triage(terminal, [mine for mine, _ in figures.values()], ["q", "\x1b[C", "\r"])
            with Terminal([sys.executable, "-m", "tests.benchmarks.peer", "1000", str(width), str(height)]) as terminal:
                terminal.shows("BOUNCE")
                _triage(terminal, [theirs for _, theirs in figures.values()], ["q"])
    for name, (mine, theirs) in figures.items():
        tell(name, mine, theirs, "bytes", "<= 1 x" if name == "all" else "", peer_name="Textual's own")


def _triage(terminal: Terminal, costs: list[list[float]], leave: list[str]) -> None:
    terminal.settle()
    start = len(terminal.output)
    for keys, cost in zip(SCRIPT.values(), costs, strict=False):
        cost.append(sum(terminal.cost(key, 0.25) for key in keys))
    before = len(terminal.output)
    for key in leave:
        # Marks would be lost: ours asks.
        if terminal.process.poll() is None:
            terminal.press(key)
            terminal.settle(0.4)
    costs[-2].append(len(terminal.output) - before)
    costs[-1].append(len(terminal.output) - start)
