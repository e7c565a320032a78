"""What the dialog that finds addresses is told, and what it returns."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from rich.console import RenderableType

    from sestui.domain.impact import Send
    from sestui.domain.suppression import SuppressedDestination, SuppressionList
    from sestui.services.lookup import Lookup
    from sestui.sesv2.gateway import Gateway
    from sestui.ui.widgets.found_table import Found

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Place:
    """What the dialog is told."""

    gateway: Gateway
    tenants: Sequence[str]
    """The names known, to suggest."""
    begin: Callable[[Sequence[str], Send], Lookup]
    """Makes a lookup of what is typed."""
    recall: Callable[[SuppressionList], Awaitable[None]]
    """Brings in what is kept of a list."""
    scan: Callable[[SuppressionList, Say], Awaitable[None]]
    """Reads a list whole, and says how far it is."""
    remove: Callable[[Lookup, Sequence[Found], Say], Awaitable[str]]
    """Shows the plan of a removal, has it carried out, says so when that begins, and returns what there is to say."""
    why: Callable[[SuppressedDestination], Awaitable[RenderableType]]
    """Asks SES about the message behind an entry."""
    export: Callable[[Lookup], Awaitable[str]]
    """Asks where to write what was found, writes it, and returns what there is to say."""
    pace: Callable[[], float | None]
    """Calls a second, as learned."""
    clock: Callable[[], float]


@dataclass(frozen=True, slots=True)
class FindWish:
    """What somebody wants of what was found."""

    action: Literal["add", "open"]
    line: Found
    """The one under the cursor."""
