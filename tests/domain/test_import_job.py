"""SES's import job in words and rows: where objects go, what is in them, what SES says of those that failed."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sestui.domain.errors import UsageError
from sestui.domain.import_job import ImportAction, Part, PartState, Place
from sestui.domain.import_records import failed_records, lines
from sestui.domain.import_words import other_way, other_way_in_full, via
from sestui.domain.job import Entry, Job, Kind, State, Who
from sestui.domain.suppression import Connection, Reason, SuppressionList

ACCOUNT, ACME = SuppressionList(), SuppressionList("acme")


@pytest.mark.parametrize(
    ("text", "key", "url"),
    [
        ("s3://bucket", "name", "s3://bucket/name"),
        ("s3://bucket/", "name", "s3://bucket/name"),
        ("s3://my.bucket-1/a/b/", "a/b/name", "s3://my.bucket-1/a/b/name"),
    ],
)
def test_a_place_in_s3_is_read(text: str, key: str, url: str) -> None:
    place = Place.parse(text)
    assert (place.key("name"), place.url(place.key("name"))) == (key, url)
    assert Place.parse(str(place)) == place


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("bucket/prefix", "begins with s3://"),
        ("https://bucket.s3.amazonaws.com/x", "begins with s3://"),
        ("arn:aws:s3:::bucket", "begins with s3://"),
        ("s3://", "3 to 63"),
        ("s3://Bucket/x", "small letters"),
        ("s3://bu/x", "3 to 63"),
        ("s3://bucket//x", "no / in front"),
        ("s3://bucket/a\x1bb", "printable"),
        ("s3://bucket/" + "x" * 901, "900 bytes"),
    ],
)
def test_what_is_no_place_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        Place.parse(text)


ADDRESSES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), min_size=1).map(str.strip)


@given(st.lists(st.tuples(ADDRESSES.filter(bool), st.none() | st.sampled_from(Reason))))
def test_an_object_says_what_is_wanted_of_each(wanted: list[tuple[str, Reason | None]]) -> None:
    text = "".join(lines(Entry(ACCOUNT, address, reason) for address, reason in wanted))
    rows = [json.loads(line) for line in text.split("\n")[:-1]]
    assert [(row["emailAddress"], row.get("reason")) for row in rows] == wanted


MAILBOXES = st.from_regex(r"\A[a-z\"',+ü/]{1,12}@corp\.com\Z")
RECORDS = st.dictionaries(MAILBOXES, st.sampled_from(["Invalid email address", "Reason, unknown", "it's 1"]))


@given(RECORDS, st.sampled_from(["lines", "array", "object", "csv", "csv with a head", "csv the other way round"]))
def test_failed_records_are_found_in_whatever_shape_they_come(records: dict[str, str], shape: str) -> None:
    objects = [{"address": address, "error": {"message": why}} for address, why in records.items()]
    pairs = list(records.items())
    if shape.startswith("csv"):
        text = io.StringIO()
        rows = [(why, address) for address, why in pairs] if "other" in shape else pairs
        csv.writer(text).writerows([("Email", "Error"), *rows] if "head" in shape else rows)
        body = text.getvalue()
    elif shape == "lines":
        body = "\n".join(map(json.dumps, objects))
    else:
        body = json.dumps(objects if shape == "array" else {"failed": objects, "count": len(objects)})
    assert failed_records(body, {*records, "other@corp.com"}) == records


@given(st.text(), st.sets(st.text(max_size=3)))
def test_no_text_is_too_odd_for_it(text: str, addresses: set[str]) -> None:
    assert set(failed_records(text, addresses)) <= addresses


def test_plans_of_many_are_told_of_the_other_way() -> None:
    assert other_way(ACCOUNT, deletes=1000) == other_way(ACME, puts=1000) == other_way_in_full(ACME, puts=1) == ""
    assert other_way(ACCOUNT, deletes=100_000) == "or --via-s3, command line: 10 objects, time undocumented"
    assert other_way(ACCOUNT, puts=100_000, deletes=1) == "or --via-s3, command line: 2 objects, time undocumented"
    assert "10 objects in S3 and about 50 calls; how long SES takes" in other_way_in_full(ACCOUNT, deletes=100_000)
    assert other_way(ACME, puts=9000) == other_way_in_full(ACME, puts=9000)
    assert other_way(ACME, puts=9000) == "no faster way: SES has no import jobs for a tenant's list"


def part(number: int, state: PartState, **more: object) -> Part:
    return Part(number, ImportAction.DELETE, 0, 9, f"in/{number}.jsonl", state, **more)  # type: ignore[arg-type]


def test_how_far_its_parts_are_is_said() -> None:
    parts = (
        part(1, PartState.REMOVED),
        part(2, PartState.SETTLED, trouble="denied\x1b[2J"),
        part(3, PartState.ASKED, job_id="id-3", processed=4000),
        part(4, PartState.UPLOADING),
        part(5, PartState.PLANNED),
    )
    job = Job(
        *(
            17,
            Kind.REMOVE,
            Connection("us-east-1"),
            (ACCOUNT,),
            50,
            0.0,
            0.0,
            {},
            "",
            Who(),
            None,
            State.RUNNING,
            "",
            {},
        ),
        began_at=None,
        done_before=0,
        ended_at=None,
        via="s3://bucket/in",
        parts=parts,
    )
    assert via(job) == (
        r"s3://bucket/in; 2 of 5 parts over; part 2: s3://bucket/in/2.jsonl is left in S3: denied\x1b[2J; "
        "part 3: import job id-3, 4,000 records processed as SES counts; part 4: uploading"
    )
