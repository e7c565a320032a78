"""The program itself in a real terminal: tmux where the screen counts, a bare pseudo-terminal where bytes do.

Nothing here waits for a while and hopes: each test waits for what it expects to see. What must not happen is looked
for after something later has been seen to happen.
"""

import os
import pty
import re
import select
import shutil
import signal
import subprocess
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count, product
from pathlib import Path

import pytest
from pyte.screens import Char

from tests.terminal import CURSOR_IS_THERE, PATIENCE, PROGRAM, Ses, Terminal, emulator, wait_for

PERSON = "dylan@corp.com"
"""An address that begins with the key for removing and holds the one for adding."""

_SOCKETS = count()


@pytest.fixture
def ses(tmp_path: Path, environment: dict[str, str]) -> Iterator[Ses]:
    """A small account with tenants, sets and addresses."""
    sizes = ("--tenants", "6", "--configuration-sets", "8", "--addresses", "300", "--tenant-addresses", "60")
    with emulator(tmp_path, environment, *sizes) as running:
        yield running


@pytest.fixture
def six_bounces(tmp_path: Path, environment: dict[str, str]) -> Iterator[Ses]:
    """An account whose list holds six entries, all BOUNCE; no more than one is under the cursor."""
    sizes = ("--tenants", "2", "--configuration-sets", "2", "--addresses", "0", "--tenant-addresses", "0")
    with emulator(tmp_path, environment, *sizes) as running:
        running.put(*(f"person{number}@corp.com" for number in range(6)))
        yield running


def _options(ses: Ses) -> list[str]:
    return ["--endpoint-url", ses.url, "--region", "us-east-1"]


# tmux


@dataclass(frozen=True)
class Tmux:
    """A tmux server of its own with the program in its only pane."""

    socket: str
    environment: dict[str, str]

    def run(self, *arguments: str) -> str:
        command = ["tmux", "-L", self.socket, "-f", "/dev/null", *arguments]
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=True, timeout=PATIENCE
        )
        return done.stdout

    @property
    def screen(self) -> str:
        return self.run("capture-pane", "-p")

    def shows(self, *texts: str) -> bool:
        screen = self.screen
        assert "Pane is dead" not in screen, screen
        return all(text in screen for text in texts)

    def wait_for(self, *texts: str, patience: float = PATIENCE) -> None:
        wait_for(f"{texts} on the screen", lambda: self.shows(*texts), lambda: self.screen, patience)

    def press(self, *keys: str) -> None:
        """Press keys by tmux's names for them."""
        self.run("send-keys", *keys)

    def type(self, text: str) -> None:
        """Send text as it is, all at once, as a terminal without bracketed paste sends what is pasted."""
        self.run("send-keys", "-l", text)

    @property
    def pid(self) -> int:
        return int(self.run("display-message", "-p", "#{pane_pid}"))


RunInTmux = Callable[..., Tmux]


@pytest.fixture
def tmux(environment: dict[str, str], tmp_path: Path) -> Iterator[RunInTmux]:
    """Run the program with these options in a tmux of this size."""
    if shutil.which("tmux") is None:
        why = "tmux is not there: .ci/run installs it"
        pytest.fail(why) if os.environ.get("CI") == "true" else pytest.skip(why)
    with ExitStack() as stack:

        def run(options: Sequence[str], *, columns: int = 80, lines: int = 24) -> Tmux:
            server = Tmux(f"sestui-test-{os.getpid()}-{next(_SOCKETS)}", environment)
            # A dead program's last words stay readable, and its pane is all there is.
            settings: list[str] = []
            for name, value in (("remain-on-exit", "on"), ("status", "off"), ("escape-time", "0")):
                settings += ["set-option", "-g", name, value, ";"]
            size = ["-x", str(columns), "-y", str(lines)]
            new = ["new-session", "-d", *size, "-c", str(tmp_path), PROGRAM, *options]
            stack.callback(subprocess.run, ["tmux", "-L", server.socket, "kill-server"], check=False)
            server.run("-u", "start-server", ";", *settings, *new)
            return server

        yield run


