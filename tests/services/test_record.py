"""The file that says who changed what: its lines and who may read it."""

import json
import os
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sestui.domain.settings import (
    Account,
    ConfidenceThreshold,
    ConfigurationSet,
    SendingStatus,
    SuppressionOptions,
    Tag,
    Tenant,
    TenantSuppression,
    Validation,
)
from sestui.domain.suppression import (
    Connection,
    Reason,
    SuppressedDestinationSummary,
    SuppressionList,
    SuppressionScope,
)
from sestui.services.changes import Change, Entry, Kind, Outcome, Result
from sestui.services.record import Record

CONNECTION = Connection(
    "us-east-1", "http://127.0.0.1:1", None, "123456789012", "arn:aws:sts::123456789012:assumed-role/OnCall/bob"
)
BEFORE = SuppressedDestinationSummary("jürgen@corp.com", Reason.COMPLAINT, 12.5)
ENTRY = Entry("jürgen@corp.com", Reason.BOUNCE, BEFORE, replace=True)
CHANGE = Change(Kind.ADD, SuppressionList("acme"), [ENTRY], note="TICKET-1\nsecond line")


@pytest.fixture
def record(tmp_path: Path) -> Record:
    return Record(tmp_path / "state" / "sestui" / "changes.jsonl", lambda: 100.5)


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def lines(record: Record) -> list[dict[str, Any]]:
    return [json.loads(line) for line in record.path.read_text("utf-8").splitlines()]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("umask")
def test_only_its_owner_may_read_it_whatever_the_umask(record: Record) -> None:
    record.open()
    assert (mode(record.path), mode(record.path.parent)) == (0o600, 0o700)
    record.plan(CONNECTION, CHANGE)
    record.path.rename(record.path.with_suffix(".old"))
    record.plan(CONNECTION, CHANGE)
    assert mode(record.path) == 0o600
    record.path.rename(record.path.with_suffix(".old"))
    record.settings(CONNECTION, "dissociate", None, None, "planned")
    assert mode(record.path) == 0o600


def test_a_plan_tells_who_where_what_and_why(record: Record) -> None:
    record.open()
    record.plan(CONNECTION, CHANGE)
    assert lines(record) == [
        {
            "time": 100.5,
            "account": "123456789012",
            "region": "us-east-1",
            "endpoint": "http://127.0.0.1:1",
            "caller": CONNECTION.arn,
            "tenant": "acme",
            "plan": "add",
            "entries": [
                {
                    "address": ENTRY.address,
                    "reason": ENTRY.reason,
                    "before": {"reason": BEFORE.reason, "last_update": BEFORE.last_update},
                }
            ],
            "note": "TICKET-1\nsecond line",
        }
    ]


def test_an_outcome_tells_the_row_as_it_was_and_as_it_is(record: Record) -> None:
    record.open()
    after = SuppressedDestinationSummary("jürgen@corp.com", Reason.BOUNCE, 100.0)
    record.outcome(CONNECTION, CHANGE, Result(ENTRY, Outcome.REPLACED, after))
    record.outcome(CONNECTION, CHANGE, Result(Entry("a@corp.com", Reason.BOUNCE), Outcome.FAILED, None, "no answer"))
    first, second = lines(record)
    assert (first["address"], first["outcome"]) == ("jürgen@corp.com", "reason replaced")
    assert first["before"] == {"reason": "COMPLAINT", "last_update": 12.5}
    assert first["after"] == {"reason": "BOUNCE", "last_update": 100.0}
    assert (second["before"], second["after"], second["detail"]) == (None, None, "no answer")
    assert first["caller"] == second["caller"] == CONNECTION.arn


def test_a_change_of_settings_tells_every_member_before_and_after(record: Record) -> None:
    record.open()
    before = Account((Reason.BOUNCE,), Validation(True, ConfidenceThreshold.HIGH), True, True, "HEALTHY")
    record.settings(CONNECTION, "edit account", before, replace(before, suppressed_reasons=()), "planned")
    (line,) = lines(record)
    members = {
        "suppressed_reasons": ["BOUNCE"],
        "validation": {"enabled": True, "threshold": "HIGH"},
        "sending_enabled": True,
        "production_access": True,
        "enforcement_status": "HEALTHY",
    }
    assert line == {
        "time": 100.5,
        "account": "123456789012",
        "region": "us-east-1",
        "endpoint": "http://127.0.0.1:1",
        "caller": CONNECTION.arn,
        "action": "edit account",
        "before": members,
        "after": {**members, "suppressed_reasons": []},
        "outcome": "planned",
    }


@pytest.mark.parametrize(
    ("suppression", "written"),
    [
        (None, None),
        (TenantSuppression(SuppressionScope.TENANT, ()), {"scope": "TENANT", "reasons": []}),
    ],
)
def test_a_tenant_is_recorded_as_it_is_to_be_created(
    record: Record, suppression: TenantSuppression | None, written: object
) -> None:
    record.open()
    tenant = Tenant("acme", "tn-1", "arn", 12.5, SendingStatus.ENABLED, (Tag("plan", ""),), suppression)
    record.settings(CONNECTION, "create tenant", None, tenant, "done")
    (line,) = lines(record)
    assert (line["action"], line["before"], line["outcome"]) == ("create tenant", None, "done")
    assert line["after"]["name"] == "acme"
    assert line["after"]["tags"] == [{"key": "plan", "value": ""}]
    assert line["after"]["suppression"] == written


def test_absent_and_empty_reasons_of_a_configuration_set_stay_two_things(record: Record) -> None:
    record.open()
    before = ConfigurationSet("receipts", suppression=SuppressionOptions(SuppressionScope.TENANT))
    after = replace(before, suppression=SuppressionOptions(SuppressionScope.TENANT, ()))
    record.settings(CONNECTION, "edit set", before, after, "planned")
    (line,) = lines(record)
    options = {"scope": "TENANT", "validation": None}
    assert line["before"]["suppression"] == {**options, "reasons": None}
    assert line["after"]["suppression"] == {**options, "reasons": []}


def test_what_was_written_before_stays(record: Record) -> None:
    for _ in range(2):
        record.open()
        record.plan(CONNECTION, CHANGE)
        record.settings(CONNECTION, "dissociate", None, None, "planned")
    assert ["plan" in line for line in lines(record)] == [True, False] * 2


def test_a_place_that_cannot_be_written_is_told_before_anything_is_done(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        Record(tmp_path / "file" / "changes.jsonl", lambda: 0.0).open()
