"""Bodies of create and PATCH, checked against the definitions: every problem at once, or the values in
stored form.
"""

from collections.abc import Mapping
from typing import Any

from tenant_schema.objects.errors import InvalidValue
from tenant_schema.objects.model import FieldModel
from tenant_schema.records.conditions import Complaints
from tenant_schema.records.rights import Rights

__all__ = ["Body", "Fields", "Stored", "parse_changes", "parse_creation"]

Body = Mapping[str, object]
Fields = Mapping[str, FieldModel]
Stored = dict[str, Any]


def parse_creation(body: Body, fields: Fields, rights: Rights, complaints: Complaints) -> Stored:
    """A value for each of the ``fields`` that the system does not set: the given one, or the default, or
    None.
    """
    values = parse_changes(body, rights, complaints)
    for name, field in fields.items():
        if name in body or field.read_only:
            continue
        values[name] = None if field.default is None else _parse_value(field, field.default, complaints)
        if values[name] is None and field.required:
            complaints.add(name, "required", f"{field.label} is required.")
    return values


def parse_changes(body: Body, rights: Rights, complaints: Complaints) -> Stored:
    """The values that the body gives. Problems for fields that are unknown, set by the system or not open to
    the caller, and for values that do not fit.
    """
    values: Stored = {}
    for name, given in body.items():
        if complaints.full:
            break
        field = rights.writable.get(name)
        if field is not None and not field.read_only:
            values[name] = _parse_value(field, given, complaints)
        else:
            _complain(name, field or rights.readable.get(name), rights, complaints)
    return values


def _complain(name: str, field: FieldModel | None, rights: Rights, complaints: Complaints) -> None:
    """Say why a body must not name the field."""
    if field is None:
        complaints.unknown(name, "field", name, tuple(rights.writable))
    elif field.read_only:
        complaints.add(name, "read-only", f"{field.label} is set by the system.")
    else:
        complaints.add(name, "not-writable", f"Your roles do not allow you to write {field.label}.")


def _parse_value(field: FieldModel, given: object, complaints: Complaints) -> object:
    """One value in stored form; None for none, which is a problem where one is required."""
    value = None if given is None else _parse_given(field, given, complaints)
    if field.required and (given is None or (isinstance(value, str) and not value.strip())):
        complaints.add(field.name, "required", f"{field.label} is required.")
    return value


def _parse_given(field: FieldModel, given: object, complaints: Complaints) -> object:
    """A value that is one, in stored form, or None and a problem."""
    try:
        return field.type.parse(given, field)
    except InvalidValue as error:
        complaints.add(field.name, error.code, error.message, error.did_you_mean)
        return None