RunInTerminal = Callable[[Sequence[str]], Terminal]


@pytest.fixture
def terminal(environment: dict[str, str], tmp_path: Path) -> Iterator[RunInTerminal]:
    """Run the program with these options in a pseudo-terminal of 80x24."""
    with ExitStack() as stack:

        def run(options: Sequence[str]) -> Terminal:
            opened = Terminal([PROGRAM, *options], environment, tmp_path)
            stack.callback(opened.close)
            return opened

        yield run


# What a person sees


@pytest.mark.parametrize(("columns", "lines"), [(80, 24), (120, 40)])
def test_tenants_and_addresses_are_on_the_screen(ses: Ses, tmux: RunInTmux, columns: int, lines: int) -> None:
    known = ses.addresses
    screen = tmux(_options(ses), columns=columns, lines=lines)
    screen.wait_for("Tenants (6)", "acme-retail", "gone-ltd", "DISABLED", "us-east-1", "1234-5678-9012")
    wait_for("addresses", lambda: set(re.findall(r"\S+@\S+", screen.screen)) & known, lambda: screen.screen)
    screen.wait_for("300 addresses")
    rows = screen.screen.splitlines()
    assert max(map(len, rows)) <= columns
    # The list is the point of it: at 80x24, too, it has a third of the lines.
    assert sum("BOUNCE" in row or "COMPLAINT" in row for row in rows) >= lines / 3


def test_a_change_from_outside_is_seen_after_r(six_bounces: Ses, tmux: RunInTmux) -> None:
    ses = six_bounces
    screen = tmux(_options(ses))
    screen.wait_for("person0@corp.com", "6 addresses")
    ses.client.delete_suppressed_destination(EmailAddress="person0@corp.com")
    ses.put("newcomer@corp.com", "another@corp.com")
    screen.press("r")
    screen.wait_for("newcomer@corp.com", "another@corp.com", "7 addresses")
    assert not screen.shows("person0@corp.com")


# What is pasted runs no key

REMOVAL, ADDITION = "Remove from a suppression list", "Add to a suppression list"

PLACES: dict[str, tuple[list[str], str, str]] = {
    "browse": ([], "quit", "understood: "),
    "tree's filter": (["1", "/"], "name contains", PERSON),
    "filter": (["2", "/"], "/ filter", PERSON),
    "details": (["2", "Enter"], "esc closes", ""),
    "settings": (["3", "Enter"], "esc closes", ""),
    "find": (["f"], "an address, or any text", PERSON),
    "add": (["a"], ADDITION, PERSON),
    "remove": (["d"], REMOVAL, ""),
    "edit": (["1", "e"], "Edit suppression settings", ""),
    "new tenant": (["1", "n"], "Create a tenant", PERSON),
    "export": (["x"], "Export to a file", PERSON),
    "jobs": (["J"], "Jobs and journal", ""),
    "connection": (["c"], "tab: the other side", PERSON),
    "errors": (["E"], "Errors of this session", ""),
    "help": (["?"], "Everywhere", ""),
    "palette": (["C-p"], "Search for commands", PERSON),
    "quit": (["2", "Space", "q"], "Leave sestui?", ""),
}
"""By name: the keys that lead there, what they bring to the screen, what a paste shows there, if anything."""

_MOVED = {"1": "enter open list", "2": "enter details", "3": "enter expand", "Space": "marked 1"}
"""What is on the screen once a key has had its effect."""
_REVERSED_REMOVE = re.compile(r"\x1b\[(?:[\d:]+;)*7(?:;[\d:]+)*m(?:\x1b\[[\d;:]+m)* ?Remove")
"""The button in focus, as tmux tells of it: 7 is reverse video."""


def _go_back(screen: Tmux, sign: str) -> None:
    """Leave whatever is open; a dialog that was not painted yet drops an Escape, so it is pressed until it is heard."""

    def at_rest() -> bool:
        screen.press("Escape")
        time.sleep(0.15)
        return not screen.shows(sign) and screen.shows("quit", "Tenants (2)")

    wait_for("the browse screen", at_rest, lambda: screen.screen)


