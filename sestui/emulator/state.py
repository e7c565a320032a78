"""What an emulated account holds, and the call that an operation is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sestui.emulator.conditions import Quirks
from sestui.emulator.errors import not_found
from sestui.emulator.imports import Imports
from sestui.emulator.mail import Outbox
from sestui.emulator.registry import Registry
from sestui.emulator.store import PRESENT, SuppressionLists
from sestui.emulator.tokens import Tokens

ACCOUNT_ID = "123456789012"
"""The account of a caller whose access key does not name one."""
CALLER = "oncall-engineer"
"""The role session's name."""
SETTINGS = "account"
"""The one name in the registry of the account's settings."""


@dataclass(frozen=True, slots=True)
class Tenant:
    name: str
    id: str
    """`tn-` and hexadecimal digits."""
    list: int
    """The number of its suppression list: a tenant that is made again begins with an empty one."""
    created: float
    tags: tuple[Mapping[str, str], ...] = ()
    sending_status: str = "ENABLED"
    suppression: Mapping[str, Any] | None = None
    """SuppressedReasons and SuppressionScope, or None: never set, or cleared."""


@dataclass(frozen=True, slots=True)
class ConfigurationSet:
    name: str
    groups: Mapping[str, Any]
    """Option groups and tags by the members of CreateConfigurationSet; those not set are absent."""


@dataclass(frozen=True, slots=True)
class Association:
    tenant: str
    resource: str
    """The part of its ARN after the account, such as `configuration-set/NAME`: one world serves every Region."""
    created: float


@dataclass(frozen=True, slots=True)
class Settings:
    """The account's."""

    suppressed_reasons: tuple[str, ...] = ("BOUNCE", "COMPLAINT")
    """Both: the default of accounts made since 2019-11-25."""
    validation: Mapping[str, Any] | None = None
    sending_enabled: bool = True


@dataclass(slots=True)
class State:
    """Everything of one account."""

    tokens: Tokens
    sandbox: bool
    vdm: bool
    """Whether Virtual Deliverability Manager is on; without it nothing is told of single messages."""
    imports: Imports
    outbox: Outbox
    enforcement_status: str = "HEALTHY"
    lists: SuppressionLists = field(default_factory=SuppressionLists)
    tenants: Registry[Tenant] = field(default_factory=Registry)
    configuration_sets: Registry[ConfigurationSet] = field(default_factory=Registry)
    resources_of: dict[str, Registry[Association]] = field(default_factory=dict)
    """By tenant; within, by resource."""
    tenants_of: dict[str, Registry[Association]] = field(default_factory=dict)
    """By resource; within, by tenant."""
    settings: Registry[Settings] = field(default_factory=Registry)
    last_list: int = 0
    """The highest number given to a tenant's list."""

    def associate(self, association: Association, now: float, lag: float = 0.0) -> None:
        self._associate(association.tenant, association.resource, association, now, lag)

    def dissociate(self, association: Association, now: float, lag: float) -> None:
        self._associate(association.tenant, association.resource, None, now, lag)

    def _associate(self, tenant: str, resource: str, what: Association | None, now: float, lag: float) -> None:
        self.resources_of.setdefault(tenant, Registry()).put(resource, what, now, lag)
        self.tenants_of.setdefault(resource, Registry()).put(tenant, what, now, lag)

    def tenant(self, name: str, moment: float = PRESENT) -> Tenant:
        """Raises NotFoundException."""
        tenant = self.tenants.get(name, moment)
        if tenant is None:
            raise not_found(f"The requested tenant <{name}> does not exist.")
        return tenant

    def configuration_set(self, name: str, moment: float = PRESENT) -> ConfigurationSet:
        """Raises NotFoundException."""
        found = self.configuration_sets.get(name, moment)
        if found is None:
            raise not_found(f"Configuration set <{name}> does not exist.")
        return found

    def account(self, moment: float = PRESENT) -> Settings:
        return self.settings.get(SETTINGS, moment) or Settings()


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an operation, its parameters checked against the model."""

    operation: str
    parameters: Mapping[str, Any]
    now: float
    region: str
    account: str
    quirks: Quirks

    @property
    def moment(self) -> float:
        """Of the state that a read sees."""
        return self.now - self.quirks.read_lag if self.quirks.read_lag else PRESENT

    @property
    def lag(self) -> float:
        return self.quirks.read_lag

    def arn(self, resource: str) -> str:
        return f"arn:{partition(self.region)}:ses:{self.region}:{self.account}:{resource}"


def partition(region: str) -> str:
    return {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(region.rpartition("-")[0].rpartition("-")[0], "aws")


def caller_arn(call: Call) -> str:
    return f"arn:{partition(call.region)}:sts::{call.account}:assumed-role/OnCall/{CALLER}"
