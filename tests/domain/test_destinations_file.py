"""What is written is read back without loss; what others wrote is understood or refused, line by line."""

import csv
import io
import json
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sestui.domain.addresses import Refused, normalise, why_not
from sestui.domain.destinations_file import Format, Row, gather, read, write
from sestui.domain.suppression import Reason, SuppressedDestinationSummary

BOUNCE, COMPLAINT = Reason.BOUNCE, Reason.COMPLAINT
FORMULA = "=+-@\t\r\n＝＋－＠"

_LETTERS = st.characters(exclude_categories=("Cc", "Cf", "Cs", "Z"), exclude_characters='"(),:;<>@[\\]')
_QUOTED = st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs"), exclude_characters='"\\'), max_size=12)
_LOCALS = st.one_of(
    st.from_regex(r"[=+'{`$%#/._a-zA-Z0-9-]{1,12}", fullmatch=True),
    st.text(_LETTERS, min_size=1, max_size=12),
    _QUOTED.map(lambda text: f'"{text}"'),
    st.sampled_from(['"a, b"', '"a\\"b"', '"@"', "'x", "''", "=1+1", "-", "{", "mailto", "BOUNCE", '"BOUNCE,"', "a."]),
)
_DOMAINS = st.one_of(
    st.from_regex(r"[a-z0-9]{1,6}(\.[a-z]{2,4}){1,2}\.?", fullmatch=True),
    st.sampled_from(["münchen.de", "例子.广告", "xn--mnchen-3ya.de", "corp.com’"]),
)
ADDRESSES = st.builds("{}@{}".format, _LOCALS, _DOMAINS).filter(lambda it: why_not(it) is None and normalise(it) == it)
ROWS = st.lists(
    st.builds(SuppressedDestinationSummary, ADDRESSES, st.sampled_from(Reason), st.floats(0, 4e9)), max_size=12
)


def entries(found: Iterable[Row | Refused]) -> list[tuple[str, Reason | None]]:
    """Return what was understood, where that is all."""
    rows = [it for it in found if isinstance(it, Row)]
    return [(row.address, row.reason) for row in rows]


def refusals(text: str) -> list[tuple[int, str, str]]:
    return [(it.line, it.text, it.why) for it in read([text]) if isinstance(it, Refused)]


def summary(address: str, reason: Reason = BOUNCE) -> SuppressedDestinationSummary:
    return SuppressedDestinationSummary(address, reason, 1_795_348_800.0)


@pytest.mark.parametrize("format", Format)
@given(ROWS)
@settings(max_examples=150)
def test_what_is_written_is_read_back_without_loss(format: Format, rows: list[SuppressedDestinationSummary]) -> None:
    lines = list(write(rows, format))
    assert all(line.endswith("\n") and line.count("\n") == 1 for line in lines)
    wanted = [(row.address, row.reason) for row in rows]
    for text in (lines, ["".join(lines)], [line.replace("\n", "\r\n") for line in lines]):
        found = list(read(text))
        assert not [it for it in found if isinstance(it, Refused)]
        assert entries(found) == wanted
    assert [it.line for it in read(lines)] == list(range(len(lines) - len(rows) + 1, len(lines) + 1))


@given(st.lists(st.tuples(ROWS, st.sampled_from([Format.CSV, Format.JSONL])), max_size=4))
@settings(max_examples=50)
def test_ses_own_shapes_may_stand_in_one_file(parts: list[tuple[list[SuppressedDestinationSummary], Format]]) -> None:
    lines = [line for rows, format in parts for line in write(rows, format)]
    assert entries(read(lines)) == [(row.address, row.reason) for rows, _ in parts for row in rows]


def test_csv_is_what_ses_documents_byte_for_byte() -> None:
    rows = [summary("recipient1@example.com"), summary("recipient2@example.com", COMPLAINT)]
    assert "".join(write(rows, Format.CSV)) == "recipient1@example.com,BOUNCE\nrecipient2@example.com,COMPLAINT\n"


