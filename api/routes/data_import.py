"""Taking in records as CSV."""

from typing import Final

import msgspec
from litestar import post

from api.answers import Answer, json
from api.errors import InvalidBody
from api.openapi.operation import Operation, Reply
from api.requests import TenantRequest
from api.schemas.imports import ImportAnswer, ImportQuery, LineError
from api.uploads import Upload
from tenant_schema.problems import Problem
from tenant_schema.records.importing import ImportOptions, LineProblem

__all__ = ["ROUTES", "import_records"]

_BODY: Final = {
    "type": "object",
    "required": ["file"],
    "additionalProperties": False,
    "properties": {
        "file": {
            "type": "string",
            "contentMediaType": "text/csv",
            "description": "CSV in UTF-8, split by comma, semicolon or tab; line 1 names the columns.",
        },
        "mapping": {
            "type": "object",
            "additionalProperties": {"type": ["string", "null"]},
            "description": (
                "Which field a column goes into, by its header; null for none. Without it headers are names "
                "or labels of fields. `account.name` finds the record that a lookup leads to."
            ),
        },
    },
}
_EXAMPLE: Final = {"file": "Company,Industry\nGlobex,technology\n", "mapping": {"Company": "name"}}
_REPORT: Final = {
    "created": 1,
    "updated": 0,
    "failed": 1,
    "errors": [
        {"line": 3, "field": "industry", "code": "not-an-option", "message": "must be one of the options"}
    ],
    "errorsLeftOut": 0,
}


@post(
    "/data/{object:str}/import",
    status_code=200,
    operation=Operation(
        id="importRecords",
        tag="Records",
        summary="Take in records as CSV",
        description=(
            "Every line is checked and reported by its number. With `mode=all_or_nothing` a line that is "
            "refused makes it a 422, with fields named as `lines[3].email`, and nothing is done; with "
            "`mode=good_lines` the others are taken in. An empty cell says nothing: a new record gets the "
            "field's default, one that is there keeps its value. Several options of a multi_select have `;` "
            "between them. Columns of what the system sets are left out."
        ),
        body=_BODY,
        body_example=_EXAMPLE,
        body_type="multipart/form-data",
        query=ImportQuery,
        replies={200: Reply("What became of the lines.", ImportAnswer, _REPORT)},
        problems=(409,),
    ),
)
async def import_records(request: TenantRequest) -> Answer:
    """Take in records as CSV."""
    query = request.query_as(ImportQuery)
    upload: Upload = request.scope["state"]["upload"]
    options = ImportOptions(
        mapping=_mapping(upload.texts.get("mapping")),
        good_lines=query.mode == "good_lines",
        key=query.upsert_by,
        dry_run=query.dry_run,
    )
    report = await request.platform.records.import_csv(
        request.tenant, request.access, request.path_params["object"], upload.file, options
    )
    errors = [_line(one) for one in report.errors]
    return json(
        ImportAnswer(
            created=report.created,
            updated=report.updated,
            failed=report.failed,
            errors=errors,
            errors_left_out=report.left_out,
        )
    )


def _mapping(text: bytes | None) -> dict[str, str | None] | None:
    if text is None:
        return None
    try:
        return msgspec.json.decode(text, type=dict[str, str | None])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        message = "Must be a JSON object of headers and the names of fields."
        raise InvalidBody([Problem("mapping", "wrong-type", message)]) from error


def _line(one: LineProblem) -> LineError:
    what = one.problem
    return LineError(
        line=one.line, field=what.field, code=what.code, message=what.message, did_you_mean=what.did_you_mean
    )


ROUTES: Final = (import_records,)
