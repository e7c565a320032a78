"""Every operation that sestui calls: what only looks, and what changes something."""

from typing import Final

READS: Final = (
    "GetCallerIdentity",
    "GetAccount",
    "ListTenants",
    "GetTenant",
    "ListTenantResources",
    "ListResourceTenants",
    "ListConfigurationSets",
    "GetConfigurationSet",
    "ListSuppressedDestinations",
    "GetSuppressedDestination",
    "GetMessageInsights",
    "ListImportJobs",
    "GetImportJob",
)
"""What a read-only connection lets through. Whatever is not named here is taken for a change."""

WRITES: Final = (
    "PutSuppressedDestination",
    "DeleteSuppressedDestination",
    "PutAccountSuppressionAttributes",
    "PutTenantSuppressionAttributes",
    "PutConfigurationSetSuppressionOptions",
    "CreateTenant",
    "CreateConfigurationSet",
    "CreateTenantResourceAssociation",
    "DeleteTenantResourceAssociation",
    "CreateImportJob",
)
"""What changes something, lists first."""
