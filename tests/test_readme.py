"""What README states in a form that can be checked."""

import json
import re
from pathlib import Path

import pytest

from sestui.domain.settings import ConfigurationSet
from sestui.domain.suppression import Reason, SuppressionList
from sestui.emulator import Emulator, World
from sestui.sesv2.gateway import Gateway
from sestui.sesv2.operations import READS, WRITES
from sestui.ui.commands import COMMANDS
from tests.conftest import EMPTY, MakeApp
from tests.ui.screen import lacks, shows, type_text

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def world() -> World:
    return EMPTY


REMOVAL = {"PutSuppressedDestination", "DeleteSuppressedDestination"}
APART = {"GetMessageInsights", "ListImportJobs", "GetImportJob"}
"""What only `w` in find and `--via-s3` ask for."""


def policies() -> list[set[str]]:
    """Return the actions of each policy in README, without `ses:`."""
    blocks = map(json.loads, re.findall(r"```json\n(.*?)```", README, re.DOTALL))
    return [
        {action.removeprefix("ses:") for statement in block["Statement"] for action in statement["Action"]}
        for block in blocks
        if "Statement" in block
    ]


def test_the_policies_are_what_triage_takes_and_what_removal_takes_besides() -> None:
    look, *more = policies()
    assert look == set(READS) - APART - {"GetCallerIdentity"}
    assert more in ([], [look | REMOVAL])


def test_every_operation_that_the_gateway_calls_is_named_beside_the_policies() -> None:
    section = README[README.index("### IAM") : README.index("## Keys")]
    assert set(re.findall(r"ses:(\w+)", section)) == {*READS, *WRITES} - {"GetCallerIdentity"}


async def test_the_iam_policy_allows_what_the_app_calls_and_no_more(
    make_app: MakeApp, gateway: Gateway, emulator: Emulator
) -> None:
    await gateway.changes.create_tenant("shop")
    await gateway.changes.create_configuration_set(ConfigurationSet("receipts"))
    await gateway.changes.associate("shop", "receipts")
    for name in ("alice", "bob", "carol"):
        await gateway.put_suppressed_destination(SuppressionList(), f"{name}@corp.com", Reason.BOUNCE)
    emulator.requests.clear()
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "Tenants (1)", "3 addresses", "Configuration sets (1)", "OnCall")
        await pilot.press("j", "j", "space")
        await shows(pilot, "receipts", "Tenant: shop")
        await pilot.press("j")
        await shows(pilot, "used by this tenant alone")
        await pilot.press("2", "enter")
        await shows(pilot, "EmailAddress")
        await pilot.press("escape")
        await lacks(pilot, "EmailAddress")
        await pilot.press("d")
        await shows(pilot, "Remove from a suppression list")
        await pilot.press("tab", "enter")
        await shows(pilot, "1 removed")
        await pilot.press("a")
        await shows(pilot, "Add to a suppression list")
        await type_text(pilot, "new@corp.com")
        await shows(pilot, "1 address will be added")
        await pilot.press("tab", "tab", "tab", "tab", "enter")
        await shows(pilot, "1 added")
    called = {request.operation for request in emulator.requests}
    assert called == policies()[0] | REMOVAL | {"GetCallerIdentity"}


def test_every_key_of_the_help_is_in_the_table_of_keys() -> None:
    table = README[README.index("## Keys") : README.index("## The filter")]
    keys = {"slash": "/", "asterisk": "*", "question_mark": "?", "colon": ":", "escape": "esc"}
    arrows = {"up", "down", "pageup", "pagedown", "home", "end"}
    for command in COMMANDS:
        for key in filter(None, command.keys.replace("shift+", "").split(",")):
            assert key in arrows or f"`{keys.get(key, key)}`" in table, f"{key} is missing"
