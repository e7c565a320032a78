"""What a user can set: each mistake is named with its file, its line and what is allowed."""

import json
import tomllib
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sestui.domain.errors import UsageError
from sestui.settings import OPTIONS, Option, Settings, load


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
    assert asdict(load(path)) == asdict(Settings()) | wanted


def test_each_default_is_allowed_and_each_option_is_documented() -> None:
    assert OPTIONS.keys() | {"keys"} == asdict(Settings()).keys()
    for name, option in OPTIONS.items():
        assert option.allows(asdict(Settings())[name])
        assert option.about.endswith(".")
