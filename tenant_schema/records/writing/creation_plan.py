"""What the creation of an object's records takes for callers with the same rights, computed once.

A plan accepts bodies without a problem. For any other it returns None, and
:mod:`tenant_schema.records.writing.validation` reports what is wrong.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from types import NoneType
from typing import Any, Final, TypeAlias
from uuid import UUID

from tenant_schema.objects.errors import InvalidValue
from tenant_schema.objects.fields.protocol import FieldType
from tenant_schema.objects.model.auto_numbers import counted_fields
from tenant_schema.objects.model.model import FieldModel
from tenant_schema.records.access.rights import Rights
from tenant_schema.records.access.target import Target
from tenant_schema.records.writing.archived_options import with_archived
from tenant_schema.records.writing.equal_values import compared_fields
from tenant_schema.records.writing.lookup_targets import checked_lookups
from tenant_schema.records.writing.validation import Body, Fields, Stored

__all__ = ["CreationPlan", "creation_plan"]

_Entry: TypeAlias = tuple[
    Callable[[str], object] | None, Callable[[Any, Any], object], Callable[[Any], bool] | None, FieldModel
]
_KEPT: Final = "creation"
_IMMUTABLE: Final = frozenset(
    {NoneType, bool, int, float, str, Decimal, UUID, dt.date, dt.datetime, dt.time, dt.timedelta}
)
"""Types of defaults that records may share."""
_PARSING: Final = frozenset({"parse", "is_missing", "max_length"})
"""What decides whether a text is stored as it is."""


class CreationPlan:
    """The fields that a body may give, and the values of those that it leaves out.

    :param fields: the object's fields. :param rights: the caller's rights.
    :ivar refers: whether there are lookups whose records have to be looked for.
    :ivar compares: whether there are unique fields that an index alone does not keep unique.
    :ivar counts: whether the object counts its records.
    :ivar archives: whether there are options that new records do not get.
    """

    __slots__ = (
        "_defaults",
        "_entries",
        "_needed",
        "_parsed_each_time",
        "archives",
        "compares",
        "counts",
        "refers",
    )

    def __init__(self, fields: Fields, rights: Rights) -> None:
        self._entries = {
            name: _entry(field) for name, field in rights.creatable.items() if not field.read_only
        }
        self._defaults: Stored = {}
        self._parsed_each_time: list[FieldModel] = []
        needed = []
        for name, field in fields.items():
            if field.read_only:
                continue
            value, fits = _default(field)
            if type(value) not in _IMMUTABLE:
                self._parsed_each_time.append(field)
            self._defaults[name] = value
            if not fits or (value is None and field.required):
                needed.append(name)
        self._needed = tuple(needed)
        self.refers = bool(checked_lookups(fields.values()))
        self.compares = bool(compared_fields(fields.values()))
        self.counts = bool(counted_fields(fields.values()))
        self.archives = bool(with_archived(fields.values()))

    def parse(self, body: Body) -> Stored | None:
        """Return what :func:`~tenant_schema.records.writing.validation.parse_creation` returns, or None if
        that may report a problem.
        """
        values = self._with_defaults(body)
        entries = self._entries
        try:
            for name, given in body.items():
                is_verbatim, parse, is_missing, field = entries[name]
                if is_verbatim is not None and given.__class__ is str and is_verbatim(given):
                    values[name] = given
                elif given is None or (is_missing is not None and is_missing(given)):
                    if field.required:
                        return None
                    values[name] = None
                else:
                    values[name] = parse(given, field)
        except (KeyError, InvalidValue):
            return None
        return values if self._is_complete(values) else None

    def complete(self, given: Stored) -> Stored | None:
        """Return these values, which are in stored form, and the defaults of the other fields; None if there
        may be a problem.
        """
        values = self._with_defaults(given)
        values |= given
        return values if self._is_complete(values) else None

    def _with_defaults(self, given: Mapping[str, object]) -> Stored:
        values = self._defaults.copy()
        for field in self._parsed_each_time:
            if field.name not in given:
                values[field.name] = field.type.parse(field.default, field)
        return values

    def _is_complete(self, values: Stored) -> bool:
        for name in self._needed:  # noqa: SIM110 - a generator would take three times as long
            if values[name] is None:
                return False
        return True


def creation_plan(target: Target) -> CreationPlan:
    """Return the plan for the caller's new records, which is kept with the caller's rights."""
    plan: CreationPlan | None = target.rights.kept.get(_KEPT)
    if plan is None:
        plan = target.rights.kept[_KEPT] = CreationPlan(target.model.fields, target.rights)
    return plan


def _entry(field: FieldModel) -> _Entry:
    can_be_missing = type(field.type).is_missing is not FieldType.is_missing
    is_missing = field.type.is_missing if can_be_missing else None
    return _verbatim(field), field.type.parse, is_missing, field


def _verbatim(field: FieldModel) -> Callable[[str], object] | None:
    """Return the field's test for texts that are stored as they are.

    None if a subclass has changed what is parsed, and not the test.
    """
    for kind in type(field.type).__mro__:
        if "verbatim" in vars(kind):
            return field.type.verbatim(field)
        if not _PARSING.isdisjoint(vars(kind)):
            return None
    return None


def _default(field: FieldModel) -> tuple[object, bool]:
    """Return the default in stored form, and whether it fits the field."""
    if field.default is None or field.type.is_missing(field.default):
        return None, True
    try:
        return field.type.parse(field.default, field), True
    except InvalidValue:
        return None, False
