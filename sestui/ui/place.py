"""What the tree's cursor can be on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sestui.domain.display import printable

if TYPE_CHECKING:
    from sestui.domain.impact import Send


class Place(NamedTuple):
    """Something that the tree's cursor can be on."""

    tenant: str | None = None
    configuration_set: str | None = None
    section: str | None = None
    """`tenants` or `configuration sets`, the two headings of the tree."""

    @property
    def send(self) -> Send:
        """The mail that it stands for."""
        from sestui.domain.impact import Send  # The first paint asks nothing of it.

        return Send(self.tenant, self.configuration_set)

    def __str__(self) -> str:
        if self.configuration_set is not None:
            return f"Configuration set: {printable(self.configuration_set)}"
        return "Account" if self.tenant is None else f"Tenant: {printable(self.tenant)}"