def test_what_is_pasted_as_plain_text_changes_nothing_anywhere(six_bounces: Ses, tmux: RunInTmux) -> None:
    ses = six_bounces
    before, known = ses.writes, ses.addresses
    screen = tmux(_options(ses))
    screen.wait_for("6 addresses", "person0@corp.com", "OnCall")
    for name, (keys, brings, shows) in PLACES.items():
        for key in keys:
            screen.press(key)
            # A key of another read may come before the focus has moved.
            screen.wait_for(_MOVED.get(key, ""))
        screen.wait_for(brings)

        def pasted(shows: str = shows) -> bool:
            # A dialog that has not been painted drops a paste as it does keys.
            screen.type(PERSON)
            time.sleep(0.2)
            return screen.shows(shows)

        wait_for(f"what was pasted into {name}", pasted, lambda: screen.screen)
        _go_back(screen, "understood: " if name == "browse" else PERSON if "filter" in name else brings)
        assert ses.writes == before, name
    # A removal that had been confirmed would be under way by the time that a list is read again.
    asked = ses.lists

    def read_again() -> bool:
        screen.press("r")
        time.sleep(0.1)
        return ses.lists > asked

    wait_for("another look at the list", read_again, lambda: screen.screen)
    assert ses.writes == before
    assert ses.addresses == known


PASTES = {
    "with a return": (PERSON.encode() + b"\r", "understood: "),
    "two lines": (f"{PERSON}\rd\t\ra@corp.com\r".encode(), "understood: "),
    "bracketed": (b"\x1b[200~" + PERSON.encode() + b"\r\x1b[201~", "understood: "),
}
"""By name: the bytes, and what they show outside an input."""


def test_a_paste_that_ends_in_return_changes_nothing(six_bounces: Ses, terminal: RunInTerminal) -> None:
    ses = six_bounces
    before, known = ses.writes, ses.addresses
    program = terminal(_options(ses))
    program.wait_for("6 addresses")
    for (where, key), (text, shows) in product({"browse": b"", "remove": b"d", "add": b"a"}.items(), PASTES.values()):
        begin = len(program.output)
        if key:
            program.write(key)
            program.wait_for({"remove": REMOVAL, "add": ADDITION}[where], begin)
        program.write(text)
        if not key:
            program.wait_for(shows, begin)
        _refresh(program, ses)
        assert ses.writes == before
        assert ses.addresses == known
        if not key:
            assert REMOVAL not in program.text_since(begin)
            assert ADDITION not in program.text_since(begin)


def _refresh(program: Terminal, ses: Ses) -> None:
    """Leave whatever is open and see the list being read again: all keys of before have done what they do."""
    asked = ses.lists

    def read_again() -> bool:
        # Each alone in a read: with a letter after it Escape would be read as Alt.
        for key in (b"", b"\x1b", b"r"):
            program.write(key)
            until = time.monotonic() + 0.2
            while time.monotonic() < until:
                program.read()
        return ses.lists > asked

    wait_for("another look at the list", read_again, lambda: program.text[-6000:])


# A removal


def test_keys_sent_ahead_of_the_dialog_remove_nothing(six_bounces: Ses, terminal: RunInTerminal) -> None:
    ses = six_bounces
    before, known = ses.writes, ses.addresses
    program = terminal(_options(ses))
    program.wait_for("6 addresses")
    program.write(b"d\t\r")
    program.wait_for(REMOVAL)
    _refresh(program, ses)
    assert ses.writes == before
    assert ses.addresses == known


def test_keys_sent_before_the_terminal_has_painted_the_dialog_remove_nothing(
    six_bounces: Ses, terminal: RunInTerminal
) -> None:
    ses = six_bounces
    before, known = ses.writes, ses.addresses
    program = terminal(_options(ses))
    program.wait_for("6 addresses")
    program.answers = False
    # A terminal that answers nothing for a second is not waited for any longer: then this proves nothing, and is
    # done again.
    for _ in range(10):
        since, started = len(program.output), time.monotonic()
        program.write(b"d")
        program.wait_for_question(since)
        program.write(b"\t\r" + CURSOR_IS_THERE)
        if in_time := time.monotonic() - started < 0.9:
            break
        _refresh(program, ses)
    assert in_time, "this machine is too slow for this test"
    program.wait_for(REMOVAL, since)
    # The dialog is still there, and open to keys now: Escape closes it.
    _refresh(program, ses)
    assert ses.writes == before
    assert ses.addresses == known


