"""What a user can set in `config.toml`, each option with its own documentation, which is written nowhere else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final

from sestui.domain.display import printable
from sestui.domain.errors import UsageError

_PLACE: Final = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


@dataclass(frozen=True, slots=True)
class Option:
    """What there is to know of one option, in words and as bounds."""

    about: str
    choices: tuple[str, ...] = ()
    """The texts that it can be; without them it is a whole number."""
    least: int = 0
    most: int = 0
    unit: str = ""
    is_path: bool = False
    """Whether it is the path of a file; empty for none."""
    is_names: bool = False
    """Whether it is a list of connections' names."""

    @property
    def allowed(self) -> str:
        if self.is_path:
            return 'an absolute path, or ""'
        if self.is_names:
            return "a list of profiles and of accounts' twelve digits, where * stands for any text"
        if self.choices:
            return " or ".join(f'"{choice}"' for choice in self.choices)
        return f"a whole number from {self.least} to {self.most:,} ({self.unit})"

    def allows(self, value: object) -> bool:
        if self.is_path:
            return isinstance(value, str) and (not value or value.startswith("/"))
        if self.is_names:
            return isinstance(value, list | tuple) and all(isinstance(it, str) and it for it in value)
        if self.choices:
            return value in self.choices
        return type(value) is int and self.least <= value <= self.most


def _option(default: Any, about: str, **bounds: Any) -> Any:
    return field(default=default, metadata={"option": Option(about, **bounds)})


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds where no argument says otherwise."""

    cache: str = _option("on", "Whether lists are kept on this machine, to be shown at once.", choices=("on", "off"))
    cache_days: int = _option(7, "How long a list is kept.", least=1, most=365, unit="days")
    live_interval: int = _option(30, "How often a live list asks for what is new.", least=5, most=3600, unit="seconds")
    live_minutes: int = _option(30, "How long a list stays live without a key.", least=1, most=1440, unit="minutes")
    job_in_app: int = _option(
        25, "Jobs that take longer run as processes of their own and outlive the terminal.", most=86400, unit="seconds"
    )
    job_share: int = _option(
        80,
        "How much of what SES lets through a job may take; the quota is the whole account's.",
        least=10,
        most=100,
        unit="percent",
    )
    read_back: str = _option(
        "sample", "Which entries are read back after a job: ten of them, or all.", choices=("sample", "all")
    )
    journal_days: int = _option(90, "How long the journal keeps jobs that have ended.", least=1, most=3650, unit="days")
    journal_copy: str = _option(
        "", "A file that a JSON line of each plan and outcome is added to, for who collects such files.", is_path=True
    )
    read_only: tuple[str, ...] = _option(
        (), "Connections on which nothing may be changed, as --read-only has it for all.", is_names=True
    )
    production: tuple[str, ...] = _option(
        (),
        "Connections that are production: marked in the header, and each change takes the tenant's name, or the "
        "account's last four digits, to be typed.",
        is_names=True,
    )


OPTIONS: Final[Mapping[str, Option]] = {it.name: it.metadata["option"] for it in fields(Settings)}


def default_path() -> Path:
    """Return where the file is unless `--config` names another."""
    from platformdirs import user_config_path

    return user_config_path("sestui", appauthor=False) / "config.toml"


def load(path: Path | None = None) -> Settings:
    """Return what a file sets, or the defaults; without a path, what the user's own file sets if there is one.

    Raises:
        UsageError: it can't be read, or sets what can't be set.
    """
    return replace(Settings(), **read(path))


def read(path: Path | None = None) -> dict[str, Any]:
    """Return the options that a file sets: `load`'s, without the defaults."""
    file = path or default_path()
    where = printable(str(file))
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        if path is None:
            return {}
        raise UsageError(f"{where}: there is no such file.") from None
    except OSError as error:
        raise UsageError(f"{where}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{where}: it is not UTF-8.") from error
    import tomllib  # A start without a file needs none of it.

    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        what = str(error)
        place = _PLACE.search(what)
        line = place[1] if place and place[1] else max(1, len(text.splitlines()))
        raise UsageError(f"{where}, line {line}: {printable(_PLACE.sub('', what))}.") from error
    for name, value in found.items():
        option = OPTIONS.get(name)
        if option is None or not option.allows(value):
            raise UsageError(f"{where}, line {_line(text, name)}: {_mistake(name, value, option)}")
    return {name: tuple(value) if OPTIONS[name].is_names else value for name, value in found.items()}


def _mistake(name: str, value: object, option: Option | None) -> str:
    if option is not None:
        return f"{name} can't be {printable(repr(value))}; it is {option.allowed}."
    from difflib import get_close_matches

    near = get_close_matches(name, OPTIONS, n=1)
    advice = f"did you mean {near[0]}?" if near else f"there are {', '.join(OPTIONS)}."
    return f"there is no setting {printable(name)}; {advice}"


def _line(text: str, name: str) -> int:
    """Return the line where a key of the top level stands; tomllib doesn't tell."""
    key = re.compile(rf"""\s*(?:\[+\s*)?(["']?){re.escape(name)}\1\s*[=.\]]""")
    return next((number for number, line in enumerate(text.splitlines(), 1) if key.match(line)), 1)
