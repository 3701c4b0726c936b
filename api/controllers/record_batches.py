"""/api/v1/data/{object}: many records at once, as JSON and as CSV."""

from typing import cast

from litestar import Controller, post
from litestar.params import JSONBody

from api.errors import InvalidBody
from api.openapi.described import BodySchema, problems
from api.requests.imports import import_options
from api.requests.request import TenantRequest
from api.requests.sources import Injected, Query
from api.requests.uploads import Upload
from api.schemas.bulk import BulkQuery, BulkRequest, BulkResponse, bulk_problems
from api.schemas.paths import ObjectName
from api.schemas.record_batch_examples import (
    BULK_EXAMPLE,
    BULK_RESULTS,
    IMPORT_BODY,
    IMPORT_EXAMPLE,
    IMPORT_REPORT,
)
from api.schemas.record_imports import ImportQuery, ImportResponse
from tenant_schema.records.service import RecordService
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access

__all__ = ["RecordBatchController"]


class RecordBatchController(Controller):
    """Many records at once."""

    path = "/data/{object:str}"
    tags = ("Records",)

    @post(
        "/bulk",
        status_code=200,
        operation_id="writeRecords",
        summary="Create, update, delete, restore or destroy up to 1,000 records, or all that match a filter",
        description=(
            "Writes each record separately and returns results by position; `status` is the status that a "
            "request for that record alone would have. With `atomic`, all records are written or none: if "
            "one is refused, nothing is written, and the 422 names it by its position. For an update, each "
            "record contains its `id` and the changed fields; for a delete, only its `id`. With a `version`, "
            "the record must be at that version (412 otherwise). At least one problem is reported for each "
            "refused record, and 50 more in total; `errorsLeftOut` counts the others of a record. With a "
            "`filter` in place of `records`, it is done to all records (up to 10,000) that match and that "
            "the caller may read and do it to, in portions, each of which is written as a whole; one that "
            "changed meanwhile and no longer matches is skipped. `?dryRun=true` counts them and checks the "
            "`values`, and `expected` makes sure that it is these. A deletion returns `deletedAt`: with "
            '`{"op": "restore", "filter": {"deleted_at": …, "updated_by": "$me"}}` it is undone.'
        ),
        response_description="What became of each record.",
        responses=problems(409, 429),
        dependencies={"params": Query(BulkQuery)},
        body_example=BULK_EXAMPLE,
        example=BULK_RESULTS,
    )
    async def write_records(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        records: Injected[RecordService],
        object_name: ObjectName,
        params: Injected[BulkQuery],
        data: JSONBody[BulkRequest],
    ) -> BulkResponse:
        """Do the same to many records."""
        if problems := list(bulk_problems(data, params)):
            raise InvalidBody(problems)
        op = data.op
        if isinstance(data.records, list):
            return BulkResponse.of(
                await records.bulk(tenant, access, object_name, op, data.records, atomic=data.atomic)
            )
        assert op != "create", "which takes records"
        values = data.values if isinstance(data.values, dict) else {}
        if params.dry_run:
            return BulkResponse.of_matched(
                await records.count_matching(tenant, access, object_name, op, data.document, values)
            )
        request.hold(request.platform.long_requests.bulk_changes.take(tenant.id))
        expected = data.expected if isinstance(data.expected, int) else None
        done = await records.bulk_matching(tenant, access, object_name, op, data.document, values, expected)
        return BulkResponse.of_done(done)

    @post(
        "/import",
        status_code=200,
        operation_id="importRecords",
        summary="Import records from CSV",
        description=(
            "Every line is checked and reported by its number. With `mode=all_or_nothing` a line that is "
            "refused makes it a 422, with fields named as `lines[3].email`, and nothing is done; with "
            "`mode=good_lines` the others are taken in. An empty cell says nothing: a new record gets the "
            "field's default, one that is there keeps its value. Several options of a multi_select have `;` "
            "between them. Columns of what the system sets are left out. A file that has the ids of records "
            "changes these with `upsertBy=id`, and is refused without. Cells are read as people write them: "
            "`18/06/2020`, `Jan 1 2000`, `1.234,50`, `(12.00)`, `yes`, `ja`, `x`, labels of options, with "
            "spaces around; then they are checked as JSON is. What can be read in two ways is refused, with "
            "the option that settles it. With `dryRun=true` the response has `takenAs`: which column goes "
            "into which field, how dates and numbers were read, and the first cells of each that were taken "
            "for something else than what stands in them."
        ),
        response_description="What became of the lines.",
        responses=problems(409, 429),
        dependencies={"params": Query(ImportQuery)},
        body=BodySchema(IMPORT_BODY, "multipart/form-data"),
        body_example=IMPORT_EXAMPLE,
        example=IMPORT_REPORT,
    )
    async def import_records(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        records: Injected[RecordService],
        object_name: ObjectName,
        params: Injected[ImportQuery],
    ) -> ImportResponse:
        """Import records from CSV."""
        upload = cast("Upload", request.scope["state"]["upload"])
        options = import_options(params, upload)
        return ImportResponse.of(await records.import_csv(tenant, access, object_name, upload.file, options))
