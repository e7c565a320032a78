"""What a user can set, each option with its own documentation, which is written nowhere else.

What is typed holds over what the environment says, that over what the file `config.toml` says, that over the default.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Final, NamedTuple

from sestui.domain.display import printable
from sestui.domain.errors import UsageError

_PLACE: Final = r" \(at (?:line (\d+), column \d+|end of document)\)$"


class Option(NamedTuple):
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

    def spelled(self, text: str) -> object:
        """Return what a variable's text stands for, whether it is allowed or not."""
        if self.is_names:
            return [name.strip() for name in text.split(",") if name.strip()]
        return int(text) if not (self.is_path or self.choices) and re.fullmatch(r"[0-9]{1,9}", text) else text


class KeySetting(NamedTuple):
    """A line of the table `[keys]`."""

    command: str
    """An id, as it is written there."""
    keys: tuple[str, ...]
    """As they are written there; none for a command that shall have none."""
    place: str
    """Where that stands: a file, and the line in it."""


class Settings(NamedTuple):
    """What holds where no argument says otherwise."""

    cache: Annotated[
        str, Option("Whether lists are kept on this machine, to be shown at once.", choices=("on", "off"))
    ] = "on"
    cache_days: Annotated[int, Option("How long a list is kept.", least=1, most=365, unit="days")] = 7
    live_interval: Annotated[
        int, Option("How often a live list asks for what is new.", least=5, most=3600, unit="seconds")
    ] = 30
    live_minutes: Annotated[
        int, Option("How long a list stays live without a key.", least=1, most=1440, unit="minutes")
    ] = 30
    type_count_above: Annotated[
        int,
        Option(
            "For a change of more entries their number has to be typed; more than 100 are never changed without.",
            most=100,
            unit="entries",
        ),
    ] = 100
    job_in_app: Annotated[
        int,
        Option(
            "Jobs that take longer run as processes of their own and outlive the terminal.", most=86400, unit="seconds"
        ),
    ] = 25
    job_share: Annotated[
        int,
        Option(
            "How much of what SES lets through a job may take; the quota is the whole account's.",
            least=10,
            most=100,
            unit="percent",
        ),
    ] = 80
    read_back: Annotated[
        str, Option("Which entries are read back after a job: ten of them, or all.", choices=("sample", "all"))
    ] = "sample"
    journal_days: Annotated[
        int, Option("How long the journal keeps jobs that have ended.", least=1, most=3650, unit="days")
    ] = 90
    journal_copy: Annotated[
        str,
        Option(
            "A file that a JSON line of each plan and outcome is added to, for who collects such files.", is_path=True
        ),
    ] = ""
    theme: Annotated[
        str,
        Option(
            "The colours; ansi is the terminal's own sixteen. NO_COLOR leaves them all out.",
            choices=("dark", "light", "ansi", "high-contrast"),
        ),
    ] = "dark"
    times: Annotated[
        str,
        Option(
            "The zone of the times that are shown, and of those typed into a filter; files and JSON are in UTC.",
            choices=("utc", "local"),
        ),
    ] = "utc"
    read_only: Annotated[
        tuple[str, ...],
        Option("Connections on which nothing may be changed, as --read-only has it for all.", is_names=True),
    ] = ()
    production: Annotated[
        tuple[str, ...],
        Option(
            "Connections that are production: marked in the header, and each change takes the tenant's name, or the "
            "account's last four digits, to be typed.",
            is_names=True,
        ),
    ] = ()
    keys: tuple[KeySetting, ...] = ()


OPTIONS: Final[Mapping[str, Option]] = {
    name: kind.__metadata__[0] for name, kind in Settings.__annotations__.items() if hasattr(kind, "__metadata__")
}
PREFIX: Final = "SESTUI_"
"""What the variable of an option begins with; its name in capitals follows."""
_FILE: Final = f"{PREFIX}CONFIG"
"""The variable that names the file, as `--config` does."""
_NEAR: Final = 0.75
"""How alike two names are of which one is the other misspelled: others' variables may begin as ours do."""


def default_path() -> Path:
    """Return where the file is unless `--config` or the environment names another."""
    from platformdirs import user_config_path

    return user_config_path("sestui", appauthor=False) / "config.toml"


def named(argument: str | None, environ: Mapping[str, str]) -> Path | None:
    """Return the file that `--config` names, else the environment; None for the user's own, which need not be there."""
    name = argument or environ.get(_FILE)
    return Path(name) if name else None