def test_json_lines_are_what_ses_documents_byte_for_byte() -> None:
    rows = [summary("recipient1@example.com"), summary("recipient2@example.com", COMPLAINT)]
    assert "".join(write(rows, Format.JSONL)) == (
        '{"emailAddress":"recipient1@example.com","reason":"BOUNCE"}\n'
        '{"emailAddress":"recipient2@example.com","reason":"COMPLAINT"}\n'
    )


@given(ROWS)
@settings(max_examples=60)
def test_any_reader_of_csv_and_json_reads_the_same(rows: list[SuppressedDestinationSummary]) -> None:
    wanted = [(row.address, row.reason) for row in rows]
    assert [tuple(cells) for cells in csv.reader(write(rows, Format.CSV), strict=True)] == wanted
    objects = map(json.loads, write(rows, Format.JSONL))
    assert [(it["emailAddress"], it["reason"]) for it in objects] == wanted


@given(st.lists(st.builds(summary, st.text(st.characters(codec="utf-8"), max_size=20)), max_size=5))
@settings(max_examples=100)
def test_no_cell_of_a_spreadsheet_is_a_formula_whatever_ses_told(rows: list[SuppressedDestinationSummary]) -> None:
    text = "".join(write(rows, Format.SPREADSHEET))
    first, columns, *others = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert "do not give this file to SES" in first[0]
    assert columns == ["address", "reason", "last update (UTC)"]
    assert len(others) == len(rows)
    assert all(cells[0] in (row.address, f"'{row.address}") for cells, row in zip(others, rows, strict=True))
    assert not [cell for cells in others for cell in cells if cell.startswith(tuple(FORMULA))]


def test_a_spreadsheets_file_is_read_back_after_a_spreadsheet_has_saved_it() -> None:
    text = "".join(write([summary("=1+1@corp.com"), summary("'o@corp.com", COMPLAINT)], Format.SPREADSHEET))
    first, *others = csv.reader(io.StringIO(text))
    saved = io.StringIO()
    csv.writer(saved).writerows([[*first, "", ""], *others])
    assert entries(read([saved.getvalue()])) == [("=1+1@corp.com", BOUNCE), ("'o@corp.com", COMPLAINT)]


def test_an_apostrophe_is_taken_off_in_a_spreadsheets_file_alone() -> None:
    assert entries(read(["'o@corp.com,BOUNCE"])) == [("'o@corp.com", BOUNCE)]


@pytest.mark.parametrize(
    "line",
    [
        "a@corp.com,COMPLAINT",
        "a@CORP.com, complaint",
        " a@corp.com ,Complaint ",
        '"a@corp.com","COMPLAINT"',
        "a@corp.com;COMPLAINT",
        "a@corp.com\tCOMPLAINT",
        "COMPLAINT,a@corp.com",
        "a@corp.com,COMPLAINT,2026-11-22T02:03:04Z",
        "a@corp.com,,COMPLAINT",
        "SUPPRESSEDDESTINATIONSUMMARIES\ta@corp.com\t2026-11-22T02:03:04+00:00\tCOMPLAINT",
        "Ann <a@corp.com>,COMPLAINT",
        '"Smith, Ann <a@corp.com>",COMPLAINT',
        '"Smith, Ann" <a@corp.com>,COMPLAINT',
        "mailto:a@corp.com,COMPLAINT",
        '{"emailAddress":"a@corp.com","reason":"COMPLAINT"}',
        ' {"EmailAddress": "a@Corp.com", "Reason": "complaint", "LastUpdateTime": 1.0},',
        '{"reason":"COMPLAINT","email":" a@corp.com"}',
        '{"address":"Ann <a@corp.com>","reason":"COMPLAINT"}',
    ],
)
def test_an_address_and_its_reason_however_they_are_written(line: str) -> None:
    found = list(read([f"\ufeff{line}\r\n", "\n", "b@corp.com\n"]))
    assert found == [Row(1, "a@corp.com", COMPLAINT), Row(3, "b@corp.com", None)]


