"""Every error that AWS's model or botocore knows leaves as one of ours; the model is the list."""

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from botocore import exceptions as botocore_errors
from botocore.session import Session

from sestui.domain import errors
from sestui.domain.settings import ConfigurationSet, SuppressionOptions
from sestui.domain.suppression import Reason, SuppressionList
from sestui.emulator import Emulator
from sestui.sesv2.changes import Changes
from sestui.sesv2.gateway import Gateway
from sestui.sesv2.resources import Resources
from sestui.sesv2.translate import ERROR_OF_CODE, service_error, translated
from tests.serving import operations

ADDRESS = "alice@corp.com"
LIST = SuppressionList("acme")


async def missing(call: Awaitable[object]) -> None:
    with pytest.raises(errors.NotFound):
        await call


async def drained(pages: AsyncIterator[Any]) -> None:
    async for _ in pages:
        pass


def everything(gateway: Gateway) -> dict[str, Callable[[], Awaitable[object]]]:
    """One call of each method, in an order in which each succeeds; of a message nobody sent there is nothing."""
    return {
        "identify": gateway.identify,
        "account": gateway.resources.account,
        "create_tenant": lambda: gateway.changes.create_tenant("acme"),
        "create_configuration_set": lambda: gateway.changes.create_configuration_set(ConfigurationSet("receipts")),
        "tenants": lambda: drained(gateway.resources.tenants()),
        "tenant": lambda: gateway.resources.tenant("acme"),
        "tenant_configuration_sets": lambda: gateway.resources.tenant_configuration_sets("acme"),
        "configuration_sets": lambda: drained(gateway.resources.configuration_sets()),
        "configuration_set": lambda: gateway.resources.configuration_set("receipts"),
        "put_suppressed_destination": lambda: gateway.put_suppressed_destination(LIST, ADDRESS, Reason.BOUNCE),
        "suppressed_destinations": lambda: gateway.suppressed_destinations(LIST),
        "suppressed_destination": lambda: gateway.suppressed_destination(LIST, ADDRESS),
        "message_insights": lambda: missing(gateway.message_insights("0100")),
        "delete_suppressed_destination": lambda: gateway.delete_suppressed_destination(LIST, ADDRESS),
        "put_tenant_suppression_attributes": lambda: gateway.changes.put_tenant_suppression_attributes("acme", None),
        "put_configuration_set_suppression_options": lambda: gateway.changes.put_configuration_set_suppression_options(
            "receipts", SuppressionOptions()
        ),
        "put_account_suppression_attributes": lambda: gateway.changes.put_account_suppression_attributes((), None),
        "associate": lambda: gateway.changes.associate("acme", "receipts"),
        "configuration_set_tenants": lambda: gateway.resources.configuration_set_tenants("receipts"),
        "dissociate": lambda: gateway.changes.dissociate("acme", "receipts"),
    }


def answer(code: str, status: int, message: str = "words") -> botocore_errors.ClientError:
    return botocore_errors.ClientError(
        {
            "Error": {"Code": code, "Message": message},
            "ResponseMetadata": {
                "HTTPStatusCode": status,
                "RequestId": "request-1",
                "HostId": "",
                "HTTPHeaders": {},
                "RetryAttempts": 0,
            },
        },
        "Anything",
    )


async def test_every_error_that_the_model_names_is_mapped(emulator: Emulator, gateway: Gateway) -> None:
    calls = everything(gateway)
    parts = (Gateway, Resources, Changes)
    methods = [name for part in parts for name, _ in inspect.getmembers(part, inspect.isfunction)]
    public = {name for name in methods if not name.startswith("_")}
    public -= {"may_change", "name_to_type", "permissions"}  # No call of one operation.
    assert set(calls) == public, "a new method of the gateway has to be called here"
    for call in calls.values():
        await call()
    asked = {operation for operation in operations(emulator) if operation != "GetCallerIdentity"}
    assert len(asked) >= 17

    model = Session().get_service_model("sesv2")
    codes = {shape.name for operation in asked for shape in model.operation_model(operation).error_shapes}
    assert codes >= {"NotFoundException", "TooManyRequestsException", "BadRequestException"}
    assert codes <= ERROR_OF_CODE.keys()


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("NotFoundException", 404, errors.NotFound),
        ("AlreadyExistsException", 400, errors.AlreadyExists),
        ("LimitExceededException", 400, errors.LimitExceeded),
        ("ConcurrentModificationException", 500, errors.Conflict),
        ("InvalidNextTokenException", 400, errors.InvalidNextToken),
        ("TooManyRequestsException", 429, errors.Throttled),
        ("ThrottlingException", 400, errors.Throttled),
        ("Throttling", 400, errors.Throttled),
        ("AccessDeniedException", 403, errors.AccessDenied),
        ("ExpiredToken", 403, errors.CredentialsRefused),
        ("UnrecognizedClientException", 403, errors.CredentialsRefused),
        ("InternalServiceErrorException", 500, errors.ServiceFault),
        ("ServiceUnavailable", 503, errors.ServiceFault),
        ("NeverSeenBefore", 429, errors.Throttled),
        ("NeverSeenBefore", 400, errors.BadRequest),
        ("", 502, errors.ServiceFault),
    ],
)
def test_an_answer_becomes_the_error_of_its_code_else_of_its_status(
    code: str, status: int, kind: type[errors.ServiceError]
) -> None:
    error = service_error(answer(code, status), "GetTenant")
    assert type(error) is kind
    assert (error.code, error.message) == (code or str(status), "words")
    assert (error.operation, error.request_id) == ("GetTenant", "request-1")
    assert "words" in str(error)
    assert "GetTenant" in str(error)


