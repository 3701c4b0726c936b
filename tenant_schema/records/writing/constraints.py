"""Translates constraint violations of the database to errors that name fields."""

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Final
from uuid import UUID

from piccolo.columns import Column

from piccolo_engines.errors import ForeignKeyViolation, RowTooLarge, UniqueViolation
from tenant_schema.objects.model.model import FieldModel
from tenant_schema.problems import Problem, ProblemCollector
from tenant_schema.records.access.target import Target
from tenant_schema.records.errors import UniqueConflict, ValidationFailed
from tenant_schema.records.record import Row
from tenant_schema.records.writing.equal_values import problems_of_equal_values
from tenant_schema.records.writing.lookup_targets import problems_of_lookups
from tenant_schema.records.writing.trashed_values import trashed_with, value_taken
from tenant_schema.users.tables import User

__all__ = ["TOO_LARGE", "accept", "column_looked_into", "refusals", "refuse_equal", "visible"]

TOO_LARGE: Final = Problem("", "record-too-large", "The values are too long together for one record.")
"""MariaDB may say so of a record with hundreds of texts: each is allowed, and all of them do not fit."""


async def accept(target: Target, values: Mapping[str, Any], collector: ProblemCollector) -> None:
    """Raise :class:`ValidationFailed` when there are problems, and for lookups to what is not there for the
    caller. No statement without lookups to records.
    """
    collector.extend(await problems_of_lookups(target, values, with_users=bool(collector.problems)))
    if collector.problems:
        raise ValidationFailed(collector.problems)


async def refuse_equal(target: Target, record_id: UUID, values: Row) -> None:
    """Raise :class:`UniqueConflict` when another record has a unique value that equals one of these."""
    [problems] = await problems_of_equal_values(target, [(record_id, values)])
    if problems:
        raise UniqueConflict([one.field for one in problems], problems)


class refusals:  # noqa: N801 - used like a function; the event loop tracks asynchronous generators
    """Turn the database's refusal of a write inside the block into what it means for the fields."""

    __slots__ = ("_target", "_values")

    def __init__(self, target: Target, values: Mapping[str, Any]) -> None:
        self._target, self._values = target, values

    async def __aenter__(self) -> None:
        pass

    async def __aexit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if isinstance(error, UniqueViolation):
            raise await _unique_conflict(error, self._target, self._values) from error
        if isinstance(error, RowTooLarge):
            raise ValidationFailed([TOO_LARGE]) from error
        if isinstance(error, ForeignKeyViolation):
            problems = await problems_of_lookups(self._target, self._values, with_users=True)
            if problems:
                raise ValidationFailed(problems) from error


async def _unique_conflict(
    violation: UniqueViolation, target: Target, values: Mapping[str, Any]
) -> UniqueConflict:
    """Return the conflict, in the names that callers know, and whether it is with a record in the trash."""
    names = {column._meta.db_column_name: name for name, column in target.model.columns.items()}
    fields = [names[column] for column in violation.columns if column in names]
    held = {name: values[name] for name in fields if values.get(name) is not None}
    trashed = await trashed_with(target, held) if held and len(held) == len(fields) else None
    open_to = visible(target, fields)
    return UniqueConflict(open_to, [value_taken(name, trashed, open_to) for name in open_to])


def visible(target: Target, fields: Sequence[str]) -> Sequence[str]:
    """Return the fields of a violated key that the caller may know of; an empty name if there is none."""
    if len(fields) < 2:
        return fields
    rights = target.rights
    return [name for name in fields if name in rights.readable or name in rights.creatable] or [""]


def column_looked_into(target: Target, field: FieldModel) -> Column | None:
    """Return the column of ids that a lookup leads to; None when there is no such object."""
    name = field.settings["target"]
    if name == "users":
        return User.id
    model = target.schema.objects.get(name)
    return None if model is None else model.columns["id"]
