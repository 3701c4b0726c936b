"""Parts of the OpenAPI documents that many routes share: headers, and examples of problems."""

from collections.abc import Mapping
from typing import Any, Final

from api.problems.catalog import title_of

__all__ = [
    "HEADERS",
    "IDEMPOTENCY_KEY",
    "IF_NONE_MATCH",
    "NOT_MODIFIED",
    "PROBLEM_STATUSES",
    "problem_responses",
    "response_name",
]

_AN_ID: Final = "0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11"

IDEMPOTENCY_KEY: Final[dict[str, Any]] = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": (
        "A name for this request, at most 255 visible ASCII characters. Sent again within a day by the same "
        "caller with the same body it acts once, and both get the same response (the later ones with "
        "`Idempotent-Replayed: true`, and without secrets); with another body it is 422, while the first is "
        "at work 409. A request that was refused may be sent again."
    ),
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
    "example": "8e03978e-40d5-43dd-bc93-6894a57f9324",
}
IF_NONE_MATCH: Final[dict[str, Any]] = {
    "name": "If-None-Match",
    "in": "header",
    "description": (
        "ETags of responses that the client has; if one of them is still right: 304, without a body."
    ),
    "schema": {"type": "string"},
    "example": '"7"',
}
NOT_MODIFIED: Final = "It is as If-None-Match says."

HEADERS: Final[dict[str, Any]] = {
    "X-Request-ID": {
        "description": "The id of this request, sent or new. It finds the request in the logs.",
        "schema": {"type": "string", "maxLength": 128},
        "example": _AN_ID,
    },
    "Metadata-Version": {
        "description": (
            "Changes when objects, fields, apps, pages, shared views or the caller's rights change: then "
            "read /api/v1/workspace again. Of signed-in callers; the response to such a change may still "
            "have the version from before."
        ),
        "schema": {"type": "string", "pattern": "^[0-9a-f]+$"},
        "example": "3f2a91c04b5d8e1107",
    },
    "ETag": {
        "description": (
            "Of a record or definition its version, for If-Match, with a digest behind it where the version "
            "alone does not tell; a digest otherwise. Compressed, it ends in `-gzip` or `-zstd`."
        ),
        "schema": {"type": "string", "pattern": '^"[0-9a-z-]+"$'},
        "example": '"7"',
    },
    "Location": {
        "description": "Where the new thing is.",
        "schema": {"type": "string", "format": "uri-reference"},
        "example": f"/api/v1/data/accounts/{_AN_ID}",
    },
    "Content-Disposition": {
        "description": "That it is a file, and its name.",
        "schema": {"type": "string"},
        "example": 'attachment; filename="accounts.csv"',
    },
    "Retry-After": {
        "description": "Seconds after which another try makes sense.",
        "schema": {"type": "integer", "minimum": 0},
        "example": 2,
    },
    "WWW-Authenticate": {
        "description": "How to sign in: with a bearer token.",
        "schema": {"type": "string"},
        "example": "Bearer",
    },
}

PROBLEM_STATUSES: Final[Mapping[int, tuple[str, str, str]]] = {
    400: (
        "invalid-query",
        "The query has faults; see errors.",
        "The request, or a query parameter, has faults.",
    ),
    401: (
        "not-authenticated",
        "Sign in: this needs a valid bearer token.",
        "There is no valid token or session.",
    ),
    403: ("permission-denied", "Your roles do not allow accounts:create.", "The caller may not do this."),
    404: ("not-found", "There is nothing at this address.", "There is no such thing, or it is hidden."),
    408: ("body-too-slow", "The request's body did not arrive in time.", "The body did not arrive in time."),
    409: ("slug-taken", "The slug 'acme' is taken.", "It collides with what is there."),
    412: (
        "version-mismatch",
        "The record is at version 7, not 6.",
        "It has changed; `current` is the record or definition as it is now.",
    ),
    413: ("body-too-large", "A request's body may have 1048576 bytes at most.", "The body is too large."),
    415: (
        "unsupported-media-type",
        "Send the body as JSON, with Content-Type: application/json.",
        "The Content-Type of the body is not JSON.",
    ),
    422: (
        "validation",
        "Some fields have faults; see errors.",
        "Fields of the body have faults; all of them are listed.",
    ),
    429: (
        "too-many-attempts",
        "Too many attempts. Try again in 30 seconds.",
        "Too many attempts, or too many long requests of this tenant at once; wait.",
    ),
    500: (
        "internal-error",
        "Something went wrong here. The request id finds it in the logs.",
        "A fault of the service.",
    ),
    503: (
        "database-unavailable",
        "The database is not available at present; try again shortly.",
        "The database is unavailable or busy, a statement took too long (`query-too-slow`), or the tenant is "
        "still being created. A write may have been committed nevertheless: send it again with the same "
        "Idempotency-Key.",
    ),
}
"""For each status: the code and the detail of its example, and its description."""

_EXAMPLE_ERRORS: Final[Mapping[int, list[dict[str, str]]]] = {
    400: [
        {
            "field": "limt",
            "code": "unknown-parameter",
            "message": "There is no such query parameter here.",
            "didYouMean": "limit",
        }
    ],
    409: [{"field": "slug", "code": "slug-taken", "message": "The slug 'acme' is taken."}],
    422: [{"field": "name", "code": "required", "message": "Must be given."}],
}
_MORE_HEADERS: Final[Mapping[int, str]] = {401: "WWW-Authenticate", 429: "Retry-After", 503: "Retry-After"}


def response_name(status: int) -> str:
    """The name under which the problem of this status is kept: ``Problem404``."""
    return f"Problem{status}"


def problem_responses() -> dict[str, Any]:
    """Every problem as a shared response, with an example."""
    return {response_name(status): _response(status) for status in PROBLEM_STATUSES}


def _response(status: int) -> dict[str, Any]:
    code, detail, description = PROBLEM_STATUSES[status]
    names = ["X-Request-ID", *([_MORE_HEADERS[status]] if status in _MORE_HEADERS else [])]
    example: dict[str, Any] = {
        "type": f"/problems/{code}",
        "title": title_of(code),
        "status": status,
        "detail": detail,
        "code": code,
        "requestId": _AN_ID,
        "errors": _EXAMPLE_ERRORS.get(status, []),
    }
    if status == 412:
        example["current"] = {"id": _AN_ID, "version": 7, "name": "Acme Corporation"}
    schema = {"$ref": "#/components/schemas/ProblemDocument"}
    return {
        "description": description,
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names},
        "content": {"application/problem+json": {"schema": schema, "example": example}},
    }
