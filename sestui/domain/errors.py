"""Every error that a user of sestui can meet; anything else is a bug and ends the program loudly.

SestuiError
├── UsageError                 what was asked makes no sense; nothing was sent
│   ├── QueryError             a term of a filter can't be read; it says where
│   └── FileTrouble            a file that was named can't be read, or can't be written: no half of it is there
│       └── FileIsThere        it would be written over
├── ConnectionProblem          no connection can be made of what was given
│   ├── NoCredentials          botocore's chain found none
│   │   ├── LoginNeeded        a program of AWS's has to be run: `aws sso login`
│   │   └── CodeNeeded         of the person's MFA device
│   └── NoRegion               no Region was given and none is configured
├── Unreachable                no answer: what was asked may or may not have been done
├── CacheTrouble               what was known is not kept, or not to be had: everything else goes on
├── NotOurs                    a file or folder that somebody else could have written: it is not used
├── ReadOnly                   nothing may be changed on this connection; nothing was sent
├── JournalTrouble             what is changed can't be written down: nothing is changed
├── JobRefused                 a job can't run here or now; nothing was sent
│   └── JobBusy                another process is at it
├── ImportFailed               SES's own import job failed whole: the next would as well
├── Recalled                   a call that waited for its turn is not to be made any more
├── UnexpectedAnswer           SES answered what this version has no word for
└── ServiceError               SES answered, and refused
    ├── CredentialsRefused     expired, invalid or unsigned credentials
    │   └── CodeRefused        the MFA device's code is wrong, or was used before
    ├── AccessDenied           the role lacks the action
    ├── Throttled              too many requests: try again later
    ├── ServiceFault           SES's own trouble (5xx): try again later
    ├── NotFound               no such entry, tenant or configuration set
    ├── AlreadyExists
    ├── LimitExceeded
    ├── Conflict               somebody else changes it just now, or its state forbids this
    ├── InvalidNextToken       the page token is bad or outdated: start again
    └── BadRequest             SES does not accept what was sent
"""

from __future__ import annotations

from typing import Final


class SestuiError(Exception):
    """The root. Its text is one or two sentences for a person: what happened, and what to do next."""

    attempts = 0
    """How many requests were sent for the call that failed."""
    unanswered = 0
    """How many of these got no answer: each may have been carried out."""
    is_listed = False
    """Whether the log of errors has it."""

    @property
    def brief(self) -> str:
        """Its text, but for what there is to choose from: for a place where one can choose."""
        return str(self)


class UsageError(SestuiError):
    """What was asked makes no sense; nothing was sent."""


class QueryError(UsageError):
    """A term of a filter can't be read. Its text names it."""

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.start = start
        """Where the mistake begins in what was typed, in characters."""
        self.end = end
        """Where it ends, at least one character later."""


class FileTrouble(UsageError):
    """A file that a person named can't be read or written. Of one that can't be written nothing is left."""


class FileIsThere(FileTrouble):
    """There is a file of this name, and nobody said that it may be written over."""


class ConnectionProblem(SestuiError):
    """No connection can be made of the profile, Region and endpoint given."""

    def __init__(self, message: str, choice: str = "") -> None:
        """`choice` is a sentence with all that could be given instead."""
        super().__init__(message)
        self._choice = choice

    def __str__(self) -> str:
        return " ".join(filter(None, (self.brief, self._choice)))

    @property
    def brief(self) -> str:
        return str(self.args[0])


class NoCredentials(ConnectionProblem):
    """botocore's chain found no credentials."""

    state = "no credentials"
    """In two or three words."""
    chain_ended = False
    """Whether all that botocore asks was asked, and had none; else one had some that are of no use."""


class LoginNeeded(NoCredentials):
    """A login has run out, or there never was one."""

    state = "login needed"

    def __init__(self, message: str, command: tuple[str, ...]) -> None:
        super().__init__(message)
        self.command = command
        """The program and its arguments that ask the person for it, without the profile's."""


