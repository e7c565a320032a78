"""The plan that takes a job back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sestui.domain.job import CLOCKS_APART, MADE, Entry, Result
from sestui.domain.suppression import SuppressedDestinationSummary, SuppressionList


def undo(
    results: Sequence[Result],
    now: Mapping[tuple[SuppressionList, str], SuppressedDestinationSummary | None],
    ended_at: float,
) -> tuple[list[Entry], list[tuple[Entry, str]]]:
    """Return the entries that bring back what stood there before, and those left alone, each with the reason in words.

    Args:
        results: of the job to be undone.
        now: what SES tells of each address that the job changed.
        ended_at: when the last of the results was had: a later row of the same reason is somebody else's.
    """
    back: list[Entry] = []
    left: list[tuple[Entry, str]] = []
    for result in results:
        if result.outcome not in MADE:
            continue
        was = result.entry
        row = now[was.which, was.address]
        entry = Entry(was.which, was.address, None if was.before is None else was.before.reason, row)
        if was.wanted is None:
            if was.before is None:
                left.append((entry, "was removed without its reason being known"))
            elif row is not None and row.reason is entry.wanted and row.last_update <= was.before.last_update:
                # It is gone all the same: how soon SES shows a write is not documented.
                left.append((entry, "is told by SES as if it had not been removed; try again in a moment"))
            elif row is not None:
                same = row.reason is entry.wanted
                left.append((entry, "is on the list again" if same else f"is on the list again, as {row.reason}"))
            else:
                back.append(entry)
        elif row is None:
            left.append((entry, "is not on the list any more"))
        elif row.reason is not was.wanted:
            left.append((entry, f"is there as {row.reason} now"))
        elif row.last_update > (ended_at if result.after is None else result.after.last_update) + CLOCKS_APART:
            left.append((entry, "was put there again since"))
        else:
            back.append(entry)
    return back, left
