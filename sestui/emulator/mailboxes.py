"""Addresses and dates of a suppression list as a real platform's look: ordinary people, a few oddities, one outage."""

from __future__ import annotations

import random
from collections.abc import Iterator

from sestui.emulator.store import render

DAY = 86_400_000
"""In milliseconds, as all times here."""

_FIRST = (
    "alice anna ben carla chen david diego elena emma felix fatima george hana ines ivan jack jane john julia kenji "
    "laura leila liam lucas maria marta mei mohamed nadia nina noah olga omar paul peter priya rosa sam sofia thomas "
    "victor wei yuki zoe"
)
_LAST = (
    "adams ali baker bauer becker brown chen clark costa davies diaz dubois evans fischer garcia green haddad hall "
    "ito jensen johnson jones kim klein kowalski kumar lee lopez martin meyer miller moreau mori nguyen novak olsen "
    "patel petrov rossi santos sato schmidt silva singh smith suzuki tanaka taylor torres weber white wilson wong young"
)
_SEPARATORS = (".", ".", ".", "_", "-")
_BIG = (
    "gmail.com",
    "outlook.com",
    "hotmail.com",
    "yahoo.com",
    "icloud.com",
    "gmx.de",
    "web.de",
    "orange.fr",
    "aol.com",
)
_SMALL = (
    "corp.com mail.corp.com example.com northwind.example contoso.example globex.example initech.example "
    "umbrella.example hooli.example stark.example wayne.example acme.example tyrell.example cyberdyne.example "
    "soylent.example wonka.example duff.example students.uni.example staff.uni.example city.gov.example"
)
# Half of all mailboxes are at three providers.
_DOMAINS = (_BIG[0],) * 12 + (_BIG[1], _BIG[2]) * 5 + _BIG[3:] * 2 + tuple(_SMALL.split())
_OUTAGE_DOMAINS = ("outlook.com", "outlook.com", "hotmail.com")
_TAGS = ("news", "shop", "orders", "test", "2024")

ODDITIES = (
    "alice@corp.com",
    "Alice@corp.com",
    "Bob.Jones@example.com",
    "bob.jones@example.com",
    "jürgen.groß@xn--mller-kva.example",
    "用户@xn--fsqu00a.example",
    "josé.nuñez@example.com",
    "info@xn--bcher-kva.example",
    '"john smith"@example.com',
    '"a@b"@example.com',
    '"quote\\"d"@example.com',
    "sales/emea@corp.com",
    "ops/on-call/eu@corp.com",
    "dev+ci/nightly@example.com",
    "o'brien@example.com",
    "=cmd@example.com",
    "100%off@example.com",
    "a.very.long.local.part.that.goes.on.and.on.up.to.the.limit.of.64@mail.corp.com",
    "x@y.example",
    "first.last+tag+more@gmail.com",
)
"""Spellings that trip tools: case twins, IDN domains, UTF-8, quoted and slashed local parts, formula signs."""

_PRIME = 16_777_259
"""Above the number of names it permutes; a list can hold as many."""

OUTAGE_STARTED = 3 * 3_600_000
OUTAGE_LASTED = 90 * 60_000
_OUTAGE_SHARE, _OUTAGE_MOST = 0.15, 9_000
_SMALLEST_WITH_OUTAGE = 200

Row = tuple[str, str, int, bool, str]
"""Address, reason, time, automatic, JSON: what the store is filled with."""


def entries(generator: random.Random, size: int, now: int) -> Iterator[Row]:
    """`size` entries of one list, no address twice; mostly in ascending order of time, the outage's at the end."""
    odd = ODDITIES[: size // 5]
    outage = min(int(size * _OUTAGE_SHARE), _OUTAGE_MOST) if size >= _SMALLEST_WITH_OUTAGE else 0
    ordinary = size - outage - len(odd)
    names = _names(generator)
    yield from _spread(generator, ordinary, now, names)
    for address in odd:
        yield _row(generator, address, now - int(generator.random() * 30 * DAY) - 1)
    began = now - OUTAGE_STARTED
    for _ in range(outage):
        # Most bounce while the retries of the first half hour run out.
        moment = began + int(OUTAGE_LASTED * generator.betavariate(2, 3))
        address = f"{next(names)}@{generator.choice(_OUTAGE_DOMAINS)}"
        yield address, "BOUNCE", moment, True, render(address, "BOUNCE", moment)


def _spread(generator: random.Random, size: int, now: int, names: Iterator[str]) -> Iterator[Row]:
    """Over 400 days, thicker towards the end. The inner loop of a million: no call that can be avoided."""
    draw, domains, many = generator.random, _DOMAINS, len(_DOMAINS)
    for number in range(size):
        chance = draw()
        moment = now - 1 - int(400 * DAY * (1 - (number + chance) / size) ** 1.5)
        address = f"{next(names)}@{domains[int(draw() * many)]}"
        # Two digits of one draw that nothing else looks at.
        kind = int(chance * 1e6) % 100
        reason = "COMPLAINT" if kind < 4 else "BOUNCE"
        # None of these names needs escaping, and JSON's escaping is half the time of a row.
        fragment = f'{{"EmailAddress":"{address}","Reason":"{reason}","LastUpdateTime":{moment / 1000}}}'
        yield address, reason, moment, kind < 88, fragment


def _row(generator: random.Random, address: str, moment: int) -> Row:
    reason = "COMPLAINT" if generator.random() < 0.2 else "BOUNCE"
    return address, reason, moment, generator.random() < 0.8, render(address, reason, moment)


def _names(generator: random.Random) -> Iterator[str]:
    """Local parts without end, none twice: the number behind a name tells those apart that share it."""
    stems = [
        f"{first}{_SEPARATORS[(a + b) % len(_SEPARATORS)]}{last}"
        for a, first in enumerate(_FIRST.split())
        for b, last in enumerate(_LAST.split())
    ]
    generator.shuffle(stems)
    many = len(stems)
    step = generator.randrange(1_000_003, _PRIME)
    place = generator.randrange(_PRIME)
    while True:
        place = (place + step) % _PRIME
        number, stem = divmod(place, many)
        if place % 31:
            yield f"{stems[stem]}{number}"
        else:
            yield f"{stems[stem]}{number}+{_TAGS[number % len(_TAGS)]}"
