"""What is written to the object of an import job, and what SES writes of the records that failed."""

from __future__ import annotations

import csv
import json
from collections.abc import Collection, Iterable, Iterator

from sestui.domain.job import Entry


def lines(entries: Iterable[Entry]) -> Iterator[str]:
    """Yield an object's lines: JSON, for what SES takes for a quote or a comma in CSV is not documented."""
    for entry in entries:
        reason = {} if entry.wanted is None else {"reason": entry.wanted.value}
        yield json.dumps({"emailAddress": entry.address, **reason}, ensure_ascii=False) + "\n"


def failed_records(text: str, addresses: Collection[str]) -> dict[str, str]:
    """Return the addresses that SES's file of failed records names, each with the rest of its record.

    The file's shape is not documented: JSON, JSON Lines and CSV are understood, whatever the members are called.
    """
    found: dict[str, str] = {}
    for values in _records(text):
        for place, value in enumerate(values):
            if value.strip() in addresses:
                rest = [it.strip() for it in values[:place] + values[place + 1 :] if it.strip()]
                found.setdefault(value.strip(), ", ".join(rest))
                break
    return found


def _records(text: str) -> Iterator[list[str]]:
    try:
        whole = json.loads(text)
    except ValueError:
        pass
    else:
        yield from (_texts(it) for it in _objects(whole))
        return
    for line in text.splitlines():
        try:
            yield _texts(json.loads(line))
        except ValueError:
            with_quotes = csv.reader([line], skipinitialspace=True)
            yield from (row for row in with_quotes)


def _objects(value: object) -> Iterator[object]:
    """Yield the records: the value itself, or what the lists in it hold."""
    if isinstance(value, list):
        yield from value
    elif isinstance(value, dict) and any(isinstance(it, list) for it in value.values()):
        for it in value.values():
            if isinstance(it, list):
                yield from it
    else:
        yield value


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for it in value.values() for text in _texts(it)]
    if isinstance(value, list):
        return [text for it in value for text in _texts(it)]
    return [] if value is None else [str(value)]
