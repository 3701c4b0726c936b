"""Every error as an RFC 9457 problem: one table maps the errors of all packages to statuses."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Final, cast

import msgspec
from litestar.exceptions import HTTPException

from api.errors import (
    NotReady,
    TenantArchived,
    TenantNotReady,
    TenantReadOnly,
    TooManyAtOnce,
    UnsupportedContentEncoding,
)
from api.problems.catalog import title_of
from api.problems.documents import FieldProblem, LimitProblem, ProblemDocument
from api.problems.statuses import STATUSES
from api.responses import RawHeader, RawResponse, json_bytes
from central import errors as central
from central.plans.errors import LimitReached
from central.servers import DatabaseExists, UnknownServer, UserExists
from central.tenancy.engines import EnginesBusy, TenantGone
from piccolo_engines import errors as engines
from tenant_schema.apps import errors as apps
from tenant_schema.objects import errors as objects
from tenant_schema.preconditions import Outdated
from tenant_schema.problems import InvalidInput, Problem
from tenant_schema.records import errors as records
from tenant_schema.users import errors as users
from tenant_schema.users.factor_errors import FactorRequired

__all__ = [
    "document_of",
    "field_problem",
    "is_fault",
    "problem_response",
    "status_of",
    "statuses_of",
]

_CODES: Final[Mapping[int, str]] = {
    400: "bad-request",
    404: "not-found",
    405: "method-not-allowed",
    413: "body-too-large",
    500: "internal-error",
}

_CODES_OF_THE_PROTOCOL: Final[Mapping[int, str]] = {
    400: "malformed-request",
    408: "request-too-slow",
    414: "target-too-long",
    431: "head-too-large",
    503: "too-many-connections",
}
"""The codes that ``api.server.protocol`` refuses with."""

_FIELDS: Final[Mapping[type[Exception], str]] = {
    central.InvalidSlug: "slug",
    central.ReservedSlug: "slug",
    central.SlugTaken: "slug",
    central.InvalidTenantName: "name",
    central.InvalidDomain: "domain",
    central.DomainTaken: "domain",
    central.PrimaryDomainKept: "domain",
    DatabaseExists: "slug",
    UserExists: "slug",
    UnknownServer: "dbHost",
    apps.NameTaken: "name",
}
"""The field of an error, if its class determines it."""

_PROBLEM_JSON: Final[RawHeader] = (b"content-type", b"application/problem+json")
_RETRY_AFTER: Final = 1
_SENTENCES: Final[Mapping[int, str]] = {
    400: "The request cannot be understood.",
    404: "There is nothing at this address.",
    405: "This address does not support this method; the Allow header lists those that it does.",
    500: "Something went wrong here. The request id finds it in the logs.",
    503: "The database is not available at present; try again shortly.",
}
_TOO_SLOW: Final = (
    "A statement of this request took longer than it may and was stopped. An index on the fields that are "
    "filtered and sorted by helps, and so do a narrower filter, startswith instead of contains, fewer "
    "expansions, count=none, and smaller portions of a write."
)
_SENTENCES_OF_FAULTS: Final = ("The query has faults; see errors.", "Some fields have faults; see errors.")


def status_of(error: Exception) -> int:
    """Return the status of an error."""
    if isinstance(error, HTTPException):
        return error.status_code
    return next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), 500)


def is_fault(error: Exception) -> bool:
    """Whether an error needs attention: an unexpected one, or an unavailable database."""
    return status_of(error) >= 500 and not isinstance(
        error,
        TenantNotReady
        | TenantReadOnly
        | TenantArchived
        | engines.WritesRefused
        | TooManyAtOnce
        | users.TryAgainLater
        | EnginesBusy
        | central.CredentialsUnreadable
        | central.TenantUpgrading
        | engines.PoolTimeout
        | engines.StatementTimeout,
    )


def document_of(error: Exception, request_id: str) -> ProblemDocument:
    """Return the problem for ``error``. Only errors of the table show their message."""
    status = status_of(error)
    code, detail = _words(error, status)
    document = ProblemDocument(
        f"/problems/{code}",
        title_of(code),
        status,
        detail,
        code,
        request_id,
        list(_field_problems(error)),
        error.left_out if isinstance(error, InvalidInput) else 0,
        _current(error),
        _records(error),
        limit=_limit(error),
    )
    return _with_factors(document, error) if isinstance(error, FactorRequired) else document


def _with_factors(document: ProblemDocument, error: FactorRequired) -> ProblemDocument:
    document = msgspec.structs.replace(document, factors=list(error.factors), enrol=not error.factors)
    if error.challenge is None:
        return document
    return msgspec.structs.replace(document, challenge=error.challenge)


@lru_cache
def statuses_of(code: str) -> tuple[int, ...]:
    """Return the statuses of problems with this code."""
    by_status = (*_CODES.items(), *_CODES_OF_THE_PROTOCOL.items())
    found = {status for status, known in by_status if known == code}
    found |= {503} if code == "database-unavailable" else set()
    for kind in STATUSES:
        for one in (kind, *_descendants(kind)):
            if getattr(one, "code", None) == code:
                found.add(next(STATUSES[parent] for parent in one.__mro__ if parent in STATUSES))
    return tuple(sorted(found))


def _descendants(kind: type[Exception]) -> Iterator[type[Exception]]:
    for one in kind.__subclasses__():
        yield one
        yield from _descendants(one)


def _current(error: Exception) -> dict[str, Any] | msgspec.UnsetType:
    """Return the present state of what is not as a precondition demands."""
    if isinstance(error, Outdated):
        return msgspec.UNSET if error.current is None else dict(error.current)
    there = error.current if isinstance(error, records.PreconditionFailed) else None
    return msgspec.UNSET if there is None else dict(there.data)


def _records(error: Exception) -> dict[str, Any] | msgspec.UnsetType:
    if isinstance(error, objects.WouldBreakData):
        return {"count": error.count, "ids": list(error.ids)}
    return {"count": error.count} if isinstance(error, objects.WouldLoseData) else msgspec.UNSET


def _limit(error: Exception) -> LimitProblem | msgspec.UnsetType:
    if not isinstance(error, LimitReached):
        return msgspec.UNSET
    return LimitProblem(error.limit, error.most, error.used, error.until)


def _words(error: Exception, status: int) -> tuple[str, str]:
    if isinstance(error, engines.StatementTimeout):
        return error.code, _TOO_SLOW
    if isinstance(error, engines.WritesRefused):  # the fence of a tenant that has just become read-only
        return _words(TenantReadOnly(), status)
    if isinstance(error, engines.DatabaseError) and status == 503:
        return "database-unavailable", _SENTENCES[503]
    if isinstance(error, TenantGone):
        return _words(central.TenantNotFound(error.tenant_id), status)
    if status == 500 or isinstance(error, HTTPException):
        phrase = HTTPStatus(status).phrase
        code = _CODES.get(status, phrase.lower().replace(" ", "-"))
        return code, _SENTENCES.get(status, f"{phrase}.")
    if isinstance(error, InvalidInput):
        fields = status == 422
        return ("validation" if fields else error.code), _SENTENCES_OF_FAULTS[fields]
    return _code(error), str(error)


def _code(error: Exception) -> str:
    return cast("str", getattr(error, "code"))  # noqa: B009 (every error of the table has one)


def field_problem(problem: Problem) -> FieldProblem:
    """Return a problem for a response."""
    return FieldProblem(
        problem.field,
        problem.code,
        problem.message,
        problem.did_you_mean,
        problem.in_trash,
        problem.record,
    )


def _field_problems(error: Exception) -> Iterator[FieldProblem]:
    if isinstance(error, InvalidInput):
        for problem in error.problems:
            yield field_problem(problem)
    elif isinstance(error, records.RecordsError):
        yield from _record_problems(error)
    elif isinstance(error, NotReady):
        for name in error.down:
            yield FieldProblem(name, "down", f"The {name} database does not respond.")
    elif isinstance(error, apps.AppNotFound | apps.PageNotFound):
        what = "app" if isinstance(error, apps.AppNotFound) else "page"
        yield FieldProblem(what, error.code, str(error), error.did_you_mean)
    elif isinstance(error, objects.ObjectsError | users.Taken):
        yield from _named_problems(error)
    elif type(error) in _FIELDS:
        yield FieldProblem(_FIELDS[type(error)], _code(error), str(error))


def _record_problems(error: records.RecordsError) -> Iterator[FieldProblem]:
    """Return the problems of conflicting records."""
    if isinstance(error, records.UniqueConflict):
        yield from map(field_problem, error.problems)
    elif isinstance(error, records.StillReferenced):
        for blocker in error.blockers:
            yield _blocker(blocker)


def _named_problems(error: objects.ObjectsError | users.Taken) -> Iterator[FieldProblem]:
    """Return the problem of an error that names its subject."""
    if isinstance(error, objects.ObjectNotFound | objects.FieldNotFound):
        kind = "object" if isinstance(error, objects.ObjectNotFound) else "field"
        yield FieldProblem(kind, error.code, str(error), error.did_you_mean)
    elif isinstance(error, objects.ChangeRefused | users.Taken):
        yield FieldProblem(error.field, error.code, str(error))


def _blocker(blocker: records.Blocker) -> FieldProblem:
    """Return the conflicting records."""
    number = f"{blocker.count} records" if blocker.count > 1 else "A record"
    where = f"{number} of {blocker.object_name} by {blocker.field}: {', '.join(blocker.ids)}"
    dots = ", …" if blocker.count > len(blocker.ids) else ""
    return FieldProblem(f"{blocker.object_name}.{blocker.field}", "still-referenced", f"{where}{dots}")


def problem_response(error: Exception, request_id: str, detail: str | None = None) -> RawResponse:
    """Return the response for ``error``, with the headers of its status; ``detail`` replaces the message."""
    document = document_of(error, request_id)
    if detail is not None:
        document = msgspec.structs.replace(document, detail=detail)
    headers = list(_headers(error, document.status))
    return json_bytes(msgspec.json.encode(document), document.status, _PROBLEM_JSON, headers)


def _headers(error: Exception, status: int) -> Iterator[RawHeader]:
    if status == 401:
        known = not isinstance(error, users.TokenInvalid | users.TokenExpired)
        yield (b"www-authenticate", b"Bearer" if known else b'Bearer error="invalid_token"')
    retry_after = getattr(error, "retry_after", _RETRY_AFTER if status == 503 else None)
    if retry_after is not None:
        yield (b"retry-after", b"%d" % retry_after)
    if isinstance(error, HTTPException) and status == 405:
        yield (b"allow", (error.headers or {}).get("allow", "").encode())
    if isinstance(error, UnsupportedContentEncoding):
        yield (b"accept-encoding", b"identity")
