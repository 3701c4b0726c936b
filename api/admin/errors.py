"""Errors as responses in the format and wording of Piccolo Admin's front end.

::

    AdminError
    ├── ReadOnly(what)          a table or an act that this admin does not offer
    ├── RowNotFound             no row with this id
    ├── ForgedRequest           the request does not come from the admin's own pages
    ├── WrongToken              no operator of this name has this token
    ├── NothingToAdminister     the password is right, but the user's roles open nothing here
    ├── Outdated                somebody else has changed the row since it was loaded
    └── FormRefused(message)    a form that cannot be carried out, and why
"""

from typing import ClassVar, Final

from api.problems.documents import FieldProblem
from api.problems.table import document_of, status_of
from api.responses import RawHeader, RawResponse, json, json_bytes
from piccolo_engines import errors as engines
from tenant_schema.users.factor_errors import FactorRequired

__all__ = [
    "AdminError",
    "ForgedRequest",
    "FormRefused",
    "NothingToAdminister",
    "Outdated",
    "ReadOnly",
    "RowNotFound",
    "WrongToken",
    "in_form",
    "in_table",
    "in_words",
]

_CODE_NEEDED: Final = "MFA code required"
"""The front end compares this text, and then shows a field for the code."""
_TEXT: RawHeader = (b"content-type", b"text/plain; charset=utf-8")


class AdminError(Exception):
    """The base class of the errors below; ``status`` is the HTTP status."""

    code: ClassVar[str] = "admin"
    status: ClassVar[int] = 400


class ReadOnly(AdminError):
    """The operation is not available here. The message says where it is."""

    code = "read-only"
    status = 405


class RowNotFound(AdminError):
    """There is no row with this id."""

    code = "row-not-found"
    status = 404

    def __init__(self) -> None:
        super().__init__("There is no such row.")


class ForgedRequest(AdminError):
    """The request lacks the token of the admin's own pages."""

    code = "forged-request"
    status = 403

    def __init__(self) -> None:
        super().__init__("This request does not come from a page of the admin. Load the page again.")


class WrongToken(AdminError):
    """The name or the token is wrong. The message does not say which."""

    code = "wrong-token"
    status = 401

    def __init__(self) -> None:
        super().__init__("The name or the token is wrong.")


class NothingToAdminister(AdminError):
    """The user has no role with rights for the admin."""

    code = "nothing-to-administer"
    status = 403

    def __init__(self) -> None:
        super().__init__("Your roles do not let you administer anything here.")


class Outdated(AdminError):
    """Another user has changed the row since it was loaded."""

    code = "outdated"
    status = 409

    def __init__(self) -> None:
        super().__init__("Somebody else has changed this row meanwhile. Load the page again.")


class FormRefused(AdminError):
    """A form cannot be processed."""

    code = "form-refused"
    status = 422


def in_table(error: Exception, request_id: str) -> RawResponse | None:
    """Return the response for a row's form; None for an unexpected error, which is logged."""
    if isinstance(error, FactorRequired) and error.factors:
        return json({"detail": _CODE_NEEDED}, 401)
    status, problems = _status(error), _problems_of(error, request_id)
    if problems and status in (400, 409, 422):
        return json({"detail": problems}, 422)
    if status == 405:
        return json({"detail": str(error)}, 405, [(b"allow", b"GET, HEAD")])
    if status == 500:
        return None
    return json_bytes(_sentence(error, request_id).encode(), status, _TEXT, _headers(error))


def in_form(error: Exception, request_id: str) -> RawResponse | None:
    """Return the response for a form. The front end displays only errors with status 422."""
    status = _status(error)
    if status in (401, 405):  # the front end then asks for a sign-in
        return in_table(error, request_id)
    if status == 500:
        return None
    problems = _problems_of(error, request_id)
    if problems:
        return json({"detail": problems}, 422, _headers(error))
    return json({"custom_form_error": _sentence(error, request_id)}, 422, _headers(error))


def in_words(error: Exception, request_id: str) -> RawResponse | None:
    """Return the response where the front end displays a sentence and no fields."""
    status, problems = _status(error), _problems_of(error, request_id)
    if status == 500 or not problems:
        return in_table(error, request_id)
    return json({"detail": " ".join(str(one["msg"]) for one in problems)}, 422)


def _problems_of(error: Exception, request_id: str) -> list[dict[str, object]]:
    """Return the errors by field in the front end's format. The messages are those of REST."""
    if isinstance(error, engines.NotNullViolation):
        return [_problem(_last(error.column), error.code, "a value is needed")]
    if isinstance(error, AdminError | engines.DatabaseError):
        return []
    return [_problem(one.field, one.code, _message(one)) for one in document_of(error, request_id).errors]


def _problem(field: str, code: str, message: str) -> dict[str, object]:
    return {"loc": ["body", field or "form"], "msg": message, "type": code}


def _message(problem: FieldProblem) -> str:
    if problem.did_you_mean is None:
        return problem.message
    return f"{problem.message} Did you mean {problem.did_you_mean}?"


def _status(error: Exception) -> int:
    if isinstance(error, AdminError):
        return error.status
    if isinstance(error, engines.IntegrityViolation):
        return 409
    if isinstance(error, engines.UnstorableValue):
        return 422
    return status_of(error)


def _sentence(error: Exception, request_id: str) -> str:
    """Return the message for the user; never that of a database."""
    if isinstance(error, AdminError):
        return str(error)
    if isinstance(error, engines.UniqueViolation):
        return "Another row has the same value."
    if isinstance(error, engines.ForeignKeyViolation):
        return "Other rows refer to this one, or it refers to one that is not there."
    if isinstance(error, engines.IntegrityViolation):
        return "The database does not accept this value."
    if isinstance(error, engines.UnstorableValue):
        return "The database cannot hold this value."
    document = document_of(error, request_id)
    return document.detail


def _headers(error: Exception) -> list[RawHeader]:
    retry_after = getattr(error, "retry_after", None)
    return [] if retry_after is None else [(b"retry-after", b"%d" % retry_after)]


def _last(name: str | None) -> str:
    return (name or "form").rpartition(".")[2]
