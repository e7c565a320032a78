"""How rows of the open list go from a key to a file, or to where copied text goes: which, asked where, written."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sestui.domain.destinations_file import Format
from sestui.domain.display import counted, moment, printable
from sestui.services.exporting import SLICE, export
from sestui.ui.counts import loaded
from sestui.ui.screens.export import ExportDialog, ExportPlace

if TYPE_CHECKING:
    from textual.worker import Worker

    from sestui.services.listing import Listing
    from sestui.sesv2.gateway import Gateway
    from sestui.ui.screens.browse import BrowseScreen
    from sestui.ui.screens.reading import Reading


class Exporting:
    """Writes and copies what is marked on behalf of a screen."""

    def __init__(self, screen: BrowseScreen, reading: Reading, clock: Callable[[], float]) -> None:
        self._screen = screen
        self._reading = reading
        self._clock = clock

    def export(self) -> None:
        """Ask where to write the rows, and write them."""
        gateway, listing = self._reading.gateway, self._screen.list_pane.listing
        if gateway is None or listing is None:
            self._screen.status.say("There is no list on the screen yet.")
        else:
            flow = partial(self._export, gateway, listing)
            _: Worker[None] = self._screen.run_worker(flow, group="plan", exclusive=True)

    def copy(self) -> None:
        """Copy what is marked, else the address under the cursor, one a line."""
        marking = self._screen.list_pane.marking
        if chosen := marking.chosen:
            hidden = f" ({marking.hidden:,} of them hidden by the filter)" if marking.marks and marking.hidden else ""
            what = f"{counted(len(chosen), 'address', 'addresses')}{hidden}"
            _: Worker[None] = self._screen.run_worker(self._copy(chosen, what), group="copy", exclusive=True)
        else:
            self._screen.status.say("Nothing to copy: no address is shown.")

    async def _copy(self, addresses: list[str], what: str) -> None:
        # Pasted into a shell, a line end or an escape sequence would be obeyed: as in what is shown, it is a code.
        words = await self._screen.app.copied("\n".join(map(printable, addresses)))
        self._screen.status.say(f"{what}: {words}")

    async def _export(self, gateway: Gateway, listing: Listing) -> None:
        pane, status = self._screen.list_pane, self._screen.status
        marking = pane.marking
        marked = bool(marking.marks)
        if pane.mistake and not marked:
            status.say("Nothing to export: the filter has a mistake.")
            return
        view = await pane.chosen()
        if pane.listing is not listing:
            return
        if not view:
            status.say("Nothing to export: no address is shown.")
            return

        def complete() -> bool:
            if marked:
                return marking.marks is None or not marking.marks.is_collecting
            asked = view.query.asked
            return listing.complete or (not asked.is_empty and listing.has_all(asked))

        async def save(path: Path, format: Format, replace: bool, wrote: Callable[[int], None]) -> int:
            return await export(view.batches(SLICE), len(view), path, format, replace=replace, wrote=wrote)

        owner = re.sub(r"[^\w.-]+", "-", listing.which.tenant_name or "account")
        place = ExportPlace(
            source=f"the list of {listing.which.owner}",
            connection=gateway.connection,
            count=view.__len__,
            marked=marked,
            hidden=marking.hidden if marked else 0,
            filter="" if view.query.is_empty else pane.filter_text,
            loaded=lambda: loaded(listing, ""),
            complete=complete,
            name=f"~/{owner}-{moment(self._clock())[:10]}",
            save=save,
        )
        if done := await self._screen.app.push_screen_wait(ExportDialog(place)):
            what = f"{counted(done.count, 'address', 'addresses')}{'' if done.complete else ' (incomplete)'}"
            status.say(f"{what} written to {short(done.path)}.")


def short(path: Path) -> str:
    """Name a file, from the home on where it is there."""
    with suppress(ValueError, RuntimeError):
        path = "~" / path.relative_to(Path.home())
    return printable(str(path))
