"""Tags of what is there: Terraform asks for those of a configuration set at every refresh."""

from __future__ import annotations

from typing import Any

import pytest

PREFIX = "arn:aws:ses:us-east-1:123456789012:"
OWNER = {"Key": "owner", "Value": "growth"}


@pytest.fixture(params=["tenant", "configuration set"])
async def arn(request: pytest.FixtureRequest, ses: Any) -> str:
    """Of a new tenant or configuration set that has one tag."""
    if request.param == "tenant":
        tenant_arn: str = (await ses.create_tenant(TenantName="acme", Tags=[OWNER]))["TenantArn"]
        return tenant_arn
    await ses.create_configuration_set(ConfigurationSetName="receipts", Tags=[OWNER])
    return f"{PREFIX}configuration-set/receipts"


async def test_tags_are_added_changed_and_removed(ses: Any, arn: str) -> None:
    async def tags() -> dict[str, str]:
        return {tag["Key"]: tag["Value"] for tag in (await ses.list_tags_for_resource(ResourceArn=arn))["Tags"]}

    assert await tags() == {"owner": "growth"}
    await ses.tag_resource(ResourceArn=arn, Tags=[{"Key": "owner", "Value": "pay"}, {"Key": "plan", "Value": "é 1"}])
    assert await tags() == {"owner": "pay", "plan": "é 1"}
    await ses.untag_resource(ResourceArn=arn, TagKeys=["owner", "nothing"])
    assert await tags() == {"plan": "é 1"}


async def test_what_is_refused_changes_nothing(ses: Any, refused: Any, arn: str) -> None:
    fifty = [{"Key": f"k{number}", "Value": ""} for number in range(50)]
    assert (await refused(ses.tag_resource(ResourceArn=arn, Tags=fifty))).kind == "BadRequestException"
    assert (await ses.list_tags_for_resource(ResourceArn=arn))["Tags"] == [OWNER]
    for missing in (f"{arn}0", f"{PREFIX}identity/corp.com", "receipts"):
        refusal = await refused(ses.list_tags_for_resource(ResourceArn=missing))
        assert (refusal.kind, refusal.status) == ("NotFoundException", 404)
