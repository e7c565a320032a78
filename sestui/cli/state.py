"""Where the journal and the right of way are, and how they are opened, for the app and the commands alike."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sestui.services.journal import Journal
    from sestui.sesv2.gateway import Gateway
    from sestui.sesv2.right_of_way import RightOfWay
    from sestui.settings import Settings


def state_folder() -> Path:
    from platformdirs import user_state_path

    return user_state_path("sestui", appauthor=False)


def open_journal(folder: Path, chosen: Settings) -> Journal:
    """Return the journal in a folder, with its copy where one is set."""
    from sestui.services.journal import Journal
    from sestui.services.record import Record
    from sestui.services.who import who

    journal = Journal(folder, time.time, who(os.environ))
    if chosen.journal_copy:
        journal.copy = Record(Path(chosen.journal_copy))
    return journal


def right_of_way(folder: Path, gateway: Gateway) -> RightOfWay:
    """Return the right of way of the account that a gateway asks, as it is known once the caller is identified."""
    from sestui.sesv2.right_of_way import RightOfWay

    return RightOfWay(folder, lambda: gateway.connection, time.time)
