"""/setup/tenants: operators make, find, rename, suspend, resume and delete tenants.

Every operation is audited: :mod:`api.operations.create_tenant`, :mod:`api.operations.tenant_acts`.
"""

from functools import partial
from typing import Final
from uuid import UUID

from litestar import delete, get, patch, post
from msgspec import UNSET

from api.openapi.operation import Operation, Parameter, Reply
from api.operations.create_tenant import TenantCreation, faults_of
from api.operations.tenant_acts import TenantActs
from api.requests.request import CentralRequest
from api.responses import NOT_STORED, Answer, json
from api.schemas.common import NextLink
from api.schemas.tenants import (
    DatabaseLogin,
    Deleted,
    Disconnected,
    DisconnectQuery,
    NewTenant,
    PasswordQuery,
    ProvisionedAnswer,
    TenantAnswer,
    TenantChanges,
    TenantPage,
    TenantQuery,
)
from central.errors import TenantNotFound
from central.tables import TenantStatus

__all__ = [
    "ROUTES",
    "asked_tenant",
    "change_database_password",
    "create_tenant",
    "delete_tenant",
    "disconnect_tenant",
    "list_tenants",
    "read_tenant",
    "rename_tenant",
    "resume_tenant",
    "suspend_tenant",
]

_TAG = "Tenants"
_IDEMPOTENCY_KEY: Final = Parameter(
    name="Idempotency-Key",
    where="header",
    description=(
        "Of your choice, new for each new tenant. The same key and body give the same answer, without the "
        "passwords, and never a second tenant, for 7 days; the same key with another body is 422."
    ),
    schema={"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    example="0190f3a2-make-acme",
)


def asked_tenant(request: CentralRequest) -> UUID:
    """The tenant's id in the path. Raises :class:`~central.errors.TenantNotFound` for what is no id."""
    found = request.path_id("tenantId")
    if found is None:
        raise TenantNotFound(request.path_params["tenantId"])
    return found


@get(
    "/tenants",
    operation=Operation(
        id="listTenants",
        tag=_TAG,
        summary="Tenants, the newest first",
        query=TenantQuery,
        replies={200: Reply("A page of tenants.", TenantPage)},
    ),
)
async def list_tenants(request: CentralRequest) -> Answer:
    """A page of tenants."""
    query = request.query_as(TenantQuery)
    cursor = None if query.cursor is UNSET else query.cursor
    status = None if query.status is UNSET else TenantStatus(query.status)
    page = await request.platform.registry.page(query.limit, cursor, status, query.search)
    return json(TenantPage(data=[TenantAnswer.of(one) for one in page.items], page=NextLink(next=page.next)))


@post(
    "/tenants",
    operation=Operation(
        id="createTenant",
        tag=_TAG,
        summary="Make a tenant, with a database of its own",
        description=(
            "Makes the database and its user, the schema, the roles and the first administrator, and serves "
            "it: whole or not at all. Passwords are in this answer and never again."
        ),
        parameters=(_IDEMPOTENCY_KEY,),
        body=NewTenant,
        body_example={
            "name": "Acme Corporation",
            "slug": "acme",
            "primaryDomain": "acme",
            "admin": {"email": "ada@acme.example", "password": "correct horse battery"},
        },
        replies={201: Reply("The tenant.", ProvisionedAnswer)},
        problems=(409,),
    ),
)
async def create_tenant(request: CentralRequest) -> Answer:
    """Make a tenant."""
    base_domains = request.platform.settings.base_domains
    wanted = await request.read(NewTenant, partial(faults_of, base_domains=base_domains))
    creation = TenantCreation(request.platform, request.operator, request.actor)
    kept = await creation.run(wanted, request.header(b"idempotency-key"))
    replayed = [(b"idempotency-replayed", b"true")] if kept.is_replay else []
    return json(kept.body, kept.status, [NOT_STORED, *replayed])


@get(
    "/tenants/{tenantId:str}",
    operation=Operation(
        id="readTenant",
        tag=_TAG,
        summary="One tenant",
        replies={200: Reply("The tenant.", TenantAnswer)},
        problems=(404,),
    ),
)
async def read_tenant(request: CentralRequest) -> Answer:
    """One tenant."""
    return json(TenantAnswer.of(await request.platform.registry.record(asked_tenant(request))))


@patch(
    "/tenants/{tenantId:str}",
    operation=Operation(
        id="renameTenant",
        tag=_TAG,
        summary="Rename a tenant",
        description="Its slug, domains and database keep their names.",
        body=TenantChanges,
        body_example={"name": "Acme International"},
        replies={200: Reply("The tenant as it is now.", TenantAnswer)},
        problems=(404,),
    ),
)
async def rename_tenant(request: CentralRequest) -> Answer:
    """Rename a tenant."""
    changes = await request.read(TenantChanges)
    return json(TenantAnswer.of(await _acts(request).rename(asked_tenant(request), changes.name)))


@delete(
    "/tenants/{tenantId:str}",
    status_code=200,
    operation=Operation(
        id="deleteTenant",
        tag=_TAG,
        summary="Delete a tenant with its database",
        description="Its host names are unknown from this moment on. There is no way back.",
        replies={200: Reply("It is gone.", Deleted, {"success": True})},
        problems=(404, 409),
    ),
)
async def delete_tenant(request: CentralRequest) -> Answer:
    """Delete a tenant with its database."""
    await _acts(request).delete(asked_tenant(request))
    return json(Deleted(success=True))


@post(
    "/tenants/{tenantId:str}/suspend",
    operation=Operation(
        id="suspendTenant",
        tag=_TAG,
        summary="Stop serving a tenant, and keep all that is its",
        description="Its hosts answer 403 `tenant-suspended` from the next request on.",
        replies={200: Reply("The tenant as it is now.", TenantAnswer)},
        problems=(404, 409),
    ),
)
async def suspend_tenant(request: CentralRequest) -> Answer:
    """Stop serving a tenant."""
    return json(TenantAnswer.of(await _acts(request).suspend(asked_tenant(request))))


@post(
    "/tenants/{tenantId:str}/resume",
    operation=Operation(
        id="resumeTenant",
        tag=_TAG,
        summary="Serve a suspended tenant again",
        replies={200: Reply("The tenant as it is now.", TenantAnswer)},
        problems=(404, 409),
    ),
)
async def resume_tenant(request: CentralRequest) -> Answer:
    """Serve a suspended tenant again."""
    return json(TenantAnswer.of(await _acts(request).resume(asked_tenant(request))))


@post(
    "/tenants/{tenantId:str}/database-password",
    status_code=200,
    operation=Operation(
        id="changeDatabasePassword",
        tag=_TAG,
        summary="Give the tenant's database user another password",
        description=(
            "Requests go on meanwhile. A user that somebody has dropped is made anew, with its privileges. "
            "409 `no-database-user` for a tenant on SQLite, 409 `password-changing` while another change is "
            "under way. 503 `password-not-changed`: the rest follows by itself."
        ),
        query=PasswordQuery,
        replies={200: Reply("What to connect with from now on.", DatabaseLogin)},
        problems=(404, 409),
    ),
)
async def change_database_password(request: CentralRequest) -> Answer:
    """Give the tenant's database user another password."""
    query = request.query_as(PasswordQuery)
    changed = _acts(request).change_password(asked_tenant(request), ends_connections=query.end_connections)
    return json(await changed, headers=[NOT_STORED])


@post(
    "/tenants/{tenantId:str}/disconnect",
    status_code=200,
    operation=Operation(
        id="disconnectTenant",
        tag=_TAG,
        summary="Close the connections to a tenant's database",
        description=(
            "Every process closes its connections once what runs on them is finished: the one that responds "
            "now, the others with the tenant's next request, or within 15 seconds. The next request opens "
            "them again, with the credentials as they are stored then."
        ),
        query=DisconnectQuery,
        replies={200: Reply("How many connections there were.", Disconnected, {"closed": 3})},
        problems=(404, 409),
    ),
)
async def disconnect_tenant(request: CentralRequest) -> Answer:
    """Close the connections to a tenant's database."""
    query = request.query_as(DisconnectQuery)
    return json(Disconnected(await _acts(request).disconnect(asked_tenant(request), force=query.force)))


def _acts(request: CentralRequest) -> TenantActs:
    return TenantActs(request.platform, request.actor)


ROUTES: Final = (
    list_tenants,
    create_tenant,
    read_tenant,
    rename_tenant,
    delete_tenant,
    suspend_tenant,
    resume_tenant,
    change_database_password,
    disconnect_tenant,
)
