"""A suppression list as a file: in the shapes that SES's import jobs read, or for a spreadsheet. Text in, text out.

What SES reads is in its developer guide, "Manually adding email addresses in bulk to your account-level suppression
list" (docs.aws.amazon.com/ses/latest/dg/sending-email-suppression-list.html), for CreateImportJob's DataFormat CSV:

    recipient1@example.com,BOUNCE

and for JSON, of which only newline-delimited files are supported:

    {"emailAddress":"recipient1@example.com","reason":"BOUNCE"}

No header line; files that remove have no reason. How to quote is not documented by AWS: RFC 4180 where it has to be.
"""

import csv
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from sestui.domain.addresses import Refused, bare, normalise, pieces, why_not
from sestui.domain.display import moment_utc
from sestui.domain.suppression import Reason, SuppressedDestinationSummary


class Format(StrEnum):
    CSV = "csv"
    """`address,REASON`: SES's import jobs and `sestui` read it."""
    JSONL = "jsonl"
    """An object a line: SES's import jobs and `sestui` read it."""
    SPREADSHEET = "spreadsheet"
    """CSV in which no cell is a formula. For people; `sestui` alone reads it back."""


class Row(NamedTuple):
    """One address of a file. A tuple, for a file can hold a million of them."""

    line: int
    """Where it stands, from 1."""
    address: str
    """As SES would keep it."""
    reason: Reason | None
    """None where the file tells none."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was understood of a file or a text."""

    rows: tuple[Row, ...]
    """Each address once, in the order in which they first came."""
    doubles: int
    """How many times an address came again."""
    disagreeing: tuple[str, ...]
    """The addresses for which both reasons were told; each counts as COMPLAINT."""
    refused: tuple[Refused, ...]


_FOR_PEOPLE: Final = "A copy by sestui for spreadsheets: do not give this file to SES. sestui alone reads it back."
"""The first line of a spreadsheet's file; a spreadsheet may put as many separators behind it as there are columns."""
_AROUND_CELLS: Final = '",;\t '
_COLUMNS: Final = ("address", "reason", "last update (UTC)")
_HEADERS: Final = frozenset(
    ("address", "email", "emailaddress", "e-mail", "mail", "recipient", "destination", "suppresseddestination")
)
"""What a column of addresses may be called, in lower case without blanks and underlines."""
_OTHER_HEADERS: Final = frozenset(("reason", "suppressionreason", "lastupdate", "lastupdatetime", "lastupdate(utc)"))
_REASONS: Final = {reason.value: reason for reason in Reason}
_FORMULA: Final = tuple("=+-@\t\r\n＝＋－＠'")
"""What a cell must not begin with (OWASP, "CSV Injection"), and what is put before such, so that it comes off again."""
_QUOTED_IN_CSV: Final = re.compile(r'[",\r\n]')
_BREAK: Final = re.compile(r"\r\n|\r|\n")
_UNDECODED: Final = re.compile("[\udc80-\udcff]")
_LONGEST_ROW: Final = 10_000
"""Characters of a line that can be one row; a longer one may hold addresses, but no address of that length."""
_SHOWN: Final = 200
"""Characters that are kept of what is refused."""
_REFUSED_A_LINE: Final = 100


def write(rows: Iterable[SuppressedDestinationSummary], format: Format) -> Iterator[str]:
    """Yield the lines of a file, each with its end."""
    yield from head(format)
    yield from body(rows, format)


def head(format: Format) -> Iterator[str]:
    """Yield what stands above the first row."""
    if format is Format.SPREADSHEET:
        yield f"{_quoted(_FOR_PEOPLE)}\n"
        yield f"{','.join(map(_quoted, _COLUMNS))}\n"


