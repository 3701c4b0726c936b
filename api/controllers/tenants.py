"""/setup/tenants: operators create, find, rename, suspend, resume and delete tenants.

Every operation is audited: :mod:`api.operations.create_tenant`, :mod:`api.operations.tenant_acts`.
"""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any, Final, cast

from litestar import Controller, delete, get, patch, post
from litestar.params import JSONBody
from msgspec import UNSET

from api.composition import Platform
from api.openapi.described import problems
from api.operations.create_tenant import TenantCreation, faults_of
from api.operations.tenant_acts import TenantActs
from api.requests.bodies import Check
from api.requests.idempotency_key import IDEMPOTENCY_KEY
from api.requests.request import ApiRequest
from api.requests.sources import CheckedBy, Injected, Query
from api.responses import NOT_STORED, Json
from api.schemas.paths import TenantId
from api.schemas.tenants import (
    DatabaseLogin,
    DeleteQuery,
    Disconnected,
    DisconnectQuery,
    NewTenant,
    PasswordQuery,
    ProvisionedResponse,
    TenantChanges,
    TenantDeleted,
    TenantPage,
    TenantQuery,
    TenantResponse,
)
from central.operators.audit import Actor
from central.operators.service import OperatorRef
from central.registry import Registry
from central.tables import TenantStatus

__all__ = ["TenantController"]

_NEW_TENANT: Final[Mapping[str, Any]] = {
    "name": "Acme Corporation",
    "slug": "acme",
    "primaryDomain": "acme",
    "admin": {"email": "ada@acme.example", "password": "correct horse battery"},
}


def _faults(request: ApiRequest) -> Check:
    return partial(faults_of, base_domains=request.platform.settings.base_domains)


