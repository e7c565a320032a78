"""`sestui info --permissions`: reads are called once each, writes are not."""

from collections import Counter
from typing import Any

import pytest

from sestui.domain.permission import Answer
from sestui.domain.settings import ConfigurationSet
from sestui.domain.suppression import Reason
from sestui.emulator import Emulator
from sestui.sesv2.gateway import Gateway
from sestui.sesv2.operations import READS, WRITES
from tests.job_plans import ACCOUNT
from tests.job_processes import Ended, end_of, starting, surroundings
from tests.serving import faults, operations

NOT_ASKED = {"GetMessageInsights"}


@pytest.fixture
def run(tmp_path: Any, environment: dict[str, str], emulator: Emulator) -> Any:
    async def one(*more: str) -> Ended:
        where = ("--endpoint-url", emulator.url, "--region", "us-east-1")
        async with starting(surroundings(environment, tmp_path / "state"), tmp_path, "info") as start:
            return await end_of(await start("--permissions", *where, *more))

    return one


def answers(ended: Ended) -> dict[str, str]:
    return {it["action"].removeprefix("ses:"): it["answer"] for it in ended.told["permissions"]}


@pytest.mark.parametrize("there", [True, False])
async def test_each_read_is_called_once_for_a_page_of_one_and_no_write_is(
    emulator: Emulator, gateway: Gateway, run: Any, there: bool
) -> None:
    if there:
        for name in ("shop", "blog"):
            await gateway.changes.create_tenant(name)
        await gateway.changes.create_configuration_set(ConfigurationSet("receipts"))
        await gateway.put_suppressed_destination(ACCOUNT, "alice@corp.com", Reason.BOUNCE)
    emulator.requests.clear()
    ended = await run("--json")
    assert ended.status == 0, ended.err
    told = answers(ended)
    asked = set(READS) - NOT_ASKED - {"GetCallerIdentity"}
    assert {name for name, answer in told.items() if answer == Answer.ALLOWED} == asked
    s3 = {"s3:PutObject", "s3:GetObject", "s3:DeleteObject"}
    assert {name for name, it in told.items() if it == Answer.UNTIL_USED} == {*WRITES, *NOT_ASKED, *s3}
    assert Counter(operations(emulator)) == Counter([*asked, "GetCallerIdentity"])
    pages = [it.parameters["PageSize"] for it in emulator.requests if "PageSize" in it.parameters]
    assert set(map(int, pages)) == {1}
    assert ended.told["account"] == "123456789012"


async def test_what_is_denied_is_said_and_the_rest_is_asked_all_the_same(emulator: Emulator, run: Any) -> None:
    emulator.conditions = faults("access-denied@ListTenants=1", "access-denied@GetAccount=1")
    ended = await run("--json")
    assert ended.status == 0, ended.err
    denied = {name for name, answer in answers(ended).items() if answer == Answer.DENIED}
    assert denied == {"ListTenants", "GetAccount"}
    assert all(it["why"] for it in ended.told["permissions"] if it["answer"] == Answer.DENIED)
    lines = (await run()).out.splitlines()
    assert lines[0] == "arn:aws:sts::123456789012:assumed-role/OnCall/oncall-engineer · us-east-1"
    assert any(line.startswith("ses:ListTenants") and " denied " in line for line in lines)
    assert any(line.startswith("ses:PutSuppressedDestination") and "unknown until used" in line for line in lines)


async def test_of_a_role_that_may_one_tenant_that_one_is_asked_about(
    emulator: Emulator, gateway: Gateway, run: Any
) -> None:
    await gateway.changes.create_tenant("shop")
    emulator.requests.clear()
    assert (await run("--tenant", "shop")).status == 0
    named = {it.operation for it in emulator.requests if it.parameters.get("TenantName") == "shop"}
    assert named == {"GetTenant", "ListTenantResources", "ListSuppressedDestinations", "GetSuppressedDestination"}


async def test_without_credentials_that_count_nothing_is_told(emulator: Emulator, run: Any) -> None:
    emulator.conditions = faults("expired-credentials=1")
    ended = await run()
    assert (ended.status, ended.out) == (4, "")
    assert "renew the credentials" in ended.err


async def test_what_ses_does_not_answer_is_not_known(emulator: Emulator, run: Any) -> None:
    emulator.conditions = faults("500@GetTenant=1")
    assert answers(await run("--json"))["GetTenant"] == Answer.UNKNOWN
