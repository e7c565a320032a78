"""What is asked about a new tenant or configuration set, and what the answers come to.

Absent, empty and set are three different things: a field that says nothing is not sent, nor is a group of such fields.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, TypeVar

from sestui.domain import limits
from sestui.domain.settings import (
    ConfigurationSet,
    DeliveryOptions,
    NewTenant,
    ReputationOptions,
    SuppressionOptions,
    TenantSuppression,
    TrackingOptions,
    Validation,
    VdmOptions,
)
from sestui.services.creation import New
from sestui.ui.screens.edit import REASONS, SCOPES, THRESHOLDS

_T = TypeVar("_T")

Answers = Mapping[str, str]
"""By the field's id: the words chosen or the text typed."""


class Kind(StrEnum):
    TENANT = "tenant"
    CONFIGURATION_SET = "configuration set"


@dataclass(frozen=True, slots=True)
class Pick:
    """A field that has one of several values; None says nothing."""

    id: str
    label: str
    options: Mapping[str, object]
    first: str = ""
    """What is chosen at first; else the first of all."""
    needs: str = ""
    """The field without which this one means nothing."""

    def value(self, answers: Answers) -> object:
        return self.options[self.words(answers)]

    def words(self, answers: Answers) -> str:
        return answers.get(self.id) or self.first or next(iter(self.options))


@dataclass(frozen=True, slots=True)
class Fill:
    """A field in which one types; what is empty or wrong says nothing."""

    id: str
    label: str
    hint: str
    problem: Callable[[str], str] = lambda _: ""
    """Says what is wrong with a text that isn't empty."""
    read: Callable[[str], object] = str
    several: bool = False
    """Whether it has several lines."""

    def value(self, answers: Answers) -> object:
        text = self.words(answers)
        return self.read(text) if text and not self.problem(text) else None

    def words(self, answers: Answers) -> str:
        return answers.get(self.id, "").strip()


Field = Pick | Fill


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """What has been filled in so far; answers to the other kind's questions are kept."""

    kind: Kind = Kind.TENANT
    answers: Answers = field(default_factory=dict)


_ON_OFF: Final = {"not set": None, "off": False, "on": True}
_STATUS: Final = {"not set": None, "off": "DISABLED", "on": "ENABLED"}
"""FeatureStatus of VdmOptions."""


def _values(*values: str) -> dict[str, str | None]:
    return {"not set": None, **{value: value for value in values}}


NAME: Final = Fill("name", "Name", "up to 64 of A-Z a-z 0-9 _ -", limits.name_problem)
TAGS: Final = Fill(
    "tags", "Tags", "none; one a line, as team=payments", limits.tags_text_problem, limits.read_tags, several=True
)
_DOMAIN: Final = Fill(
    "redirect-domain",
    "Redirect domain",
    "not set; track.example.com",
    lambda text: limits.redirect_domain_problem(text, with_policy=False),
)
_POLICY: Final = Pick("https-policy", "HTTPS policy", _values("REQUIRE", "REQUIRE_OPEN_ONLY", "OPTIONAL"))

GROUPS: Final[Mapping[Kind, tuple[Group, ...]]] = {
    Kind.TENANT: (
        Group(
            "Suppression",
            (
                Pick("tenant-scope", "Scope", {"not set": None, **SCOPES}),
                Pick("tenant-reasons", "Reasons", REASONS, first="both", needs="tenant-scope"),
            ),
        ),
    ),
    Kind.CONFIGURATION_SET: (
        Group(
            "Suppression",
            (
                Pick("scope", "Scope", {"inherits": None, **SCOPES}),
                Pick("reasons", "Reasons", {"inherits": None, **REASONS}),
                Pick("validation", "Auto Validation", {"inherits": None, "off": False, "on": True}),
                Pick("threshold", "Threshold", THRESHOLDS, needs="validation"),
            ),
        ),
        Group(
            "Sending and delivery",
            (
                Pick("sending", "Sending", _ON_OFF),
                Pick("tls-policy", "TLS policy", _values("REQUIRE", "OPTIONAL")),
                Fill("sending-pool", "Sending pool", "not set; name of a dedicated IP pool"),
                Fill(
                    "delivery-seconds",
                    "Max. delivery",
                    "not set; 300 to 50400 seconds",
                    limits.delivery_seconds_problem,
                    int,
                ),
            ),
        ),
        Group(
            "Tracking of opens and clicks",
            (_DOMAIN, _POLICY),
        ),
        Group(
            "Reputation",
            (
                Pick("metrics", "Metrics", _ON_OFF),
                Fill(
                    "fresh-start",
                    "Fresh start",
                    "not set; 2026-11-22 or 2026-11-22 02:00, the zone shown",
                    limits.fresh_start_problem,
                    limits.seconds_since_1970,
                ),
            ),
        ),
        Group(
            "Virtual Deliverability Manager",
            (Pick("engagement", "Engagement", _STATUS), Pick("shared-delivery", "Shared delivery", _STATUS)),
        ),
        Group(
            "Archiving",
            (Fill("archive", "Archive ARN", "not set; arn:aws:ses:…", limits.archive_arn_problem),),
        ),
    ),
}


def fields_of(kind: Kind) -> Iterator[Field]:
    """Yield the fields of a kind, from the top of the form to its end."""
    yield NAME
    for group in GROUPS[kind]:
        yield from group.fields
    yield TAGS


def said(draft: Draft) -> dict[str, Any]:
    """Return the values that are set, by field: those that say nothing, or mean nothing without another, are not."""
    values: dict[str, Any] = {}
    for it in fields_of(draft.kind):
        value = it.value(draft.answers)
        if value is not None and (not isinstance(it, Pick) or not it.needs or it.needs in values):
            values[it.id] = value
    return values


def problems(draft: Draft) -> dict[str, str]:
    """Return what is wrong, by field; empty where it can be created."""
    found = {}
    for it in fields_of(draft.kind):
        if isinstance(it, Fill) and ((text := it.words(draft.answers)) or it is NAME):
            found[it.id] = it.problem(text)
    if draft.kind is Kind.CONFIGURATION_SET and not _DOMAIN.words(draft.answers):
        found[_DOMAIN.id] = limits.redirect_domain_problem("", with_policy=_POLICY.value(draft.answers) is not None)
    return {name: problem for name, problem in found.items() if problem}


def new(draft: Draft) -> New:
    """Return what is to be created of answers without problems."""
    values = said(draft)
    name, tags, value = values["name"], values.get("tags", ()), values.get
    if draft.kind is Kind.TENANT:
        scope = value("tenant-scope")
        return NewTenant(name, tags, None if scope is None else TenantSuppression(scope, values["tenant-reasons"]))
    enabled = value("validation")
    validation = None if enabled is None else Validation(enabled, value("threshold"))
    return ConfigurationSet(
        name,
        tracking=TrackingOptions(values[_DOMAIN.id], value("https-policy")) if _DOMAIN.id in values else None,
        delivery=_group(DeliveryOptions, value("tls-policy"), value("sending-pool"), value("delivery-seconds")),
        reputation=_group(ReputationOptions, value("metrics"), value("fresh-start")),
        sending_enabled=value("sending"),
        tags=tags,
        suppression=_group(SuppressionOptions, value("scope"), value("reasons"), validation),
        vdm=_group(VdmOptions, value("engagement"), value("shared-delivery")),
        archive_arn=value("archive"),
    )


def _group(make: Callable[..., _T], *members: object) -> _T | None:
    return make(*members) if any(member is not None for member in members) else None