def body(rows: Iterable[SuppressedDestinationSummary], format: Format) -> Iterator[str]:
    """Yield a line for each row: what comes page by page is written page by page."""
    match format:
        case Format.CSV:
            for address, reason, _ in rows:
                yield f"{_quoted(address) if _QUOTED_IN_CSV.search(address) else address},{reason}\n"
        case Format.JSONL:
            encode = json.encoder.encode_basestring_ascii
            for address, reason, _ in rows:
                yield f'{{"emailAddress":{encode(address)},"reason":"{reason}"}}\n'
        case Format.SPREADSHEET:
            for address, reason, last_update in rows:
                yield f'{_quoted(_defused(address))},"{reason}",{_quoted(_defused(moment_utc(last_update)))}\n'


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def _defused(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def read(lines: Iterable[str]) -> Iterator[Row | Refused]:
    """Yield the rows of a file in any of the formats, of addresses one a line, or of any text that holds some.

    Each line is understood by itself: what one of them is says nothing of the next. A reason on a line holds for its
    addresses; what else stands there without an @ are other columns. Nothing is left out but blank lines and the names
    of columns above the first row: what can't be understood is refused, with a reason, and takes nothing with it.

    Args:
        lines: with or without their ends; several in one are told apart. What could not be decoded is there as
            Python's surrogateescape leaves it.
    """
    is_spreadsheet = False
    at_top = True
    for number, line in _numbered(lines):
        address, _, reason = line.partition(",")
        if reason in _REASONS and not is_spreadsheet and '"' not in line and why_not(address) is None:
            at_top = False
            yield Row(number, normalise(address), _REASONS[reason])
        elif not (line := line.strip()):
            continue
        elif line.strip(_AROUND_CELLS) == _FOR_PEOPLE:
            is_spreadsheet = at_top = True
        elif at_top and _is_header(line):
            at_top = False
        else:
            at_top = False
            yield from _understood(number, line, is_spreadsheet)


def gather(found: Iterable[Row | Refused]) -> Gathered:
    """Put together what was read, each address once.

    A row's own reason counts more than none, and COMPLAINT more than BOUNCE: who said "spam" must not become one of
    those whom a removal lets go without being asked.
    """
    rows: dict[str, Row] = {}
    refused: list[Refused] = []
    disagreeing: dict[str, None] = {}
    doubles = 0
    for it in found:
        if isinstance(it, Refused):
            refused.append(it)
        elif (before := rows.setdefault(it.address, it)) is not it:
            doubles += 1
            if it.reason not in (None, before.reason):
                rows[it.address] = before._replace(reason=it.reason if before.reason is None else Reason.COMPLAINT)
                if before.reason is not None:
                    disagreeing[it.address] = None
    return Gathered(tuple(rows.values()), doubles, tuple(disagreeing), tuple(refused))


def _numbered(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    number = 0
    for line in lines:
        number += 1
        if number == 1:
            line = line.removeprefix("\ufeff")
        line = line.removesuffix("\n").removesuffix("\r")
        if "\r" in line or "\n" in line:
            first, *others = _BREAK.split(line)
            yield number, first
            for other in others:
                number += 1
                yield number, other
        else:
            yield number, line


def _is_header(line: str) -> bool:
    if "@" in line or len(line) > _LONGEST_ROW:
        return False
    names = {re.sub(r"[\s_\"']", "", cell).lower() for cell in re.split("[,;\t]", line)} - {""}
    return not names.isdisjoint(_HEADERS) and names <= _HEADERS | _OTHER_HEADERS


def _understood(number: int, line: str, is_spreadsheet: bool) -> Iterator[Row | Refused]:
    """Read a line that is not plainly an address and a reason."""
    if len(line) > _LONGEST_ROW:
        return _of_cells(number, line, _pieces(line), set())
    if line.startswith("{") and ((found := _object(line)) is not None or line.startswith('{"')):
        return iter([_of_object(number, line, found)])
    cells = (_cells(line) if is_spreadsheet or line.startswith('"') else None) or list(_pieces(line))
    if is_spreadsheet:
        cells[:1] = [cells[0].removeprefix("'")] if cells else []
    reasons = {_reason(cell) for cell in cells} - {None}
    return _of_cells(number, line, [cell for cell in cells if _reason(cell) is None], reasons)


def _pieces(line: str) -> Iterator[str]:
    return (piece for _, piece in pieces(line.replace("\t", ",")))


def _cells(line: str) -> list[str] | None:
    """Return the cells of a CSV line; None where it is none, by RFC 4180."""
    try:
        return [cell for cell in next(csv.reader([line], strict=True)) if cell.strip()]
    except csv.Error:
        return None


def _object(line: str) -> dict[str, object] | None:
    try:
        found = json.loads(line.rstrip(","))
    except (ValueError, RecursionError):
        return None
    return {key.lower(): value for key, value in found.items()}


def _of_object(number: int, line: str, found: dict[str, object] | None) -> Row | Refused:
    if found is None:
        return _refused(number, line, "is no JSON object")
    address = next((found[key] for key in ("emailaddress", "email", "address") if key in found), None)
    told = found.get("reason")
    reason = _reason(told) if isinstance(told, str) else None
    if not isinstance(address, str):
        return _refused(number, line, "has no emailAddress")
    if told not in (None, "") and reason is None:
        return _refused(number, line, _no_reason(str(told)))
    address = _address(address, exactly=True)
    if why := why_not(address):
        return _refused(number, line, why)
    return Row(number, normalise(address), reason)


def _of_cells(number: int, line: str, cells: Iterable[str], reasons: set[Reason | None]) -> Iterator[Row | Refused]:
    """Read the cells of a line that are no reasons."""
    if len(reasons) > 1:
        yield _refused(number, line, "tells both reasons")
        return
    reason = next(iter(reasons), None)
    rows: list[Row] = []
    refused: list[Refused] = []
    more = 0
    begins_with_one = False
    for cell in cells:
        address = _address(cell, exactly=reason is not None)
        if (why := why_not(address)) is None:
            begins_with_one |= not refused
            rows.append(Row(number, normalise(address), reason))
        elif reason is not None and "@" not in cell:
            continue
        elif len(refused) < _REFUSED_A_LINE:
            refused.append(_refused(number, cell, why))
        else:
            more += 1
    if not rows:
        if refused or reason:
            yield _refused(number, line, refused[0].why if refused else "has a reason and no address")
    elif begins_with_one and len(rows) == len(refused) == 1 and "@" not in refused[0].text:
        # To take the address alone would be to give it another reason than the file does.
        yield _refused(number, line, _no_reason(refused[0].text))
    else:
        yield from rows
        yield from refused
        if more:
            yield _refused(number, line, f"{more:,} more pieces of this line are no addresses")


def _address(cell: str, *, exactly: bool) -> str:
    """Return the address of a cell: as it stands there, where it can and that is wanted."""
    cell = cell.strip()
    return cell if exactly and why_not(cell) is None else bare(cell)


def _reason(cell: str) -> Reason | None:
    return _REASONS.get(cell.strip(" \t'\"").upper()) if len(cell) < _SHOWN else None


def _no_reason(text: str) -> str:
    return f"“{text[:40]}” is no reason; there are {' and '.join(_REASONS)}"


def _refused(number: int, text: str, why: str) -> Refused:
    if _UNDECODED.search(text):
        why = "is not UTF-8"
    text = text.strip()
    return Refused(number, text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…", why)
