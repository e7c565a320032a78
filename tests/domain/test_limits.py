"""What may be sent, held against the emulator's rules and the service model: neither knows this code."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sestui.domain import limits
from sestui.domain.settings import Tag
from sestui.emulator import rules
from sestui.emulator.errors import Refusal
from sestui.emulator.model import input_shape
from sestui.emulator.validation import violations

ARCHIVE = "arn:aws:ses:us-east-1:123456789012:mailmanager-archive/a-abcdefghij0123456789abcdef"
NAMES = st.text(st.sampled_from("aZ09_-é .\n"), max_size=70) | st.text()
WORDS = st.text(st.sampled_from("kéß名9 _.:/=+-"), max_size=140) | st.text(st.characters(exclude_categories=["Cc"]))
TEXTS = st.one_of(WORDS, st.sampled_from(["aws:x", "AWS:x", "xaws:", "aws", "k" * 128, "k" * 129, "v" * 257, "a@b"]))
TAGS = st.lists(st.builds(Tag, TEXTS, TEXTS), max_size=3)


def refused(check: Callable[[], None]) -> bool:
    try:
        check()
    except Refusal:
        return True
    return False


@given(NAMES)
@example("a" * 64)
@example("a" * 65)
def test_a_name_is_accepted_as_by_the_emulator(name: str) -> None:
    assert bool(limits.name_problem(name)) == refused(lambda: rules.check_name("name", name))


@given(TAGS)
@example([Tag(str(number), "") for number in range(50)])
@example([Tag(str(number), "") for number in range(51)])
@example([Tag("twice", "1"), Tag("twice", "2")])
@example([Tag("Case", "1"), Tag("case", "1")])
def test_tags_are_accepted_as_by_the_emulator(tags: list[Tag]) -> None:
    wire = [{"Key": tag.key, "Value": tag.value} for tag in tags]
    assert bool(limits.tags_problem(tags)) == refused(lambda: rules.check_tags(wire))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("team=payments\ncost center = R/D\n\nempty=", ""),
        ("", ""),
        ("team=payments\n\nteam: growth", "Line 3 has no ="),
        ("=payments", "A key is missing"),
        ("e@mail=x", "“@” can't be in the key e@mail"),
        ("mail=a@b", "“@” can't be in the value a@b"),
        ("mail=a\u202eb", "“\\u202e” can't be in the value a\\u202eb"),
        ("aws:x=1", "begins with aws:"),
        ("x=Aws:1", "begins with aws:"),
        ("a=1\nb=2\na=3", "The key a is there 2 times"),
        ("k" * 129 + "=", "has 129 characters: at most 128"),
        ("k=" + "v" * 257, "has 257 characters: at most 256"),
        ("\n".join(f"k{number}=" for number in range(51)), "51 tags: a resource has at most 50."),
    ],
)
def test_the_first_tag_that_is_wrong_is_named(text: str, problem: str) -> None:
    found = limits.tags_text_problem(text)
    assert problem in found
    assert bool(found) == bool(problem)


@pytest.mark.parametrize(
    ("line", "tag"),
    [
        ("a=b", Tag("a", "b")),
        ("  a\t= b ", Tag("a", "b")),
        ("a=b=c", Tag("a", "b=c")),
        ("a=b = c", Tag("a=b", "c")),
        ("a = b = c", Tag("a", "b = c")),
        ("a=b =", Tag("a=b", "")),
        ("a=", Tag("a", "")),
    ],
)
def test_a_line_becomes_a_tag(line: str, tag: Tag) -> None:
    assert limits.read_tags(f"\n{line}\n") == (tag,)


def can_be_typed(tag: Tag) -> bool:
    is_line = tag.key != "" and len(f"{tag.key}{tag.value}".splitlines()) == 1
    # A key's own sign would part it.
    return is_line and not re.search(r"\s=\s", f" {tag.key} ") and not limits.tags_problem([tag])


@given(st.lists(st.builds(Tag, WORDS.map(str.strip), WORDS.map(str.strip)).filter(can_be_typed), max_size=5))
def test_tags_spelt_with_blanks_around_the_sign_are_read_as_they_were(tags: list[Tag]) -> None:
    text = "\n".join(f"{tag.key} = {tag.value}" for tag in tags)
    assert limits.read_tags(text) == tuple(tags)


def broken(group: str, member: str, value: object) -> bool:
    """Whether AWS's own model of CreateConfigurationSet is broken by this."""
    parameters: dict[str, Any] = {"ConfigurationSetName": "x", group: {member: value}}
    return bool(violations(input_shape("CreateConfigurationSet"), parameters))


