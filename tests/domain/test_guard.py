"""Which connections must not be changed, and which are production."""

import pytest

from sestui.domain.errors import ReadOnly
from sestui.domain.guard import Guard
from sestui.domain.suppression import Connection

HERE = Connection("us-east-1", profile="prod-eu", account="123456789012")
UNKNOWN = Connection("us-east-1", profile="prod-eu")


def test_without_anything_said_each_connection_may_be_changed_and_none_is_marked() -> None:
    for where in (HERE, UNKNOWN):
        Guard().check(where)
        assert not Guard().is_unsure(where)
        assert not Guard().is_production(where)


@pytest.mark.parametrize("pattern", ["prod-*", "prod-eu", "123456789012", "1234*", "*"])
def test_a_pattern_is_a_profiles_name_or_an_accounts_digits(pattern: str) -> None:
    with pytest.raises(ReadOnly, match="Nothing was done: this connection is read-only, as “"):
        Guard(read_only=("other", pattern)).check(HERE)
    assert Guard(production=("other", pattern)).is_production(HERE)


@pytest.mark.parametrize("pattern", ["prod", "PROD-EU", "12345678901", "eu"])
def test_what_only_looks_alike_is_another(pattern: str) -> None:
    Guard(read_only=(pattern,)).check(HERE)
    assert not Guard(production=(pattern,)).is_production(HERE)


def test_the_argument_holds_for_all() -> None:
    with pytest.raises(ReadOnly, match="--read-only says"):
        Guard(refuses_all=True).check(UNKNOWN, "PutX was not sent")
    assert not Guard(refuses_all=True, read_only=("dev",)).is_unsure(UNKNOWN)


@pytest.mark.parametrize("guard", [Guard(read_only=("dev",)), Guard(production=("dev",))])
def test_while_the_account_is_not_known_a_pattern_may_be_its_number(guard: Guard) -> None:
    assert guard.is_unsure(UNKNOWN)
    assert not guard.is_unsure(HERE)


def test_what_the_profile_decides_needs_no_account() -> None:
    assert not Guard(read_only=("dev", "prod-*")).is_unsure(UNKNOWN)


def test_a_connection_that_names_no_profile_has_that_of_the_environment() -> None:
    where = Connection("us-east-1", account="123456789012")
    assert Guard(production=("prod-*",), default_profile="prod-us").is_production(where)
    assert Guard(production=("default",)).is_production(where)
    assert not Guard(production=("prod-*",), default_profile="prod-us").is_production(
        Connection("us-east-1", profile="dev", account="123456789012")
    )


def test_what_is_typed_names_the_tenant_where_it_is_one_alone_else_the_account() -> None:
    guard = Guard(production=("prod-*",))
    assert guard.name(HERE, {"acme"}) == "acme"
    assert guard.name(HERE, {None}) == "9012"
    assert guard.name(HERE, {"acme", None}) == "9012"
    assert guard.name(HERE, {"acme", "beta"}) == "9012"
    assert guard.name(HERE, ()) == "9012"
    assert guard.name(UNKNOWN, {None}) == "prod-eu"
