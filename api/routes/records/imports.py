"""Taking in records as CSV."""

from typing import Final

import msgspec
from litestar import post

from api.errors import InvalidBody
from api.openapi.operation import Operation, Reply
from api.requests.request import TenantRequest
from api.requests.uploads import Upload
from api.responses import Answer, json
from api.schemas.imports import (
    CellAnswer,
    ColumnAnswer,
    ImportAnswer,
    ImportQuery,
    LineError,
    TakenAsAnswer,
)
from tenant_schema.problems import Problem
from tenant_schema.records.csv.file_format import CsvFormat, read_format
from tenant_schema.records.csv.import_csv import ImportOptions, LineProblem
from tenant_schema.records.csv.preview import TakenAs

__all__ = ["ROUTES", "import_records", "refuse_import"]

_BODY: Final = {
    "type": "object",
    "required": ["file"],
    "additionalProperties": False,
    "properties": {
        "file": {
            "type": "string",
            "contentMediaType": "text/csv",
            "description": (
                "CSV, in UTF-8 unless `encoding` says otherwise, split by comma, semicolon, tab or bar. The "
                "first line that is not blank names the columns."
            ),
        },
        "mapping": {
            "anyOf": [
                {"type": "object", "additionalProperties": {"type": ["string", "null"]}},
                {"type": "array", "items": {"type": ["string", "null"]}},
            ],
            "description": (
                "Which field a column goes into, by its header or by its number from 1; null for none. A "
                "list names the fields of the first column, the second, and so on. "
                "Without it headers are names or labels of fields. `account.name` finds the record that a "
                "lookup leads to, lines above in the same file included."
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
    "takenAs": {
        "encoding": "utf-8",
        "delimiter": ";",
        "headerLine": 1,
        "columns": [
            {"column": "Company", "field": "name"},
            {
                "column": "Founded",
                "field": "founded",
                "dateFormat": "DD/MM/YYYY",
                "examples": [{"line": 2, "cell": "18/06/2020", "value": "2020-06-18"}],
            },
            {"column": "Remarks", "field": None, "reason": "the mapping leaves it out"},
        ],
    },
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
            "between them. Columns of what the system sets are left out. A file that has the ids of records "
            "changes these with `upsertBy=id`, and is refused without. Cells are read as people write them: "
            "`18/06/2020`, `Jan 1 2000`, `1.234,50`, `(12.00)`, `yes`, `ja`, `x`, labels of options, with "
            "spaces around; then they are checked as JSON is. What can be read in two ways is refused, with "
            "the option that settles it. With `dryRun=true` the response has `takenAs`: which column goes "
            "into which field, how dates and numbers were read, and the first cells of each that were taken "
            "for something else than what stands in them."
        ),
        body=_BODY,
        body_example=_EXAMPLE,
        body_type="multipart/form-data",
        query=ImportQuery,
        replies={200: Reply("What became of the lines.", ImportAnswer, _REPORT)},
        problems=(409, 429),
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
        form=_form(query),
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
            taken_as=None if report.taken_as is None else _taken_as(report.taken_as),
        )
    )


async def refuse_import(request: TenantRequest, object_name: str) -> None:
    """Raises for an import that will be refused whatever its file: before the file is taken in."""
    query = request.query_as(ImportQuery)
    _form(query)
    records, access = request.platform.records, request.access
    await records.require_import(request.tenant, access, object_name, query.upsert_by)


def _form(query: ImportQuery) -> CsvFormat:
    """How the file is written. Raises :class:`InvalidQuery` with every problem."""
    given = {
        "delimiter": query.delimiter,
        "encoding": query.encoding,
        "header": query.header,
        "dateFormat": query.date_format,
        "timeZone": query.time_zone,
        "decimal": query.decimal,
        "thousands": query.thousands,
        "nulls": query.nulls,
        "booleans": query.booleans,
    }
    options = {name: text for name, text in given.items() if text is not None}
    return read_format(options, rounds=query.rounded)


def _taken_as(taken: TakenAs) -> TakenAsAnswer:
    columns = [
        ColumnAnswer(
            column=one.column,
            field=one.field,
            reason=one.reason,
            date_format=one.date_format,
            decimal=one.decimal,
            examples=[CellAnswer(line=cell.line, cell=cell.cell, value=cell.value) for cell in one.examples],
        )
        for one in taken.columns
    ]
    return TakenAsAnswer(
        encoding=taken.encoding, delimiter=taken.delimiter, header_line=taken.header_line, columns=columns
    )


def _mapping(text: bytes | None) -> dict[str, str | None] | None:
    """Fields by the heads of columns; a list names those of the first column, the second, and so on."""
    if text is None:
        return None
    try:
        given = msgspec.json.decode(text, type=dict[str, str | None] | list[str | None])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        message = "Must be a JSON object of headers and the names of fields, or a list of these names."
        raise InvalidBody([Problem("mapping", "wrong-type", message)]) from error
    if isinstance(given, dict):
        return given
    return {str(place): name for place, name in enumerate(given, 1)}


def _line(one: LineProblem) -> LineError:
    what = one.problem
    return LineError(
        line=one.line,
        field=what.field,
        code=what.code,
        message=what.message,
        did_you_mean=what.did_you_mean,
        in_trash=what.in_trash,
        record=what.record,
    )


ROUTES: Final = (import_records,)
