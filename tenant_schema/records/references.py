"""What the database's refusals mean in terms of fields: unique values that are taken, lookups that lead
nowhere.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final
from uuid import UUID

from piccolo.columns import Column

from piccolo_engines.errors import ForeignKeyViolation, RowTooLarge, UniqueViolation
from tenant_schema.objects.errors import ObjectNotFound
from tenant_schema.objects.model import FieldModel, ObjectModel
from tenant_schema.problems import Problem
from tenant_schema.records.conditions import Complaints
from tenant_schema.records.errors import UniqueConflict, ValidationFailed
from tenant_schema.records.target import Target
from tenant_schema.users.tables import User

__all__ = ["TOO_LARGE", "accept", "column_looked_into", "complain_of_dangling", "refusals", "unique_conflict"]

TOO_LARGE: Final = Problem("", "record-too-large", "The values are too long together for one record.")
"""MariaDB may say so of a record with hundreds of texts: each is allowed, and all of them do not fit."""


async def accept(target: Target, values: Mapping[str, Any], complaints: Complaints) -> None:
    """Raise :class:`ValidationFailed` when there are problems; then lookups are looked at too, to
    tell all at once.
    """
    if complaints.problems:
        await complain_of_dangling(target, values, complaints)
        raise ValidationFailed(complaints.problems)


@asynccontextmanager
async def refusals(target: Target, values: Mapping[str, Any]) -> AsyncIterator[None]:
    """Turn the database's refusal of a write into what it means for the fields."""
    try:
        yield
    except UniqueViolation as error:
        raise unique_conflict(error, target.model) from error
    except RowTooLarge as error:
        raise ValidationFailed([TOO_LARGE]) from error
    except ForeignKeyViolation as error:
        complaints = Complaints()
        await complain_of_dangling(target, values, complaints)
        if not complaints.problems:
            raise
        raise ValidationFailed(complaints.problems) from error


def unique_conflict(violation: UniqueViolation, model: ObjectModel) -> UniqueConflict:
    """The conflict, in the names that callers know."""
    names = {column._meta.db_column_name: name for name, column in model.columns.items()}
    return UniqueConflict([names[column] for column in violation.columns if column in names])


async def complain_of_dangling(target: Target, values: Mapping[str, Any], complaints: Complaints) -> None:
    """A problem for each lookup among the values that leads to no record. One statement for each: for
    failures only.
    """
    for name, value in values.items():
        field = target.model.fields.get(name)
        if field is None or field.type.name != "lookup" or value is None:
            continue
        if not await _leads_somewhere(target, field, value):
            message = f"There is no {field.settings['target']} record {value}."
            complaints.add(name, "reference-not-found", message)


async def _leads_somewhere(target: Target, field: FieldModel, value: UUID) -> bool:
    """Whether the record that a lookup names is there."""
    column = await column_looked_into(target, field)
    return column is not None and bool(await column._meta.table.exists().where(column == value))


async def column_looked_into(target: Target, field: FieldModel) -> Column | None:
    """The column of ids that a lookup leads to; None when there is no such object."""
    name = field.settings["target"]
    if name == "users":
        return User.id
    try:
        return (await target.catalog.get(target.scope, name)).columns["id"]
    except ObjectNotFound:
        return None
