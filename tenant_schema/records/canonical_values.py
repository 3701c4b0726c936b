"""Brings values that are stored already into the form in which values are stored now: for migrations."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from piccolo.columns import Column
from piccolo.columns.combination import WhereRaw
from piccolo.querystring import QueryString

from piccolo_conf import DB
from piccolo_engines.errors import UniqueViolation
from tenant_schema.objects.errors import InvalidValue
from tenant_schema.objects.model.model import FieldModel, ObjectModel
from tenant_schema.objects.model.packing import is_packed, packed_changes

__all__ = ["make_values_canonical"]

_EMPTIED: Final = frozenset({"text", "long_text", "email", "url", "phone"})
_REWRITTEN: Final = frozenset({"email", "url"})
_BLANKS: Final = tuple(one for one in map(chr, range(0x3001)) if one.isspace())
_PORTION: Final = 500
_BINARY: Final = {"sqlite": "BLOB", "mysql": "BINARY"}


async def make_values_canonical(models: Iterable[ObjectModel]) -> None:
    """Empty the texts of blanks, and write e-mail addresses and URLs as they are written now.

    A value that would collide with another one in a unique field stays as it is. Running it again changes
    nothing more.
    """
    for model in models:
        for field in model.fields.values():
            if not field.system and field.type.name in _EMPTIED:
                await _rewrite(model, field)


async def _rewrite(model: ObjectModel, field: FieldModel) -> None:
    """All values of one field, in portions in the order of ids."""
    identity, column = model.columns["id"], model.columns[field.name]
    last = UUID(int=0)
    while True:
        query = model.table.select(identity.as_alias("id"), column.as_alias("value"))
        found = query.where(_may_differ(field, column)).where(identity > last).order_by(identity)
        rows = await found.limit(_PORTION)
        for row in rows:
            value = _canonical(field, row["value"])
            if value != row["value"]:
                await _write(model, field, row["id"], value)
        if len(rows) < _PORTION:
            return
        last = rows[-1]["id"]


def _may_differ(field: FieldModel, column: Column) -> WhereRaw:
    """What is worth a look: values that begin with a blank or not at all, and capital letters."""
    places = ", ".join(["{}"] * (len(_BLANKS) + 1))
    blank = WhereRaw(f"SUBSTR({{}}, 1, 1) IN ({places})", column, *_BLANKS, "")
    if field.type.name not in _REWRITTEN:
        return blank
    kind = _BINARY[DB.engine_type]
    lower = f"CAST({{}} AS {kind}) <> CAST(LOWER({{}}) AS {kind})"
    return WhereRaw(f"({{}} OR {lower})", blank.querystring, column, column)


def _canonical(field: FieldModel, value: str) -> str | None:
    """The value as it would be stored now. One that would be refused now stays."""
    if field.type.is_missing(value):
        return None
    try:
        return str(field.type.parse(value, field))
    except InvalidValue:
        return value


async def _write(model: ObjectModel, field: FieldModel, record_id: UUID, value: str | None) -> None:
    """The next version of the record, so that nobody's copy of it counts as current."""
    version = model.columns["version"]
    values: dict[Column | str, Any] = {
        model.columns[field.name]: value,
        version: QueryString("{} + 1", version),
    }
    if is_packed(model, DB.engine_type):
        values = packed_changes(model, values)
    query = model.table.update(values, use_auto_update=False).where(model.columns["id"] == record_id)
    try:
        await query
    except UniqueViolation:
        return
