"""/api/v1/data/{object}/imports and /api/v1/jobs: imports that run in the background."""

from typing import cast

from litestar import Controller, get, post

from api.openapi.described import CONTENT_DISPOSITION, BodySchema, problems
from api.operations.imports import ImportActs
from api.requests.imports import stored_options
from api.requests.request import TenantRequest
from api.requests.sources import Injected, Query
from api.requests.uploads import Upload
from api.responses import Prepared, Stream
from api.schemas.imports import IMPORT_JOB, IMPORT_JOBS, ImportJobList, ImportJobResponse
from api.schemas.paths import JobId, ObjectName
from api.schemas.record_batch_examples import IMPORT_BODY, IMPORT_EXAMPLE
from api.schemas.record_imports import ImportQuery

__all__ = ["ImportController", "OwnJobController"]

_CSV = b"text/csv; charset=utf-8; header=present"


class ImportController(Controller):
    """Imports that outlive their request."""

    path = "/data/{object:str}/imports"
    tags = ("Records",)

    @post(
        "/",
        status_code=202,
        operation_id="beginImport",
        summary="Import records from CSV in the background",
        description=(
            "Takes the same file and options as `importRecords`, except `dryRun`, and responds once the "
            "file is received and its head is valid. With `mode=good_lines`, lines are written in portions, "
            "and an interrupted import continues behind the last one; what was imported stays if it is "
            "cancelled. With `mode=all_or_nothing`, nothing of a cancelled or refused import remains. The "
            "import has the rights that the caller has while it runs."
        ),
        response_description="The import.",
        responses=problems(409, 429),
        dependencies={"params": Query(ImportQuery)},
        body=BodySchema(IMPORT_BODY, "multipart/form-data"),
        body_example=IMPORT_EXAMPLE,
        example=IMPORT_JOB,
    )
    async def begin_import(
        self,
        request: TenantRequest,
        imports: Injected[ImportActs],
        object_name: ObjectName,
        params: Injected[ImportQuery],
    ) -> ImportJobResponse:
        """Receive a file."""
        upload = cast("Upload", request.scope["state"]["upload"])
        options = stored_options(params, upload)
        job = await imports.begin(object_name, upload.file, options, file_name=upload.name)
        return ImportJobResponse.of(job)


class OwnJobController(Controller):
    """The caller's work in the background."""

    path = "/jobs"
    tags = ("Jobs",)

    @get(
        "/",
        operation_id="listOwnJobs",
        summary="The caller's imports, the newest first",
        description="At most 50. They are kept for 7 days after their end.",
        response_description="The imports.",
        example=IMPORT_JOBS,
    )
    async def list_own_jobs(self, imports: Injected[ImportActs]) -> ImportJobList:
        """The caller's imports."""
        return ImportJobList.of(await imports.all())

    @get(
        "/{jobId:str}",
        operation_id="readOwnJob",
        summary="One of the caller's imports",
        response_description="The import.",
        responses=problems(404),
        example=IMPORT_JOB,
    )
    async def read_own_job(self, imports: Injected[ImportActs], job_id: JobId) -> ImportJobResponse:
        """One import."""
        return ImportJobResponse.of(await imports.get(job_id))

    @post(
        "/{jobId:str}/cancel",
        status_code=200,
        operation_id="cancelOwnJob",
        summary="Cancel an import",
        description="A running one stops within seconds; until then its state is `running`.",
        response_description="The import as it is now.",
        responses=problems(404, 409),
        example=IMPORT_JOB,
    )
    async def cancel_own_job(self, imports: Injected[ImportActs], job_id: JobId) -> ImportJobResponse:
        """Cancel an import."""
        return ImportJobResponse.of(await imports.cancel(job_id))

    @get(
        "/{jobId:str}/failed.csv",
        operation_id="readFailedLines",
        summary="The lines that were not imported, as a CSV file",
        description="The cells of each line, and a column `errors` that says why. Empty if no line failed.",
        media_type="text/csv",
        response_description="The file.",
        response_headers=[CONTENT_DISPOSITION],
        responses=problems(404),
        example="name,industry,errors\r\nInitech,nonsense,industry: Is not an option.\r\n",
    )
    async def read_failed_lines(self, imports: Injected[ImportActs], job_id: JobId) -> Prepared[str]:
        """The lines that were not imported."""
        parts = await imports.failed_lines(job_id)
        disposition = (b"content-disposition", b'attachment; filename="failed.csv"')
        return Prepared(Stream(parts, [(b"content-type", _CSV), disposition]))
