"""Which connections must not be changed, and which are production: what the settings and `--read-only` say of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from sestui.domain.errors import ReadOnly
from sestui.domain.suppression import Connection


class Guard(NamedTuple):
    """What is said of connections before any is made; without anything said each may be changed, and none is marked.

    A pattern is a profile's name or an account's twelve digits; `*`, `?` and `[…]` stand for what a shell takes them.
    """

    refuses_all: bool = False
    """`--read-only`."""
    read_only: tuple[str, ...] = ()
    """Patterns of what must not be changed."""
    production: tuple[str, ...] = ()
    """Patterns of what is production."""
    default_profile: str = "default"
    """The profile in use where a connection names none."""

    def is_unsure(self, where: Connection) -> bool:
        """Whether the account has to be known first."""
        read_only = not self.refuses_all and self._pattern(self.read_only, where) is None
        return read_only or self._pattern(self.production, where) is None

    def refusal(self, where: Connection) -> str:
        """Return why nothing may be changed there, and what to do; empty where it may be, or while nobody is sure."""
        if self.refuses_all:
            return "this connection is read-only, as --read-only says. Without it sestui changes what it is asked to."
        if pattern := self._pattern(self.read_only, where):
            return (
                f"this connection is read-only, as “{pattern}” in the setting read_only says. "
                "To change anything take that out of config.toml, or use another profile."
            )
        return ""

    def check(self, where: Connection, what: str = "Nothing was done") -> None:
        """See to it that something may be changed there.

        Raises:
            ReadOnly: it may not; `what` begins its text.
        """
        if why := self.refusal(where):
            raise ReadOnly(f"{what}: {why}")

    def is_production(self, where: Connection) -> bool:
        """Whether it is marked as production, as far as is known."""
        return bool(self._pattern(self.production, where))

    def name(self, where: Connection, tenants: Collection[str | None]) -> str:
        """Return what names the target of a change of these tenants, None being the account.

        It is the tenant's name where it is about one tenant alone, else the last four digits of the account.
        """
        (only, *others) = {*tenants} or {None}
        if only is not None and not others:
            return only
        return where.account[-4:] if where.account else where.profile or self.default_profile

    def _pattern(self, patterns: Sequence[str], where: Connection) -> str | None:
        """Return the first pattern that fits; empty where none does, None while that depends on the account."""
        names = [where.profile or self.default_profile, *([where.account] if where.account else [])]
        for pattern in patterns:
            if any(fnmatchcase(name, pattern) for name in names):
                return pattern
        return None if patterns and where.account is None else ""
