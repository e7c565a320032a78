"""Settings, as SES has them on the wire, to domain types and back: with `entries` all that knows the members' names."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sestui.domain.settings import (
    Account,
    ConfidenceThreshold,
    ConfigurationSet,
    DeliveryOptions,
    ReputationOptions,
    SendingStatus,
    SuppressionOptions,
    Tag,
    Tenant,
    TenantSummary,
    TenantSuppression,
    TrackingOptions,
    Validation,
    VdmOptions,
)
from sestui.domain.suppression import (
    Reason,
    SuppressionScope,
)
from sestui.sesv2.entries import reasons, seconds


def validation(options: Mapping[str, Any] | None) -> Validation | None:
    if not options or "ConditionThreshold" not in options:
        return None
    condition = options["ConditionThreshold"]
    threshold = condition.get("OverallConfidenceThreshold", {}).get("ConfidenceVerdictThreshold")
    return Validation(
        enabled=condition.get("ConditionThresholdEnabled") == "ENABLED",
        threshold=ConfidenceThreshold(threshold) if threshold else None,
    )


def validation_parameters(value: Validation) -> dict[str, Any]:
    condition: dict[str, Any] = {"ConditionThresholdEnabled": "ENABLED" if value.enabled else "DISABLED"}
    if value.threshold is not None:
        condition["OverallConfidenceThreshold"] = {"ConfidenceVerdictThreshold": value.threshold.value}
    return {"ConditionThreshold": condition}


def account(answer: Mapping[str, Any]) -> Account:
    suppression = answer.get("SuppressionAttributes")
    return Account(
        suppressed_reasons=None if suppression is None else reasons(suppression.get("SuppressedReasons", ())),
        validation=validation((suppression or {}).get("ValidationAttributes")),
        sending_enabled=answer.get("SendingEnabled", True),
        production_access=answer.get("ProductionAccessEnabled", True),
        enforcement_status=answer.get("EnforcementStatus", "HEALTHY"),
    )


def account_suppression_parameters(reasons: tuple[Reason, ...], value: Validation | None) -> dict[str, Any]:
    """Return both members; an empty list of reasons goes out as such."""
    parameters: dict[str, Any] = {"SuppressedReasons": [reason.value for reason in reasons]}
    if value is not None:
        parameters["ValidationAttributes"] = validation_parameters(value)
    return parameters


def tenant_summary(row: Mapping[str, Any]) -> TenantSummary:
    return TenantSummary(
        name=row["TenantName"],
        tenant_id=row.get("TenantId", ""),
        arn=row.get("TenantArn", ""),
        created=seconds(row.get("CreatedTimestamp", 0.0)),
        sending_status=SendingStatus(row.get("SendingStatus", "ENABLED")),
    )


def tenant(shape: Mapping[str, Any]) -> Tenant:
    """Read GetTenant's `Tenant` or the whole answer of CreateTenant: both have the same members."""
    summary = tenant_summary(shape)
    attributes = shape.get("SuppressionAttributes") or {}
    scope = attributes.get("SuppressionScope")
    return Tenant(
        name=summary.name,
        tenant_id=summary.tenant_id,
        arn=summary.arn,
        created=summary.created,
        sending_status=summary.sending_status,
        tags=tags(shape),
        suppression=None
        if scope is None
        else TenantSuppression(SuppressionScope(scope), reasons(attributes.get("SuppressedReasons")) or ()),
    )


def tenant_suppression_parameters(value: TenantSuppression | None) -> dict[str, Any]:
    """Return both members or neither: SES takes nothing between, and botocore takes no None."""
    if value is None:
        return {}
    return {"SuppressionScope": value.scope.value, "SuppressedReasons": [reason.value for reason in value.reasons]}


def tags(shape: Mapping[str, Any]) -> tuple[Tag, ...]:
    return tuple(Tag(tag["Key"], tag["Value"]) for tag in shape.get("Tags", ()))


def tags_parameters(value: Iterable[Tag]) -> list[dict[str, str]]:
    return [{"Key": tag.key, "Value": tag.value} for tag in value]


def suppression_options(options: Mapping[str, Any] | None) -> SuppressionOptions | None:
    if not options:
        return None
    scope = options.get("SuppressionScope")
    return SuppressionOptions(
        scope=SuppressionScope(scope) if scope else None,
        reasons=reasons(options.get("SuppressedReasons")),
        validation=validation(options.get("ValidationOptions")),
    )