def test_a_missing_tenant_is_told_from_a_missing_entry() -> None:
    tenant = answer("NotFoundException", 404, "The requested tenant <acme> does not exist.")
    entry = answer("NotFoundException", 404, "Email address a@corp.com does not exist on your suppression list.")
    assert type(service_error(tenant, "X")) is errors.TenantNotFound
    assert type(service_error(entry, "X")) is errors.NotFound


def test_a_message_that_is_missing_is_told_from_an_account_that_keeps_none() -> None:
    without = answer("NotFoundException", 404, "To use this feature you must enable Virtual Deliverability Manager")
    message = answer("NotFoundException", 404, "Message <0100> not found for account <123456789012>")
    assert type(service_error(without, "X")) is errors.NoDeliverabilityManager
    assert type(service_error(message, "X")) is errors.NotFound


@pytest.mark.parametrize(
    ("raised", "kind", "says"),
    [
        (botocore_errors.NoCredentialsError(), errors.NoCredentials, "--profile"),
        (botocore_errors.PartialCredentialsError(provider="env", cred_var="x"), errors.NoCredentials, "--profile"),
        (botocore_errors.SSOTokenLoadError(error_msg="no token"), errors.LoginNeeded, "aws sso login"),
        (botocore_errors.UnauthorizedSSOTokenError(), errors.LoginNeeded, "aws sso login"),
        (botocore_errors.TokenRetrievalError(provider="sso", error_msg="x"), errors.LoginNeeded, "aws sso login"),
        (botocore_errors.RefreshWithMFAUnsupportedError(), errors.CodeNeeded, "code of the MFA device"),
        (RuntimeError("refreshed credentials are still expired."), errors.NoCredentials, "clock"),
        (botocore_errors.LoginRefreshRequired(), errors.LoginNeeded, "aws login"),
        (botocore_errors.CredentialRetrievalError(provider="p", error_msg="x"), errors.NoCredentials, "Credentials"),
        (botocore_errors.NoRegionError(), errors.NoRegion, "--region"),
        (botocore_errors.InvalidRegionError(region_name="a b"), errors.ConnectionProblem, "a b"),
        (botocore_errors.ProfileNotFound(profile="prod"), errors.ConnectionProblem, "list-profiles"),
        (botocore_errors.ConfigParseError(path="/x"), errors.ConnectionProblem, "/x"),
        (botocore_errors.UnknownEndpointError(service_name="sesv2", region_name="x"), errors.ConnectionProblem, "x"),
        (botocore_errors.EndpointConnectionError(endpoint_url="http://x"), errors.Unreachable, "network"),
        (botocore_errors.ConnectTimeoutError(endpoint_url="http://x"), errors.Unreachable, "network"),
        (botocore_errors.ReadTimeoutError(endpoint_url="http://x"), errors.Unreachable, "network"),
        (botocore_errors.ConnectionClosedError(endpoint_url="http://x"), errors.Unreachable, "network"),
        (botocore_errors.ProxyConnectionError(proxy_url="http://x"), errors.Unreachable, "network"),
        (botocore_errors.SSLError(endpoint_url="https://x", error="bad"), errors.Unreachable, "network"),
        (botocore_errors.HTTPClientError(error="reset"), errors.Unreachable, "reset"),
        (aiohttp.ServerDisconnectedError(), errors.Unreachable, "GetTenant"),
        (TimeoutError(), errors.Unreachable, "GetTenant"),
        (ConnectionResetError("reset"), errors.Unreachable, "reset"),
        (botocore_errors.ParamValidationError(report="bad"), errors.UsageError, "bad"),
        (KeyError("Reason"), errors.UnexpectedAnswer, "newer sestui"),
        (ValueError("SPAM is no reason"), errors.UnexpectedAnswer, "SPAM"),
        (botocore_errors.BotoCoreError(), errors.ConnectionProblem, "GetTenant"),
        (answer("NotFoundException", 404), errors.NotFound, "words"),
    ],
    ids=lambda it: type(it).__name__ if isinstance(it, Exception) else None,
)
def test_what_botocore_raises_leaves_as_ours_and_says_what_to_do(
    raised: Exception, kind: type[errors.SestuiError], says: str
) -> None:
    with pytest.raises(errors.SestuiError) as caught, translated("GetTenant"):
        raise raised
    assert type(caught.value) is kind
    assert says in str(caught.value)
    assert caught.value.__cause__ is raised


def test_every_exception_of_botocore_is_ours_in_the_end() -> None:
    """Whichever class a new botocore adds, none may reach a screen as it is."""
    known = [
        it for _, it in inspect.getmembers(botocore_errors, inspect.isclass) if it.__module__ == "botocore.exceptions"
    ]
    kinds = [kind for kind in known if issubclass(kind, botocore_errors.BotoCoreError)]
    assert len(kinds) > 50
    for kind in kinds:
        error = kind.__new__(kind)  # without the arguments that its text is made of
        assert isinstance(error, Exception)
        with pytest.raises(errors.SestuiError) as caught, translated("GetTenant"):
            raise error
        assert not isinstance(caught.value, errors.UnexpectedAnswer), kind


@pytest.mark.parametrize("bug", [TypeError("x"), AttributeError("x"), ZeroDivisionError(), AssertionError("x")])
def test_a_programming_mistake_passes(bug: Exception) -> None:
    with pytest.raises(type(bug)), translated("GetTenant"):
        raise bug


def test_every_error_of_the_service_has_a_root_and_fits_a_screen() -> None:
    for kind in set(ERROR_OF_CODE.values()):
        assert issubclass(kind, errors.ServiceError)
    assert str(errors.Throttled("Throttling", "", "GetTenant")).startswith("Throttling — ")
