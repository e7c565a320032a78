"""The wire itself: what clients of any make would see."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import boto3
import pytest
from botocore.config import Config
from botocore.loaders import Loader
from botocore.model import ServiceModel
from yarl import URL

from sestui.emulator import Emulator, World

SMALL = World(tenants=6, configuration_sets=30, addresses=300, tenant_addresses=100)


def _conforms(shape: Any, value: Any) -> None:
    """Fails if the value, as it is on the wire, is not of the model's shape."""
    match shape.type_name:
        case "structure":
            assert value.keys() <= shape.members.keys()
            assert set(shape.required_members) <= value.keys()
            for name, item in value.items():
                _conforms(shape.members[name], item)
        case "list":
            for item in value:
                _conforms(shape.member, item)
        case "string":
            assert isinstance(value, str)
            assert not shape.enum or value in shape.enum
        case "timestamp":
            assert isinstance(value, float)
            assert value * 1000 == pytest.approx(round(value * 1000), abs=1e-3)
        case "boolean":
            assert isinstance(value, bool)
        case _:
            assert isinstance(value, int | float)


async def test_answers_are_of_the_models_shape(bench: Any) -> None:
    emulator = await bench.serve(SMALL)
    ses = await bench.client(emulator)
    newest = (await ses.list_suppressed_destinations())["SuppressedDestinationSummaries"][-1]["EmailAddress"]
    entry = (await ses.get_suppressed_destination(EmailAddress=newest))["SuppressedDestination"]
    model = ServiceModel(Loader().load_service_model("sesv2", "service-2"))
    requests: list[tuple[str, str, str, dict[str, Any] | None]] = [
        ("ListSuppressedDestinations", "GET", "/v2/email/suppression/addresses?PageSize=200", None),
        ("GetSuppressedDestination", "GET", "/v2/email/suppression/addresses/alice%40corp.com", None),
        ("ListTenants", "POST", "/v2/email/tenants/list", {"PageSize": 3}),
        ("GetTenant", "POST", "/v2/email/tenants/get", {"TenantName": "acme-retail"}),
        ("ListTenantResources", "POST", "/v2/email/tenants/resources/list", {"TenantName": "acme-retail"}),
        ("ListConfigurationSets", "POST", "/v2/email/list-configuration-sets", {"PageSize": 3}),
        ("ListConfigurationSets", "GET", "/v2/email/configuration-sets?PageSize=3", None),
        ("GetAccount", "GET", "/v2/email/account", None),
        ("GetMessageInsights", "GET", f"/v2/email/insights/{entry['Attributes']['MessageId']}/", None),
    ]
    async with aiohttp.ClientSession(emulator.url) as session:
        for operation, method, path, body in requests:
            async with session.request(method, URL(path, encoded=True), json=body) as answer:
                assert answer.status == 200
                assert answer.content_type == "application/json"
                assert answer.headers["x-amzn-RequestId"]
                found = json.loads(await answer.read())
                assert found
                _conforms(model.operation_model(operation).output_shape, found)


async def test_old_clients_list_configuration_sets_by_get(bench: Any) -> None:
    emulator = await bench.serve(SMALL)
    names: list[str] = []
    query: dict[str, str] = {"PageSize": "7"}
    async with aiohttp.ClientSession(emulator.url) as session:
        while True:
            async with session.get("/v2/email/configuration-sets", params=query) as answer:
                page = await answer.json()
            names += page["ConfigurationSets"]
            if "NextToken" not in page:
                break
            query["NextToken"] = page["NextToken"]
    ses = await bench.client(emulator)
    assert names == (await ses.list_configuration_sets())["ConfigurationSets"]
    assert len(names) == 30


