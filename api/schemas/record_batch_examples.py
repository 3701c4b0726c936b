"""Examples of many records at once, and the form of an import, for the documentation of their routes."""

from typing import Any, Final

__all__ = ["BULK_EXAMPLE", "BULK_RESULTS", "IMPORT_BODY", "IMPORT_EXAMPLE", "IMPORT_REPORT"]

BULK_EXAMPLE: Final[dict[str, Any]] = {
    "op": "update",
    "records": [
        {"id": "0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11", "version": 1, "industry": "finance"},
        {"id": "0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e12", "industry": "finance"},
    ],
}
BULK_RESULTS: Final[dict[str, Any]] = {
    "ok": 1,
    "failed": 1,
    "results": [
        {"id": "0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11", "status": 200, "version": 2},
        {
            "id": "0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e12",
            "status": 404,
            "errors": [{"field": "id", "code": "record-not-found", "message": "There is no such record."}],
        },
    ],
}
IMPORT_BODY: Final[dict[str, Any]] = {
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
IMPORT_EXAMPLE: Final[dict[str, Any]] = {
    "file": "Company,Industry\nGlobex,technology\n",
    "mapping": {"Company": "name"},
}
IMPORT_REPORT: Final[dict[str, Any]] = {
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
