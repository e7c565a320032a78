"""Named things that can be read as they were a while ago, which is how a lagging replica looks from outside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

from sestui.emulator.store import PRESENT

T = TypeVar("T")


class Registry(Generic[T]):
    """Things by name. Each keeps its versions for as long as reads lag behind."""

    def __init__(self) -> None:
        self._versions: dict[str, list[tuple[float, T | None]]] = {}

    def get(self, name: str, moment: float = PRESENT) -> T | None:
        """The thing as it was at `moment`, in seconds since the epoch; None if there was none."""
        for since, value in reversed(self._versions.get(name, ())):
            if since <= moment:
                return value
        return None

    def put(self, name: str, value: T | None, now: float, lag: float = 0.0) -> None:
        """Changes it, or removes it with None. Reads may look back by `lag` seconds."""
        versions = self._versions.setdefault(name, [])
        if lag:
            # The newest of those that are older than the lag is still what the eldest read sees.
            while len(versions) > 1 and versions[1][0] <= now - lag:
                del versions[0]
        else:
            versions.clear()
        versions.append((now if lag else 0.0, value))
        if value is None and not lag:
            del self._versions[name]

    def items(self, moment: float = PRESENT) -> Iterator[tuple[str, T]]:
        """What there was at `moment`, by name in ascending order."""
        for name in sorted(self._versions):
            value = self.get(name, moment)
            if value is not None:
                yield name, value
