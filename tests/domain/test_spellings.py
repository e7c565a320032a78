"""Which other spellings of an address are asked about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sestui.domain.spellings import MOST, spellings


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("alice@corp.com", ("alice@corp.com", "Alice@corp.com", "ALICE@corp.com")),
        ("Alice.Smith@corp.com", ("Alice.Smith@corp.com", "alice.smith@corp.com", "ALICE.SMITH@corp.com")),
        ("aLiCe@corp.com", ("aLiCe@corp.com", "alice@corp.com", "Alice@corp.com")),
        ("42@corp.com", ("42@corp.com",)),
        ("7@bücher.example", ("7@bücher.example", "7@xn--bcher-kva.example")),
        ("7@xn--bcher-kva.example", ("7@xn--bcher-kva.example", "7@bücher.example")),
        ("7@xn--not-punycode-at-all-ü.example", ("7@xn--not-punycode-at-all-ü.example",)),
    ],
)
def test_the_likeliest_come_first(address: str, expected: tuple[str, ...]) -> None:
    assert spellings(address) == expected


@given(st.text(min_size=1), st.text(min_size=1))
def test_what_was_given_comes_first_and_each_once(local: str, domain: str) -> None:
    found = spellings(f"{local}@{domain}")
    assert found[0] == f"{local}@{domain}"
    assert len(set(found)) == len(found) <= MOST + 1
