"""An import of CSV as its request says it: options in the query, the file and the mapping in the form."""

import msgspec

from api.errors import InvalidBody, InvalidQuery
from api.requests.request import TenantRequest
from api.requests.uploads import Upload
from api.schemas.record_imports import ImportQuery
from tenant_schema.problems import Problem
from tenant_schema.records.csv.file_format import CsvFormat, read_format
from tenant_schema.records.csv.import_csv import ImportOptions
from tenant_schema.records.imports.options import StoredOptions

__all__ = ["import_options", "refuse_import", "stored_options"]


async def refuse_import(request: TenantRequest, object_name: str) -> None:
    """Raises for an import that will be refused whatever its file: before the file is taken in."""
    query = request.query_as(ImportQuery)
    _form(query)
    records, access = request.platform.records, request.access
    await records.require_import(request.tenant, access, object_name, query.upsert_by)


def _form(query: ImportQuery) -> CsvFormat:
    """Return the format of the file. Raises :class:`InvalidQuery` with every problem."""
    return read_format(_given(query), rounds=query.rounded)


def _given(query: ImportQuery) -> dict[str, str]:
    """Return the parameters about the format of the file."""
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
    return {name: text for name, text in given.items() if text is not None}


def import_options(query: ImportQuery, upload: Upload) -> ImportOptions:
    """Return the service's options. Raises :class:`InvalidQuery` and :class:`~api.errors.InvalidBody`."""
    return ImportOptions(
        mapping=_mapping(upload.texts.get("mapping")),
        good_lines=query.mode == "good_lines",
        key=query.upsert_by,
        dry_run=query.dry_run,
        form=_form(query),
    )


def stored_options(query: ImportQuery, upload: Upload) -> StoredOptions:
    """Return the options as an import in the background keeps them. Raises as :func:`import_options`."""
    if query.dry_run:
        raise InvalidQuery([Problem("dryRun", "not-allowed", "Send a dry run to /import.")])
    _form(query)
    return StoredOptions(
        mapping=_mapping(upload.texts.get("mapping")),
        good_lines=query.mode == "good_lines",
        key=query.upsert_by,
        form=_given(query),
        rounds=query.rounded,
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
