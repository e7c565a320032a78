"""Where copied text goes, and in words which way it went, for no terminal tells whether it took it."""

import asyncio
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import Final

from sestui.domain.display import printable
from sestui.domain.errors import FileTrouble
from sestui.services.files import NewFile
from sestui.services.private import private_folder

_LARGEST: Final = 74_994
"""Bytes in one OSC 52: in base64 just under the 100,000 characters that terminals take (k9s PR 3902)."""
_WITHOUT: Final = ("linux", "vt100", "vt220", "dumb")
"""Terminals, as TERM names them, that have no clipboard."""
_PIECE: Final = 500
"""Characters of a string that GNU screen hands on, of the 768 it has room for."""
_PATIENCE: Final = 3.0
"""Seconds that tmux is given."""


class Clipboard:
    """The best of tmux's buffer, the terminal's clipboard and a file."""

    def __init__(self, environ: Mapping[str, str], send: Callable[[str], object], folder: Callable[[], Path]) -> None:
        """`send` writes to the terminal; a file is made in the folder, which need not be there."""
        self._environ = environ
        self._send = send
        self._folder = folder

    async def copy(self, text: str) -> str:
        """Copy the text and return by which way, to stand behind "copied".

        Raises:
            FileTrouble, NotOurs: it is too much for a terminal, and there is no file for it either.
        """
        data = text.encode("utf-8", "surrogatepass")
        if "TMUX" in self._environ:
            # What a program in it sends as OSC 52 tmux drops, unless its set-clipboard is "on".
            if await _to_tmux(data):
                return "into tmux's buffer: prefix ] pastes it"
        elif len(data) <= _LARGEST and self._environ.get("TERM", "dumb") not in _WITHOUT:
            for piece in _wrapped(f"\x1b]52;c;{b64encode(data).decode()}\a", "STY" in self._environ):
                self._send(piece)
            if self._environ.get("TERM", "").startswith(("tmux", "screen")):
                return "by OSC 52, which a tmux in between takes with `set-clipboard on`"
            return "by OSC 52, where the terminal lets a program do that"
        return f"into the file {printable(str(await asyncio.to_thread(self._to_file, text)))}"

    def _to_file(self, text: str) -> Path:
        folder = self._folder()
        try:
            private_folder(folder)
        except (OSError, ValueError) as error:
            raise FileTrouble(f"{printable(str(folder))} can't be written to: {error}.") from error
        path = folder / "copied.txt"
        with NewFile(path, replace=True) as file:
            file.write([text])
        return path


async def _to_tmux(data: bytes) -> bool:
    """Return whether tmux took it. `-w`, which hands it on to the terminal outside, came with tmux 3.2."""
    for options in (["-w"], []):
        with suppress(OSError):
            command = ("tmux", "load-buffer", *options, "-")
            tmux = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=DEVNULL, stderr=DEVNULL)
            try:
                await asyncio.wait_for(tmux.communicate(data), _PATIENCE)
            except TimeoutError:
                tmux.kill()
                return False
            if tmux.returncode == 0:
                return True
    return False


def _wrapped(sequence: str, in_screen: bool) -> Iterator[str]:
    """Yield what is to be sent; GNU screen hands on only what is wrapped for it, piece by piece."""
    if not in_screen:
        yield sequence
        return
    for start in range(0, len(sequence), _PIECE):
        yield f"\x1bP{sequence[start : start + _PIECE]}\x1b\\"
