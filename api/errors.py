"""Errors of the HTTP layer. ``api.problems.statuses`` maps every error to a status.

::

    HttpError
    ├── MalformedJson
    ├── TooManyValues
    ├── MalformedMultipart
    ├── BodyTooLarge(limit)
    ├── BodyTooSlow
    ├── UploadNotStored
    ├── UnsupportedMediaType(given)
    ├── UnsupportedContentEncoding
    ├── MalformedAddress
    ├── InvalidIfMatch
    ├── InvalidIfNoneMatch
    ├── NotAuthenticated
    ├── CrossSite
    ├── TenantSuspended
    ├── TenantArchived
    ├── TenantReadOnly(retry_after)
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
from typing import ClassVar, Final

from api.number_text import counted
from tenant_schema.problems import InvalidInput

__all__ = [
    "BodyTooLarge",
    "BodyTooSlow",
    "CentralOutOfDate",
    "ClientGone",
    "CrossSite",
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
    "TenantArchived",
    "TenantNotReady",
    "TenantReadOnly",
    "TenantSuspended",
    "TooManyAtOnce",
    "TooManyOfTenant",
    "TooManyValues",
    "UnsupportedContentEncoding",
    "UnsupportedMediaType",
    "UploadNotStored",
]

_KINDS: Final = {
    "application/json": "JSON",
    "multipart/form-data": "a form",
    "image/png": "an image",
    "application/vnd.freehold.archive": "an archive",
}


class HttpError(Exception):
    """The base class of the errors below."""

    code: ClassVar[str] = "http"


class MalformedJson(HttpError):
    """The body is not a JSON document.

    :param reason: what is wrong, and where.
    """

    code = "malformed-json"

    def __init__(self, reason: str = "") -> None:
        super().__init__(f"The request's body is not valid JSON{reason and ': '}{reason}.")


class TooManyValues(HttpError):
    """A JSON document has too many values."""

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


class UploadNotStored(HttpError):
    """There is no room on this machine for the upload: it is a file until it has been read."""

    code = "upload-not-stored"

    def __init__(self) -> None:
        super().__init__("The upload could not be stored: the disk is full or not writable.")


class BodyTooLarge(HttpError):
    """The body is too large. The rest was not read."""

    code = "body-too-large"

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(f"A request's body may have {limit} bytes at most.")


class UnsupportedMediaType(HttpError):
    """The body's media type is missing, or not the ``wanted`` one."""

    code = "unsupported-media-type"

    def __init__(self, given: str, wanted: str = "application/json") -> None:
        self.given = given
        super().__init__(f"Send the body as {_KINDS[wanted]}, with Content-Type: {wanted}.")


class UnsupportedContentEncoding(HttpError):
    """A compressed body."""

    code = "unsupported-content-encoding"

    def __init__(self) -> None:
        super().__init__("Send the body uncompressed, without a Content-Encoding header.")


class MalformedAddress(HttpError):
    """A percent sign in the path or query encodes nothing.

    It is not followed by two hexadecimal digits, or the bytes are not UTF-8.
    """

    code = "malformed-address"

    def __init__(self) -> None:
        super().__init__(
            "A percent sign in an address must be followed by two hexadecimal digits, which encode UTF-8."
        )


class MalformedMultipart(HttpError):
    """The body is not valid multipart/form-data."""

    code = "malformed-multipart"

    def __init__(self) -> None:
        super().__init__("The request's body is not valid multipart/form-data.")


class InvalidIfMatch(HttpError):
    """An If-Match header is not a list of entity tags."""

    code = "invalid-if-match"

    def __init__(self) -> None:
        super().__init__(
            'If-Match takes entity tags as they were given out, such as "7", separated by commas, or *.'
        )


class InvalidIfNoneMatch(HttpError):
    """An If-None-Match header is not ``*``."""

    code = "invalid-if-none-match"

    def __init__(self) -> None:
        super().__init__("If-None-Match takes * here: make it only if it is not there.")


class NotAuthenticated(HttpError):
    """There is no token, or an invalid one. The response does not distinguish them."""

    code = "not-authenticated"

    def __init__(self) -> None:
        super().__init__("Sign in: this needs a valid bearer token.")


class CrossSite(HttpError):
    """A request that changes something has a cookie, and no page of this origin has sent it."""

    code = "cross-site"

    def __init__(self) -> None:
        super().__init__(
            "A request with a cookie that changes something must come from a page of this origin: its Origin "
            "header, or without one Sec-Fetch-Site, has to say so. Programs and pages of other origins use "
            "bearer tokens."
        )


class TenantSuspended(HttpError):
    """An operator has suspended the tenant."""

    code = "tenant-suspended"

    def __init__(self) -> None:
        super().__init__("This tenant is suspended.")


class TenantArchived(HttpError):
    """An operator has archived the tenant: its data is kept, and its database is not there."""

    code = "tenant-archived"
    retry_after: ClassVar[int] = 3_600

    def __init__(self) -> None:
        super().__init__("This tenant is archived. An operator can bring it back.")


class TenantReadOnly(HttpError):
    """The tenant's data may be read and not changed at present; retry after ``retry_after`` seconds."""

    code = "tenant-read-only"

    def __init__(self, retry_after: int = 5) -> None:
        self.retry_after = retry_after
        super().__init__(
            "This tenant is read-only at present: nothing can be changed. Its data can be read, also by who "
            "signs in now."
        )


class TenantNotReady(HttpError):
    """The tenant is being created; retry after ``retry_after`` seconds."""

    code = "tenant-not-ready"

    def __init__(self, retry_after: int = 2) -> None:
        self.retry_after = retry_after
        super().__init__("This tenant is still being made; try again shortly.")


class NotReady(HttpError):
    """A part of the service is not available."""

    code = "not-ready"

    def __init__(self, down: Sequence[str]) -> None:
        self.down = tuple(down)
        super().__init__(f"Not ready: {', '.join(down)} does not respond.")


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
    """The process has as many long requests of this kind, of all tenants, as it may have at once."""

    code = "too-busy"

    def __init__(self, kind: str, retry_after: int = 5) -> None:
        self.retry_after = retry_after
        super().__init__(f"Too many {kind} are under way at this moment. Send the request again shortly.")


class ClientGone(HttpError):
    """The client disconnected before its request was complete. There is nobody to respond to."""

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
    """A JSON body does not have the expected shape."""


class InvalidQuery(InvalidInput):
    """Query parameters are unknown or invalid."""

    code = "invalid-query"
