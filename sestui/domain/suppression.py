"""What stands on a suppression list, and which list that is."""

from enum import StrEnum
from typing import NamedTuple


class Reason(StrEnum):
    """Why a destination is suppressed: SES's SuppressionListReason."""

    BOUNCE = "BOUNCE"
    COMPLAINT = "COMPLAINT"


class SuppressionScope(StrEnum):
    """A setting: which kind of list a tenant or a configuration set consults. Not a list itself."""

    ACCOUNT = "ACCOUNT"
    TENANT = "TENANT"


class Connection(NamedTuple):
    """Where answers come from: an answer is true of one account in one Region at one endpoint."""

    region: str
    """The Region's code, `us-east-1`."""
    endpoint: str | None = None
    """The endpoint's URL where it isn't AWS's own."""
    profile: str | None = None
    """The profile's name in AWS's own files; None where botocore's chain chose."""
    account: str | None = None
    """Twelve digits; None while STS has not told or refused to."""
    arn: str | None = None
    """The caller's ARN, as STS GetCallerIdentity gives it."""

    @property
    def role(self) -> str | None:
        """The role's or user's name in the caller's ARN (`arn:aws:sts::1:assumed-role/OnCall/bob` is `OnCall`)."""
        if self.arn is None:
            return None
        kind, _, rest = self.arn.split(":", 5)[-1].partition("/")
        return rest.split("/")[0] if kind == "assumed-role" else rest.rsplit("/", 1)[-1] or kind


class SuppressionList(NamedTuple):
    """One list: the account's, or one tenant's own. It exists whatever any scope says."""

    tenant_name: str | None = None
    """TenantName; None is the account's list."""

    def __str__(self) -> str:
        return "account" if self.tenant_name is None else f"tenant {self.tenant_name}"

    @property
    def owner(self) -> str:
        """For a sentence: `the account` or `tenant acme-retail`."""
        return "the account" if self.tenant_name is None else str(self)


class SuppressedDestinationSummary(NamedTuple):
    """A row of ListSuppressedDestinations. A tuple, for a list can hold a million of them."""

    address: str
    """EmailAddress as SES keeps it: the domain in lower case, the local part as it was put."""
    reason: Reason
    last_update: float
    """LastUpdateTime in seconds since 1970, UTC."""


class SuppressedDestination(NamedTuple):
    """An answer of GetSuppressedDestination."""

    address: str
    reason: Reason
    last_update: float
    """LastUpdateTime in seconds since 1970, UTC."""
    message_id: str | None = None
    """The message that bounced or was complained of; absent where somebody put the entry by hand."""
    feedback_id: str | None = None
    tenant_name: str | None = None
    """Present only on an entry of a tenant's list."""

    @property
    def summary(self) -> SuppressedDestinationSummary:
        return SuppressedDestinationSummary(self.address, self.reason, self.last_update)
