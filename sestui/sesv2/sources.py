"""Where botocore's chain looks for credentials and a Region, and what is there; nothing is sent, no secret is kept."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from configparser import ParsingError
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from stat import S_ISREG
from typing import Any, Final

from botocore.configloader import load_config, raw_config_parse
from botocore.exceptions import ConfigNotFound, ConfigParseError
from botocore.session import get_session

from sestui.domain.suppression import Connection
from sestui.sesv2.objects import is_loopback

_VARIABLES: Final = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)
"""What the chain takes credentials from, of the environment."""
_PROFILE: Final = ("AWS_DEFAULT_PROFILE", "AWS_PROFILE")
"""What names a profile, in botocore's order."""
_REGION: Final = ("AWS_REGION", "AWS_DEFAULT_REGION")
"""What names a Region; the first one in `open_gateway`, which puts it before botocore's own."""


class Way(Enum):
    """How a profile gets its credentials, as far as its own lines tell."""

    SSO = "sso"
    LOGIN = "login"
    """The AWS CLI's `aws login`."""
    ROLE = "role"
    PROGRAM = "program"
    KEYS = "keys"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Profile:
    """One of AWS's own files."""

    name: str
    way: Way
    region: str
    """That it names itself; empty where it names none."""


class Trouble(Enum):
    """Why there is nothing to be had of a file."""

    UNNAMED = "unnamed"
    """The variable that is to name it is empty."""
    NOT_THERE = "not there"
    NO_FILE = "no file"
    """A folder, say, or a pipe."""
    UNREADABLE = "unreadable"
    BROKEN = "broken"
    """botocore can't make anything of what stands there."""


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """One of AWS's own two files."""

    path: str
    """As the variable has it, or by default: `~/.aws/config`."""
    variable: str
    """What names it; empty for the default."""
    profiles: tuple[str, ...] = ()
    trouble: Trouble | None = None
    """None where it was read."""
    reason: str = ""
    """Why it is unreadable, in the system's words; empty where it has none, for a name that no file can have."""
    line: int | None = None
    """Where it is broken, if that can be told."""

    @property
    def is_there(self) -> bool:
        return self.trouble not in (Trouble.UNNAMED, Trouble.NOT_THERE)


@dataclass(frozen=True, slots=True)
class Sources:
    """All of it."""

    variables: tuple[str, ...]
    """The names of those that are set and credentials can come from."""
    profile: str
    """What is used; empty where nobody named one, which leaves `default`."""
    profile_by: str
    """The variable that names it; empty where it was asked for."""
    config: ConfigFile
    credentials: ConfigFile
    profiles: Mapping[str, Profile] = field(repr=False)
    region: str
    """What is used whatever the profile; empty where its own is."""
    region_by: str
    """The variable that names it; empty where it was asked for."""
    metadata: bool
    """Whether the chain comes to this machine's instance role, if nothing before it has credentials."""
    metadata_off: bool
    """Whether AWS_EC2_METADATA_DISABLED keeps it from that."""

    def region_of(self, profile: str | None) -> str:
        """Return the Region that is used with a profile, None being `default`; empty for none."""
        it = self.profiles.get(profile or "default")
        return self.region or (it.region if it is not None else "")


def look(asked: Connection) -> Sources:
    """Look for what a connection could be made of; reads two files: to be called in a thread."""
    session = get_session()
    config, of_config = _file(session, "config_file", "AWS_CONFIG_FILE", lambda name: load_config(name)["profiles"])
    credentials, of_credentials = _file(session, "credentials_file", "AWS_SHARED_CREDENTIALS_FILE", raw_config_parse)
    # As botocore joins the two.
    names = dict.fromkeys([*of_config, *of_credentials])
    profiles = {name: _profile(name, {**of_config.get(name, {}), **of_credentials.get(name, {})}) for name in names}
    profile, profile_by = _named(asked.profile, _PROFILE)
    region, region_by = _named(asked.region, _REGION)
    off = os.environ.get("AWS_EC2_METADATA_DISABLED", "").lower() == "true"
    return Sources(
        variables=tuple(name for name in _VARIABLES if os.environ.get(name)),
        profile=profile,
        profile_by=profile_by,
        config=config,
        credentials=credentials,
        profiles=profiles,
        region=region,
        region_by=region_by,
        # `open_gateway` leaves it out for a loopback endpoint.
        metadata=not off and not (asked.endpoint is not None and is_loopback(asked.endpoint)),
        metadata_off=off,
    )


def _named(asked: str | None, variables: tuple[str, ...]) -> tuple[str, str]:
    """Return what is used and the variable that names it."""
    if asked:
        return asked, ""
    return next(((text, name) for name in variables if (text := os.environ.get(name))), ("", ""))


def _file(
    session: Any, setting: str, variable: str, parse: Callable[[str], dict[str, Any]]
) -> tuple[ConfigFile, dict[str, Any]]:
    """Return a file, and the lines of its profiles."""
    name = str(session.get_config_variable(setting))
    file = partial(ConfigFile, name, variable if variable in os.environ else "")
    if not name:
        return file(trouble=Trouble.UNNAMED), {}
    path = os.path.expanduser(os.path.expandvars(name))
    try:
        # botocore takes what it can't read for an empty file.
        if not S_ISREG(os.stat(path).st_mode):
            return file(trouble=Trouble.NO_FILE), {}
        with open(path, "rb"):
            profiles = parse(name)
    except (FileNotFoundError, ConfigNotFound):
        return file(trouble=Trouble.NOT_THERE), {}
    except (OSError, ValueError) as error:
        return file(trouble=Trouble.UNREADABLE, reason=getattr(error, "strerror", None) or ""), {}
    except ConfigParseError as error:
        return file(trouble=Trouble.BROKEN, line=_line(error.kwargs.get("error"))), {}
    return file(tuple(profiles)), profiles


def _line(error: object) -> int | None:
    """Return in which line a file's mistake is; never what stands there, which may be a key."""
    line = getattr(error, "lineno", None)
    if line is None and isinstance(error, ParsingError):
        line = error.errors[0][0]
    return line if isinstance(line, int) else None


def _profile(name: str, lines: Mapping[str, Any]) -> Profile:
    region = lines.get("region", "")
    return Profile(name, _way(lines), region if isinstance(region, str) else "")


def _way(lines: Mapping[str, Any]) -> Way:
    # In the order in which botocore asks.
    if "role_arn" in lines:
        return Way.ROLE
    if "sso_account_id" in lines or "sso_role_name" in lines:
        return Way.SSO
    if "aws_access_key_id" in lines:
        return Way.KEYS
    if "login_session" in lines:
        return Way.LOGIN
    return Way.PROGRAM if "credential_process" in lines else Way.NONE
