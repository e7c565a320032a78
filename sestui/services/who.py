"""Who sits at this terminal, as far as this host knows."""

import getpass
import socket
from collections.abc import Mapping

from sestui.domain.job import Who


def who(environment: Mapping[str, str]) -> Who:
    """Return the local user, whoever that was before sudo, and where they came from."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = ""
    return Who(user, environment.get("SUDO_USER", ""), environment.get("SSH_CONNECTION", ""), socket.gethostname())