@pytest.mark.parametrize(
    ("line", "addresses"),
    [
        ("a@corp.com", ["a@corp.com"]),
        ("a@corp.com,", ["a@corp.com"]),
        ('{"emailAddress":"a@corp.com"}', ["a@corp.com"]),
        ('{"emailAddress":"a@corp.com","reason":null}', ["a@corp.com"]),
        ("Ann <a@corp.com>; Bob <b@corp.com>, mailto:c@corp.com", ["a@corp.com", "b@corp.com", "c@corp.com"]),
        ("a@corp.com.", ["a@corp.com"]),
        ("‘a@corp.com’", ["a@corp.com"]),
        ('"a@corp.com","b@corp.com"', ["a@corp.com", "b@corp.com"]),
        ('"a, b"@corp.com', ['"a, b"@corp.com']),
        ('"Smith, Ann" <a@corp.com>, x@corp.com', ["a@corp.com", "x@corp.com"]),
    ],
)
def test_addresses_without_a_reason_have_none(line: str, addresses: list[str]) -> None:
    assert list(read([line])) == [Row(1, address, None) for address in addresses]


def test_a_reason_on_a_line_holds_for_all_its_addresses() -> None:
    assert entries(read(["a@corp.com, b@corp.com; c@corp.com, COMPLAINT"])) == [
        ("a@corp.com", COMPLAINT),
        ("b@corp.com", COMPLAINT),
        ("c@corp.com", COMPLAINT),
    ]


@pytest.mark.parametrize(
    "header",
    [
        "email,reason",
        "Email Address;Reason",
        '"address"',
        "address\treason\tlast_update",
        "EmailAddress,Reason",
        "email",
    ],
)
def test_the_names_of_columns_above_the_first_row_are_no_row(header: str) -> None:
    assert list(read([f"\n{header}\n", "a@corp.com,BOUNCE\n"])) == [Row(3, "a@corp.com", BOUNCE)]


def test_the_names_of_columns_elsewhere_are_refused() -> None:
    assert refusals("a@corp.com\nemail,reason") == [(2, "email,reason", "has no @")]
    assert refusals("name,score\na@corp.com") == [(1, "name,score", "has no @")]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("a@corp.com,spam", "“spam” is no reason; there are BOUNCE and COMPLAINT"),
        ('"a@corp.com","HARD BOUNCE"', "“HARD BOUNCE” is no reason"),
        ('{"emailAddress":"a@corp.com","reason":"spam"}', "“spam” is no reason"),
        ('{"emailAddress":"a@corp.com","reason":5}', "“5” is no reason"),
        ("a@corp.com,BOUNCE,b@corp.com,COMPLAINT", "tells both reasons"),
        ("nobody,BOUNCE", "has a reason and no address"),
        ("nobody@corp,BOUNCE", "has no valid domain"),
        ("nobody", "has no @"),
        ("# nobody", "has no @"),
        ("Dear all, here it is; regards", "has no @"),
        ('"a@corp.com,BOUNCE', "before the @"),
        ('{"emailAddress":"nobody","reason":"BOUNCE"}', "has no @"),
        ('{"name":"a@corp.com"}', "has no emailAddress"),
        ('{"emailAddress":["a@corp.com"]}', "has no emailAddress"),
        ('{"emailAddress":"a@corp.com"', "is no JSON object"),
        ("al\x00ice@corp.com,BOUNCE", "can't be seen"),
        ("al\udcffice@corp.com,BOUNCE", "is not UTF-8"),
        ('{"a":' * 1900, "is no JSON object"),
    ],
)
def test_a_line_that_is_no_row_is_refused_whole_and_takes_no_other_with_it(line: str, why: str) -> None:
    text = f"a@corp.com,BOUNCE\n{line}\nb@corp.com,COMPLAINT\n"
    assert entries(read([text])) == [("a@corp.com", BOUNCE), ("b@corp.com", COMPLAINT)]
    ((number, shown, words),) = refusals(text)
    assert number == 2
    assert line.startswith(shown.removesuffix("…"))
    assert why in words


