"""Records in sums and as files: aggregates, and CSV."""

from typing import Final

from litestar import get, post

from api.openapi.operation import Operation, Parameter, Reply
from api.requests.request import TenantRequest
from api.responses import Answer, Stream, json
from api.routes.records.lists import FIELDS, FILTER, SEARCH, SORT, TIME_ZONE
from api.schemas.records import AggregateAnswer
from tenant_schema.records.query.aggregates import MAX_GROUPS
from tenant_schema.records.reading.aggregate import Groups

__all__ = ["ROUTES", "aggregate_records", "aggregate_records_by_query", "export_records"]

_TAG = "Records"
_GROUPS: Final = {
    "data": [{"industry": "technology", "count": 3, "sum(annual_revenue)": "7500000.00"}],
    "hasMore": False,
}
_PARAMETERS: Final = (
    Parameter(
        name="groupBy",
        description=(
            "Fields, or paths over lookups, separated by commas; of dates and moments also a part: "
            "`year(…)`, `quarter(…)`, `month(…)`, `week(…)` (ISO 8601), `day(…)`. Without it: one group."
        ),
        schema={"type": "string"},
        more={"examples": {"some": {"value": "industry,month(created_at)"}}},
    ),
    Parameter(
        name="select",
        description=(
            "What to work out for each group, separated by commas: `count`, `count(field)`, `sum(field)`, "
            "`avg(field)`, `min(field)`, `max(field)`. Sums and averages of decimals are exact."
        ),
        schema={"type": "string", "default": "count"},
        more={"examples": {"some": {"value": "count,sum(annual_revenue)"}}},
    ),
    FILTER,
    SEARCH,
    Parameter(
        name="sort",
        description="Groups and measures as they were asked for, separated by commas; `-` is descending.",
        schema={"type": "string"},
        more={"examples": {"none": {"value": "-count"}}},
    ),
    Parameter(
        name="limit",
        description="How many groups the answer has at most.",
        schema={"type": "integer", "minimum": 1, "maximum": MAX_GROUPS, "default": 100},
    ),
    TIME_ZONE,
)

_FORMAT: Final = (
    Parameter(
        name="bom",
        description="Whether the file begins with a byte order mark, by which Excel knows UTF-8.",
        schema={"type": "boolean", "default": False},
    ),
    Parameter(
        name="delimiter",
        description="`comma`, `semicolon`, `tab` or `pipe`, or the character itself.",
        schema={"type": "string", "default": "comma"},
        more={"examples": {"excel": {"value": "semicolon"}}},
    ),
)


@get(
    "/data/{object:str}/aggregate",
    operation=Operation(
        id="aggregateRecords",
        tag=_TAG,
        summary="Counts, sums, averages, least and greatest, by group",
        parameters=_PARAMETERS,
        replies={200: Reply("The groups.", AggregateAnswer, _GROUPS)},
    ),
)
async def aggregate_records(request: TenantRequest) -> Answer:
    """Aggregates that a query string asks for."""
    found = await request.platform.records.summary(
        request.tenant, request.access, request.path_params["object"], request.pairs()
    )
    return _answer(found)


@post(
    "/data/{object:str}/aggregate",
    status_code=200,
    operation=Operation(
        id="aggregateRecordsByQuery",
        tag=_TAG,
        summary="The same, with the query as JSON",
        body={"type": "object", "additionalProperties": True},
        body_example={
            "groupBy": ["industry"],
            "select": ["count", "sum(annual_revenue)"],
            "filter": {"industry": {"null": False}},
        },
        replies={200: Reply("The groups.", AggregateAnswer, _GROUPS)},
    ),
)
async def aggregate_records_by_query(request: TenantRequest) -> Answer:
    """Aggregates that a JSON document asks for."""
    document = await request.read_object()
    found = await request.platform.records.summary_of(
        request.tenant, request.access, request.path_params["object"], document
    )
    return _answer(found)


def _answer(found: Groups) -> Answer:
    return json({"data": found.data, "hasMore": found.has_more})


@get(
    "/data/{object:str}/export.csv",
    operation=Operation(
        id="exportRecords",
        tag=_TAG,
        summary="Records that match a filter, as a CSV file",
        description=(
            "RFC 4180 in UTF-8, with the names of the fields in the first line; lookups are ids, lists JSON. "
            "A text that a spreadsheet would take for a formula has an apostrophe in front; a telephone "
            "number such as `+49 30 123456` does not. All records come, however many: the file is sent as it "
            "is read. Taken in again with `upsertBy=id`, it changes the records that were edited. For Excel "
            "where decimals have a comma: `?bom=true&delimiter=semicolon`."
        ),
        parameters=(FILTER, SEARCH, SORT, FIELDS, TIME_ZONE, *_FORMAT),
        replies={
            200: Reply(
                "The file.",
                {"type": "string"},
                "id,name\r\n0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11,Globex\r\n",
                ("Content-Disposition",),
                media_type="text/csv",
            )
        },
        problems=(429,),
    ),
)
async def export_records(request: TenantRequest) -> Stream:
    """A CSV file."""
    name = request.path_params["object"]
    request.hold(request.platform.long_requests.exports.take(request.tenant.id))
    pieces = await request.platform.records.export(request.tenant, request.access, name, request.pairs())
    return Stream(
        pieces,
        [
            (b"content-type", b"text/csv; charset=utf-8; header=present"),
            (b"content-disposition", f'attachment; filename="{name}.csv"'.encode()),
        ],
    )


ROUTES: Final = (aggregate_records, aggregate_records_by_query, export_records)
