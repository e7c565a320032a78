"""The loaded part of one suppression list: exact by address, in the order in which SES gave it."""

from collections.abc import Iterable, Iterator, Sequence

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

    def put(self, rows: Iterable[SuppressedDestinationSummary]) -> list[SuppressedDestinationSummary]:
        """Add rows and return those whose address is new.

        Of two rows for one address the later one counts: SES may list an address once a reason (not documented), yet
        a delete takes all of them.
        """
        new = []
        for row in rows:
            known = self._rows.get(row.address)
            if known is None:
                new.append(row)
                self._rows[row.address] = row
            elif row.last_update >= known.last_update:
                self._rows[row.address] = row
        return new

    def discard(self, address: str) -> None:
        self._rows.pop(address, None)

    def keep(self, addresses: set[str], *, since: float) -> None:
        """Drop every row whose address is not among these, but for those that came since a time."""
        for row in list(self._rows.values()):
            if row.address not in addresses and row.last_update < since:
                del self._rows[row.address]

    def addresses(self, query: Query, among: Sequence[str] | None = None) -> list[str]:
        """Return the addresses that match, in order; `among` narrows what is looked at."""
        if query.is_empty:
            return list(self._rows) if among is None else list(among)
        if among is None:
            return [row.address for row in self._rows.values() if query.matches(row)]
        return [address for address in among if query.matches(self._rows[address])]
