"""What botocore's chain looks at, read without asking anybody: the same files, in the same order."""

from pathlib import Path

import pytest

from sestui.domain.suppression import Connection
from sestui.sesv2.sources import Sources, Trouble, Way, look
from sestui.ui.source_lines import trouble_of

ASKED = Connection("")
_CONFIG = """
[default]
region = eu-west-1
[profile sso]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = OnCall
[profile role]
region = ap-south-1
role_arn = arn:aws:iam::123456789012:role/OnCall
source_profile = keys
[profile program]
credential_process = /bin/keys
[profile login]
login_session = arn:aws:iam::123456789012:user/bob
[profile "two words"]
s3 =
  addressing_style = path
[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = eu-west-3
[services local]
sesv2 =
  endpoint_url = http://127.0.0.1
"""


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The config file, where botocore looks for it unless told otherwise; it is not there yet."""
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_EC2_METADATA_DISABLED"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".aws").mkdir()
    return tmp_path / ".aws" / "config"


def region(found: Sources) -> tuple[str, str]:
    return found.region_of(found.profile), found.region_by


def test_nothing_is_there() -> None:
    found = look(ASKED)
    assert (found.variables, found.profile, found.profiles, region(found)) == ((), "", {}, ("", ""))
    assert [(it.path, it.variable, trouble_of(it), it.is_there) for it in (found.config, found.credentials)] == [
        ("~/.aws/config", "", "not there", False),
        ("~/.aws/credentials", "", "not there", False),
    ]
    assert (found.metadata, found.metadata_off) == (True, False)


def test_profiles_of_both_files_with_their_ways(config: Path) -> None:
    config.write_text(_CONFIG)
    config.with_name("credentials").write_text("[keys]\naws_access_key_id = A\naws_secret_access_key = hush\n")
    found = look(ASKED)
    assert {name: it.way for name, it in found.profiles.items()} == {
        "default": Way.NONE,
        "sso": Way.SSO,
        "role": Way.ROLE,
        "program": Way.PROGRAM,
        "login": Way.LOGIN,
        "two words": Way.NONE,
        "keys": Way.KEYS,
    }
    assert (len(found.config.profiles), found.credentials.profiles) == (6, ("keys",))
    assert "hush" not in repr(found) + repr(found.profiles)


def test_a_region_is_of_the_argument_then_of_the_environment_then_of_the_profile(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.write_text(_CONFIG)
    assert region(look(ASKED)) == ("eu-west-1", "")
    assert region(look(Connection("", profile="role"))) == ("ap-south-1", "")
    assert region(look(Connection("", profile="sso"))) == ("", "")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "sa-east-1")
    assert region(look(ASKED)) == ("sa-east-1", "AWS_DEFAULT_REGION")
    monkeypatch.setenv("AWS_REGION", "us-west-2")
    assert region(look(ASKED)) == ("us-west-2", "AWS_REGION")
    assert region(look(Connection("us-east-1"))) == ("us-east-1", "")


def test_a_profile_is_of_the_argument_then_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "second")
    assert (look(ASKED).profile, look(ASKED).profile_by) == ("second", "AWS_PROFILE")
    monkeypatch.setenv("AWS_DEFAULT_PROFILE", "first")
    assert (look(ASKED).profile, look(ASKED).profile_by) == ("first", "AWS_DEFAULT_PROFILE")
    found = look(Connection("", profile="typed"))
    assert (found.profile, found.profile_by) == ("typed", "")


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        (b"[default\n", "can't be understood, line 1"),
        (b"region = eu-west-1\n", "can't be understood, line 1"),
        (b"[default]\nregion = a\n[default]\n", "can't be understood, line 3"),
        (b"[default]\nregion = a\nhush\n", "can't be understood, line 3"),
        (b"[default]\ns3 =\n  hush\n", "can't be understood"),
        (b"[default]\n\xff\xfe\n", "can't be understood"),
        (b"", ""),
    ],
)
def test_a_broken_file_is_told_by_its_line_and_not_by_what_stands_there(
    config: Path, text: bytes, trouble: str
) -> None:
    config.write_bytes(text)
    found = look(ASKED)
    assert (trouble_of(found.config), found.config.is_there, found.profiles) == (trouble, True, {})


def test_what_is_no_file_is_none_and_the_variable_that_names_it_is_told(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.symlink_to(config)
    assert trouble_of(look(ASKED).config) == "can't be read: Too many levels of symbolic links"
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "~/.aws")
    found = look(ASKED).credentials
    assert (found.path, found.variable, trouble_of(found)) == ("~/.aws", "AWS_SHARED_CREDENTIALS_FILE", "not a file")


def test_a_variable_that_is_empty_names_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "")
    found = look(ASKED).credentials
    assert (found.path, found.variable, found.trouble) == ("", "AWS_SHARED_CREDENTIALS_FILE", Trouble.UNNAMED)
    assert not found.is_there


def test_without_a_home_it_is_looked_for_where_the_user_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOME")
    assert look(ASKED).config.path == "~/.aws/config"


def test_the_environment_is_named_and_its_values_stay_there(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_CONTAINER_CREDENTIALS_FULL_URI"):
        monkeypatch.setenv(name, "hush")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "True")
    found = look(ASKED)
    assert found.variables == ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_CONTAINER_CREDENTIALS_FULL_URI")
    assert (found.metadata, found.metadata_off) == (False, True)
    assert "hush" not in repr(found)


def test_a_server_of_this_machine_is_asked_without_its_role() -> None:
    assert look(Connection("", "http://127.0.0.1:1")).metadata is False
    assert look(Connection("", "https://ses.example")).metadata is True
