"""What a user can set: each mistake is named with its file, its line and what is allowed."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sestui.__main__ import main
from sestui.domain.display import zone_name
from sestui.domain.errors import UsageError
from sestui.settings import OPTIONS, Option, Settings, load, named


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's own file, which isn't there yet."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "sestui").mkdir()
    return tmp_path / "sestui" / "config.toml"


def test_without_a_file_the_defaults_hold(config: Path) -> None:
    assert not config.exists()
    assert load() == Settings()


def test_what_a_file_sets_holds_over_the_defaults(config: Path, tmp_path: Path) -> None:
    config.write_text('cache = "off"\nlive_interval = 5\n', encoding="utf-8")
    assert load() == Settings(cache="off", live_interval=5)
    other = tmp_path / "other.toml"
    other.write_text("cache_days = 1", encoding="utf-8")
    assert load(other) == Settings(cache_days=1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# ours\n\ncach = 'off'", "line 3: there is no setting cach; did you mean cache?"),
        (
            "[zebra]\nlive_interval = 5",
            "line 1: there is no setting zebra; there are cache, cache_days, live_interval,",
        ),
        ("live.interval = 5", "line 1: there is no setting live; there are cache,"),
        ('"live-interval" = 5', "line 1: there is no setting live-interval; did you mean live_interval?"),
        (
            'cache = "on"\ncache_days = "7"',
            "line 2: cache_days can't be '7'; it is a whole number from 1 to 365 (days).",
        ),
        (
            'read_only = "prod"',
            "line 1: read_only can't be 'prod'; it is a list of profiles and of accounts' twelve digits, where *",
        ),
        ("production = [123456789012]", "line 1: production can't be [123456789012]; it is a list"),
        ('production = [""]', "line 1: production can't be ['']; it is a list"),
        ("cache_days = 7.0", "line 1: cache_days can't be 7.0; it is a whole number"),
        ("cache_days = true", "line 1: cache_days can't be True; it is a whole number"),
        ("\n[cache_days]\nx = 1", "line 2: cache_days can't be {'x': 1}; it is a whole number"),
        ("live_interval = 4", "line 1: live_interval can't be 4; it is a whole number from 5 to 3,600 (seconds)."),
        ("live_minutes = 9999999", "line 1: live_minutes can't be 9999999; it is a whole number from 1 to 1,440"),
        ('cache = "maybe"', """line 1: cache can't be 'maybe'; it is "on" or "off"."""),
        ("cache = false", """line 1: cache can't be False; it is "on" or "off"."""),
        ("cache = ['\\u001b]0;x\\u0007']", "line 1: cache can't be ["),
        ('cache = "on"\nlive_minutes == 5', "line 2: "),
        ('cache = "on"\n\ncache = "off"', "line 3: "),
        ('cache = "on"\nlive_minutes = [', "line 2: "),
    ],
)
def test_a_mistake_is_named_with_its_place_and_what_is_allowed(config: Path, text: str, words: str) -> None:
    config.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        load()
    assert str(caught.value).startswith(f"{config}, {words}")
    assert str(caught.value).isprintable()


