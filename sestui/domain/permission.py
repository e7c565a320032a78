"""What a role may do, as far as that can be told without doing it."""

from dataclasses import dataclass
from enum import StrEnum


class Answer(StrEnum):
    ALLOWED = "allowed"
    DENIED = "denied"
    UNKNOWN = "not known"
    """It was asked, and the answer tells neither."""
    UNTIL_USED = "unknown until used"
    """It was not asked: to ask is to do it, or may cost something."""


@dataclass(frozen=True, slots=True)
class Permission:
    """One action of IAM, and whether the role has it."""

    action: str
    """As in a policy, `ses:GetTenant`."""
    answer: Answer
    why: str = ""
    """SES's own words, or why it was not asked; mostly empty."""
