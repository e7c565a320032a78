"""What people type and paste becomes addresses, doubles and refusals; nothing is lost on the way."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sestui.domain.addresses import MAX_LENGTH, Refused, normalise, parse, understand, why_not

PLAIN = st.from_regex(r"[a-zA-Z0-9+/_'=-]{0,8}[a-zA-Z0-9]@([a-z0-9]{1,8}\.){1,2}[a-z]{2,4}", fullmatch=True)


def refusals(text: str) -> list[tuple[int, str]]:
    return [(it.line, it.text) for it in parse(text).refused]


@pytest.mark.parametrize(
    "text",
    [
        "a@corp.com\nb@corp.com",
        "a@corp.com\r\nb@corp.com\r\n",
        "a@corp.com\rb@corp.com",
        "a@corp.com, b@corp.com",
        "a@corp.com; b@corp.com;",
        "\n\n  a@corp.com\t\n ,; \nb@corp.com",
        "Ann <a@corp.com>, Bob <b@corp.com>",
        '"Smith, Ann" <a@corp.com>; "Jones; Bob" <b@corp.com>',
        "Ann <mailto:a@corp.com>\nmailto:b@corp.com?subject=Hello",
        "MAILTO:a@corp.com\n< b@corp.com >",
        "\u200ba@corp.com\u00a0\n\ufeffb@corp.com\u2060",
        "‘a@corp.com’ 'b@corp.com'".replace(" ", "\n"),
        "a@corp.com.\nb@corp.com...",
        "a@corp.com. .\nb@corp.com",
        '"a@corp.com","b@corp.com"',
        "a@CORP.com\nb@Corp.COM",
    ],
)
def test_two_addresses_however_they_are_written(text: str) -> None:
    found = parse(text)
    assert (found.valid, found.doubles, found.refused) == (("a@corp.com", "b@corp.com"), 0, ())


@pytest.mark.parametrize(
    "address",
    [
        "alice+news@corp.com",
        "sales/emea@corp.com",
        "o'brien@corp.com",
        "x=y?z@corp.com",
        "a%2Bb@corp.com",
        '"a, b"@corp.com',
        '"a;b"@corp.com',
        '"a@b"@corp.com',
        '"a\\"b"@corp.com',
        "jürgen@corp.com",
        "info@münchen.de",
        "info@xn--mnchen-3ya.de",
        "用户@例子.广告",
        "Alice.Smith@corp.com",
        "..odd..@corp.com",
        "a@under_score.corp.com",
    ],
)
def test_an_unusual_address_is_taken_as_it_is(address: str) -> None:
    found = parse(f"x@corp.com\n{address}\n")
    assert found.valid == ("x@corp.com", address)
    assert why_not(address) is None


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("", "no @"),
        (".", "no @"),
        ("..", "no @"),
        ("corp.com", "no @"),
        ("@corp.com", "before the @"),
        ("alice@", "no domain"),
        ("alice@corp", "no valid domain"),
        ("alice@corp..com", "no valid domain"),
        ("alice@.corp.com", "no valid domain"),
        ("alice@-corp.com", "no valid domain"),
        ("alice@corp.com-", "no valid domain"),
        ("alice@corp.com/x", "no valid domain"),
        ("al ice@corp.com", "need quotes"),
        ("a@b@corp.com", "need quotes"),
        ('"open@corp.com', "need quotes"),
        ("al\x1bice@corp.com", "can't be seen"),
        ("al\u202eice@corp.com", "can't be seen"),
        ("alice@co\u200brp.com", "can't be seen"),
        ("al\udc80ice@corp.com", "can't be seen"),
        ("a" * MAX_LENGTH + "@corp.com", "longer than 320"),
    ],
)
def test_what_is_no_address_is_refused_with_the_reason(address: str, why: str) -> None:
    assert why in (why_not(address) or "")


@pytest.mark.parametrize("piece", [".", "..", "<>", "Ann <>", '""', "mailto:", "''", "mailto:?subject=x", "…"])
def test_a_piece_of_which_nothing_is_left_is_refused_and_not_lost(piece: str) -> None:
    assert refusals(f"a@corp.com\n{piece}\n") == [(2, piece)]


def test_a_refusal_names_its_line_and_its_text() -> None:
    text = "a@corp.com\r\n\r\nnobody, b@corp.com,\r\n  Ann <ann>  \n\nc@corp.com; d e@corp.com"
    found = parse(text)
    assert found.valid == ("a@corp.com", "b@corp.com", "c@corp.com")
    assert [(it.line, it.text) for it in found.refused] == [(3, "nobody"), (4, "Ann <ann>"), (6, "d e@corp.com")]
    assert found.refused[0] == Refused(3, "nobody", "has no @")


def test_addresses_that_differ_in_the_domains_case_alone_are_doubles() -> None:
    found = parse("Alice@Corp.com\nAlice@CORP.COM\nalice@corp.com\nAlice@corp.com")
    assert found.valid == ("Alice@corp.com", "alice@corp.com")
    assert found.doubles == 2


def test_a_mail_link_is_decoded_and_may_not_smuggle() -> None:
    found = parse("mailto:a%2Bnews@corp.com\nmailto:b%0A@corp.com")
    assert found.valid == ("a+news@corp.com",)
    assert [it.why for it in found.refused] == ["holds characters that can't be seen"]


def test_a_quote_that_never_closes_takes_no_other_line_with_it() -> None:
    found = parse('"Smith, Ann <a@corp.com>\nb@corp.com, "Jones\nc@corp.com')
    assert found.valid == ("a@corp.com", "b@corp.com", "c@corp.com")
    assert [it.text for it in found.refused] == ['"Smith', '"Jones']


def test_a_line_of_ten_kilobytes_is_one_refusal() -> None:
    found = parse("a@corp.com\n" + "x" * 10_000 + "@corp.com\nb@corp.com")
    assert found.valid == ("a@corp.com", "b@corp.com")
    assert [it.why for it in found.refused] == ["longer than 320 characters"]


@pytest.mark.timeout(20)
@pytest.mark.parametrize("filler", ['"', '\\"', "<", "(", " ", ",", '"\\', "\u200b", "<>", '" '])
def test_hostile_repetition_comes_to_an_end(filler: str) -> None:
    """A quadratic reading of these would take minutes."""
    found = parse("a@corp.com\n" + filler * 100_000 + "\nb@corp.com")
    assert found.valid[0] == "a@corp.com"
    assert found.valid[-1] == "b@corp.com"


@pytest.mark.timeout(20)
@pytest.mark.parametrize("filler", ["x", "x/", "@", "a@", "x.", "x=", "é"])
def test_a_long_text_without_blanks_comes_to_an_end(filler: str) -> None:
    """A token or a picture in base64, pasted by mistake: a quadratic search would take minutes."""
    assert understand(filler * 200_000 + "\nb@corp.com").valid[-1] == "b@corp.com"


@pytest.mark.parametrize(
    "text",
    [
        "Why does b@corp.com? He says",
        "(https://corp.com/?u=b@corp.com&z=1)",
        "**b@corp.com**",
        "b@corp.com/, b@corp.com!",
        r'{"to": "b@corp.com\n"}',
        "see <mailto:b%40corp.com>",
        "Feb 3 mx postfix[12]: A0: to=<b@corp.com>, relay=mx.corp.com[1.2.3.4]:25, status=bounced",
    ],
)
def test_an_address_is_understood_out_of_what_stands_around_it(text: str) -> None:
    assert understand(text).valid == ("b@corp.com",)


def test_a_hundred_thousand_addresses_keep_their_order() -> None:
    addresses = [f"user{number}@domain{number % 97}.com" for number in range(100_000)]
    assert parse("\n".join(addresses)).valid == tuple(addresses)
    assert parse(",".join(addresses)).valid == tuple(addresses)


@given(st.lists(PLAIN, unique=True, max_size=20), st.sampled_from(["\n", "\r\n", ",", "; ", ",\n", "\t;\t"]))
@settings(max_examples=60)
def test_plain_addresses_come_back_whatever_separates_them(addresses: list[str], separator: str) -> None:
    bare = [address.lstrip("'") for address in addresses]
    found = parse(separator.join(bare))
    assert found.valid == tuple(dict.fromkeys(bare))
    assert not found.refused


@given(st.lists(st.text(st.characters(exclude_characters='"')).filter(str.strip), max_size=12))
@settings(max_examples=200)
def test_every_piece_is_valid_a_double_or_refused(pieces: list[str]) -> None:
    separators = ",;\n\r"
    unseen = " \t\v\f\u00a0\u200b\u200c\u200d\u2060\ufeff"
    text = "\n".join(pieces)
    expected = 0
    for separator in separators:
        text = text.replace(separator, "\n")
    for piece in text.split("\n"):
        expected += bool(piece.strip(unseen))
    found = parse(text)
    assert len(found.valid) + found.doubles + len(found.refused) == expected


@given(st.text())
@settings(max_examples=300)
def test_any_text_is_read_and_whatever_is_valid_is_an_address(text: str) -> None:
    found = parse(text)
    assert all(why_not(address) is None for address in found.valid)
    assert len(set(found.valid)) == len(found.valid)
    lines = len(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    assert all(1 <= it.line <= lines and it.why for it in found.refused)


@given(st.text())
@settings(max_examples=300)
def test_normalising_twice_is_normalising_once(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(PLAIN)
@settings(max_examples=100)
def test_normalising_keeps_the_local_part(address: str) -> None:
    local, _, domain = address.rpartition("@")
    assert normalise(f"  {local}@{domain.upper()}\n") == address


@given(PLAIN)
@settings(max_examples=100)
def test_what_was_read_is_read_the_same_again(address: str) -> None:
    once = parse(address).valid
    assert parse("\n".join(once)).valid == once
