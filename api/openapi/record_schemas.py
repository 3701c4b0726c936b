"""JSON Schemas of one object's records: as they are shown, as they are given, and as they are looked for."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tenant_schema.objects.model.model import FieldModel
from tenant_schema.records.access.schema_view import ObjectView, SchemaView
from tenant_schema.records.query.model import MAX_VALUES
from tenant_schema.records.query.paths import Fields
from tenant_schema.records.query.user_fields import USERS

__all__ = [
    "change_properties",
    "comparison_schemas",
    "component",
    "example_of",
    "operand_schema",
    "record_schemas",
    "reference",
]

_Schema = dict[str, Any]

_LISTS: Final = {"in", "nin"}
_GENERAL: Final = frozenset({"type", "format", "description"})
_USER_OR_ME: Final = r"^([0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|\$me)$"
_PATHS: Final = r"^[a-z0-9_]+(\.[a-z0-9_]+){1,3}$"


def component(name: str, kind: str) -> str:
    """Return the name of a schema of the object: ``deals_Record``. Other schemas have no underscore."""
    return f"{name}_{kind}"


def reference(name: str, kind: str) -> _Schema:
    """A reference to it."""
    return {"$ref": f"#/components/schemas/{component(name, kind)}"}


def record_schemas(one: ObjectView, schema: SchemaView) -> Iterator[tuple[str, _Schema]]:
    """Every schema of the object, by its name."""
    label = one.model.label
    properties = {name: _shown(field) for name, field in one.readable.items()}
    yield (
        component(one.name, "Record"),
        _object(f"{label}: a whole record.", properties, list(properties), example_of(one.readable)),
    )
    yield component(one.name, "Selected"), _selected(one, schema)
    if "read" in one.actions:
        yield component(one.name, "Filter"), _filter(one)
    if "create" in one.actions:
        required = [name for name, field in one.creatable.items() if field.required and field.default is None]
        given = {name: _given(field, is_new=True) for name, field in one.creatable.items()}
        yield (
            component(one.name, "Create"),
            _object(f"{label}: what a new record may be given.", given, required, example_of(one.creatable)),
        )
    if "update" in one.actions:
        given = change_properties(one)
        first = dict(list(example_of(one.changeable).items())[:2])
        yield (
            component(one.name, "Change"),
            _object(f"{label}: what of a record may be changed.", given, [], first),
        )


def change_properties(one: ObjectView) -> _Schema:
    """Return the schemas of the fields that the caller may change, by name."""
    return {name: _given(field) for name, field in one.changeable.items()}


def example_of(fields: Fields) -> _Schema:
    """A record with a value in every field; a person is owner of what they make."""
    return {name: field.type.example(field) for name, field in fields.items()}


def _object(text: str, properties: _Schema, required: list[str], example: _Schema) -> _Schema:
    return {
        "type": "object",
        "description": text,
        "properties": properties,
        **({"required": required} if required else {}),
        "additionalProperties": False,
        "examples": [example],
    }


def _selected(one: ObjectView, schema: SchemaView) -> _Schema:
    """Return the schema for ``fields`` and ``expand``: every property is optional, and records may replace
    ids.
    """
    properties = {name: _shown(field) for name, field in one.readable.items()}
    for name, target in one.lookups.items():
        if schema.readable(target) is not None:
            known = {"anyOf": [properties[name], reference(target, "Selected")]}
            properties[name] = {**_words(one.readable[name]), **known}
    return {
        "type": "object",
        "description": f"{one.model.label}: a record with the requested `fields` and `expand`; without "
        "them, the whole record. Related lists have the names of their objects.",
        "properties": properties,
        "additionalProperties": {"type": "object", "additionalProperties": True},
    }


def _words(field: FieldModel) -> _Schema:
    text = f"{field.label}. {field.description}" if field.description else f"{field.label}."
    return {"description": text, "x-type": field.type.name}


def _shown(field: FieldModel) -> _Schema:
    schema = field.type.json_schema(field)
    if not (field.required or field.type.generated):
        schema = _or_null(schema)
    read_only = {"readOnly": True} if field.read_only else {}
    return {**_words(field), **_target(field), **read_only, **schema}


def _given(field: FieldModel, *, is_new: bool = False) -> _Schema:
    schema = field.type.input_schema(field)
    if not field.required:
        schema = _or_null(schema)
    default = {"default": field.default} if is_new and field.default is not None else {}
    return {**_words(field), **_target(field), **default, **schema}


def _target(field: FieldModel) -> _Schema:
    return {"x-target": field.settings["target"]} if field.type.name == "lookup" else {}


def _or_null(schema: Mapping[str, Any]) -> _Schema:
    if schema == {}:
        return {}
    if "enum" in schema:
        return {**schema, "type": [schema["type"], "null"], "enum": [*schema["enum"], None]}
    if "type" in schema:
        return {**schema, "type": [schema["type"], "null"]}
    return {**schema, "anyOf": [*schema["anyOf"], {"type": "null"}]}


def _filter(one: ObjectView) -> _Schema:
    """One filter in JSON: fields to values or to comparisons, which must all hold; and groups of such."""
    mine = reference(one.name, "Filter")
    properties = {name: _compared(field) for name, field in one.readable.items()}
    groups = {group: {"type": "array", "items": mine} for group in ("and", "or")}
    return {
        "type": "object",
        "description": f"{one.model.label}: conditions that must all hold. A path (`owner.name`) leads over "
        "lookups.",
        "properties": {**properties, **groups, "not": mine},
        "patternProperties": {_PATHS: {}},
        "additionalProperties": False,
    }


def _compared(field: FieldModel) -> _Schema:
    comparison = {"$ref": f"#/components/schemas/{_comparison_name(field)}"}
    if "eq" not in field.type.operators:
        return {**_words(field), **comparison}
    return {**_words(field), "anyOf": [operand_schema(field), comparison]}


def comparison_schemas(one: ObjectView) -> Iterator[tuple[str, _Schema]]:
    """Yield the comparisons of the object's fields by name, one for each type: ``TextComparison``.

    Their operands have the JSON type and format of the field type, without the limits of one field.
    """
    for field in one.readable.values():
        name = _comparison_name(field)
        operators = {operator: _operand(operator, field) for operator in sorted(field.type.operators)}
        yield name, {"type": "object", "properties": operators, "additionalProperties": False}


def _comparison_name(field: FieldModel) -> str:
    kind = "user" if _leads_to_users(field) else field.type.name
    return "".join(part.capitalize() for part in kind.split("_")) + "Comparison"


def _leads_to_users(field: FieldModel) -> bool:
    return field.type.name == "lookup" and field.settings["target"] == USERS.name


def operand_schema(field: FieldModel) -> _Schema:
    """One value that a filter compares the field with."""
    one = field.type.operand_schema(field)
    if _leads_to_users(field):
        return {"type": "string", "pattern": _USER_OR_ME, "description": "An id, or `$me` for the caller."}
    return one


def _operand(operator: str, field: FieldModel) -> _Schema:
    if operator == "null":
        return {"type": "boolean"}
    one = {key: part for key, part in operand_schema(field).items() if key in _GENERAL}
    if operator in _LISTS:
        return {"type": "array", "items": one, "minItems": 1, "maxItems": MAX_VALUES}
    if operator == "between":
        return {"type": "array", "items": one, "minItems": 2, "maxItems": 2}
    return one
