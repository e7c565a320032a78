"""Files that people name: read as text, line by line, and written whole or not at all."""

import codecs
import errno
import io
import os
import secrets
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from sestui.domain.display import printable
from sestui.domain.errors import FileIsThere, FileTrouble

LARGEST: Final = 512 * 2**20
"""Bytes of a file that is read: some fifteen million addresses."""
LONGEST_LINE: Final = 16 * 2**20
"""Characters of a line that is read: half a million addresses."""


def named(text: str) -> Path:
    """Return the path that a person typed.

    Raises:
        FileTrouble: it can't be one.
    """
    text = text.strip()
    if not text or "\0" in text:
        raise FileTrouble("Name a file.")
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise FileTrouble(f"{printable(text)}: there is no such user.") from error


def file_lines(path: Path) -> Iterator[str]:
    """Open a file of text and return its lines; `text_lines` says more.

    Raises:
        FileTrouble: it can't be read, is no file, or is too large. While it is read, too.
    """
    name = printable(str(path))
    try:
        # A pipe that nobody writes to would be waited for.
        opened = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise FileTrouble(f"{name} can't be read: {_why(error)}.") from error
    state = os.fstat(opened)
    trouble = ""
    if stat.S_ISDIR(state.st_mode):
        trouble = f"{name} is a folder: name a file in it."
    elif not stat.S_ISREG(state.st_mode):
        trouble = f"{name} is no regular file. What another program writes is read from standard input, as -."
    elif state.st_size > LARGEST:
        trouble = f"{name} has {state.st_size / 2**20:,.0f} MiB, more than {LARGEST // 2**20} MiB: split it."
    if trouble:
        os.close(opened)
        raise FileTrouble(trouble)
    return text_lines(os.fdopen(opened, "rb"), name)


def text_lines(source: io.BufferedReader, name: str) -> Iterator[str]:
    """Yield the lines of a text in UTF-8, or in UTF-16 if it begins with that one's mark; the source is closed.

    Bytes that can't be decoded stay in it, as Python's surrogateescape has them, so that their line alone is refused.

    Raises:
        FileTrouble: it can't be read on, or a line is too long.
    """
    with source:
        try:
            wide = source.peek(2)[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
            encoding, errors = ("utf-16", "surrogatepass") if wide else ("utf-8", "surrogateescape")
            text = io.TextIOWrapper(source, encoding, errors)
            number = 0
            while line := text.readline(LONGEST_LINE):
                number += 1
                if len(line) == LONGEST_LINE and not line.endswith("\n"):
                    raise FileTrouble(f"{name}: line {number:,} has more than {LONGEST_LINE:,} characters.")
                yield line
        except OSError as error:
            raise FileTrouble(f"{name} can't be read on: {_why(error)}.") from error
        except UnicodeError as error:
            raise FileTrouble(f"{name} is neither UTF-8 nor UTF-16.") from error


class NewFile:
    """A file that comes to its name when it is finished, and of which nothing is left when it is not. Mode 0600.

    Whoever holds it calls `finish` or `drop`; as a context manager it does so itself. Each call may wait for a disk.
    """

    def __init__(self, path: Path, *, replace: bool = False) -> None:
        """Begin a file beside where it is to be.

        Args:
            replace: whether one that is there may be written over.

        Raises:
            FileIsThere: there is one. So it may be in the end, where one has come meanwhile.
            FileTrouble: it can't be written there. Any other method may raise it, too.
        """
        self._name = printable(str(path))
        self._replace = replace
        # What a link leads to is written, and stays where it is.
        self._path = Path(os.path.realpath(path))
        self._check()
        folder = self._path.parent
        self._draft = folder / f".{self._path.name[:100]}.{secrets.token_hex(4)}.part"
        try:
            opened = os.open(self._draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise self._trouble(error) from error
        # Halves of characters that SES told are kept, as they are in memory.
        self._text = os.fdopen(opened, "w", encoding="utf-8", errors="surrogatepass", newline="\n")

    def write(self, lines: Iterable[str]) -> None:
        try:
            self._text.writelines(lines)
        except OSError as error:
            raise self._trouble(error) from error

    def finish(self) -> None:
        """Have all of it on the disk, then under its name. If that fails, nothing is left."""
        try:
            self._text.flush()
            os.fsync(self._text.fileno())
            self._text.close()
            if self._replace:
                os.replace(self._draft, self._path)
            else:
                self._claim()
        except OSError as error:
            self.drop()
            raise self._trouble(error) from error
        except BaseException:
            self.drop()
            raise

    def drop(self) -> None:
        """Leave nothing of it; once it is finished, or dropped, nothing happens."""
        with suppress(OSError):
            self._text.close()
        with suppress(OSError):
            self._draft.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is None:
            self.finish()
        else:
            self.drop()

    def _check(self) -> None:
        try:
            state = self._path.stat()
        except FileNotFoundError:
            return
        except OSError as error:
            raise self._trouble(error) from error
        if stat.S_ISDIR(state.st_mode):
            raise FileTrouble(f"{self._name} is a folder: name a file in it.")
        if not stat.S_ISREG(state.st_mode):
            raise FileTrouble(f"{self._name} is no regular file: it is not written to.")
        if not self._replace:
            raise FileIsThere(f"{self._name} is there already, and is not written over.")

    def _claim(self) -> None:
        """Give it its name, unless another file has it by now."""
        try:
            os.link(self._draft, self._path)
        except FileExistsError:
            raise FileIsThere(f"{self._name} is there by now, and is not written over.") from None
        except OSError:
            # Not every file system has links: the name is taken first, then filled.
            try:
                os.close(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
            except FileExistsError:
                raise FileIsThere(f"{self._name} is there by now, and is not written over.") from None
            os.replace(self._draft, self._path)
        else:
            self._draft.unlink()

    def _trouble(self, error: OSError) -> FileTrouble:
        return FileTrouble(f"{self._name} can't be written: {_why(error)}. Nothing of it is left.")


def _why(error: OSError) -> str:
    if error.errno == errno.ENOENT:
        return "there is no such file or folder"
    return (error.strerror or str(error)).lower().removesuffix(".")
