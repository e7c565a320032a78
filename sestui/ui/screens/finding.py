"""How finding an address goes from a key or a paste to what is wanted of it: ask, show, hand over."""

from __future__ import annotations

from asyncio import shield
from collections.abc import Callable, Sequence
from functools import partial
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sestui.domain.destinations_file import Format
from sestui.domain.display import counted, moment, printable
from sestui.domain.errors import SestuiError
from sestui.domain.job import Entry, Kind
from sestui.domain.job_words import takes
from sestui.domain.query import words_for
from sestui.domain.why import why
from sestui.services.exporting import export
from sestui.services.jobs import pace
from sestui.services.listing import FRESH_FOR
from sestui.services.lookup import Lookup, Rows
from sestui.ui.details import table
from sestui.ui.screens.export import ExportDialog, ExportPlace
from sestui.ui.screens.exporting import short
from sestui.ui.screens.find import FindDialog
from sestui.ui.screens.find_place import Place
from sestui.ui.screens.removal import RemovalDialog, RemovalPlan

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.worker import Worker

    from sestui.domain.impact import Send
    from sestui.domain.insights import MessageInsights
    from sestui.domain.suppression import SuppressedDestination, SuppressionList
    from sestui.services.directory import Directory
    from sestui.sesv2.gateway import Gateway
    from sestui.ui.screens.browse import BrowseScreen
    from sestui.ui.screens.changing import Changing
    from sestui.ui.screens.loading import Loading
    from sestui.ui.screens.reading import Reading
    from sestui.ui.screens.working import Working
    from sestui.ui.widgets.found_table import Found

_PAGE: Final = 1000