def test_keys_that_come_in_one_packet_have_their_effect_one_after_another(
    six_bounces: Ses, terminal: RunInTerminal
) -> None:
    pty = terminal(_options(six_bounces))
    pty.wait_for("6 addresses")
    # Go to the list, mark a row there, leave: the mark makes leaving ask.
    pty.write(b"2 q")
    pty.wait_for("1 mark would be forgotten")


def test_enter_in_the_filter_and_the_key_behind_it_in_one_packet(six_bounces: Ses, terminal: RunInTerminal) -> None:
    pty = terminal(_options(six_bounces))
    pty.wait_for("6 addresses")
    pty.write(b"2/")
    pty.settle(0.3)
    pty.write(b"person\r*")
    pty.wait_for("marked 6")


def test_an_account_that_went_out_of_reach_is_said_once_and_leaving_is_quiet(
    tmp_path: Path, environment: dict[str, str], terminal: RunInTerminal
) -> None:
    with emulator(tmp_path, environment, "--tenants", "30", "--addresses", "50") as ses:
        pty = terminal(_options(ses))
        pty.wait_for("50 addresses")
        pty.wait_for("default")
    gone = len(pty.output)
    pty.write(b"r")
    pty.wait_for("No answer to ListTenants", gone)
    pty.write(b"q")
    assert pty.ended() == 0
    assert "Traceback" not in pty.text
    assert "never retrieved" not in pty.text


def test_y_puts_the_address_into_tmux_as_it_comes(six_bounces: Ses, tmux: RunInTmux) -> None:
    screen = tmux(_options(six_bounces))
    screen.wait_for("person0@corp.com", "OnCall")
    screen.press("2", "y")
    screen.wait_for("1 address: Copied into tmux's buffer: prefix ] pastes it.")
    assert re.fullmatch(r"person\d@corp\.com", screen.run("show-buffer"))


def test_an_address_is_removed_by_moving_the_focus_and_enter(six_bounces: Ses, tmux: RunInTmux) -> None:
    ses = six_bounces
    before, known = len(ses.writes), ses.addresses
    screen = tmux(_options(ses), columns=100, lines=30)
    screen.wait_for("6 addresses", "person0@corp.com")
    screen.press("d")
    screen.wait_for(REMOVAL, "1 address", "1 BOUNCE", "us-east-1")
    plan = screen.screen.partition(REMOVAL)[2]

    def on_remove() -> bool:
        if _REVERSED_REMOVE.search(screen.run("capture-pane", "-p", "-e")):
            return True
        screen.press("Tab")
        time.sleep(0.1)
        return False

    wait_for("the focus on Remove", on_remove, lambda: screen.screen)
    assert len(ses.writes) == before
    screen.press("Enter")
    wait_for("a removal", lambda: len(ses.writes) > before, lambda: screen.screen)
    screen.wait_for("5 addresses")
    (write,) = ses.writes[before:]
    assert write["operation"] == "DeleteSuppressedDestination"
    address = write["parameters"]["EmailAddress"]
    assert address in plan
    assert ses.addresses == known - {address}


# What is sent again


def _suspend(program: Terminal) -> None:
    since = len(program.output)
    program.process.send_signal(signal.SIGTSTP)
    wait_for("the terminal given back", lambda: program.read() and b"\x1b[?1049l" in program.output[since:], str)
    program.settle(0.2)
    program.spoil()
    program.process.send_signal(signal.SIGCONT)


