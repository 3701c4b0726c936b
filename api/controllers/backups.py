"""/setup/tenants/{tenantId}/backups: the backups of a tenant, and when they are taken."""

from litestar import Controller, get, patch, post
from litestar.params import JSONBody

from api.openapi.described import problems
from api.operations.backup_acts import BackupActs
from api.requests.sources import Injected
from api.schemas.backups import BackupJob, BackupList, BackupPlanChanges, BackupPlanResponse
from api.schemas.paths import BackupId, TenantId

__all__ = ["BackupController"]


class BackupController(Controller):
    """Backups of a tenant."""

    path = "/tenants/{tenantId:str}/backups"
    tags = ("Backups",)

    @get(
        "/",
        operation_id="listBackups",
        summary="The backups of a tenant, the newest first",
        description="At most 1,000, with the plan by which they are taken and kept.",
        response_description="The backups.",
        responses=problems(404),
    )
    async def list_backups(self, backups: Injected[BackupActs], tenant_id: TenantId) -> BackupList:
        """The backups of a tenant."""
        return await backups.list(tenant_id)

    @post(
        "/",
        status_code=202,
        operation_id="takeBackup",
        summary="Back a tenant up",
        description=(
            "A job writes an archive to the store while the tenant is served; another one restores it beside "
            "the tenant and compares the digest. Only then it counts as proven."
        ),
        response_description="The job.",
        responses=problems(404, 409),
    )
    async def take_backup(self, backups: Injected[BackupActs], tenant_id: TenantId) -> BackupJob:
        """Back a tenant up."""
        return BackupJob(await backups.take(tenant_id))

    @patch(
        "/",
        operation_id="planBackups",
        summary="Change when a tenant is backed up, and what is kept",
        response_description="The plan.",
        responses=problems(404),
        body_example={"schedule": "30 */6 * * *", "keep": "last=8,daily=14"},
    )
    async def plan_backups(
        self, backups: Injected[BackupActs], tenant_id: TenantId, data: JSONBody[BackupPlanChanges]
    ) -> BackupPlanResponse:
        """Change when a tenant is backed up."""
        return await backups.change_plan(tenant_id, data)

    @post(
        "/{backupId:str}/verify",
        status_code=202,
        operation_id="verifyBackup",
        summary="Prove a backup again, as it is in the store now",
        description="A job restores it beside the tenant. A backup that fails is not proven any more.",
        response_description="The job.",
        responses=problems(404, 409),
    )
    async def verify_backup(
        self, backups: Injected[BackupActs], tenant_id: TenantId, backup_id: BackupId
    ) -> BackupJob:
        """Prove a backup again."""
        return BackupJob(await backups.verify(tenant_id, backup_id))