class Finding:
    """Finds addresses on behalf of a screen."""

    def __init__(
        self,
        screen: BrowseScreen,
        reading: Reading,
        lists: Loading,
        changing: Changing,
        working: Working,
        clock: Callable[[], float],
    ) -> None:
        self._screen = screen
        self._reading = reading
        self._lists = lists
        self._changing = changing
        self._working = working
        self._clock = clock

    def find(self, text: str = "") -> None:
        """Ask which address is meant, or of a pasted text look at once for what is in it."""
        gateway, directory = self._reading.gateway, self._reading.directory
        if gateway is None or directory is None:
            self._screen.status.say("There is no connection yet.")
            return
        flow = partial(self._find, gateway, directory, text)
        _: Worker[None] = self._screen.run_worker(flow, group="plan", exclusive=True)

    async def _find(self, gateway: Gateway, directory: Directory, text: str) -> None:
        dialog = FindDialog(self._place(gateway, directory), text, self._screen.place.send)
        wish = await self._screen.app.push_screen_wait(dialog)
        if wish is None:
            return
        listing = self._lists.listing_of(gateway, wish.line.which)
        self._lists.open(wish.line.which)
        self._screen.list_pane.open(listing)
        if wish.action == "open":
            self._screen.list_pane.search(words_for(wish.line.spelling or wish.line.address))
        else:
            self._changing.add("\n".join(dialog.lookup.addresses if dialog.lookup is not None else ()))

    async def _remove(
        self, gateway: Gateway, lookup: Lookup, lines: Sequence[Found], say: Callable[[str], None]
    ) -> str:
        """Show the plan, have it carried out, and return what there is to say."""
        try:
            await gateway.may_change()
        except SestuiError as error:
            return str(error)
        if self._clock() - lookup.asked_at > FRESH_FOR:
            await lookup.again()
        known = {(finding.which, row.address): row for finding in lookup.findings.values() for row in finding.known}
        # An address that was given in two spellings is one entry.
        wanted = dict.fromkeys((it.which, it.spelling) for it in lines)
        entries = [Entry(*it, None, known[it]) for it in wanted if it in known]
        if not entries:
            return "Somebody else has removed it."
        self._working.prepare(which for which, _ in wanted)
        read_at = lookup.asked_at
        agreed = await self._screen.app.push_screen_wait(
            RemovalDialog(
                RemovalPlan(
                    connection=gateway.connection,
                    entries=entries,
                    hidden=0,
                    gone=len(wanted) - len(entries),
                    list_size=None,
                    complete=False,
                    age=self._clock() - read_at,
                    takes=self._changing.takes,
                    name_to_type=gateway.name_to_type({it.which.tenant_name for it in entries}),
                )
            )
        )
        if not agreed:
            return ""
        say(f"Removing {counted(len(agreed.entries), 'entry', 'entries')} …")
        starting = partial(self._changing.start, Kind.REMOVE, agreed, read_at)
        begun: Worker[int | None] = self._screen.run_worker(starting, group="start a removal")
        # Who leaves the dialog now has confirmed all the same.
        number = await shield(begun.wait())
        if number is None:
            return self._screen.status.notice
        words, results = await self._working.outcome(number)
        for result in results:
            lookup.take(result)
        return words

    async def _export(self, gateway: Gateway, lookup: Lookup) -> str:
        """Ask where to write what was found, write it, and return what there is to say."""
        rows = list(dict.fromkeys(row for finding in lookup.findings.values() for row in finding.known))

        async def save(path: Path, format: Format, replace: bool, wrote: Callable[[int], None]) -> int:
            return await export([rows], len(rows), path, format, replace=replace, wrote=wrote)

        place = ExportPlace(
            source="what was found, of all lists",
            connection=gateway.connection,
            count=rows.__len__,
            marked=False,
            hidden=0,
            filter="",
            loaded=str,
            complete=lambda: True,
            name=f"~/found-{moment(self._clock())[:10]}",
            save=save,
        )
        done = await self._screen.app.push_screen_wait(ExportDialog(place))
        return f"{counted(done.count, 'entry', 'entries')} written to {short(done.path)}." if done else ""

    async def _scan(self, gateway: Gateway, which: SuppressionList, say: Callable[[str], None]) -> None:
        """Read a list whole, and say how far it is."""
        listing = self._lists.listing_of(gateway, which)
        eta = "SES does not tell how long it is"
        if listing.is_whole:
            eta = f"takes {takes(ceil(len(listing.index) / _PAGE) + 1, pace(gateway))}"
        owner = printable(which.owner)
        try:
            async for _ in listing.whole():
                read = listing.read_again if listing.read_again is not None else len(listing.index)
                say(f"Reading the list of {owner} whole: {counted(read, 'address', 'addresses')} so far; {eta}")
        except SestuiError as error:
            say(f"The list of {owner} was not read whole: {printable(str(error))}")
        else:
            say(f"The list of {owner} was read whole: every spelling is known.")

    async def _why(self, gateway: Gateway, entry: SuppressedDestination) -> RenderableType:
        """Ask SES about the message behind an entry, and return what there is to know."""
        asked: MessageInsights | SestuiError | None = None
        if entry.message_id is not None:
            try:
                asked = await gateway.message_insights(entry.message_id)
            except SestuiError as error:
                asked = error
        return table(*why(entry, asked))

    def _place(self, gateway: Gateway, directory: Directory) -> Place:
        return Place(
            gateway=gateway,
            tenants=self._screen.flows.naming.tenants,
            begin=partial(self._begin, gateway, directory),
            recall=self._lists.recall,
            scan=partial(self._scan, gateway),
            why=partial(self._why, gateway),
            remove=partial(self._remove, gateway),
            export=partial(self._export, gateway),
            pace=partial(pace, gateway),
            clock=self._clock,
        )

    def _begin(self, gateway: Gateway, directory: Directory, addresses: Sequence[str], send: Send) -> Lookup:
        return Lookup(gateway, directory, addresses, send, self._clock, rows_of=self._rows_of)

    def _rows_of(self, which: SuppressionList, address: str) -> Rows | None:
        listing = self._lists.listings.get(which)
        if listing is None or listing.read_at is None:
            return None
        return Rows(listing.index.spellings(address), listing.read_at, listing.is_whole)