@pytest.mark.parametrize(
    ("method", "path", "body", "kind", "status"),
    [
        ("POST", "/v2/email/tenants/get", "{}", "BadRequestException", 400),
        ("POST", "/v2/email/tenants/get", "{", "SerializationException", 400),
        ("POST", "/v2/email/tenants/get", "[]", "SerializationException", 400),
        ("POST", "/v2/email/tenants/get", '{"TenantName": 5}', "SerializationException", 400),
        ("POST", "/v2/email/tenants/get", '{"TenantName": null}', "BadRequestException", 400),
        ("POST", "/v2/email/tenants/get", '{"TenantName": ""}', "BadRequestException", 400),
        ("POST", "/v2/email/tenants/get", '{"TenantName": "\\ud800"}', "SerializationException", 400),
        ("GET", "/v2/email/suppression/addresses?PageSize=many", "", "SerializationException", 400),
        ("GET", "/v2/email/suppression/addresses?StartDate=then", "", "SerializationException", 400),
        ("GET", "/v2/email/suppression/addresses?Reason=SPAM", "", "BadRequestException", 400),
        ("GET", "/v2/email/suppression/addresses/", "", "BadRequestException", 400),
        ("GET", "/v2/email/nowhere", "", "UnknownOperationException", 404),
        ("PATCH", "/v2/email/account", "", "UnknownOperationException", 404),
        ("GET", "/v2/email/contact-lists/x", "", "UnsupportedOperationException", 501),
    ],
)
async def test_refusals(emulator: Emulator, method: str, path: str, body: str, kind: str, status: int) -> None:
    async with aiohttp.ClientSession(emulator.url) as session, session.request(method, path, data=body) as answer:
        assert (answer.status, answer.headers["x-amzn-errortype"]) == (status, kind)
        assert answer.content_type == "application/x-amz-json-1.1"
        assert answer.headers["x-amzn-RequestId"]
        assert json.loads(await answer.read())["message"]


async def test_what_is_missing_is_named(emulator: Emulator) -> None:
    path = "/v2/email/suppression/addresses"
    async with aiohttp.ClientSession(emulator.url) as session, session.put(path, json={}) as answer:
        message = json.loads(await answer.read())["message"]
    assert message == (
        "2 validation errors detected: Value at 'emailAddress' failed to satisfy constraint: Member must not be null; "
        "Value at 'reason' failed to satisfy constraint: Member must not be null"
    )


async def test_a_union_has_one_member(emulator: Emulator) -> None:
    both: dict[str, Any] = {"SigningScheme": {"DefaultScheme": {}, "SmimeScheme": {}}}
    body = {"ConfigurationSetName": "set", "MessageSecurityOptions": both}
    path = "/v2/email/configuration-sets"
    async with aiohttp.ClientSession(emulator.url) as session, session.post(path, json=body) as answer:
        assert answer.status == 400


async def test_an_operation_that_is_missing_names_itself(ses: Any, refused: Any) -> None:
    missing = await refused(ses.list_export_jobs())
    assert "ListExportJobs" in missing.message


async def test_the_caller_is_a_role(bench: Any, emulator: Emulator, refused: Any) -> None:
    sts = await bench.client(emulator, "sts")
    identity = await sts.get_caller_identity()
    assert identity["Account"] == "123456789012"
    assert identity["Arn"].startswith("arn:aws:sts::123456789012:assumed-role/OnCall/")
    assert identity["UserId"].startswith("AROA")
    assert (await refused(sts.get_session_token())).kind == "InvalidAction"


async def test_boto3_is_served(bench: Any) -> None:
    emulator = await bench.serve(SMALL)

    def talk() -> tuple[int, str]:
        session = boto3.Session("AKIDEXAMPLE", "secret", region_name="us-east-1")
        ses = session.client("sesv2", endpoint_url=emulator.url, config=Config(retries={"total_max_attempts": 1}))
        ses.put_suppressed_destination(EmailAddress="a/b@corp.com", Reason="BOUNCE", TenantName="acme-retail")
        got = ses.get_suppressed_destination(EmailAddress="a/b@corp.com", TenantName="acme-retail")
        ses.delete_suppressed_destination(EmailAddress="a/b@corp.com", TenantName="acme-retail")
        pages = list(ses.get_paginator("list_tenants").paginate(PaginationConfig={"PageSize": 2}))
        ses.close()
        return sum(len(page["Tenants"]) for page in pages), got["SuppressedDestination"]["TenantName"]

    assert await asyncio.to_thread(talk) == (6, "acme-retail")


async def test_the_world_outlives_a_restart_on_the_same_port(bench: Any) -> None:
    emulator = await bench.serve(SMALL)
    ses = await bench.client(emulator)
    await ses.put_suppressed_destination(EmailAddress="a@corp.com", Reason="BOUNCE")
    port = int(emulator.url.rpartition(":")[2])
    await emulator.stop()
    await emulator.start(port=port)
    assert (await ses.get_suppressed_destination(EmailAddress="a@corp.com"))["SuppressedDestination"]
