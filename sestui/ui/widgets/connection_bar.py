"""The first line of every screen: who and where one is, and what SES's limits do."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from rich.cells import cell_len
from rich.text import Text
from textual.reactive import var
from textual.widgets import Static

from sestui.domain.display import counted, printable, zone_name
from sestui.domain.suppression import Connection

EXPIRED: Final = "creds expired"


class ConnectionBar(Static):
    """Account, Region, role; `connecting` until STS has told."""

    connection: var[Connection | None] = var(None)
    trouble: var[str] = var("")
    """Why the account is not known."""
    demo: var[bool] = var(False)
    access: var[str] = var("")
    """READ-ONLY or READ-WRITE; empty while that is not known."""
    production: var[bool] = var(False)
    alias: var[str] = var("")
    """The account's, as people call it; empty while nobody has told, or may."""
    held_back: var[int] = var(0)
    """How many calls wait as SES throttles."""
    credentials: var[str] = var("")
    """How long they last, or what is wrong with them; empty where there is nothing to say."""

    def on_mount(self) -> None:
        self._draw()

    def watch_connection(self) -> None:
        self._draw()

    def watch_trouble(self) -> None:
        self._draw()

    def watch_access(self) -> None:
        self._draw()

    def watch_production(self) -> None:
        self._draw()

    def watch_alias(self) -> None:
        self._draw()

    def watch_held_back(self) -> None:
        self._draw()

    def watch_credentials(self) -> None:
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        if self.is_mounted:
            # One line, whatever it says.
            self.update(self.line(self.size.width), layout=False)

    @property
    def told(self) -> str:
        """All of it in words, nothing cut; empty while there is no connection."""
        if (it := self.connection) is None:
            return ""
        account = f"account {grouped(it.account)}" if it.account else self.trouble or "account not told yet"
        role = f"role {it.role}" if it.role else ""
        parts = [
            *(f"profile {it.profile}" if it.profile else "no profile", self.alias, account),
            *(it.region, role, it.endpoint),
            *("PRODUCTION" if self.production else "", self.access, self.credentials),
        ]
        return " · ".join(printable(part) for part in parts if part)

    def line(self, width: int) -> Text:
        """Return what the line says in so many cells.

        From 60 on, whether one can write and where is there in any case: access, PRODUCTION, Region, the account or its
        last four digits. What had to be cut or left out for that leaves a `…`, and `c` shows it whole.
        """
        it, parts = self.connection, dict.fromkeys(("profile", "region", "rest"), "")
        if it is None:
            parts["account"] = self.trouble or "connecting …"
        else:
            parts["profile"], parts["region"] = printable(it.profile or ""), printable(it.region)
            parts["account"] = grouped(it.account) if it.account else self.trouble or "account not told yet"
            role = f"role {printable(it.role)}" if it.role else ""
            endpoint = "" if self.demo else printable(it.endpoint or "")
            parts["rest"] = " · ".join(filter(None, (printable(self.alias), role, zone_name(), endpoint)))
        parts["brand"] = " sestui  "
        parts["pace"] = f"SES throttles, {counted(self.held_back, 'call')} waiting" if self.held_back else ""
        parts["credentials"] = self.credentials
        line, whole = self._assembled(parts, width), dict(parts)
        for name, shorter in _SHORTER:
            if (over := line.cell_len - width) > 0:
                parts[name] = shorter(parts[name], over)
                line = self._assembled(parts, width)
        # What was left out may have made more room than was wanted.
        for name in ("profile", "rest"):
            if parts[name] != whole[name] and parts[name]:
                room = width - self._assembled(parts, 0).cell_len + cell_len(parts[name])
                parts[name] = _cut(whole[name], cell_len(whole[name]) - room)
                line = self._assembled(parts, width)
        line.truncate(width, overflow="ellipsis")
        return line

    def _assembled(self, parts: Mapping[str, str], width: int) -> Text:
        text = Text(parts["brand"], "bold", no_wrap=True)
        if self.demo:
            text.append(" DEMO ", "reverse").append("  ")
        where = " · ".join(filter(None, (parts[name] for name in ("profile", "account", "region", "rest"))))
        text.append(where, "not bold")
        right = Text()
        if parts["pace"]:
            right.append(f"  {parts['pace']}", "bold yellow")
        if self.production:
            right.append("  ").append(" PRODUCTION ", "bold red reverse")
        if self.access:
            right.append(f"  {self.access} ", "bold")
        if parts["credentials"]:
            lasts = self.credentials.removeprefix("creds ")[:1].isdigit()
            right.append(f" {parts['credentials']}", "bold" if lasts else "bold red")
        text.pad_right(max(0, width - text.cell_len - right.cell_len))
        return text + right


def _cut(text: str, over: int, least: int = 1) -> str:
    """Return a text made shorter by so many cells, with a sign; so many at least are left of it."""
    cut = Text(text)
    cut.truncate(max(least, cut.cell_len - over), overflow="ellipsis")
    return cut.plain


_SHORTER: Final[tuple[tuple[str, Callable[[str, int], str]], ...]] = (
    ("pace", lambda text, over: re.sub(r", (\S+) calls? waiting", r" \1", text)),
    ("rest", _cut),
    ("brand", lambda text, over: ""),
    ("profile", lambda text, over: _cut(text, over, 8)),
    ("account", lambda text, over: f"…{text[-4:]}" if text[-1:].isdigit() else _cut(text, over, 10)),
    ("pace", lambda text, over: text.replace("SES throttles", "throttled")),
    ("profile", lambda text, over: ""),
    ("credentials", lambda text, over: text.removeprefix("creds ")),
    ("pace", lambda text, over: ""),
    ("credentials", lambda text, over: text and "…"),
)
"""What is made shorter, by so many cells if it can be, one after the other until all fits."""


def lasting(expiry: float | None, now: float) -> str:
    """Say how long credentials last that run out then, both in seconds since 1970; None is no end."""
    if expiry is None:
        return ""
    if expiry <= now:
        return EXPIRED
    minutes = int((expiry - now) // 60)
    return f"creds {minutes}m" if minutes < 100 else f"creds {minutes // 60}h"


def grouped(account: str) -> str:
    """Return an account's twelve digits as a person reads them: `1234-5678-9012`."""
    return "-".join(account[at : at + 4] for at in range(0, len(account), 4))
