"""/setup/upgrades: operators upgrade all tenants in waves."""

from litestar import Controller, get, post
from litestar.params import JSONBody

from api.composition import Platform
from api.openapi.described import problems
from api.operations.upgrade_acts import UpgradeActs
from api.requests.sources import Injected
from api.schemas.paths import JobId
from api.schemas.tenant_databases import JobBegun
from api.schemas.upgrades import UpgradeDetail, UpgradeList, UpgradeRequest, UpgradeResponse
from central.operators.audit import Actor
from central.upgrades import rows

__all__ = ["UpgradeController"]

_LISTED = 50


class UpgradeController(Controller):
    """All tenants are brought to this version's level, in waves, while they are served."""

    path = "/upgrades"
    tags = ("Upgrades",)

    @post(
        "/",
        status_code=202,
        operation_id="beginUpgrade",
        summary="Upgrade all tenants that are not at the level of this version",
        description=(
            "First those of `canary`, then so many that each of `waves` is reached. After each wave their "
            "traffic is watched for `soakSeconds`: a tenant fails if its migration does, and if since then "
            "more of its requests fail (5xx), or they take longer, than before and than those of tenants "
            "that are not upgraded yet. With more than `maxFailures` in one wave the upgrade stops."
        ),
        response_description="The job.",
        responses=problems(404, 409),
        body_example={"canary": ["acme"], "waves": ["1%", "10%", "100%"], "maxFailures": "1%"},
    )
    async def begin_upgrade(
        self, platform: Injected[Platform], actor: Injected[Actor], data: JSONBody[UpgradeRequest]
    ) -> JobBegun:
        """Begin an upgrade."""
        return JobBegun(await UpgradeActs(platform.upgrades, actor).begin(data.options()))

    @get(
        "/",
        operation_id="listUpgrades",
        summary="The latest upgrades",
        response_description="Upgrades, the newest first.",
    )
    async def list_upgrades(self) -> UpgradeList:
        """The latest upgrades."""
        return UpgradeList([UpgradeResponse.of(one) for one in await rows.latest(_LISTED)])

    @get(
        "/{jobId:str}",
        operation_id="readUpgrade",
        summary="One upgrade, with its tenants",
        response_description="The upgrade.",
        responses=problems(404),
    )
    async def read_upgrade(self, platform: Injected[Platform], job_id: JobId) -> UpgradeDetail:
        """One upgrade."""
        return UpgradeDetail.with_tenants(await platform.upgrades.progress(job_id))

    @post(
        "/{jobId:str}/pause",
        status_code=200,
        operation_id="pauseUpgrade",
        summary="Pause an upgrade",
        description="Tenants under way are finished; until then its state is `running`.",
        response_description="The upgrade as it is now.",
        responses=problems(404, 409),
    )
    async def pause_upgrade(
        self, platform: Injected[Platform], actor: Injected[Actor], job_id: JobId
    ) -> UpgradeDetail:
        """Pause an upgrade."""
        return UpgradeDetail.with_tenants(await UpgradeActs(platform.upgrades, actor).pause(job_id))

    @post(
        "/{jobId:str}/resume",
        status_code=200,
        operation_id="resumeUpgrade",
        summary="Go on with a paused or stopped upgrade",
        description="The failures of the present wave until now do not stop it any more.",
        response_description="The upgrade as it is now.",
        responses=problems(404, 409),
    )
    async def resume_upgrade(
        self, platform: Injected[Platform], actor: Injected[Actor], job_id: JobId
    ) -> UpgradeDetail:
        """Resume an upgrade."""
        return UpgradeDetail.with_tenants(await UpgradeActs(platform.upgrades, actor).resume(job_id))

    @post(
        "/{jobId:str}/cancel",
        status_code=200,
        operation_id="cancelUpgrade",
        summary="End an upgrade",
        description="Tenants that are upgraded stay so, and those under way are finished.",
        response_description="The upgrade as it is now.",
        responses=problems(404, 409),
    )
    async def cancel_upgrade(
        self, platform: Injected[Platform], actor: Injected[Actor], job_id: JobId
    ) -> UpgradeDetail:
        """Cancel an upgrade."""
        return UpgradeDetail.with_tenants(await UpgradeActs(platform.upgrades, actor).cancel(job_id))
