"""Where the journal and the right of way are, and how they are opened, for the app and the commands alike."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sestui.services.journal import Journal
    from sestui.sesv2.gateway import Gateway
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


def set_pace(gateway: Gateway, folder: Path, chosen: Settings) -> None:
    """Let jobs take their share, and let others' calls of the same account go first as theirs let ours."""
    from sestui.sesv2.right_of_way import RightOfWay

    gateway.pacer.share = chosen.job_share / 100
    # Whose it is is known once the caller is identified.
    gateway.pacer.right_of_way = RightOfWay(folder, lambda: gateway.connection, time.time)
