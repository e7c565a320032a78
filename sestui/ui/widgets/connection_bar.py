"""The first line of every screen: who and where one is, and what SES's limits do."""

from typing import Final

from rich.text import Text
from textual.reactive import var
from textual.widgets import Static

from sestui.domain.display import printable, zone_name
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
    pace: var[str] = var("")
    """What SES's throttling comes to, in words; empty while there is none."""

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

    def watch_pace(self) -> None:
        self._draw()

    def watch_credentials(self) -> None:
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        text = Text(" sestui  ", "bold", no_wrap=True)
        if self.demo:
            text.append(" DEMO ", "reverse")
            text.append("  ")
        it = self.connection
        if it is None:
            text.append(self.trouble or "connecting …", "not bold")
        else:
            account = _grouped(it.account) if it.account else self.trouble or "account not told yet"
            role = f"role {it.role}" if it.role else None
            parts = [it.profile, account, it.region, role, zone_name(), None if self.demo else it.endpoint]
            text.append(" · ".join(printable(part) for part in parts if part), "not bold")
        right = Text(f"  {self.access} " if self.access else "", "bold")
        if self.production:
            right = Text.assemble("  ", (" PRODUCTION ", "bold red reverse"), right)
        if self.credentials:
            lasts = self.credentials[len("creds ") :][:1].isdigit()
            right.append(f" {self.credentials} ", "bold" if lasts else "bold red")
        if self.pace:
            right = Text.assemble((f"  {self.pace}", "bold yellow"), right)
        # Whether one can write, and where, is never what a narrow terminal cuts off.
        text.truncate(max(0, self.size.width - right.cell_len), overflow="ellipsis", pad=True)
        # One line, whatever it says.
        self.update(text + right, layout=False)


def lasting(expiry: float | None, now: float) -> str:
    """Say how long credentials last that run out then, both in seconds since 1970; None is no end."""
    if expiry is None:
        return ""
    if expiry <= now:
        return EXPIRED
    minutes = int((expiry - now) // 60)
    return f"creds {minutes}m" if minutes < 100 else f"creds {minutes // 60}h"


def _grouped(account: str) -> str:
    return "-".join(account[at : at + 4] for at in range(0, len(account), 4))
