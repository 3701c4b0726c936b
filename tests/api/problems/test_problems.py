"""Every error has a status, speaks for itself only when it may, and is answered as a problem."""

import inspect
from types import ModuleType
from uuid import UUID

import pytest
from litestar.exceptions import MethodNotAllowedException, NotFoundException

from api import errors as http
from api.problems.statuses import STATUSES
from api.problems.table import document_of, is_fault, problem_response, status_of
from central import errors as central
from central.tenancy.engines import TenantGone
from piccolo_engines import errors as engines
from piccolo_engines import idempotency
from tenant_schema.objects import errors as objects
from tenant_schema.problems import InvalidInput, Problem
from tenant_schema.records import errors as records
from tenant_schema.users import errors as users
from tenant_schema.users import factor_errors

NEVER_MET_BY_A_CLIENT = {
    http.HttpError,
    http.ClientGone,
    http.CentralOutOfDate,
    central.CentralError,
    central.DirectoryUnsettled,
    central.SettingsError,
    central.UnsupportedDatabase,
    central.VaultError,
    central.UnknownKey,
    central.SealBroken,
    central.WrongEncryptionKey,
    central.RegistryError,
    central.OperatorError,
    central.InvalidOperatorName,
    central.OperatorNotFound,
    central.OperatorTaken,
    central.TokenNotFound,
    idempotency.IdempotencyError,
    objects.CounterMissing,
    objects.ObjectsError,
    objects.InvalidName,
    objects.InvalidValue,
    records.RecordsError,
    users.UserError,
    users.TryAgainLater,
}
"""Roots of trees, and errors that are handled below or belong to the command line: as an answer, a fault."""


def errors_of(module: ModuleType) -> list[type[Exception]]:
    found = (
        one for _, one in inspect.getmembers(module, inspect.isclass) if one.__module__ == module.__name__
    )
    return [one for one in found if issubclass(one, Exception)]


@pytest.mark.parametrize(
    "kind",
    [
        *errors_of(http),
        *errors_of(central),
        *errors_of(users),
        *errors_of(factor_errors),
        *errors_of(idempotency),
        *errors_of(records),
        *errors_of(objects),
    ],
)
def test_every_error_that_a_client_can_meet_has_a_status(kind: type[Exception]) -> None:
    has_status = any(parent in STATUSES for parent in kind.__mro__)
    assert has_status != (kind in NEVER_MET_BY_A_CLIENT)


@pytest.mark.parametrize("kind", errors_of(engines))
def test_a_database_out_of_reach_is_503_and_a_broken_statement_500(kind: type[Exception]) -> None:
    out_of_reach = {
        "ConnectionLost",
        "EngineClosed",
        "ServerTooOld",
        "AccessDenied",
        "DatabaseMissing",
        "StorageFailed",
        "PoolTimeout",
        "WritesRefused",
    }
    busy = {
        "LockTimeout",
        "Deadlock",
        "SchemaMismatch",
        "ServerNotReady",
        "StatementTimeout",
        "TransactionEnded",
    }
    status = next((STATUSES[parent] for parent in kind.__mro__ if parent in STATUSES), 500)
    assert status == (503 if kind.__name__ in out_of_reach | busy else 500)


@pytest.mark.parametrize(
    "error", [RuntimeError("secret words"), engines.StatementError(), engines.EngineNotBound("tenant")]
)
def test_a_fault_tells_nothing_but_the_request_id(error: Exception) -> None:
    document = document_of(error, "the-id")
    assert (document.status, document.code, document.request_id) == (500, "internal-error", "the-id")
    assert str(error) not in document.detail
    assert is_fault(error)


def test_a_database_s_words_are_not_passed_on() -> None:
    document = document_of(engines.AccessDenied(), "the-id")
    assert (document.status, document.code) == (503, "database-unavailable")
    assert document.detail == "The database is not available at present; try again shortly."


def test_a_tenant_that_is_being_deleted_is_one_that_is_not_there() -> None:
    gone = document_of(TenantGone(UUID(int=1)), "the-id")
    missing = document_of(central.TenantNotFound("acme"), "the-id")
    assert gone == missing
    assert gone.status == 404


def test_problems_of_fields_come_along_with_suggestions() -> None:
    document = document_of(
        InvalidInput([Problem("nmae", "unknown-field", "No such field.", "name")]), "the-id"
    )
    assert (document.status, document.code) == (422, "validation")
    assert [(one.field, one.code, one.did_you_mean) for one in document.errors] == [
        ("nmae", "unknown-field", "name")
    ]


def test_conflicts_name_their_field() -> None:
    assert [one.field for one in document_of(central.SlugTaken("acme"), "").errors] == ["slug"]
    assert [one.field for one in document_of(records.UniqueConflict(["email"]), "").errors] == ["email"]
    assert [
        one.did_you_mean for one in document_of(objects.ObjectNotFound("acounts", "accounts"), "").errors
    ] == ["accounts"]


@pytest.mark.parametrize(
    ("error", "name", "value"),
    [
        (http.NotAuthenticated(), b"www-authenticate", b"Bearer"),
        (users.TokenExpired(), b"www-authenticate", b'Bearer error="invalid_token"'),
        (users.TooManyAttempts(30), b"retry-after", b"30"),
        (http.TenantNotReady(7), b"retry-after", b"7"),
        (engines.PoolTimeout(2.0), b"retry-after", b"1"),
        (MethodNotAllowedException(headers={"allow": "GET"}), b"allow", b"GET"),
    ],
)
def test_headers_belong_to_statuses(error: Exception, name: bytes, value: bytes) -> None:
    assert (name, value) in problem_response(error, "the-id").headers


def test_litestar_s_errors_are_problems_too() -> None:
    assert document_of(NotFoundException(), "").code == "not-found"
    assert status_of(MethodNotAllowedException()) == 405
