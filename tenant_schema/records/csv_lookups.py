"""Lookups in CSV that name a record by what it is called: found for many lines by one statement."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from tenant_schema.objects.errors import InvalidValue
from tenant_schema.objects.model import FieldModel
from tenant_schema.problems import Problem
from tenant_schema.records.bulk import Item
from tenant_schema.records.by_value import ids_by_value, users_by_value
from tenant_schema.records.csv_columns import Column, parse_cell
from tenant_schema.records.people import USERS
from tenant_schema.records.prepared import LastUsed
from tenant_schema.records.rendering import shown
from tenant_schema.records.target import Target

__all__ = ["find_lookups"]


async def find_lookups(
    target: Target, columns: Sequence[Column], lines: Sequence[Sequence[str]], items: Sequence[Item]
) -> None:
    """Put the ids into the items; a cell that names no record that the caller may read, or several, fails
    its item.
    """
    for column in columns:
        if column.by is not None:
            await _find(target, column, column.by, lines, items)


async def _find(
    target: Target, column: Column, by: FieldModel, lines: Sequence[Sequence[str]], items: Sequence[Item]
) -> None:
    wanted: list[tuple[Item, object]] = []
    for cells, item in zip(lines, items, strict=True):
        text = cells[column.place] if column.place < len(cells) else ""
        if text:
            try:
                wanted.append((item, parse_cell(by, text)))
            except InvalidValue as error:
                item.fail(422, *item.problems, Problem(column.field.name, error.code, error.message))
    there = await _ids(target, column, by, {value for _, value in wanted}) if wanted else {}
    for item, value in wanted:
        found = there.get(by.type.comparable(shown(by, value)), ())
        if len(found) == 1:
            item.values[column.field.name] = found[0]
        else:
            item.fail(422, *item.problems, _problem(column, by, value, several=bool(found)))


def _problem(column: Column, by: FieldModel, value: object, *, several: bool) -> Problem:
    code = "ambiguous-reference" if several else "reference-not-found"
    number, kind = "Several records" if several else "No record", column.field.settings["target"]
    return Problem(column.field.name, code, f"{number} of {kind} with {by.label} {str(value)[:100]!r}.")


async def _ids(
    target: Target, column: Column, by: FieldModel, values: set[object]
) -> Mapping[object, Sequence[UUID]]:
    model = column.target
    if model is None or model is USERS:
        return await users_by_value(by, values)
    sight = await target.around.load(model.name)
    seen = Target(target.scope, target.access, sight.model, sight.rights, target.around, LastUsed(4))
    return await ids_by_value(seen, by, values)
