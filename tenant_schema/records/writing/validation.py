"""Validates the bodies of new records and of changes: returns values in stored form, or reports every
problem.
"""

from collections.abc import Container, Mapping
from typing import Any

from tenant_schema.objects.errors import InvalidValue
from tenant_schema.objects.model.model import FieldModel
from tenant_schema.problems import ProblemCollector
from tenant_schema.records.access.rights import Rights

__all__ = ["Body", "Fields", "Stored", "fill_in", "parse_changes", "parse_creation"]

Body = Mapping[str, object]
Fields = Mapping[str, FieldModel]
Stored = dict[str, Any]


def parse_creation(body: Body, fields: Fields, collector: ProblemCollector, rights: Rights) -> Stored:
    """Return a value for each of the ``fields`` that is not the system's to set: the given one, or the
    default, or None.
    """
    values = _parse_body(body, rights.creatable, collector, rights)
    fill_in(values, body, fields, collector, rights)
    return values


def fill_in(
    values: Stored, given: Container[str], fields: Fields, collector: ProblemCollector, rights: Rights
) -> None:
    """Add the defaults of the ``fields`` that were not given, or None."""
    for name, field in fields.items():
        if name in given or field.read_only:
            continue
        has_default = field.default is not None and not field.type.is_missing(field.default)
        values[name] = _parse_value(field, field.default, collector) if has_default else None
        if values[name] is None and field.required:
            _report_missing(field, collector, rights)


def parse_changes(body: Body, collector: ProblemCollector, rights: Rights) -> Stored:
    """Return the values that the body gives. Problems for unknown and read-only fields, those that the caller
    may not change, and values that do not fit.
    """
    return _parse_body(body, rights.writable, collector, rights)


def _parse_body(body: Body, allowed: Fields, collector: ProblemCollector, rights: Rights) -> Stored:
    values: Stored = {}
    rest = iter(body.items())
    for name, given in rest:
        field = allowed.get(name)
        if field is None:
            _report_closed(name, allowed, collector, rights)
        elif field.read_only:
            collector.add(name, "read-only", f"{field.label} is set by the system.")
        else:
            values[name] = _parse_value(field, given, collector)
        if collector.full:
            break
    collector.count(sum(1 for name, _ in rest if name not in allowed))
    return values


def _report_closed(name: str, allowed: Fields, collector: ProblemCollector, rights: Rights) -> None:
    """A field that the caller may read is refused as what it is, any other as one that is not there."""
    field = rights.readable.get(name)
    if collector.full:
        collector.count()
    elif field is None:
        collector.unknown(name, "field", name, (*rights.readable, *allowed))
    else:
        collector.add(name, "not-allowed", f"Your roles do not allow you to set {field.label}.")


def _report_missing(field: FieldModel, collector: ProblemCollector, rights: Rights) -> None:
    if field.name in rights.creatable:
        collector.add(field.name, "required", f"{field.label} is required.")
    else:
        collector.add(
            "", "not-allowed", "A required field has no value, and your roles do not let you set it."
        )


def _parse_value(field: FieldModel, given: object, collector: ProblemCollector) -> object:
    """Return one value in stored form; None for none, which is a problem where one is required."""
    if given is not None and not field.type.is_missing(given):
        return _parse_given(field, given, collector)
    if field.required:
        collector.add(field.name, "required", f"{field.label} is required.")
    return None


def _parse_given(field: FieldModel, given: object, collector: ProblemCollector) -> object:
    """Return a value that is one, in stored form, or None and a problem."""
    try:
        return field.type.parse(given, field)
    except InvalidValue as error:
        collector.add(field.name, error.code, error.message, error.did_you_mean)
        return None