def test_of_a_line_with_some_addresses_the_others_alone_are_refused() -> None:
    text = "nobody, b@corp.com,\na@corp.com, b@corp, c@corp.com"
    assert [it.address for it in read([text]) if isinstance(it, Row)] == ["b@corp.com", "a@corp.com", "c@corp.com"]
    assert refusals(text) == [(1, "nobody", "has no @"), (2, "b@corp", "has no valid domain")]


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "filler", ['"', '\\"', '"\\', "<", "<>", '" ', "x", "{", '{"a":', "[", "\0", "\udcff", "x,", '",', "\r", "BOUNCE,"]
)
def test_a_line_of_a_million_characters_is_refused_and_short(filler: str) -> None:
    """A quadratic reading of these would take hours."""
    found = gather(read(["a@corp.com,BOUNCE", filler * (1_000_000 // len(filler)), "b@corp.com"]))
    assert [it.address for it in found.rows] == ["a@corp.com", "b@corp.com"]
    assert sum(len(it.text) for it in found.refused) < 1000
    assert len(found.refused) == (filler != "\r")


def test_a_long_line_may_hold_many_addresses_and_few_refusals() -> None:
    addresses = [f"user{number}@corp.com" for number in range(2000)]
    assert entries(read([", ".join(addresses)])) == [(it, None) for it in addresses]
    found = gather(read([f"a@corp.com, {', '.join(['x@y'] * 2000)}"]))
    assert [it.address for it in found.rows] == ["a@corp.com"]
    assert len(found.refused) == 101
    assert found.refused[-1].why == "1,900 more pieces of this line are no addresses"


@given(st.lists(st.text(max_size=40), max_size=8))
@settings(max_examples=300)
def test_any_text_is_read_and_what_is_understood_is_an_address(lines: list[str]) -> None:
    for it in read(lines):
        assert it.line >= 1
        if isinstance(it, Row):
            assert why_not(it.address) is None
        else:
            assert it.why


def test_gathered_each_address_is_there_once_with_its_own_reason() -> None:
    text = "a@corp.com\nb@corp.com,BOUNCE\na@CORP.com,BOUNCE\nb@corp.com\nc@corp.com\nnobody\nc@corp.com\n"
    found = gather(read([text]))
    assert found.rows == (Row(1, "a@corp.com", BOUNCE), Row(2, "b@corp.com", BOUNCE), Row(5, "c@corp.com", None))
    assert (found.doubles, found.disagreeing) == (3, ())
    assert [it.line for it in found.refused] == [6]


@pytest.mark.parametrize("reasons", [(BOUNCE, COMPLAINT), (COMPLAINT, BOUNCE), (BOUNCE, COMPLAINT, BOUNCE)])
def test_who_is_told_with_both_reasons_has_complained_and_is_named(reasons: tuple[Reason, ...]) -> None:
    found = gather(read([f"a@corp.com,{reason}" for reason in reasons]))
    assert [(it.address, it.reason) for it in found.rows] == [("a@corp.com", COMPLAINT)]
    assert found.disagreeing == ("a@corp.com",)


def test_a_hundred_thousand_rows_stream() -> None:
    """A row is read before the next one is asked for."""
    asked = 0

    def rows() -> Iterable[SuppressedDestinationSummary]:
        nonlocal asked
        for number in range(100_000):
            asked += 1
            yield summary(f"user{number}@corp.com")

    for count, row in enumerate(read(write(rows(), Format.CSV)), 1):
        assert isinstance(row, Row)
        assert row.line == count == asked
    assert asked == 100_000
