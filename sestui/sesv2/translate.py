"""The only place that knows botocore's exceptions: they leave as `sestui.domain.errors`."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import aiohttp
from botocore import exceptions as botocore_errors
from botocore.parsers import ResponseParserError

from sestui.domain import errors

ERROR_OF_CODE: Final[Mapping[str, type[errors.ServiceError]]] = {
    "NotFoundException": errors.NotFound,
    "AlreadyExistsException": errors.AlreadyExists,
    "LimitExceededException": errors.LimitExceeded,
    "ConcurrentModificationException": errors.Conflict,
    "ConflictException": errors.Conflict,
    "InvalidNextTokenException": errors.InvalidNextToken,
    "BadRequestException": errors.BadRequest,
    # DG-TC names it for half a pair; the model doesn't list it.
    "InvalidParameterValueException": errors.BadRequest,
    "ValidationException": errors.BadRequest,
    "TooManyRequestsException": errors.Throttled,
    "ThrottlingException": errors.Throttled,
    "Throttling": errors.Throttled,
    "ThrottledException": errors.Throttled,
    "RequestLimitExceeded": errors.Throttled,
    "SlowDown": errors.Throttled,
    "AccessDeniedException": errors.AccessDenied,
    "AccessDenied": errors.AccessDenied,
    "UnauthorizedOperation": errors.AccessDenied,
    "ExpiredToken": errors.CredentialsRefused,
    "ExpiredTokenException": errors.CredentialsRefused,
    "RequestExpired": errors.CredentialsRefused,
    "InvalidClientTokenId": errors.CredentialsRefused,
    "UnrecognizedClientException": errors.CredentialsRefused,
    "InvalidSignatureException": errors.CredentialsRefused,
    "SignatureDoesNotMatch": errors.CredentialsRefused,
    "MissingAuthenticationToken": errors.CredentialsRefused,
    "IncompleteSignature": errors.CredentialsRefused,
    # S3's own.
    "NoSuchBucket": errors.NotFound,
    "NoSuchKey": errors.NotFound,
    "InvalidAccessKeyId": errors.CredentialsRefused,
    "RequestTimeTooSkewed": errors.CredentialsRefused,
    "InternalError": errors.ServiceFault,
}
"""What each error code on the wire means to a user; a test holds it against the service model."""


_FOR_CREDENTIALS: Final = frozenset(
    ("AssumeRole", "AssumeRoleWithWebIdentity", "GetRoleCredentials", "CreateToken", "CreateOAuth2Token")
)
"""Operations by which botocore gets credentials."""


@contextmanager
def translated(operation: str) -> Iterator[None]:
    """Turn what botocore raises inside into `SestuiError`; programming mistakes pass."""
    try:
        yield
    except botocore_errors.ClientError as error:
        raise service_error(error, operation) from error
    except (botocore_errors.NoCredentialsError, botocore_errors.PartialCredentialsError) as error:
        words = f"No AWS credentials: {error}. Name a profile with --profile, or log in; --demo needs none."
        trouble = errors.NoCredentials(words)
        trouble.chain_ended = isinstance(error, botocore_errors.NoCredentialsError)
        raise trouble from error
    except botocore_errors.NoRegionError as error:
        raise errors.NoRegion("No Region: name one with --region, or set it for the profile.") from error
    except botocore_errors.ProfileNotFound as error:
        raise errors.ConnectionProblem(f"{error}. `aws configure list-profiles` lists those there are.") from error
    except (botocore_errors.SSOError, botocore_errors.TokenRetrievalError) as error:
        raise _login(error, "aws", "sso", "login") from error
    except botocore_errors.LoginError as error:
        raise _login(error, "aws", "login") from error
    except botocore_errors.RefreshWithMFAUnsupportedError as error:
        raise errors.CodeNeeded from error
    except botocore_errors.CredentialRetrievalError as error:
        # A profile's own program may have said several lines.
        raise errors.NoCredentials(f"Credentials can't be had: {' '.join(str(error).split())}.") from error
    except botocore_errors.ParamValidationError as error:
        raise errors.UsageError(f"Not sent, as {operation} can't take it: {error}") from error
    except (
        botocore_errors.HTTPClientError,
        botocore_errors.ConnectionError,
        aiohttp.ClientError,
        TimeoutError,
        ConnectionError,
    ) as error:
        raise errors.Unreachable(f"No answer to {operation}: {error}. Check the network.") from error
    except OSError as error:
        # Of the network there is none left: a token's file or a program, which botocore lets through.
        raise errors.NoCredentials(f"Credentials can't be had: {error}.") from error
    except botocore_errors.BotoCoreError as error:
        # Before ValueError, which some of these are too: an invalid Region, an unknown endpoint.
        raise errors.ConnectionProblem(f"{operation}: {error}") from error
    except RuntimeError as error:
        # botocore has no class of its own for this; any other is a programming mistake.
        if "credentials are still expired" not in str(error):
            raise
        raise errors.NoCredentials("New credentials have expired already: is this machine's clock right?") from error
    except (KeyError, ValueError, ResponseParserError) as error:
        # A reason, a status or a shape that this version has no word for.
        raise errors.UnexpectedAnswer(
            f"SES's answer to {operation} is not understood ({error!r}). A newer sestui may know it."
        ) from error


def _login(error: Exception, *command: str) -> errors.LoginNeeded:
    words = f"A login is needed: {' '.join(command)}, for this profile. {str(error).rstrip('.')}."
    return errors.LoginNeeded(words, command)


def service_error(error: botocore_errors.ClientError, operation: str) -> errors.ServiceError:
    """Return our error for SES's answer: by its code, else by its HTTP status."""
    about = error.response.get("Error", {})
    metadata = error.response.get("ResponseMetadata", {})
    code, status = str(about.get("Code", "")), metadata.get("HTTPStatusCode", 0)
    kind = ERROR_OF_CODE.get(code)
    if error.operation_name in _FOR_CREDENTIALS:
        # Called by botocore itself, before what was asked for.
        operation = error.operation_name
        if kind is errors.AccessDenied and "MultiFactorAuthentication failed" in str(about.get("Message", "")):
            kind = errors.CodeRefused
    if kind is None and status == 403 and operation.startswith("s3:"):
        # S3 may answer without a body; of anything else a bare 403 may be some proxy's.
        kind = errors.AccessDenied
    if kind is None:
        kind = errors.ServiceFault if status >= 500 else errors.Throttled if status == 429 else errors.BadRequest
    if kind is errors.NotFound and "requested tenant" in str(about.get("Message", "")).lower():
        kind = errors.TenantNotFound
    if kind is errors.NotFound and "virtual deliverability manager" in str(about.get("Message", "")).lower():
        kind = errors.NoDeliverabilityManager
    return kind(code or str(status), str(about.get("Message", "")), operation, metadata.get("RequestId"))
