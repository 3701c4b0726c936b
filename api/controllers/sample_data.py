"""/api/v1/sample-data: records that show a new tenant what it can do."""

from litestar import Controller, delete, get, post

from api.openapi.described import problems
from api.requests.sources import Injected, Query
from api.schemas.sample_data import (
    CREATED,
    REMOVED,
    STATE,
    SampleCreated,
    SampleQuery,
    SampleRemoved,
    SampleResponse,
)
from tenant_schema.scope import TenantScope
from tenant_schema.standard.sample import SampleData
from tenant_schema.users.rights.permissions import Access

__all__ = ["SampleDataController"]


class SampleDataController(Controller):
    """Sample records, for who may manage objects."""

    path = "/sample-data"
    tags = ("Objects",)

    @get(
        "/",
        operation_id="readSampleData",
        summary="Which sample records there are",
        response_description="The sample records, counted.",
        example=STATE,
    )
    async def read_sample_data(
        self, tenant: Injected[TenantScope], access: Injected[Access], sample_data: Injected[SampleData]
    ) -> SampleResponse:
        """Count the sample records."""
        state = await sample_data.state(tenant, access)
        return SampleResponse(records=dict(state.records), changed=state.changed, available=state.available)

    @post(
        "/",
        operation_id="createSampleData",
        summary="Create sample records",
        description=(
            "Accounts, contacts and opportunities that look like those of a company, owned by the caller. "
            "Those that are there already stay as they are. All are created or none."
        ),
        response_description="How many were created.",
        responses=problems(409),
        example=CREATED,
    )
    async def create_sample_data(
        self, tenant: Injected[TenantScope], access: Injected[Access], sample_data: Injected[SampleData]
    ) -> SampleCreated:
        """Create sample records."""
        return SampleCreated(created=await sample_data.create(tenant, access))

    @delete(
        "/",
        status_code=200,
        operation_id="removeSampleData",
        summary="Remove the sample records",
        description=(
            "Destroys them with their histories. Those that were changed are kept, unless `changed=true`, "
            "and so are those with which other records would have to go; lookups of other records to them "
            "become empty."
        ),
        response_description="How many were removed and kept.",
        dependencies={"params": Query(SampleQuery)},
        example=REMOVED,
    )
    async def remove_sample_data(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        sample_data: Injected[SampleData],
        params: Injected[SampleQuery],
    ) -> SampleRemoved:
        """Remove the sample records."""
        removed, kept = await sample_data.remove(tenant, access, changed=params.changed)
        return SampleRemoved(removed=removed, kept=kept)
