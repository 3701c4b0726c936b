"""Finds records with an equal value in a unique field where the texts differ, such as telephone numbers,
which a unique index cannot find.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from tenant_schema.objects.model.model import FieldModel
from tenant_schema.problems import Problem
from tenant_schema.records.access.target import Target
from tenant_schema.records.query.conditions import is_one_of
from tenant_schema.records.record import Row
from tenant_schema.records.sql.compiler import compile_filter
from tenant_schema.records.writing.trashed_values import trashed_among, value_taken

__all__ = ["compared_fields", "problems_of_equal_values"]


async def problems_of_equal_values(
    target: Target, records: Sequence[tuple[UUID | None, Row]]
) -> list[list[Problem]]:
    """For each record, by its id and new values, a problem for each unique value that another record has, or
    one before it. One statement for each such field; none for objects without one.
    """
    found: list[list[Problem]] = [[] for _ in records]
    for field in target.plan(lambda: compared_fields(target.model.fields.values()), "compared"):
        await _look(target, field, records, found)
    return found


def compared_fields(fields: Iterable[FieldModel]) -> list[FieldModel]:
    """Return the unique fields whose values can be equal without being the same text."""
    return [one for one in fields if one.unique and one.type.comparisons]


async def _look(
    target: Target,
    field: FieldModel,
    records: Sequence[tuple[UUID | None, Row]],
    found: Sequence[list[Problem]],
) -> None:
    given = [
        (problems, record_id, field.type.comparable(values[field.name]))
        for problems, (record_id, values) in zip(found, records, strict=True)
        if values.get(field.name) is not None
    ]
    owners: dict[object, Any] = dict(await _owners(target, field, [one for _, _, one in given]))
    losing = [
        (problems, owners[value])
        for problems, record_id, value in given
        if owners.setdefault(value, record_id) != record_id
    ]
    trashed = await trashed_among(target, [owner for _, owner in losing if owner is not None])
    for problems, owner in losing:
        problems.append(value_taken(field.name, trashed.get(owner)))


async def _owners(target: Target, field: FieldModel, values: Iterable[object]) -> Mapping[object, UUID]:
    """Return the records that have an equal value, in the trash or not, whoever may see them."""
    wanted = tuple(sorted({str(value) for value in values}))
    if not wanted:
        return {}
    columns = target.model.columns
    query = target.model.table.select(columns["id"].as_alias("id"), columns[field.name].as_alias("value"))
    where = compile_filter(is_one_of(field, wanted), columns, target.dialect)
    assert where is not None, "a condition"
    return {field.type.comparable(row["value"]): row["id"] for row in await query.where(where)}