def _resize(program: Terminal) -> None:
    for lines in range(24, 5, -1):
        program.resize(20 + 3 * lines, lines)
    program.resize(20, 5)
    program.wait_for("Too small")
    # What nobody sees does nothing.
    program.write(b"\t\r")
    program.settle(0.3)
    program.resize(80, 24)
    program.spoil()


def _ask(program: Terminal) -> None:
    program.spoil()
    program.write(b"\x0c")


def test_what_is_lost_from_the_screen_comes_back(six_bounces: Ses, terminal: RunInTerminal) -> None:
    program = terminal(_options(six_bounces))
    program.wait_for("6 addresses")
    # Mouse reports of another time are no UTF-8.
    program.write(b"\x1b[M\xff\xa1\xc3")
    for keys, shows in (("2", "enter details"), ("d", REMOVAL), ("\x1b", "enter details"), ("?", "Everywhere")):
        program.write(keys.encode())
        program.wait_for(shows)
        program.settle(0.4)
        before = program.cells
        for lose_the_screen in (_suspend, _resize, _ask):
            lose_the_screen(program)

            def as_before(before: list[list[Char]] = before) -> bool:
                program.read()
                return program.cells == before

            wait_for(
                f"the screen of before {lose_the_screen}", as_before, lambda: "\n".join(program.screen.display), 10
            )
    assert six_bounces.addresses == {f"person{number}@corp.com" for number in range(6)}


# The end


def test_q_gives_the_terminal_back(six_bounces: Ses, terminal: RunInTerminal) -> None:
    program = terminal(_options(six_bounces))
    program.wait_for("6 addresses")
    assert b"\x1b[?1049h" in program.output
    assert termios.tcgetattr(program.its) != program.settings  # It is raw while the program runs.
    program.write(b"q")
    assert program.ended() == 0
    assert termios.tcgetattr(program.its) == program.settings
    assert program.output.rindex(b"\x1b[?1049l") > program.output.rindex(b"\x1b[?1049h")
    for on, off in ((b"\x1b[?25l", b"\x1b[?25h"), (b"\x1b[?2004h", b"\x1b[?2004l")):
        assert program.output.rindex(off) > program.output.rindex(on)
    assert "Traceback" not in program.text


def test_a_program_whose_terminal_is_gone_ends(ses: Ses, environment: dict[str, str], tmp_path: Path) -> None:
    ours, its = pty.openpty()
    process = subprocess.Popen(
        [PROGRAM, *_options(ses)],
        stdin=its,
        stdout=its,
        stderr=its,
        env=environment,
        cwd=tmp_path,
        start_new_session=True,
    )
    os.close(its)
    try:
        seen = b""
        while b"addresses" not in seen:
            assert select.select([ours], [], [], PATIENCE)[0], seen
            seen += os.read(ours, 65536)
        os.close(ours)
        assert process.wait(PATIENCE) == 129
    finally:
        process.kill()
        process.wait()


def test_a_demo_ends_with_its_parent_even_a_killed_one(terminal: RunInTerminal) -> None:
    # Not in tmux: there the emulator would end with its terminal.
    program = terminal(["--demo"])
    program.wait_for("DEMO")
    program.wait_for("acme-retail")
    (child,) = _children(program.process.pid)
    assert b"emulator" in Path(f"/proc/{child}/cmdline").read_bytes()
    program.process.kill()
    wait_for("the end of the emulator", lambda: not _runs(child), lambda: f"process {child} still runs")


def test_a_demo_ends_with_q(terminal: RunInTerminal) -> None:
    program = terminal(["--demo"])
    program.wait_for("DEMO")
    program.wait_for("acme-retail")
    (child,) = _children(program.process.pid)
    program.write(b"q")
    assert program.ended() == 0
    assert not _runs(child)


def _stat(pid: int) -> list[str]:
    """State, parent and so on, from /proc; empty where the process is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def _children(pid: int) -> list[int]:
    everyone = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return [it for it in everyone if (stat := _stat(it)) and int(stat[1]) == pid]


def _runs(pid: int) -> bool:
    # A zombie has ended; only nobody has asked for its status, which a container's first process may never do.
    stat = _stat(pid)
    return bool(stat) and stat[0] not in "ZX"
