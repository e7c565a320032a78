"""Who sits at this host, as far as it can tell."""

import os
import pwd
import socket
from collections.abc import Mapping

from sestui.domain.job import Who


def who(environ: Mapping[str, str]) -> Who:
    """Return who runs this process. `environ` tells of sudo and SSH; who the user is only the system may say."""
    try:
        user = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # A container's user often has no name.
        user = str(os.getuid())
    return Who(user, environ.get("SUDO_USER", ""), environ.get("SSH_CONNECTION", ""), socket.gethostname())