def load(path: Path | None = None, environ: Mapping[str, str] = MappingProxyType({})) -> Settings:
    """Return what holds by the environment, else a file, else by default; without a path the user's own file counts.

    Raises:
        UsageError: the file can't be read, or one of them sets what can't be set; the text says where.
    """
    values, keys = read(path, environ)
    return Settings(**{name: value for name, (value, _) in values.items()}, keys=keys)


def read(
    path: Path | None = None, environ: Mapping[str, str] = MappingProxyType({})
) -> tuple[dict[str, tuple[Any, str]], tuple[KeySetting, ...]]:
    """Return the options that are set, each with what sets it, and the keys: `load`'s, without the defaults."""
    file = path or default_path()
    where = printable(str(file))
    text = _text(file, where, needed=path is not None)
    values: dict[str, tuple[Any, str]] = {}
    keys: tuple[KeySetting, ...] = ()
    for name, value in _tables(text, where).items() if text else ():
        place = f"{where}, line {_line(text, name)}"
        if name == "keys" and isinstance(value, dict):
            keys = tuple(_keys(value, text, where))
            continue
        option = OPTIONS.get(name)
        if option is None or not option.allows(value):
            raise UsageError(f"{place}: {_mistake(name, value, option)}")
        values[name] = _kept(option, value), where
    values.update(_of_environment(environ))
    return values, keys


def _text(file: Path, where: str, *, needed: bool) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        if not needed:
            return ""
        raise UsageError(f"{where}: there is no such file.") from None
    except OSError as error:
        raise UsageError(f"{where}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{where}: it is not UTF-8.") from error


def _tables(text: str, where: str) -> dict[str, Any]:
    import tomllib  # A start without a file needs none of it.

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        what = str(error)
        place = re.search(_PLACE, what)
        line = place[1] if place and place[1] else max(1, len(text.splitlines()))
        raise UsageError(f"{where}, line {line}: {printable(re.sub(_PLACE, '', what))}.") from error


def _keys(table: dict[str, Any], text: str, where: str) -> Iterator[KeySetting]:
    for command, value in table.items():
        place = f"{where}, line {_line(text, command, table='keys')}"
        keys = [value] if isinstance(value, str) else value
        if not (isinstance(keys, list) and all(isinstance(key, str) for key in keys)):
            wrong = printable(repr(value))
            raise UsageError(f'{place}: {printable(command)} can\'t be {wrong}; it is a key, a list of keys, or "".')
        yield KeySetting(command, tuple(key for key in keys if key), place)


def _of_environment(environ: Mapping[str, str]) -> Iterator[tuple[str, tuple[Any, str]]]:
    for variable, text in environ.items():
        name = variable.removeprefix(PREFIX).lower()
        # As with AWS's own variables, an empty one says nothing.
        if not variable.startswith(PREFIX) or not text or variable == _FILE:
            continue
        option = OPTIONS.get(name) if name.upper() == variable.removeprefix(PREFIX) else None
        if option is None:
            if near := _near(name, (*OPTIONS, "config"), _NEAR):
                raise UsageError(f"{printable(variable)} sets nothing; did you mean {PREFIX}{near.upper()}?")
        else:
            value = option.spelled(text)
            if not option.allows(value):
                raise UsageError(f"{variable}: {_mistake(name, value, option)}")
            yield name, (_kept(option, value), variable)


def _kept(option: Option, value: Any) -> Any:
    return tuple(value) if option.is_names else value


def _mistake(name: str, value: object, option: Option | None) -> str:
    if name == "keys":
        return f"keys can't be {printable(repr(value))}; it is a table: [keys]."
    if option is not None:
        return f"{name} can't be {printable(repr(value))}; it is {option.allowed}."
    near = _near(name, (*OPTIONS, "keys"), 0.6)
    advice = f"did you mean {near}?" if near else f"there are {', '.join(OPTIONS)} and [keys]."
    return f"there is no setting {printable(name)}; {advice}"


def _near(name: str, names: Iterable[str], cutoff: float) -> str:
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, names, 1, cutoff)), "")


def _line(text: str, name: str, table: str = "") -> int:
    """Return the line where a key of the top level or of a table stands; tomllib doesn't tell."""
    before = _line(text, table) if table else 1
    within = rf"""(?:(["']?){table}\1\s*\.\s*|.*\{{\s*|.*,\s*)?""" if table else r"(?:\[+\s*)?()"
    key = re.compile(rf"""\s*{within}(["']?){re.escape(name)}\2\s*[=.\]]""")
    lines = enumerate(text.splitlines(), 1)
    return next((number for number, line in lines if number >= before and key.match(line)), before)
