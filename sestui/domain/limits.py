"""What SES lets a new tenant or configuration set be: names, tags, and the members of CreateConfigurationSet.

Each rule says in a sentence what is wrong and what is valid, or nothing at all. Where the source is silent SES is left
to decide. Source, unless said otherwise: API reference of SES v2 (CreateTenant, CreateConfigurationSet, Tag), May 2026.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sestui.domain.display import printable, seconds_at
from sestui.domain.settings import Tag

MOST_TAGS: Final = 50

_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_KEY_LENGTH: Final = 128
_VALUE_LENGTH: Final = 256
_TAG_SYMBOLS: Final = "_.:/=+-"
_SEPARATOR: Final = re.compile(r"\s=\s")
_DELIVERY_SECONDS: Final = range(300, 50400 + 1)
_DOMAIN: Final = re.compile(
    r"([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])"
)
_DOMAIN_LENGTH: Final = 253
_ARCHIVE_ARN: Final = re.compile(
    r"arn:(aws|aws-[a-z-]+):ses:[a-z]{2,4}-[a-z-]+-[0-9]:[0-9]{1,20}:mailmanager-archive/a-[a-z0-9]{24,62}"
)
_ARCHIVE_ARN_LENGTH: Final = range(20, 1011 + 1)


def name_problem(name: str) -> str:
    """Check TenantName or ConfigurationSetName."""
    if _NAME.fullmatch(name):
        return ""
    if not name:
        return "A name is needed: up to 64 of A-Z a-z 0-9 _ and -."
    if len(name) > 64:
        return f"{len(name)} characters: a name has at most 64."
    foreign = next(it for it in name if not _NAME.fullmatch(it))
    return f"{_named(foreign)} can't be in a name, only A-Z a-z 0-9 _ and -."


def tags_problem(tags: Sequence[Tag]) -> str:
    """Check Tags; the first that is wrong is named.

    `aws:` is refused in any case of its letters: the reference has it in lower case, what SES makes of `AWS:` it does
    not say.
    """
    if len(tags) > MOST_TAGS:
        return f"{len(tags)} tags: a resource has at most {MOST_TAGS}."
    for tag in tags:
        if problem := _tag_problem(tag):
            return problem
    key, times = max(Counter(tag.key for tag in tags).items(), key=lambda it: it[1], default=("", 0))
    return f"The key {printable(key)} is there {times} times: each key can be given once." if times > 1 else ""


def _tag_problem(tag: Tag) -> str:
    if not tag.key:
        return f"A key is missing before ={printable(tag.value)[:20]}: a tag is key=value."
    parts = (("key", tag.key, _KEY_LENGTH), ("value", tag.value, _VALUE_LENGTH))
    for what, text, most in parts:
        start = printable(text[:20]) + ("…" if len(text) > 20 else "")
        if len(text) > most:
            return f"The {what} {start} has {len(text)} characters: at most {most}."
        if text.lower().startswith("aws:"):
            return f"The {what} {start} begins with aws:, which AWS keeps for itself."
        foreign = next((it for it in text if not _may_be_in_tag(it)), None)
        if foreign is not None:
            return f"{_named(foreign)} can't be in the {what} {start}: only letters, digits, blanks and {_TAG_SYMBOLS}"
    return ""


def _may_be_in_tag(character: str) -> bool:
    # Unicode letters, digits and white space. Of the control characters a tab alone is something that people type.
    return character in _TAG_SYMBOLS or character == "\t" or unicodedata.category(character)[0] in "LNZ"


def tags_text_problem(text: str) -> str:
    """Check Tags as typed."""
    # `team: payments` would pass for a key, as blanks and colons may be in one.
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and "=" not in line:
            return f"Line {number} has no =: a tag is key=value, or key= where the value is empty."
    return tags_problem(read_tags(text))


def read_tags(text: str) -> tuple[Tag, ...]:
    """Read tags as they are typed, `key=value` one a line; empty lines are passed over.

    The first `=` with blanks around it parts the two, for a key may hold one too: `a=b = c`. Without such a one it is
    the first `=`. Blanks at both ends of key and value are dropped. A line without `=`, which `tags_text_problem`
    complains about, comes as a key without a value.
    """
    tags = []
    for line in text.splitlines():
        if line.strip():
            # The end of a line is a blank too.
            parts = _SEPARATOR.split(f" {line} ", maxsplit=1)
            if len(parts) == 1:
                parts = line.split("=", maxsplit=1)
            key, *value = (part.strip() for part in parts)
            tags.append(Tag(key, value[0] if value else ""))
    return tuple(tags)


def delivery_seconds_problem(text: str) -> str:
    """Check MaxDeliverySeconds as typed: a whole number, 300 (5 minutes) to 50400 (840 minutes)."""
    if text.isascii() and text.isdecimal() and len(text) < 10 and int(text) in _DELIVERY_SECONDS:
        return ""
    return "A whole number of seconds, 300 (5 min) to 50400 (14 h)."


def redirect_domain_problem(text: str, *, with_policy: bool) -> str:
    """Check CustomRedirectDomain as typed: TrackingOptions, so an HttpsPolicy too, can't be without it.

    What a domain is made of: RFC 1035, and underscores, which occur.
    """
    if not text:
        return "An HttpsPolicy needs a CustomRedirectDomain." if with_policy else ""
    if len(text) <= _DOMAIN_LENGTH and _DOMAIN.fullmatch(text):
        return ""
    return "This is no domain name: track.example.com would be one."


def fresh_start_problem(text: str) -> str:
    """Check LastFreshStart as typed: ISO 8601."""
    try:
        seconds_since_1970(text)
    except ValueError:
        return "A date, 2026-11-22, or a date and time, 2026-11-22 02:00."
    return ""


def seconds_since_1970(text: str) -> float:
    """Read an ISO date or date and time, in the zone shown unless it names another offset.

    Raises:
        ValueError: it is none.
    """
    return seconds_at(datetime.fromisoformat(text))


def archive_arn_problem(text: str) -> str:
    """Check ArchiveArn. Source: length and pattern of botocore 1.43's service model."""
    if len(text) in _ARCHIVE_ARN_LENGTH and _ARCHIVE_ARN.fullmatch(text):
        return ""
    return "This is no archive's: arn:aws:ses:…:mailmanager-archive/a-…"


def _named(character: str) -> str:
    return "A blank" if character == " " else f"“{printable(character)}”"
