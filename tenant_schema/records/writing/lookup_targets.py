"""Checks that lookups refer to records which the caller may read.

Records in the trash, hidden by a row rule, or of an object that the caller may not read are reported like
missing ones. Every caller may refer to users, which the database's foreign keys check.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from tenant_schema.objects.model.model import FieldModel
from tenant_schema.problems import Problem
from tenant_schema.records.access.target import Target
from tenant_schema.records.query.model import Condition
from tenant_schema.records.query.user_fields import USERS
from tenant_schema.records.sql.statements import Source, reading
from tenant_schema.users.tables import User

__all__ = ["checked_lookups", "problems_of_lookups", "problems_of_many"]

_Values = Mapping[str, Any]
_PORTION: Final = 500
"""Ids in one statement."""


async def problems_of_lookups(target: Target, values: _Values, *, with_users: bool = False) -> list[Problem]:
    """Return a problem for each lookup among the values that leads to no record of the caller's: one
    statement for each object that is looked into.

    :param with_users: look for users as well, where the database is not asked to.
    """
    [found] = await problems_of_many(target, [values], with_users=with_users)
    return found


async def problems_of_many(
    target: Target, rows: Sequence[_Values], *, with_users: bool = False
) -> list[list[Problem]]:
    """As :func:`problems_of_lookups`, for each of many records."""
    fields = target.model.fields.values()
    lookups = target.plan(lambda: checked_lookups(fields, with_users=with_users), "lookups", with_users)
    if not lookups:
        return [[] for _ in rows]
    wanted: defaultdict[str, set[UUID]] = defaultdict(set)
    for field in lookups:
        wanted[field.settings["target"]].update(
            values[field.name] for values in rows if values.get(field.name) is not None
        )
    there = {name: await _there(target, name, ids) for name, ids in wanted.items() if ids}
    if not there:
        return [[] for _ in rows]
    return [[*_missing(lookups, values, there)] for values in rows]


def checked_lookups(fields: Iterable[FieldModel], *, with_users: bool = False) -> list[FieldModel]:
    """Return the lookups to records, and to users if those are checked too."""
    lookups = [one for one in fields if one.type.name == "lookup"]
    return [one for one in lookups if with_users or one.settings["target"] != USERS.name]


def _missing(
    lookups: Sequence[FieldModel], values: _Values, there: Mapping[str, Collection[UUID]]
) -> Iterable[Problem]:
    for field in lookups:
        value, name = values.get(field.name), field.settings["target"]
        if value is not None and value not in there[name]:
            yield Problem(field.name, "reference-not-found", f"There is no {name} record {value}.")


async def _there(target: Target, name: str, ids: Collection[UUID]) -> set[UUID]:
    """Return the given ids of existing records that the caller may read."""
    ordered, found = sorted(ids), set[UUID]()
    for start in range(0, len(ordered), _PORTION):
        found.update(await _portion(target, name, ordered[start : start + _PORTION]))
    return found


async def _portion(target: Target, name: str, ids: Sequence[UUID]) -> Iterable[UUID]:
    if name == USERS.name:
        rows = await User.select(User.id).where(User.id.is_in(list(ids)))
        return [row["id"] for row in rows]
    beyond = target.related(name)
    if beyond is None:
        return ()
    values: list[object] = []
    where = beyond.records(Condition("id", "in", tuple(ids)), values)
    plan = beyond.plan(
        lambda: reading(Source(beyond.model, where), ("id",), None, beyond.dialect),
        *("which are there", where),
    )
    return [UUID(row["id"]) for row in (await beyond.read(plan, values)).shown()]
