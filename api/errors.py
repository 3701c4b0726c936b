"""Errors of the HTTP layer. ``api.problems.table`` maps every error to a status.

::

    HttpError
    ├── MalformedJson
    ├── TooManyValues
    ├── MalformedMultipart
    ├── BodyTooLarge(limit)
    ├── BodyTooSlow
    ├── UnsupportedMediaType(given)
    ├── UnsupportedContentEncoding
    ├── MalformedAddress
    ├── InvalidIfMatch
    ├── InvalidIfNoneMatch
    ├── NotAuthenticated
    ├── TenantSuspended
    ├── TenantNotReady(retry_after)
    ├── NotReady(down)
    ├── TooManyOfTenant(retry_after)
    ├── TooManyAtOnce(retry_after)
    ├── ClientGone
    └── CentralOutOfDate(pending)

    tenant_schema.problems.InvalidInput(problems)
    ├── InvalidBody
    └── InvalidQuery
"""

from collections.abc import Sequence
from typing import ClassVar

from api.number_text import counted
from tenant_schema.problems import InvalidInput

__all__ = [
    "BodyTooLarge",
    "BodyTooSlow",
    "CentralOutOfDate",
    "ClientGone",
    "HttpError",
    "InvalidBody",
    "InvalidIfMatch",
    "InvalidIfNoneMatch",
    "InvalidQuery",
    "MalformedAddress",
    "MalformedJson",
    "MalformedMultipart",
    "NotAuthenticated",
    "NotReady",
    "TenantNotReady",
    "TenantSuspended",
    "TooManyAtOnce",
    "TooManyOfTenant",
    "TooManyValues",
    "UnsupportedContentEncoding",
    "UnsupportedMediaType",
]


class HttpError(Exception):
    """The root of this tree."""

    code: ClassVar[str] = "http"


class MalformedJson(HttpError):
    """The body is no JSON document.

    :param reason: what is wrong, and where.
    """

    code = "malformed-json"

    def __init__(self, reason: str = "") -> None:
        super().__init__(f"The request's body is not valid JSON{reason and ': '}{reason}.")


class TooManyValues(HttpError):
    """A JSON document of more values than the service takes, whatever their bytes."""

    code = "too-many-values"

    def __init__(self, values: int, containers: int) -> None:
        super().__init__(
            f"A JSON document may have {values:,} values at most, or {containers:,} lists and objects; "
            "send it in parts."
        )


class BodyTooSlow(HttpError):
    """The body did not arrive in time."""

    code = "body-too-slow"

    def __init__(self) -> None:
        super().__init__("The request's body did not arrive in time.")


class BodyTooLarge(HttpError):
    """More bytes than the service takes; the rest was not read."""

    code = "body-too-large"

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(f"A request's body may have {limit} bytes at most.")


class UnsupportedMediaType(HttpError):
    """A body that says it is something else than what is ``wanted``, or does not say what it is."""

    code = "unsupported-media-type"

    def __init__(self, given: str, wanted: str = "application/json") -> None:
        self.given = given
        kind = "JSON" if wanted == "application/json" else "a form"
        super().__init__(f"Send the body as {kind}, with Content-Type: {wanted}.")


class UnsupportedContentEncoding(HttpError):
    """A compressed body."""

    code = "unsupported-content-encoding"

    def __init__(self) -> None:
        super().__init__("Send the body uncompressed, without a Content-Encoding header.")


class MalformedAddress(HttpError):
    """A percent sign in the path or the query without two hexadecimal digits, or what is not UTF-8."""

    code = "malformed-address"

    def __init__(self) -> None:
        super().__init__(
            "A percent sign in an address must be followed by two hexadecimal digits, which encode UTF-8."
        )


class MalformedMultipart(HttpError):
    """The body is no multipart/form-data."""

    code = "malformed-multipart"

    def __init__(self) -> None:
        super().__init__("The request's body is not valid multipart/form-data.")


class InvalidIfMatch(HttpError):
    """An If-Match header that is no list of entity tags."""

    code = "invalid-if-match"

    def __init__(self) -> None:
        super().__init__(
            'If-Match takes entity tags as they were given out, such as "7", separated by commas, or *.'
        )


class InvalidIfNoneMatch(HttpError):
    """An If-None-Match header that is not ``*``."""

    code = "invalid-if-none-match"

    def __init__(self) -> None:
        super().__init__("If-None-Match takes * here: make it only if it is not there.")


class NotAuthenticated(HttpError):
    """No token, or one that is worth nothing here. Which of the two is not told."""

    code = "not-authenticated"

    def __init__(self) -> None:
        super().__init__("Sign in: this needs a valid bearer token.")


class TenantSuspended(HttpError):
    """The tenant is there, and an operator has closed it."""

    code = "tenant-suspended"

    def __init__(self) -> None:
        super().__init__("This tenant is suspended.")


class TenantNotReady(HttpError):
    """The tenant is still being made; try again after ``retry_after`` seconds."""

    code = "tenant-not-ready"

    def __init__(self, retry_after: int = 2) -> None:
        self.retry_after = retry_after
        super().__init__("This tenant is still being made; try again shortly.")


class NotReady(HttpError):
    """Some of what the service needs does not answer."""

    code = "not-ready"

    def __init__(self, down: Sequence[str]) -> None:
        self.down = tuple(down)
        super().__init__(f"Not ready: {', '.join(down)} does not answer.")


class TooManyOfTenant(HttpError):
    """The tenant has as many long requests of this kind as it may have at once."""

    code = "too-many-at-once"

    def __init__(self, kind: str, most: int, retry_after: int = 5) -> None:
        self.retry_after = retry_after
        super().__init__(
            f"This tenant has {most} {kind} under way, which is all it may have. Send the request again "
            "when one of them has ended."
        )


class TooManyAtOnce(HttpError):
    """The process has as many long requests of this kind as it takes on at once, of all tenants together."""

    code = "too-busy"

    def __init__(self, kind: str, retry_after: int = 5) -> None:
        self.retry_after = retry_after
        super().__init__(f"Too many {kind} are under way at this moment. Send the request again shortly.")


class ClientGone(HttpError):
    """The client hung up before its request was whole. Nobody is left to answer."""

    code = "client-gone"

    def __init__(self) -> None:
        super().__init__("The client hung up.")


class CentralOutOfDate(HttpError):
    """The central database lacks migrations that this version needs."""

    code = "central-out-of-date"

    def __init__(self, pending: int) -> None:
        self.pending = pending
        super().__init__(
            f"The central database lacks {counted(pending, 'migration')}. "
            "Bring it up to date with `freehold migrate`."
        )


class InvalidBody(InvalidInput):
    """JSON that does not have the shape asked for."""


class InvalidQuery(InvalidInput):
    """Query parameters that the route does not know, or cannot use."""

    code = "invalid-query"
