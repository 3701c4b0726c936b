"""The parameters of one object's routes, with examples that name its own fields."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

from tenant_schema.objects.model.model import FieldModel
from tenant_schema.records.access.schema_view import ObjectView

__all__ = ["aggregate_example", "parameter_of"]

_Json = dict[str, Any]

_AGGREGATES: Final = frozenset({"aggregateRecords", "aggregateRecordsByQuery"})
_GROUPED: Final = ("select", "boolean", "lookup", "date")
_OPERATORS: Final = (
    *("eq", "ne", "in", "nin", "null", "gt", "gte", "lt", "lte", "between"),
    *("contains", "icontains", "startswith", "endswith"),
)
_SUMMED: Final = ("currency", "decimal", "integer", "percent")


def parameter_of(parameter: Mapping[str, Any], kind: str, one: ObjectView) -> _Json | None:
    """A parameter of the route for any object, for this one; None for that which names the object."""
    name = parameter["name"]
    if name == "object":
        return None
    if name == "uniqueField":
        names = one.unique_keys
        return {**parameter, "schema": {"type": "string", "enum": names}, "example": names[0]}
    if name == "value":
        fields = [one.readable[name] for name in one.unique_keys[0].split(",")]
        example = ",".join([str(field.type.example(field)) for field in fields])
        return {**parameter, "schema": {"type": "string", "minLength": 1}, "example": example}
    examples = _examples(kind, one)
    if name not in examples:
        return dict(parameter)
    own = {**parameter, "example": examples[name]}
    return {**own, "description": _filter_words(parameter, one)} if name == "filter" else own


def aggregate_example(one: ObjectView) -> _Json:
    """Return an example: counts by the first groupable field, and the sum of the first amount."""
    group = _first(one, _GROUPED) or "created_by"
    amount = _first(one, _SUMMED)
    return {"groupBy": [group], "select": ["count", f"sum({amount})"] if amount else ["count"]}


def _examples(kind: str, one: ObjectView) -> _Json:
    """Values of the parameters that name fields."""
    own = [name for name, field in one.readable.items() if not field.system] or ["id"]
    sortable = [name for name in own if one.readable[name].type.sortable] or ["id"]
    found: _Json = {
        "fields": ",".join(["id", *own][:3]),
        "sort": f"-{sortable[0]}",
        "expand": next(iter(one.lookups), ""),
        "filter": _filter(one, own),
    }
    if kind in _AGGREGATES:
        found |= {name: ",".join(parts) for name, parts in aggregate_example(one).items()}
        found["sort"] = "-count"
    return found


def _filter(one: ObjectView, names: list[str]) -> _Json:
    for name in names:
        field = one.readable[name]
        if "eq" in field.type.operators and field.type.name != "json":
            return {name: str(field.type.example(field))}
    return {}


def _filter_words(parameter: Mapping[str, Any], one: ObjectView) -> str:
    alike: defaultdict[str, list[str]] = defaultdict(list)
    for name, field in one.readable.items():
        if field.type.operators:
            alike[_operators(field)].append(f"`{name}`")
    fields = "; ".join(f"{operators}: {', '.join(names)}" for operators, names in alike.items())
    return f"{parameter['description']} Which fields have which operators: {fields}."


def _operators(field: FieldModel) -> str:
    return " ".join(sorted(field.type.operators, key=_OPERATORS.index))


def _first(one: ObjectView, types: tuple[str, ...]) -> str | None:
    """The first own field of the first of the types of which there is one."""
    own = {name: field.type.name for name, field in one.readable.items() if not field.system}
    return next((name for kind in types for name, found in own.items() if found == kind), None)
