"""The loaded part of one suppression list: exact by address, in the order in which SES gave it."""

from collections.abc import Iterable, Iterator, Set

from sestui.domain.query import Query
from sestui.domain.suppression import SuppressedDestinationSummary


class Index:
    """Rows by address. A row that comes again replaces the one that is there, in its place."""

    def __init__(self) -> None:
        self._rows: dict[str, SuppressedDestinationSummary] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[SuppressedDestinationSummary]:
        return iter(self._rows.values())

    def get(self, address: str) -> SuppressedDestinationSummary | None:
        return self._rows.get(address)

    def spellings(self, address: str) -> tuple[SuppressedDestinationSummary, ...]:
        """Return the rows that are this address but for the case of letters, which SES ignores when it sends."""
        wanted = address.casefold()
        return tuple(row for row in self._rows.values() if row.address.casefold() == wanted)

    def put(
        self, rows: Iterable[SuppressedDestinationSummary], seen: Set[str] = frozenset()
    ) -> list[SuppressedDestinationSummary]:
        """Add rows and return those whose address is new; a row that is there already is replaced.

        Of two rows for one address in the same reading, whose addresses so far are `seen`, the later one counts: SES
        may list an address once a reason (not documented), yet a delete takes all of them.
        """
        new = []
        here: set[str] = set()
        for row in rows:
            known = self._rows.get(row.address)
            if known is None:
                new.append(row)
            elif row.last_update < known.last_update and (row.address in seen or row.address in here):
                continue
            self._rows[row.address] = row
            here.add(row.address)
        return new

    def discard(self, address: str) -> None:
        self._rows.pop(address, None)

    def keep(self, addresses: Set[str]) -> None:
        """Drop every row whose address is not among these."""
        for address in self._rows.keys() - addresses:
            del self._rows[address]

    def addresses(self, query: Query) -> list[str]:
        """Return the addresses that match, in order."""
        if query.is_empty:
            return list(self._rows)
        return [row.address for row in self._rows.values() if query.matches(row)]
