"""Creates or changes the record with a given unique key, safely beside concurrent requests."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from tenant_schema.objects.errors import InvalidValue
from tenant_schema.objects.model.model import FieldModel
from tenant_schema.preconditions import Versions
from tenant_schema.problems import Problem
from tenant_schema.records.access.target import Target
from tenant_schema.records.errors import (
    AlreadyThere,
    InvalidQuery,
    NothingToMatch,
    RecordNotFound,
    UniqueConflict,
    ValidationFailed,
)
from tenant_schema.records.query.model import Query
from tenant_schema.records.reading.plans import plan_record
from tenant_schema.records.reading.read import read_record
from tenant_schema.records.record import Record
from tenant_schema.records.sql.statements import Reading, Source, reading
from tenant_schema.records.writing.create import create_record
from tenant_schema.records.writing.delete import restore_record
from tenant_schema.records.writing.record_key import KeyValues, RecordKey
from tenant_schema.records.writing.trashed_values import restorable_by_key
from tenant_schema.records.writing.update import change_record
from tenant_schema.records.writing.validation import Body

__all__ = ["stored_key", "upsert_record"]

_ATTEMPTS: Final = 5
"""Concurrent requests may create and destroy the record in turn."""


async def upsert_record(
    target: Target,
    key: RecordKey,
    values: KeyValues,
    body: Body,
    now: datetime,
    *,
    if_match: Versions = None,
    only_new: bool = False,
) -> tuple[Record, bool]:
    """Return the record, and whether it was created. ``values`` are those of its key, in stored form. One in
    the trash that the caller may restore is restored and changed.

    Raises as creating and changing do, and :class:`NothingToMatch`, :class:`AlreadyThere`.
    """
    _check_body(key, values, body)
    conflict: UniqueConflict | None = None
    for _ in range(_ATTEMPTS):
        found = await _find(target, key, values)
        if found is None:
            if (conflict is not None or if_match is not None) and not only_new:
                restored = await _restored(target, key, values, body, now, if_match)
                if restored is not None:
                    return restored, False
            if conflict is not None:
                raise conflict  # with a record in the trash, or one that is hidden from the caller
            if if_match is not None:
                raise NothingToMatch
            try:
                return await create_record(target, {**body, **key.shown(values)}, now), True
            except UniqueConflict as error:
                conflict = error  # another one was faster, or it is another field
        elif only_new:
            plan = plan_record(target, Query(tuple(target.readable)))
            raise AlreadyThere(await read_record(target, found, plan))
        else:
            try:
                return await change_record(target, found, body, if_match, now), False
            except RecordNotFound:
                conflict = None
    raise conflict or UniqueConflict(key.names)


async def _restored(
    target: Target, key: RecordKey, values: KeyValues, body: Body, now: datetime, if_match: Versions
) -> Record | None:
    """Return the record of that key, out of the trash and changed; None when there is none that the caller
    may restore.
    """
    there = await restorable_by_key(target, key, [values])
    if not there:
        return None
    [record_id] = there.values()

    async def restore_and_change() -> Record:
        await restore_record(target, record_id, if_match, now)
        return await change_record(target, record_id, body, None, now)

    return await target.unit(restore_and_change)


def stored_key(key: RecordKey, texts: Sequence[str]) -> KeyValues:
    """Return the values in the path, in stored form. Raises :class:`InvalidQuery`."""
    if len(texts) != len(key.fields):
        wanted = f"Give {len(key.fields)} values separated by commas, not {len(texts)}"
        message = f"{wanted}; a comma in a value is %2C."
        raise InvalidQuery([Problem(",".join(key.names), "wrong-number", message)])
    return tuple([_stored_value(field, text) for field, text in zip(key.fields, texts, strict=True)])


def _stored_value(field: FieldModel, text: str) -> object:
    if field.type.is_missing(text):
        message = f"{field.label} has no value here, so it names no record."
        raise InvalidQuery([Problem(field.name, "empty-value", message)])
    try:
        return field.type.parse_key(text, field)
    except InvalidValue as error:
        raise InvalidQuery([Problem(field.name, error.code, error.message, error.did_you_mean)]) from error


def _check_body(key: RecordKey, values: KeyValues, body: Body) -> None:
    for field, value in zip(key.fields, values, strict=True):
        _check_key(field, value, body)


def _check_key(field: FieldModel, key: object, body: Body) -> None:
    """A body may name the field as well, when it says the same."""
    if field.name not in body:
        return
    try:
        stored = field.type.parse(body[field.name], field)
        is_same = field.type.comparable(stored) == field.type.comparable(key)
    except InvalidValue:
        is_same = False
    if not is_same:
        message = f"{field.label} must be what the address says, or be left out."
        raise ValidationFailed([Problem(field.name, "does-not-match", message)])


async def _find(target: Target, key: RecordKey, wanted: KeyValues) -> UUID | None:
    """Return the id of the record that has the key, among those in use that the caller may read."""
    values: list[object] = []
    where = target.records(key.matching([wanted]), values)
    plan: Reading = target.plan(
        lambda: reading(Source(target.model, where), ("id",), None, target.dialect),
        *("find", where),
    )
    rows = (await target.read(plan, values)).shown()
    return UUID(rows[0]["id"]) if rows else None
