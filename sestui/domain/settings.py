"""What SES answers about an account, a tenant and a configuration set.

Absent, empty and set are three different things in SES: None is absent, `()` is present and empty.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from sestui.domain.suppression import Reason, SuppressionScope


class SendingStatus(StrEnum):
    """A tenant's SendingStatus."""

    ENABLED = "ENABLED"
    REINSTATED = "REINSTATED"
    DISABLED = "DISABLED"


class ConfidenceThreshold(StrEnum):
    """ConfidenceVerdictThreshold of Auto Validation."""

    MEDIUM = "MEDIUM"
    HIGH = "HIGH"
    MANAGED = "MANAGED"


@dataclass(frozen=True, slots=True)
class Validation:
    """ConditionThreshold of Auto Validation: a block at sending that no list shows."""

    enabled: bool
    threshold: ConfidenceThreshold | None = None


@dataclass(frozen=True, slots=True)
class Tag:
    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Account:
    """GetAccount, as far as suppression and stops go."""

    suppressed_reasons: tuple[Reason, ...] | None
    """None where the answer had no SuppressionAttributes."""
    validation: Validation | None
    sending_enabled: bool
    production_access: bool
    """False in the sandbox, where PutSuppressedDestination is refused."""
    enforcement_status: str
    """HEALTHY, PROBATION or SHUTDOWN."""

    @property
    def stop(self) -> str | None:
        """What stops all mail of the account, in words."""
        if self.enforcement_status == "SHUTDOWN":
            return "account shut down by SES"
        return None if self.sending_enabled else "account's sending is paused"


@dataclass(frozen=True, slots=True)
class TenantSuppression:
    """A tenant's SuppressionAttributes. A pair: SES takes both or neither."""

    scope: SuppressionScope
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class TenantSummary:
    """A row of ListTenants, which tells no suppression settings."""

    name: str
    tenant_id: str
    arn: str
    created: float
    """CreatedTimestamp in seconds since 1970, UTC."""
    sending_status: SendingStatus


@dataclass(frozen=True, slots=True)
class Tenant:
    """GetTenant, every member."""

    name: str
    tenant_id: str
    arn: str
    created: float
    """CreatedTimestamp in seconds since 1970, UTC."""
    sending_status: SendingStatus
    tags: tuple[Tag, ...] = ()
    suppression: TenantSuppression | None = None
    """None: nothing set, which SES reads as ACCOUNT with the account's reasons."""

    @property
    def stop(self) -> str | None:
        """What stops all mail of the tenant, in words."""
        return "tenant's sending is DISABLED" if self.sending_status is SendingStatus.DISABLED else None


@dataclass(frozen=True, slots=True)
class NewTenant:
    """What CreateTenant is given."""

    name: str
    tags: tuple[Tag, ...] = ()
    suppression: TenantSuppression | None = None
    """None: not sent, which SES reads as ACCOUNT with the account's reasons."""


@dataclass(frozen=True, slots=True)
class SuppressionOptions:
    """A configuration set's SuppressionOptions: each field overrides by itself."""

    scope: SuppressionScope | None = None
    """None inherits."""
    reasons: tuple[Reason, ...] | None = None
    """None inherits; `()` overrides with "no suppression"."""
    validation: Validation | None = None


@dataclass(frozen=True, slots=True)
class TrackingOptions:
    custom_redirect_domain: str
    https_policy: str | None = None


@dataclass(frozen=True, slots=True)
class DeliveryOptions:
    tls_policy: str | None = None
    sending_pool_name: str | None = None
    max_delivery_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class ReputationOptions:
    metrics_enabled: bool | None = None
    last_fresh_start: float | None = None
    """LastFreshStart in seconds since 1970, UTC."""


@dataclass(frozen=True, slots=True)
class VdmOptions:
    engagement_metrics: str | None = None
    """ENABLED or DISABLED; None where the group is absent."""
    optimized_shared_delivery: str | None = None
    """ENABLED or DISABLED; None where the group is absent."""


@dataclass(frozen=True, slots=True)
class ConfigurationSet:
    """GetConfigurationSet, every member; also what CreateConfigurationSet is given."""

    name: str
    tracking: TrackingOptions | None = None
    delivery: DeliveryOptions | None = None
    reputation: ReputationOptions | None = None
    sending_enabled: bool | None = None
    """SendingOptions.SendingEnabled; None where the group is absent."""
    tags: tuple[Tag, ...] = ()
    suppression: SuppressionOptions | None = None
    """None: nothing overridden."""
    vdm: VdmOptions | None = None
    archive_arn: str | None = None
    unknown: tuple[tuple[str, str], ...] = field(default=())
    """Option groups that this version of sestui has no type for: name and JSON text, for the screen only."""

    @property
    def stop(self) -> str | None:
        """What stops all mail of the configuration set, in words."""
        return "configuration set's sending is disabled" if self.sending_enabled is False else None