def test_a_file_that_was_named_must_be_there_and_be_text(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.toml: there is no such file"):
        load(tmp_path / "none.toml")
    with pytest.raises(UsageError, match="Is a directory"):
        load(tmp_path)
    (tmp_path / "latin.toml").write_bytes(b"# \xe9")
    with pytest.raises(UsageError, match=r"latin\.toml: it is not UTF-8"):
        load(tmp_path / "latin.toml")


@pytest.mark.parametrize(
    ("variable", "text", "expected"),
    [
        ("SESTUI_THEME", "light", Settings(theme="light")),
        ("SESTUI_LIVE_INTERVAL", "60", Settings(live_interval=60)),
        ("SESTUI_READ_ONLY", "prod-*, 123456789012,", Settings(read_only=("prod-*", "123456789012"))),
        ("SESTUI_JOURNAL_COPY", "/var/log/a,b.jsonl", Settings(journal_copy="/var/log/a,b.jsonl")),
        # As with AWS's own variables; and others may have some that begin as ours do.
        ("SESTUI_PRODUCTION", "", Settings()),
        ("SESTUI_JUDGES", "/tmp", Settings()),
    ],
)
def test_a_variable_holds_over_the_file(config: Path, variable: str, text: str, expected: Settings) -> None:
    config.write_text('theme = "ansi"\nlive_interval = 5\nread_only = ["eu"]\ncache = "off"\n', encoding="utf-8")
    changed = {name: it for name, it in expected._asdict().items() if it != getattr(Settings(), name)}
    assert load(environ={variable: text}) == load()._replace(**changed)


@pytest.mark.parametrize(
    ("variable", "text", "words"),
    [
        ("SESTUI_TIMES", "CET", """SESTUI_TIMES: times can't be 'CET'; it is "utc" or "local"."""),
        ("SESTUI_CACHE_DAYS", "-1", "SESTUI_CACHE_DAYS: cache_days can't be '-1'; it is a whole number from 1 to 365"),
        ("SESTUI_CACHE_DAYS", "0", "SESTUI_CACHE_DAYS: cache_days can't be 0; it is a whole number"),
        ("SESTUI_TYPE_COUNT_ABOVE", "101", "SESTUI_TYPE_COUNT_ABOVE: type_count_above can't be 101"),
        ("SESTUI_READONLY", "prod-*", "SESTUI_READONLY sets nothing; did you mean SESTUI_READ_ONLY?"),
        ("SESTUI_theme", "light", "SESTUI_theme sets nothing; did you mean SESTUI_THEME?"),
        ("SESTUI_CONFIGS", "x", "SESTUI_CONFIGS sets nothing; did you mean SESTUI_CONFIG?"),
    ],
)
def test_a_mistake_in_a_variable_is_told_with_its_name(config: Path, variable: str, text: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        load(environ={variable: text})
    assert str(caught.value).startswith(words)


def test_the_file_is_the_one_that_is_typed_or_else_the_environments(config: Path) -> None:
    assert named("a.toml", {"SESTUI_CONFIG": "b.toml"}) == Path("a.toml")
    assert named(None, {"SESTUI_CONFIG": "b.toml"}) == Path("b.toml")
    assert named(None, {"SESTUI_CONFIG": ""}) is None


@pytest.mark.parametrize(
    "text",
    [
        'cache = "on"\n[keys]\n# ours\nfind = "f2"\n"sort" = ["o", "f3"]\nlive = ""\n',
        '\nkeys.live = []\nkeys.find = "f2"\nkeys."sort" = ["o", "f3"]\n',
        'live_interval = 5\nkeys = { find = ["f2"], sort = ["o", "f3"], live = [] }\n',
    ],
)
def test_keys_are_kept_as_they_are_written_each_with_its_place(config: Path, text: str) -> None:
    config.write_text(text, encoding="utf-8")
    keys = {it.command: it for it in load().keys}
    assert {name: it.keys for name, it in keys.items()} == {"find": ("f2",), "sort": ("o", "f3"), "live": ()}
    for name, it in keys.items():
        file, _, line = it.place.partition(", line ")
        assert file == str(config)
        assert name in text.splitlines()[int(line) - 1]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('keys = "f"', "line 1: keys can't be 'f'; it is a table: [keys]."),
        ("[keys]\n\nfind = 5", 'line 3: find can\'t be 5; it is a key, a list of keys, or "".'),
        ('[keys]\nfind = ["f", 5]', "line 2: find can't be ['f', 5]; it is a key"),
        ("[key]\nfind = 'f'", "line 1: there is no setting key; did you mean keys?"),
    ],
)
def test_what_is_no_key_at_all_is_told_with_its_place(config: Path, text: str, words: str) -> None:
    config.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        load()
    assert str(caught.value).startswith(f"{config}, {words}")


def values(option: Option) -> st.SearchStrategy[object]:
    if option.is_path:
        return st.sampled_from(["", "/var/log/sestui.jsonl"])
    if option.is_names:
        return st.lists(st.sampled_from(["prod-*", "123456789012", "eu"]))
    return st.sampled_from(option.choices) if option.choices else st.integers(option.least, option.most)


@given(st.fixed_dictionaries({}, optional={name: values(option) for name, option in OPTIONS.items()}))
def test_whatever_is_allowed_can_be_set(tmp_path_factory: pytest.TempPathFactory, wanted: dict[str, object]) -> None:
    text = "".join(f"{name} = {json.dumps(it)}\n" for name, it in wanted.items())
    assert tomllib.loads(text) == wanted
    wanted = {name: tuple(it) if isinstance(it, list) else it for name, it in wanted.items()}
    path = tmp_path_factory.mktemp("any") / "config.toml"
    path.write_text(text, encoding="utf-8")
    assert load(path)._asdict() == Settings()._asdict() | wanted


def test_each_default_is_allowed_and_each_option_is_documented() -> None:
    assert OPTIONS.keys() | {"keys"} == Settings()._asdict().keys()
    for name, option in OPTIONS.items():
        assert option.allows(Settings()._asdict()[name])
        assert option.about.endswith(".")


def test_what_is_set_of_times_holds_for_the_commands(
    config: Path, monkeypatch: pytest.MonkeyPatch, in_zone: Callable[[str], None]
) -> None:
    in_zone("CET-1CEST,M3.5.0,M10.5.0/3")
    config.write_text('times = "local"\n', encoding="utf-8")
    assert main(["jobs"]) == 0
    assert zone_name() == "CET/CEST"
    monkeypatch.setenv("SESTUI_TIMES", "utc")
    assert main(["jobs"]) == 0
    assert zone_name() == "UTC"
