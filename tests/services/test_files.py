"""Files that people name: nothing is written over, nothing half written stays, and what can't be read says why."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sestui.domain.destinations_file import Format, gather, read, write
from sestui.domain.errors import FileIsThere, FileTrouble
from sestui.domain.suppression import Reason, SuppressedDestinationSummary
from sestui.services import files
from sestui.services.files import NewFile, file_lines, named

ROWS = [SuppressedDestinationSummary(f"user{it}@corp.com", list(Reason)[it % 2], 1.7e9) for it in range(300)]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_has_its_name_once_it_is_whole_and_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    with NewFile(path) as file:
        file.write(write(ROWS, Format.CSV))
        assert not path.exists()
    assert names(tmp_path) == ["list.csv"]
    assert path.stat().st_mode & 0o777 == 0o600
    assert [(it.address, it.reason) for it in gather(read(file_lines(path))).rows] == [(a, r) for a, r, _ in ROWS]


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("before")
    with pytest.raises(FileIsThere, match=r"list\.csv is there already"):
        NewFile(path)
    assert (path.read_text(), names(tmp_path)) == ("before", ["list.csv"])


@pytest.mark.parametrize("links", [True, False])
def test_a_file_that_comes_meanwhile_is_not_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    if not links:
        _without_links(monkeypatch)
    path = tmp_path / "list.csv"
    with pytest.raises(FileIsThere, match="is there by now"), NewFile(path) as file:  # noqa: PT012
        file.write(["ours\n"])
        path.write_text("theirs")
    assert (path.read_text(), names(tmp_path)) == ("theirs", ["list.csv"])


def _without_links(monkeypatch: pytest.MonkeyPatch) -> None:
    def link(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", link)


def test_where_a_file_system_has_no_links_the_file_is_written_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _without_links(monkeypatch)
    with NewFile(tmp_path / "list.csv") as file:
        file.write(["ours\n"])
    assert (tmp_path / "list.csv").read_text() == "ours\n"
    assert names(tmp_path) == ["list.csv"]


def test_what_may_be_written_over_is_there_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path, link = tmp_path / "list.csv", tmp_path / "link.csv"
    path.write_text("before")
    link.symlink_to(path)
    with NewFile(link, replace=True) as file:
        file.write(["after"])
        assert path.read_text() == "before"
    assert path.read_text() == "after"
    assert link.is_symlink()


def test_an_error_on_the_way_leaves_nothing(tmp_path: Path) -> None:
    def lines() -> object:
        yield "a@corp.com,BOUNCE\n"
        raise RuntimeError("on the way")

    with pytest.raises(RuntimeError), NewFile(tmp_path / "list.csv") as file:
        file.write(lines())  # type: ignore[arg-type]
    assert names(tmp_path) == []


_FULL = """
import resource, sys
from pathlib import Path
from sestui.domain.errors import FileTrouble
from sestui.services.files import NewFile
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    with NewFile(Path(sys.argv[1]), replace=True) as file:
        for number in range(int(sys.argv[2])):
            file.write([f"user{number}@corp.com,BOUNCE\\n"])
except FileTrouble as error:
    sys.exit(str(error))
"""


@pytest.mark.parametrize("rows", [4_100, 100_000])
def test_a_disk_that_is_full_leaves_no_half_file_and_what_was_there(tmp_path: Path, rows: int) -> None:
    """The smaller one fills it when its last buffer is written out."""
    path = tmp_path / "list.csv"
    path.write_text("before")
    run = subprocess.run([sys.executable, "-c", _FULL, str(path), str(rows)], capture_output=True, text=True)
    assert run.returncode == 1
    assert "list.csv can't be written: file too large. Nothing of it is left." in run.stderr
    assert (path.read_text(), names(tmp_path)) == ("before", ["list.csv"])


def test_where_nothing_can_be_written_it_says_why(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_text("")
    for path, why in (
        (tmp_path, "is a folder: name a file in it"),
        (tmp_path / "none" / "list.csv", "there is no such file or folder"),
        (tmp_path / "file" / "list.csv", "not a directory"),
        (tmp_path / "pipe", "no regular file"),
        (Path("/dev/full"), "no regular file"),
        (tmp_path / ("x" * 300), "too long"),
    ):
        with pytest.raises(FileTrouble, match=why):
            NewFile(path)
    assert names(tmp_path) == ["file", "pipe"]


def test_what_can_not_be_read_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "large").write_bytes(b"a@corp.com\n" * 10)
    monkeypatch.setattr(files, "LARGEST", 100)
    for path, why in (
        (tmp_path, "is a folder: name a file in it"),
        (tmp_path / "none", "can't be read: there is no such file or folder"),
        (tmp_path / "pipe", "no regular file. What another program writes is read from standard input"),
        (Path("/dev/zero"), "no regular file"),
        (tmp_path / "large", "more than 0 MiB: split it"),
        (tmp_path / "\x1b[31m", r"\\x1b\[31m can't be read"),
    ):
        with pytest.raises(FileTrouble, match=why):
            file_lines(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable for root")
def test_what_may_not_be_read_says_so(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.touch(0o200)
    with pytest.raises(FileTrouble, match="can't be read: permission denied"):
        file_lines(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_text_is_read_whatever_program_has_saved_it(tmp_path: Path, encoding: str, end: str) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(f"jürgen@corp.com,COMPLAINT{end}{end}b@corp.com".encode(encoding))
    found = gather(read(file_lines(path)))
    assert [(it.line, it.address) for it in found.rows] == [(1, "jürgen@corp.com"), (3, "b@corp.com")]
    assert not found.refused


def test_bytes_that_are_no_text_are_refused_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b"a@corp.com\nj\xfcrgen@corp.com\n\xed\xb3\xbf@corp.com\n\0\0\nb@corp.com\n")
    found = gather(read(file_lines(path)))
    assert [it.address for it in found.rows] == ["a@corp.com", "b@corp.com"]
    assert [(it.line, it.why) for it in found.refused] == [
        (2, "is not UTF-8"),
        (3, "is not UTF-8"),
        (4, "holds characters that can't be seen"),
    ]


def test_half_a_character_of_utf_16_and_a_line_without_end_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes("a@corp.com".encode("utf-16") + b"x")
    with pytest.raises(FileTrouble, match="neither UTF-8 nor UTF-16"):
        list(file_lines(path))
    monkeypatch.setattr(files, "LONGEST_LINE", 1000)
    path.write_bytes(b"a@corp.com\n" + b"x" * 1001)
    with pytest.raises(FileTrouble, match="line 2 has more than 1,000 characters"):
        list(file_lines(path))


def test_halves_of_characters_that_ses_told_are_no_reason_to_write_nothing(tmp_path: Path) -> None:
    row = SuppressedDestinationSummary("a\ud800@corp.com", Reason.BOUNCE, 0.0)
    for format in Format:
        with NewFile(tmp_path / format) as file:
            file.write(write([row, ROWS[0]], format))
        found = gather(read(file_lines(tmp_path / format)))
        assert [it.address for it in found.rows] == ["user0@corp.com"]
        assert len(found.refused) == 1


@pytest.mark.parametrize("text", ["", "  ", "a\0b", "~nobody-of-this-name/list.csv"])
def test_what_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(FileTrouble):
        named(text)


def test_a_tilde_is_the_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert named(" ~/list.csv ") == tmp_path / "list.csv"
