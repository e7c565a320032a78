"""Which of the actions a role has: each read is called once, for a page of one; no write is called."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from sestui.domain.errors import AccessDenied, CredentialsRefused, NotFound, ServiceError
from sestui.domain.permission import Answer, Permission
from sestui.domain.priority import Priority
from sestui.sesv2.calls import Calls
from sestui.sesv2.operations import WRITES

_NOBODY: Final = "nobody@example.com"
"""An address that is on no list, as a rule: that it isn't there is an answer, too."""
_NONE: Final = "sestui-permissions"
"""The name of what isn't there, where there is none to ask about."""
_NO_JOB: Final = "00000000-0000-0000-0000-000000000000"
_S3: Final = ("s3:PutObject", "s3:GetObject", "s3:DeleteObject")


async def permissions(calls: Calls, sets: str, tenant: str | None) -> AsyncIterator[Permission]:
    """Yield what the role may do, reads first.

    Args:
        calls: SES's.
        sets: the ARN of a configuration set up to its name.
        tenant: the one to ask about, its list too; without one the first that SES lists, and the account's list.

    Raises:
        CredentialsRefused, NoCredentials, Unreachable: nothing can be told.
    """
    one = {"PageSize": 1}
    whose = {} if tenant is None else {"TenantName": tenant}
    found = _Found()
    yield await found.ask(calls, "GetAccount", {})
    yield await found.ask(calls, "ListTenants", one)
    of_tenant = {"TenantName": tenant or found.first("Tenants", "TenantName")}
    yield await found.ask(calls, "GetTenant", of_tenant)
    yield await found.ask(calls, "ListTenantResources", of_tenant | one)
    yield await found.ask(calls, "ListConfigurationSets", one)
    name = found.first("ConfigurationSets")
    yield await found.ask(calls, "GetConfigurationSet", {"ConfigurationSetName": name})
    yield await found.ask(calls, "ListResourceTenants", {"ResourceArn": f"{sets}{name}", **one})
    yield await found.ask(calls, "ListSuppressedDestinations", whose | one)
    yield await found.ask(calls, "GetSuppressedDestination", {"EmailAddress": _NOBODY, **whose})
    yield await found.ask(calls, "ListImportJobs", one)
    yield await found.ask(calls, "GetImportJob", {"JobId": _NO_JOB})
    yield Permission("ses:GetMessageInsights", Answer.UNTIL_USED, "not asked: AWS may charge for it")
    for action in (*(f"ses:{operation}" for operation in WRITES), *_S3):
        yield Permission(action, Answer.UNTIL_USED)


class _Found:
    """Asks, and keeps the last answer."""

    def __init__(self) -> None:
        self._answer: Mapping[str, Any] = {}

    def first(self, members: str, name: str = "") -> str:
        """Return the name of the first that the last answer lists."""
        row = next(iter(self._answer.get(members, ())), None)
        return _NONE if row is None else str(row[name] if name else row)

    async def ask(self, calls: Calls, operation: str, parameters: Mapping[str, Any]) -> Permission:
        action, self._answer = f"ses:{operation}", {}
        try:
            self._answer = await calls.answer(operation, parameters, Priority.PERSON)
        except NotFound:
            pass  # Whoever is told that it isn't there may ask.
        except CredentialsRefused:
            raise
        except AccessDenied as error:
            return Permission(action, Answer.DENIED, error.message)
        except ServiceError as error:
            return Permission(action, Answer.UNKNOWN, str(error))
        return Permission(action, Answer.ALLOWED)
