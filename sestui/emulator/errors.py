"""The ways in which a call is not answered with what it asked for."""

from __future__ import annotations


class Refusal(Exception):
    """An error answer: `kind` is the error type that clients see as the error's code."""

    def __init__(self, kind: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.status = status


class Silence(Exception):
    """No answer at all: the connection is reset or, when `forever`, left open without a word."""

    def __init__(self, kind: str, *, forever: bool = False) -> None:
        super().__init__(kind)
        self.kind = kind
        self.forever = forever


def bad_request(message: str) -> Refusal:
    return Refusal("BadRequestException", message)


def not_found(message: str) -> Refusal:
    return Refusal("NotFoundException", message, 404)


def already_exists(message: str) -> Refusal:
    return Refusal("AlreadyExistsException", message)
