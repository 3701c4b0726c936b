"""/setup/tenants/{tenantId}: operators move a tenant, and switch back to what it had."""

from litestar import Controller, delete, get, post
from litestar.params import JSONBody

from api.openapi.described import problems
from api.operations.life_cycle_acts import LifeCycleActs
from api.requests.sources import Injected
from api.schemas.paths import KeptDatabaseId, TenantId
from api.schemas.tenant_databases import (
    JobBegun,
    KeptDatabaseList,
    KeptDatabaseResponse,
    MoveRequest,
    RestoreBegun,
    RestoreRequest,
)
from api.schemas.tenants import Deleted

__all__ = ["TenantDatabaseController"]


class TenantDatabaseController(Controller):
    """Another database takes the place of a tenant's; the former one is kept for a while."""

    path = "/tenants/{tenantId:str}"
    tags = ("Tenants",)

    @post(
        "/move",
        status_code=202,
        operation_id="moveTenant",
        summary="Move a tenant to another database server, or to SQLite",
        description=(
            "The tenant is read-only while it is copied: reads go on, writes get 503 `tenant-read-only`. The "
            "copy is read again and compared before it is used. The former database is kept for "
            "KEPT_DATABASE_DAYS days, and can be switched back to."
        ),
        response_description="The job.",
        responses=problems(404, 409),
        body_example={"dbHost": "db2.internal", "dbPort": 3306},
    )
    async def move_tenant(
        self, life_cycle: Injected[LifeCycleActs], tenant_id: TenantId, data: JSONBody[MoveRequest]
    ) -> JobBegun:
        """Move a tenant."""
        job = await life_cycle.move(tenant_id, data.db_host, data.db_port, to_sqlite=data.sqlite)
        return JobBegun(job)

    @post(
        "/restore",
        status_code=202,
        operation_id="restoreTenant",
        summary="Put a backup, or a database that the tenant had, in the place of its database",
        description=(
            "A backup is loaded beside and compared while the tenant is served. The tenant is read-only for "
            "the moment in which they are exchanged. What was written since is kept for KEPT_DATABASE_DAYS "
            "days. Mails that were due then are sent unless they were sent since. `{}` brings back an "
            "archived tenant, and a deleted one under its id, with its slug and host names: from its "
            "archive, or, while its database is there, by taking the deletion back. If another "
            "tenant has its slug or its primary host name now, that is 409 `slug-taken` or `domain-taken` "
            "unless another one is given; further host names that others have are left out."
        ),
        response_description="The job.",
        responses=problems(404, 409),
        body_example={"kept": "0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11"},
    )
    async def restore_tenant(
        self, life_cycle: Injected[LifeCycleActs], tenant_id: TenantId, data: JSONBody[RestoreRequest]
    ) -> RestoreBegun:
        """Restore a tenant in place, or bring it back."""
        job, names = await life_cycle.restore_any(
            tenant_id, backup=data.backup, kept=data.kept, slug=data.slug, domain=data.primary_domain
        )
        if names is None:
            return RestoreBegun(job)
        return RestoreBegun(job, names.slug, names.primary, list(names.left_out))

    @post(
        "/archive",
        status_code=202,
        operation_id="archiveTenant",
        summary="Archive a tenant: its database is dropped, and a proven backup kept",
        description=(
            "The tenant is read-only until a backup with all that it has is proven; then its hosts respond "
            "with 503 `tenant-archived`. `POST .../resume`, or `/restore` with `{}`, brings it back. Needs "
            "BACKUP_URL."
        ),
        response_description="The job.",
        responses=problems(404, 409),
    )
    async def archive_tenant(self, life_cycle: Injected[LifeCycleActs], tenant_id: TenantId) -> JobBegun:
        """Archive a tenant."""
        return JobBegun(await life_cycle.archive(tenant_id))

    @get(
        "/kept-databases",
        operation_id="listKeptDatabases",
        summary="The databases that a tenant had before it was moved or restored",
        response_description="All of them, the newest first.",
        responses=problems(404),
    )
    async def list_kept_databases(
        self, life_cycle: Injected[LifeCycleActs], tenant_id: TenantId
    ) -> KeptDatabaseList:
        """The kept databases."""
        return KeptDatabaseList([KeptDatabaseResponse.of(one) for one in await life_cycle.kept(tenant_id)])

    @delete(
        "/kept-databases/{keptId:str}",
        status_code=200,
        operation_id="dropKeptDatabase",
        summary="Drop a database that a tenant had, before its time",
        response_description="It is gone.",
        responses=problems(404),
        example={"success": True},
    )
    async def drop_kept_database(
        self, life_cycle: Injected[LifeCycleActs], tenant_id: TenantId, kept_id: KeptDatabaseId
    ) -> Deleted:
        """Drop a kept database."""
        await life_cycle.drop_kept(tenant_id, kept_id)
        return Deleted(success=True)
