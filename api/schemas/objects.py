"""Objects and fields in JSON. A field's settings are at the level of its other properties."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final

from litestar.openapi import ResponseSpec
from msgspec import UNSET, Meta, UnsetType

from api.schemas.common import Input, Output
from tenant_schema.colours import COLOURS
from tenant_schema.objects.changes.decide.plan import Plan
from tenant_schema.objects.changes.drift import Drift
from tenant_schema.objects.definitions.index_checks import MOST_INDEX_FIELDS
from tenant_schema.objects.fields.fixed_decimal import MOST_DECIMALS, MOST_DIGITS
from tenant_schema.objects.fields.registry import FIELD_TYPES
from tenant_schema.objects.fields.translations import MOST_LANGUAGES
from tenant_schema.objects.model.model import FieldModel, ObjectModel
from tenant_schema.objects.model.object_indexes import ObjectIndex

__all__ = [
    "DEAL_EXAMPLE",
    "FIELD_BODY",
    "FIELD_CHANGES_BODY",
    "FIELD_EXAMPLE",
    "NEW_FIELD_EXAMPLE",
    "OBJECT_BODY",
    "OBJECT_CHANGES_BODY",
    "PLANNED",
    "ChangeQuery",
    "DriftItem",
    "DriftResponse",
    "DropQuery",
    "FieldResponse",
    "ObjectList",
    "ObjectResponse",
    "PlanResponse",
    "PlannedDdl",
    "RepairResponse",
    "shown_field",
    "shown_index",
    "shown_object",
    "shown_plan",
]

_Json = dict[str, Any]
_NAME: Final = {"type": "string", "pattern": "^[a-z](?:_?[a-z0-9])*$", "minLength": 1, "maxLength": 40}
_LABEL: Final = {"type": "string", "minLength": 1, "maxLength": 100}
_DESCRIPTION: Final = {"type": "string", "maxLength": 500}


def _translations(*texts: str) -> _Json:
    """The schema of the translations of these texts."""
    properties = {
        name: {"type": "string", "maxLength": 500 if name == "description" else 100} for name in texts
    }
    return {
        "type": "object",
        "maxProperties": MOST_LANGUAGES,
        "additionalProperties": {"type": "object", "properties": properties, "additionalProperties": False},
        "description": "Texts in other languages, by language tag such as de or pt-BR. A change gives all.",
        "examples": [{"de": {"label": "Kunde"}}],
    }


_OPTION: Final[_Json] = {
    "type": "object",
    "properties": {
        "value": {"type": "string"},
        "label": {"type": "string"},
        "color": {"type": "string", "enum": list(COLOURS), "description": "In which the option is shown."},
        "archived": {
            "type": "boolean",
            "description": "Whether it cannot be chosen newly. Records that have it keep it.",
        },
        "translations": _translations("label"),
    },
    "required": ["value"],
}
_FIELD_PROPERTIES: Final[_Json] = {
    "name": _NAME,
    "label": _LABEL,
    "type": {"type": "string", "enum": list(FIELD_TYPES)},
    "description": _DESCRIPTION,
    "required": {"type": "boolean", "description": "Whether every record must have a value."},
    "unique": {"type": "boolean", "description": "Whether no two records may have the same value."},
    "index": {"type": "boolean", "description": "Whether lists are often filtered or sorted by it."},
    "searchable": {"type": "boolean", "description": "Whether `search` looks into it."},
    "history": {"type": "boolean", "description": "Whether changes of it are kept."},
    "translations": _translations("label", "description"),
    "default": {"description": "What a new record gets, when nothing is given."},
    "maxLength": {"type": "integer", "description": "Of `text` and `long_text`."},
    "precision": {
        "type": "integer",
        "minimum": 1,
        "maximum": MOST_DIGITS,
        "description": f"Of `decimal`: how many digits in all, at most {MOST_DIGITS} (15 by default).",
    },
    "scale": {
        "type": "integer",
        "minimum": 0,
        "maximum": MOST_DECIMALS,
        "description": "Of `decimal`: how many of them decimals (2 by default).",
    },
    "options": {
        "type": "array",
        "items": {"anyOf": [{"type": "string"}, _OPTION]},
        "description": "Of `select` and `multi_select`: values, or objects with a value.",
    },
    "target": {"type": "string", "description": "Of `lookup`: an object, or users."},
    "onDelete": {"type": "string", "description": "Of `lookup`: set_null, restrict or cascade."},
    "format": {"type": "string", "description": "Of `auto_number`, such as INV-{0000}."},
    "start": {"type": "integer", "description": "Of `auto_number`: the first number."},
    **{name: schema for one in FIELD_TYPES.values() for name, schema in one.settings_schema.items()},
}
FIELD_CHANGES_BODY: Final[_Json] = {"type": "object", "properties": _FIELD_PROPERTIES}
FIELD_BODY: Final[_Json] = {**FIELD_CHANGES_BODY, "required": ["name", "type"]}
_INDEX_FIELDS: Final[_Json] = {
    "type": "array",
    "items": {"type": "string"},
    "minItems": 1,
    "maxItems": MOST_INDEX_FIELDS,
    "description": "Names of fields in the order of the index, `-` before one in descending order.",
}
_INDEXES: Final[_Json] = {
    "type": "array",
    "items": {
        "anyOf": [
            _INDEX_FIELDS,
            {
                "type": "object",
                "properties": {
                    "fields": _INDEX_FIELDS,
                    "unique": {
                        "type": "boolean",
                        "description": (
                            "Whether no two records, in use or in the trash, may have the same values in "
                            "all the fields. Records without a value in one of them are not compared."
                        ),
                    },
                },
                "required": ["fields"],
                "additionalProperties": False,
            },
        ]
    },
    "examples": [[["industry", "-created_at"], {"fields": ["order", "product"], "unique": True}]],
    "description": (
        "Indexes over several fields, for lists that are filtered and sorted by them together. A change "
        "gives all of them: those left out are dropped. Unique ones are keys of "
        "`PUT …/by/{uniqueField}/{value}` and of imports."
    ),
}
_OBJECT_PROPERTIES: Final[_Json] = {
    "name": _NAME,
    "label": _LABEL,
    "pluralLabel": _LABEL,
    "description": _DESCRIPTION,
    "nameField": {"type": "string", "description": "The field that says what to call a record; or empty."},
    "translations": _translations("label", "pluralLabel", "description"),
    "indexes": _INDEXES,
}
OBJECT_CHANGES_BODY: Final[_Json] = {
    "type": "object",
    "properties": {
        **_OBJECT_PROPERTIES,
        "fieldOrder": {
            "type": "array",
            "items": {"type": "string"},
            "description": "The names of all fields of its own, in their new order.",
        },
    },
    "additionalProperties": False,
}
OBJECT_BODY: Final[_Json] = {
    "type": "object",
    "properties": {**_OBJECT_PROPERTIES, "fields": {"type": "array", "items": FIELD_BODY}},
    "required": ["name"],
    "additionalProperties": False,
}

_ID: Final = "0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11"
FIELD_EXAMPLE: Final[_Json] = {
    "id": _ID,
    "name": "stage",
    "label": "Stage",
    "type": "select",
    "description": "",
    "required": True,
    "unique": False,
    "index": True,
    "searchable": False,
    "history": True,
    "readOnly": False,
    "standard": False,
    "system": False,
    "position": 7,
    "translations": {"de": {"label": "Phase"}},
    "options": [
        {"value": "open", "label": "Open"},
        {"value": "won", "label": "Won", "color": "green", "translations": {"de": {"label": "Gewonnen"}}},
        {"value": "parked", "label": "Parked", "archived": True},
    ],
}
NEW_FIELD_EXAMPLE: Final[_Json] = {
    "name": "stage",
    "label": "Stage",
    "type": "select",
    "options": ["open", "won"],
    "index": True,
}
DEAL_EXAMPLE: Final[_Json] = {
    "id": _ID,
    "name": "deals",
    "label": "Deal",
    "pluralLabel": "Deals",
    "description": "",
    "nameField": "",
    "standard": False,
    "translations": {"de": {"label": "Geschäft", "pluralLabel": "Geschäfte"}},
    "indexes": [["stage", "-created_at"]],
    "fields": [FIELD_EXAMPLE],
}

_FIELD_SCHEMA: Final[_Json] = {
    "properties": {
        "id": {"type": "string", "format": "uuid", "description": "Absent for system fields."},
        **_FIELD_PROPERTIES,
        "type": {"type": "string", "enum": [*FIELD_TYPES, "id"]},
        "options": {
            "type": "array",
            "items": _OPTION | {"required": ["value", "label"]},
            "description": (
                "Of `select` and `multi_select`; `color`, `archived` and `translations` where they are set."
            ),
        },
        "readOnly": {"type": "boolean", "description": "Whether only the system sets it."},
        "standard": {"type": "boolean", "description": "Whether every tenant has it."},
        "system": {"type": "boolean", "description": "Whether every object has it."},
        "position": {"type": "integer", "description": "Its place among the object's fields."},
    },
    "required": [name for name in FIELD_EXAMPLE if name not in ("id", "options")],
}
_OBJECT_SCHEMA: Final[_Json] = {
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        **_OBJECT_PROPERTIES,
        "standard": {"type": "boolean", "description": "Whether every tenant has it."},
        "fields": {"type": "array", "items": {"type": "object", **_FIELD_SCHEMA}},
    },
    "required": list(DEAL_EXAMPLE),
}
_Field = Annotated[
    _Json, Meta(description="A field.", examples=[FIELD_EXAMPLE], extra_json_schema=_FIELD_SCHEMA)
]
_Object = Annotated[
    _Json,
    Meta(description="An object with its fields.", examples=[DEAL_EXAMPLE], extra_json_schema=_OBJECT_SCHEMA),
]
_Affected = Annotated[list[Any], Meta(extra_json_schema={"items": {}})]
_DryRun = Annotated[bool, Meta(description="Return the planned changes without making them.")]


class ChangeQuery(Input):
    """Whether to plan a change or make it."""

    dry_run: _DryRun = False


class DropQuery(Input):
    """Whether to plan or drop, and the confirmation that data may be lost."""

    dry_run: _DryRun = False
    confirm: (
        Annotated[str, Meta(description="The name of what is dropped, when it holds data.")] | UnsetType
    ) = UNSET


class FieldResponse(Output):
    """One field."""

    data: _Field


class ObjectResponse(Output):
    """One object."""

    data: _Object


class ObjectList(Output):
    """Every object that the caller may see."""

    data: list[_Object]


class PlannedDdl(Output):
    """A statement, the algorithm that the database would use, and the rows that it would read or write."""

    ddl: str
    algorithm: str
    rows: int


class PlanResponse(Output):
    """The planned statements in order, and what refers to the renamed or dropped objects and fields."""

    plan: list[PlannedDdl]
    affects: dict[str, _Affected]


PLANNED: Final = ResponseSpec(
    PlanResponse, description="With `dryRun`: the planned changes.", generate_examples=False
)
"""The response to a dry run, where it differs from the response to a change."""


class DriftItem(Output):
    """A difference between the definitions and the database."""

    object: Annotated[str, Meta(description="Empty for a table that belongs to no object.")]
    kind: str
    name: Annotated[str, Meta(description="The physical name of the table or column.")]
    message: str
    repairable: Annotated[bool, Meta(description="Whether it can be repaired without losing data.")]

    @classmethod
    def of(cls, drift: Drift) -> "DriftItem":
        """The response for a difference."""
        return cls(drift.object, drift.kind, drift.name, drift.message, bool(drift.repair))


class DriftResponse(Output):
    """All differences; empty if there are none."""

    data: list[DriftItem]


class RepairResponse(Output):
    """What was done, and what is left for people to look at."""

    recovered: Annotated[list[str], Meta(description="Objects whose interrupted changes were completed.")]
    repaired: list[DriftItem]
    remaining: list[DriftItem]


def shown_object(model: ObjectModel, fields: Iterable[FieldModel]) -> _Json:
    """An object in JSON, with the given fields and the indexes over them."""
    seen = {one.name for one in fields}
    positions = {name: at for at, name in enumerate(model.fields)}
    return {
        "id": model.id,
        "name": model.name,
        "label": model.label,
        "pluralLabel": model.plural_label,
        "description": model.description,
        "nameField": model.name_field if model.name_field in seen else "",
        "standard": model.standard,
        "translations": model.translations,
        "indexes": [shown_index(one) for one in model.indexes if seen.issuperset(one.names)],
        "fields": [shown_field(one, positions[name]) for name, one in model.fields.items() if name in seen],
    }


def shown_index(index: ObjectIndex) -> Any:
    """An index in JSON: a list of fields, or an object if it is unique."""
    fields = list(index.fields)
    return {"fields": fields, "unique": True} if index.unique else fields


def shown_field(field: FieldModel, position: int) -> _Json:
    """A field in JSON, with the settings of its type at the level of the other properties."""
    known: Mapping[str, Any] = {"id": field.id} if field.id is not None else {}
    return {
        **known,
        "name": field.name,
        "label": field.label,
        "type": field.type.name,
        "description": field.description,
        "required": field.required,
        "unique": field.unique,
        "index": field.indexed,
        "searchable": field.searchable,
        "history": field.history,
        "default": field.default,
        "readOnly": field.read_only,
        "standard": field.standard,
        "system": field.system,
        "position": position,
        "translations": field.translations,
        **field.settings,
    }


def shown_plan(plan: Plan) -> PlanResponse:
    """A plan as the API shows it."""
    return PlanResponse(
        plan=[PlannedDdl(one.ddl, one.algorithm, one.rows) for one in plan.statements],
        affects={kind: list(found) for kind, found in plan.affects.items()},
    )
