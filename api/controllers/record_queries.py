"""/api/v1/data/{object}: queries as JSON, the trash, aggregates, and CSV files."""

from typing import Annotated, Any, TypeAlias

from litestar import Controller, get, post
from litestar.params import JSONBody

from api.openapi.described import CONTENT_DISPOSITION, BodySchema, problems
from api.requests.request import TenantRequest
from api.requests.sources import Injected, QueryPairs, grammar
from api.responses import CSV, Prepared, Stream, json
from api.schemas.paths import ObjectName
from api.schemas.record_examples import GROUPS, MANY_RECORDS
from api.schemas.record_queries import AggregateParameters, ExportParameters, ListParameters
from api.schemas.records import AggregateResponse, RecordPage
from tenant_schema.records.service import RecordService
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access

__all__ = ["RecordQueryController"]

_Document: TypeAlias = JSONBody[
    Annotated[dict[str, Any], BodySchema({"type": "object", "additionalProperties": True})]
]


class RecordQueryController(Controller):
    """Further ways of reading records."""

    path = "/data/{object:str}"
    tags = ("Records",)

    @post(
        "/query",
        status_code=200,
        operation_id="queryRecords",
        summary="The same as a list, with the query as JSON",
        response_description="A page.",
        body_example={
            "filter": {"or": [{"industry": {"eq": "technology"}}, {"owner": "$me"}]},
            "sort": ["-name"],
            "expand": {"owner": {"fields": ["name"]}},
            "count": "capped",
        },
        example=MANY_RECORDS,
    )
    async def query_records(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        records: Injected[RecordService],
        object_name: ObjectName,
        data: _Document,
    ) -> Prepared[RecordPage]:
        """A page of what a JSON document asks for."""
        return Prepared(json(RecordPage.of(await records.query(tenant, access, object_name, data))))

    @get(
        "/trash",
        operation_id="listTrash",
        summary="Records in the trash that match a filter, page by page",
        description=(
            "As a list of records, for those who may read and delete them. `deleted_at` is a field here: "
            "`sort=-deleted_at`."
        ),
        response_description="A page.",
        dependencies={"pairs": grammar(ListParameters)},
        example=MANY_RECORDS,
    )
    async def list_trash(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        records: Injected[RecordService],
        object_name: ObjectName,
        pairs: Injected[QueryPairs],
    ) -> RecordPage:
        """A page of the trash."""
        return RecordPage.of(await records.trash(tenant, access, object_name, pairs))

    @get(
        "/aggregate",
        operation_id="aggregateRecords",
        summary="Counts, sums, averages, least and greatest, by group",
        response_description="The groups.",
        dependencies={"pairs": grammar(AggregateParameters)},
        example=GROUPS,
    )
    async def aggregate_records(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        records: Injected[RecordService],
        object_name: ObjectName,
        pairs: Injected[QueryPairs],
    ) -> AggregateResponse:
        """Aggregates that a query string asks for."""
        return AggregateResponse.of(await records.aggregate(tenant, access, object_name, pairs))

    @post(
        "/aggregate",
        status_code=200,
        operation_id="aggregateRecordsByQuery",
        summary="The same, with the query as JSON",
        response_description="The groups.",
        body_example={
            "groupBy": ["industry"],
            "select": ["count", "sum(annual_revenue)"],
            "filter": {"industry": {"null": False}},
        },
        example=GROUPS,
    )
    async def aggregate_records_by_query(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        records: Injected[RecordService],
        object_name: ObjectName,
        data: _Document,
    ) -> AggregateResponse:
        """Aggregates that a JSON document asks for."""
        return AggregateResponse.of(await records.aggregate_json(tenant, access, object_name, data))

    @get(
        "/export.csv",
        operation_id="exportRecords",
        summary="Records that match a filter, as a CSV file",
        description=(
            "RFC 4180 in UTF-8, with the names of the fields in the first line; lookups are ids, lists JSON. "
            "A text that a spreadsheet would take for a formula has an apostrophe in front; a telephone "
            "number such as `+49 30 123456` does not. All records come, however many: the file is sent as it "
            "is read. Taken in again with `upsertBy=id`, it changes the records that were edited. For Excel "
            "where decimals have a comma: `?bom=true&delimiter=semicolon`."
        ),
        media_type="text/csv",
        response_description="The file.",
        response_headers=[CONTENT_DISPOSITION],
        responses=problems(429),
        dependencies={"pairs": grammar(ExportParameters)},
        example="id,name\r\n0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11,Globex\r\n",
    )
    async def export_records(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        records: Injected[RecordService],
        object_name: ObjectName,
        pairs: Injected[QueryPairs],
    ) -> Prepared[str]:
        """A CSV file."""
        request.hold(request.platform.long_requests.exports.take(tenant.id))
        pieces = await records.export(tenant, access, object_name, pairs)
        disposition = (b"content-disposition", f'attachment; filename="{object_name}.csv"'.encode())
        return Prepared(Stream(pieces, [(b"content-type", CSV), disposition]))