def suppression_options_parameters(value: SuppressionOptions) -> dict[str, Any]:
    """Return the members that are set; `()` goes out as an empty list, which overrides, None not at all."""
    parameters: dict[str, Any] = {}
    if value.scope is not None:
        parameters["SuppressionScope"] = value.scope.value
    if value.reasons is not None:
        parameters["SuppressedReasons"] = [reason.value for reason in value.reasons]
    if value.validation is not None:
        parameters["ValidationOptions"] = validation_parameters(value.validation)
    return parameters


_CONFIGURATION_SET_GROUPS = {
    "ConfigurationSetName",
    "TrackingOptions",
    "DeliveryOptions",
    "ReputationOptions",
    "SendingOptions",
    "Tags",
    "SuppressionOptions",
    "VdmOptions",
    "ArchivingOptions",
    "ResponseMetadata",
}


def configuration_set(answer: Mapping[str, Any]) -> ConfigurationSet:
    tracking, delivery = answer.get("TrackingOptions"), answer.get("DeliveryOptions")
    reputation, vdm = answer.get("ReputationOptions"), answer.get("VdmOptions")
    return ConfigurationSet(
        name=answer["ConfigurationSetName"],
        # An empty group sets nothing: the same as none.
        tracking=TrackingOptions(tracking.get("CustomRedirectDomain", ""), tracking.get("HttpsPolicy"))
        if tracking
        else None,
        delivery=DeliveryOptions(
            delivery.get("TlsPolicy"), delivery.get("SendingPoolName"), delivery.get("MaxDeliverySeconds")
        )
        if delivery
        else None,
        reputation=ReputationOptions(reputation.get("ReputationMetricsEnabled"), reputation.get("LastFreshStart"))
        if reputation
        else None,
        sending_enabled=(answer.get("SendingOptions") or {}).get("SendingEnabled"),
        tags=tags(answer),
        suppression=suppression_options(answer.get("SuppressionOptions")),
        vdm=VdmOptions(
            vdm.get("DashboardOptions", {}).get("EngagementMetrics"),
            vdm.get("GuardianOptions", {}).get("OptimizedSharedDelivery"),
        )
        if vdm
        else None,
        archive_arn=(answer.get("ArchivingOptions") or {}).get("ArchiveArn"),
        unknown=tuple(
            (name, json.dumps(value, default=str, ensure_ascii=False))
            for name, value in answer.items()
            if name not in _CONFIGURATION_SET_GROUPS
        ),
    )


def configuration_set_parameters(value: ConfigurationSet) -> dict[str, Any]:
    """Return CreateConfigurationSet's input: only the groups and members that are set."""
    groups: dict[str, dict[str, Any]] = {}
    if tracking := value.tracking:
        groups["TrackingOptions"] = {
            "CustomRedirectDomain": tracking.custom_redirect_domain,
            "HttpsPolicy": tracking.https_policy,
        }
    if delivery := value.delivery:
        groups["DeliveryOptions"] = {
            "TlsPolicy": delivery.tls_policy,
            "SendingPoolName": delivery.sending_pool_name,
            "MaxDeliverySeconds": delivery.max_delivery_seconds,
        }
    if reputation := value.reputation:
        groups["ReputationOptions"] = {
            "ReputationMetricsEnabled": reputation.metrics_enabled,
            "LastFreshStart": reputation.last_fresh_start,
        }
    if value.sending_enabled is not None:
        groups["SendingOptions"] = {"SendingEnabled": value.sending_enabled}
    if value.suppression is not None:
        groups["SuppressionOptions"] = suppression_options_parameters(value.suppression)
    if vdm := value.vdm:
        engagement, shared = vdm.engagement_metrics, vdm.optimized_shared_delivery
        groups["VdmOptions"] = {
            "DashboardOptions": None if engagement is None else {"EngagementMetrics": engagement},
            "GuardianOptions": None if shared is None else {"OptimizedSharedDelivery": shared},
        }
    if value.archive_arn is not None:
        groups["ArchivingOptions"] = {"ArchiveArn": value.archive_arn}
    parameters: dict[str, Any] = {"ConfigurationSetName": value.name}
    for name, members in groups.items():
        parameters[name] = {key: member for key, member in members.items() if member is not None}
    if value.tags:
        parameters["Tags"] = tags_parameters(value.tags)
    return parameters