class TenantController(Controller):
    """Every tenant owns a database; these routes create and drop them."""

    path = "/tenants"
    tags = ("Tenants",)

    @get(
        "/",
        operation_id="listTenants",
        summary="Tenants, the newest first",
        response_description="A page of tenants.",
        dependencies={"params": Query(TenantQuery)},
    )
    async def list_tenants(self, registry: Injected[Registry], params: Injected[TenantQuery]) -> TenantPage:
        """A page of tenants."""
        cursor = None if params.cursor is UNSET else params.cursor
        status = None if params.status is UNSET else TenantStatus(params.status)
        return TenantPage.of(await registry.page(params.limit, cursor, status, params.search))

    @post(
        "/",
        operation_id="createTenant",
        summary="Create a tenant, with a database of its own",
        description=(
            "Creates the database and its user, the schema, the roles and the first administrator, and "
            "serves it: whole or not at all. Passwords are in this response and never again."
        ),
        response_description="The tenant.",
        responses=problems(404, 409),
        dependencies={"key": IDEMPOTENCY_KEY},
        body_example=_NEW_TENANT,
    )
    async def create_tenant(
        self,
        platform: Injected[Platform],
        operator: Injected[OperatorRef],
        actor: Injected[Actor],
        key: Injected[str | None],
        data: JSONBody[Annotated[NewTenant, CheckedBy(_faults)]],
    ) -> Json[ProvisionedResponse]:
        """Create a tenant."""
        kept = await TenantCreation(platform, operator, actor).run(data, key)
        replayed = [(b"idempotency-replayed", b"true")] if kept.is_replay else []
        return Json(
            cast("ProvisionedResponse", kept.body), status_code=kept.status, headers=[NOT_STORED, *replayed]
        )

    @get(
        "/{tenantId:str}",
        operation_id="readTenant",
        summary="One tenant",
        response_description="The tenant.",
        responses=problems(404),
    )
    async def read_tenant(self, registry: Injected[Registry], tenant_id: TenantId) -> TenantResponse:
        """One tenant."""
        return TenantResponse.of(await registry.record(tenant_id))

    @patch(
        "/{tenantId:str}",
        operation_id="renameTenant",
        summary="Rename a tenant, or give it a plan",
        description=(
            "Its slug, domains and database keep their names. With a `plan` it has the limits of that plan, "
            "from all processes within half a second; with null it has none."
        ),
        response_description="The tenant as it is now.",
        responses=problems(404),
        body_example={"name": "Acme International"},
    )
    async def rename_tenant(
        self, tenants: Injected[TenantActs], tenant_id: TenantId, data: JSONBody[TenantChanges]
    ) -> TenantResponse:
        """Rename a tenant."""
        return TenantResponse.of(await tenants.change(tenant_id, data))

    @delete(
        "/{tenantId:str}",
        status_code=200,
        operation_id="deleteTenant",
        summary="Delete a tenant with its database",
        description=(
            "Its host names are unknown from this moment on, and its slug and host names are free. Where "
            "backups are stored, its last archive is proven and kept for DELETED_TENANT_DAYS; until then "
            "`POST …/restore {}` brings it back. Then its archives are destroyed, with the key that they are "
            "sealed with. With `erase=true` they are destroyed now, also those of a deleted tenant, and the "
            "response has a certificate of that. Without backups it is deleted for ever."
        ),
        response_description="It is gone.",
        responses=problems(404, 409),
        dependencies={"params": Query(DeleteQuery)},
        example={"success": True},
    )
    async def delete_tenant(
        self, tenants: Injected[TenantActs], tenant_id: TenantId, params: Injected[DeleteQuery]
    ) -> TenantDeleted:
        """Delete a tenant with its database."""
        if params.erase:
            return TenantDeleted(success=True, certificate=await tenants.erase(tenant_id))
        until = await tenants.delete(tenant_id)
        return TenantDeleted(success=True, restorable_until=UNSET if until is None else until)

    @post(
        "/{tenantId:str}/suspend",
        status_code=200,
        operation_id="suspendTenant",
        summary="Stop serving a tenant, and keep all that is its",
        description="Its hosts respond with 403 `tenant-suspended` from the next request on.",
        response_description="The tenant as it is now.",
        responses=problems(404, 409),
    )
    async def suspend_tenant(self, tenants: Injected[TenantActs], tenant_id: TenantId) -> TenantResponse:
        """Stop serving a tenant."""
        return TenantResponse.of(await tenants.suspend(tenant_id))

    @post(
        "/{tenantId:str}/read-only",
        status_code=200,
        operation_id="makeTenantReadOnly",
        summary="Let a tenant be read and not changed",
        description=(
            "Reads go on. Requests that would change something, sign-ins included, get 503 "
            "`tenant-read-only`, from all processes. Once this has responded nothing changes in the tenant's "
            "database, except that sessions that are open are kept in use."
        ),
        response_description="The tenant as it is now.",
        responses=problems(404, 409),
    )
    async def make_tenant_read_only(
        self, tenants: Injected[TenantActs], tenant_id: TenantId
    ) -> TenantResponse:
        """Let a tenant be read and not changed."""
        return TenantResponse.of(await tenants.make_read_only(tenant_id))

    @post(
        "/{tenantId:str}/resume",
        status_code=200,
        operation_id="resumeTenant",
        summary="Serve a suspended or read-only tenant as before",
        description="Ends `suspended` and `read-only`, and begins a job that brings an archived tenant back.",
        response_description="The tenant as it is now.",
        responses=problems(404, 409),
    )
    async def resume_tenant(self, tenants: Injected[TenantActs], tenant_id: TenantId) -> TenantResponse:
        """Serve a tenant as before."""
        return TenantResponse.of(await tenants.resume(tenant_id))

    @post(
        "/{tenantId:str}/database-password",
        status_code=200,
        operation_id="changeDatabasePassword",
        summary="Change the password of the tenant's database user",
        description=(
            "Requests are served meanwhile. A missing database user is created again with its privileges. "
            "409 `no-database-user` for a tenant on SQLite, 409 `password-changing` while another change is "
            "running. After 503 `password-not-changed`, the change is completed in the background."
        ),
        response_description="The new login.",
        responses=problems(404, 409),
        dependencies={"params": Query(PasswordQuery)},
    )
    async def change_database_password(
        self, tenants: Injected[TenantActs], tenant_id: TenantId, params: Injected[PasswordQuery]
    ) -> Json[DatabaseLogin]:
        """Give the tenant's database user another password."""
        login = await tenants.change_password(tenant_id, ends_connections=params.end_connections)
        return Json(login, headers=[NOT_STORED])

    @post(
        "/{tenantId:str}/disconnect",
        status_code=200,
        operation_id="disconnectTenant",
        summary="Close the connections to a tenant's database",
        description=(
            "Every process closes its connections once what runs on them is finished: the one that responds "
            "now, the others with the tenant's next request, or within 15 seconds. The next request opens "
            "them again, with the credentials as they are stored then."
        ),
        response_description="How many connections there were.",
        responses=problems(404, 409),
        dependencies={"params": Query(DisconnectQuery)},
        example={"closed": 3},
    )
    async def disconnect_tenant(
        self, tenants: Injected[TenantActs], tenant_id: TenantId, params: Injected[DisconnectQuery]
    ) -> Disconnected:
        """Close the connections to a tenant's database."""
        return Disconnected(await tenants.disconnect(tenant_id, force=params.force))
