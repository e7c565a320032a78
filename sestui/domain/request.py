"""One request, and what became of it."""

from typing import NamedTuple

from sestui.domain.errors import ServiceError, SestuiError


class Request(NamedTuple):
    """What is told of a request once it has ended, to whoever keeps count; never what it was signed with."""

    operation: str
    took: float
    """Seconds from when it was sent until it ended."""
    error: SestuiError | None = None
    """Why it failed; None where it did not."""
    request_id: str | None = None
    """As AWS support asks for it; None where no answer came."""
    address: str | None = None
    """The one that was asked about or changed; None where it was about none alone."""

    @property
    def code(self) -> str:
        """The error's code on the wire, where no answer came the kind of trouble; empty where all was well."""
        if self.error is None:
            return ""
        return self.error.code if isinstance(self.error, ServiceError) else type(self.error).__name__
