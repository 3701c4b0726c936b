"""Parameters of paths, as types of handlers' arguments."""

from collections.abc import Callable
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

from litestar.exceptions import NotFoundException
from litestar.openapi.spec import Example
from litestar.params import PathParameter

from api.problems.catalog import EXPLANATIONS
from api.requests.sources import PathId
from central.backups.errors import BackupNotFound
from central.errors import TenantNotFound
from central.jobs.errors import JobNotFound
from central.lifecycle.errors import KeptDatabaseNotFound
from tenant_schema.apps.errors import ViewNotFound
from tenant_schema.users.errors import NotThere

__all__ = [
    "ApiKeyId",
    "AppName",
    "BackupId",
    "DomainName",
    "FactorId",
    "FieldName",
    "IdentityProviderId",
    "IdentityProviderName",
    "JobId",
    "KeptDatabaseId",
    "ObjectName",
    "PageName",
    "PermissionId",
    "PlanName",
    "PreferenceKey",
    "ProblemCode",
    "RecordId",
    "RoleId",
    "ServerName",
    "SessionId",
    "SupportGrantId",
    "TenantId",
    "UniqueField",
    "UserId",
    "ViewId",
]

_AN_ID: Final = "0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11"
_NAME: Final[dict[str, Any]] = {"pattern": "^[a-z](?:_?[a-z0-9])*$", "maxLength": 40}


def _id(name: str, description: str, missing: Callable[[str], Exception]) -> PathId:
    return PathId(
        name=name, description=description, examples=[Example(id="id", value=_AN_ID)], missing=missing
    )


def _text(name: str, description: str, example: str, schema: dict[str, Any]) -> PathParameter:
    examples = [Example(id="name", value=example)]
    return PathParameter(name=name, description=description, examples=examples, schema_extra=schema)


def _not_there(kind: str) -> Callable[[str], Exception]:
    return lambda _text: NotThere(kind)


def _nothing(_text: str) -> Exception:
    return NotFoundException()


TenantId: TypeAlias = Annotated[UUID, _id("tenantId", "The tenant's id.", TenantNotFound)]
BackupId: TypeAlias = Annotated[UUID, _id("backupId", "The backup's id.", BackupNotFound)]
JobId: TypeAlias = Annotated[UUID, _id("jobId", "The job's id.", JobNotFound)]
KeptDatabaseId: TypeAlias = Annotated[UUID, _id("keptId", "The kept database's id.", KeptDatabaseNotFound)]
RecordId: TypeAlias = Annotated[UUID, _id("id", "The record's id.", _nothing)]
ViewId: TypeAlias = Annotated[UUID, _id("view", "The view's id.", ViewNotFound)]
UserId: TypeAlias = Annotated[UUID, _id("userId", "The user's id.", _not_there("user"))]
RoleId: TypeAlias = Annotated[UUID, _id("roleId", "The role's id.", _not_there("role"))]
PermissionId: TypeAlias = Annotated[
    UUID, _id("permissionId", "The permission's id.", _not_there("permission"))
]
IdentityProviderId: TypeAlias = Annotated[
    UUID, _id("providerId", "The identity provider's id.", _not_there("identity provider"))
]
ApiKeyId: TypeAlias = Annotated[UUID, _id("keyId", "The API key's id.", _not_there("API key"))]
FactorId: TypeAlias = Annotated[UUID, _id("factorId", "The factor's id.", _not_there("factor"))]
SessionId: TypeAlias = Annotated[UUID, _id("sessionId", "The session's id.", _not_there("session"))]
SupportGrantId: TypeAlias = Annotated[
    UUID,
    _id("grantId", "The id of the request for support access.", _not_there("request for support access")),
]

ServerName: TypeAlias = Annotated[
    str,
    _text(
        "server", "The server's name: `sqlite`, or host and port.", "db1.internal:3306", {"maxLength": 300}
    ),
]
PlanName: TypeAlias = Annotated[
    str,
    _text(
        "plan",
        "The plan's name.",
        "basic",
        {"pattern": "^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$", "maxLength": 40},
    ),
]
DomainName: TypeAlias = Annotated[
    str,
    _text(
        "domain", "One of the tenant's host names.", "crm.acme.example", {"minLength": 1, "maxLength": 253}
    ),
]
IdentityProviderName: TypeAlias = Annotated[
    str,
    _text(
        "provider",
        "The identity provider's name, or its id.",
        "company",
        {"pattern": "^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$", "maxLength": 40},
    ),
]
ObjectName: TypeAlias = Annotated[str, _text("object", "The object's name.", "accounts", _NAME)]
FieldName: TypeAlias = Annotated[str, _text("field", "The field's name.", "industry", _NAME)]
AppName: TypeAlias = Annotated[str, _text("app", "The app's name.", "sales", _NAME)]
PageName: TypeAlias = Annotated[str, _text("page", "The page's name.", "accounts", _NAME)]
PreferenceKey: TypeAlias = Annotated[
    str,
    _text(
        "key",
        "The preference's key.",
        "list.density",
        {"pattern": "^[a-z][a-zA-Z0-9._-]{0,59}$", "maxLength": 60},
    ),
]
ProblemCode: TypeAlias = Annotated[
    str, _text("code", "The problem's code.", "malformed-json", {"enum": sorted(EXPLANATIONS)})
]
UniqueField: TypeAlias = Annotated[
    str,
    _text(
        "uniqueField",
        "A field that the object defines as unique, or the fields of a unique index with commas between.",
        "email",
        {"minLength": 1, "maxLength": 330},
    ),
]