@given(st.integers(-1000, 100_000))
@example(299)
@example(300)
@example(50_400)
@example(50_401)
def test_delivery_seconds_are_those_of_the_model(seconds: int) -> None:
    problem = limits.delivery_seconds_problem(str(seconds))
    assert bool(problem) == broken("DeliveryOptions", "MaxDeliverySeconds", seconds)


@pytest.mark.parametrize("text", ["300.5", "3e3", "5 min", "+300", "\u0663\u0660\u0660", "9" * 5000, "3_000"])
def test_what_is_no_whole_number_is_refused(text: str) -> None:
    assert limits.delivery_seconds_problem(text)


@given(st.text() | st.from_regex(r"arn:aws:ses:us-east-1:[0-9]{12}:mailmanager-archive/a-[a-z0-9]{20,70}"))
@example(ARCHIVE)
@example(ARCHIVE.replace("aws", "aws-us-gov", 1))
@example(f"{ARCHIVE}\n")
@example(ARCHIVE.upper())
def test_an_archive_is_one_of_the_model(arn: str) -> None:
    assert bool(limits.archive_arn_problem(arn)) == broken("ArchivingOptions", "ArchiveArn", arn)


@pytest.mark.parametrize("domain", ["click.corp.com", "xn--mnchen-3ya.de", "a_b.corp.co", "A.COM", "a." * 125 + "com"])
def test_a_domain_is_accepted(domain: str) -> None:
    assert limits.redirect_domain_problem(domain, with_policy=True) == ""


@pytest.mark.parametrize(
    "domain",
    [
        "corp",
        "corp.",
        ".corp.com",
        "a..b",
        "-a.com",
        "a-.com",
        "a b.com",
        "http://a.com",
        "a.com/x",
        "1.2.3.4",
        "a.com\n",
        "münchen.de",
        "a." * 126 + "com",
        "a" * 64 + ".com",
    ],
)
def test_what_is_no_domain_is_refused(domain: str) -> None:
    assert "no domain name" in limits.redirect_domain_problem(domain, with_policy=False)


def test_a_policy_needs_its_domain() -> None:
    assert limits.redirect_domain_problem("", with_policy=False) == ""
    assert "needs a CustomRedirectDomain" in limits.redirect_domain_problem("", with_policy=True)


@given(
    st.datetimes(
        datetime(1970, 1, 2), datetime(9999, 12, 30), timezones=st.sampled_from([UTC, timezone(timedelta(hours=-8))])
    )
)
def test_a_moment_is_read_in_its_own_offset_and_else_in_utc(moment: datetime) -> None:
    assert limits.seconds_since_1970(moment.isoformat()) == moment.timestamp()
    naive = moment.replace(tzinfo=None)
    assert limits.seconds_since_1970(str(naive)) == naive.replace(tzinfo=UTC).timestamp()


def test_a_date_is_its_midnight_in_utc() -> None:
    assert limits.seconds_since_1970("2026-11-22") == datetime(2026, 11, 22, tzinfo=UTC).timestamp()


@given(st.text() | st.from_regex(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?"))
@example("0001-01-01T00:00+23:59")
@example("9999-12-31T23:59:59.999999-23:59")
def test_a_text_is_a_moment_or_complained_about(text: str) -> None:
    if limits.fresh_start_problem(text) == "":
        assert isinstance(limits.seconds_since_1970(text), float)
    else:
        with pytest.raises(ValueError, match=r".*"):
            limits.seconds_since_1970(text)
