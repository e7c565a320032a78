"""A page read the fast way is the page that botocore's parser reads; what is no page is told, whatever it is."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from botocore.parsers import create_parser
from botocore.session import Session
from hypothesis import given
from hypothesis import strategies as st

from sestui.domain import errors
from sestui.domain.suppression import Connection, Reason, SuppressedDestinationSummary, SuppressionList
from sestui.sesv2 import answers, entries
from sestui.sesv2.gateway import Gateway
from sestui.sesv2.session import open_gateway

ACCOUNT = SuppressionList()
LIST = Session().get_service_model("sesv2").operation_model("ListSuppressedDestinations")
ALICE = {"EmailAddress": "alice@corp.com", "Reason": "BOUNCE", "LastUpdateTime": 1_795_348_800.25}
ALICES = SuppressedDestinationSummary("alice@corp.com", Reason.BOUNCE, 1_795_348_800.25)

# Every code point, lone surrogates too: JSON can spell them.
texts = st.text(st.characters(exclude_categories=()), max_size=20)
rows = st.fixed_dictionaries(
    {
        "EmailAddress": texts
        | st.sampled_from(['"a b"@corp.com', "a\\b@corp.com", "jürgen@münchen.de", "🙂@corp.com"]),
        "Reason": st.sampled_from(["BOUNCE", "COMPLAINT"]),
        "LastUpdateTime": st.floats(0, 1e11) | st.integers(0, 10**11),
    },
    optional={"Since": texts, "Attributes": st.dictionaries(texts, texts, max_size=2)},
)
pages = st.fixed_dictionaries(
    {"SuppressedDestinationSummaries": st.lists(rows, max_size=20)},
    optional={"NextToken": texts | st.none(), "X": texts},
)


def parsed(body: bytes) -> dict[str, Any]:
    """Return what botocore's own parser makes of a body."""
    parser = create_parser("rest-json")
    parser._timestamp_parser = float
    answer: dict[str, Any] = parser.parse({"status_code": 200, "headers": {}, "body": body}, LIST.output_shape)
    del answer["ResponseMetadata"]
    return answer


@given(pages, st.booleans(), st.sampled_from([None, 1]))
def test_the_fast_way_reads_what_botocores_parser_reads(page: dict[str, Any], ascii: bool, indent: int | None) -> None:
    # What UTF-8 can't hold has to be escaped.
    body = json.dumps(page, ensure_ascii=ascii, indent=indent).encode(errors="ignore")
    response: dict[str, Any] = {"status_code": 200, "headers": {}, "body": body}
    fast: dict[str, Any] = {}
    answers.look_at(LIST, response, fast)
    slow = parsed(body)
    assert response["body"] == b"{}"
    assert parsed(response["body"]) == {}
    assert fast.get("NextToken") == slow.get("NextToken")
    assert fast.keys() == slow.keys()
    assert entries.summaries(fast) == entries.summaries(slow)
    assert {type(value) for row in entries.summaries(fast) for value in row} <= {str, Reason, float}


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts | st.just("BOUNCE"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["SuppressedDestinationSummaries", "EmailAddress", "Reason", "LastUpdateTime", "NextToken"]
            ),
            inner,
        )
    ),
)


@given(anything | st.fixed_dictionaries({"SuppressedDestinationSummaries": st.lists(anything)}))
def test_a_page_is_plain_or_none(answer: Any) -> None:
    page = answers.plain_page(answer)
    if page is not None:
        rows = page["SuppressedDestinationSummaries"]
        assert len(rows) == len(answer["SuppressedDestinationSummaries"])
        assert {type(value) for row in rows for value in row} <= {str, Reason, float}


# Over the wire


@asynccontextmanager
async def answering(body: bytes, *, status: int = 200, kind: str = "application/json") -> AsyncIterator[Gateway]:
    """Yield a gateway to a server that says this to everything."""

    async def answer(_: web.BaseRequest) -> web.Response:
        return web.Response(status=status, body=body, content_type=kind)

    runner = web.ServerRunner(web.Server(answer), shutdown_timeout=0.01)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        async with open_gateway(Connection("us-east-1", f"http://127.0.0.1:{runner.addresses[0][1]}")) as gateway:
            yield gateway
    finally:
        await runner.cleanup()


def page_of(*rows: object, **more: object) -> bytes:
    return json.dumps({"SuppressedDestinationSummaries": rows, **more}).encode()


@pytest.mark.parametrize(
    ("row", "updated"),
    [
        (ALICE, 1_795_348_800.25),
        ({**ALICE, "TenantName": "acme", "Attributes": {"MessageId": "1"}}, 1_795_348_800.25),
        ({**ALICE, "LastUpdateTime": 0}, 0.0),
        ({**ALICE, "LastUpdateTime": "2026-11-22T12:00:00Z"}, 1_795_348_800.0),
        ({**ALICE, "LastUpdateTime": "2026-11-22T13:00:00.250+01:00"}, 1_795_348_800.25),
        ({**ALICE, "LastUpdateTime": "2026-11-22 12:00:00"}, 1_795_348_800.0),
        ({**ALICE, "LastUpdateTime": "1795348800.25"}, 1_795_348_800.25),
    ],
)
async def test_a_row_that_can_be_read_is_read(row: dict[str, object], updated: float) -> None:
    async with answering(page_of(ALICE, row, NextToken="more")) as gateway:
        page = await gateway.suppressed_destinations(ACCOUNT)
    assert page.entries == [ALICES, ALICES._replace(last_update=updated)]
    assert isinstance(page.entries[1].last_update, float)
    assert page.next_token == "more"


