"""Which things have come before, in sixteen to thirty-two bytes each."""

from __future__ import annotations

from array import array
from typing import Final

_LEAST: Final = 1 << 12
"""Places of an empty table, a power of two."""
_BITS: Final = (1 << 64) - 1


class Once:
    """A set of hashes of 64 bits: among a million things two are taken for one in one case of 37 million.

    A table of numbers, for Python's own set of a million takes four times as much.
    """

    def __init__(self) -> None:
        self._places = array("Q", bytes(8 * _LEAST))
        """0 where there is nothing; a thing's hash at its lowest bits, or in the next free place."""
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def is_new(self, thing: object) -> bool:
        """Take note of a thing, and tell whether it had not come before."""
        if 2 * self._count >= len(self._places):
            self._grow()
        number = hash(thing) & _BITS or 1
        if not _put(self._places, number):
            return False
        self._count += 1
        return True

    def _grow(self) -> None:
        places = array("Q", bytes(16 * len(self._places)))
        for number in self._places:
            if number:
                _put(places, number)
        self._places = places


def _put(places: array[int], number: int) -> bool:
    """Put a number into a table that has room; False where it is there already."""
    last = len(places) - 1
    place = number & last
    while (there := places[place]) and there != number:
        place = (place + 1) & last
    places[place] = number
    return not there
