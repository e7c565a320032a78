"""What AWS's chain found on this machine, and what it did not, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len, set_cell_size

from sestui.domain.display import counted, printable
from sestui.domain.errors import NoCredentials
from sestui.sesv2.sources import Trouble, Way

if TYPE_CHECKING:
    from sestui.domain.errors import SestuiError
    from sestui.sesv2.sources import ConfigFile, Profile, Sources

_KEYS: Final = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
_NAME: Final = 36
"""Cells of a name at most."""
_WAYS: Final = {
    Way.SSO: "logs in by SSO",
    Way.LOGIN: "logs in by `aws login`",
    Way.ROLE: "assumes a role",
    Way.PROGRAM: "keys from a program",
    Way.KEYS: "has keys",
    Way.NONE: "no credentials of its own",
}
_TROUBLES: Final = {
    Trouble.NOT_THERE: "not there",
    Trouble.NO_FILE: "not a file",
    Trouble.UNREADABLE: "can't be read",
    Trouble.BROKEN: "can't be understood",
}
_SETUP: Final = "No profile yet: run `aws configure sso` (a login) or `aws configure` (keys)."


def lines(sources: Sources, trouble: SestuiError) -> Iterator[tuple[str, str]]:
    """Yield what was looked at, and what was there, that led to this error."""
    yield "Environment", _variables(sources)
    yield "Profile", _profile(sources)
    yield "Config file", _file(sources.config, sources)
    yield "Credentials", _file(sources.credentials, sources)
    yield "Region", _region(sources)
    if isinstance(trouble, NoCredentials) and trouble.chain_ended:
        # What the chain asks last.
        if sources.metadata_off:
            yield "Machine's role", "not asked for: AWS_EC2_METADATA_DISABLED is set"
        elif sources.metadata:
            yield "Machine's role", "asked for, none came"


def way(profile: Profile, sources: Sources) -> str:
    """Say how a profile gets its credentials, and which Region is used with it."""
    return f"{_WAYS[profile.way]}, {short(sources.region_of(profile.name)) or 'no Region of its own'}"


def setup(sources: Sources) -> str:
    """Say what makes a profile; empty where there is one, or a file that has to be mended first."""
    files = (sources.config, sources.credentials)
    return "" if sources.profiles or any(it.trouble and it.is_there for it in files) else _SETUP


def _variables(sources: Sources) -> str:
    lacking = [name for name in _KEYS if name not in sources.variables]
    if not sources.variables:
        return f"no keys: {_KEYS[0]} is not set"
    words = f"{_listed(sources.variables)} {'is' if len(sources.variables) == 1 else 'are'} set"
    if len(lacking) == 1:
        return f"{words}, {lacking[0]} is not"
    # With a profile named as an argument botocore passes by the keys that are there.
    passed_by = not lacking and sources.profile and not sources.profile_by
    return f"{words}, which the profile passes by" if passed_by else words


def _profile(sources: Sources) -> str:
    profile = sources.profiles.get(sources.profile or "default")
    told = way(profile, sources) if profile is not None else "there is no such profile"
    if sources.profile:
        return f"{short(sources.profile)}{_by(sources.profile_by)}: {told}"
    return f"none named; default: {told}" if profile is not None else "none named, and there is no default"


def trouble_of(file: ConfigFile) -> str:
    """Say why there is nothing to be had of a file that has a name; empty where it was read."""
    if file.trouble is None:
        return ""
    words = _TROUBLES[file.trouble]
    if file.trouble is Trouble.UNREADABLE:
        return f"{words}: {file.reason or 'no such name'}"
    return words if file.line is None else f"{words}, line {file.line}"


def _file(file: ConfigFile, sources: Sources) -> str:
    if not file.path:
        return f"none: {file.variable} is empty"
    name = f"{short(file.path, end=True)}{f' ({file.variable})' if file.variable else ''}"
    if words := trouble_of(file):
        return f"{name}: {words}"
    number = sum(sources.profiles[it].way is Way.SSO for it in file.profiles)
    logins = f", {number} {'logs' if number == 1 else 'log'} in by SSO" if number else ""
    return f"{name}: {counted(len(file.profiles), 'profile')}{logins}"


def _region(sources: Sources) -> str:
    if sources.region:
        return f"{short(sources.region)}{_by(sources.region_by)}"
    of_profile = sources.region_of(sources.profile)
    return f"{short(of_profile)}, by the profile" if of_profile else "none: neither AWS_REGION nor a profile names one"


def _by(variable: str) -> str:
    return f", by {variable}" if variable else ", as asked for"


def short(name: str, *, end: bool = False) -> str:
    """Return a name as it is shown, cut with a sign where it is very long; of a path the end tells more."""
    name = printable(name)
    if cell_len(name) <= _NAME:
        return name
    return f"…{set_cell_size(name[::-1], _NAME - 1)[::-1]}" if end else f"{set_cell_size(name, _NAME - 1)}…"


def _listed(names: tuple[str, ...]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