@pytest.mark.parametrize("body", [b"{}", page_of(), page_of(NextToken=None), page_of(NextToken="")])
async def test_a_page_without_rows_or_token_is_the_last_one(body: bytes) -> None:
    async with answering(body) as gateway:
        page = await gateway.suppressed_destinations(ACCOUNT)
    assert (page.entries, page.next_token) == ([], None)


WITHOUT = {name: {other: ALICE[other] for other in ALICE if other != name} for name in ALICE}


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (page_of(ALICE, {**ALICE, "Reason": "SPAM"}), "KeyError('SPAM')"),
        *((page_of(ALICE, row), f"KeyError('{name}')") for name, row in WITHOUT.items()),
        (page_of(ALICE, {**ALICE, "EmailAddress": None}), "KeyError('EmailAddress')"),
        (page_of(ALICE, {**ALICE, "EmailAddress": 7}), "address 7"),
        (page_of(ALICE, {**ALICE, "Reason": ["BOUNCE"]}), "Reason is not a string"),
        (page_of(ALICE, {**ALICE, "LastUpdateTime": "yesterday"}), "yesterday"),
        (page_of(ALICE, {**ALICE, "LastUpdateTime": {}}), "LastUpdateTime is not a timestamp"),
        (page_of(ALICE, {**ALICE, "LastUpdateTime": -1}), "no time"),
        (page_of(ALICE, {**ALICE, "LastUpdateTime": 1_795_348_800_250}), "no time"),
        (page_of(ALICE, {**ALICE, "LastUpdateTime": 10**400}), "no time"),
        (page_of(ALICE, {**ALICE, "LastUpdateTime": "1" * 400}), "ValueError"),
        (page_of(ALICE, {**ALICE, "LastUpdateTime": float("nan")}), "no JSON"),
        (page_of(ALICE).replace(b"1795348800.25", b"1e999"), "no time"),
        (page_of(ALICE, None), "an entry of SuppressedDestinationSummaries is null"),
        (page_of(ALICE, "bob"), "is not a structure"),
        (page_of(ALICE, NextToken=["x"]), "NextToken is not a string"),
        (b'{"SuppressedDestinationSummaries": {"EmailAddress": "a"}}', "is not a list"),
        (b'{"SuppressedDestinationSummaries": "alice"}', "is not a list"),
        (b"null", "the answer is not a structure"),
        (b"[]", "the answer is not a structure"),
        (b'"text"', "the answer is not a structure"),
        (b"", "an empty answer"),
        (b"log in first", "no JSON"),
        (page_of(ALICE)[:-1], "no JSON"),
        (b"\xff\xfe" + page_of(ALICE), "no JSON"),
        (b"[" * 100_000, "no JSON"),
    ],
    ids=lambda it: repr(it)[:60],
)
async def test_what_is_no_page_is_told_and_never_taken_for_fewer_rows(body: bytes, says: str) -> None:
    async with answering(body) as gateway:
        with pytest.raises(errors.UnexpectedAnswer) as caught:
            await gateway.suppressed_destinations(ACCOUNT)
    assert "ListSuppressedDestinations is not understood" in str(caught.value)
    assert says in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("body", [b"<html>log in first</html>", page_of(ALICE), b""])
async def test_a_web_page_is_no_answer_of_any_service(body: bytes) -> None:
    async with answering(body, kind="text/html") as gateway:
        for call in (gateway.suppressed_destinations(ACCOUNT), gateway.resources.account(), gateway.identify()):
            with pytest.raises(errors.UnexpectedAnswer, match="a web page, of a proxy perhaps"):
                await call


@pytest.mark.parametrize("body", [b"[]", b"null", b"", b"log in first"])
async def test_other_answers_that_are_none_are_told_too(body: bytes) -> None:
    async with answering(body) as gateway:
        for call in (gateway.resources.account(), anext(gateway.resources.tenants()), gateway.resources.tenant("acme")):
            with pytest.raises(errors.UnexpectedAnswer):
                await call


async def test_an_answer_without_members_may_be_empty() -> None:
    async with answering(b"") as gateway:
        await gateway.delete_suppressed_destination(ACCOUNT, "alice@corp.com")


@pytest.mark.parametrize("body", [page_of(ALICE), b"", b"[]", b'"text"', b"null", b"<html>", b"log in first"])
async def test_an_error_is_one_whatever_its_body_is(body: bytes) -> None:
    async with answering(body, status=403) as gateway:
        with pytest.raises(errors.BadRequest, match="403"):
            await gateway.suppressed_destinations(ACCOUNT)
