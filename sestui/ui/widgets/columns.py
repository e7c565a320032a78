"""What stands in the columns of a suppression list's table, by its width."""

from typing import Final

from rich.cells import cell_len, set_cell_size

from sestui.domain.display import moment, zone_name
from sestui.services.view import Column, View

_NARROW: Final = 68
"""Cells below which the date leaves out what today makes plain, as `ls -l` does."""
_RECENT: Final = 180 * 86400
_MARK: Final = 2
_ADDRESS: Final = 100
"""Cells at most for an address: where there is more room a row ends before it, so that the eye finds what belongs to
it, and a key costs no more bytes than it does here."""
_REASON: Final = 10


def widths(width: int) -> tuple[int, int, int, int]:
    """Return the cells of mark, address, reason and date in a table of this width."""
    dates = 12 if width < _NARROW else 20
    return _MARK, max(4, min(_ADDRESS, width - _MARK - _REASON - dates)), _REASON, dates


def row(texts: tuple[str, str, str, str], width: int) -> str:
    """Return mark, address, reason and date as they stand in a row, cut where there is no room for them."""
    mark, address, reason, when = texts
    _, room, reasons, dates = cells = widths(width)
    if cell_len(address) > room - 1:
        address = set_cell_size(address, room - 2) + "…"
    text = f"{mark}{set_cell_size(address, room)}{reason:<{reasons}}{when:<{dates}}"
    return set_cell_size(text, min(width, sum(cells)))


def heads(view: View | None, width: int) -> tuple[str, str, str, str]:
    """Return what stands above the columns: what each is, and by which the rows are sorted, which way."""
    zone, room = zone_name(), widths(width)[-1] - len(" ↓")
    updated = next((it for it in (f"Last update, {zone}", f"Updated, {zone}") if len(it) <= room), zone)
    if width < _NARROW and zone == "UTC":
        # The first line says it, and it is what everybody expects of SES.
        updated = "Last update"
    names: dict[Column, str] = {
        Column.ADDRESS: "Address",
        Column.REASON: "Reason",
        Column.LAST_UPDATE: updated,
    }
    if view is not None:
        by, arrow = view.by, "↓" if view.reverse else "↑"
        if by is Column.DOMAIN:
            names[Column.ADDRESS] = f"Address, by domain {arrow}"
        else:
            # Twelve cells have to do for the narrow one.
            names[by] += arrow if by is Column.LAST_UPDATE and width < _NARROW else f" {arrow}"
    return "  ", names[Column.ADDRESS], names[Column.REASON], names[Column.LAST_UPDATE]


def date(seconds: float, now: float, width: int) -> str:
    """Return a time as there is room for it; without what today makes plain where there is little."""
    full = moment(seconds)
    if width >= _NARROW:
        return full
    return full[5:16] if abs(now - seconds) < _RECENT else full[:10]
