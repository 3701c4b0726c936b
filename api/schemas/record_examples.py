"""Examples and bodies of records, for the documentation of their routes."""

from typing import Annotated, Any, Final, TypeAlias

from litestar.params import JSONBody

from api.openapi.described import BodySchema
from api.schemas.records import RECORD_EXAMPLE

__all__ = ["GROUPS", "HISTORY", "MANY_RECORDS", "NEW_RECORD", "ONE_RECORD", "RecordBody"]

RecordBody: TypeAlias = JSONBody[
    Annotated[
        dict[str, Any],
        BodySchema(
            {
                "type": "object",
                "description": (
                    "Field names to values. Decimals are text, times RFC 3339, lookups the other record's id."
                ),
                "additionalProperties": True,
            }
        ),
    ]
]
"""The values of a record, which the service checks by the object's definition."""

ONE_RECORD: Final = {"data": RECORD_EXAMPLE}
MANY_RECORDS: Final = {"data": [RECORD_EXAMPLE], "page": {"next": "AbCd…", "prev": None}}
NEW_RECORD: Final = {"name": "Globex", "industry": "technology", "annual_revenue": "2500000"}
GROUPS: Final = {
    "data": [{"industry": "technology", "count": 3, "sum(annual_revenue)": "7500000.00"}],
    "hasMore": False,
}
_ADA: Final = {"id": "0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e00", "name": "Ada"}
HISTORY: Final = {
    "data": [
        {
            "version": 2,
            "action": "update",
            "at": "2026-02-28T12:31:00.250000Z",
            "by": _ADA,
            "userName": "Ada",
            "changes": [
                {"field": "industry", "from": "technology", "to": "finance"},
                {
                    "field": "owner",
                    "from": None,
                    "to": "0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e00",
                    "fromName": None,
                    "toName": "Ada",
                },
            ],
        },
        {
            "version": 1,
            "action": "create",
            "at": "2026-02-28T12:30:00.250000Z",
            "by": _ADA,
            "userName": "Ada",
            "changes": [],
        },
    ],
    "page": {"next": None, "prev": None},
}