class CodeNeeded(NoCredentials):
    """A role is assumed with the code of an MFA device, and there is none, or it is used up."""

    state = "MFA code needed"

    def __init__(self, device: str = "") -> None:
        super().__init__(f"AWS wants a code of the MFA device{' ' if device else ''}{device}.")
        self.device = device
        """Its ARN or serial number, as AWS's configuration file has it; empty where keys had with a code have ended."""


class NoRegion(ConnectionProblem):
    """No Region was given and none is configured."""


class Unreachable(SestuiError):
    """No answer came. What was asked may or may not have been done."""


class CacheTrouble(SestuiError):
    """What was known of a list can't be kept or read back. Nothing else depends on it: say it once and go on."""


class NotOurs(SestuiError):
    """A file or folder of ours belongs to somebody else, or others can write to it."""


class ReadOnly(SestuiError):
    """Nothing may be changed on this connection, as a setting or an argument says. Nothing was sent."""


class JournalTrouble(SestuiError):
    """The journal can't be read or written. Nothing is changed that can't be written down."""


class JobRefused(SestuiError):
    """A job can't run on this connection, or in the state it is in. Nothing was sent."""


class JobBusy(JobRefused):
    """Another process runs the job."""


class ImportFailed(SestuiError):
    """SES ended an import job otherwise than completed. What became of its entries the list tells."""


class Recalled(SestuiError):
    """Whoever wanted a call did not want it any more before its turn came. It was not sent, or refused if it was."""


class UnexpectedAnswer(SestuiError):
    """SES answered what this version of sestui has no word for."""


_EXPIRED: Final = ("ExpiredToken", "ExpiredTokenException", "RequestExpired")


def _code(error: ServiceError) -> str:
    return f"{error.code}, request {error.request_id}" if error.request_id else error.code


def _sentence(words: str) -> str:
    """AWS ends some of its sentences, and others not."""
    return f"{words}." if words and words[-1] not in ".!?" else words


class ServiceError(SestuiError):
    """SES answered, and refused."""

    advice = ""
    """What the user can do next; ends the sentence where SES's own message doesn't say."""

    def __init__(self, code: str, message: str, operation: str, request_id: str | None = None) -> None:
        super().__init__(f"{message or code}{' — ' + self.advice if self.advice else ''} ({operation}: {code})")
        self.code = code
        """The error code on the wire, `TooManyRequestsException`."""
        self.message = message
        """SES's own words. Data: may hold anything."""
        self.operation = operation
        """The operation's name, `ListTenants`."""
        self.request_id = request_id
        """What AWS support asks for."""


class CredentialsRefused(ServiceError):
    advice = "renew the credentials"

    @property
    def state(self) -> str:
        """In two words."""
        return "creds expired" if self.code in _EXPIRED else "creds refused"

    def __str__(self) -> str:
        # What it is in plain words first: AWS has a dozen of sentences for the same.
        words = "The credentials have expired" if self.code in _EXPIRED else "The credentials are refused"
        return f"{words}: {self.advice} ({self.operation}: {_code(self)}). {_sentence(self.message)}"


class CodeRefused(CredentialsRefused):
    def __str__(self) -> str:
        words = "The MFA code is wrong, or was used before: wait for the next"
        return f"{words} ({self.operation}: {_code(self)}). {_sentence(self.message)}"


class AccessDenied(ServiceError):
    advice = "the role in use lacks this action"

    def __str__(self) -> str:
        # The action first: on a narrow screen the rest of SES's long sentence may be cut.
        return f"{self.operation} is denied: {self.advice} ({_code(self)}). {_sentence(self.message)}"


class Throttled(ServiceError):
    advice = "SES limits the rate of calls: try again later"


class ServiceFault(ServiceError):
    advice = "a fault inside SES: try again later"


class NotFound(ServiceError):
    pass


class TenantNotFound(NotFound):
    """SES has one code for a missing entry and a missing tenant; its message tells them apart."""


class NoDeliverabilityManager(NotFound):
    """The account has no Virtual Deliverability Manager in this Region; the same code, told apart by the message."""


class AlreadyExists(ServiceError):
    pass


class LimitExceeded(ServiceError):
    pass


class Conflict(ServiceError):
    pass


class InvalidNextToken(ServiceError):
    advice = "the page token is outdated: refresh"


class BadRequest(ServiceError):
    pass
