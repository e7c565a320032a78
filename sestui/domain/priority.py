"""Who waits for an answer of SES: the order in which calls are made."""

from enum import IntEnum


class Priority(IntEnum):
    """Who waits for the answer; the lowest number goes first."""

    PERSON = 0
    VISIBLE = 1
    JOB = 2
    BACKGROUND = 3
